//! Clones of maps whose entries are copied as bytes, and of maps whose entries are not.

use std::hash::BuildHasher;
use std::string::{String, ToString};
use std::vec::Vec;

use testkit::hashers::{Constant, Fnv1a, Truncated};

use super::check;
use crate::HashMap;

/// Maps of every shape: of one block, of many, between two sizes, and with chains of all lengths.
///
/// Of this kind a block has 512 buckets. 1664 entries are the most of 256 of them, from which on a
/// table grows bucket by bucket, and 3328 those of a block, to which the next is added.
fn shapes<S: BuildHasher + Clone>(hash_builder: &S) -> Vec<HashMap<u64, u32, S>> {
    let mut shapes = Vec::new();
    let mut growing_count = 0;
    for len in [0, 1, 8, 9, 100, 833, 1664, 1665, 1700, 3328, 3329, 3500, 5000] {
        let mut map = HashMap::with_seed_and_hasher(len, hash_builder.clone());
        // One by one: all at once would make room first, and not grow.
        for n in 0..len {
            map.insert(u64::from(n), n);
        }
        growing_count += u32::from(map.is_growing());
        shapes.push(map.clone());
        map.retain(|key, _| key % 4 == 0);
        map.shrink_step(3);
        shapes.push(map);
    }
    assert!(growing_count >= 4, "{growing_count} of the maps were growing");
    shapes
}

/// Panics unless `copy` is a map like `map`, and one of its own.
fn assert_copied<S: BuildHasher>(mut copy: HashMap<u64, u32, S>, map: &HashMap<u64, u32, S>) {
    check(&copy);
    assert!(copy == *map);
    let (its, other) = (copy.stats(), map.stats());
    assert_eq!(its.overflow_buckets, other.overflow_buckets);
    assert_eq!(its.chains, other.chains);
    for key in 0..6000 {
        assert_eq!(copy.remove(&key), map.get(&key).copied());
    }
    assert!(copy.is_empty());
    check(&copy);
    check(map);
}

fn copies_are_whole<S: BuildHasher + Clone>(hash_builder: &S) {
    for map in shapes(hash_builder) {
        assert_copied(map.clone(), &map);
        // Into the memory of a map of the same size, and of another.
        let mut same = map.clone();
        same.retain(|key, _| key % 3 == 0);
        let mut smaller = HashMap::with_seed_and_hasher(1, hash_builder.clone());
        smaller.extend((0..20).map(|n| (n, 0)));
        for mut target in [same, smaller] {
            target.clone_from(&map);
            assert_copied(target, &map);
        }
    }
}

#[test]
fn numbers_are_copied_whole_whatever_the_shape_of_the_map() {
    copies_are_whole(&Fnv1a);
    copies_are_whole(&Truncated(3));
}

#[test]
fn numbers_are_copied_whole_from_a_single_chain() {
    let mut map = HashMap::with_seed_and_hasher(1, Constant);
    map.extend((0..300_u64).map(|n| (n, u32::try_from(n).unwrap())));
    assert_copied(map.clone(), &map);
}

#[test]
fn texts_are_cloned_one_by_one() {
    for (len, is_growing) in [(9, false), (430, true), (850, true), (2000, false)] {
        let mut map: HashMap<String, u64> = HashMap::new();
        for n in 0..len {
            map.insert(n.to_string(), n);
        }
        let is_usual = cfg!(all(not(stress), target_pointer_width = "64"));
        assert!(!is_usual || map.is_growing() == is_growing, "{len}");
        let copy = map.clone();
        check(&copy);
        assert_eq!(copy, map);
        drop(map);
        assert!((0..len).all(|n| copy[&n.to_string()] == n));
    }
}

#[test]
fn a_copy_of_a_map_without_overflow_buckets_takes_what_the_map_takes() {
    let mut map: HashMap<u64, u64> = HashMap::with_capacity(1000);
    map.extend((0..20).map(|n| (n, n)));
    assert_eq!(map.table.overflow_count(), 0);
    assert_eq!(map.clone().allocation_size(), map.allocation_size());
}
