//! Tophash words: the eight tophash bytes of a bucket, compared all at once.
//!
//! One byte per slot, slot 0 in the least significant byte (an integer is used throughout, so the
//! byte order of the machine does not matter):
//!
//! ```text
//!          byte 7                                                   byte 0
//! word  = |h|ttttttt|h|ttttttt|h|ttttttt|h|ttttttt| ...           |h|ttttttt|
//!          |    └─ tophash of the entry in slot 7, or 0: empty     |
//!          └─ overflow hint 7                                      └─ overflow hint 0
//! ```
//!
//! Go keeps eight bits of the hash per slot and reserves the lowest values as markers. Here seven
//! bits are kept: the eighth bits of the eight bytes together are the *overflow hint* of the chain.
//! Hint *j* is set when an entry whose tophash ends in the three bits *j* went to one of the
//! chain's overflow buckets (the tophash 1 sets hint 0 as well, because 0 is stored as 1). So one
//! load answers both questions of a look-up: which slots may hold the key, and whether the overflow
//! chain must be followed at all.

#[cfg(all(
    target_arch = "aarch64",
    target_feature = "neon",
    target_endian = "little",
    not(tophash_portable)
))]
mod neon;
#[cfg(any(
    test,
    tophash_portable,
    not(any(
        all(target_arch = "x86_64", target_feature = "sse2"),
        all(target_arch = "aarch64", target_feature = "neon", target_endian = "little"),
    ))
))]
mod portable;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(tophash_portable)))]
mod sse2;

#[cfg(all(
    target_arch = "aarch64",
    target_feature = "neon",
    target_endian = "little",
    not(tophash_portable)
))]
pub(crate) use neon::Matches;
#[cfg(any(
    tophash_portable,
    not(any(
        all(target_arch = "x86_64", target_feature = "sse2"),
        all(target_arch = "aarch64", target_feature = "neon", target_endian = "little"),
    ))
))]
pub(crate) use portable::Matches;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(tophash_portable)))]
pub(crate) use sse2::Matches;

/// Slots in a bucket, as in Go.
pub(crate) const SLOT_COUNT: usize = 8;

/// The seven tophash bits of every byte.
const TOPHASH_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// The hint bit of every byte.
const HINT_BITS: u64 = !TOPHASH_BITS;

/// The tophash of one key: the hash's seven highest bits. 0, which marks an empty slot, is stored
/// as 1: 0 and 1 are the same tophash. To find out which it is takes instructions, so that is left
/// to those who write, and to the comparison, which has a cheaper way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tophash(u64);

impl Tophash {
    /// The tophash of `hash`.
    #[inline(always)]
    pub(crate) fn of(hash: u64) -> Self {
        Self(hash >> 57)
    }

    /// The value as it is stored: 1 to 127.
    #[inline(always)]
    const fn stored(self) -> u64 {
        if self.0 == 0 { 1 } else { self.0 }
    }

    /// The value as it is stored: 1 to 127.
    pub(crate) const fn get(self) -> u8 {
        self.stored() as u8
    }

    /// The hint bit that this tophash sets in the word of its chain's main bucket. The two that are
    /// one set two, so that a look-up need not know which it is.
    #[inline(always)]
    pub(crate) const fn hint(self) -> u64 {
        if self.0 <= 1 { 0x8080 } else { 0x80 << ((self.0 & 7) * 8) }
    }
}

/// The tophash bytes of one bucket, and the overflow hints of its chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(transparent)]
pub(crate) struct Word(u64);

impl Word {
    /// Eight empty slots and no overflow.
    pub(crate) const EMPTY: Self = Self(0);

    /// A word with the first `count` slots taken, fewer than all, by whatever tophash.
    pub(crate) const fn with_first(count: usize) -> Self {
        Self(0x0101_0101_0101_0101 & ((1 << (count * 8)) - 1))
    }

    /// The slots whose tophash is `tophash`.
    #[inline(always)]
    pub(crate) fn matches(self, tophash: Tophash) -> Matches {
        Matches::new(self.0, tophash.0)
    }

    /// How many slots are taken. They are the first ones: a chain has no holes.
    #[inline(always)]
    pub(crate) fn filled(self) -> usize {
        (71 - (self.0 & TOPHASH_BITS).leading_zeros() as usize) >> 3
    }

    /// Whether the last slot is taken.
    #[inline(always)]
    pub(crate) fn is_full(self) -> bool {
        self.0 & (0x7f << 56) != 0
    }

