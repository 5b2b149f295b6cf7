//! Parallel iterators over a [`HashSet`], and comparisons of two sets in parallel.

use core::fmt::{self, Debug};
use core::hash::{BuildHasher, Hash};

use ::rayon::iter::plumbing::UnindexedConsumer;
use ::rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};

use super::{collect, map, room_for};
use crate::HashSet;
use crate::alloc::{Allocator, Global};

pub use super::operations::{ParDifference, ParIntersection, ParSymmetricDifference, ParUnion};

/// References to the elements of a set, in parallel: what `par_iter` returns.
///
/// ```
/// use rayon::prelude::*;
///
/// let set: tophash::HashSet<u64> = (0..1000).collect();
/// assert_eq!(set.par_iter().sum::<u64>(), 499_500);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ParIter<'a, T> {
    inner: map::ParKeys<'a, T, ()>,
}

/// The elements of a set, by value, in parallel: what `into_par_iter` returns.
///
/// ```
/// use rayon::prelude::*;
///
/// let set: tophash::HashSet<u64> = (0..1000).collect();
/// assert_eq!(set.into_par_iter().filter(|n| n % 2 == 0).count(), 500);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IntoParIter<T, A: Allocator = Global> {
    inner: map::IntoParIter<T, (), A>,
}

/// The elements of a set, by value, in parallel, leaving it empty: what [`HashSet::par_drain`]
/// returns.
///
/// ```
/// use rayon::prelude::*;
///
/// let mut set: tophash::HashSet<u64> = (0..1000).collect();
/// assert_eq!(set.par_drain().max(), Some(999));
/// assert!(set.is_empty());
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ParDrain<'a, T, A: Allocator = Global> {
    inner: map::ParDrain<'a, T, (), A>,
}

impl<T, S, A> HashSet<T, S, A>
where
    T: Eq + Hash + Sync,
    S: BuildHasher + Sync,
    A: Allocator + Sync,
{
    /// Whether the sets have no element in common, found out in parallel. O(buckets of this set),
    /// shared out among the threads.
    ///
    /// ```
    /// use tophash::HashSet;
    ///
    /// assert!(HashSet::from([1, 2]).par_is_disjoint(&HashSet::from([3, 4])));
    /// ```
    pub fn par_is_disjoint(&self, other: &Self) -> bool {
        self.into_par_iter().all(|element| !other.contains(element))
    }

    /// Whether all elements of this set are in `other`, found out in parallel. O(buckets of this
    /// set), shared out among the threads.
    ///
    /// ```
    /// use tophash::HashSet;
    ///
    /// assert!(HashSet::from([1, 2]).par_is_subset(&HashSet::from([1, 2, 3])));
    /// ```
    pub fn par_is_subset(&self, other: &Self) -> bool {
        self.len() <= other.len() && self.into_par_iter().all(|element| other.contains(element))
    }

    /// Whether all elements of `other` are in this set, found out in parallel. O(buckets of
    /// `other`), shared out among the threads.
    ///
    /// ```
    /// use tophash::HashSet;
    ///
    /// assert!(HashSet::from([1, 2, 3]).par_is_superset(&HashSet::from([1, 2])));
    /// ```
    pub fn par_is_superset(&self, other: &Self) -> bool {
        other.par_is_subset(self)
    }

    /// Whether both sets have the same elements, found out in parallel. O(buckets of this set),
    /// shared out among the threads.
    ///
    /// ```
    /// use tophash::HashSet;
    ///
    /// assert!(HashSet::from([1, 2]).par_eq(&HashSet::from([2, 1])));
    /// ```
    pub fn par_eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.par_is_subset(other)
    }
}

impl<T: Send, S, A: Allocator> HashSet<T, S, A> {
    /// The elements, by value, in parallel, leaving an empty set that keeps its memory as with
    /// [`HashSet::drain`]. O(buckets), shared out among the threads.
    ///
    /// Elements that are not asked for are dropped, each once, also when a closure panics. If the
    /// iterator is leaked, they are leaked as well, and the set is empty and without memory.
    ///
    /// ```
    /// use rayon::prelude::*;
    ///
    /// let mut set = tophash::HashSet::from([1, 2]);
    /// assert_eq!(set.par_drain().sum::<u32>(), 3);
    /// assert!(set.is_empty());
    /// ```
    #[inline]
    pub fn par_drain(&mut self) -> ParDrain<'_, T, A> {
        ParDrain { inner: self.map.par_drain() }
    }
}

