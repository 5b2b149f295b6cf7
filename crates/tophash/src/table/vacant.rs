//! A value that is not in a table: [`VacantEntry`], which has room for it, and [`AbsentEntry`].

use core::fmt::{self, Debug};

use super::{HashTable, OccupiedEntry};
use crate::alloc::{Allocator, Global};
use crate::raw::Vacant;

/// Room for a value that is not in the table: a kind of [`Entry`](super::Entry).
///
/// ```
/// use tophash::hash_table::{Entry, HashTable};
///
/// let mut table = HashTable::new();
/// if let Entry::Vacant(entry) = table.entry(7, |n| *n == 7, |n| *n) {
///     entry.insert(7);
/// }
/// assert_eq!(table.len(), 1);
/// ```
pub struct VacantEntry<'a, T, A: Allocator = Global> {
    pub(super) raw: Vacant<'a, T, (), A, HashTable<T, A>>,
}

/// A value that [`HashTable::find_entry`] did not find: holds the table, but no room in it.
///
/// ```
/// let mut table: tophash::HashTable<u64> = tophash::HashTable::new();
/// let absent = table.find_entry(7, |n| *n == 7).unwrap_err();
/// absent.into_table().insert_unique(7, 7, |n| *n);
/// assert_eq!(table.len(), 1);
/// ```
pub struct AbsentEntry<'a, T, A: Allocator = Global> {
    pub(super) table: &'a mut HashTable<T, A>,
}

impl<'a, T, A: Allocator> VacantEntry<'a, T, A> {
    /// Puts a value there and returns its entry. O(1).
    ///
    /// `value` has the hash that the entry was looked up with.
    ///
    /// ```
    /// use tophash::hash_table::{Entry, HashTable};
    ///
    /// let mut table = HashTable::new();
    /// if let Entry::Vacant(entry) = table.entry(7, |n| *n == 7, |n| *n) {
    ///     assert_eq!(entry.insert(7).get(), &7);
    /// }
    /// ```
    #[inline]
    pub fn insert(self, value: T) -> OccupiedEntry<'a, T, A> {
        OccupiedEntry { raw: self.raw.insert(value, ()) }
    }

    /// The table, giving the room up. O(1).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// let (_, room) = table.insert_unique(7, 7, |n| *n).remove();
    /// assert!(room.into_table().is_empty());
    /// ```
    #[inline]
    pub fn into_table(self) -> &'a mut HashTable<T, A> {
        self.raw.into_owner()
    }
}

impl<'a, T, A: Allocator> AbsentEntry<'a, T, A> {
    /// The table. O(1).
    ///
    /// ```
    /// let mut table: tophash::HashTable<u64> = tophash::HashTable::new();
    /// assert!(table.find_entry(7, |_| true).unwrap_err().into_table().is_empty());
    /// ```
    #[inline]
    pub fn into_table(self) -> &'a mut HashTable<T, A> {
        self.table
    }
}

impl<T, A: Allocator> Debug for VacantEntry<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VacantEntry")
    }
}

impl<T, A: Allocator> Debug for AbsentEntry<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AbsentEntry")
    }
}
