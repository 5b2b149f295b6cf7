//! Making a table of a given size at once, and giving its memory back.

use core::alloc::Layout;
use core::ptr::{self, NonNull};

use super::block::Kind;
use super::directory::BLOCK_COUNT_MAX;
use super::sizing::{BUCKET_COUNT_MAX, Shape, buckets_for};
use super::{Parts, RawTable, block, extra_layout, fail_reservation};
use crate::TryReserveError;
use crate::alloc::{Allocator, allocate, deallocate};

/// From this size on, what makes or enlarges a table at once first asks for all the memory in one
/// piece, and gives that back untouched. A size that the machine cannot have is so refused at once,
/// and not after gigabytes of blocks were taken one by one.
const PROBE_BYTES_MIN: usize = 1 << 30;

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// A table for `entry_count` entries. O(buckets).
    pub(crate) fn try_with_capacity_in(
        entry_count: usize,
        allocator: A,
    ) -> Result<Self, TryReserveError> {
        let mut table = Self::new_in(allocator);
        if entry_count > 0 {
            let bucket_count = possible_bucket_count(entry_count, Self::SHAPE)?;
            table.parts.build(bucket_count, bucket_count, Self::KIND)?;
        }
        Ok(table)
    }

    /// [`Self::try_with_capacity_in`], or a panic.
    #[track_caller]
    pub(crate) fn with_capacity_in(entry_count: usize, allocator: A) -> Self {
        match Self::try_with_capacity_in(entry_count, allocator) {
            Ok(table) => table,
            Err(error) => fail_reservation(&error, 0, entry_count),
        }
    }
}

