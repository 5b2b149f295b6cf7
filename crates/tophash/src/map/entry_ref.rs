//! One key's place in a map, found by a borrowed key: [`EntryRef`].

use alloc_crate::borrow::ToOwned;
use core::borrow::Borrow;
use core::fmt::{self, Debug};
use core::hash::{BuildHasher, Hash};

use super::{HashMap, OccupiedEntry};
use crate::alloc::{Allocator, Global};
use crate::raw::{RawEntry, Vacant};
use crate::{DefaultHashBuilder, Equivalent};

/// A key's place in a map, taken or free, found by a borrowed key: what [`HashMap::entry_ref`]
/// returns.
///
/// The key is cloned only if an entry is inserted.
///
/// # Examples
///
/// ```
/// use tophash::HashMap;
///
/// let mut visits: HashMap<String, u32> = HashMap::new();
/// for guest in ["alice", "bob", "alice"] {
///     *visits.entry_ref(guest).or_insert(0) += 1;
/// }
/// assert_eq!(visits.get("alice"), Some(&2));
/// ```
pub enum EntryRef<'a, 'b, K, Q: ?Sized, V, S = DefaultHashBuilder, A: Allocator = Global> {
    /// The key is in the map.
    ///
    /// ```
    /// use tophash::hash_map::{EntryRef, HashMap};
    ///
    /// let mut map = HashMap::new();
    /// map.insert("alice".to_owned(), 30);
    /// assert!(matches!(map.entry_ref("alice"), EntryRef::Occupied(_)));
    /// ```
    Occupied(OccupiedEntry<'a, K, V, S, A>),
    /// The key is not in the map.
    ///
    /// ```
    /// use tophash::hash_map::{EntryRef, HashMap};
    ///
    /// let mut map: HashMap<String, u32> = HashMap::new();
    /// assert!(matches!(map.entry_ref("alice"), EntryRef::Vacant(_)));
    /// ```
    Vacant(VacantEntryRef<'a, 'b, K, Q, V, S, A>),
}

/// Room for an entry that is not in the map: a kind of [`EntryRef`].
///
/// # Examples
///
/// ```
/// use tophash::hash_map::{EntryRef, HashMap};
///
/// let mut map: HashMap<String, u32> = HashMap::new();
/// if let EntryRef::Vacant(entry) = map.entry_ref("alice") {
///     entry.insert(30);
/// }
/// assert_eq!(map.get("alice"), Some(&30));
/// ```
pub struct VacantEntryRef<
    'map,
    'key,
    K,
    Q: ?Sized,
    V,
    S = DefaultHashBuilder,
    A: Allocator = Global,
> {
    key: &'key Q,
    raw: Vacant<'map, K, V, A, HashMap<K, V, S, A>>,
}

impl<K, V, S, A> HashMap<K, V, S, A>
where
    K: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// The place of `key`, which is borrowed, for looking, changing, inserting and removing with
    /// one look-up.
    ///
    /// O(1); moves the entries of at most two chains. Makes room for the entry, also if none is
    /// inserted afterwards.
    ///
    /// # Examples
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map: HashMap<String, u32> = HashMap::new();
    /// *map.entry_ref("alice").or_insert(30) += 1;
    /// // No string is made for this one:
    /// *map.entry_ref("alice").or_insert(30) += 1;
    /// assert_eq!(map.get("alice"), Some(&32));
    /// ```
    #[inline]
    pub fn entry_ref<'a, 'b, Q>(&'a mut self, key: &'b Q) -> EntryRef<'a, 'b, K, Q, V, S, A>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        match self.raw_entry(key) {
            RawEntry::Occupied(raw) => EntryRef::Occupied(OccupiedEntry { raw }),
            RawEntry::Vacant(raw) => EntryRef::Vacant(VacantEntryRef { key, raw }),
        }
    }
}

