//! Go's map, driven by operations.

use std::string::String;
use std::vec::Vec;

use testkit::{Ending, Face, Operation, Outcome, PLACES, Subject, Touch};

use crate::go::{Comparable, Key, Map, Plain, Range};
use crate::verify::repeat_chance;

/// The keys of Go maps that can be made from ids.
pub(crate) trait GoKey: Key + Comparable {
    /// The key of an id.
    fn from_id(id: u16) -> Self;

    /// The id of a key.
    fn id(&self) -> u16;
}

impl GoKey for u16 {
    fn from_id(id: u16) -> Self {
        id
    }

    fn id(&self) -> u16 {
        *self
    }
}

impl GoKey for String {
    fn from_id(id: u16) -> Self {
        <Self as testkit::keys::Key>::from_id(id)
    }

    fn id(&self) -> u16 {
        testkit::keys::Key::id(self)
    }
}

/// Any other key of the model.
impl<K: testkit::keys::Key> GoKey for Plain<K> {
    fn from_id(id: u16) -> Self {
        Self(K::from_id(id))
    }

    fn id(&self) -> u16 {
        self.0.id()
    }
}

/// Floats, whose zero is now positive, now negative, and the same key.
impl GoKey for f64 {
    fn from_id(id: u16) -> Self {
        if id == 0 { -0.0 } else { Self::from(id) }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "made from a u16")]
    fn id(&self) -> u16 {
        *self as u16
    }
}

/// A Go map whose keys are made from the ids that the operations name.
pub(crate) struct GoSubject<K: Key> {
    map: Map<K, u32>,
    ranges: [Option<Range<K, u32>>; PLACES],
}

impl<K: GoKey> GoSubject<K> {
    /// Chance begins anew, so that a failure comes again in the same process.
    pub(crate) fn new() -> Self {
        repeat_chance(Some(5));
        Self { map: Map::make(), ranges: Default::default() }
    }

    fn present(&self, id: u16) -> Option<u32> {
        let (value, is_present) = self.map.lookup(&K::from_id(id));
        is_present.then_some(value)
    }

    /// What a loop does to the entry that it has reached.
    fn touch(&self, met: Option<(K, u32)>, touch: Touch) -> Outcome {
        let Some((key, value)) = met else { return Outcome::Entry(None) };
        let met = (key.id(), value);
        match touch {
            Touch::Look => {}
            Touch::Set(value) => self.map.set(key, value),
            Touch::Add(change) => self.map.update(key, |value| *value = value.wrapping_add(change)),
            Touch::Take => self.map.delete(&key),
        }
        Outcome::Entry(Some(met))
    }

    fn walk(&mut self, steps: &[Operation], further: usize, ending: Ending) -> Outcome {
        let mut range = self.map.range();
        let outcome = Outcome::walked(steps, further, |step| match step {
            Operation::Next(touch) => self.touch(range.next(), *touch),
            // A Go map has no steps of its own.
            Operation::GrowStep(_) | Operation::ShrinkStep(_) => Outcome::Done,
            _ => self.apply(step),
        });
        ending.of(range);
        outcome
    }

    fn apply_to_all(&mut self, operation: &Operation) -> Outcome {
        match operation {
            Operation::Clear => self.map.clear(),
            Operation::Length => {
                let len = self.map.len();
                assert_eq!(self.map.is_empty(), len == 0);
                assert!(!self.map.is_nil() && Map::<K, u32>::nil().is_nil());
                assert_eq!(self.map.equal(&Map::nil()), len == 0);
                return Outcome::Count(len);
            }
            Operation::Equals(pair) => {
                let other = self.map.clone_map();
                if pair.is_some_and(|(key, _)| key % 2 == 1) {
                    let made = Map::make_with(self.map.len().try_into().expect("a length fits"));
                    self.map.range().for_each(|(key, value)| made.set(key, value));
                    assert!(!made.is_nil() && made.equal(&other));
                }
                if let Some((key, value)) = *pair {
                    other.set(K::from_id(key), value);
                }
                assert_eq!(self.map.equal(&other), other.equal(&self.map));
                return Outcome::Found(self.map.equal(&other));
            }
            Operation::Iterate => return Outcome::Entries(self.contents()),
            Operation::Keys => {
                return Outcome::Keys(self.map.range().map(|(key, _)| key.id()).collect());
            }
            Operation::Values => {
                return Outcome::Values(self.map.range().map(|(_, value)| value).collect());
            }
            Operation::Clone => {
                let copy = self.map.clone_map();
                assert!(copy.equal(&self.map) && !copy.is_same(&self.map));
                self.map = copy;
                self.ranges = Default::default();
            }
            Operation::Extend(pairs) => {
                for &(key, value) in pairs {
                    self.map.set(K::from_id(key), value);
                }
            }
            Operation::Walk(steps, further, ending) => {
                return self.walk(steps, *further, *ending);
            }
            Operation::Range(place, touch) => {
                let place = usize::from(*place);
                let mut range = self.ranges[place].take().unwrap_or_else(|| self.map.range());
                let outcome = self.touch(range.next(), *touch);
                if outcome != Outcome::Entry(None) {
                    self.ranges[place] = Some(range);
                }
                return outcome;
            }
            Operation::LeaveRange(place, ending) => {
                ending.of(self.ranges[usize::from(*place)].take());
            }
            other => unreachable!("an operation that Go's map has not: {other:?}"),
        }
        Outcome::Done
    }
}

impl<K: GoKey> Subject for GoSubject<K> {
    const FACE: Face = Face::Go;

    fn apply(&mut self, operation: &Operation) -> Outcome {
        match *operation {
            Operation::Insert(key, value) => {
                let present = self.present(key);
                self.map.set(K::from_id(key), value);
                Outcome::Value(present)
            }
            Operation::TryInsert(key, value) => {
                let present = self.present(key);
                if present.is_none() {
                    self.map.set(K::from_id(key), value);
                }
                Outcome::Value(present)
            }
            Operation::Get(key) => Outcome::Value(self.present(key)),
            Operation::GetOrDefault(key) => Outcome::Value(Some(self.map.get(&K::from_id(key)))),
            Operation::ContainsKey(key) => Outcome::Found(self.map.contains(&K::from_id(key))),
            Operation::Change(key, change) => {
                let present = self.present(key);
                if present.is_some() {
                    self.map.update(K::from_id(key), |value| *value = value.wrapping_add(change));
                }
                Outcome::Value(present)
            }
            Operation::Remove(key) => {
                let present = self.present(key);
                self.map.delete(&K::from_id(key));
                Outcome::Value(present)
            }
            Operation::RemoveEntry(key) => {
                let present = self.present(key);
                self.map.delete(&K::from_id(key));
                Outcome::Entry(present.map(|value| (key, value)))
            }
            Operation::ModifyOrInsert(key, change, value) => {
                let is_present = self.map.contains(&K::from_id(key));
                self.map.update(K::from_id(key), |stored| {
                    *stored = if is_present { stored.wrapping_add(change) } else { value };
                });
                Outcome::Value(self.present(key))
            }
            Operation::At(key) => {
                self.map.update(K::from_id(key), |_| {});
                Outcome::Value(self.present(key))
            }
            _ => self.apply_to_all(operation),
        }
    }

    fn entry_count(&self) -> usize {
        self.map.len()
    }

    fn contents(&self) -> Vec<(u16, u32)> {
        self.map.range().map(|(key, value)| (key.id(), value)).collect()
    }

    fn check(&self) {
        self.map.check();
    }
}

impl<K: Key> Drop for GoSubject<K> {
    fn drop(&mut self) {
        repeat_chance(None);
    }
}
