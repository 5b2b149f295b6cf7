//! Tests of growth by steps.

use super::{hasher, insert};
use crate::alloc::Global;
use crate::raw::{RawTable, work};

#[test]
fn a_table_that_is_full_before_its_growth_has_ended_begins_no_other() {
    let mut table = RawTable::new_in(Global);
    for n in 0.. {
        insert(&mut table, n, n);
        if table.is_growing() {
            break;
        }
    }
    // Without steps, as when memory for them is refused.
    for n in table.len() as u64..table.capacity() as u64 {
        table.insert_new(hasher(&n), n, n);
    }
    let (bucket_count, capacity) = (table.bucket_count(), table.capacity());
    table.make_room(&hasher);
    assert_eq!((table.bucket_count(), table.capacity()), (bucket_count, capacity));
    while table.grow_step(1, &hasher) {}
    table.check(Some(&hasher));
    assert_eq!(table.capacity(), capacity);
}

/// A table that is half a full block, full.
fn half_a_block() -> RawTable<u64, u64> {
    let mut table = RawTable::with_capacity_in(832, Global);
    for n in 0..832 {
        insert(&mut table, n, n);
    }
    assert_eq!((table.bucket_count(), table.is_growing()), (128, false));
    table
}

#[test]
#[cfg_attr(stress, ignore = "each bucket is a block there")]
fn from_half_a_block_on_a_table_grows_and_shrinks_where_it_is() {
    let mut table = half_a_block();
    table.make_room(&hasher);
    for step in 1..=128 {
        assert!(table.is_growing() && table.header().is_one_block(RawTable::<u64, u64>::SHAPE));
        table.grow_step(1, &hasher);
        assert_eq!(table.bucket_count(), 128 + step);
        table.check(Some(&hasher));
        let copy = table.clone();
        copy.check(Some(&hasher));
        assert_eq!(copy.bucket_count(), table.bucket_count());
    }
    assert!(!table.is_growing());
    assert_eq!(table.capacity(), 1664);
    while table.shrink_step(1) {
        table.check(Some(&hasher));
    }
    assert_eq!(table.bucket_count(), 128);
    assert_eq!((0..832).filter(|n| table.get(hasher(n), |key| key == n).is_some()).count(), 832);
}

#[test]
#[cfg_attr(stress, ignore = "each bucket is a block there")]
fn growth_within_a_block_takes_no_memory_and_copies_none() {
    let mut table = half_a_block();
    work::reset();
    table.make_room(&hasher);
    while table.grow_step(1, &hasher) {}
    let work = work::reset();
    assert_eq!((work.blocks_allocated, work.blocks_freed, work.bytes_zeroed_or_copied), (0, 0, 0));
    assert_eq!(table.bucket_count(), 256);
}

#[test]
#[cfg_attr(stress, ignore = "each bucket is a block there")]
fn a_table_that_has_begun_to_grow_within_its_block_can_be_cleared_and_dropped() {
    let mut table = half_a_block();
    table.make_room(&hasher);
    table.grow_step(50, &hasher);
    table.clear();
    table.check(Some(&hasher));
    for n in 0..2000 {
        insert(&mut table, n, n);
    }
    table.check(Some(&hasher));
    let mut table = half_a_block();
    table.make_room(&hasher);
    table.grow_step(50, &hasher);
    table.clear_and_release();
    table.check(Some(&hasher));
}
