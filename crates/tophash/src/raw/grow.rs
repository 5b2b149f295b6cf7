//! Growing: one bucket is split for each write, as Go evacuates, and in place.

use core::ptr;

use super::bucket::{Bucket, Node};
use super::tophash::{SLOT_COUNT, Word};
use super::{Flags, RawTable, block, drop_table, fail, index_bits};
use crate::TryReserveError;
use crate::alloc::Allocator;

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// The growth work that comes before a write: one step of a growth or a shrink under way; for a
    /// table without entries a fresh seed, and the first bucket if it has none. To be called if
    /// [`RawTable::wants_preparation`].
    ///
    /// `hasher` is user code; if it panics nothing has changed. Ends in `handle_alloc_error` if the
    /// table has no memory and gets none.
    #[cold]
    #[inline(never)]
    pub(crate) fn prepare(&mut self, hasher: impl Fn(&K) -> u64) {
        self.header_mut().flags.set(Flags::SUSPECT, false);
        let split = |table: &mut Self| {
            table.split_next(&hasher);
            // A step that took a block, for the first bucket in it, has done enough.
            if table.header().last as usize % Self::BLOCK_LEN != 0 {
                table.release_one_chunk();
            }
        };
        self.prepare_by(Self::merge_last, split);
    }

    /// What comes before a write, in its order. `merge` and `split` each do one step.
    #[inline(always)]
    pub(super) fn prepare_by<M>(
        &mut self,
        merge: impl FnOnce(&mut Self) -> M,
        split: impl FnOnce(&mut Self),
    ) {
        if self.len() == 0 {
            self.renew_seed();
            self.ensure_memory();
        }
        if self.is_shrinking() {
            // The write may add an entry.
            self.stop_shrinking_if_needed(self.len() + 1);
        }
        if self.is_shrinking() {
            merge(self);
        } else if self.is_growing() {
            split(self);
        }
    }

    /// Makes the table ready for one more entry: starts a growth if the entry would make it too
    /// full. Ends in `handle_alloc_error` if the table has no memory and gets none.
    #[inline(always)]
    pub(crate) fn make_room(&mut self, hasher: impl Fn(&K) -> u64) {
        if self.len() >= self.capacity_of_mask() || !self.header().is_allocated() {
            self.make_room_slowly(hasher);
        }
    }

    #[cold]
    #[inline(never)]
    fn make_room_slowly(&mut self, hasher: impl Fn(&K) -> u64) {
        self.make_room_by(|table| table.split_next(&hasher));
    }

    /// Makes room for one more entry. `split` does one step; false if it cannot.
    #[inline(always)]
    pub(super) fn make_room_by(&mut self, split: impl FnMut(&mut Self) -> bool) {
        self.ensure_memory();
        if self.len() < self.capacity_of_mask() {
            return;
        }
        if self.header().last != self.header().mask {
            return;
        }
        // If memory is refused, the table stays as it is and its chains become longer.
        if self.start_growth() && self.is_one_block() {
            self.grow_step_by(usize::MAX, split);
        }
    }

    /// Gives a table without memory its first bucket.
    fn ensure_memory(&mut self) {
        if !self.header().is_allocated() {
            if let Err(error) = self.build(1, 1) {
                fail(&error, 0, 1);
            }
        }
    }

    /// Whether a growth is under way.
    #[inline]
    pub(crate) fn is_growing(&self) -> bool {
        let header = self.header();
        header.last != header.mask && !header.flags.has(Flags::SHRINKING)
    }

    /// Doubles the mask, from which on buckets are split. False if memory is refused or the table
    /// is as large as can be; then nothing has changed.
    fn start_growth(&mut self) -> bool {
        debug_assert!(self.header().last == self.header().mask);
        let bucket_count = u64::from(self.header().mask) + 1;
        if !Self::is_possible(bucket_count * 2) {
            return false;
        }
        if bucket_count < Self::BLOCK_LEN as u64 {
            // The only block is replaced by one twice as large. It is small: see `sizing.rs`.
            let old_len = bucket_count as usize;
            if !self.resize_only_block(old_len, old_len * 2) {
                return false;
            }
        } else {
            let was_one_block = bucket_count == Self::BLOCK_LEN as u64;
            if !self.ensure_extra(false) {
                return false;
            }
            let only_block = self.first_block();
            let (extra, buckets, allocator) = self.extra_and_buckets();
            let room = ((bucket_count * 2) >> Self::BLOCK_LOG2) as usize;
            if !extra.directory.reserve(room, buckets, allocator) {
                return false;
            }
            if was_one_block {
                // SAFETY: there is room for two blocks.
                unsafe { extra.directory.push(only_block, allocator) };
                *buckets = extra.directory.entry_point();
            }
        }
        let header = self.header_mut();
        header.mask = header.mask * 2 + 1;
        true
    }

    /// Replaces the table's only block by one of `len`, with the first `bucket_count` buckets of
    /// the old one. False if memory is refused. The caller changes the mask to `len - 1`.
    pub(super) fn resize_only_block(&mut self, bucket_count: usize, len: usize) -> bool {
        let from = (self.first_block(), self.header().mask as usize + 1);
        let allocator = self.allocator();
        let drop_table = drop_table::<K, V, A>;
        let Some(to) = block::allocate_block::<K, V, A>(len, drop_table, allocator) else {
            return false;
        };
        // SAFETY: both blocks have at least so many buckets, the old one's are live, and the old
        // one is not used any more.
        unsafe {
            block::copy_buckets::<K, V>(from, (to.as_ptr(), len), bucket_count);
            block::deallocate_block::<K, V, A>(from.0, from.1, allocator);
        }
        self.set_only_block(to);
        true
    }

    /// Splits the next bucket of a growth. False if memory is refused; then nothing has changed.
    ///
    /// First all keys of the chain are hashed, which is user code and may panic: nothing has
    /// changed then. Then the entries are moved, which cannot fail.
    #[inline(never)]
    pub(super) fn split_next(&mut self, hasher: &impl Fn(&K) -> u64) -> bool {
        debug_assert!(self.is_growing());
        let half = self.header().half();
        let x_index = self.header().nevacuate();
        let y_index = self.header().last + 1;
        debug_assert!(x_index < half && y_index == x_index + half);
        // SAFETY: `x_index < half <= last + 1` by R2.
        let x = unsafe { self.bucket(x_index) };
        // SAFETY: live buckets.
        let (word, y_slots) = unsafe { (x.word(), Self::slots_for_y(x, half, hasher)) };

        if !self.is_one_block() && y_index as usize % Self::BLOCK_LEN == 0 && !self.add_block() {
            return false;
        }
        self.header_mut().last = y_index;
        // SAFETY: the block of bucket `y_index` is there now; the bucket is uninitialised, and is
        // written here before any user code runs.
        unsafe {
            let y = self.bucket(y_index);
            if word.has_overflow() {
                self.split_long(x, y, y_slots);
            } else {
                Self::split_short(x, y, word, y_slots);
            }
        }
        true
    }

    /// Adds a full block behind the others. False if memory is refused.
    fn add_block(&mut self) -> bool {
        let (extra, allocator) = self.extra_mut();
        let drop_table = drop_table::<K, V, A>;
        let Some(pivot) = block::allocate_block::<K, V, A>(Self::BLOCK_LEN, drop_table, allocator)
        else {
            return false;
        };
        // SAFETY: the growth's start reserved room for it; if the page that it belongs to is
        // refused, the block is given back at once.
        unsafe {
            if extra.directory.push(pivot.as_ptr(), allocator) {
                return true;
            }
            block::deallocate_block::<K, V, A>(pivot.as_ptr(), Self::BLOCK_LEN, allocator);
        }
        false
    }

    /// Hashes the keys of a chain. Returns which slots of its main bucket go to Y, and notes in
    /// each node which of its slots do.
    ///
    /// # Safety
    ///
    /// `x` is a live main bucket.
    #[inline(always)]
    unsafe fn slots_for_y(x: Bucket<K, V>, half: u32, hasher: &impl Fn(&K) -> u64) -> u8 {
        let of_bucket = |bucket: Bucket<K, V>, word: Word| {
            let mut y_slots = 0;
            for slot in 0..word.filled() {
                // SAFETY: taken slots hold keys (R3).
                let hash = hasher(unsafe { &*bucket.key(slot) });
                y_slots |= u8::from(index_bits(hash) & half != 0) << slot;
            }
            y_slots
        };
        // SAFETY: words and links are as R3 to R5 say.
        unsafe {
            let word = x.word();
            if word.has_overflow() {
                let mut node = x.next();
                while !node.is_null() {
                    (*node).y_slots = of_bucket(Bucket::of_node(node), (*node).word);
                    node = (*node).next;
                }
            }
            of_bucket(x, word)
        }
    }

    /// Splits a chain that is one bucket. Both parts keep their order.
    ///
    /// # Safety
    ///
    /// `x` is live and has no overflow; `y` may be written, and what it holds is forgotten.
    #[inline(always)]
    unsafe fn split_short(x: Bucket<K, V>, y: Bucket<K, V>, word: Word, y_slots: u8) {
        let mut parts = [(x, Word::EMPTY, 0), (y, Word::EMPTY, 0)];
        for slot in 0..word.filled() {
            let part = &mut parts[usize::from(y_slots >> slot & 1)];
            // SAFETY: X's next slot is this one or one before it, already moved; Y's are free.
            unsafe { Bucket::move_entry((x, slot), (part.0, part.2)) };
            part.1 = part.1.with(part.2, word.tophash(slot));
            part.2 += 1;
        }
        // SAFETY: the words say what was moved.
        unsafe {
            x.set_word(parts[0].1);
            y.set_word(parts[1].1);
        }
    }

    /// Splits a chain with overflow buckets, which serve both parts again: two chains need no
    /// more of them than one with the same entries. Both parts keep their order.
    ///
    /// Nodes are handed out in chain order, to whichever part is full. With *x* and *y* entries
    /// placed, ⌈x/8⌉ + ⌈y/8⌉ - 1 buckets of the old chain are in use, and reading has come to
    /// entry x + y. So a node that is handed out was read to the end, or is being read and the
    /// part writes behind the reader: it starts at slot 0 when the reader is past it, and both
    /// advance at most together.
    ///
    /// # Safety
    ///
    /// `x` is live and has hints; `y` may be written, and what it holds is forgotten.
    #[cold]
    #[inline(never)]
    unsafe fn split_long(&mut self, x: Bucket<K, V>, y: Bucket<K, V>, y_slots: u8) {
        // SAFETY: nodes are as R5 and R6 say. A bucket's word, marks and link are read before
        // anything in it is overwritten; see above for its slots.
        unsafe {
            let mut free = x.next();
            let mut parts = [Part::new(x), Part::new(y)];
            let (mut source, mut word, mut y_slots, mut next) = (x, x.word(), y_slots, free);
            loop {
                for slot in 0..word.filled() {
                    let part = &mut parts[usize::from(y_slots >> slot & 1)];
                    if part.filled == SLOT_COUNT {
                        let node = free;
                        free = (*node).next;
                        part.go_on_in(node);
                    }
                    Bucket::move_entry((source, slot), (part.bucket, part.filled));
                    part.add(word.tophash(slot));
                }
                if next.is_null() {
                    break;
                }
                source = Bucket::of_node(next);
                (word, y_slots, next) = ((*next).word, (*next).y_slots, (*next).next);
            }
            for part in parts {
                part.finish();
            }
            let slab = &mut self.extra_mut().0.slab;
            while !free.is_null() {
                let node = free;
                free = (*node).next;
                slab.give_back::<K, V>(node);
            }
        }
    }

    /// Does up to `step_count` steps of a growth under way. True if more are left.
    pub(crate) fn grow_step(&mut self, step_count: usize, hasher: impl Fn(&K) -> u64) -> bool {
        self.grow_step_by(step_count, |table| table.split_next(&hasher))
    }

    /// As [`Self::grow_step`]; `split` does one step, and says whether it could.
    #[inline(always)]
    pub(super) fn grow_step_by(
        &mut self,
        step_count: usize,
        mut split: impl FnMut(&mut Self) -> bool,
    ) -> bool {
        for _ in 0..step_count {
            if !self.is_growing() || !split(self) {
                break;
            }
        }
        self.is_growing()
    }

    /// Makes room for `additional` entries at once: finishes a growth under way, and doubles the
    /// table until it is large enough. O(buckets). On an error the table is whole, and no smaller.
    pub(crate) fn try_reserve(
        &mut self,
        additional: usize,
        hasher: impl Fn(&K) -> u64,
    ) -> Result<(), TryReserveError> {
        let wanted = self.len().checked_add(additional).ok_or(TryReserveError::CapacityOverflow)?;
        if wanted == 0 {
            return Ok(());
        }
        let bucket_count = Self::possible_bucket_count(wanted)?;
        if !self.header().is_allocated() {
            return self.build(bucket_count, bucket_count);
        }
        self.header_mut().flags.set(Flags::SHRINKING, false);
        let refused = TryReserveError::AllocError {
            layout: Bucket::<K, V>::SHAPE
                .block_layout(Self::BLOCK_LEN)
                .ok_or(TryReserveError::CapacityOverflow)?,
        };
        while u64::from(self.header().last) + 1 < bucket_count {
            if !self.is_growing() && !self.start_growth() {
                return Err(refused);
            }
            while self.is_growing() {
                if !self.split_next(&hasher) {
                    return Err(refused);
                }
            }
        }
        Ok(())
    }
}

