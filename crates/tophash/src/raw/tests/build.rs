//! Tests of tables that are made at once, and of what they give back.

use core::alloc::Layout;

use super::insert;
use crate::alloc::Global;
use crate::raw::build::is_possible;
use crate::raw::directory::BLOCK_COUNT_MAX;
use crate::raw::{RawTable, Shape, work};

#[test]
fn a_table_that_goes_gives_back_all_that_it_took() {
    for len in [0, 1, 9, 3000] {
        work::reset();
        let mut table = RawTable::new_in(Global);
        for n in 0..len {
            insert(&mut table, n, n);
        }
        assert!(len < 3000 || table.overflow().0 > 0);
        drop(table);
        let work = work::reset();
        assert_eq!(work.blocks_allocated, work.blocks_freed, "{len} entries");
        assert_eq!(work.bytes_allocated, work.bytes_freed, "{len} entries");
    }
}

#[test]
fn eight_bytes_are_zeroed_for_each_bucket_of_a_table_that_is_made_at_once() {
    for (capacity, bucket_count) in [(8, 1), (52, 8), (1664, 256)] {
        work::reset();
        let table = RawTable::<u64, u64, _>::with_capacity_in(capacity, Global);
        assert_eq!(table.bucket_count(), bucket_count);
        assert_eq!(work::reset().bytes_zeroed_or_copied, 8 * bucket_count);
    }
}

#[test]
#[cfg(target_pointer_width = "64")]
fn a_table_cannot_have_more_buckets_blocks_or_bytes_than_there_may_be() {
    let small = Shape::of::<(), ()>();
    assert!(is_possible(1 << 32, &small) || cfg!(stress));
    assert!(!is_possible(1 << 33, &small));
    // A block for each bucket.
    let large = Shape::of::<u64, [u8; 10_000]>();
    assert!(is_possible(BLOCK_COUNT_MAX, &large));
    assert!(!is_possible(BLOCK_COUNT_MAX * 2, &large));
    // A bucket takes half of what one allocation may.
    let half = Layout::from_size_align(isize::MAX as usize / 32, 1).unwrap();
    let largest = Shape::of_layouts(half, half);
    assert!(is_possible(1, &largest));
    assert!(!is_possible(4, &largest));
}

#[test]
#[cfg(target_pointer_width = "64")]
#[cfg_attr(miri, ignore = "it takes the memory")]
fn a_gibibyte_and_more_is_asked_for_in_one_piece_first() {
    // 128 buckets, each a block, take a gibibyte to the byte.
    type Table = RawTable<u32, [u8; (1 << 20) - 8], Global>;
    let shape = Table::SHAPE;
    assert_eq!(shape.blocks_bytes(128), Some(1 << 30));
    let mut table = Table::new_in(Global);
    for (bucket_count, bytes) in [(64, 0), (128, 1 << 30)] {
        work::reset();
        table.parts.probe_for_growth(bucket_count, shape).unwrap();
        assert_eq!(work::reset().largest_block, bytes);
    }
    table.try_reserve(1, &|_: &u32| 0).unwrap();
    table.parts.probe_for_growth(128, shape).unwrap();
    assert_eq!(work::reset().largest_block, shape.blocks_bytes(1).unwrap(), "less is missing");
}
