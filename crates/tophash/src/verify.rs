//! What tests need of a map besides its interface: its invariants recounted, and chance that can be
//! repeated. It is there in unit tests, and in other programs under `--cfg verify`.

use core::cell::Cell;
use core::hash::{BuildHasher, Hash};

use crate::alloc::Allocator;
use crate::hash::Seed;
use crate::hash_map::hasher_of;
use crate::{HashMap, HashSet};

std::thread_local! {
    /// The state of this thread's chance, if it is to be repeated.
    static CHANCE: Cell<Option<u64>> = const { Cell::new(None) };
}

/// From now on the maps of this thread take what they leave to chance (seeds, and where walks and
/// scans begin) from `seed`, or from real chance again.
pub fn repeat_chance(seed: Option<u64>) {
    CHANCE.set(seed);
}

/// The next random number, if chance is to be repeated.
pub(crate) fn repeated_random() -> Option<u32> {
    let state = CHANCE.get()?.wrapping_add(0x9e37_79b9_7f4a_7c15);
    CHANCE.set(Some(state));
    let mut bits = state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    Some((bits >> 32) as u32)
}

impl<K: Hash, V, S: BuildHasher, A: Allocator> HashMap<K, V, S, A> {
    /// Panics unless all invariants hold and each entry lies where its hash says. O(n).
    pub fn check(&self) {
        let seed = self.table.seed();
        assert!(self.is_empty() || seed == Seed::of(seed.hash0), "the process's key");
        self.table.check(Some(&hasher_of(&self.hash_builder, seed)));
    }
}

impl<T: Hash, S: BuildHasher, A: Allocator> HashSet<T, S, A> {
    /// As [`HashMap::check`].
    pub fn check(&self) {
        self.map.check();
    }
}
