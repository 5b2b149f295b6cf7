//! What every rival can do, under one name.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;

use crate::keys::{Key, Value};
use crate::set::Set;

/// A map to be measured.
pub trait Map<K, V>: Clone + 'static {
    /// The set that comes with it.
    type Set: Set<K>;
    /// An empty map.
    fn empty() -> Self;
    /// An empty map with room for `len` entries, if it can be asked for.
    fn with_room(len: usize) -> Self;
    /// Inserts or overwrites.
    fn put(&mut self, key: K, value: V) -> Option<V>;
    /// Looks up.
    fn look(&self, key: &K) -> Option<&V>;
    /// Removes.
    fn take(&mut self, key: &K) -> Option<V>;
    /// Calls `f` with every entry, by the iterator's own `for_each`.
    fn visit(&self, f: impl FnMut(&K, &V));
    /// As [`Map::visit`], by a loop over `next`.
    fn visit_by_next(&self, f: impl FnMut(&K, &V));
    /// Keeps the entries for which `f` says so.
    fn keep(&mut self, f: impl FnMut(&K, &mut V) -> bool);
    /// Removes all entries and keeps the memory, if the map can.
    fn empty_out(&mut self);
}

/// The parts of [`Map`] that all maps write the same way.
macro_rules! common {
    () => {
        #[inline(always)]
        fn put(&mut self, key: K, value: V) -> Option<V> {
            self.insert(key, value)
        }

        #[inline(always)]
        fn look(&self, key: &K) -> Option<&V> {
            self.get(key)
        }

        #[inline(always)]
        fn visit(&self, mut f: impl FnMut(&K, &V)) {
            // What `for_each` is made of, and what maps specialise.
            self.iter().fold((), |(), (key, value)| f(key, value));
        }

        #[inline(always)]
        fn visit_by_next(&self, mut f: impl FnMut(&K, &V)) {
            for (key, value) in self.iter() {
                f(key, value);
            }
        }

        #[inline(always)]
        fn keep(&mut self, f: impl FnMut(&K, &mut V) -> bool) {
            self.retain(f);
        }

        fn empty_out(&mut self) {
            self.clear();
        }
    };
}

/// A hash map and its set; removal has the name `$remove`.
macro_rules! hash_map {
    ($map:ty, $set:ty, $remove:ident) => {
        impl<K: Key, V: Value, S: BuildHasher + Default + Clone + 'static> Map<K, V> for $map {
            type Set = $set;

            fn empty() -> Self {
                <$map>::with_hasher(S::default())
            }

            fn with_room(len: usize) -> Self {
                <$map>::with_capacity_and_hasher(len, S::default())
            }

            #[inline(always)]
            fn take(&mut self, key: &K) -> Option<V> {
                self.$remove(key)
            }

            common!();
        }
    };
}

hash_map!(tophash::HashMap<K, V, S>, tophash::HashSet<K, S>, remove);
hash_map!(hashbrown::HashMap<K, V, S>, hashbrown::HashSet<K, S>, remove);
hash_map!(std::collections::HashMap<K, V, S>, std::collections::HashSet<K, S>, remove);
hash_map!(griddle::HashMap<K, V, S>, griddle::HashSet<K, S>, remove);
hash_map!(indexmap::IndexMap<K, V, S>, indexmap::IndexSet<K, S>, swap_remove);

impl<K: Key, V: Value> Map<K, V> for BTreeMap<K, V> {
    type Set = BTreeSet<K>;

    fn empty() -> Self {
        Self::new()
    }

    fn with_room(_len: usize) -> Self {
        Self::new()
    }

    #[inline(always)]
    fn take(&mut self, key: &K) -> Option<V> {
        self.remove(key)
    }

    common!();
}
