//! Finding an entry.

use super::bucket::{Bucket, Slot, Slots};
use super::tophash::{Tophash, Word};
use super::{RawTable, block};
use crate::alloc::Allocator;

/// Where a main bucket is, and the word that it has.
#[derive(Clone, Copy)]
pub(super) struct Main {
    pub(super) pivot: *mut u8,
    pub(super) place: usize,
    pub(super) word: Word,
}

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// The entry with this hash whose key satisfies `equals`.
    ///
    /// `equals` is user code and may panic; nothing is changed while it runs.
    #[inline(always)]
    pub(crate) fn find(&self, hash: u64, equals: impl FnMut(&K) -> bool) -> Option<Slot<K, V>> {
        let (slot, _) = self.find_with_main(hash, equals)?;
        Some(slot)
    }

    /// As [`Self::find`], with the main bucket of the entry's chain, for those who go on to change
    /// the chain.
    #[inline(always)]
    pub(super) fn find_with_main(
        &self,
        hash: u64,
        mut equals: impl FnMut(&K) -> bool,
    ) -> Option<(Slot<K, V>, Main)> {
        let index = self.header().index_of(hash);
        // SAFETY: an index is at most `last` (R2).
        let (pivot, place) = unsafe { self.header().locate_ahead::<false>(index, Self::SHAPE) };
        // SAFETY: main buckets up to `last`, and that of `EMPTY`, have words (R3).
        let word = unsafe { block::word(pivot, place).read() };
        let main = Main { pivot, place, word };
        let tophash = Tophash::of(hash);
        let mut matches = word.matches(tophash);
        while let Some(slot) = matches.first() {
            let slots = Slots::<K, V>::new(block::slots(pivot, place, Self::SHAPE));
            // SAFETY: a slot with a tophash holds a key (R3).
            if equals(unsafe { &*slots.key(slot) }) {
                return Some((Slot { slots, slot, index }, main));
            }
            matches = matches.without_first();
        }
        if word.hints_at(tophash) {
            let (slots, slot) = self.find_in_overflow((pivot, place), tophash, equals)?;
            return Some((Slot { slots, slot, index }, main));
        }
        None
    }

    /// Asks for the memory that a write of an entry with this hash will need, unless the table is
    /// expected in the cache.
    #[cold]
    #[inline(never)]
    pub(crate) fn prefetch_for_write(&self, hash: u64) {
        let index = self.header().index_of(hash);
        // SAFETY: an index is at most `last` (R2).
        let (pivot, place) = unsafe { self.header().locate_ahead::<true>(index, Self::SHAPE) };
        prefetch(block::word(pivot, place).cast());
    }

    /// The rest of [`Self::find`], for a chain that has overflow buckets: few look-ups come here,
    /// and fewer misses. It is told where the main bucket lies and not its index, which so need not
    /// be kept by those who do not ask for it.
    #[cold]
    #[inline(never)]
    pub(super) fn find_in_overflow(
        &self,
        (pivot, place): (*mut u8, usize),
        tophash: Tophash,
        mut equals: impl FnMut(&K) -> bool,
    ) -> Option<(Slots<K, V>, usize)> {
        // SAFETY: a main bucket with a hint has a link (R4), nodes have words, keys and links
        // (R3, R5).
        unsafe {
            let mut node = self.header().bucket_at(pivot, place, Self::SHAPE).next();
            while !node.is_null() {
                let bucket = Bucket::of_node(node, Self::SHAPE);
                let mut matches = bucket.word().matches(tophash);
                while let Some(slot) = matches.first() {
                    if equals(&*bucket.key(slot)) {
                        return Some((bucket.slots(), slot));
                    }
                    matches = matches.without_first();
                }
                node = bucket.next();
            }
        }
        None
    }
}

/// Asks for the cache line at an address, which may be anything.
#[inline(always)]
pub(super) fn prefetch(address: *const u8) {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse"))]
    // SAFETY: a prefetch never faults.
    unsafe {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(address.cast());
    }
    #[cfg(not(all(target_arch = "x86_64", target_feature = "sse")))]
    let _ = address;
}
