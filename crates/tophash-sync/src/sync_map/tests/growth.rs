//! How the table grows, and what it does when hashes collide.

use super::{Map, State, states};
use crate::SyncMap;
use testkit::Random;

fn good() -> State {
    states()[0].clone()
}

#[test]
fn one_write_brings_forth_two_buckets_at_most() {
    let map = Map::with_hasher(good());
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
    let _ = SyncMap::<u32, u32>::with_capacity(usize::MAX);
}

#[test]
fn a_table_keeps_between_two_and_six_entries_a_bucket() {
    let map = Map::with_hasher(good());
    for key in 0..50_000 {
        map.store(key, key);
        if key >= 1000 && key % 1000 == 0 && !cfg!(stress) {
            let count = map.bucket_count();
            assert!((2 * count..6 * count).contains(&map.len()), "{count} at {key}");
        }
    }
}

#[test]
fn overwriting_and_missing_grow_nothing() {
    let map = Map::with_hasher(good());
    (0..1000).for_each(|key| map.store(key, key));
    let before = map.bucket_count();
    for key in 0..1000 {
        map.store(key, 1);
        map.update(&key, |value| value + 1);
        map.load(&(key + 5000));
        map.delete(&(key + 5000));
    }
    assert_eq!(map.bucket_count(), before);
}

#[test]
fn keys_that_come_and_go_in_one_bucket_do_not_make_the_table_grow_for_ever() {
    let constant = states()[1].clone();
    let map = Map::with_hasher(constant);
    for n in 0..20_000 {
        map.store(n, n);
        if n >= 40 {
            assert!(map.delete(&(n - 40)));
        }
    }
    assert_eq!(map.len(), 40);
    // As many as there are entries, and what one write may add.
    assert!(map.bucket_count() <= 43, "{}", map.bucket_count());
    map.check();
}

#[test]
fn a_flood_is_reported_bounded_and_forgotten_by_clear() {
    let map = Map::with_hasher(states()[1].clone());
    (0..20).for_each(|key| map.store(key, key));
    assert!(!map.is_flooded());
    (20..200).for_each(|key| map.store(key, key));
    assert!(map.is_flooded());
    assert!(map.bucket_count() <= 203, "{}", map.bucket_count());
    assert!((0..200).all(|key| map.load(&key) == Some(key)));
    map.clear();
    assert!(!map.is_flooded());
}

#[test]
fn a_map_of_many_random_keys_is_not_flooded() {
    let map = SyncMap::<u64, ()>::new();
    let mut random = Random::new(3);
    (0..100_000).for_each(|_| map.store(random.next_u64(), ()));
    assert!(!map.is_flooded());
    map.check();
}

#[test]
fn sequential_keys_with_a_state_that_leaves_bits_alone_are_spread() {
    let map = SyncMap::<u32, (), _>::with_hasher(testkit::hashers::Identity);
    (0..100_000).for_each(|key| map.store(key << 8, ()));
    assert!(!map.is_flooded());
}

#[test]
fn room_for_many_is_made_at_once() {
    let map = SyncMap::<u32, u32>::with_capacity(10_000);
    let before = map.bucket_count();
    (0..10_000).for_each(|key| map.store(key, key));
    assert!(map.bucket_count() < before + before / 2 || cfg!(stress), "{}", map.bucket_count());
    map.check();
}

#[test]
fn splits_by_many_threads_leave_every_entry_where_it_belongs() {
    for state in states() {
        let map = Map::with_hasher(state.clone());
        let count = if state.name == "good" { 4000 } else { 300 };
        std::thread::scope(|threads| {
            for thread in 0..4 {
                let map = &map;
                threads.spawn(move || {
                    for n in 0..count {
                        map.store(n * 4 + thread, n);
                        assert_eq!(map.load(&(n * 4 + thread)), Some(n));
                    }
                });
            }
        });
        map.check();
        assert_eq!(map.len(), 4 * count as usize);
        assert!((0..count * 4).all(|key| map.load(&key) == Some(key / 4)));
    }
}

#[test]
fn a_static_map_needs_no_initialisation() {
    static MAP: SyncMap<u8, u8> = SyncMap::new();
    assert_eq!(MAP.len(), 0);
    assert!(!MAP.delete(&1));
    assert_eq!(MAP.load(&1), None);
    MAP.store(1, 2);
    assert_eq!(MAP.load(&1), Some(2));
}
