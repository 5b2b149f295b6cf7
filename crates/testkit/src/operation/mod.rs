//! The operations of a map, as values that can be generated, printed, shrunk and replayed.

mod generate;
mod weights;

pub use generate::{Face, Focus, Generator, Profile};

use std::mem::{self, Discriminant};

/// One operation on a map from key ids to numbers.
///
/// A subject maps an id to a key of its own type. Every variant names what the subject does and
/// the [`Outcome`](crate::Outcome) with which it answers. The `Debug` form is Rust source, but
/// for lists: [`source`](Self::source) prints all of them so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `insert`: `Value` with what it displaced.
    Insert(u16, u32),
    /// `try_insert`: `Value(None)` when it inserted, otherwise `Value` with what is there.
    TryInsert(u16, u32),
    /// `get`: `Value`.
    Get(u16),
    /// `get_mut`, then adds the number to the value, wrapping: `Value` with what was there.
    Change(u16, u32),
    /// `get_or_default`: `Value` with what is there, or else with the default, 0, which is not
    /// inserted.
    GetOrDefault(u16),
    /// `get_key_value`: `Entry`.
    GetKeyValue(u16),
    /// `get_key_value_mut`, then adds the number to the value, wrapping: `Entry` as it was.
    ChangeKeyValue(u16, u32),
    /// `contains_key`: `Found`.
    ContainsKey(u16),
    /// `insert_unique_unchecked`, if the key is not there: `Value(None)` when it inserted, else
    /// `Value` with what is there.
    InsertUnique(u16, u32),
    /// `remove`: `Value`.
    Remove(u16),
    /// `remove_entry`: `Entry`.
    RemoveEntry(u16),
    /// `entry().or_insert`: `Value` with what is there afterwards.
    OrInsert(u16, u32),
    /// `entry_ref().or_insert`: `Value` with what is there afterwards.
    OrInsertRef(u16, u32),
    /// One of the other ways to insert what is not there, by an entry: `Value` with what is there
    /// afterwards.
    OrInsertBy(Way, u16, u32),
    /// `entry().and_modify(adds the first number, wrapping).or_insert(the second)`: `Value` with
    /// what is there afterwards.
    ModifyOrInsert(u16, u32, u32),
    /// `entry`, and `remove_entry` when it is occupied: `Entry`.
    OccupiedRemove(u16),
    /// `entry().insert_entry`: `Value` with what the returned entry holds.
    InsertEntry(u16, u32),
    /// `entry_ref().insert`: `Value` with what the returned entry holds.
    InsertEntryRef(u16, u32),
    /// `entry`, and when it is occupied `replace_key` by an equal one, twice, the second time
    /// unchecked: `Entry`.
    ReplaceKey(u16),
    /// `entry`, and `replace_entry_with` when it is occupied, which keeps the entry with the new
    /// value or, on `None`, removes it: `Value` with what was there before.
    ReplaceEntry(u16, Option<u32>),
    /// `entry().and_replace_entry_with`, with the same effect and answer.
    AndReplaceEntry(u16, Option<u32>),
    /// What is there, or else the default, 0, which is inserted: `Value`.
    At(u16),
    /// `clear`: `Done`.
    Clear,
    /// `retain` of what the filter matches, adding 1 (wrapping) to each kept value: `Count` of the
    /// entries visited.
    Retain(Filter),
    /// `extract_if` of what the filter matches, ended after so many entries: `Taken`.
    ExtractIf(Filter, usize, Ending),
    /// `drain`, ended after so many entries: `Taken`. It leaves nothing in the map, also when it is
    /// leaked.
    Drain(usize, Ending),
    /// `into_iter`, ended after so many entries, and a new map of just these: `Taken`.
    Rebuild(usize, Ending),
    /// `into_keys`, ended after so many keys, and a new map of just these, with the value 0:
    /// `Taken`.
    RebuildOfKeys(usize, Ending),
    /// `into_values`, ended after so many values, and a new map of just these, under the keys 0, 1
    /// and so on: `Taken`.
    RebuildOfValues(usize, Ending),
    /// `len` and `is_empty`, which agree: `Count`.
    Length,
    /// `==` with a clone, into which this pair was inserted, if there is one: `Found`.
    Equals(Option<(u16, u32)>),
    /// `iter`: `Entries`.
    Iterate,
    /// `iter_mut`, adding the number (wrapping) to every value: `Count` of the entries visited.
    IterateMut(u32),
    /// `values_mut`, adding the number (wrapping) to every value: `Count` of the entries visited.
    ValuesMut(u32),
    /// `keys`: `Keys`.
    Keys,
    /// `values`: `Values`.
    Values,
    /// `reserve`: `Capacity`.
    Reserve(usize),
    /// `try_reserve`: `Capacity`, or `Refused` on an error.
    TryReserve(usize),
    /// `shrink_to_fit`: `Capacity`.
    ShrinkToFit,
    /// `shrink_to`: `Capacity`.
    ShrinkTo(usize),
    /// `grow_step`: `Done`, also where the map has no such method.
    GrowStep(usize),
    /// `shrink_step`: `Done`, also where the map has no such method.
    ShrinkStep(usize),
    /// Takes any entry out: `Entry`.
    Pop,
    /// Any entry, by numbers of this seed: `Entry`.
    RandomEntry(u32),
    /// Whether the map gives memory back by itself from now on: `Done`.
    SetPolicy(bool),
    /// Looks inside: the lists and counts of what the map holds must agree with each other, and the
    /// path of this key's look-up with its answer: `Found`.
    Inspect(u16),
    /// `clone`; the clone takes the map's place: `Done`.
    Clone,
    /// `clone_from` into a map that holds these pairs, which takes the map's place: `Done`.
    CloneFrom(Vec<(u16, u32)>),
    /// `extend`: `Done`.
    Extend(Vec<(u16, u32)>),
    /// `get_disjoint_mut` of two different keys, adding the number (wrapping) to both values:
    /// `Pair` of what was there.
    GetDisjointMut(u16, u16, u32),
    /// The same by `get_disjoint_key_value_mut`.
    GetDisjointKeyValueMut(u16, u16, u32),
    /// The same by `get_disjoint_unchecked_mut`.
    GetDisjointUnchecked(u16, u16, u32),
    /// `walk`, and these operations through its handle, of which [`Next`](Self::Next) goes on; then
    /// so many further steps; then its end: `Walked` with the answers.
    Walk(Vec<Operation>, usize, Ending),
    /// Within a walk only: its next entry, and what is done to it: `Entry` as it was met.
    Next(Touch),
    /// `scan` from the position in this place (of [`PLACES`]), or from the start where there is
    /// none, with this budget. The new position takes its place: `Scanned`.
    Scan(u8, usize),
    /// `scan_mut`, which removes what the filter matches; otherwise as `Scan`: `Scanned`.
    ScanMut(u8, usize, Filter),
    /// `scan_ranges` in so many parts, each scanned to its end with this budget: `Entries`.
    ScanRanges(usize, usize),
    /// A `range` loop in this place (of [`PLACES`]), begun if there is none: its next entry, and
    /// what is done to it. At its end it leaves its place: `Entry` as it was met.
    Range(u8, Touch),
    /// Leaves the `range` loop in this place, if there is one: `Done`.
    LeaveRange(u8, Ending),
    /// The keys, combined with another set of keys: `Keys`. It changes nothing.
    Combine(Combination, Vec<u16>),
    /// The same, which takes the set's place (`|=` and its kin). What comes new has the value 0:
    /// `Done`.
    CombineInto(Combination, Vec<u16>),
}

