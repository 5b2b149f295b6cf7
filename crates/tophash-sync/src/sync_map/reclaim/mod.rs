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
#[cfg(not(shuttle))]
#[cfg_attr(loom, expect(dead_code, reason = "models do some of it"))]
mod pile;
#[cfg(any(loom, shuttle))]
pub(super) mod watch;

#[cfg(not(any(loom, shuttle)))]
pub(super) use bags::{Bags as Memory, USUAL_MAX};
#[cfg(any(loom, shuttle))]
pub(super) use ledger::{Ledger as Memory, USUAL_MAX};

use std::alloc::{Layout, dealloc};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

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

    /// Memory of a destroyed entry, for a new one: of the layout that cells have.
    fn take_cell(&self, pin: &Self::Pin<'_>) -> Option<NonNull<()>>;

    /// How many pieces of garbage wait because of pins, rounded down for each thread.
    fn waiting(&self) -> usize;

    /// Destroys what can be, of all that was retired; everything if nobody is pinned.
    fn settle(&self);

    /// Destroys all garbage.
    fn destroy_all(&mut self);
}

/// A pin of a map's memory.
pub(super) type Pin<'a> = <Memory as Reclaim>::Pin<'a>;

/// Something to be destroyed, perhaps in steps.
pub(super) struct Garbage {
    pointer: NonNull<()>,
    /// Destroys it, or a bounded part of it. None for a cell, of which only the memory is left:
    /// an entry whose key and value have no destructors is one from the start.
    step: Option<Step>,
}

type Step = fn(*mut ()) -> Left;

/// What a step of destruction has left.
#[cfg_attr(any(loom, shuttle), expect(dead_code, reason = "there no memory is used again"))]
pub(super) enum Left {
    Nothing,
    /// Something for the next step.
    Part,
    /// A cell.
    Cell,
}

impl Garbage {
    /// `step` is called with `pointer` as long as it leaves a part.
    pub(super) fn new<T>(pointer: *mut T, step: Step) -> Self {
        let pointer = NonNull::new(pointer.cast()).expect("what is retired is somewhere");
        Self { pointer, step: Some(step) }
    }

    /// The memory of an entry, allocated by the global allocator with the layout of all cells.
    #[cfg(not(any(loom, shuttle)))]
    pub(super) fn cell<T>(pointer: *mut T) -> Self {
        Self { step: None, ..Self::new(pointer, |_| Left::Nothing) }
    }

    /// Destroys it, or a part; what is left is returned. A cell is left as it is.
    ///
    /// It is destroyed at a time that has nothing to do with the operation under way. So a
    /// destructor's panic, which the panic hook has reported, goes no further.
    fn destroy_some(self) -> Option<Self> {
        let Some(step) = self.step else { return Some(self) };
        let step = AssertUnwindSafe(|| step(self.pointer.as_ptr()));
        // After a panic the rest is leaked rather than touched again; so is what the panic carries,
        // whose destructor might panic as well.
        let left = catch_unwind(step).unwrap_or_else(|carried| {
            mem::forget(carried);
            Left::Nothing
        });
        match left {
            Left::Nothing => None,
            Left::Part => Some(self),
            Left::Cell => Some(Self { step: None, ..self }),
        }
    }

    /// Destroys all of it; `cell` is the layout of cells.
    pub(super) fn destroy(self, cell: Layout) {
        let mut rest = Some(self);
        while let Some(garbage) = rest {
            if garbage.step.is_none() {
                free_cell(garbage.pointer, cell);
                return;
            }
            rest = garbage.destroy_some();
        }
    }
}

/// Gives the memory of a cell back.
fn free_cell(pointer: NonNull<()>, cell: Layout) {
    // SAFETY: a cell is memory of this layout, of the global allocator, and is freed once (M6). It
    // is not empty, for entries have a hash.
    unsafe { dealloc(pointer.as_ptr().cast(), cell) };
}
