//! Tests of what the maps promise, beside a model and with hostile users.

mod births;
mod bounds;
mod closures;
mod copying;
mod costs;
mod drop_check;
mod flood;
mod growth;
mod inspecting;
mod lies;
mod model;
pub(crate) mod panics;
mod scanning;
mod shrinking;
mod subjects;
mod texts;
mod walking;

use std::hash::{BuildHasher, Hash};

use crate::HashMap;

/// Recounts the invariants of a map's table.
pub(crate) fn check<K: Hash, V, S: BuildHasher>(map: &HashMap<K, V, S>) {
    map.check();
}
