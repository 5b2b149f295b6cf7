//! The header of a table, and what one without memory points to.

use core::ptr::{self, NonNull};

use foldhash::SharedSeed;

use super::bucket::Bucket;
use super::directory::{self, PAGE_LOG2};
use super::flags::Flags;
use super::sizing::Shape;
use super::tophash::{SLOT_COUNT, Word};
use super::{Extra, block};
use crate::hash::Seed;

/// What a table without memory points to: the head of a block of one bucket without an entry. It
/// is never written (R9), and its slots do not exist.
pub(super) static EMPTY: EmptyHead = EmptyHead {
    page: EmptyPage((&raw const EMPTY).cast::<u8>().cast_mut()),
    _drop: 0,
    _word: Word::EMPTY,
};

#[repr(C, align(8))]
pub(super) struct EmptyHead {
    page: EmptyPage,
    _drop: u64,
    _word: Word,
}

/// The pivot of [`EMPTY`]: its own address.
#[repr(C, align(8))]
pub(super) struct EmptyPage(pub(super) *mut u8);

// SAFETY: the static is never written.
unsafe impl Sync for EmptyPage {}

/// The table's header: Go's `hmap`, and as large, 48 bytes on a 64-bit machine.
///
/// Go's `B` is `mask.count_ones()`, its `nevacuate` is [`Header::nevacuate`]; its `oldbuckets` does
/// not exist, because the old place is half of the new one.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Header {
    /// Entries.
    pub(super) count: usize,
    /// The directory page, or the root of the pages (R1).
    pub(super) buckets: NonNull<u8>,
    /// What few operations need, allocated when first needed.
    pub(super) extra: *mut Extra,
    /// The bucket count, when the present growth is complete, less one.
    pub(super) mask: u32,
    /// While not all buckets are there ([`Flags::PARTIAL`]): the highest index of those that are.
    /// Else the entries from which on the table grows, [`Header::is_full`] in one comparison.
    bound: u32,
    /// The map's own seed.
    pub(super) hash0: u32,
    pub(super) flags: Flags,
    /// What else a hash begins with: see [`Seed`].
    key_of_process: &'static SharedSeed,
}

// SAFETY of sending: see `RawTable`. This line keeps the header at the size of the guide's picture.
const _: () = assert!(size_of::<usize>() != 8 || size_of::<Header>() == 48);

/// log2 of the blocks that are expected in the cache: eight of them take half a megabyte, or are
/// eight buckets.
const NEAR_BLOCKS_LOG2: u32 = 3;
const _: () = assert!(NEAR_BLOCKS_LOG2 <= PAGE_LOG2, "blocks that are found by a root are far");

/// log2 of the most blocks of a table that a core's caches, its share of the last one among them,
/// are expected to hold: 4 to 8 MiB (docs/decisions/0025). Tests come to it sooner.
const CACHED_BLOCKS_LOG2: u32 = if cfg!(any(test, verify)) { NEAR_BLOCKS_LOG2 } else { 7 };

impl Header {
    pub(super) const fn empty() -> Self {
        Self::empty_with(Flags::NONE)
    }

    /// That of a table without memory which has these settings.
    pub(super) const fn empty_with(settings: Flags) -> Self {
        Self {
            count: 0,
            buckets: empty_page(),
            extra: ptr::null_mut(),
            mask: 0,
            bound: 0,
            hash0: Seed::NONE.hash0,
            flags: settings.and(Flags::IDLE),
            key_of_process: Seed::NONE.key_of_process,
        }
    }

    /// That of a table without memory which has this one's seed and settings.
    pub(super) fn without_memory(&self) -> Self {
        let Self { hash0, key_of_process, .. } = *self;
        Self { hash0, key_of_process, flags: self.flags.settings(), ..Self::empty() }
    }

    /// Takes over another table's flags, but for what follows from the size. There is no entry yet.
    pub(super) fn take_over(&mut self, flags: Flags, shape: &Shape) {
        self.flags.take_over(flags);
        if self.is_allocated() {
            // `FAR` depends on `SERIAL`, which may have changed.
            self.set_size(self.mask, self.last(), shape);
        }
    }

    /// How many times the seed was changed: from 1 to 255 and then from 1 again; 0 before the
    /// first.
    pub(super) fn epoch(&self) -> u8 {
        (self.flags.0 >> Flags::EPOCH_SHIFT) as u8
    }

    /// Changes the seed, and counts that: positions from before are not valid any more.
    pub(super) fn set_seed(&mut self, hash0: u32) {
        let epoch = u32::from(self.epoch()) % 255 + 1;
        let settings = self.flags.0 & !(u32::from(u8::MAX) << Flags::EPOCH_SHIFT);
        self.flags = Flags(settings | epoch << Flags::EPOCH_SHIFT);
        self.flags.set(Flags::OTHER_HASH, hash0 >> 31 != 0);
        self.take_over_seed(Seed::of(hash0));
    }

