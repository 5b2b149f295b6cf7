//! Taking out all entries, or those that a closure does not want.

use super::SyncMap;
use super::read::Same;
use super::reclaim::Reclaim;
use super::table::Table;
use super::write::Change;
use crate::atomics::Ordering;
use std::hash::{BuildHasher, Hash};
use std::ptr;

impl<K, V, S> SyncMap<K, V, S> {
    /// Deletes everything, in one atomic step. O(1) for everybody else; O(entries + buckets) for
    /// the caller, who drops everything if nobody is reading. Otherwise later writes drop it, each
    /// a few entries.
    ///
    /// The next write begins with a new, small table. Ranges that are under way end.
    ///
    /// It is no cheap call, however few entries there are: to drop them at once it must know that
    /// nobody is reading them, and asks all processors three times, six if somebody is. On Linux
    /// each time is a system call (`membarrier`) of about 8 microseconds; one that the kernel
    /// refuses, for want of memory, is tried a hundred times, and then later writes drop it.
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::from([("alice", 30), ("bob", 25)]);
    /// map.clear();
    /// assert!(map.is_empty());
    /// ```
    pub fn clear(&self) {
        // This is the step. Operations that already have the old table come before it: none that
        // gets the new one can have ended before they began. So the old table must stay as they
        // left it until the last of them has ended.
        let table = self.table.swap(ptr::null_mut(), Ordering::AcqRel);
        if table.is_null() {
            return;
        }
        let pin = self.memory.pin();
        // SAFETY: M6: it was taken out of its only place above.
        unsafe { self.memory.retire(&pin, Table::garbage(table)) };
        drop(pin);
        self.memory.settle();
    }

    /// Keeps the entries for which a closure returns true, and deletes the others. O(entries +
    /// buckets).
    ///
    /// Each entry is one step of its own. If somebody else writes to a key while the closure thinks
    /// about it, it is asked again about the new value. It may do anything with the map.
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::<_, _>::from_iter((0..10).map(|n| (n, n * n)));
    /// map.retain(|n, _| n % 2 == 0);
    /// assert_eq!(map.len(), 5);
    /// ```
    pub fn retain(&self, mut keep: impl FnMut(&K, &V) -> bool)
    where
        K: Eq + Hash,
        S: BuildHasher,
    {
        for entry in self {
            if keep(entry.key(), entry.value()) {
                continue;
            }
            let seen = &raw const *entry.value();
            self.alter(&Same(entry.key()), |entry, _| {
                // An entry that was asked about is not asked about twice.
                let is_unwanted =
                    ptr::eq(seen, &raw const entry.value) || !keep(&entry.key, &entry.value);
                (if is_unwanted { Change::Remove } else { Change::Keep }, ())
            });
        }
    }
}