    /// Whether the first slot is free.
    #[inline(always)]
    #[expect(clippy::verbose_bit_mask, reason = "seven bits of one byte, not trailing zeros")]
    pub(crate) fn is_vacant(self) -> bool {
        self.0 & 0x7f == 0
    }

    /// The tophash in `slot`, which is taken.
    #[inline(always)]
    pub(crate) fn tophash(self, slot: usize) -> Tophash {
        debug_assert!(slot < self.filled());
        Tophash(self.0 >> (slot * 8) & 0x7f)
    }

    /// The word with the free `slot` taken by `tophash`.
    #[inline(always)]
    pub(crate) fn with(self, slot: usize, tophash: Tophash) -> Self {
        Self(self.0 | tophash.stored() << (slot * 8))
    }

    /// The word with `slot` holding `tophash` in place of what it held.
    #[inline(always)]
    pub(crate) fn replaced(self, slot: usize, tophash: Tophash) -> Self {
        self.without(slot).with(slot, tophash)
    }

    /// The word with `slot` free.
    #[inline(always)]
    pub(crate) fn without(self, slot: usize) -> Self {
        Self(self.0 & !(0x7f << (slot * 8)))
    }

    /// The word with the first `count` slots alone. It must have no hints.
    #[inline(always)]
    pub(crate) fn first(self, count: usize) -> Self {
        debug_assert!(count <= SLOT_COUNT);
        // Two shifts, since one by 64 bits is none.
        let half = 4 * count as u32;
        Self(self.0 & !(u64::MAX << half << half))
    }

    /// The word with what is in `byte` in the free `slot`: see [`Self::byte`].
    #[inline(always)]
    pub(crate) fn with_byte(self, slot: usize, byte: u8) -> Self {
        Self(self.0 | u64::from(byte) << (slot * 8))
    }

    /// Whether the chain has overflow buckets.
    #[inline(always)]
    pub(crate) fn has_overflow(self) -> bool {
        self.0 & HINT_BITS != 0
    }

    /// Whether a key with this tophash may lie in the chain's overflow buckets.
    #[inline(always)]
    pub(crate) fn hints_at(self, tophash: Tophash) -> bool {
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(tophash_portable)))]
        return sse2::has_hint(self.0, tophash.0);
        #[cfg(not(all(target_arch = "x86_64", target_feature = "sse2", not(tophash_portable))))]
        return self.0 >> ((tophash.0 * 8 + 7) & 63) & 1 != 0;
    }

    /// The byte of one slot: its tophash, and above it a hint of the chain's.
    #[inline(always)]
    pub(crate) fn byte(self, slot: usize) -> u8 {
        (self.0 >> (slot * 8)) as u8
    }

    /// The word with these bytes, of which there are eight.
    #[inline(always)]
    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        Self(u64::from_le_bytes(bytes.try_into().expect("a byte for each slot")))
    }

    /// The hints alone.
    #[inline(always)]
    pub(crate) fn hints(self) -> u64 {
        self.0 & HINT_BITS
    }

    /// The word with `hints` in place of its own.
    #[inline(always)]
    pub(crate) fn with_hints(self, hints: u64) -> Self {
        debug_assert!(hints & TOPHASH_BITS == 0);
        Self(self.0 & TOPHASH_BITS | hints)
    }

    /// The hints that the entries of this bucket, an overflow bucket, ask for.
    #[inline]
    pub(crate) fn hints_of_entries(self) -> u64 {
        /// 1 in every byte.
        const ONES: u64 = TOPHASH_BITS / 127;
        let tophashes = self.0 & TOPHASH_BITS;
        // No byte carries into the next: 127 and 127 are less than 256.
        let taken = (tophashes + TOPHASH_BITS) & HINT_BITS;
        let is_one = !((tophashes ^ ONES) + TOPHASH_BITS) & HINT_BITS;
        // In the byte of each entry one bit, at first the lowest, goes up as far as the three low
        // bits of the tophash say. All bytes at once: how many entries there are, no processor
        // predicts.
        let mut bits = taken >> 7;
        for (bit, step) in [(0, 1), (1, 2), (2, 4)] {
            let goes_up = (tophashes >> bit & ONES) * 255;
            bits = bits & !goes_up | (bits & goes_up) << step;
        }
        bits |= is_one >> 7;
        bits |= bits >> 32;
        bits |= bits >> 16;
        bits |= bits >> 8;
        // Bit j to the top of byte j.
        let spread = ((bits & 255) * ONES) & 0x8040_2010_0804_0201;
        (spread + TOPHASH_BITS) & HINT_BITS
    }
}

