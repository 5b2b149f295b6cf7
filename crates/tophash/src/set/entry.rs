//! One value's place in a set: [`Entry`] and its two kinds.

use core::fmt::{self, Debug};
use core::hash::{BuildHasher, Hash};

use super::HashSet;
use crate::DefaultHashBuilder;
use crate::alloc::{Allocator, Global};
use crate::hash_map;

/// A value's place in a set, taken or free: what [`HashSet::entry`] returns.
///
/// ```
/// use tophash::HashSet;
///
/// let mut set = HashSet::new();
/// set.entry("alice").or_insert();
/// set.entry("alice").or_insert();
/// assert_eq!(set.len(), 1);
/// ```
pub enum Entry<'a, T, S = DefaultHashBuilder, A: Allocator = Global> {
    /// The value is in the set.
    ///
    /// ```
    /// use tophash::hash_set::{Entry, HashSet};
    ///
    /// let mut set = HashSet::from(["alice"]);
    /// assert!(matches!(set.entry("alice"), Entry::Occupied(_)));
    /// ```
    Occupied(OccupiedEntry<'a, T, S, A>),
    /// The value is not in the set.
    ///
    /// ```
    /// use tophash::hash_set::{Entry, HashSet};
    ///
    /// let mut set = HashSet::from(["alice"]);
    /// assert!(matches!(set.entry("bob"), Entry::Vacant(_)));
    /// ```
    Vacant(VacantEntry<'a, T, S, A>),
}

/// A value that is in the set: a kind of [`Entry`].
///
/// ```
/// use tophash::hash_set::{Entry, HashSet};
///
/// let mut set = HashSet::from(["alice"]);
/// if let Entry::Occupied(entry) = set.entry("alice") {
///     assert_eq!(entry.remove(), "alice");
/// }
/// assert!(set.is_empty());
/// ```
pub struct OccupiedEntry<'a, T, S = DefaultHashBuilder, A: Allocator = Global> {
    inner: hash_map::OccupiedEntry<'a, T, (), S, A>,
}

/// Room for a value that is not in the set: a kind of [`Entry`].
///
/// ```
/// use tophash::hash_set::{Entry, HashSet};
///
/// let mut set = HashSet::new();
/// if let Entry::Vacant(entry) = set.entry("alice") {
///     entry.insert();
/// }
/// assert!(set.contains("alice"));
/// ```
pub struct VacantEntry<'a, T, S = DefaultHashBuilder, A: Allocator = Global> {
    inner: hash_map::VacantEntry<'a, T, (), S, A>,
}

impl<T, S, A> HashSet<T, S, A>
where
    T: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// The place of `value`, for looking, inserting and removing with one look-up.
    ///
    /// O(1); moves the values of at most two chains. Makes room for the value, also if it is not
    /// inserted afterwards.
    ///
    /// ```
    /// use tophash::hash_set::{Entry, HashSet};
    ///
    /// let (mut once, mut again) = (HashSet::new(), HashSet::new());
    /// for guest in ["alice", "bob", "alice"] {
    ///     match once.entry(guest) {
    ///         Entry::Vacant(entry) => drop(entry.insert()),
    ///         Entry::Occupied(entry) => drop(again.insert(*entry.get())),
    ///     }
    /// }
    /// assert_eq!((once.len(), again.len()), (2, 1));
    /// ```
    #[inline]
    pub fn entry(&mut self, value: T) -> Entry<'_, T, S, A> {
        match self.map.entry(value) {
            hash_map::Entry::Occupied(inner) => Entry::Occupied(OccupiedEntry { inner }),
            hash_map::Entry::Vacant(inner) => Entry::Vacant(VacantEntry { inner }),
        }
    }
}

