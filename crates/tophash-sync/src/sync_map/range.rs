//! Visiting all entries while others write.
//!
//! In the order of [`Rank`], so that a table which grows meanwhile repeats and forgets nothing.
//!
//! Within a bucket: its slots are read twice. If both times they held the same entries, they held
//! them all at one moment in between, because an entry that was taken out never comes back while
//! one is pinned; and at one moment no key is there twice. If that fails too often, the bucket is
//! locked for as long as it takes to read it once.

use super::SyncMap;
use super::bucket::Bucket;
use super::entry::Entry;
use super::lock::Locked;
use super::reclaim::{Pin, Reclaim};
use super::table::Table;
use crate::directory::{Place, Rank, low_bits};

/// How often a bucket is read twice before it is locked.
const TRIES_MAX: usize = if cfg!(any(stress, loom, shuttle)) { 1 } else { 4 };

/// How far a visit of all entries has come. While there is one, the map's hash is not changed: see
/// [`Floods::walk`](super::flood::Floods::walk).
pub(super) struct Walk<K, V> {
    /// The table that is visited; none before the first step.
    table_id: Option<u64>,
    rank: Rank,
    /// The entries of the bucket that was reached last.
    pub(super) entries: Vec<*const Entry<K, V>>,
    /// For the comparison.
    again: Vec<*const Entry<K, V>>,
}

impl<K, V> Walk<K, V> {
    pub(super) fn new() -> Self {
        Self { table_id: None, rank: Rank::FIRST, entries: Vec::new(), again: Vec::new() }
    }

    /// Goes to the next bucket that has entries and reads them; false at the end. They stay while
    /// the pin does.
    ///
    /// A map that was cleared is at its end: no key was there all the time.
    pub(super) fn step<S>(&mut self, map: &SyncMap<K, V, S>, pin: &Pin<'_>) -> bool {
        self.entries.clear();
        let Some(table) = map.table(pin) else {
            // Also when there is a table the next time.
            self.rank = Rank::END;
            return false;
        };
        if *self.table_id.get_or_insert(table.id) != table.id {
            return false;
        }
        while let Some(hash) = self.rank.hash() {
            let (index, level) = self.read(table, hash);
            self.rank.pass(index, level);
            if !self.entries.is_empty() {
                return true;
            }
        }
        false
    }

    /// Leaves out what a split that is under way has yet to take out of this bucket: the level says
    /// so before the overflow buckets are cleaned.
    fn keep_own(&mut self, index: usize, level: u32) {
        // SAFETY: they were in their slots under this pin (M1).
        let hash_of = |entry| unsafe { Entry::at(entry) }.hash();
        self.entries.retain(|&entry| low_bits(hash_of(entry), level) == index);
    }

    /// Reads the bucket that a hash belongs to; returns its index and level at that moment.
    fn read(&mut self, table: &Table<K, V>, hash: u64) -> (usize, u32) {
        for _ in 0..TRIES_MAX {
            let place = table.directory.place_of(hash);
            read_once(&place, &mut self.entries);
            read_once(&place, &mut self.again);
            let level = place.word.level();
            if self.entries == self.again && place.bucket.word().level() == level {
                self.keep_own(place.index, level);
                return (place.index, level);
            }
        }
        loop {
            let place = table.directory.place_of(hash);
            let locked = Locked::take(place.bucket).expect("nothing is frozen during a walk");
            let level = locked.bucket().word().level();
            if low_bits(hash, level) == place.index {
                read_once(&place, &mut self.entries);
                return (place.index, level);
            }
        }
    }
}

/// Reads the slots of a chain, one after the other.
fn read_once<K, V>(place: &Place<'_, Bucket<K, V>>, entries: &mut Vec<*const Entry<K, V>>) {
    entries.clear();
    for bucket in place.bucket.chain() {
        let present = bucket.taken().map(|(_, entry)| entry.cast_const());
        entries.extend(present.filter(|entry| !entry.is_null()));
    }
}

impl<K, V, S> SyncMap<K, V, S> {
    /// Calls a closure for each entry, until it returns false. O(entries + buckets).
    ///
    /// This is no snapshot of one moment. A key that is there all the time is visited exactly once,
    /// with some value that it had during the call; one that comes or goes meanwhile once or not at
    /// all. The closure may do anything with the map, this included: no lock is held while it runs.
    /// A bucket that others keep changing while it is read, four times, is locked for as long as it
    /// takes to note its entries. While the closure runs, nothing that is removed from a map is
    /// dropped.
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::from([("alice", 30), ("bob", 25)]);
    /// map.range(|name, age| {
    ///     if *age < 30 {
    ///         map.delete(name);
    ///     }
    ///     true
    /// });
    /// assert_eq!(map.len(), 1);
    /// ```
    pub fn range(&self, mut visit: impl FnMut(&K, &V) -> bool) {
        let _walking = self.floods.walk();
        let mut walk = Walk::new();
        loop {
            let pin = self.memory.pin();
            if !walk.step(self, &pin) {
                return;
            }
            for &entry in &walk.entries {
                // SAFETY: it was in its slot under this pin (M1).
                let entry = unsafe { Entry::at(entry) };
                if !visit(&entry.key, &entry.value) {
                    return;
                }
            }
        }
    }
}
