//! Reclamation: when what was unlinked from a map may be destroyed.
//!
//! Who reads is *pinned*. What is retired is destroyed when everybody who was pinned at that moment
//! no longer is. Each map keeps its own garbage, and destroys what is ripe a little at a time, in
//! its own writes and when it is dropped: so no write pays for thousands of others, no destructor
//! runs in a thread that does not use the map, and none after the map is gone, which is why keys
//! and values need neither be `'static` nor `Send`.

#[cfg(not(any(loom, shuttle)))]
mod bags;
#[cfg(not(shuttle))]
mod epoch;
#[cfg(any(loom, shuttle))]
mod ledger;
#[cfg(any(loom, shuttle))]
pub(super) mod watch;

#[cfg(not(any(loom, shuttle)))]
pub(super) use bags::Bags as Memory;
#[cfg(any(loom, shuttle))]
pub(super) use ledger::Ledger as Memory;

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a scheme of reclamation has to offer.
pub(super) trait Reclaim {
    /// While one is there, nothing that is retired from now on is destroyed.
    type Pin<'a>
    where
        Self: 'a;

    /// Pins the thread, until the result is dropped. Takes no lock.
    fn pin(&self) -> Self::Pin<'_>;

    /// Leaves garbage to be destroyed once all pins of now are gone. May destroy older garbage,
    /// which is code of the user's: not to be called under a lock.
    ///
    /// # Safety
    ///
    /// Who pins from now on cannot reach it, and nobody else retires it.
    unsafe fn retire(&self, pin: &Self::Pin<'_>, garbage: Garbage);

    /// Destroys what can be, of all that was retired; everything if nobody is pinned.
    fn settle(&self);

    /// Destroys all garbage.
    fn destroy_all(&mut self);
}

/// A pin of a map's memory.
pub(super) type Pin<'a> = <Memory as Reclaim>::Pin<'a>;

/// Something to be destroyed, perhaps in steps.
pub(super) struct Garbage {
    pointer: *mut (),
    /// Destroys it, or a bounded part of it; tells whether it is gone.
    step: fn(*mut ()) -> bool,
}

impl Garbage {
    /// `step` is called with `pointer` until it returns true.
    pub(super) fn new(pointer: *mut (), step: fn(*mut ()) -> bool) -> Self {
        Self { pointer, step }
    }

    /// Destroys it, or a part; what is left is returned.
    ///
    /// It is destroyed at a time that has nothing to do with the operation under way. So a
    /// destructor's panic, which the panic hook has reported, goes no further.
    fn destroy_some(self) -> Option<Self> {
        let step = AssertUnwindSafe(|| (self.step)(self.pointer));
        // After a panic the rest is leaked rather than touched again; so is what the panic carries,
        // whose destructor might panic as well.
        let is_gone = catch_unwind(step).unwrap_or_else(|carried| {
            mem::forget(carried);
            true
        });
        (!is_gone).then_some(self)
    }

    /// Destroys all of it.
    pub(super) fn destroy(self) {
        let mut rest = Some(self);
        while let Some(garbage) = rest {
            rest = garbage.destroy_some();
        }
    }
}
