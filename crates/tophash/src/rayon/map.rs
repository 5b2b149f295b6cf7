//! Parallel iterators over a [`HashMap`].

use core::hash::{BuildHasher, Hash};

use ::rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};

use super::{collect, room_for};
use crate::HashMap;
use crate::alloc::{Allocator, Global};
use crate::raw;

/// References to the entries of a map, in parallel: what `par_iter` returns.
///
/// ```
/// use rayon::prelude::*;
/// use tophash::HashMap;
///
/// let map: HashMap<u64, u64> = (0..1000).map(|n| (n, 2 * n)).collect();
/// assert!(map.par_iter().all(|(key, value)| *value == 2 * key));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ParIter<'a, K, V> {
    pub(super) inner: raw::Range<'a, K, V>,
}

/// References to the entries of a map, exclusive for the values, in parallel: what `par_iter_mut`
/// returns.
///
/// ```
/// use rayon::prelude::*;
/// use tophash::HashMap;
///
/// let mut map: HashMap<u64, u64> = (0..1000).map(|n| (n, n)).collect();
/// map.par_iter_mut().for_each(|(key, value)| *value += key);
/// assert_eq!(map[&21], 42);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ParIterMut<'a, K, V> {
    pub(super) inner: raw::RangeMut<'a, K, V>,
}

/// The entries of a map, by value, in parallel: what `into_par_iter` returns.
///
/// ```
/// use rayon::prelude::*;
/// use tophash::HashMap;
///
/// let map: HashMap<u64, u64> = (0..1000).map(|n| (n, n)).collect();
/// assert_eq!(map.into_par_iter().map(|(key, _)| key).sum::<u64>(), 499_500);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IntoParIter<K, V, A: Allocator = Global> {
    pub(super) inner: raw::IntoIter<K, V, A>,
}

/// The entries of a map, by value, in parallel, leaving it empty: what [`HashMap::par_drain`]
/// returns.
///
/// ```
/// use rayon::prelude::*;
/// use tophash::HashMap;
///
/// let mut map: HashMap<u64, u64> = (0..1000).map(|n| (n, n)).collect();
/// let (even, odd): (Vec<_>, Vec<_>) = map.par_drain().partition(|(key, _)| key % 2 == 0);
/// assert_eq!((even.len(), odd.len(), map.len()), (500, 500, 0));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ParDrain<'a, K, V, A: Allocator = Global> {
    pub(super) inner: raw::Drain<'a, K, V, A>,
}

/// References to the keys of a map, in parallel: what [`HashMap::par_keys`] returns.
///
/// ```
/// use rayon::prelude::*;
///
/// let map = tophash::HashMap::from([("alice", 30), ("bob", 25)]);
/// assert_eq!(map.par_keys().map(|name| name.len()).sum::<usize>(), 8);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ParKeys<'a, K, V> {
    pub(super) inner: raw::Range<'a, K, V>,
}

/// References to the values of a map, in parallel: what [`HashMap::par_values`] returns.
///
/// ```
/// use rayon::prelude::*;
///
/// let map = tophash::HashMap::from([("alice", 30), ("bob", 25)]);
/// assert_eq!(map.par_values().max(), Some(&30));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ParValues<'a, K, V> {
    pub(super) inner: raw::Range<'a, K, V>,
}

/// Exclusive references to the values of a map, in parallel: what [`HashMap::par_values_mut`]
/// returns.
///
/// ```
/// use rayon::prelude::*;
///
/// let mut map = tophash::HashMap::from([("alice", 30), ("bob", 25)]);
/// map.par_values_mut().for_each(|age| *age += 1);
/// assert_eq!(map["bob"], 26);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ParValuesMut<'a, K, V> {
    pub(super) inner: raw::RangeMut<'a, K, V>,
}

impl<K: Sync, V: Sync, S, A: Allocator> HashMap<K, V, S, A> {
    /// References to the keys, in parallel. O(buckets), shared out among the threads.
    ///
    /// ```
    /// use rayon::prelude::*;
    ///
    /// let map = tophash::HashMap::from([("alice", 30), ("bob", 25)]);
    /// assert!(map.par_keys().any(|name| *name == "bob"));
    /// ```
    #[inline]
    pub fn par_keys(&self) -> ParKeys<'_, K, V> {
        ParKeys { inner: self.table.range() }
    }

    /// References to the values, in parallel. O(buckets), shared out among the threads.
    ///
    /// ```
    /// use rayon::prelude::*;
    ///
    /// let map = tophash::HashMap::from([("alice", 30), ("bob", 25)]);
    /// assert_eq!(map.par_values().sum::<u32>(), 55);
    /// ```
    #[inline]
    pub fn par_values(&self) -> ParValues<'_, K, V> {
        ParValues { inner: self.table.range() }
    }
}

