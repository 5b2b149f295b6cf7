//! Growing while the table is one block: all at once, into a block of twice the size.
//!
//! P2 allows it because such a block is small (`sizing.rs`). Every entry is hashed and moved once,
//! into memory that nobody looks at yet: so a hash function that panics finds the table unchanged.

use core::mem;
use core::ptr::{self, NonNull};

use super::bucket::{Bucket, Slots};
use super::divide::{divide, divide_pair};
use super::{Parts, RawTable, block};
use crate::alloc::Allocator;

/// A block that is given back unless it is forgotten: when user code panics.
struct Unfinished<'a, A: Allocator> {
    pivot: NonNull<u8>,
    len: usize,
    parts: &'a Parts<A>,
    shape: &'static super::Shape,
}

impl<A: Allocator> Drop for Unfinished<'_, A> {
    fn drop(&mut self) {
        let (pivot, allocator) = (self.pivot.as_ptr(), &self.parts.allocator);
        // SAFETY: the block was allocated with this length, and the table does not know it yet.
        unsafe { block::deallocate_block(pivot, self.len, self.shape, allocator) };
    }
}

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// Moves the table, which is one block and whole, into a block of twice the size. False if
    /// memory is refused; then nothing has changed. `hasher` is user code; if it panics nothing has
    /// changed either.
    #[inline(never)]
    pub(super) fn double_only_block(&mut self, hasher: &impl Fn(&K) -> u64) -> bool {
        debug_assert!(self.header().is_allocated() && !self.is_growing());
        let old_len = self.header().mask as usize + 1;
        let new_len = old_len * 2;
        debug_assert!(new_len <= Self::BLOCK_LEN);
        let old = self.parts.first_block(Self::SHAPE);
        let new = block::allocate_block(new_len, Self::KIND, &self.parts.allocator);
        let Some(pivot) = new else { return false };
        let new = pivot.as_ptr();
        let unfinished = Unfinished { pivot, len: new_len, parts: &self.parts, shape: Self::SHAPE };
        let mut long_chains = LongChains { first: END, new, old_len };
        for x_place in 0..old_len {
            // SAFETY: places of the old block, whose buckets are all live, and of the new one,
            // which is written here and not read.
            unsafe {
                let x = block::bucket(old, old_len, x_place, Self::SHAPE);
                let y_slots = Self::slots_for_y(x, old_len as u32, hasher);
                let (from, word) = (x.slots::<K, V>(), x.word());
                if word.has_overflow() {
                    long_chains.note(x_place, y_slots);
                    continue;
                }
                let half = |place| {
                    let slots = Slots::new(block::slots(new, place, Self::SHAPE));
                    (slots, block::word(new, place))
                };
                divide((from, word), y_slots, half(x_place), half(x_place + old_len));
            }
        }
        // No user code runs from here on: the entries in the old block are forgotten.
        mem::forget(unfinished);
        self.parts.set_only_block(pivot);
        let mask = (new_len - 1) as u32;
        self.header_mut().set_size(mask, mask, Self::SHAPE);
        for (place, y_slots) in long_chains {
            // SAFETY: the new block has all chains without overflow buckets. Nobody has taken this
            // one apart yet.
            unsafe { self.move_long_chain((old, old_len), new, (place, y_slots)) };
        }
        // SAFETY: the table's former block, with its length.
        unsafe { block::deallocate_block(old, old_len, Self::SHAPE, &self.parts.allocator) };
        true
    }

    /// Moves a chain with overflow buckets: its entries are divided between two main buckets, or
    /// the main bucket is taken over as it is and the chain is split.
    ///
    /// # Safety
    ///
    /// `old` is a block of `old_len` buckets and `new` one of twice as many. The bucket at `place`
    /// of the old one has overflow buckets, and `y_slots` are its slots that go to Y; the nodes
    /// know theirs. The chain is not used any more.
    unsafe fn move_long_chain(
        &mut self,
        (old, old_len): (*mut u8, usize),
        new: *mut u8,
        (place, y_slots): (usize, u8),
    ) {
        // SAFETY: places of both blocks. X takes over the word, the link and the slots of its old
        // self, and is live then.
        unsafe {
            let from = block::bucket(old, old_len, place, Self::SHAPE);
            let (word, node) = (from.word(), from.next());
            let x = block::bucket(new, old_len * 2, place, Self::SHAPE);
            let y = block::bucket(new, old_len * 2, place + old_len, Self::SHAPE);
            let half = |bucket: Bucket| (bucket.slots::<K, V>(), bucket.word_place());
            if divide_pair((from.slots(), word), node, y_slots, half(x), half(y)) {
                self.extra_mut().0.slab.give_back(node, Self::SHAPE);
                return;
            }
            let (source, target) = (from.start().as_ptr(), x.start().as_ptr());
            ptr::copy_nonoverlapping(source, target, Self::SHAPE.slots_bytes);
            x.set_word(word);
            x.set_next(node);
            self.parts.split_long(x, y, y_slots, Self::SHAPE);
        }
    }
}

/// No chain.
const END: usize = usize::MAX >> 8;

/// The chains with overflow buckets, which come last: a list through the words of the new block
/// where their Y halves will be. Each has the next place, and the slots that go to Y.
struct LongChains {
    first: usize,
    new: *mut u8,
    old_len: usize,
}

impl LongChains {
    /// Adds the chain at `place`.
    ///
    /// # Safety
    ///
    /// `new` is a block of twice `old_len` buckets, in which nobody reads or writes the Y half's
    /// word before the chain comes out of the list.
    unsafe fn note(&mut self, place: usize, y_slots: u8) {
        let note = (self.first as u64) << 8 | u64::from(y_slots);
        // SAFETY: as the caller says.
        unsafe { block::word(self.new, place + self.old_len).cast::<u64>().write(note) };
        self.first = place;
    }
}

impl Iterator for LongChains {
    type Item = (usize, u8);

    #[inline]
    fn next(&mut self) -> Option<(usize, u8)> {
        let place = self.first;
        if place == END {
            return None;
        }
        // SAFETY: `note` wrote it for this place.
        let note = unsafe { block::word(self.new, place + self.old_len).cast::<u64>().read() };
        self.first = (note >> 8) as usize;
        Some((place, note as u8))
    }
}