#[cfg(test)]
mod tests {
    use testkit::reduced;

    use super::*;

    fn slots(mut matches: Matches) -> Vec<usize> {
        let mut slots = Vec::new();
        while let Some(slot) = matches.first() {
            slots.push(slot);
            matches = matches.without_first();
        }
        slots
    }

    fn portable_slots(word: Word, top: u64) -> Vec<usize> {
        let mut slots = Vec::new();
        let mut matches = portable::Matches::new(word.0, top);
        while let Some(slot) = matches.first() {
            slots.push(slot);
            matches = matches.without_first();
        }
        slots
    }

    /// A spread of words: every byte value in every slot, and pseudo-random ones.
    fn words() -> impl Iterator<Item = Word> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let edges = [0, u64::MAX, TOPHASH_BITS, HINT_BITS, 0x0101_0101_0101_0101];
        let singles = (0..8).flat_map(|slot| (0..256_u64).map(move |byte| byte << (slot * 8)));
        let random = core::iter::repeat_with(move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        });
        edges.into_iter().chain(singles).chain(random.take(2000)).map(Word)
    }

    #[test]
    fn matching_agrees_with_a_loop_over_the_bytes() {
        for word in words() {
            for top in 1..128 {
                let bytes = word.0.to_le_bytes();
                let naive: Vec<usize> =
                    (0..8).filter(|&slot| u64::from(bytes[slot] & 0x7f) == top).collect();
                assert_eq!(slots(word.matches(Tophash(top))), naive, "{word:x?} {top:x}");
            }
            assert_eq!(slots(word.matches(Tophash(0))), slots(word.matches(Tophash(1))));
        }
    }

    #[test]
    fn portable_matching_agrees_with_the_vector_unit() {
        for word in words() {
            for top in 0..128 {
                let portable = portable_slots(word, top);
                assert_eq!(slots(word.matches(Tophash(top))), portable, "{word:x?} {top:x}");
            }
        }
    }

    #[test]
    fn a_tophash_is_never_zero_and_is_the_top_seven_bits() {
        for top in 0..128_u64 {
            let tophash = Tophash::of(top << 57 | 0x1234);
            assert_eq!(u64::from(tophash.get()), top.max(1));
        }
    }

    #[test]
    fn filled_counts_the_taken_slots() {
        let mut word = Word::EMPTY;
        for slot in 0..SLOT_COUNT {
            assert_eq!(word.filled(), slot);
            assert_eq!(word.is_vacant(), slot == 0);
            assert!(!word.is_full());
            word = word.with(slot, Tophash(slot as u64 + 1)).with_hints(HINT_BITS);
            assert_eq!(word.tophash(slot).get(), slot as u8 + 1);
        }
        assert!(word.is_full());
        for slot in (0..SLOT_COUNT).rev() {
            word = word.without(slot);
            assert_eq!(word.filled(), slot);
        }
        assert_eq!(word.hints(), HINT_BITS);
    }

    #[test]
    fn hints_of_entries_are_those_of_each() {
        let mut random = testkit::Random::new(1);
        for _ in 0..reduced(20_000) {
            let mut word = Word::EMPTY;
            let mut hints = 0;
            for slot in 0..random.below(SLOT_COUNT + 1) {
                let tophash = Tophash(random.below(128) as u64 >> (random.below(2) * 5));
                word = word.with(slot, tophash);
                hints |= Tophash(tophash.stored()).hint();
            }
            assert_eq!(word.hints_of_entries(), hints, "{word:x?}");
            assert_eq!(word.with_hints(HINT_BITS).hints_of_entries(), hints, "{word:x?}");
        }
    }

    #[test]
    fn a_hint_is_one_bit_chosen_by_the_low_three_bits() {
        assert_eq!(Tophash(0).hint(), Tophash(1).hint());
        assert!(Word(Tophash(1).hint()).hints_at(Tophash(0)));
        assert!(Word(Tophash(1).hint()).hints_at(Tophash(1)));
        for top in 2..128 {
            let hint = Tophash(top).hint();
            assert_eq!(hint.count_ones(), 1);
            assert_eq!(hint.trailing_zeros(), (top as u32 & 7) * 8 + 7);
            assert!(Word(hint).hints_at(Tophash(top)));
            assert!(!Word(!hint).hints_at(Tophash(top)));
        }
    }
}
