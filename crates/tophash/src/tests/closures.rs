//! P11 for what the caller passes along: closures and iterators that panic at each of their calls
//! in turn leave a valid map, and nothing is dropped twice or lost but what was taken already.

use testkit::hashers::Fnv1a;
use testkit::silently;

use super::panics::{Map, World, check};
use crate::hash_map::ScanPosition;
use crate::{HashSet, ShrinkPolicy};

/// Sizes without a growth under way, the larger ones with overflow buckets; in the shrunk world
/// with a growth too.
const SIZES: [u64; 4] = [1, 8, 27, 60];

/// A map that was filled one by one: all at once would make room first, and not grow.
fn filled(world: &World, size: u64) -> Map {
    let mut map = world.map(0);
    for number in 0..size {
        let (key, value) = world.entry(number);
        map.insert(key, value);
    }
    map
}

/// The least size from `size` on with a growth under way, and with more of it to do than one step.
fn growing_from(size: u64) -> u64 {
    let world = World::new();
    let is_growing = |&size: &u64| {
        let mut map = filled(&world, size);
        map.is_growing() && map.grow_step(1)
    };
    (size..10_000).find(is_growing).expect("a map grows")
}

/// Lets the closure panic at its first call, then at its second, and so on until it does not panic
/// any more. `lost_max` says how many entries may be gone after so many calls.
fn at_every_call(lost_max: fn(usize) -> usize, act: impl Fn(&mut Map, &World, &mut dyn FnMut())) {
    let growing = growing_from(200);
    for size in SIZES.into_iter().chain([growing]) {
        // Of the many calls in a large map some are enough: the small ones have had each.
        let step = if size == growing { 11 } else { 1 };
        for policy in [ShrinkPolicy::Manual, ShrinkPolicy::Automatic] {
            for spared in (0..).step_by(step) {
                let world = World::new();
                let mut map = filled(&world, size);
                assert!(size != growing || map.is_growing());
                map.set_shrink_policy(policy);
                let before = map.len();
                let mut calls = 0;
                let result = silently(|| {
                    act(&mut map, &world, &mut || {
                        calls += 1;
                        assert!(calls <= spared, "on purpose");
                    });
                });
                check(&map);
                let lost = before.saturating_sub(map.len());
                assert!(lost <= lost_max(spared), "{size} entries, call {spared}: {lost} lost");
                for key in map.keys() {
                    let number = key.value.value;
                    let found = map.get(&world.entry(number).0).map(|value| value.value.value);
                    assert_eq!(found, Some(number), "{size} entries, call {spared}");
                }
                drop(map);
                world.census.assert_all_dropped();
                if result.is_ok() {
                    assert!(calls > 0, "the closure was not called");
                    break;
                }
            }
        }
    }
}

#[test]
fn closures_of_entries_that_panic_change_nothing() {
    at_every_call(
        |_| 0,
        |map, world, call| {
            map.entry(world.entry(0).0).and_modify(|_| call()).or_insert_with(|| unreachable!());
        },
    );
    at_every_call(
        |_| 0,
        |map, world, call| {
            let (key, value) = world.entry(1000);
            map.entry(key).or_insert_with(|| {
                call();
                value
            });
        },
    );
    at_every_call(
        |_| 0,
        |map, world, call| {
            let (key, value) = world.entry(1000);
            map.entry(key).or_insert_with_key(|_| {
                call();
                value
            });
        },
    );
    at_every_call(
        |_| 0,
        |map, world, call| {
            let (key, value) = world.entry(1000);
            map.entry_ref(&key).or_insert_with(|| {
                call();
                value
            });
        },
    );
}

#[test]
fn an_entry_whose_replacement_panics_is_lost_alone() {
    at_every_call(
        |_| 1,
        |map, world, call| {
            map.entry(world.entry(0).0).and_replace_entry_with(|_, value| {
                call();
                Some(value)
            });
        },
    );
}

