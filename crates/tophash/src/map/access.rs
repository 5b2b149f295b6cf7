//! Making a map, and reading and writing single entries.

use core::hash::{BuildHasher, Hash};

use super::{HashMap, equals, hasher_of};
use crate::alloc::{Allocator, Global};
use crate::raw::{RawEntry, RawTable};
use crate::{DefaultHashBuilder, Equivalent};

impl<K, V> HashMap<K, V, DefaultHashBuilder> {
    /// An empty map. It takes no memory until the first insertion.
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let map: HashMap<&str, u32> = HashMap::new();
    /// assert_eq!(map.allocation_size(), 0);
    /// ```
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self::with_hasher(DefaultHashBuilder::new())
    }

    /// An empty map with room for `capacity` entries. O(capacity).
    ///
    /// The room is 6.5 entries for each bucket, the number of buckets being a power of two.
    ///
    /// # Panics
    ///
    /// If a map cannot hold so many entries, or the memory for them is refused;
    /// [`HashMap::try_reserve`] returns an error instead.
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let map: HashMap<&str, u32> = HashMap::with_capacity(1000);
    /// assert_eq!(map.capacity(), 1664); // 256 buckets
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, DefaultHashBuilder::new())
    }
}

impl<K, V, A: Allocator> HashMap<K, V, DefaultHashBuilder, A> {
    /// An empty map that takes its memory from `allocator`.
    ///
    /// ```
    /// use tophash::{HashMap, alloc::Global};
    ///
    /// let mut map = HashMap::new_in(Global);
    /// map.insert("alice", 30);
    /// ```
    #[inline]
    #[must_use]
    pub const fn new_in(allocator: A) -> Self {
        Self::with_hasher_in(DefaultHashBuilder::new(), allocator)
    }

    /// An empty map with room for `capacity` entries in memory from `allocator`. O(capacity).
    ///
    /// # Panics
    ///
    /// As [`HashMap::with_capacity`].
    ///
    /// ```
    /// use tophash::{HashMap, alloc::Global};
    ///
    /// let map: HashMap<&str, u32> = HashMap::with_capacity_in(8, Global);
    /// assert_eq!(map.capacity(), 8);
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn with_capacity_in(capacity: usize, allocator: A) -> Self {
        Self::with_capacity_and_hasher_in(capacity, DefaultHashBuilder::new(), allocator)
    }
}

impl<K, V, S> HashMap<K, V, S> {
    /// An empty map that hashes with `hash_builder`. It takes no memory until the first insertion.
    ///
    /// The hashes are mixed once with the map's own seed, so that a weak hash function, even the
    /// identity, gives good buckets and a different order in each map.
    ///
    /// ```
    /// use std::hash::RandomState;
    /// use tophash::HashMap;
    ///
    /// let mut map = HashMap::with_hasher(RandomState::new());
    /// map.insert("alice", 30);
    /// ```
    #[inline]
    #[must_use]
    pub const fn with_hasher(hash_builder: S) -> Self {
        Self::with_hasher_in(hash_builder, Global)
    }

    /// An empty map with room for `capacity` entries that hashes with `hash_builder`. O(capacity).
    ///
    /// # Panics
    ///
    /// As [`HashMap::with_capacity`].
    ///
    /// ```
    /// use std::hash::RandomState;
    /// use tophash::HashMap;
    ///
    /// let map: HashMap<&str, u32, _> =
    ///     HashMap::with_capacity_and_hasher(13, RandomState::new());
    /// assert_eq!(map.capacity(), 13);
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn with_capacity_and_hasher(capacity: usize, hash_builder: S) -> Self {
        Self::with_capacity_and_hasher_in(capacity, hash_builder, Global)
    }

    /// An empty map with a seed that is given instead of random, and that stays.
    ///
    /// With a hash function that is the same everywhere, two such maps with the same seed and the
    /// same history have the same order, on every platform where the key and the value have the
    /// same size. It is for reproducible builds and tests: who knows the seed can choose keys
    /// that collide.
    ///
    /// ```
    /// use foldhash::fast::FixedState;
    /// use tophash::HashMap;
    ///
    /// let mut one = HashMap::with_seed_and_hasher(7, FixedState::default());
    /// let mut two = HashMap::with_seed_and_hasher(7, FixedState::default());
    /// one.extend((0..100_u64).map(|n| (n, n)));
    /// two.extend((0..100_u64).map(|n| (n, n)));
    /// assert!(one.iter().eq(two.iter()));
    /// ```
    #[inline]
    #[must_use]
    pub fn with_seed_and_hasher(seed: u32, hash_builder: S) -> Self {
        let mut map = Self::with_hasher(hash_builder);
        map.table.fix_seed(seed);
        map
    }
}

