//! Visiting every entry in the order of the buckets, without changing the table.

use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::ptr::NonNull;

use super::bucket::{Bucket, Slots};
use super::find::prefetch;
use super::overflow::UsedNodes;
use super::tophash::Word;
use super::{Header, RawTable, block};
use crate::alloc::{Allocator, Global};

/// How far ahead of the present bucket memory is asked for, in bytes of slots. Less comes too late,
/// more brings nothing (docs/decisions/0001).
const PREFETCH_BYTES: usize = 2048;

/// The least mask of a table that is not expected to be in the cache, for which it pays.
const PREFETCH_MASK_MIN: u32 = (1 << 13) - 1;

/// The taken slots of a table: those of the main buckets in order, then those of the overflow
/// buckets in the order of the slab, so that memory is read from one end to the other. It has no
/// lifetime: whoever holds one sees to it that the table is not changed.
///
/// Within a bucket the entries lie in the order in which they came. So that nobody comes to rely on
/// that, the only bucket of a small table is visited from a slot that the seed chooses to its last
/// taken slot, and then from its first: in two runs. In a larger table the seed scatters entries
/// over the buckets, and one run for each is faster.
pub(super) struct RawIter<K, V> {
    /// Taken slots behind the present run: to count them once for each run costs less than once for
    /// each slot.
    remaining: usize,
    slots: Slots<K, V>,
    /// The next of `slots`, and where this run of them ends.
    slot: usize,
    end: usize,
    /// Where the first of two runs started; 0 before it, or if there is only one.
    turn: usize,
    /// The present block, and how many of its buckets are yet to come: the highest place comes
    /// first, because its slots have the lowest address.
    pivot: *mut u8,
    places: usize,
    /// The first bucket of the next block. 64 bits, because it may be 2^32.
    next_index: u64,
    /// The overflow buckets yet to come, when there are no more main buckets.
    nodes: UsedNodes,
    header: Header,
}

/// A taken slot, and the slots of which it is one.
pub(super) struct Place<K, V>(Slots<K, V>, usize);

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
        Self { nodes: self.nodes.clone(), ..*self }
    }
}

impl<K, V> RawIter<K, V> {
    /// The slots of a table with this header.
    #[inline]
    pub(super) fn new(header: &Header) -> Self {
        Self {
            remaining: header.count,
            // The first step goes to bucket 0.
            slots: Slots::new(NonNull::dangling()),
            slot: 0,
            end: 0,
            turn: 0,
            pivot: NonNull::dangling().as_ptr(),
            places: 0,
            next_index: 0,
            nodes: UsedNodes::NONE,
            header: *header,
        }
    }

    /// Goes to the next run of taken slots; there is one, because entries remain.
    #[inline(always)]
    fn advance(&mut self) {
        debug_assert!(self.remaining > 0);
        self.slot = 0;
        loop {
            while self.places > 0 {
                let (slots, word) = self.take_bucket();
                if !word.is_vacant() {
                    self.slots = slots;
                    self.end = word.filled();
                    self.remaining -= self.end;
                    return;
                }
            }
            if !self.go_to_next_block() {
                self.advance_to_node();
                return;
            }
            if self.header.mask == 0 {
                self.advance_in_only_bucket();
                return;
            }
        }
    }

    /// The first or the second run of a table's only main bucket.
    #[cold]
    #[inline(never)]
    fn advance_in_only_bucket(&mut self) {
        let (slots, word) = self.take_bucket();
        let filled = word.filled();
        // Eight bits of the seed, scaled to a slot below `filled`.
        let turn = ((self.header.hash0 >> 24) as usize * filled) >> 8;
        self.slots = slots;
        if self.turn == 0 && turn > 0 {
            (self.slot, self.end, self.turn) = (turn, filled, turn);
            // The second run is the same bucket again.
            self.next_index = 0;
            self.places = 0;
        } else {
            self.end = if self.turn > 0 { self.turn } else { filled };
        }
        self.remaining -= self.end - self.slot;
    }

    /// The slots and the word of the next main bucket of the present block; there is one.
    #[inline(always)]
    fn take_bucket(&mut self) -> (Slots<K, V>, Word) {
        self.places -= 1;
        let slots = block::slots::<K, V>(self.pivot, self.places);
        if self.header.mask >= PREFETCH_MASK_MIN {
            for line in 0..Self::PREFETCH_LINES {
                prefetch(slots.as_ptr().wrapping_add(PREFETCH_BYTES + 64 * line));
            }
        }
        // SAFETY: the words of main buckets are initialised (R3).
        let word = unsafe { block::word(self.pivot, self.places).read() };
        (Slots::new(slots), word)
    }

