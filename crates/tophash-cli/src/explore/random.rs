//! Chance: numbers from a seed, names made of syllables, and seeds that nobody can guess.

use std::hash::{BuildHasher, Hasher, RandomState};

/// A generator of numbers that look random: `SplitMix64`. With the same seed, the same numbers.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0. Not perfectly even, and nothing here needs that.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX);
        usize::try_from(self.number() % end).unwrap_or(0)
    }

    /// A name that can be read aloud, of so many syllables. There are 80 syllables.
    pub(crate) fn name(&mut self, syllable_count: usize) -> String {
        const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
        const VOWELS: &[u8; 5] = b"aeiou";
        let mut name = String::with_capacity(syllable_count * 2);
        for _ in 0..syllable_count {
            name.push(char::from(CONSONANTS[self.below(CONSONANTS.len())]));
            name.push(char::from(VOWELS[self.below(VOWELS.len())]));
        }
        name
    }
}

/// 64 bits that nobody can guess: std's `SipHash`, keyed by the operating system.
pub(crate) fn unguessable() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::{Random, unguessable};

    #[test]
    fn the_same_seed_gives_the_same_names() {
        let names = |seed| {
            let mut random = Random::from_seed(seed);
            [random.name(2), random.name(3)]
        };
        assert_eq!(names(1), names(1));
        assert_ne!(names(1), names(2));
        assert_eq!(names(1)[1].len(), 6);
    }

    #[test]
    fn two_unguessable_numbers_differ() {
        assert_ne!(unguessable(), unguessable());
    }
}
