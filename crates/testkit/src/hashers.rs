//! Hashers that a good map must survive, all of them the same on every platform and in every run.

use crate::random::mix;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Every hash is 0: one chain holds everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Constant;

/// An integer is its own hash.
#[derive(Clone, Copy, Debug, Default)]
pub struct Identity;

/// The low 4 bits of the integer: 16 hashes in all, with nothing in the high bits.
#[derive(Clone, Copy, Debug, Default)]
pub struct LowBitsOnly;

/// The low 16 bits of the integer in the top of the hash, with nothing in the low bits.
#[derive(Clone, Copy, Debug, Default)]
pub struct HighBitsOnly;

/// FNV-1a, 64 bits: good enough for what is meant to be no attack.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fnv1a;

/// FNV-1a of which only so many low bits are kept: collisions of whole hashes, as many as wanted.
#[derive(Clone, Copy, Debug)]
pub struct Truncated(pub u32);

/// Another hasher, with a count of the hashes that were finished; clones share the count.
#[derive(Clone, Debug, Default)]
pub struct Counting<S = Fnv1a> {
    inner: S,
    finished: Arc<AtomicU64>,
}

/// A different hash at every call, whatever is hashed; clones take turns.
#[derive(Clone, Debug, Default)]
pub struct Lying {
    calls: Arc<AtomicU64>,
}

/// What the integer hashers make of the integer.
#[derive(Clone, Debug)]
pub struct Reshaped {
    state: u64,
    mask: u64,
    shift: u32,
}

impl Reshaped {
    const fn new(mask: u64, shift: u32) -> Self {
        Self { state: 0, mask, shift }
    }

    /// The first word is taken as it is, so that a key of one integer is its own hash.
    fn add(&mut self, word: u64) {
        self.state = self.state.rotate_left(8) ^ word;
    }
}

impl Hasher for Reshaped {
    fn finish(&self) -> u64 {
        (self.state & self.mask) << self.shift
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.add(byte.into());
        }
    }

    fn write_u16(&mut self, integer: u16) {
        self.add(integer.into());
    }

    fn write_u32(&mut self, integer: u32) {
        self.add(integer.into());
    }

    fn write_u64(&mut self, integer: u64) {
        self.add(integer);
    }

    fn write_usize(&mut self, integer: usize) {
        self.add(integer as u64);
    }
}

impl BuildHasher for Constant {
    type Hasher = Reshaped;
    fn build_hasher(&self) -> Reshaped {
        Reshaped::new(0, 0)
    }
}

impl BuildHasher for Identity {
    type Hasher = Reshaped;
    fn build_hasher(&self) -> Reshaped {
        Reshaped::new(u64::MAX, 0)
    }
}

impl BuildHasher for LowBitsOnly {
    type Hasher = Reshaped;
    fn build_hasher(&self) -> Reshaped {
        Reshaped::new(15, 0)
    }
}

impl BuildHasher for HighBitsOnly {
    type Hasher = Reshaped;
    fn build_hasher(&self) -> Reshaped {
        Reshaped::new(u64::MAX, 48)
    }
}

/// The state of FNV-1a, and the bits of it that are kept.
#[derive(Clone, Debug)]
pub struct Fnv1aHasher {
    state: u64,
    mask: u64,
}

impl Fnv1aHasher {
    const fn new(mask: u64) -> Self {
        Self { state: 0xcbf2_9ce4_8422_2325, mask }
    }
}

