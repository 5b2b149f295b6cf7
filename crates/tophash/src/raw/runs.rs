//! Where the taken slots of a table are, from one end of its memory to the other.

use core::hint;
use core::marker::PhantomData;
use core::ptr::NonNull;

use super::bucket::Slots;
use super::sizing::Shape;
use super::stretch::{Rest, Stretch, prefetch_lines};
use super::tophash::Word;
use super::{Header, block};

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

/// The state of a [`RawIter`], without the types.
#[derive(Clone, Copy)]
struct Runs {
    /// Taken slots behind the present run: to count them once for each run costs less than once for
    /// each slot.
    remaining: usize,
    /// Where the slots of the present run's bucket begin.
    slots: NonNull<u8>,
    /// The next of them, and where this run ends.
    slot: usize,
    end: usize,
    /// The buckets that come next.
    stretch: Stretch,
    /// What comes behind them.
    rest: Rest,
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
        Self { runs: self.runs, marker: PhantomData }
    }
}

impl<K, V> RawIter<K, V> {
    const SHAPE: &'static Shape = Slots::<K, V>::SHAPE;

    /// The slots of a table with this header.
    #[inline]
    pub(super) fn new(header: &Header) -> Self {
        Self { runs: Runs::new(header, Self::SHAPE), marker: PhantomData }
    }

    /// Goes to the next run of taken slots; there is one, because entries remain.
    #[inline(always)]
    fn advance(&mut self) {
        debug_assert!(self.runs.remaining > 0);
        loop {
            while !self.runs.stretch.is_at_end() {
                let (slots, word) = self.take_bucket();
                if word.is_vacant() {
                    self.runs.stretch.skip_vacant();
                    continue;
                }
                self.runs.slots = slots.start();
                self.runs.slot = 0;
                self.runs.end = word.filled();
                self.runs.remaining -= self.runs.end;
                return;
            }
            (self.runs.stretch, self.runs.rest) = self.runs.rest.go_on(Self::SHAPE);
        }
    }

    /// The slots and the word of the next bucket of the present stretch; there is one.
    #[inline(always)]
    fn take_bucket(&mut self) -> (Slots<K, V>, Word) {
        let (slots, word) = self.runs.stretch.take(const { prefetch_lines(Self::SHAPE) });
        (Slots::new(slots), word)
    }

    /// Hands all slots over to the caller, as the header of their table; none is left here.
    ///
    /// # Panics
    ///
    /// If a slot was given out before, which the caller would meet again.
    #[cfg(feature = "rayon")]
    pub(super) fn take_all(&mut self) -> Header {
        let header = *self.runs.rest.header();
        assert!(self.size_hint().0 == header.count, "no slot was given out before");
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
        let place = Place::<K, V>(Slots::new(self.runs.slots), self.runs.slot);
        self.runs.slot += 1;
        // SAFETY: an entry lies within an allocation. Else the compiler asks whether a reference to
        // it is `None`.
        unsafe { hint::assert_unchecked(!place.key().is_null() && !place.value().is_null()) };
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
            for slot in self.runs.slot..self.runs.end {
                result = f(result, Place(Slots::new(self.runs.slots), slot));
            }
            self.runs.slot = self.runs.end;
            // The buckets of a stretch in a loop of their own, which has little state.
            while !self.runs.stretch.is_at_end() {
                let (slots, word) = self.take_bucket();
                if word.is_vacant() {
                    self.runs.stretch.skip_vacant();
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
            (self.runs.stretch, self.runs.rest) = self.runs.rest.go_on(Self::SHAPE);
        }
    }
}

impl Runs {
    /// Before the first slot of a table with this header.
    #[inline(always)]
    fn new(header: &Header, shape: &Shape) -> Self {
        let (slots, remaining) = (NonNull::dangling(), header.count);
        let (stretch, rest) = Rest::begin(header, shape);
        let mut runs = Self { remaining, slots, slot: 0, end: 0, stretch, rest };
        if header.mask == 0 && remaining > 0 {
            (runs.slots, runs.slot, runs.end) = only_bucket(header, shape);
            runs.remaining -= runs.end - runs.slot;
            // The second run is the same bucket again, as if it had its first slots alone.
            runs.stretch = Stretch::of_part(runs.slots, runs.slot);
        }
        runs
    }
}

/// The slots of a table's only main bucket, at which of them to begin, and how many are taken.
#[inline(never)]
fn only_bucket(header: &Header, shape: &Shape) -> (NonNull<u8>, usize, usize) {
    // SAFETY: bucket 0 is always there, and its word is initialised (R3).
    let (pivot, filled) = unsafe {
        let (pivot, place) = header.locate(0, shape);
        (pivot, block::word(pivot, place).read().filled())
    };
    (block::slots(pivot, 0, shape), header.turn_of(filled), filled)
}
