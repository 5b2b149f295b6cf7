//! Buckets that are visited one after another: where they lie, and which come next.
//!
//! What visits the entries of a table (`runs.rs`) goes through a [`Stretch`] bucket by bucket, in
//! the code of its caller. What comes behind a stretch [`Rest`] knows. It is asked twice for each
//! block or less often, in code that is compiled once for all types.

use core::ptr::{self, NonNull};

use super::bucket::Node;
use super::find::{prefetch, prefetch_early};
use super::overflow::UsedChunks;
use super::sizing::{LINE_BYTES, Shape};
use super::tophash::{SLOT_COUNT, Word};
use super::{Header, block};

/// How far ahead of the present bucket memory is asked for, in bytes of slots. Less comes too late,
/// more brings nothing (docs/decisions/0018).
const PREFETCH_BYTES: usize = 8192;

/// The least mask of a table that is not expected to be in the cache, for which it pays.
pub(super) const PREFETCH_MASK_MIN: u32 = (1 << 13) - 1;

/// Buckets whose words, and whose slots, lie at regular distances: those of a block, the highest
/// place first because its slots have the lowest address, or the overflow buckets of a chunk.
#[derive(Clone, Copy)]
pub(super) struct Stretch {
    /// The next bucket's word, and where its slots begin.
    word: *const Word,
    slots: *mut u8,
    left: Left,
    /// From one word to the next, and from slots to slots, in bytes.
    word_stride: isize,
    slots_stride: isize,
    /// From the slots to those that are asked for ahead, if any are, and the same for words.
    slots_ahead: isize,
    word_ahead: isize,
}

impl Stretch {
    /// No buckets, at the distances of a block's words.
    const NONE: Self = Self {
        word: ptr::null_mut(),
        slots: ptr::null_mut(),
        left: Left::NONE,
        word_stride: -(size_of::<Word>() as isize),
        slots_stride: 0,
        slots_ahead: 0,
        word_ahead: 0,
    };

    /// A bucket that seems to have its first `filled` entries alone, fewer than eight.
    pub(super) fn of_part(slots: NonNull<u8>, filled: usize) -> Self {
        let left = Left::new(usize::from(filled > 0), false);
        Self { word: &raw const FILLED[filled], slots: slots.as_ptr(), left, ..Self::NONE }
    }

    /// The buckets of a block from the place `len - 1` downwards, as many as are `left`.
    #[inline(always)]
    fn of_block(pivot: *mut u8, len: usize, left: Left, shape: &Shape) -> Self {
        Self {
            word: block::word(pivot, len - 1),
            slots: block::slots_address(pivot, len - 1, shape),
            left,
            slots_stride: shape.slots_bytes as isize,
            ..Self::NONE
        }
    }

    /// `len` overflow buckets that lie side by side.
    fn of_nodes(first: *mut Node, len: usize, shape: &Shape) -> Self {
        Self {
            // A node begins with its word.
            word: first.cast(),
            slots: first.cast::<u8>().wrapping_add(shape.node_slots_offset),
            left: Left::new(len, false),
            word_stride: shape.node_bytes as isize,
            slots_stride: shape.node_bytes as isize,
            ..Self::NONE
        }
    }

    /// Whether there is no bucket any more.
    #[inline(always)]
    pub(super) fn is_at_end(&self) -> bool {
        self.left.is_none()
    }

    /// Where the slots of the next bucket begin, and its word; there is one. Asks for `lines` of
    /// slots, if memory is asked for ahead at all.
    #[inline(always)]
    pub(super) fn take(&mut self, lines: usize) -> (NonNull<u8>, Word) {
        let (word, slots) = (self.word, self.slots);
        self.left = self.left.less_one();
        self.word = word.wrapping_byte_offset(self.word_stride);
        self.slots = slots.wrapping_offset(self.slots_stride);
        if self.left.asks_ahead() {
            let ahead = slots.wrapping_offset(self.slots_ahead);
            for line in 0..lines {
                prefetch_early(ahead.wrapping_add(LINE_BYTES * line));
            }
            prefetch_early(word.cast::<u8>().wrapping_offset(self.word_ahead));
        }
        // SAFETY: a stretch has words that are initialised: those of live main buckets (R3), of
        // nodes that were ever used (`UsedChunks::next`), or one of `FILLED`. Slots lie within an
        // allocation, so their address is not null.
        unsafe { (NonNull::new_unchecked(slots), word.read()) }
    }

    /// Passes over the vacant buckets that come next: in a table that was thinned out many are.
    /// Where memory is asked for ahead it does nothing: it would have to ask from them too.
    #[inline(always)]
    pub(super) fn skip_vacant(&mut self) {
        let mut count = 0;
        while !self.left.is_none() && !self.left.asks_ahead() {
            // SAFETY: as in `take`.
            if unsafe { !self.word.read().is_vacant() } {
                break;
            }
            self.word = self.word.wrapping_byte_offset(self.word_stride);
            self.left = self.left.less_one();
            count += 1;
        }
        self.slots = self.slots.wrapping_offset(count * self.slots_stride);
    }
}

/// Words with so many slots taken.
static FILLED: [Word; SLOT_COUNT] = {
    let mut words = [Word::EMPTY; SLOT_COUNT];
    let mut filled = 1;
    while filled < SLOT_COUNT {
        words[filled] = Word::with_first(filled);
        filled += 1;
    }
    words
};

/// How many buckets are left of a stretch, and whether memory is asked for ahead there. In one
/// number: of a condition that never changes the compiler makes two loops, twice the code for each
/// loop over a map.
#[derive(Clone, Copy)]
struct Left(usize);

impl Left {
    const NONE: Self = Self::new(0, false);

