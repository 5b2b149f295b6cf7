//! The table: buckets, growth, and nothing that knows `Hash` or `Eq`.
//!
//! # How it works
//!
//! A key's hash has two uses. Its upper half chooses the *bucket*; its seven top bits are the
//! *tophash*, kept in the bucket so that most other keys are ruled out without looking at them.
//! A bucket has eight slots; when they are full, entries go to *overflow buckets* that hang on it.
//! The bucket and its overflow buckets are a *chain*. All this is Go's classic map.
//!
//! ```text
//! RawTable ─ count, mask, bound, seed, buckets ──► blocks of main buckets (block.rs)
//!          └ extra ──► directory of the blocks     (directory.rs, tables of several blocks)
//!                  └─► slab of overflow buckets    (overflow.rs)
//! ```
//!
//! **Growth splits in place.** A table of 2^B buckets grows to 2^(B+1) by splitting bucket *i*
//! into *i* (X) and *i* + 2^B (Y), in order of *i*, two buckets for each write. Entries whose next
//! hash bit is 0 stay. What Go calls `nevacuate`, how far a growth has come, is
//! `last + 1 - half` (`last` is in the header's `bound` meanwhile); a key's bucket is found without
//! asking whether it was split:
//!
//! ```text
//! 0 ........... nevacuate ...... half-1 | half ........ last |            mask
//! └── split ──┘ └──── not yet split ──┘ └── the Y halves ──┘  not there yet
//!
//! i = hash >> 32 & mask;  if i > last { i &= mask >> 1 }
//! ```
//!
//! New memory comes in blocks as the frontier reaches them, never zeroed, because a new bucket is
//! written by the split that makes it and not read before. Shrinking is the same walk backwards.
//!
//! **Chains are dense.** The entries of a chain fill its slots from the front without holes:
//! removing one moves the chain's last entry into its place. So a bucket's occupancy is a count, a
//! table never fills up with leftovers of removed entries, and what Go needs same-size growth and
//! its markers `emptyOne` and `emptyRest` for does not arise.
//!
//! # Invariants
//!
//! User code (`Hash`, `Eq`, `Clone`, `Drop`, closures) runs only when all of these hold. SAFETY
//! comments cite them by number; `check.rs` recounts them.
//!
//! - **R1** `buckets` is the page of [`EMPTY`], and then `count`, `mask` and `last` are 0 and
//!   `extra` is null; or the page in the only block, if `mask + 1` buckets are at most a full one,
//!   and it has room for [`Shape::block_len_for`] these; or the directory's entry point, and the
//!   directory has full blocks for the buckets 0 to `last` and no more.
//! - **R2** `mask + 1` is a power of two, `last <= mask`, and `last >= mask >> 1`; if `mask` is
//!   not 0, `last >= half - 1` where `half` is `(mask + 1) / 2`.
//! - **R3** The word of every bucket from 0 to `last` and of every node in a chain is initialised.
//!   Byte *j* of a word has a tophash exactly when slot *j* holds an initialised key and value.
//!   Taken slots come before free ones.
//! - **R4** A main bucket's word has hint *j* exactly when an entry of the chain's overflow buckets
//!   has a tophash that ends in *j* (1 counts as ending in 0 as well, because 0 is stored as 1).
//!   Its link is initialised exactly when it has any hint, and then points to the first overflow
//!   bucket.
//! - **R5** Links of nodes are initialised; the last one's is null. In a chain all buckets but the
//!   last are full, and no node is empty.
//! - **R6** Every node of a chain was taken from this table's slab and is in one chain, once.
//! - **R7** `count` is the number of taken slots.
//! - **R8** `extra` is not null if there is a node in a chain or the table has a directory.
//! - **R9** Nothing is written to [`EMPTY`].
//! - **R10** The drop function in every block and in `extra` is the one for this table's types.
//! - **R11** `PARTIAL`, `ROOTED` and `FAR` of the flags agree with `mask`, `last` and `SERIAL`, as
//!   [`Header::set_size`] sets them. `IDLE` is set if `count` became 0 since the last write was
//!   prepared, and if the table has no memory.
//!
//! That an entry lies in the chain that its hash chooses is no invariant: a `Hash` that changes its
//! mind may break it, which loses the entry to look-ups and harms nothing else.

