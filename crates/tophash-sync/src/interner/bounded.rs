//! The interner that says when it is full: [`BoundedInterner`].

use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::hash::BuildHasher;

use tophash::RandomState;

use super::Symbol;
use super::core::{Core, Limits};
use super::plain::refuse;
use crate::atomics::const_where_possible;

/// An [`Interner`](super::Interner) that takes in so many texts, and so many bytes of text, and no
/// more: for texts that strangers choose.
///
/// A text that is there is found also when it is full; what to do with a new one is for the caller
/// to say: refuse the request, keep the text as it is, or begin a new interner.
///
/// ```
/// use tophash_sync::BoundedInterner;
/// use tophash_sync::interner::Full;
///
/// let tags = BoundedInterner::new(2, 1000);
/// let (red, green) = (tags.intern("red")?, tags.intern("green")?);
/// assert_eq!(tags.intern("blue"), Err(Full::Texts { max: 2 }));
/// assert_eq!(tags.intern("red"), Ok(red));
/// assert_eq!(tags.resolve(green), "green");
/// # Ok::<(), Full>(())
/// ```
pub struct BoundedInterner<S = RandomState> {
    core: Core<S>,
    limits: Limits,
}

/// A text was not taken in, because the interner has as much as it may have.
///
/// Nothing is ever removed, so trying again does not help: look the text up with `get`, refuse it,
/// or begin a new interner.
///
/// ```
/// use tophash_sync::{BoundedInterner, interner::Full};
///
/// let error = BoundedInterner::new(0, 0).intern("alice").unwrap_err();
/// assert_eq!(error.to_string(), "the interner is full: it has 0 texts");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Full {
    /// It has so many texts.
    Texts {
        /// The most texts.
        max: usize,
    },
    /// With this text it would have more bytes.
    Bytes {
        /// The most bytes of text.
        max: usize,
    },
}

impl Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Texts { max } => write!(f, "the interner is full: it has {max} texts"),
            Self::Bytes { max } => {
                write!(f, "the interner is full: the text does not fit into its {max} bytes")
            }
        }
    }
}

impl Error for Full {}

impl BoundedInterner {
    const_where_possible! {
        /// An interner of at most `texts_max` texts with at most `bytes_max` bytes together. It
        /// takes no memory until the first; in the end it takes `bytes_max` and about 36 bytes for
        /// each text.
        ///
        /// ```
        /// use tophash_sync::BoundedInterner;
        ///
        /// static TAGS: BoundedInterner = BoundedInterner::new(10_000, 1 << 20);
        /// assert!(TAGS.intern("red").is_ok());
        /// ```
        #[must_use]
        pub const fn new(texts_max: usize, bytes_max: usize) -> Self {
            Self { core: Core::new(RandomState::new()), limits: Limits { texts_max, bytes_max } }
        }
    }
}

impl<S> BoundedInterner<S> {
    const_where_possible! {
        /// As [`BoundedInterner::new`], with a hash state of your own.
        ///
        /// ```
        /// use std::hash::RandomState;
        /// use tophash_sync::BoundedInterner;
        ///
        /// let tags = BoundedInterner::with_hasher(10, 100, RandomState::new());
        /// assert!(tags.intern("red").is_ok());
        /// ```
        #[must_use]
        pub const fn with_hasher(texts_max: usize, bytes_max: usize, state: S) -> Self {
            Self { core: Core::new(state), limits: Limits { texts_max, bytes_max } }
        }
    }

    /// The text of a symbol, as [`Interner::resolve`](super::Interner::resolve).
    ///
    /// # Panics
    ///
    /// If the symbol is of another interner that has more texts.
    ///
    /// ```
    /// let tags = tophash_sync::BoundedInterner::new(10, 100);
    /// let red = tags.intern("red").unwrap();
    /// assert_eq!(tags.resolve(red), "red");
    /// ```
    #[inline]
    #[track_caller]
    pub fn resolve(&self, symbol: Symbol) -> &str {
        match self.core.resolve(symbol) {
            Some(text) => text,
            None => refuse(symbol, self.len()),
        }
    }

    /// The text of a symbol, if this interner has so many. O(1), without a lock.
    ///
    /// ```
    /// use tophash_sync::{BoundedInterner, Symbol};
    ///
    /// let tags = BoundedInterner::new(10, 100);
    /// assert_eq!(tags.try_resolve(Symbol::from_index(0).unwrap()), None);
    /// ```
    #[inline]
    pub fn try_resolve(&self, symbol: Symbol) -> Option<&str> {
        self.core.resolve(symbol)
    }

    /// How many texts there are. O(1), without a lock.
    ///
    /// ```
    /// assert_eq!(tophash_sync::BoundedInterner::new(10, 100).len(), 0);
    /// ```
    pub fn len(&self) -> usize {
        self.core.len()
    }

    /// Whether there is no text. O(1), without a lock.
    ///
    /// ```
    /// assert!(tophash_sync::BoundedInterner::new(10, 100).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of all texts together. O(1); waits for a writer.
    ///
    /// ```
    /// assert_eq!(tophash_sync::BoundedInterner::new(10, 100).text_bytes(), 0);
    /// ```
    pub fn text_bytes(&self) -> usize {
        self.core.text_bytes()
    }

    /// Bytes that the interner holds in allocations, the texts among them. O(1); waits for a
    /// writer.
    ///
    /// ```
    /// assert_eq!(tophash_sync::BoundedInterner::new(10, 100).allocation_size(), 0);
    /// ```
    pub fn allocation_size(&self) -> usize {
        self.core.allocation_size()
    }

    /// Whether the default hash was given up because of texts that collide. O(1).
    ///
    /// ```
    /// assert!(!tophash_sync::BoundedInterner::new(10, 100).is_flooded());
    /// ```
    pub fn is_flooded(&self) -> bool {
        self.core.is_flooded()
    }

    /// The symbols that there are at the moment, with their texts, in the order in which they came.
    ///
    /// ```
    /// let tags = tophash_sync::BoundedInterner::new(10, 100);
    /// let red = tags.intern("red").unwrap();
    /// assert!(tags.iter().eq([(red, "red")]));
    /// ```
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Symbol, &str)> + use<'_, S> {
        self.core.iter()
    }
}

impl<S: BuildHasher> BoundedInterner<S> {
    /// The symbol of a text, which is taken in if it is new and there is room. O(text); a text that
    /// is there takes no lock.
    ///
    /// # Errors
    ///
    /// [`Full`] if there is no room for it; it says of what there is too much.
    ///
    /// ```
    /// let tags = tophash_sync::BoundedInterner::new(1, 100);
    /// assert!(tags.intern("red").is_ok());
    /// assert!(tags.intern("green").is_err());
    /// ```
    #[inline]
    pub fn intern(&self, text: &str) -> Result<Symbol, Full> {
        self.core.intern(text, self.limits)
    }

    /// The symbol of a text, if it is there. O(text); a text that is there takes no lock.
    ///
    /// ```
    /// let tags = tophash_sync::BoundedInterner::new(1, 100);
    /// assert_eq!(tags.get("red"), None);
    /// ```
    #[inline]
    pub fn get(&self, text: &str) -> Option<Symbol> {
        self.core.get(text)
    }
}

impl<S> Debug for BoundedInterner<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundedInterner")
            .field("len", &self.len())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
