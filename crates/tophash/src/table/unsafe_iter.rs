//! Visiting the values of a table by pointer: [`UnsafeIter`].

use core::fmt::{self, Debug};
use core::iter::FusedIterator;
use core::ptr::NonNull;

use super::{HashTable, Iter};
use crate::alloc::Allocator;
use crate::hash_map::forward_iterator;
use crate::raw;

/// Pointers to the values of a table that is borrowed exclusively: what [`HashTable::unsafe_iter`]
/// returns.
///
/// It is for iterators over values of which only a part may be changed, as a map's `iter_mut` has
/// them. [`IterMut`](super::IterMut) is invariant in the whole of `T`; this iterator is covariant,
/// and who wraps it says with a marker which part is not.
///
/// Each pointer is valid for reads and writes as long as the table is borrowed.
///
/// ```
/// use std::marker::PhantomData;
/// use tophash::hash_table::{HashTable, UnsafeIter};
///
/// struct IterMut<'a, K, V> {
///     inner: UnsafeIter<'a, (K, V)>,
///     marker: PhantomData<(&'a K, &'a mut V)>,
/// }
///
/// impl<'a, K, V> Iterator for IterMut<'a, K, V> {
///     type Item = (&'a K, &'a mut V);
///
///     fn next(&mut self) -> Option<Self::Item> {
///         // SAFETY: each value comes once, and the table is borrowed exclusively for `'a`.
///         let (key, value) = unsafe { self.inner.next()?.as_mut() };
///         Some((key, value))
///     }
/// }
///
/// let mut table = HashTable::new();
/// table.insert_unique(7, (7, "alice"), |entry| entry.0);
/// let mut entries = IterMut { inner: table.unsafe_iter(), marker: PhantomData };
/// assert_eq!(entries.next(), Some((&7, &mut "alice")));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct UnsafeIter<'a, T> {
    inner: raw::Pointers<'a, T, ()>,
}

impl<T, A: Allocator> HashTable<T, A> {
    /// Pointers to the values, in the order of [`HashTable::iter`], for iterators that let only a
    /// part of each value be changed: see [`UnsafeIter`].
    ///
    /// To visit them all is O(buckets).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, 7, |n| *n);
    /// assert_eq!(table.unsafe_iter().count(), 1);
    /// ```
    #[inline]
    pub fn unsafe_iter(&mut self) -> UnsafeIter<'_, T> {
        UnsafeIter { inner: self.raw.pointers() }
    }
}

forward_iterator!(impl ['a, T] for UnsafeIter<'a, T>: NonNull<T>, |pointer| pointer);

#[expect(clippy::iter_without_into_iter, reason = "hashbrown's interface; it is an iterator")]
impl<T> UnsafeIter<'_, T> {
    /// The values yet to come, shared. O(1).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, 7, |n| *n);
    /// assert_eq!(table.unsafe_iter().iter().next(), Some(&7));
    /// ```
    #[inline]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { inner: self.inner.iter() }
    }
}

impl<T> Default for UnsafeIter<'_, T> {
    /// An iterator over nothing.
    #[inline]
    fn default() -> Self {
        Self { inner: raw::Pointers::default() }
    }
}

impl<T: Debug> Debug for UnsafeIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
