//! Tests of the access to single entries.

use testkit::Random;

use crate::alloc::Global;
use crate::raw::RawTable;

#[test]
fn a_random_entry_is_each_one_equally_often_in_whatever_bucket_of_a_chain_it_is() {
    let mut table = RawTable::with_capacity_in(52, Global);
    // So many entries in each bucket: 20 take two overflow buckets.
    for (bucket, len) in [(0, 20), (3, 1), (7, 9)] {
        for n in 0..len {
            let hash = bucket << 32 | n << 57;
            table.insert_unique(hash, table.len(), n, |_| unreachable!("it does not grow"));
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
