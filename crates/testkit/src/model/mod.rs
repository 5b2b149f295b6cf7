//! The map that is obviously right: it says what an operation must answer.

use crate::cursor::{Cursor, Entries};
use crate::{Combination, Ending, Operation, Outcome, PLACES, Touch};
use std::collections::BTreeSet;

/// A map from key ids to numbers: an array with a place for each id, and the scans and loops that
/// are under way.
///
/// Most operations have one right answer, and [`apply`](Self::apply) gives it. Where the map under
/// test may choose (which entry `pop` takes, how far a capacity goes), [`follow`](Self::follow)
/// checks that the choice was legal and makes the same one.
#[derive(Clone, Debug, Default)]
pub struct Model {
    entries: Entries,
    scans: [Option<Cursor>; PLACES],
    loops: [Option<Cursor>; PLACES],
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
        self.entries.iter().collect()
    }

    /// Follows the map under test: carries the operation out and holds its answer against ours.
    ///
    /// # Errors
    ///
    /// What is wrong with the answer. The model is then of no further use.
    pub fn follow(&mut self, operation: &Operation, outcome: &Outcome) -> Result<(), String> {
        let followed = match self.apply(operation) {
            Some(right) => compare(right, outcome),
            None => self.follow_choice(operation, outcome),
        };
        self.release_scans(operation);
        followed
    }

    /// Takes this content for its own, after a failure that the caller allows.
    pub fn adopt(&mut self, contents: &[(u16, u32)]) {
        self.hold(contents);
        self.scans.iter_mut().flatten().for_each(Cursor::lead_astray);
        self.loops.iter_mut().flatten().for_each(Cursor::lead_astray);
    }

    fn hold(&mut self, contents: &[(u16, u32)]) {
        self.entries.clear();
        for &(key, value) in contents {
            self.entries.insert(key, value);
        }
    }

    /// A scan may begin anew once the seed may have changed, and a loop ends with its map.
    fn release_scans(&mut self, operation: &Operation) {
        if operation.replaces_map() {
            self.scans.iter_mut().flatten().for_each(Cursor::lead_astray);
            self.loops = Default::default();
        }
        // Filled again within one operation, it may have been empty meanwhile.
        let may_have_been_empty =
            matches!(operation, Operation::Clear | Operation::Drain(..) | Operation::Walk(..));
        if may_have_been_empty || self.entries.is_empty() {
            self.scans.iter_mut().flatten().for_each(Cursor::allow_restart);
        }
    }

    /// Carries an operation out and gives its only right answer, or, when there is a choice, gives
    /// `None` and does nothing.
    pub fn apply(&mut self, operation: &Operation) -> Option<Outcome> {
        let entries = &mut self.entries;
        Some(match *operation {
            Operation::Insert(key, value) => Outcome::Value(entries.insert(key, value)),
            Operation::TryInsert(key, value) | Operation::InsertUnique(key, value) => {
                let present = entries.get(key);
                entries.insert(key, present.unwrap_or(value));
                Outcome::Value(present)
            }
            Operation::Get(key) => Outcome::Value(entries.get(key)),
            Operation::Change(key, change) => Outcome::Value(self.change(key, change)),
            Operation::GetOrDefault(key) => Outcome::Value(Some(entries.get(key).unwrap_or(0))),
            Operation::GetKeyValue(key) | Operation::ReplaceKey(key) => {
                Outcome::Entry(entries.get(key).map(|value| (key, value)))
            }
            Operation::ChangeKeyValue(key, change) => {
                Outcome::Entry(self.change(key, change).map(|before| (key, before)))
            }
            Operation::ContainsKey(key) | Operation::Inspect(key) => {
                Outcome::Found(entries.get(key).is_some())
            }
            Operation::Remove(key) => Outcome::Value(entries.remove(key)),
            Operation::RemoveEntry(key) | Operation::OccupiedRemove(key) => {
                Outcome::Entry(entries.remove(key).map(|value| (key, value)))
            }
            Operation::OrInsert(key, value)
            | Operation::OrInsertRef(key, value)
            | Operation::OrInsertBy(_, key, value) => {
                Outcome::Value(Some(self.get_or_insert(key, value)))
            }
            Operation::ModifyOrInsert(key, change, value) => {
                if self.change(key, change).is_none() {
                    self.entries.insert(key, value);
                }
                Outcome::Value(self.entries.get(key))
            }
            Operation::InsertEntry(key, value) | Operation::InsertEntryRef(key, value) => {
                entries.insert(key, value);
                Outcome::Value(Some(value))
            }
            Operation::ReplaceEntry(key, replacement)
            | Operation::AndReplaceEntry(key, replacement) => {
                let before = entries.get(key);
                match (before, replacement) {
                    (Some(_), Some(value)) => entries.insert(key, value),
                    _ => entries.remove(key),
                };
                Outcome::Value(before)
            }
            Operation::At(key) => Outcome::Value(Some(self.get_or_insert(key, 0))),
            Operation::GetDisjointMut(first, second, change)
            | Operation::GetDisjointKeyValueMut(first, second, change)
            | Operation::GetDisjointUnchecked(first, second, change) => {
                Outcome::Pair(self.change(first, change), self.change(second, change))
            }
            Operation::GrowStep(_)
            | Operation::ShrinkStep(_)
            | Operation::SetPolicy(_)
            | Operation::Clone => Outcome::Done,
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
                entries.retain(|key, value| filter.matches(key, value));
                entries.add_to_all(1);
                Outcome::Count(count)
            }
            Operation::Iterate | Operation::ScanRanges(..) => Outcome::Entries(self.contents()),
            Operation::Length => Outcome::Count(entries.len()),
            Operation::Equals(pair) => {
                Outcome::Found(pair.is_none_or(|(key, value)| entries.get(key) == Some(value)))
            }
            Operation::IterateMut(change) | Operation::ValuesMut(change) => {
                entries.add_to_all(*change);
                Outcome::Count(entries.len())
            }
            Operation::Keys => Outcome::Keys(entries.iter().map(|entry| entry.0).collect()),
            Operation::Values => Outcome::Values(entries.iter().map(|entry| entry.1).collect()),
            Operation::CloneFrom(_) => Outcome::Done,
            Operation::Extend(pairs) => {
                for &(key, value) in pairs {
                    entries.insert(key, value);
                }
                Outcome::Done
            }
            Operation::LeaveRange(place, _) => {
                self.loops[usize::from(*place)] = None;
                Outcome::Done
            }
            Operation::Combine(combination, keys) => {
                Outcome::Keys(self.combine(*combination, keys))
            }
            Operation::CombineInto(combination, keys) => {
                let combined = self.combine(*combination, keys);
                self.entries.retain(|key, _| combined.contains(&key));
                for key in combined {
                    self.get_or_insert(key, 0);
                }
                Outcome::Done
            }
            _ => return None,
        })
    }

    fn change(&mut self, key: u16, change: u32) -> Option<u32> {
        let before = self.entries.get(key)?;
        self.entries.insert(key, before.wrapping_add(change));
        Some(before)
    }

    fn get_or_insert(&mut self, key: u16, value: u32) -> u32 {
        let value = self.entries.get(key).unwrap_or(value);
        self.entries.insert(key, value);
        value
    }

    fn combine(&self, combination: Combination, keys: &[u16]) -> Vec<u16> {
        let ours: BTreeSet<u16> = self.entries.iter().map(|(key, _)| key).collect();
        let theirs: BTreeSet<u16> = keys.iter().copied().collect();
        match combination {
            Combination::Union => ours.union(&theirs).copied().collect(),
            Combination::Intersection => ours.intersection(&theirs).copied().collect(),
            Combination::Difference => ours.difference(&theirs).copied().collect(),
            Combination::SymmetricDifference => {
                ours.symmetric_difference(&theirs).copied().collect()
            }
        }
    }

    /// The operations that leave a choice: the answer says which was taken.
    fn follow_choice(&mut self, operation: &Operation, outcome: &Outcome) -> Result<(), String> {
        match (operation, outcome) {
            (Operation::Pop, Outcome::Entry(popped)) => self.follow_pop(*popped),
            (Operation::RandomEntry(_), Outcome::Entry(drawn)) => self.follow_random(*drawn),
            (
                Operation::Reserve(additional) | Operation::TryReserve(additional),
                Outcome::Capacity(capacity),
            ) => self.capacity_suffices(*capacity, *additional),
            (Operation::TryReserve(_), Outcome::Refused) if self.memory_may_be_refused => Ok(()),
            (Operation::ShrinkToFit | Operation::ShrinkTo(_), Outcome::Capacity(capacity)) => {
                self.capacity_suffices(*capacity, 0)
            }
            (Operation::ExtractIf(filter, steps, ending), Outcome::Taken { taken, left }) => {
                let matching = self.entries.iter().filter(|&(k, v)| filter.matches(k, v)).count();
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
                self.hold(taken);
                self.settle(left, false)
            }
            (Operation::RebuildOfKeys(steps, _), Outcome::Taken { taken, left }) => {
                self.take_keys(taken, self.entries.len().min(*steps))?;
                self.settle(left, false)
            }
            (Operation::RebuildOfValues(steps, _), Outcome::Taken { taken, left }) => {
                self.take_values(taken, self.entries.len().min(*steps))?;
                self.settle(left, false)
            }
            (Operation::Walk(steps, further, _), Outcome::Walked(answers)) => {
                self.follow_walk(steps, *further, answers)
            }
            (
                Operation::Scan(place, _) | Operation::ScanMut(place, ..),
                Outcome::Scanned { visited, goes_on, has_restarted },
            ) => {
                let place = usize::from(*place);
                let begun = self.scans[place].take();
                let mut cursor = begun.unwrap_or_else(|| Cursor::new(&self.entries));
                if *has_restarted {
                    cursor.restart(&self.entries)?;
                }
                self.follow_scan(&mut cursor, visited)?;
                if let Operation::ScanMut(_, _, filter) = operation {
                    for &(key, value) in visited {
                        if filter.matches(key, value) {
                            self.entries.remove(key);
                        }
                    }
                }
                if !goes_on {
                    return cursor.finish(&self.entries);
                }
                self.scans[place] = Some(cursor);
                Ok(())
            }
            (Operation::Range(place, touch), outcome) => {
                let place = usize::from(*place);
                let begun = self.loops[place].take();
                let mut cursor = begun.unwrap_or_else(|| Cursor::new(&self.entries));
                if self.follow_next(&mut cursor, *touch, outcome)? {
                    self.loops[place] = Some(cursor);
                }
                Ok(())
            }
            _ => Err(format!("it answered {outcome:?}, which is no answer to this operation")),
        }
    }

    /// Follows a walk: each operation within it has its answer, and so has each further step.
    fn follow_walk(
        &mut self,
        steps: &[Operation],
        further: usize,
        answers: &[Outcome],
    ) -> Result<(), String> {
        let mut cursor = Cursor::new(&self.entries);
        let mut is_at_end = false;
        let mut left = answers.iter();
        for (index, step) in steps.iter().enumerate() {
            let Some(answer) = left.next() else { return Err("the walk broke off".to_owned()) };
            let followed = match step {
                Operation::Next(touch) => {
                    self.follow_next(&mut cursor, *touch, answer).map(|met| {
                        let is_revived = met && is_at_end;
                        is_at_end |= !met;
                        is_revived
                    })
                }
                _ => self.follow(step, answer).map(|()| false),
            };
            match followed {
                Ok(false) => {}
                Ok(true) => return Err(format!("step {index} went on after the walk's end")),
                Err(reason) => return Err(format!("step {index}, {step:?}: {reason}")),
            }
        }
        for count in 0..further {
            let Some(answer) = left.next() else {
                return Err("the walk broke off".to_owned());
            };
            let met = self.follow_next(&mut cursor, Touch::Look, answer)?;
            if met && is_at_end {
                return Err("it went on after the walk's end".to_owned());
            }
            if !met {
                break;
            }
            if count > self.entries.len() {
                return Err("the walk does not end".to_owned());
            }
        }
        if left.next().is_some() {
            return Err("the walk has too many answers".to_owned());
        }
        Ok(())
    }

    /// Follows one step of a walk or loop; tells whether there was an entry.
    fn follow_next(
        &mut self,
        cursor: &mut Cursor,
        touch: Touch,
        answer: &Outcome,
    ) -> Result<bool, String> {
        let Outcome::Entry(met) = answer else {
            return Err(format!("it answered {answer:?}, which is no answer to a step"));
        };
        let Some(entry) = *met else {
            return cursor.finish(&self.entries).map(|()| false);
        };
        cursor.produce(entry, &self.entries)?;
        match touch {
            Touch::Look => {}
            Touch::Set(value) => {
                self.entries.insert(entry.0, value);
            }
            Touch::Add(change) => {
                self.change(entry.0, change);
            }
            Touch::Take => {
                self.entries.remove(entry.0);
            }
        }
        Ok(true)
    }

    fn follow_scan(&self, cursor: &mut Cursor, visited: &[(u16, u32)]) -> Result<(), String> {
        cursor.begin_part();
        visited.iter().try_for_each(|&entry| cursor.produce(entry, &self.entries))
    }

    fn follow_pop(&mut self, popped: Option<(u16, u32)>) -> Result<(), String> {
        match popped {
            None if self.entries.is_empty() => Ok(()),
            None => Err(format!("it popped nothing out of {} entries", self.entries.len())),
            Some(entry) => self.take(&[entry], 1),
        }
    }

    fn follow_random(&self, drawn: Option<(u16, u32)>) -> Result<(), String> {
        let is_right = match drawn {
            None => self.entries.is_empty(),
            Some((key, value)) => self.entries.get(key) == Some(value),
        };
        if is_right {
            return Ok(());
        }
        Err(format!("it drew {drawn:?} out of {} entries", self.entries.len()))
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
            match self.entries.remove(key) {
                Some(present) if present == value => {}
                present => {
                    return Err(format!("it took ({key}, {value}) where there was {present:?}"));
                }
            }
        }
        Ok(())
    }

    /// Follows a new map, with the value 0 under each of `count` keys that were there.
    fn take_keys(&mut self, taken: &[(u16, u32)], count: usize) -> Result<(), String> {
        if let Some((key, value)) = taken.iter().find(|entry| entry.1 != 0) {
            return Err(format!("it put {value} under the key {key}, and 0 is right"));
        }
        let present = |&(key, _): &(u16, u32)| (key, self.entries.get(key).unwrap_or(0));
        let entries: Vec<_> = taken.iter().map(present).collect();
        self.take(&entries, count)?;
        self.hold(taken);
        Ok(())
    }

    /// Follows a new map of `count` of the values that were there, under numbers for keys.
    fn take_values(&mut self, taken: &[(u16, u32)], count: usize) -> Result<(), String> {
        if !taken.iter().map(|entry| entry.0).eq((0..=u16::MAX).take(taken.len())) {
            return Err(format!("it gave the values other keys than 0, 1 and so on: {taken:?}"));
        }
        let mut entries = Vec::new();
        let mut left: BTreeSet<(u32, u16)> =
            self.entries.iter().map(|(key, value)| (value, key)).collect();
        for &(_, value) in taken {
            let found = left.range((value, 0)..=(value, u16::MAX)).next().copied();
            let Some((_, key)) = found else {
                return Err(format!("it gave the value {value} out once too often"));
            };
            left.remove(&(value, key));
            entries.push((key, value));
        }
        self.take(&entries, count)?;
        self.hold(taken);
        Ok(())
    }

    /// Settles on what the map under test has left: all of ours or, after a leak, any part of it.
    fn settle(&mut self, left: &[(u16, u32)], part_allowed: bool) -> Result<(), String> {
        let settled: BTreeSet<u16> = left.iter().map(|entry| entry.0).collect();
        if settled.len() != left.len() {
            return Err("a key is left twice".to_owned());
        }
        if let Some((key, value)) = left.iter().find(|(k, v)| self.entries.get(*k) != Some(*v)) {
            return Err(format!("({key}, {value}) is left, and should not be"));
        }
        if !part_allowed && settled.len() < self.entries.len() {
            let (left, right) = (settled.len(), self.entries.len());
            return Err(format!("{left} entries are left, and {right} is right"));
        }
        self.entries.retain(|key, _| settled.contains(&key));
        Ok(())
    }
}

/// Holds an answer against the only right one.
fn compare(right: Outcome, answer: &Outcome) -> Result<(), String> {
    let (right, answer) = (right.sorted(), answer.clone().sorted());
    if right == answer {
        return Ok(());
    }
    Err(format!("it answered {answer:?}, and {right:?} is right"))
}

#[cfg(test)]
mod tests;
