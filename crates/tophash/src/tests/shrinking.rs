//! P4: the map gives memory back, at once or a step at a time.

use testkit::hashers::Truncated;

use super::check;
use crate::hash_map::ScanPosition;
use crate::{HashMap, ShrinkPolicy};

fn thinned_out(count: u64, keep: u64) -> HashMap<u64, u64> {
    let mut map: HashMap<u64, u64> = (0..count).map(|n| (n, n)).collect();
    map.retain(|key, _| key % (count / keep) == 0);
    map
}

#[test]
fn shrink_to_fit_leaves_what_the_entries_need() {
    let mut map = thinned_out(20_000, 10);
    map.shrink_to_fit();
    assert_eq!(map.capacity(), 13);
    assert!((0..10).all(|n| map.contains_key(&(n * 2000))));
    check(&map);
    map.clear();
    map.shrink_to_fit();
    assert_eq!(map.allocation_size(), 0);
    map.insert(1, 1);
    check(&map);
}

#[test]
fn shrink_to_keeps_the_capacity_asked_for() {
    let mut map = thinned_out(20_000, 10);
    map.shrink_to(1000);
    assert_eq!(map.capacity(), 1664);
    map.shrink_to(usize::MAX);
    assert_eq!(map.capacity(), 1664);
    check(&map);
}

#[test]
fn shrink_steps_lose_no_entry_and_survive_writes_between_them() {
    let mut map = thinned_out(20_000, 1000);
    let mut next = 100_000;
    while map.shrink_step(7) {
        check(&map);
        map.insert(next, next);
        map.remove(&(next - 5));
        next += 1;
    }
    check(&map);
    assert!(map.capacity() <= 2 * 1664, "{}", map.capacity());
    assert!((0..1000).all(|n| map.contains_key(&(n * 20))));
}

#[test]
fn an_insert_during_a_shrink_splits_nothing() {
    let mut map = thinned_out(20_000, 100);
    assert!(map.shrink_step(10));
    assert!(map.is_shrinking() && !map.is_growing());
    let before = map.table.bucket_count();
    map.insert(1_000_000, 0);
    assert!(map.table.bucket_count() < before);
}

#[test]
fn an_insert_that_needs_the_room_ends_a_shrink() {
    let mut map = thinned_out(20_000, 1000);
    assert!(map.shrink_step(10));
    map.extend((0..30_000).map(|n| (n, n)));
    check(&map);
    assert!(!map.is_shrinking());
    assert_eq!(map.len(), 30_000);
    assert!((0..30_000).all(|n| map.contains_key(&n)));
}

#[test]
fn the_automatic_policy_follows_the_entries_down_and_the_manual_does_not() {
    for (policy, gives_back) in [(ShrinkPolicy::Manual, false), (ShrinkPolicy::Automatic, true)] {
        let mut map: HashMap<u64, u64> = (0..50_000).map(|n| (n, n)).collect();
        map.set_shrink_policy(policy);
        assert_eq!(map.shrink_policy(), policy);
        let before = map.allocation_size();
        for n in 0..49_990 {
            map.remove(&n);
            if n % 5000 == 0 {
                check(&map);
            }
        }
        check(&map);
        assert_eq!(map.allocation_size() < before / 50, gives_back, "{policy:?}");
    }
}

#[test]
fn an_automatic_shrink_does_not_swing_back_and_forth() {
    let mut map: HashMap<u64, u64> = (0..10_000).map(|n| (n, n)).collect();
    map.set_shrink_policy(ShrinkPolicy::Automatic);
    map.retain(|key, _| *key < 2500);
    for n in 0..5000 {
        map.insert(n + 20_000, n);
        map.remove(&(n + 20_000));
    }
    let settled = map.capacity();
    for n in 0..5000 {
        map.insert(n + 20_000, n);
        map.remove(&(n + 20_000));
        assert_eq!(map.capacity(), settled);
    }
}

