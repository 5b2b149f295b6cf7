//! Two sets: union, intersection, differences, comparisons, and the operators for them.

use core::fmt::{self, Debug};
use core::hash::{BuildHasher, Hash};
use core::iter::{Chain, FusedIterator};
use core::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, BitXor, BitXorAssign, Sub, SubAssign};

use super::{HashSet, Iter};
use crate::DefaultHashBuilder;
use crate::alloc::{Allocator, Global};
use crate::hash_map::EntryRef;

/// The values of one set that are not in another: what [`HashSet::difference`] returns.
///
/// ```
/// use tophash::HashSet;
///
/// let (one, two) = (HashSet::from([1, 2]), HashSet::from([2, 3]));
/// assert_eq!(one.difference(&two).next(), Some(&1));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Difference<'a, T, S = DefaultHashBuilder, A: Allocator = Global> {
    iter: Iter<'a, T>,
    other: &'a HashSet<T, S, A>,
}

/// The values that are in just one of two sets: what [`HashSet::symmetric_difference`] returns.
///
/// ```
/// use tophash::HashSet;
///
/// let (one, two) = (HashSet::from([1, 2]), HashSet::from([2, 3]));
/// assert_eq!(one.symmetric_difference(&two).sum::<u32>(), 4);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct SymmetricDifference<'a, T, S = DefaultHashBuilder, A: Allocator = Global> {
    inner: Chain<Difference<'a, T, S, A>, Difference<'a, T, S, A>>,
}

/// The values that are in both of two sets: what [`HashSet::intersection`] returns.
///
/// ```
/// use tophash::HashSet;
///
/// let (one, two) = (HashSet::from([1, 2]), HashSet::from([2, 3]));
/// assert_eq!(one.intersection(&two).next(), Some(&2));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Intersection<'a, T, S = DefaultHashBuilder, A: Allocator = Global> {
    iter: Iter<'a, T>,
    other: &'a HashSet<T, S, A>,
}

/// The values that are in any of two sets, each once: what [`HashSet::union`] returns.
///
/// ```
/// use tophash::HashSet;
///
/// let (one, two) = (HashSet::from([1, 2]), HashSet::from([2, 3]));
/// assert_eq!(one.union(&two).count(), 3);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Union<'a, T, S = DefaultHashBuilder, A: Allocator = Global> {
    inner: Chain<Iter<'a, T>, Difference<'a, T, S, A>>,
}

impl<T, S, A> HashSet<T, S, A>
where
    T: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// The values that are in this set but not in `other`. To visit them all is O(buckets), with a
    /// look-up for each value of this set.
    ///
    /// ```
    /// let one = tophash::HashSet::from(["alice", "bob"]);
    /// let two = tophash::HashSet::from(["bob", "charlie"]);
    /// assert!(one.difference(&two).eq([&"alice"]));
    /// assert!(two.difference(&one).eq([&"charlie"]));
    /// ```
    #[inline]
    pub fn difference<'a>(&'a self, other: &'a Self) -> Difference<'a, T, S, A> {
        Difference { iter: self.iter(), other }
    }

    /// The values that are in this set or in `other`, but not in both. To visit them all is
    /// O(buckets of both), with a look-up for each value of both.
    ///
    /// ```
    /// let one = tophash::HashSet::from(["alice", "bob"]);
    /// let two = tophash::HashSet::from(["bob", "charlie"]);
    /// let mut names: Vec<_> = one.symmetric_difference(&two).collect();
    /// names.sort();
    /// assert_eq!(names, [&"alice", &"charlie"]);
    /// ```
    #[inline]
    pub fn symmetric_difference<'a>(&'a self, other: &'a Self) -> SymmetricDifference<'a, T, S, A> {
        SymmetricDifference { inner: self.difference(other).chain(other.difference(self)) }
    }

    /// The values that are in this set and in `other`. To visit them all is O(buckets of the
    /// smaller set), with a look-up for each of its values. The references may be into either set.
    ///
    /// ```
    /// let one = tophash::HashSet::from(["alice", "bob"]);
    /// let two = tophash::HashSet::from(["bob", "charlie"]);
    /// assert!(one.intersection(&two).eq([&"bob"]));
    /// ```
    #[inline]
    pub fn intersection<'a>(&'a self, other: &'a Self) -> Intersection<'a, T, S, A> {
        let (smaller, larger) = self.by_len(other);
        Intersection { iter: smaller.iter(), other: larger }
    }

    /// The values that are in this set or in `other`, each once. To visit them all is O(buckets of
    /// both), with a look-up for each value of the smaller set. The references may be into either
    /// set.
    ///
    /// ```
    /// let one = tophash::HashSet::from(["alice", "bob"]);
    /// let two = tophash::HashSet::from(["bob", "charlie"]);
    /// let mut names: Vec<_> = one.union(&two).collect();
    /// names.sort();
    /// assert_eq!(names, [&"alice", &"bob", &"charlie"]);
    /// ```
    #[inline]
    pub fn union<'a>(&'a self, other: &'a Self) -> Union<'a, T, S, A> {
        let (smaller, larger) = self.by_len(other);
        Union { inner: larger.iter().chain(smaller.difference(larger)) }
    }

    /// Whether no value is in both sets. O(buckets of the smaller set).
    ///
    /// ```
    /// let one = tophash::HashSet::from(["alice"]);
    /// assert!(one.is_disjoint(&tophash::HashSet::from(["bob"])));
    /// ```
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.intersection(other).next().is_none()
    }

    /// Whether every value of this set is in `other`. O(buckets); O(1) if `other` has fewer values.
    ///
    /// ```
    /// let one = tophash::HashSet::from(["alice"]);
    /// assert!(one.is_subset(&tophash::HashSet::from(["alice", "bob"])));
    /// ```
    pub fn is_subset(&self, other: &Self) -> bool {
        self.len() <= other.len()
            && other.map.all_found(self.iter(), |value| value, |_, found| found.is_some())
    }

    /// Whether every value of `other` is in this set. O(buckets of `other`); O(1) if it has more
    /// values.
    ///
    /// ```
    /// let one = tophash::HashSet::from(["alice", "bob"]);
    /// assert!(one.is_superset(&tophash::HashSet::from(["alice"])));
    /// ```
    #[inline]
    pub fn is_superset(&self, other: &Self) -> bool {
        other.is_subset(self)
    }

    /// Both sets, the one with fewer values first.
    #[inline]
    fn by_len<'a>(&'a self, other: &'a Self) -> (&'a Self, &'a Self) {
        if self.len() <= other.len() { (self, other) } else { (other, self) }
    }
}

