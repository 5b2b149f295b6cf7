//! Tests of the recount: each invariant is broken in a whole table, which must be noticed.

use core::ptr::{self, NonNull};

use testkit::silently;

use super::{hasher, insert};
use crate::alloc::Global;
use crate::hash::mix;
use crate::raw::bucket::Bucket;
use crate::raw::flags::Flags;
use crate::raw::tophash::{Tophash, Word};
use crate::raw::{RawTable, SLOT_COUNT};

type Table = RawTable<u64, u64>;

fn table(len: u64) -> Table {
    let mut table = RawTable::new_in(Global);
    for n in 0..len {
        insert(&mut table, n, n);
    }
    table
}

/// Panics unless `broken` breaks a table of `len` entries in a way that the recount reports as
/// `breach`. What `broken` returns mends the table again.
#[track_caller]
fn assert_noticed<M>(len: u64, breach: &str, broken: impl FnOnce(&mut Table) -> M)
where
    M: FnOnce(&mut Table),
{
    let mut table = table(len);
    table.check(Some(&hasher));
    let mend = broken(&mut table);
    let caught = silently(|| table.check(Some(&hasher)));
    // Before anything panics: a broken table must not be dropped.
    mend(&mut table);
    table.check(Some(&hasher));
    let message = caught.expect_err("nothing was noticed").message;
    assert!(message.contains(breach), "{message}");
}

/// As [`assert_noticed`], by another header. There is more than one block.
#[track_caller]
fn assert_header_noticed(len: u64, breach: &str, broken: impl FnOnce(&mut Table)) {
    assert_noticed(len, breach, |table| {
        let header = *table.header();
        broken(table);
        move |table: &mut Table| *table.header_mut() = header
    });
}

/// As [`assert_noticed`], by another word of a bucket: of a main bucket with overflow buckets, or
/// of the first of these.
#[track_caller]
fn assert_word_noticed(breach: &str, of_node: bool, broken: impl FnOnce(Word) -> Word) {
    assert_noticed(3000, breach, |table| {
        let main = main_with_overflow(table);
        // SAFETY: the bucket has hints, so its link leads to a node.
        let bucket = if of_node { unsafe { first_node(main) } } else { main };
        // SAFETY: a live bucket or a node in a chain.
        let word = unsafe { bucket.word() };
        let other = broken(word);
        assert!(other != word, "it was not broken");
        // SAFETY: it is mended before anybody but the recount looks at the table.
        unsafe { bucket.set_word(other) };
        move |_: &mut Table| {
            // SAFETY: the word that was there.
            unsafe { bucket.set_word(word) };
        }
    });
}

fn main_with_overflow(table: &Table) -> Bucket {
    let indexes = 0..=table.header().last();
    // SAFETY: live buckets.
    let mut buckets = indexes.map(|index| unsafe { table.bucket(index) });
    // SAFETY: as above.
    let found = buckets.find(|bucket| unsafe { bucket.word() }.has_overflow());
    found.expect("chance makes some of many chains long")
}

/// # Safety
///
/// The main bucket has hints.
unsafe fn first_node(main: Bucket) -> Bucket {
    // SAFETY: as the caller says; the node is one of a table of this shape.
    unsafe { Bucket::of_node(main.next(), Table::SHAPE) }
}

#[test]
fn memory_of_a_table_without_any_is_noticed() {
    assert_header_noticed(0, "R1", |table| table.header_mut().count = 1);
    assert_header_noticed(0, "R1", |table| {
        table.header_mut().extra = NonNull::dangling().as_ptr();
    });
    assert_header_noticed(0, "SHRINKING", |table| {
        table.header_mut().flags.set(Flags::SHRINKING, true);
    });
    assert_header_noticed(0, "R11", |table| table.header_mut().flags.set(Flags::IDLE, false));
}

#[test]
fn blocks_that_are_missing_or_lead_elsewhere_are_noticed() {
    assert_header_noticed(3000, "R1: blocks", |table| {
        let mask = table.header().mask;
        table.header_mut().set_size(mask, mask / 2, Table::SHAPE);
    });
    assert_header_noticed(3000, "R1: entry point", |table| {
        table.header_mut().buckets = NonNull::dangling();
    });
}

#[test]
fn sizes_that_are_impossible_are_noticed() {
    assert_header_noticed(3000, "R2: 6 5", |table| {
        table.header_mut().set_size(6, 5, Table::SHAPE);
    });
    assert_header_noticed(3000, "R2: 511 254", |table| {
        table.header_mut().set_size(511, 254, Table::SHAPE);
    });
}

