//! Visiting the entries that may have one hash: those in its chain with its tophash.

use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::ptr::{self, NonNull};

use super::RawTable;
use super::bucket::{Bucket, Node, Slot, Slots};
use super::tophash::{Matches, Tophash, Word};
use crate::alloc::Allocator;

/// The slots that a look-up of one hash compares, if its `equals` is never satisfied. As `RawIter`
/// it has no lifetime: whoever holds one sees to it that the table is not changed.
struct RawCandidates<K, V> {
    slots: Slots<K, V>,
    /// Those of `slots` that are yet to come.
    matches: Matches,
    /// The overflow bucket after the one with `slots`, or null.
    next: *mut Node,
    tophash: Tophash,
    /// The index of the chain's main bucket.
    index: u32,
}

// SAFETY: a `RawCandidates` is a set of addresses. The types that read through it, below, say in
// their markers whether they may go to another thread.
unsafe impl<K, V> Send for RawCandidates<K, V> {}
// SAFETY: as above.
unsafe impl<K, V> Sync for RawCandidates<K, V> {}

impl<K, V> Clone for RawCandidates<K, V> {
    #[inline]
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<K, V> Default for RawCandidates<K, V> {
    /// No slots.
    #[inline]
    fn default() -> Self {
        let tophash = Tophash::of(0);
        Self {
            slots: Slots::new(NonNull::dangling()),
            matches: Word::EMPTY.matches(tophash),
            next: ptr::null_mut(),
            tophash,
            index: 0,
        }
    }
}

impl<K, V> Iterator for RawCandidates<K, V> {
    type Item = Slot<K, V>;

    #[inline]
    fn next(&mut self) -> Option<Slot<K, V>> {
        loop {
            if let Some(slot) = self.matches.first() {
                self.matches = self.matches.without_first();
                return Some(Slot { slots: self.slots, slot, index: self.index });
            }
            if self.next.is_null() {
                return None;
            }
            // SAFETY: nodes have words and links (R3, R5).
            unsafe {
                let bucket = Bucket::of_node(self.next, Slots::<K, V>::SHAPE);
                self.slots = bucket.slots();
                self.matches = bucket.word().matches(self.tophash);
                self.next = bucket.next();
            }
        }
    }
}

/// References to the entries that may have one hash.
pub(crate) struct Candidates<'a, K, V> {
    slots: RawCandidates<K, V>,
    marker: PhantomData<&'a (K, V)>,
}

impl<K, V> Clone for Candidates<'_, K, V> {
    #[inline]
    fn clone(&self) -> Self {
        Self { slots: self.slots.clone(), marker: PhantomData }
    }
}

impl<K, V> Default for Candidates<'_, K, V> {
    #[inline]
    fn default() -> Self {
        Self { slots: RawCandidates::default(), marker: PhantomData }
    }
}

impl<'a, K, V> Iterator for Candidates<'a, K, V> {
    type Item = (&'a K, &'a V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let slot = self.slots.next()?;
        // SAFETY: a slot with a tophash is taken (R3), and the table is borrowed for `'a`.
        Some(unsafe { (&*slot.key(), &*slot.value()) })
    }
}

impl<K, V> FusedIterator for Candidates<'_, K, V> {}

/// Exclusive references to the entries that may have one hash.
pub(crate) struct CandidatesMut<'a, K, V> {
    slots: RawCandidates<K, V>,
    marker: PhantomData<&'a mut (K, V)>,
}

impl<K, V> CandidatesMut<'_, K, V> {
    /// The entries yet to come, shared.
    pub(crate) fn iter(&self) -> Candidates<'_, K, V> {
        Candidates { slots: self.slots.clone(), marker: PhantomData }
    }
}

impl<K, V> Default for CandidatesMut<'_, K, V> {
    #[inline]
    fn default() -> Self {
        Self { slots: RawCandidates::default(), marker: PhantomData }
    }
}

impl<'a, K, V> Iterator for CandidatesMut<'a, K, V> {
    type Item = (&'a mut K, &'a mut V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let slot = self.slots.next()?;
        // SAFETY: the slot is taken (R3), is met once, and the table is borrowed for `'a`.
        Some(unsafe { (&mut *slot.key(), &mut *slot.value()) })
    }
}

impl<K, V> FusedIterator for CandidatesMut<'_, K, V> {}

impl<K, V, A: Allocator> RawTable<K, V, A> {
    fn raw_candidates(&self, hash: u64) -> RawCandidates<K, V> {
        if !self.header().is_allocated() {
            return RawCandidates::default();
        }
        let tophash = Tophash::of(hash);
        let index = self.header().index_of(hash);
        // SAFETY: an index is at most `last` (R2), and there is memory; a main bucket with a hint
        // has a link (R4).
        unsafe {
            let bucket = self.bucket(index);
            let word = bucket.word();
            RawCandidates {
                slots: bucket.slots(),
                matches: word.matches(tophash),
                next: if word.hints_at(tophash) { bucket.next() } else { ptr::null_mut() },
                tophash,
                index,
            }
        }
    }

    /// References to the entries in this hash's chain that have its tophash: those with this hash,
    /// and a few others.
    #[inline]
    pub(crate) fn candidates(&self, hash: u64) -> Candidates<'_, K, V> {
        Candidates { slots: self.raw_candidates(hash), marker: PhantomData }
    }

    /// As [`Self::candidates`], exclusively.
    #[inline]
    pub(crate) fn candidates_mut(&mut self, hash: u64) -> CandidatesMut<'_, K, V> {
        CandidatesMut { slots: self.raw_candidates(hash), marker: PhantomData }
    }
}
