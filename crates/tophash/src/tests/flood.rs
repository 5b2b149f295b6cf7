//! P8: keys that are chosen to collide cost no more than others, with the default state.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::vec::Vec;

use testkit::hashers::Identity;
use testkit::silently;

use super::check;
use crate::hash::{Seed, hash_key};
use crate::{HashMap, HashSet, RandomState};

std::thread_local! {
    static COMPARISONS: Cell<u64> = const { Cell::new(0) };
}

/// A key that counts how often it is compared.
#[derive(Clone, Copy, Debug)]
struct Probed(u64);

impl PartialEq for Probed {
    fn eq(&self, other: &Self) -> bool {
        COMPARISONS.set(COMPARISONS.get() + 1);
        self.0 == other.0
    }
}

impl Eq for Probed {}

impl Hash for Probed {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.0);
    }
}

/// Keys that a map with the default state puts into few buckets at its present seed: those whose
/// index ends in `bits` bits of zero. Numbers from `from` on.
fn colliding(hash0: u32, bits: u32, from: u64) -> impl Iterator<Item = u64> {
    let index = move |key: &u64| hash_key(&RandomState::new(), Seed::of(hash0), key) >> 32;
    (from..).filter(move |key| index(key).trailing_zeros() >= bits)
}

#[test]
fn a_hundred_thousand_keys_for_one_bucket_cost_linear_work() {
    // The map has 256 buckets, and at its present seed all of them fall into the first. Without the
    // change they would fall into 64 of the 16,384 that it has in the end: 1562 in each.
    let mut map: HashMap<Probed, u64> = HashMap::with_capacity(1664);
    map.insert(Probed(u64::MAX), 0);
    assert_eq!(map.table.bucket_count(), 256);
    let seed = map.table.hash0();
    let keys: Vec<u64> = colliding(seed, 8, 0).take(100_000).collect();
    COMPARISONS.set(0);
    let mut visited = 0;
    for &key in &keys {
        visited += map.table.chain_depth(hash_key(&map.hash_builder, map.table.seed(), &key));
        map.insert(Probed(key), key);
    }
    assert_ne!(map.table.hash0(), seed, "the hash was changed");
    // Overflow buckets that the insertions went through, and keys that they compared: without the
    // change some ten million of the first.
    assert!(visited < 100_000, "{visited}");
    assert!(COMPARISONS.get() < 100_000, "{}", COMPARISONS.get());
    let stats = map.stats();
    assert!(!stats.is_flooded && stats.overflow_buckets_max < 4, "{stats:?}");
    assert!(keys.iter().all(|key| map.get(&Probed(*key)) == Some(key)));
    check(&map);
}

#[test]
fn an_attacker_who_knows_every_seed_gains_nothing() {
    // Who could read the process's memory at any time: before each insertion a key for bucket 0
    // of the present size and seed. (SipHash's key would not help who does not read memory.)
    let mut map: HashMap<u64, ()> = HashMap::new();
    map.insert(u64::MAX, ());
    let (mut from, mut visited) = (0, 0);
    for _ in 0..1500 {
        let bits = map.table.bucket_count().ilog2();
        let key = colliding(map.table.hash0(), bits, from).next().expect("keys without end");
        from = key + 1;
        visited += map.table.chain_depth(hash_key(&map.hash_builder, map.table.seed(), &key));
        map.insert(key, ());
    }
    check(&map);
    // One change at each size: such an attacker gets longer chains after that, but no faster than
    // by one for each insertion; the count here is of 1500 insertions into one chain.
    assert!(map.table.hash0() >> 31 == 1);
    assert!(visited < 1500 * 1500 / 16, "{visited}");
}

