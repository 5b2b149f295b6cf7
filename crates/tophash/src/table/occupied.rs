//! A value that is in a table: [`OccupiedEntry`].

use core::fmt::{self, Debug};

use super::{Entry, HashTable, VacantEntry};
use crate::alloc::{Allocator, Global};
use crate::raw::Occupied;

/// A value that is in the table: a kind of [`Entry`], and what [`HashTable::find_entry`] finds.
///
/// ```
/// let mut table = tophash::HashTable::new();
/// let mut entry = table.insert_unique(7, (7, "alice"), |entry| entry.0);
/// entry.get_mut().1 = "bob";
/// assert_eq!(entry.remove().0, (7, "bob"));
/// ```
pub struct OccupiedEntry<'a, T, A: Allocator = Global> {
    pub(super) raw: Occupied<'a, T, (), A, HashTable<T, A>>,
}

impl<'a, T, A: Allocator> OccupiedEntry<'a, T, A> {
    /// Takes the value out. What is left is the room for it, or for another with its hash. O(1).
    ///
    /// The table keeps its buckets: see [`HashTable::shrink_step`] and
    /// [`HashTable::set_shrink_policy`].
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// let (name, room) = table.insert_unique(7, "alice", |_| 7).remove();
    /// assert_eq!(name, "alice");
    /// room.insert("bob");
    /// assert_eq!(table.find(7, |_| true), Some(&"bob"));
    /// ```
    #[inline]
    pub fn remove(self) -> (T, VacantEntry<'a, T, A>) {
        let ((value, ()), raw) = self.raw.remove();
        (value, VacantEntry { raw })
    }

    /// The value. O(1).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// assert_eq!(table.insert_unique(7, "alice", |_| 7).get(), &"alice");
    /// ```
    #[inline]
    pub fn get(&self) -> &T {
        self.raw.get().0
    }

    /// The value, to be changed, but for its hash. O(1).
    ///
    /// For a reference that outlives the entry see [`Self::into_mut`].
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// let mut entry = table.insert_unique(7, "alice", |_| 7);
    /// *entry.get_mut() = "bob";
    /// assert_eq!(entry.get(), &"bob");
    /// ```
    #[inline]
    pub fn get_mut(&mut self) -> &mut T {
        self.raw.get_mut().0
    }

    /// The value, to be changed for as long as the table is borrowed. O(1).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// let name: &mut &str = table.insert_unique(7, "alice", |_| 7).into_mut();
    /// *name = "bob";
    /// assert_eq!(table.find(7, |_| true), Some(&"bob"));
    /// ```
    #[inline]
    pub fn into_mut(self) -> &'a mut T {
        self.raw.into_mut().0
    }

    /// The table, giving the entry up. O(1).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// assert_eq!(table.insert_unique(7, 7, |n| *n).into_table().len(), 1);
    /// ```
    #[inline]
    pub fn into_table(self) -> &'a mut HashTable<T, A> {
        self.raw.into_owner()
    }

    /// Replaces the value by what `f` makes of it; takes it out if that is `None`. O(1).
    ///
    /// While `f` runs the value is out of the table, and stays out if `f` panics.
    ///
    /// ```
    /// use tophash::hash_table::Entry;
    ///
    /// let mut table = tophash::HashTable::new();
    /// let entry = table.insert_unique(7, "alice", |_| 7);
    /// assert!(matches!(entry.replace_entry_with(|_| None), Entry::Vacant(_)));
    /// ```
    #[inline]
    pub fn replace_entry_with<F>(self, f: F) -> Entry<'a, T, A>
    where
        F: FnOnce(T) -> Option<T>,
    {
        let (value, room) = self.remove();
        match f(value) {
            Some(value) => Entry::Occupied(room.insert(value)),
            None => Entry::Vacant(room),
        }
    }
}

impl<T: Debug, A: Allocator> Debug for OccupiedEntry<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OccupiedEntry").field("value", self.get()).finish()
    }
}
