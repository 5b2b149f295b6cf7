//! The map that is obviously right: it says what an operation must answer.

use crate::{Ending, Operation, Outcome};
use std::collections::HashMap;

/// A map from key ids to numbers, by the standard library's map.
///
/// Most operations have one right answer, and [`apply`](Self::apply) gives it. Where the map under
/// test may choose (which entry `pop` takes, how far a capacity goes), [`follow`](Self::follow)
/// checks that the choice was legal and makes the same one.
#[derive(Clone, Debug, Default)]
pub struct Model {
    entries: HashMap<u16, u32>,
    memory_may_be_refused: bool,
}

impl Model {
    /// An empty map whose memory is never refused, short of sizes that no machine has.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty map that accepts that any reservation is refused.
    pub fn where_memory_may_be_refused() -> Self {
        Self { memory_may_be_refused: true, ..Self::default() }
    }

    /// How many entries there are.
    pub fn entry_count(&self) -> usize {
        self.entries.len()
    }

    /// All entries in the order of their keys.
    pub fn contents(&self) -> Vec<(u16, u32)> {
        let mut contents: Vec<_> = self.entries.iter().map(|(&k, &v)| (k, v)).collect();
        contents.sort_unstable();
        contents
    }

    /// Follows the map under test: carries the operation out and holds its answer against ours.
    ///
    /// # Errors
    ///
    /// What is wrong with the answer. The model is then of no further use.
    pub fn follow(&mut self, operation: &Operation, outcome: &Outcome) -> Result<(), String> {
        match self.apply(operation) {
            Some(right) => {
                let (right, answer) = (right.sorted(), outcome.clone().sorted());
                if right == answer {
                    Ok(())
                } else {
                    Err(format!("it answered {answer:?}, and {right:?} is right"))
                }
            }
            None => self.follow_choice(operation, outcome),
        }
    }

    /// Carries an operation out and gives its only right answer, or, when there is a choice, gives
    /// `None` and does nothing.
    pub fn apply(&mut self, operation: &Operation) -> Option<Outcome> {
        let entries = &mut self.entries;
        Some(match *operation {
            Operation::Insert(key, value) => Outcome::Value(entries.insert(key, value)),
            Operation::TryInsert(key, value) => {
                let present = entries.get(&key).copied();
                entries.entry(key).or_insert(value);
                Outcome::Value(present)
            }
            Operation::Get(key) => Outcome::Value(entries.get(&key).copied()),
            Operation::Change(key, change) => Outcome::Value(self.change(key, change)),
            Operation::ContainsKey(key) => Outcome::Found(entries.contains_key(&key)),
            Operation::Remove(key) => Outcome::Value(entries.remove(&key)),
            Operation::RemoveEntry(key) | Operation::OccupiedRemove(key) => {
                Outcome::Entry(entries.remove_entry(&key))
            }
            Operation::OrInsert(key, value) => {
                Outcome::Value(Some(*entries.entry(key).or_insert(value)))
            }
            Operation::ModifyOrInsert(key, change, value) => {
                if self.change(key, change).is_none() {
                    self.entries.insert(key, value);
                }
                Outcome::Value(self.entries.get(&key).copied())
            }
            Operation::InsertEntry(key, value) => {
                entries.insert(key, value);
                Outcome::Value(Some(value))
            }
            Operation::ReplaceEntry(key, replacement) => {
                let before = entries.remove(&key);
                if let (Some(_), Some(value)) = (before, replacement) {
                    entries.insert(key, value);
                }
                Outcome::Value(before)
            }
            Operation::At(key) => Outcome::Value(Some(*entries.entry(key).or_insert(0))),
            Operation::GetDisjointMut(first, second, change) => {
                Outcome::Pair(self.change(first, change), self.change(second, change))
            }
            Operation::GrowStep(_) | Operation::ShrinkStep(_) | Operation::Clone => Outcome::Done,
            Operation::TryReserve(additional) if additional > usize::MAX / 2 => Outcome::Refused,
            _ => return self.apply_to_all(operation),
        })
    }

    /// The part of [`apply`](Self::apply) that concerns the map as a whole.
    fn apply_to_all(&mut self, operation: &Operation) -> Option<Outcome> {
        let entries = &mut self.entries;
        Some(match operation {
            Operation::Clear => {
                entries.clear();
                Outcome::Done
            }
            Operation::Retain(filter) => {
                let count = entries.len();
                entries.retain(|&key, &mut value| filter.matches(key, value));
                add_to_all(entries, 1);
                Outcome::Count(count)
            }
            Operation::Iterate => Outcome::Entries(self.contents()),
            Operation::IterateMut(change) | Operation::ValuesMut(change) => {
                add_to_all(entries, *change);
                Outcome::Count(entries.len())
            }
            Operation::Keys => Outcome::Keys(entries.keys().copied().collect()),
            Operation::Values => Outcome::Values(entries.values().copied().collect()),
            Operation::CloneFrom(_) => Outcome::Done,
            Operation::Extend(pairs) => {
                entries.extend(pairs.iter().copied());
                Outcome::Done
            }
            _ => return None,
        })
    }

