//! The map, driven by operations.

use core::hash::BuildHasher;
use std::vec::Vec;

use testkit::keys::Key;
use testkit::{Ending, Operation, Outcome, PLACES, Random, Subject, Touch, Way};

use super::{scanned, unchecked};
use crate::ShrinkPolicy;
use crate::hash_map::{Entry, EntryRef, HashMap, ScanPosition, Walk};
use crate::verify::repeat_chance;

/// A map whose keys are made from the ids that the operations name.
pub(crate) struct MapSubject<K, S> {
    map: HashMap<K, u32, S>,
    scans: [ScanPosition; PLACES],
}

impl<K, S: Default> MapSubject<K, S> {
    /// The seed is fixed and chance begins anew, so that a failure comes again.
    pub(crate) fn new() -> Self {
        repeat_chance(Some(7));
        Self {
            map: HashMap::with_seed_and_hasher(7, S::default()),
            scans: [ScanPosition::START; PLACES],
        }
    }

    /// It gives memory back by itself.
    pub(crate) fn shrinking() -> Self {
        let mut subject = Self::new();
        subject.map.set_shrink_policy(ShrinkPolicy::Automatic);
        subject
    }

    /// Its seed is its own, and may be changed when it is flooded.
    pub(crate) fn seeded_by_chance() -> Self {
        repeat_chance(Some(7));
        let map = HashMap::with_hasher(S::default());
        Self { map, scans: [ScanPosition::START; PLACES] }
    }
}

#[cfg(test)]
impl<K: Key, S: BuildHasher> MapSubject<K, S> {
    /// Whether the map is in a growth by steps, and its buckets.
    #[allow(dead_code, reason = "fuzzing compiles this file too, and does not ask")]
    pub(crate) fn growth_and_buckets(&self) -> (bool, usize) {
        let stats = self.map.stats();
        (stats.growth.is_some_and(|growth| !growth.is_shrinking), stats.buckets)
    }
}

impl<K, S> Drop for MapSubject<K, S> {
    fn drop(&mut self) {
        repeat_chance(None);
    }
}

fn id_of<K: Key>((key, value): (K, u32)) -> (u16, u32) {
    (key.id(), value)
}

/// Adds to the value and returns what was there.
fn add(value: &mut u32, change: u32) -> u32 {
    core::mem::replace(value, value.wrapping_add(change))
}

impl<K: Key, S: BuildHasher + Default + Clone> MapSubject<K, S> {
    fn apply_to_entry(&mut self, operation: &Operation) -> Outcome {
        match *operation {
            Operation::OrInsert(key, value) => {
                Outcome::Value(Some(*self.map.entry(K::from_id(key)).or_insert(value)))
            }
            Operation::OrInsertRef(key, value) => {
                Outcome::Value(Some(*self.map.entry_ref(&K::from_id(key)).or_insert(value)))
            }
            Operation::ModifyOrInsert(key, change, value) => Outcome::Value(Some(
                modify_or_insert(&mut self.map, K::from_id(key), change, value),
            )),
            Operation::OccupiedRemove(key) => match self.map.entry(K::from_id(key)) {
                Entry::Occupied(entry) if key % 2 == 0 => {
                    Outcome::Entry(Some((key, entry.remove())))
                }
                Entry::Occupied(entry) => Outcome::Entry(Some(id_of(entry.remove_entry()))),
                Entry::Vacant(_) => Outcome::Entry(None),
            },
            Operation::InsertEntry(key, value) => {
                Outcome::Value(Some(insert_entry(&mut self.map, K::from_id(key), value)))
            }
            Operation::ReplaceEntry(key, replacement) => match self.map.entry(K::from_id(key)) {
                Entry::Occupied(entry) => {
                    let before = *entry.get();
                    let entry = entry.replace_entry_with(|_, _| replacement);
                    assert_eq!(matches!(entry, Entry::Occupied(_)), replacement.is_some());
                    Outcome::Value(Some(before))
                }
                Entry::Vacant(_) => Outcome::Value(None),
            },
            Operation::AndReplaceEntry(key, replacement) => {
                let mut before = None;
                let entry =
                    self.map.entry(K::from_id(key)).and_replace_entry_with(|found, value| {
                        assert_eq!(found.id(), key);
                        before = Some(value);
                        replacement
                    });
                let is_occupied = matches!(entry, Entry::Occupied(_));
                assert_eq!(is_occupied, before.is_some() && replacement.is_some());
                assert_eq!(entry.key().id(), key);
                Outcome::Value(before)
            }
            Operation::ReplaceKey(key) => match self.map.entry(K::from_id(key)) {
                Entry::Occupied(mut entry) => {
                    let keys = [K::from_id(key), K::from_id(key)];
                    let [old, first, second] = [entry.key(), &keys[0], &keys[1]].map(Key::identity);
                    let [one, two] = keys;
                    let replaced = entry.replace_key(one);
                    assert_eq!((replaced.id(), replaced.identity()), (key, old));
                    let replaced = unchecked::replace_key(&mut entry, two);
                    assert_eq!((replaced.id(), replaced.identity()), (key, first));
                    assert_eq!(entry.key().identity(), second);
                    let (key, value) = entry.into_entry();
                    Outcome::Entry(Some((key.id(), *value)))
                }
                Entry::Vacant(entry) => {
                    assert_eq!(entry.into_key().id(), key);
                    Outcome::Entry(None)
                }
            },
            Operation::InsertEntryRef(key, value) => {
                let key = K::from_id(key);
                Outcome::Value(Some(*self.map.entry_ref(&key).insert(value).get()))
            }
            Operation::OrInsertBy(way, key, value) => {
                Outcome::Value(Some(or_insert_by(&mut self.map, way, &K::from_id(key), value)))
            }
            Operation::At(key) => Outcome::Value(Some(*self.map.at(K::from_id(key)))),
            _ => self.apply_to_one(operation),
        }
    }

