//! Reading and writing single entries.

use std::hash::{BuildHasher, Hash};
use std::mem;

use tophash::Equivalent;

use super::SafeMap;

impl<K, V, S> SafeMap<K, V, S>
where
    K: Eq + Hash,
    S: BuildHasher,
{
    /// A clone of the value of `key`. O(1); the lock is shared.
    ///
    /// ```
    /// let map = tophash_sync::SafeMap::new();
    /// map.insert("alice", 30);
    /// assert_eq!((map.get("alice"), map.get("bob")), (Some(30), None));
    /// ```
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        V: Clone,
    {
        self.reading().map.get(key).cloned()
    }

    /// What `look` returns for the value of `key`; `None` if it is absent. O(1); the lock is shared
    /// while `look` runs.
    ///
    /// ```
    /// let map = tophash_sync::SafeMap::new();
    /// map.insert("alice", vec![1, 2, 3]);
    /// assert_eq!(map.get_with("alice", Vec::len), Some(3));
    /// ```
    #[inline]
    pub fn get_with<Q, R>(&self, key: &Q, look: impl FnOnce(&V) -> R) -> Option<R>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.reading().map.get(key).map(look)
    }

    /// Whether there is a value for `key`. O(1); the lock is shared.
    ///
    /// ```
    /// let map = tophash_sync::SafeMap::new();
    /// map.insert("alice", 30);
    /// assert!(map.contains_key("alice"));
    /// ```
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.reading().map.contains_key(key)
    }

    /// Inserts or overwrites; returns the value that was there. O(1) and bounded, as
    /// [`HashMap::insert`](tophash::HashMap::insert); a new key is looked up twice.
    ///
    /// If the key was there it stays, as in std's map, and `key` is dropped, without the lock.
    ///
    /// ```
    /// let map = tophash_sync::SafeMap::new();
    /// assert_eq!(map.insert("alice", 30), None);
    /// assert_eq!(map.insert("alice", 31), Some(30));
    /// ```
    #[inline]
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        let map = &mut self.writing().map;
        // What is looked for first is not dropped before others may go on, as `insert` would do.
        match map.get_mut(&key) {
            Some(stored) => Some(mem::replace(stored, value)),
            None => map.insert(key, value),
        }
    }

    /// Takes the value of `key` out. O(1) and bounded.
    ///
    /// ```
    /// let map = tophash_sync::SafeMap::new();
    /// map.insert("alice", 30);
    /// assert_eq!(map.remove("alice"), Some(30));
    /// ```
    #[inline]
    pub fn remove<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        // The key is dropped when others may go on.
        self.remove_entry(key).map(|(_, value)| value)
    }

    /// Takes the entry of `key` out. O(1) and bounded.
    ///
    /// ```
    /// let map = tophash_sync::SafeMap::new();
    /// map.insert("alice", 30);
    /// assert_eq!(map.remove_entry("alice"), Some(("alice", 30)));
    /// ```
    #[inline]
    pub fn remove_entry<Q>(&self, key: &Q) -> Option<(K, V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.writing().map.remove_entry(key)
    }

    /// Takes the value of `key` out if `is_right` says so of it. O(1) and bounded; the key is
    /// looked up twice, and nobody else uses the map while `is_right` runs.
    ///
    /// ```
    /// let sessions = tophash_sync::SafeMap::new();
    /// sessions.insert("alice", 100);
    /// assert_eq!(sessions.remove_if("alice", |expires| *expires < 50), None);
    /// assert_eq!(sessions.remove_if("alice", |expires| *expires < 150), Some(100));
    /// ```
    pub fn remove_if<Q>(&self, key: &Q, is_right: impl FnOnce(&V) -> bool) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let removed = {
            let map = &mut self.writing().map;
            if !is_right(map.get(key)?) {
                return None;
            }
            map.remove_entry(key)
        };
        // The key is dropped when others may go on.
        removed.map(|(_, value)| value)
    }

    /// Changes the value of `key`, and returns what `change` returns; `None` if it is absent. O(1);
    /// nobody else uses the map while `change` runs.
    ///
    /// ```
    /// let map = tophash_sync::SafeMap::new();
    /// map.insert("alice", 30);
    /// assert_eq!(map.update("alice", |age| { *age += 1; *age }), Some(31));
    /// ```
    #[inline]
    pub fn update<Q, R>(&self, key: &Q, change: impl FnOnce(&mut V) -> R) -> Option<R>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.writing().map.get_mut(key).map(change)
    }

    /// A clone of the value of `key`, which `make` makes if it is absent. O(1).
    ///
    /// `make` is called once for an absent key, however many threads ask at the same time: it runs
    /// while nobody else uses the map. If it panics, the key stays absent.
    ///
    /// ```
    /// let map = tophash_sync::SafeMap::new();
    /// assert_eq!(map.get_or_insert_with("alice", || 30), 30);
    /// assert_eq!(map.get_or_insert_with("alice", || unreachable!()), 30);
    /// ```
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> V
    where
        V: Clone,
    {
        if let Some(value) = self.get(&key) {
            return value;
        }
        // Somebody may have been here meanwhile: it is looked for again.
        self.update_or_insert_with(key, make, |value| value.clone())
    }

    /// Changes the value of `key`, which `make` makes if it is absent; returns what `change`
    /// returns. O(1); nobody else uses the map while the closures run.
    ///
    /// If `make` panics, the key stays absent; if `change` does, the value stays as it left it.
    ///
    /// ```
    /// let hits = tophash_sync::SafeMap::new();
    /// for _ in 0..3 {
    ///     hits.update_or_insert_with("/login", || 0, |count| *count += 1);
    /// }
    /// assert_eq!(hits.get("/login"), Some(3));
    /// ```
    pub fn update_or_insert_with<R>(
        &self,
        key: K,
        make: impl FnOnce() -> V,
        change: impl FnOnce(&mut V) -> R,
    ) -> R {
        let map = &mut self.writing().map;
        match map.get_mut(&key) {
            Some(value) => change(value),
            None => change(map.entry(key).or_insert_with(make)),
        }
    }
}
