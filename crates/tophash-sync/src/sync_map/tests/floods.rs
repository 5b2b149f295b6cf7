//! Keys that were chosen to collide, and the change of the hash that answers them.

use super::super::hashing::Hashing;
use super::super::reclaim::Reclaim;
use super::{Map, with_each_state};
use crate::SyncMap;
use crate::directory::refusal;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use testkit::keys::{Fuse, Fused, Spark};
use testkit::silently;

/// Keys that the present hash of a map puts into one bucket, as long as it has at most 256 of them.
fn colliding<K: Hash, V>(
    map: &SyncMap<K, V>,
    count: usize,
    key: impl Fn(u64) -> K,
) -> impl Iterator<Item = K> {
    let pin = map.memory.pin();
    let table = map.table_or_make(&pin);
    let collides = |key: &K| map.hash(table, key).trailing_zeros() >= 8;
    (0_u64..).map(key).filter(collides).take(count).collect::<Vec<_>>().into_iter()
}

fn hashing_of<K, V, S>(map: &SyncMap<K, V, S>) -> Hashing {
    let pin = map.memory.pin();
    map.table(&pin).expect("there is a table").hashing.clone()
}

#[test]
fn a_flooded_map_changes_its_hash_and_loses_nothing() {
    let map = SyncMap::<u64, u64>::new();
    (0..50).for_each(|key| map.store(key, key));
    let chosen: Vec<u64> = colliding(&map, 60, |n| n + 1000).collect();
    for &key in &chosen {
        map.store(key, key);
    }
    assert!(hashing_of(&map).is_of_table());
    assert!(!map.is_flooded());
    assert_eq!(map.len(), 110);
    assert!((0..50).chain(chosen.iter().copied()).all(|key| map.load(&key) == Some(key)));
    map.check();
    // The new hash stays while the map grows, and goes when it is cleared.
    (10_000..20_000).for_each(|key| map.store(key, key));
    assert!(hashing_of(&map).is_of_table());
    map.check();
    map.clear();
    map.store(1, 1);
    assert!(!hashing_of(&map).is_of_table());
}

#[test]
fn when_memory_is_refused_the_hash_stays_and_is_changed_later() {
    let map = SyncMap::<u64, u64>::new();
    (0..50).for_each(|key| map.store(key, key));
    let chosen: Vec<u64> = colliding(&map, 60, |n| n + 1000).collect();
    refusal::during(|| {
        for &key in &chosen {
            map.store(key, key);
        }
        assert!(!map.change_hash_now());
    });
    assert!(map.is_flooded() && !hashing_of(&map).is_of_table());
    assert!((0..50).chain(chosen.iter().copied()).all(|key| map.load(&key) == Some(key)));
    map.check();
    // As many writes as there are entries, and one.
    (0..111).for_each(|n| map.store(7, 7 + n));
    map.store(7, 7);
    assert!(hashing_of(&map).is_of_table() && !map.is_flooded());
    assert!((0..50).chain(chosen.iter().copied()).all(|key| map.load(&key) == Some(key)));
    map.check();
}

#[test]
fn a_bucket_that_could_not_be_born_in_a_frozen_table_is_after_the_thaw() {
    let map: SyncMap<u32, u32> = (0..100).map(|key| (key, key)).collect();
    let pin = map.memory.pin();
    let table = map.table(&pin).expect("there is a table");
    let index = table.directory.live();
    table.freeze();
    table.grow(|_| unreachable!("nothing can be split"));
    assert!(table.directory.live() > index, "buckets were claimed");
    let is_born = || table.directory.bucket(index).is_some_and(|bucket| bucket.word().is_born());
    assert!(!is_born());
    table.thaw();
    table.catch_up(|bucket| map.retire_bucket(&pin, bucket));
    assert!(is_born());
    map.check();
    assert!((0..100).all(|key| map.load(&key) == Some(key)));
}

#[test]
fn the_order_of_one_map_is_no_flood_for_another() {
    let one: SyncMap<u64, u64> = (0..20_000).map(|n| (n, n)).collect();
    let other = SyncMap::<u64, u64>::new();
    one.range(|&key, &value| {
        other.store(key, value);
        true
    });
    assert_eq!(other.len(), one.len());
    assert!(!other.is_flooded() && !hashing_of(&other).is_of_table());
}

#[test]
fn a_map_changes_its_hash_over_and_over_and_agrees_with_a_model() {
    with_each_state(|state| {
        let (map, mut model) = (Map::with_hasher(state), HashMap::new());
        assert!(!map.change_hash_now(), "there is no table yet");
        for n in 0..600 {
            match n % 3 {
                0 | 1 => assert_eq!(map.swap(n * 7 % 200, n), model.insert(n * 7 % 200, n)),
                _ => assert_eq!(map.load_and_delete(&(n % 200)), model.remove(&(n % 200))),
            }
            if n % 40 == 0 {
                assert!(map.change_hash_now());
                map.check();
            }
        }
        assert_eq!(map.len(), model.len());
        assert!(model.iter().all(|(key, value)| map.load(key) == Some(*value)));
    });
}