/// Places that keep the positions of scans under way, and as many that keep `range` loops.
pub const PLACES: usize = 3;

/// What is done to an entry that a walk or a loop has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// Nothing.
    Look,
    /// Its value is replaced.
    Set(u32),
    /// The number is added to its value, wrapping.
    Add(u32),
    /// It is removed.
    Take,
}

/// The ways to insert by an entry what is not there. Those that insert the default come with the
/// value 0, which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// `entry().or_insert_with`.
    With,
    /// `entry().or_insert_with_key`.
    WithKey,
    /// `entry().or_insert_entry`.
    Entry,
    /// `entry()`, and `insert` of the vacant one.
    Vacant,
    /// `entry().into_map`, and `insert` into the map if the entry was vacant.
    IntoMap,
    /// `entry().or_default`.
    Default,
    /// `entry_ref().or_insert_with`.
    RefWith,
    /// `entry_ref().or_insert_with_key`.
    RefWithKey,
    /// `entry_ref().or_default`.
    RefDefault,
    /// `entry_ref().or_default_entry`.
    RefDefaultEntry,
    /// `entry_ref()`, and `insert_with_key` of the vacant one.
    RefVacant,
    /// `entry_ref()`, and `insert_with_key_unchecked` of the vacant one.
    RefUnchecked,
    /// `entry_ref().into_map`, and `insert` into the map if the entry was vacant.
    RefIntoMap,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::With,
        Self::WithKey,
        Self::Entry,
        Self::Vacant,
        Self::IntoMap,
        Self::Default,
        Self::RefWith,
        Self::RefWithKey,
        Self::RefDefault,
        Self::RefDefaultEntry,
        Self::RefVacant,
        Self::RefUnchecked,
        Self::RefIntoMap,
    ];

    /// Whether it inserts the default.
    pub fn inserts_default(self) -> bool {
        matches!(self, Self::Default | Self::RefDefault | Self::RefDefaultEntry)
    }
}

