//! Dividing the entries of a chain between two buckets, X and Y.
//!
//! Half of the entries go to either, in no order, so a branch that asked for each where it goes
//! would be guessed wrong every other time. Small entries are copied to the next free slot of both
//! parts as soon as they are hashed: in the one to which they do not belong the next entry takes
//! the place. The hash function is user code and may panic, so where X is the bucket itself a
//! buffer takes its place meanwhile. Of larger entries all are hashed before the first is moved, to
//! its place alone, without a buffer.
//!
//! Only the loop over a main bucket's small entries is compiled for each kind of map.

use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};

use super::bucket::{Bucket, Node, Slots, copy_entry_bytes};
use super::header::index_bits;
use super::rehash::{OfTypes, Rehash};
use super::sizing::Shape;
use super::tophash::{SLOT_COUNT, Word};
use crate::hash::KeyHasher;

/// The most bytes of an entry that is copied to both parts.
const SMALL_ENTRY_BYTES: usize = 80;

/// Whether entries are copied to both parts as they are hashed.
pub(super) const fn are_small<K, V>() -> bool {
    size_of::<K>() + size_of::<V>() <= SMALL_ENTRY_BYTES
}

/// The slots of a bucket outside of a table, without a word. Its fields give it the size and the
/// alignment of slots; where in them an entry lies, [`Slots`] knows, also for pairs.
#[repr(C)]
struct Buffer<K, V> {
    keys: [MaybeUninit<K>; SLOT_COUNT],
    values: [MaybeUninit<V>; SLOT_COUNT],
}

impl<K, V> Buffer<K, V> {
    /// The slots of a buffer.
    #[inline(always)]
    fn slots(buffer: &mut MaybeUninit<Self>) -> Slots<K, V> {
        const { assert!(size_of::<Self>() == Slots::<K, V>::SHAPE.slots_bytes) };
        Slots::new(NonNull::from(buffer).cast())
    }
}

