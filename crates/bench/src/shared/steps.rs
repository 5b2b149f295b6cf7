//! The operations of Go's `sync.Map`, of the maps that have them or can do them in one atomic step.
//!
//! `SyncMap` has each by its name. The others do the same by other calls, named in each method's
//! body; papaya and `DashMap` have no `compare_and_swap` but can change a value where it is.

use tophash::RandomState;

use super::maps::Dash;

/// A map of numbers that can do what Go's can.
pub trait Steps: Sync {
    /// An empty map.
    fn empty() -> Self;
    /// Go's `Load`.
    fn load(&self, key: u64) -> Option<u64>;
    /// Go's `Store`.
    fn store(&self, key: u64, value: u64);
    /// Go's `LoadOrStore`: the value that is there then.
    fn load_or_store(&self, key: u64, value: u64) -> u64;
    /// Go's `LoadAndDelete`.
    fn load_and_delete(&self, key: u64) -> Option<u64>;
    /// Go's `Delete`.
    fn delete(&self, key: u64);
    /// Go's `Swap`.
    fn swap(&self, key: u64, value: u64) -> Option<u64>;
    /// Go's `CompareAndSwap`.
    fn compare_and_swap(&self, key: u64, old: u64, new: u64) -> bool;
    /// Go's `CompareAndDelete`.
    fn compare_and_delete(&self, key: u64, old: u64) -> bool;
    /// Go's `Range`, through everything: the sum of all keys.
    fn range(&self) -> u64;
    /// The key that `range` would show first.
    fn first_key(&self) -> Option<u64>;
    /// Go's `Clear`.
    fn clear(&self);
}

impl Steps for tophash_sync::SyncMap<u64, u64> {
    fn empty() -> Self {
        Self::new()
    }

    fn load(&self, key: u64) -> Option<u64> {
        self.load_with(&key, |_, value| *value)
    }

    fn store(&self, key: u64, value: u64) {
        tophash_sync::SyncMap::store(self, key, value);
    }

    fn load_or_store(&self, key: u64, value: u64) -> u64 {
        tophash_sync::SyncMap::load_or_store(self, key, value).0
    }

    fn load_and_delete(&self, key: u64) -> Option<u64> {
        tophash_sync::SyncMap::load_and_delete(self, &key)
    }

    fn delete(&self, key: u64) {
        tophash_sync::SyncMap::delete(self, &key);
    }

    fn swap(&self, key: u64, value: u64) -> Option<u64> {
        tophash_sync::SyncMap::swap(self, key, value)
    }

    fn compare_and_swap(&self, key: u64, old: u64, new: u64) -> bool {
        tophash_sync::SyncMap::compare_and_swap(self, &key, &old, new)
    }

    fn compare_and_delete(&self, key: u64, old: u64) -> bool {
        tophash_sync::SyncMap::compare_and_delete(self, &key, &old)
    }

    fn range(&self) -> u64 {
        let mut sum = 0;
        tophash_sync::SyncMap::range(self, |key, _| {
            sum += key;
            true
        });
        sum
    }

    fn first_key(&self) -> Option<u64> {
        let mut first = None;
        tophash_sync::SyncMap::range(self, |key, _| {
            first = Some(*key);
            false
        });
        first
    }

    fn clear(&self) {
        tophash_sync::SyncMap::clear(self);
    }
}

impl Steps for tophash_sync::ShardedMap<u64, u64> {
    fn empty() -> Self {
        Self::new()
    }

    fn load(&self, key: u64) -> Option<u64> {
        self.get(&key)
    }

    fn store(&self, key: u64, value: u64) {
        self.insert(key, value);
    }

    fn load_or_store(&self, key: u64, value: u64) -> u64 {
        self.get_or_insert_with(key, || value)
    }

    fn load_and_delete(&self, key: u64) -> Option<u64> {
        self.remove(&key)
    }

    fn delete(&self, key: u64) {
        self.remove(&key);
    }

    fn swap(&self, key: u64, value: u64) -> Option<u64> {
        self.insert(key, value)
    }

    fn compare_and_swap(&self, key: u64, old: u64, new: u64) -> bool {
        self.update(&key, |value| swap_if(value, old, new)) == Some(true)
    }

    fn compare_and_delete(&self, key: u64, old: u64) -> bool {
        self.remove_if(&key, |value| *value == old).is_some()
    }

    fn range(&self) -> u64 {
        let mut sum = 0;
        tophash_sync::ShardedMap::range(self, |key, _| {
            sum += key;
            true
        });
        sum
    }

    fn first_key(&self) -> Option<u64> {
        let mut first = None;
        tophash_sync::ShardedMap::range(self, |key, _| {
            first = Some(key);
            false
        });
        first
    }

    fn clear(&self) {
        tophash_sync::ShardedMap::clear(self);
    }
}

