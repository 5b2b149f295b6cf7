//! Reading and writing single entries. What user code drops is dropped when the lock is given back.

use std::hash::{BuildHasher, Hash};
use std::mem;

use tophash::Equivalent;
use tophash::hash_table::Entry;

use super::shard::Sought;
use super::{Meanwhile, ShardedMap};
use crate::hashing::is_default;
use crate::known::is_known;

impl<K, V, S> ShardedMap<K, V, S>
where
    K: Eq + Hash,
    S: BuildHasher,
{
    #[inline]
    fn seek<'a, Q: Hash + ?Sized>(&'a self, key: &'a Q) -> Sought<'a, Q, S> {
        Sought { key, hash: self.hashing.of(key), hashing: &self.hashing }
    }

    /// What may run while a shard is locked, if `Q` and `V` are what is hashed, compared and cloned
    /// besides its keys. Known when the program is compiled.
    #[inline(always)]
    fn meanwhile<Q: ?Sized, C>() -> Meanwhile {
        if is_known::<K>() && is_known::<Q>() && is_known::<C>() && is_default::<S>() {
            Meanwhile::KnownCode
        } else {
            Meanwhile::AnyCode
        }
    }

    /// A clone of the value of `key`. O(1).
    ///
    /// ```
    /// let map = tophash_sync::ShardedMap::new();
    /// map.insert("alice", 30);
    /// assert_eq!((map.get("alice"), map.get("bob")), (Some(30), None));
    /// ```
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        V: Clone,
    {
        self.get_in(key, Self::meanwhile::<Q, V>(), V::clone)
    }

    /// What `look` returns for the value of `key`; `None` if it is absent. O(1); the key's shard is
    /// locked while `look` runs.
    ///
    /// # Panics
    ///
    /// If `look` uses the same map; so do all methods with closures.
    ///
    /// ```
    /// let map = tophash_sync::ShardedMap::new();
    /// map.insert("alice", vec![1, 2, 3]);
    /// assert_eq!(map.get_with("alice", Vec::len), Some(3));
    /// ```
    #[inline]
    pub fn get_with<Q, R>(&self, key: &Q, look: impl FnOnce(&V) -> R) -> Option<R>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.get_in(key, Meanwhile::AnyCode, look)
    }

    /// [`Self::get_with`], where the caller knows what `look` may call.
    #[inline]
    #[track_caller]
    fn get_in<Q, R>(&self, key: &Q, meanwhile: Meanwhile, look: impl FnOnce(&V) -> R) -> Option<R>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let sought = self.seek(key);
        let locked = self.lock(sought.hash, meanwhile);
        locked.shard.find(&sought).map(|(_, value)| look(value))
    }

    /// Whether there is a value for `key`. O(1).
    ///
    /// ```
    /// let map = tophash_sync::ShardedMap::new();
    /// map.insert("alice", 30);
    /// assert!(map.contains_key("alice"));
    /// ```
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.get_in(key, Self::meanwhile::<Q, ()>(), |_| ()).is_some()
    }

    /// Inserts or overwrites; returns the value that was there. O(1): moves the entries of at most
    /// two chains of the key's shard, as [`HashTable::entry`](tophash::HashTable::entry).
    ///
    /// If the key was there it stays, as in std's map, and `key` is dropped.
    ///
    /// ```
    /// let map = tophash_sync::ShardedMap::new();
    /// assert_eq!(map.insert("alice", 30), None);
    /// assert_eq!(map.insert("alice", 31), Some(30));
    /// ```
    #[inline]
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        let sought = self.seek(&key);
        let mut locked = self.lock(sought.hash, Self::meanwhile::<K, ()>());
        match locked.shard.entry(&sought) {
            Entry::Occupied(mut entry) => Some(mem::replace(&mut entry.get_mut().1, value)),
            Entry::Vacant(entry) => {
                entry.insert((key, value));
                None
            }
        }
    }

    /// Takes the value of `key` out. O(1).
    ///
    /// ```
    /// let map = tophash_sync::ShardedMap::new();
    /// map.insert("alice", 30);
    /// assert_eq!(map.remove("alice"), Some(30));
    /// ```
    #[inline]
    pub fn remove<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.remove_entry(key).map(|(_, value)| value)
    }

    /// Takes the entry of `key` out. O(1).
    ///
    /// ```
    /// let map = tophash_sync::ShardedMap::new();
    /// map.insert("alice", 30);
    /// assert_eq!(map.remove_entry("alice"), Some(("alice", 30)));
    /// ```
    #[inline]
    pub fn remove_entry<Q>(&self, key: &Q) -> Option<(K, V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let sought = self.seek(key);
        let mut locked = self.lock(sought.hash, Self::meanwhile::<Q, ()>());
        let entry = locked.shard.find_entry(&sought)?;
        Some(entry.remove().0)
    }

    /// Takes the value of `key` out if `is_right` says so of it. O(1); the key's shard is locked
    /// while `is_right` runs.
    ///
    /// ```
    /// let sessions = tophash_sync::ShardedMap::new();
    /// sessions.insert("alice", 100);
    /// let is_expired = |expires: &u64| *expires < 50;
    /// assert_eq!(sessions.remove_if("alice", is_expired), None);
    /// assert_eq!(sessions.len(), 1);
    /// ```
    pub fn remove_if<Q>(&self, key: &Q, is_right: impl FnOnce(&V) -> bool) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let sought = self.seek(key);
        let removed = {
            let mut locked = self.lock(sought.hash, Meanwhile::AnyCode);
            let entry = locked.shard.find_entry(&sought)?;
            is_right(&entry.get().1).then(|| entry.remove().0)
        };
        removed.map(|(_, value)| value)
    }

    /// Changes the value of `key` in place, and returns what `change` returns; `None` if it is
    /// absent. O(1); the key's shard is locked while `change` runs.
    ///
    /// If `change` panics, the value stays as it left it.
    ///
    /// ```
    /// let map = tophash_sync::ShardedMap::new();
    /// map.insert("alice", 30);
    /// assert_eq!(map.update("alice", |age| { *age += 1; *age }), Some(31));
    /// ```
    #[inline]
    pub fn update<Q, R>(&self, key: &Q, change: impl FnOnce(&mut V) -> R) -> Option<R>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let sought = self.seek(key);
        let mut locked = self.lock(sought.hash, Meanwhile::AnyCode);
        locked.shard.find_mut(&sought).map(|(_, value)| change(value))
    }

    /// A clone of the value of `key`, which `make` makes if it is absent. O(1).
    ///
    /// `make` is called once for an absent key, however many threads ask at the same time: the
    /// key's shard is locked while it runs, and who asks for a key of the same shard waits. What
    /// takes long is better made before, or once in a [`OnceLock`](std::sync::OnceLock) that the
    /// map holds in an `Arc`. If `make` panics, the key stays absent.
    ///
    /// ```
    /// let map = tophash_sync::ShardedMap::new();
    /// assert_eq!(map.get_or_insert_with("alice", || 30), 30);
    /// assert_eq!(map.get_or_insert_with("alice", || unreachable!()), 30);
    /// ```
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> V
    where
        V: Clone,
    {
        self.update_or_insert_with(key, make, |value| value.clone())
    }

    /// Changes the value of `key`, which `make` makes if it is absent; returns what `change`
    /// returns. O(1); the key's shard is locked while the closures run.
    ///
    /// `make` is called once for an absent key, as in [`ShardedMap::get_or_insert_with`]. If it
    /// panics, the key stays absent; if `change` does, the value stays as it left it.
    ///
    /// ```
    /// let hits = tophash_sync::ShardedMap::new();
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
        let sought = self.seek(&key);
        let mut locked = self.lock(sought.hash, Meanwhile::AnyCode);
        match locked.shard.entry(&sought) {
            Entry::Occupied(mut entry) => change(&mut entry.get_mut().1),
            Entry::Vacant(entry) => {
                let value = make();
                change(&mut entry.insert((key, value)).get_mut().1)
            }
        }
    }
}
