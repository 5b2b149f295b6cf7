//! Dividing the entries of one bucket between two.
//!
//! Half of the entries go to either, in no order, so a branch that asked for each where it goes
//! would be guessed wrong every other time; so would one at the end of a loop over the entries,
//! whose number varies. Small entries are therefore moved without any branch, the free slots with
//! the others: what is in them is copied as bytes, which may be uninitialised, to where no entry
//! is.

use core::ptr;

use super::bucket::{Bucket, Node, Slots};
use super::tophash::{SLOT_COUNT, Word};

/// The most bytes of an entry whose free slots are copied along.
const SMALL_ENTRY_BYTES: usize = 32;

/// For each set of slots that go to Y: where each of the eight goes, as its place in X, or eight
/// and its place in Y.
static PLACES: [[u8; SLOT_COUNT]; 256] = {
    let mut places = [[0; SLOT_COUNT]; 256];
    let mut y_slots = 0;
    while y_slots < 256 {
        let mut next = [0, SLOT_COUNT as u8];
        let mut slot = 0;
        while slot < SLOT_COUNT {
            let part = y_slots >> slot & 1;
            places[y_slots][slot] = next[part];
            next[part] += 1;
            slot += 1;
        }
        y_slots += 1;
    }
    places
};

/// Moves the entries in the slots `y_slots` of a bucket to Y, and the others to X; both keep their
/// order. X may be the bucket itself. Each part is given by its slots and its word.
///
/// # Safety
///
/// `from` has the word, which has no hints. The slots and words of X and Y may be written, and what
/// they hold is forgotten. `y_slots` has no bit for a free slot.
#[inline(never)]
pub(super) unsafe fn divide<K, V>(
    (from, word): (Slots<K, V>, Word),
    y_slots: u8,
    x: (Slots<K, V>, *mut Word),
    y: (Slots<K, V>, *mut Word),
) {
    let filled = word.filled();
    #[cfg(any(test, verify))]
    super::work::count_moved(filled);
    let is_small = const { size_of::<K>() + size_of::<V>() <= SMALL_ENTRY_BYTES };
    let end = if is_small { SLOT_COUNT } else { filled };
    let places = &PLACES[usize::from(y_slots)];
    let slots = [x.0, y.0];
    let from_bytes = word.to_bytes();
    let mut bytes = [0; 2 * SLOT_COUNT];
    for slot in 0..end {
        let place = usize::from(places[slot]) % bytes.len();
        bytes[place] = from_bytes[slot];
        let (part, place) = (place / SLOT_COUNT, place % SLOT_COUNT);
        // SAFETY: X's next place is this slot or one before it, which was moved or is no entry;
        // Y's are free. The places of both are at most this slot.
        unsafe {
            let to = slots[part];
            ptr::copy(from.key(slot).cast::<u8>(), to.key(place).cast(), size_of::<K>());
            ptr::copy(from.value(slot).cast::<u8>(), to.value(place).cast(), size_of::<V>());
        }
    }
    let (x_bytes, y_bytes) = bytes.split_at(SLOT_COUNT);
    // SAFETY: the words say what was moved.
    unsafe {
        x.1.write(Word::of_bytes(x_bytes));
        y.1.write(Word::of_bytes(y_bytes));
    }
}

/// As [`divide`], for a chain of one overflow bucket whose entries both parts can take into their
/// main buckets, as 94 of 100 can at the highest load. Else false, and nothing has changed. If
/// true, the overflow bucket is in no chain any more, and the caller gives it back.
///
/// # Safety
///
/// As for [`divide`]; the word is that of a full bucket and has hints, `node` is the chain's first
/// overflow bucket and knows which of its slots go to Y.
#[inline(never)]
pub(super) unsafe fn divide_pair<K, V>(
    (from, word): (Slots<K, V>, Word),
    node: *mut Node,
    y_slots: u8,
    x: (Slots<K, V>, *mut Word),
    y: (Slots<K, V>, *mut Word),
) -> bool {
    // SAFETY: nodes have words, links and marks (R3, R5), and the slots that the words say.
    unsafe {
        let (node_word, node_y_slots, next) = ((*node).word, (*node).y_slots, (*node).next);
        let filled = node_word.filled();
        let mut counts = [0; 2];
        counts[1] = y_slots.count_ones() as usize;
        counts[0] = SLOT_COUNT - counts[1];
        let for_y = node_y_slots.count_ones() as usize;
        let fits = counts[0] + filled - for_y <= SLOT_COUNT && counts[1] + for_y <= SLOT_COUNT;
        if !next.is_null() || !fits {
            return false;
        }
        divide((from, word.with_hints(0)), y_slots, x, y);
        let source = Bucket::of_node(node, Slots::<K, V>::SHAPE).slots::<K, V>();
        let slots = [x.0, y.0];
        let mut words = [x.1.read(), y.1.read()];
        #[cfg(any(test, verify))]
        super::work::count_moved(filled);
        for slot in 0..filled {
            let part = usize::from(node_y_slots >> slot & 1);
            let place = counts[part];
            ptr::copy_nonoverlapping(source.key(slot), slots[part].key(place), 1);
            ptr::copy_nonoverlapping(source.value(slot), slots[part].value(place), 1);
            words[part] = words[part].with_byte(place, node_word.byte(slot));
            counts[part] += 1;
        }
        x.1.write(words[0]);
        y.1.write(words[1]);
    }
    true
}
