//! Visiting the entries of a map: [`Iter`], [`IterMut`] and [`IntoIter`].

use core::fmt::{self, Debug};
use core::iter::FusedIterator;

use super::HashMap;
use crate::alloc::{Allocator, Global};
use crate::raw;

/// Makes a type an exact and fused iterator by those of its field `inner`: what it produces is
/// `$part` of each `$entry`.
macro_rules! forward_iterator {
    (impl [$($generics:tt)*] for $type:ty: $item:ty, |$entry:pat_param| $part:expr) => {
        impl<$($generics)*> Iterator for $type {
            type Item = $item;

            #[inline]
            fn next(&mut self) -> Option<$item> {
                self.inner.next().map(|$entry| $part)
            }

            #[inline]
            fn size_hint(&self) -> (usize, Option<usize>) {
                self.inner.size_hint()
            }

            #[inline]
            fn count(self) -> usize {
                self.inner.len()
            }

            #[inline]
            fn fold<B, F>(self, init: B, mut f: F) -> B
            where
                F: FnMut(B, $item) -> B,
            {
                self.inner.fold(init, |folded, $entry| f(folded, $part))
            }
        }

        impl<$($generics)*> ExactSizeIterator for $type {
            #[inline]
            fn len(&self) -> usize {
                self.inner.len()
            }
        }

        impl<$($generics)*> FusedIterator for $type {}
    };
}
pub(crate) use forward_iterator;

/// References to the entries of a map: what [`HashMap::iter`] returns.
///
/// # Examples
///
/// ```
/// use tophash::HashMap;
///
/// let mut map = HashMap::new();
/// map.insert("alice", 30);
/// let mut iter = map.iter();
/// assert_eq!(iter.next(), Some((&"alice", &30)));
/// assert_eq!(iter.next(), None);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Iter<'a, K, V> {
    pub(super) inner: raw::Iter<'a, K, V>,
}

/// References to the entries of a map, exclusive for the values: what [`HashMap::iter_mut`]
/// returns.
///
/// # Examples
///
/// ```
/// use tophash::HashMap;
///
/// let mut map = HashMap::new();
/// map.insert("alice", 30);
/// let mut iter = map.iter_mut();
/// assert_eq!(iter.next(), Some((&"alice", &mut 30)));
/// assert_eq!(iter.next(), None);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IterMut<'a, K, V> {
    inner: raw::ValuesMut<'a, K, V>,
}

/// The entries of a map, by value: what its `into_iter` returns.
///
/// # Examples
///
/// ```
/// use tophash::HashMap;
///
/// let mut map = HashMap::new();
/// map.insert("alice", 30);
/// let mut iter = map.into_iter();
/// assert_eq!(iter.next(), Some(("alice", 30)));
/// assert_eq!(iter.next(), None);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IntoIter<K, V, A: Allocator = Global> {
    inner: raw::IntoIter<K, V, A>,
}

impl<K, V, S, A: Allocator> HashMap<K, V, S, A> {
    /// References to the entries, in an order that differs from map to map and stays while the map
    /// is unchanged.
    ///
    /// To visit them all is O(buckets).
    ///
    /// # Examples
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// map.insert("alice", 30);
    /// map.insert("bob", 40);
    /// assert_eq!(map.iter().map(|(_, age)| age).sum::<u32>(), 70);
    /// ```
    #[inline]
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { inner: self.table.iter() }
    }

    /// References to the entries, exclusive for the values, in the order of [`Self::iter`].
    ///
    /// To visit them all is O(buckets).
    ///
    /// # Examples
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// map.insert("alice", 30);
    /// for (_, age) in map.iter_mut() {
    ///     *age += 1;
    /// }
    /// assert_eq!(map.get("alice"), Some(&31));
    /// ```
    #[inline]
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        IterMut { inner: self.table.values_mut() }
    }
}

impl<'a, K, V, S, A: Allocator> IntoIterator for &'a HashMap<K, V, S, A> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    /// As [`HashMap::iter`].
    ///
    /// ```
    /// let mut map = tophash::HashMap::new();
    /// map.insert("alice", 30);
    /// for (name, age) in &map {
    ///     assert_eq!((name, age), (&"alice", &30));
    /// }
    /// ```
    #[inline]
    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<'a, K, V, S, A: Allocator> IntoIterator for &'a mut HashMap<K, V, S, A> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V>;

    /// As [`HashMap::iter_mut`].
    ///
    /// ```
    /// let mut map = tophash::HashMap::new();
    /// map.insert("alice", 30);
    /// for (_, age) in &mut map {
    ///     *age += 1;
    /// }
    /// assert_eq!(map.get("alice"), Some(&31));
    /// ```
    #[inline]
    fn into_iter(self) -> IterMut<'a, K, V> {
        self.iter_mut()
    }
}

impl<K, V, S, A: Allocator> IntoIterator for HashMap<K, V, S, A> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V, A>;

    /// The entries, by value, in the order of [`HashMap::iter`]. The memory is given back when the
    /// iterator is dropped. To visit them all is O(buckets).
    ///
    /// ```
    /// let mut map = tophash::HashMap::new();
    /// map.insert("alice", 30);
    /// let entries: Vec<(&str, u32)> = map.into_iter().collect();
    /// assert_eq!(entries, [("alice", 30)]);
    /// ```
    #[inline]
    fn into_iter(self) -> IntoIter<K, V, A> {
        IntoIter { inner: self.table.into_iter() }
    }
}

forward_iterator!(impl ['a, K, V] for Iter<'a, K, V>: (&'a K, &'a V), |entry| entry);
forward_iterator!(impl ['a, K, V] for IterMut<'a, K, V>: (&'a K, &'a mut V), |entry| entry);
forward_iterator!(impl [K, V, A: Allocator] for IntoIter<K, V, A>: (K, V), |entry| entry);

impl<K, V> IterMut<'_, K, V> {
    /// The entries yet to come, shared.
    pub(super) fn rest(&self) -> Iter<'_, K, V> {
        Iter { inner: self.inner.iter() }
    }
}

impl<K, V, A: Allocator> IntoIter<K, V, A> {
    /// The entries yet to come, shared.
    pub(crate) fn rest(&self) -> Iter<'_, K, V> {
        Iter { inner: self.inner.iter() }
    }
}

impl<K, V> Clone for Iter<'_, K, V> {
    #[inline]
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<K, V> Default for Iter<'_, K, V> {
    /// An iterator over nothing.
    #[inline]
    fn default() -> Self {
        Self { inner: raw::Iter::default() }
    }
}

impl<K, V> Default for IterMut<'_, K, V> {
    /// An iterator over nothing.
    #[inline]
    fn default() -> Self {
        Self { inner: raw::ValuesMut::default() }
    }
}

impl<K, V, A: Allocator> Default for IntoIter<K, V, A> {
    /// An iterator over nothing.
    #[inline]
    fn default() -> Self {
        Self { inner: raw::IntoIter::default() }
    }
}

impl<K: Debug, V: Debug> Debug for Iter<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<K: Debug, V: Debug> Debug for IterMut<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rest()).finish()
    }
}

impl<K: Debug, V: Debug, A: Allocator> Debug for IntoIter<K, V, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rest()).finish()
    }
}
