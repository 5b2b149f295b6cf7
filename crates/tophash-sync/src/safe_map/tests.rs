//! What a map behind one lock promises: steps for all or none, closures that panic or re-enter.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Weak};
use std::thread;

use testkit::hashers::{Constant, Fnv1a, Truncated};
use testkit::keys::{Census, Fuse, Spark};
use testkit::{Random, silently};

use super::{RETAIN_STEP, SafeMap};
use crate::tests::{THREAD_COUNT, assert_made_once, in_threads, while_blocked};

#[test]
fn a_safe_map_agrees_with_the_model_with_good_and_bad_hashes() {
    fn check<S: std::hash::BuildHasher + Clone>(state: S, key_end: usize) {
        let (map, mut model) = (SafeMap::with_hasher(state), BTreeMap::new());
        let mut random = Random::new(7);
        for _ in 0..3000 {
            let (key, value) = (random.below(key_end), random.below(1000));
            match random.below(11) {
                0..3 => assert_eq!(map.insert(key, value), model.insert(key, value)),
                3 => assert_eq!(map.remove(&key), model.remove(&key)),
                4 => assert_eq!(map.get(&key), model.get(&key).copied()),
                5 => assert_eq!(map.contains_key(&key), model.contains_key(&key)),
                6 => {
                    let change = |old: &mut usize| std::mem::replace(old, value);
                    assert_eq!(map.update(&key, change), model.get_mut(&key).map(change));
                }
                7 => {
                    let got = map.get_or_insert_with(key, || value);
                    assert_eq!(got, *model.entry(key).or_insert(value));
                }
                8 => assert_eq!(map.remove_entry(&key), model.remove_entry(&key)),
                9 => {
                    let is_unwanted = model.get(&key).is_some_and(|old| old % 2 == 0);
                    let removed = if is_unwanted { model.remove(&key) } else { None };
                    assert_eq!(map.remove_if(&key, |old| old % 2 == 0), removed);
                }
                _ if random.one_in(50) => {
                    map.clear();
                    model.clear();
                }
                _ if random.one_in(20) => {
                    map.retain(|key, _| key % 3 > 0);
                    model.retain(|key, _| key % 3 > 0);
                }
                _ => assert_eq!(map.len(), model.len()),
            }
        }
        let mut entries: Vec<(usize, usize)> = Vec::new();
        map.range(|&key, value| {
            entries.push((key, value));
            true
        });
        entries.sort_unstable();
        assert!(entries.into_iter().eq(model));
    }
    check(tophash::RandomState::new(), 500);
    check(Fnv1a, 500);
    check(Truncated(3), 200);
    check(Constant, 100);
}

#[test]
fn a_step_of_several_keys_is_seen_as_a_whole() {
    let map = SafeMap::new();
    map.write(|map| map.extend([(0, 500), (1, 500)]));
    thread::scope(|threads| {
        threads.spawn(|| {
            for n in 0..2000_i32 {
                map.write(|map| {
                    *map.get_mut(&0).unwrap() -= n % 7;
                    *map.get_mut(&1).unwrap() += n % 7;
                });
            }
        });
        for _ in 0..2000 {
            assert_eq!(map.read(|map| map[&0] + map[&1]), 1000);
        }
    });
}

#[test]
fn an_absent_value_is_made_once_however_many_threads_ask() {
    let map = SafeMap::new();
    assert_made_once(200, |key, make| map.get_or_insert_with(key, make));
    let map = SafeMap::with_hasher(Truncated(3));
    assert_made_once(100, |key, make| map.get_or_insert_with(key, make));
    let map = SafeMap::with_hasher(Constant);
    assert_made_once(50, |key, make| map.get_or_insert_with(key, make));
}

#[test]
fn no_update_is_lost_and_of_racing_removals_one_gets_the_value() {
    fn check<S: std::hash::BuildHasher + Send + Sync>(state: S, count: u32) {
        let map = SafeMap::with_hasher(state);
        in_threads(|_| {
            for n in 0..4 * count {
                map.update_or_insert_with(n % count, || 0, |value| *value += 1);
            }
        });
        let taken = in_threads(|_| (0..count).filter_map(|key| map.remove(&key)).sum::<u32>());
        assert_eq!(taken.into_iter().sum::<u32>(), THREAD_COUNT * 4 * count);
        assert!(map.is_empty());
    }
    check(tophash::RandomState::new(), 500);
    check(Truncated(3), 100);
    check(Constant, 50);
}

