//! Index, places and arena together: what the plain and the bounded interner are made of.

use std::hash::BuildHasher;
use std::sync::{OnceLock, PoisonError};

use super::arena::Arena;
use super::index::{FLOOD_DEPTH, Growth, Index};
use super::places::Places;
use super::text::Sought;
use super::{Full, Symbol};
use crate::atomics::{AtomicU32, Mutex, Ordering, const_where_possible};
use crate::hashing::is_default;

/// Texts and their symbols.
pub(super) struct Core<S> {
    state: S,
    index: Index,
    /// What readers use in place of `index` since the texts were found to collide.
    keyed: OnceLock<Box<Keyed>>,
    places: Places,
    /// Symbols that there are, and that can be resolved.
    count: AtomicU32,
    writer: Mutex<Writer>,
}

/// An index with a hash that nobody can foresee.
struct Keyed {
    state: std::hash::RandomState,
    index: Index,
}

/// What the one writer has.
struct Writer {
    arena: Arena,
    growth: Growth,
    text_bytes: usize,
}

/// What an interner takes in at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) texts_max: usize,
    pub(super) bytes_max: usize,
}

impl Limits {
    pub(super) const NONE: Self = Self { texts_max: Symbol::COUNT_MAX, bytes_max: usize::MAX };
}

impl<S> Core<S> {
    const_where_possible! {
        pub(super) const fn new(state: S) -> Self {
            Self {
                state,
                index: Index::new(),
                keyed: OnceLock::new(),
                places: Places::new(),
                count: AtomicU32::new(0),
                writer: Mutex::new(Writer {
                    arena: Arena::new(),
                    growth: Growth::new(),
                    text_bytes: 0,
                }),
            }
        }
    }

    #[inline(always)]
    pub(super) fn resolve(&self, symbol: Symbol) -> Option<&str> {
        self.places.get(symbol)
    }

    pub(super) fn len(&self) -> usize {
        self.count.load(Ordering::Acquire) as usize
    }

    pub(super) fn is_flooded(&self) -> bool {
        self.keyed.get().is_some()
    }

    pub(super) fn text_bytes(&self) -> usize {
        self.with_writer(|writer| writer.text_bytes)
    }

    pub(super) fn allocation_size(&self) -> usize {
        let keyed = self.keyed.get();
        let of_keyed = keyed.map_or(0, |keyed| size_of::<Keyed>() + keyed.index.allocation_size());
        let of_writer =
            self.with_writer(|w| w.arena.allocation_size() + w.growth.allocation_size());
        self.index.allocation_size() + self.places.allocation_size() + of_keyed + of_writer
    }

