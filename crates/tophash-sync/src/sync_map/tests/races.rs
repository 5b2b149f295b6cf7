//! Threads that race for the same keys: who wins, and that exactly one does.

use super::{Map, with_each_state};
use crate::tests::{THREAD_COUNT, in_threads};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

const KEY_COUNT: u32 = 60;
const ROUNDS: u32 = 30;

#[test]
fn of_several_threads_that_load_or_store_exactly_one_stores() {
    with_each_state(|state| {
        for _ in 0..ROUNDS {
            let map = Map::with_hasher(state.clone());
            let answers = in_threads(|thread| {
                let keys = 0..KEY_COUNT;
                keys.map(|key| map.load_or_store(key, key * 10 + thread)).collect::<Vec<_>>()
            });
            for key in 0..KEY_COUNT {
                let own: Vec<_> = answers.iter().map(|answers| answers[key as usize]).collect();
                assert_eq!(own.iter().filter(|(_, was_loaded)| !was_loaded).count(), 1);
                let stored = map.load(&key).unwrap();
                assert!(own.iter().all(|&(value, _)| value == stored), "all have the same");
            }
            map.check();
        }
    });
}

#[test]
fn a_lazy_value_is_made_only_for_an_absent_key_and_one_of_them_is_stored() {
    with_each_state(|state| {
        let map = Map::with_hasher(state);
        let made = AtomicU32::new(0);
        let answers = in_threads(|_| {
            let make = || made.fetch_add(1, Ordering::Relaxed);
            (0..ROUNDS).map(|key| map.load_or_store_with(key, make).0).collect::<Vec<_>>()
        });
        assert!(answers.iter().all(|own| *own == answers[0]));
        assert!(made.load(Ordering::Relaxed) >= ROUNDS);
        let before = made.load(Ordering::Relaxed);
        assert!(map.load_or_store_with(0, || made.fetch_add(1, Ordering::Relaxed)).1);
        assert_eq!(made.load(Ordering::Relaxed), before, "nothing is made for one that is there");
    });
}

#[test]
fn exactly_one_thread_gets_what_is_deleted() {
    with_each_state(|state| {
        for _ in 0..ROUNDS {
            let map = Map::with_hasher(state.clone());
            (0..KEY_COUNT).for_each(|key| map.store(key, key));
            let answers = in_threads(|thread| {
                let keys = (0..KEY_COUNT).filter(|&key| {
                    // Three ways of deleting race with each other.
                    match thread % 3 {
                        0 => map.load_and_delete(&key) == Some(key),
                        1 => map.delete(&key),
                        _ => map.compare_and_delete(&key, &key),
                    }
                });
                keys.collect::<Vec<_>>()
            });
            let all: Vec<u32> = answers.concat();
            let different: HashSet<u32> = all.iter().copied().collect();
            assert_eq!((all.len(), different.len()), (60, 60));
            assert!(map.is_empty());
            map.check();
        }
    });
}

#[test]
fn what_is_swapped_out_is_what_was_stored_each_value_once() {
    with_each_state(|state| {
        let map = Map::with_hasher(state);
        let answers = in_threads(|thread| {
            let values = (0..500).map(|n| n * THREAD_COUNT + thread);
            values.filter_map(|value| map.swap(value % 3, value)).collect::<Vec<_>>()
        });
        let mut seen: Vec<u32> = answers.concat();
        seen.extend(map.iter().map(|entry| *entry));
        seen.sort_unstable();
        assert_eq!(seen, (0..500 * THREAD_COUNT).collect::<Vec<_>>());
    });
}

#[test]
fn no_increment_by_compare_and_swap_or_update_is_lost() {
    with_each_state(|state| {
        let map = Map::with_hasher(state);
        (0..2).for_each(|key| map.store(key, 0));
        in_threads(|_| {
            for _ in 0..300 {
                assert!(map.update(&0, |value| value + 1));
                while !map.load(&1).is_some_and(|old| map.compare_and_swap(&1, &old, old + 1)) {}
            }
        });
        assert_eq!((map.load(&0), map.load(&1)), (Some(1200), Some(1200)));
    });
}

