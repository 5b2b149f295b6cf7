//! What every map that threads share can do, under one name, and the list of all contenders.

use std::marker::PhantomData;

use tophash::RandomState;

use crate::keys::Key;

/// A map to be measured, from keys to numbers.
pub trait SharedMap<K>: Send + Sync + 'static {
    /// Whether it can have keys like these.
    const IS_ABLE: bool = true;

    /// An empty map, as one would make it.
    fn empty() -> Self;
    /// An empty map with room for `len` entries.
    fn with_room(len: usize) -> Self;
    /// Looks up and copies.
    fn load(&self, key: &K) -> Option<u64>;
    /// Inserts or overwrites.
    fn store(&self, key: K, value: u64);
    /// Removes.
    fn delete(&self, key: &K);
}

/// Calls `$then!` with every contender: its name, and its type for keys `$key`. A contender is one
/// line here, and an implementation of [`SharedMap`] below.
#[macro_export]
macro_rules! for_each_shared_map {
    ($then:ident, $key:ty) => {
        $then!("ShardedMap", tophash_sync::ShardedMap<$key, u64>);
        $then!("SyncMap", tophash_sync::SyncMap<$key, u64>);
        $then!("WordMap", $crate::shared::maps::Words<$key>);
        $then!("SafeMap", tophash_sync::SafeMap<$key, u64>);
        $then!("DashMap", $crate::shared::maps::Dash<$key>);
        $then!("papaya", $crate::shared::maps::Papaya<$key, 0>);
        $then!("papaya 1024", $crate::shared::maps::Papaya<$key, 1024>);
        $then!("scc HashMap", $crate::shared::maps::Scc<$key>);
        $then!("scc HashIndex", $crate::shared::maps::SccIndex<$key>);
        $then!("flurry", $crate::shared::maps::Flurry<$key>);
        $then!("RwLock hashbrown", $crate::shared::maps::ReadWriteLocked<$key>);
        $then!("Mutex hashbrown", $crate::shared::maps::Locked<$key>);
    };
}

/// A key that threads share.
pub trait SharedKey: Key + Send + Sync {
    /// Whether it is a number of 64 bits.
    const IS_WORD: bool = false;

    /// The number that it is.
    fn word(&self) -> u64 {
        unreachable!("it is no number")
    }
}

impl SharedKey for u64 {
    const IS_WORD: bool = true;

    #[inline(always)]
    fn word(&self) -> u64 {
        *self
    }
}

impl SharedKey for String {}

/// `WordMap`, if keys are words.
pub struct Words<K>(tophash_sync::WordMap<u64, u64>, PhantomData<fn(K)>);
/// hashbrown's map with our state.
type Plain<K> = hashbrown::HashMap<K, u64, RandomState>;
/// `DashMap`.
pub type Dash<K> = dashmap::DashMap<K, u64, RandomState>;
/// `scc::HashMap`.
pub type Scc<K> = scc::HashMap<K, u64, RandomState>;
/// `scc::HashIndex`.
pub type SccIndex<K> = scc::HashIndex<K, u64, RandomState>;
/// `flurry::HashMap`.
pub type Flurry<K> = flurry::HashMap<K, u64, RandomState>;
/// A reader-writer lock around hashbrown's map.
pub struct ReadWriteLocked<K>(parking_lot::RwLock<Plain<K>>);
/// A mutex around hashbrown's map.
pub struct Locked<K>(parking_lot::Mutex<Plain<K>>);
/// papaya's map whose garbage is collected in batches of `BATCH`; 0 stands for its default.
pub struct Papaya<K, const BATCH: usize>(papaya::HashMap<K, u64, RandomState>);

impl<K: SharedKey> SharedMap<K> for tophash_sync::ShardedMap<K, u64> {
    fn empty() -> Self {
        Self::new()
    }

    fn with_room(len: usize) -> Self {
        Self::with_capacity(len)
    }

    fn load(&self, key: &K) -> Option<u64> {
        self.get(key)
    }

    fn store(&self, key: K, value: u64) {
        self.insert(key, value);
    }

    fn delete(&self, key: &K) {
        self.remove(key);
    }
}

impl<K: SharedKey> SharedMap<K> for tophash_sync::SyncMap<K, u64> {
    fn empty() -> Self {
        Self::new()
    }

    fn with_room(len: usize) -> Self {
        Self::with_capacity(len)
    }

    fn load(&self, key: &K) -> Option<u64> {
        self.load_with(key, |_, value| *value)
    }

    fn store(&self, key: K, value: u64) {
        tophash_sync::SyncMap::store(self, key, value);
    }

    fn delete(&self, key: &K) {
        tophash_sync::SyncMap::delete(self, key);
    }
}

impl<K: SharedKey> SharedMap<K> for Words<K> {
    const IS_ABLE: bool = K::IS_WORD;

    fn empty() -> Self {
        Self(tophash_sync::WordMap::new(), PhantomData)
    }

    fn with_room(len: usize) -> Self {
        Self(tophash_sync::WordMap::with_capacity(len), PhantomData)
    }

    fn load(&self, key: &K) -> Option<u64> {
        self.0.load(key.word())
    }

    fn store(&self, key: K, value: u64) {
        self.0.store(key.word(), value);
    }

    fn delete(&self, key: &K) {
        self.0.delete(key.word());
    }
}

impl<K: SharedKey> SharedMap<K> for tophash_sync::SafeMap<K, u64> {
    fn empty() -> Self {
        Self::new()
    }

    fn with_room(len: usize) -> Self {
        tophash::HashMap::with_capacity(len).into()
    }

