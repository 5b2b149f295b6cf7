//! The header of a table, and what one without memory points to.

use core::hint::black_box;
use core::ptr::{self, NonNull};

use super::bucket::Bucket;
use super::directory::{self, PAGE_LOG2};
use super::find::prefetch;
use super::sizing::Shape;
use super::tophash::{SLOT_COUNT, Word};
use super::{Extra, block};

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

/// The table's header: Go's `hmap`, in 40 bytes on a 64-bit machine.
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
    /// The highest index of a live bucket.
    pub(super) last: u32,
    /// The map's own seed.
    pub(super) hash0: u32,
    pub(super) flags: Flags,
}

// SAFETY of sending: see `RawTable`. This line keeps the header at the size of the guide's picture.
const _: () = assert!(size_of::<usize>() != 8 || size_of::<Header>() == 40);

/// The states of a table that are a single bit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Flags(pub(super) u32);

impl Flags {
    pub(super) const NONE: Self = Self(0);
    /// `last` is on its way down: see `shrink.rs`.
    pub(super) const SHRINKING: Self = Self(1);
    /// `hash0` is the user's and is not changed.
    pub(super) const FIXED_SEED: Self = Self(2);
    /// Mass deletion starts a shrink.
    pub(super) const SHRINKS_BY_ITSELF: Self = Self(4);
    /// A shrink has halved the mask in this operation, which has done enough.
    pub(super) const RESTING: Self = Self(8);
    /// A chain has become longer than chance explains: see `flood.rs`.
    pub(super) const SUSPECT: Self = Self(16);
    /// What has the next write do more than write: a shrink may have begun while all buckets were
    /// there, by a removal that merged nothing.
    pub(super) const WANTS_STEP: Self = Self(Self::SHRINKING.0 | Self::SUSPECT.0);
    /// The six bits that say at which size the hash was changed last; 0 for never.
    const CHANGED_AT_SHIFT: u32 = 16;
    /// The eight bits that count the changes of the seed: see [`Header::epoch`].
    pub(super) const EPOCH_SHIFT: u32 = 24;

    /// Without what is under way.
    pub(super) fn settings(self) -> Self {
        let mut settings = Self(self.0 & !(Self::SHRINKING.0 | Self::RESTING.0 | Self::SUSPECT.0));
        settings.set_changed_at(0);
        settings
    }

    /// The size at which the hash was changed last, as `flood.rs` counts sizes; 0 for never.
    #[cfg(feature = "std")]
    pub(super) fn changed_at(self) -> u32 {
        self.0 >> Self::CHANGED_AT_SHIFT & 0x3f
    }

    pub(super) fn set_changed_at(&mut self, size_class: u32) {
        self.0 = self.0 & !(0x3f << Self::CHANGED_AT_SHIFT) | size_class << Self::CHANGED_AT_SHIFT;
    }

    /// Whether the flag is set; of several, whether one is.
    #[inline(always)]
    pub(super) const fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    pub(super) fn set(&mut self, flag: Self, on: bool) {
        if on {
            self.0 |= flag.0;
        } else {
            self.0 &= !flag.0;
        }
    }
}

/// log2 of the blocks that are expected in the cache: 16 of them take at most 512 KiB.
const NEAR_BLOCKS_LOG2: u32 = if PAGE_LOG2 < 4 { PAGE_LOG2 } else { 4 };

