//! Visiting a map a piece at a time: [`HashMap::scan`].

use core::hash::{BuildHasher, Hash};

use super::{HashMap, hasher_of};
use crate::alloc::Allocator;
use crate::raw;

/// A place in a scan: 64 bits, to be kept, sent, stored or logged.
///
/// It is not bound to the map by a borrow: the map can be written to, grow and shrink before the
/// scan goes on. See [`HashMap::scan`].
///
/// A position from another map, or a made-up one, is harmless: the scan visits some part of the
/// map, or all of it, and ends.
///
/// ```
/// use tophash::hash_map::ScanPosition;
///
/// let position = ScanPosition::START;
/// let stored: u64 = position.to_bits();
/// assert_eq!(ScanPosition::from_bits(stored), position);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ScanPosition(u64);

impl ScanPosition {
    /// The beginning of a new scan, of any map.
    pub const START: Self = Self(0);

    /// The position as a number.
    #[must_use]
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// The position that [`Self::to_bits`] gave.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

/// What one call of a scan did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the position to go on from is lost"]
#[non_exhaustive]
pub struct ScanStep {
    /// Where to go on; `None` when the scan is complete.
    pub next: Option<ScanPosition>,
    /// Whether the scan began anew, because the map has another seed than when the position was
    /// made: it was empty or cleared meanwhile, or has defended itself against a flood. Entries
    /// that were visited before are visited again.
    pub has_restarted: bool,
    /// Entries that this call visited.
    pub visited: usize,
}

impl From<raw::ScanStep> for ScanStep {
    fn from(step: raw::ScanStep) -> Self {
        let next = step.next.map(|position| ScanPosition(position.0));
        Self { next, has_restarted: step.has_restarted, visited: step.visited }
    }
}

impl<K, V, S, A> HashMap<K, V, S, A>
where
    K: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// Visits some entries from `position` on, and says where to go on.
    ///
    /// It visits the chains that come next until `budget` entries or `budget` chains were visited,
    /// and the last one to its end: so a call overruns its budget by less than a chain, and visits
    /// at least one. Between two calls the map may be used in any way. Over a whole scan, from
    /// [`ScanPosition::START`] to the step whose `next` is `None`:
    ///
    /// - an entry that is in the map all the time is visited exactly once, however much the map
    ///   grows or shrinks;
    /// - an entry that is removed before it is reached is not visited;
    /// - an entry that is inserted meanwhile may or may not be visited, and not twice.
    ///
    /// If the seed has changed, the scan begins anew and [`ScanStep::has_restarted`] says so (256
    /// changes and more between two calls may go unnoticed). A new scan begins at a random place.
    ///
    /// If `visit` panics, the scan can be resumed from the position that was given.
    ///
    /// O(budget).
    ///
    /// ```
    /// use tophash::HashMap;
    /// use tophash::hash_map::ScanPosition;
    ///
    /// let mut map: HashMap<u32, u32> = (0..1000).map(|n| (n, n)).collect();
    /// let (mut sum, mut position) = (0, ScanPosition::START);
    /// loop {
    ///     let step = map.scan(position, 100, |_, value| sum += value);
    ///     let Some(next) = step.next else { break };
    ///     position = next;
    ///     map.insert(1000, 0); // anything may happen in between
    /// }
    /// assert_eq!(sum, 499_500);
    /// ```
    pub fn scan(
        &self,
        position: ScanPosition,
        budget: usize,
        visit: impl FnMut(&K, &V),
    ) -> ScanStep {
        let hasher = hasher_of(&self.hash_builder, self.table.seed());
        self.table.scan(raw::Position(position.0), budget, &hasher, visit).into()
    }

    /// As [`HashMap::scan`]; `keep` may change the value of each entry it visits, and says whether
    /// the entry stays.
    ///
    /// If `keep` panics, or dropping an entry that it did not keep, the map is valid and the scan
    /// can be resumed from the position that was given.
    ///
    /// To expire the old entries of a large map, a thousand at a time and one batch for each
    /// insertion, so that none of them pauses:
    ///
    /// ```
    /// use tophash::HashMap;
    /// use tophash::hash_map::ScanPosition;
    ///
    /// struct Session {
    ///     expires: u64,
    /// }
    ///
    /// let mut sessions: HashMap<u64, Session> = HashMap::new();
    /// let mut position = ScanPosition::START;
    /// for now in 0..10_000_u64 {
    ///     sessions.insert(now, Session { expires: now + 100 });
    ///     let step = sessions.scan_mut(position, 1000, |_, session| session.expires > now);
    ///     position = step.next.unwrap_or(ScanPosition::START); // round and round
    /// }
    /// assert!(sessions.len() < 5000);
    /// ```
    pub fn scan_mut(
        &mut self,
        position: ScanPosition,
        budget: usize,
        mut keep: impl FnMut(&K, &mut V) -> bool,
    ) -> ScanStep {
        let hasher = hasher_of(&self.hash_builder, self.table.seed());
        let position = raw::Position(position.0);
        self.table.scan_mut(position, budget, &hasher, |key, value| keep(key, value)).into()
    }

    /// Where `count` scans begin that together visit the whole map, each a part of about the same
    /// size: for several threads, say.
    ///
    /// Each is scanned on its own with [`HashMap::scan`], until its `next` is `None`. Growth and
    /// shrinking between the calls change nothing. If one of them reports a restart it scans
    /// everything from then on. At least 1 and at most 4096 parts are made.
    ///
    /// ```
    /// use tophash::HashMap;
    ///
    /// let map: HashMap<u32, u32> = (0..1000).map(|n| (n, 1)).collect();
    /// let total: u32 = std::thread::scope(|scope| {
    ///     let scans: Vec<_> = map
    ///         .scan_ranges(4)
    ///         .map(|start| {
    ///             let map = &map;
    ///             scope.spawn(move || {
    ///                 let (mut sum, mut position) = (0, Some(start));
    ///                 while let Some(at) = position {
    ///                     position = map.scan(at, 100, |_, value| sum += value).next;
    ///                 }
    ///                 sum
    ///             })
    ///         })
    ///         .collect();
    ///     scans.into_iter().map(|scan| scan.join().unwrap()).sum()
    /// });
    /// assert_eq!(total, 1000);
    /// ```
    pub fn scan_ranges(
        &self,
        count: usize,
    ) -> impl Iterator<Item = ScanPosition> + use<K, V, S, A> {
        self.table.scan_positions(count).map(|position| ScanPosition(position.0))
    }
}
