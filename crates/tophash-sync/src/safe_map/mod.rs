//! The map behind one lock: [`SafeMap`].

mod access;
mod whole;

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;

use std::fmt::{self, Debug};
use std::ptr;

use parking_lot::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use tophash::{HashMap, RandomState};

use crate::inside::{Inside, Use};

/// Entries that [`SafeMap::retain`] asks about before it lets others in.
pub const RETAIN_STEP: usize = 512;

/// A [`HashMap`] behind one lock that readers share: Go's map with a `sync.RWMutex`.
///
/// It is for compound steps: [`SafeMap::write`] lends the whole map, and what its closure does is
/// one step for all others. Where every step is about one key, use
/// [`ShardedMap`](crate::ShardedMap), which is several times faster between threads.
///
/// **Readers share the lock, and do not run at the speed of so many threads.** Taking and giving
/// back a shared lock writes to the lock's memory, which two processors then hand to and fro: two
/// threads that do nothing but look up get together about a third of what one alone gets.
///
/// | operation | lock, held for |
/// |---|---|
/// | `get`, `get_with`, `contains_key`, `len`, `read` | shared: the call and its closure |
/// | `insert`, `remove`, `update`, `write` | alone: the call and its closure |
/// | `get_or_insert_with` | shared; alone if the key is absent, and for the closure |
/// | `retain` | alone: [`RETAIN_STEP`] entries at a time |
/// | `range` | shared: while the keys are copied, and then for each look-up |
///
/// # Closures
///
/// A closure runs while the lock is held. It may read the same map if it was lent it for reading,
/// and any other map; every other use of the same map panics at once, where a mutex would wait for
/// ever. What can still deadlock is what no lock can see: two threads, two maps, and closures that
/// use the other's map crosswise; or a closure that waits for another thread.
///
/// If a closure panics, the map is as the closure left it, and not poisoned.
///
/// # Examples
///
/// ```
/// use tophash_sync::SafeMap;
///
/// static SCORES: SafeMap<&str, u32> = SafeMap::new();
///
/// SCORES.insert("alice", 30);
/// SCORES.insert("bob", 25);
/// // One step for all others: nobody sees the points in neither or both places.
/// SCORES.write(|scores| {
///     let points = scores.remove("bob").unwrap_or(0);
///     *scores.entry("alice").or_insert(0) += points;
/// });
/// assert_eq!(SCORES.get("alice"), Some(55));
/// assert_eq!(SCORES.read(|scores| scores.values().sum::<u32>()), 55);
/// ```
pub struct SafeMap<K, V, S = RandomState> {
    map: RwLock<HashMap<K, V, S>>,
}

/// The map, lent for reading.
struct Reading<'a, K, V, S> {
    map: RwLockReadGuard<'a, HashMap<K, V, S>>,
    _inside: Inside,
}

/// The map, lent for writing.
struct Writing<'a, K, V, S> {
    map: RwLockWriteGuard<'a, HashMap<K, V, S>>,
    _inside: Inside,
}

impl<K, V> SafeMap<K, V> {
    /// An empty map. It takes no memory until the first insertion.
    ///
    /// ```
    /// static SESSIONS: tophash_sync::SafeMap<u64, String> = tophash_sync::SafeMap::new();
    /// assert!(SESSIONS.is_empty());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { map: RwLock::new(HashMap::new()) }
    }
}

impl<K, V, S> SafeMap<K, V, S> {
    /// An empty map that hashes with `state`.
    ///
    /// A state of your own is never replaced when keys are chosen to collide: see
    /// [`HashMap::is_flooded`].
    ///
    /// ```
    /// use std::hash::RandomState;
    ///
    /// let map = tophash_sync::SafeMap::with_hasher(RandomState::new());
    /// map.insert("alice", 30);
    /// ```
    #[must_use]
    pub const fn with_hasher(state: S) -> Self {
        Self { map: RwLock::new(HashMap::with_hasher(state)) }
    }

    /// The map, when nobody shares it any more. O(1).
    ///
    /// ```
    /// let map = tophash_sync::SafeMap::new();
    /// map.insert("alice", 30);
    /// assert_eq!(map.into_inner().len(), 1);
    /// ```
    pub fn into_inner(self) -> HashMap<K, V, S> {
        self.map.into_inner()
    }

    /// The map of who has it alone, without a lock. O(1).
    ///
    /// ```
    /// let mut map = tophash_sync::SafeMap::new();
    /// map.get_mut().insert("alice", 30);
    /// assert_eq!(map.get("alice"), Some(30));
    /// ```
    pub fn get_mut(&mut self) -> &mut HashMap<K, V, S> {
        self.map.get_mut()
    }

    /// Lends the map for reading, together with other readers; returns what `look` returns.
    ///
    /// # Panics
    ///
    /// If `look`, or the closure that this is called from, uses the same map to write.
    ///
    /// ```
    /// let map = tophash_sync::SafeMap::new();
    /// map.insert("alice", 30);
    /// let oldest = map.read(|ages| ages.values().copied().max());
    /// assert_eq!(oldest, Some(30));
    /// ```
    #[track_caller]
    pub fn read<R>(&self, look: impl FnOnce(&HashMap<K, V, S>) -> R) -> R {
        look(&self.reading().map)
    }

    /// Lends the map for writing, to nobody else meanwhile; returns what `change` returns.
    ///
    /// # Panics
    ///
    /// If `change`, or the closure that this is called from, uses the same map.
    ///
    /// ```
    /// let map = tophash_sync::SafeMap::new();
    /// map.write(|stock| {
    ///     stock.insert("apples", 3);
    ///     stock.insert("pears", 4);
    /// });
    /// assert_eq!(map.len(), 2);
    /// ```
    #[track_caller]
    pub fn write<R>(&self, change: impl FnOnce(&mut HashMap<K, V, S>) -> R) -> R {
        change(&mut self.writing().map)
    }

    fn address(&self) -> usize {
        ptr::from_ref(&self.map).addr()
    }

    #[inline]
    #[track_caller]
    fn reading(&self) -> Reading<'_, K, V, S> {
        let (inside, is_nested) = Inside::enter(self.address(), Use::Shared);
        // Who holds the lock already must not queue behind a writer, who waits for it.
        let map = if is_nested { self.map.read_recursive() } else { self.map.read() };
        Reading { map, _inside: inside }
    }

    #[inline]
    #[track_caller]
    fn writing(&self) -> Writing<'_, K, V, S> {
        let (inside, _) = Inside::enter(self.address(), Use::Alone);
        Writing { map: self.map.write(), _inside: inside }
    }
}

impl<K, V, S: Default> Default for SafeMap<K, V, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K, V, S> From<HashMap<K, V, S>> for SafeMap<K, V, S> {
    fn from(map: HashMap<K, V, S>) -> Self {
        Self { map: RwLock::new(map) }
    }
}

impl<K: Debug, V: Debug, S> Debug for SafeMap<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not by the lock: a panic or a wait is the last that who prints for debugging wants.
        match self.map.try_read() {
            Some(map) => {
                // It is lent to the entries' own `fmt`, which might use the map.
                let (inside, _) = Inside::enter(self.address(), Use::Shared);
                let lent = Reading { map, _inside: inside };
                f.debug_tuple("SafeMap").field(&*lent.map).finish()
            }
            None => f.debug_tuple("SafeMap").field(&format_args!("<locked>")).finish(),
        }
    }
}