    /// Goes to the next block; false if there is none.
    #[cold]
    #[inline(never)]
    fn go_to_next_block(&mut self) -> bool {
        let live = u64::from(self.header.last) + 1;
        if self.next_index >= live {
            return false;
        }
        // SAFETY: `next_index <= last`.
        self.pivot = unsafe { self.header.locate::<K, V>(self.next_index as u32).0 };
        let block_len = Bucket::<K, V>::SHAPE.block_len() as u64;
        self.places = (live - self.next_index).min(block_len) as usize;
        self.next_index += block_len;
        if self.header.mask >= PREFETCH_MASK_MIN && self.next_index < live {
            // What the next block's buckets hold is known from its words: have them by then.
            // SAFETY: `next_index <= last`.
            let next = unsafe { self.header.locate::<K, V>(self.next_index as u32).0 };
            for place in (0..block_len as usize).step_by(64 / size_of::<Word>()) {
                prefetch(block::word(next, place).cast());
            }
        }
        true
    }

    /// Lines that are prefetched for each bucket: all that its slots lie in, if they are few.
    const PREFETCH_LINES: usize = {
        let lines = Bucket::<K, V>::SHAPE.slots_bytes.div_ceil(64);
        if lines > 4 { 4 } else { lines }
    };

    /// The rest of [`Self::advance`], when there are no more main buckets.
    #[cold]
    #[inline(never)]
    fn advance_to_node(&mut self) {
        if self.next_index != u64::MAX {
            self.next_index = u64::MAX;
            // SAFETY: entries remain, so there are nodes, and an `extra` (R8).
            self.nodes = unsafe { (*self.header.extra).slab.used_nodes() };
        }
        // SAFETY: as long as entries remain, used nodes do (R6, R7); a used node has entries (R5).
        unsafe {
            let node = self.nodes.next::<K, V>();
            let bucket = Bucket::of_node(node);
            self.slots = bucket.slots();
            self.end = bucket.word().filled();
            self.remaining -= self.end;
        }
    }

    /// Hands all slots over to the caller, as the header of their table; none is left here.
    ///
    /// # Panics
    ///
    /// If a slot was given out before, which the caller would meet again.
    #[cfg(feature = "rayon")]
    pub(super) fn take_all(&mut self) -> Header {
        let header = self.header;
        assert!(self.remaining == header.count, "no slot was given out before");
        *self = Self::new(&Header::empty());
        header
    }
}

impl<K, V> Iterator for RawIter<K, V> {
    type Item = Place<K, V>;

    #[inline(always)]
    fn next(&mut self) -> Option<Place<K, V>> {
        if self.slot == self.end {
            if self.remaining == 0 {
                return None;
            }
            self.advance();
        }
        let place = Place(self.slots, self.slot);
        self.slot += 1;
        Some(place)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.remaining + (self.end - self.slot);
        (len, Some(len))
    }

    #[inline]
    fn fold<B, F>(mut self, init: B, mut f: F) -> B
    where
        F: FnMut(B, Self::Item) -> B,
    {
        let mut result = init;
        loop {
            let end = self.end;
            for slot in self.slot..end {
                result = f(result, Place(self.slots, slot));
            }
            // The buckets of a block in a loop of their own: nothing of it is state but the place.
            while self.places > 0 {
                let (slots, word) = self.take_bucket();
                let end = word.filled();
                for slot in 0..end {
                    result = f(result, Place(slots, slot));
                }
                self.remaining -= end;
            }
            if self.remaining == 0 {
                return result;
            }
            self.advance();
        }
    }
}

/// References to the entries of a table.
pub(crate) struct Iter<'a, K, V> {
    pub(super) slots: RawIter<K, V>,
    pub(super) marker: PhantomData<&'a (K, V)>,
}

impl<K, V> Clone for Iter<'_, K, V> {
    #[inline]
    fn clone(&self) -> Self {
        Self { slots: self.slots.clone(), marker: PhantomData }
    }
}

impl<K, V> Default for Iter<'_, K, V> {
    #[inline]
    fn default() -> Self {
        Self { slots: RawIter::new(&Header::empty()), marker: PhantomData }
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let slot = self.slots.next()?;
        // SAFETY: the slot is taken (R3), and the table is borrowed for `'a`.
        Some(unsafe { (&*slot.key(), &*slot.value()) })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.slots.size_hint()
    }

    #[inline]
    fn fold<B, F>(self, init: B, mut f: F) -> B
    where
        F: FnMut(B, Self::Item) -> B,
    {
        // SAFETY: as in `next`.
        self.slots.fold(init, |b, slot| f(b, unsafe { (&*slot.key(), &*slot.value()) }))
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {}
impl<K, V> FusedIterator for Iter<'_, K, V> {}

/// Exclusive references to the entries of a table.
pub(crate) struct IterMut<'a, K, V> {
    slots: RawIter<K, V>,
    marker: PhantomData<&'a mut (K, V)>,
}

