//! A map beside a model in which every entry has a number of its own: for walks and scans.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use testkit::Random;

use crate::{HashMap, ShrinkPolicy};

/// A map of keys to births, and what it should hold. An entry that is removed and inserted again is
/// another one, with another birth.
pub(super) struct Births<S> {
    pub(super) map: HashMap<usize, u64, S>,
    pub(super) model: BTreeMap<usize, u64>,
    pub(super) last_birth: u64,
    pub(super) random: Random,
}

impl<S: BuildHasher + Default> Births<S> {
    /// Keys from 0 to `len`, not included.
    pub(super) fn new(len: usize, seed: u64, policy: ShrinkPolicy) -> Self {
        let mut births = Self {
            map: HashMap::with_hasher(S::default()),
            model: BTreeMap::new(),
            last_birth: 0,
            random: Random::new(seed),
        };
        births.map.set_shrink_policy(policy);
        (0..len).for_each(|key| births.insert(key));
        births
    }

    /// Inserts a new entry.
    pub(super) fn insert(&mut self, key: usize) {
        self.last_birth += 1;
        self.map.insert(key, self.last_birth);
        self.model.insert(key, self.last_birth);
    }
}
