//! Copying a table: the same buckets, chains and seed, so that nothing is hashed.

use core::ptr;

use super::bucket::Bucket;
use super::content::{ask_for_entries, has_content};
use super::plain::is_plain;
use super::sizing::Shape;
use super::{Header, Parts, RawTable, block, fail};
use crate::alloc::Allocator;

impl<K: Clone, V: Clone, A: Allocator + Clone> Clone for RawTable<K, V, A> {
    fn clone(&self) -> Self {
        let mut copy = Self::new_in(self.allocator().clone());
        copy.copy_from(self);
        copy
    }

    /// Reuses this table's main buckets if there are as many as in `source`.
    fn clone_from(&mut self, source: &Self) {
        let (mine, its) = (self.header(), source.header());
        let fits = self.header().is_allocated()
            && source.header().is_allocated()
            && (mine.mask, mine.last()) == (its.mask, its.last());
        if fits {
            self.clear();
        } else {
            self.clear_and_release();
        }
        self.copy_from(source);
    }
}

impl<K: Clone, V: Clone, A: Allocator> RawTable<K, V, A> {
    /// Fills a table without entries with clones of those of `source`.
    ///
    /// The clones become part of the table one by one: if making one panics, the table is valid
    /// and has those made so far.
    fn copy_from(&mut self, source: &Self) {
        debug_assert!(self.len() == 0);
        self.header_mut().take_over_seed(source.header().seed());
        self.header_mut().take_over(source.header().flags, Self::SHAPE);
        if !source.header().is_allocated() {
            return;
        }
        if !self.header().is_allocated() {
            let (mask, last) = (source.header().mask, source.header().last());
            if let Err(error) =
                self.parts.build(u64::from(mask) + 1, u64::from(last) + 1, Self::KIND)
            {
                fail(&error, 0, source.len());
            }
        }
        if source.overflow_count() > 0 {
            self.parts.require_nodes(source.overflow_count(), Self::KIND);
        }
        if is_plain::<K>() && is_plain::<V>() {
            // SAFETY: both tables have the same buckets and types, and this one has no entries.
            unsafe { self.parts.copy_bytes(source.header(), Self::SHAPE) };
            return;
        }
        let mut remaining = source.len();
        let mut index: u32 = 0;
        let asks = (has_content::<K>() || has_content::<V>()) && !self.is_near();
        while remaining > 0 {
            if asks {
                let header = source.header();
                // SAFETY: all buckets up to `last` are live, and entries remain.
                unsafe {
                    let ask = ask_for_entries::<K, V>;
                    header.ask_behind((index, header.last()), ask, Self::SHAPE);
                }
            }
            // SAFETY: entries remain, so `index <= last`, which is the same in both tables.
            let (from, to) = unsafe { (source.bucket(index), self.bucket(index)) };
            // SAFETY: both are live, and `to` has no entry yet.
            remaining -= unsafe { self.copy_chain(from, to) };
            index = index.wrapping_add(1);
        }
    }

    /// Clones the entries of a chain into one that is empty. Returns how many they are.
    ///
    /// # Safety
    ///
    /// `from` is a live main bucket of another table, `to` one of this table, with no entry.
    unsafe fn copy_chain(&mut self, from: Bucket, to: Bucket) -> usize {
        // SAFETY: words, links and nodes are as R3 to R5 say. Each clone is made while all
        // invariants hold; then it is written to the chain's first free slot, and counted.
        unsafe {
            let word = from.word();
            let filled = word.filled();
            let mut copied = super::tophash::Word::EMPTY;
            for slot in 0..filled {
                let (key, value) =
                    ((*from.key::<K, V>(slot)).clone(), (*from.value::<K, V>(slot)).clone());
                to.key::<K, V>(slot).write(key);
                to.value::<K, V>(slot).write(value);
                copied = copied.with(slot, word.tophash(slot));
                to.set_word(copied);
                self.header_mut().count += 1;
            }
            if word.has_overflow() { filled + self.copy_overflow(from, to) } else { filled }
        }
    }

