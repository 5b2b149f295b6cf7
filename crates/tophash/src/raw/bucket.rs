//! Where things lie in a bucket, and the handles that point there.
//!
//! A bucket is eight slots, a tophash word and an overflow pointer. Those of a main bucket lie in
//! its block (`block.rs`), those of an overflow bucket side by side in a [`Node`]:
//!
//! ```text
//! Node:  | word | next | place, y_slots |pad| key 0 ... key 7 |pad| value 0 ... value 7 |pad|
//! ```

use core::marker::PhantomData;
use core::ptr::{self, NonNull};

use super::sizing::{Shape, round_up};
use super::tophash::Word;

/// The head of an overflow bucket; its slots follow at [`Bucket::NODE_SLOTS_OFFSET`].
#[repr(C)]
pub(crate) struct Node {
    /// The tophash bytes. The hint bits are unused and 0.
    pub(crate) word: Word,
    /// The next overflow bucket of the chain or, in the free list of a chunk, the next free node.
    pub(crate) next: *mut Node,
    /// Which node of its chunk this is: how a node finds its chunk.
    pub(crate) place: u32,
    /// While a split hashes the chain's keys: bit *j* says that slot *j* goes to Y.
    pub(crate) y_slots: u8,
}

/// The eight slots of a bucket: where its first key lies.
pub(crate) struct Slots<K, V> {
    start: NonNull<u8>,
    marker: PhantomData<*const (K, V)>,
}

impl<K, V> Clone for Slots<K, V> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Slots<K, V> {}

// SAFETY: `Slots` is an address, and all that reads through it is unsafe. The types that do hold a
// table or a reference to one besides, which says whether they may be sent.
unsafe impl<K, V> Send for Slots<K, V> {}
// SAFETY: as above.
unsafe impl<K, V> Sync for Slots<K, V> {}

impl<K, V> PartialEq for Slots<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.start == other.start
    }
}

impl<K, V> Slots<K, V> {
    /// The slots that begin at `start`.
    #[inline(always)]
    pub(crate) fn new(start: NonNull<u8>) -> Self {
        Self { start, marker: PhantomData }
    }

    /// Where the key of `slot` lies.
    ///
    /// # Safety
    ///
    /// The slots exist: they are not those of a table without memory. `slot` is below 8.
    #[inline(always)]
    pub(crate) unsafe fn key(self, slot: usize) -> *mut K {
        // SAFETY: within the eight keys.
        unsafe { self.start.cast::<K>().add(slot).as_ptr() }
    }

    /// Where the value of `slot` lies.
    ///
    /// # Safety
    ///
    /// As for [`Self::key`].
    #[inline(always)]
    pub(crate) unsafe fn value(self, slot: usize) -> *mut V {
        // SAFETY: within the eight values, which begin at the offset.
        unsafe { self.start.add(Shape::of::<K, V>().values_offset).cast::<V>().add(slot).as_ptr() }
    }
}

/// A handle to one bucket, main or overflow. It is a set of pointers: copying it copies nothing.
pub(crate) struct Bucket<K, V> {
    word: *mut Word,
    /// Where the pointer to the chain's next bucket lies. In a main bucket it is written only
    /// when the word has hints (R4).
    link: *mut *mut Node,
    slots: Slots<K, V>,
}

impl<K, V> Clone for Bucket<K, V> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Bucket<K, V> {}

impl<K, V> Bucket<K, V> {
    /// The sizes of this kind of bucket.
    pub(crate) const SHAPE: Shape = Shape::of::<K, V>();

    /// Where the slots of a node begin.
    pub(crate) const NODE_SLOTS_OFFSET: usize =
        round_up(size_of::<Node>(), Self::SHAPE.slots_align);

    /// Bytes of a node, slots included; a multiple of [`Self::NODE_ALIGN`].
    pub(crate) const NODE_BYTES: usize = round_up(Self::NODE_SLOTS_END, Self::NODE_ALIGN);

    /// Where the slots of a node end. Those without size take a byte, so that their address is not
    /// where another allocation may begin.
    const NODE_SLOTS_END: usize = Self::NODE_SLOTS_OFFSET
        + if Self::SHAPE.slots_bytes == 0 { 1 } else { Self::SHAPE.slots_bytes };

    /// Alignment of a node.
    pub(crate) const NODE_ALIGN: usize = if Self::SHAPE.slots_align > align_of::<Node>() {
        Self::SHAPE.slots_align
    } else {
        align_of::<Node>()
    };

    /// The bucket made of these parts.
    #[inline(always)]
    pub(crate) fn new(word: *mut Word, link: *mut *mut Node, slots: NonNull<u8>) -> Self {
        Self { word, link, slots: Slots::new(slots) }
    }

    /// The bucket's slots.
    #[inline(always)]
    pub(crate) fn slots(self) -> Slots<K, V> {
        self.slots
    }

