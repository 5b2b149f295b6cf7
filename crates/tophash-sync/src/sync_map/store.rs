//! Storing, deleting and comparing: Go's operations on one key.

use super::SyncMap;
use super::entry::Entry;
use super::read::Same;
use super::reclaim::Reclaim;
use super::write::{Change, Put};
use equivalent::Equivalent;
use std::hash::{BuildHasher, Hash};

impl<K: Eq + Hash, V, S: BuildHasher> SyncMap<K, V, S> {
    /// Sets the value of a key. O(1); may split two buckets.
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::new();
    /// map.store("alice", 30);
    /// map.store("alice", 31);
    /// assert_eq!(map.load("alice"), Some(31));
    /// ```
    pub fn store(&self, key: K, value: V) {
        let pin = self.memory.pin();
        self.put(&pin, key, value, |_| (true, ()));
    }

    /// Sets the value of a key and returns a clone of the one that it replaces. O(1).
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::new();
    /// assert_eq!(map.swap("alice", 30), None);
    /// assert_eq!(map.swap("alice", 31), Some(30));
    /// ```
    pub fn swap(&self, key: K, value: V) -> Option<V>
    where
        V: Clone,
    {
        let pin = self.memory.pin();
        // Cloned before the exchange: if that panics, nothing has happened.
        match self.put(&pin, key, value, |entry| (true, entry.value.clone())) {
            Put::Added(_) => None,
            Put::Found(value) => Some(value),
        }
    }

    /// The value of a key and true; if it has none, stores this one and returns it and false. Of
    /// several threads that try at once exactly one stores. O(1).
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::new();
    /// assert_eq!(map.load_or_store("alice", 30), (30, false));
    /// assert_eq!(map.load_or_store("alice", 31), (30, true));
    /// ```
    pub fn load_or_store(&self, key: K, value: V) -> (V, bool)
    where
        V: Clone,
    {
        self.load_or_store_with(key, || value)
    }

    /// As [`load_or_store`](Self::load_or_store), with a value that is made only if the key has
    /// none.
    ///
    /// The closure runs without a lock and may use the map. Threads that find the key absent at the
    /// same time each call theirs; one of the values is stored, and all threads get that one.
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::new();
    /// assert_eq!(map.load_or_store_with(4, || "four".to_string()).0, "four");
    /// assert!(map.load_or_store_with(4, || unreachable!()).1);
    /// ```
    pub fn load_or_store_with(&self, key: K, make: impl FnOnce() -> V) -> (V, bool)
    where
        V: Clone,
    {
        if let Some(value) = self.load(&Same(&key)) {
            return (value, true);
        }
        let value = make();
        let pin = self.memory.pin();
        match self.put(&pin, key, value, |entry| (false, entry.value.clone())) {
            Put::Added(entry) => (entry.value.clone(), false),
            Put::Found(value) => (value, true),
        }
    }
}

impl<K, V, S: BuildHasher> SyncMap<K, V, S> {
    /// Deletes a key, and tells whether it was there. O(1).
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::from([("alice", 30)]);
    /// assert!(map.delete("alice"));
    /// assert!(!map.delete("alice"));
    /// ```
    pub fn delete<Q>(&self, key: &Q) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.alter(key, |_, _| (Change::Remove, ())).is_some()
    }

    /// Deletes a key and returns a clone of the value that it had. O(1).
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::from([("alice", 30)]);
    /// assert_eq!(map.load_and_delete("alice"), Some(30));
    /// assert_eq!(map.load_and_delete("alice"), None);
    /// ```
    pub fn load_and_delete<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        V: Clone,
    {
        // Cloned first: if that panics, nothing has happened.
        self.alter(key, |entry, _| (Change::Remove, entry.value.clone()))
    }

    /// Sets the value of a key if it is `old` at present, and tells whether it was. False if the
    /// key is not there. O(1).
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::from([("alice", 30)]);
    /// assert!(map.compare_and_swap("alice", &30, 31));
    /// assert!(!map.compare_and_swap("alice", &30, 32));
    /// assert!(!map.compare_and_swap("bob", &30, 31));
    /// ```
    pub fn compare_and_swap<Q>(&self, key: &Q, old: &V, new: V) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
        K: Clone,
        V: PartialEq,
    {
        let mut new = Some(new);
        let swapped = self.alter(key, |entry, back| {
            if entry.value != *old {
                return (Change::Keep, false);
            }
            // Made once; what could not be put into its place comes back.
            let entry = back.or_else(|| {
                let key = entry.key.clone();
                new.take().map(|new| Entry::new(entry.hash(), key, new))
            });
            (Change::Replace(entry.expect("it comes back whenever it was made")), true)
        });
        swapped.unwrap_or(false)
    }

    /// Deletes a key if its value is `old` at present, and tells whether it was. False if the key
    /// is not there. O(1).
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::from([("alice", 30)]);
    /// assert!(!map.compare_and_delete("alice", &31));
    /// assert!(map.compare_and_delete("alice", &30));
    /// assert!(!map.compare_and_delete("alice", &30));
    /// ```
    pub fn compare_and_delete<Q>(&self, key: &Q, old: &V) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
        V: PartialEq,
    {
        let deleted = self.alter(key, |entry, _| {
            if entry.value == *old { (Change::Remove, true) } else { (Change::Keep, false) }
        });
        deleted.unwrap_or(false)
    }

    /// Sets the value of a key to what a closure makes of the present one, and tells whether the
    /// key is there. O(1) and the closure.
    ///
    /// The closure runs without a lock and may do anything with the map. When somebody else has
    /// written to the key meanwhile, it is called again with the new value, so what it made before
    /// is lost; each such time another thread's write has succeeded.
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::from([("alice", 30)]);
    /// assert!(map.update("alice", |age| age + 1));
    /// assert!(!map.update("bob", |age| age + 1));
    /// assert_eq!(map.load("alice"), Some(31));
    /// ```
    pub fn update<Q>(&self, key: &Q, mut change: impl FnMut(&V) -> V) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
        K: Clone,
    {
        let updated = self.alter(key, |entry, back| {
            drop(back);
            let value = change(&entry.value);
            (Change::Replace(Entry::new(entry.hash(), entry.key.clone(), value)), ())
        });
        updated.is_some()
    }
}