    fn apply_to_one(&mut self, operation: &Operation) -> Outcome {
        let map = &mut self.map;
        match *operation {
            Operation::Insert(key, value) => Outcome::Value(map.insert(K::from_id(key), value)),
            Operation::TryInsert(key, value) => match map.try_insert(K::from_id(key), value) {
                Ok(_) => Outcome::Value(None),
                Err(error) => Outcome::Value(Some(*error.entry.get())),
            },
            Operation::InsertUnique(key, value) => {
                let present = map.get(&K::from_id(key)).copied();
                if present.is_none() {
                    let (at, inserted) = unchecked::insert_unique(map, K::from_id(key), value);
                    assert_eq!((at.id(), *inserted), (key, value));
                }
                Outcome::Value(present)
            }
            Operation::Get(key) => {
                let value = map.get(&K::from_id(key)).copied();
                assert!(value.is_none_or(|value| map[&K::from_id(key)] == value));
                Outcome::Value(value)
            }
            Operation::GetOrDefault(key) => {
                Outcome::Value(Some(map.get_or_default(&K::from_id(key))))
            }
            Operation::Change(key, change) => {
                let value = map.get_mut(&K::from_id(key));
                Outcome::Value(value.map(|value| add(value, change)))
            }
            Operation::ChangeKeyValue(key, change) => {
                let entry = map.get_key_value_mut(&K::from_id(key));
                Outcome::Entry(entry.map(|(key, value)| (key.id(), add(value, change))))
            }
            Operation::GetKeyValue(key) => Outcome::Entry(
                map.get_key_value(&K::from_id(key)).map(|(key, &value)| (key.id(), value)),
            ),
            Operation::RandomEntry(seed) => {
                let mut random = Random::new(seed.into());
                let drawn = map.random_entry(|| random.next_u64());
                Outcome::Entry(drawn.map(|(key, &value)| (key.id(), value)))
            }
            Operation::Inspect(key) => Outcome::Found(inspect!(map, &K::from_id(key))),
            Operation::ContainsKey(key) => Outcome::Found(map.contains_key(&K::from_id(key))),
            Operation::Remove(key) => Outcome::Value(map.remove(&K::from_id(key))),
            Operation::RemoveEntry(key) => {
                Outcome::Entry(map.remove_entry(&K::from_id(key)).map(id_of))
            }
            Operation::Pop => Outcome::Entry(map.pop().map(id_of)),
            _ => self.apply_to_two(operation),
        }
    }

