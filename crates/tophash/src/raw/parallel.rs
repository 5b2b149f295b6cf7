//! The entries of a range of main buckets, which can be split: what parallel iterators are made of.
//!
//! ```text
//! buckets  0 ........ start | chains of start .. end | end ........ last
//!                           └── kept ──┴── split off ┘
//! ```
//!
//! A chain belongs to the range of its main bucket, so ranges that do not overlap have no slot in
//! common. Nothing here knows how the ranges are shared out among threads.

use core::marker::PhantomData;
use core::mem;
use core::ptr;

use super::bucket::{Bucket, Node, Slot, Slots};
use super::iterate::{Drain, IntoIter};
use super::{Header, RawTable};
use crate::alloc::Allocator;

/// The taken slots of the chains of the main buckets from `start` to `end`, `end` not included. As
/// `RawIter` it has no lifetime: whoever holds one sees to it that the table is not changed.
struct RawRange<K, V> {
    slots: Slots<K, V>,
    /// The next of `slots`, and how many of them are taken.
    slot: usize,
    filled: usize,
    /// The overflow bucket after the one with `slots`, or null.
    next: *mut Node,
    /// The main bucket of the chain with `slots`.
    index: u32,
    /// The main bucket to go to when the chain is done. 64 bits, because `end` may be 2^32.
    start: u64,
    end: u64,
    header: Header,
}

// SAFETY: a `RawRange` is a set of addresses. The types that read through it, below, say in their
// markers whether they may go to another thread.
unsafe impl<K, V> Send for RawRange<K, V> {}
// SAFETY: as above.
unsafe impl<K, V> Sync for RawRange<K, V> {}

impl<K, V> Clone for RawRange<K, V> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "`start` is below `end` where it is cast, and that is at most 2^32"
)]
impl<K, V> RawRange<K, V> {
    /// All slots of the table with this header.
    fn new(header: &Header) -> Self {
        Self {
            // The first step goes to bucket 0.
            slots: Slots::new(ptr::NonNull::dangling()),
            slot: 0,
            filled: 0,
            next: ptr::null_mut(),
            index: 0,
            start: 0,
            end: if header.count == 0 { 0 } else { u64::from(header.last) + 1 },
            header: *header,
        }
    }

    /// Splits off the upper half of the buckets not yet begun, if they are two or more.
    fn split(&mut self) -> Option<Self> {
        let middle = self.start + (self.end - self.start) / 2;
        if middle == self.start {
            return None;
        }
        let upper = Self { slot: 0, filled: 0, next: ptr::null_mut(), start: middle, ..*self };
        self.end = middle;
        Some(upper)
    }

    /// Goes to the next bucket with entries. False if there is none.
    fn advance(&mut self) -> bool {
        // SAFETY: words, links and nodes are as R3 to R5 say; `end - 1 <= last`.
        unsafe {
            if !self.next.is_null() {
                let bucket = Bucket::of_node(self.next);
                self.slots = bucket.slots();
                self.filled = bucket.word().filled();
                self.next = bucket.next();
                self.slot = 0;
                return true;
            }
            while self.start < self.end {
                self.index = self.start as u32;
                self.start += 1;
                let bucket = self.header.bucket::<K, V>(self.index);
                let word = bucket.word();
                if !word.is_vacant() {
                    self.slots = bucket.slots();
                    self.filled = word.filled();
                    self.next = if word.has_overflow() { bucket.next() } else { ptr::null_mut() };
                    self.slot = 0;
                    return true;
                }
            }
            false
        }
    }
}

impl<K, V> Iterator for RawRange<K, V> {
    type Item = Slot<K, V>;

    #[inline]
    fn next(&mut self) -> Option<Slot<K, V>> {
        if self.slot == self.filled && !self.advance() {
            return None;
        }
        let slot = Slot { slots: self.slots, slot: self.slot, index: self.index };
        self.slot += 1;
        Some(slot)
    }
}

/// References to the entries of a range of buckets.
pub(crate) struct Range<'a, K, V> {
    slots: RawRange<K, V>,
    marker: PhantomData<&'a (K, V)>,
}

impl<K, V> Clone for Range<'_, K, V> {
    fn clone(&self) -> Self {
        Self { slots: self.slots.clone(), marker: PhantomData }
    }
}

impl<K, V> Range<'_, K, V> {
    /// Splits off half of the range, if it has two buckets or more.
    pub(crate) fn split(&mut self) -> Option<Self> {
        Some(Self { slots: self.slots.split()?, marker: PhantomData })
    }
}

impl<'a, K, V> Iterator for Range<'a, K, V> {
    type Item = (&'a K, &'a V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let slot = self.slots.next()?;
        // SAFETY: the slot is taken (R3), and the table is borrowed for `'a`.
        Some(unsafe { (&*slot.key(), &*slot.value()) })
    }
}

