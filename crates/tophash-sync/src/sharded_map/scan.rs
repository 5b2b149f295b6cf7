//! Visiting the map a piece at a time, with no lock between the pieces: [`ShardedMap::scan`].

use std::hash::{BuildHasher, Hash};

use tophash::hash_table::{ScanPosition, ScanStep};

use super::Meanwhile;
use super::{STEP_ENTRIES, ShardedMap};

/// A place in a scan of a [`ShardedMap`]: a shard, and a position in it.
///
/// It borrows nothing: between two steps everybody may use the map in any way. A position of
/// another map, or a made-up one, is harmless.
///
/// ```
/// use tophash_sync::sharded_map::ShardedScanPosition;
///
/// let (shard, within) = ShardedScanPosition::START.to_parts();
/// assert_eq!(ShardedScanPosition::from_parts(shard, within), ShardedScanPosition::START);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ShardedScanPosition {
    shard: u32,
    within: ScanPosition,
}

impl ShardedScanPosition {
    /// The beginning of a new scan, of any map.
    pub const START: Self = Self { shard: 0, within: ScanPosition::START };

    /// The position as numbers: the shard's, and that of the position in it.
    #[must_use]
    pub const fn to_parts(self) -> (u32, u64) {
        (self.shard, self.within.to_bits())
    }

    /// The position that [`Self::to_parts`] gave.
    #[must_use]
    pub const fn from_parts(shard: u32, within: u64) -> Self {
        Self { shard, within: ScanPosition::from_bits(within) }
    }
}

/// What one step of a scan did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the position to go on from is lost"]
#[non_exhaustive]
pub struct ShardedScanStep {
    /// Where to go on; `None` when the scan is complete.
    pub next: Option<ShardedScanPosition>,
    /// Whether the scan of this shard began anew: because the shard has changed its hash, and then
    /// entries come again, or because it was emptied meanwhile.
    pub has_restarted: bool,
    /// Entries that this step visited.
    pub visited: usize,
}

