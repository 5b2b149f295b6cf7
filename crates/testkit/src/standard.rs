//! The standard library's map as a subject: shows how one is written, and keeps the model honest.

use crate::{Ending, Operation, Outcome, Subject};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::mem;

/// The standard library's map.
///
/// What it lacks at the oldest supported compiler (`extract_if`, `pop`, `get_disjoint_mut`) is done
/// by hand.
#[derive(Clone, Debug, Default)]
pub struct StandardSubject {
    map: HashMap<u16, u32>,
}

impl StandardSubject {
    fn apply_to_entry(&mut self, operation: &Operation) -> Outcome {
        match *operation {
            Operation::TryInsert(key, value) => match self.map.entry(key) {
                Entry::Occupied(occupied) => Outcome::Value(Some(*occupied.get())),
                Entry::Vacant(vacant) => {
                    vacant.insert(value);
                    Outcome::Value(None)
                }
            },
            Operation::OrInsert(key, value) => {
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
            Operation::InsertEntry(key, value) => {
                Outcome::Value(Some(*self.map.entry(key).insert_entry(value).get()))
            }
            Operation::ReplaceEntry(key, replacement) => match self.map.entry(key) {
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
            Operation::Iterate => return Outcome::Entries(self.contents()),
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
            Operation::GrowStep(_) | Operation::ShrinkStep(_) => {}
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
            Operation::GetDisjointMut(first, second, change) => {
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
            Operation::Drain(steps, ending) => {
                let mut drain = map.drain();
                let taken = drain.by_ref().take(steps).collect();
                end(drain, ending);
                taken
            }
            Operation::Rebuild(steps, ending) => {
                let mut entries = mem::take(map).into_iter();
                let taken: Vec<_> = entries.by_ref().take(steps).collect();
                end(entries, ending);
                map.extend(taken.iter().copied());
                taken
            }
            _ => unreachable!("every operation is carried out by one of the four functions"),
        };
        Outcome::Taken { taken, left: self.contents() }
    }
}

fn end<I>(iterator: I, ending: Ending) {
    match ending {
        Ending::Dropped => drop(iterator),
        Ending::Leaked => mem::forget(iterator),
    }
}

impl Subject for StandardSubject {
    fn apply(&mut self, operation: &Operation) -> Outcome {
        let map = &mut self.map;
        match *operation {
            Operation::Insert(key, value) => Outcome::Value(map.insert(key, value)),
            Operation::Get(key) => Outcome::Value(map.get(&key).copied()),
            Operation::Change(key, change) => Outcome::Value(
                map.get_mut(&key).map(|value| mem::replace(value, value.wrapping_add(change))),
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
