//! Reclamation for model checkers: who is pinned is written down, and garbage is destroyed at the
//! first moment at which it may be. Loom, which lets threads see old values of atomics as hardware
//! may, is told nothing by this: its locks are std's, which loom does not see.
//!
//! With loom, garbage is kept to the end: the real thing has fences in `pin` that make old pointers
//! impossible, and this has not.

use super::{Garbage, Reclaim};
use std::alloc::Layout;
use std::collections::HashSet;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is not pinned does not wait.
pub(in super::super) const USUAL_MAX: usize = 0;

pub(in super::super) struct Ledger {
    state: Mutex<State>,
    cell: Layout,
}

#[derive(Default)]
struct State {
    next_pin: u64,
    pins: HashSet<u64>,
    garbage: Vec<(HashSet<u64>, Garbage)>,
}

pub(in super::super) struct LedgerPin<'a> {
    ledger: &'a Ledger,
    number: u64,
}

impl Ledger {
    pub(in super::super) fn new(cell: Layout) -> Self {
        Self { state: Mutex::default(), cell }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn destroy_ripe(&self) {
        if cfg!(loom) {
            return;
        }
        loop {
            let mut state = self.state();
            let ripe = state.garbage.iter().position(|(pins, _)| pins.is_empty());
            let Some(index) = ripe else { return };
            let (_, garbage) = state.garbage.swap_remove(index);
            drop(state);
            garbage.destroy(self.cell);
        }
    }
}

impl Drop for LedgerPin<'_> {
    fn drop(&mut self) {
        let mut state = self.ledger.state();
        state.pins.remove(&self.number);
        for (pins, _) in &mut state.garbage {
            pins.remove(&self.number);
        }
        drop(state);
        self.ledger.destroy_ripe();
    }
}

impl Reclaim for Ledger {
    type Pin<'a> = LedgerPin<'a>;

    fn pin(&self) -> LedgerPin<'_> {
        let mut state = self.state();
        let number = state.next_pin;
        state.next_pin += 1;
        state.pins.insert(number);
        drop(state);
        LedgerPin { ledger: self, number }
    }

    unsafe fn retire(&self, _: &LedgerPin<'_>, garbage: Garbage) {
        let mut state = self.state();
        let pins = state.pins.clone();
        state.garbage.push((pins, garbage));
    }

    fn take_cell(&self, _: &LedgerPin<'_>) -> Option<NonNull<()>> {
        None
    }

    fn waiting(&self) -> usize {
        self.state().garbage.len()
    }

    fn settle(&self) {
        self.destroy_ripe();
    }

    fn destroy_all(&mut self) {
        let garbage = std::mem::take(&mut self.state().garbage);
        garbage.into_iter().for_each(|(_, garbage)| garbage.destroy(self.cell));
    }
}