impl<K, V> IterMut<'_, K, V> {
    /// The entries yet to come, shared.
    pub(crate) fn iter(&self) -> Iter<'_, K, V> {
        Iter { slots: self.slots.clone(), marker: PhantomData }
    }
}

impl<K, V> Default for IterMut<'_, K, V> {
    #[inline]
    fn default() -> Self {
        Self { slots: RawIter::new(&Header::empty()), marker: PhantomData }
    }
}

impl<'a, K, V> Iterator for IterMut<'a, K, V> {
    type Item = (&'a mut K, &'a mut V);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let slot = self.slots.next()?;
        // SAFETY: the slot is taken (R3), is met once, and the table is borrowed for `'a`.
        Some(unsafe { (&mut *slot.key(), &mut *slot.value()) })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.slots.size_hint()
    }

    #[inline]
    fn fold<B, F>(self, init: B, mut f: F) -> B
    where
        F: FnMut(B, Self::Item) -> B,
    {
        // SAFETY: as in `next`.
        self.slots.fold(init, |b, slot| f(b, unsafe { (&mut *slot.key(), &mut *slot.value()) }))
    }
}

impl<K, V> ExactSizeIterator for IterMut<'_, K, V> {}
impl<K, V> FusedIterator for IterMut<'_, K, V> {}

/// Shared references to the keys of a table, exclusive ones to the values. Unlike [`IterMut`] it is
/// covariant in `K`.
pub(crate) struct ValuesMut<'a, K, V> {
    slots: RawIter<K, V>,
    marker: PhantomData<(&'a K, &'a mut V)>,
}

// SAFETY: the table is borrowed exclusively, so its keys are in nobody else's hands either.
unsafe impl<K: Send, V: Send> Send for ValuesMut<'_, K, V> {}

impl<K, V> ValuesMut<'_, K, V> {
    /// The entries yet to come, shared.
    pub(crate) fn iter(&self) -> Iter<'_, K, V> {
        Iter { slots: self.slots.clone(), marker: PhantomData }
    }
}

impl<K, V> Default for ValuesMut<'_, K, V> {
    #[inline]
    fn default() -> Self {
        Self { slots: RawIter::new(&Header::empty()), marker: PhantomData }
    }
}

impl<'a, K, V> Iterator for ValuesMut<'a, K, V> {
    type Item = (&'a K, &'a mut V);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let slot = self.slots.next()?;
        // SAFETY: the slot is taken (R3), is met once, and the table is borrowed for `'a`.
        Some(unsafe { (&*slot.key(), &mut *slot.value()) })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.slots.size_hint()
    }

    #[inline]
    fn fold<B, F>(self, init: B, mut f: F) -> B
    where
        F: FnMut(B, Self::Item) -> B,
    {
        // SAFETY: as in `next`.
        self.slots.fold(init, |b, slot| f(b, unsafe { (&*slot.key(), &mut *slot.value()) }))
    }
}

impl<K, V> ExactSizeIterator for ValuesMut<'_, K, V> {}
impl<K, V> FusedIterator for ValuesMut<'_, K, V> {}

/// The entries of a table, by value.
pub(crate) struct IntoIter<K, V, A: Allocator = Global> {
    pub(super) slots: RawIter<K, V>,
    /// Its words still show the entries that were handed out: it is released, not dropped. `None`
    /// in an iterator that never had a table, nor an allocator for one.
    table: Option<RawTable<K, V, A>>,
}

impl<K, V, A: Allocator> IntoIter<K, V, A> {
    /// The entries yet to come.
    pub(crate) fn iter(&self) -> Iter<'_, K, V> {
        Iter { slots: self.slots.clone(), marker: PhantomData }
    }
}

impl<K, V, A: Allocator> Default for IntoIter<K, V, A> {
    #[inline]
    fn default() -> Self {
        Self { slots: RawIter::new(&Header::empty()), table: None }
    }
}

impl<K, V, A: Allocator> Iterator for IntoIter<K, V, A> {
    type Item = (K, V);

    #[inline(always)]
    fn next(&mut self) -> Option<(K, V)> {
        let slot = self.slots.next()?;
        // SAFETY: the slot is taken (R3) and met once; nobody else reads it again.
        Some(unsafe { (slot.key().read(), slot.value().read()) })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.slots.size_hint()
    }
}

impl<K, V, A: Allocator> ExactSizeIterator for IntoIter<K, V, A> {}
impl<K, V, A: Allocator> FusedIterator for IntoIter<K, V, A> {}