impl<K, V, S, A: Allocator> HashMap<K, V, S, A> {
    /// An empty map that hashes with `hash_builder` and takes its memory from `allocator`.
    ///
    /// ```
    /// use tophash::{DefaultHashBuilder, HashMap, alloc::Global};
    ///
    /// let mut map = HashMap::with_hasher_in(DefaultHashBuilder::new(), Global);
    /// map.insert("alice", 30);
    /// ```
    #[inline]
    #[must_use]
    pub const fn with_hasher_in(hash_builder: S, allocator: A) -> Self {
        Self { hash_builder, table: RawTable::new_in(allocator) }
    }

    /// An empty map with room for `capacity` entries that hashes with `hash_builder` and takes its
    /// memory from `allocator`. O(capacity).
    ///
    /// # Panics
    ///
    /// As [`HashMap::with_capacity`].
    ///
    /// ```
    /// use tophash::{DefaultHashBuilder, HashMap, alloc::Global};
    ///
    /// let map: HashMap<u8, u8> =
    ///     HashMap::with_capacity_and_hasher_in(10, DefaultHashBuilder::new(), Global);
    /// assert_eq!(map.capacity(), 13);
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn with_capacity_and_hasher_in(capacity: usize, hash_builder: S, allocator: A) -> Self {
        Self { hash_builder, table: RawTable::with_capacity_in(capacity, allocator) }
    }

    /// The map's allocator.
    ///
    /// ```
    /// let map: tophash::HashMap<u8, u8> = tophash::HashMap::new();
    /// let _: &tophash::alloc::Global = map.allocator();
    /// ```
    #[inline]
    pub fn allocator(&self) -> &A {
        self.table.allocator()
    }

    /// The map's hash state.
    ///
    /// ```
    /// let map: tophash::HashMap<u8, u8> = tophash::HashMap::new();
    /// let _: &tophash::RandomState = map.hasher();
    /// ```
    #[inline]
    pub fn hasher(&self) -> &S {
        &self.hash_builder
    }

    /// How many entries the map holds. O(1).
    ///
    /// ```
    /// let map = tophash::HashMap::from([("alice", 30), ("bob", 25)]);
    /// assert_eq!(map.len(), 2);
    /// ```
    #[inline]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether the map holds no entry. O(1).
    ///
    /// ```
    /// assert!(tophash::HashMap::<u8, u8>::new().is_empty());
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many entries the map can hold before its next growth begins. O(1).
    ///
    /// ```
    /// let mut map = tophash::HashMap::new();
    /// assert_eq!(map.capacity(), 0);
    /// map.insert("alice", 30);
    /// assert_eq!(map.capacity(), 8); // one bucket
    /// ```
    #[inline]
    pub fn capacity(&self) -> usize {
        self.table.capacity()
    }
}

