//! How the keys of one table are hashed: by the map's state and a seed of the table's own, or,
//! after a flood, by `SipHash` with keys of the table's own.

use crate::hashing::{fold, random_seed};
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

/// `SipHash-1-3` with random keys; in models with known ones, for nothing in them may be random.
#[cfg(not(any(loom, shuttle)))]
type OwnState = std::hash::RandomState;
#[cfg(any(loom, shuttle))]
type OwnState = std::hash::BuildHasherDefault<std::hash::DefaultHasher>;

#[derive(Clone)]
pub(super) enum Hashing {
    /// By the map's state and a seed, which differs from table to table: else the order of one is a
    /// flood for another.
    Seeded(u64),
    /// By keys that nobody knows, in place of the map's state.
    Own(Arc<OwnState>),
}

impl Hashing {
    /// By the map's state. Models have keys with chosen hashes, so nothing is random in them.
    pub(super) fn of_map() -> Self {
        Self::Seeded(if cfg!(any(loom, shuttle)) { 0 } else { random_seed() })
    }

    /// By keys that nobody knows.
    pub(super) fn of_table() -> Self {
        Self::Own(Arc::default())
    }

    pub(super) fn is_of_table(&self) -> bool {
        matches!(self, Self::Own(_))
    }

    /// The hash of a key; `state` is the map's.
    #[inline]
    pub(super) fn hash<Q: Hash + ?Sized>(&self, state: &impl BuildHasher, key: &Q) -> u64 {
        match self {
            Self::Seeded(seed) => fold(state.hash_one(key) ^ seed),
            Self::Own(own) => own.hash_one(key),
        }
    }
}
