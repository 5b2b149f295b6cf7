//! The traits of std that a table has.

use core::fmt::{self, Debug};

use super::HashTable;
use crate::alloc::Allocator;

impl<T: Clone, A: Allocator + Clone> Clone for HashTable<T, A> {
    /// A copy with the same buckets, in nearly the same order. O(buckets); nothing is hashed.
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, 7, |n| *n);
    /// assert_eq!(table.clone().find(7, |n| *n == 7), Some(&7));
    /// ```
    fn clone(&self) -> Self {
        Self { raw: self.raw.clone() }
    }

    /// Reuses this table's buckets if there are as many as in `source`.
    fn clone_from(&mut self, source: &Self) {
        self.raw.clone_from(&source.raw);
    }
}

impl<T, A: Allocator + Default> Default for HashTable<T, A> {
    /// An empty table, without memory.
    #[inline]
    fn default() -> Self {
        Self::new_in(A::default())
    }
}

impl<T: Debug, A: Allocator> Debug for HashTable<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
