//! Taking an entry out of its chain.

use core::mem;

use super::bucket::{Bucket, Node, Slot};
use super::{Flags, RawTable};
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
                self.fill_hole_from_overflow(main, slot);
            } else {
                let last = word.filled() - 1;
                if slot.slot != last {
                    Bucket::move_entry((main, last), (main, slot.slot));
                }
                main.set_word(word.replaced(slot.slot, word.tophash(last)).without(last));
            }
            self.header_mut().count -= 1;
            entry
        }
    }

    /// Moves the last entry of a chain with overflow buckets into the hole at `slot`.
    ///
    /// # Safety
    ///
    /// As for [`Self::remove`]; `main` is the chain's main bucket and has hints; the entry at
    /// `slot` is gone.
    #[cold]
    #[inline(never)]
    unsafe fn fill_hole_from_overflow(&mut self, main: Bucket<K, V>, slot: Slot<K, V>) {
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
                before = Bucket::of_node(node);
                node = next;
            }
            let tail = Bucket::of_node(node);
            let last = tail.word().filled() - 1;
            let tophash = tail.word().tophash(last);
            let hole = self.bucket_of(slot);
            if !(hole.is(tail) && slot.slot == last) {
                Bucket::move_entry((tail, last), (hole, slot.slot));
                hole.set_word(hole.word().replaced(slot.slot, tophash));
            }
            tail.set_word(tail.word().without(last));
            if last == 0 {
                if before.is(main) {
                    main.set_word(main.word().with_hints(0));
                } else {
                    before.set_next(core::ptr::null_mut());
                }
                self.extra_mut().0.slab.give_back::<K, V>(node);
                // If a growth or a shrink is under way, its steps see to the chunks.
                let header = self.header();
                if header.last == header.mask && !header.flags.has(Flags::RESTING) {
                    self.release_one_chunk();
                }
            }
            Self::renew_hints(main);
        }
    }

    /// Releases one chunk of overflow buckets, if there are two without use.
    pub(super) fn release_one_chunk(&mut self) {
        if !self.header().extra.is_null() {
            let (extra, allocator) = self.extra_mut();
            // SAFETY: the slab was always used with these types and this allocator, and nobody
            // relies on what was reserved.
            unsafe { extra.slab.release_one::<K, V, A>(allocator) };
        }
    }

    /// Makes a main bucket's hints agree with its overflow buckets.
    ///
    /// # Safety
    ///
    /// The word has hints just when the link is set.
    pub(super) unsafe fn renew_hints(main: Bucket<K, V>) {
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

    /// Forgets all entries: the table becomes empty and keeps its main buckets.
    pub(super) fn forget_entries(&mut self) {
        self.header_mut().count = 0;
        self.header_mut().flags.set_changed_at(0);
        // SAFETY: the blocks of a table with memory, each with its length; no chain is left.
        unsafe {
            self.for_each_block(|pivot, len| super::block::clear_words(pivot, len));
            if !self.header().extra.is_null() {
                let (extra, allocator) = self.extra_mut();
                extra.slab.release_all::<K, V, A>(allocator);
                extra.depth_max = 0;
            }
        }
    }
}

/// Makes the table empty when it goes, also while unwinding.
struct Cleared<'a, K, V, A: Allocator> {
    table: &'a mut RawTable<K, V, A>,
}

impl<K, V, A: Allocator> Drop for Cleared<'_, K, V, A> {
    fn drop(&mut self) {
        self.table.forget_entries();
    }
}
