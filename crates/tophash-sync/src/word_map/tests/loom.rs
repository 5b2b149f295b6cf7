//! Every interleaving of small programs, under the rules of the C++ memory model.
//!
//! In this world a bucket has two slots, and a key is its own hash: even keys share a bucket at
//! first, and go apart when it is split.

use super::{Map, map_with};
use crate::atomics::turns;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, Ordering::Relaxed};
use loom::thread;

/// A model of readers, in which each order of loads and writes is to be tried.
fn explore_reading(preemption_bound: usize, program: impl Fn() + Sync + Send + 'static) {
    turns::explore(preemption_bound, true, program);
}

/// A model of writers, who find each other by their exchanges.
fn explore(preemption_bound: usize, program: impl Fn() + Sync + Send + 'static) {
    turns::explore(preemption_bound, false, program);
}

/// A map of the first `count` keys, each with the value 0.
fn map_of(count: u32) -> Arc<Map> {
    let map = Arc::new(map_with(|key| key));
    (0..count).for_each(|key| map.store(key, 0));
    map
}

fn spawn(map: &Arc<Map>, action: impl FnOnce(&Map) + 'static) -> thread::JoinHandle<()> {
    let map = Arc::clone(map);
    thread::spawn(move || action(&map))
}

#[test]
fn a_reader_sees_an_entry_come_change_and_go_in_this_order() {
    explore_reading(2, || {
        let map = map_of(1);
        let writer = spawn(&map, |map| {
            map.store(7, 1);
            map.store(7, 2);
            map.delete(7);
        });
        let seen = [map.load(7), map.load(7), map.load(7)];
        // Absent, 1, 2, absent: what is seen later is not earlier in this order.
        let mut stages = [None, Some(1), Some(2), None].into_iter();
        let is_in_order = seen.iter().all(|seen| {
            stages.clone().any(|stage| {
                if stage == *seen {
                    return true;
                }
                stages.next();
                false
            })
        });
        assert!(is_in_order, "{seen:?}");
        writer.join().unwrap();
        map.check();
    });
}

#[test]
fn a_slot_that_is_filled_again_shows_no_value_of_another_key() {
    explore_reading(2, || {
        let map = map_of(1);
        map.store(2, 20);
        let writer = spawn(&map, |map| {
            map.delete(2);
            map.store(4, 40);
        });
        assert!([None, Some(20)].contains(&map.load(2)));
        assert!([None, Some(40)].contains(&map.load(4)));
        assert_eq!(map.load(0), Some(0));
        writer.join().unwrap();
        assert_eq!((map.load(2), map.load(4)), (None, Some(40)));
    });
}

#[test]
fn what_was_written_before_a_store_is_seen_by_who_loads_the_value() {
    explore_reading(3, || {
        let map = Arc::new(map_with(|key| key));
        let own = Arc::new(AtomicU32::new(0));
        let theirs = Arc::clone(&own);
        let writer = spawn(&map, move |map| {
            theirs.store(5, Relaxed);
            map.store(1, 1);
            theirs.store(6, Relaxed);
            map.store(1, 2);
        });
        if let Some(value) = map.load(1) {
            assert!(own.load(Relaxed) >= 4 + value);
        }
        writer.join().unwrap();
    });
}

#[test]
fn no_reader_misses_an_entry_while_its_bucket_is_split() {
    explore_reading(1, || {
        let map = map_of(2);
        let before = map.bucket_count();
        let writer = spawn(&map, |map| (2..4).for_each(|key| map.store(key, 0)));
        for key in 0..2 {
            assert_eq!(map.load(key), Some(0));
        }
        writer.join().unwrap();
        assert!(map.bucket_count() > before, "something was split");
        map.check();
    });
}

#[test]
fn no_reader_misses_an_entry_of_an_overflow_bucket_that_is_split() {
    explore_reading(1, || {
        // All in one chain at first: two in the main bucket, one behind it.
        let map = Arc::new(map_with(|key| key));
        for key in [0, 2, 4] {
            map.store(key << 8, key);
        }
        let writer = spawn(&map, |map| map.store(6 << 8, 6));
        for key in [4, 0] {
            assert_eq!(map.load(key << 8), Some(key));
        }
        writer.join().unwrap();
        assert!([0, 2, 4, 6].iter().all(|&key| map.load(key << 8) == Some(key)));
        map.check();
    });
}

