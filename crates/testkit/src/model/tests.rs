//! What the model accepts, and what it refuses.

use super::Model;
use crate::{Ending, Filter, Operation, Outcome, Touch};

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

#[test]
fn a_walk_must_produce_what_stays_and_may_produce_what_comes() {
    let before = model(&[(1, 10), (2, 20)]);
    let steps =
        vec![Operation::Next(Touch::Take), Operation::Insert(3, 30), Operation::Next(Touch::Look)];
    let walk = Operation::Walk(steps, usize::MAX, Ending::Dropped);
    let answers = |entries: &[Option<(u16, u32)>]| {
        let mut answers: Vec<_> = entries.iter().map(|entry| Outcome::Entry(*entry)).collect();
        answers.insert(1, Outcome::Value(None));
        Outcome::Walked(answers)
    };
    let follow = |entries: &[_]| before.clone().follow(&walk, &answers(entries));
    assert_eq!(follow(&[Some((1, 10)), Some((2, 20)), None]), Ok(()));
    assert_eq!(follow(&[Some((1, 10)), Some((3, 30)), Some((2, 20)), None]), Ok(()));
    assert!(follow(&[Some((1, 10)), Some((3, 30)), None]).is_err());
    assert!(follow(&[Some((1, 10)), Some((1, 10)), Some((2, 20)), None]).is_err());
    assert!(follow(&[Some((1, 10)), Some((2, 20))]).is_err());
    assert!(follow(&[Some((1, 10)), Some((2, 20)), None, None]).is_err());
}

#[test]
fn a_scan_goes_on_where_it_was_whatever_came_between() {
    let mut map = model(&[(1, 10), (2, 20)]);
    let scanned = |visited: &[(u16, u32)], goes_on, has_restarted| Outcome::Scanned {
        visited: visited.to_vec(),
        goes_on,
        has_restarted,
    };
    let scan = Operation::Scan(0, 1);
    assert_eq!(map.follow(&scan, &scanned(&[(1, 10)], true, false)), Ok(()));
    assert!(map.clone().follow(&scan, &scanned(&[], false, false)).is_err());
    assert!(map.clone().follow(&scan, &scanned(&[(1, 10)], true, false)).is_err());
    assert!(map.clone().follow(&scan, &scanned(&[(1, 10)], true, true)).is_err());
    assert_eq!(map.clone().follow(&scan, &scanned(&[(2, 20)], false, false)), Ok(()));
    assert_eq!(map.follow(&Operation::Clear, &Outcome::Done), Ok(()));
    assert_eq!(map.follow(&scan, &scanned(&[], false, true)), Ok(()));
}

#[test]
fn a_map_made_of_keys_holds_keys_that_were_there_once_each() {
    let before = model(&[(1, 10), (2, 20), (3, 30)]);
    let rebuild = Operation::RebuildOfKeys(2, Ending::Dropped);
    let follow = |outcome: &Outcome| before.clone().follow(&rebuild, outcome);
    assert_eq!(follow(&taken(&[(3, 0), (1, 0)], &[(1, 0), (3, 0)])), Ok(()));
    assert!(follow(&taken(&[(3, 0), (4, 0)], &[(3, 0), (4, 0)])).is_err());
    assert!(follow(&taken(&[(3, 0), (3, 0)], &[(3, 0)])).is_err());
    assert!(follow(&taken(&[(3, 0), (1, 10)], &[(3, 0), (1, 10)])).is_err());
    assert!(follow(&taken(&[(3, 0)], &[(3, 0)])).is_err());
    assert!(follow(&taken(&[(3, 0), (1, 0)], &[(3, 0)])).is_err());
}

#[test]
fn a_map_made_of_values_holds_each_as_often_as_it_was_there() {
    let before = model(&[(1, 10), (2, 20), (3, 20)]);
    let rebuild = Operation::RebuildOfValues(2, Ending::Dropped);
    let follow = |outcome: &Outcome| before.clone().follow(&rebuild, outcome);
    assert_eq!(follow(&taken(&[(0, 20), (1, 20)], &[(0, 20), (1, 20)])), Ok(()));
    assert_eq!(follow(&taken(&[(0, 20), (1, 10)], &[(0, 20), (1, 10)])), Ok(()));
    assert!(follow(&taken(&[(0, 10), (1, 10)], &[(0, 10), (1, 10)])).is_err());
    assert!(follow(&taken(&[(0, 10), (1, 30)], &[(0, 10), (1, 30)])).is_err());
    assert!(follow(&taken(&[(0, 10), (2, 20)], &[(0, 10), (2, 20)])).is_err());
    assert!(follow(&taken(&[(0, 10)], &[(0, 10)])).is_err());
}
