//! Which maps a thread is inside of: a closure that calls its own map panics instead of waiting
//! for itself.
//!
//! Without this, a closure that uses its own map would deadlock when the key happens to lie in the
//! same shard, and two such closures in two threads when theirs lie crosswise: by chance, and
//! seldom in tests. So any use is refused, by two or three instructions at each call.

use std::cell::Cell;
use std::marker::PhantomData;

/// Maps that one thread can be inside of at once: closures within closures, of different maps.
const NESTED_MAPS_MAX: usize = 8;

struct Nesting {
    /// The map that was entered last; 0 outside of all.
    innermost: Cell<usize>,
    /// The maps around it.
    depth: Cell<usize>,
    /// Those, the outermost first.
    around: [Cell<usize>; NESTED_MAPS_MAX - 1],
}

thread_local! {
    static NESTING: Nesting = const {
        Nesting {
            innermost: Cell::new(0),
            depth: Cell::new(0),
            around: [const { Cell::new(0) }; NESTED_MAPS_MAX - 1],
        }
    };
}

/// How a map is used: of two uses by one thread at the same time both must share.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Nobody else may use the map, or the part of it that is locked.
    Alone,
    /// Others may read as well.
    Shared,
}

/// The thread is inside of a map as long as this lives. Of several, the last is dropped first.
pub(crate) struct Inside {
    /// Of this thread.
    _thread: PhantomData<*const ()>,
}

impl Inside {
    /// Enters the map at this address, which is even and not 0. Tells whether the thread was inside
    /// of it already, sharing.
    ///
    /// # Panics
    ///
    /// If the thread is inside of it already, unless both uses are shared; or inside of
    /// [`NESTED_MAPS_MAX`] others.
    #[inline]
    #[track_caller]
    pub(crate) fn enter(address: usize, by: Use) -> (Self, bool) {
        let entry = address | usize::from(by == Use::Shared);
        NESTING.with(|nesting| {
            let is_nested = nesting.is_anywhere() && nesting.go_deeper(entry);
            nesting.innermost.set(entry);
            (Self { _thread: PhantomData }, is_nested)
        })
    }

    /// As [`Inside::enter`] and leaving at once, alone: for what runs no code that could use a map.
    /// It costs a third of that.
    #[inline]
    #[track_caller]
    pub(crate) fn pass(address: usize) {
        NESTING.with(|nesting| {
            if nesting.is_anywhere() {
                nesting.go_deeper(address);
                nesting.come_back();
            }
        });
    }
}

impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        NESTING.with(|nesting| {
            if nesting.depth.get() == 0 {
                nesting.innermost.set(0);
            } else {
                nesting.come_back();
            }
        });
    }
}

impl Nesting {
    #[inline(always)]
    fn is_anywhere(&self) -> bool {
        self.innermost.get() != 0
    }

    /// Puts the innermost map behind another, which the thread is inside of, too. Tells whether it
    /// shares that already.
    #[cold]
    #[inline(never)]
    #[track_caller]
    fn go_deeper(&self, entry: usize) -> bool {
        let depth = self.depth.get();
        assert!(
            depth < self.around.len(),
            "a closure of a map uses a map whose closure uses a map ... {NESTED_MAPS_MAX} deep"
        );
        self.around[depth].set(self.innermost.get());
        let mut same = self.around[..=depth]
            .iter()
            .map(Cell::get)
            .filter(|other| other | 1 == entry | 1)
            .peekable();
        let is_nested = same.peek().is_some();
        assert!(
            same.all(|other| other & entry & 1 == 1),
            "a closure uses the map that it was handed to, which is locked while it runs"
        );
        self.depth.set(depth + 1);
        is_nested
    }

    /// Leaves the innermost map for the one around it.
    #[cold]
    #[inline(never)]
    fn come_back(&self) {
        let depth = self.depth.get() - 1;
        self.depth.set(depth);
        self.innermost.set(self.around[depth].get());
    }
}

#[cfg(test)]
mod tests {
    use super::{Inside, NESTED_MAPS_MAX, Use};
    use testkit::silently;

    #[test]
    fn a_map_is_entered_again_after_it_was_left() {
        for _ in 0..3 {
            let _inside = Inside::enter(64, Use::Alone);
        }
    }

    #[test]
    fn readers_share_and_a_writer_does_not() {
        let _inside = Inside::enter(64, Use::Shared);
        assert!(Inside::enter(64, Use::Shared).1);
        assert!(silently(|| Inside::enter(64, Use::Alone)).is_err());
        assert!(!Inside::enter(128, Use::Alone).1);
    }

    #[test]
    fn who_passes_is_refused_where_it_is_inside_and_leaves_no_trace() {
        Inside::pass(64);
        {
            let _inside = Inside::enter(64, Use::Shared);
            Inside::pass(128);
            assert!(silently(|| Inside::pass(64)).is_err());
            let _other = Inside::enter(128, Use::Alone);
            assert!(silently(|| Inside::pass(64)).is_err());
            assert!(silently(|| Inside::pass(128)).is_err());
        }
        assert!(!Inside::enter(64, Use::Alone).1);
    }

    #[test]
    fn a_map_is_found_behind_others_and_nesting_has_an_end() {
        fn nest(depth: usize) {
            let _inside = Inside::enter((depth + 1) * 64, Use::Alone);
            assert!(silently(|| Inside::enter(64, Use::Alone)).is_err());
            if depth + 1 < NESTED_MAPS_MAX {
                nest(depth + 1);
            } else {
                assert!(silently(|| Inside::enter(6400, Use::Alone)).is_err());
            }
        }
        nest(0);
        let _inside = Inside::enter(64, Use::Alone);
    }
}
