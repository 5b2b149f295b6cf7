//! What one thread has retired from one map, and the memory that it keeps for new entries.
//!
//! A pile belongs to one thread at a time, so it needs no atomics; what makes its garbage ripe is
//! the clock. The models of both are in `epoch.rs`.

use super::epoch::{Clock, GRACE};
use super::{Garbage, free_cell};
use crate::atomics::{AtomicUsize, Ordering};
use std::alloc::Layout;
use std::collections::VecDeque;
use std::mem;
use std::ptr::NonNull;

/// Garbage in a bag. Each full one asks the epoch to go on, which may take 10 microseconds.
pub(super) const BAG_LEN: usize = if cfg!(any(stress, loom)) { 1 } else { 1024 };

/// Full bags that wait in a pile as long as nobody stays pinned: those that the epoch has to pass,
/// and one more. If there are more, garbage is destroyed twice as fast as it is made.
#[expect(clippy::cast_possible_truncation, reason = "it is 3")]
pub(super) const SEALED_USUAL: usize = GRACE as usize + 1;

/// Cells that a pile keeps for new entries, besides those that are ripe garbage. None where a tool
/// looks for uses of what was freed.
const SPARE_MAX: usize = if cfg!(any(verify, miri)) { 0 } else { 64 };

#[derive(Default)]
pub(super) struct Pile {
    pub(super) open: Vec<Garbage>,
    /// Full bags, the oldest first.
    sealed: VecDeque<Bag>,
    pub(super) ripe: Vec<Garbage>,
    /// Memory for new entries.
    spare: Vec<NonNull<()>>,
}

struct Bag {
    garbage: Vec<Garbage>,
    sealed_at: u64,
}

impl Bag {
    fn is_ripe(&self, clock: &Clock) -> bool {
        clock.epoch() >= self.sealed_at + GRACE
    }
}

impl Pile {
    pub(super) const fn new() -> Self {
        Self { open: Vec::new(), sealed: VecDeque::new(), ripe: Vec::new(), spare: Vec::new() }
    }

    /// Closes the open bag. Called by a thread that is pinned, as were all who filled it.
    #[cold]
    pub(super) fn seal(&mut self, clock: &Clock, waiting: &AtomicUsize) {
        if !self.open.is_empty() {
            let garbage = mem::replace(&mut self.open, Vec::with_capacity(BAG_LEN));
            waiting.fetch_add(garbage.len(), Ordering::Relaxed);
            self.sealed.push_back(Bag { garbage, sealed_at: clock.epoch() });
        }
    }

    /// Gets the oldest bag for destruction, if it is ripe and nothing is left of the one before.
    #[cold]
    fn refill(&mut self, clock: &Clock, waiting: &AtomicUsize) {
        if self.ripe.is_empty() && self.sealed.front().is_some_and(|bag| bag.is_ripe(clock)) {
            self.ripe = self.sealed.pop_front().map(|bag| bag.garbage).unwrap_or_default();
            waiting.fetch_sub(self.ripe.len(), Ordering::Relaxed);
        }
    }

    /// A piece of ripe garbage.
    #[inline]
    pub(super) fn take_ripe(&mut self, clock: &Clock, waiting: &AtomicUsize) -> Option<Garbage> {
        if self.ripe.is_empty() {
            self.refill(clock, waiting);
        }
        self.ripe.pop()
    }

    /// A piece of ripe garbage that is to be destroyed now. A cell stays where it is, for the next
    /// new entry, unless more is waiting than usual.
    #[inline]
    pub(super) fn take_due(&mut self, clock: &Clock, waiting: &AtomicUsize) -> Option<Garbage> {
        if self.ripe.is_empty() {
            self.refill(clock, waiting);
        }
        let is_due = self.ripe.last()?.step.is_some() || self.is_behind();
        if is_due { self.ripe.pop() } else { None }
    }

    /// Memory for a new entry.
    #[inline]
    pub(super) fn take_cell(&mut self) -> Option<NonNull<()>> {
        match self.ripe.last() {
            Some(&Garbage { pointer, step: None }) if SPARE_MAX > 0 => {
                self.ripe.pop();
                Some(pointer)
            }
            _ => self.spare.pop(),
        }
    }

    /// Keeps the memory of an entry, or gives it back.
    pub(super) fn keep(&mut self, pointer: NonNull<()>, cell: Layout) {
        if self.spare.len() < SPARE_MAX {
            self.spare.push(pointer);
        } else {
            free_cell(pointer, cell);
        }
    }

    /// Whether more waits than usual.
    #[inline]
    pub(super) fn is_behind(&self) -> bool {
        self.sealed.len() > SEALED_USUAL
    }

    /// The epoch at which all sealed bags are ripe; none if there is none.
    pub(super) fn ripe_at(&self) -> Option<u64> {
        self.sealed.back().map(|bag| bag.sealed_at + GRACE)
    }

    pub(super) fn into_all(self) -> impl Iterator<Item = Garbage> {
        let sealed = self.sealed.into_iter().flat_map(|bag| bag.garbage);
        let spare = self.spare.into_iter().map(|pointer| Garbage { pointer, step: None });
        self.open.into_iter().chain(sealed).chain(self.ripe).chain(spare)
    }
}
