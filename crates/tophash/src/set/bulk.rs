//! What concerns the whole set: room, growth, shrinking, retaining, clearing.

use core::hash::{BuildHasher, Hash};

use super::HashSet;
use crate::alloc::Allocator;
use crate::{ShrinkPolicy, TryReserveError};

impl<T, S, A: Allocator> HashSet<T, S, A> {
    /// Takes out all values and keeps the buckets. O(buckets).
    ///
    /// If dropping a value panics, the values not yet dropped are leaked and the set is empty.
    ///
    /// ```
    /// let mut set = tophash::HashSet::from(["alice"]);
    /// set.clear();
    /// assert!(set.is_empty());
    /// assert_eq!(set.capacity(), 8);
    /// ```
    #[inline]
    pub fn clear(&mut self) {
        self.map.clear();
    }

    /// Keeps the values for which `keep` returns true, in arbitrary order. O(buckets).
    ///
    /// If `keep` panics, the value in question and those not yet asked about are kept.
    ///
    /// ```
    /// let mut set: tophash::HashSet<u32> = (0..10).collect();
    /// set.retain(|n| n % 2 == 0);
    /// assert_eq!(set.len(), 5);
    /// ```
    pub fn retain<F>(&mut self, mut keep: F)
    where
        F: FnMut(&T) -> bool,
    {
        self.map.retain(|value, ()| keep(value));
    }

    /// Bytes that the set holds in allocations, exactly. O(1).
    ///
    /// ```
    /// let mut set: tophash::HashSet<u64> = tophash::HashSet::new();
    /// assert_eq!(set.allocation_size(), 0);
    /// set.insert(1);
    /// assert!(set.allocation_size() >= 8 * 8);
    /// ```
    #[inline]
    pub fn allocation_size(&self) -> usize {
        self.map.allocation_size()
    }

    /// Whether some chain is longer than chance explains: see
    /// [`HashMap::is_flooded`](crate::HashMap::is_flooded).
    ///
    /// ```
    /// assert!(!tophash::HashSet::from([1, 2, 3]).is_flooded());
    /// ```
    pub fn is_flooded(&self) -> bool {
        self.map.is_flooded()
    }

    /// Whether a growth is under way: buckets that the next writes will split. O(1).
    ///
    /// ```
    /// let mut set = tophash::HashSet::new();
    /// for n in 0..14_000 {
    ///     set.insert(n); // the 13,313th begins a growth from 2048 buckets
    /// }
    /// assert!(set.is_growing());
    /// while set.grow_step(8) {
    ///     // say, as long as the program has nothing else to do
    /// }
    /// assert!(!set.is_growing());
    /// ```
    #[inline]
    pub fn is_growing(&self) -> bool {
        self.map.is_growing()
    }

    /// Merges up to `steps` buckets into their twins, as long as half of the buckets would do for
    /// the values. Returns whether there is more to do. O(steps).
    ///
    /// See [`HashMap::shrink_step`](crate::HashMap::shrink_step).
    ///
    /// ```
    /// let mut set: tophash::HashSet<u32> = (0..100_000).collect();
    /// set.retain(|n| n % 100 == 0);
    /// while set.shrink_step(16) {
    ///     // serve a request
    /// }
    /// assert!(set.capacity() < 2000);
    /// ```
    #[inline]
    pub fn shrink_step(&mut self, steps: usize) -> bool {
        self.map.shrink_step(steps)
    }

    /// Whether a shrink is under way: buckets that the next writes will merge. O(1).
    ///
    /// ```
    /// assert!(!tophash::HashSet::<u8>::new().is_shrinking());
    /// ```
    #[inline]
    pub fn is_shrinking(&self) -> bool {
        self.map.is_shrinking()
    }

    /// Chooses whether the set gives memory back by itself. O(1).
    ///
    /// ```
    /// use tophash::{HashSet, ShrinkPolicy};
    ///
    /// let mut set: HashSet<u32> = (0..100_000).collect();
    /// set.set_shrink_policy(ShrinkPolicy::Automatic);
    /// let before = set.allocation_size();
    /// for n in 0..99_000 {
    ///     set.remove(&n);
    /// }
    /// assert!(set.allocation_size() < before / 10);
    /// ```
    #[inline]
    pub fn set_shrink_policy(&mut self, policy: ShrinkPolicy) {
        self.map.set_shrink_policy(policy);
    }

    /// The policy that [`HashSet::set_shrink_policy`] chose. O(1).
    ///
    /// ```
    /// use tophash::{HashSet, ShrinkPolicy};
    ///
    /// let set: HashSet<u8> = HashSet::new();
    /// assert_eq!(set.shrink_policy(), ShrinkPolicy::Manual);
    /// ```
    #[inline]
    pub fn shrink_policy(&self) -> ShrinkPolicy {
        self.map.shrink_policy()
    }
}

impl<T, S, A> HashSet<T, S, A>
where
    T: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// Makes room for `additional` more values at once. O(buckets).
    ///
    /// # Panics
    ///
    /// If a set cannot hold so many values, or the memory for them is refused.
    ///
    /// ```
    /// let mut set: tophash::HashSet<u8> = tophash::HashSet::new();
    /// set.reserve(100);
    /// assert!(set.capacity() >= 100);
    /// ```
    #[inline]
    #[track_caller]
    pub fn reserve(&mut self, additional: usize) {
        self.map.reserve(additional);
    }

    /// Makes room for `additional` more values at once, or says why there is none. O(buckets).
    ///
    /// # Errors
    ///
    /// [`TryReserveError::CapacityOverflow`] if a set cannot hold so many values,
    /// [`TryReserveError::AllocError`] if the memory is refused. The set is whole, and no smaller.
    ///
    /// ```
    /// use tophash::{HashSet, TryReserveError};
    ///
    /// let mut set: HashSet<u64> = HashSet::new();
    /// assert_eq!(set.try_reserve(usize::MAX), Err(TryReserveError::CapacityOverflow));
    /// assert!(set.try_reserve(100).is_ok());
    /// ```
    #[inline]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
        self.map.try_reserve(additional)
    }

    /// Gives back what memory the values do not need. O(buckets).
    ///
    /// ```
    /// let mut set: tophash::HashSet<u8> = tophash::HashSet::with_capacity(1000);
    /// set.insert(1);
    /// set.shrink_to_fit();
    /// assert_eq!(set.capacity(), 8);
    /// ```
    #[inline]
    pub fn shrink_to_fit(&mut self) {
        self.map.shrink_to_fit();
    }

    /// Gives back memory, but keeps room for `min_capacity` values. O(buckets).
    ///
    /// Does nothing if the capacity is lower already.
    ///
    /// ```
    /// let mut set: tophash::HashSet<u8> = tophash::HashSet::with_capacity(1000);
    /// set.shrink_to(100);
    /// assert_eq!(set.capacity(), 104);
    /// ```
    #[inline]
    pub fn shrink_to(&mut self, min_capacity: usize) {
        self.map.shrink_to(min_capacity);
    }

    /// Splits up to `steps` buckets of a growth under way. Returns whether there is more to do, and
    /// false when memory for it was refused: later writes try again.
    /// O(steps).
    ///
    /// ```
    /// let mut set: tophash::HashSet<u32> = (0..1700).collect();
    /// while set.grow_step(16) {}
    /// assert!(!set.is_growing());
    /// ```
    #[inline]
    pub fn grow_step(&mut self, steps: usize) -> bool {
        self.map.grow_step(steps)
    }
}
