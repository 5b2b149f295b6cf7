//! The set, driven by the operations of a map: its elements are keys that carry a value, which does
//! not take part in comparisons.

use core::cell::Cell;
use core::hash::{BuildHasher, Hash, Hasher};
use std::collections::BTreeMap;
use std::vec::Vec;

use testkit::keys::Key;
use testkit::{Combination, Ending, Face, Operation, Outcome, PLACES, Random, Subject, Touch, Way};

use super::{scanned, unchecked};
use crate::hash_set::{Entry, HashSet, ScanPosition, Walk};
use crate::verify::repeat_chance;
use crate::{Equivalent, ShrinkPolicy};

/// A key with a value in a cell, which can be written though the set hands out shared references.
#[derive(Clone, Debug)]
pub(crate) struct Element<K> {
    key: K,
    value: Cell<u32>,
}

impl<K: Key> Element<K> {
    fn new(id: u16, value: u32) -> Self {
        Self { key: K::from_id(id), value: Cell::new(value) }
    }

    fn pair(&self) -> (u16, u32) {
        (self.key.id(), self.value.get())
    }

    /// Adds to the value; gives what it was.
    fn add(&self, change: u32) -> u32 {
        self.value.replace(self.value.get().wrapping_add(change))
    }
}

impl<K: PartialEq> PartialEq for Element<K> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl<K: Eq> Eq for Element<K> {}

impl<K: Hash> Hash for Element<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

/// A key, to look an element up.
struct Sought<K>(K);

impl<K: Hash> Hash for Sought<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K: Eq> Equivalent<Element<K>> for Sought<K> {
    fn equivalent(&self, element: &Element<K>) -> bool {
        self.0 == element.key
    }
}

/// A key that, once it has met its element, does something to it: a set's walk shows no element by
/// its key, but compares it.
struct Probe<K, F> {
    key: K,
    met: F,
}

impl<K: Hash, F> Hash for Probe<K, F> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl<K: Eq, F: Fn(&Element<K>)> Equivalent<Element<K>> for Probe<K, F> {
    fn equivalent(&self, element: &Element<K>) -> bool {
        let is_met = self.key == element.key;
        if is_met {
            (self.met)(element);
        }
        is_met
    }
}

/// Changes the value of an element within a walk, if it is there; gives what it was.
fn change_walked<K: Key, S: BuildHasher>(
    walk: &Walk<'_, Element<K>, S>,
    id: u16,
    change: impl Fn(u32) -> u32,
) -> Option<u32> {
    let before = Cell::new(None);
    let met = |element: &Element<K>| {
        before.set(Some(element.value.get()));
        element.value.set(change(element.value.get()));
    };
    assert_eq!(walk.contains(&Probe { key: K::from_id(id), met }), before.get().is_some());
    before.get()
}

fn sought<K: Key>(id: u16) -> Sought<K> {
    Sought(K::from_id(id))
}

/// A set whose elements are made from the ids that the operations name.
pub(crate) struct SetSubject<K, S> {
    set: HashSet<Element<K>, S>,
    scans: [ScanPosition; PLACES],
}

impl<K, S: Default> SetSubject<K, S> {
    /// The seed is fixed and chance begins anew, so that a failure comes again.
    pub(crate) fn new() -> Self {
        repeat_chance(Some(11));
        let set = HashSet::with_seed_and_hasher(7, S::default());
        Self { set, scans: [ScanPosition::START; PLACES] }
    }
}

impl<K, S> Drop for SetSubject<K, S> {
    fn drop(&mut self) {
        repeat_chance(None);
    }
}

