//! What a [`WordMap`](super::WordMap) can hold: whatever fits into 64 bits.

use crate::Symbol;

/// A value that is the same as a number of 64 bits.
///
/// `from_word(x.to_word())` must be `x`, and two values must be equal just when their words are. A
/// type that breaks this loses entries or mixes them up, and nothing worse.
///
/// Floating-point numbers are compared by their bits: two zeros, and many NaNs.
///
/// ```
/// use tophash_sync::{WordMap, word_map::Word};
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// struct Celsius(i32);
///
/// impl Word for Celsius {
///     fn to_word(self) -> u64 {
///         self.0.to_word()
///     }
///
///     fn from_word(word: u64) -> Self {
///         Self(i32::from_word(word))
///     }
/// }
///
/// let rooms = WordMap::from([(1_u8, Celsius(21)), (2, Celsius(-4))]);
/// assert_eq!(rooms.load(2), Some(Celsius(-4)));
/// ```
pub trait Word: Copy {
    /// The number that this value is.
    fn to_word(self) -> u64;

    /// The value that this number is. Called with what [`to_word`](Self::to_word) returned.
    fn from_word(word: u64) -> Self;
}

/// Integers, extended or cut.
macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl Word for $integer {
            #[inline]
            #[expect(clippy::allow_attributes, reason = "not each of these types has each lint")]
            #[allow(
                clippy::cast_sign_loss,
                clippy::cast_lossless,
                trivial_numeric_casts,
                reason = "signed numbers are extended, and come back as they were"
            )]
            fn to_word(self) -> u64 {
                self as u64
            }

            #[inline]
            #[expect(clippy::allow_attributes, reason = "as above")]
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_possible_wrap,
                trivial_numeric_casts,
                reason = "what is cut off was added"
            )]
            fn from_word(word: u64) -> Self {
                word as Self
            }
        }
    )*};
}

integers!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

impl Word for bool {
    #[inline]
    fn to_word(self) -> u64 {
        u64::from(self)
    }

    #[inline]
    fn from_word(word: u64) -> Self {
        word != 0
    }
}

impl Word for char {
    #[inline]
    fn to_word(self) -> u64 {
        u64::from(self)
    }

    #[inline]
    fn from_word(word: u64) -> Self {
        u32::try_from(word).ok().and_then(Self::from_u32).expect("it was made of a character")
    }
}

impl Word for () {
    #[inline]
    fn to_word(self) -> u64 {
        0
    }

    #[inline]
    fn from_word(_: u64) -> Self {}
}

impl Word for f32 {
    #[inline]
    fn to_word(self) -> u64 {
        u64::from(self.to_bits())
    }

    #[inline]
    fn from_word(word: u64) -> Self {
        Self::from_bits(u32::from_word(word))
    }
}

impl Word for f64 {
    #[inline]
    fn to_word(self) -> u64 {
        self.to_bits()
    }

    #[inline]
    fn from_word(word: u64) -> Self {
        Self::from_bits(word)
    }
}

impl Word for Symbol {
    #[inline]
    fn to_word(self) -> u64 {
        self.index().to_word()
    }

    #[inline]
    fn from_word(word: u64) -> Self {
        Self::from_index(usize::from_word(word)).expect("it was made of a symbol")
    }
}

/// Pairs of small integers.
macro_rules! pairs {
    ($($half:ty)*) => {$(
        impl Word for ($half, $half) {
            #[inline]
            fn to_word(self) -> u64 {
                self.0.to_word() << 32 | self.1.to_word() & u64::from(u32::MAX)
            }

            #[inline]
            fn from_word(word: u64) -> Self {
                (<$half>::from_word(word >> 32), <$half>::from_word(word))
            }
        }
    )*};
}

pairs!(u8 u16 u32 i8 i16 i32);

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::Word;
    use crate::Symbol;
    use std::fmt::Debug;

    #[track_caller]
    fn come_back<T: Word + PartialEq + Debug>(values: impl IntoIterator<Item = T>) {
        for value in values {
            assert_eq!(T::from_word(value.to_word()), value);
        }
    }

    #[test]
    fn every_value_comes_back_from_its_word() {
        come_back([0_u8, 1, u8::MAX]);
        come_back([0_u64, 1, u64::MAX]);
        come_back([0_usize, usize::MAX]);
        come_back([i8::MIN, -1, 0, i8::MAX]);
        come_back([i64::MIN, -1, 0, i64::MAX]);
        come_back([isize::MIN, -1, isize::MAX]);
        come_back([false, true]);
        come_back(['a', '\0', char::MAX]);
        come_back([0.5_f32, f32::INFINITY]);
        come_back([0.5_f64, f64::MIN_POSITIVE]);
        come_back([(1_u32, u32::MAX), (u32::MAX, 2)]);
        come_back([(i32::MIN, -1), (-1, 0), (7, i32::MIN)]);
        come_back([(-1_i8, 3), (3, -1)]);
        come_back([()]);
        come_back([0, 7, Symbol::COUNT_MAX - 1].map(|index| Symbol::from_index(index).unwrap()));
    }

    #[test]
    fn different_pairs_have_different_words() {
        let values = [i16::MIN, -1, 0, 1, i16::MAX];
        let pairs = || values.iter().flat_map(|one| values.iter().map(move |other| (*one, *other)));
        for one in pairs() {
            assert!(pairs().all(|other| (one == other) == (one.to_word() == other.to_word())));
        }
    }
}
