//! Every interleaving of small programs, under the rules of the C++ memory model.
//!
//! In this world a bucket has two slots, and a key is its own hash: even keys share a bucket at
//! first, and go apart when it is split.

use super::{Map, map_with};
use crate::tests::models::{self, explore, explore_reading, spawn};
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, Ordering::Relaxed};

fn make() -> Map {
    map_with(|key| key)
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
        let map = Arc::new(make());
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
    models::no_reader_misses_an_entry_while_its_bucket_is_split(make, Map::bucket_count);
}

#[test]
fn no_reader_misses_an_entry_of_an_overflow_bucket_that_is_split() {
    explore_reading(1, || {
        // All in one chain at first: two in the main bucket, one behind it.
        let map = Arc::new(make());
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
    models::what_is_written_while_the_bucket_is_split_is_not_lost(make);
}

#[test]
fn two_threads_that_split_leave_a_whole_table() {
    models::two_threads_that_split_leave_a_whole_table(make);
}

#[test]
fn of_two_increments_none_is_lost() {
    explore(3, || {
        let map = Arc::new(make());
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
    models::a_range_sees_every_key_once_while_the_table_is_split(make, true);
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
