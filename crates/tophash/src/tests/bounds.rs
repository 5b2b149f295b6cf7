//! P2, counted: what single calls move, allocate, free and zero, at every size of the map.

use core::hash::Hash;

use testkit::hashers::Fnv1a;

use crate::raw::work::{self, Work};
use crate::{HashMap, ShrinkPolicy};

/// No chain of these tests is longer: the tests count it.
const CHAIN_MAX: usize = 40;
const BLOCKS_MAX: usize = 3;
const BLOCK_BYTES_MAX: usize = 256 * 1024;
/// While the slots take less, a table may be moved as a whole.
const SMALL_BYTES: usize = 16 * 1024;

/// Panics if a single call did more than the documentation of `insert` and `remove` says, on a map
/// that had so many buckets before.
fn assert_bounded<K, V>(work: Work, bucket_count: usize, call: &str) {
    let entry_bytes = size_of::<K>() + size_of::<V>();
    let bucket_bytes = 8 * entry_bytes;
    let is_small = bucket_count * bucket_bytes < SMALL_BYTES;
    let context = || std::format!("{call} with {bucket_count} buckets: {work:?}");
    if !is_small {
        assert!(work.moved <= 2 * CHAIN_MAX, "{}", context());
        assert_eq!(work.bytes_zeroed_or_copied, 0, "{}", context());
    }
    assert!(work.bytes_zeroed_or_copied <= SMALL_BYTES * 2, "{}", context());
    assert!(work.blocks_allocated + work.blocks_freed <= BLOCKS_MAX, "{}", context());
    // One bucket may be larger than the limit; its block has a head, and so has its chunk.
    let largest = BLOCK_BYTES_MAX.max(bucket_bytes + 256);
    assert!(work.largest_block <= largest, "{}", context());
}

fn grow_and_shrink<K: Hash + Eq, V: Clone>(count: usize, key: impl Fn(usize) -> K, value: V) {
    let mut map = HashMap::new();
    for n in 0..count {
        let buckets = map.table.bucket_count();
        let (key, value) = (key(n), value.clone());
        work::reset();
        map.insert(key, value);
        assert_bounded::<K, V>(work::reset(), buckets, "insert");
    }
    assert!(map.table.longest_chain() <= CHAIN_MAX);
    map.set_shrink_policy(ShrinkPolicy::Automatic);
    for n in 0..count {
        let buckets = map.table.bucket_count();
        let key = key(n);
        work::reset();
        let removed = map.remove(&key);
        let work = work::reset();
        // What a shrink moves as a whole is the smaller table.
        assert_bounded::<K, V>(work, buckets.min(map.table.bucket_count()), "remove");
        assert!(removed.is_some());
        if n % (count / 8) == 0 {
            assert!(map.table.longest_chain() <= CHAIN_MAX);
        }
    }
}

/// Fewer under `cfg(stress)`, where every bucket is a block.
const MILLION: usize = if cfg!(stress) { 50_000 } else { 1_000_000 };

#[test]
fn an_insert_or_remove_does_bounded_work_up_to_a_million_small_entries() {
    grow_and_shrink(MILLION, |n| n as u64, 0_u64);
}

#[test]
fn an_insert_or_remove_does_bounded_work_for_a_set_of_integers() {
    grow_and_shrink(MILLION / 2, |n| n as u64, ());
}

#[test]
fn an_insert_or_remove_does_bounded_work_for_strings() {
    grow_and_shrink(MILLION / 4, |n| std::format!("key {n}"), 0_u64);
}

#[test]
fn an_insert_or_remove_does_bounded_work_for_large_values() {
    grow_and_shrink(MILLION / 20, |n| n as u64, [0_u8; 1000]);
}

#[test]
#[expect(clippy::large_stack_arrays, reason = "eight of it are to be more than 256 KiB")]
fn an_insert_or_remove_does_bounded_work_for_buckets_larger_than_a_block() {
    grow_and_shrink(200, |n| n as u64, [0_u8; 40_000]);
}