impl<'a, K, Q: ?Sized, V, S, A: Allocator> EntryRef<'a, '_, K, Q, V, S, A> {
    /// Sets the value, whether there was one or not, and returns the entry. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map: HashMap<String, u32> = HashMap::new();
    /// let entry = map.entry_ref("alice").insert(30);
    /// assert_eq!(entry.remove_entry(), ("alice".to_owned(), 30));
    /// ```
    #[inline]
    pub fn insert(self, value: V) -> OccupiedEntry<'a, K, V, S, A>
    where
        Q: ToOwned<Owned = K>,
    {
        match self {
            EntryRef::Occupied(mut entry) => {
                entry.insert(value);
                entry
            }
            EntryRef::Vacant(entry) => entry.insert_entry(value),
        }
    }

    /// The value, which is `default` if there was none. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map: HashMap<String, u32> = HashMap::new();
    /// assert_eq!(*map.entry_ref("alice").or_insert(30), 30);
    /// ```
    #[inline]
    pub fn or_insert(self, default: V) -> &'a mut V
    where
        Q: ToOwned<Owned = K>,
    {
        match self {
            EntryRef::Occupied(entry) => entry.into_mut(),
            EntryRef::Vacant(entry) => entry.insert(default),
        }
    }

    /// The value, which is what `default` returns if there was none. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map: HashMap<String, Vec<u32>> = HashMap::new();
    /// map.entry_ref("alice").or_insert_with(|| Vec::with_capacity(8)).push(30);
    /// ```
    #[inline]
    pub fn or_insert_with<F: FnOnce() -> V>(self, default: F) -> &'a mut V
    where
        Q: ToOwned<Owned = K>,
    {
        match self {
            EntryRef::Occupied(entry) => entry.into_mut(),
            EntryRef::Vacant(entry) => entry.insert(default()),
        }
    }

    /// The value, which is what `default` makes of the key if there was none. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut lengths: HashMap<String, usize> = HashMap::new();
    /// assert_eq!(*lengths.entry_ref("alice").or_insert_with_key(str::len), 5);
    /// ```
    #[inline]
    pub fn or_insert_with_key<F: FnOnce(&Q) -> V>(self, default: F) -> &'a mut V
    where
        K: Borrow<Q>,
        Q: ToOwned<Owned = K>,
    {
        match self {
            EntryRef::Occupied(entry) => entry.into_mut(),
            EntryRef::Vacant(entry) => {
                let value = default(entry.key);
                entry.insert(value)
            }
        }
    }

    /// The key: the map's if it is there, else the one given to [`HashMap::entry_ref`]. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map: HashMap<String, u32> = HashMap::new();
    /// assert_eq!(map.entry_ref("alice").key(), "alice");
    /// ```
    #[inline]
    pub fn key(&self) -> &Q
    where
        K: Borrow<Q>,
    {
        match self {
            EntryRef::Occupied(entry) => entry.key().borrow(),
            EntryRef::Vacant(entry) => entry.key(),
        }
    }

    /// Changes the value with `f`, if there is one. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map: HashMap<String, u32> = HashMap::new();
    /// for _ in 0..3 {
    ///     map.entry_ref("alice").and_modify(|visits| *visits += 1).or_insert(1);
    /// }
    /// assert_eq!(map.get("alice"), Some(&3));
    /// ```
    #[inline]
    pub fn and_modify<F>(mut self, f: F) -> Self
    where
        F: FnOnce(&mut V),
    {
        if let EntryRef::Occupied(entry) = &mut self {
            f(entry.get_mut());
        }
        self
    }

    /// The map, giving the entry up. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map: HashMap<String, u32> = HashMap::new();
    /// assert_eq!(map.entry_ref("alice").into_map().len(), 0);
    /// ```
    #[inline]
    pub fn into_map(self) -> &'a mut HashMap<K, V, S, A> {
        match self {
            EntryRef::Occupied(entry) => entry.into_map(),
            EntryRef::Vacant(entry) => entry.into_map(),
        }
    }
}

