//! Tests of how chains are divided, and of tables that double as a whole.

use core::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::hasher;
use crate::alloc::Global;
use crate::hash::KeyHasher;
use crate::raw::divide::are_small;
use crate::raw::{RawTable, work};

#[test]
fn entries_of_up_to_80_bytes_are_copied_to_both_parts_and_larger_ones_moved() {
    assert!(are_small::<u64, u64>());
    assert!(are_small::<[u8; 16], [u8; 64]>());
    assert!(are_small::<[u64; 10], ()>());
    assert!(are_small::<(), [u64; 10]>());
    assert!(are_small::<(), ()>());
    assert!(!are_small::<[u8; 17], [u8; 64]>());
    assert!(!are_small::<[u8; 16], [u8; 65]>());
    assert!(!are_small::<[u8; 81], ()>());
}

/// How often a table of two buckets hashes, when it doubles with twelve entries in one chain and
/// one in the other. Keys are what chooses the bucket.
fn hashes_of_doubling<V: Default>(keys: impl Fn(u64) -> u64) -> usize {
    let count = Cell::new(0);
    let hasher = |key: &u64| {
        count.set(count.get() + 1);
        key << 32
    };
    let mut table = RawTable::<u64, V, _>::new_in(Global);
    table.try_reserve(13, &hasher).unwrap();
    assert_eq!(table.bucket_count(), 2);
    for key in (0..12).map(keys).chain([1]) {
        table.insert_unique(key << 32, key, V::default(), &hasher);
    }
    assert_eq!((table.chain_len(0), count.take()), (12, 0));
    table.insert_unique(3 << 32, 3, V::default(), &hasher);
    let hashed = count.take();
    assert_eq!((table.bucket_count(), table.len()), (4, 14));
    table.check(Some(&hasher));
    hashed
}

#[test]
#[cfg_attr(stress, ignore = "such small tables grow bucket by bucket there")]
fn a_chain_that_needs_no_overflow_bucket_any_more_is_hashed_once_when_it_is_divided() {
    let evenly = |n| n * 2;
    assert_eq!(hashes_of_doubling::<u64>(evenly), 13);
    assert_eq!(hashes_of_doubling::<[u64; 16]>(evenly), 13);
    // All twelve go to one part: they are hashed up to the ninth, or all, and then once more.
    let to_one = |n| n * 4;
    assert_eq!(hashes_of_doubling::<u64>(to_one), 9 + 13);
    assert_eq!(hashes_of_doubling::<[u64; 16]>(to_one), 12 + 13);
}

/// A hash that loops are not compiled for. The key itself chooses the bucket.
struct Slow;

impl KeyHasher<u64> for Slow {
    fn hash(&self, key: &u64) -> u64 {
        key << 32
    }

    fn is_slow(&self) -> bool {
        true
    }

    fn for_loops(&self) -> impl Fn(&u64) -> u64 {
        |_: &u64| unreachable!("it is slow")
    }
}

#[test]
fn a_table_grows_by_a_slow_hash_as_by_any_other_with_overflow_buckets_and_without() {
    let grown = |keys: &mut dyn Iterator<Item = u64>| {
        let mut table = RawTable::<u64, u64, _>::new_in(Global);
        for key in keys {
            table.prepare(&Slow);
            table.insert_unique(key << 32, key, !key, &Slow);
            if table.bucket_count() < 64 || table.len() % 50 == 0 {
                table.check(Some(&Slow));
            }
        }
        table.check(Some(&Slow));
        table
    };
    let without = grown(&mut (0..3000));
    assert_eq!((without.len(), without.overflow()), (3000, (0, 0)));
    let with = grown(&mut (0..3000).map(|n| n * n));
    assert!(with.overflow().1 > 1);
    assert!((0..3000).all(|n: u64| with.get((n * n) << 32, |key| *key == n * n).is_some()));
}

#[test]
#[cfg_attr(stress, ignore = "such small tables grow bucket by bucket there")]
fn a_table_whose_hash_function_panics_while_it_doubles_gives_the_new_block_back() {
    let mut table = RawTable::<u64, u64, _>::new_in(Global);
    for key in 0..13 {
        super::insert(&mut table, key, key);
    }
    let bytes = table.allocation_bytes();
    work::reset();
    let doubling = AssertUnwindSafe(|| {
        table.insert_unique(hasher(&13), 13, 13, &|_: &u64| panic!("as a hash function may"));
    });
    assert!(catch_unwind(doubling).is_err());
    let work = work::reset();
    assert_eq!((work.blocks_allocated, work.blocks_freed), (1, 1));
    assert_eq!(work.bytes_allocated, work.bytes_freed);
    assert_eq!((table.len(), table.allocation_bytes()), (13, bytes));
    table.check(Some(&hasher));
}
