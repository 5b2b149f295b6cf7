//! Keeping the entries that the caller wants, and removing the others.

use super::bucket::{Bucket, Slot};
use super::find::{Main, prefetch};
use super::stretch::{PREFETCH_MASK_MIN, prefetch_buckets, prefetch_slots};
use super::{RawTable, block};
use crate::alloc::Allocator;

/// How far ahead of the present bucket memory is asked for, in bytes of slots. Less than iteration
/// asks for, which is through with a bucket sooner (docs/decisions/0023).
const PREFETCH_BYTES: usize = 2048;

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// Keeps the entries for which `keep` says so. O(buckets).
    ///
    /// If `keep` panics, or dropping an entry does, the entries not yet asked about are kept.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&mut K, &mut V) -> bool) {
        let mut remaining = self.len();
        let mut retaining = Retaining { table: self, has_removed: false };
        let mut index = 0;
        while remaining > 0 {
            retaining.prefetch_ahead_of(index);
            // SAFETY: entries remain, so the index does not pass `last`.
            remaining -= unsafe { retaining.retain_in_chain(index, &mut keep) };
            index = index.wrapping_add(1);
        }
    }
}

/// A table of which entries are being removed. When that ends, also by a panic, it may shrink.
struct Retaining<'a, K, V, A: Allocator> {
    table: &'a mut RawTable<K, V, A>,
    has_removed: bool,
}

impl<K, V, A: Allocator> Drop for Retaining<'_, K, V, A> {
    fn drop(&mut self) {
        if self.has_removed {
            self.table.removed();
        }
    }
}

impl<K, V, A: Allocator> Retaining<'_, K, V, A> {
    /// In a table that is not expected to be in the cache, asks for a main bucket that comes soon
    /// after `index`.
    #[inline(always)]
    fn prefetch_ahead_of(&self, index: u32) {
        let shape = RawTable::<K, V, A>::SHAPE;
        let header = self.table.header();
        let ahead = u64::from(index) + prefetch_buckets(PREFETCH_BYTES, shape) as u64;
        if header.mask < PREFETCH_MASK_MIN || ahead > u64::from(header.last()) {
            return;
        }
        // SAFETY: the index is not above `last`.
        let (pivot, place) = unsafe { header.locate(ahead as u32, shape) };
        prefetch_slots(block::slots_address(pivot, place, shape), shape);
        prefetch(block::word(pivot, place).cast());
    }

    /// [`RawTable::retain`] in one chain. Returns how many entries were asked about.
    ///
    /// `keep` is user code; whatever it does, the table has no more and no less than the entries
    /// that were not removed. The one that a removal moves into the hole is the chain's last, which
    /// was not asked about yet.
    ///
    /// # Safety
    ///
    /// `index <= last`.
    #[inline(always)]
    unsafe fn retain_in_chain(
        &mut self,
        index: u32,
        keep: &mut impl FnMut(&mut K, &mut V) -> bool,
    ) -> usize {
        let shape = RawTable::<K, V, A>::SHAPE;
        let mut count = 0;
        // SAFETY: words, links and nodes are as R3 to R5 say, also after each removal; slots below
        // `filled` hold entries, and the table is borrowed exclusively. A removal may give a chunk
        // back, but none with a node that is in a chain, as `bucket` is when it is used again.
        unsafe {
            let (pivot, place) = self.table.header().locate(index, shape);
            let main = self.table.header().bucket_at(pivot, place, shape);
            let mut bucket = main;
            loop {
                let mut slot = 0;
                let mut filled = bucket.word().filled();
                while slot < filled {
                    count += 1;
                    if keep(&mut *bucket.key::<K, V>(slot), &mut *bucket.value::<K, V>(slot)) {
                        slot += 1;
                        continue;
                    }
                    self.has_removed = true;
                    let word = block::word(pivot, place).read();
                    let slot = Slot { slots: bucket.slots(), slot, index };
                    drop(self.table.remove_from(Main { pivot, place, word }, slot));
                    if filled == 1 && !bucket.is(main) {
                        // The node is none of the chain's any more, of which it was the last.
                        return count;
                    }
                    filled = bucket.word().filled();
                }
                if bucket.is(main) && !bucket.word().has_overflow() {
                    return count;
                }
                let next = bucket.next();
                if next.is_null() {
                    return count;
                }
                bucket = Bucket::of_node(next, shape);
            }
        }
    }
}
