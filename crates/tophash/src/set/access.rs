//! Making sets; reading and writing single values.

use core::hash::{BuildHasher, Hash};
use core::mem;

use super::HashSet;
use crate::alloc::Allocator;
use crate::hash_map::{EntryRef, HashMap};
use crate::raw::RawEntry;
use crate::{DefaultHashBuilder, Equivalent};

impl<T> HashSet<T, DefaultHashBuilder> {
    /// An empty set. It takes no memory until the first insertion.
    ///
    /// ```
    /// use tophash::HashSet;
    ///
    /// let mut set = HashSet::new();
    /// set.insert("alice");
    /// ```
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self { map: HashMap::new() }
    }

    /// An empty set with room for `capacity` values. O(capacity).
    ///
    /// # Panics
    ///
    /// If a set cannot hold so many values, or the memory for them is refused.
    ///
    /// ```
    /// use tophash::HashSet;
    ///
    /// let set: HashSet<&str> = HashSet::with_capacity(10);
    /// assert!(set.capacity() >= 10);
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { map: HashMap::with_capacity(capacity) }
    }
}

impl<T, A: Allocator> HashSet<T, DefaultHashBuilder, A> {
    /// An empty set that takes its memory from `allocator`.
    ///
    /// ```
    /// use tophash::{HashSet, alloc::Global};
    ///
    /// let mut set = HashSet::new_in(Global);
    /// set.insert("alice");
    /// ```
    #[inline]
    #[must_use]
    pub const fn new_in(allocator: A) -> Self {
        Self { map: HashMap::new_in(allocator) }
    }

    /// An empty set with room for `capacity` values that takes its memory from `allocator`.
    /// O(capacity).
    ///
    /// # Panics
    ///
    /// As [`HashSet::with_capacity`].
    ///
    /// ```
    /// use tophash::{HashSet, alloc::Global};
    ///
    /// let set: HashSet<&str> = HashSet::with_capacity_in(10, Global);
    /// assert!(set.capacity() >= 10);
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn with_capacity_in(capacity: usize, allocator: A) -> Self {
        Self { map: HashMap::with_capacity_in(capacity, allocator) }
    }
}

impl<T, S> HashSet<T, S> {
    /// An empty set that hashes with `hash_builder`. It takes no memory until the first insertion.
    ///
    /// ```
    /// use std::hash::RandomState;
    /// use tophash::HashSet;
    ///
    /// let mut set = HashSet::with_hasher(RandomState::new());
    /// set.insert("alice");
    /// ```
    #[inline]
    #[must_use]
    pub const fn with_hasher(hash_builder: S) -> Self {
        Self { map: HashMap::with_hasher(hash_builder) }
    }

    /// An empty set with room for `capacity` values that hashes with `hash_builder`. O(capacity).
    ///
    /// # Panics
    ///
    /// As [`HashSet::with_capacity`].
    ///
    /// ```
    /// use std::hash::RandomState;
    /// use tophash::HashSet;
    ///
    /// let set: HashSet<&str, _> = HashSet::with_capacity_and_hasher(10, RandomState::new());
    /// assert!(set.capacity() >= 10);
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn with_capacity_and_hasher(capacity: usize, hash_builder: S) -> Self {
        Self { map: HashMap::with_capacity_and_hasher(capacity, hash_builder) }
    }

    /// An empty set with a seed that is given instead of random, and that stays: see
    /// [`HashMap::with_seed_and_hasher`].
    ///
    /// ```
    /// use foldhash::fast::FixedState;
    /// use tophash::HashSet;
    ///
    /// let mut one = HashSet::with_seed_and_hasher(7, FixedState::default());
    /// let mut two = HashSet::with_seed_and_hasher(7, FixedState::default());
    /// one.extend(0..100_u64);
    /// two.extend(0..100_u64);
    /// assert!(one.iter().eq(two.iter()));
    /// ```
    #[inline]
    #[must_use]
    pub fn with_seed_and_hasher(seed: u32, hash_builder: S) -> Self {
        Self { map: HashMap::with_seed_and_hasher(seed, hash_builder) }
    }
}

impl<T, S, A: Allocator> HashSet<T, S, A> {
    /// An empty set that hashes with `hash_builder` and takes its memory from `allocator`.
    ///
    /// ```
    /// use tophash::{DefaultHashBuilder, HashSet, alloc::Global};
    ///
    /// let mut set = HashSet::with_hasher_in(DefaultHashBuilder::new(), Global);
    /// set.insert("alice");
    /// ```
    #[inline]
    #[must_use]
    pub const fn with_hasher_in(hash_builder: S, allocator: A) -> Self {
        Self { map: HashMap::with_hasher_in(hash_builder, allocator) }
    }