/// How two sets make a third.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combination {
    /// What is in either.
    Union,
    /// What is in both.
    Intersection,
    /// What is in the first only.
    Difference,
    /// What is in one of them only.
    SymmetricDifference,
}

impl Combination {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::Union, Self::Intersection, Self::Difference, Self::SymmetricDifference];
}

/// Shorter lists than this one, the shortest first.
fn shorter<T: Clone>(list: &[T]) -> Vec<Vec<T>> {
    if list.is_empty() {
        return Vec::new();
    }
    let half = list.len().div_ceil(2);
    let mut lists = vec![Vec::new(), list[..list.len() - half].to_vec(), list[half..].to_vec()];
    lists.extend((0..list.len()).rev().take(SINGLE_MAX).map(|index| {
        let mut without = list.to_vec();
        without.remove(index);
        without
    }));
    lists
}

/// Of a list inside an operation, so many places are tried without.
const SINGLE_MAX: usize = 48;

impl Operation {
    /// The operation as Rust source, for a reader who has imported the variants.
    pub fn source(&self) -> String {
        // No variant but those that hold a `Vec` prints a bracket.
        format!("{self:?}").replace('[', "vec![")
    }

    /// The same operation made smaller in a few ways, the boldest first; nothing for most.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        match self {
            Self::Extend(pairs) => shorter(pairs).into_iter().map(Self::Extend).collect(),
            Self::CloneFrom(pairs) => shorter(pairs).into_iter().map(Self::CloneFrom).collect(),
            Self::Walk(steps, further, ending) => {
                let with = |steps| Self::Walk(steps, *further, *ending);
                shorter(steps).into_iter().map(with).collect()
            }
            Self::Combine(combination, keys) => {
                shorter(keys).into_iter().map(|keys| Self::Combine(*combination, keys)).collect()
            }
            Self::CombineInto(combination, keys) => {
                let with = |keys| Self::CombineInto(*combination, keys);
                shorter(keys).into_iter().map(with).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What tells the kinds of operations apart: the variant, and what one of several ways it is.
    pub(crate) fn kind(&self) -> (Discriminant<Self>, Option<String>) {
        let way = match self {
            Self::OrInsertBy(way, ..) => Some(format!("{way:?}")),
            Self::Combine(combination, _) | Self::CombineInto(combination, _) => {
                Some(format!("{combination:?}"))
            }
            Self::ReplaceEntry(_, value) | Self::AndReplaceEntry(_, value) => {
                Some(format!("{}", value.is_some()))
            }
            _ => None,
        };
        (mem::discriminant(self), way)
    }

    /// How long the list inside the operation is.
    pub(crate) fn list_length(&self) -> usize {
        match self {
            Self::Extend(pairs) | Self::CloneFrom(pairs) => pairs.len(),
            Self::Walk(steps, ..) => steps.len(),
            Self::Combine(_, keys) | Self::CombineInto(_, keys) => keys.len(),
            _ => 0,
        }
    }

    /// Whether it leaks an iterator, and what that holds with it.
    pub fn leaks(&self) -> bool {
        matches!(
            self,
            Self::ExtractIf(_, _, Ending::Leaked)
                | Self::Drain(_, Ending::Leaked)
                | Self::Rebuild(_, Ending::Leaked)
                | Self::RebuildOfKeys(_, Ending::Leaked)
                | Self::RebuildOfValues(_, Ending::Leaked)
                | Self::Walk(_, _, Ending::Leaked)
                | Self::LeaveRange(_, Ending::Leaked)
        )
    }

    /// Whether another map takes the place of the one that was there.
    pub fn replaces_map(&self) -> bool {
        matches!(
            self,
            Self::Clone
                | Self::CloneFrom(_)
                | Self::Rebuild(..)
                | Self::RebuildOfKeys(..)
                | Self::RebuildOfValues(..)
        )
    }

    /// Whether it may write more than one entry, though it removes none.
    pub(crate) fn writes_many(&self) -> bool {
        matches!(
            self,
            Self::Extend(_)
                | Self::IterateMut(_)
                | Self::ValuesMut(_)
                | Self::GetDisjointMut(..)
                | Self::GetDisjointKeyValueMut(..)
                | Self::GetDisjointUnchecked(..)
        )
    }

    /// Whether it concerns one entry, so that a panic within it may lose that one and no other.
    pub fn concerns_one_entry(&self) -> bool {
        !matches!(
            self,
            Self::Clear
                | Self::Retain(_)
                | Self::ExtractIf(..)
                | Self::Drain(..)
                | Self::Rebuild(..)
                | Self::RebuildOfKeys(..)
                | Self::RebuildOfValues(..)
                | Self::CloneFrom(_)
                | Self::CombineInto(..)
                | Self::Walk(..)
                | Self::ScanMut(..)
        )
    }
}

/// How an iterator that takes entries out of a map comes to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It is dropped.
    Dropped,
    /// It is leaked by `mem::forget`. A subject that counts what it leaks may drop it instead: the
    /// model accepts both.
    Leaked,
}