impl<K: Send, V: Send, S, A: Allocator> HashMap<K, V, S, A> {
    /// Exclusive references to the values, in parallel. O(buckets), shared out among the threads.
    ///
    /// ```
    /// use rayon::prelude::*;
    ///
    /// let mut map = tophash::HashMap::from([("alice", 30), ("bob", 25)]);
    /// map.par_values_mut().for_each(|age| *age *= 2);
    /// assert_eq!(map["alice"], 60);
    /// ```
    #[inline]
    pub fn par_values_mut(&mut self) -> ParValuesMut<'_, K, V> {
        ParValuesMut { inner: self.table.range_mut() }
    }

    /// The entries, by value, in parallel, leaving an empty map that keeps its memory as with
    /// [`HashMap::drain`]. O(buckets), shared out among the threads.
    ///
    /// Entries that are not asked for are dropped, each once, also when a closure panics. If the
    /// iterator is leaked, they are leaked as well, and the map is empty and without memory.
    ///
    /// ```
    /// use rayon::prelude::*;
    ///
    /// let mut map = tophash::HashMap::from([("alice", 30), ("bob", 25)]);
    /// assert_eq!(map.par_drain().map(|(_, age)| age).sum::<u32>(), 55);
    /// assert!(map.is_empty());
    /// ```
    #[inline]
    pub fn par_drain(&mut self) -> ParDrain<'_, K, V, A> {
        ParDrain { inner: self.table.drain() }
    }
}

impl<K, V, S, A> HashMap<K, V, S, A>
where
    K: Eq + Hash + Sync,
    V: PartialEq + Sync,
    S: BuildHasher + Sync,
    A: Allocator + Sync,
{
    /// Whether both maps have the same entries, found out in parallel. O(buckets), shared out
    /// among the threads.
    ///
    /// ```
    /// let one = tophash::HashMap::from([("alice", 30), ("bob", 25)]);
    /// let two = tophash::HashMap::from([("bob", 25), ("alice", 30)]);
    /// assert!(one.par_eq(&two));
    /// ```
    pub fn par_eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self
                .into_par_iter()
                .all(|(key, value)| other.get(key).is_some_and(|its| *value == *its))
    }
}

impl<K: Send, V: Send, S, A: Allocator + Send> IntoParallelIterator for HashMap<K, V, S, A> {
    type Item = (K, V);
    type Iter = IntoParIter<K, V, A>;

    /// The entries, by value, in parallel. Those not asked for are dropped, each once, also when a
    /// closure panics. O(buckets), shared out among the threads.
    #[inline]
    fn into_par_iter(self) -> Self::Iter {
        IntoParIter { inner: self.table.into_iter() }
    }
}

impl<'a, K: Sync, V: Sync, S, A: Allocator> IntoParallelIterator for &'a HashMap<K, V, S, A> {
    type Item = (&'a K, &'a V);
    type Iter = ParIter<'a, K, V>;

    /// References to the entries, in parallel. O(buckets), shared out among the threads.
    #[inline]
    fn into_par_iter(self) -> Self::Iter {
        ParIter { inner: self.table.range() }
    }
}

impl<'a, K: Sync, V: Send, S, A: Allocator> IntoParallelIterator for &'a mut HashMap<K, V, S, A> {
    type Item = (&'a K, &'a mut V);
    type Iter = ParIterMut<'a, K, V>;

    /// References to the entries, exclusive for the values, in parallel. O(buckets), shared out
    /// among the threads.
    #[inline]
    fn into_par_iter(self) -> Self::Iter {
        ParIterMut { inner: self.table.range_mut() }
    }
}

impl<K, V, S, A> FromParallelIterator<(K, V)> for HashMap<K, V, S, A>
where
    K: Eq + Hash + Send,
    V: Send,
    S: BuildHasher + Default,
    A: Allocator + Default,
{
    /// A map with the entries that the iterator makes in parallel; they are inserted by one thread.
    ///
    /// ```
    /// use rayon::prelude::*;
    ///
    /// let squares: tophash::HashMap<u64, u64> =
    ///     (0..1000).into_par_iter().map(|n| (n, n * n)).collect();
    /// assert_eq!(squares[&30], 900);
    /// ```
    fn from_par_iter<I>(entries: I) -> Self
    where
        I: IntoParallelIterator<Item = (K, V)>,
    {
        let mut map = Self::default();
        map.par_extend(entries);
        map
    }
}

impl<K, V, S, A> ParallelExtend<(K, V)> for HashMap<K, V, S, A>
where
    K: Eq + Hash + Send,
    V: Send,
    S: BuildHasher,
    A: Allocator,
{
    /// Inserts all entries, which the iterator makes in parallel, by one thread; of equal keys the
    /// last one's value stays.
    fn par_extend<I>(&mut self, entries: I)
    where
        I: IntoParallelIterator<Item = (K, V)>,
    {
        let (entries, len) = collect(entries);
        self.reserve(room_for(len, self.is_empty()));
        self.insert_all(entries.into_iter());
    }
}

impl<'a, K, V, S, A> ParallelExtend<(&'a K, &'a V)> for HashMap<K, V, S, A>
where
    K: Copy + Eq + Hash + Sync,
    V: Copy + Sync,
    S: BuildHasher,
    A: Allocator,
{
    fn par_extend<I>(&mut self, entries: I)
    where
        I: IntoParallelIterator<Item = (&'a K, &'a V)>,
    {
        let (entries, len) = collect(entries);
        self.reserve(room_for(len, self.is_empty()));
        self.insert_all(entries.into_iter().map(|(&key, &value)| (key, value)));
    }
}
