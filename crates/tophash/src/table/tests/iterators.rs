//! Iterators: each value once, by every kind of them, at every stage of a growth.

use std::format;
use std::vec::Vec;

use super::{counting, identity, sorted};
use crate::hash_table::{Drain, HashTable, IntoIter, Iter, IterHash, IterHashMut, IterMut};
use crate::hash_table::{ExtractIf, UnsafeIter};

/// No memory, one bucket, one block, several blocks, and in the midst of growths.
const LENS: [u64; 9] = [0, 1, 8, 9, 100, 1700, 2000, 5000, 20_000];

#[test]
fn every_iterator_comes_to_each_value_once() {
    for len in LENS {
        let mut table = counting(len);
        let all: Vec<u64> = (0..len).collect();
        assert_eq!(sorted(table.iter().copied()), all);
        assert_eq!(sorted(&table).into_iter().copied().collect::<Vec<_>>(), all);
        assert_eq!(sorted(table.iter_mut().map(|n| *n)), all);
        assert_eq!(sorted(&mut table).into_iter().map(|n| *n).collect::<Vec<_>>(), all);
        let order: Vec<u64> = table.iter().copied().collect();
        assert!(table.unsafe_iter().iter().copied().eq(order.iter().copied()));
        let pointers: Vec<_> = table.unsafe_iter().collect();
        assert!(
            pointers
                .iter()
                .map(|p| p.addr())
                .eq(table.iter().map(|n| { core::ptr::NonNull::from(n).addr() }))
        );
        assert_eq!(sorted(table.clone()), all);
        assert!(table.drain().eq(order));
        assert!(table.is_empty());
    }
}

#[test]
fn an_iterator_knows_how_many_values_are_left() {
    let mut table = counting(20);
    for taken in 0..=20 {
        let left = 20 - taken;
        let mut iter = table.iter();
        let mut iter_mut_copy = table.clone();
        let mut iter_mut = iter_mut_copy.iter_mut();
        let mut into_iter = table.clone().into_iter();
        for _ in 0..taken {
            assert!(iter.next().is_some() && iter_mut.next().is_some());
            assert!(into_iter.next().is_some());
        }
        assert_eq!((iter.len(), iter_mut.len(), into_iter.len()), (left, left, left));
        assert_eq!((iter_mut.iter().len(), into_iter.iter().len()), (left, left));
        assert_eq!(iter.clone().count(), left);
    }
    assert_eq!(table.unsafe_iter().len(), 20);
    assert_eq!(table.extract_if(|_| true).size_hint(), (0, Some(20)));
    let mut drain = table.drain();
    drain.next();
    assert_eq!((drain.len(), drain.iter().len()), (19, 19));
}

#[test]
fn the_candidates_of_a_hash_are_all_values_with_it_once_and_few_others() {
    // Eight values for each hash, so that many lie in overflow buckets.
    let mut table: HashTable<(u64, u64)> = HashTable::new();
    let mut others = 0;
    for copy in 0..8 {
        for n in 0..250 {
            table.insert_unique(n, (n, copy), |pair| pair.0);
        }
    }
    for n in 0..250 {
        let found = table.iter_hash(n).filter(|pair| pair.0 == n);
        assert!(sorted(found.map(|pair| pair.1)).into_iter().eq(0..8), "of {n}");
        others += table.iter_hash(n).filter(|pair| pair.0 != n).count();
        for pair in table.iter_hash_mut(n).filter(|pair| pair.0 == n) {
            pair.1 += 10;
        }
    }
    assert!(others < 500, "{others} candidates with other hashes");
    assert!(table.iter().all(|pair| (10..18).contains(&pair.1)));
    assert_eq!(table.iter_hash(250).filter(|pair| pair.0 == 250).count(), 0);
}

#[test]
fn extract_if_takes_what_is_chosen_and_leaves_the_rest() {
    for len in LENS {
        let mut table = counting(len);
        let odd = sorted(table.extract_if(|n| *n % 2 == 1));
        assert!(odd.into_iter().eq((0..len).filter(|n| n % 2 == 1)));
        super::check(&table, identity);
        assert!(sorted(table).into_iter().eq((0..len).filter(|n| n % 2 == 0)));
    }
}

#[test]
fn default_iterators_are_empty() {
    assert_eq!(Iter::<u64>::default().len() + IterMut::<u64>::default().len(), 0);
    assert_eq!(IntoIter::<u64>::default().len() + UnsafeIter::<u64>::default().len(), 0);
    assert_eq!(IterHash::<u64>::default().count() + IterHashMut::<u64>::default().count(), 0);
}

#[test]
fn tables_and_iterators_show_their_values() {
    let mut table = counting(0);
    table.insert_unique(7, 7, identity);
    assert_eq!(format!("{table:?}"), "{7}");
    assert_eq!(format!("{:?} {:?}", table.iter(), table.clone().into_iter()), "[7] [7]");
    assert_eq!(format!("{:?}", table.iter_mut()), "[7]");
    assert_eq!(format!("{:?}", table.unsafe_iter()), "[7]");
    assert_eq!(format!("{:?}", table.iter_hash(7)), "[7]");
    assert_eq!(format!("{:?}", table.iter_hash_mut(7)), "[7]");
    let entry = table.entry(7, |n| *n == 7, identity);
    assert_eq!(format!("{entry:?}"), "Entry(OccupiedEntry { value: 7 })");
    let entry = table.entry(8, |n| *n == 8, identity);
    assert_eq!(format!("{entry:?}"), "Entry(VacantEntry)");
    assert_eq!(format!("{:?}", table.find_entry(8, |n| *n == 8)), "Err(AbsentEntry)");
    let all: fn(&mut u64) -> bool = |_| true;
    let extract: ExtractIf<'_, u64, _> = table.extract_if(all);
    assert_eq!(format!("{extract:?}"), "ExtractIf { .. }");
    drop(extract);
    let drain: Drain<'_, u64> = table.drain();
    assert_eq!(format!("{drain:?}"), "[7]");
}
