//! P11: a caller's closure that panics leaves a valid table, and no value is lost or dropped twice.

use core::cell::Cell;

use testkit::keys::{Census, Tracked};
use testkit::silently;

use super::{check, sorted};
use crate::HashTable;

type Table = HashTable<Tracked<u64>>;

/// Sizes just before the growths, so that the acts below run into them.
const SIZES: [u64; 7] = [0, 1, 8, 13, 26, 52, 2000];

fn hash(value: &Tracked<u64>) -> u64 {
    value.value
}

fn table(census: &Census, len: u64) -> Table {
    let mut table = HashTable::with_seed(1);
    for n in 0..len {
        table.insert_unique(n, census.track(n), hash);
    }
    table
}

/// Lets the closures of `act` panic at the first call of the fuse, then the second, and so on until
/// it is not reached any more. After each the table must hold all that it held before.
fn at_every_call(len: u64, act: impl Fn(&mut Table, &Census, &dyn Fn())) {
    for nth in 1.. {
        let census = Census::new();
        let mut table = table(&census, len);
        let calls = Cell::new(0);
        let fuse = || {
            calls.set(calls.get() + 1);
            assert!(calls.get() != nth, "burnt");
        };
        let result = silently(|| act(&mut table, &census, &fuse));
        assert_eq!(result.is_err(), calls.get() >= nth);
        check(&table, hash);
        for n in 0..len {
            assert!(table.find(n, |value| value.value == n).is_some(), "{n} of {len} at {nth}");
        }
        census.assert_live(table.len());
        if result.is_ok() {
            drop(table);
            return census.assert_all_dropped();
        }
        assert_eq!(table.len() as u64, len);
        // The work goes on where it was interrupted.
        for n in len..len + 100 {
            table.insert_unique(n, census.track(n), hash);
        }
        check(&table, hash);
        assert!(sorted(table.iter().map(|value| value.value)).into_iter().eq(0..len + 100));
        drop(table);
        census.assert_all_dropped();
    }
}

#[test]
fn a_hasher_that_panics_in_an_insertion_loses_nothing_but_the_new_value() {
    for len in SIZES {
        at_every_call(len, |table, census, fuse| {
            let hasher = |value: &Tracked<u64>| {
                fuse();
                hash(value)
            };
            table.insert_unique(len, census.track(len), hasher);
        });
    }
}

#[test]
fn a_closure_that_panics_in_entry_loses_nothing() {
    for len in SIZES {
        at_every_call(len, |table, census, fuse| {
            let hasher = |value: &Tracked<u64>| {
                fuse();
                hash(value)
            };
            let equals = |value: &Tracked<u64>| {
                fuse();
                value.value == len
            };
            table.entry(len, equals, hasher).or_insert_with(|| {
                fuse();
                census.track(len)
            });
        });
    }
}

#[test]
fn a_hasher_that_panics_while_room_is_made_loses_nothing() {
    for len in &SIZES[..6] {
        at_every_call(*len, |table, _, fuse| {
            let hasher = |value: &Tracked<u64>| {
                fuse();
                hash(value)
            };
            table.grow_step(2, hasher);
            table.reserve(200, hasher);
            table.shrink_to_fit(hasher);
        });
    }
}

#[test]
fn a_predicate_that_panics_loses_nothing() {
    at_every_call(52, |table, _, fuse| {
        table.retain(|_| {
            fuse();
            true
        });
        let mut none = table.extract_if(|_| {
            fuse();
            false
        });
        assert!(none.next().is_none());
    });
}

#[test]
fn a_value_that_a_panic_caught_outside_of_the_table_is_dropped_once() {
    let census = Census::new();
    let mut table = table(&census, 20);
    let result = silently(|| {
        let entry = table.find_entry(7, |value| value.value == 7).unwrap();
        entry.replace_entry_with(|_| panic!("in the caller's closure"));
    });
    assert!(result.is_err());
    check(&table, hash);
    assert_eq!(table.len(), 19);
    census.assert_live(19);
}

#[test]
fn a_drain_that_leaks_on_purpose_leaves_an_empty_table_that_works() {
    let census = Census::new();
    let mut table = table(&census, 100);
    let mut drain = table.drain();
    assert!(drain.next().is_some());
    core::mem::forget(drain);
    assert_eq!((table.len(), table.allocation_size()), (0, 0));
    for n in 0..100 {
        table.insert_unique(n, census.track(n), hash);
    }
    check(&table, hash);
    assert_eq!(table.len(), 100);
}