#[test]
fn a_closure_that_writes_to_its_own_map_panics_and_harms_nothing() {
    let map = SafeMap::new();
    map.insert(1, 10);
    let refused = [
        silently(|| map.read(|_| map.insert(2, 20))).is_err(),
        silently(|| map.write(|_| map.get(&1))).is_err(),
        silently(|| map.write(|_| map.write(|_| ()))).is_err(),
        silently(|| map.update(&1, |_| map.len())).is_err(),
        silently(|| map.get_or_insert_with(2, || map.get(&1).unwrap())).is_err(),
        silently(|| map.retain(|_, _| map.is_empty())).is_err(),
        silently(|| map.remove_if(&1, |_| map.is_empty())).is_err(),
    ];
    assert_eq!(refused, [true; 7]);
    assert_eq!((map.len(), map.get(&1), map.get(&2)), (1, Some(10), None));
    map.insert(2, 20);
}

#[test]
fn readers_may_read_within_each_other_also_when_a_writer_waits() {
    let map = SafeMap::new();
    map.insert(1, 10);
    let start = Barrier::new(2);
    thread::scope(|threads| {
        threads.spawn(|| {
            start.wait();
            for n in 0..1000 {
                map.insert(2, n);
            }
        });
        start.wait();
        for _ in 0..1000 {
            assert_eq!(map.read(|_| map.get_with(&1, |_| map.len().min(1))), Some(1));
        }
    });
}

#[test]
fn a_closure_of_one_map_may_use_another() {
    let (one, other) = (SafeMap::new(), SafeMap::new());
    one.insert(1, 10);
    one.update(&1, |value| other.insert(1, *value));
    assert_eq!(other.get(&1), Some(10));
}