mod access;
mod block;
mod bucket;
mod build;
mod candidates;
mod chain;
#[cfg(any(test, verify))]
mod check;
mod clear;
mod clone;
mod content;
mod cursor;
mod directory;
mod divide;
mod double;
mod entry;
mod find;
mod flags;
mod flood;
mod grow;
mod header;
mod insert;
mod iterate;
mod order;
mod overflow;
#[cfg(feature = "rayon")]
mod parallel;
mod plain;
mod plan;
mod pointers;
mod rehash;
mod remove;
mod retain;
mod runs;
mod scan;
mod shrink;
mod sizing;
mod stretch;
mod tophash;
#[cfg(any(test, feature = "rayon"))]
mod used_nodes;
mod view;
mod walk;
#[cfg(any(test, verify))]
pub(crate) mod work;

#[cfg(test)]
mod tests;

use core::alloc::Layout;
use core::marker::PhantomData;
use core::ptr::NonNull;

use crate::TryReserveError;
use crate::alloc::{Allocator, Global, allocate};
use crate::hash::Seed;
use block::{DropTable, Kind};
use bucket::{Bucket, Slots};
use directory::Directory;
use flags::Flags;
use header::{Header, index_bits};
use overflow::Slab;

pub(crate) use candidates::{Candidates, CandidatesMut};
pub(crate) use content::{ask_for_content, has_content};
pub(crate) use cursor::Cursor;
pub(crate) use entry::{Occupied, RawEntry, Vacant};
pub(crate) use iterate::{Drain, IntoIter, Iter, IterMut, ValuesMut};
#[cfg(feature = "rayon")]
pub(crate) use parallel::{OwnedRange, Range, RangeAllMut, RangeMut};
pub(crate) use plan::{planned_bytes, planned_overflow_bytes};
pub(crate) use pointers::Pointers;
pub(crate) use scan::{Position, ScanStep};
pub use shrink::ShrinkPolicy;
pub(crate) use sizing::{Shape, capacity_of};
pub(crate) use tophash::{SLOT_COUNT, Tophash};
pub(crate) use view::{BucketView, BucketViews, Chains};
pub(crate) use walk::{WalkPlace, Walker};

/// Whether it pays to ask for memory ahead at all. Tests go that way on every machine.
pub(crate) const ASKS_AHEAD: bool = find::CAN_PREFETCH || cfg!(any(test, verify));

/// What tables with overflow buckets or several blocks need besides the header.
struct Extra {
    directory: Directory,
    slab: Slab,
    /// Where `pop` found an entry last.
    pop_index: u32,
    /// An upper bound of the overflow buckets in any one chain.
    depth_max: usize,
    /// The buckets of the table when the chunk was sized that is part of this block; 0 for none.
    guest_buckets: usize,
    /// As in the blocks (R10).
    drop_table: DropTable,
}

/// A table of entries `(K, V)`, found by hash.
///
/// It drops its entries although it does not implement `Drop`: [`Parts`] does, which does not know
/// `K` and `V`, through a function that the first block carries. So the compiler's drop check
/// treats the table as it treats std's (which has an unstable attribute for that): a map may be
/// declared before what its entries borrow, unless dropping them could look at it.
///
/// ```compile_fail,E0597
/// struct Looks<'a>(&'a String);
/// impl Drop for Looks<'_> {
///     fn drop(&mut self) {
///         println!("{}", self.0);
///     }
/// }
/// let mut map = tophash::HashMap::new();
/// let text = String::from("alice");
/// map.insert(1, Looks(&text)); // `text` would be gone when the entry looks at it
/// ```
#[repr(transparent)]
pub(crate) struct RawTable<K, V, A: Allocator = Global> {
    parts: Parts<A>,
    marker: PhantomData<(K, V)>,
}

