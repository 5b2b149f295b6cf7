//! P11: user code that panics leaves a valid map, and nothing is dropped twice or lost but what was
//! in hand.

use core::mem::forget;
use std::format;
use std::vec::Vec;

use testkit::hashers::{Constant, Fnv1a, HighBitsOnly, Identity, LowBitsOnly};
use testkit::keys::{Census, Fuse, Fused, Spark, Tracked};
use testkit::{
    Generator, Operation, Profile, Subject, at_every_panic, leaks_on_purpose, reduced, silently,
};

use super::subjects::{GoSubject, MapSubject, SetSubject};
use crate::HashMap;
use crate::go::Plain;
use crate::hash_map::hasher_of;

type Entry = (Fused<Tracked<u64>>, Fused<Tracked<u64>>);
pub(super) type Map = HashMap<Fused<Tracked<u64>>, Fused<Tracked<u64>>, Fnv1a>;

pub(super) struct World {
    pub(super) fuse: Fuse,
    pub(super) census: Census,
}

impl World {
    pub(super) fn new() -> Self {
        Self { fuse: Fuse::new(), census: Census::new() }
    }

    pub(super) fn entry(&self, n: u64) -> Entry {
        (self.fuse.key(self.census.track(n)), self.fuse.key(self.census.track(n)))
    }

    pub(super) fn map(&self, count: u64) -> Map {
        let mut map = HashMap::with_seed_and_hasher(1, Fnv1a);
        map.extend((0..count).map(|n| self.entry(n)));
        map
    }
}

pub(super) fn check(map: &Map) {
    let hasher = hasher_of(&map.hash_builder, map.table.seed());
    map.table.check(Some(&hasher));
}

/// Lets `act` panic at the first call of `spark`, then the second, and so on until it does not
/// panic any more. After each the map must be whole; `lost_max` says how many entries may be gone.
fn at_every_call(spark: Spark, count: u64, lost_max: usize, act: impl Fn(&mut Map, &World)) {
    for nth in 1.. {
        let world = World::new();
        let mut map = world.map(count);
        let before = map.len();
        world.fuse.set(spark, nth);
        let result = silently(|| act(&mut map, &world));
        let was_reached = !world.fuse.disarm(spark);
        assert_eq!(result.is_err(), was_reached, "{spark:?} {nth}");
        check(&map);
        if was_reached {
            assert!(map.len() + lost_max >= before, "{spark:?} {nth}: {} left", map.len());
        }
        let listed: Vec<u64> = map.keys().map(|key| key.value.value).collect();
        assert_eq!(listed.len(), map.len());
        for n in listed {
            let key = world.entry(n).0;
            assert_eq!(map.get(&key).map(|value| value.value.value), Some(n), "{spark:?} {nth}");
        }
        drop(map);
        if spark != Spark::Drop {
            world.census.assert_all_dropped();
        }
        if !was_reached {
            return;
        }
    }
}

/// Sizes just before the growths, so that the acts below run into them.
const SIZES: [u64; 5] = [0, 8, 13, 26, 52];

#[test]
fn a_panic_in_insert_loses_at_most_the_new_entry() {
    for size in SIZES {
        for spark in [Spark::Hash, Spark::Eq] {
            at_every_call(spark, size, 0, |map, world| {
                for n in [1, 1000, 1001, 1002] {
                    let (key, value) = world.entry(n);
                    map.insert(key, value);
                }
            });
        }
    }
}

#[test]
fn a_panic_in_remove_loses_at_most_the_entry_in_hand() {
    for size in SIZES {
        for spark in Spark::ALL {
            at_every_call(spark, size, 3, |map, world| {
                for n in [0, 5, 7] {
                    drop(map.remove(&world.entry(n).0));
                }
            });
        }
    }
}

#[test]
fn a_panic_in_a_single_removal_loses_one_entry() {
    for spark in Spark::ALL {
        at_every_call(spark, 52, 1, |map, world| drop(map.remove(&world.entry(7).0)));
    }
}

#[test]
fn a_panic_in_reserve_or_growth_loses_nothing() {
    for size in SIZES {
        at_every_call(Spark::Hash, size, 0, |map, _| map.reserve(500));
        at_every_call(Spark::Hash, size, 0, |map, _| while map.grow_step(1) {});
    }
}

