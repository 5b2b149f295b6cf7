//! A barrier in two halves: one that costs nothing for who comes often, one that costs much for who
//! comes seldom.
//!
//! Of two threads of which one stores `a` and then loads `b`, and the other stores `b` and then
//! loads `a`, at least one sees the other's store if each has a barrier in between. A full fence in
//! both takes some 20 cycles, which a look-up would feel. Linux can make every thread of the
//! process that is running pass a barrier (`membarrier`): then the frequent side needs only to keep
//! the compiler from reordering. The call takes up to 10 microseconds.
//!
//! Where that is not to be had, and under tools that do not know of it, both are fences.

use crate::atomics::{Ordering, fence};

#[cfg(all(target_os = "linux", not(any(loom, shuttle, miri, verify))))]
mod kernel {
    use std::sync::OnceLock;

    /// Whether the kernel has agreed.
    static IS_THERE: OnceLock<bool> = OnceLock::new();

    fn register() -> bool {
        call(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)
    }

    fn call(command: libc::c_int) -> bool {
        // SAFETY: the call takes numbers and changes no memory.
        unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
    }

    pub(super) fn is_there() -> bool {
        *IS_THERE.get_or_init(register)
    }

    pub(super) fn all_threads() -> bool {
        call(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED)
    }
}

#[cfg(not(all(target_os = "linux", not(any(loom, shuttle, miri, verify)))))]
mod kernel {
    pub(super) fn is_there() -> bool {
        false
    }

    pub(super) fn all_threads() -> bool {
        unreachable!("it is not there")
    }
}

/// How often the kernel is asked for a barrier before it counts as refused.
pub(crate) const TRIES_MAX: u32 = 100;

/// Whether the kernel helps. Asked once and kept: the two halves must
/// agree.
pub(crate) fn is_helped() -> bool {
    kernel::is_there()
}

/// The half for who comes often, and knows what [`is_helped`] said.
#[inline(always)]
pub(crate) fn light(is_helped: bool) {
    if !is_helped {
        full();
    }
    std::sync::atomic::compiler_fence(std::sync::atomic::Ordering::SeqCst);
}

#[cold]
fn full() {
    fence(Ordering::SeqCst);
}

/// The half for who comes seldom. Returns whether the halves meet: false only if the kernel, which
/// has agreed to it, refuses all the same, as it may when it has no memory.
#[must_use = "if it is false the halves do not meet"]
pub(crate) fn heavy() -> bool {
    fence(Ordering::SeqCst);
    (0..TRIES_MAX).any(|_| {
        let has_passed = try_heavy();
        if !has_passed {
            std::thread::yield_now();
        }
        has_passed
    })
}

fn try_heavy() -> bool {
    #[cfg(test)]
    if refusal::is_here() {
        refusal::count();
        return false;
    }
    !kernel::is_there() || kernel::all_threads()
}

/// A kernel that refuses, for one thread of a test.
#[cfg(test)]
pub(crate) mod refusal {
    use std::cell::Cell;

    std::thread_local! {
        static IS_HERE: Cell<bool> = const { Cell::new(false) };
        static COUNT: Cell<u32> = const { Cell::new(0) };
    }

    pub(super) fn count() {
        COUNT.set(COUNT.get() + 1);
    }

    /// How many barriers were refused to this thread.
    #[cfg(not(any(loom, shuttle)))]
    pub(crate) fn counted() -> u32 {
        COUNT.get()
    }

    pub(super) fn is_here() -> bool {
        IS_HERE.get()
    }

    /// Until it is called with false, this thread gets no heavy barrier.
    #[cfg(not(any(loom, shuttle)))]
    pub(crate) fn set(is_here: bool) {
        IS_HERE.set(is_here);
    }
}
