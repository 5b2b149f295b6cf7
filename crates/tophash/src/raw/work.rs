//! Counters of the work that single calls do, for tests of the bounds in the documentation.
//!
//! Only under `cfg(any(test, verify))`: the released table carries no instrumentation.

#![forbid(unsafe_code)]

use core::cell::Cell;

/// What was done on this thread since the last [`reset`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Work {
    /// Entries whose bytes were copied from one slot to another.
    pub(crate) moved: usize,
    /// Blocks of memory taken.
    pub(crate) blocks_allocated: usize,
    /// Blocks of memory given back.
    pub(crate) blocks_freed: usize,
    /// Bytes taken.
    pub(crate) bytes_allocated: usize,
    /// Bytes given back.
    pub(crate) bytes_freed: usize,
    /// The largest block taken or given back.
    pub(crate) largest_block: usize,
    /// Bytes of a block that were zeroed, or copied from a former block as a whole.
    pub(crate) bytes_zeroed_or_copied: usize,
}

std::thread_local! {
    static WORK: Cell<Work> = const { Cell::new(Work {
        moved: 0,
        blocks_allocated: 0,
        blocks_freed: 0,
        bytes_allocated: 0,
        bytes_freed: 0,
        largest_block: 0,
        bytes_zeroed_or_copied: 0,
    }) };
}

fn change(change: impl FnOnce(&mut Work)) {
    let mut work = WORK.get();
    change(&mut work);
    WORK.set(work);
}

/// Starts counting from nothing, and returns what was counted so far.
pub(crate) fn reset() -> Work {
    WORK.take()
}

pub(crate) fn count_moved(entries: usize) {
    change(|work| work.moved += entries);
}

pub(crate) fn count_allocated(bytes: usize) {
    change(|work| {
        work.blocks_allocated += 1;
        work.bytes_allocated += bytes;
        work.largest_block = work.largest_block.max(bytes);
    });
}

pub(crate) fn count_freed(bytes: usize) {
    change(|work| {
        work.blocks_freed += 1;
        work.bytes_freed += bytes;
        work.largest_block = work.largest_block.max(bytes);
    });
}

pub(crate) fn count_zeroed_or_copied(bytes: usize) {
    change(|work| work.bytes_zeroed_or_copied += bytes);
}