/// The operators of two borrowed sets, which make a new one.
macro_rules! operators {
    ($($trait:ident::$method:ident, $operation:ident, $document:literal, $example:literal;)*) => {
        $(
            impl<T, S, A> $trait<&HashSet<T, S, A>> for &HashSet<T, S, A>
            where
                T: Eq + Hash + Clone,
                S: BuildHasher + Default,
                A: Allocator + Default,
            {
                type Output = HashSet<T, S, A>;

                #[doc = $document]
                ///
                /// ```
                /// use tophash::HashSet;
                ///
                /// let (one, two) = (HashSet::from([1, 2]), HashSet::from([2, 3]));
                #[doc = $example]
                /// ```
                fn $method(self, other: &HashSet<T, S, A>) -> HashSet<T, S, A> {
                    self.$operation(other).cloned().collect()
                }
            }
        )*
    };
}

operators! {
    BitOr::bitor, union, "A set of the values that are in any of both. O(buckets).",
        "assert_eq!(&one | &two, HashSet::from([1, 2, 3]));";
    BitAnd::bitand, intersection, "A set of the values that are in both. O(buckets).",
        "assert_eq!(&one & &two, HashSet::from([2]));";
    BitXor::bitxor, symmetric_difference,
        "A set of the values that are in just one of both. O(buckets).",
        "assert_eq!(&one ^ &two, HashSet::from([1, 3]));";
    Sub::sub, difference,
        "A set of the values that are in the first but not in the second. O(buckets).",
        "assert_eq!(&one - &two, HashSet::from([1]));";
}

impl<T, S, A> BitOrAssign<&HashSet<T, S, A>> for HashSet<T, S, A>
where
    T: Eq + Hash + Clone,
    S: BuildHasher,
    A: Allocator,
{
    /// Adds clones of the values of `other` that are not here. O(buckets of `other`).
    ///
    /// ```
    /// use tophash::HashSet;
    ///
    /// let mut set = HashSet::from([1, 2]);
    /// set |= &HashSet::from([2, 3]);
    /// assert_eq!(set, HashSet::from([1, 2, 3]));
    /// ```
    fn bitor_assign(&mut self, other: &HashSet<T, S, A>) {
        for value in other {
            if !self.contains(value) {
                self.insert(value.clone());
            }
        }
    }
}

impl<T, S, A> BitAndAssign<&HashSet<T, S, A>> for HashSet<T, S, A>
where
    T: Eq + Hash + Clone,
    S: BuildHasher,
    A: Allocator,
{
    /// Keeps the values that are in `other` too. O(buckets).
    ///
    /// ```
    /// use tophash::HashSet;
    ///
    /// let mut set = HashSet::from([1, 2]);
    /// set &= &HashSet::from([2, 3]);
    /// assert_eq!(set, HashSet::from([2]));
    /// ```
    fn bitand_assign(&mut self, other: &HashSet<T, S, A>) {
        self.retain(|value| other.contains(value));
    }
}

