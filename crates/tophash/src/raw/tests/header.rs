//! Tests of the header's arithmetic, nearly all without memory, and of the flags.

use core::ptr::NonNull;

use crate::alloc::Global;
use crate::hash::Seed;
use crate::raw::directory::PAGE_LOG2;
use crate::raw::flags::Flags;
use crate::raw::header::Header;
use crate::raw::sizing::BUCKET_COUNT_MAX;
use crate::raw::{RawTable, SLOT_COUNT, Shape, capacity_of};

const SHAPE: Shape = Shape::of::<u64, u64>();

/// The header of a table that has memory and holds something.
fn header(mask: u32, last: u32) -> Header {
    let mut header = Header::empty();
    header.buckets = NonNull::dangling();
    header.count = 1;
    header.flags.set(Flags::IDLE, false);
    header.set_size(mask, last, &SHAPE);
    header
}

/// Every mask that tables may have on this machine, with the lowest and the highest `last`, and
/// some between.
fn sizes() -> impl Iterator<Item = (u32, u32)> {
    (0..=BUCKET_COUNT_MAX.ilog2()).flat_map(|log2| {
        let mask = ((1_u64 << log2) - 1) as u32;
        let half = mask / 2;
        [half, half + (mask - half) / 3, mask - mask.min(1), mask].map(|last| (mask, last))
    })
}

#[test]
fn the_flags_of_the_size_say_what_is_missing_and_how_blocks_are_found() {
    for (mask, last) in sizes() {
        let header = header(mask, last);
        let blocks = (u64::from(mask) + 1).div_ceil(SHAPE.block_len() as u64);
        let context = std::format!("mask {mask}, last {last}");
        assert_eq!((header.mask, header.last()), (mask, last));
        assert_eq!(header.flags.has(Flags::PARTIAL), last < mask, "{context}");
        assert_eq!(header.flags.has(Flags::ROOTED), blocks > 1 << PAGE_LOG2, "{context}");
        assert_eq!(header.is_near(), blocks <= 8, "{context}");
        assert_eq!(header.is_one_block(&SHAPE), (mask as usize) < SHAPE.block_len());
        assert_eq!(header.bucket_count(), last as usize + 1);
        assert_eq!(header.is_growing(), last < mask);
        let half = u64::from(mask).div_ceil(2);
        assert_eq!(u64::from(header.half()), half, "{context}");
        assert_eq!(header.capacity_of_mask(), capacity_of(u64::from(mask) + 1), "{context}");
    }
}

#[test]
fn a_table_is_full_from_its_capacity_on_whatever_its_size() {
    for (mask, last) in sizes() {
        let mut header = header(mask, last);
        let capacity = header.capacity_of_mask();
        for (count, is_full) in [(1, false), (capacity - 1, false), (capacity, true)] {
            header.count = count;
            assert_eq!(header.is_full(), is_full, "{count} entries with mask {mask}, last {last}");
            if last == mask {
                // Where more entries than a `u32` counts fit, it may only be.
                let bound = capacity.min(u32::MAX as usize);
                assert_eq!(header.may_be_full(), count >= bound);
            }
        }
    }
    let mut header = Header::empty();
    assert!(header.is_full(), "without memory");
    header.flags.set(Flags::IDLE, false);
    assert!(header.is_full(), "without memory");
    assert_eq!(header.bucket_count(), 0);
}

#[test]
fn a_table_that_has_become_empty_is_full_only_if_it_has_no_room() {
    let mut header = header(0, 0);
    header.count = 2;
    header.uncount();
    assert!(!header.flags.has(Flags::IDLE));
    header.uncount();
    assert!(header.flags.has(Flags::IDLE));
    assert!(!header.is_full());
    header.count = SLOT_COUNT;
    assert!(header.is_full());
}

#[test]
fn buckets_are_added_until_all_are_there() {
    for mask in [1, 3, 7, 63] {
        let half = mask / 2;
        let mut header = header(mask, half);
        for index in half + 1..=mask {
            assert!(header.is_growing());
            assert_eq!(header.nevacuate(), index - half - 1);
            header.add_bucket(index, &SHAPE);
            assert_eq!(header.last(), index);
            header.check_flags(&SHAPE);
        }
        assert!(!header.is_growing());
        assert_eq!(header.nevacuate(), half + 1);
    }
}