impl<K, V, S> ShardedMap<K, V, S>
where
    K: Eq + Hash,
    S: BuildHasher,
{
    /// Visits some entries from `position` on, under the lock of one shard, and says where to go
    /// on. No lock is held between two steps.
    ///
    /// It visits chains of the shard until `budget` entries or chains were visited, and the last
    /// to its end. Over a whole scan an entry that is there all the time is visited exactly once,
    /// however much the map grows (but see [`ShardedScanStep::has_restarted`]); one that is removed
    /// before it is reached is not; one that is inserted meanwhile may be.
    ///
    /// The shard is locked while `visit` runs. If it panics, the scan can be resumed from the
    /// position that was given. O(budget).
    ///
    /// ```
    /// use tophash_sync::ShardedMap;
    /// use tophash_sync::sharded_map::ShardedScanPosition;
    ///
    /// let map: ShardedMap<u32, u32> = (0..1000).map(|n| (n, n)).collect();
    /// let (mut sum, mut position) = (0, Some(ShardedScanPosition::START));
    /// while let Some(at) = position {
    ///     position = map.scan(at, 100, |_, value| sum += value).next;
    ///     map.insert(1000, 0); // anything may happen in between
    /// }
    /// assert_eq!(sum, 499_500);
    /// ```
    pub fn scan(
        &self,
        position: ShardedScanPosition,
        budget: usize,
        visit: impl FnMut(&K, &V),
    ) -> ShardedScanStep {
        if position.shard as usize >= self.shards.len() {
            return ShardedScanStep { next: None, has_restarted: false, visited: 0 };
        }
        let locked = self.lock_index(position.shard as usize, Meanwhile::AnyCode);
        let step = locked.shard.scan(position.within, budget, &self.hashing, visit);
        self.after(position, step)
    }

    /// As [`ShardedMap::scan`]; `keep` may change the value of each entry that it visits, and says
    /// whether the entry stays. What does not is dropped under the lock.
    ///
    /// ```
    /// use tophash_sync::ShardedMap;
    /// use tophash_sync::sharded_map::ShardedScanPosition;
    ///
    /// let map: ShardedMap<u32, u32> = (0..1000).map(|n| (n, n)).collect();
    /// let mut position = Some(ShardedScanPosition::START);
    /// while let Some(at) = position {
    ///     position = map.scan_mut(at, 100, |n, _| n % 2 == 0).next;
    /// }
    /// assert_eq!(map.len(), 500);
    /// ```
    pub fn scan_mut(
        &self,
        position: ShardedScanPosition,
        budget: usize,
        keep: impl FnMut(&K, &mut V) -> bool,
    ) -> ShardedScanStep {
        if position.shard as usize >= self.shards.len() {
            return ShardedScanStep { next: None, has_restarted: false, visited: 0 };
        }
        let mut locked = self.lock_index(position.shard as usize, Meanwhile::AnyCode);
        let step = locked.shard.scan_mut(position.within, budget, &self.hashing, keep);
        self.after(position, step)
    }

    /// Where a scan goes on after a step in one shard.
    fn after(&self, position: ShardedScanPosition, step: ScanStep) -> ShardedScanStep {
        let next = if let Some(within) = step.next {
            Some(ShardedScanPosition { within, ..position })
        } else {
            let shard = position.shard + 1;
            ((shard as usize) < self.shards.len())
                .then_some(ShardedScanPosition { shard, within: ScanPosition::START })
        };
        ShardedScanStep { next, has_restarted: step.has_restarted, visited: step.visited }
    }

    /// Keeps the entries for which `keep` says so. It may change the values.
    ///
    /// [`STEP_ENTRIES`] entries at a time, under the lock of their shard; in between, others use
    /// the map. What is promised of which entries are asked about is that of [`ShardedMap::scan`].
    /// What is not kept is dropped under the lock: its `Drop` must not use this map. O(entries). If
    /// `keep` panics, what it was not asked about stays.
    ///
    /// ```
    /// let map: tophash_sync::ShardedMap<u32, u32> = (0..10).map(|n| (n, n * n)).collect();
    /// map.retain(|n, _| n % 2 == 0);
    /// assert_eq!(map.len(), 5);
    /// ```
    pub fn retain(&self, keep: impl FnMut(&K, &mut V) -> bool) {
        self.retain_by_steps(keep, |_| ());
    }

    /// The same; calls `between` after each step, when nothing is locked.
    pub(super) fn retain_by_steps(
        &self,
        mut keep: impl FnMut(&K, &mut V) -> bool,
        mut between: impl FnMut(ShardedScanStep),
    ) {
        let mut position = Some(ShardedScanPosition::START);
        while let Some(at) = position {
            let step = self.scan_mut(at, STEP_ENTRIES, &mut keep);
            position = step.next;
            between(step);
        }
    }

    /// Calls `visit` with a clone of every entry until it returns false: Go's `Range`.
    ///
    /// [`STEP_ENTRIES`] entries at a time are cloned under the lock of their shard; `visit` runs
    /// without any lock, may use the map in any way, and may take its time. It is no snapshot: each
    /// entry comes with a value that it had during the call, and what is promised of which come is
    /// that of [`ShardedMap::scan`]; an entry may have been removed since its step was cloned.
    /// O(entries).
    ///
    /// ```
    /// let map: tophash_sync::ShardedMap<u32, u32> = (0..1000).map(|n| (n, n)).collect();
    /// let mut count = 0;
    /// map.range(|key, _| {
    ///     map.remove(&key); // anything goes
    ///     count += 1;
    ///     true
    /// });
    /// assert_eq!((count, map.len()), (1000, 0));
    /// ```
    pub fn range(&self, mut visit: impl FnMut(K, V) -> bool)
    where
        K: Clone,
        V: Clone,
    {
        let mut entries = Vec::new();
        let mut position = Some(ShardedScanPosition::START);
        while let Some(at) = position {
            let clone = |key: &K, value: &V| entries.push((key.clone(), value.clone()));
            position = self.scan(at, STEP_ENTRIES, clone).next;
            for (key, value) in entries.drain(..) {
                if !visit(key, value) {
                    return;
                }
            }
        }
    }
}
