//! The table, used as a map by its hash-first methods, beside a model that is obviously right.
//!
//! After each operation all invariants are recounted (`raw/check.rs`).

use core::hash::BuildHasher;
use std::vec::Vec;

use testkit::hashers::{Constant, Fnv1a, HighBitsOnly, Identity, LowBitsOnly};
use testkit::keys::{Key, Large, OverAligned, ZeroSized};
use testkit::{Face, Operation, Outcome, PLACES, Profile, Random, Subject, reduced, run};

use crate::ShrinkPolicy;
use crate::hash_table::{Entry, HashTable, ScanPosition, ScanStep};
use crate::tests::panics::{Touchy, at_every_call_of_the_vocabulary};

type Pair<K> = (K, u32);

struct TableSubject<K, S> {
    table: HashTable<Pair<K>>,
    state: S,
    scans: [ScanPosition; PLACES],
}

/// The hasher of a table, which the subject's other field is borrowed for.
fn hasher<K: Key, S: BuildHasher>(state: &S) -> impl Fn(&Pair<K>) -> u64 + '_ {
    |(key, _)| state.hash_one(key)
}

fn is<K: Key>(key: &K) -> impl Fn(&Pair<K>) -> bool + '_ {
    move |pair| pair.0 == *key
}

fn id_of<K: Key>(pair: &Pair<K>) -> (u16, u32) {
    (pair.0.id(), pair.1)
}

/// Adds to the value and returns what was there.
fn add<K>(pair: &mut Pair<K>, change: u32) -> u32 {
    let before = pair.1;
    pair.1 = before.wrapping_add(change);
    before
}

impl<K: Key, S: BuildHasher + Default> TableSubject<K, S> {
    /// The seed is fixed, so that a failure comes again.
    fn new() -> Self {
        Self::with_seed(7)
    }

    fn with_seed(seed: u32) -> Self {
        let scans = [ScanPosition::START; PLACES];
        Self { table: HashTable::with_seed(seed), state: S::default(), scans }
    }

    fn entry(&mut self, id: u16) -> (K, Entry<'_, Pair<K>>) {
        let key = K::from_id(id);
        let hash = self.state.hash_one(&key);
        let entry = self.table.entry(hash, is(&key), hasher(&self.state));
        (key, entry)
    }

    fn remove(&mut self, id: u16) -> Option<Pair<K>> {
        let key = K::from_id(id);
        let entry = self.table.find_entry(self.state.hash_one(&key), is(&key));
        entry.ok().map(|entry| entry.remove().0)
    }

    fn insert(&mut self, id: u16, value: u32) -> Option<u32> {
        let key = K::from_id(id);
        let hash = self.state.hash_one(&key);
        if let Some(pair) = self.table.find_mut(hash, is(&key)) {
            return Some(core::mem::replace(&mut pair.1, value));
        }
        self.table.insert_unique(hash, (key, value), hasher(&self.state));
        None
    }

    fn get(&self, id: u16) -> Option<u32> {
        let key = K::from_id(id);
        let hash = self.state.hash_one(&key);
        let found = self.table.find(hash, is(&key)).map(|pair| pair.1);
        let candidates = self.table.iter_hash(hash).filter(|pair| pair.0 == key);
        assert!(candidates.map(|pair| pair.1).eq(found));
        found
    }

    fn apply_to_entry(&mut self, operation: &Operation) -> Outcome {
        match *operation {
            Operation::OrInsert(id, value) => {
                let (key, entry) = self.entry(id);
                Outcome::Value(Some(entry.or_insert((key, value)).get().1))
            }
            Operation::ModifyOrInsert(id, change, value) => {
                let (key, entry) = self.entry(id);
                let entry = entry.and_modify(|pair| pair.1 = pair.1.wrapping_add(change));
                Outcome::Value(Some(entry.or_insert_with(|| (key, value)).into_mut().1))
            }
            Operation::OccupiedRemove(id) => match self.entry(id).1 {
                Entry::Occupied(entry) => Outcome::Entry(Some(id_of(&entry.remove().0))),
                Entry::Vacant(room) => {
                    assert!(room.into_table().iter().all(|pair| pair.0.id() != id));
                    Outcome::Entry(None)
                }
            },
            Operation::InsertEntry(id, value) => {
                let stored = match self.entry(id) {
                    (_, Entry::Occupied(mut entry)) if value % 2 == 0 => {
                        entry.get_mut().1 = value;
                        entry.get().1
                    }
                    (key, entry) => entry.insert((key, value)).get().1,
                };
                Outcome::Value(Some(stored))
            }
            Operation::ReplaceEntry(id, replacement) => match self.entry(id) {
                (key, Entry::Occupied(entry)) => {
                    let before = entry.get().1;
                    let entry = entry.replace_entry_with(|_| Some((key, replacement?)));
                    assert_eq!(matches!(entry, Entry::Occupied(_)), replacement.is_some());
                    Outcome::Value(Some(before))
                }
                _ => Outcome::Value(None),
            },
            Operation::At(id) => {
                let (key, entry) = self.entry(id);
                Outcome::Value(Some(entry.or_insert((key, 0)).get().1))
            }
            Operation::TryInsert(id, value) => match self.entry(id) {
                (_, Entry::Occupied(entry)) => {
                    let present = entry.get().1;
                    let mut pairs = entry.into_table().iter();
                    assert!(pairs.any(|pair| id_of(pair) == (id, present)));
                    Outcome::Value(Some(present))
                }
                (key, Entry::Vacant(room)) => {
                    room.insert((key, value));
                    Outcome::Value(None)
                }
            },
            _ => self.apply_to_one(operation),
        }
    }