#[test]
fn a_panic_in_entry_loses_nothing() {
    for spark in [Spark::Hash, Spark::Eq] {
        at_every_call(spark, 13, 0, |map, world| {
            let (key, value) = world.entry(1000);
            map.entry(key).or_insert(value);
        });
    }
}

#[test]
fn a_closure_that_panics_in_or_insert_with_inserts_nothing() {
    let world = World::new();
    let mut map = world.map(13);
    let key = world.entry(1000).0;
    let result = silently(|| {
        map.entry(key).or_insert_with(|| panic!("on purpose"));
    });
    assert!(result.is_err());
    assert_eq!(map.len(), 13);
    check(&map);
}

#[test]
fn a_panic_in_clone_leaves_the_original_and_frees_the_copy() {
    for size in [8, 60] {
        at_every_call(Spark::Clone, size, 0, |map, _| drop(map.clone()));
        at_every_call(Spark::Clone, size, usize::MAX / 2, |map, world| {
            let other = world.map(30);
            map.clone_from(&other);
        });
    }
}

#[test]
fn a_panic_in_drop_leaves_an_empty_or_smaller_map() {
    for size in [8, 60] {
        let any = usize::MAX / 2;
        at_every_call(Spark::Drop, size, any, |map, _| map.clear());
        at_every_call(Spark::Drop, size, any, |map, _| drop(map.drain()));
        at_every_call(Spark::Drop, size, any, |map, _| {
            map.retain(|key, _| key.value.value % 2 == 0);
        });
        at_every_call(Spark::Drop, size, 1, |map, _| drop(map.pop()));
        at_every_call(Spark::Drop, size, any, |map, _| {
            map.extract_if(|key, _| key.value.value % 2 == 0).take(9).for_each(drop);
        });
    }
}

#[test]
fn a_predicate_that_panics_keeps_what_it_was_not_asked_about() {
    let world = World::new();
    for nth in 0..60 {
        let mut map = world.map(60);
        let mut asked = 0;
        let result = silently(|| {
            map.retain(|_, _| {
                asked += 1;
                assert!(asked <= nth, "on purpose");
                false
            });
        });
        assert!(result.is_err());
        assert_eq!(map.len(), 60 - nth);
        check(&map);
    }
    world.census.assert_all_dropped();
}

#[test]
fn leaked_iterators_leave_valid_maps_and_drop_nothing_twice() {
    let world = World::new();
    for taken in 0..61 {
        let mut map = world.map(60);
        let mut drain = map.drain();
        drain.by_ref().take(taken).for_each(drop);
        core::mem::forget(drain);
        assert!(map.is_empty());
        check(&map);
        map.extend((0..60).map(|n| world.entry(n)));
        let mut extract = map.extract_if(|_, _| true);
        extract.by_ref().take(taken).for_each(drop);
        core::mem::forget(extract);
        assert_eq!(map.len(), 60 - taken.min(60));
        check(&map);
        let mut entries = map.into_iter();
        entries.by_ref().take(taken).for_each(drop);
        core::mem::forget(entries);
    }
}

/// A key that panics and is counted.
pub(crate) type Touchy = Fused<Tracked<u16>>;

/// Keys are below it; a map that is filled has three quarters of them.
const UNIVERSE: u16 = 24;

/// Carries operations out with a panic at every call of user code that they make, but for the
/// first `prepared`: counts the calls. Nothing is dropped twice, and everything is dropped, unless
/// it was a drop that panicked.
fn at_every_spark<T: Subject>(
    title: &str,
    operations: &[Operation],
    prepared: usize,
    make: fn() -> T,
) -> [u64; Spark::ALL.len()] {
    Spark::ALL.map(|spark| {
        // What a drop that panics leaves behind is leaked.
        if spark == Spark::Drop && !leaks_on_purpose() {
            return 0;
        }
        let world = Fuse::of_this_thread();
        let live_count = world.1.live_count();
        let calls = at_every_panic(title, operations, prepared, spark, &world, make) - 1;
        if spark != Spark::Drop {
            world.1.assert_live(live_count);
        }
        calls
    })
}

/// Whether it makes many calls of user code, all of which are tried in lists of their own.
fn is_long(operation: &Operation) -> bool {
    matches!(operation, Operation::Walk(..) | Operation::Combine(..) | Operation::CombineInto(..))
}

