//! Blocks: the memory of main buckets.
//!
//! A block of *n* buckets is known by its *pivot*. Slots grow downwards from there, tophash words
//! upwards, so that finding a word or a slot needs the bucket's place alone and not *n*. Which of
//! the two grows down is a matter of instructions: this way round a look-up takes four fewer.
//!
//! ```text
//!  start                       pivot
//!  | slots n-1 | ... | slots 0 | self | drop | word 0 ... word n-1 | link 0 ... link n-1 |
//! ```
//!
//! The words lie apart from the slots so that a look-up that misses touches eight bytes of dense
//! memory; links are read only by the few look-ups whose tophash the overflow hint knows. `drop` is
//! the function that drops a table of these types: see `RawTable`. `self` is the pivot's own
//! address: a table of one block uses it as a directory page of one block, so that all tables but
//! the largest find a bucket by the same few instructions.

use core::hint::assert_unchecked;
use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};

use super::bucket::{Bucket, Node};
use super::sizing::Shape;
use super::tophash::Word;
use crate::alloc::{Allocator, allocate, deallocate};

/// A function that drops the table whose parts it is given. See `RawTable`.
pub(crate) type DropTable = unsafe fn(*mut ());

/// What the part of a table that does not know its types must know of them.
pub(crate) struct Kind {
    pub(crate) shape: Shape,
    pub(crate) drop_table: DropTable,
}

/// Words between the pivot and the tophash words; a pointer takes at most one.
const HEAD_WORDS: usize = 2;

/// Takes a block of `bucket_count`, uninitialised but for its drop function.
///
/// `None` if memory is refused, or no block can be that large.
pub(crate) fn allocate_block<A: Allocator>(
    bucket_count: usize,
    kind: &Kind,
    allocator: &A,
) -> Option<NonNull<u8>> {
    let shape = &kind.shape;
    let start = allocate(allocator, shape.block_layout(bucket_count)?)?;
    // SAFETY: the pivot lies behind the slots, is aligned, and has room for both behind it.
    unsafe {
        let pivot = start.add(shape.slots_bytes * bucket_count);
        page_of_one(pivot).write(pivot.as_ptr());
        pivot.cast::<Word>().add(1).cast::<DropTable>().write(kind.drop_table);
        Some(pivot)
    }
}

/// Gives a block back. Its entries are forgotten.
///
/// # Safety
///
/// `pivot` is of a block that [`allocate_block`] returned for the same types, allocator and
/// `bucket_count`, and that is not used any more.
pub(crate) unsafe fn deallocate_block<A: Allocator>(
    pivot: *mut u8,
    bucket_count: usize,
    shape: &Shape,
    allocator: &A,
) {
    let layout = shape
        .block_layout(bucket_count)
        .expect("the layout was valid when the block was allocated");
    // SAFETY: the start lies so many bytes before the pivot; the rest is the caller's promise.
    unsafe {
        let start = NonNull::new_unchecked(pivot.sub(shape.slots_bytes * bucket_count));
        deallocate(allocator, start, layout);
    }
}

/// The drop function of a block.
///
/// # Safety
///
/// [`allocate_block`] returned `pivot`, and the block was not given back.
#[inline]
pub(crate) unsafe fn drop_function(pivot: *mut u8) -> DropTable {
    // SAFETY: `allocate_block` wrote it there.
    unsafe { pivot.cast::<Word>().add(1).cast::<DropTable>().read() }
}

/// The directory page that consists of this block alone: where its own pivot is noted.
pub(crate) fn page_of_one(pivot: NonNull<u8>) -> NonNull<*mut u8> {
    pivot.cast()
}

/// Marks every bucket of a block as empty.
///
/// # Safety
///
/// The block has `bucket_count` buckets; entries in it are forgotten.
pub(crate) unsafe fn clear_words(pivot: *mut u8, bucket_count: usize) {
    #[cfg(any(test, verify))]
    super::work::count_zeroed_or_copied(bucket_count * size_of::<Word>());
    // SAFETY: the words of a block lie side by side.
    unsafe { ptr::write_bytes(word(pivot, 0), 0, bucket_count) }
}

/// Copies everything of `bucket_count` buckets from one block into the lower part of another.
///
/// # Safety
///
/// `from` has `from_len` buckets and `to` has `to_len`, both at least `bucket_count`; the first
/// `bucket_count` buckets of `from` are live, and become those of `to`.
pub(crate) unsafe fn copy_buckets(
    from: (*mut u8, usize),
    to: (*mut u8, usize),
    bucket_count: usize,
    shape: &Shape,
) {
    let slots_bytes = shape.slots_bytes * bucket_count;
    #[cfg(any(test, verify))]
    super::work::count_zeroed_or_copied(slots_bytes + 16 * bucket_count);
    // SAFETY: all ranges lie within their blocks (see the picture above), which are distinct.
    unsafe {
        ptr::copy_nonoverlapping(word(from.0, 0), word(to.0, 0), bucket_count);
        // Links without a hint are uninitialised (R4): they are copied as such.
        let links = |(pivot, len)| link(pivot, len, 0).cast::<MaybeUninit<usize>>();
        ptr::copy_nonoverlapping(links(from), links(to), bucket_count);
        ptr::copy_nonoverlapping(from.0.sub(slots_bytes), to.0.sub(slots_bytes), slots_bytes);
    }
}

/// The word of the bucket at `place` of a block.
#[inline(always)]
pub(crate) fn word(pivot: *mut u8, place: usize) -> *mut Word {
    pivot.cast::<Word>().wrapping_add(place + HEAD_WORDS)
}

/// Where the link of the bucket at `place` of a block of `len` buckets lies.
#[inline(always)]
pub(crate) fn link(pivot: *mut u8, len: usize, place: usize) -> *mut *mut Node {
    word(pivot, len).cast::<*mut Node>().wrapping_add(place)
}

/// The bucket at `place` of a block of `len` buckets.
#[inline(always)]
pub(crate) fn bucket(pivot: *mut u8, len: usize, place: usize, shape: &Shape) -> Bucket {
    Bucket::new(word(pivot, place), link(pivot, len, place), slots_address(pivot, place, shape))
}

/// Where the slots of the bucket at `place` of a block begin.
#[inline(always)]
pub(crate) fn slots(pivot: *mut u8, place: usize, shape: &Shape) -> NonNull<u8> {
    // SAFETY: the slots lie within the block, so their address is not null. A look-up in a table
    // without memory finds no match in the word and does not come here.
    unsafe {
        let address = slots_address(pivot, place, shape);
        assert_unchecked(!address.is_null());
        NonNull::new_unchecked(address)
    }
}

/// As [`slots`]; what lies before `EMPTY` may be asked for, and not be looked at.
#[inline(always)]
pub(crate) fn slots_address(pivot: *mut u8, place: usize, shape: &Shape) -> *mut u8 {
    let slots_bytes = shape.slots_bytes;
    // Two steps: the constant then becomes part of the address and not of the arithmetic.
    pivot.wrapping_sub(place * slots_bytes).wrapping_sub(slots_bytes)
}
