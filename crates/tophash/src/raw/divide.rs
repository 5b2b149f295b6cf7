//! Dividing the entries of a chain between two buckets, X and Y.
//!
//! Half of the entries go to either, in no order, so a branch that asked for each where it goes
//! would be guessed wrong every other time. Small entries are copied to the next free slot of both
//! parts as soon as they are hashed: in the one to which they do not belong the next entry takes
//! the place. The hash function is user code and may panic, so X is a buffer meanwhile. Of larger
//! entries all are hashed before the first is moved, to its place alone and, where X is the bucket
//! itself, without a buffer.

use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};

use super::bucket::{Bucket, Node, Slots, copy_entry};
use super::header::index_bits;
use super::tophash::{SLOT_COUNT, Word};

/// The most bytes of an entry that is copied to both parts.
const SMALL_ENTRY_BYTES: usize = 80;

/// Whether X must not be the bucket itself.
pub(super) const fn wants_buffer<K, V>() -> bool {
    size_of::<K>() + size_of::<V>() <= SMALL_ENTRY_BYTES
}

/// The slots of a bucket outside of a table, without a word. Its fields give it the size and the
/// alignment of slots; where in them an entry lies, [`Slots`] knows, also for pairs.
#[repr(C)]
pub(super) struct Buffer<K, V> {
    keys: [MaybeUninit<K>; SLOT_COUNT],
    values: [MaybeUninit<V>; SLOT_COUNT],
}

impl<K, V> Buffer<K, V> {
    /// The slots of a buffer.
    pub(super) fn slots(buffer: &mut MaybeUninit<Self>) -> Slots<K, V> {
        const { assert!(size_of::<Self>() == Slots::<K, V>::SHAPE.slots_bytes) };
        // SAFETY: a reference is not null.
        Slots::new(unsafe { NonNull::new_unchecked(buffer.as_mut_ptr().cast()) })
    }
}

/// Copies all slots of `from` to `to`, as bytes.
///
/// # Safety
///
/// Both are slots of a bucket or a buffer, and not the same.
#[inline(always)]
pub(super) unsafe fn copy_slots<K, V>(from: Slots<K, V>, to: Slots<K, V>) {
    // SAFETY: as the caller says; what is in free slots may be uninitialised, and is copied so.
    unsafe {
        let from = from.start().cast::<Buffer<K, V>>();
        ptr::copy_nonoverlapping(from.as_ptr(), to.start().cast().as_ptr(), 1);
    }
}

/// Hashes the entries of a chain, and copies those whose hash has the bit `half` to Y and the
/// others to X; both keep their order. Returns the words of both, or `None` if an overflow bucket
/// would be left: for six of a hundred chains with one, at the highest load, and for those with
/// more. Then the chain has not changed, and what was copied means nothing.
///
/// If it returns words, the chain's entries are to be forgotten. If it panics, which only the
/// hasher does, nothing has changed.
///
/// # Safety
///
/// `from` is a live main bucket. `x` and `y` are slots of other buckets or of a buffer, and what
/// they hold is forgotten; `x` may be those of `from`, unless the types want a buffer.
#[inline(always)]
pub(super) unsafe fn divide<K, V, F: Fn(&K) -> u64>(
    from: Bucket,
    half: u32,
    hasher: &F,
    x: Slots<K, V>,
    y: Slots<K, V>,
) -> Option<[Word; 2]> {
    // SAFETY: as the caller says.
    unsafe { (Way::<K, V, F>::WAY)(from, half, hasher, (x, y)) }
}

/// The one of two functions that suits the types. A constant, and not a condition: so the other is
/// not compiled for them.
struct Way<K, V, F>(PhantomData<(K, V, F)>);

type Divide<K, V, F> = unsafe fn(Bucket, u32, &F, (Slots<K, V>, Slots<K, V>)) -> Option<[Word; 2]>;

impl<K, V, F: Fn(&K) -> u64> Way<K, V, F> {
    const WAY: Divide<K, V, F> =
        if wants_buffer::<K, V>() { divide_small::<K, V, F> } else { divide_large::<K, V, F> };
}

