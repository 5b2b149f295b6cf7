//! Dropping all entries.

use core::mem::needs_drop;
use core::ptr;

use super::bucket::Bucket;
use super::content::ask_for_entries;
use super::sizing::Shape;
use super::{Flags, Parts, RawTable, block};
use crate::alloc::Allocator;

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// Drops all entries and keeps the memory, but that of overflow buckets. O(buckets).
    ///
    /// If dropping an entry panics, the entries after it are leaked and the table is empty.
    pub(crate) fn clear(&mut self) {
        /// Makes the table empty when it goes, also while unwinding.
        struct Cleared<'a, K, V, A: Allocator>(&'a mut RawTable<K, V, A>);
        impl<K, V, A: Allocator> Drop for Cleared<'_, K, V, A> {
            fn drop(&mut self) {
                self.0.parts.forget_entries(RawTable::<K, V, A>::SHAPE);
            }
        }
        if self.header().is_allocated() {
            let cleared = Cleared(self);
            // SAFETY: `cleared` forgets them.
            unsafe { cleared.0.drop_entries() };
        }
    }

    /// Drops all entries and gives all memory back; also when dropping an entry panics.
    pub(crate) fn clear_and_release(&mut self) {
        struct Released<'a, K, V, A: Allocator>(&'a mut RawTable<K, V, A>);
        impl<K, V, A: Allocator> Drop for Released<'_, K, V, A> {
            fn drop(&mut self) {
                self.0.parts.release(RawTable::<K, V, A>::SHAPE);
            }
        }
        let released = Released(self);
        // SAFETY: `released` forgets them.
        unsafe { released.0.drop_entries() };
    }

    /// Drops all entries, from the first bucket on, as a clone made them: what lies in memory in
    /// that order is given back in it (docs/decisions/0030).
    ///
    /// # Safety
    ///
    /// The caller forgets them, also if dropping one panics.
    unsafe fn drop_entries(&mut self) {
        if !const { needs_drop::<(K, V)>() } {
            return;
        }
        let (last, is_near) = (self.header().last(), self.is_near());
        let mut remaining = self.len();
        let mut index: u32 = 0;
        while remaining > 0 {
            // SAFETY: entries remain, so there is a bucket that was not visited.
            unsafe {
                if !is_near {
                    let ask = ask_for_entries::<K, V>;
                    self.header().ask_behind((index, last), ask, Self::SHAPE);
                }
                remaining -= self.drop_chain(index);
            }
            index = index.wrapping_add(1);
        }
    }

    /// Drops the entries of a chain. Returns how many they were.
    ///
    /// # Safety
    ///
    /// `index <= last`, and the caller forgets the entries.
    #[inline(always)]
    unsafe fn drop_chain(&mut self, index: u32) -> usize {
        let mut count = 0;
        // SAFETY: words, links and nodes are as R3 to R5 say, and slots below `filled` hold
        // entries. Dropping one cannot change the table, which is borrowed exclusively.
        unsafe {
            let mut bucket = self.bucket(index);
            let mut node =
                if bucket.word().has_overflow() { bucket.next() } else { ptr::null_mut() };
            loop {
                let filled = bucket.word().filled();
                for slot in 0..filled {
                    bucket.key::<K, V>(slot).drop_in_place();
                    bucket.value::<K, V>(slot).drop_in_place();
                }
                count += filled;
                if node.is_null() {
                    return count;
                }
                bucket = Bucket::of_node(node, Self::SHAPE);
                node = bucket.next();
            }
        }
    }
}

impl<A: Allocator> Parts<A> {
    /// Forgets all entries: the table becomes empty and keeps its main buckets.
    pub(super) fn forget_entries(&mut self, shape: &Shape) {
        self.header.count = 0;
        self.header.flags.set(Flags::IDLE, true);
        self.header.flags.set_changed_at(0);
        // SAFETY: the blocks of a table with memory, each with its length; no chain is left.
        unsafe {
            self.for_each_block(shape, |pivot, len| block::clear_words(pivot, len));
            if !self.header.extra.is_null() {
                let (extra, allocator) = self.extra_mut();
                extra.slab.release_all(shape, allocator);
                extra.depth_max = 0;
            }
        }
    }
}
