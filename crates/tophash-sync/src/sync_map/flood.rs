//! The answer to keys that were chosen to collide: a table of the same entries, with another hash.
//!
//! A chain that chance does not explain marks its table. A later write then does this, once for
//! each table, if the map has the default state:
//!
//! 1. *Hashing.* All keys are hashed with keys that nobody knows. That runs code of the user's, so
//!    nobody waits for it; who stores an entry meanwhile adds its new hash to the collection.
//! 2. *Freezing.* A table with room for as many entries is made; if memory refuses it, the hash
//!    stays. Each bucket is locked once and marked, after which nobody can lock it. Writers wait.
//!    If an entry is there whose new hash is not known, because its writer was under way when the
//!    hashing began, everything is thawed and begun again, up to [`TRIES_MAX`] times.
//! 3. *Changing.* The table is filled with the same entries, and takes the place of the frozen one.
//!    Who was waiting looks for the table again.
//!
//! Phases 2 and 3 are O(entries + buckets) and run no code of the user's. Readers never wait: one
//! that has the frozen table finds in it what was there when it was frozen, and it began before
//! anybody could write to the new one.
//!
//! Walks do not go on from one order to another, so nothing is changed while there is one, and one
//! that is about to begin waits for phases 2 and 3.

use super::SyncMap;
use super::bucket::Bucket;
use super::entry::Entry;
use super::hashing::Hashing;
use super::lock::Locked;
use super::reclaim::{Pin, Reclaim};
use super::table::Table;
use super::word::{Word, tag_of};
use crate::atomics::{AtomicUsize, Mutex, Ordering, const_where_possible};
use crate::hashing::is_default;
use std::hash::{BuildHasher, Hash};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{PoisonError, TryLockError};
use tophash::HashMap;

/// How often the freezing is tried when entries keep coming whose hash is not known. Each thread
/// can bring one such entry: that of the write it was in when the hashing began.
const TRIES_MAX: usize = 8;

const QUIET: usize = 0;
const HASHING: usize = 1;
const FROZEN: usize = 2;

/// The change of a map's hash that may be under way, and the walks that it waits for.
pub(super) struct Floods {
    /// Held by who changes the hash, for all phases.
    changing: Mutex<()>,
    phase: AtomicUsize,
    /// Walks that have begun and not ended.
    walks: AtomicUsize,
    /// Held while buckets are frozen.
    frozen: Mutex<()>,
    /// What is collected while the phase is not `QUIET`.
    next: Mutex<Option<Collection>>,
}

/// The hashes of a table to come.
struct Collection {
    /// No other collection has it.
    number: u64,
    hashing: Hashing,
    /// By the address of the entry. No address is used twice while the collector is pinned.
    hashes: HashMap<usize, u64>,
}

/// The hash of a new entry in the table to come.
#[derive(Clone, Copy)]
pub(super) struct NextHash {
    /// The collection that it is for.
    number: u64,
    hash: u64,
}

/// A walk, which keeps the hash from being changed.
pub(super) struct Walking<'a>(&'a Floods);

impl Drop for Walking<'_> {
    fn drop(&mut self) {
        self.0.walks.fetch_sub(1, Ordering::Release);
    }
}

impl Floods {
    const_where_possible! {
        pub(super) const fn new() -> Self {
            Self {
                changing: Mutex::new(()),
                phase: AtomicUsize::new(QUIET),
                walks: AtomicUsize::new(0),
                frozen: Mutex::new(()),
                next: Mutex::new(None),
            }
        }
    }