/// One half of a chain that is being split, or the end of one that is being added to.
pub(super) struct Part<K, V> {
    main: Bucket<K, V>,
    hints: u64,
    pub(super) bucket: Bucket<K, V>,
    word: Word,
    pub(super) filled: usize,
    /// Overflow buckets so far.
    depth: usize,
}

impl<K, V> Part<K, V> {
    /// A chain that begins in `main` and has nothing in it yet.
    fn new(main: Bucket<K, V>) -> Self {
        Self { main, hints: 0, bucket: main, word: Word::EMPTY, filled: 0, depth: 0 }
    }

    /// The end of the chain that begins in `main`.
    ///
    /// # Safety
    ///
    /// `main` is a live main bucket.
    pub(super) unsafe fn end_of(main: Bucket<K, V>) -> Self {
        // SAFETY: words and links are as R3 to R5 say.
        unsafe {
            let hints = main.word().hints();
            let mut bucket = main;
            let mut depth = 0;
            if hints != 0 {
                let mut node: *mut Node = main.next();
                while !node.is_null() {
                    bucket = Bucket::of_node(node);
                    node = bucket.next();
                    depth += 1;
                }
            }
            let word = bucket.word().with_hints(0);
            Self { main, hints, bucket, word, filled: word.filled(), depth }
        }
    }