impl<K, V, S, A> HashMap<K, V, S, A>
where
    K: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// What `pick` takes of the entry with `key`.
    ///
    /// Each way to the entry picks for itself. Where they met with a pair of references, of which
    /// the caller wants one, it would be asked twice whether there is an entry.
    #[inline(always)]
    fn find<'a, Q, T>(&'a self, key: &Q, pick: impl Fn(&'a K, &'a V) -> T) -> Option<T>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        if self.is_empty() {
            return None;
        }
        let hash = self.first_hash_of(key);
        if self.is_usual() {
            return self.table.get(hash, equals(key)).map(|(key, value)| pick(key, value));
        }
        self.find_slowly(hash, key).map(|(key, value)| pick(key, value))
    }

    /// [`Self::find`] in a map that grows, has changed its hash, or is very large. The compiler is
    /// not told that it is cold: a very large map always comes here, and is hashed for before.
    #[inline(never)]
    fn find_slowly<Q>(&self, mut hash: u64, key: &Q) -> Option<(&K, &V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        if !self.table.has_first_hash() {
            hash = self.hash_anew(key);
        }
        self.table.get_by_detour(hash, equals(key))
    }

    /// The entry with `key`, by the table's own types, to be changed.
    #[inline(always)]
    fn find_mut<Q>(&mut self, key: &Q) -> Option<(&mut K, &mut V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        if self.is_empty() {
            return None;
        }
        let mut hash = self.first_hash_of(key);
        if !self.is_usual() && !self.table.has_first_hash() {
            hash = self.hash_anew(key);
        }
        self.table.get_mut(hash, equals(key))
    }

    /// The value of `key`. O(1).
    ///
    /// ```
    /// let ages = tophash::HashMap::from([("alice", 30)]);
    /// assert_eq!(ages.get("alice"), Some(&30));
    /// assert_eq!(ages.get("bob"), None);
    /// ```
    #[inline(always)]
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.find(key, |_, value| value)
    }

    /// The stored key that equals `key`, and its value. O(1).
    ///
    /// ```
    /// let ages = tophash::HashMap::from([("alice", 30)]);
    /// assert_eq!(ages.get_key_value("alice"), Some((&"alice", &30)));
    /// ```
    #[inline]
    pub fn get_key_value<Q>(&self, key: &Q) -> Option<(&K, &V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.find(key, |key, value| (key, value))
    }

    /// The stored key that equals `key`, and its value to be changed. O(1).
    ///
    /// ```
    /// let mut ages = tophash::HashMap::from([("alice", 30)]);
    /// let (key, age) = ages.get_key_value_mut("alice").unwrap();
    /// assert_eq!(*key, "alice");
    /// *age += 1;
    /// assert_eq!(ages["alice"], 31);
    /// ```
    #[inline]
    pub fn get_key_value_mut<Q>(&mut self, key: &Q) -> Option<(&K, &mut V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.find_mut(key).map(|(key, value)| (&*key, value))
    }

    /// The value of `key`, to be changed. O(1).
    ///
    /// ```
    /// let mut ages = tophash::HashMap::from([("alice", 30)]);
    /// if let Some(age) = ages.get_mut("alice") {
    ///     *age += 1;
    /// }
    /// assert_eq!(ages["alice"], 31);
    /// ```
    #[inline]
    pub fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.find_mut(key).map(|(_, value)| value)
    }

    /// Whether the map has an entry with `key`. O(1).
    ///
    /// ```
    /// let ages = tophash::HashMap::from([("alice", 30)]);
    /// assert!(ages.contains_key("alice"));
    /// ```
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.find(key, |_, _| ()).is_some()
    }

    /// The value of `key`, or `V`'s default: what Go's `m[k]` reads. O(1).
    ///
    /// Changes nothing; [`HashMap::at`] puts the default into the map.
    ///
    /// ```
    /// let calls = tophash::HashMap::from([("/login", 3)]);
    /// assert_eq!(calls.get_or_default("/login"), 3);
    /// assert_eq!(calls.get_or_default("/logout"), 0);
    /// ```
    #[inline]
    pub fn get_or_default<Q>(&self, key: &Q) -> V
    where
        Q: Hash + Equivalent<K> + ?Sized,
        V: Clone + Default,
    {
        self.find(key, |_, value| value).map_or_else(V::default, V::clone)
    }

    /// The value of `key`, to be changed; if there is none, `V`'s default is put there first. What
    /// Go's `m[k] op= v` writes to. O(1).
    ///
    /// ```
    /// let mut words: tophash::HashMap<&str, u32> = tophash::HashMap::new();
    /// for word in "to be or not to be".split(' ') {
    ///     *words.at(word) += 1;
    /// }
    /// assert_eq!(words["to"], 2);
    /// ```
    #[inline]
    pub fn at(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let hash = self.prepare_for(&key);
        let hasher = hasher_of(&self.hash_builder, self.table.seed());
        match self.table.entry(hash, equals(&key), &hasher) {
            RawEntry::Occupied(entry) => entry.into_mut().1,
            RawEntry::Vacant(place) => place.insert(key, V::default()).into_mut().1,
        }
    }

    /// Puts `value` under `key`, and returns the value that was there. The stored key stays.
    ///
    /// O(1), whatever the size of the map: moves the entries of at most two chains (or of the
    /// whole table, while its slots take less than 16 KiB), allocates and frees at most three
    /// blocks of at most 256 KiB, or of one bucket if that is larger, and zeroes and copies none
    /// of them as a whole. One write after a flood, which with the default state nobody causes by
    /// chance, moves all entries: see [`RandomState`](crate::RandomState).
    ///
    /// # Panics
    ///
    /// Not by itself. When memory is refused for the map's growth, the map stays as it is and its
    /// chains become longer; when it is refused for the first bucket or an overflow bucket, the
    /// process ends.
    ///
    /// ```
    /// let mut ages = tophash::HashMap::new();
    /// assert_eq!(ages.insert("alice", 30), None);
    /// assert_eq!(ages.insert("alice", 31), Some(30));
    /// ```
    #[inline]
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let hash = self.prepare_for(&key);
        self.put(hash, key, value)
    }

    /// The rest of [`Self::insert`].
    #[inline(always)]
    pub(super) fn put(&mut self, hash: u64, key: K, value: V) -> Option<V> {
        let Self { hash_builder, table } = self;
        let slowly = |table: &mut RawTable<K, V, A>, key, value| {
            put_slowly(table, hash_builder, (hash, key, value))
        };
        table.upsert(hash, key, value, |stored, key| key == stored, slowly)
    }

    /// Puts an entry into the map whose key the caller knows to be new. O(1), and cheaper than
    /// [`HashMap::insert`] by one look-up.
    ///
    /// Returns the stored key and value.
    ///
    /// # Safety
    ///
    /// No entry of the map has a key equal to `key`. Otherwise the map holds both, and which of
    /// them later calls find is not specified, nor is what code that relies on unique keys does.
    ///
    /// ```
    /// let mut squares = tophash::HashMap::new();
    /// for n in 0..100_u32 {
    ///     // SAFETY: each key comes once.
    ///     unsafe { squares.insert_unique_unchecked(n, n * n) };
    /// }
    /// assert_eq!(squares[&9], 81);
    /// ```
    #[inline]
    #[expect(unsafe_code, reason = "unsafe by hashbrown's contract; nothing in it is")]
    pub unsafe fn insert_unique_unchecked(&mut self, key: K, value: V) -> (&K, &mut V) {
        let hash = self.prepare_for(&key);
        let hasher = hasher_of(&self.hash_builder, self.table.seed());
        let (key, value) = self.table.insert_unique(hash, key, value, &hasher);
        (key, value)
    }

    /// Takes out the entry with `key` and returns its value.
    ///
    /// O(1), with the bounds of [`HashMap::insert`]. The map keeps its buckets: see
    /// [`HashMap::shrink_step`] and [`HashMap::set_shrink_policy`].
    ///
    /// ```
    /// let mut ages = tophash::HashMap::from([("alice", 30)]);
    /// assert_eq!(ages.remove("alice"), Some(30));
    /// assert_eq!(ages.remove("alice"), None);
    /// ```
    #[inline]
    pub fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.remove_entry(key).map(|(_, value)| value)
    }

    /// Takes out the entry with `key` and returns the stored key and the value.
    ///
    /// O(1), as [`HashMap::remove`].
    ///
    /// ```
    /// let mut ages = tophash::HashMap::from([("alice", 30)]);
    /// assert_eq!(ages.remove_entry("alice"), Some(("alice", 30)));
    /// ```
    #[inline]
    pub fn remove_entry<Q>(&mut self, key: &Q) -> Option<(K, V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        if self.is_empty() {
            return None;
        }
        let hash = self.prepare_for(key);
        self.table.remove_entry(hash, equals(key))
    }
}

