//! The garbage of one map, in bags that wait for the epoch to go on.
//!
//! Each thread that writes has a pile of its own in each map: the open bag, to which it adds; full
//! bags, sealed with the epoch of that moment and ripe a few epochs later; and what is ripe. Each
//! retirement destroys one or two pieces of that. So as much is destroyed as is made, and never
//! much at once. The memory of entries is kept for the thread's next ones, up to some: to give it
//! to the allocator and have it back takes a fifth of a write to a present key.
//!
//! A pile belongs to whoever has the record of its number (`epoch.rs`), which passes from thread to
//! thread. Threads whose number is too high share a pile with a lock.

use super::epoch::{Clock, GRACE, Record};
use super::pile::{BAG_LEN, Pile, SEALED_USUAL};
use super::{Garbage, Reclaim};
use crate::atomics::{AtomicPtr, AtomicUsize, Mutex, Ordering};
use std::alloc::Layout;
use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::PoisonError;
use std::{mem, ptr};

/// The most garbage of one thread that waits in one map as long as nobody stays pinned while that
/// thread makes a bag full: see [`SyncMap::garbage_len`](super::super::SyncMap::garbage_len).
pub(in super::super) const USUAL_MAX: usize = 2 * SEALED_USUAL * BAG_LEN;

/// Piles that belong to one thread each.
const PILE_COUNT: usize = if cfg!(stress) { 1 } else { 32 };

/// How often [`Reclaim::settle`] tries to let the epoch go on, each time with a barrier that takes
/// microseconds: as often as makes garbage ripe, and once more for each, because somebody may just
/// be about to unpin.
const SETTLE_TRIES: u64 = 2 * GRACE;

static CLOCK: Clock = Clock::new();

/// The garbage of one map.
pub(in super::super) struct Bags {
    /// Boxes, made when they are first wanted; null before.
    piles: [AtomicPtr<Pile>; PILE_COUNT],
    shared: Mutex<Pile>,
    /// Pieces of garbage in all sealed bags.
    waiting: AtomicUsize,
    /// The layout of the map's entries.
    cell: Layout,
}

/// A pin of this thread.
pub(in super::super) struct EpochPin {
    record: &'static Record,
    /// It is ended by the thread that began it.
    stays_here: PhantomData<*const ()>,
}

impl EpochPin {
    #[inline]
    fn of(record: &'static Record) -> Self {
        CLOCK.pin(record);
        Self { record, stays_here: PhantomData }
    }
}

impl Drop for EpochPin {
    #[inline]
    fn drop(&mut self) {
        self.record.unpin();
    }
}

impl Bags {
    pub(in super::super) const fn new(cell: Layout) -> Self {
        Self {
            piles: [const { AtomicPtr::new(ptr::null_mut()) }; PILE_COUNT],
            shared: Mutex::new(Pile::new()),
            waiting: AtomicUsize::new(0),
            cell,
        }
    }

    /// Shows a closure the pile of this thread. No code of the user's may run in it.
    #[inline]
    fn with_pile<R>(&self, pin: &EpochPin, action: impl FnOnce(&mut Pile) -> R) -> R {
        let Some(pointer) = self.piles.get(pin.record.index) else {
            return action(&mut self.shared.lock().unwrap_or_else(PoisonError::into_inner));
        };
        let mut pile = pointer.load(Ordering::Acquire);
        if pile.is_null() {
            pile = Box::into_raw(Box::new(Pile::new()));
            pointer.store(pile, Ordering::Release);
        }
        // SAFETY: a box that is freed with the map. It is this thread's alone: only one thread has
        // the record of this number, which acquired it from the one before; and `action` does not
        // come here again, because it runs no code of the user's.
        action(unsafe { &mut *pile })
    }
}

impl Reclaim for Bags {
    type Pin<'a> = EpochPin;

    #[inline]
    fn pin(&self) -> EpochPin {
        match RECORD.get() {
            Some(record) => EpochPin::of(record),
            None => pin_with_new_record(),
        }
    }

    #[inline]
    unsafe fn retire(&self, pin: &EpochPin, garbage: Garbage) {
        let (due, is_full) = self.with_pile(pin, |pile| {
            pile.open.push(garbage);
            let is_full = pile.open.len() >= BAG_LEN;
            if is_full {
                pile.seal(&CLOCK, &self.waiting);
            }
            (pile.take_due(&CLOCK, &self.waiting), is_full)
        });
        if is_full {
            CLOCK.advance();
        }
        if let Some(garbage) = due {
            self.destroy_due(pin, garbage);
        }
    }