impl<T, S, A> BitXorAssign<&HashSet<T, S, A>> for HashSet<T, S, A>
where
    T: Eq + Hash + Clone,
    S: BuildHasher,
    A: Allocator,
{
    /// Removes the values that are in `other` too, and adds clones of its others. O(buckets of
    /// `other`).
    ///
    /// ```
    /// use tophash::HashSet;
    ///
    /// let mut set = HashSet::from([1, 2]);
    /// set ^= &HashSet::from([2, 3]);
    /// assert_eq!(set, HashSet::from([1, 3]));
    /// ```
    fn bitxor_assign(&mut self, other: &HashSet<T, S, A>) {
        for value in other {
            match self.map.entry_ref(value) {
                EntryRef::Occupied(entry) => entry.remove(),
                EntryRef::Vacant(entry) => *entry.insert(()),
            }
        }
    }
}

impl<T, S, A> SubAssign<&HashSet<T, S, A>> for HashSet<T, S, A>
where
    T: Eq + Hash + Clone,
    S: BuildHasher,
    A: Allocator,
{
    /// Removes the values that are in `other` too. O(buckets of the smaller set).
    ///
    /// ```
    /// use tophash::HashSet;
    ///
    /// let mut set = HashSet::from([1, 2]);
    /// set -= &HashSet::from([2, 3]);
    /// assert_eq!(set, HashSet::from([1]));
    /// ```
    fn sub_assign(&mut self, other: &HashSet<T, S, A>) {
        if other.len() < self.len() {
            for value in other {
                self.remove(value);
            }
        } else {
            self.retain(|value| !other.contains(value));
        }
    }
}

impl<'a, T, S, A> Iterator for Difference<'a, T, S, A>
where
    T: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        self.iter.find(|value| !self.other.contains(*value))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.iter.len();
        (left.saturating_sub(self.other.len()), Some(left))
    }

    #[inline]
    fn fold<B, F>(self, init: B, mut f: F) -> B
    where
        F: FnMut(B, &'a T) -> B,
    {
        self.other.map.fold_found(
            self.iter,
            init,
            |folded, value, is_there| {
                if is_there { folded } else { f(folded, value) }
            },
        )
    }
}

impl<'a, T, S, A> Iterator for Intersection<'a, T, S, A>
where
    T: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        self.iter.find(|value| self.other.contains(*value))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.iter.len()))
    }

    #[inline]
    fn fold<B, F>(self, init: B, mut f: F) -> B
    where
        F: FnMut(B, &'a T) -> B,
    {
        self.other.map.fold_found(
            self.iter,
            init,
            |folded, value, is_there| {
                if is_there { f(folded, value) } else { folded }
            },
        )
    }
}

impl<T, S, A: Allocator> Clone for Difference<'_, T, S, A> {
    #[inline]
    fn clone(&self) -> Self {
        Self { iter: self.iter.clone(), other: self.other }
    }
}

impl<T, S, A: Allocator> Clone for Intersection<'_, T, S, A> {
    #[inline]
    fn clone(&self) -> Self {
        Self { iter: self.iter.clone(), other: self.other }
    }
}

/// What the two iterators that chain others have of these.
macro_rules! forward_chain {
    ($($type:ident)*) => {
        $(
            impl<'a, T, S, A> Iterator for $type<'a, T, S, A>
            where
                T: Eq + Hash,
                S: BuildHasher,
                A: Allocator,
            {
                type Item = &'a T;

                #[inline]
                fn next(&mut self) -> Option<&'a T> {
                    self.inner.next()
                }

                #[inline]
                fn size_hint(&self) -> (usize, Option<usize>) {
                    self.inner.size_hint()
                }

                #[inline]
                fn fold<B, F>(self, init: B, f: F) -> B
                where
                    F: FnMut(B, &'a T) -> B,
                {
                    self.inner.fold(init, f)
                }
            }

            impl<T, S, A: Allocator> Clone for $type<'_, T, S, A> {
                #[inline]
                fn clone(&self) -> Self {
                    Self { inner: self.inner.clone() }
                }
            }
        )*
    };
}

/// What all four iterators have in common.
macro_rules! fused_and_printable {
    ($($type:ident)*) => {
        $(
            impl<T, S, A> FusedIterator for $type<'_, T, S, A>
            where
                T: Eq + Hash,
                S: BuildHasher,
                A: Allocator,
            {
            }

            impl<T, S, A> Debug for $type<'_, T, S, A>
            where
                T: Debug + Eq + Hash,
                S: BuildHasher,
                A: Allocator,
            {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.debug_list().entries(self.clone()).finish()
                }
            }
        )*
    };
}

forward_chain!(SymmetricDifference Union);
fused_and_printable!(Difference Intersection SymmetricDifference Union);
