//! The lock of a bucket: one bit in its state.
//!
//! It is held for a few loads and stores, and for an allocation where a chain gets longer; no code
//! of the user's runs under it (W5). Readers do not look at it. Who finds it taken is patient
//! (`patience.rs`): without a queue, who has the lock is the only one to change the state, so that
//! a store gives it back.

use super::bucket::{Bucket, State};
use crate::patience::Patience;

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