/// Each operation of the vocabulary on a filled map, with others after it; and random ones.
pub(crate) fn at_every_call_of_the_vocabulary<T: Subject>(count: usize, make: fn() -> T) {
    let mut calls = [0; Spark::ALL.len()];
    let mut add = |of_list: [u64; Spark::ALL.len()]| {
        calls.iter_mut().zip(of_list).for_each(|(sum, calls)| *sum += calls);
    };
    for (seed, profile) in (1..).zip(Profile::ALL).take(reduced(Profile::ALL.len())) {
        let title = format!("seed {seed}, profile {profile:?}, universe {UNIVERSE}");
        let generator = Generator::new(seed, profile, UNIVERSE).of(T::FACE);
        let filling = Operation::Extend((0..UNIVERSE / 4 * 3).map(|key| (key, 1)).collect());
        let mut others = generator.clone().filter(|operation| !operation.leaks());
        for operation in generator.clone().one_of_each() {
            let mut list = std::vec![filling.clone(), operation];
            list.extend(others.by_ref().filter(|other| !is_long(other)).take(2));
            add(at_every_spark(&title, &list, 1, make));
        }
        let operations: Vec<Operation> =
            generator.filter(|operation| !operation.leaks()).take(reduced(count)).collect();
        add(at_every_spark(&title, &operations, 0, make));
    }
    let is_called = |spark: Spark| calls[spark as usize] > 0;
    assert!([Spark::Hash, Spark::Eq].into_iter().all(is_called), "{calls:?}");
}

#[test]
fn every_operation_survives_a_panic_at_every_call() {
    at_every_call_of_the_vocabulary(40, MapSubject::<Touchy, Fnv1a>::new);
    at_every_call_of_the_vocabulary(40, MapSubject::<Touchy, Fnv1a>::shrinking);
}

#[test]
fn every_operation_survives_a_panic_at_every_call_with_bad_hashes() {
    at_every_call_of_the_vocabulary(20, MapSubject::<Touchy, Constant>::new);
    at_every_call_of_the_vocabulary(20, MapSubject::<Touchy, Identity>::new);
    at_every_call_of_the_vocabulary(20, MapSubject::<Touchy, LowBitsOnly>::new);
    at_every_call_of_the_vocabulary(20, MapSubject::<Touchy, HighBitsOnly>::new);
}

#[test]
fn every_operation_of_a_set_survives_a_panic_at_every_call() {
    at_every_call_of_the_vocabulary(30, SetSubject::<Touchy, Fnv1a>::new);
    at_every_call_of_the_vocabulary(20, SetSubject::<Touchy, Constant>::new);
    at_every_call_of_the_vocabulary(20, SetSubject::<Touchy, LowBitsOnly>::new);
}

#[test]
fn every_operation_of_gos_map_survives_a_panic_at_every_call() {
    at_every_call_of_the_vocabulary(30, GoSubject::<Plain<Touchy>>::new);
}

#[test]
#[expect(clippy::forget_non_drop, reason = "that some of these have no drop is no promise")]
fn leaked_entries_and_walks_leave_valid_maps_and_drop_nothing_twice() {
    let world = World::new();
    for size in SIZES {
        let mut map = world.map(size);
        for n in [0, 1000] {
            // A vacant entry takes its key with it; nothing else is lost.
            forget(map.entry(world.entry(n).0));
            forget(map.entry_ref(&world.entry(n).0));
            assert_eq!(map.len() as u64, size);
            check(&map);
        }
        let mut walk = map.walk();
        for n in 0..size {
            let mut entry = walk.next().expect("there are as many");
            if n % 3 == 0 {
                entry.value_mut().value.value += 1;
            }
            forget(entry);
            let (key, value) = world.entry(2000 + n);
            drop(walk.insert(key, value));
            drop(walk.remove(&world.entry(2000 + n).0));
        }
        forget(walk);
        assert_eq!(map.len() as u64, size);
        check(&map);
        for n in 0..size {
            assert!(map.remove(&world.entry(n).0).is_some(), "{n} of {size}");
            check(&map);
        }
    }
    // The keys of the vacant entries: of the second in every map, and of the first in the empty
    // one, by value; those that were looked up by reference were dropped.
    world.census.assert_live(SIZES.len() + 1);
}
