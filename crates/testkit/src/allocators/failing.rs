//! A global allocator that refuses memory when a test tells it to, for each thread on its own.
#![expect(unsafe_code, reason = "a global allocator is an unsafe trait")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr;

thread_local! {
    static REFUSAL: Cell<Refusal> = const { Cell::new(Refusal::Nothing) };
}

/// Which requests for memory are refused. A change of a block's size is a request too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refusal {
    /// None.
    #[default]
    Nothing,
    /// The n-th from now, once; 1 is the next.
    Nth(usize),
    /// The n-th from now and all after it; 1 is the next.
    From(usize),
    /// All of more than so many bytes.
    Above(usize),
}

impl Refusal {
    /// Counts one request, and tells whether it is refused and what is refused from then on.
    pub(super) fn meet(self, bytes: usize) -> (bool, Self) {
        match self {
            Self::Nothing => (false, self),
            Self::Nth(0 | 1) => (true, Self::Nothing),
            Self::Nth(n) => (false, Self::Nth(n - 1)),
            Self::From(0 | 1) => (true, self),
            Self::From(n) => (false, Self::From(n - 1)),
            Self::Above(limit) => (bytes > limit, self),
        }
    }
}

/// Refuses what [`refuse`] says, and passes all else to the allocator inside.
///
/// It is meant for code that can bear a refusal: what a test does meanwhile with a `Vec` or a
/// message is refused as well, and aborts the program.
///
/// ```
/// use testkit::allocators::{FailingAllocator, Refusal, refuse};
///
/// #[global_allocator]
/// static ALLOCATOR: FailingAllocator = FailingAllocator::new();
///
/// let mut list: Vec<u64> = Vec::new();
/// let refusing = refuse(Refusal::Nth(1));
/// let refused = list.try_reserve(10).is_err();
/// let granted = list.try_reserve(10).is_ok();
/// drop(refusing);
/// assert!(refused && granted);
/// ```
#[derive(Debug, Default)]
pub struct FailingAllocator<A = System> {
    inner: A,
}

impl FailingAllocator {
    /// Refuses, or passes on to the system's allocator.
    pub const fn new() -> Self {
        Self { inner: System }
    }
}

impl<A> FailingAllocator<A> {
    /// Refuses, or passes on to `inner`.
    pub const fn over(inner: A) -> Self {
        Self { inner }
    }
}

/// Refuses memory on this thread until the guard is dropped; then what was refused before is again.
#[must_use = "the refusal ends when the guard is dropped"]
pub fn refuse(refusal: Refusal) -> RefusalGuard {
    RefusalGuard { before: REFUSAL.replace(refusal), this_thread: PhantomData }
}

/// Ends what [`refuse`] began.
#[derive(Debug)]
pub struct RefusalGuard {
    before: Refusal,
    /// Not `Send`: it must end on the thread where it began.
    this_thread: PhantomData<*const ()>,
}

impl RefusalGuard {
    /// Whether the one request that [`Refusal::Nth`] names has been refused.
    pub fn has_refused(&self) -> bool {
        REFUSAL.get() == Refusal::Nothing
    }
}

impl Drop for RefusalGuard {
    fn drop(&mut self) {
        REFUSAL.set(self.before);
    }
}

fn is_refused(bytes: usize) -> bool {
    let meet = |cell: &Cell<Refusal>| {
        let (refused, next) = cell.get().meet(bytes);
        cell.set(next);
        refused
    };
    REFUSAL.try_with(meet).unwrap_or(false)
}

// SAFETY: a call either goes to the allocator inside as it came, or gives null, which every caller
// must expect; neither allocates here.
unsafe impl<A: GlobalAlloc> GlobalAlloc for FailingAllocator<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_refused(layout.size()) {
            return ptr::null_mut();
        }
        // SAFETY: as the caller promises.
        unsafe { self.inner.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if is_refused(layout.size()) {
            return ptr::null_mut();
        }
        // SAFETY: as the caller promises.
        unsafe { self.inner.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { self.inner.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if is_refused(new_size) {
            return ptr::null_mut();
        }
        // SAFETY: as the caller promises.
        unsafe { self.inner.realloc(block, layout, new_size) }
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    fn refused(mut refusal: Refusal, requests: &[usize]) -> Vec<bool> {
        let meet = |&bytes| {
            let (refused, next) = refusal.meet(bytes);
            refusal = next;
            refused
        };
        requests.iter().map(meet).collect()
    }

    #[test]
    fn a_refusal_meets_the_requests_that_it_names() {
        let requests = [10, 100, 10, 100];
        assert_eq!(refused(Refusal::Nothing, &requests), [false, false, false, false]);
        assert_eq!(refused(Refusal::Nth(2), &requests), [false, true, false, false]);
        assert_eq!(refused(Refusal::From(3), &requests), [false, false, true, true]);
        assert_eq!(refused(Refusal::Above(99), &requests), [false, true, false, true]);
    }
}