#[test]
fn comparing_never_succeeds_twice_for_one_value() {
    with_each_state(|state| {
        for round in 0..ROUNDS {
            let map = Map::with_hasher(state.clone());
            (0..KEY_COUNT).for_each(|key| map.store(key, round));
            let answers = in_threads(|thread| {
                let keys = (0..KEY_COUNT).filter(|key| {
                    if thread % 2 == 0 {
                        map.compare_and_swap(key, &round, round + 1 + thread)
                    } else {
                        map.compare_and_delete(key, &round)
                    }
                });
                keys.count()
            });
            assert_eq!(answers.into_iter().sum::<usize>(), KEY_COUNT as usize);
        }
    });
}

#[test]
fn comparing_is_false_for_an_absent_key() {
    with_each_state(|state| {
        let map = Map::with_hasher(state);
        assert!(!map.compare_and_swap(&1, &0, 1));
        assert!(!map.compare_and_delete(&1, &0));
        map.store(1, 0);
        map.delete(&1);
        assert!(!map.compare_and_swap(&1, &0, 1));
        assert!(!map.compare_and_delete(&1, &0));
        assert_eq!(map.load(&1), None);
    });
}

#[test]
fn keys_of_one_thread_are_left_alone_by_others() {
    with_each_state(|state| {
        let map = Map::with_hasher(state);
        in_threads(|thread| {
            let own = |n: u32| n * THREAD_COUNT + thread;
            for n in 0..80 {
                assert_eq!(map.load_or_store(own(n), n), (n, false));
                assert_eq!(map.load(&own(n)), Some(n));
                assert_eq!(map.swap(own(n), n + 1), Some(n));
                assert!(map.compare_and_swap(&own(n), &(n + 1), n + 2));
                assert!(!map.compare_and_delete(&own(n), &n));
                if n % 3 == 0 {
                    assert_eq!(map.load_and_delete(&own(n)), Some(n + 2));
                    assert_eq!(map.load(&own(n)), None);
                }
            }
            assert!((0..80).all(|n| map.contains_key(&own(n)) == (n % 3 != 0)));
        });
        map.check();
    });
}

#[test]
fn clear_is_one_step_also_while_others_write() {
    with_each_state(|state| {
        let map = Map::with_hasher(state);
        let is_over = AtomicBool::new(false);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                (0..60).for_each(|_| map.clear());
                is_over.store(true, Ordering::Relaxed);
            });
            for thread in 0..2 {
                let (map, is_over) = (&map, &is_over);
                threads.spawn(move || {
                    let mut n = 0;
                    while !is_over.load(Ordering::Relaxed) {
                        n += 1;
                        // What is stored first is never there without what is stored second
                        // having been cleared too, if both were there before.
                        map.store(thread * 1000, n);
                        map.store(thread * 1000 + 1, n);
                        let second = map.load(&(thread * 1000 + 1));
                        let first = map.load(&(thread * 1000));
                        assert!(second.is_some() || first.is_none(), "clear came in two steps");
                        assert!([first, second].iter().flatten().all(|&value| value == n));
                        (2..40).for_each(|key| map.store(thread * 1000 + key, n));
                    }
                });
            }
        });
        map.check();
        map.clear();
        assert_eq!((map.len(), map.iter().count()), (0, 0));
    });
}

#[test]
fn the_number_of_entries_is_right_when_nobody_writes() {
    with_each_state(|state| {
        let map = Map::with_hasher(state);
        in_threads(|thread| {
            for n in 0..200 {
                map.store(n, thread);
                if (n + thread) % 2 == 0 {
                    map.delete(&n);
                }
            }
        });
        assert_eq!(map.len(), map.iter().count());
        map.check();
    });
}

#[test]
fn what_was_written_before_a_store_is_seen_by_who_loads_the_value() {
    with_each_state(|state| {
        let map = Map::with_hasher(state);
        let written: Vec<AtomicU32> = (0..500).map(|_| AtomicU32::new(0)).collect();
        std::thread::scope(|threads| {
            threads.spawn(|| {
                for n in 0..500 {
                    written[n as usize].store(1, Ordering::Relaxed);
                    map.store(n, n);
                }
            });
            threads.spawn(|| {
                for n in 0..500 {
                    while map.load(&n).is_none() {
                        std::thread::yield_now();
                    }
                    assert_eq!(written[n as usize].load(Ordering::Relaxed), 1);
                }
            });
        });
    });
}
