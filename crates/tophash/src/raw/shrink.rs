//! Shrinking: growth backwards, one bucket merged into its twin at a time.

use core::ptr::{self, NonNull};

use super::block::Kind;
use super::bucket::{Bucket, Node};
use super::grow::Part;
use super::sizing::{Shape, buckets_for, capacity_of};
use super::tophash::SLOT_COUNT;
use super::{Flags, Header, Parts, RawTable, block};
use crate::alloc::Allocator;

/// Whether a map gives memory back by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShrinkPolicy {
    /// Only when asked: by `shrink_to_fit`, `shrink_to` or `shrink_step`. As std's map and Go's.
    #[default]
    Manual,
    /// When a removal leaves less than a quarter of the capacity in use, the map halves itself, one
    /// bucket for that removal and one for each write that follows.
    Automatic,
}

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// The policy in force.
    pub(crate) fn shrink_policy(&self) -> ShrinkPolicy {
        if self.header().flags.has(Flags::SHRINKS_BY_ITSELF) {
            ShrinkPolicy::Automatic
        } else {
            ShrinkPolicy::Manual
        }
    }

    /// Changes the policy.
    pub(crate) fn set_shrink_policy(&mut self, policy: ShrinkPolicy) {
        let by_itself = policy == ShrinkPolicy::Automatic;
        self.header_mut().flags.set(Flags::SHRINKS_BY_ITSELF, by_itself);
    }

    /// To be called after entries were removed: starts a shrink if the policy asks for one.
    #[inline(always)]
    pub(crate) fn removed(&mut self) {
        if self.header().flags.has(Flags::SHRINKS_BY_ITSELF.and(Flags::RESTING)) {
            self.parts.shrink_by_policy(Self::KIND);
        }
    }

    /// As [`Self::removed`], but merges nothing yet: the next write does.
    pub(super) fn note_removal(&mut self) {
        if self.header().shrinks_by_itself() {
            self.header_mut().flags.set(Flags::SHRINKING, true);
        }
        self.header_mut().flags.set(Flags::RESTING, false);
    }

    /// Merges up to `step_count` buckets into their twins, as long as the entries fit into half
    /// the buckets. True if there is more to do.
    pub(crate) fn shrink_step(&mut self, step_count: usize) -> bool {
        self.parts.shrink_step(step_count, Self::KIND)
    }

    /// Whether a shrink is under way.
    pub(crate) fn is_shrinking(&self) -> bool {
        self.header().flags.has(Flags::SHRINKING)
    }

    /// Makes the table as small as `entry_count_min` and its entries allow. O(buckets).
    pub(crate) fn shrink_to(&mut self, entry_count_min: usize) {
        self.parts.shrink_to(entry_count_min, Self::KIND);
    }
}

/// The untyped part of shrinking.
impl<A: Allocator> Parts<A> {
    #[cold]
    #[inline(never)]
    fn shrink_by_policy(&mut self, kind: &Kind) {
        let is_busy = self.header.flags.has(Flags::SHRINKING.and(Flags::RESTING));
        if self.header.shrinks_by_itself() && !is_busy {
            self.header.flags.set(Flags::SHRINKING, true);
            self.merge_last(kind);
        }
        self.header.flags.set(Flags::RESTING, false);
    }

    /// Ends a shrink that would leave too few buckets for `entry_count` entries. What was merged
    /// is split again, as in any growth.
    pub(super) fn stop_shrinking_if_needed(&mut self, entry_count: usize) {
        if !self.header.can_halve_for(entry_count) {
            self.header.flags.set(Flags::SHRINKING, false);
        }
    }

    /// Ends a shrink after which there might be no room for `entry_count` entries: one by policy
    /// does not end with this halving.
    pub(super) fn keep_room_for(&mut self, entry_count: usize) {
        self.stop_shrinking_if_needed(entry_count);
        if self.header.flags.has(Flags::SHRINKS_BY_ITSELF) {
            self.header.flags.set(Flags::SHRINKING, false);
        }
    }

    /// Merges up to `step_count` buckets into their twins, as long as the entries fit into half
    /// the buckets. True if there is more to do.
    fn shrink_step(&mut self, step_count: usize, kind: &Kind) -> bool {
        for _ in 0..step_count {
            if !self.header.can_halve_for(self.header.count) {
                break;
            }
            self.header.flags.set(Flags::SHRINKING, true);
            if !self.merge_last(kind) {
                return false;
            }
        }
        self.header.can_halve_for(self.header.count)
    }

