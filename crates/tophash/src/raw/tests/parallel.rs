//! Tests of ranges of buckets, without threads.

use super::{hasher, insert};
use crate::alloc::Global;
use crate::raw::{OwnedRange, Range, RangeAllMut, RangeMut, RawTable};

fn table(len: u64) -> RawTable<u64, u64> {
    let mut table = RawTable::new_in(Global);
    for n in 0..len {
        insert(&mut table, n, n);
    }
    table.check(Some(&hasher));
    table
}

/// Splits a range until that is not possible any more. The parts, in the order of their buckets.
fn shatter<R>(mut range: R, split: &impl Fn(&mut R) -> Option<R>) -> Vec<R> {
    match split(&mut range) {
        None => vec![range],
        Some(upper) => {
            let mut parts = shatter(range, split);
            parts.extend(shatter(upper, split));
            parts
        }
    }
}

#[test]
fn the_parts_of_a_range_are_buckets_and_all_overflow_and_have_every_entry_once() {
    for len in [0, 1, 8, 9, 1000, 5000, 54_000] {
        let mut table = table(len);
        let parts = shatter(table.range(), &Range::split);
        assert_eq!(parts.len(), if len == 0 { 1 } else { table.bucket_count() + 1 });
        let mut keys: Vec<u64> = parts.into_iter().flatten().map(|(key, _)| *key).collect();
        // In parallel and in sequence the order is the same.
        assert!(keys.iter().eq(table.iter().map(|(key, _)| key)));
        keys.sort_unstable();
        assert!(keys.into_iter().eq(0..len));

        let part_count = if len == 0 { 1 } else { table.bucket_count() + 1 };
        let parts = shatter(table.range_all_mut(), &RangeAllMut::split);
        assert_eq!(parts.len(), part_count);
        assert_eq!(parts.into_iter().flatten().count() as u64, len);
        let mut copy = table.clone();
        let mut drain = copy.drain();
        let parts = shatter(drain.take_all(), &OwnedRange::split);
        assert_eq!(parts.len(), part_count);
        assert_eq!(parts.into_iter().flatten().count() as u64, len);
        drop(drain);
        let parts = shatter(table.range_mut(), &RangeMut::split);
        assert_eq!(parts.len(), part_count);
        parts.into_iter().flatten().for_each(|(_, value)| *value += 1);
        assert!(table.iter().all(|(key, value)| *value == key + 1));
    }
}

#[test]
fn a_range_that_was_begun_keeps_the_chain_it_is_in_when_it_is_split() {
    let table = table(1000);
    for begun in [1, 5, 8, 500, 999, 1000] {
        let mut lower = table.range();
        let mut keys: Vec<u64> = lower.by_ref().take(begun).map(|(key, _)| *key).collect();
        let upper = lower.split();
        keys.extend(lower.map(|(key, _)| *key));
        keys.extend(upper.into_iter().flatten().map(|(key, _)| *key));
        keys.sort_unstable();
        assert!(keys.into_iter().eq(0..1000));
    }
}

#[test]
fn a_drain_whose_range_was_leaked_leaves_an_empty_table_with_its_memory() {
    let mut table = table(1000);
    let bytes = table.allocation_bytes();
    let mut drain = table.drain();
    let mut range = drain.take_all();
    assert!(range.next().is_some());
    core::mem::forget(range);
    drop(drain);
    assert_eq!(table.len(), 0);
    assert!(table.allocation_bytes() <= bytes);
    table.check(Some(&hasher));
}

#[test]
#[should_panic(expected = "no slot was given out before")]
fn a_drain_that_was_begun_is_not_handed_over() {
    let mut table = table(10);
    let mut drain = table.drain();
    drain.next();
    drain.take_all();
}
