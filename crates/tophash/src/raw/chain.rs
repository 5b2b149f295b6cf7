//! Positions in a chain: its entries counted from the front.

use core::ptr;

use super::bucket::{Bucket, Slot};
use super::find::prefetch;
use super::order::Interval;
use super::tophash::SLOT_COUNT;
use super::{RawTable, block};
use crate::alloc::Allocator;

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// The bucket with the entry at `position` of a chain, and its slot; `None` behind the end.
    /// O(position / 8).
    fn place_at(&self, index: u32, position: usize) -> Option<(Bucket<K, V>, usize)> {
        assert!(index <= self.header().last, "the bucket is live");
        // SAFETY: the bucket is live; words, links and nodes are as R3 to R5 say.
        unsafe {
            let mut bucket = self.bucket(index);
            let mut has_next = bucket.word().has_overflow();
            for _ in 0..position / SLOT_COUNT {
                let node = if has_next { bucket.next() } else { ptr::null_mut() };
                if node.is_null() {
                    return None;
                }
                bucket = Bucket::of_node(node);
                has_next = true;
            }
            let slot = position % SLOT_COUNT;
            (slot < bucket.word().filled()).then_some((bucket, slot))
        }
    }

    /// The taken slot at `position` of a chain; `None` behind the end. O(position / 8).
    pub(super) fn slot_at(&self, index: u32, position: usize) -> Option<Slot<K, V>> {
        let (bucket, slot) = self.place_at(index, position)?;
        Some(Slot { slots: bucket.slots(), slot, index })
    }

    /// Asks for the memory of a chain that will be visited soon after that of `interval`. Chains
    /// that follow one another in rank lie far apart, so that no processor does it by itself.
    pub(super) fn prefetch_ahead_of(&self, interval: Interval) {
        let index = self.header().interval_at(interval.fourth_next()).index;
        // SAFETY: ranks belong to live buckets.
        let (pivot, place) = unsafe { self.header().locate::<K, V>(index) };
        let slots = block::slots_address::<K, V>(pivot, place);
        prefetch(block::word(pivot, place).cast());
        prefetch(slots);
        prefetch(slots.wrapping_add(Bucket::<K, V>::SHAPE.values_offset));
    }

    /// The entries of a chain. O(buckets of the chain).
    pub(super) fn chain_len(&self, index: u32) -> usize {
        assert!(index <= self.header().last, "the bucket is live");
        // SAFETY: as in `place_at`. All buckets but a chain's last are full.
        unsafe {
            let mut bucket = self.bucket(index);
            let mut len = bucket.word().filled();
            if bucket.word().has_overflow() {
                let mut node = bucket.next();
                while !node.is_null() {
                    bucket = Bucket::of_node(node);
                    len += bucket.word().filled();
                    node = bucket.next();
                }
            }
            len
        }
    }

    /// The position in its chain of a slot that a look-up has just found.
    pub(super) fn position_of(&self, slot: Slot<K, V>) -> usize {
        let mut start = 0;
        while let Some((bucket, _)) = self.place_at(slot.index, start) {
            if bucket.slots() == slot.slots {
                return start + slot.slot;
            }
            start += SLOT_COUNT;
        }
        unreachable!("a slot that was found lies in its chain");
    }

    /// Exchanges two entries of a chain. Both positions are taken. Runs no user code.
    pub(super) fn exchange(&mut self, index: u32, one: usize, two: usize) {
        let places = (self.place_at(index, one), self.place_at(index, two));
        let (Some((a, i)), Some((b, j))) = places else {
            unreachable!("both positions are taken");
        };
        if one == two {
            return;
        }
        // SAFETY: two different taken slots of one chain; words and hints agree with the entries
        // again at the end (R3, R4).
        unsafe {
            ptr::swap(a.key(i), b.key(j));
            ptr::swap(a.value(i), b.value(j));
            let (from_a, from_b) = (a.word().tophash(i), b.word().tophash(j));
            a.set_word(a.word().replaced(i, from_b));
            b.set_word(b.word().replaced(j, from_a));
            Self::renew_hints(self.bucket(index));
        }
    }

    /// Takes out the entry at `position` of a chain; the chain's last one moves there. Without what
    /// the shrink policy would do. `None` behind the end.
    pub(super) fn remove_at(&mut self, index: u32, position: usize) -> Option<(K, V)> {
        let slot = self.slot_at(index, position)?;
        // SAFETY: the slot is taken.
        Some(unsafe { self.remove(slot) })
    }

    /// References to the entry at `position` of a chain; `None` behind the end.
    pub(super) fn entry_at(&self, index: u32, position: usize) -> Option<(&K, &V)> {
        let slot = self.slot_at(index, position)?;
        // SAFETY: the slot is taken, and the table borrowed.
        Some(unsafe { (&*slot.key(), &*slot.value()) })
    }

    /// As [`Self::entry_at`], exclusively.
    pub(super) fn entry_at_mut(&mut self, index: u32, position: usize) -> Option<(&mut K, &mut V)> {
        let slot = self.slot_at(index, position)?;
        // SAFETY: the slot is taken, and the table borrowed exclusively.
        Some(unsafe { (&mut *slot.key(), &mut *slot.value()) })
    }
}