    /// Makes the table as small as `entry_count_min` and its entries allow. O(buckets).
    fn shrink_to(&mut self, entry_count_min: usize, kind: &Kind) {
        if self.header.count == 0 && entry_count_min == 0 {
            self.release(&kind.shape);
            return;
        }
        let entry_count = entry_count_min.max(self.header.count);
        // A minimum that no table can have is above what this one has.
        if buckets_for(entry_count).is_none() || !self.header.is_allocated() {
            return;
        }
        while self.header.can_halve_for(entry_count) {
            self.header.flags.set(Flags::SHRINKING, true);
            if !self.merge_last(kind) {
                break;
            }
        }
        // Also where the policy would go on: the caller wants so much room.
        self.header.flags.set(Flags::SHRINKING, false);
        self.release_spare_chunks(kind);
    }

    /// Gives back the memory of overflow buckets of which none is in use.
    fn release_spare_chunks(&mut self, kind: &Kind) {
        if !self.header.extra.is_null() {
            let (extra, allocator) = self.extra_mut();
            // SAFETY: the slab was always used with these types and this allocator.
            unsafe { extra.slab.release_spare(&kind.shape, allocator) };
        }
    }

    /// Merges buckets until the table has this mask and this last bucket, as it had before a growth
    /// that did not come to its end. If memory is refused for that too, it stays larger.
    pub(super) fn shrink_back(&mut self, mask: u32, last: u32, kind: &Kind) {
        while self.header.mask > mask || self.header.last() > last {
            self.header.flags.set(Flags::SHRINKING, true);
            // However many entries there are: they were in so few buckets before.
            if !self.merge(kind) {
                break;
            }
        }
        self.header.flags.set(Flags::SHRINKING, false);
        self.header.flags.set(Flags::RESTING, false);
        self.release_spare_chunks(kind);
    }

    /// Merges the last bucket into its twin and, when half the buckets are left, halves the mask.
    /// False if the shrink ends, for want of memory or because the table has become too full; then
    /// the table is whole, and grows again by the next writes.
    ///
    /// Runs no user code.
    #[inline(never)]
    pub(super) fn merge_last(&mut self, kind: &Kind) -> bool {
        debug_assert!(self.header.flags.has(Flags::SHRINKING));
        if !self.header.can_halve_for(self.header.count) {
            self.header.flags.set(Flags::SHRINKING, false);
            return false;
        }
        self.merge(kind)
    }

    /// The rest of [`Self::merge_last`], for a table that is not too full.
    fn merge(&mut self, kind: &Kind) -> bool {
        let shape = &kind.shape;
        let half = self.header.half();
        let y_index = self.header.last();
        if y_index >= half {
            // SAFETY: both are live buckets, and distinct.
            let (x, y) = unsafe {
                (self.header.bucket(y_index - half, shape), self.header.bucket(y_index, shape))
            };
            // SAFETY: as above; the last bucket becomes dead below.
            if !unsafe { self.append(x, y, kind) } {
                self.header.flags.set(Flags::SHRINKING, false);
                return false;
            }
            self.header.set_size(self.header.mask, y_index - 1, shape);
            let ends_block = self.header.begins_block(y_index, shape);
            // A step that gives a block back gives no chunk, unless each step gives a block: then
            // those do that give back nothing else.
            let is_enough = ends_block
                && (self.drop_last_block(shape) || shape.block_len() > 1 || y_index == half);
            if !is_enough {
                self.release_one_chunk(shape);
            }
        }
        if self.header.last() < half {
            let is_halved = self.halve_mask(kind);
            // The removals that would start the next halving may all have been before this one.
            let goes_on = is_halved && self.header.shrinks_by_itself();
            self.header.flags.set(Flags::SHRINKING, goes_on);
            self.header.flags.set(Flags::RESTING, is_halved);
            return is_halved;
        }
        true
    }

    /// Gives the last block back, in which no live bucket is left. Whether a part of the directory
    /// went with it.
    fn drop_last_block(&mut self, shape: &Shape) -> bool {
        let (extra, allocator) = self.extra_mut();
        let directory_bytes = extra.directory.bytes();
        // SAFETY: it is the block of the bucket that was merged last, and the header's entry point
        // stays: the first block is never dropped here, because half the buckets fill a block.
        unsafe {
            let pivot = extra.directory.pop(allocator);
            block::deallocate_block(pivot, shape.block_len(), shape, allocator);
        }
        extra.directory.bytes() < directory_bytes
    }