#[test]
fn a_state_of_the_users_own_is_never_replaced() {
    // Identity hashes, mixed with the seed: keys that collide are found by trying.
    let mut map = HashMap::with_hasher(Identity);
    map.insert(u64::MAX, 0);
    let seed = map.table.hash0();
    let bad = |key: &u64| (hash_key(&Identity, Seed::of(seed), key) >> 32).trailing_zeros() >= 8;
    for key in (0..).filter(bad).take(3000) {
        map.insert(key, key);
    }
    assert_eq!(map.table.hash0(), seed);
    assert!(map.is_flooded() && map.stats().is_flooded);
    assert!((0..).filter(bad).take(3000).all(|key| map.contains_key(&key)));
    check(&map);
}

/// Equal hashes for all keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Same(u32);

impl Hash for Same {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u8(0);
    }
}

#[test]
fn equal_hashes_change_the_hash_once_for_each_doubling_and_are_reported() {
    let mut map = HashMap::new();
    let mut seeds = Vec::new();
    let mut sizes = Vec::new();
    for n in 0..3000 {
        map.insert(Same(n), n);
        if seeds.last() != Some(&map.table.hash0()) {
            seeds.push(map.table.hash0());
            sizes.push(map.capacity());
        }
    }
    // The first seed, and one change at each capacity.
    sizes[1..].windows(2).for_each(|pair| assert!(pair[0] < pair[1], "{sizes:?}"));
    assert!(seeds.len() <= 12 && seeds.len() > 2, "{sizes:?}");
    assert_eq!(usize::from(map.stats().seed_epoch), seeds.len());
    assert_eq!((seeds[0] >> 31, seeds[1] >> 31), (0, 1), "only the changed one is SipHash");
    assert!(map.is_flooded() && map.stats().is_flooded);
    assert!((0..3000).all(|n| map.get(&Same(n)) == Some(&n)));
    check(&map);
    map.clear();
    assert!(!map.is_flooded());
    map.insert(Same(1), 1);
    assert_eq!(map.table.hash0() >> 31, 0, "an empty map hashes as at first");
}

#[test]
fn every_way_of_inserting_is_protected() {
    fn flooded(insert: impl Fn(&mut HashMap<u64, u64>, u64)) {
        let mut map: HashMap<u64, u64> = HashMap::new();
        map.insert(u64::MAX, 0);
        let seed = map.table.hash0();
        for key in colliding(seed, 8, 0).take(400) {
            insert(&mut map, key);
        }
        assert_ne!(map.table.hash0(), seed);
        assert!(map.table.depth_of_chains() < 4);
        assert_eq!(map.len(), 401);
        check(&map);
    }
    flooded(|map, key| {
        map.insert(key, 0);
    });
    flooded(|map, key| {
        map.entry(key).or_insert(0);
    });
    flooded(|map, key| {
        map.entry_ref(&key).or_insert(0);
    });
    flooded(|map, key| {
        map.try_insert(key, 0).unwrap();
    });
    flooded(|map, key| *map.at(key) += 1);
    flooded(|map, key| map.extend([(key, 0)]));
    let mut set: HashSet<u64> = HashSet::new();
    set.insert(u64::MAX);
    let seed = set.map.table.hash0();
    set.extend(colliding(seed, 8, 0).take(400));
    assert!(set.map.table.hash0() != seed && !set.is_flooded());
}

#[test]
fn a_fixed_seed_stays() {
    let mut map: HashMap<u64, ()> = HashMap::with_seed_and_hasher(5, RandomState::new());
    map.insert(u64::MAX, ());
    map.extend(colliding(5, 8, 0).take(400).map(|key| (key, ())));
    assert_eq!(map.table.hash0(), 5);
    assert!(map.is_flooded());
    check(&map);
}

#[test]
fn a_walk_keeps_the_hash_until_it_ends() {
    let mut map: HashMap<u64, ()> = HashMap::new();
    map.insert(u64::MAX, ());
    let seed = map.table.hash0();
    let mut walk = map.walk();
    for key in colliding(seed, 8, 0).take(400) {
        walk.insert(key, ());
    }
    assert_eq!(walk.map().table.hash0(), seed);
    while walk.next().is_some() {}
    map.insert(u64::MAX - 1, ());
    assert_ne!(map.table.hash0(), seed);
    check(&map);
}