    /// What hashes begin with.
    #[inline(always)]
    pub(super) fn seed(&self) -> Seed {
        Seed { hash0: self.hash0, key_of_process: self.key_of_process }
    }

    /// Takes over a seed, of another table or a new one. The flags that follow are the caller's.
    pub(super) fn take_over_seed(&mut self, seed: Seed) {
        Seed { hash0: self.hash0, key_of_process: self.key_of_process } = seed;
    }

    /// Panics unless R11 holds.
    #[cfg(any(test, verify))]
    pub(super) fn check_flags(&self, shape: &Shape) {
        let mut recomputed = *self;
        recomputed.set_size(self.mask, self.last(), shape);
        if self.is_allocated() {
            assert_eq!((self.flags, self.bound), (recomputed.flags, recomputed.bound), "R11");
        } else {
            assert!(self.flags.has(Flags::IDLE) && !self.flags.has(Flags::DETOURS), "R11");
        }
        let is_other = self.flags.has(Flags::OTHER_HASH);
        assert_eq!(is_other, self.hash0 >> 31 != 0, "R11: the hash");
    }

    /// The highest index of a live bucket.
    #[inline(always)]
    pub(super) fn last(&self) -> u32 {
        if self.flags.has(Flags::PARTIAL) { self.bound } else { self.mask }
    }

    /// Sets the bucket count that is aimed at, less one, and the highest index of a live bucket:
    /// R1 and R2 are the caller's. The flags follow (R11).
    #[inline(always)]
    pub(super) fn set_size(&mut self, mask: u32, last: u32, shape: &Shape) {
        debug_assert!(last <= mask);
        self.mask = mask;
        self.flags.set(Flags::PARTIAL, last != mask);
        let is_large = (mask >> shape.block_log2) >> NEAR_BLOCKS_LOG2 != 0;
        self.flags.set(Flags::FAR, is_large || self.flags.has(Flags::SERIAL));
        self.flags.set(Flags::ROOTED, (mask >> shape.block_log2) >> PAGE_LOG2 != 0);
        let capacity = u32::try_from(self.capacity_of_mask()).unwrap_or(u32::MAX);
        self.bound = if last == mask { capacity } else { last };
    }

    #[inline(always)]
    pub(super) fn is_allocated(&self) -> bool {
        self.buckets != empty_page()
    }

    /// Main buckets that exist.
    #[inline]
    pub(super) fn bucket_count(&self) -> usize {
        if self.is_allocated() { self.last() as usize + 1 } else { 0 }
    }

    /// The entries that `mask + 1` buckets hold: `sizing::capacity_of`, without a branch.
    #[inline(always)]
    pub(super) fn capacity_of_mask(&self) -> usize {
        (((self.mask as usize + 1) * 13) >> 1).max(SLOT_COUNT)
    }

    /// Whether the table is thinned out: it has fewer than two entries for each bucket, so that of
    /// a hundred buckets 13 or more have none (by Poisson's law).
    pub(super) fn is_thinned_out(&self) -> bool {
        self.count / 2 <= self.last() as usize
    }

    /// Buckets that the only block, or each block, has room for.
    #[inline(always)]
    pub(super) fn block_len(&self, shape: &Shape) -> usize {
        shape.block_len_for(self.mask as usize + 1)
    }

    /// Whether the table is one block, without a directory.
    #[inline(always)]
    pub(super) fn is_one_block(&self, shape: &Shape) -> bool {
        (self.mask as usize) < shape.block_len()
    }

    /// Whether the bucket `index` is the first of a block, in a table of several.
    #[inline(always)]
    pub(super) fn begins_block(&self, index: u32, shape: &Shape) -> bool {
        !self.is_one_block(shape) && index as usize % shape.block_len() == 0
    }

    /// One entry less.
    #[inline(always)]
    pub(super) fn uncount(&mut self) {
        self.count -= 1;
        if self.count == 0 {
            self.flags.set(Flags::IDLE, true);
        }
    }

    /// Takes a new seed, if the table has no entries and its seed is not fixed.
    pub(super) fn renew_seed(&mut self) {
        if self.count == 0 && !self.flags.has(Flags::FIXED_SEED) {
            self.set_seed(self.fresh_hash0());
        }
    }

    /// Whether one more entry would be too much, or there is no memory at all.
    #[inline(always)]
    pub(super) fn is_full(&self) -> bool {
        (self.flags.has(Flags::CONFINES) || self.may_be_full())
            && (self.count >= self.capacity_of_mask() || !self.is_allocated())
    }

    /// Whether a table that has memory and all its buckets may be full: it is, unless it holds more
    /// entries than a `bound` can say.
    #[inline(always)]
    pub(super) fn may_be_full(&self) -> bool {
        debug_assert!(!self.flags.has(Flags::CONFINES));
        self.count >= self.bound as usize
    }

    /// Whether a growth is under way.
    #[inline]
    pub(super) fn is_growing(&self) -> bool {
        self.flags.has(Flags::PARTIAL) && !self.flags.has(Flags::SHRINKING)
    }