    #[inline]
    fn take_cell(&self, pin: &EpochPin) -> Option<NonNull<()>> {
        self.with_pile(pin, Pile::take_cell)
    }

    fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    fn settle(&self) {
        if IS_DESTROYING.get() {
            // Called by a destructor: as in a retirement, it must not call the next.
            return;
        }
        let _until_the_end = Destroying::begin();
        let pin = self.pin();
        let ripe_at = self.with_pile(&pin, |pile| {
            pile.seal(&CLOCK, &self.waiting);
            pile.ripe_at()
        });
        drop(pin);
        for _ in 0..SETTLE_TRIES {
            if ripe_at.is_none_or(|epoch| CLOCK.epoch() >= epoch) {
                break;
            }
            CLOCK.advance();
        }
        loop {
            let pin = self.pin();
            let garbage = self.with_pile(&pin, |pile| pile.take_ripe(&CLOCK, &self.waiting));
            drop(pin);
            let Some(garbage) = garbage else { break };
            garbage.destroy(self.cell);
        }
    }

    fn destroy_all(&mut self) {
        *self.waiting.get_mut() = 0;
        // A destructor retires nothing here: it has no reference to the map.
        for pointer in &self.piles {
            let pile = pointer.swap(ptr::null_mut(), Ordering::Acquire);
            if !pile.is_null() {
                // SAFETY: a box, and nobody else has the map.
                let pile = unsafe { Box::from_raw(pile) };
                pile.into_all().for_each(|garbage| garbage.destroy(self.cell));
            }
        }
        let shared = mem::take(&mut *self.shared.lock().unwrap_or_else(PoisonError::into_inner));
        shared.into_all().for_each(|garbage| garbage.destroy(self.cell));
    }
}

impl Bags {
    /// Destroys a piece of ripe garbage, and another one if more waits than usual: one for one in
    /// the long run, so that there is never more of it than is made in a while.
    #[inline(never)]
    fn destroy_due(&self, pin: &EpochPin, garbage: Garbage) {
        if IS_DESTROYING.get() {
            self.with_pile(pin, |pile| pile.ripe.push(garbage));
            return;
        }
        self.destroy_some(pin, garbage);
        let take_more = |pile: &mut Pile| {
            if pile.is_behind() { pile.take_ripe(&CLOCK, &self.waiting) } else { None }
        };
        if let Some(garbage) = self.with_pile(pin, take_more) {
            self.destroy_some(pin, garbage);
        }
    }

    /// Destroys a piece, or a part of it; what is left comes next.
    fn destroy_some(&self, pin: &EpochPin, garbage: Garbage) {
        let until_the_end = Destroying::begin();
        let rest = garbage.destroy_some();
        drop(until_the_end);
        self.with_pile(pin, |pile| match rest {
            None => (),
            Some(Garbage { pointer, step: None }) => pile.keep(pointer, self.cell),
            Some(rest) => pile.ripe.push(rest),
        });
    }
}

thread_local! {
    /// Whether this thread is in a destructor that a retirement called. If that retires something,
    /// as one may that uses a map, nothing more is destroyed: else each could call the next.
    static IS_DESTROYING: Cell<bool> = const { Cell::new(false) };

    /// This thread's record. Without a destructor, so that it is there until the very end.
    static RECORD: Cell<Option<&'static Record>> = const { Cell::new(None) };

    /// Gives the record back when the thread ends.
    static LEAVING: Leaving = const { Leaving };
}

struct Destroying;

impl Destroying {
    fn begin() -> Self {
        IS_DESTROYING.set(true);
        Self
    }
}

impl Drop for Destroying {
    fn drop(&mut self) {
        IS_DESTROYING.set(false);
    }
}

struct Leaving;

impl Drop for Leaving {
    fn drop(&mut self) {
        if let Some(record) = RECORD.take() {
            record.leave();
        }
    }
}

#[cold]
#[inline(never)]
fn pin_with_new_record() -> EpochPin {
    let record = CLOCK.take_record();
    let pin = EpochPin::of(record);
    if LEAVING.try_with(|_| ()).is_ok() {
        RECORD.set(Some(record));
    } else {
        // The thread is ending: the record goes back with this very pin.
        record.leave();
    }
    pin
}