#[test]
fn a_predicate_of_extract_if_that_panics_keeps_its_entry() {
    at_every_call(
        |calls| calls,
        |map, _, call| {
            let matches = |_: &_, _: &mut _| {
                call();
                true
            };
            map.extract_if(matches).for_each(drop);
        },
    );
    at_every_call(
        |_| 0,
        |map, _, call| {
            let matches = |_: &_, _: &mut _| {
                call();
                false
            };
            map.extract_if(matches).for_each(drop);
        },
    );
}

#[test]
fn a_visitor_of_a_scan_that_panics_keeps_its_entry() {
    at_every_call(
        |_| 0,
        |map, _, call| {
            _ = map.scan(ScanPosition::START, usize::MAX, |_, _| call());
        },
    );
    at_every_call(
        |calls| calls,
        |map, _, call| {
            _ = map.scan_mut(ScanPosition::START, usize::MAX, |_, _| {
                call();
                false
            });
        },
    );
    at_every_call(
        |_| 0,
        |map, _, call| {
            _ = map.scan_mut(ScanPosition::START, usize::MAX, |_, _| {
                call();
                true
            });
        },
    );
}

#[test]
fn a_panic_in_the_midst_of_a_walk_that_writes_leaves_what_was_written() {
    at_every_call(
        |calls| calls,
        |map, world, call| {
            let mut walk = map.walk();
            let mut next = 1000;
            while let Some(entry) = walk.next() {
                let number = entry.key().value.value;
                call();
                if number < 1000 {
                    drop(entry.remove());
                }
                if next < 1040 {
                    let (key, value) = world.entry(next);
                    walk.insert(key, value);
                    next += 1;
                }
            }
        },
    );
}

#[test]
fn an_iterator_that_panics_while_a_map_is_extended_adds_what_came_before() {
    at_every_call(
        |_| 0,
        |map, world, call| {
            map.extend((1000..1040).map(|number| {
                call();
                world.entry(number)
            }));
        },
    );
    for came in 0..40 {
        let world = World::new();
        let mut map = filled(&world, 100);
        let entries = (1000..).filter(|_| true).map(|number| {
            assert!(number < 1000 + came, "on purpose");
            world.entry(number)
        });
        assert!(silently(|| map.extend(entries)).is_err());
        check(&map);
        let added = map.len() - 100;
        // What waits in a large map, which this one is in the shrunk world, is dropped.
        let waits: u64 = if map.table.look_ups_can_ask_ahead() { 16 } else { 0 };
        assert!(came.saturating_sub(waits) <= added as u64 && added as u64 <= came);
        assert!(map.keys().all(|key| key.value.value < 1000 + came));
        drop(map);
        world.census.assert_all_dropped();
    }
}

#[test]
fn iterators_that_are_left_by_a_panic_drop_the_rest_once() {
    at_every_call(|_| 0, |map, _, call| map.values_mut().for_each(|_| call()));
    at_every_call(|_| usize::MAX, |map, _, call| map.drain().for_each(|_| call()));
    at_every_call(
        |_| usize::MAX,
        |map, _, call| {
            core::mem::take(map).into_iter().for_each(|_| call());
        },
    );
    at_every_call(
        |_| usize::MAX,
        |map, _, call| {
            core::mem::take(map).into_values().for_each(|_| call());
        },
    );
}

#[test]
fn closures_of_a_set_that_panic_insert_nothing() {
    let world = World::new();
    // Sets are of smaller buckets, and grow bucket by bucket from a larger size on.
    let mut growing_count = 0;
    for size in SIZES.into_iter().chain([growing_from(200), 417, 833, 1665]) {
        let mut set = HashSet::with_seed_and_hasher(1, Fnv1a);
        assert!((0..size).all(|number| set.insert(world.entry(number).0)));
        growing_count += u32::from(set.map.is_growing());
        let key = world.entry(5000).0;
        let result = silently(|| _ = set.get_or_insert_with(&key, |_| panic!("on purpose")));
        assert!(result.is_err());
        set.check();
        assert_eq!(set.len() as u64, size);
        drop((set, key));
    }
    assert!(growing_count > 0, "no set was growing");
    world.census.assert_all_dropped();
}
