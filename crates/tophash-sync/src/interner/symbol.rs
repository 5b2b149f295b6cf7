//! The number that stands for a text: [`Symbol`].

use std::num::NonZeroU32;

/// A text of an interner, as a number: four bytes that are copied, compared and hashed at once.
///
/// Symbols of one interner are equal if and only if their texts are. Their order is that in which
/// the texts came, from 0 on without gaps, so that they can be indices of a `Vec`. A symbol says
/// nothing of which interner it is of: handed to another one it stands for another text, or for
/// none.
///
/// ```
/// use tophash_sync::{Interner, Symbol};
///
/// let names = Interner::new();
/// let alice = names.intern("alice");
/// assert_eq!(alice.index(), 0);
/// assert_eq!(Symbol::from_index(0), Some(alice));
/// assert_eq!(size_of::<Option<Symbol>>(), 4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(NonZeroU32);

impl Symbol {
    /// Symbols that there are.
    pub const COUNT_MAX: usize = u32::MAX as usize;

    /// How many texts came before this one. O(1).
    ///
    /// ```
    /// let names = tophash_sync::Interner::new();
    /// assert_eq!(["alice", "bob"].map(|name| names.intern(name).index()), [0, 1]);
    /// ```
    #[inline]
    #[must_use]
    pub const fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    /// The symbol with this index, if there can be one. O(1).
    ///
    /// ```
    /// use tophash_sync::Symbol;
    ///
    /// assert_eq!(Symbol::from_index(7).map(Symbol::index), Some(7));
    /// assert_eq!(Symbol::from_index(Symbol::COUNT_MAX), None);
    /// ```
    #[inline]
    #[must_use]
    pub const fn from_index(index: usize) -> Option<Self> {
        if index >= Self::COUNT_MAX {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "below 2^32, as was just seen")]
        match NonZeroU32::new(index as u32 + 1) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// The number that stands for it in the index's words; never 0.
    #[inline]
    pub(super) const fn number(self) -> u32 {
        self.0.get()
    }

    /// The symbol of such a number; `None` for 0.
    #[inline]
    pub(super) const fn of_number(number: u32) -> Option<Self> {
        match NonZeroU32::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }
}
