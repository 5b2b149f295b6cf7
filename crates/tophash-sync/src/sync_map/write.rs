//! Writing: decide without a lock, then lock one bucket, check, and change one pointer.
//!
//! An entry that was found is told from every other by its address: while one is pinned, no address
//! is used twice. So "the same entry is still in the slot" means that nobody has written to the key
//! since it was found, and whatever was decided about its value holds.

use super::SyncMap;
use super::bucket::{Bucket, Hit};
use super::entry::Entry;
use super::flood::{Floods, NextHash};
use super::lock::Locked;
use super::reclaim::{Pin, Reclaim};
use super::table::Table;
use super::word::tag_of;
use crate::atomics::Ordering;
use crate::directory::{Place, low_bits};
use equivalent::Equivalent;
use std::hash::{BuildHasher, Hash};
use std::ptr;

/// Overflow buckets behind one bucket that chance does not explain: 24 entries before them and
/// more, where 3.5 belong. The sum of the Poisson probabilities is 2 * 10^-13.
const FLOOD_DEPTH: usize = 24 / super::word::SLOT_COUNT;

/// What is to become of an entry that was found.
pub(super) enum Change<K, V> {
    Keep,
    Remove,
    Replace(Box<Entry<K, V>>),
}

/// What [`SyncMap::put`] did.
pub(super) enum Put<'p, K, V, R> {
    Added(&'p Entry<K, V>),
    Found(R),
}

/// Why a write that was decided on was not done. It is decided on anew.
enum Obstacle {
    /// Somebody else has written to the key, or to one of the same hash.
    Write,
    /// The table is about to be replaced by one with another hash.
    Freeze,
}

/// What comes back if a new entry cannot be put into its place.
type Refused<K, V> = (Obstacle, Box<Entry<K, V>>);

/// What was taken out of a table.
struct Removed<K, V> {
    entry: *mut Entry<K, V>,
    emptied: Vec<*mut Bucket<K, V>>,
}

/// An entry that was added, and how many overflow buckets lie before it.
struct Added<K, V> {
    entry: *mut Entry<K, V>,
    depth: usize,
}

impl<K, V> Hit<'_, K, V> {
    /// Replaces the entry that was found, if it is still there, and returns it, to be retired; else
    /// gives the new one back.
    #[inline]
    fn replace(
        &self,
        new: Box<Entry<K, V>>,
        floods: &Floods,
        next: Option<NextHash>,
    ) -> Result<*mut Entry<K, V>, Refused<K, V>> {
        // It is born, for an entry was found in it.
        let Some(locked) = Locked::take(self.main) else { return Err((Obstacle::Freeze, new)) };
        // As it was published: what was made of a reference to it could not be freed.
        let old = self.bucket.entry_at(self.slot);
        if !self.entry.is(old) {
            drop(locked);
            return Err((Obstacle::Write, new));
        }
        new.set_hash(self.entry.hash());
        let new = Entry::publish(new);
        self.bucket.set_entry(self.slot, new);
        floods.note(new, next);
        Ok(old)
    }
}

impl<K, V> Table<K, V> {
    /// Takes the entry that was found out of the table, if it is still there. Returns it and the
    /// overflow buckets that this emptied, which are to be retired.
    fn remove(&self, hit: &Hit<'_, K, V>) -> Result<Removed<K, V>, Obstacle> {
        // It is born, for an entry was found in it.
        let mut locked = Locked::take(hit.main).ok_or(Obstacle::Freeze)?;
        let entry = hit.bucket.entry_at(hit.slot);
        if !hit.entry.is(entry) {
            return Err(Obstacle::Write);
        }
        hit.bucket.set_entry(hit.slot, ptr::null_mut());
        let tag = hit.bucket.word().tag_bits(hit.slot);
        let mut emptied = Vec::new();
        if ptr::eq(hit.main, hit.bucket) {
            locked.flip_at_end(tag);
        } else {
            hit.bucket.flip(tag);
            if hit.bucket.word().is_empty() {
                emptied = hit.main.unlink_empty();
            }
        }
        self.counter.add(-1);
        Ok(Removed { entry, emptied })
    }

