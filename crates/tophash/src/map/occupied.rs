//! An entry that is in a map: [`OccupiedEntry`], and the error that holds one.

use core::fmt::{self, Debug, Display};
use core::mem;

use super::{Entry, HashMap, VacantEntry};
use crate::alloc::{Allocator, Global};
use crate::raw::Occupied;
use crate::{DefaultHashBuilder, Equivalent};

/// An entry that is in the map: a kind of [`Entry`].
///
/// # Examples
///
/// ```
/// use tophash::hash_map::{Entry, HashMap};
///
/// let mut map = HashMap::new();
/// map.insert("alice", 30);
/// if let Entry::Occupied(mut entry) = map.entry("alice") {
///     *entry.get_mut() += 1;
///     assert_eq!(entry.remove_entry(), ("alice", 31));
/// }
/// assert_eq!(map.len(), 0);
/// ```
pub struct OccupiedEntry<'a, K, V, S = DefaultHashBuilder, A: Allocator = Global> {
    pub(super) raw: Occupied<'a, K, V, A, HashMap<K, V, S, A>>,
}

/// What [`HashMap::try_insert`] returns when the key is there already.
///
/// # Examples
///
/// ```
/// use tophash::HashMap;
///
/// let mut map = HashMap::new();
/// map.insert("alice", 30);
/// let error = map.try_insert("alice", 31).unwrap_err();
/// assert_eq!(error.entry.get(), &30);
/// assert_eq!(error.value, 31);
/// ```
pub struct OccupiedError<'a, K, V, S = DefaultHashBuilder, A: Allocator = Global> {
    /// The entry that is there.
    pub entry: OccupiedEntry<'a, K, V, S, A>,
    /// The value that was not inserted.
    pub value: V,
}

impl<'a, K, V, S, A: Allocator> OccupiedEntry<'a, K, V, S, A> {
    /// The key in the map. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// assert_eq!(map.entry("alice").insert(30).key(), &"alice");
    /// ```
    #[inline]
    pub fn key(&self) -> &K {
        self.raw.get().0
    }

    /// Replaces the key by an equivalent one and returns the old. O(1).
    ///
    /// # Panics
    ///
    /// If `key` is not equivalent to the entry's.
    ///
    /// # Examples
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// let mut entry = map.entry(String::from("alice")).insert(30);
    /// let with_room = {
    ///     let mut name = String::with_capacity(64);
    ///     name.push_str("alice");
    ///     name
    /// };
    /// assert_eq!(entry.replace_key(with_room), "alice");
    /// assert!(entry.key().capacity() >= 64);
    /// ```
    #[inline]
    #[track_caller]
    pub fn replace_key(&mut self, key: K) -> K
    where
        K: Equivalent<K>,
    {
        assert!(
            self.key().equivalent(&key),
            "the new key is not equivalent to the one in the entry"
        );
        mem::replace(self.raw.get_mut().0, key)
    }

    /// As [`Self::replace_key`], without comparing the keys. O(1).
    ///
    /// # Safety
    ///
    /// `key` is equivalent to the entry's and has the same hash. This map stays sound if it is not,
    /// but the entry can then not be found, and code that relies on a map being one may not be.
    ///
    /// # Examples
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// let mut entry = map.entry(String::from("alice")).insert(30);
    /// // SAFETY: it is the same name.
    /// let old = unsafe { entry.replace_key_unchecked(String::from("alice")) };
    /// assert_eq!(old, "alice");
    /// ```
    #[inline]
    #[expect(unsafe_code, reason = "hashbrown's signature; the body is safe")]
    pub unsafe fn replace_key_unchecked(&mut self, key: K) -> K {
        mem::replace(self.raw.get_mut().0, key)
    }

    /// Takes the entry out of the map. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// let entry = map.entry("alice").insert(30);
    /// assert_eq!(entry.remove_entry(), ("alice", 30));
    /// ```
    #[inline]
    pub fn remove_entry(self) -> (K, V) {
        self.raw.remove().0
    }

