//! The lock of a bucket: one bit in its word.
//!
//! It is held for a few loads and stores, and for an allocation where a chain gets longer; no code
//! of the user's runs under it (M3), so no thread waits for another's callback. Who finds it taken
//! is patient (`patience.rs`): without a queue, who has the lock is the only one to change the word
//! (M7), so that a store gives it back.

use super::bucket::Bucket;
use super::word::Word;
use crate::patience::Patience;

/// A main bucket whose lock is held until this is dropped.
pub(super) struct Locked<'a, K, V> {
    bucket: &'a Bucket<K, V>,
    /// Bits of the word to be flipped together with the lock's.
    flip: u64,
}

impl<'a, K, V> Locked<'a, K, V> {
    /// Takes the lock. `None` if the bucket is not born, or is frozen: then whoever wants it must
    /// look elsewhere, or wait (`flood.rs`).
    #[inline]
    pub(super) fn take(bucket: &'a Bucket<K, V>) -> Option<Self> {
        let seen = bucket.word();
        if seen.is_open() && bucket.try_lock(seen) {
            return Some(Self { bucket, flip: 0 });
        }
        Self::take_in_time(bucket)
    }

    #[cold]
    #[inline(never)]
    fn take_in_time(bucket: &'a Bucket<K, V>) -> Option<Self> {
        let mut patience = Patience::new();
        loop {
            let seen = bucket.word();
            if !seen.is_born() || seen.is_frozen() {
                return None;
            }
            if !seen.is_locked() && bucket.try_lock(seen) {
                return Some(Self { bucket, flip: 0 });
            }
            patience.wait();
        }
    }

    /// The lock of a bucket that was born with it.
    pub(super) fn inherit(bucket: &'a Bucket<K, V>) -> Self {
        debug_assert!(bucket.word().is_locked());
        Self { bucket, flip: 0 }
    }

    #[inline]
    pub(super) fn bucket(&self) -> &'a Bucket<K, V> {
        self.bucket
    }

    /// Flips bits of the word in the step that gives the lock back.
    #[inline]
    pub(super) fn flip_at_end(&mut self, bits: u64) {
        self.flip ^= bits;
    }
}

impl<K, V> Drop for Locked<'_, K, V> {
    #[inline]
    fn drop(&mut self) {
        debug_assert!(self.bucket.word().is_locked());
        self.bucket.flip(Word::LOCKED | self.flip);
    }
}
