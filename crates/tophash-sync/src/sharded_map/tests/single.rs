//! One thread: the map answers as a map that is obviously right.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use testkit::Random;
use testkit::hashers::{Constant, Fnv1a, HighBitsOnly, Identity, LowBitsOnly, Truncated};

use crate::ShardedMap;
use crate::sharded_map::SHARD_COUNT_MAX;

fn check<S: BuildHasher>(state: S, key_end: usize, shard_count: usize) {
    let map = ShardedMap::with_shards_and_hasher(shard_count, state);
    let mut model = BTreeMap::new();
    let mut random = Random::new(11);
    for _ in 0..4000 {
        let (key, value) = (random.below(key_end), random.below(1000));
        match random.below(10) {
            0..3 => assert_eq!(map.insert(key, value), model.insert(key, value)),
            3 => assert_eq!(map.remove(&key), model.remove(&key)),
            4 => assert_eq!(map.get(&key), model.get(&key).copied()),
            5 => {
                let is_right = |old: &usize| *old > 500;
                let right = model.get(&key).copied().filter(is_right);
                assert_eq!(map.remove_if(&key, is_right), right);
                if right.is_some() {
                    model.remove(&key);
                }
            }
            6 => {
                let change = |old: &mut usize| std::mem::replace(old, value);
                assert_eq!(map.update(&key, change), model.get_mut(&key).map(change));
            }
            7 => {
                let got = map.get_or_insert_with(key, || value);
                assert_eq!(got, *model.entry(key).or_insert(value));
            }
            8 => {
                map.update_or_insert_with(key, || value, |old| *old += 1);
                *model.entry(key).or_insert(value) += 1;
            }
            _ if random.one_in(50) => {
                map.clear();
                model.clear();
            }
            _ if random.one_in(20) => {
                map.retain(|key, _| key % 3 > 0);
                model.retain(|key, _| key % 3 > 0);
            }
            _ => {
                assert_eq!((map.len(), map.is_empty()), (model.len(), model.is_empty()));
                assert_eq!(map.contains_key(&key), model.contains_key(&key));
            }
        }
    }
    let mut entries = Vec::new();
    map.range(|key, value| {
        entries.push((key, value));
        true
    });
    entries.sort_unstable();
    assert!(entries.into_iter().eq(model));
}

#[test]
fn a_sharded_map_agrees_with_the_model() {
    check(tophash::RandomState::new(), 700, 16);
    check(Fnv1a, 700, 2);
}

#[test]
fn a_sharded_map_with_bad_hashes_agrees_with_the_model() {
    check(Constant, 100, 16);
    check(Truncated(3), 200, 16);
    check(Identity, 700, 16);
    check(LowBitsOnly, 200, 16);
    check(HighBitsOnly, 700, 16);
}

#[test]
fn the_number_of_shards_is_a_power_of_two_within_its_limits() {
    let count_of =
        |count| ShardedMap::<u32, u32, _>::with_shards_and_hasher(count, Fnv1a).shard_count();
    assert_eq!([0, 1, 2, 3, 100].map(count_of), [2, 2, 2, 4, 128]);
    assert_eq!([SHARD_COUNT_MAX, usize::MAX].map(count_of), [SHARD_COUNT_MAX; 2]);
}

#[test]
fn keys_are_spread_over_the_shards_also_with_hashes_that_are_the_keys() {
    for step in [1, 1 << 12, 1 << 32, 1 << 48] {
        let map = ShardedMap::with_shards_and_hasher(16, Identity);
        for n in 0..16_000_u64 {
            map.insert(n.wrapping_mul(step), ());
        }
        let lens: Vec<usize> = map.stats().map(|shard| shard.len).collect();
        assert!(lens.iter().all(|len| (500..1500).contains(len)), "{step}: {lens:?}");
        assert!(!map.is_flooded(), "{step}");
    }
}

#[test]
fn statistics_are_of_each_shard() {
    let map: ShardedMap<u64, u64> = (0..10_000).map(|n| (n, n)).collect();
    assert_eq!(map.stats().count(), map.shard_count());
    assert_eq!(map.stats().map(|shard| shard.len).sum::<usize>(), 10_000);
    let bytes: usize = map.stats().map(|shard| shard.bytes.allocated()).sum();
    assert_eq!(bytes, map.allocation_size());
    let map: ShardedMap<u64, u64> = ShardedMap::with_capacity(10_000);
    assert!(map.capacity() >= 10_000);
    let before = map.allocation_size();
    assert!(map.is_empty() && before > 10_000 * 16);
}
