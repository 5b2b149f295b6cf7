//! The traits that maps have.

use super::SyncMap;
use std::fmt::{self, Debug, Formatter};
use std::hash::{BuildHasher, Hash};

impl<K, V, S: Default> Default for SyncMap<K, V, S> {
    /// An empty map.
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K: Debug, V: Debug, S> Debug for SyncMap<K, V, S> {
    /// Shows the entries by the rules of [`range`](SyncMap::range).
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_map();
        self.range(|key, value| {
            shown.entry(key, value);
            true
        });
        shown.finish()
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> Extend<(K, V)> for &SyncMap<K, V, S> {
    /// Stores each pair, as [`store`](SyncMap::store) does.
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        pairs.into_iter().for_each(|(key, value)| self.store(key, value));
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> Extend<(K, V)> for SyncMap<K, V, S> {
    /// Stores each pair, as [`store`](SyncMap::store) does.
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        (&*self).extend(pairs);
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Default> FromIterator<(K, V)> for SyncMap<K, V, S> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let map = Self::default();
        (&map).extend(pairs);
        map
    }
}

impl<K: Eq + Hash, V, const N: usize> From<[(K, V); N]> for SyncMap<K, V> {
    fn from(pairs: [(K, V); N]) -> Self {
        Self::from_iter(pairs)
    }
}
