//! Recounts the invariants of a map that nobody else is using. O(n), for tests.

use super::WordMap;
use super::table::Table;
use crate::directory::{Bucket as _, low_bits};
use std::collections::HashSet;

impl<K, V> WordMap<K, V> {
    /// Panics if an invariant is broken.
    #[track_caller]
    pub(crate) fn check(&self) {
        if let Some(table) = self.table() {
            table.check();
        }
        assert!(self.second.get().is_none() || self.first.get().is_some());
    }

    /// Changes the hash as a flood does, whatever it is. False if it was changed before.
    pub(crate) fn change_hash_now(&self) -> bool {
        self.change_hash(self.table_or_make())
    }

    /// How many buckets there are, for tests of growth.
    pub(crate) fn bucket_count(&self) -> usize {
        self.table().map_or(0, |table| table.directory.live())
    }
}

impl Table {
    #[track_caller]
    fn check(&self) {
        let (mut seen, mut entries) = (HashSet::new(), Vec::new());
        for index in 0..self.directory.live() {
            let main = self.directory.bucket(index).expect("live buckets are made");
            let state = main.word();
            let level = state.level().expect("live buckets are born");
            assert!(!state.is_locked() && !state.is_frozen(), "bucket {index} is held");
            assert_eq!(low_bits(index as u64, level), index, "bucket {index} at level {level}");
            for bit in usize::BITS - index.leading_zeros()..level {
                let child = self.directory.bucket(index + (1 << bit));
                assert!(child.is_some_and(|child| child.state().level().is_some()), "W4");
            }
            entries.clear();
            main.collect(&mut entries);
            for &(key, _) in &entries {
                assert_eq!(low_bits(self.hashing.hash(key), level), index, "{key} belongs here");
                assert!(seen.insert(key), "W2: {key} is in one slot");
            }
        }
        assert_eq!(self.counter.sum(), seen.len(), "the counter is right");
    }
}
