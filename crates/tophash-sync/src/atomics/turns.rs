//! What loom needs to see every order in which threads come to an atomic.
//!
//! Loom looks for orders that matter by the *last* access to an atomic. A thread that loads it and
//! then writes to it finds its own load there, and loom never tries the write before what another
//! thread has loaded. So each access here first adds to a number of its own, without any ordering:
//! of two additions each order is tried, and neither makes anything visible. That makes models much
//! larger, so it is for atomics that readers look at, and for models of readers: [`explore`].

use loom::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::cell::Cell;

thread_local! {
    /// Loom runs all threads of a model in one of the system's.
    static ARE_TAKEN: Cell<bool> = const { Cell::new(false) };
}

/// Explores a program, with at most so many switches from a thread that could go on; one more in a
/// deep run.
#[cfg(test)]
pub(crate) fn explore(
    preemption_bound: usize,
    takes_turns: bool,
    program: impl Fn() + Sync + Send + 'static,
) {
    ARE_TAKEN.set(takes_turns);
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemption_bound + usize::from(testkit::is_deep()));
    builder.max_branches = 100_000;
    builder.check(program);
}

/// An atomic whose accesses take turns. With the methods that are used, and no others.
macro_rules! taking_turns {
    ($name:ident$(<$of:ident>)?, $atomic:ty, $value:ty) => {
        pub(crate) struct $name$(<$of>)? {
            inner: $atomic,
            turn: AtomicUsize,
        }

        impl$(<$of>)? $name$(<$of>)? {
            pub(crate) fn new(value: $value) -> Self {
                Self { inner: <$atomic>::new(value), turn: AtomicUsize::new(0) }
            }

            fn take_turn(&self) -> &$atomic {
                if ARE_TAKEN.get() {
                    self.turn.fetch_add(1, Ordering::Relaxed);
                }
                &self.inner
            }

            pub(crate) fn load(&self, order: Ordering) -> $value {
                self.take_turn().load(order)
            }

            pub(crate) fn store(&self, value: $value, order: Ordering) {
                self.take_turn().store(value, order);
            }
        }
    };
}

taking_turns!(WatchedU64, AtomicU64, u64);
taking_turns!(WatchedPtr<T>, AtomicPtr<T>, *mut T);

impl WatchedU64 {
    pub(crate) fn compare_exchange_weak(
        &self,
        old: u64,
        new: u64,
        success: Ordering,
        failure: Ordering,
    ) -> Result<u64, u64> {
        self.take_turn().compare_exchange_weak(old, new, success, failure)
    }
}

impl Default for WatchedU64 {
    fn default() -> Self {
        Self::new(0)
    }
}
