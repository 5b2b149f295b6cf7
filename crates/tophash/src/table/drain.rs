//! Taking values out of a table one after the other: [`Drain`] and [`ExtractIf`].

use core::fmt::{self, Debug};
use core::iter::FusedIterator;

use super::{HashTable, Iter};
use crate::alloc::{Allocator, Global};
use crate::hash_map::forward_iterator;
use crate::raw;

/// The values of a table, leaving it empty: what [`HashTable::drain`] returns.
///
/// ```
/// let mut table = tophash::HashTable::new();
/// table.insert_unique(7, 7, |n| *n);
/// assert_eq!(table.drain().next(), Some(7));
/// assert!(table.is_empty());
/// ```
#[must_use = "iterators are lazy; use `clear` to drop the values"]
pub struct Drain<'a, T, A: Allocator = Global> {
    pub(crate) inner: raw::Drain<'a, T, (), A>,
}

/// The values of a table that a predicate chooses: what [`HashTable::extract_if`] returns.
///
/// ```
/// let mut table = tophash::HashTable::new();
/// table.insert_unique(7, 7, |n| *n);
/// assert_eq!(table.extract_if(|n| *n > 8).next(), None);
/// assert_eq!(table.extract_if(|n| *n > 6).next(), Some(7));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed; \
    use `retain` to remove values without looking at them"]
pub struct ExtractIf<'a, T, F, A: Allocator = Global> {
    predicate: F,
    cursor: raw::Cursor<'a, T, (), A>,
}

impl<T, A: Allocator> HashTable<T, A> {
    /// The values, leaving an empty table that keeps its memory but that of overflow buckets.
    ///
    /// Values that are not asked for are dropped with the iterator. If it is leaked instead, they
    /// are leaked as well, and the table is empty and without memory. O(buckets).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, 7, |n| *n);
    /// table.insert_unique(9, 9, |n| *n);
    /// assert_eq!(table.drain().sum::<u64>(), 16);
    /// assert_eq!((table.len(), table.capacity()), (0, 8));
    /// ```
    #[inline]
    pub fn drain(&mut self) -> Drain<'_, T, A> {
        Drain { inner: self.raw.drain() }
    }

    /// Takes out the values for which `f` returns true, as they are asked for.
    ///
    /// `f` may change values whether it chooses them or not, but for their hashes. Values that the
    /// iterator has not come to when it is dropped stay in the table. To visit them all is
    /// O(buckets).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// for n in 0..8 {
    ///     table.insert_unique(n, n, |n| *n);
    /// }
    /// assert_eq!(table.extract_if(|n| *n % 2 == 1).count(), 4);
    /// assert!(table.iter().all(|n| n % 2 == 0));
    /// ```
    #[inline]
    pub fn extract_if<F>(&mut self, f: F) -> ExtractIf<'_, T, F, A>
    where
        F: FnMut(&mut T) -> bool,
    {
        ExtractIf { predicate: f, cursor: self.raw.cursor() }
    }
}

forward_iterator!(impl ['a, T, A: Allocator] for Drain<'a, T, A>: T, |(value, ())| value);

#[expect(clippy::iter_without_into_iter, reason = "hashbrown's interface; it is an iterator")]
impl<T, A: Allocator> Drain<'_, T, A> {
    /// The values yet to come, shared. O(1).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, 7, |n| *n);
    /// assert_eq!(table.drain().iter().next(), Some(&7));
    /// ```
    #[inline]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { inner: self.inner.iter() }
    }
}

impl<T: Debug, A: Allocator> Debug for Drain<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T, F, A> Iterator for ExtractIf<'_, T, F, A>
where
    F: FnMut(&mut T) -> bool,
    A: Allocator,
{
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        while let Some((value, ())) = self.cursor.next() {
            if (self.predicate)(value) {
                return Some(self.cursor.remove().0);
            }
        }
        None
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.cursor.remaining()))
    }
}

impl<T, F, A> FusedIterator for ExtractIf<'_, T, F, A>
where
    F: FnMut(&mut T) -> bool,
    A: Allocator,
{
}

impl<T, F, A: Allocator> Debug for ExtractIf<'_, T, F, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractIf").finish_non_exhaustive()
    }
}
