//! The interner that takes in whatever comes: [`Interner`].

use std::fmt::{self, Debug};
use std::hash::BuildHasher;
use std::ops::Index;

use tophash::RandomState;

use super::Symbol;
use super::core::{Core, Limits};
use crate::atomics::const_where_possible;

/// Texts that come again and again, each kept once and named by a [`Symbol`].
///
/// The guide's `StringInterner` takes a read lock for every hit, and a write lock with a second
/// look for every new text:
///
/// ```go
/// si.mu.RLock()
/// interned, exists := si.strings[s]
/// si.mu.RUnlock()
/// if exists { return interned }
/// si.mu.Lock()
/// defer si.mu.Unlock()
/// // Double-check after acquiring write lock
/// if interned, exists := si.strings[s]; exists { return interned }
/// si.strings[s] = s
/// ```
///
/// Here it is one call, a hit takes no lock and writes to no memory, and a text is copied once:
///
/// ```
/// use tophash_sync::Interner;
///
/// static NAMES: Interner = Interner::new();
///
/// let alice = NAMES.intern("alice");
/// std::thread::scope(|threads| {
///     threads.spawn(|| assert_eq!(NAMES.intern("alice"), alice));
/// });
/// assert_eq!(NAMES.resolve(alice), "alice");
/// assert_eq!(NAMES.get("bob"), None);
/// ```
///
/// | operation | cost |
/// |---|---|
/// | `intern` of a text that is there, `get` of one | O(text); no lock, no write |
/// | `intern` of a new text | O(text), bounded; under the one lock of writers |
/// | `get` of a text that is not there | O(text); asked again under the lock |
/// | `resolve` | O(1); no lock |
///
/// A text takes about 36 bytes above its own: 16 for its place, 15 in the index, and what growth
/// keeps spare. **Nothing is ever removed.** For texts that strangers choose use
/// [`BoundedInterner`](super::BoundedInterner), which says when it is full, or
/// [`WeakInterner`](super::WeakInterner), which forgets what nobody holds.
///
/// A symbol can be resolved, by any thread, as soon as any thread has it.
///
/// # Texts that were chosen to collide
///
/// With the default state, an interner that meets a chain which chance does not explain builds a
/// second index with SipHash-1-3, once in its life, O(texts); readers go on meanwhile.
/// [`Interner::is_flooded`] says so. A state of your own is never replaced.
pub struct Interner<S = RandomState> {
    core: Core<S>,
}

impl Interner {
    const_where_possible! {
        /// An interner without a text. It takes no memory until the first.
        ///
        /// ```
        /// static NAMES: tophash_sync::Interner = tophash_sync::Interner::new();
        /// assert!(NAMES.is_empty());
        /// ```
        #[must_use]
        pub const fn new() -> Self {
            Self { core: Core::new(RandomState::new()) }
        }
    }
}

impl<S> Interner<S> {
    const_where_possible! {
        /// An interner that hashes with `state`. Only [`Hasher::write`](std::hash::Hasher::write)
        /// is called, once for each text.
        ///
        /// ```
        /// let names = tophash_sync::Interner::with_hasher(std::hash::RandomState::new());
        /// names.intern("alice");
        /// ```
        #[must_use]
        pub const fn with_hasher(state: S) -> Self {
            Self { core: Core::new(state) }
        }
    }

    /// The text of a symbol. O(1), without a lock.
    ///
    /// # Panics
    ///
    /// If the symbol is of another interner that has more texts. One of another interner that has
    /// no more stands for another text here.
    ///
    /// ```
    /// let names = tophash_sync::Interner::new();
    /// let alice = names.intern("alice");
    /// assert_eq!(names.resolve(alice), "alice");
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
    /// use tophash_sync::{Interner, Symbol};
    ///
    /// let names = Interner::new();
    /// names.intern("alice");
    /// let symbol = |index| Symbol::from_index(index).unwrap();
    /// assert_eq!(names.try_resolve(symbol(0)), Some("alice"));
    /// assert_eq!(names.try_resolve(symbol(1)), None);
    /// ```
    #[inline]
    pub fn try_resolve(&self, symbol: Symbol) -> Option<&str> {
        self.core.resolve(symbol)
    }

