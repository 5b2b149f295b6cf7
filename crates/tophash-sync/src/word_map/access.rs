//! Operations on one key.

use super::lock::Locked;
use super::table::Table;
use super::{Word, WordMap};

/// What is to become of a key.
enum Change {
    Keep,
    Remove,
    Put(u64),
}

use Change::{Keep, Put, Remove};

impl<K, V> WordMap<K, V> {
    /// Locks the chain that a key belongs to, in the table of this moment.
    #[inline]
    fn lock<'a>(&'a self, mut table: &'a Table, key: u64) -> (&'a Table, Locked<'a>) {
        loop {
            match table.lock(table.hashing.hash(key)) {
                Some(locked) => return (table, locked),
                None => table = self.wait_beyond(table),
            }
        }
    }

    /// Does with a key what `decide` says of its value, in one step, and returns what it says
    /// besides. `decide` is no code of the user's: a lock is held.
    #[inline]
    fn alter<R>(&self, key: u64, decide: impl FnOnce(Option<u64>) -> (Change, R)) -> R {
        let (table, mut locked) = self.lock(self.table_or_make(), key);
        let found = locked.find(key);
        let (change, result) = decide(found.map(super::bucket::Slot::value));
        match (change, found) {
            (Put(value), Some(slot)) => slot.set_value(value),
            (Put(value), None) => {
                let depth = locked.add(key, value);
                drop(locked);
                table.note_added(depth);
                if depth > 0 && table.may_change_hash() {
                    self.change_hash(table);
                }
            }
            (Remove, Some(slot)) => {
                locked.remove(slot);
                drop(locked);
                table.counter.add(-1);
            }
            (Keep | Remove, _) => (),
        }
        result
    }

    #[inline]
    fn load_word(&self, key: u64) -> Option<u64> {
        self.table()?.load(key)
    }
}

impl<K: Word, V: Word> WordMap<K, V> {
    /// The value of a key. O(1), without a lock.
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let map = WordMap::from([(1, 30)]);
    /// assert_eq!(map.load(1), Some(30));
    /// assert_eq!(map.load(2), None);
    /// ```
    #[inline]
    pub fn load(&self, key: K) -> Option<V> {
        self.load_word(key.to_word()).map(V::from_word)
    }

    /// Whether a key is there. O(1), without a lock.
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let map = WordMap::from([(1, 30)]);
    /// assert!(map.contains_key(1));
    /// ```
    #[inline]
    pub fn contains_key(&self, key: K) -> bool {
        self.load_word(key.to_word()).is_some()
    }

    /// Sets the value of a key. O(1); may split two buckets.
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let map = WordMap::new();
    /// map.store(1, 30);
    /// map.store(1, 31);
    /// assert_eq!(map.load(1), Some(31));
    /// ```
    pub fn store(&self, key: K, value: V) {
        let value = value.to_word();
        self.alter(key.to_word(), |_| (Put(value), ()));
    }

    /// Sets the value of a key and returns the one that it replaces. O(1).
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let map = WordMap::new();
    /// assert_eq!(map.swap(1, 30), None);
    /// assert_eq!(map.swap(1, 31), Some(30));
    /// ```
    pub fn swap(&self, key: K, value: V) -> Option<V> {
        let value = value.to_word();
        self.alter(key.to_word(), |old| (Put(value), old)).map(V::from_word)
    }

    /// The value of a key and true; if it has none, stores this one and returns it and false. Of
    /// several threads that try at once exactly one stores. O(1).
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let map = WordMap::new();
    /// assert_eq!(map.load_or_store(1, 30), (30, false));
    /// assert_eq!(map.load_or_store(1, 31), (30, true));
    /// ```
    pub fn load_or_store(&self, key: K, value: V) -> (V, bool) {
        self.load_or_store_with(key, || value)
    }

    /// As [`load_or_store`](Self::load_or_store), with a value that is made only if the key has
    /// none.
    ///
    /// The closure runs without a lock and may use the map. Threads that find the key absent at the
    /// same time each call theirs; one of the values is stored, and all threads get that one.
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let map = WordMap::new();
    /// assert_eq!(map.load_or_store_with(4, || 16).0, 16);
    /// assert!(map.load_or_store_with(4, || unreachable!()).1);
    /// ```
    pub fn load_or_store_with(&self, key: K, make: impl FnOnce() -> V) -> (V, bool) {
        let word = key.to_word();
        if let Some(value) = self.load_word(word) {
            return (V::from_word(value), true);
        }
        let value = make().to_word();
        let present = self
            .alter(word, |present| (if present.is_some() { Keep } else { Put(value) }, present));
        (V::from_word(present.unwrap_or(value)), present.is_some())
    }