    fn apply_to_two(&mut self, operation: &Operation) -> Outcome {
        let map = &mut self.map;
        let (Operation::GetDisjointMut(one, two, change)
        | Operation::GetDisjointKeyValueMut(one, two, change)
        | Operation::GetDisjointUnchecked(one, two, change)) = *operation
        else {
            return self.apply_to_room(operation);
        };
        let keys = [&K::from_id(one), &K::from_id(two)];
        let values = match operation {
            Operation::GetDisjointMut(..) => map.get_disjoint_mut(keys),
            Operation::GetDisjointKeyValueMut(..) => {
                let entries = map.get_disjoint_key_value_mut(keys);
                let ids = entries.each_ref().map(|entry| entry.as_ref().map(|(key, _)| key.id()));
                assert!(ids[0].is_none_or(|id| id == one) && ids[1].is_none_or(|id| id == two));
                entries.map(|entry| entry.map(|(_, value)| value))
            }
            _ if change % 2 == 0 => unchecked::get_disjoint(map, keys),
            _ => unchecked::get_disjoint_entries(map, keys)
                .map(|entry| entry.map(|(_, value)| value)),
        };
        let [one, two] = values.map(|value| value.map(|value| add(value, change)));
        Outcome::Pair(one, two)
    }

    fn apply_to_room(&mut self, operation: &Operation) -> Outcome {
        apply_to_room!(&mut self.map, operation, _ => self.apply_to_all(operation))
    }

    fn apply_to_all(&mut self, operation: &Operation) -> Outcome {
        let map = &mut self.map;
        match operation {
            Operation::Clear => map.clear(),
            Operation::Retain(filter) => {
                let mut visited = 0;
                map.retain(|key, value| {
                    visited += 1;
                    let keeps = filter.matches(key.id(), *value);
                    *value = value.wrapping_add(1);
                    keeps
                });
                return Outcome::Count(visited);
            }
            Operation::Length => {
                let len = map.len();
                assert_eq!(map.is_empty(), len == 0);
                return Outcome::Count(len);
            }
            Operation::Equals(pair) => {
                let mut other = map.clone();
                other.extend(pair.map(|(key, value)| (K::from_id(key), value)));
                let are_equal = *map == other;
                assert_eq!(other == *map, are_equal);
                return Outcome::Found(are_equal);
            }
            Operation::Iterate => return Outcome::Entries(self.contents()),
            Operation::IterateMut(change) => {
                let each = |(_, value): (_, &mut u32)| *value = value.wrapping_add(*change);
                return Outcome::Count(map.iter_mut().map(each).count());
            }
            Operation::ValuesMut(change) => {
                let each = |value: &mut u32| *value = value.wrapping_add(*change);
                return Outcome::Count(map.values_mut().map(each).count());
            }
            Operation::Keys => return Outcome::Keys(map.keys().map(Key::id).collect()),
            Operation::Values => return Outcome::Values(map.values().copied().collect()),
            Operation::Clone => *map = map.clone(),
            Operation::CloneFrom(pairs) => {
                let mut used = HashMap::with_seed_and_hasher(3, S::default());
                used.extend(pairs.iter().map(|&(key, value)| (K::from_id(key), value)));
                used.clone_from(map);
                *map = used;
            }
            Operation::Extend(pairs) => {
                map.extend(pairs.iter().map(|&(key, value)| (K::from_id(key), value)));
            }
            _ => return self.apply_ended_early(operation),
        }
        Outcome::Done
    }

    fn apply_visit(&mut self, operation: &Operation) -> Outcome {
        match operation {
            Operation::Walk(steps, further, ending) => self.walk(steps, *further, *ending),
            Operation::Scan(place, budget) => {
                let mut visited = Vec::new();
                let at = self.scans[usize::from(*place)];
                let step =
                    self.map.scan(at, *budget, |key, value| visited.push((key.id(), *value)));
                scanned(&mut self.scans[usize::from(*place)], step, visited)
            }
            Operation::ScanMut(place, budget, filter) => {
                let mut visited = Vec::new();
                let at = self.scans[usize::from(*place)];
                let step = self.map.scan_mut(at, *budget, |key, value| {
                    visited.push((key.id(), *value));
                    !filter.matches(key.id(), *value)
                });
                scanned(&mut self.scans[usize::from(*place)], step, visited)
            }
            Operation::ScanRanges(count, budget) => {
                let mut visited = Vec::new();
                for start in self.map.scan_ranges(*count) {
                    let mut position = Some(start);
                    while let Some(at) = position {
                        let visit = |key: &K, value: &u32| visited.push((key.id(), *value));
                        position = self.map.scan(at, *budget, visit).next;
                    }
                }
                Outcome::Entries(visited)
            }
            other => unreachable!("an operation that no group has: {other:?}"),
        }
    }

