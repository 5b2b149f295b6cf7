//! Looking inside: [`HashMap::stats`], [`HashMap::trace`], [`HashMap::layout`].

use core::hash::{BuildHasher, Hash};

use super::{HashMap, equals};
use crate::Equivalent;
use crate::alloc::Allocator;
use crate::inspect::{self, Layout, Stats, Trace};

impl<K, V, S, A: Allocator> HashMap<K, V, S, A> {
    /// How full the map is, how long its chains are, where its bytes are, and how far a growth has
    /// come: from its real structure. O(entries), and nothing when it is not called.
    ///
    /// ```
    /// let map: tophash::HashMap<u32, u32> = (0..1000).map(|n| (n, n)).collect();
    /// let stats = map.stats();
    /// assert_eq!((stats.len, stats.is_flooded), (1000, false));
    /// assert_eq!((stats.buckets, stats.b), (256, 8));
    /// assert_eq!(stats.bytes.allocated(), map.allocation_size());
    /// ```
    #[must_use]
    pub fn stats(&self) -> Stats {
        inspect::count(&self.table, size_of::<Self>())
    }

    /// The map's chains of buckets, in the order of their indices, with tophashes and entries: for
    /// drawing. Each entry is there once. O(1), and O(1) for each bucket.
    ///
    /// ```
    /// let ages = tophash::HashMap::from([("alice", 30), ("bob", 25), ("charlie", 35)]);
    /// for chain in ages.layout() {
    ///     for bucket in chain.buckets() {
    ///         println!("{}: {:?} {:?}", chain.index(), bucket.tophashes(), bucket.entries());
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn layout(&self) -> Layout<'_, K, V> {
        Layout::new(self.table.chains())
    }
}

impl<K, V, S, A> HashMap<K, V, S, A>
where
    K: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// The steps of a look-up of `key`: its hash, its bucket, each slot and why it was passed over,
    /// and where [`get`](Self::get) would end. O(1); allocates what it returns.
    ///
    /// ```
    /// use tophash::inspect::SlotOutcome;
    ///
    /// let ages = tophash::HashMap::from([("alice", 30)]);
    /// let trace = ages.trace("alice");
    /// let place = trace.found.expect("she is in the map");
    /// assert_eq!(trace.buckets[place.bucket].slots[place.slot], SlotOutcome::Equal);
    /// assert!(ages.trace("bob").found.is_none());
    /// ```
    pub fn trace<Q>(&self, key: &Q) -> Trace
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = self.hash_of(key);
        inspect::follow(self.table.chains(), self.table.hash0(), hash, equals(key))
    }
}