#[test]
fn the_automatic_policy_follows_entries_that_a_walk_removes() {
    let mut map: HashMap<u64, u64> = (0..50_000).map(|n| (n, n)).collect();
    map.set_shrink_policy(ShrinkPolicy::Automatic);
    let before = map.allocation_size();
    let mut walk = map.walk();
    while let Some(entry) = walk.next() {
        if *entry.key() >= 10 {
            entry.remove();
        }
    }
    // Each write does its step of the shrink that the walk's removals asked for.
    for n in 0..20_000 {
        map.insert(n % 10, n);
    }
    check(&map);
    assert!(!map.is_shrinking());
    assert!(map.allocation_size() < before / 50, "{} of {before}", map.allocation_size());
}

#[test]
fn the_automatic_policy_follows_every_way_to_remove_many() {
    type Remove = fn(&mut HashMap<u64, u64>);
    let ways: [(&str, Remove); 3] = [
        ("retain", |map| map.retain(|key, _| *key < 10)),
        ("extract_if", |map| map.extract_if(|key, _| *key >= 10).for_each(drop)),
        ("scan_mut", |map| {
            _ = map.scan_mut(ScanPosition::START, usize::MAX, |key, _| *key < 10);
        }),
    ];
    for (name, remove) in ways {
        let mut map: HashMap<u64, u64> = (0..50_000).map(|n| (n, n)).collect();
        map.set_shrink_policy(ShrinkPolicy::Automatic);
        let before = map.allocation_size();
        remove(&mut map);
        assert!(map.is_shrinking(), "{name}");
        // Each write does its step.
        for n in 0..20_000 {
            map.insert(n % 10, n);
        }
        check(&map);
        assert!(map.allocation_size() < before / 50, "{name}: {:?}", map.stats());
    }
}

/// A map of which each bucket is a block, so that each merge gives one back, with overflow buckets.
fn of_large_entries() -> HashMap<u64, [u64; 300], Truncated> {
    let mut map = HashMap::with_seed_and_hasher(1, Truncated(7));
    map.extend((0..3000).map(|n| (n, [n; 300])));
    assert!(map.stats().overflow_buckets > 100, "{:?}", map.stats());
    map
}

#[test]
fn a_shrink_gives_overflow_buckets_back_also_where_each_bucket_is_a_block() {
    type Remove = fn(&mut HashMap<u64, [u64; 300], Truncated>);
    let ways: [(&str, Remove); 4] = [
        ("retain", |map| map.retain(|key, _| *key < 10)),
        ("extract_if", |map| map.extract_if(|key, _| *key >= 10).for_each(drop)),
        ("scan_mut", |map| {
            _ = map.scan_mut(ScanPosition::START, usize::MAX, |key, _| *key < 10);
        }),
        ("remove", |map| (10..3000).for_each(|n| _ = map.remove(&n))),
    ];
    for (name, remove) in ways {
        let mut map = of_large_entries();
        map.set_shrink_policy(ShrinkPolicy::Automatic);
        remove(&mut map);
        for n in 0..2000 {
            map.insert(n % 10, [n; 300]);
        }
        check(&map);
        let stats = map.stats();
        assert!(!map.is_shrinking() && stats.buckets <= 8, "{name}: {stats:?}");
        // One chunk is kept, and here that is one overflow bucket.
        assert!(stats.bytes.spare < 2 * size_of::<[(u64, [u64; 300]); 8]>(), "{name}: {stats:?}");
    }
}

#[test]
fn the_automatic_policy_begins_below_a_quarter_of_the_capacity() {
    let mut map: HashMap<u64, u64> = HashMap::with_capacity(6656);
    map.set_shrink_policy(ShrinkPolicy::Automatic);
    map.extend((0..6656).map(|n| (n, n)));
    let mut key = 0;
    while !map.is_shrinking() {
        assert!(map.len() >= 6656 / 4, "{} entries", map.len());
        map.remove(&key);
        key += 1;
    }
    assert_eq!(map.len(), 6656 / 4 - 1);
    // One bucket is never sparse.
    let mut map: HashMap<u64, u64> = HashMap::from_iter([(1, 1)]);
    map.set_shrink_policy(ShrinkPolicy::Automatic);
    map.insert(2, 2);
    map.remove(&1);
    assert!(!map.is_shrinking());
}

