//! How the table grows, and what it does when hashes collide.

use super::{Map, makers, map_with};
use crate::WordMap;

#[test]
fn one_write_brings_forth_two_buckets_at_most() {
    let map = Map::new();
    map.store(0, 0);
    let mut before = map.bucket_count();
    for key in 1..20_000 {
        map.store(key, key);
        let now = map.bucket_count();
        assert!(now - before <= 2, "{key}");
        before = now;
    }
    map.check();
}

#[test]
#[should_panic = "which memory refuses: ask for less"]
fn room_for_more_than_memory_holds_is_refused_at_once() {
    let _ = WordMap::<u32, u32>::with_capacity(usize::MAX);
}

#[test]
fn a_table_keeps_between_one_and_three_entries_a_bucket() {
    for shift in [0, 12, 32] {
        let map: WordMap<u64, u64> = WordMap::new();
        for key in 0..50_000 {
            map.store(key << shift, key);
            if key >= 1000 && key % 1000 == 0 && !cfg!(stress) {
                let count = map.bucket_count();
                assert!((count..3 * count).contains(&map.len()), "{count} at {key}");
            }
        }
        assert!(!map.is_flooded());
        map.check();
    }
}

#[test]
fn overwriting_and_missing_grow_nothing() {
    let map = Map::new();
    (0..1000).for_each(|key| map.store(key, key));
    let before = map.bucket_count();
    for key in 0..1000 {
        map.store(key, 1);
        map.update(key, |value| value + 1);
        map.load(key + 5000);
        map.delete(key + 5000);
    }
    assert_eq!(map.bucket_count(), before);
}

#[test]
fn keys_that_come_and_go_in_one_bucket_do_not_make_the_table_grow_for_ever() {
    let map = map_with(|_| 7);
    for n in 0..5000 {
        map.store(n, n);
        if n >= 40 {
            assert!(map.delete(n - 40));
        }
    }
    assert_eq!(map.len(), 40);
    // As many as there are entries, and what one write may add.
    assert!(map.bucket_count() <= 43, "{}", map.bucket_count());
    map.check();
}

#[test]
fn a_map_with_a_capacity_holds_so_many_without_growing() {
    let map = Map::with_capacity(10_000);
    let before = map.bucket_count();
    // By chance a few find their bucket full, and each of these may split two.
    (0..5000).for_each(|key| map.store(key, key));
    assert!(before >= 6666 && map.bucket_count() - before < before / 10, "{before}");
}

#[test]
fn every_entry_comes_once_in_a_range_while_the_table_doubles_again_and_again() {
    for make in makers() {
        let map = make();
        (0..100).for_each(|key| map.store(key, 1));
        let mut seen = vec![0; 100];
        let mut next = 100;
        map.range(|key, value| {
            if key < 100 {
                assert_eq!(value, 1);
                seen[key as usize] += 1;
            }
            // Each visit makes as many entries as make several splits.
            (next..next + 10).for_each(|key| map.store(key, 2));
            next += 10;
            next < 2000
        });
        if next < 2000 {
            assert!(seen.iter().all(|&count| count == 1), "{seen:?}");
        } else {
            assert!(seen.iter().all(|&count| count <= 1), "{seen:?}");
        }
        map.check();
    }
}

#[test]
fn nested_ranges_may_do_everything() {
    let map: Map = (0..60).map(|key| (key, key)).collect();
    let mut outer = 0;
    map.range(|key, _| {
        outer += 1;
        map.range(|other, _| {
            map.update(other, |value| value + 1);
            other != key
        });
        map.delete(key);
        true
    });
    assert_eq!((outer, map.len()), (60, 0));
}
