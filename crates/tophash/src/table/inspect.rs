//! Looking inside: [`HashTable::stats`].

use super::HashTable;
use crate::alloc::Allocator;
use crate::inspect::{self, Stats};

impl<T, A: Allocator> HashTable<T, A> {
    /// How full the table is, how long its chains are, where its bytes are, and how far a growth
    /// has come: from its real structure. O(values), and nothing when it is not called.
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// for n in 0..1000_u64 {
    ///     table.insert_unique(n, n, |n| *n);
    /// }
    /// let stats = table.stats();
    /// assert_eq!((stats.len, stats.buckets), (1000, 256));
    /// assert_eq!(stats.bytes.allocated(), table.allocation_size());
    /// ```
    #[must_use]
    pub fn stats(&self) -> Stats {
        inspect::count(&self.raw, size_of::<Self>())
    }

    /// Whether some chain has four or more overflow buckets, which chance does not explain: values
    /// were chosen to collide, or their hash is bad.
    ///
    /// O(1) as long as no chain has become so long since the table was empty, else O(buckets).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// for n in 0..100_u64 {
    ///     table.insert_unique(7, n, |_| 7);
    /// }
    /// assert!(table.is_flooded());
    /// ```
    pub fn is_flooded(&self) -> bool {
        self.raw.is_flooded()
    }
}
