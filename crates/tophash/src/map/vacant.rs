//! Room for an entry that is not in a map: [`VacantEntry`].

use core::fmt::{self, Debug};

use super::{HashMap, OccupiedEntry};
use crate::DefaultHashBuilder;
use crate::alloc::{Allocator, Global};
use crate::raw::Vacant;

/// Room for an entry that is not in the map: a kind of [`Entry`](super::Entry).
///
/// # Examples
///
/// ```
/// use tophash::hash_map::{Entry, HashMap};
///
/// let mut map = HashMap::new();
/// if let Entry::Vacant(entry) = map.entry("alice") {
///     entry.insert(30);
/// }
/// assert_eq!(map.get("alice"), Some(&30));
/// ```
pub struct VacantEntry<'a, K, V, S = DefaultHashBuilder, A: Allocator = Global> {
    pub(super) key: K,
    pub(super) raw: Vacant<'a, K, V, A, HashMap<K, V, S, A>>,
}

impl<'a, K, V, S, A: Allocator> VacantEntry<'a, K, V, S, A> {
    /// The key that is not in the map. O(1).
    ///
    /// ```
    /// use tophash::hash_map::{Entry, HashMap};
    ///
    /// let mut map: HashMap<&str, u32> = HashMap::new();
    /// if let Entry::Vacant(entry) = map.entry("alice") {
    ///     assert_eq!(entry.key(), &"alice");
    /// }
    /// ```
    #[inline]
    pub fn key(&self) -> &K {
        &self.key
    }

    /// The key back, giving the room up. O(1).
    ///
    /// ```
    /// use tophash::hash_map::{Entry, HashMap};
    ///
    /// let mut map: HashMap<&str, u32> = HashMap::new();
    /// if let Entry::Vacant(entry) = map.entry("alice") {
    ///     assert_eq!(entry.into_key(), "alice");
    /// }
    /// ```
    #[inline]
    pub fn into_key(self) -> K {
        self.key
    }

    /// Puts the key into the map with this value. O(1).
    ///
    /// ```
    /// use tophash::hash_map::{Entry, HashMap};
    ///
    /// let mut map = HashMap::new();
    /// if let Entry::Vacant(entry) = map.entry("alice") {
    ///     *entry.insert(30) += 1;
    /// }
    /// assert_eq!(map.get("alice"), Some(&31));
    /// ```
    #[inline]
    pub fn insert(self, value: V) -> &'a mut V {
        self.raw.insert(self.key, value).into_mut().1
    }

    /// Puts the key into the map with this value, and returns the entry. O(1).
    ///
    /// ```
    /// use tophash::hash_map::{Entry, HashMap};
    ///
    /// let mut map = HashMap::new();
    /// if let Entry::Vacant(entry) = map.entry("alice") {
    ///     assert_eq!(entry.insert_entry(30).remove_entry(), ("alice", 30));
    /// }
    /// ```
    #[inline]
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V, S, A> {
        OccupiedEntry { raw: self.raw.insert(self.key, value) }
    }

    /// The map, giving the room and the key up. O(1).
    ///
    /// ```
    /// use tophash::hash_map::{Entry, HashMap};
    ///
    /// let mut map: HashMap<&str, u32> = HashMap::new();
    /// if let Entry::Vacant(entry) = map.entry("alice") {
    ///     assert_eq!(entry.into_map().len(), 0);
    /// }
    /// ```
    #[inline]
    pub fn into_map(self) -> &'a mut HashMap<K, V, S, A> {
        self.raw.into_owner()
    }
}

impl<K: Debug, V, S, A: Allocator> Debug for VacantEntry<'_, K, V, S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntry").field(self.key()).finish()
    }
}
