//! What concerns the whole map: its length, its room, its statistics, clearing.

use tophash::inspect::Stats;

use super::Meanwhile;
use super::ShardedMap;

impl<K, V, S> ShardedMap<K, V, S> {
    /// How many entries there are. O(shards): the lengths are added one by one, so that the sum may
    /// be one that the map never had while others write.
    ///
    /// ```
    /// let map = tophash_sync::ShardedMap::new();
    /// map.insert("alice", 30);
    /// assert_eq!(map.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.sum(|index| self.lock_index(index, Meanwhile::KnownCode).shard.table().len())
    }

    /// Whether there is no entry. O(shards).
    ///
    /// ```
    /// assert!(tophash_sync::ShardedMap::<u32, u32>::new().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        (0..self.shards.len())
            .all(|index| self.lock_index(index, Meanwhile::KnownCode).shard.table().is_empty())
    }

    /// How many entries fit before the next growth begins, if they are spread evenly. O(shards).
    ///
    /// ```
    /// let map: tophash_sync::ShardedMap<u64, u64> = tophash_sync::ShardedMap::new();
    /// assert_eq!(map.capacity(), 0);
    /// ```
    pub fn capacity(&self) -> usize {
        self.sum(|index| self.lock_index(index, Meanwhile::KnownCode).shard.table().capacity())
    }

    /// Bytes that the shards' tables hold in allocations. O(shards).
    ///
    /// ```
    /// let map: tophash_sync::ShardedMap<u64, u64> = tophash_sync::ShardedMap::new();
    /// assert_eq!(map.allocation_size(), 0);
    /// ```
    pub fn allocation_size(&self) -> usize {
        self.sum(|index| {
            self.lock_index(index, Meanwhile::KnownCode).shard.table().allocation_size()
        })
    }

    /// Whether some shard has a chain that chance does not explain: see
    /// [`HashTable::is_flooded`](tophash::HashTable::is_flooded). O(shards) as long as there never
    /// was one.
    ///
    /// ```
    /// let map: tophash_sync::ShardedMap<u32, u32> = (0..1000).map(|n| (n, n)).collect();
    /// assert!(!map.is_flooded());
    /// ```
    pub fn is_flooded(&self) -> bool {
        (0..self.shards.len())
            .any(|index| self.lock_index(index, Meanwhile::KnownCode).shard.table().is_flooded())
    }

    /// What each shard looks like inside: its entries, chains, bytes, growth under way, and whether
    /// it is flooded. O(entries); each shard is locked while it is looked at, O(its entries).
    ///
    /// ```
    /// let map: tophash_sync::ShardedMap<u32, u32> = (0..1000).map(|n| (n, n)).collect();
    /// let lens = map.stats().map(|shard| shard.len);
    /// assert_eq!(lens.sum::<usize>(), 1000);
    /// ```
    pub fn stats(&self) -> impl Iterator<Item = Stats> + use<'_, K, V, S> {
        (0..self.shards.len())
            .map(|index| self.lock_index(index, Meanwhile::KnownCode).shard.stats())
    }

    /// Takes out all entries, shard by shard. O(1) under each lock; what was there is dropped
    /// without one, O(entries).
    ///
    /// An entry that another thread inserts meanwhile may stay.
    ///
    /// ```
    /// let map: tophash_sync::ShardedMap<u32, u32> = (0..1000).map(|n| (n, n)).collect();
    /// map.clear();
    /// assert!(map.is_empty());
    /// ```
    pub fn clear(&self) {
        for index in 0..self.shards.len() {
            let cleared = self.lock_index(index, Meanwhile::KnownCode).shard.take_all();
            drop(cleared);
        }
    }

    fn sum(&self, of_shard: impl Fn(usize) -> usize) -> usize {
        (0..self.shards.len()).map(of_shard).sum()
    }
}
