//! What concerns the whole map: room, growth, shrinking, retaining, clearing.

use core::hash::{BuildHasher, Hash};

use super::{HashMap, hasher_of};
use crate::alloc::Allocator;
use crate::{ShrinkPolicy, TryReserveError};

impl<K, V, S, A: Allocator> HashMap<K, V, S, A> {
    /// Takes out all entries and keeps the buckets. O(buckets).
    ///
    /// If dropping an entry panics, the entries not yet dropped are leaked and the map is empty.
    ///
    /// ```
    /// let mut ages = tophash::HashMap::from([("alice", 30)]);
    /// ages.clear();
    /// assert!(ages.is_empty());
    /// assert_eq!(ages.capacity(), 8);
    /// ```
    #[inline]
    pub fn clear(&mut self) {
        self.table.clear();
    }

    /// Keeps the entries for which `keep` returns true, in arbitrary order. O(buckets).
    ///
    /// If `keep` panics, it and the entries not yet asked about are kept.
    ///
    /// ```
    /// let mut ages = tophash::HashMap::from([("alice", 30), ("bob", 17)]);
    /// ages.retain(|_, age| *age >= 18);
    /// assert_eq!(ages.len(), 1);
    /// ```
    pub fn retain<F>(&mut self, mut keep: F)
    where
        F: FnMut(&K, &mut V) -> bool,
    {
        self.table.retain(|key, value| keep(key, value));
    }

    /// Bytes that the map holds in allocations, exactly. O(1).
    ///
    /// ```
    /// let mut map: tophash::HashMap<u64, u64> = tophash::HashMap::new();
    /// assert_eq!(map.allocation_size(), 0);
    /// map.insert(1, 1);
    /// assert!(map.allocation_size() >= 8 * 16);
    /// ```
    #[inline]
    pub fn allocation_size(&self) -> usize {
        self.table.allocation_bytes()
    }

    /// Whether some chain has four or more overflow buckets, which chance does not explain.
    ///
    /// With the default state a map answers at the next write by changing its hash; what is long
    /// after that has equal hashes: a `Hash` that gives the same for different keys. With a state
    /// of your own, which is never replaced, somebody may have chosen the keys so. O(1) as long as
    /// no chain has become so long since the map was empty, else O(buckets).
    ///
    /// ```
    /// let map: tophash::HashMap<u32, u32> = (0..100_000).map(|n| (n, n)).collect();
    /// assert!(!map.is_flooded());
    /// ```
    pub fn is_flooded(&self) -> bool {
        self.table.is_flooded()
    }

    /// Whether a growth is under way: buckets that the next writes will split. O(1).
    ///
    /// ```
    /// let mut map = tophash::HashMap::new();
    /// for n in 0..1700 {
    ///     map.insert(n, n); // the 1665th begins a growth from 256 buckets
    /// }
    /// assert!(map.is_growing());
    /// while map.grow_step(8) {
    ///     // say, as long as the program has nothing else to do
    /// }
    /// assert!(!map.is_growing());
    /// ```
    #[inline]
    pub fn is_growing(&self) -> bool {
        self.table.is_growing()
    }

    /// Merges up to `steps` buckets into their twins, as long as half of the buckets would do for
    /// the entries. Returns whether there is more to do. O(steps).
    ///
    /// Until the map has halved, every write merges one more bucket, and an insertion splits
    /// none, unless it makes the map too full for half of its buckets. Ends early when memory that
    /// a merge needs, an overflow bucket at most, is refused.
    ///
    /// ```
    /// let mut map: tophash::HashMap<u32, u32> = (0..100_000).map(|n| (n, n)).collect();
    /// map.retain(|key, _| key % 100 == 0);
    /// while map.shrink_step(16) {
    ///     // serve a request
    /// }
    /// assert!(map.capacity() < 2000);
    /// ```
    #[inline]
    pub fn shrink_step(&mut self, steps: usize) -> bool {
        self.table.shrink_step(steps)
    }

    /// Whether a shrink is under way: buckets that the next writes will merge. O(1).
    ///
    /// ```
    /// assert!(!tophash::HashMap::<u8, u8>::new().is_shrinking());
    /// ```
    #[inline]
    pub fn is_shrinking(&self) -> bool {
        self.table.is_shrinking()
    }