    /// Moves all entries of the chain `y` behind those of the chain `x`. False if memory is
    /// refused; then nothing has changed.
    ///
    /// # Safety
    ///
    /// Both are live main buckets, and distinct. Afterwards `y` is forgotten.
    unsafe fn append(&mut self, x: Bucket, y: Bucket, kind: &Kind) -> bool {
        let shape = &kind.shape;
        // SAFETY: words, links and nodes are as R3 to R6 say. X takes the reserved node first and
        // then Y's own, in chain order. When it needs Y's first one, eight entries and as many as
        // X's last bucket had room for were moved: reading is in that node, or past it, and X
        // writes from its slot 0 behind the reader; and so on for those after it. Bucket, word and
        // link are read before anything in a node is overwritten.
        unsafe {
            if y.word().is_vacant() {
                return true;
            }
            let (x_word, y_word) = (x.word(), y.word());
            let needs_node = x_word.filled() + y_word.filled() > SLOT_COUNT
                || x_word.has_overflow()
                || y_word.has_overflow();
            if needs_node && !self.reserve_nodes(1, kind) {
                return false;
            }
            let mut part = Part::end_of(x, shape);
            let mut free: *mut Node =
                if y_word.has_overflow() { y.next() } else { ptr::null_mut() };
            let mut has_taken = false;
            let (mut source, mut word, mut next) = (y, y_word, free);
            loop {
                for slot in 0..word.filled() {
                    if part.filled == SLOT_COUNT {
                        let node = if has_taken {
                            let node = free;
                            free = (*node).next;
                            node
                        } else {
                            has_taken = true;
                            self.extra_mut().0.slab.take(shape)
                        };
                        part.go_on_in(node, shape);
                    }
                    Bucket::move_entry((source, slot), (part.bucket, part.filled), shape);
                    part.add(word.tophash(slot));
                }
                if next.is_null() {
                    break;
                }
                source = Bucket::of_node(next, shape);
                (word, next) = ((*next).word, (*next).next);
            }
            let depth = part.finish();
            if needs_node {
                self.note_depth(depth);
                let extra = self.extra_mut().0;
                while !free.is_null() {
                    let node = free;
                    free = (*node).next;
                    extra.slab.give_back(node, shape);
                }
            }
        }
        true
    }

    /// Halves the mask, when half the buckets are left. False if the memory for a smaller block is
    /// refused; then nothing has changed.
    fn halve_mask(&mut self, kind: &Kind) -> bool {
        let half = self.header.half();
        debug_assert!(self.header.last() + 1 == half);
        if self.header.is_one_block(&kind.shape) {
            // The block of the largest tables that double at once is not a full one.
            let (half, shape) = (half as usize, &kind.shape);
            let keeps_block = shape.block_len_for(half) == shape.block_len_for(half * 2);
            if !keeps_block && !self.resize_only_block(half, half, kind) {
                return false;
            }
        } else if half as usize == kind.shape.block_len() {
            let (extra, allocator) = self.extra_mut();
            // SAFETY: one block is left, and from now on the header points to it.
            let pivot = unsafe { extra.directory.pop(allocator) };
            extra.directory.release(allocator);
            self.set_only_block(NonNull::new(pivot).expect("a block is not null"));
        } else {
            let (extra, allocator) = self.extra_mut();
            extra.directory.halve(allocator);
            self.header.buckets = self.extra().directory.entry_point();
        }
        self.header.set_size(half - 1, half - 1, &kind.shape);
        true
    }
}

impl Header {
    /// Whether less than a quarter of the capacity is in use, in more than one bucket.
    fn is_sparse(&self) -> bool {
        self.mask > 0 && self.count < self.capacity_of_mask() / 4
    }

    /// Whether the policy asks for a shrink.
    fn shrinks_by_itself(&self) -> bool {
        self.flags.has(Flags::SHRINKS_BY_ITSELF) && self.is_sparse()
    }

    /// Whether half the buckets would do for `entry_count` entries.
    fn can_halve_for(&self, entry_count: usize) -> bool {
        self.mask > 0 && entry_count <= capacity_of(u64::from(self.half()))
    }
}