#[test]
#[should_panic(expected = "R11")]
fn flags_that_do_not_agree_with_the_size_are_noticed() {
    let mut header = header(7, 5);
    header.flags.set(Flags::PARTIAL, false);
    header.check_flags(&SHAPE);
}

#[test]
fn what_shrinks_does_not_grow() {
    let mut header = header(7, 5);
    header.flags.set(Flags::SHRINKING, true);
    assert!(!header.is_growing());
}

#[test]
fn the_epoch_counts_changes_of_the_seed_from_1_to_255_and_on_from_1() {
    let mut header = header(7, 7);
    header.flags.set(Flags::SHRINKS_BY_ITSELF, true);
    header.flags.set_changed_at(0x3f);
    let settings = header.flags.settings();
    assert_eq!(header.epoch(), 0);
    for n in 0..600_u32 {
        let hash0 = n.reverse_bits() ^ n;
        header.set_seed(hash0);
        assert_eq!(u32::from(header.epoch()), n % 255 + 1);
        assert_eq!(header.hash0, hash0);
        assert_eq!(header.flags.has(Flags::OTHER_HASH), hash0 >= 1 << 31);
        assert!(header.flags.has(Flags::SHRINKS_BY_ITSELF));
        #[cfg(feature = "std")]
        assert_eq!(header.flags.changed_at(), 0x3f);
        let mut without_seed = header.flags;
        without_seed.set(Flags::OTHER_HASH, false);
        let others = 0x00ff_ffff;
        assert_eq!(without_seed.settings().0 & others, settings.0 & others);
    }
}

#[test]
fn a_seed_is_renewed_only_in_an_empty_table_and_if_it_is_not_fixed() {
    let mut header = header(7, 7);
    header.renew_seed();
    assert_eq!(header.epoch(), 0, "it has an entry");
    header.count = 0;
    header.renew_seed();
    assert_eq!(header.epoch(), 1);
    header.flags.set(Flags::FIXED_SEED, true);
    header.renew_seed();
    assert_eq!(header.epoch(), 1, "it is the user's");
}

#[test]
fn a_table_without_memory_keeps_its_seed_and_its_settings() {
    let mut header = header(127, 70);
    header.set_seed(0x8000_0007);
    header.flags.set(Flags::FIXED_SEED, true);
    for transient in [Flags::SHRINKING, Flags::RESTING, Flags::SUSPECT] {
        header.flags.set(transient, true);
    }
    header.flags.set_changed_at(5);
    let left = header.without_memory();
    assert!(left.seed() == Seed::of(0x8000_0007) && left.seed() != Seed::NONE);
    assert_eq!((left.count, left.mask, left.last(), left.hash0), (0, 0, 0, 0x8000_0007));
    assert!(!left.is_allocated() && left.extra.is_null());
    let kept = Flags::FIXED_SEED.and(Flags::OTHER_HASH).and(Flags::IDLE);
    assert_eq!(left.flags, kept.and(Flags(1 << Flags::EPOCH_SHIFT)));
    left.check_flags(&SHAPE);
}

#[test]
fn the_only_bucket_is_visited_from_each_of_its_slots_equally_often() {
    for filled in 0..=SLOT_COUNT {
        let mut counts = [0_u32; SLOT_COUNT + 1];
        for byte in 0..256_u32 {
            let mut header = header(0, 0);
            header.hash0 = byte << 16 | 0x7f00_ffff;
            counts[header.turn_of(filled)] += 1;
            header.set_size(1, 1, &SHAPE);
            assert_eq!(header.turn_of(filled), 0, "of several buckets");
        }
        let expected = 256 / filled.max(1) as u32;
        assert!(counts[..filled.max(1)].iter().all(|&n| (expected..=expected + 1).contains(&n)));
    }
}

#[test]
fn a_hash_belongs_to_the_twin_of_a_bucket_that_is_not_there() {
    for (mask, last) in sizes() {
        let header = header(mask, last);
        for n in 0..200_u64 {
            let hash = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let index = (hash >> 32) as u32 & mask;
            let expected = if index > last { index & (mask >> 1) } else { index };
            assert_eq!(header.index_of(hash), expected, "mask {mask}, last {last}");
            assert!(expected <= last);
            if last == mask {
                assert_eq!(header.index_if_whole(hash), expected);
            }
        }
    }
}