/// References to the entries of a range of buckets, exclusive for the values.
pub(crate) struct RangeMut<'a, K, V> {
    slots: RawRange<K, V>,
    marker: PhantomData<(&'a K, &'a mut V)>,
}

impl<K, V> RangeMut<'_, K, V> {
    /// Splits off half of the range, if it has two buckets or more.
    pub(crate) fn split(&mut self) -> Option<Self> {
        Some(Self { slots: self.slots.split()?, marker: PhantomData })
    }

    /// The entries yet to come, shared.
    pub(crate) fn rest(&self) -> Range<'_, K, V> {
        Range { slots: self.slots.clone(), marker: PhantomData }
    }
}

impl<'a, K, V> Iterator for RangeMut<'a, K, V> {
    type Item = (&'a K, &'a mut V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let slot = self.slots.next()?;
        // SAFETY: the slot is taken (R3), is in this range alone and met once in it, and the table
        // is borrowed exclusively for `'a`.
        Some(unsafe { (&*slot.key(), &mut *slot.value()) })
    }
}

/// Exclusive references to the entries of a range of buckets.
pub(crate) struct RangeAllMut<'a, K, V> {
    slots: RawRange<K, V>,
    marker: PhantomData<&'a mut (K, V)>,
}

impl<K, V> RangeAllMut<'_, K, V> {
    /// Splits off half of the range, if it has two buckets or more.
    pub(crate) fn split(&mut self) -> Option<Self> {
        Some(Self { slots: self.slots.split()?, marker: PhantomData })
    }

    /// The entries yet to come, shared.
    pub(crate) fn rest(&self) -> Range<'_, K, V> {
        Range { slots: self.slots.clone(), marker: PhantomData }
    }
}

impl<'a, K, V> Iterator for RangeAllMut<'a, K, V> {
    type Item = (&'a mut K, &'a mut V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let slot = self.slots.next()?;
        // SAFETY: as for `RangeMut`.
        Some(unsafe { (&mut *slot.key(), &mut *slot.value()) })
    }
}

/// The entries of a range of buckets, by value. Those not asked for are dropped with it.
///
/// It borrows the iterator that they were taken from, which holds the memory.
pub(crate) struct OwnedRange<'a, K, V> {
    slots: RawRange<K, V>,
    marker: PhantomData<(&'a (), K, V)>,
}

impl<K, V> OwnedRange<'_, K, V> {
    /// Splits off half of the range, if it has two buckets or more.
    pub(crate) fn split(&mut self) -> Option<Self> {
        Some(Self { slots: self.slots.split()?, marker: PhantomData })
    }
}

impl<K, V> Iterator for OwnedRange<'_, K, V> {
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<(K, V)> {
        let slot = self.slots.next()?;
        // SAFETY: the slot is taken (R3), is in this range alone and met once in it. The iterator
        // that the range was taken from does not come to it any more.
        Some(unsafe { (slot.key().read(), slot.value().read()) })
    }
}

impl<K, V> Drop for OwnedRange<'_, K, V> {
    /// If dropping an entry panics, the entries after it are leaked.
    fn drop(&mut self) {
        if mem::needs_drop::<(K, V)>() {
            for slot in &mut self.slots {
                // SAFETY: as in `next`.
                unsafe {
                    slot.key().drop_in_place();
                    slot.value().drop_in_place();
                }
            }
        }
    }
}

impl<K, V, A: Allocator> IntoIter<K, V, A> {
    /// The entries, as a range that can be split; nothing is left here but the memory.
    ///
    /// # Panics
    ///
    /// If an entry was given out before.
    pub(crate) fn take_all(&mut self) -> OwnedRange<'_, K, V> {
        OwnedRange { slots: RawRange::new(&self.slots.take_all()), marker: PhantomData }
    }
}

impl<K, V, A: Allocator> Drain<'_, K, V, A> {
    /// As [`IntoIter::take_all`].
    pub(crate) fn take_all(&mut self) -> OwnedRange<'_, K, V> {
        OwnedRange { slots: RawRange::new(&self.slots.take_all()), marker: PhantomData }
    }
}

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// References to the entries, as a range that can be split.
    pub(crate) fn range(&self) -> Range<'_, K, V> {
        Range { slots: RawRange::new(self.header()), marker: PhantomData }
    }

    /// Exclusive references to the entries, as a range that can be split.
    pub(crate) fn range_all_mut(&mut self) -> RangeAllMut<'_, K, V> {
        RangeAllMut { slots: RawRange::new(self.header()), marker: PhantomData }
    }

    /// References to the entries, exclusive for the values, as a range that can be split.
    pub(crate) fn range_mut(&mut self) -> RangeMut<'_, K, V> {
        RangeMut { slots: RawRange::new(self.header()), marker: PhantomData }
    }
}
