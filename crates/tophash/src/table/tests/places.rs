//! Entries, seeds, room and duplicates: what the model does not ask about.

use core::cell::Cell;
use std::string::String;
use std::vec::Vec;

use testkit::keys::{Census, OverAligned};

use super::{check, counting, identity, sorted};
use crate::hash_table::{Entry, HashTable};
use crate::raw::work;
use crate::{ShrinkPolicy, TryReserveError};

#[test]
fn a_table_without_values_allocates_nothing() {
    work::reset();
    let mut table: HashTable<u64> = HashTable::new();
    assert_eq!(table.find(7, |_| true), None);
    assert_eq!(table.find_mut(7, |_| true), None);
    assert!(table.find_entry(7, |_| true).is_err());
    assert_eq!(table.iter_hash(7).count() + table.iter_hash_mut(7).count(), 0);
    assert_eq!(table.get_disjoint_mut([1, 2], |_, _| true), [None, None]);
    assert_eq!((table.pop(), table.random_entry(|| 0)), (None, None));
    assert_eq!(table.drain().count() + table.extract_if(|_| true).count(), 0);
    table.retain(|_| true);
    table.clear();
    table.shrink_to_fit(identity);
    table.reserve(0, identity);
    assert_eq!((table.clone().len(), table.num_buckets(), table.capacity()), (0, 0, 0));
    assert_eq!(work::reset().blocks_allocated, 0);
}

#[test]
fn an_empty_table_takes_a_new_seed_with_its_next_value() {
    let mut seeds = Vec::new();
    let mut table = HashTable::new();
    for n in 0..32_u64 {
        if n % 2 == 0 {
            table.insert_unique(n, n, identity);
        } else {
            table.entry(n, |_| false, identity).or_insert(n);
        }
        assert_eq!(table.find(n, |stored| *stored == n), Some(&n));
        check(&table, identity);
        seeds.push(table.raw.hash0());
        assert_eq!(table.pop(), Some(n));
    }
    seeds.sort_unstable();
    seeds.dedup();
    assert!(seeds.len() > 28, "{} seeds of 32", seeds.len());
}

#[test]
fn a_seed_that_was_given_stays() {
    let mut table = HashTable::with_seed(7);
    for round in 0..3 {
        for n in 0..100 {
            table.insert_unique(n, n, identity);
        }
        assert_eq!(table.raw.hash0(), 7, "round {round}");
        table.clear();
    }
}

#[test]
fn the_room_that_a_removal_leaves_takes_the_next_value() {
    for policy in [ShrinkPolicy::Manual, ShrinkPolicy::Automatic] {
        let mut table = counting(1000);
        table.set_shrink_policy(policy);
        for n in 0..1000 {
            let (value, room) = table.find_entry(n, |stored| *stored == n).unwrap().remove();
            assert_eq!(value, n);
            // Another value with the same hash: `check` is told so.
            room.insert(n + 5000);
        }
        check(&table, |n| n - 5000);
        assert!(sorted(table.iter().copied()).into_iter().eq(5000..6000));
    }
}

#[test]
fn the_only_value_can_be_taken_out_and_another_put_in() {
    let mut table = HashTable::new();
    let (_, room) = table.insert_unique(7, 7, identity).remove();
    assert_eq!(room.insert(7).into_table().len(), 1);
    check(&table, identity);
    let entry = table.entry(7, |n| *n == 7, identity);
    assert!(matches!(&entry, Entry::Occupied(occupied) if *occupied.get() == 7));
    assert!(entry.into_table().find_entry(8, |n| *n == 8).unwrap_err().into_table().len() == 1);
}

#[test]
fn looking_up_entries_to_remove_them_goes_on_with_a_shrink() {
    let mut table = counting(20_000);
    table.set_shrink_policy(ShrinkPolicy::Automatic);
    let buckets = table.num_buckets();
    for n in 0..19_900 {
        table.find_entry(n, |stored| *stored == n).unwrap().remove();
    }
    check(&table, identity);
    assert!(table.num_buckets() <= 64, "{} of {buckets}", table.num_buckets());
}

#[test]
fn a_removal_without_a_hasher_leaves_a_growth_as_it_is() {
    let mut table = counting(1700);
    assert!(table.is_growing());
    let buckets = table.num_buckets();
    for n in 0..1700 {
        table.find_entry(n, |stored| *stored == n).unwrap().remove();
    }
    assert_eq!(table.num_buckets(), buckets);
    check(&table, identity);
}

