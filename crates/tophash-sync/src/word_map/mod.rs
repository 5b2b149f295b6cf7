//! A map of numbers shared between threads, which allocates for no entry and reads without a lock.
//!
//! # How it works
//!
//! Keys and values are words of 64 bits and lie in the buckets themselves: three in a cache line
//! (`bucket.rs`). Buckets never move; the table gets new ones by splitting old ones, one after
//! another (`table.rs`, and `directory.rs` beside this module).
//!
//! *Reading*: load the bucket's state, compare three keys, load the value, and look whether the
//! state has its version still. No store to shared memory, and no pin: nothing is freed before the
//! map is.
//!
//! *Writing*: lock the bucket, find the key, and store one word (`access.rs`). Another value of a
//! present key, and a new key, are one store each that readers see or do not see. Only a removal
//! and a split change the version, because only after these may a slot hold another key.
//!
//! # Invariants
//!
//! - **W1.** While a slot is taken, its key stays, and its value is one that was stored for it.
//! - **W2.** A key is in one taken slot at most, but for the time of a split: then what is in the
//!   parent is what is in the child, which stays locked.
//! - **W3.** A slot that was taken is not filled again before its main bucket has another version.
//!   Whoever fills it releases, and readers acquire each word: so a reader that sees the new key or
//!   value sees the version too, and begins again.
//! - **W4.** An entry whose hash belongs to a bucket's child was copied there before the bucket's
//!   level says so, and is taken out of the bucket's chain after.
//! - **W5.** Who changes a chain holds the lock of its main bucket. No code of the user's runs
//!   under such a lock.
//!
//! Why a reader that finds nothing is right: each slot was not the key's at some moment of the
//! look-up. If the key had been there all the time, it had been in one slot all the time, but for a
//! split; and a split changes the version before it takes anything out of the chain (W4).

mod access;
mod bucket;
#[cfg(any(test, verify))]
mod check;
mod flood;
mod hashing;
mod lock;
mod range;
mod table;
mod traits;
mod whole;
mod word;

#[cfg(test)]
mod tests;

pub use range::Iter;
pub use word::Word;

use crate::atomics::{AtomicBool, Ordering, const_where_possible};
use crate::link::Link;
use hashing::Hashing;
use std::marker::PhantomData;
use table::Table;

/// A map of numbers by numbers, shared between threads: counters, balances, identifiers, ages.
///
/// Keys and values are whatever fits into 64 bits and is copied ([`Word`]): integers, pairs of
/// small ones, characters, floating-point numbers, an interner's [`Symbol`](crate::Symbol), types
/// of yours. For that restriction a write allocates nothing and leaves nothing behind, so it is
/// several times as fast as [`SyncMap`](crate::SyncMap)'s, and reads take no lock either.
///
/// The methods are those of `SyncMap`, which are Go's `sync.Map`'s and more. Every operation on one
/// key is one atomic step, and single keys are linearizable: all threads agree on one order of the
/// operations on a key, and an operation that has returned is seen by every one that begins
/// afterwards, as `Release` and `Acquire` order things (see [`SyncMap`](crate::SyncMap)). What was
/// written before a value was stored is seen by whoever loads the value.
///
/// No closure, and no code of yours, runs while a lock is held. So it may panic, use the map, or
/// never return, and the map goes on; a closure may be called again when another write to the same
/// key came in between ([`update`](Self::update)).
///
/// # Costs
///
/// A load is one look at a bucket of one cache line; it is repeated only if a removal or a split
/// ended in that bucket meanwhile. A write locks one bucket for a few instructions. A write of a
/// new key that finds its bucket full splits two buckets; where other threads have claimed splits
/// that these need and not done them yet, one more for each bit of the bucket's number at most. A
/// thread that finds a bucket locked tries again, then yields, then sleeps for 50 microseconds at a
/// time.
///
/// An entry takes about 48 bytes on average. The table does not get smaller; memory is given back
/// when the map is dropped.
///
/// # Hash floods
///
/// Keys are hashed by two multiplications, with numbers that are drawn for each map. A map that
/// meets a chain which chance does not explain changes its hash to `SipHash` with keys that nobody
/// knows: at one write, O(entries), while other writers wait and readers do not; once in its life,
/// and the first table's memory stays until the map is dropped. If memory is refused, the hash
/// stays, and the next write that makes a chain longer tries again.
///
/// # Examples
///
/// ```
/// use tophash_sync::WordMap;
///
/// let hits: WordMap<u32, u64> = WordMap::new();
/// std::thread::scope(|threads| {
///     for _ in 0..4 {
///         threads.spawn(|| (0..100).for_each(|_| _ = hits.update_or_store(7, 1, |n| n + 1)));
///     }
/// });
/// assert_eq!(hits.load(7), Some(400));
/// ```
pub struct WordMap<K, V> {
    /// Made by the first write.
    first: Link<Table>,
    /// Takes the place of the first after a flood.
    second: Link<Table>,
    /// Whether somebody is about to make the second, or has.
    is_changing: AtomicBool,
    words: PhantomData<(K, V)>,
}

impl<K, V> WordMap<K, V> {
    const_where_possible! {
        /// An empty map. Allocates nothing until the first write.
        #[must_use]
        pub const fn new() -> Self {
            Self {
                first: Link::new(),
                second: Link::new(),
                is_changing: AtomicBool::new(false),
                words: PhantomData,
            }
        }
    }

    /// An empty map with room for so many entries before it grows. O(capacity).
    ///
    /// # Panics
    ///
    /// If memory refuses room for so many.
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let map: WordMap<u32, u32> = WordMap::with_capacity(1000);
    /// assert!(map.is_empty());
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_hashing(capacity, Hashing::first())
    }

    fn with_capacity_and_hashing(capacity: usize, hashing: Hashing) -> Self {
        let map = Self::new();
        map.first.get_or_set(|| Table::with_capacity(capacity, hashing));
        map
    }

    /// How many entries there are. O(1), and counts eight numbers; while others write, it is as
    /// many as there were if some of them had been a little faster or slower.
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let map = WordMap::from([(1, 'a'), (2, 'b')]);
    /// assert_eq!(map.len(), 2);
    /// ```
    pub fn len(&self) -> usize {
        self.table().map_or(0, |table| table.counter.sum())
    }

    /// Whether there is no entry, as [`len`](Self::len) counts.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there was a chain that chance does not explain, in the table of this moment: more
    /// than 24 entries behind one another, where two belong. The map changes its hash at the write
    /// that makes it, if memory allows it, and this is false again.
    ///
    /// ```
    /// use tophash_sync::WordMap;
    ///
    /// let map = WordMap::<_, _>::from_iter((0..10_000).map(|n| (n, n)));
    /// assert!(!map.is_flooded());
    /// ```
    pub fn is_flooded(&self) -> bool {
        self.table().is_some_and(|table| table.is_flooded.load(Ordering::Relaxed))
    }

    /// The table of this moment.
    #[inline]
    fn table(&self) -> Option<&Table> {
        self.second.get().or_else(|| self.first.get())
    }

    /// The table of this moment, made if there is none.
    #[inline]
    fn table_or_make(&self) -> &Table {
        self.table().unwrap_or_else(|| self.make_table())
    }

    #[cold]
    fn make_table(&self) -> &Table {
        self.first.get_or_set(|| Table::with_capacity(0, Hashing::first()))
    }
}
