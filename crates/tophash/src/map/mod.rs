//! A hash map whose growth never pauses: [`HashMap`], its entries and its iterators.
//!
//! The modules and types have the names that hashbrown gives them, so that code which names them
//! compiles when the crate's name is changed.

mod access;
mod ahead;
mod bulk;
mod disjoint;
mod drain;
mod entry;
mod entry_ref;
mod inspect;
mod iter;
mod keys_values;
mod occupied;
mod scan;
mod traits;
mod vacant;
mod walk;

/// The types of the parallel iterators over maps, for those who must name them.
#[cfg(feature = "rayon")]
pub mod rayon {
    pub use crate::rayon::map::*;
}

#[cfg(test)]
mod tests;

use core::hash::{BuildHasher, Hash};

use crate::alloc::{Allocator, Global};
#[cfg(feature = "std")]
use crate::hash::fresh_sip_hash0;
pub(crate) use crate::hash::hasher_of;
use crate::hash::{Seed, first_hash, hash_key, is_default};
use crate::raw::RawTable;
use crate::{DefaultHashBuilder, Equivalent};

// `std::collections::hash_map` has these two.
pub use crate::hash::{DefaultHasher, RandomState};
pub use drain::{Drain, ExtractIf};
pub use entry::Entry;
pub use entry_ref::{EntryRef, VacantEntryRef};
pub(crate) use iter::forward_iterator;
pub use iter::{IntoIter, Iter, IterMut};
pub use keys_values::{IntoKeys, IntoValues, Keys, Values, ValuesMut};
pub use occupied::{OccupiedEntry, OccupiedError};
pub use scan::{ScanPosition, ScanStep};
pub use vacant::VacantEntry;
pub use walk::{Walk, WalkEntry};

/// A hash map whose growth never pauses and whose memory never doubles.
///
/// It has the interface of [`std::collections::HashMap`] and hashbrown's additions to it. What is
/// different lies beneath: the map grows by splitting two buckets of eight entries at each write,
/// in place, so that no insertion ever moves the whole table.
///
/// | operation | cost |
/// |---|---|
/// | look up, insert, remove one entry | O(1); moves the entries of at most two chains[^small] |
/// | `with_capacity`, `reserve`, `clone`, `clear`, `retain`, `shrink_to_fit`, drop | O(buckets) |
/// | iterate | O(buckets) for all entries |
///
/// [^small]: A chain is a bucket of eight slots with its overflow buckets. A table whose slots take
/// less than 16 KiB is moved as a whole.
///
/// The order of iteration is arbitrary. It differs from map to map, and changes with every write;
/// two passes over an unchanged map agree.
///
/// # Examples
///
/// ```
/// use tophash::HashMap;
///
/// let mut ages = HashMap::new();
/// ages.insert("alice", 30);
/// ages.insert("bob", 25);
/// *ages.entry("charlie").or_insert(0) += 35;
///
/// assert_eq!(ages.get("alice"), Some(&30));
/// assert_eq!(ages["charlie"], 35);
/// assert_eq!(ages.remove("bob"), Some(25));
/// assert_eq!(ages.len(), 2);
/// ```
///
/// A map can be a static, because [`HashMap::new`] is `const`:
///
/// ```
/// use std::sync::Mutex;
/// use tophash::HashMap;
///
/// static SESSIONS: Mutex<HashMap<u64, String>> = Mutex::new(HashMap::new());
/// SESSIONS.lock().unwrap().insert(1, "alice".to_string());
/// ```
pub struct HashMap<K, V, S = DefaultHashBuilder, A: Allocator = Global> {
    pub(crate) hash_builder: S,
    pub(crate) table: RawTable<K, V, A>,
}

/// The comparison of stored keys with the one that is sought.
#[inline(always)]
pub(crate) fn equals<Q: Equivalent<K> + ?Sized, K>(key: &Q) -> impl Fn(&K) -> bool + '_ {
    move |stored| key.equivalent(stored)
}

impl<K, V, S, A> HashMap<K, V, S, A>
where
    K: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// The hash that this map uses for `key`.
    #[inline(always)]
    pub(crate) fn hash_of<Q: Hash + ?Sized>(&self, key: &Q) -> u64 {
        hash_key(&self.hash_builder, self.table.seed(), key)
    }

    /// As [`Self::hash_of`], for those who rarely need it.
    #[cold]
    #[inline(never)]
    fn hash_anew<Q: Hash + ?Sized>(&self, key: &Q) -> u64 {
        self.hash_of(key)
    }

    /// As [`Self::hash_of`], in a map that has not changed its hash.
    #[inline(always)]
    fn first_hash_of<Q: Hash + ?Sized>(&self, key: &Q) -> u64 {
        first_hash(&self.hash_builder, self.table.seed(), key)
    }

    /// Whether a look-up has nothing to mind: the hash is the first, and the table as most are.
    #[inline(always)]
    fn is_usual(&self) -> bool {
        self.table.is_usual(is_default::<S>())
    }

    /// As [`Self::is_usual`], for a write: no growth work comes before it either.
    #[inline(always)]
    fn is_calm(&self) -> bool {
        self.table.is_calm(is_default::<S>())
    }

    /// The hash of a key that is about to be written, after the growth work of a write: that may
    /// change the seed of an empty map.
    #[inline(always)]
    pub(crate) fn prepare_for<Q: Hash + ?Sized>(&mut self, key: &Q) -> u64 {
        self.prepare_hashed(self.first_hash_of(key), key)
    }

    /// As [`Self::prepare_for`], when the first hash of the key is known.
    #[inline(always)]
    fn prepare_hashed<Q: Hash + ?Sized>(&mut self, hash: u64, key: &Q) -> u64 {
        if self.is_calm() { hash } else { self.prepare_slowly(hash, key) }
    }

    /// The rest of [`Self::prepare_for`]. `hash` is the first hash of the key, by the present seed.
    ///
    /// In a map that is not expected in the cache, the memory that the write needs is asked for: it
    /// has come when the growth work is done (docs/decisions/0008).
    #[cold]
    #[inline(never)]
    fn prepare_slowly<Q: Hash + ?Sized>(&mut self, hash: u64, key: &Q) -> u64 {
        let seed = self.table.seed();
        let hash = if self.table.has_first_hash() { hash } else { self.hash_anew(key) };
        if self.table.wants_preparation() {
            if !self.table.is_near() {
                self.table.prefetch_for_write(hash);
            }
            self.prepare();
        }
        if self.table.seed() == seed { hash } else { self.hash_anew(key) }
    }

    #[inline(always)]
    fn prepare(&mut self) {
        #[cfg(feature = "std")]
        if self.table.is_suspect() {
            self.answer_flood();
        }
        let seed = self.table.seed();
        self.table.prepare(&hasher_of(&self.hash_builder, seed));
    }

    /// Changes the hash, if it is the default state's and was not changed at this size. O(buckets).
    #[cfg(feature = "std")]
    #[cold]
    fn answer_flood(&mut self) {
        if is_default::<S>() && self.table.may_change_hash() {
            let hash0 = fresh_sip_hash0();
            self.table.change_hash(hash0, &hasher_of(&self.hash_builder, Seed::of(hash0)));
        }
    }
}
