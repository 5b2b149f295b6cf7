//! Putting an entry into its chain.

use core::alloc::Layout;
use core::mem;
use core::ptr::NonNull;

use super::block::Kind;
use super::bucket::{Bucket, Slot, Slots};
use super::find::ask_for_slots;
use super::sizing::Shape;
use super::tophash::{Matches, SLOT_COUNT, Tophash, Word};
use super::{Extra, Flags, Parts, RawTable, block, extra_layout, fail};
use crate::TryReserveError;
use crate::alloc::Allocator;

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// Puts an entry there; if the table has one whose key satisfies `equals`, only its value, and
    /// returns the old one. One look-up for both, but where it ends in `slowly`.
    /// [`RawTable::prepare`] came before, if wanted.
    ///
    /// What is unusual is left to `slowly`, which is to call [`Self::upsert_slowly`] out of line,
    /// and is told nothing that it can find out itself. So the usual way, in a bucket with room of
    /// a table at rest, keeps its registers (docs/decisions/0031).
    #[inline(always)]
    pub(crate) fn upsert(
        &mut self,
        hash: u64,
        key: K,
        value: V,
        equals: impl Fn(&K, &K) -> bool,
        slowly: impl FnOnce(&mut Self, K, V) -> Option<V>,
    ) -> Option<V> {
        let header = self.header();
        if header.flags.has(Flags::OBSTACLES) {
            return slowly(self, key, value);
        }
        let (index, is_full) = (header.index_if_whole(hash), header.may_be_full());
        // SAFETY: all buckets that the mask stands for are there, and there is memory (R11). A slot
        // with a tophash holds an entry (R3).
        unsafe {
            let (pivot, place) = self.header().locate(index, Self::SHAPE);
            if !self.is_near() {
                ask_for_slots((pivot, place), Self::SHAPE);
            }
            let word = block::word(pivot, place).read();
            let tophash = Tophash::of(hash);
            let found = Self::find_equal((pivot, place), word.matches(tophash), &key, &equals);
            if let Some((slots, slot)) = found {
                return Some(mem::replace(&mut *slots.value(slot), value));
            }
            if word.is_full() || is_full {
                return slowly(self, key, value);
            }
            self.fill((pivot, place, word), tophash, key, value);
            None
        }
    }

    /// [`Self::upsert`] in any table and any bucket. Looks into the main bucket again, where keys
    /// are compared a second time if they have the same tophash. If the table is full,
    /// `add_to_full` is to make room and add the entry: it knows how to hash.
    #[inline(always)]
    pub(crate) fn upsert_slowly(
        &mut self,
        hash: u64,
        key: K,
        value: V,
        equals: impl Fn(&K, &K) -> bool,
        add_to_full: impl FnOnce(&mut Self, K, V),
    ) -> Option<V> {
        let tophash = Tophash::of(hash);
        // SAFETY: an index is at most `last` (R2), and main buckets up to that, and that of
        // `EMPTY`, have words (R3). A slot with a tophash holds an entry. A table that is not full
        // has memory; the slot is free, and R3, R4 and R7 hold again at the end.
        unsafe {
            let index = self.header().index_of(hash);
            let (pivot, place) = self.header().locate(index, Self::SHAPE);
            // Tables with a root always come here.
            if !self.is_near() {
                ask_for_slots((pivot, place), Self::SHAPE);
            }
            let word = block::word(pivot, place).read();
            let found = Self::find_equal((pivot, place), word.matches(tophash), &key, &equals);
            if let Some((slots, slot)) = found {
                return Some(mem::replace(&mut *slots.value(slot), value));
            }
            if word.hints_at(tophash) {
                let is_it = |stored: &K| equals(stored, &key);
                let found = self.find_in_overflow((pivot, place), tophash, is_it);
                if let Some((slots, slot)) = found {
                    return Some(mem::replace(&mut *slots.value(slot), value));
                }
            }
            if self.header().is_full() {
                add_to_full(self, key, value);
            } else if word.is_full() {
                let main = self.header().bucket_at(pivot, place, Self::SHAPE);
                let (bucket, slot) = self.parts.overflow_slot(main, tophash, Self::KIND);
                bucket.key::<K, V>(slot).write(key);
                bucket.value::<K, V>(slot).write(value);
                bucket.set_word(bucket.word().with(slot, tophash));
                self.header_mut().count += 1;
            } else {
                self.fill((pivot, place, word), tophash, key, value);
            }
        }
        None
    }

    /// The first of some slots of a main bucket whose key equals `key`.
    ///
    /// # Safety
    ///
    /// They are taken slots of the live bucket at `place` of the block `pivot`.
    #[inline(always)]
    unsafe fn find_equal(
        (pivot, place): (*mut u8, usize),
        mut matches: Matches,
        key: &K,
        equals: &impl Fn(&K, &K) -> bool,
    ) -> Option<(Slots<K, V>, usize)> {
        while let Some(slot) = matches.first() {
            let slots = Slots::<K, V>::new(block::slots(pivot, place, Self::SHAPE));
            // SAFETY: as the caller says.
            if equals(unsafe { &*slots.key(slot) }, key) {
                return Some((slots, slot));
            }
            matches = matches.without_first();
        }
        None
    }

    /// Adds an entry whose key is not in the table. The table is not grown: see
    /// [`RawTable::make_room`], which the caller has called.
    ///
    /// Runs no user code. Ends in `handle_alloc_error` when an overflow bucket is refused.
    ///
    /// # Panics
    ///
    /// If the table has no memory, which no caller lets happen.
    #[inline(always)]
    pub(crate) fn insert_new(&mut self, hash: u64, key: K, value: V) -> Slot<K, V> {
        assert!(self.header().is_allocated(), "room was made");
        let tophash = Tophash::of(hash);
        let index = self.header().index_of(hash);
        // SAFETY: an index is at most `last` (R2). The table has memory, so the bucket may be
        // written; the slot after the taken ones is free, and R3 and R7 hold again when both are
        // changed.
        unsafe {
            let (pivot, place) = self.header().locate(index, Self::SHAPE);
            let word = block::word(pivot, place).read();
            if !word.is_full() {
                let (slots, slot) = self.fill((pivot, place, word), tophash, key, value);
                return Slot { slots, slot, index };
            }
            self.insert_in_chain(index, tophash, key, value)
        }
    }

    /// As [`Self::insert_new`], with less code where it is called and a few instructions more.
    ///
    /// # Panics
    ///
    /// As there.
    #[inline(always)]
    pub(crate) fn insert_slowly(&mut self, hash: u64, key: K, value: V) {
        assert!(self.header().is_allocated(), "room was made");
        // SAFETY: an index is at most `last` (R2), and the table has memory.
        unsafe {
            self.insert_in_chain(self.header().index_of(hash), Tophash::of(hash), key, value)
        };
    }

    /// Writes an entry to the first free slot of a chain, and counts it.
    ///
    /// # Safety
    ///
    /// `index <= last`, and the table has memory.
    #[inline(always)]
    unsafe fn insert_in_chain(
        &mut self,
        index: u32,
        tophash: Tophash,
        key: K,
        value: V,
    ) -> Slot<K, V> {
        // SAFETY: the slot is free, and counts as taken already; nothing runs before it is.
        unsafe {
            let (start, slot) = self.parts.take_slot(index, tophash, Self::KIND);
            let slots = Slots::<K, V>::new(start);
            slots.key(slot).write(key);
            slots.value(slot).write(value);
            Slot { slots, slot, index }
        }
    }

    /// Writes an entry to the first free slot of a main bucket, and counts it. Returns the slot.
    ///
    /// # Safety
    ///
    /// `word` is the word of the live bucket at `place` of the block `pivot`, and is not full.
    #[inline(always)]
    unsafe fn fill(
        &mut self,
        (pivot, place, word): (*mut u8, usize, Word),
        tophash: Tophash,
        key: K,
        value: V,
    ) -> (Slots<K, V>, usize) {
        let slots = Slots::<K, V>::new(block::slots(pivot, place, Self::SHAPE));
        let slot = word.filled();
        // SAFETY: the slot after the taken ones is free; R3 and R7 hold again at the end.
        unsafe {
            slots.key(slot).write(key);
            slots.value(slot).write(value);
            block::word(pivot, place).write(word.with(slot, tophash));
        }
        self.header_mut().count += 1;
        (slots, slot)
    }
}