impl<A: Allocator> Parts<A> {
    /// Gives a table without memory the buckets from 0 to `live - 1`, all empty, out of
    /// `bucket_count` that the mask stands for. If memory is refused, the table stays as it was.
    pub(super) fn build(
        &mut self,
        bucket_count: u64,
        live: u64,
        kind: &Kind,
    ) -> Result<(), TryReserveError> {
        debug_assert!(!self.header.is_allocated());
        debug_assert!(live <= bucket_count && (live >= bucket_count / 2 && live > 0));
        let shape = &kind.shape;
        let bytes = shape.blocks_bytes(bucket_count).ok_or(TryReserveError::CapacityOverflow)?;
        if !self.may_have(bytes) {
            return Err(refused(bytes));
        }
        let block_len = shape.block_len_for(bucket_count as usize);
        let block = |allocator: &A| {
            let pivot = block::allocate_block(block_len, kind, allocator)?;
            // SAFETY: a fresh block of at least so many buckets.
            unsafe { block::clear_words(pivot.as_ptr(), block_len.min(bucket_count as usize)) };
            Some(pivot)
        };
        if bucket_count <= shape.block_len() as u64 {
            let pivot = block(&self.allocator).ok_or(refused(bytes))?;
            self.set_only_block(pivot);
        } else {
            /// Gives back what was built so far: if memory is refused, or the allocator panics.
            struct Unfinished<'a, A: Allocator>(&'a mut Parts<A>, &'a Shape);
            impl<A: Allocator> Drop for Unfinished<'_, A> {
                fn drop(&mut self) {
                    self.0.release_extra(self.1);
                }
            }
            let block_count = live.div_ceil(shape.block_len() as u64) as usize;
            let unfinished = Unfinished(self, shape);
            let room = (bucket_count >> shape.block_log2) as usize;
            if !unfinished.0.ensure_extra(0, kind) || !unfinished.0.reserve_blocks(room) {
                return Err(refused(bytes));
            }
            let (extra, allocator) = unfinished.0.extra_mut();
            while extra.directory.block_count() < block_count {
                let Some(pivot) = block(allocator) else { return Err(refused(bytes)) };
                // SAFETY: there is room for all blocks.
                if !unsafe { extra.directory.push(pivot.as_ptr(), allocator) } {
                    let pivot = pivot.as_ptr();
                    // SAFETY: the block was allocated just now and is in no directory.
                    unsafe { block::deallocate_block(pivot, block_len, shape, allocator) };
                    return Err(refused(bytes));
                }
            }
            core::mem::forget(unfinished);
            self.header.buckets = self.extra().directory.entry_point();
        }
        self.header.set_size((bucket_count - 1) as u32, (live - 1) as u32, shape);
        Ok(())
    }

    /// Asks for what a growth to `bucket_count` buckets will take, if that is much.
    pub(super) fn probe_for_growth(
        &self,
        bucket_count: u64,
        shape: &Shape,
    ) -> Result<(), TryReserveError> {
        let bytes = shape.blocks_bytes(bucket_count).ok_or(TryReserveError::CapacityOverflow)?;
        let missing = bytes.saturating_sub(self.allocation_bytes(shape));
        if self.may_have(missing) { Ok(()) } else { Err(refused(missing)) }
    }

    /// False if so many bytes are too much for the machine. Few are not asked for.
    fn may_have(&self, bytes: usize) -> bool {
        bytes < PROBE_BYTES_MIN || can_have(bytes, &self.allocator)
    }

    /// Makes room in the directory of a table that has no blocks yet.
    fn reserve_blocks(&mut self, block_count: usize) -> bool {
        let (extra, buckets, allocator) = self.extra_and_buckets();
        extra.directory.reserve(block_count, buckets, allocator)
    }

    /// Calls `f` with the pivot and the bucket count of every block.
    pub(super) fn for_each_block(&mut self, shape: &Shape, mut f: impl FnMut(*mut u8, usize)) {
        if !self.header.is_allocated() {
        } else if self.header.is_one_block(shape) {
            f(self.first_block(shape), self.header.mask as usize + 1);
        } else {
            let directory = &self.extra().directory;
            for place in 0..directory.block_count() {
                f(directory.block(place), shape.block_len());
            }
        }
    }

    /// Gives all memory back. Entries are forgotten; the seed and the settings stay.
    pub(super) fn release(&mut self, shape: &Shape) {
        if self.header.is_allocated() && self.header.is_one_block(shape) {
            let pivot = self.first_block(shape);
            // SAFETY: the only block, with its length; the header forgets it below.
            unsafe {
                let len = self.header.block_len(shape);
                block::deallocate_block(pivot, len, shape, &self.allocator);
            }
        }
        self.release_extra(shape);
        self.header = self.header.without_memory();
    }

    /// Gives back the overflow chunks, and the directory with its blocks.
    fn release_extra(&mut self, shape: &Shape) {
        if self.header.extra.is_null() {
            return;
        }
        let (extra, allocator) = self.extra_mut();
        // SAFETY: all blocks in the directory are full ones of these types; nothing refers to them
        // or to a node any more, because the header is about to forget them.
        unsafe {
            extra.slab.release_all(shape, allocator);
            for place in 0..extra.directory.block_count() {
                let pivot = extra.directory.block(place);
                block::deallocate_block(pivot, shape.block_len(), shape, allocator);
            }
            extra.directory.release(allocator);
            let (layout, _) = extra_layout(extra.guest_buckets, shape)
                .expect("the layout was valid when the block was allocated");
            let extra = NonNull::new_unchecked(self.header.extra).cast();
            deallocate(&self.allocator, extra, layout);
        }
        self.header.extra = ptr::null_mut();
    }
}

/// The buckets that `entry_count` entries need, if a table can have so many.
pub(super) fn possible_bucket_count(
    entry_count: usize,
    shape: &Shape,
) -> Result<u64, TryReserveError> {
    buckets_for(entry_count)
        .filter(|&bucket_count| is_possible(bucket_count, shape))
        .ok_or(TryReserveError::CapacityOverflow)
}

/// Whether a table can have `bucket_count` buckets.
pub(super) fn is_possible(bucket_count: u64, shape: &Shape) -> bool {
    bucket_count <= BUCKET_COUNT_MAX
        && bucket_count >> shape.block_log2 <= BLOCK_COUNT_MAX
        && shape.blocks_bytes(bucket_count).is_some()
}

/// The error that so many bytes were refused.
fn refused(bytes: usize) -> TryReserveError {
    let layout = Layout::from_size_align(bytes, 8).unwrap_or(Layout::new::<u64>());
    TryReserveError::AllocError { layout }
}

/// Whether the allocator has so many bytes in one piece.
fn can_have<A: Allocator>(bytes: usize, allocator: &A) -> bool {
    let Ok(layout) = Layout::from_size_align(bytes, 8) else { return false };
    // Looked at, for what is given back unseen the compiler need not ask for at all.
    let Some(piece) = core::hint::black_box(allocate(allocator, layout)) else { return false };
    // SAFETY: allocated just now with this layout.
    unsafe { deallocate(allocator, piece, layout) };
    true
}
