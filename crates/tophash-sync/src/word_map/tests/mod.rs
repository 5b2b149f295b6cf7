//! Tests of the map: alone, in threads, and under model checkers.

#[cfg(not(any(loom, shuttle)))]
mod floods;
#[cfg(not(any(loom, shuttle)))]
mod growth;
#[cfg(loom)]
mod loom;
#[cfg(not(any(loom, shuttle)))]
mod races;
#[cfg(shuttle)]
mod shuttle;
#[cfg(not(any(loom, shuttle)))]
mod single;

use super::WordMap;
use super::hashing::Hashing;

type Map = WordMap<u32, u32>;

/// A map that hashes as a test says.
fn map_with(hash: fn(u64) -> u64) -> Map {
    WordMap::with_capacity_and_hashing(0, Hashing::Chosen(hash))
}

/// Maps whose hashes are good, that are few, and that are all the same.
#[cfg(not(loom))]
fn makers() -> [fn() -> Map; 3] {
    [
        Map::new,
        || map_with(|key| crate::hashing::fold(key) & 7),
        || map_with(|_| 0x5555_5555_5555_5555),
    ]
}

impl crate::tests::Subject for Map {
    fn load(&self, key: u32) -> Option<u32> {
        self.load(key)
    }

    fn store(&self, key: u32, value: u32) {
        self.store(key, value);
    }

    fn load_or_store(&self, key: u32, value: u32) -> (u32, bool) {
        self.load_or_store(key, value)
    }

    fn load_and_delete(&self, key: u32) -> Option<u32> {
        self.load_and_delete(key)
    }

    fn delete(&self, key: u32) -> bool {
        self.delete(key)
    }

    fn swap(&self, key: u32, value: u32) -> Option<u32> {
        self.swap(key, value)
    }

    fn compare_and_swap(&self, key: u32, old: u32, new: u32) -> bool {
        self.compare_and_swap(key, old, new)
    }

    fn compare_and_delete(&self, key: u32, old: u32) -> bool {
        self.compare_and_delete(key, old)
    }

    fn update(&self, key: u32, change: fn(u32) -> u32) -> bool {
        self.update(key, change)
    }

    fn clear(&self) {
        self.clear();
    }

    fn range(&self, visit: &mut dyn FnMut(u32, u32)) {
        self.range(|key, value| {
            visit(key, value);
            true
        });
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn change_hash(&self) {
        self.change_hash_now();
    }

    fn check(&self) {
        self.check();
    }
}
