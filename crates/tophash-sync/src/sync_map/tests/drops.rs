//! What is dropped, and when.

use super::{Map, states, with_each_state};
use crate::SyncMap;
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use testkit::Random;
use testkit::keys::Census;

#[test]
fn every_key_and_value_is_dropped_once_whatever_is_done() {
    with_each_state(|state| {
        let census = Census::new();
        let map = SyncMap::with_hasher(state);
        let mut random = Random::new(5);
        for n in 0..3000 {
            let (key, value) = (census.track(random.below(60)), census.track(n));
            match random.below(9) {
                0..3 => map.store(key, value),
                3 => drop(map.swap(key, value)),
                4 => drop(map.load_or_store(key, value)),
                5 => drop(map.load_and_delete(&key)),
                6 => drop(map.compare_and_swap(&key, &value, value.clone())),
                7 => drop(map.update(&key, std::clone::Clone::clone)),
                _ if random.one_in(20) => map.clear(),
                _ => drop(map.delete(&key)),
            }
        }
        map.check();
        drop(map);
        census.assert_all_dropped();
    });
}

#[test]
fn every_entry_is_dropped_once_when_threads_race() {
    with_each_state(|state| {
        let census = Census::new();
        let map = SyncMap::with_hasher(state);
        std::thread::scope(|threads| {
            for thread in 0..4 {
                let (map, census) = (&map, &census);
                threads.spawn(move || {
                    let mut random = Random::new(thread);
                    for n in 0..1500 {
                        let key = random.below(30);
                        match random.below(4) {
                            0 => drop(map.load_and_delete(&census.track(key))),
                            1 => drop(map.load(&census.track(key))),
                            _ => map.store(census.track(key), census.track(n)),
                        }
                    }
                });
            }
        });
        drop(map);
        census.assert_all_dropped();
    });
}

#[test]
fn what_was_removed_is_dropped_while_the_map_goes_on() {
    let census = Census::new();
    let map = SyncMap::new();
    for n in 0..100_000_u32 {
        map.store(n % 10, census.track(n));
    }
    // Bags that are being filled and those that wait for the epoch to pass; see
    // `reclaim/epoch.rs`. Other tests' pins may hold it up for a while, but not for ever.
    for n in 0..1_000_000_u32 {
        if census.live_count() < 10_000 {
            break;
        }
        map.store(n % 10, census.track(n));
    }
    assert!(census.live_count() < 10_000, "{}", census.live_count());
}

#[test]
fn clear_drops_what_nobody_reads() {
    let census = Census::new();
    let map = SyncMap::new();
    (0..5000_u32).for_each(|n| map.store(n, census.track(n)));
    map.clear();
    while census.live_count() > 0 {
        // Other tests' threads may be pinned just now.
        map.reclaim();
        std::thread::yield_now();
    }
}

#[test]
fn what_few_writes_removed_is_dropped_when_asked_to_and_nobody_reads() {
    let census = Census::new();
    let map = SyncMap::new();
    (0..10_u32).for_each(|n| map.store(0, census.track(n)));
    let kept = map.get(&0).unwrap();
    map.store(0, census.track(10));
    map.reclaim();
    assert!(census.live_count() >= 2, "one is being read");
    drop(kept);
    while census.live_count() > 1 {
        // Other tests' threads may be pinned just now.
        map.reclaim();
        std::thread::yield_now();
    }
    assert_eq!(map.load_with(&0, |_, _| ()), Some(()));
}

#[test]
fn a_reference_keeps_its_entry_and_holds_nobody_up() {
    with_each_state(|state| {
        let map = Map::with_hasher(state);
        (0..50).for_each(|key| map.store(key, key));
        let kept = map.get(&7).unwrap();
        std::thread::scope(|threads| {
            threads.spawn(|| {
                for n in 0..500 {
                    map.store(7, n);
                    map.delete(&7);
                }
                map.clear();
                (0..500).for_each(|key| map.store(key, 0));
            });
        });
        assert_eq!((*kept.key(), *kept), (7, 7));
    });
}