#[test]
fn what_is_written_while_the_bucket_is_split_is_not_lost() {
    explore(1, || {
        let map = map_of(2);
        let splitter = spawn(&map, |map| map.store(2, 0));
        let writer = spawn(&map, |map| {
            map.store(0, 1);
            assert_eq!(map.load(0), Some(1));
            assert!(map.delete(1));
            assert_eq!(map.load(1), None);
        });
        splitter.join().unwrap();
        writer.join().unwrap();
        assert_eq!((map.load(0), map.load(1), map.len()), (Some(1), None, 2));
        map.check();
    });
}

#[test]
fn two_threads_that_split_leave_a_whole_table() {
    explore(1, || {
        let map = map_of(2);
        let one = spawn(&map, |map| map.store(2, 0));
        let other = spawn(&map, |map| map.store(3, 0));
        one.join().unwrap();
        other.join().unwrap();
        assert!((0..4).all(|key| map.load(key) == Some(0)));
        map.check();
    });
}

#[test]
fn of_two_increments_none_is_lost() {
    explore(3, || {
        let map = Arc::new(map_with(|key| key));
        let other = spawn(&map, |map| {
            map.update_or_store(0, 1, |value| value + 1);
        });
        map.update_or_store(0, 1, |value| value + 1);
        other.join().unwrap();
        assert_eq!(map.load(0), Some(2));
        map.check();
    });
}

#[test]
fn a_range_sees_every_key_once_while_the_table_is_split() {
    explore_reading(1, || {
        let map = map_of(2);
        let writer = spawn(&map, |map| (2..4).for_each(|key| map.store(key, 0)));
        let mut seen: Vec<u32> = map.iter().map(|(key, _)| key).collect();
        seen.sort_unstable();
        assert!(seen.starts_with(&[0, 1]), "{seen:?}");
        assert!(seen.windows(2).all(|pair| pair[0] != pair[1]), "{seen:?}");
        writer.join().unwrap();
        map.check();
    });
}

#[test]
fn what_is_written_while_the_hash_is_changed_is_not_lost() {
    explore(1, || {
        let map = map_of(2);
        let writer = spawn(&map, |map| {
            map.store(0, 1);
            map.store(7, 1);
            assert_eq!((map.load(0), map.load(7)), (Some(1), Some(1)));
        });
        map.change_hash_now();
        assert_eq!(map.load(1), Some(0));
        writer.join().unwrap();
        map.check();
        assert_eq!([0, 1, 7].map(|key| map.load(key)), [Some(1), Some(0), Some(1)]);
    });
}

#[test]
fn a_reader_misses_nothing_and_sees_no_older_value_while_the_hash_is_changed() {
    explore_reading(1, || {
        let map = map_of(2);
        let reader = spawn(&map, |map| {
            let (first, second) = (map.load(0), map.load(0));
            assert!(first.is_some() && second.is_some());
            assert!(first != Some(1) || second == Some(1), "{first:?} and then {second:?}");
        });
        let writer = spawn(&map, |map| map.store(0, 1));
        map.change_hash_now();
        reader.join().unwrap();
        writer.join().unwrap();
        assert_eq!(map.load(0), Some(1));
    });
}

#[test]
fn a_clear_deletes_no_key_twice_while_its_bucket_is_split() {
    explore_reading(2, || {
        let map = map_of(3);
        let clearer = spawn(&map, Map::clear);
        let was_deleted = map.load(2).is_none();
        if was_deleted {
            // The last of them has 0 and 2 part.
            [2, 0, 4].into_iter().for_each(|key| map.store(key, 1));
        }
        clearer.join().unwrap();
        assert_eq!(map.load(2), was_deleted.then_some(1));
        map.check();
    });
}

#[test]
fn a_clear_deletes_no_key_twice_while_the_hash_is_changed() {
    explore_reading(2, || {
        let map = map_of(3);
        let clearer = spawn(&map, Map::clear);
        let was_deleted = map.load(0).is_none();
        if was_deleted {
            map.store(0, 1);
        }
        map.change_hash_now();
        clearer.join().unwrap();
        assert_eq!([0, 1, 2].map(|key| map.load(key)), [was_deleted.then_some(1), None, None]);
        map.check();
    });
}
