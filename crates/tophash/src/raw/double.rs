//! Growing while the table is one block: all at once, into a block of twice the size.
//!
//! P2 allows it because such a block is small (`sizing.rs`). Every entry is hashed and moved once,
//! into memory that nobody looks at yet: so a hash function that panics finds the table unchanged.

use core::mem;
use core::ptr::{self, NonNull};

use super::divide::divide;
use super::sizing::Shape;
use super::{Parts, RawTable, block};
use crate::alloc::Allocator;

/// A block that is given back unless it is forgotten: when user code panics.
struct Unfinished<'a, A: Allocator> {
    pivot: NonNull<u8>,
    len: usize,
    parts: &'a Parts<A>,
    shape: &'static Shape,
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
        let mut chains = ChainsToEnd { first: END, pivot: new, len: new_len };
        for place in 0..old_len {
            // SAFETY: places of the old block, whose buckets are all live, and of the new one,
            // which is written here and not read.
            unsafe {
                let from = block::bucket(old, old_len, place, Self::SHAPE);
                let [x, y] = [place, place + old_len]
                    .map(|place| block::bucket(new, new_len, place, Self::SHAPE));
                let half = old_len as u32;
                let words = divide::<K, V>(from, half, hasher, x.slots(), y.slots());
                if let Some(words) = words {
                    x.set_word(words[0]);
                    y.set_word(words[1]);
                    if from.word().has_overflow() {
                        chains.note(place, None);
                    }
                } else {
                    chains.note(place, Some(Self::slots_for_y(from, half, hasher)));
                }
            }
        }
        // No user code runs from here on: the entries in the old block are forgotten.
        mem::forget(unfinished);
        self.parts.set_only_block(pivot);
        let mask = (new_len - 1) as u32;
        self.header_mut().set_size(mask, mask, Self::SHAPE);
        for (place, y_slots) in chains {
            // SAFETY: the new block has the entries of all chains but those that are noted to be
            // split. The old block has a chain at each place.
            unsafe { self.parts.end_chain((old, old_len), new, (place, y_slots), Self::SHAPE) };
        }
        // SAFETY: the table's former block, with its length.
        unsafe { block::deallocate_block(old, old_len, Self::SHAPE, &self.parts.allocator) };
        true
    }
}

impl<A: Allocator> Parts<A> {
    /// Does with a chain what had to wait until no user code runs: gives back the overflow bucket
    /// whose entries the new block has in main buckets, or moves the chain there as it is and
    /// splits it.
    ///
    /// # Safety
    ///
    /// `old` is a block of `old_len` buckets and `new` one of twice as many. The chain at `place`
    /// of the old one has one overflow bucket and is divided; or it is not, `y_slots` are the slots
    /// of its main bucket that go to Y, and its nodes know theirs. It is not used any more.
    unsafe fn end_chain(
        &mut self,
        (old, old_len): (*mut u8, usize),
        new: *mut u8,
        (place, y_slots): (usize, Option<u8>),
        shape: &Shape,
    ) {
        let from = block::bucket(old, old_len, place, shape);
        let [x, y] =
            [place, place + old_len].map(|place| block::bucket(new, old_len * 2, place, shape));
        // SAFETY: as the caller says. X takes over the word, the slots and, if there are hints, the
        // link of its old self, and is live then.
        unsafe {
            let word = from.word();
            let Some(y_slots) = y_slots else {
                self.extra_mut().0.slab.give_back(from.next(), shape);
                return;
            };
            let (source, target) = (from.start().as_ptr(), x.start().as_ptr());
            ptr::copy_nonoverlapping(source, target, shape.slots_bytes);
            x.set_word(word);
            if word.has_overflow() {
                x.set_next(from.next());
            }
            self.split_chain(x, y, y_slots, shape);
        }
    }
}

/// No chain.
const END: usize = usize::MAX >> 9;

/// The chains with which something is to be done at the end: a list through the links of the new
/// block where their Y halves will be, which have no meaning until then. Each has the next place,
/// and the slots that go to Y if it is to be split.
struct ChainsToEnd {
    first: usize,
    pivot: *mut u8,
    len: usize,
}

impl ChainsToEnd {
    /// Where the chain at `place` is noted.
    fn note_of(&self, place: usize) -> *mut usize {
        block::link(self.pivot, self.len, place + self.len / 2).cast()
    }

    /// Adds the chain at `place`.
    ///
    /// # Safety
    ///
    /// The list is that of a block, in which nobody writes the link of the Y half before the chain
    /// comes out of the list.
    unsafe fn note(&mut self, place: usize, y_slots: Option<u8>) {
        let y_slots = y_slots.map_or(0, |y_slots| usize::from(y_slots) << 1 | 1);
        // SAFETY: as the caller says.
        unsafe { self.note_of(place).write(self.first << 9 | y_slots) };
        self.first = place;
    }
}

impl Iterator for ChainsToEnd {
    type Item = (usize, Option<u8>);

    #[inline]
    fn next(&mut self) -> Option<(usize, Option<u8>)> {
        let place = self.first;
        if place == END {
            return None;
        }
        // SAFETY: `note` wrote it for this place.
        let note = unsafe { self.note_of(place).read() };
        self.first = note >> 9;
        Some((place, (note & 1 != 0).then_some((note >> 1) as u8)))
    }
}
