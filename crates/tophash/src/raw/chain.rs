//! Positions in a chain: its entries counted from the front.

use core::ptr;

use super::bucket::{Bucket, Slot};
use super::find::prefetch;
use super::order::Interval;
use super::remove::renew_hints;
use super::sizing::LINE_BYTES;
#[cfg(feature = "std")]
use super::sizing::Shape;
use super::tophash::SLOT_COUNT;
use super::{Header, RawTable, block};
use crate::alloc::Allocator;

impl Header {
    /// The taken slots of a chain, from its front.
    ///
    /// # Safety
    ///
    /// `index <= last`, in a table of this shape with memory, which is not changed as long as the
    /// iterator is used.
    #[cfg(feature = "std")]
    pub(super) unsafe fn taken_slots<'a>(
        &self,
        index: u32,
        shape: &'a Shape,
    ) -> impl Iterator<Item = (Bucket, usize)> + use<'a> {
        // SAFETY: as the caller says.
        let mut bucket = unsafe { self.bucket(index, shape) };
        let (mut is_main, mut slot) = (true, 0);
        core::iter::from_fn(move || {
            // SAFETY: words, links and nodes are as R3 to R5 say.
            unsafe {
                if slot == SLOT_COUNT {
                    let has_next = !is_main || bucket.word().has_overflow();
                    let node = if has_next { bucket.next() } else { ptr::null_mut() };
                    if node.is_null() {
                        return None;
                    }
                    (bucket, is_main, slot) = (Bucket::of_node(node, shape), false, 0);
                }
                let place = (bucket, slot);
                slot += 1;
                (place.1 < bucket.word().filled()).then_some(place)
            }
        })
    }
}

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// The bucket with the entry at `position` of a chain, and its slot; `None` behind the end.
    /// O(position / 8).
    fn place_at(&self, index: u32, position: usize) -> Option<(Bucket, usize)> {
        assert!(index <= self.header().last(), "the bucket is live");
        // SAFETY: the bucket is live; words, links and nodes are as R3 to R5 say.
        unsafe {
            let mut bucket = self.bucket(index);
            let mut has_next = bucket.word().has_overflow();
            for _ in 0..position / SLOT_COUNT {
                let node = if has_next { bucket.next() } else { ptr::null_mut() };
                if node.is_null() {
                    return None;
                }
                bucket = Bucket::of_node(node, Self::SHAPE);
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
        let (pivot, place) = unsafe { self.header().locate(index, Self::SHAPE) };
        let slots = block::slots_address(pivot, place, Self::SHAPE);
        prefetch(block::word(pivot, place).cast());
        prefetch(slots);
        let second_line =
            if Self::SHAPE.is_paired() { LINE_BYTES } else { Self::SHAPE.values_offset };
        prefetch(slots.wrapping_add(second_line));
    }

    /// The entries of a chain. O(buckets of the chain).
    pub(super) fn chain_len(&self, index: u32) -> usize {
        assert!(index <= self.header().last(), "the bucket is live");
        // SAFETY: as in `place_at`. All buckets but a chain's last are full.
        unsafe {
            let mut bucket = self.bucket(index);
            let mut len = bucket.word().filled();
            if bucket.word().has_overflow() {
                let mut node = bucket.next();
                while !node.is_null() {
                    bucket = Bucket::of_node(node, Self::SHAPE);
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
            ptr::swap(a.key::<K, V>(i), b.key::<K, V>(j));
            ptr::swap(a.value::<K, V>(i), b.value::<K, V>(j));
            let (from_a, from_b) = (a.word().tophash(i), b.word().tophash(j));
            a.set_word(a.word().replaced(i, from_b));
            b.set_word(b.word().replaced(j, from_a));
            renew_hints(self.bucket(index));
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
