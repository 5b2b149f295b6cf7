//! Where threads sleep until another wakes them.

#[cfg(not(any(loom, shuttle)))]
pub(crate) use lot::Spot;
#[cfg(any(loom, shuttle))]
pub(crate) use modelled::Spot;

/// What a thread finds that wakes another.
pub(crate) struct Woken {
    /// Whether there was somebody to wake.
    pub(crate) is_anybody: bool,
    /// Whether it is time to hand on what the sleeper waits for, before somebody else takes it. So
    /// it is every half a millisecond or so.
    pub(crate) is_time_to_be_fair: bool,
}

/// Sleeping by the parking lot, which keeps its queues by address.
#[cfg(not(any(loom, shuttle)))]
mod lot {
    use super::Woken;
    use parking_lot_core::{DEFAULT_PARK_TOKEN, ParkResult, UnparkToken, park, unpark_one};

    /// Where threads sleep: nothing, because the parking lot needs only an address.
    pub(crate) struct Spot;

    impl Spot {
        pub(crate) fn new() -> Self {
            Self
        }

        /// Sleeps until woken, if `may_sleep` still says so when nobody can wake anybody here. The
        /// key is the address of something of the caller's. True if what is waited for was handed
        /// on.
        #[expect(clippy::unused_self, reason = "what model checkers have needs it")]
        pub(crate) fn park(&self, key: usize, may_sleep: impl FnOnce() -> bool) -> bool {
            #[cfg(test)]
            super::visits::count();
            // SAFETY: the key is an address that nobody else uses; the closures neither panic nor
            // call the parking lot.
            let result =
                unsafe { park(key, may_sleep, || {}, |_, _| {}, DEFAULT_PARK_TOKEN, None) };
            matches!(result, ParkResult::Unparked(UnparkToken(1)))
        }

        /// Wakes the first who sleeps here, and calls `before` first, when nobody can come to
        /// sleep. It says whether what is waited for is handed on.
        #[expect(clippy::unused_self, reason = "as above")]
        pub(crate) fn unpark_one(&self, key: usize, before: impl FnOnce(Woken) -> bool) {
            // SAFETY: as above.
            unsafe {
                unpark_one(key, |result| {
                    UnparkToken(usize::from(before(Woken {
                        is_anybody: result.unparked_threads > 0,
                        is_time_to_be_fair: result.be_fair,
                    })))
                });
            }
        }
    }
}

/// How often a thread of a test came here to sleep.
#[cfg(all(test, not(any(loom, shuttle))))]
pub(crate) mod visits {
    use std::cell::Cell;

    std::thread_local! {
        static COUNT: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn count() {
        COUNT.set(COUNT.get() + 1);
    }

    pub(crate) fn counted() -> usize {
        COUNT.get()
    }
}

/// The same by a mutex and a condition variable, which model checkers know.
#[cfg(any(loom, shuttle))]
mod modelled {
    use super::Woken;
    use crate::atomics::{Condvar, Mutex};
    use std::collections::VecDeque;

    #[derive(Default)]
    struct Queue {
        waiting: usize,
        /// For each who was woken and has not gone yet: whether it was handed something.
        permits: VecDeque<bool>,
        wakings: usize,
    }

    pub(crate) struct Spot {
        queue: Mutex<Queue>,
        changed: Condvar,
    }

    impl Spot {
        pub(crate) fn new() -> Self {
            Self { queue: Mutex::new(Queue::default()), changed: Condvar::new() }
        }

        pub(crate) fn park(&self, _key: usize, may_sleep: impl FnOnce() -> bool) -> bool {
            let mut queue = self.queue.lock().expect("nothing here panics");
            if !may_sleep() {
                return false;
            }
            queue.waiting += 1;
            loop {
                if let Some(was_handed) = queue.permits.pop_front() {
                    return was_handed;
                }
                queue = self.changed.wait(queue).expect("nothing here panics");
            }
        }

        pub(crate) fn unpark_one(&self, _key: usize, before: impl FnOnce(Woken) -> bool) {
            let mut queue = self.queue.lock().expect("nothing here panics");
            let is_anybody = queue.waiting > 0;
            queue.waiting -= usize::from(is_anybody);
            // Every second is treated fairly, so that models have both.
            queue.wakings += usize::from(is_anybody);
            let was_handed = before(Woken {
                is_anybody,
                is_time_to_be_fair: is_anybody && queue.wakings % 2 == 0,
            });
            if is_anybody {
                queue.permits.push_back(was_handed);
            }
            self.changed.notify_one();
        }
    }
}
