//! Tests of growth by steps.

use super::{hasher, insert};
use crate::alloc::Global;
use crate::raw::RawTable;

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
    table.make_room(hasher);
    assert_eq!((table.bucket_count(), table.capacity()), (bucket_count, capacity));
    while table.grow_step(1, hasher) {}
    table.check(Some(&hasher));
    assert_eq!(table.capacity(), capacity);
}