    /// The bucket that `node` is.
    ///
    /// # Safety
    ///
    /// `node` points to an overflow bucket of a table of `K` and `V`.
    #[inline(always)]
    pub(crate) unsafe fn of_node(node: *mut Node) -> Self {
        // SAFETY: a node is `NODE_BYTES` long, and all the offsets lie within.
        unsafe {
            Self::new(
                &raw mut (*node).word,
                &raw mut (*node).next,
                NonNull::new_unchecked(node.cast::<u8>().add(Self::NODE_SLOTS_OFFSET)),
            )
        }
    }

    /// The overflow bucket with these slots.
    ///
    /// # Safety
    ///
    /// They are the slots of a node.
    #[inline]
    pub(crate) unsafe fn of_slots(slots: Slots<K, V>) -> Self {
        // SAFETY: a node's slots lie so far behind its head.
        unsafe { Self::of_node(slots.start.as_ptr().sub(Self::NODE_SLOTS_OFFSET).cast()) }
    }

    /// The tophash word.
    ///
    /// # Safety
    ///
    /// The bucket is live (R3): its word is initialised.
    #[inline(always)]
    pub(crate) unsafe fn word(self) -> Word {
        // SAFETY: the word is initialised, says the caller.
        unsafe { self.word.read() }
    }

    /// Writes the tophash word.
    ///
    /// # Safety
    ///
    /// The bucket belongs to a table that the caller may change; R3 holds again before user code
    /// can run.
    #[inline(always)]
    pub(crate) unsafe fn set_word(self, word: Word) {
        // SAFETY: the pointer is valid for writes as long as the table is.
        unsafe { self.word.write(word) }
    }

    /// The next bucket's node; null after the last overflow bucket.
    ///
    /// # Safety
    ///
    /// The bucket is an overflow bucket, or a main bucket whose word has hints (R4).
    #[inline(always)]
    pub(crate) unsafe fn next(self) -> *mut Node {
        // SAFETY: the link is initialised, says the caller.
        unsafe { self.link.read() }
    }

    /// Writes the pointer to the next bucket.
    ///
    /// # Safety
    ///
    /// As for [`Self::set_word`], with R4 to R6.
    #[inline(always)]
    pub(crate) unsafe fn set_next(self, node: *mut Node) {
        // SAFETY: the pointer is valid for writes as long as the table is.
        unsafe { self.link.write(node) }
    }

    /// Where the key of `slot` lies.
    ///
    /// # Safety
    ///
    /// As for [`Slots::key`].
    #[inline(always)]
    pub(crate) unsafe fn key(self, slot: usize) -> *mut K {
        // SAFETY: as the caller says.
        unsafe { self.slots.key(slot) }
    }

    /// Where the value of `slot` lies.
    ///
    /// # Safety
    ///
    /// As for [`Slots::key`].
    #[inline(always)]
    pub(crate) unsafe fn value(self, slot: usize) -> *mut V {
        // SAFETY: as the caller says.
        unsafe { self.slots.value(slot) }
    }

    /// Copies an entry's bytes; what was in `to` is forgotten, what is in `from` becomes so.
    /// The two may be the same.
    ///
    /// # Safety
    ///
    /// Both slots belong to buckets of the caller's table, and `from` holds an entry.
    #[inline(always)]
    pub(crate) unsafe fn move_entry(from: (Self, usize), to: (Self, usize)) {
        #[cfg(any(test, verify))]
        super::work::count_moved(1);
        // SAFETY: slots are aligned and valid for reads and writes; `copy` allows overlap.
        unsafe {
            ptr::copy(from.0.key(from.1), to.0.key(to.1), 1);
            ptr::copy(from.0.value(from.1), to.0.value(to.1), 1);
        }
    }

    /// Whether two handles mean the same bucket.
    #[inline]
    pub(crate) fn is(self, other: Self) -> bool {
        ptr::eq(self.word, other.word)
    }
}

/// A handle to one taken slot.
#[expect(clippy::struct_field_names, reason = "the slot and the eight slots are the terms")]
pub(crate) struct Slot<K, V> {
    /// The slots of the bucket that holds the entry.
    pub(crate) slots: Slots<K, V>,
    /// The slot within that bucket.
    pub(crate) slot: usize,
    /// The index of the main bucket of its chain.
    pub(crate) index: u32,
}

impl<K, V> Clone for Slot<K, V> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Slot<K, V> {}

impl<K, V> Slot<K, V> {
    /// The entry's key. Valid until the table is next changed.
    #[inline(always)]
    pub(crate) fn key(self) -> *mut K {
        // SAFETY: a taken slot exists.
        unsafe { self.slots.key(self.slot) }
    }

    /// The entry's value. Valid until the table is next changed.
    #[inline(always)]
    pub(crate) fn value(self) -> *mut V {
        // SAFETY: a taken slot exists.
        unsafe { self.slots.value(self.slot) }
    }
}
