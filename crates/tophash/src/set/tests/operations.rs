//! Tests of what is done with two sets.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, DefaultHasher, Hasher};

use super::sorted;
use crate::hash_set::HashSet;

/// A state whose hashes depend on a number.
#[derive(Clone, Default)]
struct Salted(u64);

impl BuildHasher for Salted {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.0);
        hasher
    }
}

/// A set with a hash function of its own.
fn salted(salt: u64, values: impl IntoIterator<Item = u32>) -> HashSet<u32, Salted> {
    let mut set = HashSet::with_hasher(Salted(salt));
    set.extend(values);
    set
}

/// Pairs of sets that are empty, equal, disjoint, nested and overlapping.
fn pairs() -> Vec<(BTreeSet<u32>, BTreeSet<u32>)> {
    let sets = [(0, 0), (0, 1), (0, 100), (50, 100), (50, 150), (100, 120), (0, 1000)];
    let sets = sets.map(|(from, to)| (from..to).collect::<BTreeSet<u32>>());
    sets.iter().flat_map(|one| sets.iter().map(|two| (one.clone(), two.clone()))).collect()
}

#[test]
fn operations_agree_with_those_of_ordered_sets() {
    for (one, two) in pairs() {
        let (a, b) = (salted(1, one.clone()), salted(2, two.clone()));
        assert!(sorted(a.union(&b)).into_iter().eq(one.union(&two)));
        assert!(sorted(a.intersection(&b)).into_iter().eq(one.intersection(&two)));
        assert!(sorted(a.difference(&b)).into_iter().eq(one.difference(&two)));
        assert!(sorted(a.symmetric_difference(&b)).into_iter().eq(one.symmetric_difference(&two)));
        assert_eq!(a.is_disjoint(&b), one.is_disjoint(&two));
        assert_eq!(a.is_subset(&b), one.is_subset(&two));
        assert_eq!(a.is_superset(&b), one.is_superset(&two));
        assert_eq!(a == b, one == two);
    }
}

#[test]
fn for_each_visits_what_next_does_in_its_order_also_in_large_sets() {
    fn assert_same<T: PartialEq>(iter: impl Iterator<Item = T> + Clone) {
        // A `Vec` asks its iterator for one after the other.
        let one_by_one: Vec<T> = iter.clone().collect();
        let mut folded = Vec::new();
        iter.for_each(|value| folded.push(value));
        assert!(one_by_one == folded);
    }
    let large = ((0..150_000).collect(), (75_000..225_000).collect());
    for (one, two) in pairs().into_iter().chain([large]) {
        let (a, b) = (salted(1, one.clone()), salted(2, two.clone()));
        assert_same(a.union(&b));
        assert_same(a.intersection(&b));
        assert_same(a.difference(&b));
        assert_same(a.symmetric_difference(&b));
        assert_eq!(a.intersection(&b).count(), one.intersection(&two).count());
        assert_eq!(a.is_subset(&b), one.is_subset(&two));
        assert_eq!((a == b, a == a.clone()), (one == two, true));
    }
}

#[test]
fn operators_agree_with_those_of_ordered_sets_whatever_the_hashers() {
    for (one, two) in pairs() {
        let (a, b) = (salted(1, one.clone()), salted(2, two.clone()));
        assert_eq!(sorted(&a | &b), sorted(&one | &two));
        assert_eq!(sorted(&a & &b), sorted(&one & &two));
        assert_eq!(sorted(&a ^ &b), sorted(&one ^ &two));
        assert_eq!(sorted(&a - &b), sorted(&one - &two));
        assert_eq!((&a | &b).hasher().0, 0);
    }
}

#[test]
fn assigning_operators_agree_with_the_others_and_keep_the_hasher() {
    for (one, two) in pairs() {
        let (a, b) = (salted(1, one), salted(2, two));
        let (mut or, mut and, mut xor, mut sub) = (a.clone(), a.clone(), a.clone(), a.clone());
        or |= &b;
        and &= &b;
        xor ^= &b;
        sub -= &b;
        assert_eq!(or, &a | &b);
        assert_eq!(and, &a & &b);
        assert_eq!(xor, &a ^ &b);
        assert_eq!(sub, &a - &b);
        assert!([or, and, xor, sub].iter().all(|set| set.hasher().0 == 1));
    }
}

#[test]
fn size_hints_of_operations_hold_at_every_step() {
    fn assert_hints<T>(mut iter: impl Iterator<Item = T> + Clone) {
        loop {
            let (low, high) = iter.size_hint();
            let left = iter.clone().count();
            assert!(low <= left && high.is_none_or(|high| left <= high));
            if iter.next().is_none() {
                assert!(iter.next().is_none());
                return;
            }
        }
    }
    let (a, b) = (salted(1, 0..60), salted(2, 40..150));
    for (a, b) in [(&a, &b), (&b, &a)] {
        assert_hints(a.union(b));
        assert_hints(a.intersection(b));
        assert_hints(a.difference(b));
        assert_hints(a.symmetric_difference(b));
    }
}

#[test]
fn operations_print_the_values_yet_to_come() {
    let (a, b) = (HashSet::from([1, 2]), HashSet::from([2, 3]));
    assert_eq!(format!("{:?}", a.intersection(&b)), "[2]");
    assert_eq!(format!("{:?}", a.difference(&b)), "[1]");
    assert_eq!(format!("{:?}", b.difference(&a)), "[3]");
    assert_eq!(format!("{:?}", HashSet::new().union(&HashSet::from([1]))), "[1]");
    let none = HashSet::<u8>::new();
    assert_eq!(format!("{:?}", none.symmetric_difference(&none)), "[]");
}
