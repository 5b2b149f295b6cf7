//! Taking an entry out of its chain.

use core::ptr::{self, NonNull};

use super::bucket::{Bucket, Node, Slot, copy_entry};
use super::find::Main;
use super::sizing::Shape;
use super::{Flags, Parts, RawTable, block};
use crate::alloc::Allocator;

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// Takes out the entry with this hash whose key satisfies `equals`.
    #[inline]
    pub(crate) fn remove_entry(
        &mut self,
        hash: u64,
        equals: impl FnMut(&K) -> bool,
    ) -> Option<(K, V)> {
        let (slot, main) = self.find_with_main(hash, equals)?;
        // SAFETY: the slot is taken, and was found in the chain of that main bucket.
        let entry = unsafe { self.remove_from(main, slot) };
        self.removed();
        Some(entry)
    }

    /// Takes an entry out. The last entry of its chain moves into the hole.
    ///
    /// Runs no user code. All slots of the chain become invalid, but those before this one.
    ///
    /// # Safety
    ///
    /// `slot` is a taken slot of this table.
    #[inline]
    pub(crate) unsafe fn remove(&mut self, slot: Slot<K, V>) -> (K, V) {
        // SAFETY: `index` is that of a live main bucket, which has a word (R3).
        unsafe {
            let (pivot, place) = self.header().locate(slot.index, Self::SHAPE);
            let word = block::word(pivot, place).read();
            self.remove_from(Main { pivot, place, word }, slot)
        }
    }

    /// As [`Self::remove`], when it is known where the main bucket is.
    ///
    /// # Safety
    ///
    /// As there; `main` is the main bucket of the slot's chain, with its word.
    #[inline(always)]
    pub(super) unsafe fn remove_from(&mut self, main: Main, slot: Slot<K, V>) -> (K, V) {
        let Main { pivot, place, word } = main;
        let Slot { slots, slot, index } = slot;
        // SAFETY: the entry is read once and its slot filled or freed, before any user code runs:
        // the last of the taken slots is one, and R3 and R7 hold again when all is changed.
        unsafe {
            let entry = (slots.key(slot).read(), slots.value(slot).read());
            if word.has_overflow() {
                let main = self.bucket(index);
                let hole = (slots.start(), slot);
                self.parts.fill_hole_from_overflow(main, index, hole, Self::SHAPE);
            } else {
                let last = word.filled() - 1;
                #[cfg(any(test, verify))]
                super::work::count_moved(1);
                // Also if it is the last itself, onto itself: whether it is, no processor predicts.
                copy_entry((slots, last), (slots, slot));
                let moved = word.without(slot).with_byte(slot, word.byte(last));
                block::word(pivot, place).write(moved.without(last));
            }
            self.header_mut().uncount();
            entry
        }
    }
}

impl<A: Allocator> Parts<A> {
    /// Moves the last entry of a chain with overflow buckets into a hole: the slot of a bucket
    /// whose slots begin there.
    ///
    /// # Safety
    ///
    /// As for [`RawTable::remove`]; `main` is the chain's main bucket and has hints; the entry in
    /// the hole is gone.
    #[cold]
    #[inline(never)]
    unsafe fn fill_hole_from_overflow(
        &mut self,
        main: Bucket,
        index: u32,
        hole: (NonNull<u8>, usize),
        shape: &Shape,
    ) {
        // SAFETY: links and nodes are as R4 to R6 say. The hole is filled from the chain's last
        // slot, which becomes free; a node without entries leaves the chain (R5); then the hints
        // are made anew (R4).
        unsafe {
            let mut before = main;
            let mut node = main.next();
            loop {
                let next = (*node).next;
                if next.is_null() {
                    break;
                }
                before = Bucket::of_node(node, shape);
                node = next;
            }
            let tail = Bucket::of_node(node, shape);
            let last = tail.word().filled() - 1;
            let tophash = tail.word().tophash(last);
            let (hole, slot) = (self.bucket_of(index, hole.0, shape), hole.1);
            // Also if it is the last itself, onto itself: whether it is, no processor predicts.
            Bucket::move_entry((tail, last), (hole, slot), shape);
            hole.set_word(hole.word().replaced(slot, tophash));
            tail.set_word(tail.word().without(last));
            if last == 0 {
                if before.is(main) {
                    main.set_word(main.word().with_hints(0));
                } else {
                    before.set_next(ptr::null_mut());
                }
                self.extra_mut().0.slab.give_back(node, shape);
                // If a growth or a shrink is under way, its steps see to the chunks.
                let header = &self.header;
                if !header.flags.has(Flags::PARTIAL.and(Flags::RESTING)) {
                    self.release_one_chunk(shape);
                }
            }
            renew_hints(main);
        }
    }

    /// Releases one chunk of overflow buckets, if there are two without use.
    pub(super) fn release_one_chunk(&mut self, shape: &Shape) {
        if !self.header.extra.is_null() {
            let (extra, allocator) = self.extra_mut();
            // SAFETY: the slab was always used with these types and this allocator, and nobody
            // relies on what was reserved.
            unsafe { extra.slab.release_one(shape, allocator) };
        }
    }
}

/// Makes a main bucket's hints agree with its overflow buckets.
///
/// # Safety
///
/// The word has hints just when the link is set.
pub(super) unsafe fn renew_hints(main: Bucket) {
    // SAFETY: as the caller says, and R5.
    unsafe {
        let word = main.word();
        if word.has_overflow() {
            let mut hints = 0;
            let mut node: *mut Node = main.next();
            while !node.is_null() {
                hints |= (*node).word.hints_of_entries();
                node = (*node).next;
            }
            main.set_word(word.with_hints(hints));
        }
    }
}
