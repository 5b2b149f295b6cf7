//! Taking an entry out of its chain.

use core::mem;
use core::ptr::NonNull;

use super::bucket::{Bucket, Node, Slot};
use super::sizing::Shape;
use super::{Flags, Parts, RawTable};
use crate::alloc::Allocator;

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// Takes an entry out. The last entry of its chain moves into the hole.
    ///
    /// Runs no user code. All slots of the chain become invalid, but those before this one.
    ///
    /// # Safety
    ///
    /// `slot` is a taken slot of this table.
    #[inline]
    pub(crate) unsafe fn remove(&mut self, slot: Slot<K, V>) -> (K, V) {
        // SAFETY: the entry is read once and its slot filled or freed below, before any user code
        // runs; `index` is that of a live main bucket.
        unsafe {
            let entry = (slot.key().read(), slot.value().read());
            let main = self.bucket(slot.index);
            let word = main.word();
            if word.has_overflow() {
                let hole = (slot.slots.start(), slot.slot);
                self.parts.fill_hole_from_overflow(main, slot.index, hole, Self::SHAPE);
            } else {
                let last = word.filled() - 1;
                if slot.slot != last {
                    Bucket::move_entry((main, last), (main, slot.slot), Self::SHAPE);
                }
                main.set_word(word.replaced(slot.slot, word.tophash(last)).without(last));
            }
            self.header_mut().count -= 1;
            entry
        }
    }

    /// Drops all entries and keeps the memory, but that of overflow buckets. O(buckets).
    ///
    /// If dropping an entry panics, the entries after it are leaked and the table is empty.
    pub(crate) fn clear(&mut self) {
        if !self.header().is_allocated() {
            return;
        }
        let cleared = Cleared { table: self };
        if mem::needs_drop::<(K, V)>() {
            for slot in cleared.table.slots() {
                // SAFETY: every taken slot is met once, and `cleared` forgets them all afterwards,
                // whatever happens.
                unsafe {
                    slot.key().drop_in_place();
                    slot.value().drop_in_place();
                }
            }
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
            if !(hole.is(tail) && slot == last) {
                Bucket::move_entry((tail, last), (hole, slot), shape);
                hole.set_word(hole.word().replaced(slot, tophash));
            }
            tail.set_word(tail.word().without(last));
            if last == 0 {
                if before.is(main) {
                    main.set_word(main.word().with_hints(0));
                } else {
                    before.set_next(core::ptr::null_mut());
                }
                self.extra_mut().0.slab.give_back(node, shape);
                // If a growth or a shrink is under way, its steps see to the chunks.
                let header = &self.header;
                if header.last == header.mask && !header.flags.has(Flags::RESTING) {
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

    /// Forgets all entries: the table becomes empty and keeps its main buckets.
    pub(super) fn forget_entries(&mut self, shape: &Shape) {
        self.header.count = 0;
        self.header.flags.set_changed_at(0);
        // SAFETY: the blocks of a table with memory, each with its length; no chain is left.
        unsafe {
            self.for_each_block(shape, |pivot, len| super::block::clear_words(pivot, len));
            if !self.header.extra.is_null() {
                let (extra, allocator) = self.extra_mut();
                extra.slab.release_all(shape, allocator);
                extra.depth_max = 0;
            }
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

/// Makes the table empty when it goes, also while unwinding.
struct Cleared<'a, K, V, A: Allocator> {
    table: &'a mut RawTable<K, V, A>,
}

impl<K, V, A: Allocator> Drop for Cleared<'_, K, V, A> {
    fn drop(&mut self) {
        self.table.parts.forget_entries(RawTable::<K, V, A>::SHAPE);
    }
}