    fn load(&self, key: &K) -> Option<u64> {
        self.get(key)
    }

    fn store(&self, key: K, value: u64) {
        self.insert(key, value);
    }

    fn delete(&self, key: &K) {
        self.remove(key);
    }
}

impl<K: SharedKey> SharedMap<K> for Dash<K> {
    fn empty() -> Self {
        Self::with_hasher(RandomState::new())
    }

    fn with_room(len: usize) -> Self {
        Self::with_capacity_and_hasher(len, RandomState::new())
    }

    fn load(&self, key: &K) -> Option<u64> {
        self.get(key).map(|value| *value)
    }

    fn store(&self, key: K, value: u64) {
        self.insert(key, value);
    }

    fn delete(&self, key: &K) {
        self.remove(key);
    }
}

impl<K: SharedKey, const BATCH: usize> Papaya<K, BATCH> {
    fn make(len: usize) -> Self {
        let map = papaya::HashMap::builder().hasher(RandomState::new()).capacity(len);
        if BATCH == 0 {
            Self(map.build())
        } else {
            Self(map.collector(seize::Collector::new().batch_size(BATCH)).build())
        }
    }
}

impl<K: SharedKey, const BATCH: usize> SharedMap<K> for Papaya<K, BATCH> {
    fn empty() -> Self {
        Self::make(0)
    }

    fn with_room(len: usize) -> Self {
        Self::make(len)
    }

    fn load(&self, key: &K) -> Option<u64> {
        self.0.pin().get(key).copied()
    }

    fn store(&self, key: K, value: u64) {
        self.0.pin().insert(key, value);
    }

    fn delete(&self, key: &K) {
        self.0.pin().remove(key);
    }
}

impl<K: SharedKey> SharedMap<K> for Scc<K> {
    fn empty() -> Self {
        Self::with_hasher(RandomState::new())
    }

    fn with_room(len: usize) -> Self {
        Self::with_capacity_and_hasher(len, RandomState::new())
    }

    fn load(&self, key: &K) -> Option<u64> {
        self.read_sync(key, |_, value| *value)
    }

    fn store(&self, key: K, value: u64) {
        self.upsert_sync(key, value);
    }

    fn delete(&self, key: &K) {
        self.remove_sync(key);
    }
}

impl<K: SharedKey> SharedMap<K> for SccIndex<K> {
    fn empty() -> Self {
        Self::with_hasher(RandomState::new())
    }

    fn with_room(len: usize) -> Self {
        Self::with_capacity_and_hasher(len, RandomState::new())
    }

    fn load(&self, key: &K) -> Option<u64> {
        self.peek_with(key, |_, value| *value)
    }

    fn store(&self, key: K, value: u64) {
        match self.entry_sync(key) {
            scc::hash_index::Entry::Occupied(mut entry) => entry.update(value),
            scc::hash_index::Entry::Vacant(entry) => {
                entry.insert_entry(value);
            }
        }
    }

    fn delete(&self, key: &K) {
        self.remove_sync(key);
    }
}

impl<K: SharedKey> SharedMap<K> for Flurry<K> {
    fn empty() -> Self {
        Self::with_hasher(RandomState::new())
    }

    fn with_room(len: usize) -> Self {
        Self::with_capacity_and_hasher(len, RandomState::new())
    }

    fn load(&self, key: &K) -> Option<u64> {
        self.pin().get(key).copied()
    }

    fn store(&self, key: K, value: u64) {
        self.pin().insert(key, value);
    }

    fn delete(&self, key: &K) {
        self.pin().remove(key);
    }
}

impl<K: SharedKey> SharedMap<K> for ReadWriteLocked<K> {
    fn empty() -> Self {
        Self::with_room(0)
    }

    fn with_room(len: usize) -> Self {
        let map = Plain::with_capacity_and_hasher(len, RandomState::new());
        Self(parking_lot::RwLock::new(map))
    }

    fn load(&self, key: &K) -> Option<u64> {
        self.0.read().get(key).copied()
    }

    fn store(&self, key: K, value: u64) {
        self.0.write().insert(key, value);
    }

    fn delete(&self, key: &K) {
        self.0.write().remove(key);
    }
}

impl<K: SharedKey> SharedMap<K> for Locked<K> {
    fn empty() -> Self {
        Self::with_room(0)
    }

    fn with_room(len: usize) -> Self {
        let map = Plain::with_capacity_and_hasher(len, RandomState::new());
        Self(parking_lot::Mutex::new(map))
    }

    fn load(&self, key: &K) -> Option<u64> {
        self.0.lock().get(key).copied()
    }

    fn store(&self, key: K, value: u64) {
        self.0.lock().insert(key, value);
    }

    fn delete(&self, key: &K) {
        self.0.lock().remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Shape;

    fn check<K: SharedKey, M: SharedMap<K>>(map: &M) {
        if !M::IS_ABLE {
            return;
        }
        let key = |n| K::make(Shape::Random, n);
        for n in 0..1000 {
            map.store(key(n), n);
            map.store(key(n), n + 1);
        }
        map.delete(&key(7));
        assert!((0..1000).all(|n| map.load(&key(n)) == (n != 7).then_some(n + 1)));
        assert_eq!(map.load(&key(1000)), None);
    }

    #[test]
    fn every_contender_loads_what_was_stored_last() {
        macro_rules! checked {
            ($name:expr, $map:ty) => {
                check(&<$map as SharedMap<_>>::empty());
                check(&<$map as SharedMap<_>>::with_room(1000));
            };
        }
        for_each_shared_map!(checked, u64);
        for_each_shared_map!(checked, String);
    }
}
