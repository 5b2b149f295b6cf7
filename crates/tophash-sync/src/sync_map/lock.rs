//! The lock of a bucket: one bit in its word, spun for briefly and then slept for.
//!
//! It is held for a few loads and stores, and for an allocation where a chain gets longer; no code
//! of the user's runs under it (M3), so no thread waits for another's callback.

use super::bucket::Bucket;
use super::word::Word;
use crate::atomics::{Ordering, spin_loop};

/// Looks at a locked word before a thread goes to sleep: about as long as a lock is held.
const SPINS_MAX: u32 = if cfg!(any(loom, shuttle)) { 0 } else { 64 };

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
        let word = bucket.atomic_word();
        let mut spins = 0;
        let mut seen = bucket.word();
        loop {
            if !seen.is_born() {
                return None;
            }
            if seen.is_frozen() {
                // Who was woken here does not take the lock, so has to wake the next.
                if seen.is_parked() {
                    wake(bucket);
                }
                return None;
            }
            if !seen.is_locked() {
                let locked = seen.0 | Word::LOCKED;
                let (success, failure) = (Ordering::Acquire, Ordering::Acquire);
                match word.compare_exchange_weak(seen.0, locked, success, failure) {
                    Ok(_) => return Some(Self { bucket, flip: 0 }),
                    Err(now) => seen = Word(now),
                }
                continue;
            }
            if spins < SPINS_MAX {
                spins += 1;
                spin_loop();
            } else {
                sleep(bucket, seen);
            }
            seen = bucket.word();
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
        let bits = Word::LOCKED | self.flip;
        let before = Word(self.bucket.atomic_word().fetch_xor(bits, Ordering::Release));
        debug_assert!(before.is_locked());
        if before.is_parked() {
            wake(self.bucket);
        }
    }
}

/// Sleeps until the lock was given back, unless it has been already.
#[cold]
fn sleep<K, V>(bucket: &Bucket<K, V>, seen: Word) {
    if !seen.is_parked() {
        let parked = seen.0 | Word::PARKED;
        let (success, failure) = (Ordering::Relaxed, Ordering::Relaxed);
        if bucket.atomic_word().compare_exchange(seen.0, parked, success, failure).is_err() {
            return;
        }
    }
    // Checked again under the queue's own lock: who gives the lock back first clears `LOCKED` and
    // then comes to the queue, so either this sees it or that sees this.
    bucket.spot().park(key(bucket), || {
        let word = bucket.word();
        word.is_locked() && word.is_parked()
    });
}

/// Wakes one thread that sleeps here, and clears `PARKED` when it was the last.
#[cold]
fn wake<K, V>(bucket: &Bucket<K, V>) {
    bucket.spot().unpark_one(key(bucket), |woken| {
        if !woken.has_more {
            bucket.atomic_word().fetch_and(!Word::PARKED, Ordering::Relaxed);
        }
        false
    });
}

/// What the sleepers of a bucket are found by.
fn key<K, V>(bucket: &Bucket<K, V>) -> usize {
    (&raw const *bucket.atomic_word()).addr()
}