impl<K: Key, S: BuildHasher + Default + Clone> SetSubject<K, S> {
    fn apply_to_entry(&mut self, operation: &Operation) -> Outcome {
        let set = &mut self.set;
        match *operation {
            Operation::TryInsert(key, value) => {
                let present = set.get(&sought(key)).map(|element| element.value.get());
                assert_eq!(set.insert(Element::new(key, value)), present.is_none());
                Outcome::Value(present)
            }
            Operation::OrInsert(key, value) => {
                let make = |_: &Sought<K>| Element::new(key, value);
                Outcome::Value(Some(set.get_or_insert_with(&sought(key), make).value.get()))
            }
            Operation::InsertUnique(key, value) => {
                let present = set.get(&sought(key)).map(|element| element.value.get());
                if present.is_none() {
                    let element = unchecked::insert_unique_element(set, Element::new(key, value));
                    assert_eq!(element.pair(), (key, value));
                }
                Outcome::Value(present)
            }
            Operation::OrInsertBy(way, key, value) => {
                match way {
                    Way::Vacant => {
                        if let Entry::Vacant(entry) = set.entry(Element::new(key, value)) {
                            assert_eq!(entry.get().pair(), (key, value));
                            let element = entry.into_value();
                            assert!(set.insert(element));
                        }
                    }
                    _ => set.entry(Element::new(key, value)).or_insert(),
                }
                Outcome::Value(set.get(&sought(key)).map(|element| element.value.get()))
            }
            Operation::ModifyOrInsert(key, change, value) => {
                let element = match set.entry(Element::new(key, value)) {
                    Entry::Occupied(entry) => {
                        entry.get().add(change);
                        entry
                    }
                    Entry::Vacant(entry) => entry.insert(),
                };
                Outcome::Value(Some(element.get().value.get()))
            }
            Operation::OccupiedRemove(key) => match set.entry(Element::new(key, 0)) {
                Entry::Occupied(entry) => Outcome::Entry(Some(entry.remove().pair())),
                Entry::Vacant(_) => Outcome::Entry(None),
            },
            Operation::InsertEntry(key, value) => {
                let entry = set.entry(Element::new(key, value)).insert();
                entry.get().value.set(value);
                Outcome::Value(Some(entry.into_ref().value.get()))
            }
            Operation::ReplaceEntry(key, replacement) => {
                let Some(before) = set.get(&sought(key)).map(|element| element.value.get()) else {
                    return Outcome::Value(None);
                };
                match replacement {
                    Some(value) => assert!(set.replace(Element::new(key, value)).is_some()),
                    None => assert!(set.remove(&sought(key))),
                }
                Outcome::Value(Some(before))
            }
            Operation::At(key) => {
                Outcome::Value(Some(set.get_or_insert(Element::new(key, 0)).value.get()))
            }
            _ => self.apply_to_one(operation),
        }
    }

    fn apply_to_one(&mut self, operation: &Operation) -> Outcome {
        let set = &mut self.set;
        match *operation {
            Operation::Insert(key, value) => {
                let displaced = set.replace(Element::new(key, value));
                Outcome::Value(displaced.map(|element| element.value.get()))
            }
            Operation::Get(key) => {
                Outcome::Value(set.get(&sought(key)).map(|element| element.value.get()))
            }
            Operation::Change(key, change) => {
                Outcome::Value(set.get(&sought(key)).map(|element| element.add(change)))
            }
            Operation::GetKeyValue(key) => Outcome::Entry(set.get(&sought(key)).map(Element::pair)),
            Operation::RandomEntry(seed) => {
                let mut random = Random::new(seed.into());
                Outcome::Entry(set.random_entry(|| random.next_u64()).map(Element::pair))
            }
            Operation::Inspect(key) => Outcome::Found(inspect!(set, &sought(key))),
            Operation::ContainsKey(key) => Outcome::Found(set.contains(&sought(key))),
            Operation::Remove(key) => {
                let present = set.get(&sought(key)).map(|element| element.value.get());
                assert_eq!(set.remove(&sought(key)), present.is_some());
                Outcome::Value(present)
            }
            Operation::RemoveEntry(key) => {
                Outcome::Entry(set.take(&sought(key)).map(|element| element.pair()))
            }
            Operation::Pop => Outcome::Entry(set.pop().map(|element| element.pair())),
            Operation::GetDisjointMut(one, two, change) => {
                let add = |key| set.get(&sought(key)).map(|element| element.add(change));
                Outcome::Pair(add(one), add(two))
            }
            _ => self.apply_to_room(operation),
        }
    }

    fn apply_to_room(&mut self, operation: &Operation) -> Outcome {
        apply_to_room!(&mut self.set, operation, _ => self.apply_to_all(operation))
    }

