//! One thread: the map answers as a map behind a lock, and as one that is copied for each write.

use super::{Map, with_each_state};
use crate::tests::model::{Copied, Locked, compare};

#[test]
fn the_map_does_what_a_map_behind_a_lock_does() {
    with_each_state(|state| {
        compare::<Locked>(&Map::with_hasher(state.clone()), 20, 4000, 4);
        compare::<Locked>(&Map::with_hasher(state), 400, 20_000, 300);
    });
}

#[test]
fn the_map_does_what_a_map_that_is_copied_for_each_write_does() {
    with_each_state(|state| compare::<Copied>(&Map::with_hasher(state), 30, 3000, 10));
}

#[test]
fn an_iterator_yields_what_a_range_visits() {
    let map: crate::SyncMap<u32, u32> = (0..1000).map(|key| (key, key + 1)).collect();
    let mut ranged = Vec::new();
    map.range(|&key, &value| {
        ranged.push((key, value));
        true
    });
    let iterated: Vec<_> = map.iter().map(|entry| (*entry.key(), *entry.value())).collect();
    assert_eq!(iterated, ranged);
    assert_eq!(iterated.len(), 1000);
}

#[test]
fn a_map_of_strings_is_asked_by_slices() {
    let map: super::super::SyncMap<String, Vec<u8>> = super::super::SyncMap::new();
    for n in 0..1000_u32 {
        map.store(n.to_string(), vec![n as u8; 3]);
    }
    map.check();
    assert_eq!(map.load("7"), Some(vec![7; 3]));
    assert!(map.update("7", |bytes| [&bytes[..], &[1]].concat()));
    assert_eq!(map.get("7").unwrap().value(), &[7, 7, 7, 1]);
    assert_eq!(map.load_and_delete("7"), Some(vec![7, 7, 7, 1]));
    assert!(!map.contains_key("7"));
    assert_eq!(map.len(), 999);
}

#[test]
fn zero_sized_keys_and_values_work() {
    let map = super::super::SyncMap::<(), ()>::new();
    assert_eq!(map.swap((), ()), None);
    assert_eq!(map.swap((), ()), Some(()));
    assert!(map.compare_and_delete(&(), &()));
    assert!(map.is_empty());
}

#[test]
fn over_aligned_values_are_aligned() {
    #[repr(align(256))]
    #[derive(Clone)]
    struct Wide(u8);
    let map: super::super::SyncMap<u8, Wide> = (0..100).map(|n| (n, Wide(n))).collect();
    for entry in &map {
        assert_eq!((&raw const *entry.value()).addr() % 256, 0);
        assert_eq!(entry.value().0, *entry.key());
    }
}
