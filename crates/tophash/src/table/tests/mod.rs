//! Tests of the public table.

mod iterators;
mod model;
mod panics;
mod places;
#[cfg(feature = "std")]
mod scanning;
mod types;

use std::vec::Vec;

use super::{HashTable, mixed};
use crate::alloc::Allocator;

/// A table of the numbers below `len`, each its own hash.
fn counting(len: u64) -> HashTable<u64> {
    let mut table = HashTable::new();
    for n in 0..len {
        table.insert_unique(n, n, identity);
    }
    table
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "a hasher takes a reference")]
fn identity(n: &u64) -> u64 {
    *n
}

fn sorted<T: Ord>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.into_iter().collect();
    values.sort();
    values
}

/// Panics unless all invariants hold and every value lies where `hasher` says.
fn check<T, A: Allocator>(table: &HashTable<T, A>, hasher: impl Fn(&T) -> u64) {
    table.raw.check(Some(&mixed(hasher, table.raw.hash0())));
}
