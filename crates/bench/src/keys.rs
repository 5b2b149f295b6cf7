//! The keys and values that maps are measured with, each made from a number.

use std::hash::Hash;

/// How keys look. Each shape gives a different key for each number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Without pattern.
    Random,
    /// One after another.
    Sequential,
    /// Numbers of which only the upper half differs.
    HighBits,
    /// Multiples of 4096, as addresses of pages are.
    Multiples,
    /// Pronounceable words of 4 to 16 letters.
    Words,
    /// Addresses of pages that share long beginnings.
    Urls,
}

impl Shape {
    /// The name in a cell's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Sequential => "sequential",
            Self::HighBits => "high-bits",
            Self::Multiples => "multiples",
            Self::Words => "words",
            Self::Urls => "urls",
        }
    }

    /// The number that stands for `index` in this shape.
    fn number(self, index: u64) -> u64 {
        match self {
            Self::Random | Self::Words | Self::Urls => scramble(index),
            Self::Sequential => index,
            Self::HighBits => index << 32,
            Self::Multiples => index << 12,
        }
    }
}

/// A key that can be made from its shape and a number.
pub trait Key: Clone + Eq + Hash + Ord + 'static {
    /// The key number `index`, below 2^32.
    fn make(shape: Shape, index: u64) -> Self;
    /// Something that depends on the key's own bytes.
    fn digest(&self) -> u64;
}

impl Key for u64 {
    fn make(shape: Shape, index: u64) -> Self {
        shape.number(index)
    }

    #[inline(always)]
    fn digest(&self) -> u64 {
        *self
    }
}

impl Key for (u32, u32) {
    #[expect(clippy::cast_possible_truncation, reason = "the two halves are what is wanted")]
    fn make(shape: Shape, index: u64) -> Self {
        let number = shape.number(index);
        ((number >> 32) as u32, number as u32)
    }

    #[inline(always)]
    fn digest(&self) -> u64 {
        u64::from(self.0) ^ u64::from(self.1)
    }
}

impl Key for [u8; 16] {
    fn make(shape: Shape, index: u64) -> Self {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&shape.number(index).to_le_bytes());
        bytes[8..].copy_from_slice(&shape.number(index ^ 0x5555).to_le_bytes());
        bytes
    }

    #[inline(always)]
    fn digest(&self) -> u64 {
        u64::from(self[0])
    }
}

impl Key for String {
    fn make(shape: Shape, index: u64) -> Self {
        let number = shape.number(index);
        match shape {
            Shape::Words => word(index),
            Shape::Urls => {
                format!("https://www.example.com/shop/department-{}/article/{index}", number % 64)
            }
            Shape::Sequential => format!("user-{index:08}"),
            // 8 to 24 bytes: the number in base 16, cut, and the index that makes it unique.
            _ => {
                let mut text = format!("{index:08x}{number:016x}");
                text.truncate(usize::from(8 + (number % 17).to_le_bytes()[0]));
                text
            }
        }
    }

    /// The length: the text itself lies elsewhere, for every rival alike.
    #[inline(always)]
    fn digest(&self) -> u64 {
        self.len() as u64
    }
}

/// A word of syllables, another for each index.
fn word(mut index: u64) -> String {
    const ONSETS: [&str; 16] =
        ["b", "ch", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t", "w"];
    const RIMES: [&str; 16] =
        ["a", "an", "ar", "e", "el", "en", "er", "i", "in", "ing", "o", "on", "or", "u", "un", "y"];
    let mut text = String::new();
    // Two syllables at least, so that small numbers make words as well; the digits of the number
    // in base 256 are the syllables, so that no two are equal.
    for syllable in 0.. {
        if index == 0 && syllable >= 2 {
            break;
        }
        let digit = usize::from(index.to_le_bytes()[0]);
        text.push_str(ONSETS[digit / 16]);
        text.push_str(RIMES[digit % 16]);
        index >>= 8;
    }
    text
}

/// A value that can be made from a number and read back in part.
pub trait Value: Clone + 'static {
    /// The value for the key number `index`.
    fn make(index: u64) -> Self;
    /// Something that depends on the value and is below 2^32.
    fn digest(&self) -> u64;
}

impl Value for u64 {
    fn make(index: u64) -> Self {
        index
    }

    #[inline(always)]
    fn digest(&self) -> u64 {
        *self
    }
}

impl Value for u8 {
    fn make(index: u64) -> Self {
        index.to_le_bytes()[0]
    }

    #[inline(always)]
    fn digest(&self) -> u64 {
        u64::from(*self)
    }
}

impl Value for [u8; 64] {
    fn make(index: u64) -> Self {
        [index.to_le_bytes()[0]; 64]
    }

    #[inline(always)]
    fn digest(&self) -> u64 {
        u64::from(self[0])
    }
}

/// A number without pattern, another for each: the finaliser of splitmix64.
#[must_use]
pub fn scramble(index: u64) -> u64 {
    let mut bits = index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Puts a slice into an order that depends on `seed` alone.
pub fn shuffle<T>(items: &mut [T], seed: u64) {
    for place in (1..items.len()).rev() {
        #[expect(clippy::cast_possible_truncation, reason = "below a length")]
        let other = (scramble(seed ^ (place as u64) << 20) % (place as u64 + 1)) as usize;
        items.swap(place, other);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const SHAPES: [Shape; 6] = [
        Shape::Random,
        Shape::Sequential,
        Shape::HighBits,
        Shape::Multiples,
        Shape::Words,
        Shape::Urls,
    ];

    #[test]
    fn keys_of_different_numbers_differ() {
        fn check<K: Key>(shape: Shape) {
            // What is present and what is missing in the largest quick cells.
            let numbers = (0..30_000).chain(10_000_000..10_010_000);
            let keys: HashSet<K> = numbers.map(|index| K::make(shape, index)).collect();
            assert_eq!(keys.len(), 40_000, "{shape:?}");
        }
        for shape in SHAPES {
            check::<u64>(shape);
            check::<(u32, u32)>(shape);
            check::<[u8; 16]>(shape);
            check::<String>(shape);
        }
    }

    #[test]
    fn random_strings_have_8_to_24_bytes() {
        let lens: HashSet<usize> =
            (0..1000).map(|index| String::make(Shape::Random, index).len()).collect();
        assert_eq!(lens, (8..=24).collect());
    }

    #[test]
    fn shuffling_loses_nothing() {
        let mut numbers: Vec<u32> = (0..1000).collect();
        shuffle(&mut numbers, 1);
        assert!(!numbers.is_sorted());
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(0..1000));
    }
}
