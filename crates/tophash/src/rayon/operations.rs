//! What two sets make together, in parallel: union, intersection and differences.

use core::fmt::{self, Debug};
use core::hash::{BuildHasher, Hash};

use ::rayon::iter::plumbing::UnindexedConsumer;
use ::rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::HashSet;
use crate::alloc::{Allocator, Global};

/// The elements that are in one set and not in the other, in parallel: what
/// [`HashSet::par_difference`] returns.
///
/// ```
/// use rayon::prelude::*;
/// use tophash::HashSet;
///
/// let (a, b) = (HashSet::from([1, 2, 3]), HashSet::from([2, 3, 4]));
/// let mut elements: Vec<u32> = a.par_difference(&b).copied().collect();
/// elements.sort();
/// assert_eq!(elements, vec![1]);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ParDifference<'a, T, S, A: Allocator = Global> {
    one: &'a HashSet<T, S, A>,
    other: &'a HashSet<T, S, A>,
}

/// The elements that are in exactly one of two sets, in parallel: what
/// [`HashSet::par_symmetric_difference`] returns.
///
/// ```
/// use rayon::prelude::*;
/// use tophash::HashSet;
///
/// let (a, b) = (HashSet::from([1, 2, 3]), HashSet::from([2, 3, 4]));
/// let mut elements: Vec<u32> = a.par_symmetric_difference(&b).copied().collect();
/// elements.sort();
/// assert_eq!(elements, vec![1, 4]);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ParSymmetricDifference<'a, T, S, A: Allocator = Global> {
    one: &'a HashSet<T, S, A>,
    other: &'a HashSet<T, S, A>,
}

/// The elements that are in both of two sets, in parallel: what
/// [`HashSet::par_intersection`] returns.
///
/// ```
/// use rayon::prelude::*;
/// use tophash::HashSet;
///
/// let (a, b) = (HashSet::from([1, 2, 3]), HashSet::from([2, 3, 4]));
/// let mut elements: Vec<u32> = a.par_intersection(&b).copied().collect();
/// elements.sort();
/// assert_eq!(elements, vec![2, 3]);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ParIntersection<'a, T, S, A: Allocator = Global> {
    one: &'a HashSet<T, S, A>,
    other: &'a HashSet<T, S, A>,
}

/// The elements that are in at least one of two sets, each once, in parallel: what
/// [`HashSet::par_union`] returns.
///
/// ```
/// use rayon::prelude::*;
/// use tophash::HashSet;
///
/// let (a, b) = (HashSet::from([1, 2, 3]), HashSet::from([2, 3, 4]));
/// let mut elements: Vec<u32> = a.par_union(&b).copied().collect();
/// elements.sort();
/// assert_eq!(elements, vec![1, 2, 3, 4]);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ParUnion<'a, T, S, A: Allocator = Global> {
    one: &'a HashSet<T, S, A>,
    other: &'a HashSet<T, S, A>,
}