#[test]
fn a_scan_begins_anew_when_the_hash_was_changed() {
    let mut map: HashMap<u64, ()> = (1 << 40..(1 << 40) + 100).map(|key| (key, ())).collect();
    let seed = map.table.hash0();
    let position = map.scan(crate::hash_map::ScanPosition::START, 5, |_, ()| {}).next.unwrap();
    map.extend(colliding(seed, 8, 0).take(100).map(|key| (key, ())));
    assert_ne!(map.table.hash0(), seed);
    let step = map.scan(position, usize::MAX, |_, ()| {});
    assert!(step.has_restarted && step.visited == 200 && step.next.is_none());
}

/// A key whose hash panics at the n-th call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Fragile(u64);

std::thread_local! {
    static CALLS_LEFT: Cell<u64> = const { Cell::new(u64::MAX) };
}

impl Hash for Fragile {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let left = CALLS_LEFT.get();
        assert!(left > 0, "the hash panics");
        CALLS_LEFT.set(left - 1);
        hasher.write_u64(self.0);
    }
}

#[test]
fn a_hash_that_panics_during_the_change_leaves_the_map_whole() {
    for calls in 0..200 {
        CALLS_LEFT.set(u64::MAX);
        let mut map: HashMap<Fragile, u64> = HashMap::new();
        map.insert(Fragile(u64::MAX), 0);
        let seed = map.table.hash0();
        let keys: Vec<u64> = colliding(seed, 8, 0).take(200).collect();
        let mut next = keys.iter();
        // Up to the write that changes the hash.
        while !map.table.is_suspect() {
            let key = *next.next().expect("the chain becomes too long");
            map.insert(Fragile(key), key);
        }
        let len = map.len();
        CALLS_LEFT.set(calls);
        let outcome = silently(|| map.insert(Fragile(u64::MAX - 1), 1));
        CALLS_LEFT.set(u64::MAX);
        check(&map);
        assert_eq!(map.len(), len + usize::from(outcome.is_ok()));
        assert!(keys[..len - 1].iter().all(|key| map.get(&Fragile(*key)) == Some(key)));
        if outcome.is_ok() {
            assert_ne!(map.table.hash0(), seed);
            assert!(calls > 30, "every hash of the change can panic");
            return;
        }
        map.insert(Fragile(u64::MAX - 1), 1);
        check(&map);
    }
    panic!("it never succeeds");
}

#[test]
fn seeds_differ_from_map_to_map_and_after_a_map_was_empty() {
    let mut seeds = Vec::new();
    let mut map: HashMap<u32, ()> = HashMap::new();
    for n in 0..50 {
        map.insert(n, ());
        seeds.push(map.table.hash0());
        if n % 2 == 0 {
            map.clear();
        } else {
            map.remove(&n);
        }
        seeds.push(HashMap::from([(n, ())]).table.hash0());
    }
    seeds.sort_unstable();
    seeds.dedup();
    assert!(seeds.len() >= 99, "{}", seeds.len());
}

#[test]
fn a_large_map_that_is_emptied_one_by_one_changes_its_hash_once() {
    let mut map: HashMap<Same, ()> = HashMap::with_capacity(10_000);
    let mut went_back = 0;
    for round in 0..20 {
        for n in 0..34 {
            map.insert(Same(n), ());
        }
        for n in 0..34 {
            map.remove(&Same(n));
        }
        went_back += u32::from(round > 0 && map.table.hash0() >> 31 == 0);
    }
    assert_eq!(went_back, 0, "what went back would be changed again");
    map.clear();
    map.insert(Same(0), ());
    assert_eq!(map.table.hash0() >> 31, 0, "after `clear`, which is O(buckets), it may");
}
