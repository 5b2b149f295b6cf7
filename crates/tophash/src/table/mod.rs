//! A hash table for those who hash themselves: [`HashTable`], its entries and its iterators.
//!
//! The modules and types have the names that hashbrown gives them, so that code which names them
//! compiles when the crate's name is changed.

mod access;
mod bulk;
mod disjoint;
mod drain;
mod entry;
#[cfg(feature = "std")]
mod flood;
mod inspect;
mod iter;
mod iter_hash;
mod occupied;
mod scan;
mod spread;
mod traits;
mod unsafe_iter;
mod vacant;

/// The types of the parallel iterators over tables, for those who must name them.
#[cfg(feature = "rayon")]
pub mod rayon {
    pub use crate::rayon::table::*;
}

#[cfg(test)]
mod tests;

use crate::alloc::{Allocator, Global};
use crate::hash::mix;
use crate::raw::RawTable;

pub use crate::hash_map::{ScanPosition, ScanStep};
pub use drain::{Drain, ExtractIf};
pub use entry::Entry;
pub use iter::{IntoIter, Iter, IterMut};
pub use iter_hash::{IterHash, IterHashMut};
pub use occupied::OccupiedEntry;
#[doc(hidden)]
pub use spread::SpreadTable;
pub use unsafe_iter::UnsafeIter;
pub use vacant::{AbsentEntry, VacantEntry};

/// A table of values that are found by a hash and a comparison which the caller brings along.
///
/// It is what [`HashMap`](crate::HashMap) is made of, without `Hash` and `Eq`: for maps whose keys
/// lie inside the values or outside the table, for interners, for values found by two kinds of key.
/// It has the interface of hashbrown's `HashTable`, but for what exposes places in the table: here
/// a value may move whenever another one is inserted or removed.
///
/// Hashes are mixed once with the table's own seed, so that weak ones, even the values themselves,
/// give good buckets. As with any hash table, values with equal hashes cost a comparison each.
///
/// | operation | cost |
/// |---|---|
/// | find, insert, remove one value | O(1); moves the values of at most two chains[^small] |
/// | `with_capacity`, `reserve`, `clone`, `clear`, `retain`, `shrink_to_fit`, drop | O(buckets) |
/// | iterate | O(buckets) for all values |
///
/// [^small]: A chain is a bucket of eight slots with its overflow buckets. A table whose slots take
/// less than 16 KiB is moved as a whole.
///
/// # The caller's part
///
/// The hasher that is handed to a method gives for each value the hash with which it was inserted.
/// If it does not, the table stays sound and whole, but the value may not be found again. The
/// table compares nothing when it inserts: [`HashTable::insert_unique`] stores a second value
/// beside an equal one.
///
/// # Examples
///
/// Users, found by their number:
///
/// ```
/// use tophash::HashTable;
///
/// struct User {
///     id: u64,
///     name: &'static str,
/// }
///
/// let mut users = HashTable::new();
/// let by_id = |user: &User| user.id; // as good as any hash here
///
/// users.insert_unique(7, User { id: 7, name: "alice" }, by_id);
/// users.entry(9, |user| user.id == 9, by_id).or_insert(User { id: 9, name: "bob" });
///
/// assert_eq!(users.find(7, |user| user.id == 7).unwrap().name, "alice");
/// let entry = users.find_entry(9, |user| user.id == 9).ok().unwrap();
/// assert_eq!(entry.remove().0.name, "bob");
/// assert_eq!(users.len(), 1);
/// ```
pub struct HashTable<T, A: Allocator = Global> {
    pub(crate) raw: RawTable<T, (), A>,
}

/// The caller's hash function, its results mixed with a table's seed.
#[inline(always)]
fn mixed<T>(hasher: impl Fn(&T) -> u64, hash0: u32) -> impl Fn(&T) -> u64 {
    move |value| mix(hasher(value), hash0)
}

impl<T, A: Allocator> HashTable<T, A> {
    /// What the raw table takes for `hash`.
    #[inline(always)]
    fn mix(&self, hash: u64) -> u64 {
        mix(hash, self.raw.hash0())
    }

    /// The growth work that comes before a write. It may change the seed of an empty table, so the
    /// write's hash is mixed after it.
    #[inline(always)]
    fn prepare(&mut self, hasher: impl Fn(&T) -> u64) {
        if self.raw.wants_preparation() {
            let hash0 = self.raw.hash0();
            self.raw.prepare(&mixed(hasher, hash0));
        }
    }
}
