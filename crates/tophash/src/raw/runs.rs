//! Where the taken slots of a table are, from one end of its memory to the other.

use core::marker::PhantomData;
use core::mem;
use core::ptr::NonNull;

use super::bucket::{Bucket, Slots};
use super::find::prefetch_early;
use super::overflow::UsedNodes;
use super::sizing::Shape;
use super::tophash::Word;
use super::{Header, block};

/// How far ahead of the present bucket memory is asked for, in bytes of slots. Less comes too late,
/// more brings nothing (docs/decisions/0018).
const PREFETCH_BYTES: usize = 8192;

/// The least mask of a table that is not expected to be in the cache, for which it pays.
const PREFETCH_MASK_MIN: u32 = (1 << 13) - 1;

/// The taken slots of a table: those of the main buckets, block by block and the last bucket of a
/// block first, then those of the overflow buckets in the order of the slab. So memory is read
/// upwards throughout, if the allocator gave it out so: to turn at each block would cost twice the
/// time (docs/decisions/0005). It has no lifetime: whoever holds one sees to it that the table is
/// not changed.
///
/// Within a bucket the entries lie in the order in which they came. So that nobody comes to rely on
/// that, the only bucket of a small table is visited from a slot that the seed chooses to its last
/// taken slot, and then from its first: in two runs. In a larger table the seed scatters entries
/// over the buckets, and one run for each is faster.
pub(super) struct RawIter<K, V> {
    runs: Runs,
    marker: PhantomData<*const (K, V)>,
}

/// The state of a [`RawIter`], without the types. What is done once for each block or less often is
/// done here, and compiled once for all types.
struct Runs {
    /// Taken slots behind the present run: to count them once for each run costs less than once for
    /// each slot.
    remaining: usize,
    /// Where the slots of the present run's bucket begin.
    slots: NonNull<u8>,
    /// The next of them, and where this run ends.
    slot: usize,
    end: usize,
    /// Where the first of two runs started; 0 before it, or if there is only one.
    turn: usize,
    /// The present block, and how many of its buckets are yet to come: the highest place comes
    /// first, because its slots have the lowest address.
    pivot: *mut u8,
    places: usize,
    /// From the slots of one of the block's last buckets to those, in the next block, that come as
    /// many buckets later as memory is asked for ahead.
    leap: usize,
    /// The next block, or what may be asked for in its place.
    next: *mut u8,
    /// Main buckets in the blocks yet to come. 64 bits, because it may be 2^32.
    buckets: u64,
    /// The overflow buckets yet to come, once there are no more main buckets.
    nodes: UsedNodes,
    is_in_slab: bool,
    /// Whether memory is asked for ahead: in a table that is not expected to be in the cache,
    /// unless it is so thinned out that many buckets have nothing to visit.
    asks_ahead: bool,
    header: Header,
}

/// A taken slot, and the slots of which it is one.
pub(super) struct Place<K, V>(pub(super) Slots<K, V>, pub(super) usize);

impl<K, V> Place<K, V> {
    /// The entry's key.
    #[inline(always)]
    pub(super) fn key(&self) -> *mut K {
        // SAFETY: a taken slot exists.
        unsafe { self.0.key(self.1) }
    }

    /// The entry's value.
    #[inline(always)]
    pub(super) fn value(&self) -> *mut V {
        // SAFETY: a taken slot exists.
        unsafe { self.0.value(self.1) }
    }
}

// SAFETY: a `RawIter` is a set of addresses. The types that read through it, below, hold a
// reference or a table besides, which says whether they may go to another thread.
unsafe impl<K, V> Send for RawIter<K, V> {}
// SAFETY: as above.
unsafe impl<K, V> Sync for RawIter<K, V> {}

impl<K, V> Clone for RawIter<K, V> {
    #[inline]
    fn clone(&self) -> Self {
        Self { runs: Runs { nodes: self.runs.nodes.clone(), ..self.runs }, marker: PhantomData }
    }
}

impl<K, V> RawIter<K, V> {
    /// The slots of a table with this header.
    #[inline]
    pub(super) fn new(header: &Header) -> Self {
        let runs = Runs {
            remaining: header.count,
            // The first step goes to bucket 0.
            slots: NonNull::dangling(),
            slot: 0,
            end: 0,
            turn: 0,
            pivot: NonNull::dangling().as_ptr(),
            places: 0,
            leap: 0,
            next: NonNull::dangling().as_ptr(),
            buckets: u64::from(header.last()) + 1,
            nodes: UsedNodes::NONE,
            is_in_slab: false,
            asks_ahead: header.mask >= PREFETCH_MASK_MIN && header.count > header.mask as usize,
            header: *header,
        };
        Self { runs, marker: PhantomData }
    }

    /// Goes to the next run of taken slots; there is one, because entries remain.
    #[inline(always)]
    fn advance(&mut self) {
        debug_assert!(self.runs.remaining > 0);
        self.runs.slot = 0;
        loop {
            while self.runs.places > 0 {
                let (slots, word) = self.take_bucket();
                if !word.is_vacant() {
                    self.runs.slots = slots.start();
                    self.runs.end = word.filled();
                    self.runs.remaining -= self.runs.end;
                    return;
                }
            }
            if self.runs.go_on(Self::SHAPE) {
                return;
            }
        }
    }

    const SHAPE: &'static Shape = Slots::<K, V>::SHAPE;