impl<A: Allocator> Parts<A> {
    /// Takes the first free slot of a chain, and counts it: its bucket's slots, and which of them.
    /// The caller writes the entry at once: until then R3 does not hold.
    ///
    /// # Safety
    ///
    /// `index <= last`, and the table has memory.
    #[cold]
    #[inline(never)]
    unsafe fn take_slot(
        &mut self,
        index: u32,
        tophash: Tophash,
        kind: &Kind,
    ) -> (NonNull<u8>, usize) {
        // SAFETY: as the caller says; the slot is free, and R4 and R7 hold again at the end.
        unsafe {
            let main = self.header.bucket(index, &kind.shape);
            let (bucket, slot) = if main.word().is_full() {
                self.overflow_slot(main, tophash, kind)
            } else {
                (main, main.word().filled())
            };
            bucket.set_word(bucket.word().with(slot, tophash));
            self.header.count += 1;
            (bucket.start(), slot)
        }
    }

    /// See [`Self::free_overflow_slot`].
    #[inline(always)]
    fn overflow_slot(&mut self, main: Bucket, tophash: Tophash, kind: &Kind) -> (Bucket, usize) {
        self.first_overflow_slot(main, tophash, &kind.shape)
            .unwrap_or_else(|| self.free_overflow_slot(main, tophash, kind))
    }

