//! The map in parts, each behind a lock of its own: [`ShardedMap`].

mod access;
mod scan;
mod shard;
mod whole;

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;

use std::fmt::{self, Debug};
use std::hash::{BuildHasher, Hash};
use std::ptr;
use std::thread::available_parallelism;

use crossbeam_utils::CachePadded;
use tophash::RandomState;

use crate::inside::{Inside, Use};
use crate::mutex::{Mutex, MutexGuard};
use shard::{Hashing, Shard};

pub use scan::{ShardedScanPosition, ShardedScanStep};

/// Shards for each processor, if their number is not given: enough that two threads seldom meet.
pub const SHARDS_PER_CORE: usize = 8;

/// The most shards that a map has.
pub const SHARD_COUNT_MAX: usize = 1 << 12;

/// The least, so that the shard is always a shifted hash.
const SHARD_COUNT_MIN: usize = 2;

/// Entries that [`ShardedMap::retain`] and [`ShardedMap::range`] see before they let others in.
pub const STEP_ENTRIES: usize = 128;

/// Where in a hash the bits are that choose the shard: the upper ones of the lower half, as a
/// product's lowest bits depend on few of its factors'.
const SHARD_SHIFT: u32 = 20;

/// A map in shards, each behind a short lock of its own: for any work of single keys, and for
/// writes above all.
///
/// Every operation on a key hashes it once, locks its shard, and gives the lock back before it
/// returns. Values are changed in place ([`ShardedMap::update`]), cloned ([`ShardedMap::get`]) or
/// shown to a closure ([`ShardedMap::get_with`]); there is no guard that could be held for too
/// long. Growth is that of [`HashTable`](tophash::HashTable): one insertion under a shard's lock
/// moves at most two chains, whatever the size, so that nobody waits for a table to be copied.
///
/// | operation | locks | cost |
/// |---|---|---|
/// | `get`, `insert`, `remove`, `update`, ... | the key's shard | O(1) and bounded |
/// | `len`, `is_empty`, `stats`, `clear` | each shard in turn | O(shards) and the work in each |
/// | `retain`, `scan`, `scan_mut`, `range` | one shard, a bounded step at a time | O(entries) |
///
/// There is no moment at which several shards are locked: who needs one for a step with several
/// keys uses [`SafeMap`](crate::SafeMap).
///
/// # Closures
///
/// A closure runs while its key's shard is locked, and no other lock is: whoever needs a key of the
/// same shard waits for it. It must be short, and must not wait for a thread that uses this map. If
/// it uses the same map itself, with whatever key, the call panics, and so it neither deadlocks nor
/// does so by chance. It may use other maps; two threads whose closures do that crosswise, each in
/// the map that the other has locked, deadlock, as with any two locks. `Hash`, `Eq` and `Clone` of
/// keys and values run under the lock as well, and `Drop` does in `retain` and `scan_mut` alone.
///
/// If any of it panics, nothing is poisoned and no entry is lost.
///
/// # Keys that were chosen to collide
///
/// The default state is keyed by the process at random. If a shard nevertheless meets a chain that
/// chance does not explain, then at its next write it changes its hash to SipHash-1-3 with keys of
/// its own: O(entries of the shard), at most once for each doubling. From then on its keys are
/// hashed twice. The shard of a key stays, so that keys which were chosen for that still meet at
/// one lock: they cost waiting, not searching. A state of your own is never replaced;
/// [`ShardedMap::is_flooded`] and [`ShardedMap::stats`] report what it does.
///
/// # Examples
///
/// ```
/// use tophash_sync::ShardedMap;
///
/// let stock: ShardedMap<String, u32> = ShardedMap::new();
/// std::thread::scope(|threads| {
///     for n in 0..4 {
///         let stock = &stock;
///         threads.spawn(move || {
///             stock.insert(format!("shelf {n}"), n);
///             stock.update_or_insert_with("sum".to_owned(), || 0, |sum| *sum += n);
///         });
///     }
/// });
/// assert_eq!(stock.get("sum"), Some(6));
/// assert_eq!(stock.len(), 5);
/// ```
pub struct ShardedMap<K, V, S = RandomState> {
    shards: Box<[PaddedShard<K, V>]>,
    hashing: Hashing<S>,
}

/// A shard with its lock, alone on its cache lines.
type PaddedShard<K, V> = CachePadded<Mutex<Shard<K, V>>>;

/// A shard, locked, by a thread that knows it is inside of the map if it might use it.
struct Locked<'a, K, V> {
    shard: MutexGuard<'a, Shard<K, V>>,
    _inside: Option<Inside>,
}

/// What may run while a shard is locked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meanwhile {
    /// Code that may use this map, which then panics.
    AnyCode,
    /// No code of the user's.
    KnownCode,
}