    /// How many texts there are. O(1), without a lock.
    ///
    /// ```
    /// let names = tophash_sync::Interner::new();
    /// names.intern("alice");
    /// assert_eq!(names.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.core.len()
    }

    /// Whether there is no text. O(1), without a lock.
    ///
    /// ```
    /// assert!(tophash_sync::Interner::new().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of all texts together. O(1); waits for a writer.
    ///
    /// ```
    /// let names = tophash_sync::Interner::new();
    /// names.intern("alice");
    /// assert_eq!(names.text_bytes(), 5);
    /// ```
    pub fn text_bytes(&self) -> usize {
        self.core.text_bytes()
    }

    /// Bytes that the interner holds in allocations, the texts among them. O(1); waits for a
    /// writer.
    ///
    /// ```
    /// let names = tophash_sync::Interner::new();
    /// assert_eq!(names.allocation_size(), 0);
    /// ```
    pub fn allocation_size(&self) -> usize {
        self.core.allocation_size()
    }

    /// Whether the default hash was given up because of texts that collide. O(1).
    ///
    /// ```
    /// assert!(!tophash_sync::Interner::new().is_flooded());
    /// ```
    pub fn is_flooded(&self) -> bool {
        self.core.is_flooded()
    }

    /// The symbols that there are at the moment, with their texts, in the order in which they came.
    /// O(1) for each, without a lock.
    ///
    /// ```
    /// let names: tophash_sync::Interner = ["alice", "bob", "alice"].into_iter().collect();
    /// let texts: Vec<&str> = names.iter().map(|(_, text)| text).collect();
    /// assert_eq!(texts, ["alice", "bob"]);
    /// ```
    pub fn iter(&self) -> Iter<'_, S> {
        Iter { interner: self, next: 0, end: self.len() }
    }
}

impl<S: BuildHasher> Interner<S> {
    /// The symbol of a text, which is taken in if it is new. O(text); a text that is there takes no
    /// lock.
    ///
    /// # Panics
    ///
    /// If there are [`Symbol::COUNT_MAX`] texts. If memory is refused the process ends.
    ///
    /// ```
    /// let names = tophash_sync::Interner::new();
    /// assert_eq!(names.intern("alice"), names.intern(&format!("al{}", "ice")));
    /// assert_ne!(names.intern("alice"), names.intern("bob"));
    /// ```
    #[inline]
    #[track_caller]
    pub fn intern(&self, text: &str) -> Symbol {
        match self.core.intern(text, Limits::NONE) {
            Ok(symbol) => symbol,
            Err(error) => panic!("{error}"),
        }
    }

    /// The symbol of a text, if it is there. O(text); a text that is there takes no lock.
    ///
    /// ```
    /// let names = tophash_sync::Interner::new();
    /// let alice = names.intern("alice");
    /// assert_eq!((names.get("alice"), names.get("bob")), (Some(alice), None));
    /// ```
    #[inline]
    pub fn get(&self, text: &str) -> Option<Symbol> {
        self.core.get(text)
    }
}

#[cold]
#[track_caller]
pub(super) fn refuse(symbol: Symbol, len: usize) -> ! {
    panic!("the symbol with index {} is not of this interner of {len} texts", symbol.index())
}

/// The symbols of an [`Interner`], with their texts: what [`Interner::iter`] returns.
///
/// ```
/// let names = tophash_sync::Interner::new();
/// let alice = names.intern("alice");
/// assert!(names.iter().eq([(alice, "alice")]));
/// ```
pub struct Iter<'a, S = RandomState> {
    interner: &'a Interner<S>,
    next: usize,
    end: usize,
}

impl<'a, S> Iterator for Iter<'a, S> {
    type Item = (Symbol, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        if self.next == self.end {
            return None;
        }
        let symbol = Symbol::from_index(self.next)?;
        self.next += 1;
        Some((symbol, self.interner.core.resolve(symbol)?))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let rest = self.end - self.next;
        (rest, Some(rest))
    }
}

impl<S> ExactSizeIterator for Iter<'_, S> {}

impl<S> Debug for Iter<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").field("rest", &self.len()).finish_non_exhaustive()
    }
}

impl<'a, S> IntoIterator for &'a Interner<S> {
    type Item = (Symbol, &'a str);
    type IntoIter = Iter<'a, S>;

    fn into_iter(self) -> Iter<'a, S> {
        self.iter()
    }
}

impl<S> Index<Symbol> for Interner<S> {
    type Output = str;

    /// As [`Interner::resolve`].
    #[inline]
    #[track_caller]
    fn index(&self, symbol: Symbol) -> &str {
        self.resolve(symbol)
    }
}

impl<S: Default> Default for Interner<S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<S: BuildHasher + Default, T: AsRef<str>> FromIterator<T> for Interner<S> {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let interner = Self::default();
        for text in texts {
            interner.intern(text.as_ref());
        }
        interner
    }
}

impl<S> Debug for Interner<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interner").field("len", &self.len()).finish_non_exhaustive()
    }
}