    fn walk(&mut self, steps: &[Operation], further: usize, ending: Ending) -> Outcome {
        let mut walk = self.map.walk();
        let outcome = Outcome::walked(steps, further, |step| apply_to_walk(&mut walk, step));
        ending.of(walk);
        outcome
    }

    fn apply_ended_early(&mut self, operation: &Operation) -> Outcome {
        let taken = match *operation {
            Operation::ExtractIf(filter, count, ending) => {
                let matches = move |key: &K, value: &mut u32| filter.matches(key.id(), *value);
                ending.after(count, self.map.extract_if(matches).map(id_of))
            }
            Operation::Drain(count, ending) => ending.after(count, self.map.drain().map(id_of)),
            Operation::Rebuild(count, ending)
            | Operation::RebuildOfKeys(count, ending)
            | Operation::RebuildOfValues(count, ending) => {
                let mut empty = HashMap::with_seed_and_hasher(5, S::default());
                empty.set_shrink_policy(self.map.shrink_policy());
                let map = core::mem::replace(&mut self.map, empty);
                let taken = match operation {
                    Operation::RebuildOfKeys(..) => {
                        ending.after(count, map.into_keys().map(|key| (key.id(), 0)))
                    }
                    Operation::RebuildOfValues(..) => {
                        ending.after(count, (0..).zip(map.into_values()))
                    }
                    _ => ending.after(count, map.into_iter().map(id_of)),
                };
                let entries = taken.iter().map(|&(key, value)| (K::from_id(key), value));
                let policy = self.map.shrink_policy();
                match count % 3 {
                    0 => self.map.extend(entries),
                    1 => self.map = entries.collect(),
                    _ => {
                        self.map = HashMap::with_capacity_and_hasher(taken.len(), S::default());
                        entries.for_each(|(key, value)| {
                            self.map.insert(key, value);
                        });
                    }
                }
                self.map.set_shrink_policy(policy);
                taken
            }
            _ => return self.apply_visit(operation),
        };
        Outcome::Taken { taken, left: self.contents() }
    }
}

impl<K: Key, S: BuildHasher + Default + Clone> Subject for MapSubject<K, S> {
    fn apply(&mut self, operation: &Operation) -> Outcome {
        self.apply_to_entry(operation)
    }

    fn entry_count(&self) -> usize {
        self.map.len()
    }

    fn contents(&self) -> Vec<(u16, u32)> {
        self.map.iter().map(|(key, &value)| (key.id(), value)).collect()
    }

    fn check(&self) {
        self.map.check();
    }
}

/// What is there under a key, or else this value, which is inserted in this way.
fn or_insert_by<K: Key, S: BuildHasher>(
    map: &mut HashMap<K, u32, S>,
    way: Way,
    key: &K,
    value: u32,
) -> u32 {
    match way {
        Way::With => *map.entry(key.clone()).or_insert_with(|| value),
        Way::WithKey => *map.entry(key.clone()).or_insert_with_key(|at| {
            assert!(at == key);
            value
        }),
        Way::Entry => *map.entry(key.clone()).or_insert_entry(value).get(),
        Way::Default => *map.entry(key.clone()).or_default(),
        Way::RefWith => *map.entry_ref(key).or_insert_with(|| value),
        Way::RefWithKey => *map.entry_ref(key).or_insert_with_key(|at| {
            assert!(at == key);
            value
        }),
        Way::RefDefault => *map.entry_ref(key).or_default(),
        Way::RefDefaultEntry => *map.entry_ref(key).or_default_entry().get(),
        Way::Vacant => match map.entry(key.clone()) {
            Entry::Occupied(entry) => *entry.into_mut(),
            Entry::Vacant(entry) if value & 1 == 0 => *entry.insert(value),
            Entry::Vacant(entry) => *entry.insert_entry(value).get(),
        },
        Way::RefVacant | Way::RefUnchecked => match map.entry_ref(key) {
            EntryRef::Occupied(entry) => *entry.into_mut(),
            EntryRef::Vacant(entry) => match (way, value % 3) {
                (Way::RefVacant, 0) => *entry.insert_entry(value).get(),
                (Way::RefVacant, 1) => *entry.insert_with_key(key.clone(), value),
                (Way::RefVacant, _) => *entry.insert_entry_with_key(key.clone(), value).get(),
                (_, 0) => *unchecked::insert_entry_with_key(entry, key.clone(), value).get(),
                _ => *unchecked::insert_with_key(entry, key.clone(), value),
            },
        },
        Way::IntoMap | Way::RefIntoMap => {
            let present = map.get(key).copied();
            let map = match (way, value % 2) {
                (Way::IntoMap, 0) => map.entry(key.clone()).into_map(),
                (Way::IntoMap, _) => match map.entry(key.clone()) {
                    Entry::Occupied(entry) => entry.into_map(),
                    Entry::Vacant(entry) => entry.into_map(),
                },
                (_, 0) => map.entry_ref(key).into_map(),
                _ => match map.entry_ref(key) {
                    EntryRef::Occupied(entry) => entry.into_map(),
                    EntryRef::Vacant(entry) => entry.into_map(),
                },
            };
            assert_eq!(map.get(key).copied(), present);
            if present.is_none() {
                map.insert(key.clone(), value);
            }
            present.unwrap_or(value)
        }
    }
}

