//! Visiting a set a piece at a time: [`HashSet::scan`].

use core::hash::{BuildHasher, Hash};

use super::{HashSet, ScanPosition, ScanStep};
use crate::alloc::Allocator;

impl<T, S, A> HashSet<T, S, A>
where
    T: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// Visits some values from `position` on, and says where to go on: see
    /// [`HashMap::scan`](crate::HashMap::scan), whose promises and bounds it has. O(budget).
    ///
    /// ```
    /// use tophash::HashSet;
    /// use tophash::hash_set::ScanPosition;
    ///
    /// let set: HashSet<u32> = (0..1000).collect();
    /// let (mut sum, mut position) = (0, Some(ScanPosition::START));
    /// while let Some(at) = position {
    ///     position = set.scan(at, 100, |value| sum += value).next;
    /// }
    /// assert_eq!(sum, 499_500);
    /// ```
    pub fn scan(
        &self,
        position: ScanPosition,
        budget: usize,
        mut visit: impl FnMut(&T),
    ) -> ScanStep {
        self.map.scan(position, budget, |value, ()| visit(value))
    }

    /// As [`HashSet::scan`]; `keep` says whether each value stays. See
    /// [`HashMap::scan_mut`](crate::HashMap::scan_mut). O(budget).
    ///
    /// ```
    /// use tophash::HashSet;
    /// use tophash::hash_set::ScanPosition;
    ///
    /// let mut set: HashSet<u32> = (0..1000).collect();
    /// let mut position = Some(ScanPosition::START);
    /// while let Some(at) = position {
    ///     position = set.scan_mut(at, 100, |value| value % 2 == 0).next;
    /// }
    /// assert_eq!(set.len(), 500);
    /// ```
    pub fn scan_mut(
        &mut self,
        position: ScanPosition,
        budget: usize,
        mut keep: impl FnMut(&T) -> bool,
    ) -> ScanStep {
        self.map.scan_mut(position, budget, |value, ()| keep(value))
    }

    /// Where `count` scans begin that together visit the whole set: see
    /// [`HashMap::scan_ranges`](crate::HashMap::scan_ranges).
    ///
    /// ```
    /// let set: tophash::HashSet<u32> = (0..1000).collect();
    /// let mut visited = 0;
    /// for start in set.scan_ranges(3) {
    ///     let mut position = Some(start);
    ///     while let Some(at) = position {
    ///         position = set.scan(at, 50, |_| visited += 1).next;
    ///     }
    /// }
    /// assert_eq!(visited, 1000);
    /// ```
    pub fn scan_ranges(&self, count: usize) -> impl Iterator<Item = ScanPosition> + use<T, S, A> {
        self.map.scan_ranges(count)
    }
}
