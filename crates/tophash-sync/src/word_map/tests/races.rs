//! Threads that race for the same keys.

use super::{Map, makers};
use crate::tests::{Blocked, THREAD_COUNT, in_threads, linearizable, while_blocked};
use std::collections::HashSet;

#[test]
fn single_keys_are_linearizable() {
    for make in makers() {
        linearizable::single_keys_are_linearizable(make, false);
    }
}

#[test]
fn single_keys_are_linearizable_while_others_clear() {
    for make in makers() {
        linearizable::single_keys_are_linearizable(make, true);
    }
}

#[test]
fn single_keys_are_linearizable_while_the_table_grows() {
    for make in makers() {
        linearizable::single_keys_are_linearizable_while_the_table_grows(make, false);
        linearizable::single_keys_are_linearizable_while_the_table_grows(make, true);
    }
}

#[test]
fn no_increment_is_lost() {
    for make in makers() {
        let map = make();
        in_threads(|thread| {
            for n in 0..300 {
                map.update_or_store(0, 1, |value| value + 1);
                while !map.load(1).is_some_and(|old| map.compare_and_swap(1, old, old + 1)) {
                    map.load_or_store(1, 0);
                }
                // Others come and go in the same buckets meanwhile.
                map.store(100 + thread * 300 + n, n);
                map.delete(100 + thread * 300 + n / 2);
            }
        });
        assert_eq!((map.load(0), map.load(1)), (Some(1200), Some(1200)));
        map.check();
    }
}

#[test]
fn of_several_threads_exactly_one_stores_and_exactly_one_deletes() {
    for make in makers() {
        for _ in 0..30 {
            let map = make();
            let stored = in_threads(|thread| {
                let keys = (0..60).filter(|&key| !map.load_or_store(key, thread).1);
                keys.collect::<Vec<_>>()
            });
            let deleted = in_threads(|thread| {
                let keys = (0..60).filter(|&key| match thread % 3 {
                    0 => map.load_and_delete(key).is_some(),
                    1 => map.delete(key),
                    _ => map.load(key).is_some_and(|value| map.compare_and_delete(key, value)),
                });
                keys.collect::<Vec<_>>()
            });
            for all in [stored.concat(), deleted.concat()] {
                let different: HashSet<u32> = all.iter().copied().collect();
                assert_eq!((all.len(), different.len()), (60, 60));
            }
            assert!(map.is_empty());
            map.check();
        }
    }
}

#[test]
fn a_reader_never_sees_the_value_of_another_key() {
    // Keys come and go in the same slots all the time; each value says whose it is.
    for make in makers() {
        let map = make();
        (0..8).for_each(|key| map.store(key, key << 16));
        in_threads(|thread| {
            for n in 0..3000 {
                let key = (n * 7 + thread) % 64;
                if thread % 2 == 0 {
                    map.store(key, key << 16 | n);
                    if n % 3 != 0 {
                        map.delete((key + 5) % 64);
                    }
                } else {
                    assert!(map.load(key).is_none_or(|value| value >> 16 == key));
                    if n % 500 == 0 {
                        let mut keys = HashSet::new();
                        map.range(|key, value| {
                            assert_eq!(value >> 16, key);
                            assert!(keys.insert(key), "{key} came twice");
                            true
                        });
                    }
                }
            }
        });
        map.check();
    }
}

#[test]
fn what_is_there_all_the_time_is_found_all_the_time() {
    for make in makers() {
        let map = make();
        (0..20).for_each(|key| map.store(key, key));
        in_threads(|thread| {
            for n in 0..1500 {
                if thread < 2 {
                    map.store(100 + thread * 2000 + n, n);
                    map.delete(100 + thread * 2000 + n / 2);
                } else {
                    assert!((0..20).all(|key| map.load(key) == Some(key)));
                    if n % 100 == 0 {
                        assert_eq!(map.iter().filter(|&(key, _)| key < 20).count(), 20);
                    }
                }
            }
        });
        map.check();
    }
}

#[test]
fn a_map_is_shared_and_sent_as_its_words_are() {
    fn is_shared<T: Send + Sync>() {}
    static HITS: crate::WordMap<u8, u64> = crate::WordMap::new();
    is_shared::<Map>();
    in_threads(|_| HITS.update_or_store(1, 1, |count| count + 1));
    assert_eq!(HITS.load(1), Some(u64::from(THREAD_COUNT)));
}

#[test]
fn a_closure_that_does_not_return_holds_nobody_up() {
    let closures: [Blocked<Map>; 5] = [
        |map, block| {
            map.update(7, |value| {
                block();
                value
            });
        },
        |map, block| {
            map.update_or_store(7, 0, |value| {
                block();
                value
            });
        },
        |map, block| {
            map.load_or_store_with(1000, || {
                block();
                1
            });
        },
        |map, block| {
            map.range(|_, _| {
                block();
                true
            });
        },
        |map, block| {
            map.retain(|_, _| {
                block();
                true
            });
        },
    ];
    for make in makers() {
        for closure in closures {
            let map = make();
            (0..50).for_each(|key| map.store(key, 0));
            while_blocked(&map, closure, || {
                (0..500).for_each(|key| map.store(key, 1));
                assert_eq!(map.load_or_store(1000, 2), (2, false));
                assert!(map.delete(7) && map.iter().count() == 500);
                map.change_hash_now();
                assert_eq!(map.swap(8, 3), Some(1));
                map.clear();
            });
            // What was stored meanwhile under the closure's key, or nothing, is found; not its own.
            assert!(map.len() <= 1);
            map.check();
        }
    }
}