    fn apply_to_all(&mut self, operation: &Operation) -> Outcome {
        let set = &mut self.set;
        match operation {
            Operation::Clear => set.clear(),
            Operation::Retain(filter) => {
                let mut visited = 0;
                set.retain(|element| {
                    visited += 1;
                    let keeps = filter.matches(element.key.id(), element.value.get());
                    element.add(1);
                    keeps
                });
                return Outcome::Count(visited);
            }
            Operation::Length => {
                let len = set.len();
                assert_eq!(set.is_empty(), len == 0);
                return Outcome::Count(len);
            }
            Operation::Iterate => return Outcome::Entries(self.contents()),
            Operation::IterateMut(change) | Operation::ValuesMut(change) => {
                set.iter().for_each(|element| {
                    element.add(*change);
                });
                return Outcome::Count(set.len());
            }
            Operation::Keys => {
                return Outcome::Keys(set.iter().map(|element| element.key.id()).collect());
            }
            Operation::Values => {
                return Outcome::Values(set.iter().map(|element| element.value.get()).collect());
            }
            Operation::Clone => *set = set.clone(),
            Operation::CloneFrom(pairs) => {
                let mut used = HashSet::with_seed_and_hasher(3, S::default());
                used.extend(pairs.iter().map(|&(key, value)| Element::new(key, value)));
                used.clone_from(set);
                *set = used;
            }
            Operation::Extend(pairs) => {
                // A set keeps the element that it has, a map takes the last value that comes.
                let last: BTreeMap<u16, u32> = pairs.iter().copied().collect();
                set.extend(pairs.iter().map(|&(key, _)| Element::new(key, last[&key])));
                for (key, value) in last {
                    set.get(&sought(key)).expect("it was inserted").value.set(value);
                }
            }
            Operation::Combine(combination, keys) => {
                return Outcome::Keys(self.combine(*combination, keys));
            }
            Operation::CombineInto(combination, keys) => {
                let other = Self::of_keys(keys);
                match combination {
                    Combination::Union => *set |= &other,
                    Combination::Intersection => *set &= &other,
                    Combination::Difference => *set -= &other,
                    Combination::SymmetricDifference => *set ^= &other,
                }
            }
            _ => return self.apply_ended_early(operation),
        }
        Outcome::Done
    }

    /// Another set, whose elements all have the value 0.
    fn of_keys(keys: &[u16]) -> HashSet<Element<K>, S> {
        let mut set = HashSet::with_seed_and_hasher(13, S::default());
        set.extend(keys.iter().map(|&key| Element::new(key, 0)));
        set
    }

    fn combine(&self, combination: Combination, keys: &[u16]) -> Vec<u16> {
        let (set, other) = (&self.set, Self::of_keys(keys));
        let common = set.intersection(&other).count();
        assert_eq!(set.is_disjoint(&other), common == 0);
        assert_eq!(set.is_subset(&other), common == set.len());
        assert_eq!(set.is_superset(&other), common == other.len());
        assert_eq!(*set == other, common == set.len() && common == other.len());
        let made = match combination {
            Combination::Union => set | &other,
            Combination::Intersection => set & &other,
            Combination::Difference => set - &other,
            Combination::SymmetricDifference => set ^ &other,
        };
        let id = |element: &Element<K>| element.key.id();
        let keys: Vec<u16> = match combination {
            Combination::Union => set.union(&other).map(id).collect(),
            Combination::Intersection => set.intersection(&other).map(id).collect(),
            Combination::Difference => set.difference(&other).map(id).collect(),
            Combination::SymmetricDifference => set.symmetric_difference(&other).map(id).collect(),
        };
        assert_eq!(made.len(), keys.len());
        assert!(keys.iter().all(|&key| made.contains(&sought(key))));
        keys
    }

    fn apply_ended_early(&mut self, operation: &Operation) -> Outcome {
        let pair_of = |element: Element<K>| element.pair();
        let taken = match *operation {
            Operation::ExtractIf(filter, count, ending) => {
                let matches = move |element: &Element<K>| {
                    filter.matches(element.key.id(), element.value.get())
                };
                ending.after(count, self.set.extract_if(matches).map(pair_of))
            }
            Operation::Drain(count, ending) => ending.after(count, self.set.drain().map(pair_of)),
            Operation::Rebuild(count, ending) => {
                let policy = self.set.shrink_policy();
                let empty = HashSet::with_seed_and_hasher(5, S::default());
                let elements = core::mem::replace(&mut self.set, empty).into_iter();
                let taken = ending.after(count, elements.map(pair_of));
                let elements = taken.iter().map(|&(key, value)| Element::new(key, value));
                match count % 3 {
                    0 => self.set.extend(elements),
                    1 => self.set = elements.collect(),
                    _ => {
                        self.set = HashSet::with_capacity_and_hasher(taken.len(), S::default());
                        elements.for_each(|element| {
                            self.set.insert(element);
                        });
                    }
                }
                self.set.set_shrink_policy(policy);
                taken
            }
            _ => return self.apply_visit(operation),
        };
        Outcome::Taken { taken, left: self.contents() }
    }

