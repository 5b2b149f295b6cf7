//! What concerns the whole map: its length, retaining, clearing, all entries.

use std::hash::{BuildHasher, Hash};

use tophash::HashMap;
use tophash::hash_map::ScanPosition;
use tophash::inspect::Stats;

use super::{RETAIN_STEP, SafeMap};

impl<K, V, S> SafeMap<K, V, S> {
    /// How many entries there are. O(1); the lock is shared.
    ///
    /// ```
    /// let map = tophash_sync::SafeMap::new();
    /// map.insert("alice", 30);
    /// assert_eq!(map.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.reading().map.len()
    }

    /// Whether there is no entry. O(1); the lock is shared.
    ///
    /// ```
    /// assert!(tophash_sync::SafeMap::<u32, u32>::new().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the map looks like inside: see [`HashMap::stats`](tophash::HashMap::stats). O(entries);
    /// the lock is shared.
    ///
    /// ```
    /// let map = tophash_sync::SafeMap::new();
    /// map.insert("alice", 30);
    /// assert_eq!(map.stats().len, 1);
    /// ```
    pub fn stats(&self) -> Stats {
        self.reading().map.stats()
    }
}

impl<K, V, S> SafeMap<K, V, S>
where
    K: Eq + Hash,
    S: BuildHasher + Clone,
{
    /// Takes out all entries. O(1) under the lock; they are dropped afterwards, O(entries). The
    /// memory is given back.
    ///
    /// ```
    /// let map = tophash_sync::SafeMap::new();
    /// map.insert("alice", 30);
    /// map.clear();
    /// assert!(map.is_empty());
    /// ```
    pub fn clear(&self) {
        let cleared = self.write(|map| {
            let empty = HashMap::with_hasher(map.hasher().clone());
            std::mem::replace(map, empty)
        });
        drop(cleared);
    }
}

impl<K, V, S> SafeMap<K, V, S>
where
    K: Eq + Hash,
    S: BuildHasher,
{
    /// Keeps the entries for which `keep` says so. It may change the values.
    ///
    /// [`RETAIN_STEP`] entries at a time, between which others use the map. An entry that is there
    /// all the time is asked about once (twice if the map changes its hash because of a flood, or
    /// is emptied, meanwhile); one that is inserted meanwhile, perhaps. Nobody else uses the map
    /// while `keep` runs and what it does not keep is dropped. If it panics, what it was not asked
    /// about stays.
    ///
    /// ```
    /// let map = tophash_sync::SafeMap::new();
    /// for n in 0..10 {
    ///     map.insert(n, n * n);
    /// }
    /// map.retain(|n, _| n % 2 == 0);
    /// assert_eq!(map.len(), 5);
    /// ```
    pub fn retain(&self, keep: impl FnMut(&K, &mut V) -> bool) {
        self.retain_by_steps(keep, || ());
    }

    /// The same; calls `between` after each step, when nothing is locked.
    pub(super) fn retain_by_steps(
        &self,
        mut keep: impl FnMut(&K, &mut V) -> bool,
        mut between: impl FnMut(),
    ) {
        let mut position = Some(ScanPosition::START);
        while let Some(at) = position {
            position = self.writing().map.scan_mut(at, RETAIN_STEP, &mut keep).next;
            between();
        }
    }

    /// Calls `visit` with a clone of every entry until it returns false: Go's `Range`.
    ///
    /// The keys are copied under the shared lock; then each value is looked up and cloned, and
    /// `visit` runs without any lock: it may use the map in any way, and take its time. Each key
    /// comes once, with a value that it had during the call; a key that is removed before it is
    /// reached does not come, one that is inserted meanwhile neither. It is no snapshot.
    ///
    /// O(entries); takes memory for all keys. [`SafeMap::read`] with an iterator in it needs none,
    /// and keeps writers out meanwhile.
    ///
    /// ```
    /// let map = tophash_sync::SafeMap::new();
    /// map.insert("alice", 30);
    /// map.insert("bob", 25);
    /// let mut sum = 0;
    /// map.range(|name, age| {
    ///     sum += age;
    ///     map.remove(name); // anything goes
    ///     true
    /// });
    /// assert_eq!((sum, map.len()), (55, 0));
    /// ```
    pub fn range(&self, mut visit: impl FnMut(&K, V) -> bool)
    where
        K: Clone,
        V: Clone,
    {
        let keys: Vec<K> = self.reading().map.keys().cloned().collect();
        for key in keys {
            let Some(value) = self.get(&key) else { continue };
            if !visit(&key, value) {
                break;
            }
        }
    }
}
