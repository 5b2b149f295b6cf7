//! Access to single entries, in safe terms.

use super::RawTable;
use super::bucket::{Bucket, Slot};
use crate::alloc::Allocator;
use crate::hash::KeyHasher;

/// How often `random` tries a random place before it counts entries instead.
const RANDOM_TRIES_MAX: usize = 128;

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// The entry with this hash whose key satisfies `equals`.
    #[inline(always)]
    pub(crate) fn get(&self, hash: u64, equals: impl FnMut(&K) -> bool) -> Option<(&K, &V)> {
        let slot = self.find(hash, equals)?;
        let (key, value) = slot.entry();
        // SAFETY: the slot is taken, and the table is borrowed.
        Some(unsafe { (&*key, &*value) })
    }

    /// As [`Self::get`], without asking first whether the table is as most are.
    #[inline(always)]
    pub(crate) fn get_by_detour(
        &self,
        hash: u64,
        equals: impl FnMut(&K) -> bool,
    ) -> Option<(&K, &V)> {
        let (slot, _) = self.find_by_detour(hash, equals)?;
        let (key, value) = slot.entry();
        // SAFETY: the slot is taken, and the table is borrowed.
        Some(unsafe { (&*key, &*value) })
    }

    /// The entry with this hash whose key satisfies `equals`, to be changed.
    #[inline(always)]
    pub(crate) fn get_mut(
        &mut self,
        hash: u64,
        equals: impl FnMut(&K) -> bool,
    ) -> Option<(&mut K, &mut V)> {
        let slot = self.find(hash, equals)?;
        let (key, value) = slot.entry();
        // SAFETY: the slot is taken, and the table is borrowed exclusively.
        Some(unsafe { (&mut *key, &mut *value) })
    }

    /// Adds an entry that the caller knows to be new.
    #[inline]
    pub(crate) fn insert_unique(
        &mut self,
        hash: u64,
        key: K,
        value: V,
        hasher: &impl KeyHasher<K>,
    ) -> (&mut K, &mut V) {
        self.make_room(hasher);
        let slot = self.insert_new(hash, key, value);
        // SAFETY: the slot is taken, and the table is borrowed exclusively.
        unsafe { (&mut *slot.key(), &mut *slot.value()) }
    }

    /// The entries with these hashes whose keys satisfy `equals`, which is told which is sought.
    ///
    /// # Panics
    ///
    /// If two of them are one.
    #[track_caller]
    pub(crate) fn get_disjoint_mut<const N: usize>(
        &mut self,
        hashes: [u64; N],
        mut equals: impl FnMut(usize, &K) -> bool,
    ) -> [Option<(&mut K, &mut V)>; N] {
        let slots = self.find_all(hashes, &mut equals);
        for (place, slot) in slots.iter().enumerate() {
            let is_same = |other: &Option<Slot<K, V>>| match (slot, other) {
                (Some(one), Some(two)) => {
                    (one.index, one.slot) == (two.index, two.slot) && one.slots == two.slots
                }
                _ => false,
            };
            assert!(!slots[..place].iter().any(is_same), "duplicate keys found");
        }
        // SAFETY: the slots are taken and distinct, and the table is borrowed exclusively.
        unsafe { Self::to_references(slots) }
    }

    /// As [`Self::get_disjoint_mut`], without looking whether two of them are one.
    ///
    /// # Safety
    ///
    /// No two of them are one.
    pub(crate) unsafe fn get_disjoint_unchecked_mut<const N: usize>(
        &mut self,
        hashes: [u64; N],
        mut equals: impl FnMut(usize, &K) -> bool,
    ) -> [Option<(&mut K, &mut V)>; N] {
        let slots = self.find_all(hashes, &mut equals);
        // SAFETY: the slots are taken; they are distinct, says the caller.
        unsafe { Self::to_references(slots) }
    }

    fn find_all<const N: usize>(
        &self,
        hashes: [u64; N],
        equals: &mut impl FnMut(usize, &K) -> bool,
    ) -> [Option<Slot<K, V>>; N] {
        core::array::from_fn(|place| self.find(hashes[place], |key| equals(place, key)))
    }

    /// # Safety
    ///
    /// The slots are taken and distinct, and their table is borrowed exclusively for `'a`.
    unsafe fn to_references<'a, const N: usize>(
        slots: [Option<Slot<K, V>>; N],
    ) -> [Option<(&'a mut K, &'a mut V)>; N] {
        slots.map(|slot| {
            // SAFETY: as the caller says.
            slot.map(|slot| unsafe { (&mut *slot.key(), &mut *slot.value()) })
        })
    }

    /// Takes any entry out. The search starts where the last one ended, so that emptying a table
    /// passes over each bucket once.
    pub(crate) fn pop(&mut self) -> Option<(K, V)> {
        if self.len() == 0 {
            return None;
        }
        let header = *self.header();
        let has_extra = !header.extra.is_null();
        let mut index =
            if has_extra { self.extra().pop_index.min(header.last()) } else { header.last() };
        loop {
            // SAFETY: `index <= last`; a word that is not vacant has a taken slot.
            unsafe {
                let bucket = self.bucket(index);
                let word = bucket.word();
                if !word.is_vacant() {
                    if has_extra {
                        self.extra_mut().0.pop_index = index;
                    }
                    let entry =
                        self.remove(Slot { slots: bucket.slots(), slot: word.filled() - 1, index });
                    self.removed();
                    return Some(entry);
                }
            }
            index = if index == 0 { header.last() } else { index - 1 };
        }
    }

    /// An entry chosen by `draw`, each with the same probability if all values of `draw` are
    /// equally likely.
    ///
    /// Tries random places, which in a table that is not nearly empty finds one soon; a table
    /// where that fails is counted through.
    pub(crate) fn random(&self, mut draw: impl FnMut() -> u64) -> Option<(&K, &V)> {
        if self.len() == 0 {
            return None;
        }
        let header = self.header();
        let depth_max = if header.extra.is_null() { 0 } else { self.extra().depth_max };
        for _ in 0..RANDOM_TRIES_MAX {
            let index = below(draw(), u64::from(header.last()) + 1) as u32;
            let depth = below(draw(), depth_max as u64 + 1);
            let slot = below(draw(), 8) as usize;
            // SAFETY: `index <= last`; links and nodes are as R4 and R5 say; the slot is taken.
            unsafe {
                let mut bucket = self.bucket(index);
                let has_overflow = bucket.word().has_overflow();
                let mut is_there = true;
                for step in 0..depth {
                    let next = if step > 0 || has_overflow {
                        bucket.next()
                    } else {
                        core::ptr::null_mut()
                    };
                    if next.is_null() {
                        is_there = false;
                        break;
                    }
                    bucket = Bucket::of_node(next, Self::SHAPE);
                }
                if is_there && slot < bucket.word().filled() {
                    return Some((&*bucket.key::<K, V>(slot), &*bucket.value::<K, V>(slot)));
                }
            }
        }
        let nth = below(draw(), self.len() as u64) as usize;
        self.iter().nth(nth)
    }
}

/// `draw` scaled to a number below `end`. The bias is at most `end` / 2^64.
fn below(draw: u64, end: u64) -> u64 {
    ((u128::from(draw) * u128::from(end)) >> 64) as u64
}
