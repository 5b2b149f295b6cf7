//! Tests of tophash words against eight bytes in an array.

use crate::raw::tophash::{SLOT_COUNT, Tophash, Word};

/// The hint bits that a tophash sets, as byte indices.
fn hints_of(tophash: u64) -> Vec<usize> {
    if tophash <= 1 { vec![0, 1] } else { vec![tophash as usize & 7] }
}

fn bytes_of(word: Word) -> [u8; SLOT_COUNT] {
    core::array::from_fn(|slot| word.byte(slot))
}

fn tophash(top: u64) -> Tophash {
    Tophash::of(top << 57 | 0x1_2345_6789)
}

/// Words with 0 to 8 taken slots, with any hints and many tophashes.
fn words() -> impl Iterator<Item = [u8; SLOT_COUNT]> {
    let mut state = 7_u64;
    (0..900_usize).map(move |n| {
        let mut bytes = [0; SLOT_COUNT];
        for (slot, byte) in bytes.iter_mut().enumerate() {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            let edges = [1, 0x7f, 0x40];
            let random = (state >> 57) as u8;
            let top = if n % 5 == 0 { edges[(state >> 40) as usize % 3] } else { random.max(1) };
            let hint = if n % 2 == 0 { 0 } else { (state >> 33) as u8 & 0x80 };
            *byte = hint | if slot < n % (SLOT_COUNT + 1) { top } else { 0 };
        }
        bytes
    })
}

#[test]
fn a_word_answers_as_its_eight_bytes_do() {
    for bytes in words() {
        let word = Word::of_bytes(&bytes);
        let filled = bytes.iter().filter(|&&byte| byte & 0x7f != 0).count();
        assert_eq!(bytes_of(word), bytes);
        assert_eq!(word.filled(), filled, "{bytes:x?}");
        assert_eq!(word.is_full(), filled == SLOT_COUNT, "{bytes:x?}");
        assert_eq!(word.is_vacant(), filled == 0, "{bytes:x?}");
        assert_eq!(word.has_overflow(), bytes.iter().any(|byte| byte & 0x80 != 0));
        assert_eq!(word.hints().to_le_bytes(), bytes.map(|byte| byte & 0x80));
        for count in 0..=SLOT_COUNT {
            let mut first = bytes.map(|byte| byte & 0x7f);
            first[count..].fill(0);
            assert_eq!(bytes_of(word.with_hints(0).first(count)), first);
        }
        for (slot, &byte) in bytes.iter().enumerate() {
            if slot < filled {
                assert_eq!(word.tophash(slot).get(), byte & 0x7f);
            }
        }
        for top in 0..128 {
            // An entry sets all of its hints, so a word with some of them has none of its tophash:
            // either answer is right then.
            let set_count = hints_of(top).iter().filter(|&&hint| bytes[hint] & 0x80 != 0).count();
            if set_count == 0 || set_count == hints_of(top).len() {
                let is_hinted = word.hints_at(tophash(top));
                assert_eq!(is_hinted, set_count > 0, "{top} in {bytes:x?}");
            }
        }
    }
}

#[test]
fn a_word_changes_as_its_eight_bytes_do() {
    for (n, bytes) in words().enumerate() {
        let word = Word::of_bytes(&bytes);
        let top = n as u64 % 128;
        let stored = top.max(1) as u8;
        for slot in 0..SLOT_COUNT {
            let with = |byte: u8| {
                let mut changed = bytes;
                changed[slot] = bytes[slot] & 0x80 | byte;
                changed
            };
            assert_eq!(bytes_of(word.without(slot)), with(0));
            assert_eq!(bytes_of(word.replaced(slot, tophash(top))), with(stored));
            let free = word.without(slot);
            assert_eq!(bytes_of(free.with(slot, tophash(top))), with(stored));
            assert_eq!(bytes_of(free.with_byte(slot, stored)), with(stored));
        }
        let hints = 0x8000_8080_0000_8000_u64;
        let expected: Vec<u8> =
            bytes.iter().zip(hints.to_le_bytes()).map(|(byte, hint)| byte & 0x7f | hint).collect();
        assert_eq!(bytes_of(word.with_hints(hints))[..], expected);
    }
    assert_eq!(bytes_of(Word::EMPTY), [0; SLOT_COUNT]);
}

#[test]
fn the_hints_of_a_node_are_those_of_all_its_entries() {
    for bytes in words() {
        let mut expected = [0; SLOT_COUNT];
        for byte in bytes.map(|byte| byte & 0x7f).into_iter().filter(|&byte| byte != 0) {
            for hint in hints_of(u64::from(byte)) {
                expected[hint] = 0x80;
            }
        }
        let word = Word::of_bytes(&bytes).with_hints(0);
        assert_eq!(word.hints_of_entries().to_le_bytes(), expected, "{bytes:x?}");
    }
}

#[test]
fn a_tophash_is_the_seven_top_bits_and_sets_the_hint_of_its_three_low_ones() {
    for top in 0..128 {
        assert_eq!(u64::from(tophash(top).get()), top.max(1));
        let mut expected = [0; SLOT_COUNT];
        for hint in hints_of(top) {
            expected[hint] = 0x80;
        }
        assert_eq!(tophash(top).hint().to_le_bytes(), expected);
    }
}

#[test]
fn matches_come_from_the_first_slot_to_the_last() {
    for bytes in words() {
        for top in [0, 1, 2, 0x40, 0x7f, u64::from(bytes[0] & 0x7f)] {
            let mut matches = Word::of_bytes(&bytes).matches(tophash(top));
            for slot in (0..SLOT_COUNT).filter(|&slot| u64::from(bytes[slot] & 0x7f) == top.max(1))
            {
                assert_eq!(matches.first(), Some(slot));
                matches = matches.without_first();
            }
            assert_eq!(matches.first(), None);
        }
    }
}
