//! Parallel iterators over a [`HashTable`].

use core::fmt::{self, Debug};

use ::rayon::iter::plumbing::UnindexedConsumer;
use ::rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::map;
use crate::HashTable;
use crate::alloc::{Allocator, Global};
use crate::raw;

/// References to the values of a table, in parallel: what `par_iter` returns.
///
/// ```
/// use rayon::prelude::*;
///
/// let mut table = tophash::HashTable::new();
/// table.insert_unique(7, 7, |n| *n);
/// assert_eq!(table.par_iter().sum::<u64>(), 7);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ParIter<'a, T> {
    inner: map::ParKeys<'a, T, ()>,
}

/// Exclusive references to the values of a table, in parallel: what `par_iter_mut` returns.
///
/// ```
/// use rayon::prelude::*;
///
/// let mut table = tophash::HashTable::new();
/// table.insert_unique(7, (7, 1), |entry| entry.0);
/// table.par_iter_mut().for_each(|entry| entry.1 += 1);
/// assert_eq!(table.find(7, |_| true), Some(&(7, 2)));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ParIterMut<'a, T> {
    pub(super) inner: raw::RangeAllMut<'a, T, ()>,
}

/// The values of a table, in parallel: what `into_par_iter` returns.
///
/// ```
/// use rayon::prelude::*;
///
/// let mut table = tophash::HashTable::new();
/// table.insert_unique(7, 7, |n| *n);
/// assert_eq!(table.into_par_iter().max(), Some(7));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IntoParIter<T, A: Allocator = Global> {
    inner: map::IntoParIter<T, (), A>,
}

/// The values of a table, in parallel, leaving it empty: what [`HashTable::par_drain`] returns.
///
/// ```
/// use rayon::prelude::*;
///
/// let mut table = tophash::HashTable::new();
/// table.insert_unique(7, 7, |n| *n);
/// assert_eq!(table.par_drain().max(), Some(7));
/// assert!(table.is_empty());
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ParDrain<'a, T, A: Allocator = Global> {
    inner: map::ParDrain<'a, T, (), A>,
}

impl<T: Send, A: Allocator> HashTable<T, A> {
    /// The values, in parallel, leaving an empty table that keeps its memory as with
    /// [`HashTable::drain`]. O(buckets), shared out among the threads.
    ///
    /// Values that are not asked for are dropped, each once, also when a closure panics. If the
    /// iterator is leaked, they are leaked as well, and the table is empty and without memory.
    ///
    /// ```
    /// use rayon::prelude::*;
    ///
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, 7, |n| *n);
    /// table.insert_unique(9, 9, |n| *n);
    /// assert_eq!(table.par_drain().sum::<u64>(), 16);
    /// ```
    #[inline]
    pub fn par_drain(&mut self) -> ParDrain<'_, T, A> {
        ParDrain { inner: map::ParDrain { inner: self.raw.drain() } }
    }
}

impl<T: Send, A: Allocator + Send> IntoParallelIterator for HashTable<T, A> {
    type Item = T;
    type Iter = IntoParIter<T, A>;

    /// The values, in parallel. Those not asked for are dropped, each once, also when a closure
    /// panics. O(buckets), shared out among the threads.
    #[inline]
    fn into_par_iter(self) -> Self::Iter {
        IntoParIter { inner: map::IntoParIter { inner: self.raw.into_iter() } }
    }
}

impl<'a, T: Sync, A: Allocator> IntoParallelIterator for &'a HashTable<T, A> {
    type Item = &'a T;
    type Iter = ParIter<'a, T>;

    /// References to the values, in parallel. O(buckets), shared out among the threads.
    #[inline]
    fn into_par_iter(self) -> Self::Iter {
        ParIter { inner: map::ParKeys { inner: self.raw.range() } }
    }
}

impl<'a, T: Send, A: Allocator> IntoParallelIterator for &'a mut HashTable<T, A> {
    type Item = &'a mut T;
    type Iter = ParIterMut<'a, T>;

    /// Exclusive references to the values, in parallel: to change them, but for their hashes.
    /// O(buckets), shared out among the threads.
    #[inline]
    fn into_par_iter(self) -> Self::Iter {
        ParIterMut { inner: self.raw.range_all_mut() }
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
        self.inner.map(|(value, ())| value).drive_unindexed(consumer)
    }
}

impl<T: Send, A: Allocator + Send> ParallelIterator for ParDrain<'_, T, A> {
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        self.inner.map(|(value, ())| value).drive_unindexed(consumer)
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
        f.debug_list().entries(self.inner.inner.iter().map(|(value, ())| value)).finish()
    }
}

impl<T: Debug, A: Allocator> Debug for ParDrain<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.inner.inner.iter().map(|(value, ())| value)).finish()
    }
}
