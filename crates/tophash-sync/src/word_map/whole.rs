//! Taking out all entries, or those that a closure does not want.

use super::table::Table;
use super::{Word, WordMap};
use crate::directory::{Rank, low_bits};

impl<K: Word, V: Word> WordMap<K, V> {
    /// Deletes every key, each in a step of its own. O(entries + buckets).
    ///
    /// No key is deleted twice: what is stored under one that was deleted already stays, and what
    /// is stored under another meanwhile may. The table keeps its memory.
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let map = WordMap::from([(1, 30), (2, 25)]);
    /// map.clear();
    /// assert!(map.is_empty());
    /// ```
    pub fn clear(&self) {
        let Some(table) = self.table() else { return };
        let mut rank = Rank::FIRST;
        while !table.clear(&mut rank, |_| true) {
            // Frozen halfway. What was behind is done, and is somebody else's if it is there again.
            let next = self.wait_beyond(table);
            if !std::ptr::eq(next, table) {
                let is_left = |key| rank.is_at_or_before(table.hashing.hash(key));
                let is_done = next.clear(&mut { Rank::FIRST }, is_left);
                assert!(is_done, "nobody freezes the second table");
                return;
            }
        }
    }

    /// Keeps the entries for which a closure returns true, and deletes the others. O(entries +
    /// buckets).
    ///
    /// Each entry is one step of its own. If somebody else changes a value while the closure thinks
    /// about it, it is asked again about the new one. It may do anything with the map.
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let map = WordMap::<_, _>::from_iter((0..10).map(|n| (n, n * n)));
    /// map.retain(|n, _| n % 2 == 0);
    /// assert_eq!(map.len(), 5);
    /// ```
    pub fn retain(&self, mut keep: impl FnMut(K, V) -> bool) {
        for (key, value) in self {
            let mut seen = Some(value);
            while let Some(value) = seen {
                if keep(key, value) || self.compare_and_delete(key, value) {
                    break;
                }
                seen = self.load(key);
            }
        }
    }
}

impl Table {
    /// Removes the keys that are wanted, bucket by bucket in the order of [`Rank`], so that none is
    /// met again when its bucket is split. False if it met a frozen bucket; `rank` is how far it
    /// came.
    fn clear(&self, rank: &mut Rank, is_wanted: impl Fn(u64) -> bool) -> bool {
        while let Some(hash) = rank.hash() {
            let Some(mut locked) = self.lock(hash) else { return false };
            let count = locked.remove_those(&is_wanted);
            let level = locked.level().expect("only what is born is locked");
            drop(locked);
            self.counter.add(-isize::try_from(count).expect("a chain in memory"));
            rank.pass(low_bits(hash, level), level);
        }
        true
    }
}
