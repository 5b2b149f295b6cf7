//! Tests of the table.

mod access;
mod build;
mod check;
mod directory;
mod divide;
mod grow;
mod header;
mod order;
mod overflow;
#[cfg(feature = "rayon")]
mod parallel;
mod runs;
mod scan;
mod shrink;
mod view;
mod word;

use super::RawTable;
use crate::hash::mix;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "a table hashes references")]
fn hasher(key: &u64) -> u64 {
    mix(*key, 0)
}

fn insert(table: &mut RawTable<u64, u64>, key: u64, value: u64) {
    if table.wants_preparation() {
        table.prepare(&hasher);
    }
    let hash = hasher(&key);
    match table.get_mut(hash, |k| *k == key) {
        Some((_, old)) => *old = value,
        None => {
            table.insert_unique(hash, key, value, &hasher);
        }
    }
}

#[test]
fn smoke() {
    let mut table = RawTable::new_in(crate::alloc::Global);
    for n in 0..20_000 {
        insert(&mut table, n, n * 2);
        if n < 3000 || n % 1000 == 0 {
            table.check(Some(&hasher));
        }
    }
    for n in 0..20_000 {
        assert_eq!(table.get(hasher(&n), |k| *k == n), Some((&n, &(n * 2))));
    }
    assert_eq!(table.iter().map(|(k, _)| k).sum::<u64>(), 19_999 * 10_000);
    let copy = table.clone();
    copy.check(Some(&hasher));
    table.retain(|k, _| *k % 3 == 0);
    table.check(Some(&hasher));
    assert_eq!(table.len(), 6667);
    while table.shrink_step(1) {
        if table.bucket_count() % 64 == 0 {
            table.check(Some(&hasher));
        }
    }
    table.check(Some(&hasher));
    while table.pop().is_some() {}
    table.check(Some(&hasher));
    table.shrink_to(0);
    assert_eq!(table.allocation_bytes(), 0);
}

#[test]
fn a_chain_has_no_slot_behind_its_end() {
    let mut table = RawTable::new_in(crate::alloc::Global);
    for n in 0..8 {
        insert(&mut table, n, n);
        let len = table.chain_len(0);
        assert_eq!(len, table.len(), "one bucket holds all");
        assert!((0..len).all(|position| table.slot_at(0, position).is_some()));
        assert!((len..len + 20).all(|position| table.slot_at(0, position).is_none()));
    }
}

#[test]
fn a_table_that_becomes_a_copy_of_one_without_memory_keeps_none() {
    for len in [1, 100] {
        let mut table = RawTable::new_in(crate::alloc::Global);
        for n in 0..len {
            insert(&mut table, n, n);
        }
        table.clone_from(&RawTable::new_in(crate::alloc::Global));
        table.check(Some(&hasher));
        assert_eq!((table.len(), table.allocation_bytes()), (0, 0));
    }
}