    /// Continues in `node`, the present bucket being full.
    ///
    /// # Safety
    ///
    /// `node` is in no chain, or in that part of the split chain which is handed out.
    pub(super) unsafe fn go_on_in(&mut self, node: *mut Node) {
        // SAFETY: the bucket belongs to the table that is being changed.
        unsafe {
            self.bucket.set_word(self.word);
            self.bucket.set_next(node);
            self.bucket = Bucket::of_node(node);
            self.bucket.set_next(ptr::null_mut());
        }
        self.word = Word::EMPTY;
        self.filled = 0;
        self.depth += 1;
    }

    /// Counts the entry that was moved to the next free slot.
    pub(super) fn add(&mut self, tophash: super::tophash::Tophash) {
        self.word = self.word.with(self.filled, tophash);
        self.filled += 1;
        if !self.bucket.is(self.main) {
            self.hints |= tophash.hint();
        }
    }

    /// Writes what is not written yet. Returns how many overflow buckets the chain has.
    ///
    /// # Safety
    ///
    /// As for [`Self::go_on_in`].
    pub(super) unsafe fn finish(self) -> usize {
        // SAFETY: the buckets belong to the table that is being changed.
        unsafe {
            self.bucket.set_word(self.word);
            self.main.set_word(self.main.word().with_hints(self.hints));
        }
        self.depth
    }
}