#[test]
fn a_hole_between_entries_is_noticed() {
    for slot in 0..SLOT_COUNT - 1 {
        assert_word_noticed("R3: a hole", false, |word| word.without(slot));
    }
}

#[test]
fn hints_that_do_not_fit_the_overflow_buckets_are_noticed() {
    const HINT: u64 = 0x80;
    for place in 0..SLOT_COUNT {
        assert_word_noticed("R4", false, |word| {
            // One more; or one less, but not the last, without which there is no chain.
            let other = word.hints() ^ HINT << (place * 8);
            word.with_hints(if other == 0 { HINT | HINT << 8 } else { other })
        });
    }
}

#[test]
fn a_chain_that_is_not_packed_is_noticed() {
    assert_word_noticed("R5: a bucket with a next one is not full", false, |word| {
        word.without(SLOT_COUNT - 1)
    });
    assert_word_noticed("R5: an empty node", true, |_| Word::EMPTY);
    assert_word_noticed("a node with hints", true, |word| word.with_hints(0x80));
}

#[test]
fn a_node_that_is_in_no_chain_is_noticed() {
    assert_noticed(3000, "R6", |table| {
        let (extra, allocator) = table.extra_mut();
        assert!(extra.slab.reserve(1, 1, Table::SHAPE, allocator));
        // SAFETY: it was reserved.
        let node = unsafe { extra.slab.take(Table::SHAPE) };
        move |table: &mut Table| {
            // SAFETY: it was taken above, and was in no chain.
            unsafe { table.extra_mut().0.slab.give_back(node, Table::SHAPE) };
        }
    });
}

#[test]
fn a_node_that_its_chain_has_lost_is_noticed() {
    // With the hints and the number of entries that would be right without it.
    assert_noticed(3000, "R6", |table| {
        let main = main_with_overflow(table);
        // SAFETY: the chain is whole.
        let (word, node) = unsafe { (main.word(), first_node(main)) };
        // SAFETY: a node in a chain.
        let lost = unsafe { node.word().filled() };
        // SAFETY: it is mended before anybody but the recount looks at the table.
        unsafe { main.set_word(word.with_hints(0)) };
        table.header_mut().count -= lost;
        move |table: &mut Table| {
            // SAFETY: the word that was there.
            unsafe { main.set_word(word) };
            table.header_mut().count += lost;
        }
    });
}

#[test]
fn a_count_that_is_off_is_noticed() {
    for len in [1, 8, 100, 3000] {
        assert_header_noticed(len, "R7", |table| table.header_mut().count += 1);
    }
    assert_header_noticed(3000, "R7", |table| table.header_mut().count -= 1);
}

#[test]
fn what_nodes_and_directories_lie_in_is_missed() {
    assert_header_noticed(3000, "R8", |table| table.header_mut().extra = ptr::null_mut());
    // In one block, unless the world is shrunk.
    let mut len = 40;
    while table(len).overflow_count() == 0 {
        len += 1;
    }
    assert_header_noticed(len, "R8", |table| table.header_mut().extra = ptr::null_mut());
}

#[test]
fn a_chain_deeper_than_the_table_knows_of_is_noticed() {
    assert_noticed(3000, "depth_max", |table| {
        let depth_max = core::mem::take(&mut table.extra_mut().0.depth_max);
        move |table: &mut Table| table.extra_mut().0.depth_max = depth_max
    });
}

#[test]
fn flags_that_say_something_else_than_the_sizes_are_noticed() {
    // 3400 entries are in the midst of a growth.
    for flag in [Flags::PARTIAL, Flags::ROOTED, Flags::FAR] {
        assert_header_noticed(3400, "R11", |table| {
            assert!(table.is_growing());
            let is_set = table.header().flags.has(flag);
            table.header_mut().flags.set(flag, !is_set);
        });
    }
    assert_header_noticed(3000, "R11: the hash", |table| {
        let is_set = table.header().flags.has(Flags::OTHER_HASH);
        table.header_mut().flags.set(Flags::OTHER_HASH, !is_set);
    });
}

#[test]
fn an_entry_that_its_hash_does_not_lead_to_is_noticed() {
    let table = table(3000);
    let caught = silently(|| table.check(Some(&|key: &u64| mix(*key, 1)))).unwrap_err();
    assert!(caught.message.contains("an entry is astray"), "{caught:?}");
    table.check(None);
    assert_word_noticed("wrong tophash", false, |word| {
        // The entry's own with another highest bit.
        word.replaced(0, Tophash::of(u64::from(word.tophash(0).get() ^ 0x40) << 57))
    });
}
