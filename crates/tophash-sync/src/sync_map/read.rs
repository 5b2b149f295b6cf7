//! Reading: no lock, and no write to memory that is shared.

use super::SyncMap;
use super::bucket::Hit;
use super::reclaim::{Pin, Reclaim};
use super::reference::Ref;
use equivalent::Equivalent;
use std::hash::{BuildHasher, Hash, Hasher};

impl<K, V, S: BuildHasher> SyncMap<K, V, S> {
    /// The value of a key, cloned. O(1), without a lock.
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::from([("alice".to_string(), 30)]);
    /// assert_eq!(map.load("alice"), Some(30));
    /// assert_eq!(map.load("bob"), None);
    /// ```
    #[inline]
    pub fn load<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        V: Clone,
    {
        self.load_with(key, |_, value| value.clone())
    }

    /// What a closure makes of a key's entry, which is not cloned. O(1), without a lock.
    ///
    /// The closure may do anything with the map. While it runs, nothing that is removed from a map
    /// is dropped.
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::from([("alice", vec![30, 31])]);
    /// assert_eq!(map.load_with("alice", |_, ages| ages.len()), Some(2));
    /// ```
    #[inline]
    pub fn load_with<Q, R>(&self, key: &Q, read: impl FnOnce(&K, &V) -> R) -> Option<R>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let pin = self.memory.pin();
        let hit = self.find(&pin, key)?;
        Some(read(&hit.entry.key, &hit.entry.value))
    }

    /// A key's entry, which stays as it is for as long as the [`Ref`] is there. O(1).
    ///
    /// The `Ref` holds no lock: others may replace or delete the entry meanwhile. It keeps memory:
    /// nothing that is removed from a map is dropped while it is there.
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::from([("alice", 30)]);
    /// let entry = map.get("alice").unwrap();
    /// map.delete("alice");
    /// assert_eq!((entry.key(), entry.value()), (&"alice", &30));
    /// ```
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<Ref<'_, K, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let pin = self.memory.pin();
        let hit = self.find(&pin, key)?;
        let entry = &raw const *hit.entry;
        // SAFETY: found under this pin, which the reference takes along.
        Some(unsafe { Ref::new(entry, pin) })
    }

    /// Whether a key is there. O(1), without a lock.
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::from([("alice", 30)]);
    /// assert!(map.contains_key("alice"));
    /// ```
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.load_with(key, |_, _| ()).is_some()
    }
}

impl<K, V, S: BuildHasher> SyncMap<K, V, S> {
    /// Where the entry of a key is.
    #[inline]
    fn find<'p, Q>(&self, pin: &'p Pin<'_>, key: &Q) -> Option<Hit<'p, K, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let table = self.table(pin)?;
        table.find(self.hash(table, key), |entry| key.equivalent(&entry.key))
    }
}

/// A key as what its equals are looked up by, which needs no more than `Eq`.
pub(super) struct Same<'a, K>(pub(super) &'a K);

impl<K: Hash> Hash for Same<'_, K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K: Eq> Equivalent<K> for Same<'_, K> {
    fn equivalent(&self, key: &K) -> bool {
        self.0 == key
    }
}