impl<T: Send, S, A: Allocator + Send> IntoParallelIterator for HashSet<T, S, A> {
    type Item = T;
    type Iter = IntoParIter<T, A>;

    /// The elements, by value, in parallel. Those not asked for are dropped, each once, also when
    /// a closure panics. O(buckets), shared out among the threads.
    #[inline]
    fn into_par_iter(self) -> Self::Iter {
        IntoParIter { inner: self.map.into_par_iter() }
    }
}

impl<'a, T: Sync, S, A: Allocator> IntoParallelIterator for &'a HashSet<T, S, A> {
    type Item = &'a T;
    type Iter = ParIter<'a, T>;

    /// References to the elements, in parallel. O(buckets), shared out among the threads.
    #[inline]
    fn into_par_iter(self) -> Self::Iter {
        ParIter { inner: self.map.par_keys() }
    }
}

impl<'a, T: Sync> ParallelIterator for ParIter<'a, T> {
    type Item = &'a T;

    fn drive_unindexed<C: UnindexedConsumer<&'a T>>(self, consumer: C) -> C::Result {
        self.inner.drive_unindexed(consumer)
    }
}

impl<T: Send, A: Allocator + Send> ParallelIterator for IntoParIter<T, A> {
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        self.inner.map(|(element, ())| element).drive_unindexed(consumer)
    }
}

impl<T: Send, A: Allocator + Send> ParallelIterator for ParDrain<'_, T, A> {
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        self.inner.map(|(element, ())| element).drive_unindexed(consumer)
    }
}

impl<T, S, A> FromParallelIterator<T> for HashSet<T, S, A>
where
    T: Eq + Hash + Send,
    S: BuildHasher + Default,
    A: Allocator + Default,
{
    /// A set of the elements that the iterator makes in parallel; they are inserted by one thread.
    ///
    /// ```
    /// use rayon::prelude::*;
    ///
    /// let rests: tophash::HashSet<u64> = (0..1000).into_par_iter().map(|n| n % 7).collect();
    /// assert_eq!(rests.len(), 7);
    /// ```
    fn from_par_iter<I>(elements: I) -> Self
    where
        I: IntoParallelIterator<Item = T>,
    {
        let mut set = Self::default();
        set.par_extend(elements);
        set
    }
}

impl<T, S, A> ParallelExtend<T> for HashSet<T, S, A>
where
    T: Eq + Hash + Send,
    S: BuildHasher,
    A: Allocator,
{
    /// Inserts all elements, which the iterator makes in parallel, by one thread; of equal ones the
    /// first stays.
    fn par_extend<I>(&mut self, elements: I)
    where
        I: IntoParallelIterator<Item = T>,
    {
        let (elements, len) = collect(elements);
        self.reserve(room_for(len, self.is_empty()));
        self.map.insert_all(elements.into_iter().map(|element| (element, ())));
    }
}

impl<'a, T, S, A> ParallelExtend<&'a T> for HashSet<T, S, A>
where
    T: 'a + Copy + Eq + Hash + Sync,
    S: BuildHasher,
    A: Allocator,
{
    fn par_extend<I>(&mut self, elements: I)
    where
        I: IntoParallelIterator<Item = &'a T>,
    {
        let (elements, len) = collect(elements);
        self.reserve(room_for(len, self.is_empty()));
        self.map.insert_all(elements.into_iter().map(|&element| (element, ())));
    }
}

impl<T> Clone for ParIter<'_, T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<T: Debug> Debug for ParIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl<T: Debug, A: Allocator> Debug for IntoParIter<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.inner.inner.iter().map(|(element, ())| element)).finish()
    }
}

impl<T: Debug, A: Allocator> Debug for ParDrain<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.inner.inner.iter().map(|(element, ())| element)).finish()
    }
}