#[test]
fn a_walks_removals_begin_no_shrink_without_the_policy_or_while_the_map_is_not_sparse() {
    for (policy, kept) in [(ShrinkPolicy::Manual, 10), (ShrinkPolicy::Automatic, 9_000)] {
        let mut map: HashMap<u64, u64> = (0..10_000).map(|n| (n, n)).collect();
        map.set_shrink_policy(policy);
        let before = map.table.bucket_count();
        let mut walk = map.walk();
        while let Some(entry) = walk.next() {
            if *entry.key() >= kept {
                entry.remove();
            }
        }
        assert!(!map.is_shrinking(), "{policy:?}");
        map.insert(0, 0);
        assert_eq!(map.table.bucket_count(), before, "{policy:?}");
    }
}

/// A map of 1024 buckets, which hold up to 6656 entries, with so many.
fn of_1024_buckets(count: u64) -> HashMap<u64, u64> {
    let mut map = HashMap::with_capacity(6656);
    map.extend((0..count).map(|n| (n, n)));
    assert_eq!(map.table.bucket_count(), 1024);
    map
}

#[test]
fn the_very_insertion_that_needs_the_room_ends_a_shrink() {
    let mut map = of_1024_buckets(6656 / 2);
    assert!(map.shrink_step(10));
    assert_eq!(map.table.bucket_count(), 1014);
    map.insert(1_000_000, 0);
    // It does not merge, but splits again what was merged: two, or one where that is a block.
    assert!(!map.is_shrinking() && map.is_growing());
    assert_eq!(map.table.bucket_count(), if cfg!(stress) { 1015 } else { 1016 });
    check(&map);
}

#[test]
fn a_reservation_ends_every_shrink_by_policy_and_what_is_reserved_stays() {
    for additional in [6000, 3000] {
        let mut map = of_1024_buckets(3000);
        map.set_shrink_policy(ShrinkPolicy::Automatic);
        map.retain(|key, _| *key < 10);
        assert!(map.is_shrinking());
        // The table has as much room already, in all of its buckets or in half of them.
        map.reserve(additional);
        for key in 10..10 + additional as u64 {
            map.insert(key, key);
            assert!(map.capacity() >= 10 + additional, "{additional} {key}");
        }
        assert!(!map.is_growing() && !map.is_shrinking());
        check(&map);
    }
}

#[test]
fn a_reservation_ends_a_shrink_by_hand_that_would_take_the_room_and_no_other() {
    for (additional, bucket_count) in [(6000, 1024), (3000, 1013)] {
        let mut map = of_1024_buckets(10);
        assert!(map.shrink_step(10));
        map.reserve(additional);
        assert_eq!(map.is_shrinking(), additional == 3000);
        map.insert(10, 10);
        assert_eq!(map.table.bucket_count(), bucket_count, "{additional}");
        check(&map);
    }
}

#[test]
fn a_removal_while_the_map_shrinks_merges_one_bucket() {
    let mut map = of_1024_buckets(100);
    map.set_shrink_policy(ShrinkPolicy::Automatic);
    assert!(map.shrink_step(10));
    for (key, bucket_count) in (0..50).zip((0..1014).rev()) {
        map.remove(&key);
        assert_eq!(map.table.bucket_count(), bucket_count);
    }
    check(&map);
}

#[test]
fn a_removal_that_ends_a_shrink_begins_no_other() {
    let mut map = of_1024_buckets(6656 / 8);
    map.set_shrink_policy(ShrinkPolicy::Automatic);
    assert!(map.shrink_step(511));
    assert_eq!(map.table.bucket_count(), 513);
    // Its merge is the last one, and it leaves less than a quarter of what is left.
    map.remove(&0);
    assert_eq!((map.table.bucket_count(), map.is_shrinking()), (512, false));
    map.remove(&1);
    assert_eq!((map.table.bucket_count(), map.is_shrinking()), (511, true));
    check(&map);
}
