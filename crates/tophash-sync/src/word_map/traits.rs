//! The traits that maps have.

use super::{Word, WordMap};
use std::fmt::{self, Debug, Formatter};

impl<K, V> Default for WordMap<K, V> {
    /// An empty map.
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Word + Debug, V: Word + Debug> Debug for WordMap<K, V> {
    /// Shows the entries by the rules of [`range`](WordMap::range).
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K: Word, V: Word> Extend<(K, V)> for &WordMap<K, V> {
    /// Stores each pair, as [`store`](WordMap::store) does.
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        pairs.into_iter().for_each(|(key, value)| self.store(key, value));
    }
}

impl<K: Word, V: Word> Extend<(K, V)> for WordMap<K, V> {
    /// Stores each pair, as [`store`](WordMap::store) does.
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        (&*self).extend(pairs);
    }
}

impl<K: Word, V: Word> FromIterator<(K, V)> for WordMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let map = Self::new();
        (&map).extend(pairs);
        map
    }
}

impl<K: Word, V: Word, const N: usize> From<[(K, V); N]> for WordMap<K, V> {
    fn from(pairs: [(K, V); N]) -> Self {
        Self::from_iter(pairs)
    }
}
