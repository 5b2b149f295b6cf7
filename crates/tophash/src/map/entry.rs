//! One key's place in a map, found by an owned key: [`Entry`].

use core::fmt::{self, Debug};
use core::hash::{BuildHasher, Hash};

use super::{HashMap, OccupiedEntry, OccupiedError, VacantEntry, equals, hasher_of};
use crate::alloc::{Allocator, Global};
use crate::raw::RawEntry;
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
        let hash = self.prepare_for(key);
        RawEntry::in_owner(self, |map| {
            let seed = map.table.seed();
            map.table.entry(hash, equals(key), &hasher_of(&map.hash_builder, seed))
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

impl<K: Debug, V: Debug, S, A: Allocator> Debug for Entry<'_, K, V, S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Occupied(entry) => f.debug_tuple("Entry").field(entry).finish(),
            Entry::Vacant(entry) => f.debug_tuple("Entry").field(entry).finish(),
        }
    }
}