    /// An empty set with room for `capacity` values that hashes with `hash_builder` and takes its
    /// memory from `allocator`. O(capacity).
    ///
    /// # Panics
    ///
    /// As [`HashSet::with_capacity`].
    ///
    /// ```
    /// use tophash::{DefaultHashBuilder, HashSet, alloc::Global};
    ///
    /// let set: HashSet<u8> =
    ///     HashSet::with_capacity_and_hasher_in(10, DefaultHashBuilder::new(), Global);
    /// assert!(set.capacity() >= 10);
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn with_capacity_and_hasher_in(capacity: usize, hash_builder: S, allocator: A) -> Self {
        Self { map: HashMap::with_capacity_and_hasher_in(capacity, hash_builder, allocator) }
    }

    /// The set's allocator.
    ///
    /// ```
    /// let set: tophash::HashSet<u8> = tophash::HashSet::new();
    /// let _: &tophash::alloc::Global = set.allocator();
    /// ```
    #[inline]
    pub fn allocator(&self) -> &A {
        self.map.allocator()
    }

    /// The set's hash state.
    ///
    /// ```
    /// let set: tophash::HashSet<u8> = tophash::HashSet::new();
    /// let _: &tophash::RandomState = set.hasher();
    /// ```
    #[inline]
    pub fn hasher(&self) -> &S {
        self.map.hasher()
    }

    /// How many values the set holds. O(1).
    ///
    /// ```
    /// let set = tophash::HashSet::from(["alice", "bob"]);
    /// assert_eq!(set.len(), 2);
    /// ```
    #[inline]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether the set holds no value. O(1).
    ///
    /// ```
    /// assert!(tophash::HashSet::<u8>::new().is_empty());
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// How many values the set can hold before its next growth begins. O(1).
    ///
    /// ```
    /// let set: tophash::HashSet<u8> = tophash::HashSet::with_capacity(8);
    /// assert_eq!(set.capacity(), 8);
    /// ```
    #[inline]
    pub fn capacity(&self) -> usize {
        self.map.capacity()
    }

    /// Takes out any value; `None` if there is none. Costs as [`HashMap::pop`].
    ///
    /// ```
    /// let mut jobs = tophash::HashSet::from(["mail", "report"]);
    /// while let Some(job) = jobs.pop() {
    ///     println!("doing {job}");
    /// }
    /// assert!(jobs.is_empty());
    /// ```
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        self.map.pop().map(|(value, ())| value)
    }

    /// A value chosen at random, each with the same probability; `None` if there is none. Costs as
    /// [`HashMap::random_entry`].
    ///
    /// `draw` is the source of randomness: each call returns 64 random bits.
    ///
    /// ```
    /// let servers = tophash::HashSet::from(["a", "b", "c"]);
    /// let mut state = 7_u64; // a toy generator; use a real one
    /// let draw = || {
    ///     state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    ///     state
    /// };
    /// assert!(servers.contains(servers.random_entry(draw).unwrap()));
    /// ```
    #[inline]
    pub fn random_entry(&self, draw: impl FnMut() -> u64) -> Option<&T> {
        self.map.random_entry(draw).map(|(value, ())| value)
    }
}

