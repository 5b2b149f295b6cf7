//! Finding an entry.

use super::RawTable;
use super::bucket::{Bucket, Slot};
use super::tophash::Tophash;
use crate::alloc::Allocator;

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// The entry with this hash whose key satisfies `equals`.
    ///
    /// `equals` is user code and may panic; nothing is changed while it runs.
    #[inline(always)]
    pub(crate) fn find(&self, hash: u64, mut equals: impl FnMut(&K) -> bool) -> Option<Slot<K, V>> {
        let tophash = Tophash::of(hash);
        let (bucket, index) = self.home(hash);
        // The slots' address does not depend on the word: both loads go out together.
        prefetch(bucket.key(0));
        if size_of::<V>() != 0 {
            prefetch(bucket.value(0));
        }
        // SAFETY: main buckets up to `last`, and that of `EMPTY`, have words (R3).
        let word = unsafe { bucket.word() };
        for slot in word.matches(tophash) {
            // SAFETY: a slot with a tophash holds a key (R3).
            if equals(unsafe { &*bucket.key(slot) }) {
                return Some(Slot { bucket, slot, index });
            }
        }
        if word.hints_at(tophash) {
            return self.find_in_overflow(bucket, index, tophash, equals);
        }
        None
    }

    /// The rest of [`Self::find`]: few look-ups come here, and fewer misses.
    #[cold]
    #[inline(never)]
    fn find_in_overflow(
        &self,
        main: Bucket<K, V>,
        index: u32,
        tophash: Tophash,
        mut equals: impl FnMut(&K) -> bool,
    ) -> Option<Slot<K, V>> {
        // SAFETY: a main bucket with a hint has a link (R4), nodes have words, keys and links
        // (R3, R5).
        unsafe {
            let mut node = main.next();
            while !node.is_null() {
                let bucket = Bucket::of_node(node);
                for slot in bucket.word().matches(tophash) {
                    if equals(&*bucket.key(slot)) {
                        return Some(Slot { bucket, slot, index });
                    }
                }
                node = bucket.next();
            }
        }
        None
    }
}

/// Asks for the cache line at an address, which may be anything.
#[inline(always)]
pub(crate) fn prefetch<T>(address: *const T) {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse"))]
    // SAFETY: a prefetch never faults.
    unsafe {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(address.cast());
    }
    #[cfg(not(all(target_arch = "x86_64", target_feature = "sse")))]
    let _ = address;
}
