//! Growing: buckets are split in place, two for each write, as many as Go evacuates.

use core::ptr;

use super::block::Kind;
use super::bucket::{Bucket, Node};
use super::build::{is_possible, possible_bucket_count};
use super::divide::y_slots_of;
use super::rehash::{OfTypes, Rehash};
use super::sizing::Shape;
use super::tophash::{SLOT_COUNT, Word};
use super::{Flags, Parts, RawTable, block, fail};
use crate::TryReserveError;
use crate::alloc::Allocator;
use crate::hash::KeyHasher;

/// The step of a growth or of a shrink that comes before a write.
pub(super) enum Step {
    Nothing,
    /// Merge the last bucket into its twin.
    Merge,
    /// Split the next bucket.
    Split,
}

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// The growth work that comes before a write: one step of a growth or a shrink under way; for a
    /// table without entries a fresh seed, and the first bucket if it has none. To be called if
    /// [`RawTable::wants_preparation`].
    ///
    /// `hasher` is user code; if it panics the bucket that was to be split has not changed. Ends in
    /// `handle_alloc_error` if the table has no memory and gets none.
    #[inline]
    pub(crate) fn prepare(&mut self, hasher: &impl KeyHasher<K>) {
        self.parts.prepare(&OfTypes::<K, V, _>::new(hasher), Self::KIND);
    }

    /// Makes the table ready for one more entry: starts a growth if the entry would make it too
    /// full. Ends in `handle_alloc_error` if the table has no memory and gets none.
    #[inline(always)]
    pub(crate) fn make_room(&mut self, hasher: &impl KeyHasher<K>) {
        if self.header().is_full() {
            self.parts.make_room(&OfTypes::<K, V, _>::new(hasher), Self::KIND);
        }
    }

    /// Whether a growth is under way.
    #[inline]
    pub(crate) fn is_growing(&self) -> bool {
        self.header().is_growing()
    }

    /// As [`Parts::split_next`].
    pub(super) fn split_next(&mut self, hasher: &impl KeyHasher<K>) -> bool {
        self.parts.split_next(&OfTypes::<K, V, _>::new(hasher), Self::KIND)
    }

    /// Does up to `step_count` steps of a growth under way. True if more are left, and can be done:
    /// not after memory was refused.
    #[inline]
    pub(crate) fn grow_step(&mut self, step_count: usize, hasher: &impl KeyHasher<K>) -> bool {
        self.parts.grow_step(step_count, &OfTypes::<K, V, _>::new(hasher), Self::KIND)
    }

    /// Makes room for `additional` entries at once: finishes a growth under way, and doubles the
    /// table until it is large enough. O(buckets). On an error the table is as it was, and has
    /// given back what it took, but for pages of its directory and a few overflow buckets.
    #[inline]
    pub(crate) fn try_reserve(
        &mut self,
        additional: usize,
        hasher: &impl KeyHasher<K>,
    ) -> Result<(), TryReserveError> {
        self.parts.try_reserve(additional, &OfTypes::<K, V, _>::new(hasher), Self::KIND)
    }
}

/// Who gives `types` and a `kind` gives those of the table.
impl<A: Allocator> Parts<A> {
    /// See [`RawTable::prepare`].
    #[cold]
    #[inline(never)]
    fn prepare(&mut self, types: &dyn Rehash, kind: &'static Kind) {
        let step = if self.header.flags.is_only_growing() {
            // Nearly always, and nothing else is to be seen to.
            Step::Split
        } else {
            self.header.flags.set(Flags::SUSPECT, false);
            self.step_before_write(kind)
        };
        match step {
            Step::Nothing => {}
            Step::Merge => {
                self.merge_last(kind);
            }
            Step::Split => {
                let takes_block = self.next_begins_block(&kind.shape);
                self.split_next_here(types, kind);
                if self.splits_another(&kind.shape) {
                    self.split_next_here(types, kind);
                }
                if !takes_block {
                    self.release_one_chunk(&kind.shape);
                }
            }
        }
    }

