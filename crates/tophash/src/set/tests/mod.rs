//! Tests of the set: each name is a promise. What the set only passes on is tested with the map.

mod operations;
mod types;

use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use crate::hash_set::{Entry, HashSet};

/// The set of 0..len.
fn numbers(len: u32) -> HashSet<u32> {
    (0..len).collect()
}

/// The values of an iterator in their order.
fn sorted<T: Ord>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.into_iter().collect();
    values.sort();
    values
}

#[test]
fn insert_keeps_the_old_value_and_replace_the_new_one() {
    let [first, second, third]: [Rc<str>; 3] = ["alice".into(), "alice".into(), "alice".into()];
    let mut set = HashSet::new();
    assert!(set.insert(Rc::clone(&first)));
    assert!(!set.insert(Rc::clone(&second)));
    assert!(Rc::ptr_eq(set.get("alice").unwrap(), &first));
    assert!(Rc::ptr_eq(set.get_or_insert(Rc::clone(&second)), &first));
    let old = set.replace(Rc::clone(&third)).unwrap();
    assert!(Rc::ptr_eq(&old, &first));
    assert!(Rc::ptr_eq(&set.take("alice").unwrap(), &third));
    assert!(set.replace(Rc::clone(&first)).is_none());
    assert!(Rc::ptr_eq(set.get("alice").unwrap(), &first));
    assert_eq!((Rc::strong_count(&second), set.len()), (1, 1));
}

#[test]
fn replace_on_a_full_set_makes_room() {
    let mut set = HashSet::new();
    for n in 0..1000_u32 {
        assert_eq!(set.replace(n), None);
        assert_eq!(set.replace(n), Some(n));
        assert_eq!(set.get_or_insert(n), &n);
    }
    assert_eq!(set, numbers(1000));
}

#[test]
fn get_or_insert_with_makes_a_value_only_if_there_is_none() {
    let mut set: HashSet<String> = HashSet::new();
    assert_eq!(set.get_or_insert_with("alice", str::to_owned), "alice");
    assert_eq!(set.get_or_insert_with("alice", |_| panic!("not called")), "alice");
    let result = catch_unwind(AssertUnwindSafe(|| {
        set.get_or_insert_with("bob", |_| "eve".to_owned());
    }));
    assert!(result.is_err());
    assert_eq!(set.len(), 1);
}

#[test]
fn entries_insert_and_remove() {
    let mut set = HashSet::new();
    for n in 0..500_u32 {
        let Entry::Vacant(entry) = set.entry(n) else { panic!("{n} was never inserted") };
        assert_eq!(entry.get(), &n);
        assert_eq!(entry.insert().get(), &n);
        set.entry(n).or_insert();
        assert_eq!(set.entry(n).get(), &n);
    }
    assert_eq!(set, numbers(500));
    for n in 0..500 {
        let Entry::Occupied(entry) = set.entry(n) else { panic!("{n} is there") };
        assert_eq!(entry.remove(), n);
        let Entry::Vacant(entry) = set.entry(n) else { panic!("{n} was removed") };
        assert_eq!(entry.into_value(), n);
    }
    assert!(set.is_empty());
}

#[test]
fn entries_print_as_hashbrowns() {
    let mut set = HashSet::new();
    assert_eq!(format!("{:?}", set.entry(1)), "Entry(VacantEntry(1))");
    set.insert(1);
    assert_eq!(format!("{:?}", set.entry(1)), "Entry(OccupiedEntry { value: 1 })");
}

#[test]
fn sets_and_their_iterators_print_their_values() {
    let mut set = HashSet::from([1]);
    assert_eq!(format!("{set:?}"), "{1}");
    assert_eq!(format!("{:?}", set.iter()), "[1]");
    assert_eq!(format!("{:?}", set.drain()), "[1]");
    assert_eq!(format!("{:?}", HashSet::from([1]).into_iter()), "[1]");
}

#[test]
fn iterators_are_exact_and_produce_each_value_once() {
    for len in [0, 1, 8, 9, 500] {
        let (mut set, all) = (numbers(len), sorted(0..len));
        assert_eq!(set.iter().len(), len as usize);
        assert_eq!(sorted(set.iter().copied()), all);
        assert_eq!(sorted(set.iter().skip(3).chain(set.iter().take(3)).copied()), all);
        assert_eq!(set.clone().into_iter().len(), len as usize);
        assert_eq!(sorted(set.clone()), all);
        assert_eq!(set.drain().len(), len as usize);
        assert!(set.is_empty());
        set.extend(&all);
        assert_eq!(sorted(set.drain()), all);
    }
}

#[test]
fn a_drain_that_leaks_on_purpose_leaves_an_empty_set_that_can_be_used() {
    let mut set = numbers(300);
    let mut drain = set.drain();
    drain.next();
    forget(drain);
    assert_eq!((set.len(), set.iter().next()), (0, None));
    set.extend(0..300);
    assert_eq!(set, numbers(300));
}

#[test]
fn extract_if_dropped_midway_keeps_the_rest() {
    let mut set = numbers(200);
    let mut extract = set.extract_if(|n| n % 2 == 0);
    assert_eq!(extract.size_hint(), (0, Some(200)));
    let extracted: Vec<u32> = extract.by_ref().take(30).collect();
    drop(extract);
    assert_eq!((extracted.len(), set.len()), (30, 170));
    assert!(extracted.iter().all(|n| n % 2 == 0 && !set.contains(n)));
    let mut extract = set.extract_if(|_| true);
    assert_eq!(extract.by_ref().count(), 170);
    assert_eq!(extract.next(), None);
    drop(extract);
    assert!(set.is_empty());
}

#[test]
fn popping_takes_out_every_value_once() {
    let mut set = numbers(500);
    let mut popped = Vec::new();
    while let Some(n) = set.pop() {
        popped.push(n);
    }
    assert_eq!(sorted(popped), sorted(0..500));
}

#[test]
fn sets_are_equal_whatever_their_order() {
    let (one, two) = (numbers(100), (0..100).rev().collect::<HashSet<u32>>());
    assert_eq!(one, two);
    assert_ne!(one, numbers(99));
    assert_ne!(one, (1..101).collect());
    let mut three = HashSet::new();
    three.clone_from(&one);
    assert_eq!(three, one.clone());
}

#[test]
fn a_set_of_a_zero_sized_type_holds_one_value() {
    let mut set = HashSet::from([(), ()]);
    assert_eq!((set.len(), set.iter().count()), (1, 1));
    assert!(!set.insert(()));
    assert_eq!(set.replace(()), Some(()));
    assert_eq!(set.take(&()), Some(()));
    assert_eq!(set.drain().next(), None);
}
