//! Finding an entry.

use super::bucket::{Bucket, Slot, Slots};
use super::sizing::{LINE_BYTES, Shape};
use super::tophash::{Tophash, Word};
use super::{Flags, Header, RawTable, block};
use crate::alloc::Allocator;

/// Where a main bucket is, and the word that it has.
#[derive(Clone, Copy)]
pub(super) struct Main {
    pub(super) pivot: *mut u8,
    pub(super) place: usize,
    pub(super) word: Word,
}

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// The entry with this hash whose key satisfies `equals`.
    ///
    /// `equals` is user code and may panic; nothing is changed while it runs.
    #[inline(always)]
    pub(crate) fn find(&self, hash: u64, equals: impl FnMut(&K) -> bool) -> Option<Slot<K, V>> {
        let (slot, _) = self.find_with_main(hash, equals)?;
        Some(slot)
    }

    /// As [`Self::find`], with the main bucket of the entry's chain, for those who go on to change
    /// the chain.
    #[inline(always)]
    pub(super) fn find_with_main(
        &self,
        hash: u64,
        equals: impl FnMut(&K) -> bool,
    ) -> Option<(Slot<K, V>, Main)> {
        let header = self.header();
        if header.flags.has(Flags::DETOURS) {
            return self.find_by_detour(hash, equals);
        }
        // SAFETY: all buckets that the mask stands for are there, and there is no root (R11).
        unsafe { self.find_in(header.index_if_whole(hash), hash, equals) }
    }

    /// [`Self::find_with_main`] while a growth or a shrink is under way, and in a table with a
    /// root. The compiler is not told that it is cold: a very large table always comes here.
    #[inline(never)]
    pub(super) fn find_by_detour(
        &self,
        hash: u64,
        equals: impl FnMut(&K) -> bool,
    ) -> Option<(Slot<K, V>, Main)> {
        // SAFETY: an index is at most `last` (R2).
        unsafe { self.find_in(self.header().index_of(hash), hash, equals) }
    }

    /// The rest of [`Self::find_with_main`], for the chain `index`.
    ///
    /// # Safety
    ///
    /// `index <= last`.
    #[inline(always)]
    unsafe fn find_in(
        &self,
        index: u32,
        hash: u64,
        mut equals: impl FnMut(&K) -> bool,
    ) -> Option<(Slot<K, V>, Main)> {
        // SAFETY: as the caller says.
        let (pivot, place) = unsafe { self.header().locate(index, Self::SHAPE) };
        // SAFETY: main buckets up to `last`, and that of `EMPTY`, have words (R3).
        let word = unsafe { block::word(pivot, place).read() };
        let main = Main { pivot, place, word };
        let tophash = Tophash::of(hash);
        let mut matches = word.matches(tophash);
        while let Some(slot) = matches.first() {
            // Here, so that the processor decides: where most look-ups hit it goes this way before
            // the word has come, and where most miss it does not (docs/decisions/0014).
            if !self.is_near() {
                ask_for_slots((pivot, place), Self::SHAPE);
            }
            let slots = Slots::<K, V>::new(block::slots(pivot, place, Self::SHAPE));
            // SAFETY: a slot with a tophash holds a key (R3).
            if equals(unsafe { &*slots.key(slot) }) {
                return Some((Slot { slots, slot, index }, main));
            }
            matches = matches.without_first();
        }
        if word.hints_at(tophash) {
            let (slots, slot) = self.find_in_overflow((pivot, place), tophash, equals)?;
            return Some((Slot { slots, slot, index }, main));
        }
        None
    }

    /// Asks for the memory that a look-up with this hash will need first.
    #[inline(always)]
    pub(crate) fn prefetch_for_look_up(&self, hash: u64) {
        self.ask_for_main(hash);
    }

    /// Asks for the memory that an insertion with this hash will need: the first two lines of the
    /// slots, in one of which the first free one of `u64` pairs is.
    #[inline(always)]
    pub(crate) fn prefetch_for_insertion(&self, hash: u64) {
        let (pivot, place) = self.ask_for_main(hash);
        prefetch(block::slots_address(pivot, place, Self::SHAPE).wrapping_add(LINE_BYTES));
    }

    /// Asks for the memory that a write of an entry with this hash will need.
    #[inline(always)]
    pub(crate) fn prefetch_for_write(&self, hash: u64) {
        self.header().prefetch_for_write(hash, Self::SHAPE);
    }

    /// Asks for the word and the first slots of the main bucket of this hash, and says where it is.
    #[inline(always)]
    fn ask_for_main(&self, hash: u64) -> (*mut u8, usize) {
        self.header().ask_for_main(hash, Self::SHAPE)
    }

    /// The rest of [`Self::find`], for a chain that has overflow buckets: few look-ups come here,
    /// and fewer misses. It is told where the main bucket lies and not its index, which so need not
    /// be kept by those who do not ask for it.
    #[cold]
    #[inline(never)]
    pub(super) fn find_in_overflow(
        &self,
        (pivot, place): (*mut u8, usize),
        tophash: Tophash,
        mut equals: impl FnMut(&K) -> bool,
    ) -> Option<(Slots<K, V>, usize)> {
        // SAFETY: a main bucket with a hint has a link (R4), nodes have words, keys and links
        // (R3, R5).
        unsafe {
            let mut node = self.header().bucket_at(pivot, place, Self::SHAPE).next();
            while !node.is_null() {
                // The head may be in one line and the first entry in the next.
                prefetch(node.cast::<u8>().wrapping_add(const { behind_first_entry(Self::SHAPE) }));
                let bucket = Bucket::of_node(node, Self::SHAPE);
                let mut matches = bucket.word().matches(tophash);
                while let Some(slot) = matches.first() {
                    if equals(&*bucket.key::<K, V>(slot)) {
                        return Some((bucket.slots(), slot));
                    }
                    matches = matches.without_first();
                }
                node = bucket.next();
            }
        }
        None
    }
}

