//! Writing to a map while iterating over it: [`Walk`].

use core::fmt::{self, Debug};
use core::hash::{BuildHasher, Hash};
use core::slice;

use super::{HashMap, equals, hasher_of};
use crate::alloc::{Allocator, Global};
use crate::raw::{WalkPlace, Walker};
use crate::{DefaultHashBuilder, Equivalent};

/// A way through all entries of a map during which the map can be written to: what
/// [`HashMap::walk`] returns.
///
/// Go's `for range` over a map, with its promises:
///
/// - An entry that is in the map from start to end is visited exactly once, however much the map
///   grows or shrinks meanwhile.
/// - An entry that is removed before it is reached is not visited.
/// - An entry that is inserted meanwhile may or may not be visited, and not twice. An entry that is
///   removed and inserted again is a new one.
/// - What is visited is the current value.
/// - The walk begins at a random place.
///
/// It takes constant memory and asks for no `Clone`. While it lives, a bucket in which it stands in
/// the middle may be merged or split later than otherwise, and the map does not change its hash.
///
/// # Examples
///
/// ```
/// use tophash::HashMap;
///
/// let mut ages = HashMap::from([("alice", 30), ("bob", 25), ("charlie", 35)]);
/// let mut walk = ages.walk();
/// let mut visited = 0;
/// while let Some(entry) = walk.next() {
///     if *entry.value() < 30 {
///         let (name, age) = entry.remove();
///         assert_eq!((name, age), ("bob", 25));
///     }
///     visited += 1;
///     // The map itself is there as well, between two entries.
///     walk.insert("dora", 40);
/// }
/// assert!(visited == 3 || visited == 4);
/// assert_eq!(ages.len(), 3);
/// ```
pub struct Walk<'a, K, V, S = DefaultHashBuilder, A: Allocator = Global> {
    map: &'a mut HashMap<K, V, S, A>,
    walker: Walker,
}

/// The entry that a [`Walk`] has come to.
pub struct WalkEntry<'w, K, V, S = DefaultHashBuilder, A: Allocator = Global> {
    map: &'w mut HashMap<K, V, S, A>,
    walker: &'w mut Walker,
    place: WalkPlace,
}

impl<K, V, S, A> HashMap<K, V, S, A>
where
    K: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// A way through all entries during which the map can be read, inserted into, removed from and
    /// cleared. See [`Walk`].
    ///
    /// O(1) for each entry, amortised over a walk of O(buckets), as for [`HashMap::iter`]; slower
    /// than that by a factor, because every step looks up where it is.
    ///
    /// ```
    /// let mut map = tophash::HashMap::from([(1, "one"), (2, "two")]);
    /// let mut walk = map.walk();
    /// while let Some(entry) = walk.next() {
    ///     let key = *entry.key();
    ///     walk.remove(&(3 - key)); // what was not reached yet is not visited
    /// }
    /// assert_eq!(map.len(), 1);
    /// ```
    pub fn walk(&mut self) -> Walk<'_, K, V, S, A> {
        let walker = self.table.walker();
        Walk { map: self, walker }
    }

    /// [`HashMap::insert`] while walkers are under way.
    pub(crate) fn insert_walked(&mut self, walkers: &mut [Walker], key: K, value: V) -> Option<V> {
        self.prepare_walked(walkers);
        let hash = self.hash_of(&key);
        if let Some((_, stored)) = self.entry_mut(hash, &key) {
            return Some(core::mem::replace(stored, value));
        }
        self.add_walked(walkers, hash, key, value);
        None
    }

    /// [`HashMap::prepare`] while walkers are under way. The hash is not changed.
    pub(crate) fn prepare_walked(&mut self, walkers: &mut [Walker]) {
        let hasher = hasher_of(&self.hash_builder, self.table.seed());
        self.table.prepare_walked(walkers, &hasher);
    }

    /// The stored entry with a key equal to `key`. Who changes the key leaves it equal.
    pub(crate) fn entry_mut(&mut self, hash: u64, key: &K) -> Option<(&mut K, &mut V)> {
        self.table.get_mut(hash, equals(key))
    }

    /// Adds an entry that is not there, behind all marks of its chain.
    pub(crate) fn add_walked(&mut self, walkers: &mut [Walker], hash: u64, key: K, value: V) {
        let hasher = hasher_of(&self.hash_builder, self.table.seed());
        self.table.make_room_walked(walkers, &hasher);
        self.table.insert_new(hash, key, value);
    }

    /// [`HashMap::remove_entry`] while walkers are under way.
    pub(crate) fn remove_walked<Q>(&mut self, walkers: &mut [Walker], key: &Q) -> Option<(K, V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        if self.is_empty() {
            return None;
        }
        self.prepare_walked(walkers);
        let hash = self.hash_of(key);
        let place = self.table.find_place(hash, equals(key))?;
        self.table.remove_walked(walkers, place)
    }

    /// [`HashMap::clear`] while walkers are under way: they end.
    pub(crate) fn clear_walked(&mut self, walkers: &mut [Walker]) {
        walkers.iter_mut().for_each(Walker::finish);
        self.clear();
    }
}

