//! Scanning: visiting a table a few chains at a time, from a position that is one integer and that
//! survives whatever is done to the table in between. See `order.rs` for why it does.

#![forbid(unsafe_code)]

use core::ops::Deref;

use super::RawTable;
use super::order::{Interval, ROUND, rank_of};
use crate::alloc::Allocator;
use crate::hash::{KeyHasher, fresh_random};

/// A place between two chains of a scan, detached from the table: 64 bits.
///
/// ```text
/// bits 63..56   the seed's epoch, 1 to 255; 0 in the position before any scan
/// bits 55..44   where the scan began: the rank's highest 12 bits
/// bits 43..32   how many 4096ths of the ranks it visits, less one
/// bits 31..0    how far it has come: an offset in rank
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Position(pub(crate) u64);

/// Pieces that a scan's range is counted in.
const PIECES: u64 = 1 << 12;

/// Ranks in a piece.
const PIECE_LEN: u64 = ROUND / PIECES;

impl Position {
    fn new(epoch: u8, first_piece: u64, piece_count: u64, offset: u64) -> Self {
        debug_assert!(first_piece < PIECES && (1..=PIECES).contains(&piece_count));
        debug_assert!(offset < ROUND);
        Self(u64::from(epoch) << 56 | first_piece << 44 | (piece_count - 1) << 32 | offset)
    }

    fn epoch(self) -> u8 {
        (self.0 >> 56) as u8
    }

    /// The rank at which the scan began.
    fn start(self) -> u32 {
        ((self.0 >> 44 & (PIECES - 1)) * PIECE_LEN) as u32
    }

    /// The offset at which the scan ends.
    fn end(self) -> u64 {
        ((self.0 >> 32 & (PIECES - 1)) + 1) * PIECE_LEN
    }

    fn offset(self) -> u64 {
        self.0 & (ROUND - 1)
    }

    /// The same scan, further on; `None` at its end.
    fn at(self, offset: u64) -> Option<Self> {
        (offset < self.end()).then_some(Self(self.0 & !(ROUND - 1) | offset))
    }
}

/// What one call of a scan did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScanStep {
    /// Where to go on; `None` when the scan is complete.
    pub(crate) next: Option<Position>,
    /// Whether the position was of another seed, so that the scan began anew.
    pub(crate) has_restarted: bool,
    /// Entries that were visited.
    pub(crate) visited: usize,
}

/// The part of one chain that a scan visits: all of it, or the entries with offsets in a range.
struct Part {
    interval: Interval,
    from: u64,
    to: u64,
    is_whole: bool,
}

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// The position of a new scan of everything, from a random place.
    fn fresh_position(&self) -> Position {
        let random = u64::from(fresh_random()) % PIECES;
        Position::new(self.header().epoch(), random, PIECES, 0)
    }

    /// Positions of scans that visit everything together, each a part: `count` of them, from 1 to
    /// 4096. They begin at a random place.
    pub(crate) fn scan_positions(
        &self,
        count: usize,
    ) -> impl Iterator<Item = Position> + use<K, V, A> {
        let epoch = self.header().epoch();
        let random = u64::from(fresh_random()) % PIECES;
        let count = (count as u64).clamp(1, PIECES);
        (0..count).map(move |n| {
            let (from, to) = (n * PIECES / count, (n + 1) * PIECES / count);
            Position::new(epoch, (random + from) % PIECES, to - from, 0)
        })
    }

    /// Where a scan from `position` goes on in this table, and whether that is a new scan in place
    /// of one of another seed.
    fn resume(&self, position: Position) -> (Position, bool) {
        let epoch = self.header().epoch();
        if position.epoch() == epoch && epoch != 0 && position.offset() < position.end() {
            (position, false)
        } else {
            (self.fresh_position(), position.epoch() != 0)
        }
    }

    /// The part of a chain that comes next.
    fn part_at(&self, position: Position) -> Part {
        let rank = position.start().wrapping_add(position.offset() as u32);
        let interval = self.header().interval_at(rank);
        self.prefetch_ahead_of(interval);
        let from = position.offset();
        let to = (from + interval.rest_from(rank)).min(position.end());
        Part { interval, from, to, is_whole: to - from == interval.len }
    }

    /// Visits the chains from `position` on, until `budget` entries or as many chains were visited.
    /// At least one chain. `visit` is told of each part of a chain, and says how many entries it
    /// visited there.
    fn scan_parts<T: Deref<Target = Self>>(
        mut table: T,
        position: Position,
        budget: usize,
        mut visit: impl FnMut(&mut T, &Part, Position) -> usize,
    ) -> ScanStep {
        let (mut position, has_restarted) = table.resume(position);
        let (mut visited, mut chains) = (0, 0);
        while table.len() > 0 {
            let part = table.part_at(position);
            visited += visit(&mut table, &part, position);
            chains += 1;
            let Some(next) = position.at(part.to) else { break };
            position = next;
            if visited >= budget || chains >= budget {
                return ScanStep { next: Some(position), has_restarted, visited };
            }
        }
        ScanStep { next: None, has_restarted, visited }
    }

    /// Visits the entries of the chains from `position` on, until `budget` entries or as many
    /// chains were visited. At least one chain; the last one is visited to its end.
    ///
    /// `hasher` and `visit` are user code and may panic; nothing is changed while they run.
    pub(crate) fn scan(
        &self,
        position: Position,
        budget: usize,
        hasher: &impl KeyHasher<K>,
        mut visit: impl FnMut(&K, &V),
    ) -> ScanStep {
        Self::scan_parts(self, position, budget, |table, part, position| {
            let index = part.interval.index;
            let mut visited = 0;
            for place in (0..table.chain_len(index)).rev() {
                let Some((key, value)) = table.entry_at(index, place) else { break };
                if part.holds(position, || hasher.hash(key)) {
                    visited += 1;
                    visit(key, value);
                }
            }
            visited
        })
    }

    /// As [`Self::scan`]; `keep` may change an entry, but for its hash, and says whether it stays.
    ///
    /// From a chain's end to its front: the entry that fills a hole was visited before.
    pub(crate) fn scan_mut(
        &mut self,
        position: Position,
        budget: usize,
        hasher: &impl KeyHasher<K>,
        mut keep: impl FnMut(&mut K, &mut V) -> bool,
    ) -> ScanStep {
        Self::scan_parts(self, position, budget, |table, part, position| {
            let index = part.interval.index;
            let (mut visited, mut has_removed) = (0, false);
            for place in (0..table.chain_len(index)).rev() {
                let Some((key, value)) = table.entry_at_mut(index, place) else { break };
                if !part.holds(position, || hasher.hash(key)) {
                    continue;
                }
                visited += 1;
                if !keep(key, value) {
                    has_removed = true;
                    // User code again, when it is dropped; the table is whole by then.
                    drop(table.remove_at(index, place));
                }
            }
            if has_removed {
                table.removed();
            }
            visited
        })
    }
}

impl Part {
    /// Whether an entry of the chain belongs to this part. It is hashed only if some do not.
    fn holds(&self, position: Position, hash: impl FnOnce() -> u64) -> bool {
        self.is_whole || {
            let offset = u64::from(rank_of(hash()).wrapping_sub(position.start()));
            (self.from..self.to).contains(&offset)
        }
    }
}