    /// Deletes a key, and tells whether it was there. O(1).
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let map = WordMap::from([(1, 30)]);
    /// assert!(map.delete(1));
    /// assert!(!map.delete(1));
    /// ```
    pub fn delete(&self, key: K) -> bool {
        self.delete_word(key.to_word()).is_some()
    }

    /// Deletes a key and returns the value that it had. O(1).
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let map = WordMap::from([(1, 30)]);
    /// assert_eq!(map.load_and_delete(1), Some(30));
    /// assert_eq!(map.load_and_delete(1), None);
    /// ```
    pub fn load_and_delete(&self, key: K) -> Option<V> {
        self.delete_word(key.to_word()).map(V::from_word)
    }

    fn delete_word(&self, key: u64) -> Option<u64> {
        // What is not there needs no lock to be deleted.
        self.load_word(key)?;
        self.alter(key, |present| (Remove, present))
    }

    /// Sets the value of a key if it is `old` at present, and tells whether it was. False if the
    /// key is not there. O(1).
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let map = WordMap::from([(1, 30)]);
    /// assert!(map.compare_and_swap(1, 30, 31));
    /// assert!(!map.compare_and_swap(1, 30, 32));
    /// assert!(!map.compare_and_swap(2, 30, 31));
    /// ```
    pub fn compare_and_swap(&self, key: K, old: V, new: V) -> bool {
        self.compare_and(key.to_word(), old.to_word(), Put(new.to_word()))
    }

    /// Deletes a key if its value is `old` at present, and tells whether it was. False if the key
    /// is not there. O(1).
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let map = WordMap::from([(1, 30)]);
    /// assert!(!map.compare_and_delete(1, 31));
    /// assert!(map.compare_and_delete(1, 30));
    /// assert!(!map.compare_and_delete(1, 30));
    /// ```
    pub fn compare_and_delete(&self, key: K, old: V) -> bool {
        self.compare_and(key.to_word(), old.to_word(), Remove)
    }

    fn compare_and(&self, key: u64, old: u64, change: Change) -> bool {
        // Where this fails nobody needs to be kept waiting.
        if self.load_word(key) != Some(old) {
            return false;
        }
        self.alter(key, |present| {
            let is_old = present == Some(old);
            (if is_old { change } else { Keep }, is_old)
        })
    }

    /// Sets the value of a key to what a closure makes of the present one, and tells whether the
    /// key is there. O(1) and the closure.
    ///
    /// The closure runs without a lock and may do anything with the map. When somebody else has
    /// changed the value meanwhile, it is called again with the new one; each such time another
    /// thread's write has succeeded.
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let map = WordMap::from([(1, 30)]);
    /// assert!(map.update(1, |age| age + 1));
    /// assert!(!map.update(2, |age| age + 1));
    /// assert_eq!(map.load(1), Some(31));
    /// ```
    pub fn update(&self, key: K, mut change: impl FnMut(V) -> V) -> bool {
        let key = key.to_word();
        let mut seen = self.load_word(key);
        while let Some(old) = seen {
            match self.exchange(key, old, change(V::from_word(old)).to_word()) {
                Ok(()) => return true,
                Err(now) => seen = now,
            }
        }
        false
    }

    /// As [`update`](Self::update); if the key is not there, stores a first value. Returns the
    /// value that the key has then. O(1) and the closure.
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let counts = WordMap::new();
    /// assert_eq!(counts.update_or_store('a', 1, |count| count + 1), 1);
    /// assert_eq!(counts.update_or_store('a', 1, |count| count + 1), 2);
    /// ```
    pub fn update_or_store(&self, key: K, first: V, mut change: impl FnMut(V) -> V) -> V {
        let key = key.to_word();
        let mut seen = self.load_word(key);
        loop {
            let (new, outcome) = if let Some(old) = seen {
                let new = change(V::from_word(old)).to_word();
                (new, self.exchange(key, old, new))
            } else {
                let new = first.to_word();
                let outcome = self.alter(key, |present| match present {
                    None => (Put(new), Ok(())),
                    Some(_) => (Keep, Err(present)),
                });
                (new, outcome)
            };
            match outcome {
                Ok(()) => return V::from_word(new),
                Err(now) => seen = now,
            }
        }
    }

    /// Replaces a value if it is `old`; else says what it is.
    fn exchange(&self, key: u64, old: u64, new: u64) -> Result<(), Option<u64>> {
        self.alter(key, |present| match present {
            Some(value) if value == old => (Put(new), Ok(())),
            _ => (Keep, Err(present)),
        })
    }
}
