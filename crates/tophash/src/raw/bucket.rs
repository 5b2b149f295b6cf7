//! Where things lie in a bucket, and the handles that point there.
//!
//! A bucket is eight slots, a tophash word and an overflow pointer. Those of a main bucket lie in
//! its block (`block.rs`), those of an overflow bucket side by side in a [`Node`]:
//!
//! ```text
//! Node:  | word | next | place, y_slots |pad| slots |pad|
//! ```
//!
//! How keys and values lie in the slots is in `sizing.rs`.

use core::hint::assert_unchecked;
use core::marker::PhantomData;
use core::ptr::{self, NonNull};

use super::sizing::Shape;
use super::tophash::Word;

/// The head of an overflow bucket; its slots follow at [`Shape::node_slots_offset`].
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
    /// The sizes of this kind of slots, and of all that has to do with them.
    pub(crate) const SHAPE: &'static Shape = &Shape::of::<K, V>();

    /// The slots that begin at `start`.
    #[inline(always)]
    pub(crate) fn new(start: NonNull<u8>) -> Self {
        Self { start, marker: PhantomData }
    }

    /// Where the first key lies.
    #[inline(always)]
    pub(crate) fn start(self) -> NonNull<u8> {
        self.start
    }

    /// Where the key of `slot` lies.
    ///
    /// # Safety
    ///
    /// The slots exist: they are not those of a table without memory. `slot` is below 8.
    #[inline(always)]
    pub(crate) unsafe fn key(self, slot: usize) -> *mut K {
        // SAFETY: within the eight keys.
        unsafe { self.start.add(slot * Self::SHAPE.key_stride).cast().as_ptr() }
    }

    /// Where the value of `slot` lies.
    ///
    /// # Safety
    ///
    /// As for [`Self::key`].
    #[inline(always)]
    pub(crate) unsafe fn value(self, slot: usize) -> *mut V {
        // SAFETY: within the eight values, which begin at the offset.
        unsafe {
            let shape = Self::SHAPE;
            self.start.add(shape.values_offset + slot * shape.value_stride).cast().as_ptr()
        }
    }
}

/// Copies the bytes of an entry from one slot to another, which may be the same: what was there is
/// forgotten.
///
/// # Safety
///
/// Both slots exist, and the first holds an entry. Only one of the two is to count as one then.
#[inline(always)]
pub(crate) unsafe fn copy_entry<K, V>(from: (Slots<K, V>, usize), to: (Slots<K, V>, usize)) {
    // SAFETY: as the caller says. Not a pair at once: if it was written as two shortly before, the
    // processor would wait.
    unsafe {
        ptr::copy(from.0.key(from.1), to.0.key(to.1), 1);
        ptr::copy(from.0.value(from.1), to.0.value(to.1), 1);
    }
}

/// A handle to one bucket, main or overflow. It is a set of pointers: copying it copies nothing.
///
/// It does not know `K` and `V`, nor does most of what handles buckets: that is compiled once and
/// not for each kind of map (docs/decisions/0009). Who asks for a key or a value says of which type
/// it is.
#[derive(Clone, Copy)]
pub(crate) struct Bucket {
    word: *mut Word,
    /// Where the pointer to the chain's next bucket lies. In a main bucket it is written only
    /// when the word has hints (R4).
    link: *mut *mut Node,
    /// Where its slots begin: any address at all for the bucket of a table without memory.
    slots: *mut u8,
}

impl Bucket {
    /// The bucket made of these parts.
    #[inline(always)]
    pub(crate) fn new(word: *mut Word, link: *mut *mut Node, slots: *mut u8) -> Self {
        Self { word, link, slots }
    }

    /// The bucket's slots.
    #[inline(always)]
    pub(crate) fn slots<K, V>(self) -> Slots<K, V> {
        Slots::new(self.start())
    }

    /// The bucket that `node` is.
    ///
    /// # Safety
    ///
    /// `node` points to an overflow bucket of a table of this shape.
    #[inline(always)]
    pub(crate) unsafe fn of_node(node: *mut Node, shape: &Shape) -> Self {
        // SAFETY: a node is `node_bytes` long, and all the offsets lie within.
        unsafe {
            Self::new(
                &raw mut (*node).word,
                &raw mut (*node).next,
                node.cast::<u8>().add(shape.node_slots_offset),
            )
        }
    }

