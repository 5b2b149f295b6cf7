//! What every rival's set can do with another, under one name.

use std::collections::BTreeSet;
use std::hash::BuildHasher;

use crate::keys::Key;

/// A set to be measured.
pub trait Set<K>: 'static {
    /// A set of these keys, inserted one by one.
    fn of(keys: impl Iterator<Item = K>) -> Self;
    /// Calls `f` with every key that is in any of both.
    fn visit_union(&self, other: &Self, f: impl FnMut(&K));
    /// Calls `f` with every key that is in both.
    fn visit_intersection(&self, other: &Self, f: impl FnMut(&K));
    /// Calls `f` with every key that is in this one alone.
    fn visit_difference(&self, other: &Self, f: impl FnMut(&K));
}

/// All sets write these the same way.
macro_rules! set {
    ($set:ty $(, $state:ident)?) => {
        impl<K: Key $(, $state: BuildHasher + Default + 'static)?> Set<K> for $set {
            fn of(keys: impl Iterator<Item = K>) -> Self {
                let mut set = <$set>::default();
                for key in keys {
                    set.insert(key);
                }
                set
            }

            #[inline(always)]
            fn visit_union(&self, other: &Self, f: impl FnMut(&K)) {
                self.union(other).for_each(f);
            }

            #[inline(always)]
            fn visit_intersection(&self, other: &Self, f: impl FnMut(&K)) {
                self.intersection(other).for_each(f);
            }

            #[inline(always)]
            fn visit_difference(&self, other: &Self, f: impl FnMut(&K)) {
                self.difference(other).for_each(f);
            }
        }
    };
}

set!(tophash::HashSet<K, S>, S);
set!(hashbrown::HashSet<K, S>, S);
set!(std::collections::HashSet<K, S>, S);
set!(griddle::HashSet<K, S>, S);
set!(indexmap::IndexSet<K, S>, S);
set!(BTreeSet<K>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Shape;

    #[test]
    fn every_set_visits_what_it_should() {
        fn check<S: Set<u64>>() {
            let keys = |from, to| (from..to).map(|index| u64::make(Shape::Random, index));
            let (one, other) = (S::of(keys(0, 100)), S::of(keys(75, 175)));
            let mut counts = [0; 3];
            one.visit_union(&other, |_| counts[0] += 1);
            one.visit_intersection(&other, |_| counts[1] += 1);
            one.visit_difference(&other, |_| counts[2] += 1);
            assert_eq!(counts, [175, 25, 75]);
        }
        type State = tophash::RandomState;
        check::<tophash::HashSet<u64, State>>();
        check::<hashbrown::HashSet<u64, State>>();
        check::<std::collections::HashSet<u64, State>>();
        check::<griddle::HashSet<u64, State>>();
        check::<indexmap::IndexSet<u64, State>>();
        check::<BTreeSet<u64>>();
    }
}
