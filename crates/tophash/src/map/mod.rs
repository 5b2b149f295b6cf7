//! A hash map whose growth never pauses: [`HashMap`], its entries and its iterators.

mod access;
mod drain;
mod entry;
mod entry_ref;
mod iter;
mod keys_values;

#[cfg(test)]
mod tests;

use core::hash::{BuildHasher, Hash};

use crate::alloc::{Allocator, Global};
use crate::hash::hash_key;
use crate::raw::RawTable;
use crate::{DefaultHashBuilder, Equivalent};

pub use drain::{Drain, ExtractIf};
pub use entry::{Entry, OccupiedEntry, OccupiedError, VacantEntry};
pub use entry_ref::{EntryRef, VacantEntryRef};
pub use iter::{IntoIter, Iter, IterMut};
pub use keys_values::{IntoKeys, IntoValues, Keys, Values, ValuesMut};

/// A hash map whose growth never pauses.
pub struct HashMap<K, V, S = DefaultHashBuilder, A: Allocator = Global> {
    pub(crate) hash_builder: S,
    pub(crate) table: RawTable<K, V, A>,
}

/// The hash function of a map, as a closure over its state and seed.
#[inline(always)]
pub(crate) fn hasher_of<'a, S: BuildHasher, K: Hash>(
    hash_builder: &'a S,
    hash0: u32,
) -> impl Fn(&K) -> u64 + 'a {
    move |key| hash_key(hash_builder, hash0, key)
}

/// The comparison of stored keys with the one that is sought.
#[inline(always)]
pub(crate) fn equals<'a, Q: Equivalent<K> + ?Sized, K>(key: &'a Q) -> impl Fn(&K) -> bool + 'a {
    move |stored| key.equivalent(stored)
}

impl<K, V, S, A: Allocator> HashMap<K, V, S, A>
where
    K: Eq + Hash,
    S: BuildHasher,
{
    /// The hash that this map uses for `key`.
    #[inline(always)]
    pub(crate) fn hash_of<Q: Hash + ?Sized>(&self, key: &Q) -> u64 {
        hash_key(&self.hash_builder, self.table.hash0(), key)
    }

    /// The growth work that comes before a write. It may change the seed of an empty map, so the
    /// write's key is hashed after it.
    #[inline(always)]
    pub(crate) fn prepare(&mut self) {
        if self.table.wants_preparation() {
            let hash0 = self.table.hash0();
            self.table.prepare(hasher_of(&self.hash_builder, hash0));
        }
    }
}
