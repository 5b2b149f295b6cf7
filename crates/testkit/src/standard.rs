//! The standard library's map as a subject: shows how one is written, and keeps the model honest.

use crate::{Combination, Ending, Operation, Outcome, PLACES, Subject, Touch};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::mem;

/// The standard library's map.
///
/// What it lacks at the oldest supported compiler (`extract_if`, `pop`, `get_disjoint_mut`) is done
/// by hand. Walks, scans and loops visit the keys that were there when they began, as far as they
/// still are.
#[derive(Clone, Debug, Default)]
pub struct StandardSubject {
    map: HashMap<u16, u32>,
    /// The keys that a scan or loop has still to visit.
    scans: [Option<Vec<u16>>; PLACES],
    loops: [Option<Vec<u16>>; PLACES],
}

impl StandardSubject {
    fn apply_to_entry(&mut self, operation: &Operation) -> Outcome {
        match *operation {
            Operation::TryInsert(key, value) | Operation::InsertUnique(key, value) => {
                match self.map.entry(key) {
                    Entry::Occupied(occupied) => Outcome::Value(Some(*occupied.get())),
                    Entry::Vacant(vacant) => {
                        vacant.insert(value);
                        Outcome::Value(None)
                    }
                }
            }
            Operation::OrInsert(key, value)
            | Operation::OrInsertRef(key, value)
            | Operation::OrInsertBy(_, key, value) => {
                Outcome::Value(Some(*self.map.entry(key).or_insert(value)))
            }
            Operation::ModifyOrInsert(key, change, value) => {
                let entry = self.map.entry(key).and_modify(|v| *v = v.wrapping_add(change));
                Outcome::Value(Some(*entry.or_insert(value)))
            }
            Operation::OccupiedRemove(key) => match self.map.entry(key) {
                Entry::Occupied(occupied) => Outcome::Entry(Some(occupied.remove_entry())),
                Entry::Vacant(_) => Outcome::Entry(None),
            },
            Operation::InsertEntry(key, value) | Operation::InsertEntryRef(key, value) => {
                Outcome::Value(Some(*self.map.entry(key).insert_entry(value).get()))
            }
            Operation::ReplaceEntry(key, replacement)
            | Operation::AndReplaceEntry(key, replacement) => match self.map.entry(key) {
                Entry::Occupied(mut occupied) => Outcome::Value(Some(match replacement {
                    Some(value) => occupied.insert(value),
                    None => occupied.remove(),
                })),
                Entry::Vacant(_) => Outcome::Value(None),
            },
            Operation::At(key) => Outcome::Value(Some(*self.map.entry(key).or_default())),
            _ => self.apply_to_all(operation),
        }
    }

    fn apply_to_all(&mut self, operation: &Operation) -> Outcome {
        let map = &mut self.map;
        match operation {
            Operation::Clear => map.clear(),
            Operation::Retain(filter) => {
                let mut visited = 0;
                map.retain(|&key, value| {
                    visited += 1;
                    let keeps = filter.matches(key, *value);
                    *value = value.wrapping_add(1);
                    keeps
                });
                return Outcome::Count(visited);
            }
            Operation::Iterate | Operation::ScanRanges(..) => {
                return Outcome::Entries(self.contents());
            }
            Operation::Length => {
                let len = map.len();
                assert_eq!(map.is_empty(), len == 0);
                return Outcome::Count(len);
            }
            Operation::Equals(pair) => {
                let mut other = map.clone();
                other.extend(*pair);
                return Outcome::Found(*map == other);
            }
            Operation::IterateMut(change) => {
                let each = |(_, value): (_, &mut u32)| *value = value.wrapping_add(*change);
                return Outcome::Count(map.iter_mut().map(each).count());
            }
            Operation::ValuesMut(change) => {
                let each = |value: &mut u32| *value = value.wrapping_add(*change);
                return Outcome::Count(map.values_mut().map(each).count());
            }
            Operation::Keys => return Outcome::Keys(map.keys().copied().collect()),
            Operation::Values => return Outcome::Values(map.values().copied().collect()),
            Operation::GrowStep(_) | Operation::ShrinkStep(_) | Operation::SetPolicy(_) => {}
            Operation::Inspect(key) => return Outcome::Found(map.contains_key(key)),
            Operation::Clone => *map = map.clone(),
            Operation::CloneFrom(pairs) => {
                let mut used: HashMap<_, _> = pairs.iter().copied().collect();
                used.clone_from(map);
                *map = used;
            }
            Operation::Extend(pairs) => map.extend(pairs.iter().copied()),
            _ => return self.apply_with_choice(operation),
        }
        Outcome::Done
    }