#[test]
fn a_walk_keeps_the_hash_as_it_is_and_sees_every_key_once() {
    let map: SyncMap<u64, u64> = (0..300).map(|n| (n, n)).collect();
    let mut seen = vec![0; 300];
    map.range(|&key, _| {
        assert!(!map.change_hash_now());
        seen[usize::try_from(key).unwrap()] += 1;
        true
    });
    assert_eq!(seen, [1; 300]);
    let mut iterator = map.iter();
    assert!(iterator.next().is_some());
    assert!(!map.change_hash_now());
    drop(iterator);
    assert!(map.change_hash_now());
}

#[test]
fn a_hash_that_panics_while_the_hash_is_changed_loses_nothing() {
    for n in 1.. {
        let (fuse, map) = (Fuse::new(), SyncMap::<Fused<u64>, u64>::new());
        (0..40).for_each(|key| map.store(fuse.key(key), key));
        fuse.set(Spark::Hash, n);
        let result = silently(|| map.change_hash_now());
        let was_reached = !fuse.disarm(Spark::Hash);
        assert_eq!(result.is_err(), was_reached);
        map.check();
        assert!((0..40).all(|key| map.load(&fuse.key(key)) == Some(key)));
        assert!(map.change_hash_now(), "it can be tried again");
        if !was_reached {
            assert!(n > 40);
            return;
        }
    }
}

/// A key whose hash uses the map that it is in.
struct Meddling(u64);

static MEDDLED_WITH: SyncMap<Meddling, u64> = SyncMap::new();
static IS_MEDDLING: AtomicBool = AtomicBool::new(false);

impl PartialEq for Meddling {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Meddling {}

impl Hash for Meddling {
    fn hash<H: Hasher>(&self, state: &mut H) {
        static NEXT: AtomicU64 = AtomicU64::new(1000);
        state.write_u64(self.0);
        if IS_MEDDLING.swap(false, Ordering::Relaxed) {
            MEDDLED_WITH.store(Self(NEXT.fetch_add(1, Ordering::Relaxed)), 1);
            assert_eq!(MEDDLED_WITH.load(&Self(3)), Some(3));
            MEDDLED_WITH.range(|_, _| true);
            assert!(!MEDDLED_WITH.change_hash_now(), "one change at a time");
            IS_MEDDLING.store(true, Ordering::Relaxed);
        }
    }
}

#[test]
fn a_hash_may_use_the_map_while_the_hash_is_changed() {
    (0..20).for_each(|n| MEDDLED_WITH.store(Meddling(n), n));
    IS_MEDDLING.store(true, Ordering::Relaxed);
    assert!(MEDDLED_WITH.change_hash_now());
    IS_MEDDLING.store(false, Ordering::Relaxed);
    MEDDLED_WITH.check();
    assert!(MEDDLED_WITH.len() > 20);
    assert!((0..20).all(|n| MEDDLED_WITH.load(&Meddling(n)) == Some(n)));
}

#[test]
fn nothing_is_lost_while_threads_write_read_and_walk_and_the_hash_is_changed() {
    with_each_state(|state| {
        let map = Map::with_hasher(state);
        (0..60).for_each(|key| map.store(key, 0));
        let (has_changed, is_done) = (AtomicBool::new(false), AtomicBool::new(false));
        let mut update_count = 0;
        std::thread::scope(|threads| {
            let writers = (0..2).map(|thread| {
                let (map, has_changed) = (&map, &has_changed);
                threads.spawn(move || {
                    // So long at least, and until there was something to be lost.
                    (0..)
                        .take_while(|&n| n < 2000 || !has_changed.load(Ordering::Relaxed))
                        .inspect(|&n| {
                            let key = 1000 + thread * 10_000 + n % 100;
                            map.store(key, n);
                            assert_eq!(map.load(&key), Some(n));
                            assert!(map.update(&key, |value| value + 1));
                            assert_eq!(map.load_and_delete(&key), Some(n + 1));
                            assert!(map.update(&(n % 60), |count| count + 1));
                        })
                        .count()
                })
            });
            let writers: Vec<_> = writers.collect();
            threads.spawn(|| {
                while !is_done.load(Ordering::Relaxed) {
                    let mut seen = [false; 60];
                    map.range(|&key, _| {
                        if let Some(seen) = seen.get_mut(key as usize) {
                            assert!(!*seen, "{key} came twice");
                            *seen = true;
                        }
                        true
                    });
                    assert_eq!(seen, [true; 60]);
                    std::thread::yield_now();
                }
            });
            while writers.iter().any(|writer| !writer.is_finished()) {
                has_changed.fetch_or(map.change_hash_now(), Ordering::Relaxed);
                std::thread::yield_now();
            }
            let counts = writers.into_iter().map(|writer| writer.join().unwrap());
            update_count = counts.sum();
            is_done.store(true, Ordering::Relaxed);
        });
        map.check();
        assert!(has_changed.into_inner() && update_count >= 4000);
        let counts = (0..60).map(|key| map.load(&key).unwrap() as usize);
        assert_eq!(counts.sum::<usize>(), update_count);
        assert_eq!(map.len(), 60);
    });
}
