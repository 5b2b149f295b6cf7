//! Parallel iterators over a table: each value comes once, and none is dropped twice or kept.

use std::mem;

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use testkit::keys::{Census, Tracked};
use testkit::silently;
use tophash::HashTable;

/// Sizes of no table, one bucket, one block, several blocks, and in the midst of a growth.
const LENS: [u64; 8] = [0, 1, 8, 9, 100, 1700, 5000, 20_000];

fn counting(len: u64) -> HashTable<u64> {
    let mut table = HashTable::new();
    for n in 0..len {
        table.insert_unique(n, n, |n| *n);
    }
    table
}

fn tracked(census: &Census, len: u64) -> HashTable<Tracked<u64>> {
    let mut table = HashTable::new();
    for n in 0..len {
        // Three values for each hash, so that chains are longer.
        let hash = |value: &Tracked<u64>| value.value / 3;
        table.insert_unique(n / 3, census.track(n), hash);
    }
    table
}

fn sorted(values: impl ParallelIterator<Item = u64>) -> Vec<u64> {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values
}

#[test]
fn every_value_comes_once_in_each_parallel_iterator() {
    for len in LENS {
        let mut table = counting(len);
        let all: Vec<u64> = (0..len).collect();
        assert_eq!(sorted(table.par_iter().copied()), all);
        assert_eq!(sorted(table.clone().into_par_iter()), all);
        assert_eq!(sorted(table.par_iter_mut().map(|n| *n)), all);
        table.par_iter_mut().for_each(|n| *n += 1);
        assert_eq!(sorted(table.par_iter().map(|n| n - 1)), all);
        assert_eq!(sorted(table.par_drain().map(|n| n - 1)), all);
        assert!(table.is_empty());
    }
}

#[test]
fn values_not_consumed_are_dropped_once_also_when_a_closure_panics() {
    let pool = ThreadPoolBuilder::new().num_threads(4).build().unwrap();
    for len in LENS {
        let census = Census::new();
        let mut table = tracked(&census, len);
        let found = table.par_drain().find_any(|value| value.value == len / 2);
        assert_eq!(found.is_some(), len > 0);
        drop(found);
        census.assert_all_dropped();

        let mut table = tracked(&census, len);
        let fails = |value: Tracked<u64>| assert!(value.value != len / 2);
        let result = silently(|| pool.install(|| table.par_drain().for_each(fails)));
        assert_eq!(result.is_err(), len > 0);
        assert!(table.is_empty());
        census.assert_all_dropped();

        let table = tracked(&census, len);
        let result = silently(|| pool.install(|| table.into_par_iter().for_each(fails)));
        assert_eq!(result.is_err(), len > 0);
        census.assert_all_dropped();
    }
}

#[test]
fn a_parallel_drain_that_leaks_on_purpose_leaves_an_empty_table_that_works() {
    let census = Census::new();
    let mut table = tracked(&census, 1000);
    mem::forget(table.par_drain());
    census.assert_live(1000);
    assert_eq!((table.len(), table.allocation_size()), (0, 0));
    table.insert_unique(7, census.track(7), |_| 7);
    assert_eq!(table.par_iter().count(), 1);
    drop(table);
    census.assert_live(1000);
}

#[test]
fn a_parallel_iterator_shows_the_values() {
    let mut table = counting(1);
    assert_eq!(format!("{:?} {:?}", table.par_iter(), table.par_iter().clone()), "[0] [0]");
    assert_eq!(format!("{:?}", table.par_iter_mut()), "[0]");
    assert_eq!(format!("{:?}", table.clone().into_par_iter()), "[0]");
    assert_eq!(format!("{:?}", table.par_drain()), "[0]");
}
