//! Visiting all entries while others write.

use super::{Map, with_each_state};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn an_iterator_that_came_to_its_end_stays_there() {
    with_each_state(|state| {
        let map = Map::with_hasher(state);
        let mut of_nothing = map.iter();
        assert!(of_nothing.next().is_none());
        map.store(1, 1);
        let mut of_one = map.iter();
        assert_eq!(of_one.next().map(|entry| *entry), Some(1));
        assert!(of_one.next().is_none());
        (0..100).for_each(|key| map.store(key, key));
        assert!(of_nothing.next().is_none() && of_one.next().is_none());
    });
}

#[test]
fn a_range_visits_every_key_that_stays_exactly_once_with_a_value_that_it_had() {
    with_each_state(|state| {
        let map = Map::with_hasher(state);
        // Go's test: the values of a key are multiples of it.
        (1..=200).for_each(|key| map.store(key, key));
        let is_over = AtomicBool::new(false);
        std::thread::scope(|threads| {
            for thread in 1..=2 {
                let (map, is_over) = (&map, &is_over);
                threads.spawn(move || {
                    let mut factor = 1;
                    while !is_over.load(Ordering::Relaxed) {
                        factor = factor % 1000 + 1;
                        for key in (1..=200).filter(|key| key % 2 == thread % 2) {
                            map.store(key, key * factor);
                        }
                    }
                });
            }
            for _ in 0..30 {
                let mut seen = HashSet::new();
                map.range(|&key, &value| {
                    assert_eq!(value % key, 0);
                    assert!(seen.insert(key), "{key} came twice");
                    true
                });
                assert_eq!(seen.len(), 200);
            }
            is_over.store(true, Ordering::Relaxed);
        });
    });
}

#[test]
fn a_range_neither_repeats_nor_drops_a_key_while_the_table_doubles_again_and_again() {
    with_each_state(|state| {
        let map = Map::with_hasher(state.clone());
        (0..100).for_each(|key| map.store(key, key));
        let buckets_before = map.bucket_count();
        let (mut seen, mut next) = (HashSet::new(), 1000);
        map.range(|&key, _| {
            assert!(seen.insert(key), "{key} came twice");
            // A few new keys for each that is visited, as long as the table is small.
            for _ in 0..if next < 3000 { 20 } else { 0 } {
                map.store(next, next);
                next += 1;
            }
            true
        });
        assert!((0..100).all(|key| seen.contains(&key)));
        assert!(map.bucket_count() > 4 * buckets_before, "it has doubled: {}", state.name);
        map.check();
    });
}

#[test]
fn a_key_that_is_deleted_and_stored_again_is_never_visited_twice() {
    with_each_state(|state| {
        let map = Map::with_hasher(state);
        (0..40).for_each(|key| map.store(key, key));
        let is_over = AtomicBool::new(false);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    for key in 0..20 {
                        map.delete(&key);
                    }
                    (0..20).rev().for_each(|key| map.store(key, key));
                }
            });
            for _ in 0..200 {
                let mut seen = HashMap::new();
                map.range(|&key, &value| {
                    assert_eq!(seen.insert(key, value), None, "{key} came twice");
                    true
                });
                assert!((20..40).all(|key| seen.contains_key(&key)));
            }
            is_over.store(true, Ordering::Relaxed);
        });
        map.check();
    });
}

#[test]
fn the_callback_of_a_range_may_call_everything_range_included() {
    with_each_state(|state| {
        let map = Map::with_hasher(state);
        (0..30).for_each(|key| map.store(key, 0));
        map.range(|&key, _| {
            map.range(|&other, _| {
                // Go's nested test: each operation, on this key and on others.
                assert!(map.load(&key).is_some());
                map.update(&other, |value| value + 1);
                map.compare_and_swap(&other, &9, 10);
                map.load_or_store(other + 100, 1);
                map.store(other + 100, 2);
                assert_eq!(map.swap(other + 100, 3), Some(2));
                assert!(map.compare_and_delete(&(other + 100), &3));
                assert!(!map.delete(&(other + 100)));
                other < 20
            });
            let visited = map.iter().filter(|entry| *entry.key() < 30).count();
            assert_eq!(visited, 30);
            true
        });
        assert_eq!(map.len(), 30);
        map.check();
    });
}

#[test]
fn a_range_ends_when_the_callback_says_so_or_clears() {
    with_each_state(|state| {
        let map = Map::with_hasher(state);
        (0..30).for_each(|key| map.store(key, 0));
        let mut count = 0;
        map.range(|_, _| {
            count += 1;
            count < 7
        });
        assert_eq!(count, 7);
        let mut seen = HashSet::new();
        map.range(|&key, _| {
            assert!(seen.insert(key));
            map.clear();
            map.store(key + 1000, 0);
            true
        });
        assert!(!seen.is_empty() && seen.iter().all(|&key| key < 30));
        assert!(!map.is_empty());
    });
}

#[test]
fn everything_can_be_deleted_and_stored_again_during_one_range() {
    with_each_state(|state| {
        let map = Map::with_hasher(state);
        (0..200).for_each(|key| map.store(key, 0));
        let mut count = 0;
        map.range(|&key, _| {
            count += 1;
            assert!(map.delete(&key));
            map.store(key, 1);
            true
        });
        // Each is there until it is visited, and what is stored again lies behind.
        assert_eq!(count, 200);
        assert!(map.iter().all(|entry| *entry == 1));
        assert_eq!(map.len(), 200);
    });
}

#[test]
fn retain_asks_again_about_a_value_that_was_changed_meanwhile() {
    with_each_state(|state| {
        let map = Map::with_hasher(state);
        (0..100).for_each(|key| map.store(key, 0));
        map.retain(|&key, &value| {
            if key % 2 == 0 && value == 0 {
                // Somebody writes while the closure thinks.
                map.store(key, 1);
            }
            value == 1
        });
        assert_eq!(map.len(), 50);
        assert!(map.iter().all(|entry| entry.key() % 2 == 0 && *entry == 1));
        map.check();
    });
}

#[test]
fn an_iterator_that_is_left_halfway_and_its_references_harm_nobody() {
    with_each_state(|state| {
        let map = Map::with_hasher(state);
        (0..100).for_each(|key| map.store(key, key));
        let mut entries = map.iter();
        let kept: Vec<_> = entries.by_ref().take(50).collect();
        (0..100).for_each(|key| map.store(key, key + 1));
        drop(entries);
        map.clear();
        assert!(kept.iter().all(|entry| entry.key() == entry.value()));
        assert_eq!(format!("{map:?}"), "{}");
    });
}

#[test]
fn a_map_shows_its_entries() {
    let map = super::super::SyncMap::from([(1, 'a')]);
    assert_eq!(format!("{map:?}"), "{1: 'a'}");
    let entry = map.get(&1).unwrap();
    assert_eq!(format!("{entry:?}"), "Ref { key: 1, value: 'a' }");
}