    fn apply_to_one(&mut self, operation: &Operation) -> Outcome {
        match *operation {
            Operation::Insert(id, value) => Outcome::Value(self.insert(id, value)),
            Operation::Get(id) => Outcome::Value(self.get(id)),
            Operation::Change(id, change) => {
                let key = K::from_id(id);
                let pairs = self.table.iter_hash_mut(self.state.hash_one(&key));
                let pair = pairs.into_iter().find(|pair| pair.0 == key);
                Outcome::Value(pair.map(|pair| add(pair, change)))
            }
            Operation::GetKeyValue(id) => Outcome::Entry(self.get(id).map(|value| (id, value))),
            Operation::ContainsKey(id) => Outcome::Found(self.get(id).is_some()),
            Operation::Remove(id) => Outcome::Value(self.remove(id).map(|pair| pair.1)),
            Operation::RemoveEntry(id) => Outcome::Entry(self.remove(id).as_ref().map(id_of)),
            Operation::RandomEntry(seed) => {
                let mut random = Random::new(seed.into());
                Outcome::Entry(self.table.random_entry(|| random.next_u64()).map(id_of))
            }
            Operation::Inspect(id) => {
                let table = &mut self.table;
                let (stats, len) = (table.stats(), table.len());
                assert_eq!((stats.len, stats.capacity), (len, table.capacity()));
                assert_eq!(stats.growth.is_some(), table.is_growing() || table.is_shrinking());
                assert_eq!(stats.is_flooded, table.is_flooded());
                let pointers = table.unsafe_iter();
                let is_found = pointers.iter().any(|pair| pair.0.id() == id);
                assert_eq!(pointers.count(), len);
                Outcome::Found(is_found)
            }
            Operation::Pop => Outcome::Entry(self.table.pop().as_ref().map(id_of)),
            Operation::GetDisjointMut(one, two, change) => {
                let keys = [K::from_id(one), K::from_id(two)];
                let hashes = [0, 1].map(|n: usize| self.state.hash_one(&keys[n]));
                let [one, two] = self
                    .table
                    .get_disjoint_mut(hashes, |n, pair| pair.0 == keys[n])
                    .map(|pair| pair.map(|pair| add(pair, change)));
                Outcome::Pair(one, two)
            }
            _ => self.apply_to_room(operation),
        }
    }

    fn apply_to_room(&mut self, operation: &Operation) -> Outcome {
        let table = &mut self.table;
        let hasher = |pair: &Pair<K>| self.state.hash_one(&pair.0);
        match *operation {
            Operation::Reserve(additional) => table.reserve(additional, hasher),
            Operation::TryReserve(additional) => {
                if table.try_reserve(additional, hasher).is_err() {
                    return Outcome::Refused;
                }
            }
            Operation::ShrinkToFit => table.shrink_to_fit(hasher),
            Operation::ShrinkTo(capacity) => table.shrink_to(capacity, hasher),
            Operation::GrowStep(steps) => {
                assert_eq!(table.grow_step(steps, hasher), table.is_growing());
                return Outcome::Done;
            }
            Operation::ShrinkStep(steps) => {
                let is_more_left = table.shrink_step(steps);
                assert_eq!(table.shrink_step(0), is_more_left);
                return Outcome::Done;
            }
            Operation::SetPolicy(is_automatic) => {
                let automatic = ShrinkPolicy::Automatic;
                let policy = if is_automatic { automatic } else { ShrinkPolicy::Manual };
                table.set_shrink_policy(policy);
                return Outcome::Done;
            }
            _ => return self.apply_to_all(operation),
        }
        Outcome::Capacity(table.capacity())
    }

    fn apply_to_all(&mut self, operation: &Operation) -> Outcome {
        let table = &mut self.table;
        match operation {
            Operation::Clear => table.clear(),
            Operation::Retain(filter) => {
                let mut visited = 0;
                table.retain(|pair| {
                    visited += 1;
                    let value = add(pair, 1);
                    filter.matches(pair.0.id(), value)
                });
                return Outcome::Count(visited);
            }
            Operation::Length => {
                let len = table.len();
                assert_eq!(table.is_empty(), len == 0);
                return Outcome::Count(len);
            }
            Operation::Iterate => return Outcome::Entries(self.contents()),
            Operation::IterateMut(change) => {
                return Outcome::Count(table.iter_mut().map(|pair| add(pair, *change)).count());
            }
            Operation::ValuesMut(change) => {
                return Outcome::Count(table.into_iter().map(|pair| add(pair, *change)).count());
            }
            Operation::Keys => {
                return Outcome::Keys(table.iter().map(|pair| pair.0.id()).collect());
            }
            Operation::Values => return Outcome::Values(table.iter().map(|pair| pair.1).collect()),
            Operation::Clone => {
                *table = table.clone();
                if table.wants_rehash() || table.len() % 2 == 1 {
                    assert!(table.rehash(hasher(&self.state)));
                    assert!(!table.wants_rehash());
                }
            }
            Operation::CloneFrom(pairs) => {
                let mut used = Self::with_seed(3);
                for &(id, value) in pairs {
                    used.insert(id, value);
                }
                used.table.clone_from(&self.table);
                self.table = used.table;
            }
            Operation::Extend(pairs) => {
                for &(id, value) in pairs {
                    self.insert(id, value);
                }
            }
            _ => return self.apply_ended_early(operation),
        }
        Outcome::Done
    }

