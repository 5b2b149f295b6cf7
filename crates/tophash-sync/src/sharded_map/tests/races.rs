//! Several threads: nothing is lost, nothing is made twice.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use testkit::hashers::{Constant, Fnv1a};

use crate::ShardedMap;
use crate::tests::assert_made_once;

#[test]
fn no_update_is_lost_between_threads() {
    fn check<S: std::hash::BuildHasher + Sync>(map: &ShardedMap<u64, u64, S>) {
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
    check(&ShardedMap::with_hasher(Constant));
}

#[test]
fn an_absent_value_is_made_once_however_many_threads_ask() {
    let map = ShardedMap::new();
    assert_made_once(500, |key, make| map.get_or_insert_with(key, make));
}

#[test]
fn every_thread_finds_its_own_keys_while_all_insert_and_remove() {
    let map = ShardedMap::with_hasher(Fnv1a);
    thread::scope(|threads| {
        for thread in 0..4_u64 {
            let map = &map;
            threads.spawn(move || {
                for n in 0..5000 {
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
    assert_eq!(map.len(), 4 * 2500);
}

#[test]
fn of_racing_removals_one_gets_the_value() {
    let map: ShardedMap<usize, usize> = (0..2000).map(|n| (n, n)).collect();
    let taken = AtomicUsize::new(0);
    thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                for key in 0..2000 {
                    if let Some(value) = map.remove(&key) {
                        assert_eq!(value, key);
                        taken.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!((taken.into_inner(), map.len()), (2000, 0));
}