    const fn new(count: usize, asks_ahead: bool) -> Self {
        Self(count << 1 | asks_ahead as usize)
    }

    #[inline(always)]
    fn is_none(self) -> bool {
        self.0 <= 1
    }

    #[inline(always)]
    fn asks_ahead(self) -> bool {
        self.0 & 1 != 0
    }

    /// One less.
    #[inline(always)]
    fn less_one(self) -> Self {
        Self(self.0 - 2)
    }
}

/// What is visited behind the present stretch.
///
/// [`Self::go_on`] takes and returns it by value: as long as nobody has the address of an iterator,
/// the compiler keeps in registers what is needed for each slot (docs/decisions/0019).
#[derive(Clone, Copy)]
pub(super) struct Rest {
    header: Header,
    /// How many main buckets were in a stretch; one more than there are when the overflow buckets
    /// are begun. 64 bits, because it may become 2^32.
    passed: u64,
    /// The chunks of overflow buckets yet to come, once there are no more main buckets.
    chunks: UsedChunks,
}

impl Rest {
    /// The first stretch of a table, and the rest. Of a table without entries there is none, and in
    /// a large one it is left to [`Self::go_on`].
    #[inline(always)]
    pub(super) fn begin(header: &Header, shape: &Shape) -> (Stretch, Self) {
        let mut rest = Self { header: *header, passed: 0, chunks: UsedChunks::NONE };
        // Its strides are those of blocks already: so for the compiler they are constants here.
        let stretch = Stretch { slots_stride: shape.slots_bytes as isize, ..Stretch::NONE };
        if header.count == 0 || header.mask >= PREFETCH_MASK_MIN {
            return (stretch, rest);
        }
        // SAFETY: bucket 0 is always there.
        let (pivot, _) = unsafe { header.locate(0, shape) };
        let len = shape.block_len().min(header.last() as usize + 1);
        rest.passed = len as u64;
        (Stretch::of_block(pivot, len, Left::new(len, false), shape), rest)
    }

    /// The table's header.
    #[cfg(feature = "rayon")]
    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// Takes the next stretch; there is one, because entries remain.
    #[cold]
    #[inline(never)]
    pub(super) fn go_on(mut self, shape: &Shape) -> (Stretch, Self) {
        let live = u64::from(self.header.last()) + 1;
        let stretch = if self.passed < live {
            self.take_from_block(live, shape)
        } else {
            self.take_chunk(live, shape)
        };
        (stretch, self)
    }

    /// Takes buckets of the block with the next of the `live` ones: all that are left there. But
    /// where memory is asked for ahead, those from which it lies in another block are a stretch of
    /// their own.
    fn take_from_block(&mut self, live: u64, shape: &Shape) -> Stretch {
        let block_len = shape.block_len() as u64;
        let first = self.passed & !(block_len - 1);
        let end = live.min(first + block_len);
        let len = (end - self.passed) as usize;
        // SAFETY: `first <= last`.
        let pivot = unsafe { self.header.locate(first as u32, shape).0 };
        if self.header.mask < PREFETCH_MASK_MIN || self.header.is_thinned_out() {
            self.passed = end;
            return Stretch::of_block(pivot, len, Left::new(len, false), shape);
        }
        let distance = prefetch_buckets(PREFETCH_BYTES, shape);
        let is_last_part = len <= distance;
        let count = if is_last_part { len } else { len - distance };
        self.passed += count as u64;
        let mut stretch = Stretch::of_block(pivot, len, Left::new(count, true), shape);
        stretch.slots_ahead = (distance * shape.slots_bytes) as isize;
        if end < live {
            // SAFETY: `end <= last`.
            let next = unsafe { self.header.locate(end as u32, shape).0 };
            let last_place = block_len.min(live - end) as usize - 1;
            let start = block::slots_address(next, last_place, shape);
            let from_pivot = |to: *mut u8| (to.addr() as isize).wrapping_sub(pivot.addr() as isize);
            stretch.word_ahead = from_pivot(next);
            if is_last_part {
                // At the pivot the next slots would lie, if this block had more buckets.
                stretch.slots_ahead = stretch.slots_ahead.wrapping_add(from_pivot(start));
            }
        }
        stretch
    }

    /// Takes the next chunk of overflow buckets.
    fn take_chunk(&mut self, live: u64, shape: &Shape) -> Stretch {
        // SAFETY: as long as entries remain, used nodes do, in chunks yet to come, and there is an
        // `extra` (R6 to R8).
        unsafe {
            if self.passed == live {
                self.passed += 1;
                self.chunks = (*self.header.extra).slab.used_chunks();
            }
            let (first, len) = self.chunks.next(shape);
            Stretch::of_nodes(first, len, shape)
        }
    }
}

/// How many lines are asked for from each bucket: all that slots lie in, if they are few.
pub(super) const fn prefetch_lines(shape: &Shape) -> usize {
    let lines = shape.slots_bytes.div_ceil(LINE_BYTES);
    if lines > 4 { 4 } else { lines }
}

/// Asks for the slots of a bucket that comes soon, in as many lines as [`prefetch_lines`] says.
#[inline(always)]
pub(super) fn prefetch_slots(slots: *const u8, shape: &Shape) {
    for line in 0..prefetch_lines(shape) {
        prefetch(slots.wrapping_add(LINE_BYTES * line));
    }
}

/// How many buckets ahead memory is asked for, so that it is so many bytes of slots.
pub(super) const fn prefetch_buckets(bytes: usize, shape: &Shape) -> usize {
    if shape.slots_bytes == 0 { 0 } else { bytes.div_ceil(shape.slots_bytes) }
}
