//! Walking: visiting entries one at a time while the table is written to in between.
//!
//! A [`Walker`] goes round the chains in the order of `order.rs`. Of the chain that it is in, it
//! knows how many entries it has not visited yet: they are always the chain's first ones, because
//! it goes from the end to the front. That is its *mark*.
//!
//! ```text
//! chain  | a | b | c | d | e | f |      mark 3: a, b and c are still to come, c next
//!          0   1   2 ^ 3   4   5
//! ```
//!
//! - An insertion appends behind the mark: the entry is not visited (rule I4).
//! - A removal fills the hole at *p* below the mark with the last unvisited entry, that place with
//!   the chain's last entry, and the mark goes down by one. Several walkers have several marks in a
//!   chain, and the hole moves up from one to the next.
//! - A split leaves both parts in order, so the unvisited entries are the first ones of both: one
//!   mark becomes two. A chain in several parts means several marks, at most [`MARKS_MAX`]: a
//!   split that would need more waits until the walker has gone on.
//! - A merge that would put visited entries before unvisited ones waits as well: one of the chain
//!   that the walker is in, or across the places where it is or where it began.
//!
//! Everything that changes a table while walkers are under way goes through the functions here,
//! which are told of the walkers. A walker itself is only numbers: to forget one harms nothing, and
//! a wrong one (a `Hash` that contradicts itself makes wrong marks) visits other entries but no
//! slot that is not taken.

#![forbid(unsafe_code)]

use super::grow::Step;
use super::order::{Interval, ROUND};
use super::tophash::SLOT_COUNT;
use super::{RawTable, index_bits};
use crate::alloc::Allocator;
use crate::hash::{KeyHasher, fresh_random};

/// Parts that the chain which a walker is in may fall into while it is there.
const MARKS_MAX: usize = 16;

/// The bits of a random rank at which a walker begins. Few, so that the place where it began stands
/// in the way of a merge only in tables of less than 64 buckets.
const START_BITS: u32 = 0xfc00_0000;

/// The unvisited entries of one chain: its first `unvisited` ones.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    index: u32,
    unvisited: usize,
    /// While the chain is split: how many of them go to X.
    for_x: usize,
}

/// Where an entry is: a chain and a position in it. Valid until the table is next changed; a wrong
/// one leads to another entry or to none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WalkPlace {
    index: u32,
    position: usize,
}

/// How far one walk has come.
#[derive(Clone, Debug)]
pub(crate) struct Walker {
    /// The rank at which it began.
    start: u32,
    /// The offsets of the chain that it is in, or of what that chain has become.
    from: u64,
    to: u64,
    marks: [Mark; MARKS_MAX],
    mark_count: usize,
}

impl Walker {
    /// One that visits nothing more.
    pub(crate) fn finish(&mut self) {
        self.to = ROUND;
        self.mark_count = 0;
    }

    fn mark_in(&mut self, index: u32) -> Option<&mut Mark> {
        self.marks[..self.mark_count].iter_mut().find(|mark| mark.index == index)
    }

    fn add_mark(&mut self, mark: Mark) {
        if mark.unvisited > 0 {
            self.marks[self.mark_count] = mark;
            self.mark_count += 1;
        }
    }

