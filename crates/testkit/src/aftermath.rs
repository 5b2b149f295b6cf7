//! What a panic within an operation may have done to the map's content.

use crate::{Combination, Operation, Touch};
use std::collections::{BTreeMap, BTreeSet};

/// Whether a map that an operation's panic left may look so.
///
/// What is missing, new or changed must be what the operation removes, inserts or writes. Of an
/// operation that concerns one entry one is missing at most, and one is changed, unless it writes
/// several.
pub(crate) fn hold(
    operation: &Operation,
    before: &[(u16, u32)],
    after: &[(u16, u32)],
) -> Result<(), String> {
    let left: BTreeMap<u16, u32> = after.iter().copied().collect();
    if left.len() < after.len() {
        return Err(format!("an entry is there twice after the panic: {after:?}"));
    }
    let before: BTreeMap<u16, u32> = before.iter().copied().collect();
    let named = keys_of(operation);
    let lost: Vec<_> = before.iter().filter(|(key, _)| !left.contains_key(key)).collect();
    if lost.len() > 1 && operation.concerns_one_entry() {
        return Err(format!("{} entries were lost by the panic", lost.len()));
    }
    if let Some(&(key, value)) =
        lost.iter().find(|&&(&key, &value)| !may_lose(operation, &named, key, value))
    {
        return Err(format!("the panic lost ({key}, {value}), which is not the operation's"));
    }
    let changed: Vec<_> =
        after.iter().filter(|(key, value)| before.get(key) != Some(value)).collect();
    if changed.len() > 1 && operation.concerns_one_entry() && !operation.writes_many() {
        return Err(format!("{} entries were changed before the panic", changed.len()));
    }
    for &&(key, value) in &changed {
        if may_write(operation, &named, &before, key, value) {
            continue;
        }
        return Err(match before.get(&key) {
            Some(was) => format!("the panic made ({key}, {was}) to ({key}, {value})"),
            None => format!("the panic invented ({key}, {value})"),
        });
    }
    Ok(())
}

/// Whether the operation takes this entry out, or has it in hand.
fn may_lose(operation: &Operation, named: &BTreeSet<u16>, key: u16, value: u32) -> bool {
    match operation {
        Operation::Clear
        | Operation::Drain(..)
        | Operation::Rebuild(..)
        | Operation::RebuildOfKeys(..)
        | Operation::RebuildOfValues(..)
        | Operation::Pop => true,
        Operation::Retain(filter) => !filter.matches(key, value),
        Operation::ExtractIf(filter, ..) | Operation::ScanMut(_, _, filter) => {
            filter.matches(key, value)
        }
        Operation::Walk(steps, ..) => {
            let takes_any =
                |step: &_| matches!(step, Operation::Clear | Operation::Next(Touch::Take));
            named.contains(&key) || steps.iter().any(takes_any)
        }
        Operation::Range(_, touch) => *touch == Touch::Take,
        Operation::CombineInto(Combination::Union, _) => false,
        Operation::CombineInto(Combination::Intersection, _) => !named.contains(&key),
        _ => named.contains(&key),
    }
}

/// Whether the operation may leave this value under this key.
fn may_write(
    operation: &Operation,
    named: &BTreeSet<u16>,
    before: &BTreeMap<u16, u32>,
    key: u16,
    value: u32,
) -> bool {
    let was = before.get(&key).copied();
    match operation {
        Operation::Retain(_) => was.map(|was| was.wrapping_add(1)) == Some(value),
        Operation::IterateMut(change) | Operation::ValuesMut(change) => {
            was.map(|was| was.wrapping_add(*change)) == Some(value)
        }
        Operation::RebuildOfKeys(..) => was.is_some() && value == 0,
        Operation::RebuildOfValues(..) => {
            usize::from(key) < before.len() && before.values().any(|was| *was == value)
        }
        Operation::Walk(steps, ..) => {
            let writes_any =
                |step: &_| matches!(step, Operation::Next(Touch::Set(_) | Touch::Add(_)));
            named.contains(&key) || was.is_some() && steps.iter().any(writes_any)
        }
        Operation::Range(_, touch) => was.is_some() && *touch != Touch::Look,
        _ => named.contains(&key),
    }
}