impl<K, V, S, A: Allocator> HashMap<K, V, S, A> {
    /// Takes out any entry; `None` if there is none.
    ///
    /// Amortised O(1) until the map is empty: the search goes on where the last one ended. In a map
    /// that is nearly empty for its size, a single call may pass over many empty buckets. A map of
    /// one block, up to 64 KiB, does not keep that place unless some bucket overflows: there each
    /// call may pass over all of the block's empty buckets.
    ///
    /// ```
    /// let mut jobs = tophash::HashMap::from([(1, "mail"), (2, "report")]);
    /// while let Some((id, job)) = jobs.pop() {
    ///     println!("job {id}: {job}");
    /// }
    /// assert!(jobs.is_empty());
    /// ```
    #[inline]
    pub fn pop(&mut self) -> Option<(K, V)> {
        self.table.pop()
    }

    /// An entry chosen at random, each with the same probability; `None` if there is none.
    ///
    /// `draw` is the source of randomness: each call returns 64 random bits. Expected O(1) in a
    /// map that is not nearly empty for its size, else O(buckets).
    ///
    /// ```
    /// let servers = tophash::HashMap::from([("a", 1), ("b", 2), ("c", 3)]);
    /// let mut state = 7_u64; // a toy generator; use a real one
    /// let draw = || {
    ///     state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    ///     state
    /// };
    /// let (name, id) = servers.random_entry(draw).unwrap();
    /// assert_eq!(servers[name], *id);
    /// ```
    #[inline]
    pub fn random_entry(&self, draw: impl FnMut() -> u64) -> Option<(&K, &V)> {
        self.table.random(draw)
    }
}

/// [`HashMap::put`] in any map and any bucket.
#[cold]
#[inline(never)]
fn put_slowly<K: Eq + Hash, V, S: BuildHasher, A: Allocator>(
    table: &mut RawTable<K, V, A>,
    hash_builder: &S,
    (hash, key, value): (u64, K, V),
) -> Option<V> {
    let add_to_full = |table: &mut RawTable<K, V, A>, key, value| {
        table.make_room(&hasher_of(hash_builder, table.seed()));
        table.insert_slowly(hash, key, value);
    };
    table.upsert_slowly(hash, key, value, |stored, key| key == stored, add_to_full)
}
