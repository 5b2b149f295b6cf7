//! Every interleaving of small programs, under the rules of the C++ memory model.
//!
//! One program for each step of the protocol: an entry that comes, changes and goes; a bucket that
//! is split; two that split it; the lock and its sleepers; a table that is made or cleared.

use crate::SyncMap;
use crate::atomics::turns;
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;
use std::hash::{BuildHasher, Hasher};

/// Hashes that, spread, are the numbers themselves in their lowest two bits and share their tag.
#[derive(Clone, Default)]
struct Chosen;

struct ChosenHasher(u64);

impl Hasher for ChosenHasher {
    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are u64");
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl BuildHasher for Chosen {
    type Hasher = ChosenHasher;

    fn build_hasher(&self) -> ChosenHasher {
        ChosenHasher(0)
    }
}

type Map = SyncMap<u64, u64, Chosen>;

/// A model of readers, in which each order of loads and writes is to be tried.
fn explore_reading(preemption_bound: usize, program: impl Fn() + Sync + Send + 'static) {
    turns::explore(preemption_bound, true, program);
}

/// A model of writers, who find each other by their exchanges.
fn explore(preemption_bound: usize, program: impl Fn() + Sync + Send + 'static) {
    turns::explore(preemption_bound, false, program);
}

/// A map of the first `count` keys, each with the value 0.
fn map_of(count: u64) -> Arc<Map> {
    let map = Arc::new(Map::with_hasher(Chosen));
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
            map.delete(&7);
        });
        let stage = || map.load(&7);
        let seen = [stage(), stage(), stage()];
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
fn a_slot_that_is_used_again_shows_no_entry_before_its_time() {
    explore_reading(2, || {
        let map = map_of(1);
        map.store(7, 1);
        let writer = spawn(&map, |map| {
            map.delete(&7);
            map.store(7, 2);
        });
        let reader = spawn(&map, |map| {
            let (first, second) = (map.load(&7), map.load(&7));
            assert!(first != Some(2) || second == Some(2), "{first:?} and then {second:?}");
            assert!(first.is_some() || second != Some(1), "{first:?} and then {second:?}");
        });
        writer.join().unwrap();
        reader.join().unwrap();
        assert_eq!(map.load(&7), Some(2));
    });
}

#[test]
fn an_entry_is_whole_for_who_finds_it() {
    explore_reading(3, || {
        let map = Arc::new(SyncMap::<u64, UnsafeCell<u64>, Chosen>::with_hasher(Chosen));
        map.store(0, UnsafeCell::new(0));
        let shared = Arc::clone(&map);
        let writer = thread::spawn(move || {
            // Written without any synchronisation of its own: loom finds the race if there is one.
            let cell = UnsafeCell::new(0);
            // SAFETY: nobody else has it.
            cell.with_mut(|value| unsafe { *value = 5 });
            shared.store(1, cell);
        });
        // SAFETY: nobody writes to it any more.
        let read = |cell: &UnsafeCell<u64>| cell.with(|value| unsafe { *value });
        let found = map.load_with(&1, |_, cell| read(cell));
        assert!(found.is_none_or(|value| value == 5));
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
            assert_eq!(map.load(&key), Some(0));
        }
        writer.join().unwrap();
        assert!(map.bucket_count() > before, "something was split");
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
            assert_eq!(map.load(&0), Some(1));
            assert!(map.delete(&1));
            assert_eq!(map.load(&1), None);
        });
        splitter.join().unwrap();
        writer.join().unwrap();
        assert_eq!((map.load(&0), map.load(&1), map.len()), (Some(1), None, 2));
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
        assert!((0..4).all(|key| map.load(&key) == Some(0)));
        map.check();
    });
}

#[test]
fn a_thread_that_sleeps_at_a_lock_is_woken() {
    explore(2, || {
        let map = map_of(1);
        let one = spawn(&map, |map| map.store(0, 1));
        let other = spawn(&map, |map| map.store(0, 2));
        one.join().unwrap();
        other.join().unwrap();
        assert!(map.load(&0).is_some_and(|value| value > 0));
        map.check();
    });
}

#[test]
fn of_two_threads_one_stores_and_one_compares_with_success() {
    explore(3, || {
        let map = Arc::new(Map::with_hasher(Chosen));
        let other = spawn(&map, |map| {
            map.load_or_store(1, 10);
            map.compare_and_swap(&1, &10, 30);
        });
        let (value, was_loaded) = map.load_or_store(1, 20);
        assert_eq!(value == 20, !was_loaded);
        let has_deleted = map.compare_and_delete(&1, &10);
        other.join().unwrap();
        match map.load(&1) {
            None => assert!(has_deleted),
            Some(20 | 30) => assert!(!has_deleted || value == 10),
            left => panic!("{left:?}"),
        }
        map.check();
    });
}

#[test]
fn what_is_stored_after_a_clear_has_returned_is_there() {
    explore(3, || {
        let map = map_of(1);
        let other = spawn(&map, |map| {
            map.clear();
            map.store(2, 2);
            assert_eq!(map.load(&2), Some(2));
            assert_eq!(map.load(&0), None);
        });
        map.store(3, 3);
        let was_there = map.load(&3).is_some();
        other.join().unwrap();
        assert_eq!(map.load(&2), Some(2));
        assert!(was_there || map.load(&3).is_none(), "what was cleared does not come back");
        map.check();
    });
}

#[test]
fn a_range_sees_every_key_once_while_the_table_is_split() {
    explore(1, || {
        let map = map_of(2);
        let writer = spawn(&map, |map| (2..4).for_each(|key| map.store(key, 0)));
        let mut seen = Vec::new();
        map.range(|&key, _| {
            seen.push(key);
            true
        });
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
            assert_eq!((map.load(&0), map.load(&7)), (Some(1), Some(1)));
        });
        map.change_hash_now();
        assert_eq!(map.load(&1), Some(0));
        writer.join().unwrap();
        map.check();
        let seen = [map.load(&0), map.load(&1), map.load(&7)];
        assert_eq!(seen, [Some(1), Some(0), Some(1)]);
    });
}

#[test]
fn a_reader_misses_nothing_and_sees_no_older_value_while_the_hash_is_changed() {
    explore_reading(1, || {
        let map = map_of(2);
        let reader = spawn(&map, |map| {
            let (first, second) = (map.load(&0), map.load(&0));
            assert!(first.is_some() && second.is_some());
            assert!(first != Some(1) || second == Some(1), "{first:?} and then {second:?}");
        });
        let writer = spawn(&map, |map| map.store(0, 1));
        map.change_hash_now();
        reader.join().unwrap();
        writer.join().unwrap();
        assert_eq!(map.load(&0), Some(1));
    });
}

#[test]
fn a_range_sees_every_key_once_while_the_hash_is_changed() {
    explore(1, || {
        let map = map_of(3);
        let changer = spawn(&map, |map| {
            map.change_hash_now();
        });
        let mut seen = [0; 3];
        map.range(|&key, _| {
            seen[key as usize] += 1;
            true
        });
        assert_eq!(seen, [1; 3]);
        changer.join().unwrap();
        map.check();
    });
}