#[test]
fn values_may_borrow_and_need_not_be_send() {
    struct Counted<'a>(&'a Cell<usize>, &'a str);
    impl Drop for Counted<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() + self.1.len());
        }
    }
    let text = String::from("alice and bob");
    let dropped = Cell::new(0);
    let map = SyncMap::new();
    for _ in 0..300 {
        map.store(&text[..5], Counted(&dropped, &text[..1]));
        map.store(&text[10..], Counted(&dropped, &text[..1]));
    }
    map.clear();
    map.store(&text[..5], Counted(&dropped, &text[..1]));
    drop(map);
    // All of them before the map is gone, so nothing is borrowed any more.
    assert_eq!(dropped.get(), 601);
    drop(text);
}

#[test]
fn a_value_with_interior_mutability_loses_no_update() {
    for state in states() {
        let map = SyncMap::with_hasher(state);
        map.store(0, AtomicU64::new(0));
        std::thread::scope(|threads| {
            threads.spawn(|| {
                // The entry is split off again and again meanwhile.
                (1..2000_u32).for_each(|key| map.store(key, AtomicU64::new(0)));
            });
            for _ in 0..2 {
                threads.spawn(|| {
                    for _ in 0..5000 {
                        map.load_with(&0, |_, count| count.fetch_add(1, Ordering::Relaxed));
                    }
                });
            }
        });
        assert_eq!(map.get(&0).unwrap().load(Ordering::Relaxed), 10_000);
        // 2000 keys with a constant hash are work enough.
        assert_eq!(map.len(), 2000);
    }
}

#[test]
fn a_value_whose_destructor_uses_the_map_is_dropped_like_any_other() {
    struct Chained(u32, Weak<SyncMap<u32, Chained>>);
    impl Drop for Chained {
        fn drop(&mut self) {
            if let Some(map) = self.1.upgrade() {
                map.delete(&(self.0 + 1));
                map.store(self.0 + 1_000_000, Chained(0, Weak::new()));
            }
        }
    }
    let map = Arc::new(SyncMap::new());
    for n in 0..10_000 {
        map.store(n, Chained(n, Arc::downgrade(&map)));
    }
    for n in 0..10_000 {
        map.delete(&n);
    }
    map.clear();
    map.check();
}

/// A value that clears its map, and leaves another such value there first.
struct Clearing(Weak<SyncMap<u32, Clearing>>);

thread_local! {
    static CLEARING: [Cell<u32>; 3] = const { [const { Cell::new(0) }; 3] };
}

impl Drop for Clearing {
    fn drop(&mut self) {
        CLEARING.with(|[count, depth, deepest]| {
            count.set(count.get() + 1);
            depth.set(depth.get() + 1);
            deepest.set(deepest.get().max(depth.get()));
            if let Some(map) = self.0.upgrade().filter(|_| count.get() < 100) {
                map.store(1, Self(Weak::clone(&self.0)));
                map.clear();
            }
            depth.set(depth.get() - 1);
        });
    }
}

#[test]
fn a_destructor_that_clears_the_map_does_not_call_the_next() {
    let map = Arc::new(SyncMap::new());
    map.store(1, Clearing(Arc::downgrade(&map)));
    map.clear();
    drop(map);
    CLEARING.with(|[_, _, deepest]| assert_eq!(deepest.get(), 1));
}

/// Panics when it is dropped, and so does what the panic carries.
struct Vicious;

impl Drop for Vicious {
    fn drop(&mut self) {
        std::panic::panic_any(Carried);
    }
}

struct Carried;

impl Drop for Carried {
    fn drop(&mut self) {
        panic!("what a panic carried has panicked as well");
    }
}

#[test]
fn a_panic_that_carries_another_goes_no_further() {
    let map = SyncMap::new();
    testkit::silently(|| {
        map.store(1, Vicious);
        map.delete(&1);
        drop(map);
    })
    .expect("a late destructor's panic goes no further");
}
