//! Several threads: nothing is lost, nothing is made twice.

use std::hash::BuildHasher;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use testkit::hashers::{Constant, Fnv1a, Truncated};

use crate::ShardedMap;
use crate::tests::assert_made_once;

#[test]
fn no_update_is_lost_between_threads() {
    fn check<S: BuildHasher + Sync>(map: &ShardedMap<u64, u64, S>) {
        thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| {
                    for n in 0..4000 {
                        map.update_or_insert_with(n % 40, || 0, |count| *count += 1);
                    }
                });
            }
        });
        assert!((0..40).all(|key| map.get(&key) == Some(400)));
    }
    check(&ShardedMap::new());
    check(&ShardedMap::with_hasher(Truncated(3)));
    check(&ShardedMap::with_hasher(Constant));
}

#[test]
fn an_absent_value_is_made_once_however_many_threads_ask() {
    let map = ShardedMap::new();
    assert_made_once(500, |key, make| map.get_or_insert_with(key, make));
    let map = ShardedMap::with_hasher(Truncated(3));
    assert_made_once(100, |key, make| map.get_or_insert_with(key, make));
    let map = ShardedMap::with_hasher(Constant);
    assert_made_once(50, |key, make| map.get_or_insert_with(key, make));
}

#[test]
fn every_thread_finds_its_own_keys_while_all_insert_and_remove() {
    fn check<S: BuildHasher + Sync>(map: &ShardedMap<u64, u64, S>, count: u64) {
        thread::scope(|threads| {
            for thread in 0..4 {
                threads.spawn(move || {
                    for n in 0..count {
                        let key = n * 4 + thread;
                        assert_eq!(map.insert(key, n), None);
                        assert_eq!(map.get(&key), Some(n));
                        if n % 2 == 0 {
                            assert_eq!(map.remove(&key), Some(n));
                            assert_eq!(map.get(&key), None);
                        }
                    }
                });
            }
        });
        assert_eq!(map.len() as u64, 2 * count);
    }
    check(&ShardedMap::with_hasher(Fnv1a), 5000);
    check(&ShardedMap::with_hasher(Truncated(3)), 500);
    check(&ShardedMap::with_hasher(Constant), 200);
}

#[test]
fn of_racing_removals_one_gets_the_value() {
    fn check<S: BuildHasher + Sync>(map: &ShardedMap<usize, usize, S>, count: usize) {
        (0..count).for_each(|n| _ = map.insert(n, n));
        let taken = AtomicUsize::new(0);
        thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| {
                    for key in 0..count {
                        if let Some(value) = map.remove(&key) {
                            assert_eq!(value, key);
                            taken.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        assert_eq!((taken.into_inner(), map.len()), (count, 0));
    }
    check(&ShardedMap::new(), 2000);
    check(&ShardedMap::with_hasher(Truncated(3)), 400);
    check(&ShardedMap::with_hasher(Constant), 200);
}