/// [`divide`], with a buffer for X.
///
/// # Safety
///
/// As for [`divide`].
#[inline(never)]
unsafe fn divide_small<K, V, F: Fn(&K) -> u64>(
    from: Bucket,
    half: u32,
    hasher: &F,
    (x, y): (Slots<K, V>, Slots<K, V>),
) -> Option<[Word; 2]> {
    let is_for_y = |key: &K| index_bits(hasher(key)) & half != 0;
    // SAFETY: words and links are as R3 to R5 say, so the slots below `filled` hold keys. No part
    // gets more than eight entries.
    unsafe {
        let word = from.word();
        let filled = word.filled();
        let source = from.slots::<K, V>();
        let tophashes = word.with_hints(0);
        let (mut x_bytes, mut y_bytes) = ([0; SLOT_COUNT], [0; SLOT_COUNT]);
        let (x_start, y_start) = (x_bytes.as_mut_ptr(), y_bytes.as_mut_ptr());
        let mut y_filled = 0;
        for slot in 0..filled {
            let for_y = usize::from(is_for_y(&*source.key(slot)));
            let x_filled = slot - y_filled;
            let key = source.key(slot).cast::<MaybeUninit<K>>().read();
            let value = source.value(slot).cast::<MaybeUninit<V>>().read();
            let copy_to = |slots: Slots<K, V>, place| {
                ptr::copy_nonoverlapping(&raw const key, slots.key(place).cast(), 1);
                ptr::copy_nonoverlapping(&raw const value, slots.value(place).cast(), 1);
            };
            copy_to(x, x_filled);
            copy_to(y, y_filled);
            x_start.add(x_filled).write(tophashes.byte(slot));
            y_start.add(y_filled).write(tophashes.byte(slot));
            y_filled += for_y;
        }
        let mut counts = [filled - y_filled, y_filled];
        let mut words =
            [Word::of_bytes(&x_bytes).first(counts[0]), Word::of_bytes(&y_bytes).first(counts[1])];
        if word.has_overflow() {
            let node = only_node(from)?;
            let word = (*node).word;
            let source = Bucket::of_node(node, Slots::<K, V>::SHAPE).slots();
            for slot in 0..word.filled() {
                let part = usize::from(is_for_y(&*source.key(slot)));
                let place = counts[part];
                if place == SLOT_COUNT {
                    return None;
                }
                copy_entry((source, slot), ([x, y][part], place));
                words[part] = words[part].with_byte(place, word.byte(slot));
                counts[part] += 1;
            }
        }
        #[cfg(any(test, verify))]
        super::work::count_moved(counts[0] + counts[1]);
        Some(words)
    }
}

/// [`divide`], where X may be the bucket itself.
///
/// # Safety
///
/// As for [`divide`].
#[inline(never)]
unsafe fn divide_large<K, V, F: Fn(&K) -> u64>(
    from: Bucket,
    half: u32,
    hasher: &F,
    (x, y): (Slots<K, V>, Slots<K, V>),
) -> Option<[Word; 2]> {
    let is_for_y = |key: &K| index_bits(hasher(key)) & half != 0;
    // SAFETY: words and links are as R3 to R5 say. No part gets more than eight entries; X's next
    // place is never behind the entry that is moved.
    unsafe {
        let mut buckets = [(from, 0), (from, 0)];
        let mut bucket_count = 1;
        if from.word().has_overflow() {
            buckets[1].0 = Bucket::of_node(only_node(from)?, Slots::<K, V>::SHAPE);
            bucket_count = 2;
        }
        let mut counts = [0; 2];
        for (bucket, y_slots) in &mut buckets[..bucket_count] {
            *y_slots = y_slots_of::<K, V>(*bucket, &is_for_y);
            let for_y = y_slots.count_ones() as usize;
            counts[0] += bucket.word().filled() - for_y;
            counts[1] += for_y;
        }
        if counts.iter().any(|&count| count > SLOT_COUNT) {
            return None;
        }
        let mut words = [Word::EMPTY; 2];
        let mut filled = [0; 2];
        for &(bucket, y_slots) in &buckets[..bucket_count] {
            let word = bucket.word().with_hints(0);
            for slot in slots_below(word.filled()) {
                let part = usize::from(y_slots >> slot & 1);
                copy_entry((bucket.slots(), slot), ([x, y][part], filled[part]));
                words[part] = words[part].with_byte(filled[part], word.byte(slot));
                filled[part] += 1;
            }
        }
        #[cfg(any(test, verify))]
        super::work::count_moved(counts[0] + counts[1]);
        Some(words)
    }
}

/// The taken slots of a bucket whose keys are for Y. The keys are hashed, which is user code.
///
/// # Safety
///
/// The bucket is live and has keys of this type.
#[inline(always)]
pub(super) unsafe fn y_slots_of<K, V>(bucket: Bucket, is_for_y: &impl Fn(&K) -> bool) -> u8 {
    let mut y_slots = 0;
    // SAFETY: a live bucket has a word, and taken slots hold keys (R3).
    unsafe {
        for slot in slots_below(bucket.word().filled()) {
            y_slots |= u8::from(is_for_y(&*bucket.key::<K, V>(slot))) << slot;
        }
    }
    y_slots
}

/// The slots below `filled`, in a form that the compiler does not write out eight times.
#[inline(always)]
fn slots_below(filled: usize) -> impl Iterator<Item = usize> {
    let mut yet_to_come = (1_u32 << filled) - 1;
    core::iter::from_fn(move || {
        let slot = yet_to_come.trailing_zeros() as usize;
        let is_one = yet_to_come != 0;
        yet_to_come &= yet_to_come.wrapping_sub(1);
        is_one.then_some(slot)
    })
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