impl<K, V, S, A> Walk<'_, K, V, S, A>
where
    K: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// Goes to the next entry; `None` at the end, and from then on.
    #[expect(clippy::should_implement_trait, reason = "an entry borrows the walk, so it cannot")]
    pub fn next(&mut self) -> Option<WalkEntry<'_, K, V, S, A>> {
        let place = self.map.table.walk(slice::from_mut(&mut self.walker), 0)?;
        Some(WalkEntry { map: self.map, walker: &mut self.walker, place })
    }

    /// The value under `key`. As [`HashMap::get`].
    #[must_use]
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.get(key)
    }

    /// The value under `key`, to be changed. As [`HashMap::get_mut`].
    pub fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.get_mut(key)
    }

    /// Whether there is an entry with `key`. As [`HashMap::contains_key`].
    #[must_use]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.contains_key(key)
    }

    /// The entries of the map, visited or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether the map has no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// The whole map, to be read.
    #[must_use]
    pub fn map(&self) -> &HashMap<K, V, S, A> {
        self.map
    }

    /// Puts `value` under `key`, and returns the value that was there. As [`HashMap::insert`], and
    /// with its bounds. A new entry may or may not be visited.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.map.insert_walked(slice::from_mut(&mut self.walker), key, value)
    }

    /// Takes out the entry with `key` and returns its value. If it was not visited yet, it will
    /// not be. As [`HashMap::remove`], and with its bounds.
    pub fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        Some(self.remove_entry(key)?.1)
    }

    /// As [`Self::remove`]; returns the stored key as well.
    pub fn remove_entry<Q>(&mut self, key: &Q) -> Option<(K, V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.remove_walked(slice::from_mut(&mut self.walker), key)
    }

    /// Removes all entries, which ends the walk. As [`HashMap::clear`].
    pub fn clear(&mut self) {
        self.map.clear_walked(slice::from_mut(&mut self.walker));
    }

    /// Splits up to `steps` buckets of a growth under way, as [`HashMap::grow_step`]. Returns
    /// whether there are more that can be split now: some must wait until the walk has gone on.
    pub fn grow_step(&mut self, steps: usize) -> bool {
        let hasher = hasher_of(&self.map.hash_builder, self.map.table.seed());
        self.map.table.grow_step_walked(slice::from_mut(&mut self.walker), steps, &hasher)
    }

    /// Merges up to `steps` buckets, as [`HashMap::shrink_step`], but none that would mix visited
    /// entries with others. Returns whether there are more that can be merged now.
    pub fn shrink_step(&mut self, steps: usize) -> bool {
        self.map.table.shrink_step_walked(slice::from_mut(&mut self.walker), steps)
    }
}

impl<'w, K, V, S, A: Allocator> WalkEntry<'w, K, V, S, A> {
    fn get(&self) -> (&K, &V) {
        self.map.table.walked_entry(self.place).expect("nothing was changed since the step here")
    }

    /// The entry's key.
    #[must_use]
    pub fn key(&self) -> &K {
        self.get().0
    }

    /// The entry's value.
    #[must_use]
    pub fn value(&self) -> &V {
        self.get().1
    }

    /// The entry's value, to be changed.
    pub fn value_mut(&mut self) -> &mut V {
        self.key_value_mut().1
    }

    /// The entry's key, and its value to be changed.
    pub fn key_value_mut(&mut self) -> (&K, &mut V) {
        let entry = self.map.table.walked_entry_mut(self.place);
        let (key, value) = entry.expect("nothing was changed since the step here");
        (key, value)
    }

    /// The key, and the value to be changed, for as long as the walk stays here.
    #[must_use]
    pub fn into_mut(self) -> (&'w K, &'w mut V) {
        let entry = self.map.table.walked_entry_mut(self.place);
        let (key, value) = entry.expect("nothing was changed since the step here");
        (key, value)
    }

    /// Takes the entry out of the map.
    pub fn remove(self) -> (K, V) {
        let walkers = slice::from_mut(self.walker);
        let entry = self.map.table.remove_walked(walkers, self.place);
        entry.expect("nothing was changed since the step here")
    }
}

impl<K, V, S, A> Debug for Walk<'_, K, V, S, A>
where
    K: Debug,
    V: Debug,
    A: Allocator,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walk").field("map", &self.map).finish_non_exhaustive()
    }
}

impl<K, V, S, A> Debug for WalkEntry<'_, K, V, S, A>
where
    K: Debug,
    V: Debug,
    A: Allocator,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, value) = self.get();
        f.debug_struct("WalkEntry").field("key", key).field("value", value).finish()
    }
}
