//! Tests of the access to single entries.

use testkit::Random;

use super::insert;
use crate::alloc::Global;
use crate::raw::RawTable;

#[test]
fn a_random_entry_is_each_one_equally_often_in_whatever_bucket_of_a_chain_it_is() {
    let mut table = RawTable::with_capacity_in(52, Global);
    // So many entries in each bucket: 20 take two overflow buckets.
    for (bucket, len) in [(0, 20), (3, 1), (7, 9)] {
        for n in 0..len {
            let hash = bucket << 32 | n << 57;
            table
                .insert_unique(hash, table.len(), n, &|_: &usize| unreachable!("it does not grow"));
        }
    }
    assert_eq!((table.bucket_count(), table.overflow()), (8, (3, 2)));
    let mut counts = [0; 30];
    let mut random = Random::new(1);
    for _ in 0..counts.len() * 400 {
        counts[*table.random(|| random.next_u64()).expect("it is not empty").0] += 1;
    }
    assert!(counts.iter().all(|count| (300..500).contains(count)), "{counts:?}");
}

#[test]
fn emptying_a_table_entry_by_entry_passes_over_each_bucket_once() {
    for len in [1000, 20_000] {
        let mut table = RawTable::new_in(Global);
        for n in 0..len {
            insert(&mut table, n, n);
        }
        assert!(table.overflow_count() > 0, "where the last search ended is in `extra`");
        let bucket_count = table.bucket_count();
        let (mut passed, mut place) = (0, 0);
        while table.pop().is_some() {
            let index = table.extra().pop_index as usize;
            passed += (place + bucket_count - index) % bucket_count;
            place = index;
        }
        assert!(passed <= bucket_count, "{passed} of {bucket_count}");
    }
}
