//! Keys that collide: the change of the hash, alone and among threads.

use super::{Map, map_with};
use crate::WordMap;
use crate::directory::refusal;
use crate::hashing::fold;
use crate::word_map::hashing::Hashing;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::silently;

/// A map, and what an attacker finds who knows the numbers that nobody knows: keys of the same low
/// bits.
fn map_and_colliding_keys() -> (WordMap<u64, u64>, Vec<u64>) {
    let known = || Hashing::Folded { mask: 7, factor: 1 << 63 | 0x3039 };
    let keys = (0..u64::MAX).filter(|&key| known().hash(key).trailing_zeros() >= 12);
    (WordMap::with_capacity_and_hashing(0, known()), keys.take(300).collect())
}

#[test]
fn a_chain_that_chance_does_not_explain_changes_the_hash_once() {
    let (map, keys) = map_and_colliding_keys();
    for &key in &keys {
        map.store(key, key + 1);
        assert!(!map.is_flooded(), "it was answered at the write that made it");
    }
    assert!(map.second.get().is_some());
    assert!(keys.iter().all(|&key| map.load(key) == Some(key + 1)));
    assert_eq!(map.len(), 300);
    map.check();
    assert!(!map.change_hash_now(), "once");
}

#[test]
fn keys_of_every_pattern_are_no_flood() {
    for pattern in [|n: u64| n, |n| n << 12, |n| n << 32, |n| n << 48, |n: u64| n.reverse_bits()] {
        for _ in 0..20 {
            let map: WordMap<u64, u64> = (0..5000).map(|n| (pattern(n), n)).collect();
            assert!(map.second.get().is_none());
        }
    }
}

#[test]
fn a_map_whose_hash_is_not_to_be_changed_reports_the_flood() {
    let map = map_with(|_| 3);
    (0..20).for_each(|key| map.store(key, key));
    assert!(!map.is_flooded());
    (20..200).for_each(|key| map.store(key, key));
    assert!(map.is_flooded());
    assert!((0..200).all(|key| map.load(key) == Some(key)));
}

#[test]
fn what_was_begun_before_a_change_ends_by_its_rules() {
    let map: Map = (0..500).map(|key| (key, key)).collect();
    let mut entries = map.iter();
    let mut seen: Vec<u32> = entries.by_ref().take(100).map(|(key, _)| key).collect();
    assert!(map.change_hash_now());
    (0..500).for_each(|key| map.store(key, key + 1));
    seen.extend(entries.map(|(key, _)| key));
    seen.sort_unstable();
    assert_eq!(seen, (0..500).collect::<Vec<_>>());
    assert!(map.iter().all(|(key, value)| value == key + 1));
    map.check();
}

/// Does something while two threads write, each at least two rounds; `write` is told which thread
/// and which round.
fn while_two_write(write: impl Fn(u32, u32) + Sync, action: impl FnOnce()) {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|threads| {
        for thread in 0..2 {
            let (write, is_over) = (&write, &is_over);
            threads.spawn(move || {
                let mut round = 0;
                while !is_over.load(Ordering::Relaxed) || round < 2 {
                    round += 1;
                    write(thread, round);
                }
            });
        }
        action();
        is_over.store(true, Ordering::Relaxed);
    });
}

/// A hash function that panics at the key 250.
fn panicking() -> Hashing {
    Hashing::Chosen(|key| {
        assert_ne!(key, 250, "as expected");
        fold(key)
    })
}

#[test]
fn nothing_is_lost_or_comes_back_while_the_hash_is_changed() {
    for _ in 0..50 {
        let map: Map = (0..300).map(|key| (key, 0)).collect();
        let write = |thread, round| {
            for key in (thread..300).step_by(2) {
                map.store(key, round);
                assert_eq!(map.load(key), Some(round), "{key}");
            }
        };
        while_two_write(write, || assert!(map.change_hash_now()));
        assert_eq!(map.len(), 300);
        map.check();
    }
}

#[test]
fn a_clear_in_the_middle_of_a_change_leaves_nothing_that_was_there() {
    for _ in 0..100 {
        let map: Map = (0..100).map(|key| (key, 0)).collect();
        std::thread::scope(|threads| {
            threads.spawn(|| map.change_hash_now());
            map.clear();
        });
        assert!(map.is_empty());
        map.check();
    }
}

#[test]
fn when_memory_is_refused_the_hash_stays_and_is_changed_later() {
    let (map, keys) = map_and_colliding_keys();
    let (last, others) = keys.split_last().unwrap();
    refusal::during(|| others.iter().for_each(|&key| map.store(key, key + 1)));
    assert!(map.is_flooded() && map.second.get().is_none());
    assert!(others.iter().all(|&key| map.load(key) == Some(key + 1)));
    map.check();
    map.store(*last, last + 1);
    assert!(map.second.get().is_some());
    assert!(keys.iter().all(|&key| map.load(key) == Some(key + 1)));
    map.check();
}

#[test]
fn a_change_that_unwinds_lets_writers_go_on() {
    for _ in 0..50 {
        let map: Map = (0..300).map(|key| (key, 0)).collect();
        let write = |thread, round| {
            (thread..300).step_by(2).for_each(|key| map.store(key, round));
            let own = 1000 * (thread + 1);
            (own..own + 100).for_each(|key| map.store(key, round));
        };
        while_two_write(write, || {
            for _ in 0..3 {
                let hashing = panicking();
                assert!(silently(|| map.change_hash_to(map.table_or_make(), hashing)).is_err());
            }
        });
        assert_eq!(map.len(), 500);
        map.check();
        map.clear();
        assert!(map.is_empty());
        assert!(map.change_hash_now(), "it can be tried again");
    }
}

#[test]
fn a_clear_in_the_middle_of_a_change_that_unwinds_leaves_nothing_that_was_there() {
    for _ in 0..100 {
        let map: Map = (0..300).map(|key| (key, 0)).collect();
        let hashing = panicking();
        std::thread::scope(|threads| {
            threads
                .spawn(|| silently(|| map.change_hash_to(map.table_or_make(), hashing)).is_err());
            map.clear();
        });
        assert!(map.is_empty());
        map.check();
    }
}

#[test]
fn a_bucket_that_could_not_be_born_in_a_frozen_table_is_after_the_thaw() {
    let map: Map = (0..100).map(|key| (key, key)).collect();
    let table = map.table_or_make();
    table.freeze();
    let index = table.directory.claim_next().unwrap();
    table.directory.bring_forth(index, &mut |parent, bit| table.split_up_to(parent, bit));
    let level = || table.directory.bucket(index).and_then(|bucket| bucket.state().level());
    assert_eq!(level(), None);
    table.thaw();
    assert!(level().is_some());
    map.check();
    assert!((0..100).all(|key| map.load(key) == Some(key)));
}
