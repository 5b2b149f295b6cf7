//! Histories of operations on one key, and whether they could have happened one after the other.
//!
//! The checker is Wing's and Gong's with Lowe's table of what was tried: take any operation that no
//! other had finished before it began, carry it out on a model, go on if the answer was that, and
//! go back if not.

use super::Subject;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use testkit::Random;

/// What is done to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Load,
    Store(u32),
    LoadOrStore(u32),
    LoadAndDelete,
    Delete,
    Swap(u32),
    CompareAndSwap(u32, u32),
    CompareAndDelete(u32),
    Update,
    Clear,
    /// Is nothing to who looks at keys.
    ChangeHash,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Nothing,
    Was(bool),
    Value(Option<u32>),
    Loaded(u32, bool),
}

/// An operation with the moments of its call and its return.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub(crate) key: u32,
    pub(crate) operation: Operation,
    pub(crate) answer: Answer,
    pub(crate) called_at: u64,
    pub(crate) returned_at: u64,
}

use Operation::*;

impl Operation {
    /// Any operation; values are few, so that comparisons succeed.
    pub(crate) fn random(random: &mut Random) -> Self {
        let mut value = || random.below(3) as u32;
        let (one, other) = (value(), value());
        match random.below(20) {
            0..4 => Load,
            4..6 => Store(one),
            6..8 => LoadOrStore(one),
            8..10 => LoadAndDelete,
            10 => Delete,
            11..13 => Swap(one),
            13..15 => CompareAndSwap(one, other),
            15..17 => CompareAndDelete(one),
            17 => Update,
            18 => ChangeHash,
            _ => Clear,
        }
    }

    /// Carries it out on the map.
    pub(crate) fn apply(self, map: &impl Subject, key: u32) -> Answer {
        match self {
            Load => Answer::Value(map.load(key)),
            Store(value) => {
                map.store(key, value);
                Answer::Nothing
            }
            LoadOrStore(value) => {
                let (value, was_loaded) = map.load_or_store(key, value);
                Answer::Loaded(value, was_loaded)
            }
            LoadAndDelete => Answer::Value(map.load_and_delete(key)),
            Delete => Answer::Was(map.delete(key)),
            Swap(value) => Answer::Value(map.swap(key, value)),
            CompareAndSwap(old, new) => Answer::Was(map.compare_and_swap(key, old, new)),
            CompareAndDelete(old) => Answer::Was(map.compare_and_delete(key, old)),
            Update => Answer::Was(map.update(key, |value| (value + 1) % 3)),
            Clear => {
                map.clear();
                Answer::Nothing
            }
            ChangeHash => {
                map.change_hash();
                Answer::Nothing
            }
        }
    }

    /// Carries it out on a model of one key.
    pub(crate) fn apply_to_model(self, state: &mut Option<u32>) -> Answer {
        match self {
            Load => Answer::Value(*state),
            Store(value) => {
                *state = Some(value);
                Answer::Nothing
            }
            LoadOrStore(value) => {
                let was_loaded = state.is_some();
                Answer::Loaded(*state.get_or_insert(value), was_loaded)
            }
            LoadAndDelete => Answer::Value(state.take()),
            Delete => Answer::Was(state.take().is_some()),
            Swap(value) => Answer::Value(state.replace(value)),
            CompareAndSwap(old, new) => {
                let is_equal = *state == Some(old);
                if is_equal {
                    *state = Some(new);
                }
                Answer::Was(is_equal)
            }
            CompareAndDelete(old) => {
                let is_equal = *state == Some(old);
                if is_equal {
                    *state = None;
                }
                Answer::Was(is_equal)
            }
            Update => {
                *state = state.map(|value| (value + 1) % 3);
                Answer::Was(state.is_some())
            }
            Clear => {
                *state = None;
                Answer::Nothing
            }
            ChangeHash => Answer::Nothing,
        }
    }
}

/// Moments in an order that all threads agree on.
#[derive(Default)]
pub(crate) struct Clock(AtomicU64);

impl Clock {
    fn now(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }

    /// Carries out an operation and notes when.
    pub(crate) fn record(&self, map: &impl Subject, key: u32, operation: Operation) -> Event {
        let called_at = self.now();
        let answer = operation.apply(map, key);
        let returned_at = self.now();
        Event { key, operation, answer, called_at, returned_at }
    }
}

/// Panics unless the events of each key below `key_count` could have happened one by one, in an
/// order in which whatever had returned before another was called comes before it. Events that
/// concern all keys belong to each.
#[track_caller]
pub(crate) fn assert_linearizable(events: &[Event], key_count: u32) {
    for key in 0..key_count {
        let concerns = |event: &&Event| event.key == key || event.operation == Clear;
        let mut own: Vec<Event> = events.iter().filter(concerns).copied().collect();
        own.sort_by_key(|event| event.called_at);
        assert!(own.len() <= 64, "{} events are too many", own.len());
        assert!(is_linearizable(&own), "key {key} has no order:\n{own:#?}");
    }
}

/// Whether there is such an order, from an absent key on.
pub(crate) fn is_linearizable(events: &[Event]) -> bool {
    let all = (1_u128 << events.len()) as u64;
    extend(events, 0, None, all.wrapping_sub(1), &mut HashSet::new())
}

fn extend(
    events: &[Event],
    done: u64,
    state: Option<u32>,
    all: u64,
    tried: &mut HashSet<(u64, Option<u32>)>,
) -> bool {
    if done == all {
        return true;
    }
    if !tried.insert((done, state)) {
        return false;
    }
    let open = || (0..events.len()).filter(|&index| done >> index & 1 == 0);
    let first_return = open().map(|index| events[index].returned_at).min();
    let may_be_next = |&index: &usize| Some(events[index].called_at) < first_return;
    open().filter(may_be_next).any(|index| {
        let mut state = state;
        let answer = events[index].operation.apply_to_model(&mut state);
        answer == events[index].answer && extend(events, done | 1 << index, state, all, tried)
    })
}
