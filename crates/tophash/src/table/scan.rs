//! Visiting a table a piece at a time: [`HashTable::scan`].

use super::{HashTable, ScanPosition, ScanStep, mixed};
use crate::alloc::Allocator;
use crate::raw;

impl<T, A: Allocator> HashTable<T, A> {
    /// Visits some values from `position` on, and says where to go on.
    ///
    /// As [`HashMap::scan`](crate::HashMap::scan), with the same promises: between two calls the
    /// table may be used in any way, and a value that is in it all the time is visited exactly
    /// once. `hasher` gives the hash with which each value was inserted.
    ///
    /// O(budget). If `hasher` or `visit` panics, the scan can be resumed from the position that was
    /// given.
    ///
    /// ```
    /// use tophash::HashTable;
    /// use tophash::hash_table::ScanPosition;
    ///
    /// let mut table = HashTable::new();
    /// for n in 0..1000_u64 {
    ///     table.insert_unique(n, n, |n| *n);
    /// }
    /// let (mut sum, mut position) = (0, Some(ScanPosition::START));
    /// while let Some(at) = position {
    ///     position = table.scan(at, 100, |n| *n, |n| sum += n).next;
    ///     table.insert_unique(1000, 0, |n| *n); // anything may happen in between
    /// }
    /// assert_eq!(sum, 499_500);
    /// ```
    pub fn scan(
        &self,
        position: ScanPosition,
        budget: usize,
        hasher: impl Fn(&T) -> u64,
        mut visit: impl FnMut(&T),
    ) -> ScanStep {
        let hasher = mixed(hasher, self.raw.hash0());
        let position = raw::Position(position.to_bits());
        self.raw.scan(position, budget, &hasher, |value, ()| visit(value)).into()
    }

    /// As [`HashTable::scan`]; `keep` may change each value that it visits, but for its hash, and
    /// says whether it stays.
    ///
    /// If `keep` panics, or dropping a value that it did not keep, the table is valid and the scan
    /// can be resumed from the position that was given.
    ///
    /// ```
    /// use tophash::HashTable;
    /// use tophash::hash_table::ScanPosition;
    ///
    /// let mut table = HashTable::new();
    /// for n in 0..1000_u64 {
    ///     table.insert_unique(n, n, |n| *n);
    /// }
    /// let mut position = Some(ScanPosition::START);
    /// while let Some(at) = position {
    ///     position = table.scan_mut(at, 100, |n| *n, |n| *n % 2 == 0).next;
    /// }
    /// assert_eq!(table.len(), 500);
    /// ```
    pub fn scan_mut(
        &mut self,
        position: ScanPosition,
        budget: usize,
        hasher: impl Fn(&T) -> u64,
        mut keep: impl FnMut(&mut T) -> bool,
    ) -> ScanStep {
        let hasher = mixed(hasher, self.raw.hash0());
        let position = raw::Position(position.to_bits());
        self.raw.scan_mut(position, budget, &hasher, |value, ()| keep(value)).into()
    }
}
