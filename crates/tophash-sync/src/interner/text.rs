//! How a text is hashed and compared.
//!
//! Most texts that are interned have 8 to 32 bytes. Whatever their length, four words cover them:
//! two from the beginning on and two up to the end, which overlap where the text is short. So they
//! are hashed and compared without a branch that depends on the length, which processors do not
//! foresee where lengths are mixed: such a branch in the hash and one in the comparison cost as
//! much as all the rest of a hit.

use std::hash::{BuildHasher, Hasher};

use crate::hashing::is_default;

/// An odd number without pattern, by which hashes are multiplied: a user's hash may have its
/// randomness anywhere.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The words that cover a text.
type Words = [u64; 4];

/// Bytes of the shortest text, and of the longest, that four words cover.
const COVERED: std::ops::RangeInclusive<usize> = 8..=32;

/// A text that is looked for.
#[derive(Clone, Copy)]
pub(super) struct Sought<'a> {
    pub(super) text: &'a str,
    words: Option<Words>,
}

impl<'a> Sought<'a> {
    #[inline(always)]
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, words: words_of(text) }
    }

    /// Whether it is this text.
    #[inline(always)]
    pub(super) fn is(&self, other: &str) -> bool {
        match self.words {
            // Of the same length, so the words of both are there, and lie alike.
            Some(words) if self.text.len() == other.len() => {
                let others = words_of(other).unwrap_or_default();
                (0..4).fold(0, |unlike, n| unlike | (words[n] ^ others[n])) == 0
            }
            Some(_) => false,
            None => self.text == other,
        }
    }

    /// 32 bits of the text's hash. Of a state that is not the default one only `write` and `finish`
    /// are called, with all bytes.
    #[inline(always)]
    pub(super) fn hash<S: BuildHasher>(&self, state: &S) -> u32 {
        let mut hasher = state.build_hasher();
        match self.words {
            Some([first, second, third, last]) if is_default::<S>() => {
                // The words of a text may be those of a longer one, and a sum could be made up for
                // by a byte.
                hasher.write_u64(first ^ (self.text.len() as u64).wrapping_mul(SPREAD));
                hasher.write_u64(second);
                hasher.write_u64(third);
                hasher.write_u64(last);
            }
            _ => {
                hasher.write(self.text.as_bytes());
                if is_default::<S>() {
                    // It does not hash lengths by itself: texts of one letter were alike.
                    hasher.write_usize(self.text.len());
                }
            }
        }
        (hasher.finish().wrapping_mul(SPREAD) >> 32) as u32
    }
}

/// The words that cover a text, if its length allows it.
#[inline(always)]
fn words_of(text: &str) -> Option<Words> {
    let len = text.len();
    if !COVERED.contains(&len) {
        return None;
    }
    let last = len - 8;
    let second = last.min(8);
    let word_at = |offset: usize| {
        debug_assert!(offset + 8 <= len);
        // SAFETY: the offsets below are at most `len - 8`; a word may begin anywhere.
        unsafe { text.as_ptr().add(offset).cast::<u64>().read_unaligned() }
    };
    Some([word_at(0), word_at(second), word_at(last - second), word_at(last)])
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::Sought;
    use std::collections::HashSet;
    use std::hash::BuildHasher;

    #[test]
    fn a_text_is_told_from_each_other_that_differs_in_a_byte_or_in_length() {
        for len in 0..70 {
            let text: String = ('a'..='z').cycle().take(len).collect();
            let sought = Sought::new(&text);
            assert!(sought.is(&text.clone()));
            assert!(!sought.is(&format!("{text}x")));
            for place in 0..len {
                let mut other = text.clone().into_bytes();
                other[place] ^= 1;
                assert!(!sought.is(std::str::from_utf8(&other).expect("ASCII")), "{text} {place}");
            }
        }
    }

    #[test]
    fn texts_that_differ_in_a_byte_or_in_length_differ_in_their_hashes() {
        let state = tophash::RandomState::new();
        let mut hashes = HashSet::new();
        let mut count = 0;
        for len in 1..40 {
            for place in 0..len {
                let mut text = vec![b'a'; len];
                text[place] = b'b';
                let text = String::from_utf8(text).expect("ASCII");
                hashes.insert(Sought::new(&text).hash(&state));
                count += 1;
            }
        }
        // Of 780 hashes of 32 bits two are alike in one run of 14,000.
        assert!(hashes.len() + 1 >= count, "{} of {count}", hashes.len());
    }

    #[test]
    fn a_state_of_ones_own_is_given_all_bytes() {
        let state = std::hash::RandomState::new();
        for text in ["red", "more than eight", "more than thirty-two bytes of one text"] {
            use std::hash::Hasher;
            let mut hasher = state.build_hasher();
            hasher.write(text.as_bytes());
            let expected = (hasher.finish().wrapping_mul(super::SPREAD) >> 32) as u32;
            assert_eq!(Sought::new(text).hash(&state), expected);
        }
    }
}