    /// Chooses whether the map gives memory back by itself. O(1).
    ///
    /// ```
    /// use tophash::{HashMap, ShrinkPolicy};
    ///
    /// let mut map: HashMap<u32, u32> = (0..100_000).map(|n| (n, n)).collect();
    /// map.set_shrink_policy(ShrinkPolicy::Automatic);
    /// let before = map.allocation_size();
    /// for key in 0..99_000 {
    ///     map.remove(&key);
    /// }
    /// assert!(map.allocation_size() < before / 10);
    /// ```
    #[inline]
    pub fn set_shrink_policy(&mut self, policy: ShrinkPolicy) {
        self.table.set_shrink_policy(policy);
    }

    /// The policy that [`HashMap::set_shrink_policy`] chose. O(1).
    ///
    /// ```
    /// use tophash::{HashMap, ShrinkPolicy};
    ///
    /// let map: HashMap<u8, u8> = HashMap::new();
    /// assert_eq!(map.shrink_policy(), ShrinkPolicy::Manual);
    /// ```
    #[inline]
    pub fn shrink_policy(&self) -> ShrinkPolicy {
        self.table.shrink_policy()
    }
}

impl<K, V, S, A> HashMap<K, V, S, A>
where
    K: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// Makes room for `additional` more entries at once. O(buckets).
    ///
    /// # Panics
    ///
    /// If a map cannot hold so many entries, or the memory for them is refused.
    ///
    /// ```
    /// let mut map: tophash::HashMap<u8, u8> = tophash::HashMap::new();
    /// map.reserve(100);
    /// assert!(map.capacity() >= 100);
    /// ```
    #[inline]
    #[track_caller]
    pub fn reserve(&mut self, additional: usize) {
        if let Err(error) = self.try_reserve(additional) {
            crate::raw::fail_reservation(&error, self.len(), additional);
        }
    }

    /// Makes room for `additional` more entries at once, or says why there is none. O(buckets).
    ///
    /// The room is that of main buckets. Where chance puts more than eight entries into one,
    /// an insertion still takes memory for an overflow bucket.
    ///
    /// # Errors
    ///
    /// [`TryReserveError::CapacityOverflow`] if a map cannot hold so many entries,
    /// [`TryReserveError::AllocError`] if the memory is refused. The map is whole, and no smaller.
    ///
    /// ```
    /// use tophash::{HashMap, TryReserveError};
    ///
    /// let mut map: HashMap<u64, u64> = HashMap::new();
    /// assert_eq!(map.try_reserve(usize::MAX), Err(TryReserveError::CapacityOverflow));
    /// assert!(map.try_reserve(100).is_ok());
    /// ```
    #[inline]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
        let hasher = hasher_of(&self.hash_builder, self.table.seed());
        self.table.try_reserve(additional, &hasher)
    }

    /// Gives back what memory the entries do not need. O(buckets).
    ///
    /// ```
    /// let mut map: tophash::HashMap<u8, u8> = tophash::HashMap::with_capacity(1000);
    /// map.insert(1, 1);
    /// map.shrink_to_fit();
    /// assert_eq!(map.capacity(), 8);
    /// ```
    #[inline]
    pub fn shrink_to_fit(&mut self) {
        self.table.shrink_to(0);
    }

    /// Gives back memory, but keeps room for `min_capacity` entries. O(buckets).
    ///
    /// Does nothing if the capacity is lower already.
    ///
    /// ```
    /// let mut map: tophash::HashMap<u8, u8> = tophash::HashMap::with_capacity(1000);
    /// map.shrink_to(100);
    /// assert_eq!(map.capacity(), 104);
    /// ```
    #[inline]
    pub fn shrink_to(&mut self, min_capacity: usize) {
        self.table.shrink_to(min_capacity);
    }

    /// Splits up to `steps` buckets of a growth under way. Returns whether there is more to do, and
    /// false when memory for it was refused: later writes try again.
    /// O(steps).
    ///
    /// Every write does up to two such steps by itself. This is for a program that has time now
    /// and will not later.
    ///
    /// ```
    /// let mut map: tophash::HashMap<u32, u32> = (0..1700).map(|n| (n, n)).collect();
    /// while map.grow_step(16) {}
    /// assert!(!map.is_growing());
    /// ```
    #[inline]
    pub fn grow_step(&mut self, steps: usize) -> bool {
        let hasher = hasher_of(&self.hash_builder, self.table.seed());
        self.table.grow_step(steps, &hasher)
    }
}