    /// The slots and the word of the next main bucket of the present block; there is one.
    #[inline(always)]
    fn take_bucket(&mut self) -> (Slots<K, V>, Word) {
        let runs = &mut self.runs;
        runs.places -= 1;
        let slots = block::slots(runs.pivot, runs.places, Self::SHAPE);
        if runs.asks_ahead {
            let is_near_end = runs.places < const { prefetch_buckets(Self::SHAPE) };
            let distance = if is_near_end {
                runs.leap
            } else {
                const { prefetch_buckets(Self::SHAPE) * Self::SHAPE.slots_bytes }
            };
            for line in 0..Self::PREFETCH_LINES {
                prefetch_early(slots.as_ptr().wrapping_add(distance).wrapping_add(64 * line));
            }
            prefetch_early(block::word(runs.next, runs.places).cast());
        }
        // SAFETY: the words of main buckets are initialised (R3).
        let word = unsafe { block::word(runs.pivot, runs.places).read() };
        (Slots::new(slots), word)
    }

    /// Lines that are prefetched for each bucket: all that its slots lie in, if they are few.
    const PREFETCH_LINES: usize = {
        let lines = Self::SHAPE.slots_bytes.div_ceil(64);
        if lines > 4 { 4 } else { lines }
    };

    /// Hands all slots over to the caller, as the header of their table; none is left here.
    ///
    /// # Panics
    ///
    /// If a slot was given out before, which the caller would meet again.
    #[cfg(feature = "rayon")]
    pub(super) fn take_all(&mut self) -> Header {
        let header = self.runs.header;
        assert!(self.runs.remaining == header.count, "no slot was given out before");
        *self = Self::new(&Header::empty());
        header
    }
}

impl<K, V> Iterator for RawIter<K, V> {
    type Item = Place<K, V>;

    #[inline(always)]
    fn next(&mut self) -> Option<Place<K, V>> {
        if self.runs.slot == self.runs.end {
            if self.runs.remaining == 0 {
                return None;
            }
            self.advance();
        }
        let place = Place(Slots::new(self.runs.slots), self.runs.slot);
        self.runs.slot += 1;
        Some(place)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.runs.remaining + (self.runs.end - self.runs.slot);
        (len, Some(len))
    }

    #[inline]
    fn fold<B, F>(mut self, init: B, mut f: F) -> B
    where
        F: FnMut(B, Self::Item) -> B,
    {
        let mut result = init;
        loop {
            let end = self.runs.end;
            for slot in self.runs.slot..end {
                result = f(result, Place(Slots::new(self.runs.slots), slot));
            }
            // The buckets of a block in a loop of their own: nothing of it is state but the place.
            while self.runs.places > 0 {
                let (slots, word) = self.take_bucket();
                if word.is_vacant() {
                    continue;
                }
                let end = word.filled();
                for slot in 0..end {
                    result = f(result, Place(slots, slot));
                }
                self.runs.remaining -= end;
            }
            if self.runs.remaining == 0 {
                return result;
            }
            self.advance();
        }
    }
}

impl Runs {
    /// Goes on when the present block has no more buckets: to the next block, or to a run behind
    /// the last one. True if there is a run now; else there are buckets.
    #[cold]
    #[inline(never)]
    fn go_on(&mut self, shape: &Shape) -> bool {
        if self.buckets == 0 {
            self.go_to_node(shape);
            return true;
        }
        self.go_to_next_block(shape);
        if self.header.mask == 0 {
            self.go_to_run_of_only_bucket(shape);
            return true;
        }
        false
    }

    /// Goes to the next block; there is one.
    fn go_to_next_block(&mut self, shape: &Shape) {
        let live = u64::from(self.header.last()) + 1;
        let block_len = shape.block_len() as u64;
        let first = live - self.buckets;
        // SAFETY: `first <= last`.
        self.pivot = unsafe { self.header.locate(first as u32, shape).0 };
        self.places = self.buckets.min(block_len) as usize;
        self.buckets -= self.places as u64;
        if self.asks_ahead && self.buckets > 0 {
            // SAFETY: buckets remain behind this block.
            let (next, _) = unsafe { self.header.locate((first + block_len) as u32, shape) };
            let last_place = self.buckets.min(block_len) as usize - 1;
            let start = block::slots_address(next, last_place, shape);
            let distance = prefetch_buckets(shape) * shape.slots_bytes;
            self.leap = (start.addr() + distance).wrapping_sub(self.pivot.addr());
            self.next = next;
        }
    }

    /// The first or the second run of a table's only main bucket.
    fn go_to_run_of_only_bucket(&mut self, shape: &Shape) {
        self.places = 0;
        self.slots = block::slots(self.pivot, 0, shape);
        // SAFETY: the words of main buckets are initialised (R3).
        let filled = unsafe { block::word(self.pivot, 0).read() }.filled();
        let turn = self.header.turn_of(filled);
        if self.turn == 0 && turn > 0 {
            (self.slot, self.end, self.turn) = (turn, filled, turn);
            // The second run is the same bucket again.
            self.buckets = 1;
        } else {
            self.end = if self.turn > 0 { self.turn } else { filled };
        }
        self.remaining -= self.end - self.slot;
    }

    /// Goes to the next overflow bucket, when there are no more main buckets.
    fn go_to_node(&mut self, shape: &Shape) {
        if !mem::replace(&mut self.is_in_slab, true) {
            // SAFETY: entries remain, so there are nodes, and an `extra` (R8).
            self.nodes = unsafe { (*self.header.extra).slab.used_nodes() };
        }
        // SAFETY: as long as entries remain, used nodes do (R6, R7); a used node has entries (R5).
        unsafe {
            let node = self.nodes.next(shape);
            let bucket = Bucket::of_node(node, shape);
            self.slots = bucket.start();
            self.end = bucket.word().filled();
            self.remaining -= self.end;
        }
    }
}

/// How many buckets ahead memory is asked for.
const fn prefetch_buckets(shape: &Shape) -> usize {
    if shape.slots_bytes == 0 { 0 } else { PREFETCH_BYTES.div_ceil(shape.slots_bytes) }
}
