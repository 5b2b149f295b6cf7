//! Where the text of each symbol lies.

use std::ptr::NonNull;
use std::slice;

use super::Symbol;
use super::segments::Segments;
use crate::atomics::{AtomicPtr, AtomicUsize, Ordering, const_where_possible};
use crate::zeroed::Zeroed;

/// Where a text lies; null before there is one.
#[derive(Default)]
pub(super) struct Place {
    first: AtomicPtr<u8>,
    len: AtomicUsize,
}

// SAFETY: null and 0 are valid, and the defaults; neither needs a drop.
unsafe impl Zeroed for Place {}

/// The places of all symbols.
pub(super) struct Places {
    places: Segments<Place>,
}

impl Places {
    const_where_possible! {
        pub(super) const fn new() -> Self {
            Self { places: Segments::new() }
        }
    }

    /// The text of a symbol, if it has one here.
    #[inline(always)]
    pub(super) fn get(&self, symbol: Symbol) -> Option<&str> {
        let place = self.places.get(symbol.number() - 1)?;
        let first = NonNull::new(place.first.load(Ordering::Acquire))?;
        let len = place.len.load(Ordering::Relaxed);
        // SAFETY: `set` was told that a text of this length lies there as long as `self` lives;
        // the length was stored before the pointer was released.
        unsafe {
            let bytes = slice::from_raw_parts(first.as_ptr(), len);
            Some(std::str::from_utf8_unchecked(bytes))
        }
    }

    /// Says where the text of a symbol is: from now on it can be resolved.
    ///
    /// # Safety
    ///
    /// `len` bytes from `first` on are a text, which nobody changes, and which is there as long as
    /// `self`. One thread at a time calls this, once for each symbol.
    pub(super) unsafe fn set(&self, symbol: Symbol, first: NonNull<u8>, len: usize) {
        let place = self.places.get_or_make(symbol.number() - 1);
        debug_assert!(place.first.load(Ordering::Relaxed).is_null(), "it is set once");
        place.len.store(len, Ordering::Relaxed);
        place.first.store(first.as_ptr(), Ordering::Release);
    }

    pub(super) fn allocation_size(&self) -> usize {
        self.places.allocation_size()
    }
}