impl Header {
    pub(super) const fn empty() -> Self {
        Self {
            count: 0,
            buckets: empty_page(),
            extra: ptr::null_mut(),
            mask: 0,
            last: 0,
            hash0: 0,
            flags: Flags::NONE,
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
        self.hash0 = hash0;
    }

    #[inline(always)]
    pub(super) fn is_allocated(&self) -> bool {
        self.buckets != empty_page()
    }

    /// Main buckets that exist.
    #[inline]
    pub(super) fn bucket_count(&self) -> usize {
        if self.is_allocated() { self.last as usize + 1 } else { 0 }
    }

    /// The entries that `mask + 1` buckets hold: `sizing::capacity_of`, without a branch.
    #[inline(always)]
    pub(super) fn capacity_of_mask(&self) -> usize {
        (((self.mask as usize + 1) * 13) >> 1).max(SLOT_COUNT)
    }

    /// Whether the table is one block, without a directory.
    #[inline(always)]
    pub(super) fn is_one_block(&self, shape: &Shape) -> bool {
        (self.mask as usize) < shape.block_len()
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
        self.count >= self.capacity_of_mask() || !self.is_allocated()
    }

    /// Whether a growth is under way.
    #[inline]
    pub(super) fn is_growing(&self) -> bool {
        self.last != self.mask && !self.flags.has(Flags::SHRINKING)
    }

    /// Buckets below the middle: those that a growth splits.
    #[inline(always)]
    pub(super) fn half(&self) -> u32 {
        (self.mask >> 1) + (self.mask & 1)
    }

    /// How many buckets the present growth has split; Go's name.
    #[inline]
    pub(super) fn nevacuate(&self) -> u32 {
        self.last + 1 - self.half()
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
    /// A branch and not a conditional move: it is taken only while a growth is under way, and costs
    /// four instructions less (docs/decisions/0001).
    #[inline(always)]
    pub(super) fn index_of(&self, hash: u64) -> u32 {
        self.index_of_bits(index_bits(hash))
    }

    /// As [`Self::index_of`], of a hash with these [`index_bits`].
    #[inline(always)]
    pub(super) fn index_of_bits(&self, bits: u32) -> u32 {
        let index = bits & self.mask;
        if index > self.last { self.twin_of(index) } else { index }
    }

    /// The bucket that holds what will be in `index` when its bucket is split.
    #[cold]
    #[inline(always)]
    pub(super) fn twin_of(&self, index: u32) -> u32 {
        // Opaque, or the compiler keeps the shifted mask in a register through every loop of
        // look-ups, where it is not needed and others are (docs/decisions/0008).
        index & (black_box(self.mask) >> 1)
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
            if (self.mask >> shape.block_log2) >> PAGE_LOG2 == 0 {
                self.buckets.cast::<*mut u8>().add(block).read()
            } else {
                directory::block_by_root(self.buckets, block)
            }
        };
        (pivot, index as usize & (shape.block_len() - 1))
    }

    /// Whether the table is so small that it is expected in the cache.
    #[inline(always)]
    pub(super) fn is_near(&self, shape: &Shape) -> bool {
        (self.mask >> shape.block_log2) >> NEAR_BLOCKS_LOG2 == 0
    }

    /// As [`Self::locate`], for a look-up: unless the table is near, asks for the line of the
    /// bucket's first keys. `WRITES` says that an entry may be added: then it asks for the bucket's
    /// link as well, which a full bucket needs.
    ///
    /// Neither address depends on the word, so that all go out together. The values' line is not
    /// asked for: a miss, which does not need it, would pay (docs/decisions/0001).
    ///
    /// # Safety
    ///
    /// As for [`Self::locate`].
    #[inline(always)]
    pub(super) unsafe fn locate_ahead<const WRITES: bool>(
        &self,
        index: u32,
        shape: &Shape,
    ) -> (*mut u8, usize) {
        let place = index as usize & (shape.block_len() - 1);
        // SAFETY: as in `locate`: so few blocks have no root.
        let pivot = unsafe {
            if self.is_near(shape) {
                let block = (index >> shape.block_log2) as usize;
                self.buckets.cast::<*mut u8>().add(block).read()
            } else {
                self.pivot_ahead::<WRITES>(index, shape)
            }
        };
        (pivot, place)
    }

    /// The rest of [`Self::locate_ahead`]. Cold, so that a near table's path is in line.
    ///
    /// # Safety
    ///
    /// As for [`Self::locate`].
    #[cold]
    #[inline(always)]
    unsafe fn pivot_ahead<const WRITES: bool>(&self, index: u32, shape: &Shape) -> *mut u8 {
        // SAFETY: as the caller says.
        let (pivot, place) = unsafe { self.locate(index, shape) };
        prefetch(block::slots_address(pivot, place, shape));
        if WRITES {
            prefetch(block::link(pivot, shape.block_len(), place).cast());
        }
        pivot
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
        let len = shape.block_len().min(self.mask as usize + 1);
        block::bucket(pivot, len, place, shape)
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
