//! Visiting every entry in the order of the buckets, without changing the table.

use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::ptr::{self, NonNull};

use super::bucket::{Bucket, Node, Slot, Slots};
use super::tophash::Word;
use super::{Header, RawTable};
use crate::alloc::{Allocator, Global};

/// The taken slots of a table: main bucket after main bucket, each followed by its overflow
/// buckets. It has no lifetime: whoever holds one sees to it that the table is not changed.
///
/// Within a bucket the entries lie in the order in which they came. So that nobody comes to rely on
/// that, the only bucket of a small table is visited from a slot that the seed chooses to its last
/// taken slot, and then from its first: in two runs. In a larger table the seed scatters entries
/// over the buckets, and one run for each is faster.
pub(super) struct RawIter<K, V> {
    /// Slots yet to come.
    remaining: usize,
    slots: Slots<K, V>,
    /// The next of `slots`, and where this run of them ends.
    slot: usize,
    end: usize,
    /// The end of the second run, which starts at slot 0; 0 if there is none.
    turn: usize,
    /// Which part of the taken slots comes last, in 256ths.
    spin: usize,
    /// The overflow bucket after the one with `slots`, or null.
    next: *mut Node,
    /// The main bucket of the chain, and the one after it.
    index: u32,
    next_index: u32,
    header: Header,
}

// SAFETY: a `RawIter` is a set of addresses. The types that read through it, below, hold a
// reference or a table besides, which says whether they may go to another thread.
unsafe impl<K, V> Send for RawIter<K, V> {}
// SAFETY: as above.
unsafe impl<K, V> Sync for RawIter<K, V> {}

impl<K, V> Clone for RawIter<K, V> {
    #[inline]
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<K, V> RawIter<K, V> {
    /// The slots of a table with this header.
    #[inline]
    fn new(header: &Header) -> Self {
        Self {
            remaining: header.count,
            // The first step goes to bucket 0.
            slots: Slots::new(ptr::NonNull::dangling()),
            slot: 0,
            end: 0,
            turn: 0,
            spin: if header.mask == 0 { (header.hash0 >> 24) as usize } else { 0 },
            next: ptr::null_mut(),
            index: 0,
            next_index: 0,
            header: *header,
        }
    }

    /// Goes to the next bucket with entries; there is one, because entries remain.
    #[inline]
    fn advance(&mut self) {
        debug_assert!(self.remaining > 0);
        if self.turn > 0 {
            self.slot = 0;
            self.end = self.turn;
            self.turn = 0;
            return;
        }
        // SAFETY: words, links and nodes are as R3 to R5 say; `next_index` does not pass `last`,
        // because more entries are there (R7).
        unsafe {
            if !self.next.is_null() {
                let bucket = Bucket::of_node(self.next);
                self.next = bucket.next();
                self.start(bucket.slots(), bucket.word());
                return;
            }
            loop {
                self.index = self.next_index;
                self.next_index += 1;
                debug_assert!(self.index <= self.header.last);
                let bucket = self.header.bucket::<K, V>(self.index);
                let word = bucket.word();
                if !word.is_vacant() {
                    self.next = if word.has_overflow() { bucket.next() } else { ptr::null_mut() };
                    self.start(bucket.slots(), word);
                    return;
                }
            }
        }
    }

    /// Goes to the first run of a bucket.
    #[inline(always)]
    fn start(&mut self, slots: Slots<K, V>, word: Word) {
        self.slots = slots;
        self.end = word.filled();
        self.turn = (self.spin * self.end) >> 8;
        self.slot = self.turn;
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
    type Item = Slot<K, V>;

    #[inline(always)]
    fn next(&mut self) -> Option<Slot<K, V>> {
        if self.slot == self.end {
            if self.remaining == 0 {
                return None;
            }
            self.advance();
        }
        let slot = Slot { slots: self.slots, slot: self.slot, index: self.index };
        self.slot += 1;
        self.remaining -= 1;
        Some(slot)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.remaining, Some(self.remaining))
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
                result = f(result, Slot { slots: self.slots, slot, index: self.index });
            }
            self.remaining -= end - self.slot;
            if self.remaining == 0 {
                return result;
            }
            self.advance();
        }
    }
}

/// References to the entries of a table.
pub(crate) struct Iter<'a, K, V> {
    slots: RawIter<K, V>,
    marker: PhantomData<&'a (K, V)>,
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
