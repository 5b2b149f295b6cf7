//! Which entries are there, for model checkers: a use after the end is found, because the memory of
//! entries is never given back and so no address is used twice. All threads of a model run on one
//! thread of the system.

use std::cell::RefCell;
use std::collections::HashSet;

thread_local! {
    static ALIVE: RefCell<HashSet<usize>> = RefCell::default();
}

/// Notes that an entry is there from now on.
pub(in crate::sync_map) fn note_birth(address: usize) {
    ALIVE.with_borrow_mut(|alive| assert!(alive.insert(address), "an address was used twice"));
}

/// Notes that an entry is no longer there.
pub(in crate::sync_map) fn note_death(address: usize) {
    let was_alive = ALIVE.with_borrow_mut(|alive| alive.remove(&address));
    assert!(was_alive, "an entry was destroyed twice");
}

/// Panics if an entry is used that is not there.
pub(in crate::sync_map) fn check_alive(address: usize) {
    assert!(ALIVE.with_borrow(|alive| alive.contains(&address)), "an entry was used after its end");
}
