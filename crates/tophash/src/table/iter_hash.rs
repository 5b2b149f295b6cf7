//! Visiting the values that may have one hash: [`IterHash`] and [`IterHashMut`].

use core::fmt::{self, Debug};
use core::iter::FusedIterator;

use super::HashTable;
use crate::alloc::Allocator;
use crate::raw;

/// References to the values that may have one hash: what [`HashTable::iter_hash`] returns.
///
/// ```
/// let mut table = tophash::HashTable::new();
/// table.insert_unique(5, "alice", |_| 5);
/// assert_eq!(table.iter_hash(5).next(), Some(&"alice"));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IterHash<'a, T> {
    inner: raw::Candidates<'a, T, ()>,
}

/// Exclusive references to the values that may have one hash: what [`HashTable::iter_hash_mut`]
/// returns.
///
/// ```
/// let mut table = tophash::HashTable::new();
/// table.insert_unique(5, "alice", |_| 5);
/// assert_eq!(table.iter_hash_mut(5).next(), Some(&mut "alice"));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IterHashMut<'a, T> {
    inner: raw::CandidatesMut<'a, T, ()>,
}

impl<T, A: Allocator> HashTable<T, A> {
    /// References to the values with this hash, and to a few with others: to one in 127 of those in
    /// the same chain, by chance. O(1) for all of them, if the hashes are good.
    ///
    /// ```
    /// let mut visits = tophash::HashTable::new();
    /// for (guest, day) in [(7, 1), (9, 1), (7, 2)] {
    ///     visits.insert_unique(guest, (guest, day), |visit| visit.0);
    /// }
    /// assert_eq!(visits.iter_hash(7).filter(|visit| visit.0 == 7).count(), 2);
    /// ```
    #[inline]
    pub fn iter_hash(&self, hash: u64) -> IterHash<'_, T> {
        IterHash { inner: self.raw.candidates(self.mix(hash)) }
    }

    /// Exclusive references to the values with this hash, and to a few with others: as
    /// [`HashTable::iter_hash`].
    ///
    /// ```
    /// let mut visits = tophash::HashTable::new();
    /// visits.insert_unique(7, (7, 1), |visit| visit.0);
    /// for visit in visits.iter_hash_mut(7).filter(|visit| visit.0 == 7) {
    ///     visit.1 += 1;
    /// }
    /// assert_eq!(visits.find(7, |_| true), Some(&(7, 2)));
    /// ```
    #[inline]
    pub fn iter_hash_mut(&mut self, hash: u64) -> IterHashMut<'_, T> {
        let hash = self.mix(hash);
        IterHashMut { inner: self.raw.candidates_mut(hash) }
    }
}

impl<'a, T> Iterator for IterHash<'a, T> {
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        self.inner.next().map(|(value, ())| value)
    }
}

impl<'a, T> Iterator for IterHashMut<'a, T> {
    type Item = &'a mut T;

    #[inline]
    fn next(&mut self) -> Option<&'a mut T> {
        self.inner.next().map(|(value, ())| value)
    }
}

impl<T> FusedIterator for IterHash<'_, T> {}
impl<T> FusedIterator for IterHashMut<'_, T> {}

impl<T> Clone for IterHash<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<T> Default for IterHash<'_, T> {
    /// An iterator over nothing.
    #[inline]
    fn default() -> Self {
        Self { inner: raw::Candidates::default() }
    }
}

impl<T> Default for IterHashMut<'_, T> {
    /// An iterator over nothing.
    #[inline]
    fn default() -> Self {
        Self { inner: raw::CandidatesMut::default() }
    }
}

impl<T: Debug> Debug for IterHash<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<T: Debug> Debug for IterHashMut<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.inner.iter().map(|(value, ())| value)).finish()
    }
}
