//! How the keys of one table are hashed.

use crate::hashing::{fold, fold_by, random_seed};
use std::hash::{BuildHasher, RandomState};

pub(super) enum Hashing {
    /// By two multiplications, with two numbers of the table's own that nobody knows. Whoever
    /// chooses keys without seeing what they do cannot make many of them collide.
    Folded { mask: u64, factor: u64 },
    /// By `SipHash-1-3` with keys that nobody knows, after a flood.
    #[cfg_attr(all(test, any(loom, shuttle)), expect(dead_code, reason = "it is random"))]
    Own(RandomState),
    /// As a test says.
    #[cfg(any(test, verify))]
    Chosen(fn(u64) -> u64),
}

impl Hashing {
    pub(super) fn first() -> Self {
        if cfg!(any(loom, shuttle)) {
            return Self::Folded { mask: 0, factor: 1 };
        }
        // Odd and large, so that each bit of a key reaches the upper half of the product.
        Self::Folded { mask: random_seed(), factor: random_seed() | 1 | 1 << 63 }
    }

    /// By keys that nobody knows; in models by another known order, for nothing in them may be
    /// random.
    pub(super) fn after_flood() -> Self {
        #[cfg(all(test, any(loom, shuttle)))]
        return Self::Chosen(|key| crate::hashing::fold(key + 1));
        #[cfg(not(all(test, any(loom, shuttle))))]
        Self::Own(RandomState::new())
    }

    /// Whether it may be changed.
    pub(super) fn is_first(&self) -> bool {
        matches!(self, Self::Folded { .. })
    }

    #[inline]
    pub(super) fn hash(&self, key: u64) -> u64 {
        match self {
            // Once is too little: of keys in regular steps the products are too, and for one factor
            // in some hundred they share their low bits.
            Self::Folded { mask, factor } => fold(fold_by(key ^ mask, *factor)),
            Self::Own(state) => hash_with(state, key),
            #[cfg(any(test, verify))]
            Self::Chosen(hash) => hash(key),
        }
    }
}

/// Apart, so that it takes no registers from the usual case.
#[cold]
#[inline(never)]
fn hash_with(state: &RandomState, key: u64) -> u64 {
    state.hash_one(key)
}