#[test]
fn a_range_calls_without_a_lock_and_sees_each_key_once() {
    let map = SafeMap::new();
    for n in 0..1000 {
        map.insert(n, n);
    }
    let mut seen = Vec::new();
    map.range(|&key, value| {
        assert_eq!(key, value);
        seen.push(key);
        map.remove(&((key + 1) % 1000)); // perhaps before it is reached
        map.insert(key + 10_000, 0);
        map.range(|_, _| false);
        true
    });
    seen.sort_unstable();
    assert!(seen.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(seen.len() >= 500 && seen.iter().all(|&key| key < 1000));
}

#[test]
fn retain_lets_others_in_between_its_steps() {
    let map = SafeMap::new();
    let count = 4 * RETAIN_STEP;
    map.write(|map| map.extend((0..count).map(|n| (n, 0))));
    let (asked, mut asked_before, mut step_count) = (Cell::new(0), 0, 0);
    map.retain_by_steps(
        |_, _| {
            asked.set(asked.get() + 1);
            true
        },
        || {
            // A step is so many entries, and the rest of a chain.
            assert!(asked.get() - asked_before < RETAIN_STEP + 34);
            asked_before = asked.get();
            // Another thread is served, or this waits for ever.
            let key = count + step_count;
            thread::scope(|threads| _ = threads.spawn(|| map.insert(key, 0)));
            step_count += 1;
        },
    );
    assert!(step_count >= 4 && asked.get() >= count);
    assert_eq!(map.len(), count + step_count);
}

#[test]
fn a_closure_that_does_not_return_holds_writers_up_and_readers_do_not() {
    let (map, is_released) = (SafeMap::new(), AtomicBool::new(false));
    map.insert(1, 10);
    thread::scope(|threads| {
        while_blocked(
            &map,
            |map, block| {
                map.read(|_| {
                    block();
                    is_released.store(true, Ordering::Relaxed);
                });
            },
            || {
                assert_eq!((map.get(&1), map.len()), (Some(10), 1));
                threads.spawn(|| {
                    map.insert(1, 11);
                    assert!(is_released.load(Ordering::Relaxed), "it was lent for reading");
                });
            },
        );
    });
    assert_eq!(map.get(&1), Some(11));
}

#[test]
fn a_visitor_of_a_range_that_does_not_return_holds_nobody_up() {
    let map = SafeMap::new();
    map.write(|map| map.extend((0..10).map(|n| (n, n))));
    while_blocked(
        &map,
        |map, block| {
            map.range(|_, _| {
                block();
                true
            });
        },
        || {
            assert_eq!(map.insert(3, 4), Some(3));
            assert_eq!(map.remove(&4), Some(4));
            map.retain(|key, _| key % 2 == 1);
            assert_eq!(map.read(tophash::HashMap::len), 5);
            map.clear();
        },
    );
    assert!(map.is_empty());
}

#[test]
fn a_closure_that_makes_a_value_and_inserts_its_key_panics_and_the_key_stays_absent() {
    let map = SafeMap::new();
    map.insert(1, 10);
    let makers: [fn(&SafeMap<u32, u32>); 3] = [
        |map| _ = map.insert(2, 1),
        |map| _ = map.get_or_insert_with(2, || 1),
        |map| map.update_or_insert_with(2, || 1, |_| ()),
    ];
    for make in makers {
        let result = silently(|| {
            map.get_or_insert_with(2, || {
                make(&map);
                2
            })
        });
        assert!(result.unwrap_err().message.contains("the map that it was handed to"));
        assert_eq!((map.len(), map.get(&2)), (1, None));
    }
    assert_eq!(map.get_or_insert_with(2, || 3), 3);
}

#[test]
fn a_panic_in_hash_eq_clone_or_closure_poisons_and_loses_nothing() {
    let (fuse, census) = (Fuse::new(), Census::new());
    let key = |n: u64| fuse.key(census.track(n));
    let map = SafeMap::with_hasher(Fnv1a);
    for n in 0..50 {
        map.insert(key(n), key(n));
    }
    for spark in [Spark::Hash, Spark::Eq] {
        fuse.set(spark, 1);
        assert!(silently(|| map.insert(key(7), key(8))).is_err());
        fuse.set(spark, 1);
        assert!(silently(|| map.remove(&key(7))).is_err());
    }
    fuse.set(Spark::Clone, 1);
    assert!(silently(|| map.get(&key(7))).is_err());
    assert!(silently(|| map.update(&key(7), |_| panic!("in the closure"))).is_err());
    assert!(silently(|| map.remove_if(&key(7), |_| panic!("in the closure"))).is_err());
    assert!(silently(|| map.write(|_| panic!("in the closure"))).is_err());
    assert!(silently(|| map.get_or_insert_with(key(100), || panic!("no value"))).is_err());
    assert_eq!(map.len(), 50);
    assert!((0..50).all(|n| map.contains_key(&key(n))));
    drop(map);
    census.assert_all_dropped();
}

/// A key that asks its map for its length when it is dropped, and prints as that.
#[derive(Clone)]
struct Curious(u32, Weak<SafeMap<Curious, u32>>);

impl PartialEq for Curious {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Curious {}

impl Hash for Curious {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl Drop for Curious {
    fn drop(&mut self) {
        if let Some(map) = self.1.upgrade() {
            assert!(map.len() < 100);
        }
    }
}

impl fmt::Debug for Curious {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let map = self.1.upgrade().expect("it is printed by its map");
        assert!(silently(|| map.insert(self.clone(), 0)).is_err());
        write!(f, "one of {}", map.len())
    }
}

fn curious_map() -> (Arc<SafeMap<Curious, u32>>, impl Fn(u32) -> Curious) {
    let map = Arc::new(SafeMap::new());
    let weak = Arc::downgrade(&map);
    (map, move |n| Curious(n, weak.clone()))
}

#[test]
fn a_key_that_uses_its_map_when_it_is_dropped_finds_it_unlocked() {
    let (map, key) = curious_map();
    map.insert(key(1), 10);
    assert_eq!(map.insert(key(1), 11), Some(10)); // the second key is dropped
    map.update_or_insert_with(key(1), || 0, |value| *value += 1);
    assert_eq!(map.get_or_insert_with(key(1), || 0), 12);
    assert_eq!(map.remove_if(&key(1), |value| *value == 12), Some(12));
    map.insert(key(1), 10);
    assert_eq!(map.remove(&key(1)), Some(10));
    map.insert(key(2), 20);
    map.clear();
    assert!(map.is_empty());
}

#[test]
fn what_prints_a_map_may_read_it_and_not_write_to_it() {
    let (map, key) = curious_map();
    map.insert(key(1), 10);
    assert_eq!(format!("{map:?}"), "SafeMap({one of 1: 10})");
    assert_eq!(map.write(|_| format!("{map:?}")), "SafeMap(<locked>)");
    assert_eq!(map.read(|_| format!("{map:?}")), "SafeMap({one of 1: 10})");
}

#[test]
fn a_value_that_is_cloned_out_lives_on_without_the_map() {
    let map = SafeMap::new();
    map.insert(1, Arc::new(7));
    let value = map.get(&1).unwrap();
    map.clear();
    assert_eq!((*value, Arc::strong_count(&value)), (7, 1));
}