    /// Waits for the end of a change, if buckets are frozen.
    #[cold]
    pub(super) fn wait(&self) {
        drop(self.frozen.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Begins a walk.
    pub(super) fn walk(&self) -> Walking<'_> {
        loop {
            // Both this and `Frozen::new` write to their own number and then look at the other's
            // with an operation that writes as well, so that one of them sees the other.
            self.walks.fetch_add(1, Ordering::AcqRel);
            if self.phase.fetch_or(0, Ordering::AcqRel) != FROZEN {
                return Walking(self);
            }
            self.walks.fetch_sub(1, Ordering::Release);
            self.wait();
        }
    }

    /// Goes to another phase. A swap, so that it comes after what walks have done to the phase in
    /// every order that there is.
    fn enter(&self, phase: usize) {
        self.phase.swap(phase, Ordering::AcqRel);
    }

    /// The hash that an entry of this key will have if a change is under way. Runs code of the
    /// user's.
    #[inline]
    pub(super) fn next_hash<Q: Hash + ?Sized>(
        &self,
        key: &Q,
        state: &impl BuildHasher,
    ) -> Option<NextHash> {
        if self.phase.load(Ordering::Acquire) == QUIET { None } else { self.hash_next(key, state) }
    }

    #[cold]
    fn hash_next<Q: Hash + ?Sized>(&self, key: &Q, state: &impl BuildHasher) -> Option<NextHash> {
        let (number, hashing) = match &*self.collection() {
            Some(collection) => (collection.number, collection.hashing.clone()),
            None => return None,
        };
        Some(NextHash { number, hash: hashing.hash(state, key) })
    }

    /// Adds the hash of an entry that was just published to the collection, if that is still the
    /// one for which it was made. For who holds the lock of the entry's bucket.
    #[inline]
    pub(super) fn note<K, V>(&self, entry: *const Entry<K, V>, next: Option<NextHash>) {
        if let Some(next) = next {
            self.note_in_collection(entry.addr(), next);
        }
    }

    #[cold]
    fn note_in_collection(&self, address: usize, next: NextHash) {
        if let Some(collection) = &mut *self.collection() {
            if collection.number == next.number {
                collection.hashes.insert(address, next.hash);
            }
        }
    }

    fn collection(&self) -> impl std::ops::DerefMut<Target = Option<Collection>> + '_ {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The phase of hashing, until this is dropped.
struct Collecting<'a> {
    floods: &'a Floods,
    number: u64,
    hashing: Hashing,
}

impl<'a> Collecting<'a> {
    fn new(floods: &'a Floods) -> Self {
        static NEXT_NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NEXT_NUMBER.fetch_add(1, Relaxed);
        let hashing = Hashing::of_table();
        let hashes = HashMap::new();
        let collection = Collection { number, hashing: hashing.clone(), hashes };
        *floods.collection() = Some(collection);
        floods.enter(HASHING);
        Self { floods, number, hashing }
    }

    /// Hashes the keys of all entries whose hash is not known.
    fn hash_all<K: Hash, V>(&self, table: &Table<K, V>, state: &impl BuildHasher) {
        for entry in table.entries() {
            let is_known = |collection: &Collection| collection.hashes.contains_key(&entry.addr());
            if self.floods.collection().as_ref().is_some_and(is_known) {
                continue;
            }
            // SAFETY: it was in a slot under the caller's pin (M1).
            let hash = self.hashing.hash(state, &unsafe { Entry::at(entry) }.key);
            self.floods.note_in_collection(entry.addr(), NextHash { number: self.number, hash });
        }
    }
}

impl Drop for Collecting<'_> {
    fn drop(&mut self) {
        self.floods.enter(QUIET);
        *self.floods.collection() = None;
    }
}

/// A table whose buckets are frozen until this is dropped.
struct Frozen<'a, K, V> {
    floods: &'a Floods,
    table: &'a Table<K, V>,
    is_thawed_at_end: bool,
}

impl<'a, K, V> Frozen<'a, K, V> {
    /// Freezes all buckets, unless there is a walk. The caller holds `floods.frozen`.
    fn new(floods: &'a Floods, table: &'a Table<K, V>) -> Option<Self> {
        floods.enter(FROZEN);
        let frozen = Self { floods, table, is_thawed_at_end: true };
        if floods.walks.fetch_add(0, Ordering::AcqRel) > 0 {
            return None;
        }
        table.freeze();
        Some(frozen)
    }

    /// Adds the entries to a table by their next hashes, if all of these are known.
    fn fill(&self, new: &Table<K, V>) -> bool {
        let collection = self.floods.collection();
        let Some(Collection { hashes, .. }) = &*collection else { return false };
        // Twice through the buckets rather than once with a list, which would take 16 bytes an
        // entry while writers wait.
        if !self.table.entries().all(|entry| hashes.contains_key(&entry.addr())) {
            return false;
        }
        let mut count = 0;
        for entry in self.table.entries() {
            let hash = hashes[&entry.addr()];
            // SAFETY: M1: it is in a slot that nobody can write to.
            unsafe { Entry::at(entry) }.set_hash(hash);
            new.directory.place_of(hash).bucket.add(tag_of(hash), entry);
            count += 1;
        }
        new.counter.add(count);
        true
    }
}

impl<K, V> Drop for Frozen<'_, K, V> {
    fn drop(&mut self) {
        if self.is_thawed_at_end {
            self.table.thaw();
        }
        self.floods.enter(HASHING);
    }
}

