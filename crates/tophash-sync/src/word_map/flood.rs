//! The answer to keys that were chosen to collide: a table of the same entries, with another hash.
//!
//! A chain that chance does not explain marks its table. The write that made it does this, once in
//! the life of the map:
//!
//! 1. *Freezing.* Each bucket is locked once and marked, after which nobody can lock it. Writers
//!    wait.
//! 2. *Changing.* A second table is filled with the same entries. When it is in its place, who was
//!    waiting goes on there.
//!
//! Readers never wait: one that has the frozen table finds in it what was there when it was frozen,
//! and it began before anybody could write to the new one. Nothing is freed before the map is, so
//! that nobody needs to be waited for; that is why it is done once only.

use super::WordMap;
use super::hashing::Hashing;
use super::lock::Locked;
use super::table::Table;
use crate::atomics::Ordering;
use crate::patience::Patience;

impl<K, V> WordMap<K, V> {
    /// Waits for the table that takes the place of the frozen one.
    #[cold]
    pub(super) fn wait_for_second(&self) -> &Table {
        let mut patience = Patience::new();
        loop {
            if let Some(table) = self.second.get() {
                return table;
            }
            patience.wait();
        }
    }

    /// Puts the entries into a table with a better hash, if this is the first table and nobody is
    /// doing that already. O(entries + buckets), while other writers wait. Tells whether it did.
    #[cold]
    pub(super) fn change_hash(&self, table: &Table) -> bool {
        let is_first = self.first.get().is_some_and(|first| std::ptr::eq(first, table));
        if !is_first || self.is_changing.swap(true, Ordering::AcqRel) {
            return false;
        }
        table.freeze();
        let mut entries = Vec::with_capacity(table.counter.sum());
        for index in 0..table.directory.live() {
            if let Some(bucket) = table.directory.bucket(index) {
                bucket.collect(&mut entries);
            }
        }
        let second = Table::with_capacity(entries.len(), Hashing::after_flood());
        for (key, value) in entries {
            let mut locked = second.lock(second.hashing.hash(key)).expect("nobody freezes it");
            let depth = locked.add(key, value);
            drop(locked);
            second.note_added(depth);
        }
        self.second.get_or_set(|| second);
        true
    }
}

impl Table {
    /// Keeps everybody from writing, for ever. A bucket that is not born when its turn comes never
    /// is: the one that it would be split from has a lower index, and is frozen.
    fn freeze(&self) {
        let mut index = 0;
        while index < self.directory.live() {
            if let Some(locked) = self.directory.bucket(index).and_then(Locked::take) {
                locked.freeze();
            }
            index += 1;
        }
    }
}
