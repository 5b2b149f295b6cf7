//! Panics in the user's code, at every call there is.

use super::{State, states};
use crate::SyncMap;
use crate::tests::{Blocked, while_blocked};
use testkit::keys::{Census, Fuse, Fused, Spark, Tracked};
use testkit::silently;

type Key = Fused<Tracked<u32>>;
type Value = Fused<Tracked<u32>>;
type Fragile = SyncMap<Key, Value, State>;

const KEY_COUNT: u32 = 12;

struct World {
    fuse: Fuse,
    census: Census,
    map: Fragile,
}

impl World {
    fn new(state: State) -> Self {
        let (fuse, census) = (Fuse::new(), Census::new());
        let world = Self { fuse, census, map: Fragile::with_hasher(state) };
        (0..KEY_COUNT).for_each(|n| world.map.store(world.number(n), world.number(n)));
        world
    }

    fn number(&self, n: u32) -> Fused<Tracked<u32>> {
        self.fuse.key(self.census.track(n))
    }

    /// The values of all keys, by reading without a fuse.
    fn values(&self) -> Vec<Option<u32>> {
        let value = |n| self.map.load_with(&self.number(n), |_, value| number_of(value));
        (0..KEY_COUNT + 2).map(value).collect()
    }
}

fn number_of(value: &Value) -> u32 {
    value.value.value
}

/// Lets the user's code panic at each call of one kind that an operation makes, and checks that
/// either nothing has happened or all of it.
fn at_every_call(operation: impl Fn(&World)) {
    for state in states() {
        for spark in [Spark::Hash, Spark::Eq, Spark::Clone] {
            let world = World::new(state.clone());
            let before = world.values();
            operation(&world);
            let after = world.values();
            for n in 1.. {
                let world = World::new(state.clone());
                world.fuse.set(spark, n);
                let result = silently(|| operation(&world));
                let was_reached = !world.fuse.disarm(spark);
                world.map.check();
                let now = world.values();
                assert!(now == before || now == after, "{spark:?} {n}: {now:?}");
                assert!(was_reached || result.is_ok());
                // Whoever comes next is not kept waiting.
                (0..KEY_COUNT).for_each(|n| world.map.store(world.number(n), world.number(n)));
                let World { map, census, .. } = world;
                drop(map);
                census.assert_all_dropped();
                if !was_reached {
                    break;
                }
            }
        }
    }
}

#[test]
fn a_panic_in_store_or_swap_leaves_the_map_whole_and_usable() {
    at_every_call(|world| world.map.store(world.number(3), world.number(100)));
    at_every_call(|world| world.map.store(world.number(KEY_COUNT), world.number(100)));
    at_every_call(|world| drop(world.map.swap(world.number(3), world.number(100))));
}

#[test]
fn a_panic_in_load_or_store_leaves_the_map_whole_and_usable() {
    at_every_call(|world| drop(world.map.load_or_store(world.number(3), world.number(100))));
    let absent = KEY_COUNT + 1;
    at_every_call(|world| drop(world.map.load_or_store(world.number(absent), world.number(1))));
}

#[test]
fn a_panic_in_deleting_loses_no_entry() {
    at_every_call(|world| drop(world.map.load_and_delete(&world.number(3))));
    at_every_call(|world| assert!(world.map.delete(&world.number(3))));
    at_every_call(|world| {
        world.map.compare_and_delete(&world.number(3), &world.number(3));
    });
}

#[test]
fn a_panic_in_comparing_or_updating_loses_no_entry() {
    at_every_call(|world| {
        world.map.compare_and_swap(&world.number(3), &world.number(3), world.number(100));
    });
    at_every_call(|world| {
        world.map.update(&world.number(3), std::clone::Clone::clone);
    });
}