/// Adds to what is there, or else inserts a value, in one of the ways: the value says which.
fn modify_or_insert<K: Key, S: BuildHasher>(
    map: &mut HashMap<K, u32, S>,
    key: K,
    change: u32,
    value: u32,
) -> u32 {
    let modify = |stored: &mut u32| *stored = stored.wrapping_add(change);
    match value % 3 {
        0 => *map.entry_ref(&key).and_modify(modify).or_insert(value),
        1 => *map.entry(key).and_modify(modify).or_insert(value),
        _ => match map.entry(key) {
            Entry::Occupied(mut entry) => {
                modify(entry.get_mut());
                *entry.get()
            }
            Entry::Vacant(entry) => *entry.insert(value),
        },
    }
}

/// Inserts or replaces a value in one of the ways, which the value says; gives what is there.
fn insert_entry<K: Key, S: BuildHasher>(map: &mut HashMap<K, u32, S>, key: K, value: u32) -> u32 {
    match (value % 3, map.entry(key)) {
        (0, entry) => *entry.insert(value).get(),
        (1, entry) => *entry.insert_entry(value).get(),
        (_, Entry::Occupied(mut entry)) => {
            let before = *entry.get();
            assert_eq!(entry.insert(value), before);
            *entry.get()
        }
        (_, Entry::Vacant(entry)) => *entry.insert_entry(value).get(),
    }
}

fn apply_to_walk<K: Key, S: BuildHasher>(
    walk: &mut Walk<'_, K, u32, S>,
    operation: &Operation,
) -> Outcome {
    match *operation {
        Operation::Next(touch) => {
            let Some(mut entry) = walk.next() else { return Outcome::Entry(None) };
            let met = (entry.key().id(), *entry.value());
            match touch {
                Touch::Look => {}
                Touch::Set(value) => *entry.value_mut() = value,
                Touch::Add(change) => {
                    let (key, value) = entry.key_value_mut();
                    assert_eq!(key.id(), met.0);
                    // In two parts, each of which is seen.
                    add(value, change / 2);
                    add(entry.into_mut().1, change - change / 2);
                }
                Touch::Take => assert_eq!(id_of(entry.remove()), met),
            }
            Outcome::Entry(Some(met))
        }
        Operation::Get(key) => Outcome::Value(walk.get(&K::from_id(key)).copied()),
        Operation::ContainsKey(key) => Outcome::Found(walk.contains_key(&K::from_id(key))),
        Operation::Length => {
            let len = walk.len();
            assert_eq!(walk.is_empty(), len == 0);
            assert_eq!(walk.map().len(), len);
            Outcome::Count(len)
        }
        Operation::Insert(key, value) => Outcome::Value(walk.insert(K::from_id(key), value)),
        Operation::Change(key, change) => {
            Outcome::Value(walk.get_mut(&K::from_id(key)).map(|value| add(value, change)))
        }
        Operation::Remove(key) => Outcome::Value(walk.remove(&K::from_id(key))),
        Operation::RemoveEntry(key) => {
            Outcome::Entry(walk.remove_entry(&K::from_id(key)).map(id_of))
        }
        Operation::Clear => {
            walk.clear();
            Outcome::Done
        }
        Operation::GrowStep(steps) => {
            // A step that must wait for the walk is no step that is left.
            let is_more_left = walk.grow_step(steps);
            assert!(!is_more_left || walk.map().is_growing());
            Outcome::Done
        }
        Operation::ShrinkStep(steps) => {
            let is_more_left = walk.shrink_step(steps);
            assert_eq!(walk.shrink_step(0), is_more_left);
            Outcome::Done
        }
        ref other => unreachable!("an operation that a walk has not: {other:?}"),
    }
}
