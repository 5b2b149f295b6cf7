//! Making a table of a given size at once, and giving its memory back.

use core::alloc::Layout;
use core::ptr::{self, NonNull};

use super::bucket::Bucket;
use super::directory::BLOCK_COUNT_MAX;
use super::sizing::{BUCKET_COUNT_MAX, buckets_for};
use super::{Header, RawTable, block, drop_table, fail};
use crate::TryReserveError;
use crate::alloc::{Allocator, allocate, deallocate};

/// From this size on, a table that is made at once first asks for all its memory in one piece, and
/// gives that back untouched. A size that the machine cannot have is so refused at once, and not
/// after gigabytes of blocks were taken one by one.
const PROBE_BYTES_MIN: usize = 1 << 30;

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// A table for `entry_count` entries. O(buckets).
    pub(crate) fn try_with_capacity_in(
        entry_count: usize,
        allocator: A,
    ) -> Result<Self, TryReserveError> {
        let mut table = Self::new_in(allocator);
        if entry_count > 0 {
            let bucket_count = Self::possible_bucket_count(entry_count)?;
            table.build(bucket_count, bucket_count)?;
        }
        Ok(table)
    }

    /// [`Self::try_with_capacity_in`], or a panic, or the end of the process.
    #[track_caller]
    pub(crate) fn with_capacity_in(entry_count: usize, allocator: A) -> Self {
        match Self::try_with_capacity_in(entry_count, allocator) {
            Ok(table) => table,
            Err(error) => fail(&error, 0, entry_count),
        }
    }

    /// The buckets that `entry_count` entries need, if a table can have so many.
    pub(super) fn possible_bucket_count(entry_count: usize) -> Result<u64, TryReserveError> {
        buckets_for(entry_count)
            .filter(|&bucket_count| Self::is_possible(bucket_count))
            .ok_or(TryReserveError::CapacityOverflow)
    }

    /// Whether a table can have `bucket_count` buckets.
    pub(super) fn is_possible(bucket_count: u64) -> bool {
        bucket_count <= BUCKET_COUNT_MAX
            && bucket_count >> Self::BLOCK_LOG2 <= BLOCK_COUNT_MAX
            && Bucket::<K, V>::SHAPE.blocks_bytes(bucket_count).is_some()
    }

    /// Gives a table without memory the buckets from 0 to `live - 1`, all empty, out of
    /// `bucket_count` that the mask stands for. If memory is refused, the table stays as it was.
    pub(super) fn build(&mut self, bucket_count: u64, live: u64) -> Result<(), TryReserveError> {
        debug_assert!(!self.header().is_allocated());
        debug_assert!(live <= bucket_count && (live >= bucket_count / 2 && live > 0));
        let shape = Bucket::<K, V>::SHAPE;
        let refused = |bytes: usize| TryReserveError::AllocError {
            layout: Layout::from_size_align(bytes, 8).unwrap_or(Layout::new::<u64>()),
        };
        let bytes = shape.blocks_bytes(bucket_count).ok_or(TryReserveError::CapacityOverflow)?;
        if bytes >= PROBE_BYTES_MIN && !can_have(bytes, self.allocator()) {
            return Err(refused(bytes));
        }
        let block_len = bucket_count.min(Self::BLOCK_LEN as u64) as usize;
        let block = |allocator: &A| {
            let pivot =
                block::allocate_block::<K, V, A>(block_len, drop_table::<K, V, A>, allocator)?;
            // SAFETY: a fresh block of so many buckets.
            unsafe { block::clear_words(pivot.as_ptr(), block_len) };
            Some(pivot)
        };
        if bucket_count <= Self::BLOCK_LEN as u64 {
            let pivot = block(self.allocator()).ok_or(refused(bytes))?;
            self.set_only_block(pivot);
        } else {
            let block_count = live.div_ceil(Self::BLOCK_LEN as u64) as usize;
            let mut is_built = self.ensure_extra(false);
            if is_built {
                let (extra, allocator) = self.extra_mut();
                let directory = &mut extra.directory;
                let room = (bucket_count >> Self::BLOCK_LOG2) as usize;
                is_built = directory.reserve(room, allocator);
                while is_built && directory.block_count() < block_count {
                    is_built = block(allocator).is_some_and(|pivot| {
                        // SAFETY: `reserve` made room for all blocks.
                        let is_added = unsafe { directory.push(pivot.as_ptr(), allocator) };
                        if !is_added {
                            // SAFETY: the block was allocated just now and is in no directory.
                            unsafe {
                                block::deallocate_block::<K, V, A>(
                                    pivot.as_ptr(),
                                    block_len,
                                    allocator,
                                );
                            }
                        }
                        is_added
                    });
                }
            }
            if !is_built {
                self.release_extra();
                return Err(refused(bytes));
            }
            self.header_mut().buckets = self.extra().directory.entry_point();
        }
        let header = self.header_mut();
        header.mask = (bucket_count - 1) as u32;
        header.last = (live - 1) as u32;
        Ok(())
    }

    /// Calls `f` with the pivot and the bucket count of every block.
    pub(super) fn for_each_block(&mut self, mut f: impl FnMut(*mut u8, usize)) {
        if !self.header().is_allocated() {
        } else if self.is_one_block() {
            f(self.first_block(), self.header().mask as usize + 1);
        } else {
            let directory = &self.extra().directory;
            for place in 0..directory.block_count() {
                f(directory.block(place), Self::BLOCK_LEN);
            }
        }
    }

    /// Drops all entries and gives all memory back; also when dropping an entry panics.
    pub(crate) fn clear_and_release(&mut self) {
        struct Released<'a, K, V, A: Allocator>(&'a mut RawTable<K, V, A>);
        impl<K, V, A: Allocator> Drop for Released<'_, K, V, A> {
            fn drop(&mut self) {
                self.0.release();
            }
        }
        let released = Released(self);
        if core::mem::needs_drop::<(K, V)>() {
            for slot in released.0.slots() {
                // SAFETY: every taken slot is met once, and `release` forgets them all.
                unsafe {
                    slot.key().drop_in_place();
                    slot.value().drop_in_place();
                }
            }
        }
    }

    /// Gives all memory back. Entries are forgotten; the seed and the settings stay.
    pub(super) fn release(&mut self) {
        if self.header().is_allocated() && self.is_one_block() {
            let pivot = self.first_block();
            // SAFETY: the only block, with its length; the header forgets it below.
            unsafe {
                block::deallocate_block::<K, V, A>(
                    pivot,
                    self.header().mask as usize + 1,
                    self.allocator(),
                );
            }
        }
        self.release_extra();
        let Header { hash0, mut flags, .. } = *self.header();
        flags.set(super::Flags::SHRINKING, false);
        *self.header_mut() = Header { hash0, flags, ..Header::empty() };
    }

    /// Gives back the overflow chunks, and the directory with its blocks.
    fn release_extra(&mut self) {
        if self.header().extra.is_null() {
            return;
        }
        let (extra, allocator) = self.extra_mut();
        // SAFETY: all blocks in the directory are full ones of these types; nothing refers to them
        // or to a node any more, because the header is about to forget them.
        unsafe {
            extra.slab.release_all::<K, V, A>(allocator);
            for place in 0..extra.directory.block_count() {
                let pivot = extra.directory.block(place);
                block::deallocate_block::<K, V, A>(pivot, Self::BLOCK_LEN, allocator);
            }
            extra.directory.release(allocator);
            let (layout, _) = Self::extra_layout(extra.guest_buckets)
                .expect("the layout was valid when the block was allocated");
            let extra = NonNull::new_unchecked(self.header().extra).cast();
            deallocate(self.allocator(), extra, layout);
        }
        self.header_mut().extra = ptr::null_mut();
    }
}

/// Whether the allocator has so many bytes in one piece.
fn can_have<A: Allocator>(bytes: usize, allocator: &A) -> bool {
    let Ok(layout) = Layout::from_size_align(bytes, 8) else { return false };
    let Some(piece) = allocate(allocator, layout) else { return false };
    // SAFETY: allocated just now with this layout.
    unsafe { deallocate(allocator, piece, layout) };
    true
}