impl<T, S, A> HashSet<T, S, A>
where
    T: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// Whether the set holds a value equal to `value`. O(1).
    ///
    /// ```
    /// let set = tophash::HashSet::from(["alice"]);
    /// assert!(set.contains("alice"));
    /// assert!(!set.contains("bob"));
    /// ```
    #[inline]
    pub fn contains<Q>(&self, value: &Q) -> bool
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.map.contains_key(value)
    }

    /// The set's value that is equal to `value`. O(1).
    ///
    /// ```
    /// let set = tophash::HashSet::from(["alice".to_owned()]);
    /// assert_eq!(set.get("alice"), Some(&"alice".to_owned()));
    /// assert_eq!(set.get("bob"), None);
    /// ```
    #[inline]
    pub fn get<Q>(&self, value: &Q) -> Option<&T>
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.map.get_key_value(value).map(|(value, ())| value)
    }

    /// The set's value that is equal to `value`, which is inserted if there is none.
    ///
    /// O(1), with the bounds of [`HashMap::insert`].
    ///
    /// ```
    /// let mut set = tophash::HashSet::new();
    /// assert_eq!(set.get_or_insert("alice"), &"alice");
    /// assert_eq!(set.get_or_insert("alice"), &"alice");
    /// assert_eq!(set.len(), 1);
    /// ```
    #[inline]
    pub fn get_or_insert(&mut self, value: T) -> &T {
        match self.map.raw_entry(&value) {
            RawEntry::Occupied(entry) => entry.into_mut().0,
            RawEntry::Vacant(entry) => entry.insert(value, ()).into_mut().0,
        }
    }

    /// The set's value that is equal to `value`; if there is none, inserts what `make` makes of it.
    ///
    /// O(1), with the bounds of [`HashMap::insert`].
    ///
    /// # Panics
    ///
    /// If what `make` returns is not equivalent to `value`.
    ///
    /// ```
    /// let mut names: tophash::HashSet<String> = tophash::HashSet::new();
    /// for guest in ["alice", "bob", "alice"] {
    ///     names.get_or_insert_with(guest, str::to_owned);
    /// }
    /// assert_eq!(names.len(), 2);
    /// ```
    #[inline]
    #[track_caller]
    pub fn get_or_insert_with<Q, F>(&mut self, value: &Q, make: F) -> &T
    where
        Q: Hash + Equivalent<T> + ?Sized,
        F: FnOnce(&Q) -> T,
    {
        let entry = match self.map.entry_ref(value) {
            EntryRef::Occupied(entry) => entry,
            EntryRef::Vacant(entry) => entry.insert_entry_with_key(make(value), ()),
        };
        entry.into_entry().0
    }

    /// Puts a value into the set. Returns whether it is new; if not, the set keeps the one it has.
    ///
    /// O(1), with the bounds of [`HashMap::insert`].
    ///
    /// ```
    /// let mut set = tophash::HashSet::new();
    /// assert!(set.insert("alice"));
    /// assert!(!set.insert("alice"));
    /// ```
    #[inline]
    pub fn insert(&mut self, value: T) -> bool {
        self.map.insert(value, ()).is_none()
    }

    /// Puts a value into the set that the caller knows to be new. O(1), and cheaper than
    /// [`HashSet::insert`] by one look-up.
    ///
    /// Returns the stored value.
    ///
    /// # Safety
    ///
    /// No value of the set is equal to `value`. Otherwise the set holds both, and which of them
    /// later calls find is not specified, nor is what code that relies on unique values does.
    ///
    /// ```
    /// let mut squares = tophash::HashSet::new();
    /// for n in 0..100_u32 {
    ///     // SAFETY: each square comes once.
    ///     unsafe { squares.insert_unique_unchecked(n * n) };
    /// }
    /// assert!(squares.contains(&81));
    /// ```
    #[inline]
    #[expect(unsafe_code, reason = "unsafe by hashbrown's contract")]
    pub unsafe fn insert_unique_unchecked(&mut self, value: T) -> &T {
        // SAFETY: as the caller says.
        unsafe { self.map.insert_unique_unchecked(value, ()) }.0
    }

    /// Puts a value into the set in place of the one that is equal to it, which is returned.
    ///
    /// O(1), with the bounds of [`HashMap::insert`].
    ///
    /// ```
    /// let mut set = tophash::HashSet::new();
    /// assert_eq!(set.replace(Vec::<u8>::new()), None);
    /// set.replace(Vec::with_capacity(10));
    /// assert!(set.get(&[][..]).unwrap().capacity() >= 10);
    /// ```
    #[inline]
    pub fn replace(&mut self, value: T) -> Option<T> {
        match self.map.raw_entry(&value) {
            RawEntry::Occupied(mut entry) => Some(mem::replace(entry.get_mut().0, value)),
            RawEntry::Vacant(entry) => {
                entry.insert(value, ());
                None
            }
        }
    }

    /// Takes out the value that is equal to `value`. Returns whether there was one.
    ///
    /// O(1), with the bounds of [`HashMap::insert`].
    ///
    /// ```
    /// let mut set = tophash::HashSet::from(["alice"]);
    /// assert!(set.remove("alice"));
    /// assert!(!set.remove("alice"));
    /// ```
    #[inline]
    pub fn remove<Q>(&mut self, value: &Q) -> bool
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.map.remove(value).is_some()
    }

    /// Takes out the value that is equal to `value` and returns it.
    ///
    /// O(1), with the bounds of [`HashMap::insert`].
    ///
    /// ```
    /// let mut set = tophash::HashSet::from(["alice".to_owned()]);
    /// assert_eq!(set.take("alice"), Some("alice".to_owned()));
    /// assert_eq!(set.take("alice"), None);
    /// ```
    #[inline]
    pub fn take<Q>(&mut self, value: &Q) -> Option<T>
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.map.remove_entry(value).map(|(value, ())| value)
    }
}
