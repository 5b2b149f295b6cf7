//! One key's place in a map, found by an owned key: [`Entry`] and its two kinds.

use core::fmt::{self, Debug, Display};
use core::hash::{BuildHasher, Hash};
use core::mem;

use super::{HashMap, equals, hasher_of};
use crate::alloc::{Allocator, Global};
use crate::raw::{Occupied, RawEntry, Vacant};
use crate::{DefaultHashBuilder, Equivalent};

/// A key's place in a map, taken or free: what [`HashMap::entry`] returns.
///
/// The growth work was done by `entry`, so what follows needs no bounds on `K` and `S`, and costs
/// O(1).
///
/// # Examples
///
/// ```
/// use tophash::HashMap;
///
/// let mut visits = HashMap::new();
/// for guest in ["alice", "bob", "alice"] {
///     *visits.entry(guest).or_insert(0) += 1;
/// }
/// assert_eq!(visits.get("alice"), Some(&2));
/// assert_eq!(visits.get("bob"), Some(&1));
/// ```
pub enum Entry<'a, K, V, S = DefaultHashBuilder, A: Allocator = Global> {
    /// The key is in the map.
    ///
    /// ```
    /// use tophash::hash_map::{Entry, HashMap};
    ///
    /// let mut map = HashMap::new();
    /// map.insert("alice", 30);
    /// assert!(matches!(map.entry("alice"), Entry::Occupied(_)));
    /// ```
    Occupied(OccupiedEntry<'a, K, V, S, A>),
    /// The key is not in the map.
    ///
    /// ```
    /// use tophash::hash_map::{Entry, HashMap};
    ///
    /// let mut map: HashMap<&str, u32> = HashMap::new();
    /// assert!(matches!(map.entry("alice"), Entry::Vacant(_)));
    /// ```
    Vacant(VacantEntry<'a, K, V, S, A>),
}

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

/// Room for an entry that is not in the map: a kind of [`Entry`].
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
    key: K,
    raw: Vacant<'a, K, V, A, HashMap<K, V, S, A>>,
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

impl<K, V, S, A> HashMap<K, V, S, A>
where
    K: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// The place of `key`, for looking, changing, inserting and removing with one look-up.
    ///
    /// O(1); moves the entries of at most two chains. Makes room for the entry, also if none is
    /// inserted afterwards.
    ///
    /// # Examples
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut groups: HashMap<usize, Vec<&str>> = HashMap::new();
    /// for name in ["bob", "alice", "eve"] {
    ///     groups.entry(name.len()).or_default().push(name);
    /// }
    /// assert_eq!(groups.get(&3), Some(&vec!["bob", "eve"]));
    /// ```
    #[inline]
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V, S, A> {
        match self.raw_entry(&key) {
            RawEntry::Occupied(raw) => Entry::Occupied(OccupiedEntry { raw }),
            RawEntry::Vacant(raw) => Entry::Vacant(VacantEntry { key, raw }),
        }
    }

    /// Inserts an entry unless the key is there already.
    ///
    /// O(1); moves the entries of at most two chains.
    ///
    /// # Errors
    ///
    /// If the key is there: the error holds its entry and gives `value` back. The map keeps the key
    /// it has, and `key` is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// assert_eq!(*map.try_insert("alice", 30).unwrap(), 30);
    /// assert!(map.try_insert("alice", 31).is_err());
    /// assert_eq!(map.get("alice"), Some(&30));
    /// ```
    #[inline]
    pub fn try_insert(
        &mut self,
        key: K,
        value: V,
    ) -> Result<&mut V, OccupiedError<'_, K, V, S, A>> {
        match self.entry(key) {
            Entry::Occupied(entry) => Err(OccupiedError { entry, value }),
            Entry::Vacant(entry) => Ok(entry.insert(value)),
        }
    }

    /// The place of `key` in the table, after the growth work of a write. The map can be had back
    /// from it.
    #[inline]
    pub(crate) fn raw_entry<Q>(&mut self, key: &Q) -> RawEntry<'_, K, V, A, Self>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.prepare();
        let hash = self.hash_of(key);
        RawEntry::in_owner(self, |map| {
            let hash0 = map.table.hash0();
            map.table.entry(hash, equals(key), hasher_of(&map.hash_builder, hash0))
        })
    }
}

