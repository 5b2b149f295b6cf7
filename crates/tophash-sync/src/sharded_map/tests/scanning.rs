//! Scans, ranges and retaining, while others write.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use testkit::hashers::{Constant, Truncated};

use crate::ShardedMap;
use crate::sharded_map::{STEP_ENTRIES, ShardedScanPosition};

/// How often each key comes in a scan with `between` after each step.
fn scanned<S: BuildHasher>(
    map: &ShardedMap<u64, u64, S>,
    budget: usize,
    mut between: impl FnMut(),
) -> BTreeMap<u64, usize> {
    let (mut counts, mut position) = (BTreeMap::new(), Some(ShardedScanPosition::START));
    while let Some(at) = position {
        let step = map.scan(at, budget, |key, _| *counts.entry(*key).or_default() += 1);
        position = step.next;
        between();
    }
    counts
}

#[test]
fn a_scan_visits_what_stays_once_while_the_map_grows_between_its_steps() {
    let map: ShardedMap<u64, u64> = (0..2000).map(|n| (n, n)).collect();
    let mut next = 10_000;
    let counts = scanned(&map, 5, || {
        for _ in 0..20 {
            map.insert(next, 0);
            next += 1;
        }
    });
    assert!(map.len() > 6000);
    assert!((0..2000).all(|key| counts[&key] == 1));
    assert!(counts.values().all(|&count| count == 1));
}

#[test]
fn a_scan_keeps_its_rules_with_bad_hashes() {
    fn check<S: BuildHasher>(state: S) {
        let map = ShardedMap::with_hasher(state);
        for n in 0..200 {
            map.insert(n, n);
        }
        let mut next = 1000;
        let counts = scanned(&map, 5, || {
            map.insert(next, 0);
            next += 1;
        });
        assert!((0..200).all(|key| counts[&key] == 1));
        assert!(counts.values().all(|&count| count == 1));
    }
    check(Constant);
    check(Truncated(4));
}

#[test]
fn a_step_visits_little_more_than_its_budget() {
    let map: ShardedMap<u64, u64> = (0..20_000).map(|n| (n, n)).collect();
    let mut position = Some(ShardedScanPosition::START);
    while let Some(at) = position {
        let step = map.scan(at, 50, |_, _| ());
        assert!(step.visited < 50 + 34 && !step.has_restarted, "{step:?}");
        position = step.next;
    }
}

#[test]
fn a_made_up_position_is_harmless() {
    let map: ShardedMap<u64, u64> = (0..100).map(|n| (n, n)).collect();
    for (shard, within) in [(0, u64::MAX), (3, 12_345), (u32::MAX, 0), (1 << 20, 7)] {
        let mut position = Some(ShardedScanPosition::from_parts(shard, within));
        let mut steps = 0;
        while let Some(at) = position {
            position = map.scan(at, 10, |_, _| ()).next;
            steps += 1;
            assert!(steps < 10_000);
        }
    }
}

#[test]
fn a_range_sees_every_key_that_stays_once_while_others_write() {
    fn check<S: BuildHasher + Sync>(map: &ShardedMap<u64, u64, S>, count: u64, rounds: usize) {
        (0..count).for_each(|n| _ = map.insert(n, n * 7));
        let is_done = AtomicBool::new(false);
        thread::scope(|threads| {
            threads.spawn(|| {
                let mut n = 0;
                while !is_done.load(Ordering::Relaxed) {
                    // Multiples of seven, as Go's test writes multiples of its number.
                    map.insert(n % count, n * 7);
                    map.insert(count + n % count, 0);
                    map.remove(&(count + (n + count / 2) % count));
                    n += 1;
                }
            });
            for _ in 0..rounds {
                let mut counts = vec![0; usize::try_from(count).unwrap()];
                map.range(|key, value| {
                    assert_eq!(value % 7, 0);
                    if let Some(count) = counts.get_mut(usize::try_from(key).unwrap()) {
                        *count += 1;
                    }
                    true
                });
                assert!(counts.iter().all(|&count| count == 1));
            }
            is_done.store(true, Ordering::Relaxed);
        });
    }
    check(&ShardedMap::new(), 5000, 20);
    check(&ShardedMap::with_hasher(Truncated(4)), 400, 20);
    check(&ShardedMap::with_hasher(Constant), 200, 20);
}

#[test]
fn a_range_may_do_anything_to_its_map_and_ends_when_it_is_told() {
    let map: ShardedMap<u64, u64> = (0..1000).map(|n| (n, n)).collect();
    let mut visited = 0;
    map.range(|key, _| {
        map.remove(&key);
        map.insert(key + 1000, 0);
        map.range(|_, _| false);
        map.retain(|_, _| true);
        visited += 1;
        visited < 10
    });
    assert_eq!((visited, map.len()), (10, 1000));
    map.range(|_, _| {
        map.clear();
        true
    });
    assert!(map.is_empty());
}

#[test]
fn retain_asks_about_each_entry_once_in_bounded_steps() {
    let map: ShardedMap<u64, u64> = (0..10_000).map(|n| (n, 0)).collect();
    map.retain(|key, count| {
        *count += 1;
        key % 2 == 0
    });
    assert_eq!(map.len(), 5000);
    let (mut asked, mut step_count) = (0, 0);
    map.retain_by_steps(
        |_, count| {
            *count += 1;
            asked += 1;
            true
        },
        |step| {
            // What a step may hold the lock for is `STEP_ENTRIES`, and a chain.
            assert!(step.visited < STEP_ENTRIES + 34, "{step:?}");
            assert_eq!(map.len(), 5000, "in between nothing is locked");
            step_count += 1;
        },
    );
    assert_eq!(asked, 5000);
    assert!(step_count >= map.shard_count().max(5000 / (STEP_ENTRIES + 34)), "{step_count}");
    map.range(|_, count| {
        assert_eq!(count, 2);
        true
    });
}