    fn apply_ended_early(&mut self, operation: &Operation) -> Outcome {
        let taken_id = |pair: Pair<K>| id_of(&pair);
        let taken = match *operation {
            Operation::ExtractIf(filter, count, ending) => {
                let matches = move |pair: &mut Pair<K>| filter.matches(pair.0.id(), pair.1);
                ending.after(count, self.table.extract_if(matches).map(taken_id))
            }
            Operation::Drain(count, ending) => {
                ending.after(count, self.table.drain().map(taken_id))
            }
            Operation::Rebuild(count, ending) => {
                let table = core::mem::replace(&mut self.table, HashTable::with_seed(5));
                let taken = ending.after(count, table.into_iter().map(taken_id));
                for &(id, value) in &taken {
                    self.insert(id, value);
                }
                taken
            }
            _ => return self.apply_scan(operation),
        };
        Outcome::Taken { taken, left: self.contents() }
    }

    fn apply_scan(&mut self, operation: &Operation) -> Outcome {
        let (table, hasher) = (&mut self.table, hasher(&self.state));
        let mut visited = Vec::new();
        let (place, ScanStep { next, has_restarted, .. }) = match *operation {
            Operation::Scan(place, budget) => {
                let at = self.scans[usize::from(place)];
                let visit = |pair: &Pair<K>| visited.push(id_of(pair));
                (place, table.scan(at, budget, hasher, visit))
            }
            Operation::ScanMut(place, budget, filter) => {
                let at = self.scans[usize::from(place)];
                let keeps = |pair: &mut Pair<K>| {
                    visited.push(id_of(pair));
                    !filter.matches(pair.0.id(), pair.1)
                };
                (place, table.scan_mut(at, budget, hasher, keeps))
            }
            ref other => unreachable!("an operation that no group has: {other:?}"),
        };
        self.scans[usize::from(place)] = next.unwrap_or(ScanPosition::START);
        Outcome::Scanned { visited, goes_on: next.is_some(), has_restarted }
    }
}

impl<K: Key, S: BuildHasher + Default> Subject for TableSubject<K, S> {
    const FACE: Face = Face::Table;

    fn apply(&mut self, operation: &Operation) -> Outcome {
        self.apply_to_entry(operation)
    }

    fn entry_count(&self) -> usize {
        self.table.len()
    }

    fn contents(&self) -> Vec<(u16, u32)> {
        self.table.iter().map(id_of).collect()
    }

    fn check(&self) {
        super::check(&self.table, hasher(&self.state));
    }
}

/// Every profile, in small and larger universes of keys, from two seeds.
fn runs<K: Key, S: BuildHasher + Default>(universes: &[u16], count: usize) {
    for profile in [Profile::Mixed, Profile::Growing, Profile::Churn, Profile::Deleting] {
        for &universe in universes {
            for seed in 1..3 {
                run(seed, profile, universe, reduced(count), TableSubject::<K, S>::new);
            }
        }
    }
}

#[test]
fn a_table_agrees_with_the_model() {
    runs::<u16, Fnv1a>(&[3, 20, 300, 3000], 1000);
}

#[test]
fn a_table_with_a_constant_hash_agrees_with_the_model() {
    runs::<u16, Constant>(&[5, 100], 500);
}

#[test]
fn a_table_with_weak_hashes_agrees_with_the_model() {
    runs::<u16, Identity>(&[20, 300], 600);
    runs::<u16, LowBitsOnly>(&[20, 300], 600);
    runs::<u16, HighBitsOnly>(&[20, 300], 600);
}

#[test]
fn a_table_of_odd_layouts_agrees_with_the_model() {
    runs::<ZeroSized, Fnv1a>(&[1], 200);
    runs::<OverAligned, Fnv1a>(&[20, 200], 400);
    runs::<Large, Fnv1a>(&[12, 80], 120);
    runs::<Large<1022>, Fnv1a>(&[30, 80], 200);
}

#[test]
fn every_operation_of_a_table_survives_a_panic_at_every_call() {
    at_every_call_of_the_vocabulary(30, TableSubject::<Touchy, Fnv1a>::new);
    at_every_call_of_the_vocabulary(20, TableSubject::<Touchy, Constant>::new);
}