impl Steps for Dash<u64> {
    fn empty() -> Self {
        Self::with_hasher(RandomState::new())
    }

    fn load(&self, key: u64) -> Option<u64> {
        self.get(&key).map(|value| *value)
    }

    fn store(&self, key: u64, value: u64) {
        self.insert(key, value);
    }

    fn load_or_store(&self, key: u64, value: u64) -> u64 {
        *self.entry(key).or_insert(value)
    }

    fn load_and_delete(&self, key: u64) -> Option<u64> {
        self.remove(&key).map(|(_, value)| value)
    }

    fn delete(&self, key: u64) {
        self.remove(&key);
    }

    fn swap(&self, key: u64, value: u64) -> Option<u64> {
        self.insert(key, value)
    }

    fn compare_and_swap(&self, key: u64, old: u64, new: u64) -> bool {
        self.get_mut(&key).is_some_and(|mut value| swap_if(&mut value, old, new))
    }

    fn compare_and_delete(&self, key: u64, old: u64) -> bool {
        self.remove_if(&key, |_, value| *value == old).is_some()
    }

    fn range(&self) -> u64 {
        self.iter().map(|entry| *entry.key()).sum()
    }

    /// The iterator and its lock are gone when this returns: whoever deletes while they are there
    /// waits for ever.
    fn first_key(&self) -> Option<u64> {
        self.iter().next().map(|entry| *entry.key())
    }

    fn clear(&self) {
        dashmap::DashMap::clear(self);
    }
}

/// papaya's map with its default collector.
impl Steps for papaya::HashMap<u64, u64, RandomState> {
    fn empty() -> Self {
        Self::with_hasher(RandomState::new())
    }

    fn load(&self, key: u64) -> Option<u64> {
        self.pin().get(&key).copied()
    }

    fn store(&self, key: u64, value: u64) {
        self.pin().insert(key, value);
    }

    fn load_or_store(&self, key: u64, value: u64) -> u64 {
        *self.pin().get_or_insert(key, value)
    }

    fn load_and_delete(&self, key: u64) -> Option<u64> {
        self.pin().remove(&key).copied()
    }

    fn delete(&self, key: u64) {
        self.pin().remove(&key);
    }

    fn swap(&self, key: u64, value: u64) -> Option<u64> {
        self.pin().insert(key, value).copied()
    }

    fn compare_and_swap(&self, key: u64, old: u64, new: u64) -> bool {
        let pinned = self.pin();
        let swapped = pinned.compute(key, |entry| match entry {
            Some((_, value)) if *value == old => papaya::Operation::Insert(new),
            _ => papaya::Operation::Abort(()),
        });
        matches!(swapped, papaya::Compute::Updated { .. })
    }

    fn compare_and_delete(&self, key: u64, old: u64) -> bool {
        self.pin().remove_if(&key, |_, value| *value == old).is_ok_and(|removed| removed.is_some())
    }

    fn range(&self) -> u64 {
        self.pin().iter().map(|(key, _)| *key).sum()
    }

    fn first_key(&self) -> Option<u64> {
        self.pin().iter().next().map(|(key, _)| *key)
    }

    fn clear(&self) {
        self.pin().clear();
    }
}

/// Changes a value if it is the old one, for maps that lend it.
fn swap_if(value: &mut u64, old: u64, new: u64) -> bool {
    let is_old = *value == old;
    if is_old {
        *value = new;
    }
    is_old
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<M: Steps>() {
        let map = M::empty();
        assert_eq!((map.load(1), map.first_key()), (None, None));
        assert_eq!((map.load_or_store(1, 10), map.load_or_store(1, 11)), (10, 10));
        assert_eq!((map.swap(1, 12), map.swap(2, 20)), (Some(10), None));
        assert!(!map.compare_and_swap(1, 10, 5) && !map.compare_and_swap(3, 0, 1));
        assert!(map.compare_and_swap(1, 12, 13) && map.load(1) == Some(13));
        assert!(!map.compare_and_delete(1, 12) && !map.compare_and_delete(3, 0));
        assert!(map.range() == 3 && map.compare_and_delete(1, 13));
        assert_eq!((map.range(), map.first_key()), (2, Some(2)));
        assert_eq!((map.load_and_delete(2), map.load_and_delete(2)), (Some(20), None));
        map.store(4, 4);
        map.delete(4);
        map.store(5, 5);
        map.clear();
        assert_eq!((map.range(), map.load(5)), (0, None));
    }

    #[test]
    fn every_map_can_do_what_go_s_can() {
        check::<tophash_sync::SyncMap<u64, u64>>();
        check::<tophash_sync::ShardedMap<u64, u64>>();
        check::<Dash<u64>>();
        check::<papaya::HashMap<u64, u64, RandomState>>();
    }
}
