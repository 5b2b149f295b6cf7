//! Which operations a generator draws, and how often.

use super::Operation;
use super::generate::{Face, Generator};

/// How an operation is drawn.
type Draw = fn(&mut Generator) -> Operation;

/// One kind of operation and how often it comes in each profile, in the order of
/// [`Profile::ALL`].
pub(super) struct Choice {
    pub(super) weights: [u32; 4],
    pub(super) faces: &'static [Face],
    pub(super) draw: Draw,
}

/// Every kind of map has it.
const fn choice(weights: [u32; 4], draw: Draw) -> Choice {
    Choice { weights, faces: &[Face::Map, Face::Set, Face::Go, Face::Table], draw }
}

/// Every kind but Go's map has it.
const fn rust(weights: [u32; 4], draw: Draw) -> Choice {
    Choice { weights, faces: &[Face::Map, Face::Set, Face::Table], draw }
}

const fn only(faces: &'static [Face], weights: [u32; 4], draw: Draw) -> Choice {
    Choice { weights, faces, draw }
}

/// Only a map and a set, or only a map, has it.
const MAP_AND_SET: &[Face] = &[Face::Map, Face::Set];
const MAP: &[Face] = &[Face::Map];

/// The weights are relative to their column's sum. Churn must not change which keys are in the map
/// but by [`Generator::turn_over`], so the column is 0 wherever that could happen.
pub(super) const CHOICES: &[Choice] = &[
    choice([0, 0, 300, 0], Generator::turn_over),
    choice([120, 300, 0, 20], |g| Operation::Insert(g.key(), g.value())),
    choice([20, 40, 0, 5], |g| Operation::TryInsert(g.key(), g.value())),
    choice([40, 30, 40, 20], |g| Operation::Get(g.key())),
    choice([20, 10, 40, 10], |g| Operation::Change(g.key(), g.value())),
    rust([10, 10, 20, 10], |g| Operation::GetKeyValue(g.key())),
    choice([20, 10, 20, 10], |g| Operation::ContainsKey(g.key())),
    choice([60, 15, 0, 200], |g| Operation::Remove(g.key())),
    choice([20, 5, 0, 40], |g| Operation::RemoveEntry(g.key())),
    rust([40, 60, 0, 5], |g| Operation::OrInsert(g.key(), g.value())),
    only(&[Face::Map], [20, 30, 0, 5], |g| Operation::OrInsertRef(g.key(), g.value())),
    choice([20, 40, 0, 5], |g| Operation::ModifyOrInsert(g.key(), g.value(), g.value())),
    rust([20, 5, 0, 40], |g| Operation::OccupiedRemove(g.key())),
    rust([20, 30, 0, 5], |g| Operation::InsertEntry(g.key(), g.value())),
    rust([20, 5, 0, 30], |g| Operation::ReplaceEntry(g.key(), g.sometimes_a_value())),
    choice([20, 30, 0, 5], |g| Operation::At(g.key())),
    choice([2, 0, 0, 1], |_| Operation::Clear),
    rust([4, 1, 0, 8], |g| Operation::Retain(g.filter())),
    rust([4, 1, 0, 8], |g| Operation::ExtractIf(g.filter(), g.steps(), g.ending())),
    rust([2, 0, 0, 1], |g| Operation::Drain(g.steps(), g.ending())),
    rust([2, 0, 0, 2], |g| Operation::Rebuild(g.steps(), g.ending())),
    choice([10, 10, 10, 10], |_| Operation::Iterate),
    rust([5, 5, 5, 5], |g| Operation::IterateMut(g.value())),
    rust([5, 5, 5, 5], |g| Operation::ValuesMut(g.value())),
    choice([5, 5, 5, 5], |_| Operation::Keys),
    choice([5, 5, 5, 5], |_| Operation::Values),
    rust([5, 5, 2, 2], |g| Operation::Reserve(g.some_of_universe())),
    rust([5, 5, 2, 2], |g| Operation::TryReserve(g.capacity_to_try())),
    rust([8, 2, 4, 10], |_| Operation::ShrinkToFit),
    rust([8, 2, 4, 10], |g| Operation::ShrinkTo(g.some_of_universe())),
    rust([15, 15, 15, 15], |g| Operation::GrowStep(g.below(5))),
    rust([15, 5, 15, 40], |g| Operation::ShrinkStep(g.below(5))),
    rust([10, 5, 0, 30], |_| Operation::Pop),
    rust([10, 5, 10, 10], |g| Operation::RandomEntry(g.value())),
    rust([3, 1, 3, 5], |g| Operation::SetPolicy(g.below(2) == 1)),
    rust([5, 5, 5, 5], |g| Operation::Inspect(g.key())),
    choice([5, 5, 5, 5], |_| Operation::Clone),
    rust([5, 5, 5, 5], |g| Operation::CloneFrom(g.pairs())),
    choice([12, 20, 0, 1], |g| Operation::Extend(g.pairs())),
    rust([10, 5, 10, 5], |g| g.disjoint(Operation::GetDisjointMut)),
    only(&[Face::Map, Face::Set, Face::Go], [6, 6, 6, 6], Generator::walk),
    rust([25, 15, 25, 15], |g| Operation::Scan(g.place(), g.budget())),
    rust([10, 5, 0, 15], |g| Operation::ScanMut(g.place(), g.budget(), g.filter())),
    only(&[Face::Go], [90, 60, 90, 90], |g| Operation::Range(g.place(), g.touch())),
    only(&[Face::Go], [6, 3, 6, 6], |g| Operation::LeaveRange(g.place(), g.ending())),
    only(&[Face::Set], [10, 10, 10, 10], Generator::combine),
    only(&[Face::Set], [5, 5, 0, 5], Generator::combine_into),
    choice([10, 5, 10, 10], |_| Operation::Length),
    only(MAP_AND_SET, [20, 40, 0, 5], |g| Operation::InsertUnique(g.key(), g.value())),
    only(MAP_AND_SET, [40, 60, 0, 5], Generator::or_insert_by),
    only(MAP_AND_SET, [4, 4, 4, 4], |g| Operation::ScanRanges(g.below(6), g.budget())),
    only(&[Face::Map, Face::Go], [10, 10, 10, 10], |g| Operation::GetOrDefault(g.key())),
    only(&[Face::Map, Face::Go], [4, 4, 4, 4], |g| Operation::Equals(g.sometimes_a_pair())),
    only(MAP, [10, 10, 20, 10], |g| Operation::ChangeKeyValue(g.key(), g.value())),
    only(MAP, [20, 30, 0, 5], |g| Operation::InsertEntryRef(g.key(), g.value())),
    only(MAP, [10, 5, 20, 10], |g| Operation::ReplaceKey(g.key())),
    only(MAP, [20, 5, 0, 30], |g| Operation::AndReplaceEntry(g.key(), g.sometimes_a_value())),
    only(MAP, [5, 5, 5, 5], |g| g.disjoint(Operation::GetDisjointKeyValueMut)),
    only(MAP, [5, 5, 5, 5], |g| g.disjoint(Operation::GetDisjointUnchecked)),
    only(MAP, [3, 0, 0, 3], |g| Operation::RebuildOfKeys(g.steps(), g.ending())),
    only(MAP, [3, 0, 0, 3], |g| Operation::RebuildOfValues(g.steps(), g.ending())),
];