    /// Adds an entry whose key is not there; gives it back if there is an entry of its hash that
    /// is not among `others`, which are those whose keys were compared, as they came.
    fn add(
        &self,
        new: Box<Entry<K, V>>,
        others: &[*const Entry<K, V>],
        floods: &Floods,
        next: Option<NextHash>,
    ) -> Result<Added<K, V>, Refused<K, V>> {
        let hash = new.hash();
        let tag = tag_of(hash);
        loop {
            let Place { index, bucket: main, .. } = self.directory.place_of(hash);
            // Places are born.
            let Some(locked) = Locked::take(main) else { return Err((Obstacle::Freeze, new)) };
            if low_bits(hash, main.word().level()) != index {
                continue;
            }
            let mut known = others.iter();
            for bucket in main.chain() {
                for (_, entry) in bucket.with_entries(bucket.word().matches(tag)) {
                    // SAFETY: M1 and M2: under the lock, taken slots hold entries.
                    let is_alike = unsafe { Entry::at(entry) }.hash() == hash;
                    if is_alike && !known.any(|&known| ptr::eq(known, entry)) {
                        drop(locked);
                        return Err((Obstacle::Write, new));
                    }
                }
            }
            let new = Entry::publish(new);
            let depth = main.add(tag, new);
            floods.note(new, next);
            self.counter.add(1);
            return Ok(Added { entry: new, depth });
        }
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> SyncMap<K, V, S> {
    /// Adds an entry, or does with the one of this key what `decide` says: true if it is to be
    /// replaced. What `decide` returns besides is returned if that is done.
    pub(super) fn put<'p, R>(
        &self,
        pin: &'p Pin<'_>,
        key: K,
        value: V,
        mut decide: impl FnMut(&Entry<K, V>) -> (bool, R),
    ) -> Put<'p, K, V, R> {
        let mut table = self.table_to_write(pin);
        let mut hash = self.hash(table, &key);
        // SAFETY: cells of this map's memory are what its entries have left.
        let mut new = unsafe { Entry::new_in(self.memory.take_cell(pin), hash, key, value) };
        loop {
            let next = self.floods.next_hash(&new.key, &self.hash_builder);
            let mut others = Vec::new();
            let hit = table.find(hash, |entry| {
                if entry.hash() != hash {
                    return false;
                }
                let is_it = new.key == entry.key;
                if !is_it {
                    others.push(&raw const *entry);
                }
                is_it
            });
            let refused = if let Some(hit) = hit {
                let (is_to_be_replaced, result) = decide(hit.entry);
                if !is_to_be_replaced {
                    return Put::Found(result);
                }
                match hit.replace(new, &self.floods, next) {
                    Ok(old) => {
                        self.retire_entry(pin, old);
                        return Put::Found(result);
                    }
                    Err(refused) => refused,
                }
            } else {
                match table.add(new, &others, &self.floods, next) {
                    Ok(Added { entry, depth }) => {
                        if depth > 0 {
                            self.relieve(pin, table, depth);
                        }
                        // SAFETY: it was in the table under this pin (M1).
                        return Put::Added(unsafe { Entry::at(entry) });
                    }
                    Err(refused) => refused,
                }
            };
            new = refused.1;
            if matches!(refused.0, Obstacle::Freeze) {
                self.floods.wait();
                table = self.table_or_make(pin);
                hash = self.hash(table, &new.key);
                new.set_hash(hash);
            }
        }
    }

    /// The table of this moment, made if there is none, and with another hash if it was flooded.
    #[inline]
    fn table_to_write<'p>(&self, pin: &'p Pin<'_>) -> &'p Table<K, V> {
        let table = self.table_or_make(pin);
        if !table.is_flooded.load(Ordering::Relaxed) {
            return table;
        }
        self.answer_flood(pin, table);
        self.table_or_make(pin)
    }
}

impl<K, V, S: BuildHasher> SyncMap<K, V, S> {
    /// Does with the entry of a key what `decide` says, and returns what it says besides. It is
    /// asked again, and given back what it wanted to put there, if the entry was changed meanwhile.
    pub(super) fn alter<Q, R>(
        &self,
        key: &Q,
        mut decide: impl FnMut(&Entry<K, V>, Option<Box<Entry<K, V>>>) -> (Change<K, V>, R),
    ) -> Option<R>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let pin = self.memory.pin();
        let mut table = self.table(&pin)?;
        let mut hash = self.hash(table, key);
        let mut back = None;
        loop {
            let hit = table.find(hash, |entry| key.equivalent(&entry.key))?;
            let (change, result) = decide(hit.entry, back.take());
            let obstacle = match change {
                Change::Keep => return Some(result),
                Change::Remove => match table.remove(&hit) {
                    Ok(Removed { entry, emptied }) => {
                        self.retire_entry(&pin, entry);
                        for bucket in emptied {
                            self.retire_bucket(&pin, bucket);
                        }
                        return Some(result);
                    }
                    Err(obstacle) => obstacle,
                },
                Change::Replace(new) => {
                    let next = self.floods.next_hash(key, &self.hash_builder);
                    match hit.replace(new, &self.floods, next) {
                        Ok(old) => {
                            self.retire_entry(&pin, old);
                            return Some(result);
                        }
                        Err((obstacle, new)) => {
                            back = Some(new);
                            obstacle
                        }
                    }
                }
            };
            if matches!(obstacle, Obstacle::Freeze) {
                self.floods.wait();
                table = self.table(&pin)?;
                hash = self.hash(table, key);
            }
        }
    }
}

impl<K, V, S> SyncMap<K, V, S> {
    /// What an entry that had to go to an overflow bucket leads to.
    #[cold]
    fn relieve(&self, pin: &Pin<'_>, table: &Table<K, V>, depth: usize) {
        if depth >= FLOOD_DEPTH {
            table.is_flooded.store(true, Ordering::Relaxed);
        }
        table.grow(|bucket| self.retire_bucket(pin, bucket));
    }

    /// Retires an entry that this thread has taken out of its slot.
    fn retire_entry(&self, pin: &Pin<'_>, entry: *mut Entry<K, V>) {
        // SAFETY: M6: an entry is in one slot only, and who takes it out retires it.
        unsafe { self.memory.retire(pin, Entry::garbage(entry)) };
    }

    /// Retires an overflow bucket that this thread has unlinked.
    pub(super) fn retire_bucket(&self, pin: &Pin<'_>, bucket: *mut Bucket<K, V>) {
        // SAFETY: M6: one link leads to it, and who changes that retires it.
        unsafe { self.memory.retire(pin, Bucket::garbage(bucket)) };
    }
}