impl<'a, K, Q: ?Sized, V: Default, S, A: Allocator> EntryRef<'a, '_, K, Q, V, S, A> {
    /// The value, which is `V::default()` if there was none. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut friends: HashMap<String, Vec<&str>> = HashMap::new();
    /// friends.entry_ref("alice").or_default().push("bob");
    /// assert_eq!(friends.get("alice"), Some(&vec!["bob"]));
    /// ```
    #[inline]
    pub fn or_default(self) -> &'a mut V
    where
        Q: ToOwned<Owned = K>,
    {
        match self {
            EntryRef::Occupied(entry) => entry.into_mut(),
            EntryRef::Vacant(entry) => entry.insert(V::default()),
        }
    }

    /// The entry, whose value is `V::default()` if there was none. O(1).
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let mut map: HashMap<String, u32> = HashMap::new();
    /// assert_eq!(map.entry_ref("alice").or_default_entry().get(), &0);
    /// ```
    #[inline]
    pub fn or_default_entry(self) -> OccupiedEntry<'a, K, V, S, A>
    where
        Q: ToOwned<Owned = K>,
    {
        match self {
            EntryRef::Occupied(entry) => entry,
            EntryRef::Vacant(entry) => entry.insert_entry(V::default()),
        }
    }
}

impl<'map, 'key, K, Q: ?Sized, V, S, A: Allocator> VacantEntryRef<'map, 'key, K, Q, V, S, A> {
    /// The key that is not in the map. O(1).
    ///
    /// ```
    /// use tophash::hash_map::{EntryRef, HashMap};
    ///
    /// let mut map: HashMap<String, u32> = HashMap::new();
    /// if let EntryRef::Vacant(entry) = map.entry_ref("alice") {
    ///     assert_eq!(entry.key(), "alice");
    /// }
    /// ```
    #[inline]
    pub fn key(&self) -> &'key Q {
        self.key
    }

    /// Clones the key into the map, with this value. O(1).
    ///
    /// ```
    /// use tophash::hash_map::{EntryRef, HashMap};
    ///
    /// let mut map: HashMap<String, u32> = HashMap::new();
    /// if let EntryRef::Vacant(entry) = map.entry_ref("alice") {
    ///     *entry.insert(30) += 1;
    /// }
    /// assert_eq!(map.get("alice"), Some(&31));
    /// ```
    #[inline]
    pub fn insert(self, value: V) -> &'map mut V
    where
        Q: ToOwned<Owned = K>,
    {
        self.insert_entry(value).into_mut()
    }

    /// Puts `key` into the map, with this value. O(1).
    ///
    /// # Panics
    ///
    /// If `key` is not equivalent to the key that was looked up.
    ///
    /// # Examples
    ///
    /// ```
    /// use tophash::hash_map::{EntryRef, HashMap};
    ///
    /// let mut map: HashMap<String, u32> = HashMap::new();
    /// if let EntryRef::Vacant(entry) = map.entry_ref("alice") {
    ///     entry.insert_with_key(String::from("alice"), 30);
    /// }
    /// assert_eq!(map.get("alice"), Some(&30));
    /// ```
    #[inline]
    #[track_caller]
    pub fn insert_with_key(self, key: K, value: V) -> &'map mut V
    where
        Q: Equivalent<K>,
    {
        self.insert_entry_with_key(key, value).into_mut()
    }

    /// As [`Self::insert_with_key`], without comparing the keys. O(1).
    ///
    /// # Safety
    ///
    /// `key` is equivalent to the key that was looked up and has the same hash. This map stays
    /// sound if it is not, but the entry can then not be found, and code that relies on a map
    /// being one may not be.
    ///
    /// # Examples
    ///
    /// ```
    /// use tophash::hash_map::{EntryRef, HashMap};
    ///
    /// let mut map: HashMap<String, u32> = HashMap::new();
    /// if let EntryRef::Vacant(entry) = map.entry_ref("alice") {
    ///     // SAFETY: it is the same name.
    ///     unsafe { entry.insert_with_key_unchecked(String::from("alice"), 30) };
    /// }
    /// assert_eq!(map.get("alice"), Some(&30));
    /// ```
    #[inline]
    #[expect(unsafe_code, reason = "hashbrown's signature; the body is safe")]
    pub unsafe fn insert_with_key_unchecked(self, key: K, value: V) -> &'map mut V {
        self.raw.insert(key, value).into_mut().1
    }

    /// Clones the key into the map, with this value, and returns the entry. O(1).
    ///
    /// ```
    /// use tophash::hash_map::{EntryRef, HashMap};
    ///
    /// let mut map: HashMap<String, u32> = HashMap::new();
    /// if let EntryRef::Vacant(entry) = map.entry_ref("alice") {
    ///     assert_eq!(entry.insert_entry(30).key(), "alice");
    /// }
    /// ```
    #[inline]
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'map, K, V, S, A>
    where
        Q: ToOwned<Owned = K>,
    {
        OccupiedEntry { raw: self.raw.insert(self.key.to_owned(), value) }
    }

    /// Puts `key` into the map, with this value, and returns the entry. O(1).
    ///
    /// # Panics
    ///
    /// If `key` is not equivalent to the key that was looked up.
    ///
    /// # Examples
    ///
    /// ```
    /// use tophash::hash_map::{EntryRef, HashMap};
    ///
    /// let mut map: HashMap<String, u32> = HashMap::new();
    /// if let EntryRef::Vacant(entry) = map.entry_ref("alice") {
    ///     assert_eq!(entry.insert_entry_with_key(String::from("alice"), 30).get(), &30);
    /// }
    /// ```
    #[inline]
    #[track_caller]
    pub fn insert_entry_with_key(self, key: K, value: V) -> OccupiedEntry<'map, K, V, S, A>
    where
        Q: Equivalent<K>,
    {
        assert!(
            self.key.equivalent(&key),
            "the key to insert is not equivalent to the one that was looked up"
        );
        OccupiedEntry { raw: self.raw.insert(key, value) }
    }

    /// As [`Self::insert_entry_with_key`], without comparing the keys. O(1).
    ///
    /// # Safety
    ///
    /// As for [`Self::insert_with_key_unchecked`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tophash::hash_map::{EntryRef, HashMap};
    ///
    /// let mut map: HashMap<String, u32> = HashMap::new();
    /// if let EntryRef::Vacant(entry) = map.entry_ref("alice") {
    ///     // SAFETY: it is the same name.
    ///     let entry = unsafe { entry.insert_entry_with_key_unchecked(String::from("alice"), 30) };
    ///     assert_eq!(entry.get(), &30);
    /// }
    /// ```
    #[inline]
    #[expect(unsafe_code, reason = "hashbrown's signature; the body is safe")]
    pub unsafe fn insert_entry_with_key_unchecked(
        self,
        key: K,
        value: V,
    ) -> OccupiedEntry<'map, K, V, S, A> {
        OccupiedEntry { raw: self.raw.insert(key, value) }
    }

    /// The map, giving the room up. O(1).
    ///
    /// ```
    /// use tophash::hash_map::{EntryRef, HashMap};
    ///
    /// let mut map: HashMap<String, u32> = HashMap::new();
    /// if let EntryRef::Vacant(entry) = map.entry_ref("alice") {
    ///     entry.into_map().insert("bob".to_owned(), 30);
    /// }
    /// assert_eq!(map.len(), 1);
    /// ```
    #[inline]
    pub fn into_map(self) -> &'map mut HashMap<K, V, S, A> {
        self.raw.into_owner()
    }
}

impl<K, Q, V, S, A> Debug for EntryRef<'_, '_, K, Q, V, S, A>
where
    K: Debug + Borrow<Q>,
    Q: Debug + ?Sized,
    V: Debug,
    A: Allocator,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EntryRef::Occupied(entry) => f.debug_tuple("EntryRef").field(entry).finish(),
            EntryRef::Vacant(entry) => f.debug_tuple("EntryRef").field(entry).finish(),
        }
    }
}

impl<K, Q, V, S, A> Debug for VacantEntryRef<'_, '_, K, Q, V, S, A>
where
    K: Borrow<Q>,
    Q: Debug + ?Sized,
    A: Allocator,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntryRef").field(&self.key()).finish()
    }
}
