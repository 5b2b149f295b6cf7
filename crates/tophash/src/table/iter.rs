//! Visiting the values of a table: [`Iter`], [`IterMut`] and [`IntoIter`].

use core::fmt::{self, Debug};
use core::iter::FusedIterator;

use super::HashTable;
use crate::alloc::{Allocator, Global};
use crate::hash_map::forward_iterator;
use crate::raw;

/// References to the values of a table: what [`HashTable::iter`] returns.
///
/// ```
/// let mut table = tophash::HashTable::new();
/// table.insert_unique(7, 7, |n| *n);
/// assert_eq!(table.iter().next(), Some(&7));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Iter<'a, T> {
    pub(super) inner: raw::Iter<'a, T, ()>,
}

/// Exclusive references to the values of a table: what [`HashTable::iter_mut`] returns.
///
/// ```
/// let mut table = tophash::HashTable::new();
/// table.insert_unique(7, 7, |n| *n);
/// assert_eq!(table.iter_mut().next(), Some(&mut 7));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IterMut<'a, T> {
    inner: raw::IterMut<'a, T, ()>,
}

/// The values of a table: what its `into_iter` returns.
///
/// ```
/// let mut table = tophash::HashTable::new();
/// table.insert_unique(7, 7, |n| *n);
/// assert_eq!(table.into_iter().next(), Some(7));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IntoIter<T, A: Allocator = Global> {
    pub(crate) inner: raw::IntoIter<T, (), A>,
}

impl<T, A: Allocator> HashTable<T, A> {
    /// References to the values, in an order that differs from table to table and stays while the
    /// table is unchanged.
    ///
    /// To visit them all is O(buckets).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, 7, |n| *n);
    /// table.insert_unique(9, 9, |n| *n);
    /// assert_eq!(table.iter().sum::<u64>(), 16);
    /// ```
    #[inline]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { inner: self.raw.iter() }
    }

    /// Exclusive references to the values, in the order of [`Self::iter`]: to change them, but for
    /// their hashes.
    ///
    /// To visit them all is O(buckets).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, (7, 1), |entry| entry.0);
    /// for entry in table.iter_mut() {
    ///     entry.1 += 1;
    /// }
    /// assert_eq!(table.find(7, |_| true), Some(&(7, 2)));
    /// ```
    #[inline]
    pub fn iter_mut(&mut self) -> IterMut<'_, T> {
        IterMut { inner: self.raw.iter_mut() }
    }
}

impl<'a, T, A: Allocator> IntoIterator for &'a HashTable<T, A> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    /// As [`HashTable::iter`].
    #[inline]
    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<'a, T, A: Allocator> IntoIterator for &'a mut HashTable<T, A> {
    type Item = &'a mut T;
    type IntoIter = IterMut<'a, T>;

    /// As [`HashTable::iter_mut`].
    #[inline]
    fn into_iter(self) -> IterMut<'a, T> {
        self.iter_mut()
    }
}

impl<T, A: Allocator> IntoIterator for HashTable<T, A> {
    type Item = T;
    type IntoIter = IntoIter<T, A>;

    /// The values, in the order of [`HashTable::iter`]. The memory is given back when the iterator
    /// is dropped. To visit them all is O(buckets).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, "alice", |_| 7);
    /// assert_eq!(table.into_iter().collect::<Vec<_>>(), ["alice"]);
    /// ```
    #[inline]
    fn into_iter(self) -> IntoIter<T, A> {
        IntoIter { inner: self.raw.into_iter() }
    }
}

forward_iterator!(impl ['a, T] for Iter<'a, T>: &'a T, |(value, ())| value);
forward_iterator!(impl ['a, T] for IterMut<'a, T>: &'a mut T, |(value, ())| value);
forward_iterator!(impl [T, A: Allocator] for IntoIter<T, A>: T, |(value, ())| value);

#[expect(clippy::iter_without_into_iter, reason = "hashbrown's interface; it is an iterator")]
impl<T> IterMut<'_, T> {
    /// The values yet to come, shared. O(1).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, 7, |n| *n);
    /// assert_eq!(table.iter_mut().iter().next(), Some(&7));
    /// ```
    #[inline]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { inner: self.inner.iter() }
    }
}

#[expect(clippy::iter_without_into_iter, reason = "hashbrown's interface; it is an iterator")]
impl<T, A: Allocator> IntoIter<T, A> {
    /// The values yet to come, shared. O(1).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, 7, |n| *n);
    /// assert_eq!(table.into_iter().iter().next(), Some(&7));
    /// ```
    #[inline]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { inner: self.inner.iter() }
    }
}

impl<T> Clone for Iter<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<T> Default for Iter<'_, T> {
    /// An iterator over nothing.
    #[inline]
    fn default() -> Self {
        Self { inner: raw::Iter::default() }
    }
}

impl<T> Default for IterMut<'_, T> {
    /// An iterator over nothing.
    #[inline]
    fn default() -> Self {
        Self { inner: raw::IterMut::default() }
    }
}

impl<T, A: Allocator> Default for IntoIter<T, A> {
    /// An iterator over nothing.
    #[inline]
    fn default() -> Self {
        Self { inner: raw::IntoIter::default() }
    }
}

impl<T: Debug> Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<T: Debug> Debug for IterMut<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Debug, A: Allocator> Debug for IntoIter<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