    fn apply_with_choice(&mut self, operation: &Operation) -> Outcome {
        let map = &mut self.map;
        let taken = match *operation {
            Operation::Reserve(additional) => {
                map.reserve(additional);
                return Outcome::Capacity(map.capacity());
            }
            Operation::TryReserve(additional) => {
                return match map.try_reserve(additional) {
                    Ok(()) => Outcome::Capacity(map.capacity()),
                    Err(_) => Outcome::Refused,
                };
            }
            Operation::ShrinkToFit => {
                map.shrink_to_fit();
                return Outcome::Capacity(map.capacity());
            }
            Operation::ShrinkTo(capacity) => {
                map.shrink_to(capacity);
                return Outcome::Capacity(map.capacity());
            }
            Operation::Pop => {
                let key = map.keys().next().copied();
                return Outcome::Entry(key.and_then(|key| map.remove_entry(&key)));
            }
            Operation::RandomEntry(_) => {
                return Outcome::Entry(map.iter().next().map(|(&key, &value)| (key, value)));
            }
            Operation::GetDisjointMut(first, second, change)
            | Operation::GetDisjointKeyValueMut(first, second, change)
            | Operation::GetDisjointUnchecked(first, second, change) => {
                let mut change = |key| {
                    let value = map.get_mut(&key)?;
                    Some(mem::replace(value, value.wrapping_add(change)))
                };
                return Outcome::Pair(change(first), change(second));
            }
            Operation::ExtractIf(filter, steps, _) => {
                let matching = map.iter().filter(|&(&key, &value)| filter.matches(key, value));
                let keys: Vec<u16> = matching.map(|(&key, _)| key).take(steps).collect();
                keys.iter().filter_map(|key| map.remove_entry(key)).collect()
            }
            Operation::Drain(steps, ending) => ending.after(steps, map.drain()),
            Operation::Rebuild(steps, ending)
            | Operation::RebuildOfKeys(steps, ending)
            | Operation::RebuildOfValues(steps, ending) => self.rebuild(operation, steps, ending),
            _ => return self.apply_visit(operation),
        };
        Outcome::Taken { taken, left: self.contents() }
    }

    fn rebuild(&mut self, of: &Operation, steps: usize, ending: Ending) -> Vec<(u16, u32)> {
        let map = mem::take(&mut self.map);
        let taken = match of {
            Operation::RebuildOfKeys(..) => {
                ending.after(steps, map.into_keys().map(|key| (key, 0)))
            }
            Operation::RebuildOfValues(..) => ending.after(steps, (0..).zip(map.into_values())),
            _ => ending.after(steps, map.into_iter()),
        };
        self.map.extend(taken.iter().copied());
        taken
    }
}