    fn apply_visit(&mut self, operation: &Operation) -> Outcome {
        let mut visited = Vec::new();
        match operation {
            Operation::Walk(steps, further, ending) => self.walk(steps, *further, *ending),
            Operation::Scan(place, budget) => {
                let at = self.scans[usize::from(*place)];
                let step = self.set.scan(at, *budget, |element| visited.push(element.pair()));
                scanned(&mut self.scans[usize::from(*place)], step, visited)
            }
            Operation::ScanMut(place, budget, filter) => {
                let at = self.scans[usize::from(*place)];
                let step = self.set.scan_mut(at, *budget, |element| {
                    visited.push(element.pair());
                    !filter.matches(element.key.id(), element.value.get())
                });
                scanned(&mut self.scans[usize::from(*place)], step, visited)
            }
            Operation::ScanRanges(count, budget) => {
                for start in self.set.scan_ranges(*count) {
                    let mut position = Some(start);
                    while let Some(at) = position {
                        let visit = |element: &Element<K>| visited.push(element.pair());
                        position = self.set.scan(at, *budget, visit).next;
                    }
                }
                Outcome::Entries(visited)
            }
            other => unreachable!("an operation that no group has: {other:?}"),
        }
    }

    fn walk(&mut self, steps: &[Operation], further: usize, ending: Ending) -> Outcome {
        let mut walk = self.set.walk();
        let outcome = Outcome::walked(steps, further, |step| apply_to_walk(&mut walk, step));
        ending.of(walk);
        outcome
    }
}

impl<K: Key, S: BuildHasher + Default + Clone> Subject for SetSubject<K, S> {
    const FACE: Face = Face::Set;

    fn apply(&mut self, operation: &Operation) -> Outcome {
        self.apply_to_entry(operation)
    }

    fn entry_count(&self) -> usize {
        self.set.len()
    }

    fn contents(&self) -> Vec<(u16, u32)> {
        self.set.iter().map(Element::pair).collect()
    }

    fn check(&self) {
        self.set.check();
    }
}

fn apply_to_walk<K: Key, S: BuildHasher>(
    walk: &mut Walk<'_, Element<K>, S>,
    operation: &Operation,
) -> Outcome {
    match *operation {
        Operation::Next(touch) => Outcome::Entry(walk.next().map(|entry| {
            let met = entry.get().pair();
            match touch {
                Touch::Look => {}
                Touch::Set(value) => entry.get().value.set(value),
                Touch::Add(change) => _ = entry.get().add(change),
                Touch::Take => assert_eq!(entry.remove().pair(), met),
            }
            met
        })),
        Operation::Get(key) => Outcome::Value(change_walked(walk, key, |value| value)),
        Operation::Change(key, change) => {
            Outcome::Value(change_walked(walk, key, |value| value.wrapping_add(change)))
        }
        Operation::Insert(key, value) => {
            let present = change_walked(walk, key, |_| value);
            assert_eq!(walk.insert(Element::new(key, value)), present.is_none());
            Outcome::Value(present)
        }
        Operation::RemoveEntry(key) => {
            Outcome::Entry(walk.take(&sought(key)).map(|element| element.pair()))
        }
        Operation::Remove(key) => {
            let present = change_walked(walk, key, |value| value);
            assert_eq!(walk.remove(&sought(key)), present.is_some());
            Outcome::Value(present)
        }
        Operation::Length => {
            let len = walk.len();
            assert_eq!(walk.is_empty(), len == 0);
            Outcome::Count(len)
        }
        Operation::ContainsKey(key) => Outcome::Found(walk.contains(&sought(key))),
        Operation::Clear => {
            walk.clear();
            Outcome::Done
        }
        Operation::GrowStep(steps) => {
            let is_more_left = walk.grow_step(steps);
            assert!(!is_more_left || walk.grow_step(0));
            Outcome::Done
        }
        Operation::ShrinkStep(steps) => {
            let is_more_left = walk.shrink_step(steps);
            assert_eq!(walk.shrink_step(0), is_more_left);
            Outcome::Done
        }
        ref other => unreachable!("an operation that a set's walk has not: {other:?}"),
    }
}