    /// The value. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// assert_eq!(map.entry("alice").insert(30).get(), &30);
    /// ```
    #[inline]
    pub fn get(&self) -> &V {
        self.raw.get().1
    }

    /// The value, to be changed. O(1).
    ///
    /// For a reference that outlives the entry see [`Self::into_mut`].
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// let mut entry = map.entry("alice").insert(30);
    /// *entry.get_mut() += 1;
    /// assert_eq!(entry.get(), &31);
    /// ```
    #[inline]
    pub fn get_mut(&mut self) -> &mut V {
        self.raw.get_mut().1
    }

    /// The value, to be changed for as long as the map is borrowed. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// let age: &mut u32 = map.entry("alice").insert(30).into_mut();
    /// *age += 1;
    /// assert_eq!(map.get("alice"), Some(&31));
    /// ```
    #[inline]
    pub fn into_mut(self) -> &'a mut V {
        self.raw.into_mut().1
    }

    /// The key, and the value to be changed, for as long as the map is borrowed. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// let (name, age) = map.entry("alice").insert(30).into_entry();
    /// *age += name.len();
    /// assert_eq!(map.get("alice"), Some(&35));
    /// ```
    #[inline]
    pub fn into_entry(self) -> (&'a K, &'a mut V) {
        let (key, value) = self.raw.into_mut();
        (key, value)
    }

    /// Replaces the value and returns the old one. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// let mut entry = map.entry("alice").insert(30);
    /// assert_eq!(entry.insert(31), 30);
    /// ```
    #[inline]
    pub fn insert(&mut self, value: V) -> V {
        mem::replace(self.get_mut(), value)
    }

    /// Takes the entry out of the map and returns its value. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// assert_eq!(map.entry("alice").insert(30).remove(), 30);
    /// assert_eq!(map.len(), 0);
    /// ```
    #[inline]
    pub fn remove(self) -> V {
        self.remove_entry().1
    }

    /// Replaces the value by what `f` makes of it; removes the entry if that is `None`. O(1).
    ///
    /// While `f` runs the entry is out of the map, and stays out if `f` panics.
    ///
    /// ```
    /// use tophash::HashMap;
    /// use tophash::hash_map::Entry;
    ///
    /// let mut map = HashMap::new();
    /// let entry = map.entry("alice").insert(30);
    /// let entry = entry.replace_entry_with(|_, age| (age > 40).then_some(age));
    /// assert!(matches!(entry, Entry::Vacant(_)));
    /// ```
    #[inline]
    pub fn replace_entry_with<F>(self, f: F) -> Entry<'a, K, V, S, A>
    where
        F: FnOnce(&K, V) -> Option<V>,
    {
        let ((key, value), raw) = self.raw.remove();
        match f(&key, value) {
            Some(value) => Entry::Occupied(OccupiedEntry { raw: raw.insert(key, value) }),
            None => Entry::Vacant(VacantEntry { key, raw }),
        }
    }

    /// The map, giving the entry up. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// let map = map.entry("alice").insert(30).into_map();
    /// assert_eq!(map.len(), 1);
    /// ```
    #[inline]
    pub fn into_map(self) -> &'a mut HashMap<K, V, S, A> {
        self.raw.into_owner()
    }
}

impl<K: Debug, V: Debug, S, A: Allocator> Debug for OccupiedEntry<'_, K, V, S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, value) = self.raw.get();
        f.debug_struct("OccupiedEntry").field("key", key).field("value", value).finish()
    }
}

impl<K: Debug, V: Debug, S, A: Allocator> Debug for OccupiedError<'_, K, V, S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OccupiedError")
            .field("key", self.entry.key())
            .field("old_value", self.entry.get())
            .field("new_value", &self.value)
            .finish()
    }
}

impl<K: Debug, V: Debug, S, A: Allocator> Display for OccupiedError<'_, K, V, S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, old) = self.entry.raw.get();
        write!(
            f,
            "failed to insert {:?}, key {key:?} already exists with value {old:?}",
            self.value
        )
    }
}

impl<K: Debug, V: Debug, S, A: Allocator> core::error::Error for OccupiedError<'_, K, V, S, A> {}