impl Header {
    /// See [`RawTable::prefetch_for_write`].
    #[cold]
    #[inline(never)]
    fn prefetch_for_write(&self, hash: u64, shape: &Shape) {
        let (pivot, place) = self.ask_for_main(hash, shape);
        prefetch(block::link(pivot, self.block_len(shape), place).cast());
    }

    /// See [`RawTable::ask_for_main`].
    #[inline(always)]
    fn ask_for_main(&self, hash: u64, shape: &Shape) -> (*mut u8, usize) {
        // SAFETY: an index is at most `last` (R2).
        let (pivot, place) = unsafe { self.locate(self.index_of(hash), shape) };
        prefetch(block::word(pivot, place).cast());
        ask_for_slots((pivot, place), shape);
        (pivot, place)
    }
}

/// Asks for the line of a bucket's first entries; where keys and values lie apart, for one of each.
/// Their addresses do not depend on the bucket's word, so they are on their way before it has come.
#[cold]
#[inline(always)]
pub(super) fn ask_for_slots((pivot, place): (*mut u8, usize), shape: &Shape) {
    let keys = block::slots_address(pivot, place, shape);
    prefetch(keys);
    if !shape.is_paired() {
        prefetch(keys.wrapping_add(shape.values_offset));
    }
}

/// Where in a node the line is that may be needed beside that of its head: the second entry's, or
/// the first value's where keys and values lie apart.
const fn behind_first_entry(shape: &Shape) -> usize {
    let distance = if shape.is_paired() { shape.key_stride } else { shape.values_offset };
    shape.node_slots_offset + if distance < LINE_BYTES { distance } else { LINE_BYTES }
}

/// Asks for the cache line at an address, which may be anything.
#[inline(always)]
pub(super) fn prefetch(address: *const u8) {
    prefetch_into::<FIRST_LEVEL>(address);
}

/// As [`prefetch`], for what is wanted in a while: into the second-level cache, which can wait for
/// more lines at once.
#[inline(always)]
pub(super) fn prefetch_early(address: *const u8) {
    prefetch_into::<SECOND_LEVEL>(address);
}

/// Whether there is an instruction for it here. Where there is none, what only asks ahead need not
/// be done.
pub(super) const CAN_PREFETCH: bool = cfg!(all(target_arch = "x86_64", target_feature = "sse"));

/// Levels of the cache as x86's instruction has them. Others have no names for its hints.
const FIRST_LEVEL: i32 = 3;
const SECOND_LEVEL: i32 = 2;

#[cfg(all(target_arch = "x86_64", target_feature = "sse"))]
const _: () = {
    use core::arch::x86_64::{_MM_HINT_T0, _MM_HINT_T1};
    assert!(FIRST_LEVEL == _MM_HINT_T0 && SECOND_LEVEL == _MM_HINT_T1);
};

#[inline(always)]
fn prefetch_into<const LEVEL: i32>(address: *const u8) {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse"))]
    // SAFETY: a prefetch never faults.
    unsafe {
        core::arch::x86_64::_mm_prefetch::<LEVEL>(address.cast());
    }
    #[cfg(not(all(target_arch = "x86_64", target_feature = "sse")))]
    let _ = address;
}
