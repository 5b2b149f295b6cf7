//! Answering a flood: [`HashTable::wants_rehash`], [`HashTable::rehash`].

use super::{HashTable, mixed};
use crate::alloc::Allocator;

impl<T, A: Allocator> HashTable<T, A> {
    /// Whether the last write made a chain longer than chance explains, and a change of the hash
    /// was not tried since the table was half as large. O(1).
    ///
    /// It is what a [`HashMap`](crate::HashMap) with the default state asks before each write. Who
    /// can hash in another way answers with [`HashTable::rehash`]; who cannot need not ask. It is
    /// forgotten at the next write.
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// for n in 0..64_u64 {
    ///     if table.wants_rehash() {
    ///         break;
    ///     }
    ///     table.insert_unique(7, n, |_| 7);
    /// }
    /// assert_eq!(table.len(), 33); // the bucket's eight, four times eight behind it, and one
    /// ```
    #[inline]
    pub fn wants_rehash(&self) -> bool {
        self.raw.is_suspect() && self.raw.may_change_hash()
    }

    /// Puts every value where another hash wants it: from now on the hash of a value is what
    /// `hasher` gives. Returns false if memory was refused for its blocks; then the old hash stays.
    /// An overflow bucket that is refused ends in `handle_alloc_error`, as at an insertion.
    ///
    /// O(buckets), and for as long the values' memory is there twice. A scan that is under way
    /// begins anew. The table takes a new seed, also in place of one that was given.
    ///
    /// # Panics
    ///
    /// If `hasher` does: then nothing has changed.
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// for n in 0..64_u64 {
    ///     table.insert_unique(7, n, |_| 7);
    /// }
    /// assert!(table.rehash(|n| *n));
    /// assert_eq!(table.find(63, |n| *n == 63), Some(&63));
    /// assert!(!table.is_flooded());
    /// ```
    #[must_use = "the old hash stays if memory is refused"]
    pub fn rehash(&mut self, hasher: impl Fn(&T) -> u64) -> bool {
        if self.is_empty() {
            return true;
        }
        let hash0 = crate::hash::fresh_hash0();
        self.raw.change_hash(hash0, &mixed(hasher, hash0))
    }
}