/// The keys that the operation names and may insert, write or remove in the map itself: not what it
/// puts into another one.
fn keys_of(operation: &Operation) -> BTreeSet<u16> {
    match operation {
        Operation::Insert(key, _)
        | Operation::TryInsert(key, _)
        | Operation::Change(key, _)
        | Operation::ChangeKeyValue(key, _)
        | Operation::InsertUnique(key, _)
        | Operation::Remove(key)
        | Operation::RemoveEntry(key)
        | Operation::OrInsert(key, _)
        | Operation::OrInsertRef(key, _)
        | Operation::OrInsertBy(_, key, _)
        | Operation::ModifyOrInsert(key, ..)
        | Operation::OccupiedRemove(key)
        | Operation::InsertEntry(key, _)
        | Operation::InsertEntryRef(key, _)
        | Operation::ReplaceKey(key)
        | Operation::ReplaceEntry(key, _)
        | Operation::AndReplaceEntry(key, _)
        | Operation::At(key) => [*key].into(),
        Operation::GetDisjointMut(first, second, _)
        | Operation::GetDisjointKeyValueMut(first, second, _)
        | Operation::GetDisjointUnchecked(first, second, _) => [*first, *second].into(),
        Operation::Extend(pairs) => pairs.iter().map(|pair| pair.0).collect(),
        Operation::CombineInto(_, keys) => keys.iter().copied().collect(),
        Operation::Walk(steps, ..) => steps.iter().flat_map(keys_of).collect(),
        _ => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::hold;
    use crate::Ending::Dropped;
    use crate::Operation::{
        self, Clone, Drain, Extend, ExtractIf, Get, Insert, IterateMut, Next, Pop, RebuildOfValues,
        Remove, Retain, Walk,
    };
    use crate::{Filter, Touch};

    const BEFORE: [(u16, u32); 3] = [(1, 10), (2, 20), (3, 30)];

    #[test]
    fn what_an_operation_removes_inserts_or_writes_may_be_half_done() {
        let evens = Filter { modulus: 2 };
        let cases: [(Operation, &[(u16, u32)]); 10] = [
            (Insert(4, 40), &[(1, 10), (2, 20), (3, 30), (4, 40)]),
            (Insert(3, 40), &[(1, 10), (2, 20), (3, 40)]),
            (Remove(3), &[(1, 10), (2, 20)]),
            (Pop, &[(2, 20), (3, 30)]),
            (Extend(vec![(4, 4), (5, 5)]), &[(1, 10), (2, 20), (3, 30), (4, 4), (5, 5)]),
            (Drain(1, Dropped), &[]),
            (ExtractIf(evens, 2, Dropped), &[(1, 10), (3, 30)]),
            (IterateMut(5), &[(1, 15), (2, 20), (3, 30)]),
            (RebuildOfValues(3, Dropped), &[(0, 10), (1, 30)]),
            (Walk(vec![Next(Touch::Take), Insert(9, 9)], 0, Dropped), &[(1, 10), (9, 9)]),
        ];
        for (operation, after) in cases {
            assert_eq!(hold(&operation, &BEFORE, after), Ok(()), "{operation:?}");
        }
    }

    #[test]
    fn an_entry_that_is_not_the_operations_must_stay() {
        let evens = Filter { modulus: 2 };
        for operation in [
            Remove(2),
            Insert(4, 4),
            Get(3),
            Clone,
            Walk(vec![Remove(1), Next(Touch::Look)], 0, Dropped),
            ExtractIf(evens, 9, Dropped),
            Retain(Filter { modulus: 1 }),
        ] {
            let reason = hold(&operation, &BEFORE, &BEFORE[..2]).unwrap_err();
            assert!(reason.contains("lost (3, 30)"), "{operation:?}: {reason}");
        }
    }

    #[test]
    fn a_key_that_was_neither_there_nor_named_is_an_invention() {
        let after = [(1, 10), (2, 20), (3, 30), (4, 0)];
        for operation in [
            Insert(5, 0),
            Drain(2, Dropped),
            Retain(Filter { modulus: 0 }),
            Walk(vec![Insert(5, 0), Next(Touch::Take)], 9, Dropped),
            RebuildOfValues(9, Dropped),
            Extend(vec![(5, 0)]),
        ] {
            let reason = hold(&operation, &BEFORE, &after).unwrap_err();
            assert!(reason.contains("invented (4, 0)"), "{operation:?}: {reason}");
        }
    }

    #[test]
    fn a_value_that_the_operation_does_not_write_must_stay() {
        let after = [(1, 10), (2, 20), (3, 33)];
        for operation in [Insert(2, 33), Drain(2, Dropped), IterateMut(5), Clone] {
            let reason = hold(&operation, &BEFORE, &after).unwrap_err();
            assert!(reason.contains("made (3, 30) to (3, 33)"), "{operation:?}: {reason}");
        }
    }

    #[test]
    fn an_entry_is_there_once_and_few_are_lost_or_changed() {
        let twice = hold(&Get(1), &BEFORE, &[(1, 10), (1, 10)]).unwrap_err();
        assert!(twice.contains("there twice"), "{twice}");
        let lost = hold(&Pop, &BEFORE, &BEFORE[..1]).unwrap_err();
        assert!(lost.contains("2 entries were lost"), "{lost}");
    }
}
