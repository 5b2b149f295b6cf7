//! Growth rules, sizes and seeds: P3, P7, P10, and section "growth" of the design.

use std::collections::BTreeSet;
use std::vec::Vec;

use testkit::hashers::Fnv1a;

use crate::raw::work;
use crate::{HashMap, TryReserveError};

/// A map with the keys from 0 to `count` - 1.
fn map_of(count: u64) -> HashMap<u64, u64> {
    let mut map = HashMap::new();
    for n in 0..count {
        map.insert(n, n);
    }
    map
}

#[test]
fn the_header_is_48_bytes_and_the_default_state_takes_none() {
    // Four words and four numbers of 32 bits.
    let header = if cfg!(target_pointer_width = "64") { 48 } else { 32 };
    assert_eq!(size_of::<HashMap<u64, u64>>(), header);
    assert_eq!(size_of::<HashMap<u64, u64, [usize; 2]>>(), header + 2 * size_of::<usize>());
}

#[test]
fn an_empty_map_allocates_nothing() {
    work::reset();
    let mut map: HashMap<u64, u64> = HashMap::new();
    assert_eq!(map.get(&1), None);
    assert_eq!(map.remove(&1), None);
    assert_eq!(map.iter().next(), None);
    map.clear();
    map.retain(|_, _| true);
    map.shrink_to_fit();
    map.reserve(0);
    let copy = map.clone();
    assert_eq!(map, copy);
    assert_eq!(work::reset().blocks_allocated, 0);
    assert_eq!(HashMap::<u64, u64>::with_capacity(0).allocation_size(), 0);
}

#[test]
fn growth_starts_above_six_and_a_half_entries_a_bucket() {
    let mut map = HashMap::new();
    let mut capacities = Vec::new();
    for n in 0..53_u64 {
        map.insert(n, n);
        // An overwriting insertion never grows the map.
        map.insert(n, n);
        capacities.push(map.capacity());
    }
    let expected = |entries: usize| match entries {
        1..=8 => 8,
        9..=13 => 13,
        14..=26 => 26,
        27..=52 => 52,
        _ => 104,
    };
    for (place, &capacity) in capacities.iter().enumerate() {
        assert_eq!(capacity, expected(place + 1), "{} entries", place + 1);
    }
}

#[test]
fn a_capacity_takes_the_least_power_of_two_of_buckets() {
    for (capacity, buckets) in
        [(1, 1), (8, 1), (9, 2), (13, 2), (14, 4), (26, 4), (1000, 256), (10_000, 2048)]
    {
        let map: HashMap<u64, u64> = HashMap::with_capacity(capacity);
        assert_eq!(map.table.bucket_count(), buckets, "capacity {capacity}");
        assert!(map.capacity() >= capacity);
    }
}

#[test]
fn filling_a_reserved_map_splits_nothing() {
    let mut map: HashMap<u64, u64> = HashMap::with_capacity(10_000);
    let buckets = map.table.bucket_count();
    work::reset();
    for n in 0..10_000 {
        map.insert(n, n);
    }
    assert_eq!(work::reset().moved, 0);
    assert_eq!(map.table.bucket_count(), buckets);
}

/// Panics unless a map of `len` entries, which is full, moves each once when one more comes or room
/// for it is reserved.
fn assert_moves_each_once<V: Clone>(len: u64, value: &V) {
    for is_reserved in [false, true] {
        let mut map = HashMap::new();
        map.extend((0..len).map(|n| (n, value.clone())));
        assert_eq!(map.capacity() as u64, len);
        work::reset();
        if is_reserved {
            map.reserve(1);
        } else {
            map.insert(len, value.clone());
        }
        let work = work::reset();
        assert_eq!((work.moved as u64, work.bytes_zeroed_or_copied), (len, 0));
    }
}

#[test]
#[cfg_attr(stress, ignore = "such small maps grow bucket by bucket there")]
fn a_small_map_that_doubles_moves_each_entry_once() {
    // Of small entries both parts of a chain get a copy at first; of the others only one does.
    for len in [8, 13, 26, 52] {
        assert_moves_each_once(len, &0_u64);
        assert_moves_each_once(len, &[0_u64; 16]);
    }
    // Where a block has four buckets, and where it has two.
    assert_moves_each_once(8, &[0_u64; 100]);
    assert_moves_each_once(13, &[0_u64; 100]);
    assert_moves_each_once(8, &[0_u64; 200]);
}

#[test]
fn a_map_whose_buckets_are_blocks_each_reserves_room_for_many_entries() {
    let mut map = HashMap::new();
    map.insert(0, [0_u64; 300]);
    map.reserve(99);
    let buckets = map.table.bucket_count();
    assert_eq!(buckets, 16);
    super::check(&map);
    map.extend((1..100).map(|n| (n, [n; 300])));
    assert_eq!(map.table.bucket_count(), buckets);
    assert!((0..100).all(|n| map[&n][299] == n));
    super::check(&map);
}

#[test]
fn an_impossible_capacity_is_an_error_that_says_which() {
    let mut map = map_of(3);
    assert_eq!(map.try_reserve(usize::MAX), Err(TryReserveError::CapacityOverflow));
    assert_eq!(map.try_reserve(usize::MAX / 2), Err(TryReserveError::CapacityOverflow));
    assert_eq!(map.len(), 3);
}

#[test]
#[should_panic(expected = "3 entries and 18446744073709551612 more exceed what a map can hold")]
#[cfg(target_pointer_width = "64")]
fn an_impossible_reserve_panics_with_both_numbers() {
    map_of(3).reserve(usize::MAX - 3);
}

