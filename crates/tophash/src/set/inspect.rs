//! Looking inside: [`HashSet::stats`], [`HashSet::trace`], [`HashSet::layout`].

use core::hash::{BuildHasher, Hash};

use super::HashSet;
use crate::Equivalent;
use crate::alloc::Allocator;
use crate::inspect::{Layout, Stats, Trace};

impl<T, S, A: Allocator> HashSet<T, S, A> {
    /// How full the set is, how long its chains are, and where its bytes are: see
    /// [`HashMap::stats`](crate::HashMap::stats). O(values).
    ///
    /// ```
    /// let set: tophash::HashSet<u32> = (0..1000).collect();
    /// assert_eq!(set.stats().buckets, 256);
    /// ```
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.map.stats()
    }

    /// The set's chains of buckets: see [`HashMap::layout`](crate::HashMap::layout). O(1), and O(1)
    /// for each bucket.
    ///
    /// ```
    /// let set = tophash::HashSet::from(["alice", "bob"]);
    /// let buckets = set.layout().flat_map(|chain| chain.buckets());
    /// assert_eq!(buckets.map(|bucket| bucket.entries().len()).sum::<usize>(), 2);
    /// ```
    #[must_use]
    pub fn layout(&self) -> Layout<'_, T, ()> {
        self.map.layout()
    }
}

impl<T, S, A> HashSet<T, S, A>
where
    T: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// The steps of a look-up of `value`: see [`HashMap::trace`](crate::HashMap::trace). O(1).
    ///
    /// ```
    /// let set = tophash::HashSet::from(["alice", "bob"]);
    /// assert!(set.trace("bob").found.is_some());
    /// ```
    pub fn trace<Q>(&self, value: &Q) -> Trace
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.map.trace(value)
    }
}
