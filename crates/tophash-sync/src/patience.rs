//! How a thread waits for a lock that is held for a few loads and stores.
//!
//! It tries again and again, then lets others run, then sleeps for a moment. There is no queue:
//! whoever gives such a lock back would have to look for sleepers in the same atomic step, and that
//! costs as much as taking it.

/// Waiting for what takes another thread a moment: for ever longer.
pub(crate) struct Patience(#[cfg(not(any(loom, shuttle)))] crossbeam_utils::Backoff);

#[cfg(not(any(loom, shuttle)))]
impl Patience {
    /// How long a thread sleeps that has waited for as long as seems reasonable: the one that it
    /// waits for was interrupted, perhaps by itself.
    const NAP: std::time::Duration = std::time::Duration::from_micros(50);

    pub(crate) fn new() -> Self {
        Self(crossbeam_utils::Backoff::new())
    }

    #[cold]
    pub(crate) fn wait(&mut self) {
        if self.0.is_completed() {
            std::thread::sleep(Self::NAP);
        } else {
            self.0.snooze();
        }
    }
}

#[cfg(any(loom, shuttle))]
impl Patience {
    pub(crate) fn new() -> Self {
        Self()
    }

    #[expect(clippy::unused_self, reason = "outside of models it keeps count")]
    pub(crate) fn wait(&mut self) {
        crate::atomics::yield_now();
    }
}