impl<K, V, A: Allocator> Drop for IntoIter<K, V, A> {
    fn drop(&mut self) {
        struct Released<'a, K, V, A: Allocator>(&'a mut RawTable<K, V, A>);
        impl<K, V, A: Allocator> Drop for Released<'_, K, V, A> {
            fn drop(&mut self) {
                self.0.release();
            }
        }
        if let Some(table) = &mut self.table {
            let _released = Released(table);
            drop_all(&mut self.slots);
        }
    }
}

/// The entries of a table, by value; the table is empty afterwards and keeps its memory.
pub(crate) struct Drain<'a, K, V, A: Allocator = Global> {
    pub(super) slots: RawIter<K, V>,
    /// The drained table's header. The table itself is without memory until the drain ends, so
    /// that to forget the drain leaks the entries and harms nothing.
    header: Header,
    /// A pointer, because an exclusive reference would be invariant in `K` and `V`. The drain takes
    /// entries out and puts none in.
    table: NonNull<RawTable<K, V, A>>,
    marker: PhantomData<&'a RawTable<K, V, A>>,
}

// SAFETY: the pointers are the table and its parts, which is borrowed exclusively here.
unsafe impl<K: Send, V: Send, A: Allocator + Send> Send for Drain<'_, K, V, A> {}
// SAFETY: as above.
unsafe impl<K: Sync, V: Sync, A: Allocator + Sync> Sync for Drain<'_, K, V, A> {}

impl<K, V, A: Allocator> Drain<'_, K, V, A> {
    /// The entries yet to come.
    pub(crate) fn iter(&self) -> Iter<'_, K, V> {
        Iter { slots: self.slots.clone(), marker: PhantomData }
    }
}

impl<K, V, A: Allocator> Iterator for Drain<'_, K, V, A> {
    type Item = (K, V);

    #[inline(always)]
    fn next(&mut self) -> Option<(K, V)> {
        let slot = self.slots.next()?;
        // SAFETY: the slot is taken (R3) and met once; its entry is forgotten when the drain ends.
        Some(unsafe { (slot.key().read(), slot.value().read()) })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.slots.size_hint()
    }
}

impl<K, V, A: Allocator> ExactSizeIterator for Drain<'_, K, V, A> {}
impl<K, V, A: Allocator> FusedIterator for Drain<'_, K, V, A> {}

impl<K, V, A: Allocator> Drop for Drain<'_, K, V, A> {
    fn drop(&mut self) {
        struct Restored<'a, K, V, A: Allocator>(Header, &'a mut RawTable<K, V, A>);
        impl<K, V, A: Allocator> Drop for Restored<'_, K, V, A> {
            fn drop(&mut self) {
                *self.1.header_mut() = self.0;
                self.1.forget_entries();
            }
        }
        // SAFETY: the drain has borrowed the table exclusively.
        let _restored = Restored(self.header, unsafe { self.table.as_mut() });
        drop_all(&mut self.slots);
    }
}

/// Drops the entries of the slots yet to come.
fn drop_all<K, V>(slots: &mut RawIter<K, V>) {
    if core::mem::needs_drop::<(K, V)>() {
        for slot in slots {
            // SAFETY: the slot is taken (R3) and met once; the caller forgets the entries.
            unsafe {
                slot.key().drop_in_place();
                slot.value().drop_in_place();
            }
        }
    }
}

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// The taken slots.
    #[inline]
    pub(super) fn slots(&self) -> RawIter<K, V> {
        RawIter::new(self.header())
    }

    /// References to the entries.
    #[inline]
    pub(crate) fn iter(&self) -> Iter<'_, K, V> {
        Iter { slots: self.slots(), marker: PhantomData }
    }

    /// Exclusive references to the entries.
    #[inline]
    pub(crate) fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        IterMut { slots: self.slots(), marker: PhantomData }
    }

    /// References to the entries, exclusive for the values.
    #[inline]
    pub(crate) fn values_mut(&mut self) -> ValuesMut<'_, K, V> {
        ValuesMut { slots: self.slots(), marker: PhantomData }
    }

    /// The entries, leaving an empty table that keeps its memory.
    #[inline]
    pub(crate) fn drain(&mut self) -> Drain<'_, K, V, A> {
        let header = *self.header();
        let left = Header { hash0: header.hash0, flags: header.flags, ..Header::empty() };
        *self.header_mut() = left;
        let table = NonNull::from(self);
        Drain { slots: RawIter::new(&header), header, table, marker: PhantomData }
    }
}

impl<K, V, A: Allocator> IntoIterator for RawTable<K, V, A> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V, A>;

    #[inline]
    fn into_iter(self) -> IntoIter<K, V, A> {
        IntoIter { slots: self.slots(), table: Some(self) }
    }
}
