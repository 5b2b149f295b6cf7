//! User code that panics or re-enters: no lock is left, no entry lost, nothing dropped twice.

use testkit::hashers::Fnv1a;
use testkit::keys::{Census, Fuse, Fused, Spark, Tracked};
use testkit::silently;

use crate::ShardedMap;
use crate::sharded_map::ShardedScanPosition;

type Key = Fused<Tracked<u64>>;

struct World {
    fuse: Fuse,
    census: Census,
    map: ShardedMap<Key, Key, Fnv1a>,
}

impl World {
    fn new() -> Self {
        let map = ShardedMap::with_shards_and_hasher(2, Fnv1a);
        let world = Self { fuse: Fuse::new(), census: Census::new(), map };
        for n in 0..40 {
            world.map.insert(world.key(n), world.key(n));
        }
        world
    }

    fn key(&self, n: u64) -> Key {
        self.fuse.key(self.census.track(n))
    }

    /// All that were there are there, every lock can be taken, and all is dropped in the end.
    fn check(self, lost_max: usize) {
        let there = (0..40).filter(|&n| self.map.contains_key(&self.key(n))).count();
        assert!(there + lost_max >= 40, "{there} are left");
        self.map.insert(self.key(1000), self.key(1000));
        assert_eq!(self.map.stats().map(|shard| shard.len).sum::<usize>(), self.map.len());
        let Self { census, map, .. } = self;
        drop(map);
        census.assert_all_dropped();
    }
}

/// Lets `act` panic at the first call of `spark`, the second, and so on until it does not any more.
fn at_every_call(spark: Spark, lost_max: usize, act: impl Fn(&World)) {
    for nth in 1.. {
        let world = World::new();
        world.fuse.set(spark, nth);
        let result = silently(|| act(&world));
        let was_reached = !world.fuse.disarm(spark);
        assert_eq!(result.is_err(), was_reached, "{spark:?} {nth}");
        world.check(lost_max);
        if !was_reached {
            break;
        }
    }
}

#[test]
fn a_panic_in_hash_or_eq_loses_nothing() {
    for spark in [Spark::Hash, Spark::Eq] {
        at_every_call(spark, 0, |world| {
            world.map.insert(world.key(7), world.key(8));
            world.map.insert(world.key(100), world.key(100));
            world.map.update(&world.key(9), |_| ());
            world.map.get_or_insert_with(world.key(101), || world.key(101));
            world.map.remove(&world.key(101));
            world.map.retain(|_, _| true);
        });
    }
}

#[test]
fn a_panic_in_clone_loses_nothing() {
    at_every_call(Spark::Clone, 0, |world| {
        world.map.get(&world.key(7));
        world.map.get_or_insert_with(world.key(100), || world.key(100));
        world.map.range(|_, _| true);
    });
}

#[test]
fn a_panic_in_a_closure_loses_nothing_and_locks_nothing() {
    let world = World::new();
    let World { map, .. } = &world;
    let panics = [
        silently(|| map.get_with(&world.key(7), |_| panic!("look"))).is_err(),
        silently(|| map.update(&world.key(7), |_| panic!("change"))).is_err(),
        silently(|| map.remove_if(&world.key(7), |_| panic!("is right"))).is_err(),
        silently(|| map.get_or_insert_with(world.key(99), || panic!("make"))).is_err(),
        silently(|| map.retain(|_, _| panic!("keep"))).is_err(),
        silently(|| map.range(|_, _| panic!("visit"))).is_err(),
        silently(|| {
            let step = map.scan(ShardedScanPosition::START, 10, |_, _| panic!("visit"));
            assert!(step.next.is_none());
        })
        .is_err(),
    ];
    assert_eq!(panics, [true; 7]);
    assert!(!map.contains_key(&world.key(99)));
    world.check(0);
}

#[test]
fn a_value_that_a_change_has_left_halfway_stays_as_it_is() {
    let map = ShardedMap::new();
    map.insert(1, 10);
    let result = silently(|| {
        map.update(&1, |value| {
            *value = 11;
            panic!("halfway")
        })
    });
    assert!(result.is_err());
    assert_eq!(map.get(&1), Some(11));
}

#[test]
fn a_closure_that_uses_its_own_map_panics_whatever_the_key_and_harms_nothing() {
    let map: ShardedMap<u32, u32> = (0..100).map(|n| (n, n)).collect();
    for key in 0..100 {
        assert!(silently(|| map.update(&7, |_| map.get(&key))).is_err(), "{key}");
        assert!(silently(|| map.get_with(&key, |_| map.len())).is_err(), "{key}");
        assert!(
            silently(|| map.get_or_insert_with(100 + key, || map.insert(key, 0).unwrap())).is_err()
        );
    }
    assert!(silently(|| map.retain(|_, _| map.is_empty())).is_err());
    let caught = silently(|| map.update(&7, |_| map.clear())).unwrap_err();
    assert!(caught.message.contains("the map that it was handed to"), "{caught:?}");
    assert_eq!(map.len(), 100);
    map.insert(7, 8);
}

#[test]
fn a_closure_of_one_map_may_use_another() {
    let (one, other) = (ShardedMap::new(), ShardedMap::new());
    one.insert(1, 10);
    one.update(&1, |value| other.insert(1, *value));
    assert_eq!(other.get(&1), Some(10));
}

/// A value that looks into its own map when it is dropped.
struct Curious<'a>(&'a ShardedMap<u32, u32>);

impl Drop for Curious<'_> {
    fn drop(&mut self) {
        self.0.update_or_insert_with(0, || 0, |count| *count += 1);
    }
}

#[test]
fn what_is_replaced_removed_or_cleared_is_dropped_without_a_lock() {
    // The values look into another map here, but one whose closures are not under way.
    let counts = ShardedMap::new();
    let map = ShardedMap::new();
    for _ in 0..3 {
        map.insert(1, Curious(&counts));
    }
    drop(map.remove(&1));
    map.insert(2, Curious(&counts));
    map.clear();
    assert_eq!(counts.get(&0), Some(4));
}

#[test]
fn a_key_that_uses_its_map_when_it_is_dropped_finds_it_unlocked() {
    #[derive(Clone)]
    struct Key(u32, std::rc::Weak<ShardedMap<Key, u32>>);
    impl PartialEq for Key {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    impl Eq for Key {}
    impl std::hash::Hash for Key {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }
    impl Drop for Key {
        fn drop(&mut self) {
            if let Some(map) = self.1.upgrade() {
                assert!(map.len() < 100);
            }
        }
    }
    let map = std::rc::Rc::new(ShardedMap::new());
    let key = |n| Key(n, std::rc::Rc::downgrade(&map));
    map.insert(key(1), 10);
    map.insert(key(1), 11); // the second key is dropped
    map.update_or_insert_with(key(1), || 0, |value| *value += 1);
    assert_eq!(map.remove(&key(1)), Some(12));
}

#[test]
fn a_panic_in_drop_locks_nothing() {
    let world = World::new();
    world.fuse.set(Spark::Drop, 1);
    assert!(silently(|| world.map.retain(|key, _| key.value.value > 20)).is_err());
    world.fuse.disarm(Spark::Drop);
    assert!(world.map.len() < 40);
    world.map.insert(world.key(1000), world.key(1000));
    world.map.clear();
    assert!(world.map.is_empty());
}