// SAFETY: the table owns its entries and its memory; nothing is shared.
unsafe impl<K: Send, V: Send, A: Allocator + Send> Send for RawTable<K, V, A> {}
// SAFETY: `&RawTable` gives access to `&K`, `&V` and `&A` and changes nothing.
unsafe impl<K: Sync, V: Sync, A: Allocator + Sync> Sync for RawTable<K, V, A> {}

/// All of a table but its types.
struct Parts<A: Allocator> {
    header: Header,
    allocator: A,
}

impl<A: Allocator> Drop for Parts<A> {
    #[inline]
    fn drop(&mut self) {
        let header = &self.header;
        if header.is_allocated() {
            // SAFETY: a table with a directory has an `extra` (R8); one without has a block
            // (R1). Both hold the function for the types of this table (R10), and it is called
            // once, when nobody uses the table any more.
            unsafe {
                let drop_table = if header.extra.is_null() {
                    block::drop_function(header.buckets.cast::<*mut u8>().read())
                } else {
                    (*header.extra).drop_table
                };
                drop_table((&raw mut *self).cast());
            }
        }
    }
}

/// Drops the entries of a table and gives its memory back.
///
/// # Safety
///
/// `parts` points to the `Parts<A>` of a `RawTable<K, V, A>` that nobody uses any more.
unsafe fn drop_table<K, V, A: Allocator>(parts: *mut ()) {
    // SAFETY: a `RawTable` is its `Parts`, transparently.
    let table = unsafe { &mut *parts.cast::<RawTable<K, V, A>>() };
    table.clear_and_release();
}

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// The sizes of what the table is made of.
    const SHAPE: &'static Shape = Slots::<K, V>::SHAPE;
    /// What the untyped part is told.
    const KIND: &'static Kind =
        &Kind { shape: Shape::of::<K, V>(), drop_table: drop_table::<K, V, A> };

    /// A table without entries and without memory.
    #[inline]
    pub(crate) const fn new_in(allocator: A) -> Self {
        Self { parts: Parts { header: Header::empty(), allocator }, marker: PhantomData }
    }

    /// As [`Self::new_in`], for who looks up one entry at a time: see [`Flags::SERIAL`].
    pub(crate) const fn new_serial_in(allocator: A) -> Self {
        let header = Header::empty_with(Flags::SERIAL);
        Self { parts: Parts { header, allocator }, marker: PhantomData }
    }

    #[inline(always)]
    fn header(&self) -> &Header {
        &self.parts.header
    }

    #[inline(always)]
    fn header_mut(&mut self) -> &mut Header {
        &mut self.parts.header
    }

    /// Where the memory comes from.
    #[inline]
    pub(crate) fn allocator(&self) -> &A {
        &self.parts.allocator
    }

    /// Entries.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.header().count
    }

    /// The entries that the table can hold before its next growth begins.
    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        let header = self.header();
        if header.is_allocated() { header.capacity_of_mask().max(header.count) } else { 0 }
    }

    /// The map's own seed. 0 until the first insertion.
    #[inline(always)]
    pub(crate) fn hash0(&self) -> u32 {
        self.header().hash0
    }

    /// What the hashes of the entries begin with.
    #[inline(always)]
    pub(crate) fn seed(&self) -> Seed {
        self.header().seed()
    }

    /// Whether a look-up takes the shortest way: no growth is under way, few blocks; and, if the
    /// caller asks for that, the hash is still the first.
    #[inline(always)]
    pub(crate) fn is_usual(&self, has_first_hash: bool) -> bool {
        let other_hash = if has_first_hash { Flags::OTHER_HASH } else { Flags::NONE };
        !self.header().flags.has(Flags::DETOURS.and(other_hash))
    }

    /// As [`Self::is_usual`], for a write: it needs no [`Self::prepare`] either.
    #[inline(always)]
    pub(crate) fn is_calm(&self, has_first_hash: bool) -> bool {
        let other_hash = if has_first_hash { Flags::OTHER_HASH } else { Flags::NONE };
        !self.header().flags.has(Flags::DETOURS.and(Flags::WANTS_STEP).and(other_hash))
    }

    /// Whether the hash was never changed because of a flood; if so by the default state, which has
    /// another then.
    #[inline]
    pub(crate) fn has_first_hash(&self) -> bool {
        !self.header().flags.has(Flags::OTHER_HASH)
    }

    /// Whether the next write should first call [`Self::prepare`].
    #[inline(always)]
    pub(crate) fn wants_preparation(&self) -> bool {
        self.header().flags.has(Flags::WANTS_STEP)
    }

    /// Whether the slots of a bucket are not asked for ahead: the table is small enough to be
    /// expected in the cache, and its look-ups overlap (see [`Flags::SERIAL`]).
    #[inline(always)]
    pub(crate) fn is_near(&self) -> bool {
        self.header().is_near()
    }

    /// Whether it pays to ask for memory ahead of look-ups: the table is larger than caches are,
    /// and there is a way to ask.
    #[inline]
    pub(crate) fn look_ups_can_ask_ahead(&self) -> bool {
        ASKS_AHEAD && self.header().exceeds_caches(Self::SHAPE)
    }

    /// Sets the seed and keeps it.
    pub(crate) fn fix_seed(&mut self, hash0: u32) {
        debug_assert!(self.len() == 0);
        let header = self.header_mut();
        header.set_seed(hash0);
        header.flags.set(Flags::FIXED_SEED, true);
    }

    /// Main buckets that exist.
    #[inline]
    pub(crate) fn bucket_count(&self) -> usize {
        self.header().bucket_count()
    }

    /// The main bucket `index`.
    ///
    /// # Safety
    ///
    /// As for [`Header::bucket`].
    #[inline(always)]
    unsafe fn bucket(&self, index: u32) -> Bucket {
        // SAFETY: as the caller says.
        unsafe { self.header().bucket(index, Self::SHAPE) }
    }

    /// The rarely needed part, which the caller knows to exist.
    #[inline]
    fn extra(&self) -> &Extra {
        self.parts.extra()
    }

    /// The rarely needed part and the allocator, which the caller knows to exist.
    #[inline]
    fn extra_mut(&mut self) -> (&mut Extra, &A) {
        self.parts.extra_mut()
    }

    /// Overflow buckets in use.
    pub(crate) fn overflow_count(&self) -> usize {
        if self.header().extra.is_null() { 0 } else { self.extra().slab.used() }
    }

    /// Bytes that the table holds in allocations, exactly.
    pub(crate) fn allocation_bytes(&self) -> usize {
        self.parts.allocation_bytes(Self::SHAPE)
    }
}