impl<K, V> ShardedMap<K, V> {
    /// An empty map with [`SHARDS_PER_CORE`] shards for each processor, a power of two. O(shards).
    ///
    /// A static needs a [`LazyLock`](std::sync::LazyLock): how many processors there are is known
    /// when the program runs.
    ///
    /// ```
    /// use std::sync::LazyLock;
    /// use tophash_sync::ShardedMap;
    ///
    /// static SESSIONS: LazyLock<ShardedMap<u64, String>> = LazyLock::new(ShardedMap::new);
    /// SESSIONS.insert(7, "alice".to_owned());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::with_hasher(RandomState::new())
    }

    /// An empty map with room for `capacity` entries, if they are spread evenly. O(capacity).
    ///
    /// # Panics
    ///
    /// If no map can hold so many.
    ///
    /// ```
    /// let map: tophash_sync::ShardedMap<u64, u64> = tophash_sync::ShardedMap::with_capacity(1000);
    /// assert!(map.capacity() >= 1000);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, RandomState::new())
    }
}

impl<K, V, S> ShardedMap<K, V, S> {
    /// An empty map that hashes with `state`.
    ///
    /// ```
    /// use std::hash::RandomState;
    ///
    /// let map = tophash_sync::ShardedMap::with_hasher(RandomState::new());
    /// map.insert("alice", 30);
    /// ```
    #[must_use]
    pub fn with_hasher(state: S) -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self::with_shards_and_hasher(cores.saturating_mul(SHARDS_PER_CORE), state)
    }

    /// As [`ShardedMap::with_capacity`], with a state of your own.
    ///
    /// # Panics
    ///
    /// If no map can hold so many.
    ///
    /// ```
    /// use std::hash::RandomState;
    /// use tophash_sync::ShardedMap;
    ///
    /// let map: ShardedMap<u64, u64, _> =
    ///     ShardedMap::with_capacity_and_hasher(1000, RandomState::new());
    /// assert!(map.capacity() >= 1000);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_capacity_and_hasher(capacity: usize, state: S) -> Self {
        let mut map = Self::with_hasher(state);
        let each = capacity.div_ceil(map.shards.len());
        for shard in &mut map.shards {
            shard.get_mut().reserve_while_empty(each);
        }
        map
    }

    /// An empty map with `shard_count` shards, rounded up to a power of two, of which there are at
    /// least 2 and at most [`SHARD_COUNT_MAX`].
    ///
    /// ```
    /// use std::hash::RandomState;
    /// use tophash_sync::ShardedMap;
    ///
    /// let map: ShardedMap<u64, u64, _> =
    ///     ShardedMap::with_shards_and_hasher(100, RandomState::new());
    /// assert_eq!(map.shard_count(), 128);
    /// ```
    #[must_use]
    pub fn with_shards_and_hasher(shard_count: usize, state: S) -> Self {
        let count = shard_count.clamp(SHARD_COUNT_MIN, SHARD_COUNT_MAX).next_power_of_two();
        let shards = (0..count).map(|_| CachePadded::new(Mutex::new(Shard::new()))).collect();
        Self { shards, hashing: Hashing::new(state) }
    }

    /// How many shards there are. O(1).
    ///
    /// ```
    /// let map: tophash_sync::ShardedMap<u64, u64> = tophash_sync::ShardedMap::new();
    /// assert!(map.shard_count().is_power_of_two());
    /// ```
    pub fn shard_count(&self) -> usize {
        self.shards.len()
    }

    /// Locks a shard.
    #[inline]
    #[track_caller]
    fn lock_index(&self, index: usize, meanwhile: Meanwhile) -> Locked<'_, K, V> {
        let address = ptr::from_ref(&*self.shards).addr();
        let inside = match meanwhile {
            Meanwhile::AnyCode => Some(Inside::enter(address, Use::Alone).0),
            Meanwhile::KnownCode => {
                Inside::pass(address);
                None
            }
        };
        Locked { shard: self.shards[index].lock(), _inside: inside }
    }

    /// Locks the shard of a hash, by bits that its table does not use.
    #[inline]
    #[track_caller]
    fn lock(&self, hash: u64, meanwhile: Meanwhile) -> Locked<'_, K, V> {
        const { assert!(SHARD_COUNT_MAX <= 1 << (u32::BITS - SHARD_SHIFT)) };
        let index = (hash >> SHARD_SHIFT) as usize & (self.shards.len() - 1);
        self.lock_index(index, meanwhile)
    }
}

impl<K, V, S: Default> Default for ShardedMap<K, V, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> Extend<(K, V)> for ShardedMap<K, V, S> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Default> FromIterator<(K, V)> for ShardedMap<K, V, S> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        map.extend(entries);
        map
    }
}

impl<K, V, S> Debug for ShardedMap<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the entries, and without a lock, so that it can be used anywhere.
        f.debug_struct("ShardedMap").field("shards", &self.shards.len()).finish_non_exhaustive()
    }
}