    /// As [`Self::free_overflow_slot`], in the chain's first overflow bucket, if there is one with
    /// room or one can be had without asking for memory: nearly always.
    #[inline(always)]
    fn first_overflow_slot(
        &mut self,
        main: Bucket,
        tophash: Tophash,
        shape: &Shape,
    ) -> Option<(Bucket, usize)> {
        // SAFETY: a word with hints has a link (R4), nodes have words (R3); a node is taken where
        // there is room in the slab, and linked before anything else happens (R6).
        unsafe {
            let word = main.word();
            let (bucket, slot) = if word.has_overflow() {
                let bucket = Bucket::of_node(main.next(), shape);
                // One with room is the last of its chain (R5).
                if bucket.word().is_full() {
                    return None;
                }
                (bucket, bucket.word().filled())
            } else {
                if self.header.extra.is_null() || !self.extra().slab.has_room(1) {
                    return None;
                }
                let extra = self.extra_mut().0;
                let node = extra.slab.take(shape);
                extra.depth_max = extra.depth_max.max(1);
                main.set_next(node);
                (Bucket::of_node(node, shape), 0)
            };
            main.set_word(word.with_hints(word.hints() | tophash.hint()));
            Some((bucket, slot))
        }
    }

    /// The first free slot behind a full main bucket. The chain's hints are changed for
    /// `tophash`, and the caller takes the slot at once: until then R4 and R5 do not hold.
    pub(super) fn free_overflow_slot(
        &mut self,
        main: Bucket,
        tophash: Tophash,
        kind: &Kind,
    ) -> (Bucket, usize) {
        let shape = &kind.shape;
        // SAFETY: links and nodes are as R4 to R6 say; a node is taken only after one was reserved,
        // and linked before anything else happens.
        unsafe {
            let word = main.word();
            let mut tail = main;
            let mut depth = 0;
            if word.has_overflow() {
                loop {
                    let node = tail.next();
                    if node.is_null() {
                        break;
                    }
                    tail = Bucket::of_node(node, shape);
                    depth += 1;
                }
            }
            let found = if depth > 0 && !tail.word().is_full() {
                (tail, tail.word().filled())
            } else {
                self.require_nodes(1, kind);
                let (extra, _) = self.extra_mut();
                let node = extra.slab.take(shape);
                tail.set_next(node);
                self.note_depth(depth + 1);
                (Bucket::of_node(node, shape), 0)
            };
            main.set_word(word.with_hints(word.hints() | tophash.hint()));
            debug_assert!(found.1 < SLOT_COUNT);
            found
        }
    }

    /// [`Self::reserve_nodes`] for those who cannot do without: if memory is refused, it ends in
    /// `handle_alloc_error`.
    pub(super) fn require_nodes(&mut self, node_count: usize, kind: &Kind) {
        if !self.reserve_nodes(node_count, kind) {
            let (bucket_count, shape) = (self.header.bucket_count(), &kind.shape);
            let layout = if self.header.extra.is_null() {
                extra_layout(bucket_count, shape).map(|(layout, _)| layout)
            } else {
                self.extra().slab.next_layout(node_count, bucket_count, shape)
            };
            let layout = layout.unwrap_or(Layout::new::<Extra>());
            fail(&TryReserveError::AllocError { layout }, self.header.count, node_count);
        }
    }

    /// Sees to it that so many nodes can be taken from the slab. False if memory is refused.
    pub(super) fn reserve_nodes(&mut self, node_count: usize, kind: &Kind) -> bool {
        if !self.header.extra.is_null() && self.extra().slab.has_room(node_count) {
            return true;
        }
        let bucket_count = self.header.bucket_count();
        if !self.ensure_extra(bucket_count, kind) {
            return false;
        }
        let (extra, allocator) = self.extra_mut();
        extra.slab.reserve(node_count, bucket_count, &kind.shape, allocator)
    }
}
