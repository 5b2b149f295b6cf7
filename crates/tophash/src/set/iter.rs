//! Visiting the values of a set, and taking them out: [`Iter`], [`IntoIter`], [`Drain`] and
//! [`ExtractIf`].

use core::fmt::{self, Debug};
use core::iter::FusedIterator;

use super::HashSet;
use crate::alloc::{Allocator, Global};
use crate::hash_map::{self, forward_iterator};
use crate::raw;

/// References to the values of a set: what [`HashSet::iter`] returns.
///
/// ```
/// let set = tophash::HashSet::from(["alice"]);
/// let mut iter = set.iter();
/// assert_eq!(iter.next(), Some(&"alice"));
/// assert_eq!(iter.next(), None);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Iter<'a, K> {
    inner: hash_map::Keys<'a, K, ()>,
}

/// The values of a set, by value: what its `into_iter` returns.
///
/// ```
/// let set = tophash::HashSet::from(["alice"]);
/// let mut iter = set.into_iter();
/// assert_eq!(iter.next(), Some("alice"));
/// assert_eq!(iter.next(), None);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IntoIter<K, A: Allocator = Global> {
    inner: hash_map::IntoIter<K, (), A>,
}

/// The values of a set, by value, leaving it empty: what [`HashSet::drain`] returns.
///
/// ```
/// let mut set = tophash::HashSet::from(["alice"]);
/// let mut drain = set.drain();
/// assert_eq!(drain.next(), Some("alice"));
/// assert_eq!(drain.next(), None);
/// ```
pub struct Drain<'a, K, A: Allocator = Global> {
    inner: hash_map::Drain<'a, K, (), A>,
}

/// The values of a set that a predicate chooses, by value: what [`HashSet::extract_if`] returns.
///
/// ```
/// let mut set = tophash::HashSet::from([1, 2]);
/// let mut odd = set.extract_if(|n| n % 2 == 1);
/// assert_eq!(odd.next(), Some(1));
/// assert_eq!(odd.next(), None);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed; \
    use `retain` to remove values without looking at them"]
pub struct ExtractIf<'a, K, F, A: Allocator = Global> {
    predicate: F,
    cursor: raw::Cursor<'a, K, (), A>,
}

impl<T, S, A: Allocator> HashSet<T, S, A> {
    /// References to the values, in an order that differs from set to set and stays while the set
    /// is unchanged.
    ///
    /// To visit them all is O(buckets).
    ///
    /// ```
    /// let set = tophash::HashSet::from([1, 2, 3]);
    /// assert_eq!(set.iter().sum::<u32>(), 6);
    /// ```
    #[inline]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { inner: self.map.keys() }
    }

    /// The values, by value, leaving an empty set that keeps its memory but that of overflow
    /// buckets.
    ///
    /// Values that are not asked for are dropped with the iterator. If it is leaked instead, they
    /// are leaked as well, and the set is empty and without memory. O(buckets).
    ///
    /// ```
    /// let mut set = tophash::HashSet::from([1, 2, 3]);
    /// assert_eq!(set.drain().sum::<u32>(), 6);
    /// assert!(set.is_empty());
    /// ```
    #[inline]
    pub fn drain(&mut self) -> Drain<'_, T, A> {
        Drain { inner: self.map.drain() }
    }

    /// Takes out the values for which `predicate` returns true, as they are asked for.
    ///
    /// Values that the iterator has not come to when it is dropped stay in the set. To visit them
    /// all is O(buckets).
    ///
    /// ```
    /// let mut set: tophash::HashSet<u32> = (0..8).collect();
    /// let odd: Vec<u32> = set.extract_if(|n| n % 2 == 1).collect();
    /// assert_eq!((odd.len(), set.len()), (4, 4));
    /// ```
    #[inline]
    pub fn extract_if<F>(&mut self, predicate: F) -> ExtractIf<'_, T, F, A>
    where
        F: FnMut(&T) -> bool,
    {
        ExtractIf { predicate, cursor: self.map.table.cursor() }
    }
}

impl<'a, T, S, A: Allocator> IntoIterator for &'a HashSet<T, S, A> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    /// As [`HashSet::iter`].
    ///
    /// ```
    /// for name in &tophash::HashSet::from(["alice"]) {
    ///     assert_eq!(name, &"alice");
    /// }
    /// ```
    #[inline]
    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T, S, A: Allocator> IntoIterator for HashSet<T, S, A> {
    type Item = T;
    type IntoIter = IntoIter<T, A>;

    /// The values, by value, in the order of [`HashSet::iter`]. The memory is given back when the
    /// iterator is dropped. To visit them all is O(buckets).
    ///
    /// ```
    /// let set = tophash::HashSet::from(["alice".to_owned()]);
    /// let names: Vec<String> = set.into_iter().collect();
    /// assert_eq!(names, ["alice"]);
    /// ```
    #[inline]
    fn into_iter(self) -> IntoIter<T, A> {
        IntoIter { inner: self.map.into_iter() }
    }
}

forward_iterator!(impl ['a, K] for Iter<'a, K>: &'a K, |value| value);
forward_iterator!(impl [K, A: Allocator] for IntoIter<K, A>: K, |(value, ())| value);
forward_iterator!(impl ['a, K, A: Allocator] for Drain<'a, K, A>: K, |(value, ())| value);

impl<K> Clone for Iter<'_, K> {
    #[inline]
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<K> Default for Iter<'_, K> {
    /// An iterator over nothing.
    #[inline]
    fn default() -> Self {
        Self { inner: hash_map::Keys::default() }
    }
}

impl<K, A: Allocator> Default for IntoIter<K, A> {
    /// An iterator over nothing.
    #[inline]
    fn default() -> Self {
        Self { inner: hash_map::IntoIter::default() }
    }
}

impl<K: Debug> Debug for Iter<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<K: Debug, A: Allocator> Debug for IntoIter<K, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.inner.rest().map(|(value, ())| value)).finish()
    }
}

impl<K: Debug, A: Allocator> Debug for Drain<'_, K, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.inner.rest().map(|(value, ())| value)).finish()
    }
}

impl<K, F, A> Iterator for ExtractIf<'_, K, F, A>
where
    F: FnMut(&K) -> bool,
    A: Allocator,
{
    type Item = K;

    #[inline]
    fn next(&mut self) -> Option<K> {
        while let Some((value, ())) = self.cursor.next() {
            if (self.predicate)(value) {
                return Some(self.cursor.remove().0);
            }
        }
        None
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.cursor.remaining()))
    }
}

impl<K, F, A> FusedIterator for ExtractIf<'_, K, F, A>
where
    F: FnMut(&K) -> bool,
    A: Allocator,
{
}

impl<K, F, A: Allocator> Debug for ExtractIf<'_, K, F, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractIf").finish_non_exhaustive()
    }
}