impl<'a, K, V, S, A: Allocator> Entry<'a, K, V, S, A> {
    /// Sets the value, whether there was one or not, and returns the entry. O(1).
    ///
    /// hashbrown's name for [`Self::insert_entry`], which is std's.
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// let entry = map.entry("alice").insert(30);
    /// assert_eq!(entry.key(), &"alice");
    /// assert_eq!(entry.get(), &30);
    /// ```
    #[inline]
    pub fn insert(self, value: V) -> OccupiedEntry<'a, K, V, S, A> {
        match self {
            Entry::Occupied(mut entry) => {
                entry.insert(value);
                entry
            }
            Entry::Vacant(entry) => entry.insert_entry(value),
        }
    }

    /// Sets the value, whether there was one or not, and returns the entry. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// map.entry("alice").insert_entry(30);
    /// let entry = map.entry("alice").insert_entry(31);
    /// assert_eq!(entry.remove(), 31);
    /// ```
    #[inline]
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V, S, A> {
        self.insert(value)
    }

    /// The value, which is `default` if there was none. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// *map.entry("alice").or_insert(30) += 1;
    /// *map.entry("alice").or_insert(0) += 1;
    /// assert_eq!(map.get("alice"), Some(&32));
    /// ```
    #[inline]
    pub fn or_insert(self, default: V) -> &'a mut V {
        match self {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(default),
        }
    }

    /// The entry, whose value is `default` if there was none. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// let entry = map.entry("alice").or_insert_entry(30);
    /// assert_eq!(entry.remove_entry(), ("alice", 30));
    /// ```
    #[inline]
    pub fn or_insert_entry(self, default: V) -> OccupiedEntry<'a, K, V, S, A> {
        match self {
            Entry::Occupied(entry) => entry,
            Entry::Vacant(entry) => entry.insert_entry(default),
        }
    }

    /// The value, which is what `default` returns if there was none. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map: HashMap<&str, String> = HashMap::new();
    /// let greeting = map.entry("alice").or_insert_with(|| "hello".to_owned());
    /// assert_eq!(greeting, "hello");
    /// ```
    #[inline]
    pub fn or_insert_with<F: FnOnce() -> V>(self, default: F) -> &'a mut V {
        match self {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(default()),
        }
    }

    /// The value, which is what `default` makes of the key if there was none. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut lengths: HashMap<&str, usize> = HashMap::new();
    /// assert_eq!(*lengths.entry("alice").or_insert_with_key(|name| name.len()), 5);
    /// ```
    #[inline]
    pub fn or_insert_with_key<F: FnOnce(&K) -> V>(self, default: F) -> &'a mut V {
        match self {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let value = default(entry.key());
                entry.insert(value)
            }
        }
    }

    /// The key: the map's if it is there, else the one given to [`HashMap::entry`]. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map: HashMap<&str, u32> = HashMap::new();
    /// assert_eq!(map.entry("alice").key(), &"alice");
    /// ```
    #[inline]
    pub fn key(&self) -> &K {
        match self {
            Entry::Occupied(entry) => entry.key(),
            Entry::Vacant(entry) => entry.key(),
        }
    }

    /// Changes the value with `f`, if there is one. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// for _ in 0..3 {
    ///     map.entry("alice").and_modify(|visits| *visits += 1).or_insert(1);
    /// }
    /// assert_eq!(map.get("alice"), Some(&3));
    /// ```
    #[inline]
    pub fn and_modify<F>(mut self, f: F) -> Self
    where
        F: FnOnce(&mut V),
    {
        if let Entry::Occupied(entry) = &mut self {
            f(entry.get_mut());
        }
        self
    }

    /// Replaces the value, if there is one, by what `f` makes of it; removes the entry if that is
    /// `None`. O(1).
    ///
    /// While `f` runs the entry is out of the map, and stays out if `f` panics.
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::new();
    /// map.insert("alice", 1);
    /// let countdown = |_: &&str, left: u32| left.checked_sub(1);
    /// map.entry("alice").and_replace_entry_with(countdown);
    /// assert_eq!(map.get("alice"), Some(&0));
    /// map.entry("alice").and_replace_entry_with(countdown);
    /// assert_eq!(map.get("alice"), None);
    /// ```
    #[inline]
    pub fn and_replace_entry_with<F>(self, f: F) -> Self
    where
        F: FnOnce(&K, V) -> Option<V>,
    {
        match self {
            Entry::Occupied(entry) => entry.replace_entry_with(f),
            Entry::Vacant(_) => self,
        }
    }

    /// The map, giving the entry up. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map: HashMap<&str, u32> = HashMap::new();
    /// let map = map.entry("alice").into_map();
    /// map.insert("bob", 30);
    /// assert_eq!(map.len(), 1);
    /// ```
    #[inline]
    pub fn into_map(self) -> &'a mut HashMap<K, V, S, A> {
        match self {
            Entry::Occupied(entry) => entry.into_map(),
            Entry::Vacant(entry) => entry.into_map(),
        }
    }
}

impl<'a, K, V: Default, S, A: Allocator> Entry<'a, K, V, S, A> {
    /// The value, which is `V::default()` if there was none. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut friends: HashMap<&str, Vec<&str>> = HashMap::new();
    /// friends.entry("alice").or_default().push("bob");
    /// assert_eq!(friends.get("alice"), Some(&vec!["bob"]));
    /// ```
    #[inline]
    pub fn or_default(self) -> &'a mut V {
        match self {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(V::default()),
        }
    }
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

impl<K: Debug, V: Debug, S, A: Allocator> Debug for Entry<'_, K, V, S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Occupied(entry) => f.debug_tuple("Entry").field(entry).finish(),
            Entry::Vacant(entry) => f.debug_tuple("Entry").field(entry).finish(),
        }
    }
}

impl<K: Debug, V: Debug, S, A: Allocator> Debug for OccupiedEntry<'_, K, V, S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, value) = self.raw.get();
        f.debug_struct("OccupiedEntry").field("key", key).field("value", value).finish()
    }
}

impl<K: Debug, V, S, A: Allocator> Debug for VacantEntry<'_, K, V, S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntry").field(self.key()).finish()
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
