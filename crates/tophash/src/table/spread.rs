//! A table of hashes that are spread and keyed already: [`SpreadTable`]. For `tophash-sync` alone.

use super::{Entry, HashTable, OccupiedEntry, ScanPosition, ScanStep, VacantEntry};
use crate::alloc::Global;
use crate::inspect::Stats;
use crate::raw::{self, Occupied, RawEntry, RawTable};

/// A [`HashTable`] that takes hashes as they are, and does not mix them with a seed of its own.
///
/// Who locks a table for each call can then hash and mix before the lock is taken. The caller sees
/// to it that bits 32 to 63 of a hash are as good as random, and differ from one owner to the next:
/// else the order of one table is a flood for another.
///
/// Under a lock no look-up begins before the one before it has ended, so memory is asked for ahead
/// in a small table too (docs/decisions/0018).
#[doc(hidden)]
pub struct SpreadTable<T> {
    table: HashTable<T>,
}

impl<T> SpreadTable<T> {
    #[must_use]
    pub const fn new() -> Self {
        Self { table: HashTable { raw: RawTable::new_serial_in(Global) } }
    }

    /// The table, for what needs no hash.
    #[inline]
    pub const fn whole(&self) -> &HashTable<T> {
        &self.table
    }

    #[inline]
    pub fn find(&self, hash: u64, eq: impl FnMut(&T) -> bool) -> Option<&T> {
        match self.table.raw.get(hash, eq) {
            Some((value, ())) => Some(value),
            None => None,
        }
    }

    #[inline]
    pub fn find_mut(&mut self, hash: u64, eq: impl FnMut(&T) -> bool) -> Option<&mut T> {
        match self.table.raw.get_mut(hash, eq) {
            Some((value, ())) => Some(value),
            None => None,
        }
    }

    #[inline]
    pub fn find_entry(
        &mut self,
        hash: u64,
        eq: impl FnMut(&T) -> bool,
    ) -> Option<OccupiedEntry<'_, T>> {
        if self.table.raw.is_shrinking() {
            self.table.raw.shrink_step(1);
        }
        let found = Occupied::in_owner(&mut self.table, |table| table.raw.occupied(hash, eq));
        found.ok().map(|raw| OccupiedEntry { raw })
    }

    #[inline]
    pub fn entry(
        &mut self,
        hash: u64,
        eq: impl FnMut(&T) -> bool,
        hasher: impl Fn(&T) -> u64,
    ) -> Entry<'_, T> {
        if self.table.raw.wants_preparation() {
            self.table.raw.prepare(&hasher);
        }
        match RawEntry::in_owner(&mut self.table, |table| table.raw.entry(hash, eq, &hasher)) {
            RawEntry::Occupied(raw) => Entry::Occupied(OccupiedEntry { raw }),
            RawEntry::Vacant(raw) => Entry::Vacant(VacantEntry { raw }),
        }
    }

    #[track_caller]
    pub fn reserve(&mut self, additional: usize, hasher: impl Fn(&T) -> u64) {
        if let Err(error) = self.table.raw.try_reserve(additional, &hasher) {
            raw::fail_reservation(&error, self.table.len(), additional);
        }
    }

    pub fn scan(
        &self,
        position: ScanPosition,
        budget: usize,
        hasher: impl Fn(&T) -> u64,
        mut visit: impl FnMut(&T),
    ) -> ScanStep {
        let position = raw::Position(position.to_bits());
        self.table.raw.scan(position, budget, &hasher, |value, ()| visit(value)).into()
    }

    pub fn scan_mut(
        &mut self,
        position: ScanPosition,
        budget: usize,
        hasher: impl Fn(&T) -> u64,
        mut keep: impl FnMut(&mut T) -> bool,
    ) -> ScanStep {
        let position = raw::Position(position.to_bits());
        self.table.raw.scan_mut(position, budget, &hasher, |value, ()| keep(value)).into()
    }

    #[cfg(feature = "std")]
    #[inline]
    pub fn wants_rehash(&self) -> bool {
        self.table.wants_rehash()
    }

    #[cfg(feature = "std")]
    #[must_use]
    pub fn rehash(&mut self, hasher: impl Fn(&T) -> u64) -> bool {
        self.table.is_empty() || self.table.raw.change_hash(crate::hash::fresh_hash0(), &hasher)
    }

    pub fn stats(&self) -> Stats {
        self.table.stats()
    }
}

impl<T> Default for SpreadTable<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> core::fmt::Debug for SpreadTable<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SpreadTable").field("len", &self.table.len()).finish_non_exhaustive()
    }
}
