//! One shard: a table, and how it hashes.

use std::hash::{BuildHasher, Hash};

use tophash::Equivalent;
use tophash::HashTable;
use tophash::hash_table::{Entry, OccupiedEntry, ScanPosition, ScanStep, SpreadTable};
use tophash::inspect::Stats;

use crate::hashing::{fold, is_default, random_seed};

/// A shard's table, and its own hash if it has changed it.
pub(super) struct Shard<K, V> {
    table: SpreadTable<(K, V)>,
    /// The hash of this shard alone, since it was flooded: `SipHash` with keys that nobody knows.
    own: Option<Box<std::hash::RandomState>>,
}

/// A key with its hash in the map, and how the map hashes.
pub(super) struct Sought<'a, Q: ?Sized, S> {
    pub(super) key: &'a Q,
    pub(super) hash: u64,
    pub(super) hashing: &'a Hashing<S>,
}

/// How a map hashes: its state, and a seed of its own, so that two maps differ in their order.
///
/// Were they alike, to fill a map in the order of a larger one would put all keys into the same few
/// buckets for a while.
pub(super) struct Hashing<S> {
    state: S,
    /// Odd.
    seed: u64,
}

impl<S: BuildHasher> Hashing<S> {
    /// The hash of a key: bits 32 to 63 are for its shard's table, those below for the shard.
    #[inline(always)]
    pub(super) fn of<Q: Hash + ?Sized>(&self, key: &Q) -> u64 {
        let hash = self.state.hash_one(key);
        if is_default::<S>() {
            // It is spread already.
            hash.wrapping_mul(self.seed)
        } else {
            fold(hash ^ self.seed).wrapping_mul(self.seed)
        }
    }
}

impl<S> Hashing<S> {
    pub(super) fn new(state: S) -> Self {
        Self { state, seed: random_seed() | 1 }
    }
}

/// How a shard hashes what it holds.
#[inline(always)]
fn hasher<'a, K: Hash, V, S: BuildHasher>(
    own: Option<&'a std::hash::RandomState>,
    hashing: &'a Hashing<S>,
) -> impl Fn(&(K, V)) -> u64 + 'a {
    move |(key, _)| match own {
        None => hashing.of(key),
        Some(own) => own.hash_one(key),
    }
}

#[inline(always)]
fn is<K, V, Q: Equivalent<K> + ?Sized>(key: &Q) -> impl Fn(&(K, V)) -> bool + '_ {
    move |entry| key.equivalent(&entry.0)
}

impl<K, V> Shard<K, V> {
    pub(super) const fn new() -> Self {
        Self { table: SpreadTable::new(), own: None }
    }

    pub(super) fn table(&self) -> &HashTable<(K, V)> {
        self.table.whole()
    }

    pub(super) fn stats(&self) -> Stats {
        self.table.stats()
    }

    /// Makes room in a shard without an entry.
    #[track_caller]
    pub(super) fn reserve_while_empty(&mut self, capacity: usize) {
        debug_assert!(self.table().is_empty());
        self.table.reserve(capacity, |_| 0);
    }

    /// Takes all entries out, to be dropped when the lock is given back, and with them the hash
    /// that was chosen because of them.
    pub(super) fn take_all(&mut self) -> SpreadTable<(K, V)> {
        self.own = None;
        std::mem::take(&mut self.table)
    }
}

impl<K: Eq + Hash, V> Shard<K, V> {
    #[inline(always)]
    fn hash_of<Q: Hash + ?Sized, S>(&self, sought: &Sought<'_, Q, S>) -> u64 {
        match &self.own {
            None => sought.hash,
            Some(own) => own.hash_one(sought.key),
        }
    }

    #[inline]
    pub(super) fn find<Q, S>(&self, sought: &Sought<'_, Q, S>) -> Option<&(K, V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.table.find(self.hash_of(sought), is(sought.key))
    }

    #[inline]
    pub(super) fn find_mut<Q, S>(&mut self, sought: &Sought<'_, Q, S>) -> Option<&mut (K, V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = self.hash_of(sought);
        self.table.find_mut(hash, is(sought.key))
    }

    /// The entry of a key, if it is there.
    #[inline]
    pub(super) fn find_entry<Q, S>(
        &mut self,
        sought: &Sought<'_, Q, S>,
    ) -> Option<OccupiedEntry<'_, (K, V)>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = self.hash_of(sought);
        self.table.find_entry(hash, is(sought.key))
    }

    /// The place of a key. Makes room for it, and changes the hash first if the shard is flooded.
    #[inline]
    pub(super) fn entry<S: BuildHasher>(&mut self, sought: &Sought<'_, K, S>) -> Entry<'_, (K, V)> {
        if self.table.wants_rehash() {
            self.answer_flood::<S>();
        }
        let hash = self.hash_of(sought);
        let hasher = hasher(self.own.as_deref(), sought.hashing);
        self.table.entry(hash, is(sought.key), hasher)
    }

    /// Changes the hash, if it is the default state's. If memory is refused, the old one stays. If
    /// `Hash` panics, nothing has changed.
    #[cold]
    #[inline(never)]
    fn answer_flood<S: BuildHasher>(&mut self) {
        if is_default::<S>() {
            let own = Box::new(std::hash::RandomState::new());
            if self.table.rehash(|(key, _)| own.hash_one(key)) {
                self.own = Some(own);
            }
        }
    }

    pub(super) fn scan<S: BuildHasher>(
        &self,
        position: ScanPosition,
        budget: usize,
        hashing: &Hashing<S>,
        mut visit: impl FnMut(&K, &V),
    ) -> ScanStep {
        let hasher = hasher(self.own.as_deref(), hashing);
        self.table.scan(position, budget, hasher, |(key, value)| visit(key, value))
    }

    pub(super) fn scan_mut<S: BuildHasher>(
        &mut self,
        position: ScanPosition,
        budget: usize,
        hashing: &Hashing<S>,
        mut keep: impl FnMut(&K, &mut V) -> bool,
    ) -> ScanStep {
        let hasher = hasher(self.own.as_deref(), hashing);
        self.table.scan_mut(position, budget, hasher, |(key, value)| keep(key, value))
    }
}
