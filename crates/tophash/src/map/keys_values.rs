//! Visiting the keys or the values alone.

use core::fmt::{self, Debug};
use core::iter::FusedIterator;

use super::iter::forward_iterator;
use super::{HashMap, IntoIter, Iter, IterMut};
use crate::alloc::{Allocator, Global};

/// References to the keys of a map: what [`HashMap::keys`] returns.
///
/// # Examples
///
/// ```
/// use tophash::HashMap;
///
/// let mut map = HashMap::new();
/// map.insert("alice", 30);
/// assert_eq!(map.keys().next(), Some(&"alice"));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Keys<'a, K, V> {
    inner: Iter<'a, K, V>,
}

/// References to the values of a map: what [`HashMap::values`] returns.
///
/// # Examples
///
/// ```
/// use tophash::HashMap;
///
/// let mut map = HashMap::new();
/// map.insert("alice", 30);
/// assert_eq!(map.values().next(), Some(&30));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Values<'a, K, V> {
    inner: Iter<'a, K, V>,
}

/// Exclusive references to the values of a map: what [`HashMap::values_mut`] returns.
///
/// # Examples
///
/// ```
/// use tophash::HashMap;
///
/// let mut map = HashMap::new();
/// map.insert("alice", 30);
/// assert_eq!(map.values_mut().next(), Some(&mut 30));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ValuesMut<'a, K, V> {
    inner: IterMut<'a, K, V>,
}

/// The keys of a map, by value: what [`HashMap::into_keys`] returns.
///
/// # Examples
///
/// ```
/// use tophash::HashMap;
///
/// let mut map = HashMap::new();
/// map.insert("alice", 30);
/// assert_eq!(map.into_keys().next(), Some("alice"));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IntoKeys<K, V, A: Allocator = Global> {
    inner: IntoIter<K, V, A>,
}

/// The values of a map, by value: what [`HashMap::into_values`] returns.
///
/// # Examples
///
/// ```
/// use tophash::HashMap;
///
/// let mut map = HashMap::new();
/// map.insert("alice", 30);
/// assert_eq!(map.into_values().next(), Some(30));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IntoValues<K, V, A: Allocator = Global> {
    inner: IntoIter<K, V, A>,
}

impl<K, V, S, A: Allocator> HashMap<K, V, S, A> {
    /// References to the keys, in the order of [`Self::iter`].
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
    /// let mut names: Vec<_> = map.keys().collect();
    /// names.sort();
    /// assert_eq!(names, [&"alice", &"bob"]);
    /// ```
    #[inline]
    pub fn keys(&self) -> Keys<'_, K, V> {
        Keys { inner: self.iter() }
    }

    /// References to the values, in the order of [`Self::iter`].
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
    /// assert_eq!(map.values().max(), Some(&40));
    /// ```
    #[inline]
    pub fn values(&self) -> Values<'_, K, V> {
        Values { inner: self.iter() }
    }

    /// Exclusive references to the values, in the order of [`Self::iter`].
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
    /// for age in map.values_mut() {
    ///     *age += 1;
    /// }
    /// assert_eq!(map.get("alice"), Some(&31));
    /// ```
    #[inline]
    pub fn values_mut(&mut self) -> ValuesMut<'_, K, V> {
        ValuesMut { inner: self.iter_mut() }
    }

    /// The keys, by value, in the order of [`Self::iter`].
    ///
    /// To visit them all is O(buckets).
    ///
    /// # Examples
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// map.insert(String::from("alice"), 30);
    /// assert_eq!(map.into_keys().collect::<Vec<String>>(), ["alice"]);
    /// ```
    #[inline]
    pub fn into_keys(self) -> IntoKeys<K, V, A> {
        IntoKeys { inner: self.into_iter() }
    }

    /// The values, by value, in the order of [`Self::iter`].
    ///
    /// To visit them all is O(buckets).
    ///
    /// # Examples
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// map.insert(1, String::from("alice"));
    /// assert_eq!(map.into_values().collect::<Vec<String>>(), ["alice"]);
    /// ```
    #[inline]
    pub fn into_values(self) -> IntoValues<K, V, A> {
        IntoValues { inner: self.into_iter() }
    }
}

forward_iterator!(impl ['a, K, V] for Keys<'a, K, V>: &'a K, |(key, _)| key);
forward_iterator!(impl ['a, K, V] for Values<'a, K, V>: &'a V, |(_, value)| value);
forward_iterator!(impl ['a, K, V] for ValuesMut<'a, K, V>: &'a mut V, |(_, value)| value);
forward_iterator!(impl [K, V, A: Allocator] for IntoKeys<K, V, A>: K, |(key, _)| key);
forward_iterator!(impl [K, V, A: Allocator] for IntoValues<K, V, A>: V, |(_, value)| value);

impl<K, V> Clone for Keys<'_, K, V> {
    #[inline]
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<K, V> Clone for Values<'_, K, V> {
    #[inline]
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<K, V> Default for Keys<'_, K, V> {
    /// An iterator over nothing.
    #[inline]
    fn default() -> Self {
        Self { inner: Iter::default() }
    }
}

impl<K, V> Default for Values<'_, K, V> {
    /// An iterator over nothing.
    #[inline]
    fn default() -> Self {
        Self { inner: Iter::default() }
    }
}

impl<K, V> Default for ValuesMut<'_, K, V> {
    /// An iterator over nothing.
    #[inline]
    fn default() -> Self {
        Self { inner: IterMut::default() }
    }
}

impl<K, V, A: Allocator> Default for IntoKeys<K, V, A> {
    /// An iterator over nothing.
    #[inline]
    fn default() -> Self {
        Self { inner: IntoIter::default() }
    }
}

impl<K, V, A: Allocator> Default for IntoValues<K, V, A> {
    /// An iterator over nothing.
    #[inline]
    fn default() -> Self {
        Self { inner: IntoIter::default() }
    }
}

impl<K: Debug, V> Debug for Keys<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<K, V: Debug> Debug for Values<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<K, V: Debug> Debug for ValuesMut<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.inner.rest().map(|(_, value)| value)).finish()
    }
}

impl<K: Debug, V, A: Allocator> Debug for IntoKeys<K, V, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.inner.rest().map(|(key, _)| key)).finish()
    }
}

impl<K, V: Debug, A: Allocator> Debug for IntoValues<K, V, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.inner.rest().map(|(_, value)| value)).finish()
    }
}
