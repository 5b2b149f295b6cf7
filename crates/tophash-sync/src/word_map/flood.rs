//! The answer to keys that were chosen to collide: a table of the same entries, with another hash.
//!
//! A chain that chance does not explain marks its table. The write that made it does this, once in
//! the life of the map:
//!
//! 1. *Asking.* A second table is made, with room for as many entries. If memory refuses it, the
//!    hash stays, and a later write that lengthens a chain tries again.
//! 2. *Freezing.* Each bucket is locked once and marked, after which nobody can lock it. Writers
//!    wait.
//! 3. *Changing.* The second table is filled with the same entries. When it is in its place, who
//!    was waiting goes on there.
//!
//! Should the third step unwind, the buckets are thawed, and who was waiting goes on as before.
//!
//! Readers never wait: one that has the frozen table finds in it what was there when it was frozen,
//! and it began before anybody could write to the new one. Nothing is freed before the map is, so
//! that nobody needs to be waited for; that is why it is done once only.

use super::WordMap;
use super::hashing::Hashing;
use super::lock::Locked;
use super::table::Table;
use crate::atomics::{AtomicBool, Ordering};
use crate::patience::Patience;

impl<K, V> WordMap<K, V> {
    /// Where to go on when a bucket of a table was frozen: waits for the table that takes its
    /// place, or until it is thawed.
    #[cold]
    pub(super) fn wait_beyond<'a>(&'a self, frozen: &'a Table) -> &'a Table {
        let mut patience = Patience::new();
        loop {
            if let Some(table) = self.second.get() {
                return table;
            }
            // It was set before the bucket was frozen, and stays so if there is a second table.
            if !self.is_changing.load(Ordering::Acquire) {
                return frozen;
            }
            patience.wait();
        }
    }

    /// Puts the entries into a table with a better hash, if this is the first table, nobody is
    /// doing that already, and memory allows it. O(entries + buckets), while other writers wait.
    /// Tells whether it did.
    #[cold]
    pub(super) fn change_hash(&self, table: &Table) -> bool {
        self.change_hash_to(table, Hashing::after_flood())
    }

    pub(super) fn change_hash_to(&self, table: &Table, hashing: Hashing) -> bool {
        let is_first = self.first.get().is_some_and(|first| std::ptr::eq(first, table));
        if !is_first || self.is_changing.swap(true, Ordering::AcqRel) {
            return false;
        }
        let Ok(second) = Table::try_with_capacity(table.counter.sum(), hashing) else {
            // Nobody has had to wait for it yet.
            self.is_changing.store(false, Ordering::Release);
            return false;
        };
        let mut frozen = Frozen { table, is_changing: &self.is_changing, is_thawed_at_end: true };
        table.freeze();
        let mut entries = Vec::new();
        for index in 0..table.directory.live() {
            if let Some(bucket) = table.directory.bucket(index) {
                bucket.collect(&mut entries);
            }
            for (key, value) in entries.drain(..) {
                let mut locked = second.lock(second.hashing.hash(key)).expect("nobody freezes it");
                let depth = locked.add(key, value);
                drop(locked);
                second.note_added(depth);
            }
        }
        self.second.get_or_set(|| second);
        // Whoever still has the first table must not write to it.
        frozen.is_thawed_at_end = false;
        true
    }
}

/// A table whose buckets are frozen, or about to be, until this is dropped.
struct Frozen<'a> {
    table: &'a Table,
    is_changing: &'a AtomicBool,
    is_thawed_at_end: bool,
}

impl Drop for Frozen<'_> {
    fn drop(&mut self) {
        if self.is_thawed_at_end {
            self.table.thaw();
            self.is_changing.store(false, Ordering::Release);
        }
    }
}

impl Table {
    /// Keeps everybody from writing. A bucket that is not born when its turn comes is not before
    /// the thaw: the one that it would be split from has a lower index, and is frozen.
    pub(super) fn freeze(&self) {
        let mut index = 0;
        while index < self.directory.live() {
            if let Some(locked) = self.directory.bucket(index).and_then(Locked::take) {
                locked.freeze();
            }
            index += 1;
        }
    }

    /// Lets everybody write again, and brings forth the buckets that others had to give up.
    pub(super) fn thaw(&self) {
        for bucket in (0..self.directory.live()).filter_map(|index| self.directory.bucket(index)) {
            bucket.thaw();
        }
        self.directory.bring_all_forth(|parent, top_bit| self.split_up_to(parent, top_bit));
    }
}
