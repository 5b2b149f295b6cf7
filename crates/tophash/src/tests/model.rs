//! The map beside a model that is obviously right, with every kind of hasher and key.
//!
//! After each operation all invariants are recounted (`raw/check.rs`).

use core::hash::BuildHasher;
use std::vec::Vec;

use testkit::hashers::{Constant, Fnv1a, HighBitsOnly, Identity, LowBitsOnly, Truncated};
use testkit::keys::{Key, Large, OverAligned};
use testkit::{Ending, Operation, Outcome, Profile, Subject, run};

use crate::hash_map::{Entry, HashMap, hasher_of};

/// A map whose keys are made from the ids that the operations name.
struct MapSubject<K, S> {
    map: HashMap<K, u32, S>,
}

impl<K, S: Default> MapSubject<K, S> {
    /// The seed is fixed, so that a failure comes again.
    fn new() -> Self {
        Self { map: HashMap::with_seed_and_hasher(7, S::default()) }
    }
}

fn id_of<K: Key>((key, value): (K, u32)) -> (u16, u32) {
    (key.id(), value)
}

impl<K: Key, S: BuildHasher + Default + Clone> MapSubject<K, S> {
    fn apply_to_entry(&mut self, operation: &Operation) -> Outcome {
        match *operation {
            Operation::OrInsert(key, value) => {
                Outcome::Value(Some(*self.map.entry(K::from_id(key)).or_insert(value)))
            }
            Operation::ModifyOrInsert(key, change, value) => {
                let entry = self.map.entry(K::from_id(key));
                let entry = entry.and_modify(|v| *v = v.wrapping_add(change));
                Outcome::Value(Some(*entry.or_insert(value)))
            }
            Operation::OccupiedRemove(key) => match self.map.entry(K::from_id(key)) {
                Entry::Occupied(entry) => Outcome::Entry(Some(id_of(entry.remove_entry()))),
                Entry::Vacant(_) => Outcome::Entry(None),
            },
            Operation::InsertEntry(key, value) => {
                let entry = self.map.entry(K::from_id(key)).insert(value);
                Outcome::Value(Some(*entry.get()))
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
            Operation::Get(key) => Outcome::Value(map.get(&K::from_id(key)).copied()),
            Operation::Change(key, change) => {
                Outcome::Value(map.get_mut(&K::from_id(key)).map(|value| {
                    let before = *value;
                    *value = value.wrapping_add(change);
                    before
                }))
            }
            Operation::ContainsKey(key) => Outcome::Found(map.contains_key(&K::from_id(key))),
            Operation::Remove(key) => Outcome::Value(map.remove(&K::from_id(key))),
            Operation::RemoveEntry(key) => {
                Outcome::Entry(map.remove_entry(&K::from_id(key)).map(id_of))
            }
            Operation::Pop => Outcome::Entry(map.pop().map(id_of)),
            Operation::GetDisjointMut(one, two, change) => {
                let (one, two) = (K::from_id(one), K::from_id(two));
                let add = |value: Option<&mut u32>| {
                    value.map(|value| {
                        let before = *value;
                        *value = value.wrapping_add(change);
                        before
                    })
                };
                let [one, two] = map.get_disjoint_mut([&one, &two]).map(add);
                Outcome::Pair(one, two)
            }
            _ => self.apply_to_room(operation),
        }
    }

    fn apply_to_room(&mut self, operation: &Operation) -> Outcome {
        let map = &mut self.map;
        match *operation {
            Operation::Reserve(additional) => map.reserve(additional),
            Operation::TryReserve(additional) => {
                if map.try_reserve(additional).is_err() {
                    return Outcome::Refused;
                }
            }
            Operation::ShrinkToFit => map.shrink_to_fit(),
            Operation::ShrinkTo(capacity) => map.shrink_to(capacity),
            Operation::GrowStep(steps) => {
                map.grow_step(steps);
                return Outcome::Done;
            }
            Operation::ShrinkStep(steps) => {
                map.shrink_step(steps);
                return Outcome::Done;
            }
            _ => return self.apply_to_all(operation),
        }
        Outcome::Capacity(map.capacity())
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

    fn apply_ended_early(&mut self, operation: &Operation) -> Outcome {
        /// Takes up to `count` entries, then drops or leaks the iterator.
        fn take<K: Key>(
            mut entries: impl Iterator<Item = (K, u32)>,
            count: usize,
            ending: Ending,
        ) -> Vec<(u16, u32)> {
            let taken = entries.by_ref().take(count).map(id_of).collect();
            if ending == Ending::Leaked {
                core::mem::forget(entries);
            }
            taken
        }
        let taken = match *operation {
            Operation::ExtractIf(filter, count, ending) => {
                let matches = move |key: &K, value: &mut u32| filter.matches(key.id(), *value);
                take(self.map.extract_if(matches), count, ending)
            }
            Operation::Drain(count, ending) => take(self.map.drain(), count, ending),
            Operation::Rebuild(count, ending) => {
                let empty = HashMap::with_seed_and_hasher(5, S::default());
                let taken =
                    take(core::mem::replace(&mut self.map, empty).into_iter(), count, ending);
                self.map.extend(taken.iter().map(|&(key, value)| (K::from_id(key), value)));
                taken
            }
            ref other => unreachable!("an operation that no group has: {other:?}"),
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
        let hasher = hasher_of(&self.map.hash_builder, self.map.table.hash0());
        self.map.table.check(Some(&hasher));
    }
}

/// Every profile, in small and larger universes of keys, from several seeds.
fn runs<K: Key, S: BuildHasher + Default + Clone>(universes: &[u16], count: usize) {
    for profile in [Profile::Mixed, Profile::Growing, Profile::Churn, Profile::Deleting] {
        for &universe in universes {
            for seed in 1..4 {
                run(seed, profile, universe, count, MapSubject::<K, S>::new);
            }
        }
    }
}

#[test]
fn a_map_agrees_with_the_model() {
    runs::<u16, Fnv1a>(&[3, 20, 300, 3000], 1500);
}

#[test]
fn a_map_of_strings_agrees_with_the_model() {
    runs::<std::string::String, Fnv1a>(&[20, 300], 800);
}

#[test]
fn a_map_with_a_constant_hash_agrees_with_the_model() {
    runs::<u16, Constant>(&[5, 100], 600);
}

#[test]
fn a_map_with_hashes_of_three_bits_agrees_with_the_model() {
    #[derive(Clone, Copy)]
    struct ThreeBits;
    impl Default for ThreeBits {
        fn default() -> Self {
            Self
        }
    }
    impl BuildHasher for ThreeBits {
        type Hasher = <Truncated as BuildHasher>::Hasher;
        fn build_hasher(&self) -> Self::Hasher {
            Truncated(3).build_hasher()
        }
    }
    runs::<u16, ThreeBits>(&[20, 300], 800);
}

#[test]
fn a_map_with_weak_hashes_agrees_with_the_model() {
    runs::<u16, Identity>(&[20, 300], 800);
    runs::<u16, LowBitsOnly>(&[20, 300], 800);
    runs::<u16, HighBitsOnly>(&[20, 300], 800);
}

#[test]
fn a_map_of_over_aligned_keys_agrees_with_the_model() {
    runs::<OverAligned, Fnv1a>(&[20, 200], 500);
}

#[test]
fn a_map_of_keys_of_4_kib_agrees_with_the_model() {
    runs::<Large, Fnv1a>(&[12, 80], 150);
}