impl Ending {
    /// Brings an iterator to this end.
    pub fn of<I>(self, iterator: I) {
        match self {
            Self::Dropped => drop(iterator),
            Self::Leaked => mem::forget(iterator),
        }
    }

    /// Takes up to `count` items, and brings the iterator to this end.
    pub fn after<I: Iterator>(self, count: usize, mut items: I) -> Vec<I::Item> {
        let taken = items.by_ref().take(count).collect();
        self.of(items);
        taken
    }
}

/// A predicate on entries: those whose key id and value add up to 0 modulo some number match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// 1 matches everything, 2 about half, and so on; 0 matches nothing.
    pub modulus: u32,
}

impl Filter {
    /// Tells whether an entry matches.
    pub fn matches(self, key: u16, value: u32) -> bool {
        value.wrapping_add(u32::from(key)).checked_rem(self.modulus) == Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Ending, Filter, Operation, Touch};

    #[test]
    fn the_source_of_an_operation_is_rust() {
        let sources = [
            (Operation::Insert(1, 2), "Insert(1, 2)"),
            (Operation::Clear, "Clear"),
            (Operation::Extend(vec![(1, 2), (3, 4)]), "Extend(vec![(1, 2), (3, 4)])"),
            (Operation::Drain(3, Ending::Leaked), "Drain(3, Leaked)"),
            (
                Operation::Walk(vec![Operation::Next(Touch::Look)], 2, Ending::Dropped),
                "Walk(vec![Next(Look)], 2, Dropped)",
            ),
            (Operation::ReplaceEntry(1, Some(2)), "ReplaceEntry(1, Some(2))"),
            (Operation::Retain(Filter { modulus: 3 }), "Retain(Filter { modulus: 3 })"),
        ];
        for (operation, source) in sources {
            assert_eq!(operation.source(), source);
        }
    }

    #[test]
    fn a_filter_of_one_matches_all_and_a_filter_of_zero_nothing() {
        assert!(Filter { modulus: 1 }.matches(3, u32::MAX));
        assert!(!Filter { modulus: 0 }.matches(0, 0));
        assert!(Filter { modulus: 2 }.matches(1, 3));
        assert!(!Filter { modulus: 2 }.matches(1, 4));
    }

    #[test]
    fn every_smaller_operation_has_fewer_pairs() {
        for count in 0..6_u16 {
            let pairs: Vec<_> = (0..count).map(|key| (key, 0)).collect();
            for smaller in Operation::Extend(pairs.clone()).smaller() {
                let Operation::Extend(fewer) = smaller else { panic!("{smaller:?}") };
                assert!(fewer.len() < pairs.len());
            }
        }
    }
}
