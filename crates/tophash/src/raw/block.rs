//! Blocks: the memory of main buckets.
//!
//! A block of *n* buckets is known by its *pivot*, where the slots begin. Tophash words and
//! overflow pointers grow downwards from there, slots upwards, so that finding a word or a slot
//! needs the bucket's place alone and not *n*:
//!
//! ```text
//!  start                                                          pivot
//!  |pad| link n-1 ... link 0 | word n-1 ... word 1, word 0 | drop | self | slots 0 | slots 1 | ...
//! ```
//!
//! The words lie apart from the slots so that a look-up that misses touches eight bytes of dense
//! memory; links are read only by the few look-ups whose tophash the overflow hint knows.
//! `drop` is the function that drops a table of these types: see `RawTable`. `self` is the pivot's
//! own address: a table of one block uses it as a directory page of one block, so that all tables
//! but the largest find a bucket by the same few instructions.

use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};

use super::bucket::{Bucket, Node};
use super::tophash::Word;
use crate::alloc::{Allocator, allocate, deallocate};

/// A function that drops the table whose parts it is given. See `RawTable`.
pub(crate) type DropTable = unsafe fn(*mut ());

/// Words between the tophash words and the pivot; a pointer takes at most one.
const TAIL_WORDS: usize = 2;

/// Takes a block of `bucket_count`, uninitialised but for its drop function.
///
/// `None` if memory is refused, or no block can be that large.
pub(crate) fn allocate_block<K, V, A: Allocator>(
    bucket_count: usize,
    drop_table: DropTable,
    allocator: &A,
) -> Option<NonNull<u8>> {
    let shape = Bucket::<K, V>::SHAPE;
    let start = allocate(allocator, shape.block_layout(bucket_count)?)?;
    // SAFETY: the head lies within the block, ends with room for both, and is aligned.
    unsafe {
        let pivot = start.add(shape.block_head_bytes(bucket_count));
        pivot.cast::<Word>().sub(2).cast::<DropTable>().write(drop_table);
        page_of_one(pivot).write(pivot.as_ptr());
        Some(pivot)
    }
}

/// Gives a block back. Its entries are forgotten.
///
/// # Safety
///
/// `pivot` is of a block that [`allocate_block`] returned for the same types, allocator and
/// `bucket_count`, and that is not used any more.
pub(crate) unsafe fn deallocate_block<K, V, A: Allocator>(
    pivot: *mut u8,
    bucket_count: usize,
    allocator: &A,
) {
    let shape = Bucket::<K, V>::SHAPE;
    let layout = shape
        .block_layout(bucket_count)
        .expect("the layout was valid when the block was allocated");
    // SAFETY: the start lies so many bytes before the pivot; the rest is the caller's promise.
    unsafe {
        let start = NonNull::new_unchecked(pivot.sub(shape.block_head_bytes(bucket_count)));
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
    unsafe { pivot.cast::<Word>().sub(2).cast::<DropTable>().read() }
}

/// The directory page that consists of this block alone: where its own pivot is noted.
///
/// # Safety
///
/// As for [`drop_function`].
pub(crate) unsafe fn page_of_one(pivot: NonNull<u8>) -> NonNull<*mut u8> {
    // SAFETY: it lies just below the pivot.
    unsafe { pivot.cast::<Word>().sub(1).cast() }
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
    unsafe { ptr::write_bytes(word(pivot, bucket_count - 1), 0, bucket_count) }
}

/// Copies everything of `bucket_count` buckets from one block into the lower part of another.
///
/// # Safety
///
/// `from` has `from_len` buckets and `to` has `to_len`, both at least `bucket_count`; the first
/// `bucket_count` buckets of `from` are live, and become those of `to`.
pub(crate) unsafe fn copy_buckets<K, V>(
    from: (*mut u8, usize),
    to: (*mut u8, usize),
    bucket_count: usize,
) {
    let slots_bytes = Bucket::<K, V>::SHAPE.slots_bytes * bucket_count;
    #[cfg(any(test, verify))]
    super::work::count_zeroed_or_copied(slots_bytes + 16 * bucket_count);
    // SAFETY: all ranges lie within their blocks (see the picture above), which are distinct.
    unsafe {
        let words = |pivot| word(pivot, bucket_count - 1);
        ptr::copy_nonoverlapping(words(from.0), words(to.0), bucket_count);
        // Links without a hint are uninitialised (R4): they are copied as such.
        let links = |(pivot, len)| link(pivot, len, bucket_count - 1).cast::<MaybeUninit<usize>>();
        ptr::copy_nonoverlapping(links(from), links(to), bucket_count);
        ptr::copy_nonoverlapping(from.0, to.0, slots_bytes);
    }
}

/// The word of the bucket at `place` of a block.
#[inline(always)]
pub(crate) fn word(pivot: *mut u8, place: usize) -> *mut Word {
    // Two steps: the constant then becomes part of the address and not of the arithmetic.
    pivot.cast::<Word>().wrapping_sub(place).wrapping_sub(1 + TAIL_WORDS)
}

/// Where the link of the bucket at `place` of a block of `len` buckets lies.
#[inline(always)]
fn link(pivot: *mut u8, len: usize, place: usize) -> *mut *mut Node {
    word(pivot, len - 1).cast::<*mut Node>().wrapping_sub(place + 1)
}

/// The bucket at `place` of a block of `len` buckets.
#[inline(always)]
pub(crate) fn bucket<K, V>(pivot: *mut u8, len: usize, place: usize) -> Bucket<K, V> {
    Bucket::new(word(pivot, place), link(pivot, len, place), slots::<K, V>(pivot, place))
}

/// Where the slots of the bucket at `place` of a block begin.
#[inline(always)]
pub(crate) fn slots<K, V>(pivot: *mut u8, place: usize) -> NonNull<u8> {
    // SAFETY: the address of slots, or of the end of `EMPTY`, is not null.
    unsafe { NonNull::new_unchecked(pivot.wrapping_add(place * Bucket::<K, V>::SHAPE.slots_bytes)) }
}