/// Hashes the entries of a chain, and copies those whose hash has the bit `half` to Y and the
/// others to X; both keep their order. Returns the words of both, or `None` if an overflow bucket
/// would be left: for six of a hundred chains with one, at the highest load, and for those with
/// more; and of small entries if the hash is a slow one. Then the chain has not changed, and what
/// was copied means nothing.
///
/// If it returns words, the chain's entries are to be forgotten, but for those in X and Y. If it
/// panics, which only the hasher does, nothing has changed.
///
/// # Safety
///
/// `from` is a live main bucket of a table of these types. X and Y are the slots of other buckets,
/// and what they hold is forgotten; X may be those of `from`.
#[inline(always)]
pub(super) unsafe fn divide<K, V, H: KeyHasher<K>>(
    types: &OfTypes<'_, K, V, H>,
    from: Bucket,
    half: u32,
    to: [NonNull<u8>; 2],
) -> Option<[Word; 2]> {
    // SAFETY: as the caller says.
    unsafe { (OfTypes::<'_, K, V, H>::DIVIDE)(types, from, half, to) }
}

type Divide<'a, K, V, H> =
    unsafe fn(&OfTypes<'a, K, V, H>, Bucket, u32, [NonNull<u8>; 2]) -> Option<[Word; 2]>;

impl<'a, K, V, H: KeyHasher<K>> OfTypes<'a, K, V, H> {
    /// The one of two functions that suits the types. A constant, and not a condition: so the other
    /// is not compiled for them.
    const DIVIDE: Divide<'a, K, V, H> =
        if are_small::<K, V>() { divide_small::<K, V, H> } else { divide_large_of::<K, V, H> };
}

/// [`divide`] of small entries, with a buffer for X if that is the bucket itself.
///
/// # Safety
///
/// As for [`divide`].
#[inline(always)]
unsafe fn divide_small<K, V, H: KeyHasher<K>>(
    types: &OfTypes<'_, K, V, H>,
    from: Bucket,
    half: u32,
    to: [NonNull<u8>; 2],
) -> Option<[Word; 2]> {
    if types.hasher.is_slow() {
        return None;
    }
    let hash = types.hasher.for_loops();
    let [x, y] = to.map(Slots::<K, V>::new);
    // SAFETY: words and links are as R3 to R5 say, so the slots below `filled` hold keys. No part
    // gets more than eight entries.
    unsafe {
        let word = from.word();
        let filled = word.filled();
        let source = from.slots::<K, V>();
        let mut buffer = MaybeUninit::uninit();
        let is_in_place = x == source;
        let kept = if is_in_place { Buffer::slots(&mut buffer) } else { x };
        let tophashes = word.with_hints(0);
        let (mut x_bytes, mut y_bytes) = ([0; SLOT_COUNT], [0; SLOT_COUNT]);
        let (x_start, y_start) = (x_bytes.as_mut_ptr(), y_bytes.as_mut_ptr());
        let mut y_filled = 0;
        for slot in 0..filled {
            let for_y = usize::from(index_bits(hash(&*source.key(slot))) & half != 0);
            let x_filled = slot - y_filled;
            copy_to_both(source.key(slot), kept.key(x_filled), y.key(y_filled));
            copy_to_both(source.value(slot), kept.value(x_filled), y.value(y_filled));
            x_start.add(x_filled).write(tophashes.byte(slot));
            y_start.add(y_filled).write(tophashes.byte(slot));
            y_filled += for_y;
        }
        let x_filled = filled - y_filled;
        let mut words =
            [Word::of_bytes(&x_bytes).first(x_filled), Word::of_bytes(&y_bytes).first(y_filled)];
        if word.has_overflow() {
            let x = Part { slots: kept.start(), word: words[0], filled: x_filled };
            let y = Part { slots: y.start(), word: words[1], filled: y_filled };
            words = divide_overflow(types, from, half, [x, y], Slots::<K, V>::SHAPE)?;
        }
        // No user code runs from here on.
        if is_in_place {
            // What is in free slots may be uninitialised, and is copied so.
            ptr::copy_nonoverlapping(buffer.as_ptr(), source.start().cast().as_ptr(), 1);
        }
        #[cfg(any(test, verify))]
        super::work::count_moved(words[0].filled() + words[1].filled());
        Some(words)
    }
}

/// Copies an item to two places.
///
/// # Safety
///
/// It is initialised; the places are valid for writes, and elsewhere.
#[inline(always)]
unsafe fn copy_to_both<T>(from: *const T, x: *mut T, y: *mut T) {
    // SAFETY: as the caller says.
    unsafe {
        if const { size_of::<T>() <= 2 * size_of::<u64>() } {
            // Read once, for all that the compiler knows of where X lies.
            let item = from.cast::<MaybeUninit<T>>().read();
            ptr::copy_nonoverlapping(item.as_ptr(), x, 1);
            ptr::copy_nonoverlapping(item.as_ptr(), y, 1);
        } else {
            ptr::copy_nonoverlapping(from, x, 1);
            ptr::copy_nonoverlapping(from, y, 1);
        }
    }
}

/// [`divide`] of entries that are not small.
///
/// # Safety
///
/// As for [`divide`].
#[inline(always)]
unsafe fn divide_large_of<K, V, H: KeyHasher<K>>(
    types: &OfTypes<'_, K, V, H>,
    from: Bucket,
    half: u32,
    to: [NonNull<u8>; 2],
) -> Option<[Word; 2]> {
    // SAFETY: as the caller says.
    unsafe { divide_large(types, from, half, to, Slots::<K, V>::SHAPE) }
}

/// X or Y, as far as it is filled.
struct Part {
    slots: NonNull<u8>,
    word: Word,
    filled: usize,
}

impl Part {
    /// Copies an entry to the next slot. False if there is none.
    ///
    /// # Safety
    ///
    /// It is that of a taken slot of a bucket of the shape. Behind those that are filled the part
    /// may be written.
    unsafe fn add(&mut self, (bucket, slot): (Bucket, usize), tophash: u8, shape: &Shape) -> bool {
        if self.filled == SLOT_COUNT {
            return false;
        }
        let from = (bucket.start().as_ptr().cast_const(), slot);
        // SAFETY: as the caller says.
        unsafe { copy_entry_bytes(from, (self.slots.as_ptr(), self.filled), shape) };
        self.word = self.word.with_byte(self.filled, tophash);
        self.filled += 1;
        true
    }
}

/// The rest of [`divide`] for a chain with overflow buckets, when its main bucket is divided.
///
/// # Safety
///
/// As for [`divide`].
#[inline(never)]
unsafe fn divide_overflow(
    types: &dyn Rehash,
    from: Bucket,
    half: u32,
    mut parts: [Part; 2],
    shape: &Shape,
) -> Option<[Word; 2]> {
    // SAFETY: words and links are as R3 to R5 say.
    unsafe {
        let bucket = Bucket::of_node(only_node(from)?, shape);
        let word = bucket.word();
        for slot in 0..word.filled() {
            let for_y = index_bits(types.hash(bucket.key_address(slot, shape))) & half != 0;
            if !parts[usize::from(for_y)].add((bucket, slot), word.byte(slot), shape) {
                return None;
            }
        }
    }
    Some(parts.map(|part| part.word))
}

/// [`divide`] of entries that are not small.
///
/// # Safety
///
/// As for [`divide`].
#[inline(never)]
unsafe fn divide_large(
    types: &dyn Rehash,
    from: Bucket,
    half: u32,
    [x, y]: [NonNull<u8>; 2],
    shape: &Shape,
) -> Option<[Word; 2]> {
    // SAFETY: words and links are as R3 to R5 say. No part gets more than eight entries; X's next
    // place is never behind the entry that is moved.
    unsafe {
        let mut buckets = [(from, 0), (from, 0)];
        let mut bucket_count = 1;
        if from.word().has_overflow() {
            buckets[1].0 = Bucket::of_node(only_node(from)?, shape);
            bucket_count = 2;
        }
        let (mut x_count, mut y_count) = (0, 0);
        for (bucket, y_slots) in &mut buckets[..bucket_count] {
            *y_slots = y_slots_of(types, *bucket, half, shape);
            let for_y = y_slots.count_ones() as usize;
            x_count += bucket.word().filled() - for_y;
            y_count += for_y;
        }
        if x_count.max(y_count) > SLOT_COUNT {
            return None;
        }
        let part = |slots| Part { slots, word: Word::EMPTY, filled: 0 };
        let mut parts = [part(x), part(y)];
        for &(bucket, y_slots) in &buckets[..bucket_count] {
            let word = bucket.word().with_hints(0);
            for slot in 0..word.filled() {
                let part = &mut parts[usize::from(y_slots >> slot & 1)];
                part.add((bucket, slot), word.byte(slot), shape);
            }
        }
        #[cfg(any(test, verify))]
        super::work::count_moved(x_count + y_count);
        Some(parts.map(|part| part.word))
    }
}

/// The taken slots of a bucket whose keys are for Y. The keys are hashed, which is user code.
///
/// # Safety
///
/// The bucket is live, and that of a table of these types and this shape.
pub(super) unsafe fn y_slots_of(
    types: &dyn Rehash,
    bucket: Bucket,
    half: u32,
    shape: &Shape,
) -> u8 {
    let mut y_slots = 0;
    // SAFETY: a live bucket has a word, and taken slots hold keys (R3).
    unsafe {
        for slot in 0..bucket.word().filled() {
            let hash = types.hash(bucket.key_address(slot, shape));
            y_slots |= u8::from(index_bits(hash) & half != 0) << slot;
        }
    }
    y_slots
}

/// The only overflow bucket of a chain; `None` if there are more.
///
/// # Safety
///
/// `main` is a live main bucket whose word has hints.
#[inline(always)]
unsafe fn only_node(main: Bucket) -> Option<*mut Node> {
    // SAFETY: a word with hints has a link (R4), and nodes have links (R5).
    unsafe {
        let node = main.next();
        (*node).next.is_null().then_some(node)
    }
}