    /// Buckets below the middle: those that a growth splits.
    #[inline(always)]
    pub(super) fn half(&self) -> u32 {
        (self.mask >> 1) + (self.mask & 1)
    }

    /// How many buckets the present growth has split; Go's name.
    #[inline]
    pub(super) fn nevacuate(&self) -> u32 {
        self.last().wrapping_add(1).wrapping_sub(self.half())
    }

    /// Notes that the bucket `index` is there, the one after the last.
    #[inline(always)]
    pub(super) fn add_bucket(&mut self, index: u32, shape: &Shape) {
        debug_assert!(self.flags.has(Flags::PARTIAL) && index == self.bound + 1);
        self.bound = index;
        if index == self.mask {
            self.note_end_of_growth(shape);
        }
    }

    /// Notes that all buckets are there that the mask stands for.
    #[cold]
    #[inline(never)]
    fn note_end_of_growth(&mut self, shape: &Shape) {
        self.set_size(self.mask, self.mask, shape);
    }

    /// The slot that comes first when a bucket with `filled` entries is visited: in a table of one
    /// bucket the seed chooses, so that nobody comes to rely on the order of insertion.
    #[inline]
    pub(super) fn turn_of(&self, filled: usize) -> usize {
        // Eight bits of the seed, scaled to a slot below `filled`.
        if self.mask == 0 { ((self.hash0 >> 16 & 0xff) as usize * filled) >> 8 } else { 0 }
    }

    /// The bucket that a key with this hash belongs to.
    ///
    #[inline(always)]
    pub(super) fn index_of(&self, hash: u64) -> u32 {
        self.index_of_bits(index_bits(hash))
    }

    /// As [`Self::index_of`], in a table that has all the buckets which the mask stands for.
    #[inline(always)]
    pub(super) fn index_if_whole(&self, hash: u64) -> u32 {
        debug_assert!(!self.flags.has(Flags::PARTIAL));
        index_bits(hash) & self.mask
    }

    /// As [`Self::index_of`], of a hash with these [`index_bits`].
    #[inline(always)]
    pub(super) fn index_of_bits(&self, bits: u32) -> u32 {
        let index = bits & self.mask;
        // While a bucket is not there, what will be in it is in its twin.
        if self.flags.has(Flags::PARTIAL) && index > self.bound {
            index & (self.mask >> 1)
        } else {
            index
        }
    }

    /// The pivot of the block with the bucket `index`, and the bucket's place in that block.
    ///
    /// # Safety
    ///
    /// The header is that of a table of this shape, and `index <= last`.
    #[inline(always)]
    pub(super) unsafe fn locate(&self, index: u32, shape: &Shape) -> (*mut u8, usize) {
        let block = (index >> shape.block_log2) as usize;
        // SAFETY: there are pages with a pointer for every block up to that of `last` (R1), and a
        // root just when `mask` asks for more blocks than a page has.
        let pivot = unsafe {
            if self.flags.has(Flags::ROOTED) {
                directory::block_by_root(self.buckets, block)
            } else {
                self.buckets.cast::<*mut u8>().add(block).read()
            }
        };
        (pivot, index as usize & (shape.block_len() - 1))
    }

    /// Whether the slots of a bucket are not asked for ahead: the table is small enough to be
    /// expected in the cache, and its look-ups overlap (see [`Flags::SERIAL`]).
    #[inline(always)]
    pub(super) fn is_near(&self) -> bool {
        !self.flags.has(Flags::FAR)
    }

    /// Whether the table is larger than caches are.
    #[inline]
    pub(super) fn exceeds_caches(&self, shape: &Shape) -> bool {
        (self.mask >> shape.block_log2) >> CACHED_BLOCKS_LOG2 != 0
    }

    /// The main bucket `index`.
    ///
    /// # Safety
    ///
    /// As for [`Self::locate`]. The bucket of a table without memory may be read but not written
    /// (R9), and its link not even read.
    #[inline(always)]
    pub(super) unsafe fn bucket(&self, index: u32, shape: &Shape) -> Bucket {
        // SAFETY: as the caller says.
        let (pivot, place) = unsafe { self.locate(index, shape) };
        self.bucket_at(pivot, place, shape)
    }

    /// The main bucket at `place` of the block `pivot`.
    #[inline(always)]
    pub(super) fn bucket_at(&self, pivot: *mut u8, place: usize, shape: &Shape) -> Bucket {
        block::bucket(pivot, self.block_len(shape), place, shape)
    }
}

/// The bits of a hash that choose a bucket: the upper half, where a multiplication leaves its best
/// bits. The tophash is the top seven of them, so beyond 2^25 buckets the two have bits in common.
#[inline(always)]
pub(super) const fn index_bits(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// The page of [`EMPTY`].
pub(super) const fn empty_page() -> NonNull<u8> {
    // SAFETY: a static's address is not null.
    unsafe { NonNull::new_unchecked((&raw const EMPTY.page).cast::<u8>().cast_mut()) }
}
