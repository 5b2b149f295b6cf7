//! Taking entries out of a map one after the other: [`Drain`] and [`ExtractIf`].

use core::fmt::{self, Debug};
use core::iter::FusedIterator;

use super::iter::forward_iterator;
use super::{HashMap, Iter};
use crate::alloc::{Allocator, Global};
use crate::raw;

/// The entries of a map, by value, leaving it empty: what [`HashMap::drain`] returns.
///
/// # Examples
///
/// ```
/// use tophash::HashMap;
///
/// let mut map = HashMap::new();
/// map.insert("alice", 30);
/// let mut drain = map.drain();
/// assert_eq!(drain.next(), Some(("alice", 30)));
/// assert_eq!(drain.next(), None);
/// ```
pub struct Drain<'a, K, V, A: Allocator = Global> {
    inner: raw::Drain<'a, K, V, A>,
}

/// The entries of a map that a predicate chooses, by value: what [`HashMap::extract_if`] returns.
///
/// # Examples
///
/// ```
/// use tophash::HashMap;
///
/// let mut map = HashMap::new();
/// map.insert("alice", 30);
/// map.insert("bob", 40);
/// let mut over_35 = map.extract_if(|_, age| *age > 35);
/// assert_eq!(over_35.next(), Some(("bob", 40)));
/// assert_eq!(over_35.next(), None);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed; \
    use `retain` to remove entries without looking at them"]
pub struct ExtractIf<'a, K, V, F, A: Allocator = Global> {
    predicate: F,
    cursor: raw::Cursor<'a, K, V, A>,
}

impl<K, V, S, A: Allocator> HashMap<K, V, S, A> {
    /// The entries, by value, leaving an empty map that keeps its memory but that of overflow
    /// buckets.
    ///
    /// Entries that are not asked for are dropped with the iterator. If it is leaked instead, they
    /// are leaked as well, and the map is empty and without memory. O(buckets).
    ///
    /// # Examples
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// map.insert("alice", 30);
    /// map.insert("bob", 40);
    /// let mut entries: Vec<_> = map.drain().collect();
    /// entries.sort();
    /// assert_eq!(entries, [("alice", 30), ("bob", 40)]);
    /// assert_eq!(map.len(), 0);
    /// ```
    #[inline]
    pub fn drain(&mut self) -> Drain<'_, K, V, A> {
        Drain { inner: self.table.drain() }
    }

    /// Takes out the entries for which `predicate` returns true, as they are asked for.
    ///
    /// The predicate may change values whether it chooses them or not. Entries that the iterator
    /// has not come to when it is dropped stay in the map. To visit them all is O(buckets).
    ///
    /// # Examples
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map: HashMap<u32, u32> = HashMap::new();
    /// for n in 0..8 {
    ///     map.insert(n, n * n);
    /// }
    /// let odd: Vec<u32> = map.extract_if(|n, _| n % 2 == 1).map(|(n, _)| n).collect();
    /// assert_eq!((odd.len(), map.len()), (4, 4));
    /// assert!(map.keys().all(|n| n % 2 == 0));
    /// ```
    #[inline]
    pub fn extract_if<F>(&mut self, predicate: F) -> ExtractIf<'_, K, V, F, A>
    where
        F: FnMut(&K, &mut V) -> bool,
    {
        ExtractIf { predicate, cursor: self.table.cursor() }
    }
}

forward_iterator!(impl ['a, K, V, A: Allocator] for Drain<'a, K, V, A>: (K, V), |entry| entry);

impl<K, V, A: Allocator> Drain<'_, K, V, A> {
    /// The entries yet to come, shared.
    pub(crate) fn rest(&self) -> Iter<'_, K, V> {
        Iter { inner: self.inner.iter() }
    }
}

impl<K: Debug, V: Debug, A: Allocator> Debug for Drain<'_, K, V, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rest()).finish()
    }
}

impl<K, V, F, A> Iterator for ExtractIf<'_, K, V, F, A>
where
    F: FnMut(&K, &mut V) -> bool,
    A: Allocator,
{
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<(K, V)> {
        while let Some((key, value)) = self.cursor.next() {
            if (self.predicate)(key, value) {
                return Some(self.cursor.remove());
            }
        }
        None
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.cursor.remaining()))
    }
}

impl<K, V, F, A> FusedIterator for ExtractIf<'_, K, V, F, A>
where
    F: FnMut(&K, &mut V) -> bool,
    A: Allocator,
{
}

impl<K, V, F, A: Allocator> Debug for ExtractIf<'_, K, V, F, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractIf").finish_non_exhaustive()
    }
}
