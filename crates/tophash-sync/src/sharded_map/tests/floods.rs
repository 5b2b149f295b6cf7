//! Keys that are chosen to collide.

use std::hash::{Hash, Hasher};

use testkit::hashers::{Constant, Fnv1a};
use testkit::silently;

use crate::ShardedMap;
use crate::sharded_map::ShardedScanPosition;

/// Keys from here on are hashed as they should be.
const HARMLESS: u64 = 1_000_000;

/// A key whose hash is the same for all with the default hasher, and different with others: what
/// an attacker would find who knew the process's key.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Chosen(u64);

impl Hash for Chosen {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let is_default = typeid::of::<H>() == typeid::of::<tophash::DefaultHasher>();
        assert!(is_default || self.0 != u64::MAX, "this one has no other hash");
        let is_chosen = is_default && (self.0 < HARMLESS || self.0 == u64::MAX);
        state.write_u64(if is_chosen { 7 } else { self.0 });
    }
}

#[test]
fn a_flooded_shard_changes_its_hash_and_loses_nothing() {
    let map = ShardedMap::new();
    for n in 0..5000 {
        assert_eq!(map.insert(Chosen(n), n), None);
    }
    assert!(!map.is_flooded());
    assert_eq!(map.len(), 5000);
    let lens: Vec<usize> = map.stats().map(|shard| shard.len).filter(|&len| len > 0).collect();
    assert_eq!(lens, [5000], "their shard stays");
    assert!((0..5000).all(|n| map.get(&Chosen(n)) == Some(n)));
    assert!((0..5000).all(|n| map.update(&Chosen(n), |value| *value += 1).is_some()));
    assert!((0..5000).all(|n| map.remove(&Chosen(n)) == Some(n + 1)));
    assert!(map.is_empty());
}

#[test]
fn a_scan_under_way_begins_its_shard_anew_and_says_so() {
    let map = ShardedMap::with_shards_and_hasher(2, tophash::RandomState::new());
    for n in HARMLESS..HARMLESS + 1000 {
        map.insert(Chosen(n), n);
    }
    map.insert(Chosen(0), 0);
    let index = (0..2).find(|&shard| {
        let mut is_here = false;
        let start = ShardedScanPosition::from_parts(shard, 0);
        let step = map.scan(start, usize::MAX, |key, _| is_here |= key.0 == 0);
        is_here && step.visited > 0
    });
    let start = ShardedScanPosition::from_parts(index.unwrap(), 0);
    let next = map.scan(start, 1, |_, _| ()).next.unwrap();
    for n in 0..200 {
        map.insert(Chosen(n), n);
    }
    let step = map.scan(next, usize::MAX, |_, _| ());
    assert!(step.has_restarted && step.visited > 200, "{step:?}");
    assert!(!map.is_flooded());
}

#[test]
fn a_hash_that_panics_while_the_hash_is_changed_loses_nothing() {
    let map = ShardedMap::new();
    map.insert(Chosen(u64::MAX), 0);
    let mut failures = 0;
    for n in 0..100 {
        failures += usize::from(silently(|| map.insert(Chosen(n), n)).is_err());
    }
    assert!(failures > 0, "the change was tried");
    let there = (0..100).filter(|&n| map.get(&Chosen(n)) == Some(n)).count();
    assert_eq!((there + failures, map.len()), (100, there + 1));
    assert_eq!(map.get(&Chosen(u64::MAX)), Some(0));
}

#[test]
fn a_state_of_the_users_own_is_never_replaced_and_the_flood_is_reported() {
    let map = ShardedMap::with_hasher(Constant);
    for n in 0..200_u64 {
        map.insert(n, n);
    }
    assert!(map.is_flooded());
    assert_eq!(map.stats().filter(|shard| shard.is_flooded).count(), 1);
    assert!((0..200).all(|n| map.get(&n) == Some(n)));
}

#[test]
fn a_shard_that_was_cleared_hashes_as_at_first() {
    let map = ShardedMap::new();
    for n in 0..100 {
        map.insert(Chosen(n), n);
    }
    map.clear();
    // This key has no hash but the default one.
    map.insert(Chosen(u64::MAX), 7);
    assert_eq!(map.get(&Chosen(u64::MAX)), Some(7));
}

#[test]
fn the_order_of_one_map_is_no_flood_for_another() {
    // With a state of the user's own, as a flood of the default one's would be answered.
    let (one, other) = (ShardedMap::with_hasher(Fnv1a), ShardedMap::with_hasher(Fnv1a));
    for n in 0..100_000_u64 {
        one.insert(n, ());
    }
    let mut count = 0;
    one.range(|key, ()| {
        other.insert(key, ());
        count += 1;
        assert!(count % 1000 != 0 || !other.is_flooded(), "{count}");
        true
    });
    assert_eq!(count, 100_000);
}
