//! Growing while the table is small: all at once, into a block for twice as many buckets.
//!
//! P2 allows it because the table takes a quarter of a block at most (`sizing.rs`). Every entry is
//! hashed and moved once, but for those of chains that are split at the end, into memory that
//! nobody looks at yet: so a hash function that panics finds the table unchanged.

use core::ptr::{self, NonNull};

use super::block::Kind;
use super::bucket::Bucket;
use super::grow::slots_for_y;
use super::rehash::Rehash;
use super::sizing::Shape;
use super::{Parts, block};
use crate::alloc::Allocator;

impl<A: Allocator> Parts<A> {
    /// Moves the table, which doubles at once and is whole, into a block for twice as many buckets.
    /// False if memory is refused; then nothing has changed. The hasher is user code; if it panics
    /// nothing has changed either.
    pub(super) fn double_only_block(&mut self, types: &dyn Rehash, kind: &'static Kind) -> bool {
        let shape = &kind.shape;
        debug_assert!(self.header.is_allocated() && !self.header.is_growing());
        let Some(mut doubling) = Doubling::begin(self, kind) else { return false };
        let half = doubling.old_len as u32;
        for place in 0..doubling.old_len {
            // SAFETY: places of the old block, whose buckets are all live, and of the new one,
            // which is written here and not read.
            unsafe {
                let (from, x, y) = doubling.buckets(place, shape);
                if let Some(words) = types.divide(from, half, [x.start(), y.start()]) {
                    x.set_word(words[0]);
                    y.set_word(words[1]);
                    if from.word().has_overflow() {
                        doubling.chains.note(place, None);
                    }
                } else {
                    let y_slots = slots_for_y(types, from, half, shape);
                    doubling.chains.note(place, Some(y_slots));
                }
            }
        }
        doubling.end();
        true
    }
}

/// A table that is being doubled: its old block and its new one. Dropping it gives that one back
/// which is not the table's: the new one when user code panics, the old one at the end.
struct Doubling<'a, A: Allocator> {
    parts: &'a mut Parts<A>,
    shape: &'static Shape,
    old: *mut u8,
    old_len: usize,
    new: NonNull<u8>,
    new_len: usize,
    chains: ChainsToEnd,
    is_ended: bool,
}

impl<A: Allocator> Drop for Doubling<'_, A> {
    fn drop(&mut self) {
        let (old, new) = ((self.old, self.old_len), (self.new.as_ptr(), self.new_len));
        let (pivot, len) = if self.is_ended { old } else { new };
        // SAFETY: the table knows one of the two blocks, and this is the other, with its length.
        unsafe { block::deallocate_block(pivot, len, self.shape, &self.parts.allocator) };
    }
}

impl<'a, A: Allocator> Doubling<'a, A> {
    /// Takes the new block. `None` if it is refused.
    fn begin(parts: &'a mut Parts<A>, kind: &'static Kind) -> Option<Self> {
        let shape = &kind.shape;
        let old_len = parts.header.mask as usize + 1;
        debug_assert!(shape.doubles_at_once(old_len));
        let old = parts.first_block(shape);
        let new_len = shape.block_len_for(old_len * 2);
        let new = block::allocate_block(new_len, kind, &parts.allocator)?;
        let chains = ChainsToEnd { first: END, pivot: new.as_ptr(), len: new_len, half: old_len };
        Some(Self { parts, shape, old, old_len, new, new_len, chains, is_ended: false })
    }

    /// The bucket at `place` of the old block, and the two of the new one for its entries.
    #[inline(always)]
    fn buckets(&self, place: usize, shape: &Shape) -> (Bucket, Bucket, Bucket) {
        let of_new = |place| block::bucket(self.new.as_ptr(), self.new_len, place, shape);
        let from = block::bucket(self.old, self.old_len, place, shape);
        (from, of_new(place), of_new(place + self.old_len))
    }

    /// Makes the new block the table's, and ends the chains that are noted. No user code runs: the
    /// entries in the old block are forgotten.
    fn end(mut self) {
        let shape = self.shape;
        self.is_ended = true;
        self.parts.set_only_block(self.new);
        let mask = (self.old_len * 2 - 1) as u32;
        self.parts.header.set_size(mask, mask, shape);
        while let Some((place, y_slots)) = self.chains.next() {
            let (from, x, y) = self.buckets(place, shape);
            // SAFETY: the new block has the entries of all chains but those that are noted to be
            // split. The old block has a chain at each place.
            unsafe { self.parts.end_chain(from, (x, y), y_slots, shape) };
        }
    }
}

impl<A: Allocator> Parts<A> {
    /// Does with a chain what had to wait until no user code runs: gives back the overflow bucket
    /// whose entries the new block has in main buckets, or moves the chain there as it is and
    /// splits it.
    ///
    /// # Safety
    ///
    /// `from` is a bucket of the old block, `x` and `y` are those of the new one for its entries.
    /// The chain has one overflow bucket and is divided; or it is not, `y_slots` are the slots of
    /// its main bucket that go to Y, and its nodes know theirs. It is not used any more.
    unsafe fn end_chain(
        &mut self,
        from: Bucket,
        (x, y): (Bucket, Bucket),
        y_slots: Option<u8>,
        shape: &Shape,
    ) {
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
    /// Buckets that the block has room for.
    len: usize,
    /// How far a Y half lies behind its X half.
    half: usize,
}

impl ChainsToEnd {
    /// Where the chain at `place` is noted.
    fn note_of(&self, place: usize) -> *mut usize {
        block::link(self.pivot, self.len, place + self.half).cast()
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
