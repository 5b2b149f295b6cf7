//! A map shared between threads, whose reads take no lock: Go's `sync.Map` and more.
//!
//! # How it works
//!
//! Entries lie in allocations of their own and never change (`entry.rs`). A bucket is a cache line
//! with six tags and six pointers to entries (`bucket.rs`, `word.rs`). Buckets never move; the
//! table gets new ones by splitting old ones, one after another (`table.rs`, `grow.rs`). The lock
//! of a bucket is a bit in its word (`lock.rs`).
//!
//! *Reading*: load the word, compare six tags at once, load the pointers of those that match,
//! compare keys. No store to shared memory, but for the pin that keeps entries alive (`reclaim/`).
//!
//! *Writing*: find the entry as a reader does, and decide, which may take the user's code; then
//! lock the bucket, check that the very same entry is still there (or that nobody has added one of
//! this hash that was not compared), and change one pointer. If the check fails somebody else has
//! written to the same key; begin again (`write.rs`). So each operation is one atomic step, and two
//! that compare can never both succeed for one value.
//!
//! # Invariants
//!
//! - **M1.** What is in a slot is null or a pointer to a whole entry, which stays allocated at
//!   least until it is no longer in any slot and every pin of that moment has ended.
//! - **M2.** A key is in the map just when a slot holds an entry of it; one slot at most, but for
//!   the time of a split. While a slot is not null, its tag is that of its entry: the tag is set
//!   before the pointer, and cleared after it. (A split clears tags first: M5.) An entry never
//!   moves from one slot to another but by a split.
//!   (A table that a flood has made another take the place of keeps its slots as they are, with the
//!   entries that the new table has, until it is freed: `flood.rs`.)
//! - **M3.** Who changes a chain holds the lock of its main bucket. No code of the user's runs
//!   under such a lock: no `Hash`, `Eq`, `Clone`, `Drop` nor closure.
//! - **M4.** A link is null or leads to a box. (What the buckets lie in: `directory.rs`, D1.)
//! - **M5.** A bucket that is born stays born, and its level only grows. An entry whose hash
//!   belongs to a bucket's child was moved there before the bucket's level says so, and is taken
//!   out of the bucket after.
//! - **M6.** What is retired cannot be reached by who pins afterwards: it was in one place only,
//!   and was taken out of it first. It is destroyed once.
//! - **M7.** The words of a chain are changed by who holds its lock alone, and that of a main
//!   bucket by who takes the lock; where the main bucket is frozen, by who froze it alone.
//!
//! Why a reader that finds nothing is right: each slot that it looked at did not hold the key at
//! some moment of the look-up (M2). If the key had been there during the whole look-up, it had been
//! in one slot all the time, for a key changes its slot only by being deleted and stored again, or
//! by a split; and a split shows in the level, which the reader compares at the end (M5).
//!
//! Why a reader that finds an entry is right: it was in the slot when the slot was loaded. During a
//! split that slot may be the old one; then the new one is still locked, so nobody has replaced it.

mod bucket;
#[cfg(any(test, verify))]
mod check;
mod clear;
mod entry;
mod flood;
mod grow;
mod hashing;
mod iter;
mod lock;
mod range;
mod read;
mod reclaim;
mod reference;
mod store;
mod table;
mod traits;
mod word;
mod write;

#[cfg(test)]
mod tests;

pub use iter::Iter;
pub use reference::Ref;

use crate::atomics::{AtomicPtr, Ordering, const_where_possible};
use entry::Entry;
use flood::Floods;
use hashing::Hashing;
use reclaim::{Memory, Pin, Reclaim};
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::ptr;
use table::Table;
use tophash::RandomState;

