//! Looking inside: [`HashMap::stats`].

use super::HashMap;
use crate::alloc::Allocator;

/// What a map looks like inside: what [`HashMap::stats`] returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Entries.
    pub len: usize,
    /// Main buckets, of eight slots each.
    pub buckets: usize,
    /// Overflow buckets in all chains.
    pub overflow_buckets: usize,
    /// Overflow buckets of the longest chain.
    pub overflow_buckets_max: usize,
    /// Whether a growth is under way.
    pub is_growing: bool,
    /// Whether some chain is longer than chance explains: see [`HashMap::is_flooded`].
    pub is_flooded: bool,
    /// How many times the seed was changed: from 1 to 255 and then from 1 again; 0 before that.
    pub seed_epoch: u8,
    /// Bytes in allocations: see [`HashMap::allocation_size`].
    pub bytes: usize,
}

impl<K, V, S, A: Allocator> HashMap<K, V, S, A> {
    /// What the map looks like inside, from its real structure. O(buckets), and nothing when it is
    /// not called.
    ///
    /// ```
    /// let map: tophash::HashMap<u32, u32> = (0..1000).map(|n| (n, n)).collect();
    /// let stats = map.stats();
    /// assert_eq!((stats.len, stats.is_flooded), (1000, false));
    /// assert_eq!(stats.buckets, 256);
    /// ```
    #[must_use]
    pub fn stats(&self) -> Stats {
        let (overflow_buckets, overflow_buckets_max) = self.table.overflow();
        Stats {
            len: self.len(),
            buckets: self.table.bucket_count(),
            overflow_buckets,
            overflow_buckets_max,
            is_growing: self.is_growing(),
            is_flooded: self.is_flooded(),
            seed_epoch: self.table.seed_epoch(),
            bytes: self.allocation_size(),
        }
    }
}
