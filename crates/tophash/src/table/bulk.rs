//! What concerns the whole table: room, growth, shrinking, retaining, clearing.

use super::{HashTable, mixed};
use crate::alloc::Allocator;
use crate::{ShrinkPolicy, TryReserveError};

impl<T, A: Allocator> HashTable<T, A> {
    /// Takes out all values and keeps the buckets. O(buckets).
    ///
    /// If dropping a value panics, the values not yet dropped are leaked and the table is empty.
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, 7, |n| *n);
    /// table.clear();
    /// assert!(table.is_empty());
    /// assert_eq!(table.capacity(), 8);
    /// ```
    #[inline]
    pub fn clear(&mut self) {
        self.raw.clear();
    }

    /// Keeps the values for which `f` returns true, in arbitrary order. O(buckets).
    ///
    /// If `f` panics, the value in hand and those not yet asked about are kept.
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// for n in 0..10 {
    ///     table.insert_unique(n, n, |n| *n);
    /// }
    /// table.retain(|n| *n % 2 == 0);
    /// assert_eq!(table.len(), 5);
    /// ```
    pub fn retain(&mut self, mut f: impl FnMut(&mut T) -> bool) {
        self.raw.retain(|value, ()| f(value));
    }

    /// Makes room for `additional` more values at once. O(buckets).
    ///
    /// # Panics
    ///
    /// If a table cannot hold so many values or the memory for them is refused, or if `hasher`
    /// panics: then no value is lost.
    ///
    /// ```
    /// let mut table: tophash::HashTable<u64> = tophash::HashTable::new();
    /// table.reserve(100, |n| *n);
    /// assert!(table.capacity() >= 100);
    /// ```
    #[inline]
    #[track_caller]
    pub fn reserve(&mut self, additional: usize, hasher: impl Fn(&T) -> u64) {
        if let Err(error) = self.try_reserve(additional, hasher) {
            crate::raw::fail_reservation(&error, self.len(), additional);
        }
    }

    /// Makes room for `additional` more values at once, or says why there is none. O(buckets).
    ///
    /// The room is that of main buckets. Where chance puts more than eight values into one, an
    /// insertion still takes memory for an overflow bucket.
    ///
    /// # Errors
    ///
    /// [`TryReserveError::CapacityOverflow`] if a table cannot hold so many values,
    /// [`TryReserveError::AllocError`] if the memory is refused. The table is whole, and no
    /// smaller.
    ///
    /// ```
    /// use tophash::{HashTable, TryReserveError};
    ///
    /// let mut table: HashTable<u64> = HashTable::new();
    /// let error = table.try_reserve(usize::MAX, |n| *n);
    /// assert_eq!(error, Err(TryReserveError::CapacityOverflow));
    /// assert!(table.try_reserve(100, |n| *n).is_ok());
    /// ```
    #[inline]
    pub fn try_reserve(
        &mut self,
        additional: usize,
        hasher: impl Fn(&T) -> u64,
    ) -> Result<(), TryReserveError> {
        let hash0 = self.raw.hash0();
        self.raw.try_reserve(additional, &mixed(hasher, hash0))
    }

    /// Gives back what memory the values do not need. O(buckets).
    ///
    /// The hasher is for hashbrown's sake: to merge buckets nothing is hashed.
    ///
    /// ```
    /// let mut table = tophash::HashTable::with_capacity(1000);
    /// table.insert_unique(7, 7, |n| *n);
    /// table.shrink_to_fit(|n| *n);
    /// assert_eq!(table.capacity(), 8);
    /// ```
    #[inline]
    pub fn shrink_to_fit(&mut self, hasher: impl Fn(&T) -> u64) {
        self.shrink_to(0, hasher);
    }

    /// Gives back memory, but keeps room for `min_capacity` values. O(buckets).
    ///
    /// Does nothing if the capacity is lower already. The hasher is for hashbrown's sake: to merge
    /// buckets nothing is hashed.
    ///
    /// ```
    /// let mut table: tophash::HashTable<u64> = tophash::HashTable::with_capacity(1000);
    /// table.shrink_to(100, |n| *n);
    /// assert_eq!(table.capacity(), 104);
    /// ```
    #[inline]
    pub fn shrink_to(&mut self, min_capacity: usize, hasher: impl Fn(&T) -> u64) {
        let _ = hasher;
        self.raw.shrink_to(min_capacity);
    }

    /// Bytes that the table holds in allocations, exactly. O(1).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// assert_eq!(table.allocation_size(), 0);
    /// table.insert_unique(7, 7_u64, |n| *n);
    /// assert!(table.allocation_size() >= 8 * 8);
    /// ```
    #[inline]
    pub fn allocation_size(&self) -> usize {
        self.raw.allocation_bytes()
    }

    /// How many buckets there are, of eight slots each, besides overflow buckets. O(1).
    ///
    /// A bucket of hashbrown's is a single slot. While a growth or a shrink is under way the number
    /// is between two powers of two.
    ///
    /// ```
    /// let table: tophash::HashTable<u64> = tophash::HashTable::with_capacity(1000);
    /// assert_eq!(table.num_buckets(), 256);
    /// ```
    #[inline]
    pub fn num_buckets(&self) -> usize {
        self.raw.bucket_count()
    }

    /// Splits up to `steps` buckets of a growth under way. Returns whether there is more to do, and
    /// false when memory for it was refused: later writes try again.
    /// O(steps).
    ///
    /// Every [`HashTable::entry`] and [`HashTable::insert_unique`] does up to two such steps by
    /// itself. This is for a program that has time now and will not later. If `hasher` panics, no
    /// value is lost.
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// for n in 0..1700 {
    ///     table.insert_unique(n, n, |n| *n);
    /// }
    /// while table.grow_step(16, |n| *n) {}
    /// assert!(!table.is_growing());
    /// ```
    #[inline]
    pub fn grow_step(&mut self, steps: usize, hasher: impl Fn(&T) -> u64) -> bool {
        let hash0 = self.raw.hash0();
        self.raw.grow_step(steps, &mixed(hasher, hash0))
    }

    /// Whether a growth is under way: buckets that the next writes will split. O(1).
    ///
    /// ```
    /// assert!(!tophash::HashTable::<u64>::new().is_growing());
    /// ```
    #[inline]
    pub fn is_growing(&self) -> bool {
        self.raw.is_growing()
    }

    /// Merges up to `steps` buckets into their twins, as long as half of the buckets would do for
    /// the values. Returns whether there is more to do. O(steps).
    ///
    /// Until the table has halved, every write, and every [`HashTable::find_entry`], merges one
    /// more bucket, and an insertion splits none, unless it makes the table too full for half of
    /// its buckets. Ends early when memory that a merge needs, an overflow bucket at most, is
    /// refused.
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// for n in 0..10_000_u64 {
    ///     table.insert_unique(n, n, |n| *n);
    /// }
    /// table.retain(|n| *n % 100 == 0);
    /// while table.shrink_step(16) {
    ///     // serve a request
    /// }
    /// assert!(table.capacity() < 400);
    /// ```
    #[inline]
    pub fn shrink_step(&mut self, steps: usize) -> bool {
        self.raw.shrink_step(steps)
    }

    /// Whether a shrink is under way: buckets that the next writes will merge. O(1).
    ///
    /// ```
    /// assert!(!tophash::HashTable::<u64>::new().is_shrinking());
    /// ```
    #[inline]
    pub fn is_shrinking(&self) -> bool {
        self.raw.is_shrinking()
    }

    /// Chooses whether the table gives memory back by itself. O(1).
    ///
    /// ```
    /// use tophash::{HashTable, ShrinkPolicy};
    ///
    /// let mut table = HashTable::new();
    /// table.set_shrink_policy(ShrinkPolicy::Automatic);
    /// for n in 0..10_000_u64 {
    ///     table.insert_unique(n, n, |n| *n);
    /// }
    /// let before = table.allocation_size();
    /// for n in 0..9_900 {
    ///     table.find_entry(n, |stored| *stored == n).unwrap().remove();
    /// }
    /// assert!(table.allocation_size() < before / 10);
    /// ```
    #[inline]
    pub fn set_shrink_policy(&mut self, policy: ShrinkPolicy) {
        self.raw.set_shrink_policy(policy);
    }

    /// The policy that [`HashTable::set_shrink_policy`] chose. O(1).
    ///
    /// ```
    /// use tophash::{HashTable, ShrinkPolicy};
    ///
    /// assert_eq!(HashTable::<u64>::new().shrink_policy(), ShrinkPolicy::Manual);
    /// ```
    #[inline]
    pub fn shrink_policy(&self) -> ShrinkPolicy {
        self.raw.shrink_policy()
    }
}