/// A map shared between threads: Go's `sync.Map`, generic, with lock-free reads.
///
/// Every operation on one key is one atomic step, and single keys are linearizable: all threads
/// agree on one order of the operations on a key, and an operation that has returned is seen by
/// every one that begins afterwards. What was written before a value was stored is seen by whoever
/// loads the value. *Afterwards* is what happens after it as `Release` and `Acquire` order things:
/// two threads that each overwrite one key and then load the other's, with nothing else between
/// them, may both load the old value, as with such atomics. If yours depend on that, put a
/// [`fence`](std::sync::atomic::fence) (`SeqCst`) between the two.
///
/// No method waits for code of yours that runs in another thread: `Hash`, `Eq`, `Clone`, `Drop` and
/// closures run while no lock is held. So they may panic, use the map, or never return, and the map
/// goes on. What that costs: a closure may be called again when another write to the same key came
/// in between ([`update`](Self::update)), or in vain
/// ([`load_or_store_with`](Self::load_or_store_with)).
///
/// # Costs
///
/// A load is one look at a bucket of one cache line and one at the entry; a write locks one bucket
/// for a few instructions, and allocates the new entry. Every seventh new key splits two buckets;
/// where other threads have claimed splits that these need and not done them yet, one more for each
/// bit of the bucket's number at most. The table does not get smaller but by
/// [`clear`](Self::clear).
///
/// # When values are dropped
///
/// A value that was replaced or deleted is dropped later, and not before every load, [`Ref`] and
/// iterator that began earlier has ended: by a later write of the thread that removed it, of which
/// it takes some thousands; by [`reclaim`](Self::reclaim); or when the map is dropped. So values
/// need not be `'static`, and nothing is left when the map has been dropped. Where few writes
/// remove what is large, or what must not stay open, call `reclaim` after them. A `Ref` that is
/// kept keeps everything that was removed since, of all maps ([`garbage_len`](Self::garbage_len)
/// tells how much); one that is forgotten keeps it until each map is dropped. If `drop` of a key or
/// a value panics at that time, the panic goes no further.
///
/// # Hash floods
///
/// A map with the default state that meets a chain which chance does not explain changes its hash
/// to `SipHash` with keys that nobody knows: all at once, O(entries), while writers wait and
/// readers do not; once, until it is cleared. Not while a [`range`](Self::range) or an iterator is
/// under way, and if memory is refused not before as many more writes as there are entries. With a
/// state of your own the chain stays, and [`is_flooded`](Self::is_flooded) tells
/// of it; operations on other keys are not slowed down, and the table does not grow beyond one
/// bucket for each entry. If no write may ever wait so long, give the map
/// [`std::hash::RandomState`] as its state, which is `SipHash` from the start.
///
/// # Examples
///
/// ```
/// use tophash_sync::SyncMap;
///
/// let hits: SyncMap<&str, u64> = SyncMap::new();
/// assert_eq!(hits.load_or_store("home", 1), (1, false));
/// assert!(hits.update("home", |count| count + 1));
/// assert!(hits.compare_and_swap("home", &2, 10));
/// assert_eq!(hits.load("home"), Some(10));
/// assert_eq!(hits.load_and_delete("home"), Some(10));
/// assert!(hits.is_empty());
/// ```
pub struct SyncMap<K, V, S = RandomState> {
    /// Null until the first write, and after `clear`.
    table: AtomicPtr<Table<K, V>>,
    memory: Memory,
    floods: Floods,
    hash_builder: S,
    /// The map has keys and values, and drops them.
    owned: PhantomData<(K, V)>,
}

// SAFETY: a map that is sent takes its keys and values along, and only its own methods drop them.
unsafe impl<K: Send, V: Send, S: Send> Send for SyncMap<K, V, S> {}
// SAFETY: threads that share it get references to keys and values, and drop each other's.
unsafe impl<K: Send + Sync, V: Send + Sync, S: Sync> Sync for SyncMap<K, V, S> {}

impl<K, V> SyncMap<K, V> {
    /// An empty map. Allocates nothing until the first write.
    #[cfg(not(any(loom, shuttle)))]
    #[must_use]
    pub const fn new() -> Self {
        Self::with_hasher(RandomState::new())
    }

    /// An empty map with room for so many entries before it grows. O(capacity).
    ///
    /// # Panics
    ///
    /// If memory refuses room for so many.
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map: SyncMap<u32, u32> = SyncMap::with_capacity(1000);
    /// assert!(map.is_empty());
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, RandomState::new())
    }
}

impl<K, V, S> SyncMap<K, V, S> {
    const_where_possible! {
        /// An empty map that hashes with a state of yours. Allocates nothing until the first write.
        ///
        /// ```
        /// use std::hash::RandomState;
        /// use tophash_sync::SyncMap;
        ///
        /// let map = SyncMap::with_hasher(RandomState::new());
        /// map.store("alice", 30);
        /// ```
        pub const fn with_hasher(hash_builder: S) -> Self {
            let table = AtomicPtr::new(ptr::null_mut());
            let memory = Memory::new(Entry::<K, V>::LAYOUT);
            Self { table, memory, floods: Floods::new(), hash_builder, owned: PhantomData }
        }
    }

    /// An empty map with room for so many entries before it grows, and a hash state of yours.
    /// O(capacity).
    ///
    /// # Panics
    ///
    /// If memory refuses room for so many.
    #[track_caller]
    pub fn with_capacity_and_hasher(capacity: usize, hash_builder: S) -> Self {
        let map = Self::with_hasher(hash_builder);
        if capacity > 0 {
            let table = Box::into_raw(Table::with_capacity(capacity, Hashing::of_map()));
            map.table.store(table, Ordering::Release);
        }
        map
    }

    /// The state that keys are hashed with.
    pub fn hasher(&self) -> &S {
        &self.hash_builder
    }

    /// How many entries there are. O(1), and counts eight numbers; while others write, it is as
    /// many as there were if some of them had been a little faster or slower.
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::from([(1, 'a'), (2, 'b')]);
    /// assert_eq!(map.len(), 2);
    /// ```
    pub fn len(&self) -> usize {
        let pin = self.memory.pin();
        self.table(&pin).map_or(0, |table| table.counter.sum())
    }