/// The untyped part of a table: what is done without looking at an entry. It is told the sizes, or
/// the [`Kind`], of the types by those who know them, and is compiled once for all of them.
impl<A: Allocator> Parts<A> {
    /// The pivot of the first block; of [`EMPTY`], if there is none.
    fn first_block(&self, shape: &Shape) -> *mut u8 {
        // SAFETY: bucket 0 is always there.
        unsafe { self.header.locate(0, shape).0 }
    }

    /// Makes `pivot` the table's only block.
    fn set_only_block(&mut self, pivot: NonNull<u8>) {
        self.header.buckets = block::page_of_one(pivot).cast();
    }

    /// The bucket that the entry in a taken slot lies in: of the chain `index`, with slots that
    /// begin at `slots`.
    ///
    /// # Safety
    ///
    /// There is such a bucket.
    #[inline]
    unsafe fn bucket_of(&self, index: u32, slots: NonNull<u8>, shape: &Shape) -> Bucket {
        // SAFETY: the slots are those of the chain's main bucket, or those of a node.
        unsafe {
            let main = self.header.bucket(index, shape);
            if main.starts_at(slots) { main } else { Bucket::of_slots(slots, shape) }
        }
    }

    /// The rarely needed part, which the caller knows to exist.
    #[inline]
    fn extra(&self) -> &Extra {
        debug_assert!(!self.header.extra.is_null());
        // SAFETY: not null, says the caller; the table owns it.
        unsafe { &*self.header.extra }
    }

