//! The traits of std that a map has.

use core::fmt::{self, Debug};
use core::hash::{BuildHasher, Hash};
use core::ops::Index;

use super::HashMap;
use crate::alloc::Allocator;
use crate::{DefaultHashBuilder, Equivalent};

impl<K, V, S, A> Clone for HashMap<K, V, S, A>
where
    K: Clone,
    V: Clone,
    S: Clone,
    A: Allocator + Clone,
{
    /// A copy with the same buckets, in nearly the same order. O(buckets); nothing is hashed.
    fn clone(&self) -> Self {
        Self { hash_builder: self.hash_builder.clone(), table: self.table.clone() }
    }

    /// Reuses this map's buckets if there are as many as in `source`.
    fn clone_from(&mut self, source: &Self) {
        // In this order a clone that panics leaves no entry under a state that did not hash it.
        let hash_builder = source.hash_builder.clone();
        self.table.clear();
        self.hash_builder = hash_builder;
        self.table.clone_from(&source.table);
    }
}

impl<K, V, S, A> Default for HashMap<K, V, S, A>
where
    S: Default,
    A: Allocator + Default,
{
    /// An empty map, without memory.
    #[inline]
    fn default() -> Self {
        Self::with_hasher_in(S::default(), A::default())
    }
}

impl<K, V, S, A> PartialEq for HashMap<K, V, S, A>
where
    K: Eq + Hash,
    V: PartialEq,
    S: BuildHasher,
    A: Allocator,
{
    /// Whether both maps have the same entries. O(buckets).
    fn eq(&self, other: &Self) -> bool {
        let is_same = |(_, value): (&K, &V), its: Option<(&K, &V)>| {
            its.is_some_and(|(_, its)| *value == *its)
        };
        self.len() == other.len() && other.all_found(self.table.iter(), |(key, _)| key, is_same)
    }
}

impl<K, V, S, A> Eq for HashMap<K, V, S, A>
where
    K: Eq + Hash,
    V: Eq,
    S: BuildHasher,
    A: Allocator,
{
}

impl<K, V, S, A> Debug for HashMap<K, V, S, A>
where
    K: Debug,
    V: Debug,
    A: Allocator,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.table.iter()).finish()
    }
}

impl<K, Q, V, S, A> Index<&Q> for HashMap<K, V, S, A>
where
    K: Eq + Hash,
    Q: Hash + Equivalent<K> + ?Sized,
    S: BuildHasher,
    A: Allocator,
{
    type Output = V;

    /// The value of `key`. O(1).
    ///
    /// # Panics
    ///
    /// If the map has no entry with `key`.
    #[inline]
    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("no entry found for key")
    }
}

impl<K, V, S, A> FromIterator<(K, V)> for HashMap<K, V, S, A>
where
    K: Eq + Hash,
    S: BuildHasher + Default,
    A: Allocator + Default,
{
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        map.extend(entries);
        map
    }
}

// For the global allocator alone: else `HashMap::from([...])`, which std's users write, would not
// say which allocator it means.
impl<K, V, const N: usize> From<[(K, V); N]> for HashMap<K, V, DefaultHashBuilder>
where
    K: Eq + Hash,
{
    /// A map with the entries of an array; of equal keys the last one's value stays.
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let ages = HashMap::from([("alice", 30), ("bob", 25)]);
    /// let same: HashMap<_, _> = [("bob", 25), ("alice", 30)].into();
    /// assert_eq!(ages, same);
    /// ```
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K, V, S, A> Extend<(K, V)> for HashMap<K, V, S, A>
where
    K: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// Inserts all entries. If the iterator says how many they are, makes room for all of them in
    /// an empty map, and for half of them in one that has entries, since keys may be equal.
    ///
    /// In a map of more than 4 to 8 MiB up to sixteen entries wait for their memory before they are
    /// inserted, and as many before them for their text, if their keys are texts or bytes. If the
    /// iterator panics meanwhile, or a `Hash`, an `Eq` or a `Drop`, those are dropped.
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        let entries = entries.into_iter();
        let hint = entries.size_hint().0;
        self.reserve(if self.is_empty() { hint } else { hint.div_ceil(2) });
        self.insert_all(entries);
    }
}

impl<'a, K, V, S, A> Extend<(&'a K, &'a V)> for HashMap<K, V, S, A>
where
    K: Eq + Hash + Copy,
    V: Copy,
    S: BuildHasher,
    A: Allocator,
{
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        self.extend(entries.into_iter().map(|(&key, &value)| (key, value)));
    }
}

impl<'a, K, V, S, A> Extend<&'a (K, V)> for HashMap<K, V, S, A>
where
    K: Eq + Hash + Copy,
    V: Copy,
    S: BuildHasher,
    A: Allocator,
{
    fn extend<I: IntoIterator<Item = &'a (K, V)>>(&mut self, entries: I) {
        self.extend(entries.into_iter().copied());
    }
}
