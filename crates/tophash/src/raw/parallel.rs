//! The entries of a part of a table, which can be split: what parallel iterators are made of.
//!
//! ```text
//! positions  0 ........ start | main buckets .. end | end ........ last | last + 1: all nodes
//!                             └── kept ─┴ split off ┘
//! ```
//!
//! Positions count the main buckets in the order in which `runs.rs` visits them, so that to collect
//! in parallel and in sequence gives the same order; one more position stands for all overflow
//! buckets. Nothing here knows how the parts are shared out among threads.

use core::marker::PhantomData;
use core::mem;
use core::ptr::NonNull;

use super::bucket::{Bucket, Slots};
use super::iterate::{Drain, IntoIter};
use super::runs::Place;
use super::used_nodes::UsedNodes;
use super::{Header, RawTable};
use crate::alloc::Allocator;

/// The taken slots at the positions from `start` to `end`, `end` not included. As `RawIter` it has
/// no lifetime: whoever holds one sees to it that the table is not changed.
struct RawRange<K, V> {
    slots: Slots<K, V>,
    /// The next of `slots`, and how many of them are taken.
    slot: usize,
    filled: usize,
    /// How far the slots are turned: see `RawIter`.
    turn: usize,
    /// The overflow buckets yet to come, when their position was reached.
    nodes: UsedNodes,
    node_count: usize,
    /// 64 bits, because `end` may be 2^32 + 1.
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
        Self { nodes: self.nodes.clone(), ..*self }
    }
}

impl<K, V> RawRange<K, V> {
    /// All slots of the table with this header.
    fn new(header: &Header) -> Self {
        Self {
            // The first step goes to position 0.
            slots: Slots::new(NonNull::dangling()),
            slot: 0,
            filled: 0,
            turn: 0,
            nodes: UsedNodes::NONE,
            node_count: 0,
            start: 0,
            end: if header.count == 0 { 0 } else { u64::from(header.last()) + 2 },
            header: *header,
        }
    }

    /// Splits off the upper half of the positions not yet begun, if they are two or more.
    fn split(&mut self) -> Option<Self> {
        let middle = self.start + (self.end - self.start) / 2;
        if middle == self.start {
            return None;
        }
        let nodes = UsedNodes::NONE;
        let upper = Self { slot: 0, filled: 0, nodes, node_count: 0, start: middle, ..*self };
        self.end = middle;
        Some(upper)
    }

    /// Goes to the next bucket with entries. False if there is none.
    fn advance(&mut self) -> bool {
        let live = u64::from(self.header.last()) + 1;
        // Also at the end: to ask again gives nothing again.
        (self.slot, self.filled) = (0, 0);
        while self.start < self.end.min(live) {
            // Block by block, and in each from its last bucket to its first.
            let block = self.start & !(Slots::<K, V>::SHAPE.block_len() as u64 - 1);
            let block_end = live.min(block + Slots::<K, V>::SHAPE.block_len() as u64);
            let index = block_end - 1 - (self.start - block);
            self.start += 1;
            // SAFETY: `index <= last`; main buckets have words (R3).
            let (slots, word) = unsafe {
                let bucket = self.header.bucket(index as u32, Slots::<K, V>::SHAPE);
                (bucket.slots(), bucket.word())
            };
            if !word.is_vacant() {
                self.slots = slots;
                self.filled = word.filled();
                self.turn = self.header.turn_of(self.filled);
                return true;
            }
        }
        if self.start < self.end {
            self.start += 1;
            if !self.header.extra.is_null() {
                // SAFETY: `extra` is the table's as long as the table is not changed.
                let slab = unsafe { &(*self.header.extra).slab };
                self.nodes = UsedNodes::of(slab.used_chunks());
                self.node_count = slab.used();
            }
        }
        if self.node_count == 0 {
            return false;
        }
        self.node_count -= 1;
        // SAFETY: so many nodes are used (R6); their words are initialised (R3).
        unsafe {
            let shape = Slots::<K, V>::SHAPE;
            let bucket = Bucket::of_node(self.nodes.next(shape), shape);
            self.slots = bucket.slots();
            self.filled = bucket.word().filled();
        }
        self.turn = 0;
        true
    }
}

impl<K, V> Iterator for RawRange<K, V> {
    type Item = Place<K, V>;

    #[inline]
    fn next(&mut self) -> Option<Place<K, V>> {
        if self.slot == self.filled && !self.advance() {
            return None;
        }
        let turned = self.slot + self.turn;
        self.slot += 1;
        let slot = if turned < self.filled { turned } else { turned - self.filled };
        Some(Place(self.slots, slot))
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