    /// Whether to merge this interval's two halves would mix what was visited with what was not.
    fn forbids_merge(&self, merged: Interval) -> bool {
        let here = self.start.wrapping_add(self.to as u32);
        if merged.is_divided_by(self.start) || merged.is_divided_by(here) {
            return true;
        }
        // Where the interval begins, as an offset: inside what the walker is in?
        let offset = u64::from(merged.start.wrapping_sub(self.start));
        self.mark_count > 0 && offset < self.to && offset + merged.len > self.from
    }
}

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// A walk that begins at a random chain.
    pub(crate) fn walker(&self) -> Walker {
        let start = self.header().interval_at(fresh_random() & START_BITS).start;
        Walker { start, from: 0, to: 0, marks: [Mark::default(); MARKS_MAX], mark_count: 0 }
    }

    /// The next entry of the walk `which`.
    pub(crate) fn walk(&mut self, walkers: &mut [Walker], which: usize) -> Option<WalkPlace> {
        let is_alone = walkers.len() == 1;
        let walker = &mut walkers[which];
        loop {
            while let Some(mark) = walker.marks[..walker.mark_count].last_mut() {
                // Less than the mark only if a `Hash` contradicts itself, or after a clear.
                mark.unvisited = mark.unvisited.min(self.mark_limit(mark.index));
                if mark.unvisited > 0 {
                    mark.unvisited -= 1;
                    return Some(WalkPlace { index: mark.index, position: mark.unvisited });
                }
                walker.mark_count -= 1;
            }
            if walker.to >= ROUND || self.len() == 0 {
                walker.finish();
                return None;
            }
            let rank = walker.start.wrapping_add(walker.to as u32);
            let interval = self.header().interval_at(rank);
            self.prefetch_ahead_of(interval);
            walker.from = walker.to;
            walker.to = (walker.from + interval.rest_from(rank)).min(ROUND);
            let unvisited = self.chain_len(interval.index);
            if interval.len == ROUND && is_alone {
                self.shuffle(interval.index, unvisited);
            }
            walker.add_mark(Mark { index: interval.index, unvisited, for_x: 0 });
        }
    }

    /// Puts the first entries of a chain, up to eight, into a random order. A table of one bucket
    /// has no other place at which a walk could begin (rule I6).
    fn shuffle(&mut self, index: u32, len: usize) {
        let mut random = fresh_random();
        for bound in (2..=len.min(SLOT_COUNT)).rev() {
            self.exchange(index, bound - 1, random as usize % bound);
            random /= bound as u32;
        }
    }

    /// The entries of a chain; none, if there is no such chain.
    fn mark_limit(&self, index: u32) -> usize {
        if index <= self.header().last() { self.chain_len(index) } else { 0 }
    }

    /// [`RawTable::prepare`] while walkers are under way.
    pub(crate) fn prepare_walked(&mut self, walkers: &mut [Walker], hasher: &impl KeyHasher<K>) {
        match self.parts.step_before_write(Self::KIND) {
            Step::Nothing => {}
            Step::Merge => {
                if !self.next_merge_is_forbidden(walkers) {
                    self.parts.merge_last(Self::KIND);
                }
            }
            Step::Split => {
                if self.split_walked(walkers, hasher) && self.parts.splits_another(Self::SHAPE) {
                    self.split_walked(walkers, hasher);
                }
            }
        }
    }

    /// [`RawTable::make_room`] while walkers are under way.
    pub(crate) fn make_room_walked(&mut self, walkers: &mut [Walker], hasher: &impl KeyHasher<K>) {
        if self.header().is_full() && self.parts.begin_growth(Self::KIND) {
            self.grow_step_walked(walkers, usize::MAX, hasher);
        }
    }

    /// [`RawTable::grow_step`] while walkers are under way.
    pub(crate) fn grow_step_walked(
        &mut self,
        walkers: &mut [Walker],
        step_count: usize,
        hasher: &impl KeyHasher<K>,
    ) -> bool {
        for _ in 0..step_count {
            if !self.is_growing() || !self.split_walked(walkers, hasher) {
                return false;
            }
        }
        self.is_growing()
    }

    /// [`RawTable::shrink_step`] while walkers are under way: ends early at a merge that must wait.
    /// True if there is more to do, and the next merge need not wait.
    pub(crate) fn shrink_step_walked(&mut self, walkers: &mut [Walker], step_count: usize) -> bool {
        for _ in 0..step_count {
            if self.next_merge_is_forbidden(walkers) || !self.shrink_step(1) {
                return false;
            }
        }
        !self.next_merge_is_forbidden(walkers) && self.shrink_step(0)
    }

    /// Takes out the entry at `position` of a chain. `None` behind the chain's end.
    pub(crate) fn remove_walked(
        &mut self,
        walkers: &mut [Walker],
        WalkPlace { index, position }: WalkPlace,
    ) -> Option<(K, V)> {
        let len = self.chain_len(index);
        if position >= len {
            return None;
        }
        let mut hole = position;
        loop {
            let marks = walkers.iter_mut().filter_map(|walker| walker.mark_in(index));
            let above = marks.map(|mark| mark.unvisited.min(len)).filter(|mark| *mark > hole);
            let Some(nearest) = above.min() else { break };
            self.exchange(index, hole, nearest - 1);
            for mark in walkers.iter_mut().filter_map(|walker| walker.mark_in(index)) {
                if mark.unvisited.min(len) == nearest {
                    mark.unvisited = nearest - 1;
                }
            }
            hole = nearest - 1;
        }
        let entry = self.remove_at(index, hole);
        self.note_removal();
        entry
    }

    /// Where the entry is that a look-up finds.
    pub(crate) fn find_place(
        &self,
        hash: u64,
        equals: impl FnMut(&K) -> bool,
    ) -> Option<WalkPlace> {
        let slot = self.find(hash, equals)?;
        Some(WalkPlace { index: slot.index, position: self.position_of(slot) })
    }

    /// The entry at a place; `None` if there is none.
    pub(crate) fn walked_entry(&self, place: WalkPlace) -> Option<(&K, &V)> {
        self.entry_at(place.index, place.position)
    }

    /// As [`Self::walked_entry`], exclusively.
    pub(crate) fn walked_entry_mut(&mut self, place: WalkPlace) -> Option<(&mut K, &mut V)> {
        self.entry_at_mut(place.index, place.position)
    }

    /// Whether the merge that comes next must wait.
    fn next_merge_is_forbidden(&self, walkers: &[Walker]) -> bool {
        let header = self.header();
        if header.last() < header.half() {
            return false;
        }
        let merged = Interval::of(header.last() - header.half(), header.mask >> 1);
        walkers.iter().any(|walker| walker.forbids_merge(merged))
    }

    /// Splits the next bucket, and the marks in it. False if that must wait, or memory is refused.
    fn split_walked(&mut self, walkers: &mut [Walker], hasher: &impl KeyHasher<K>) -> bool {
        let index = self.header().nevacuate();
        let half = self.header().half();
        // User code, and rarely needed: the keys of a chain in which a walker is are hashed twice.
        for walker in &mut *walkers {
            let is_full = walker.mark_count == MARKS_MAX;
            let Some(mark) = walker.mark_in(index) else { continue };
            mark.for_x = 0;
            let mut counted = 0;
            for position in 0..mark.unvisited {
                let Some((key, _)) = self.entry_at(index, position) else { break };
                counted += 1;
                mark.for_x += usize::from(index_bits(hasher.hash(key)) & half == 0);
            }
            mark.unvisited = counted;
            if is_full && mark.for_x > 0 && mark.for_x < counted {
                return false;
            }
        }
        if !self.split_next(hasher) {
            return false;
        }
        for walker in walkers {
            let Some(mark) = walker.mark_in(index) else { continue };
            let for_y = mark.unvisited - mark.for_x;
            let y = Mark { index: index + half, unvisited: for_y, for_x: 0 };
            mark.unvisited = mark.for_x;
            if mark.unvisited == 0 {
                *mark = y;
            } else {
                walker.add_mark(y);
            }
        }
        true
    }
}