    /// Whether a write that has split a bucket splits one more: P2 allows two, and two beside each
    /// other cost less than two apart (docs/decisions/0015). Not if that one would take a block.
    #[inline(always)]
    pub(super) fn splits_another(&self, shape: &Shape) -> bool {
        self.header.is_growing() && !self.next_begins_block(shape)
    }

    /// The rest of [`RawTable::make_room`], for a table that is full.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self, types: &dyn Rehash, kind: &'static Kind) {
        if self.is_to_grow(kind) {
            // If memory is refused, the table stays as it is and its chains become longer.
            self.begin_or_double(types, kind);
        }
    }

    /// Doubles the table if it is so small that it grows as a whole, or starts a growth. False if
    /// memory is refused, or the table is as large as can be; then nothing has changed.
    fn begin_or_double(&mut self, types: &dyn Rehash, kind: &'static Kind) -> bool {
        if kind.shape.doubles_at_once(self.header.mask as usize + 1) {
            self.double_only_block(types, kind)
        } else {
            self.start_growth(kind)
        }
    }

    /// Splits the next bucket of a growth. False if memory is refused; then nothing has changed.
    ///
    /// First all keys of the chain are hashed, which is user code and may panic: nothing has
    /// changed then. Then the entries are moved, which cannot fail.
    fn split_next(&mut self, types: &dyn Rehash, kind: &Kind) -> bool {
        self.split_next_here(types, kind)
    }

    /// [`Self::split_next`], for who splits at nearly every call.
    #[inline(always)]
    fn split_next_here(&mut self, types: &dyn Rehash, kind: &Kind) -> bool {
        let shape = &kind.shape;
        debug_assert!(self.header.is_growing());
        if self.next_begins_block(shape) {
            return self.split_next_slowly(types, kind);
        }
        let (half, x_index) = (self.header.half(), self.header.nevacuate());
        let y_index = x_index + half;
        if !self.header.is_near() {
            if let Some(ask) = types.asks_for_keys() {
                // SAFETY: those below `half` are live, by R2.
                unsafe { self.header.ask_behind((x_index, half - 1), ask, shape) };
            }
        }
        // SAFETY: `x_index < half <= last + 1` by R2, so it is the index of a live bucket.
        // `y_index` is `last + 1`, whose block is there, since `last` is in the same one; its
        // bucket is uninitialised and is read by nobody before its word is written.
        unsafe {
            let (x, y) = (self.header.bucket(x_index, shape), self.header.bucket(y_index, shape));
            let Some(words) = types.divide(x, half, [x.start(), y.start()]) else {
                return self.split_next_slowly(types, kind);
            };
            // No user code runs from here on.
            let word = x.word();
            x.set_word(words[0]);
            y.set_word(words[1]);
            self.header.add_bucket(y_index, shape);
            if word.has_overflow() {
                self.extra_mut().0.slab.give_back(x.next(), shape);
            }
        }
        true
    }

    /// [`Self::split_next`] for chains that keep overflow buckets, for the first bucket of a block,
    /// and for small entries with a slow hash.
    #[cold]
    #[inline(never)]
    fn split_next_slowly(&mut self, types: &dyn Rehash, kind: &Kind) -> bool {
        // SAFETY: `x_index < half <= last + 1` by R2, so it is the index of a live bucket. The new
        // bucket is uninitialised, and is written here before any user code runs.
        unsafe {
            let x = self.header.bucket(self.header.nevacuate(), &kind.shape);
            let y_slots = slots_for_y(types, x, self.header.half(), &kind.shape);
            let Some(y) = self.add_twin(kind) else { return false };
            self.split_chain(x, y, y_slots, &kind.shape);
        }
        true
    }

    /// See [`RawTable::grow_step`].
    fn grow_step(&mut self, step_count: usize, types: &dyn Rehash, kind: &Kind) -> bool {
        for _ in 0..step_count {
            if !self.header.is_growing() || !self.split_next(types, kind) {
                return false;
            }
        }
        self.header.is_growing()
    }

    /// See [`RawTable::try_reserve`].
    fn try_reserve(
        &mut self,
        additional: usize,
        types: &dyn Rehash,
        kind: &'static Kind,
    ) -> Result<(), TryReserveError> {
        let shape = &kind.shape;
        let overflow = TryReserveError::CapacityOverflow;
        let wanted = self.header.count.checked_add(additional).ok_or(overflow)?;
        if wanted == 0 {
            return Ok(());
        }
        let bucket_count = possible_bucket_count(wanted, shape)?;
        if !self.header.is_allocated() {
            return self.build(bucket_count, bucket_count, kind);
        }
        if u64::from(self.header.last()) + 1 >= bucket_count {
            // The room is there; a shrink under way must not take it.
            self.keep_room_for(wanted);
            return Ok(());
        }
        self.probe_for_growth(bucket_count, shape)?;
        let (mask, last) = (self.header.mask, self.header.last());
        self.header.flags.set(Flags::SHRINKING, false);
        if self.grow_to(bucket_count, types, kind) {
            return Ok(());
        }
        self.shrink_back(mask, last, kind);
        let layout = shape.block_layout(shape.block_len());
        Err(layout.map_or(TryReserveError::CapacityOverflow, |layout| {
            TryReserveError::AllocError { layout }
        }))
    }

    /// Doubles the table until it has `bucket_count` buckets. False if memory is refused.
    fn grow_to(&mut self, bucket_count: u64, types: &dyn Rehash, kind: &'static Kind) -> bool {
        while u64::from(self.header.last()) + 1 < bucket_count {
            if !self.header.is_growing() && !self.begin_or_double(types, kind) {
                return false;
            }
            while self.header.is_growing() {
                if !self.split_next(types, kind) {
                    return false;
                }
            }
        }
        true
    }

    /// What comes before a write but for the step of a growth or a shrink, which is returned.
    pub(super) fn step_before_write(&mut self, kind: &Kind) -> Step {
        if self.header.count == 0 {
            self.header.renew_seed();
            self.ensure_memory(kind);
        }
        self.header.flags.set(Flags::IDLE, false);
        if self.header.flags.has(Flags::SHRINKING) {
            // The write may add an entry.
            self.stop_shrinking_if_needed(self.header.count + 1);
        }
        if self.header.flags.has(Flags::SHRINKING) {
            Step::Merge
        } else if self.header.is_growing() {
            Step::Split
        } else {
            Step::Nothing
        }
    }

    /// Gives a table without memory its first bucket, and starts a growth if the table is full and
    /// none is under way. True if the table is so small that it is to be grown as a whole.
    pub(super) fn begin_growth(&mut self, kind: &Kind) -> bool {
        // If memory is refused, the table stays as it is and its chains become longer.
        self.is_to_grow(kind)
            && self.start_growth(kind)
            && kind.shape.doubles_at_once(self.header.half() as usize)
    }

    /// Gives a table without memory its first bucket. Whether a growth is to begin.
    fn is_to_grow(&mut self, kind: &Kind) -> bool {
        self.ensure_memory(kind);
        let header = &self.header;
        header.count >= header.capacity_of_mask() && !header.flags.has(Flags::PARTIAL)
    }

    /// Gives a table without memory its first bucket.
    fn ensure_memory(&mut self, kind: &Kind) {
        if !self.header.is_allocated() {
            if let Err(error) = self.build(1, 1, kind) {
                fail(&error, 0, 1);
            }
        }
    }

    /// Doubles the mask, from which on buckets are split. False if memory is refused or the table
    /// is as large as can be; then nothing has changed.
    fn start_growth(&mut self, kind: &Kind) -> bool {
        debug_assert!(!self.header.flags.has(Flags::PARTIAL));
        let shape = &kind.shape;
        let bucket_count = u64::from(self.header.mask) + 1;
        if !is_possible(bucket_count * 2, shape) {
            return false;
        }
        let block_len = shape.block_len() as u64;
        if bucket_count < block_len {
            // The only block has room, or is replaced by one that has.
            let old_len = bucket_count as usize;
            if shape.doubles_at_once(old_len) && !self.resize_only_block(old_len, old_len * 2, kind)
            {
                return false;
            }
        } else {
            if !self.ensure_extra(0, kind) {
                return false;
            }
            let only_block = self.first_block(shape);
            let (extra, buckets, allocator) = self.extra_and_buckets();
            let room = ((bucket_count * 2) >> shape.block_log2) as usize;
            if !extra.directory.reserve(room, buckets, allocator) {
                return false;
            }
            if bucket_count == block_len {
                // SAFETY: there is room for two blocks.
                unsafe { extra.directory.push(only_block, allocator) };
                *buckets = extra.directory.entry_point();
            }
        }
        self.header.set_size(self.header.mask * 2 + 1, self.header.mask, shape);
        true
    }

    /// Replaces the table's only block by that of a table of `new_count` buckets, with the first
    /// `bucket_count` of the old one. False if memory is refused. The caller changes the mask.
    pub(super) fn resize_only_block(
        &mut self,
        bucket_count: usize,
        new_count: usize,
        kind: &Kind,
    ) -> bool {
        let len = kind.shape.block_len_for(new_count);
        let from = (self.first_block(&kind.shape), self.header.block_len(&kind.shape));
        let Some(to) = block::allocate_block(len, kind, &self.allocator) else { return false };
        // SAFETY: both blocks have at least so many buckets, the old one's are live, and the old
        // one is not used any more.
        unsafe {
            block::copy_buckets(from, (to.as_ptr(), len), bucket_count, &kind.shape);
            block::deallocate_block(from.0, from.1, &kind.shape, &self.allocator);
        }
        self.set_only_block(to);
        true
    }

    /// Adds the bucket that the next one of a growth is split into, and returns it, uninitialised.
    /// The caller splits at once. `None` if memory is refused; then nothing has changed.
    #[inline(never)]
    fn add_twin(&mut self, kind: &Kind) -> Option<Bucket> {
        let shape = &kind.shape;
        let index = self.header.last() + 1;
        debug_assert!(index == self.header.nevacuate() + self.header.half());
        if self.next_begins_block(shape) && !self.add_block(kind) {
            return None;
        }
        self.header.add_bucket(index, shape);
        // SAFETY: the block of the bucket is there now.
        Some(unsafe { self.header.bucket(index, shape) })
    }

    /// Whether the bucket that a growth adds next is the first of a block.
    #[inline(always)]
    fn next_begins_block(&self, shape: &Shape) -> bool {
        self.header.begins_block(self.header.last() + 1, shape)
    }

    /// Adds a full block behind the others. False if memory is refused.
    #[cold]
    fn add_block(&mut self, kind: &Kind) -> bool {
        let block_len = kind.shape.block_len();
        let (extra, allocator) = self.extra_mut();
        let Some(pivot) = block::allocate_block(block_len, kind, allocator) else { return false };
        // SAFETY: the growth's start reserved room for it; if the page that it belongs to is
        // refused, the block is given back at once.
        unsafe {
            if extra.directory.push(pivot.as_ptr(), allocator) {
                return true;
            }
            block::deallocate_block(pivot.as_ptr(), block_len, &kind.shape, allocator);
        }
        false
    }

    /// Splits a chain. Its overflow buckets, if it has any, serve both parts again: two chains need
    /// no more of them than one with the same entries. Both parts keep their order.
    ///
    /// Nodes are handed out in chain order, to whichever part is full. With *x* and *y* entries
    /// placed, ⌈x/8⌉ + ⌈y/8⌉ - 1 buckets of the old chain are in use, and reading has come to
    /// entry x + y. So a node that is handed out was read to the end, or is being read and the
    /// part writes behind the reader: it starts at slot 0 when the reader is past it, and both
    /// advance at most together.
    ///
    /// # Safety
    ///
    /// `x` is live; `y` may be written, and what it holds is forgotten.
    #[cold]
    #[inline(never)]
    pub(super) unsafe fn split_chain(&mut self, x: Bucket, y: Bucket, y_slots: u8, shape: &Shape) {
        // SAFETY: nodes are as R5 and R6 say. A bucket's word, marks and link are read before
        // anything in it is overwritten; see above for its slots.
        unsafe {
            let mut free = if x.word().has_overflow() { x.next() } else { ptr::null_mut() };
            let mut parts = [Part::new(x), Part::new(y)];
            let (mut source, mut word, mut y_slots, mut next) = (x, x.word(), y_slots, free);
            loop {
                for slot in 0..word.filled() {
                    let part = &mut parts[usize::from(y_slots >> slot & 1)];
                    if part.filled == SLOT_COUNT {
                        let node = free;
                        free = (*node).next;
                        part.go_on_in(node, shape);
                    }
                    Bucket::move_entry((source, slot), (part.bucket, part.filled), shape);
                    part.add(word.tophash(slot));
                }
                if next.is_null() {
                    break;
                }
                source = Bucket::of_node(next, shape);
                (word, y_slots, next) = ((*next).word, (*next).y_slots, (*next).next);
            }
            for part in parts {
                part.finish();
            }
            while !free.is_null() {
                let node = free;
                free = (*node).next;
                // Without overflow buckets there may be no slab.
                self.extra_mut().0.slab.give_back(node, shape);
            }
        }
    }
}