    fn change(&mut self, key: u16, change: u32) -> Option<u32> {
        let value = self.entries.get_mut(&key)?;
        let before = *value;
        *value = before.wrapping_add(change);
        Some(before)
    }

    /// The operations that leave a choice: the answer says which was taken.
    fn follow_choice(&mut self, operation: &Operation, outcome: &Outcome) -> Result<(), String> {
        match (operation, outcome) {
            (Operation::Pop, Outcome::Entry(popped)) => self.follow_pop(*popped),
            (
                Operation::Reserve(additional) | Operation::TryReserve(additional),
                Outcome::Capacity(capacity),
            ) => self.capacity_suffices(*capacity, *additional),
            (Operation::TryReserve(_), Outcome::Refused) if self.memory_may_be_refused => Ok(()),
            (Operation::ShrinkToFit | Operation::ShrinkTo(_), Outcome::Capacity(capacity)) => {
                self.capacity_suffices(*capacity, 0)
            }
            (Operation::ExtractIf(filter, steps, ending), Outcome::Taken { taken, left }) => {
                let matching = self.entries.iter().filter(|&(&k, &v)| filter.matches(k, v)).count();
                if let Some((k, v)) = taken.iter().find(|&&(k, v)| !filter.matches(k, v)) {
                    return Err(format!("it took ({k}, {v}), which the filter does not match"));
                }
                self.take(taken, matching.min(*steps))?;
                self.settle(left, *ending == Ending::Leaked)
            }
            (Operation::Drain(steps, _), Outcome::Taken { taken, left }) => {
                self.take(taken, self.entries.len().min(*steps))?;
                self.entries.clear();
                self.settle(left, false)
            }
            (Operation::Rebuild(steps, _), Outcome::Taken { taken, left }) => {
                self.take(taken, self.entries.len().min(*steps))?;
                self.entries = taken.iter().copied().collect();
                self.settle(left, false)
            }
            _ => Err(format!("it answered {outcome:?}, which is no answer to this operation")),
        }
    }

    fn follow_pop(&mut self, popped: Option<(u16, u32)>) -> Result<(), String> {
        match popped {
            None if self.entries.is_empty() => Ok(()),
            None => Err(format!("it popped nothing out of {} entries", self.entries.len())),
            Some(entry) => self.take(&[entry], 1),
        }
    }

    fn capacity_suffices(&self, capacity: usize, additional: usize) -> Result<(), String> {
        let needed = self.entries.len().saturating_add(additional);
        if capacity >= needed || self.memory_may_be_refused {
            return Ok(());
        }
        Err(format!("its capacity is {capacity}, and {needed} is the least allowed"))
    }

    /// Takes out what the map under test took out: `count` entries, each of which was there.
    fn take(&mut self, taken: &[(u16, u32)], count: usize) -> Result<(), String> {
        if taken.len() != count {
            return Err(format!("it took {} entries, and {count} is right", taken.len()));
        }
        for &(key, value) in taken {
            match self.entries.remove(&key) {
                Some(present) if present == value => {}
                present => {
                    return Err(format!("it took ({key}, {value}) where there was {present:?}"));
                }
            }
        }
        Ok(())
    }

    /// Settles on what the map under test has left: all of ours or, after a leak, any part of it.
    fn settle(&mut self, left: &[(u16, u32)], part_allowed: bool) -> Result<(), String> {
        let settled: HashMap<u16, u32> = left.iter().copied().collect();
        if settled.len() != left.len() {
            return Err("a key is left twice".to_owned());
        }
        if let Some((key, value)) = left.iter().find(|(k, v)| self.entries.get(k) != Some(v)) {
            return Err(format!("({key}, {value}) is left, and should not be"));
        }
        if !part_allowed && settled.len() < self.entries.len() {
            let (left, right) = (settled.len(), self.entries.len());
            return Err(format!("{left} entries are left, and {right} is right"));
        }
        self.entries = settled;
        Ok(())
    }
}

fn add_to_all(entries: &mut HashMap<u16, u32>, change: u32) {
    for value in entries.values_mut() {
        *value = value.wrapping_add(change);
    }
}

#[cfg(test)]
mod tests {
    use super::Model;
    use crate::{Ending, Filter, Operation, Outcome};

    fn model(contents: &[(u16, u32)]) -> Model {
        let mut model = Model::new();
        model.apply(&Operation::Extend(contents.to_vec()));
        model
    }

    fn taken(taken: &[(u16, u32)], left: &[(u16, u32)]) -> Outcome {
        Outcome::Taken { taken: taken.to_vec(), left: left.to_vec() }
    }

    #[test]
    fn a_wrong_answer_is_refused_and_a_right_one_accepted() {
        let mut model = model(&[(1, 10)]);
        assert_eq!(model.follow(&Operation::Get(1), &Outcome::Value(Some(10))), Ok(()));
        let error = model.follow(&Operation::Get(1), &Outcome::Value(None)).unwrap_err();
        assert_eq!(error, "it answered Value(None), and Value(Some(10)) is right");
        assert!(model.follow(&Operation::Get(1), &Outcome::Done).is_err());
    }