#[test]
fn one_insertion_does_bounded_work_whatever_the_size() {
    let mut table = HashTable::new();
    for n in 0..50_000_u64 {
        let hashed = Cell::new(0);
        let hasher = |n: &u64| {
            hashed.set(hashed.get() + 1);
            *n
        };
        table.insert_unique(n, n, hasher);
        // Two chains; the table as a whole while it is below 16 KiB.
        assert!(hashed.get() <= if table.num_buckets() <= 256 { 2048 } else { 80 });
    }
}

#[test]
fn equal_values_lie_beside_each_other_and_go_one_by_one() {
    let mut table = HashTable::new();
    for copy in 0..40_u64 {
        table.insert_unique(7, (7, copy), |pair: &(u64, u64)| pair.0);
    }
    check(&table, |pair| pair.0);
    assert!(sorted(table.iter_hash(7).map(|pair| pair.1)).into_iter().eq(0..40));
    for left in (0..40).rev() {
        table.find_entry(7, |pair| pair.0 == 7).unwrap().remove();
        assert_eq!(table.iter_hash(7).count(), left);
    }
}

#[test]
#[should_panic(expected = "duplicate")]
fn one_value_is_not_handed_out_twice() {
    let mut table = counting(10);
    table.get_disjoint_mut([7, 7], |_, n| *n == 7);
}

#[test]
fn a_table_that_no_memory_could_hold_is_refused() {
    let mut table = counting(10);
    let refused = table.try_reserve(usize::MAX, identity);
    assert_eq!(refused, Err(TryReserveError::CapacityOverflow));
    check(&table, identity);
}

#[test]
fn values_without_a_size_are_counted_and_dropped_one_by_one() {
    std::thread_local!(static DROPPED: Cell<usize> = const { Cell::new(0) });
    struct Nothing;
    impl Drop for Nothing {
        fn drop(&mut self) {
            DROPPED.with(|dropped| dropped.set(dropped.get() + 1));
        }
    }
    let mut table = HashTable::new();
    for _ in 0..100 {
        table.insert_unique(3, Nothing, |_| 3);
    }
    assert_eq!((table.len(), table.iter().count(), table.iter_hash(3).count()), (100, 100, 100));
    drop(table.find_entry(3, |_| true).unwrap().remove());
    drop(table.pop());
    assert_eq!(table.extract_if(|_| true).take(8).count(), 8);
    assert_eq!(DROPPED.get(), 10);
    table.retain(|_| true);
    assert_eq!(table.into_iter().take(40).count(), 40);
    assert_eq!(DROPPED.get(), 100);
}

#[test]
fn large_and_over_aligned_values_keep_their_place() {
    let mut table: HashTable<(OverAligned, [u64; 512])> = HashTable::new();
    for n in 0..60_u16 {
        let value = (testkit::keys::Key::from_id(n), [u64::from(n); 512]);
        table.insert_unique(n.into(), value, |value| value.1[0]);
    }
    check(&table, |value| value.1[0]);
    for n in 0..60_u64 {
        let value = table.find(n, |value| value.1[511] == n).unwrap();
        value.0.assert_aligned();
        assert_eq!(value.1, [n; 512]);
    }
}

#[test]
fn a_copy_owns_its_values() {
    let census = Census::new();
    let mut table = HashTable::new();
    for n in 0..100_u64 {
        table.insert_unique(n, census.track(n), |value| value.value);
    }
    let mut copy = table.clone();
    census.assert_live(200);
    copy.retain(|value| value.value < 10);
    copy.clone_from(&table);
    drop(table);
    census.assert_live(100);
    check(&copy, |value| value.value);
    drop(copy);
    census.assert_all_dropped();
}

#[test]
fn a_table_may_be_declared_before_what_its_values_borrow() {
    let mut table = HashTable::new();
    let text = String::from("alice");
    table.insert_unique(5, &text[..], |name| name.len() as u64);
    assert_eq!(table.len(), 1);
    // `text` goes first, then the table.
}

#[test]
fn a_table_can_be_a_static() {
    use std::sync::Mutex;
    static TABLE: Mutex<HashTable<u64>> = Mutex::new(HashTable::new());
    let mut table = TABLE.lock().expect("nobody panics with it");
    table.insert_unique(7, 7, identity);
    assert_eq!(table.find(7, |n| *n == 7), Some(&7));
}