impl<T, S, A> HashSet<T, S, A>
where
    T: Eq + Hash + Sync,
    S: BuildHasher + Sync,
    A: Allocator + Sync,
{
    /// The elements of this set that are not in `other`, in parallel. O(buckets of this set),
    /// shared out among the threads.
    ///
    /// ```
    /// use rayon::prelude::*;
    /// use tophash::HashSet;
    ///
    /// let (a, b) = (HashSet::from([1, 2, 3]), HashSet::from([2, 3, 4]));
    /// let mut elements: Vec<u32> = a.par_difference(&b).copied().collect();
    /// elements.sort();
    /// assert_eq!(elements, vec![1]);
    /// ```
    #[inline]
    pub fn par_difference<'a>(&'a self, other: &'a Self) -> ParDifference<'a, T, S, A> {
        ParDifference { one: self, other }
    }

    /// The elements that are in exactly one of this set and `other`, in parallel.
    /// O(buckets of both), shared out among the threads.
    ///
    /// ```
    /// use rayon::prelude::*;
    /// use tophash::HashSet;
    ///
    /// let (a, b) = (HashSet::from([1, 2, 3]), HashSet::from([2, 3, 4]));
    /// let mut elements: Vec<u32> = a.par_symmetric_difference(&b).copied().collect();
    /// elements.sort();
    /// assert_eq!(elements, vec![1, 4]);
    /// ```
    #[inline]
    pub fn par_symmetric_difference<'a>(
        &'a self,
        other: &'a Self,
    ) -> ParSymmetricDifference<'a, T, S, A> {
        ParSymmetricDifference { one: self, other }
    }

    /// The elements of this set that are also in `other`, in parallel. O(buckets of this set),
    /// shared out among the threads.
    ///
    /// ```
    /// use rayon::prelude::*;
    /// use tophash::HashSet;
    ///
    /// let (a, b) = (HashSet::from([1, 2, 3]), HashSet::from([2, 3, 4]));
    /// let mut elements: Vec<u32> = a.par_intersection(&b).copied().collect();
    /// elements.sort();
    /// assert_eq!(elements, vec![2, 3]);
    /// ```
    #[inline]
    pub fn par_intersection<'a>(&'a self, other: &'a Self) -> ParIntersection<'a, T, S, A> {
        ParIntersection { one: self, other }
    }

    /// The elements that are in this set or in `other`, each once, in parallel. O(buckets of both),
    /// shared out among the threads.
    ///
    /// ```
    /// use rayon::prelude::*;
    /// use tophash::HashSet;
    ///
    /// let (a, b) = (HashSet::from([1, 2, 3]), HashSet::from([2, 3, 4]));
    /// let mut elements: Vec<u32> = a.par_union(&b).copied().collect();
    /// elements.sort();
    /// assert_eq!(elements, vec![1, 2, 3, 4]);
    /// ```
    #[inline]
    pub fn par_union<'a>(&'a self, other: &'a Self) -> ParUnion<'a, T, S, A> {
        ParUnion { one: self, other }
    }
}

impl<'a, T, S, A> ParallelIterator for ParDifference<'a, T, S, A>
where
    T: Eq + Hash + Sync,
    S: BuildHasher + Sync,
    A: Allocator + Sync,
{
    type Item = &'a T;

    fn drive_unindexed<C: UnindexedConsumer<&'a T>>(self, consumer: C) -> C::Result {
        let Self { one, other } = self;
        one.into_par_iter().filter(|element| !other.contains(*element)).drive_unindexed(consumer)
    }
}

impl<'a, T, S, A> ParallelIterator for ParSymmetricDifference<'a, T, S, A>
where
    T: Eq + Hash + Sync,
    S: BuildHasher + Sync,
    A: Allocator + Sync,
{
    type Item = &'a T;

    fn drive_unindexed<C: UnindexedConsumer<&'a T>>(self, consumer: C) -> C::Result {
        let Self { one, other } = self;
        one.par_difference(other).chain(other.par_difference(one)).drive_unindexed(consumer)
    }
}

impl<'a, T, S, A> ParallelIterator for ParIntersection<'a, T, S, A>
where
    T: Eq + Hash + Sync,
    S: BuildHasher + Sync,
    A: Allocator + Sync,
{
    type Item = &'a T;

    fn drive_unindexed<C: UnindexedConsumer<&'a T>>(self, consumer: C) -> C::Result {
        let Self { one, other } = self;
        one.into_par_iter().filter(|element| other.contains(*element)).drive_unindexed(consumer)
    }
}

impl<'a, T, S, A> ParallelIterator for ParUnion<'a, T, S, A>
where
    T: Eq + Hash + Sync,
    S: BuildHasher + Sync,
    A: Allocator + Sync,
{
    type Item = &'a T;

    fn drive_unindexed<C: UnindexedConsumer<&'a T>>(self, consumer: C) -> C::Result {
        // All of the larger set, and of the smaller one what the larger does not have: so the fewer
        // elements are looked up.
        let Self { one, other } = self;
        let (small, large) = if one.len() <= other.len() { (one, other) } else { (other, one) };
        large.into_par_iter().chain(small.par_difference(large)).drive_unindexed(consumer)
    }
}

/// Gives a type of two sets the traits that references have.
macro_rules! pair_traits {
    ($type:ident, $operation:ident) => {
        impl<T, S, A: Allocator> Clone for $type<'_, T, S, A> {
            fn clone(&self) -> Self {
                Self { ..*self }
            }
        }

        impl<T, S, A> Debug for $type<'_, T, S, A>
        where
            T: Debug + Eq + Hash,
            S: BuildHasher,
            A: Allocator,
        {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.one.$operation(self.other)).finish()
            }
        }
    };
}

pair_traits!(ParDifference, difference);
pair_traits!(ParSymmetricDifference, symmetric_difference);
pair_traits!(ParIntersection, intersection);
pair_traits!(ParUnion, union);