    /// The overflow bucket whose slots begin at `slots`.
    ///
    /// # Safety
    ///
    /// They are the slots of a node of a table of this shape.
    #[inline]
    pub(crate) unsafe fn of_slots(slots: NonNull<u8>, shape: &Shape) -> Self {
        // SAFETY: a node's slots lie so far behind its head.
        unsafe { Self::of_node(slots.as_ptr().sub(shape.node_slots_offset).cast(), shape) }
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
    /// As for [`Slots::key`], and `K` and `V` are the table's.
    #[inline(always)]
    pub(crate) unsafe fn key<K, V>(self, slot: usize) -> *mut K {
        // SAFETY: as the caller says.
        unsafe { self.slots::<K, V>().key(slot) }
    }

    /// Where the value of `slot` lies.
    ///
    /// # Safety
    ///
    /// As for [`Slots::key`], and `K` and `V` are the table's.
    #[inline(always)]
    pub(crate) unsafe fn value<K, V>(self, slot: usize) -> *mut V {
        // SAFETY: as the caller says.
        unsafe { self.slots::<K, V>().value(slot) }
    }

    /// Notes which slots of an overflow bucket go to Y.
    ///
    /// # Safety
    ///
    /// The bucket is an overflow bucket of a table that the caller may change.
    #[inline(always)]
    pub(crate) unsafe fn set_y_slots(self, y_slots: u8) {
        // SAFETY: an overflow bucket's word is the first field of its node.
        unsafe { (*self.word.cast::<Node>()).y_slots = y_slots };
    }

    /// Where the key of a slot of a bucket of this shape lies.
    ///
    /// # Safety
    ///
    /// As for [`Slots::key`].
    #[inline(always)]
    pub(crate) unsafe fn key_address(self, slot: usize, shape: &Shape) -> NonNull<u8> {
        // SAFETY: within the eight keys.
        unsafe { self.start().add(slot * shape.key_stride) }
    }

    /// Copies an entry's bytes; what was in `to` is forgotten, what is in `from` becomes so.
    /// The two may be the same.
    ///
    /// # Safety
    ///
    /// Both slots belong to buckets of the caller's table, and `from` holds an entry.
    #[inline(always)]
    pub(crate) unsafe fn move_entry(from: (Self, usize), to: (Self, usize), shape: &Shape) {
        #[cfg(any(test, verify))]
        super::work::count_moved(1);
        // SAFETY: as the caller says.
        unsafe { copy_entry_bytes((from.0.slots, from.1), (to.0.slots, to.1), shape) };
    }

    /// Where the bucket's slots begin.
    #[inline(always)]
    pub(crate) fn start(self) -> NonNull<u8> {
        debug_assert!(!self.slots.is_null());
        // SAFETY: whoever asks for slots has a table with memory (R9), within which they lie.
        unsafe { NonNull::new_unchecked(self.slots) }
    }

    /// Whether the bucket's slots begin there.
    #[inline]
    pub(crate) fn starts_at(self, slots: NonNull<u8>) -> bool {
        self.slots == slots.as_ptr()
    }

    /// Whether two handles mean the same bucket.
    #[inline]
    pub(crate) fn is(self, other: Self) -> bool {
        ptr::eq(self.word, other.word)
    }
}

/// As [`copy_entry`], without the types.
///
/// # Safety
///
/// As there; both are slots of this shape.
#[inline(always)]
pub(crate) unsafe fn copy_entry_bytes(
    from: (*const u8, usize),
    to: (*mut u8, usize),
    shape: &Shape,
) {
    let key_at = |slot| slot * shape.key_stride;
    let value_at = |slot| shape.values_offset + slot * shape.value_stride;
    // SAFETY: slots are valid for reads and writes; `copy` allows overlap.
    unsafe {
        move_bytes(
            from.0.wrapping_add(key_at(from.1)),
            to.0.wrapping_add(key_at(to.1)),
            shape.key_bytes,
        );
        move_bytes(
            from.0.wrapping_add(value_at(from.1)),
            to.0.wrapping_add(value_at(to.1)),
            shape.value_bytes,
        );
    }
}

/// `ptr::copy`, without a call for the most usual of sizes where the size is not known to the
/// compiler.
///
/// # Safety
///
/// As for `ptr::copy`.
#[inline(always)]
unsafe fn move_bytes(from: *const u8, to: *mut u8, count: usize) {
    // SAFETY: as the caller says.
    unsafe {
        if count == size_of::<u64>() {
            ptr::copy(from, to, size_of::<u64>());
        } else {
            ptr::copy(from, to, count);
        }
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

    /// [`Self::key`] and [`Self::value`], of which the compiler is told that they are not null. It
    /// does not know that of addresses that were computed, and asks where an `Option` of a
    /// reference is taken apart. Told of a pointer of which it can prove as much, by
    /// `NonNull::add`, it forgets both (docs/decisions/0026).
    #[inline(always)]
    pub(crate) fn entry(self) -> (*mut K, *mut V) {
        let shape = Slots::<K, V>::SHAPE;
        let start = self.slots.start.as_ptr();
        let key: *mut K = start.wrapping_add(self.slot * shape.key_stride).cast();
        let value = start.wrapping_add(shape.values_offset + self.slot * shape.value_stride);
        // SAFETY: a taken slot lies within an allocation.
        unsafe {
            assert_unchecked(!key.is_null());
            assert_unchecked(!value.is_null());
        }
        (key, value.cast())
    }
}