/// Hashes the keys of a chain. Returns which slots of its main bucket go to Y, and notes in each
/// node which of its slots do.
///
/// # Safety
///
/// `x` is a live main bucket of a table of these types and this shape.
pub(super) unsafe fn slots_for_y(types: &dyn Rehash, x: Bucket, half: u32, shape: &Shape) -> u8 {
    // SAFETY: words and links are as R3 to R5 say.
    unsafe {
        let y_slots = y_slots_of(types, x, half, shape);
        if x.word().has_overflow() {
            let mut node: *mut Node = x.next();
            while !node.is_null() {
                let bucket = Bucket::of_node(node, shape);
                bucket.set_y_slots(y_slots_of(types, bucket, half, shape));
                node = (*node).next;
            }
        }
        y_slots
    }
}

/// One half of a chain that is being split, or the end of one that is being added to.
pub(super) struct Part {
    main: Bucket,
    hints: u64,
    pub(super) bucket: Bucket,
    word: Word,
    pub(super) filled: usize,
    /// Overflow buckets so far.
    depth: usize,
}

impl Part {
    /// A chain that begins in `main` and has nothing in it yet.
    fn new(main: Bucket) -> Self {
        Self { main, hints: 0, bucket: main, word: Word::EMPTY, filled: 0, depth: 0 }
    }

    /// The end of the chain that begins in `main`.
    ///
    /// # Safety
    ///
    /// `main` is a live main bucket.
    pub(super) unsafe fn end_of(main: Bucket, shape: &Shape) -> Self {
        // SAFETY: words and links are as R3 to R5 say.
        unsafe {
            let hints = main.word().hints();
            let mut bucket = main;
            let mut depth = 0;
            if hints != 0 {
                let mut node: *mut Node = main.next();
                while !node.is_null() {
                    bucket = Bucket::of_node(node, shape);
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
    pub(super) unsafe fn go_on_in(&mut self, node: *mut Node, shape: &Shape) {
        // SAFETY: the bucket belongs to the table that is being changed.
        unsafe {
            self.bucket.set_word(self.word);
            self.bucket.set_next(node);
            self.bucket = Bucket::of_node(node, shape);
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