    #[test]
    fn lists_are_compared_in_any_order() {
        let mut model = model(&[(1, 10), (2, 20)]);
        let answer = Outcome::Entries(vec![(2, 20), (1, 10)]);
        assert_eq!(model.follow(&Operation::Iterate, &answer), Ok(()));
        assert!(model.follow(&Operation::Keys, &Outcome::Keys(vec![1, 1])).is_err());
    }

    #[test]
    fn any_entry_may_be_popped_but_none_that_was_not_there() {
        let mut model = model(&[(1, 10), (2, 20), (3, 30)]);
        let pop = |model: &mut Model, entry| model.follow(&Operation::Pop, &Outcome::Entry(entry));
        assert_eq!(pop(&mut model, Some((2, 20))), Ok(()));
        assert_eq!(model.contents(), [(1, 10), (3, 30)]);
        assert!(pop(&mut model.clone(), Some((2, 20))).is_err());
        assert!(pop(&mut model.clone(), Some((1, 11))).is_err());
        assert!(pop(&mut model.clone(), None).is_err());
        assert_eq!(pop(&mut Model::new(), None), Ok(()));
    }

    #[test]
    fn a_drain_must_leave_nothing_whether_dropped_or_leaked() {
        let before = model(&[(1, 10), (2, 20), (3, 30)]);
        for ending in [Ending::Dropped, Ending::Leaked] {
            let drain = Operation::Drain(1, ending);
            let follow = |outcome: &Outcome| before.clone().follow(&drain, outcome);
            assert_eq!(follow(&taken(&[(1, 10)], &[])), Ok(()));
            assert!(follow(&taken(&[(1, 10)], &[(3, 30)])).is_err());
            assert!(follow(&taken(&[(1, 10)], &[(1, 10)])).is_err());
            assert!(follow(&taken(&[], &[])).is_err());
        }
    }

    #[test]
    fn a_leaked_extraction_may_leave_any_part_of_the_rest() {
        let mut before = model(&[(1, 10), (2, 20), (3, 30)]);
        let operation = Operation::ExtractIf(Filter { modulus: 1 }, 1, Ending::Leaked);
        assert!(before.clone().follow(&operation, &taken(&[(1, 10)], &[(1, 10)])).is_err());
        assert_eq!(before.follow(&operation, &taken(&[(1, 10)], &[(3, 30)])), Ok(()));
        assert_eq!(before.contents(), [(3, 30)]);
    }

    #[test]
    fn a_partial_extraction_takes_only_what_matches_and_leaves_the_rest() {
        let before = model(&[(0, 2), (0x10, 4), (1, 2), (3, 3)]);
        let operation = Operation::ExtractIf(Filter { modulus: 2 }, 2, Ending::Dropped);
        let right = taken(&[(0x10, 4), (3, 3)], &[(0, 2), (1, 2)]);
        assert_eq!(before.clone().follow(&operation, &right), Ok(()));
        let unmatched = taken(&[(1, 2), (3, 3)], &[(0, 2), (0x10, 4)]);
        assert!(before.clone().follow(&operation, &unmatched).is_err());
        let too_few = taken(&[(3, 3)], &[(0, 2), (0x10, 4), (1, 2)]);
        assert!(before.clone().follow(&operation, &too_few).is_err());
        let lost = taken(&[(0x10, 4), (3, 3)], &[(0, 2)]);
        assert!(before.clone().follow(&operation, &lost).is_err());
    }

    #[test]
    fn a_rebuilt_map_holds_just_what_was_taken() {
        let mut before = model(&[(1, 10), (2, 20)]);
        let operation = Operation::Rebuild(1, Ending::Leaked);
        assert!(before.clone().follow(&operation, &taken(&[(1, 10)], &[])).is_err());
        assert_eq!(before.follow(&operation, &taken(&[(1, 10)], &[(1, 10)])), Ok(()));
        assert_eq!(before.contents(), [(1, 10)]);
    }

    #[test]
    fn a_capacity_must_hold_what_was_reserved() {
        let mut map = model(&[(1, 10), (2, 20)]);
        assert_eq!(map.follow(&Operation::Reserve(5), &Outcome::Capacity(7)), Ok(()));
        assert!(map.follow(&Operation::Reserve(5), &Outcome::Capacity(6)).is_err());
        assert!(map.follow(&Operation::ShrinkToFit, &Outcome::Capacity(1)).is_err());
        assert_eq!(map.follow(&Operation::TryReserve(usize::MAX), &Outcome::Refused), Ok(()));
        assert!(map.follow(&Operation::TryReserve(5), &Outcome::Refused).is_err());
        let mut poor = Model::where_memory_may_be_refused();
        assert_eq!(poor.follow(&Operation::TryReserve(5), &Outcome::Refused), Ok(()));
    }
}