impl<'a, T, S, A: Allocator> Entry<'a, T, S, A> {
    /// Inserts the value if it is not there, and returns its entry. O(1).
    ///
    /// ```
    /// let mut set = tophash::HashSet::new();
    /// assert_eq!(set.entry("alice").insert().get(), &"alice");
    /// ```
    #[inline]
    pub fn insert(self) -> OccupiedEntry<'a, T, S, A> {
        match self {
            Entry::Occupied(entry) => entry,
            Entry::Vacant(entry) => entry.insert(),
        }
    }

    /// Inserts the value if it is not there. O(1).
    ///
    /// ```
    /// let mut set = tophash::HashSet::new();
    /// set.entry("alice").or_insert();
    /// assert!(set.contains("alice"));
    /// ```
    #[inline]
    pub fn or_insert(self) {
        if let Entry::Vacant(entry) = self {
            entry.insert();
        }
    }

    /// The value: the set's if it is there, else the one given to [`HashSet::entry`]. O(1).
    ///
    /// ```
    /// let mut set = tophash::HashSet::new();
    /// assert_eq!(set.entry("alice").get(), &"alice");
    /// ```
    #[inline]
    pub fn get(&self) -> &T {
        match self {
            Entry::Occupied(entry) => entry.get(),
            Entry::Vacant(entry) => entry.get(),
        }
    }
}

impl<'a, T, S, A: Allocator> OccupiedEntry<'a, T, S, A> {
    /// The value in the set. O(1).
    ///
    /// ```
    /// let mut set = tophash::HashSet::new();
    /// assert_eq!(set.entry("alice").insert().get(), &"alice");
    /// ```
    #[inline]
    pub fn get(&self) -> &T {
        self.inner.key()
    }

    /// The value, for as long as the set is borrowed. O(1).
    ///
    /// ```
    /// let mut set = tophash::HashSet::new();
    /// let name: &&str = set.entry("alice").insert().into_ref();
    /// assert_eq!(name, &"alice");
    /// ```
    #[inline]
    pub fn into_ref(self) -> &'a T {
        self.inner.into_entry().0
    }

    /// Takes the value out of the set. O(1).
    ///
    /// ```
    /// let mut set = tophash::HashSet::new();
    /// assert_eq!(set.entry("alice").insert().remove(), "alice");
    /// assert!(set.is_empty());
    /// ```
    #[inline]
    pub fn remove(self) -> T {
        self.inner.remove_entry().0
    }
}

impl<'a, T, S, A: Allocator> VacantEntry<'a, T, S, A> {
    /// The value that is not in the set. O(1).
    ///
    /// ```
    /// use tophash::hash_set::{Entry, HashSet};
    ///
    /// let mut set = HashSet::new();
    /// if let Entry::Vacant(entry) = set.entry("alice") {
    ///     assert_eq!(entry.get(), &"alice");
    /// }
    /// ```
    #[inline]
    pub fn get(&self) -> &T {
        self.inner.key()
    }

    /// The value back, giving the room up. O(1).
    ///
    /// ```
    /// use tophash::hash_set::{Entry, HashSet};
    ///
    /// let mut set = HashSet::new();
    /// if let Entry::Vacant(entry) = set.entry("alice") {
    ///     assert_eq!(entry.into_value(), "alice");
    /// }
    /// ```
    #[inline]
    pub fn into_value(self) -> T {
        self.inner.into_key()
    }

    /// Puts the value into the set, and returns its entry. O(1).
    ///
    /// ```
    /// use tophash::hash_set::{Entry, HashSet};
    ///
    /// let mut set = HashSet::new();
    /// if let Entry::Vacant(entry) = set.entry("alice") {
    ///     entry.insert();
    /// }
    /// assert!(set.contains("alice"));
    /// ```
    #[inline]
    pub fn insert(self) -> OccupiedEntry<'a, T, S, A> {
        OccupiedEntry { inner: self.inner.insert_entry(()) }
    }
}

impl<T: Debug, S, A: Allocator> Debug for Entry<'_, T, S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Occupied(entry) => f.debug_tuple("Entry").field(entry).finish(),
            Entry::Vacant(entry) => f.debug_tuple("Entry").field(entry).finish(),
        }
    }
}

impl<T: Debug, S, A: Allocator> Debug for OccupiedEntry<'_, T, S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OccupiedEntry").field("value", self.get()).finish()
    }
}

impl<T: Debug, S, A: Allocator> Debug for VacantEntry<'_, T, S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntry").field(self.get()).finish()
    }
}
