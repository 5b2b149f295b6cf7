//! Which maps a thread is inside of: a closure that calls its own map panics instead of waiting
//! for itself.
//!
//! Without this, a closure that uses its own map would deadlock when the key happens to lie in the
//! same shard, and two such closures in two threads when theirs lie crosswise: by chance, and
//! seldom in tests. So any use is refused, by two or three instructions at each call.

use std::array;
use std::cell::Cell;
use std::marker::PhantomData;

/// Maps that one thread can be inside of at once: closures within closures, of different maps.
const NESTED_MAPS_MAX: usize = 8;

struct Nesting {
    depth: Cell<usize>,
    maps: [Cell<usize>; NESTED_MAPS_MAX],
}

thread_local! {
    static NESTING: Nesting = const {
        Nesting { depth: Cell::new(0), maps: [const { Cell::new(0) }; NESTED_MAPS_MAX] }
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

/// The thread is inside of a map as long as this lives.
pub(crate) struct Inside {
    /// Whether it was inside of the same map already, sharing.
    pub(crate) is_nested: bool,
    /// Of this thread.
    _thread: PhantomData<*const ()>,
}

impl Inside {
    /// Enters the map at this address, which is even.
    ///
    /// # Panics
    ///
    /// If the thread is inside of it already, unless both uses are shared; or inside of
    /// [`NESTED_MAPS_MAX`] others.
    #[inline]
    #[track_caller]
    pub(crate) fn enter(address: usize, by: Use) -> Self {
        let entry = address | usize::from(by == Use::Shared);
        NESTING.with(|nesting| {
            let depth = nesting.depth.get();
            let is_nested = depth > 0 && nesting.check(entry);
            nesting.maps[depth].set(entry);
            nesting.depth.set(depth + 1);
            Self { is_nested, _thread: PhantomData }
        })
    }
}

impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        NESTING.with(|nesting| nesting.depth.set(nesting.depth.get() - 1));
    }
}

impl Nesting {
    /// Whether the thread shares this map already.
    #[cold]
    #[track_caller]
    fn check(&self, entry: usize) -> bool {
        let depth = self.depth.get();
        assert!(
            depth < NESTED_MAPS_MAX,
            "a closure of a map uses a map whose closure uses a map ... {NESTED_MAPS_MAX} deep"
        );
        let held: [usize; NESTED_MAPS_MAX] = array::from_fn(|place| self.maps[place].get());
        let mut same = held[..depth].iter().filter(|&&other| other | 1 == entry | 1).peekable();
        let is_nested = same.peek().is_some();
        assert!(
            same.all(|&other| other & entry & 1 == 1),
            "a closure uses the map that it was handed to, which is locked while it runs"
        );
        is_nested
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
        assert!(Inside::enter(64, Use::Shared).is_nested);
        assert!(silently(|| Inside::enter(64, Use::Alone)).is_err());
        assert!(!Inside::enter(128, Use::Alone).is_nested);
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
