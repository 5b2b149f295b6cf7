//! Tests of how far tables shrink, and what they give back.

use super::{hasher, insert};
use crate::alloc::Global;
use crate::raw::{RawTable, work};

/// A table of 512 buckets for 500 entries, of which the last `missing` are not there yet.
fn growing(missing: usize) -> RawTable<u64, u64> {
    let mut table = RawTable::with_capacity_in(1664, Global);
    for n in 0..1664 {
        insert(&mut table, n, n);
    }
    table.make_room(&hasher);
    assert_eq!((table.bucket_count(), table.capacity()), (256, 3328));
    table.grow_step(256 - missing, &hasher);
    assert_eq!(table.bucket_count(), 512 - missing);
    while table.len() > 500 {
        table.pop();
    }
    table
}

#[test]
fn a_growth_that_did_not_come_to_its_end_is_taken_back_as_far_as_it_went() {
    // To a table that was not growing, and to one that was.
    for (missing, mask, last) in [(256, 255, 255), (156, 255, 255), (0, 255, 255), (0, 511, 300)] {
        let mut table = growing(missing);
        table.parts.shrink_back(mask, last, RawTable::<u64, u64, Global>::KIND);
        assert_eq!((table.header().mask, table.header().last()), (mask, last));
        assert!(!table.is_shrinking());
        table.check(Some(&hasher));
    }
}

#[test]
fn a_table_that_is_made_as_small_as_it_can_be_keeps_no_unused_overflow_buckets() {
    let mut table = shrinking(1);
    assert!(table.extra().slab.bytes() > 0);
    table.shrink_to(0);
    assert_eq!(table.extra().slab.bytes(), 0);
    table.check(Some(&hasher));
}

#[test]
fn buckets_whose_entries_fit_into_half_of_them_are_merged_without_overflow_buckets() {
    for (capacity, len, left) in [(13, 8, 1), (26, 10, 2)] {
        let mut table = RawTable::with_capacity_in(capacity, Global);
        for n in 0..len {
            let hash = n << 57 | (n % (2 * left)) << 32;
            table.insert_unique(hash, n, n, &|_: &u64| unreachable!("it does not grow"));
        }
        assert_eq!(table.bucket_count() as u64, 2 * left);
        work::reset();
        table.shrink_to(0);
        assert_eq!((table.bucket_count() as u64, table.len() as u64), (left, len));
        let work = work::reset();
        // Only a smaller block, to which what is left is copied; or none, where a bucket is one.
        let block_count = usize::from(!cfg!(stress));
        let bytes = (RawTable::<u64, u64, Global>::SHAPE.slots_bytes + 16) * left as usize;
        assert_eq!(work.blocks_allocated, block_count);
        assert_eq!(work.bytes_zeroed_or_copied, block_count * bytes);
    }
}

/// A table on its way from 1024 buckets to 512, with one entry and several chunks of unused
/// overflow buckets.
fn shrinking(step_count: usize) -> RawTable<u64, u64> {
    let mut table = RawTable::with_capacity_in(6656, Global);
    for n in 0..1000_u64 {
        // All in bucket 0.
        table.insert_unique(n << 57, n, n, &|_: &u64| unreachable!("it does not grow"));
    }
    table.shrink_step(step_count);
    assert_eq!(table.bucket_count(), 1024 - step_count);
    table.retain(|key, _| *key == 0);
    table
}

#[test]
#[cfg_attr(stress, ignore = "each bucket is a block there, and steps give both back")]
fn a_step_that_gives_a_block_back_gives_no_overflow_buckets_back() {
    let mut table = shrinking(255);
    // The block and nothing else; then a chunk.
    for is_chunk in [false, true] {
        let bytes = table.extra().slab.bytes();
        work::reset();
        table.shrink_step(1);
        assert_eq!(work::reset().blocks_freed, 1);
        assert_eq!(table.extra().slab.bytes() < bytes, is_chunk);
    }
}

#[test]
fn a_step_gives_no_overflow_buckets_back_where_a_part_of_the_directory_goes_with_a_block() {
    // As there is in the shrunk world.
    let mut table = shrinking(1);
    for _ in 0..60 {
        work::reset();
        table.shrink_step(1);
        assert!(work::reset().blocks_freed <= 2);
    }
}