impl Hasher for Fnv1aHasher {
    fn finish(&self) -> u64 {
        self.state & self.mask
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.state = (self.state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    // The same bytes on every platform.
    fn write_u16(&mut self, integer: u16) {
        self.write(&integer.to_le_bytes());
    }

    fn write_u32(&mut self, integer: u32) {
        self.write(&integer.to_le_bytes());
    }

    fn write_u64(&mut self, integer: u64) {
        self.write(&integer.to_le_bytes());
    }

    fn write_usize(&mut self, integer: usize) {
        self.write(&(integer as u64).to_le_bytes());
    }
}

impl BuildHasher for Fnv1a {
    type Hasher = Fnv1aHasher;
    fn build_hasher(&self) -> Fnv1aHasher {
        Fnv1aHasher::new(u64::MAX)
    }
}

impl BuildHasher for Truncated {
    type Hasher = Fnv1aHasher;
    fn build_hasher(&self) -> Fnv1aHasher {
        Fnv1aHasher::new(u64::MAX.checked_shr(64 - self.0.min(64)).unwrap_or(0))
    }
}

impl<S> Counting<S> {
    /// Counts the hashes that `inner` finishes.
    pub fn new(inner: S) -> Self {
        Self { inner, finished: Arc::default() }
    }

    /// How many hashes were finished.
    pub fn count(&self) -> u64 {
        self.finished.load(Ordering::Relaxed)
    }

    /// How many hashes `action` finished.
    pub fn count_during(&self, action: impl FnOnce()) -> u64 {
        let before = self.count();
        action();
        self.count() - before
    }
}

/// The hasher of [`Counting`].
#[derive(Clone, Debug)]
pub struct CountingHasher<H> {
    inner: H,
    finished: Arc<AtomicU64>,
}

impl<H: Hasher> Hasher for CountingHasher<H> {
    fn finish(&self) -> u64 {
        self.finished.fetch_add(1, Ordering::Relaxed);
        self.inner.finish()
    }

    fn write(&mut self, bytes: &[u8]) {
        self.inner.write(bytes);
    }

    fn write_u16(&mut self, integer: u16) {
        self.inner.write_u16(integer);
    }

    fn write_u32(&mut self, integer: u32) {
        self.inner.write_u32(integer);
    }

    fn write_u64(&mut self, integer: u64) {
        self.inner.write_u64(integer);
    }

    fn write_usize(&mut self, integer: usize) {
        self.inner.write_usize(integer);
    }
}

impl<S: BuildHasher> BuildHasher for Counting<S> {
    type Hasher = CountingHasher<S::Hasher>;
    fn build_hasher(&self) -> Self::Hasher {
        CountingHasher { inner: self.inner.build_hasher(), finished: Arc::clone(&self.finished) }
    }
}

/// The hasher of [`Lying`].
#[derive(Clone, Debug)]
pub struct LyingHasher {
    calls: Arc<AtomicU64>,
}

impl Hasher for LyingHasher {
    fn finish(&self) -> u64 {
        mix(self.calls.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn write(&mut self, _bytes: &[u8]) {}
}

impl BuildHasher for Lying {
    type Hasher = LyingHasher;
    fn build_hasher(&self) -> LyingHasher {
        LyingHasher { calls: Arc::clone(&self.calls) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_integer_hashers_keep_the_bits_that_they_name() {
        assert_eq!(Constant.hash_one(0x1234_u64), 0);
        assert_eq!(Constant.hash_one("text"), 0);
        assert_eq!(Identity.hash_one(0x1234_u64), 0x1234);
        assert_eq!(Identity.hash_one(0x1234_u16), 0x1234);
        assert_eq!(LowBitsOnly.hash_one(0x1234_u64), 4);
        assert_eq!(HighBitsOnly.hash_one(0x1234_u32), 0x1234 << 48);
    }

    #[test]
    fn fnv_1a_gives_its_published_values() {
        let hash = |text: &str| {
            let mut hasher = Fnv1a.build_hasher();
            hasher.write(text.as_bytes());
            hasher.finish()
        };
        assert_eq!(hash(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(hash("foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn a_truncated_hash_has_just_so_many_bits() {
        let hashes = |bits| -> HashSet<u64> {
            (0_u64..10_000).map(|key| Truncated(bits).hash_one(key)).collect()
        };
        assert_eq!(hashes(0).len(), 1);
        assert_eq!(hashes(3), (0..8).collect());
        assert_eq!(hashes(64).len(), 10_000);
        assert_eq!(Truncated(64).hash_one(7_u64), Fnv1a.hash_one(7_u64));
    }

    #[test]
    fn clones_of_a_counting_hasher_share_the_count() {
        let counting = Counting::new(Identity);
        let clone = counting.clone();
        assert_eq!(counting.hash_one(7_u64), 7);
        assert_eq!(clone.hash_one(8_u64), 8);
        assert_eq!(counting.count(), 2);
        assert_eq!(counting.count_during(|| assert_eq!(clone.hash_one(8_u64), 8)), 1);
    }

    #[test]
    fn a_lying_hasher_never_says_the_same_twice() {
        let lying = Lying::default();
        let hashes: HashSet<u64> = (0..100).map(|_| lying.clone().hash_one(7)).collect();
        assert_eq!(hashes.len(), 100);
    }
}