#[test]
#[should_panic(expected = "capacity overflow: 0 entries and")]
fn an_impossible_capacity_panics() {
    drop(HashMap::<u64, u64>::with_capacity(usize::MAX));
}

#[test]
fn two_passes_over_an_unchanged_map_agree() {
    let map = map_of(1000);
    assert!(map.keys().zip(map.iter()).all(|(one, (two, _))| one == two));
    assert_eq!(map.clone(), map);
}

#[test]
fn the_order_differs_from_map_to_map() {
    let orders: BTreeSet<Vec<u64>> =
        (0..20).map(|_| map_of(15).keys().copied().collect()).collect();
    assert!(orders.len() > 5, "{} orders in 20 maps", orders.len());
}

#[test]
fn the_order_of_a_single_bucket_differs_too() {
    for count in [2, 3, 7, 8] {
        let orders: BTreeSet<Vec<u64>> =
            (0..100).map(|_| map_of(count).keys().copied().collect()).collect();
        assert!(orders.len() > 1, "one order in 100 maps of {count} entries");
    }
}

#[test]
fn the_order_differs_after_a_map_was_empty() {
    let mut map = HashMap::new();
    let mut orders = BTreeSet::new();
    for _ in 0..20 {
        map.extend((0..15_u64).map(|n| (n, ())));
        orders.insert(map.keys().copied().collect::<Vec<_>>());
        map.clear();
    }
    assert!(orders.len() > 5, "{} orders in 20 fillings", orders.len());
}

#[test]
fn a_fixed_seed_fixes_the_order_and_the_capacity() {
    let filled = |seed| {
        let mut map = HashMap::with_seed_and_hasher(seed, Fnv1a);
        map.extend((0..500_u64).map(|n| (n, n)));
        map.remove(&3);
        map.clear();
        map.extend((0..500_u64).map(|n| (n, n)));
        (map.capacity(), map.keys().copied().collect::<Vec<_>>())
    };
    assert_eq!(filled(1), filled(1));
    assert_ne!(filled(1), filled(2));
    // The same on every platform, where blocks have the same length.
    if cfg!(not(stress)) {
        assert_eq!(filled(1).1[..5], FIRST_KEYS);
    }
}

const FIRST_KEYS: [u64; 5] = [87, 171, 197, 449, 340];

#[test]
fn a_fixed_seed_fixes_the_order_of_large_maps_and_after_much_has_come_and_gone() {
    fn order_of<V: Default>() -> u64 {
        let mut map: HashMap<u64, V, Fnv1a> = HashMap::with_seed_and_hasher(7, Fnv1a);
        map.extend((0..20_000).map(|n| (n, V::default())));
        for n in 0..10_000 {
            map.remove(&n);
            map.insert(n + 20_000, V::default());
        }
        // FNV-1a of the keys, word by word.
        map.keys().fold(0xcbf2_9ce4_8422_2325, |sum, key| (sum ^ key).wrapping_mul(0x100_0000_01b3))
    }
    // The same on every platform, where blocks have the same length. Overflow buckets come last,
    // and those of one chunk together.
    if cfg!(not(stress)) {
        assert_eq!([order_of::<u64>(), order_of::<[u8; 20]>()], ORDERS);
    }
}

const ORDERS: [u64; 2] = [0x9396_2fb6_2878_3f07, 0x5caf_09cc_bfdb_272f];

#[test]
fn churn_at_a_constant_size_neither_grows_the_map_nor_leaves_overflow_behind() {
    let mut map = map_of(1600);
    while map.grow_step(100) {}
    let capacity = map.capacity();
    let mut overflow_max = 0;
    for n in 0..200_000_u64 {
        map.remove(&n);
        map.insert(n + 1600, n);
        overflow_max = overflow_max.max(map.table.overflow_count());
    }
    assert_eq!(map.capacity(), capacity);
    assert!(overflow_max < 110, "{overflow_max} overflow buckets for 256 buckets");
    for n in 0..1590 {
        map.remove(&(n + 200_000));
    }
    assert_eq!(map.table.overflow_count(), 0);
}

#[test]
fn growing_never_holds_the_table_twice_over() {
    // From 2^13 to 2^14 buckets: at no time more than the larger table and its overflow.
    let mut map: HashMap<u64, u64> = HashMap::with_capacity(53_248);
    for n in 0..53_248 {
        map.insert(n, n);
    }
    let before = map.allocation_size();
    let mut peak = 0;
    let mut n = 53_248;
    while map.len() < 53_248 + 9000 {
        map.insert(n, n);
        n += 1;
        peak = peak.max(map.allocation_size());
    }
    assert!(!map.is_growing());
    assert!(peak < before * 2, "{before} bytes before, {peak} at the peak");
    assert!(peak <= map.allocation_size() + before / 5);
}

#[test]
fn grow_step_says_whether_more_is_left() {
    let mut map = HashMap::new();
    let mut len = 0_u64;
    // A growth of a small table has one step or none.
    while len < 2000 || !map.is_growing() {
        map.insert(len, len);
        len += 1;
    }
    let mut calls = 0;
    while map.grow_step(1) {
        assert!(map.is_growing());
        calls += 1;
        assert!(calls < len);
    }
    assert!(!map.is_growing() && calls > 1, "{calls} calls");
    while !map.is_growing() {
        map.insert(len, len);
        len += 1;
    }
    assert!(!map.grow_step(usize::MAX), "as many steps as are asked for");
}