#[test]
fn each_state_is_a_bit_of_its_own() {
    let states = [
        Flags::SHRINKING,
        Flags::FIXED_SEED,
        Flags::SHRINKS_BY_ITSELF,
        Flags::RESTING,
        Flags::SUSPECT,
        Flags::IDLE,
        Flags::PARTIAL,
        Flags::ROOTED,
        Flags::FAR,
        Flags::OTHER_HASH,
        Flags::SERIAL,
    ];
    for (place, state) in states.into_iter().enumerate() {
        let mut flags = Flags::NONE;
        flags.set(state, true);
        for (other_place, other) in states.into_iter().enumerate() {
            assert_eq!(flags.has(other), place == other_place);
        }
        assert_eq!(flags, Flags::NONE.and(state));
        let mut all = states.into_iter().fold(Flags::NONE, Flags::and);
        all.set(state, false);
        assert!(!all.has(state));
        assert_eq!(all.and(all), all, "what both have");
        assert_eq!(all.and(state), states.into_iter().fold(Flags::NONE, Flags::and));
    }
}

#[test]
fn what_asks_for_attention_is_what_was_listed() {
    let with = |states: &[Flags]| states.iter().copied().fold(Flags::NONE, Flags::and);
    assert_eq!(Flags::DETOURS, with(&[Flags::PARTIAL, Flags::ROOTED]));
    assert_eq!(Flags::CONFINES, with(&[Flags::PARTIAL, Flags::IDLE]));
    assert_eq!(Flags::OBSTACLES, with(&[Flags::PARTIAL, Flags::ROOTED, Flags::IDLE]));
    let wanting = [Flags::SHRINKING, Flags::SUSPECT, Flags::IDLE, Flags::PARTIAL];
    assert_eq!(Flags::WANTS_STEP, with(&wanting));
    assert!(Flags::PARTIAL.and(Flags::FAR).and(Flags::FIXED_SEED).is_only_growing());
    assert!(!Flags::FAR.is_only_growing() && !Flags::NONE.is_only_growing());
    for other in [Flags::SHRINKING, Flags::SUSPECT, Flags::IDLE] {
        assert!(!Flags::PARTIAL.and(other).is_only_growing() && !other.is_only_growing());
    }
}

#[test]
fn a_copy_takes_over_all_flags_but_those_of_the_size() {
    let of_size = Flags::PARTIAL.and(Flags::ROOTED).and(Flags::FAR);
    let others = Flags::FIXED_SEED.and(Flags::SHRINKS_BY_ITSELF).and(Flags::OTHER_HASH);
    let others = others.and(Flags(0xabcd_0000));
    let mut mine = of_size.and(Flags::SUSPECT);
    mine.take_over(others);
    assert_eq!(mine, of_size.and(others).and(Flags::IDLE));
    let mut mine = Flags::NONE;
    mine.take_over(others.and(of_size));
    assert_eq!(mine, others.and(Flags::IDLE));
}

#[test]
fn a_serial_table_is_never_near_once_it_has_memory() {
    let mut header = Header::empty_with(Flags::SERIAL);
    for (mask, last) in sizes() {
        header.set_size(mask, last, &SHAPE);
        assert!(!header.is_near(), "mask {mask}, last {last}");
    }
}

#[test]
fn a_copy_asks_ahead_if_its_source_does() {
    let insert = |mut table: RawTable<u64, u64>| {
        table.insert_unique(1, 1, 1, &|_: &u64| unreachable!("it does not grow"));
        table
    };
    let serial = insert(RawTable::new_serial_in(Global));
    let plain = insert(RawTable::new_in(Global));
    for (source, other) in [(&serial, &plain), (&plain, &serial)] {
        let mut copy = other.clone();
        copy.clone_from(source);
        assert_eq!(copy.is_near(), source.is_near());
        copy.check(None);
    }
    assert!(plain.is_near() && !serial.is_near());
}

#[cfg(feature = "std")]
#[test]
fn the_size_of_the_last_change_of_hash_is_a_number_beside_the_flags() {
    let mut flags = Flags::FIXED_SEED.and(Flags(0xff << Flags::EPOCH_SHIFT));
    for size_class in [1, 0x3f, 0, 0x15, 0x2a] {
        flags.set_changed_at(size_class);
        assert_eq!(flags.changed_at(), size_class);
        assert_eq!(flags.0 >> Flags::EPOCH_SHIFT, 0xff);
        assert_eq!(flags.0 & 0xffff, Flags::FIXED_SEED.0);
    }
    assert_eq!(flags.settings().changed_at(), 0);
}
