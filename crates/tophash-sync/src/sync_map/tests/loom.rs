//! Every interleaving of small programs, under the rules of the C++ memory model.
//!
//! One program for each step of the protocol: an entry that comes, changes and goes; a bucket that
//! is split; two that split it; the lock and who waits for it; a table that is made or cleared.

use crate::SyncMap;
use crate::tests::models::{self, explore, explore_reading, spawn};
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
        unreachable!("keys are u32");
    }

    fn write_u32(&mut self, key: u32) {
        self.0 = u64::from(key);
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

type Map = SyncMap<u32, u32, Chosen>;

fn make() -> Map {
    Map::with_hasher(Chosen)
}

/// A map of the first `count` keys, each with the value 0.
fn map_of(count: u32) -> Arc<Map> {
    models::map_of(make, count)
}

#[test]
fn a_reader_sees_an_entry_come_change_and_go_in_this_order() {
    models::a_reader_sees_an_entry_come_change_and_go_in_this_order(make);
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
        let map = Arc::new(SyncMap::<u32, UnsafeCell<u64>, Chosen>::with_hasher(Chosen));
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
    models::no_reader_misses_an_entry_while_its_bucket_is_split(make, Map::bucket_count);
}

#[test]
fn what_is_written_while_the_bucket_is_split_is_not_lost() {
    models::what_is_written_while_the_bucket_is_split_is_not_lost(make);
}

#[test]
fn two_threads_that_split_leave_a_whole_table() {
    models::two_threads_that_split_leave_a_whole_table(make);
}

#[test]
fn a_thread_that_waits_at_a_lock_gets_it() {
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
        let map = Arc::new(make());
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
    models::a_range_sees_every_key_once_while_the_table_is_split(make, false);
}

#[test]
fn what_is_written_while_the_hash_is_changed_is_not_lost() {
    models::what_is_written_while_the_hash_is_changed_is_not_lost(make);
}

#[test]
fn a_reader_misses_nothing_and_sees_no_older_value_while_the_hash_is_changed() {
    models::a_reader_misses_nothing_and_sees_no_older_value_while_the_hash_is_changed(make);
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