#[test]
fn a_closure_that_panics_changes_nothing() {
    for state in states() {
        let world = World::new(state);
        let before = world.values();
        let map = &world.map;
        assert!(silently(|| map.update(&world.number(3), |_| panic!("no"))).is_err());
        let absent = || world.number(KEY_COUNT + 1);
        assert!(silently(|| map.load_or_store_with(absent(), || panic!("no"))).is_err());
        assert!(silently(|| map.load_with(&world.number(3), |_, _| panic!("no"))).is_err());
        assert!(silently(|| map.range(|_, _| panic!("no"))).is_err());
        assert!(silently(|| map.retain(|_, _| panic!("no"))).is_err());
        assert_eq!(world.values(), before);
        map.check();
    }
}

#[test]
fn a_closure_may_use_the_map_and_the_same_key() {
    for state in states() {
        let map = super::Map::with_hasher(state);
        let (value, was_loaded) = map.load_or_store_with(1, || {
            map.store(1, 5);
            (2..100).for_each(|key| map.store(key, 0));
            7
        });
        assert_eq!((value, was_loaded), (5, true), "what came first is there");
        let mut calls = 0;
        assert!(map.update(&1, |value| {
            calls += 1;
            if calls == 1 {
                assert!(map.update(&1, |value| value * 10));
            }
            value + 1
        }));
        assert_eq!((calls, map.load(&1)), (2, Some(51)), "it is asked again about a new value");
        assert!(!map.update(&1, |value| {
            map.delete(&1);
            *value
        }));
        assert_eq!(map.load(&1), None);
        map.check();
    }
}

#[test]
fn a_closure_that_makes_a_value_may_store_its_key_which_then_counts() {
    for state in states() {
        let map = super::Map::with_hasher(state);
        assert_eq!(map.load_or_store_with(1, || map.swap(1, 5).unwrap_or(7)), (5, true));
        let inner = || map.load_or_store_with(2, || 5).0 + 1;
        assert_eq!(map.load_or_store_with(2, inner), (5, true));
        map.check();
    }
}

#[test]
fn a_closure_that_does_not_return_holds_nobody_up() {
    let closures: [Blocked<super::Map>; 5] = [
        |map, block| {
            map.update(&7, |value| {
                block();
                value + 1
            });
        },
        |map, block| _ = map.load_with(&7, |_, _| block()),
        |map, block| {
            map.load_or_store_with(1000, || {
                block();
                1
            });
        },
        |map, block| {
            map.range(|_, _| {
                block();
                true
            });
        },
        |map, block| {
            map.retain(|_, _| {
                block();
                true
            });
        },
    ];
    for state in states() {
        for closure in closures {
            let map = super::Map::with_hasher(state.clone());
            (0..50).for_each(|key| map.store(key, 0));
            while_blocked(&map, closure, || {
                (0..500).for_each(|key| map.store(key, 1));
                assert_eq!(map.load_or_store(1000, 2), (2, false));
                assert!(map.delete(&7));
                assert_eq!(map.iter().count(), 500);
                map.clear();
                map.reclaim();
            });
            assert_eq!((map.load(&7), map.len() <= 1), (None, true));
            map.check();
        }
    }
}

#[test]
fn a_drop_that_panics_goes_no_further_and_loses_no_other() {
    for state in states() {
        let world = World::new(state);
        let World { fuse, census, map } = world;
        let number = |n| fuse.key(census.track(n));
        for n in 0..400 {
            // What is dropped in the call itself are the arguments; the rest is the map's to drop.
            let (key, value) = (number(n % KEY_COUNT), number(n));
            fuse.set(Spark::Drop, 1);
            silently(|| map.store(key, value)).expect("a late destructor's panic goes no further");
            fuse.disarm(Spark::Drop);
        }
        map.check();
        fuse.set(Spark::Drop, 5);
        silently(|| drop(map)).expect("nor does it end the drop of the map");
        // The contents of a value whose own `drop` panicked are dropped by the compiler; the rest
        // of its entry is too.
        census.assert_all_dropped();
    }
}
