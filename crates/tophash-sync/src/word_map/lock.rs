//! The lock of a bucket: one bit in its state.
//!
//! It is held for a few loads and stores, and for an allocation where a chain gets longer; no code
//! of the user's runs under it (W5). Readers do not look at it. So threads that find it taken try
//! again and again, then let others run, then sleep for a moment: there is no queue, which would
//! cost whoever gives the lock back a step that is atomic. It is the only one who changes the state
//! meanwhile, so a store does.

use super::bucket::{Bucket, State};

/// A main bucket whose lock is held until this is dropped.
pub(super) struct Locked<'a> {
    pub(super) bucket: &'a Bucket,
    /// What its state is when the lock is given back.
    pub(super) state: State,
}

impl<'a> Locked<'a> {
    /// Takes the lock. `None` if the bucket is not born, or is frozen: then whoever wants it must
    /// look elsewhere, or wait (`flood.rs`).
    #[inline]
    pub(super) fn take(bucket: &'a Bucket) -> Option<Self> {
        let mut patience = Patience::new();
        loop {
            let state = bucket.state();
            if state.level().is_none() || state.is_frozen() {
                return None;
            }
            if !state.is_locked() && bucket.try_lock(state) {
                return Some(Self { bucket, state });
            }
            patience.wait();
        }
    }
}

impl Locked<'_> {
    /// How many low bits of a hash lead to this bucket.
    #[inline]
    pub(super) fn level(&self) -> Option<u32> {
        self.state.level()
    }
}

impl Drop for Locked<'_> {
    #[inline]
    fn drop(&mut self) {
        self.bucket.unlock(self.state);
    }
}

/// Waiting for what takes another thread a moment: for ever longer.
pub(super) struct Patience(#[cfg(not(any(loom, shuttle)))] crossbeam_utils::Backoff);

#[cfg(not(any(loom, shuttle)))]
impl Patience {
    /// How long a thread sleeps that has waited for as long as seems reasonable: the one that it
    /// waits for was interrupted, perhaps by itself.
    const NAP: std::time::Duration = std::time::Duration::from_micros(50);

    pub(super) fn new() -> Self {
        Self(crossbeam_utils::Backoff::new())
    }

    #[cold]
    pub(super) fn wait(&mut self) {
        if self.0.is_completed() {
            std::thread::sleep(Self::NAP);
        } else {
            self.0.snooze();
        }
    }
}

#[cfg(any(loom, shuttle))]
impl Patience {
    pub(super) fn new() -> Self {
        Self()
    }

    #[expect(clippy::unused_self, reason = "outside of models it keeps count")]
    pub(super) fn wait(&mut self) {
        crate::atomics::yield_now();
    }
}