#[test]
fn an_entry_call_does_bounded_work() {
    let mut map = HashMap::new();
    for n in 0..MILLION / 5 {
        let buckets = map.table.bucket_count();
        work::reset();
        *map.entry(n).or_insert(0_u64) += 1;
        assert_bounded::<usize, u64>(work::reset(), buckets, "entry");
    }
}

#[test]
fn a_shrink_step_does_bounded_work() {
    let mut map: HashMap<u64, u64> = (0..MILLION as u64 / 5).map(|n| (n, n)).collect();
    map.retain(|key, _| key % 1000 == 0);
    loop {
        let buckets = map.table.bucket_count();
        work::reset();
        let has_more = map.shrink_step(1);
        let work = work::reset();
        assert_bounded::<u64, u64>(work, buckets.min(map.table.bucket_count()), "shrink_step");
        if !has_more {
            break;
        }
    }
    assert!(map.capacity() < 4 * map.len());
}

/// Grows and thins out a map at random for many seeds, so that chunks of overflow buckets, pages,
/// blocks and halvings come together in single calls as they rarely do.
fn wander<V: Clone>(value: &V, entry_count_max: usize, seeds: u32) {
    for seed in 0..seeds {
        let mut random = testkit::Random::new(u64::from(seed));
        let mut map = HashMap::with_seed_and_hasher(seed, Fnv1a);
        if seed % 2 == 0 {
            map.set_shrink_policy(ShrinkPolicy::Automatic);
        }
        let mut next = 0_u64;
        for _ in 0..6 {
            let goal = random.below(entry_count_max);
            // Towards the goal, with steps back.
            while map.len() != goal {
                let grows = map.len() < goal;
                let inserts = if random.one_in(4) { !grows } else { grows };
                let buckets = map.table.bucket_count();
                work::reset();
                if inserts {
                    map.insert(next, value.clone());
                } else {
                    map.remove(&(next - map.len() as u64));
                }
                next += u64::from(inserts);
                let work = work::reset();
                let call = if inserts { "insert" } else { "remove" };
                assert_bounded::<u64, V>(work, buckets.min(map.table.bucket_count()), call);
            }
            for _ in 0..random.below(200) {
                let buckets = map.table.bucket_count();
                work::reset();
                map.shrink_step(1);
                let work = work::reset();
                assert_bounded::<u64, V>(
                    work,
                    buckets.min(map.table.bucket_count()),
                    "shrink_step",
                );
            }
        }
        let hasher = crate::hash_map::hasher_of(&map.hash_builder, map.table.seed());
        map.table.check(Some(&hasher));
    }
}

#[test]
fn work_stays_bounded_while_a_map_grows_and_shrinks_at_random() {
    wander(&0_u64, 3000, 40);
    wander(&0_u64, 20_000, 6);
    wander(&[0_u8; 500], 600, 30);
    wander(&[0_u8; 12_000], 60, 20);
}

#[cfg(not(stress))] // There every step takes a block.
#[test]
fn a_growth_gives_unused_chunks_back_one_a_step_and_none_in_a_step_that_takes_a_block() {
    let value = [0_u64; 64];
    let mut map = HashMap::with_seed_and_hasher(1, testkit::hashers::Constant);
    let mut count = 0_u64;
    while count < 1000 || !map.is_growing() {
        map.insert(count, value);
        count += 1;
    }
    // Nearly all overflow buckets become free, in chunks that the growth's steps are to release.
    map.retain(|key, _| *key == 0);
    let (mut released, mut taken) = (0, 0);
    while map.is_growing() {
        work::reset();
        map.insert(0, value);
        let work = work::reset();
        assert!(work.blocks_allocated + work.blocks_freed <= 1, "{work:?}");
        released += work.blocks_freed;
        taken += work.blocks_allocated;
    }
    assert!(released > 10 && taken > 1, "{released} chunks released, {taken} blocks taken");
}
