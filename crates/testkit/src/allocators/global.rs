//! A global allocator that counts, for each thread on its own, what the thread asks for.
#![expect(unsafe_code, reason = "a global allocator is an unsafe trait")]

use super::Usage;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    // Without a destructor and without a lazy first value: neither may allocate in here.
    static USAGE: Cell<Usage> = const { Cell::new(Usage::NONE) };
}

/// Counts what each thread asks of the allocator inside.
///
/// ```
/// use testkit::allocators::{CountingAllocator, measure};
///
/// #[global_allocator]
/// static ALLOCATOR: CountingAllocator = CountingAllocator::new();
///
/// let (_, usage) = measure(|| vec![0_u8; 1000]);
/// assert_eq!((usage.allocation_count, usage.live_bytes, usage.zeroed_bytes), (1, 1000, 1000));
/// ```
#[derive(Debug, Default)]
pub struct CountingAllocator<A = System> {
    inner: A,
}

impl CountingAllocator {
    /// Counts what is asked of the system's allocator.
    pub const fn new() -> Self {
        Self { inner: System }
    }
}

impl<A> CountingAllocator<A> {
    /// Counts what is asked of `inner`.
    pub const fn over(inner: A) -> Self {
        Self { inner }
    }
}

/// What this thread has used since its start or its last [`reset_thread_usage`].
///
/// A block that another thread frees stays counted here.
pub fn thread_usage() -> Usage {
    USAGE.get()
}

/// Starts this thread's counts at 0 again.
pub fn reset_thread_usage() {
    USAGE.set(Usage::NONE);
}

/// Runs `action` and tells what it used on this thread, from 0 on. May be nested.
pub fn measure<R>(action: impl FnOnce() -> R) -> (R, Usage) {
    let before = USAGE.replace(Usage::NONE);
    let result = action();
    let usage = USAGE.get();
    USAGE.set(before.then(usage));
    (result, usage)
}

fn record(change: impl FnOnce(&mut Usage)) {
    // The end of a thread may free memory after its thread-locals are gone; nobody reads by then.
    let _ = USAGE.try_with(|cell| {
        let mut usage = cell.get();
        change(&mut usage);
        cell.set(usage);
    });
}

// SAFETY: every call goes to the allocator inside as it came; counting does not allocate.
unsafe impl<A: GlobalAlloc> GlobalAlloc for CountingAllocator<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        let block = unsafe { self.inner.alloc(layout) };
        if block.is_null() {
            record(Usage::refuse);
        } else {
            record(|usage| usage.allocate(layout.size()));
        }
        block
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        let block = unsafe { self.inner.alloc_zeroed(layout) };
        if block.is_null() {
            record(Usage::refuse);
        } else {
            record(|usage| usage.allocate_zeroed(layout.size()));
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        record(|usage| usage.free(layout.size()));
        // SAFETY: as the caller promises.
        unsafe { self.inner.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: as the caller promises.
        let moved = unsafe { self.inner.realloc(block, layout, new_size) };
        if moved.is_null() {
            record(Usage::refuse);
        } else {
            record(|usage| usage.reallocate(layout.size(), new_size));
        }
        moved
    }
}
