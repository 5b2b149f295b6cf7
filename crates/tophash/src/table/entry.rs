//! A value's place in a table: [`Entry`].

use core::fmt::{self, Debug};

use super::{HashTable, OccupiedEntry, VacantEntry};
use crate::alloc::{Allocator, Global};

/// A value's place in a table, taken or free: what [`HashTable::entry`] returns.
///
/// The growth work was done by `entry`, so what follows needs no hasher, and costs O(1).
///
/// ```
/// use tophash::hash_table::{Entry, HashTable};
///
/// let mut table = HashTable::new();
/// match table.entry(7, |n| *n == 7, |n| *n) {
///     Entry::Occupied(_) => unreachable!(),
///     Entry::Vacant(entry) => entry.insert(7),
/// };
/// assert!(matches!(table.entry(7, |n| *n == 7, |n| *n), Entry::Occupied(_)));
/// ```
pub enum Entry<'a, T, A: Allocator = Global> {
    /// The value is in the table.
    ///
    /// ```
    /// use tophash::hash_table::{Entry, HashTable};
    ///
    /// let mut table = HashTable::new();
    /// table.insert_unique(7, 7, |n| *n);
    /// assert!(matches!(table.entry(7, |n| *n == 7, |n| *n), Entry::Occupied(_)));
    /// ```
    Occupied(OccupiedEntry<'a, T, A>),
    /// The value is not in the table.
    ///
    /// ```
    /// use tophash::hash_table::{Entry, HashTable};
    ///
    /// let mut table: HashTable<u64> = HashTable::new();
    /// assert!(matches!(table.entry(7, |n| *n == 7, |n| *n), Entry::Vacant(_)));
    /// ```
    Vacant(VacantEntry<'a, T, A>),
}

impl<'a, T, A: Allocator> Entry<'a, T, A> {
    /// Puts `value` there, in place of the one that is there, and returns the entry. O(1).
    ///
    /// `value` has the hash that the entry was looked up with.
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.entry(7, |n| *n == 7, |n| *n).insert(7);
    /// assert_eq!(table.len(), 1);
    /// ```
    #[inline]
    pub fn insert(self, value: T) -> OccupiedEntry<'a, T, A> {
        match self {
            Self::Occupied(mut entry) => {
                *entry.get_mut() = value;
                entry
            }
            Self::Vacant(entry) => entry.insert(value),
        }
    }

    /// The entry that is there, after putting `default` there if there is none. O(1).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// let by_id = |entry: &(u64, u32)| entry.0;
    /// for id in [7, 9, 7] {
    ///     let entry = table.entry(id, |entry| entry.0 == id, by_id).or_insert((id, 0));
    ///     entry.into_mut().1 += 1;
    /// }
    /// assert_eq!(table.find(7, |entry| entry.0 == 7), Some(&(7, 2)));
    /// ```
    #[inline]
    pub fn or_insert(self, default: T) -> OccupiedEntry<'a, T, A> {
        match self {
            Self::Occupied(entry) => entry,
            Self::Vacant(entry) => entry.insert(default),
        }
    }

    /// The entry that is there, after putting there what `default` makes if there is none. O(1).
    ///
    /// ```
    /// let mut names = tophash::HashTable::new();
    /// let hash = |name: &String| name.len() as u64;
    /// for name in ["alice", "bob", "alice"] {
    ///     names.entry(name.len() as u64, |n| n == name, hash).or_insert_with(|| name.to_string());
    /// }
    /// assert_eq!(names.len(), 2);
    /// ```
    #[inline]
    pub fn or_insert_with(self, default: impl FnOnce() -> T) -> OccupiedEntry<'a, T, A> {
        match self {
            Self::Occupied(entry) => entry,
            Self::Vacant(entry) => entry.insert(default()),
        }
    }

    /// Changes the value, if there is one. O(1).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// let by_id = |entry: &(u64, u32)| entry.0;
    /// for _ in 0..3 {
    ///     let entry = table.entry(7, |entry| entry.0 == 7, by_id);
    ///     entry.and_modify(|entry| entry.1 += 1).or_insert((7, 1));
    /// }
    /// assert_eq!(table.find(7, |_| true), Some(&(7, 3)));
    /// ```
    #[inline]
    pub fn and_modify(mut self, f: impl FnOnce(&mut T)) -> Self {
        if let Self::Occupied(entry) = &mut self {
            f(entry.get_mut());
        }
        self
    }

    /// The table, giving the entry up. O(1).
    ///
    /// ```
    /// let mut table: tophash::HashTable<u64> = tophash::HashTable::new();
    /// assert!(table.entry(7, |n| *n == 7, |n| *n).into_table().is_empty());
    /// ```
    #[inline]
    pub fn into_table(self) -> &'a mut HashTable<T, A> {
        match self {
            Self::Occupied(entry) => entry.into_table(),
            Self::Vacant(entry) => entry.into_table(),
        }
    }
}

impl<T: Debug, A: Allocator> Debug for Entry<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Occupied(entry) => f.debug_tuple("Entry").field(entry).finish(),
            Self::Vacant(entry) => f.debug_tuple("Entry").field(entry).finish(),
        }
    }
}