    /// Runs while nobody else writes. No user code runs in it, so what a panic of an allocation
    /// leaves behind is whole: what is not complete has no word in the index.
    fn with_writer<R>(&self, f: impl FnOnce(&mut Writer) -> R) -> R {
        f(&mut self.writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    #[inline(always)]
    fn is(&self, symbol: Symbol, sought: &Sought<'_>) -> bool {
        self.places.get(symbol).is_some_and(|text| sought.is(text))
    }
}

impl<S: BuildHasher> Core<S> {
    /// The index in use, and the hash of a text in it.
    #[inline(always)]
    fn index_for(&self, sought: &Sought<'_>) -> (&Index, u32) {
        match self.keyed.get() {
            None => (&self.index, sought.hash(&self.state)),
            Some(keyed) => (&keyed.index, sought.hash(&keyed.state)),
        }
    }

    /// The symbol of a text that is there.
    #[inline]
    pub(super) fn get(&self, text: &str) -> Option<Symbol> {
        let sought = Sought::new(text);
        let (index, hash) = self.index_for(&sought);
        let found = index.find(hash, |symbol| self.is(symbol, &sought));
        found.or_else(|| self.get_locked(text))
    }

    /// As [`Self::get`], when it was not seen without the lock.
    #[cold]
    #[inline(never)]
    fn get_locked(&self, text: &str) -> Option<Symbol> {
        // The state is the user's; it runs before the lock is taken.
        let sought = Sought::new(text);
        let hash = sought.hash(&self.state);
        self.with_writer(|_| self.find_locked(&sought, hash).2)
    }

    /// The index in use, the hash in it, and the symbol, by the writer. `hash` is that of the
    /// first index.
    fn find_locked(&self, sought: &Sought<'_>, hash: u32) -> (&Index, u32, Option<Symbol>) {
        let (index, hash) = match self.keyed.get() {
            None => (&self.index, hash),
            Some(keyed) => (&keyed.index, sought.hash(&keyed.state)),
        };
        (index, hash, index.find_locked(hash, |symbol| self.is(symbol, sought)))
    }

    /// The symbol of a text, which is taken in if there is room.
    #[inline]
    pub(super) fn intern(&self, text: &str, limits: Limits) -> Result<Symbol, Full> {
        let sought = Sought::new(text);
        let (index, hash) = self.index_for(&sought);
        match index.find(hash, |symbol| self.is(symbol, &sought)) {
            Some(symbol) => Ok(symbol),
            None => self.intern_locked(text, limits),
        }
    }

    #[cold]
    #[inline(never)]
    fn intern_locked(&self, text: &str, limits: Limits) -> Result<Symbol, Full> {
        let sought = Sought::new(text);
        let hash = sought.hash(&self.state);
        self.with_writer(|writer| {
            // Somebody may have taken it in meanwhile: the guide's second look.
            let (index, hash, found) = self.find_locked(&sought, hash);
            match found {
                Some(symbol) => Ok(symbol),
                None => self.add(writer, index, (text, hash), limits),
            }
        })
    }

    /// Takes in a text that is not there.
    fn add(
        &self,
        writer: &mut Writer,
        index: &Index,
        (text, hash): (&str, u32),
        limits: Limits,
    ) -> Result<Symbol, Full> {
        let count = self.count.load(Ordering::Relaxed);
        let texts_max = limits.texts_max.min(Symbol::COUNT_MAX);
        let symbol = Symbol::from_index(count as usize).filter(|_| (count as usize) < texts_max);
        let symbol = symbol.ok_or(Full::Texts { max: texts_max })?;
        if text.len() > limits.bytes_max.saturating_sub(writer.text_bytes) {
            return Err(Full::Bytes { max: limits.bytes_max });
        }
        let first = writer.arena.store(text);
        // SAFETY: the arena has just copied the text there, changes nothing of it, and lives as
        // long as `places`, in the same value. This is the one writer, and the symbol is new.
        unsafe { self.places.set(symbol, first, text.len()) };
        writer.text_bytes += text.len();
        self.count.store(count + 1, Ordering::Release);
        let depth = index.insert(&mut writer.growth, hash, symbol);
        if depth >= FLOOD_DEPTH && self.keyed.get().is_none() {
            self.answer_flood(writer);
        }
        Ok(symbol)
    }

    /// Builds a second index with a hash of its own, if the state is the default one. The first
    /// stays: readers may be in it. O(texts), once in the interner's life.
    #[cold]
    fn answer_flood(&self, writer: &mut Writer) {
        if !is_default::<S>() {
            return;
        }
        let state = std::hash::RandomState::new();
        let (index, mut growth) = (Index::new(), Growth::new());
        for (symbol, text) in self.iter() {
            index.insert(&mut growth, Sought::new(text).hash(&state), symbol);
        }
        writer.growth = growth;
        let is_first = self.keyed.set(Box::new(Keyed { state, index })).is_ok();
        debug_assert!(is_first, "the one writer has looked");
    }
}

impl<S> Core<S> {
    /// The symbols that there are now, with their texts, in their order.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (Symbol, &str)> + use<'_, S> {
        (0..self.len()).map(|index| {
            let symbol = Symbol::from_index(index).expect("so many were made");
            (symbol, self.places.get(symbol).expect("it was set before it was counted"))
        })
    }
}