impl<K, V> Table<K, V> {
    /// What is in the slots of all buckets, each looked at at another moment.
    fn entries(&self) -> impl Iterator<Item = *mut Entry<K, V>> + '_ {
        let born = (0..self.directory.live()).filter_map(|index| self.directory.bucket(index));
        let slots = born.flat_map(Bucket::chain).flat_map(Bucket::taken);
        slots.map(|(_, entry)| entry).filter(|entry| !entry.is_null())
    }

    /// Marks each bucket so that nobody can lock it.
    pub(super) fn freeze(&self) {
        // While buckets are being frozen others may still be born; none without a parent that can
        // be locked.
        loop {
            let mut is_frozen = true;
            for bucket in
                (0..self.directory.live()).filter_map(|index| self.directory.bucket(index))
            {
                if let Some(mut locked) = Locked::take(bucket) {
                    locked.flip_at_end(Word::FROZEN);
                    is_frozen = false;
                }
            }
            if is_frozen {
                return;
            }
        }
    }

    /// Lets everybody write again. Then it is time to [`Self::catch_up`].
    pub(super) fn thaw(&self) {
        for bucket in (0..self.directory.live()).filter_map(|index| self.directory.bucket(index)) {
            if bucket.word().is_frozen() {
                bucket.flip(Word::FROZEN);
            }
        }
    }
}

impl<K: Hash, V, S: BuildHasher> SyncMap<K, V, S> {
    /// Changes the hash of a flooded table if it may be changed.
    #[cold]
    #[inline(never)]
    pub(super) fn answer_flood(&self, pin: &Pin<'_>, table: &Table<K, V>) {
        if !is_default::<S>() || table.hashing.is_of_table() {
            return;
        }
        // Each try hashes all keys, so that many writes pay for it.
        let left = table.writes_before_change.load(Ordering::Relaxed);
        table.writes_before_change.store(left.saturating_sub(1), Ordering::Relaxed);
        if left == 0 && self.floods.walks.load(Ordering::Relaxed) == 0 {
            let count = table.counter.sum();
            table.writes_before_change.store(count, Ordering::Relaxed);
            self.change_hash(pin);
        }
    }

    /// Puts a table with another hash into the place of the present one. False if walks, writers
    /// that were under way or another change did not let it.
    pub(super) fn change_hash(&self, pin: &Pin<'_>) -> bool {
        let changing = match self.floods.changing.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(error)) => error.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        let Some(table) = self.table(pin) else { return false };
        let collecting = Collecting::new(&self.floods);
        let mut left = None;
        for _ in 0..TRIES_MAX {
            collecting.hash_all(table, &self.hash_builder);
            // Before anybody has to wait, and because memory may refuse it.
            let hashing = collecting.hashing.clone();
            let Ok(new) = Table::try_with_capacity(table.counter.sum(), hashing) else { break };
            let lock = self.floods.frozen.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(frozen) = Frozen::new(&self.floods, table) else { break };
            if frozen.fill(&new) {
                left = Some(self.change_table(frozen, new));
                drop(lock);
                break;
            }
            drop(frozen);
            drop(lock);
            table.catch_up(|bucket| self.retire_bucket(pin, bucket));
        }
        drop(collecting);
        drop(changing);
        // Last, because it may drop values.
        if let Some(table) = left {
            // SAFETY: M6: it was taken out of its only place, or never was in one.
            unsafe { self.memory.retire(pin, Table::garbage(table)) };
        }
        left.is_some()
    }

    /// Puts a table that was filled into the place of the frozen one. Returns what is to be
    /// retired: the frozen table, or the new one if the map was cleared meanwhile.
    fn change_table(
        &self,
        mut frozen: Frozen<'_, K, V>,
        new: Box<Table<K, V>>,
    ) -> *mut Table<K, V> {
        let new = Box::into_raw(new);
        let old = ptr::from_ref(frozen.table).cast_mut();
        let (success, failure) = (Ordering::AcqRel, Ordering::Acquire);
        // Whoever still has the old table must not write to it, so it stays frozen.
        frozen.is_thawed_at_end = false;
        let exchanged = self.table.compare_exchange(old, new, success, failure);
        let left = exchanged.unwrap_or(new);
        // SAFETY: the one that was taken out is there while the caller is pinned; nobody else has
        // the other.
        unsafe { &*left }.is_left.store(true, Ordering::Relaxed);
        left
    }
}
