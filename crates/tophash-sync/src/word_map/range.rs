//! Visiting all entries while others write.
//!
//! In the order of [`Rank`], so that a table which grows meanwhile repeats and forgets nothing. The
//! entries of a bucket are read without a lock, as those of one moment: if its version has changed,
//! they are read again. If that fails too often, the bucket is locked for as long as it takes.

use super::table::Table;
use super::{Word, WordMap};
use crate::directory::{Rank, low_bits};
use std::fmt::{self, Debug, Formatter};
use std::iter::FusedIterator;
use std::marker::PhantomData;

/// How often a bucket is read before it is locked.
const TRIES_MAX: usize = if cfg!(any(stress, loom, shuttle)) { 1 } else { 4 };

impl Table {
    /// Reads the bucket that a hash belongs to; returns its index and level at that moment.
    fn read(&self, hash: u64, entries: &mut Vec<(u64, u64)>) -> (usize, u32) {
        let mut tries = 0;
        loop {
            // None also if it is frozen: then it does not change before it is thawed.
            let locked = if tries < TRIES_MAX { None } else { self.lock(hash) };
            tries += 1;
            let place = self.directory.place_of(hash);
            entries.clear();
            place.bucket.collect(entries);
            if locked.is_some() || place.bucket.state().has_version_of(place.word) {
                let level = place.word.level().expect("places are born");
                // A split that is under way may have left what it has moved in overflow buckets.
                let belongs = |key| low_bits(self.hashing.hash(key), level) == place.index;
                entries.retain(|&(key, _)| belongs(key));
                return (place.index, level);
            }
        }
    }
}

/// All entries of a [`WordMap`], by the rules of [`WordMap::range`].
pub struct Iter<'a, K, V> {
    table: Option<&'a Table>,
    rank: Rank,
    /// The rest of a bucket.
    rest: Vec<(u64, u64)>,
    words: PhantomData<fn() -> (K, V)>,
}

impl<K: Word, V: Word> Iterator for Iter<'_, K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        loop {
            if let Some((key, value)) = self.rest.pop() {
                return Some((K::from_word(key), V::from_word(value)));
            }
            let (index, level) = self.table?.read(self.rank.hash()?, &mut self.rest);
            self.rank.pass(index, level);
        }
    }
}

impl<K: Word, V: Word> FusedIterator for Iter<'_, K, V> {}

impl<K, V> Debug for Iter<'_, K, V> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").finish_non_exhaustive()
    }
}

impl<K: Word, V: Word> WordMap<K, V> {
    /// An iterator over all entries, by the rules of [`range`](Self::range). O(entries + buckets)
    /// for all.
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let map = WordMap::from([(1, 30), (2, 25)]);
    /// assert_eq!(map.iter().map(|(_, age)| age).max(), Some(30));
    /// ```
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { table: self.table(), rank: Rank::FIRST, rest: Vec::new(), words: PhantomData }
    }

    /// Calls a closure for each entry, until it returns false. O(entries + buckets).
    ///
    /// This is no snapshot of one moment. A key that is there all the time is visited exactly once,
    /// with some value that it had during the call; one that comes or goes meanwhile once or not at
    /// all. The closure may do anything with the map, this included: no lock is held while it runs.
    /// A bucket that others keep changing while it is read, four times, is locked for as long as it
    /// takes to copy its entries.
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let map = WordMap::from([(1, 30), (2, 25)]);
    /// map.range(|key, age| {
    ///     if age < 30 {
    ///         map.delete(key);
    ///     }
    ///     true
    /// });
    /// assert_eq!(map.len(), 1);
    /// ```
    pub fn range(&self, mut visit: impl FnMut(K, V) -> bool) {
        self.iter().all(|(key, value)| visit(key, value));
    }
}

impl<'a, K: Word, V: Word> IntoIterator for &'a WordMap<K, V> {
    type Item = (K, V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}