    /// The rarely needed part and the allocator, which the caller knows to exist.
    #[inline]
    fn extra_mut(&mut self) -> (&mut Extra, &A) {
        debug_assert!(!self.header.extra.is_null());
        // SAFETY: not null, says the caller; the table owns it and is borrowed for as long.
        (unsafe { &mut *self.header.extra }, &self.allocator)
    }

    /// As [`Self::extra_mut`], with the header's `buckets` besides.
    fn extra_and_buckets(&mut self) -> (&mut Extra, &mut NonNull<u8>, &A) {
        debug_assert!(!self.header.extra.is_null());
        let Parts { header, allocator } = self;
        // SAFETY: not null, says the caller; `extra` is a block of its own.
        (unsafe { &mut *header.extra }, &mut header.buckets, allocator)
    }

    /// Sees to it that there is an `extra`. If `guest_buckets` is not 0, the chunk of a table of so
    /// many buckets comes in the same block. False if memory is refused.
    fn ensure_extra(&mut self, guest_buckets: usize, kind: &Kind) -> bool {
        if !self.header.extra.is_null() {
            return true;
        }
        let shape = &kind.shape;
        let Some((layout, guest_offset)) = extra_layout(guest_buckets, shape) else { return false };
        let Some(block) = allocate(&self.allocator, layout) else { return false };
        let extra = block.as_ptr().cast::<Extra>();
        let mut slab = Slab::EMPTY;
        // SAFETY: the block has the layout of an `Extra`, with a chunk at the offset.
        unsafe {
            if guest_buckets > 0 {
                slab.add_guest(block.add(guest_offset), guest_buckets, shape);
            }
            extra.write(Extra {
                directory: Directory::EMPTY,
                slab,
                pop_index: 0,
                depth_max: 0,
                guest_buckets,
                drop_table: kind.drop_table,
            });
        }
        self.header.extra = extra;
        true
    }

    /// Bytes that the table holds in allocations, exactly.
    fn allocation_bytes(&self, shape: &Shape) -> usize {
        let header = &self.header;
        let mut bytes = 0;
        if header.is_allocated() {
            let block_count =
                if header.is_one_block(shape) { 1 } else { self.extra().directory.block_count() };
            let block = shape.block_layout(header.block_len(shape)).expect("the block exists");
            bytes = block.size() * block_count;
        }
        if !header.extra.is_null() {
            let extra = self.extra();
            let (layout, _) = extra_layout(extra.guest_buckets, shape).expect("it exists");
            bytes += layout.size() + extra.directory.bytes() + extra.slab.bytes();
        }
        bytes
    }
}

/// The layout of an `Extra` and of the chunk that comes with it in a table of `guest_buckets`, if
/// that is not 0; and where the chunk begins.
fn extra_layout(guest_buckets: usize, shape: &Shape) -> Option<(Layout, usize)> {
    let extra = Layout::new::<Extra>();
    if guest_buckets == 0 {
        return Some((extra, 0));
    }
    Slab::with_guest(extra, guest_buckets, shape)
}

/// What comes of room that was asked for in advance and cannot be had: a panic. The map is as it
/// was, so this is no reason to end the process.
#[cold]
#[track_caller]
pub(crate) fn fail_reservation(error: &TryReserveError, entries: usize, additional: usize) -> ! {
    if let TryReserveError::AllocError { layout } = error {
        let bytes = layout.size();
        panic!(
            "out of memory: {bytes} bytes were refused for {entries} entries and {additional} more"
        );
    }
    fail(error, entries, additional)
}

/// What a refused or impossible allocation leads to in a call that cannot fail: a panic or the end
/// of the process.
#[cold]
#[track_caller]
pub(crate) fn fail(error: &TryReserveError, entries: usize, additional: usize) -> ! {
    match *error {
        TryReserveError::CapacityOverflow => panic!(
            "capacity overflow: {entries} entries and {additional} more exceed what a map can hold"
        ),
        TryReserveError::AllocError { layout } => alloc_crate::alloc::handle_alloc_error(layout),
    }
}