    /// The rest of [`Self::copy_chain`].
    ///
    /// # Safety
    ///
    /// As there; `from` has overflow buckets, as many were reserved, and `to` is full.
    #[cold]
    unsafe fn copy_overflow(&mut self, from: Bucket, to: Bucket) -> usize {
        let mut count = 0;
        let mut tail = to;
        let mut depth = 0;
        // SAFETY: as in `copy_chain`. A node is linked together with its first entry.
        unsafe {
            let mut node = from.next();
            while !node.is_null() {
                let source = Bucket::of_node(node, Self::SHAPE);
                for slot in 0..source.word().filled() {
                    let tophash = source.word().tophash(slot);
                    let (key, value) = (
                        (*source.key::<K, V>(slot)).clone(),
                        (*source.value::<K, V>(slot)).clone(),
                    );
                    if slot == 0 {
                        depth += 1;
                        let extra = self.extra_mut().0;
                        extra.depth_max = extra.depth_max.max(depth);
                        let copy = extra.slab.take(Self::SHAPE);
                        tail.set_next(copy);
                        tail = Bucket::of_node(copy, Self::SHAPE);
                    }
                    tail.key::<K, V>(slot).write(key);
                    tail.value::<K, V>(slot).write(value);
                    tail.set_word(tail.word().with(slot, tophash));
                    to.set_word(to.word().with_hints(to.word().hints() | tophash.hint()));
                    self.header_mut().count += 1;
                    count += 1;
                }
                node = source.next();
            }
        }
        count
    }
}

impl<A: Allocator> Parts<A> {
    /// Copies the entries of another table as bytes, block by block.
    ///
    /// # Safety
    ///
    /// `source` is the header of a table of this shape with as many buckets, whose entries may be
    /// copied so. This table has no entries, and room for as many overflow buckets.
    unsafe fn copy_bytes(&mut self, source: &Header, shape: &Shape) {
        let live = source.last() as usize + 1;
        for first in (0..live).step_by(shape.block_len()) {
            let len = shape.block_len().min(live - first);
            // SAFETY: `first` is at most `last` in both tables, and so many buckets are live from
            // there on in that block. Where a word has hints, its link follows (R4); no user code
            // runs meanwhile.
            unsafe {
                let (from, _) = source.locate(first as u32, shape);
                let (to, _) = self.header.locate(first as u32, shape);
                let slots_bytes = shape.slots_bytes * len;
                ptr::copy_nonoverlapping(from.sub(slots_bytes), to.sub(slots_bytes), slots_bytes);
                ptr::copy_nonoverlapping(block::word(from, 0), block::word(to, 0), len);
                for place in 0..len {
                    if block::word(from, place).read().has_overflow() {
                        let bucket = |header: &Header, pivot| header.bucket_at(pivot, place, shape);
                        let (from, to) = (bucket(source, from), bucket(&self.header, to));
                        self.copy_overflow_bytes(from, to, shape);
                    }
                }
            }
        }
        self.header.count = source.count;
    }

    /// Copies the overflow buckets of a chain as bytes.
    ///
    /// # Safety
    ///
    /// `from` is a live main bucket with overflow buckets, of another table of this shape; `to` is
    /// one of this table's, with the same word, and no link yet. As many overflow buckets were
    /// reserved.
    unsafe fn copy_overflow_bytes(&mut self, from: Bucket, to: Bucket, shape: &Shape) {
        let mut depth = 0;
        // SAFETY: links and nodes are as R4 to R6 say; what is taken was reserved.
        unsafe {
            let mut tail = to;
            let mut node = from.next();
            while !node.is_null() {
                depth += 1;
                let source = Bucket::of_node(node, shape);
                let copy = self.extra_mut().0.slab.take(shape);
                tail.set_next(copy);
                tail = Bucket::of_node(copy, shape);
                let (start, target) = (source.start().as_ptr(), tail.start().as_ptr());
                ptr::copy_nonoverlapping(start, target, shape.slots_bytes);
                tail.set_word(source.word());
                node = (*node).next;
            }
        }
        let extra = self.extra_mut().0;
        extra.depth_max = extra.depth_max.max(depth);
    }
}
