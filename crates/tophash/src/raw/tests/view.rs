//! Tests of what is shown of a table.

use crate::alloc::Global;
use crate::raw::RawTable;
use crate::raw::tophash::Tophash;

#[test]
fn the_overflow_buckets_of_a_chain_are_shown_with_their_hints_and_bytes() {
    let mut table = RawTable::with_capacity_in(52, Global);
    // Eight entries with the tophash 16 in bucket 0, and behind them so many with 19.
    for n in 0..20_u64 {
        let tophash = if n < 8 { 16 } else { 19 };
        table.insert_unique(tophash << 57, n, n, &|_: &u64| unreachable!("it does not grow"));
    }
    let views: Vec<_> = table.chains().buckets(0).collect();
    assert_eq!(views.len(), 3);
    for (view, hints) in views.iter().zip([1 << 3, 0, 0]) {
        assert_eq!(view.hints(), hints);
    }
    for tophash in 2..128 {
        assert_eq!(views[0].hints_at(Tophash::of(tophash << 57)), tophash & 7 == 3);
    }
    let node_bytes = RawTable::<u64, u64, Global>::SHAPE.node_bytes;
    assert_eq!(table.bytes_in_use().overflow, 2 * node_bytes);
}