    /// How many entries that were replaced or deleted wait for readers that were there at the time.
    /// O(1); they are counted in batches of 1024 for each thread that writes, so up to 1023 that a
    /// thread removed last are not counted yet. A table that was cleared counts as one.
    ///
    /// As long as nobody stays at one [`Ref`], closure or step of an iterator while others write,
    /// it is at most [`GARBAGE_MAX`](Self::GARBAGE_MAX) for each of those threads. Who does stay
    /// keeps all that is removed meanwhile, without a limit; a program that has long readings can
    /// see it here, and copy out what they need. When they have ended, each write drops two
    /// entries, until no more than usual wait. A kernel that has no memory, and therefore refuses
    /// `membarrier`, keeps garbage waiting as who stays does.
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::from([("alice", 30)]);
    /// let kept = map.get("alice").unwrap();
    /// (0..100_000).for_each(|n| map.store("alice", n));
    /// assert!(map.garbage_len() > 90_000);
    ///
    /// drop(kept);
    /// (0..100_000).for_each(|n| map.store("alice", n));
    /// assert!(map.garbage_len() <= SyncMap::<&str, u32>::GARBAGE_MAX);
    /// ```
    pub fn garbage_len(&self) -> usize {
        self.memory.waiting()
    }

    /// The most entries that wait for readers, for each thread that writes to the map, if nobody
    /// reads for as long as it takes a thread to write 1024 times.
    pub const GARBAGE_MAX: usize = reclaim::USUAL_MAX;

    /// Drops what this thread has removed from the map, if nobody is reading who was when it was
    /// removed; else nothing, or a part. O(what is dropped), and some ten microseconds.
    ///
    /// Writes do that by themselves, for what was removed some thousands of writes ago. This is for
    /// values that should not wait for so many.
    ///
    /// ```standalone_crate
    /// use std::sync::Arc;
    /// use tophash_sync::SyncMap;
    ///
    /// let config = Arc::new(vec![0; 1_000_000]);
    /// let map = SyncMap::from([("config", Arc::clone(&config))]);
    /// map.store("config", Arc::new(vec![1]));
    /// assert_eq!(Arc::strong_count(&config), 2);
    ///
    /// map.reclaim();
    /// assert_eq!(Arc::strong_count(&config), 1);
    /// ```
    pub fn reclaim(&self) {
        self.memory.settle();
    }

    /// Whether there is no entry, as [`len`](Self::len) counts.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there was, since the map was made or cleared or has changed its hash, a chain that
    /// chance does not explain: more than 24 entries behind one another, where three and a half
    /// belong. With a good hash that has a probability below 10^-12 for a bucket. Then keys are
    /// chosen by somebody, or the hash function is bad. A map with the default state changes its
    /// hash at a later write.
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::<_, _>::from_iter((0..10_000).map(|n| (n, n)));
    /// assert!(!map.is_flooded());
    /// ```
    pub fn is_flooded(&self) -> bool {
        let pin = self.memory.pin();
        self.table(&pin).is_some_and(|table| table.is_flooded.load(Ordering::Relaxed))
    }

    /// The table of this moment, for as long as one is pinned.
    #[inline]
    fn table<'p>(&self, _: &'p Pin<'_>) -> Option<&'p Table<K, V>> {
        // SAFETY: a table is retired after it was taken out of here (M6).
        unsafe { self.table.load(Ordering::Acquire).as_ref() }
    }

    /// The table of this moment, made if there is none.
    #[inline]
    fn table_or_make<'p>(&self, pin: &'p Pin<'_>) -> &'p Table<K, V> {
        match self.table(pin) {
            Some(table) => table,
            None => self.make_table(pin),
        }
    }

    #[cold]
    fn make_table<'p>(&self, pin: &'p Pin<'_>) -> &'p Table<K, V> {
        loop {
            let new = Box::into_raw(Table::with_capacity(0, Hashing::of_map()));
            let (success, failure) = (Ordering::AcqRel, Ordering::Acquire);
            if self.table.compare_exchange(ptr::null_mut(), new, success, failure).is_err() {
                // SAFETY: it is the box of above, which nobody has seen.
                unsafe { Table::destroy(new) };
            }
            // None only if somebody has cleared the map in between.
            if let Some(table) = self.table(pin) {
                return table;
            }
        }
    }
}

impl<K, V, S: BuildHasher> SyncMap<K, V, S> {
    #[inline]
    fn hash<Q: Hash + ?Sized>(&self, table: &Table<K, V>, key: &Q) -> u64 {
        table.hashing.hash(&self.hash_builder, key)
    }
}

impl<K, V, S> Drop for SyncMap<K, V, S> {
    fn drop(&mut self) {
        let table = self.table.swap(ptr::null_mut(), Ordering::AcqRel);
        if !table.is_null() {
            // SAFETY: nobody else has the map any more, nor a reference into it.
            unsafe { Table::destroy(table) };
        }
        self.memory.destroy_all();
    }
}
