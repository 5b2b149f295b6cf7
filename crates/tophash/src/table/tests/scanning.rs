//! Scans of a table, and the change of a flooded table's hash.

use std::collections::BTreeSet;
use std::vec::Vec;

use testkit::silently;

use super::{HashTable, counting, identity, sorted};
use crate::hash_table::ScanPosition;

/// The values that a scan visits, in steps of `budget`, with `between` called after each.
fn scanned(
    table: &mut HashTable<u64>,
    budget: usize,
    mut between: impl FnMut(&mut HashTable<u64>),
) -> Vec<u64> {
    let (mut visited, mut position) = (Vec::new(), Some(ScanPosition::START));
    while let Some(at) = position {
        position = table.scan(at, budget, identity, |n| visited.push(*n)).next;
        between(table);
    }
    visited
}

#[test]
fn a_scan_of_a_table_visits_what_stays_once_while_the_table_grows() {
    let mut table = counting(3000);
    let mut next = 3000;
    let visited = scanned(&mut table, 7, |table| {
        for _ in 0..40 {
            table.insert_unique(next, next, identity);
            next += 1;
        }
    });
    let distinct: BTreeSet<u64> = visited.iter().copied().collect();
    assert_eq!(distinct.len(), visited.len(), "none comes twice");
    assert!((0..3000).all(|n| distinct.contains(&n)));
}

#[test]
fn a_scan_that_removes_leaves_what_it_keeps() {
    let mut table = counting(3000);
    let mut position = Some(ScanPosition::START);
    while let Some(at) = position {
        position = table.scan_mut(at, 50, identity, |n| *n % 3 == 0).next;
    }
    assert!(sorted(table).into_iter().eq((0..3000).step_by(3)));
}

#[test]
fn a_flooded_table_wants_another_hash_once_for_each_doubling() {
    let mut table = HashTable::new();
    let mut rehashed_at = Vec::new();
    for n in 0..1000_u64 {
        if table.wants_rehash() {
            // One that does not help.
            assert!(table.rehash(|_| 1));
            rehashed_at.push(table.len());
        }
        table.insert_unique(1, n, |_| 1);
    }
    assert!((1..10).contains(&rehashed_at.len()), "{rehashed_at:?}");
    assert!(table.is_flooded());
    assert!(table.rehash(identity));
    assert!(!table.is_flooded() && table.len() == 1000);
    assert!((0..1000).all(|n| table.find(n, |other| *other == n).is_some()));
}

#[test]
fn a_scan_begins_anew_when_the_hash_was_changed() {
    let mut table = counting(1000);
    let step = table.scan(ScanPosition::START, 10, identity, |_| ());
    let position = step.next.expect("there is more");
    assert!(table.rehash(|n| n ^ 0xffff));
    let step = table.scan(position, usize::MAX, |n| n ^ 0xffff, |_| ());
    assert!(step.has_restarted && step.visited == 1000 && step.next.is_none());
}

#[test]
fn a_hasher_that_panics_in_a_change_of_hash_changes_nothing() {
    let mut table = counting(1000);
    let result = silently(|| table.rehash(|n| if *n == 700 { panic!("no hash") } else { *n + 1 }));
    assert!(result.is_err());
    assert!((0..1000).all(|n| table.find(n, |other| *other == n).is_some()));
    assert!(HashTable::<u64>::new().rehash(identity), "there is nothing to do");
}