impl StandardSubject {
    fn apply_visit(&mut self, operation: &Operation) -> Outcome {
        match operation {
            Operation::Walk(steps, further, _) => {
                let mut due = self.map.keys().copied().collect();
                Outcome::walked(steps, *further, |step| match step {
                    Operation::Next(touch) => Outcome::Entry(self.next_of(&mut due, *touch)),
                    _ => self.apply(step),
                })
            }
            Operation::Scan(place, budget) | Operation::ScanMut(place, budget, _) => {
                let begun = self.scans[usize::from(*place)].take();
                let mut due = begun.unwrap_or_else(|| self.map.keys().copied().collect());
                let rest = due.split_off((*budget).max(1).min(due.len()));
                let entry_of = |key: u16| Some((key, *self.map.get(&key)?));
                let visited: Vec<_> = due.into_iter().filter_map(entry_of).collect();
                if let Operation::ScanMut(_, _, filter) = operation {
                    for (key, _) in visited.iter().filter(|(k, v)| filter.matches(*k, *v)) {
                        self.map.remove(key);
                    }
                }
                let goes_on = !rest.is_empty();
                self.scans[usize::from(*place)] = goes_on.then_some(rest);
                Outcome::Scanned { visited, goes_on, has_restarted: false }
            }
            Operation::Range(place, touch) => {
                let begun = self.loops[usize::from(*place)].take();
                let mut due = begun.unwrap_or_else(|| self.map.keys().copied().collect());
                let met = self.next_of(&mut due, *touch);
                self.loops[usize::from(*place)] = met.map(|_| due);
                Outcome::Entry(met)
            }
            Operation::LeaveRange(place, _) => {
                self.loops[usize::from(*place)] = None;
                Outcome::Done
            }
            Operation::Combine(combination, keys) => {
                Outcome::Keys(self.combined(*combination, keys).into_iter().collect())
            }
            Operation::CombineInto(combination, keys) => {
                let combined = self.combined(*combination, keys);
                self.map.retain(|key, _| combined.contains(key));
                for key in combined {
                    self.map.entry(key).or_insert(0);
                }
                Outcome::Done
            }
            _ => unreachable!("every operation is carried out by one of the five functions"),
        }
    }

    fn combined(&self, combination: Combination, keys: &[u16]) -> HashSet<u16> {
        let ours: HashSet<u16> = self.map.keys().copied().collect();
        let theirs: HashSet<u16> = keys.iter().copied().collect();
        match combination {
            Combination::Union => &ours | &theirs,
            Combination::Intersection => &ours & &theirs,
            Combination::Difference => &ours - &theirs,
            Combination::SymmetricDifference => &ours ^ &theirs,
        }
    }

    /// The next of the keys that are due and still there, and what is done to its entry.
    fn next_of(&mut self, due: &mut Vec<u16>, touch: Touch) -> Option<(u16, u32)> {
        loop {
            let key = due.pop()?;
            let Some(value) = self.map.get(&key).copied() else { continue };
            match touch {
                Touch::Look => {}
                Touch::Set(value) => drop(self.map.insert(key, value)),
                Touch::Add(change) => drop(self.map.insert(key, value.wrapping_add(change))),
                Touch::Take => drop(self.map.remove(&key)),
            }
            return Some((key, value));
        }
    }

    /// After an operation that may have changed the map for another.
    fn release(&mut self, operation: &Operation) {
        if operation.replaces_map() {
            self.loops = Default::default();
        }
    }
}

impl Subject for StandardSubject {
    fn apply(&mut self, operation: &Operation) -> Outcome {
        self.release(operation);
        let map = &mut self.map;
        match *operation {
            Operation::Insert(key, value) => Outcome::Value(map.insert(key, value)),
            Operation::Get(key) => Outcome::Value(map.get(&key).copied()),
            Operation::Change(key, change) => Outcome::Value(
                map.get_mut(&key).map(|value| mem::replace(value, value.wrapping_add(change))),
            ),
            Operation::GetOrDefault(key) => {
                Outcome::Value(Some(map.get(&key).copied().unwrap_or_default()))
            }
            Operation::GetKeyValue(key) | Operation::ReplaceKey(key) => {
                Outcome::Entry(map.get_key_value(&key).map(|(&key, &value)| (key, value)))
            }
            Operation::ChangeKeyValue(key, change) => Outcome::Entry(
                map.get_mut(&key)
                    .map(|value| (key, mem::replace(value, value.wrapping_add(change)))),
            ),
            Operation::ContainsKey(key) => Outcome::Found(map.contains_key(&key)),
            Operation::Remove(key) => Outcome::Value(map.remove(&key)),
            Operation::RemoveEntry(key) => Outcome::Entry(map.remove_entry(&key)),
            _ => self.apply_to_entry(operation),
        }
    }

    fn entry_count(&self) -> usize {
        self.map.len()
    }

    fn contents(&self) -> Vec<(u16, u32)> {
        self.map.iter().map(|(&key, &value)| (key, value)).collect()
    }
}
