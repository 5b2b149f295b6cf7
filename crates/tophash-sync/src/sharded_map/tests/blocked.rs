//! Closures that do not return: who waits for them, and who goes on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::ShardedMap;
use crate::sharded_map::{SHARD_SHIFT, ShardedScanPosition};
use crate::tests::{Blocked, while_blocked};

fn map() -> ShardedMap<u32, u32> {
    let map = ShardedMap::with_shards_and_hasher(16, tophash::RandomState::new());
    (0..200).for_each(|key| _ = map.insert(key, key));
    map
}

fn shard_of(map: &ShardedMap<u32, u32>, key: u32) -> usize {
    (map.hashing.of(&key) >> SHARD_SHIFT) as usize & (map.shard_count() - 1)
}

/// Does everything to the keys of all shards but one.
fn use_all_shards_but(map: &ShardedMap<u32, u32>, locked: usize) {
    let keys: Vec<u32> = (0..200).filter(|&key| shard_of(map, key) != locked).collect();
    assert!(keys.len() > 100);
    for &key in &keys {
        assert_eq!(map.get(&key), Some(key));
        assert_eq!(map.update(&key, |value| *value += 1), Some(()));
        assert_eq!(map.remove(&key), Some(key + 1));
        assert_eq!(map.get_or_insert_with(key, || 7), 7);
        assert_eq!(map.insert(key, key), Some(7));
    }
    for shard in (0..16).filter(|&shard| shard as usize != locked) {
        let start = ShardedScanPosition::from_parts(shard, 0);
        assert!(map.scan(start, 10, |_, _| ()).visited > 0);
    }
}

#[test]
fn a_closure_that_does_not_return_holds_up_its_own_shard_alone() {
    let closures: [Blocked<ShardedMap<u32, u32>>; 5] = [
        |map, block| _ = map.update(&7, |_| block()),
        |map, block| _ = map.get_with(&7, |_| block()),
        |map, block| {
            map.remove_if(&7, |_| {
                block();
                false
            });
        },
        |map, block| {
            map.remove(&7);
            map.get_or_insert_with(7, || {
                block();
                7
            });
        },
        |map, block| map.update_or_insert_with(7, || 0, |_| block()),
    ];
    for closure in closures {
        let (map, is_released) = (map(), AtomicBool::new(false));
        thread::scope(|threads| {
            let blocked = |map: &ShardedMap<u32, u32>, block: &dyn Fn()| {
                closure(map, &|| {
                    block();
                    is_released.store(true, Ordering::Relaxed);
                });
            };
            while_blocked(&map, blocked, || {
                threads.spawn(|| {
                    assert_eq!(map.get(&7), Some(7));
                    assert!(is_released.load(Ordering::Relaxed), "the key's shard was locked");
                });
                use_all_shards_but(&map, shard_of(&map, 7));
            });
        });
        assert_eq!(map.len(), 200);
    }
}

#[test]
fn a_visitor_of_a_scan_that_does_not_return_holds_up_its_shard_alone() {
    let start = ShardedScanPosition::from_parts(3, 0);
    let map = map();
    while_blocked(
        &map,
        |map, block| assert!(map.scan(start, 10, |_, _| block()).visited > 0),
        || use_all_shards_but(&map, 3),
    );
    while_blocked(
        &map,
        |map, block| {
            let step = map.scan_mut(start, 10, |_, _| {
                block();
                true
            });
            assert!(step.visited > 0);
        },
        || use_all_shards_but(&map, 3),
    );
    assert_eq!(map.len(), 200);
}

#[test]
fn a_visitor_of_a_range_that_does_not_return_holds_nobody_up() {
    let map = map();
    while_blocked(
        &map,
        |map, block| {
            map.range(|_, _| {
                block();
                true
            });
        },
        || {
            use_all_shards_but(&map, usize::MAX);
            assert_eq!(map.len(), 200);
            map.retain(|key, _| key % 2 == 0);
            assert_eq!(map.stats().map(|shard| shard.len).sum::<usize>(), 100);
            map.clear();
            assert!(map.is_empty());
        },
    );
}

#[test]
fn a_closure_that_makes_a_value_and_inserts_its_key_panics_and_the_key_stays_absent() {
    let map = map();
    let makers: [fn(&ShardedMap<u32, u32>); 3] = [
        |map| _ = map.insert(1000, 1),
        |map| _ = map.get_or_insert_with(1000, || 1),
        |map| map.update_or_insert_with(1000, || 1, |_| ()),
    ];
    for make in makers {
        let result = testkit::silently(|| {
            map.get_or_insert_with(1000, || {
                make(&map);
                2
            })
        });
        assert!(result.unwrap_err().message.contains("the map that it was handed to"));
        assert!(!map.contains_key(&1000));
    }
    assert_eq!(map.get_or_insert_with(1000, || 3), 3);
    assert_eq!(map.len(), 201);
}
