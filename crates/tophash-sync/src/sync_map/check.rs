//! Recounts the invariants of a map that nobody else is using. O(n), for tests.

use super::SyncMap;
use super::entry::Entry;
use super::reclaim::Reclaim;
use super::table::Table;
use super::word::{SLOT_COUNT, Word, tag_of};
use crate::directory::low_bits;
use std::collections::HashSet;
use std::hash::{BuildHasher, Hash};

impl<K, V, S> SyncMap<K, V, S> {
    /// Panics if an invariant is broken.
    #[track_caller]
    pub(crate) fn check(&self) {
        let pin = self.memory.pin();
        if let Some(table) = self.table(&pin) {
            table.check();
        }
    }

    /// Changes the hash as a flood does, with any state. False if others did not let it.
    pub(crate) fn change_hash_now(&self) -> bool
    where
        K: Hash,
        S: BuildHasher,
    {
        let pin = self.memory.pin();
        self.change_hash(&pin)
    }

    /// How many buckets there are, for tests of growth.
    #[cfg(not(shuttle))]
    pub(crate) fn bucket_count(&self) -> usize {
        let pin = self.memory.pin();
        self.table(&pin).map_or(0, |table| table.directory.live())
    }
}

impl<K, V> Table<K, V> {
    #[track_caller]
    fn check(&self) {
        let mut seen = HashSet::new();
        for index in 0..self.directory.live() {
            let main = self.directory.bucket(index).expect("live buckets are made");
            let word = main.word();
            assert!(word.is_born(), "bucket {index} is not born");
            assert!(word.is_open(), "bucket {index} is locked");
            let level = word.level();
            assert_eq!(low_bits(index as u64, level), index, "bucket {index} at level {level}");
            for bit in usize::BITS - index.leading_zeros()..level {
                let other = index + (1 << bit);
                let other_level = self.directory.bucket(other).map(super::bucket::Bucket::word);
                assert!(other_level.is_some_and(Word::is_born), "M5: {other}");
            }
            for (depth, bucket) in main.chain().enumerate() {
                for slot in 0..SLOT_COUNT {
                    let (tag, entry) = (bucket.word().tag_at(slot), bucket.entry_at(slot));
                    assert_eq!(tag == 0, entry.is_null(), "M2: tags tell of entries");
                    if entry.is_null() {
                        continue;
                    }
                    // SAFETY: M1, and one is pinned.
                    let hash = unsafe { Entry::at(entry) }.hash();
                    assert_eq!(tag, tag_of(hash), "M2: the tag is the entry's");
                    assert_eq!(low_bits(hash, level), index, "the entry belongs here");
                    assert!(seen.insert(entry), "M2: an entry is in one slot");
                }
                assert!(depth == 0 || !bucket.word().is_empty(), "an empty overflow bucket");
            }
        }
        assert_eq!(self.counter.sum(), seen.len(), "the counter is right");
    }
}
