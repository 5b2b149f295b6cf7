//! Real threads, short recorded histories, and the checker of histories.

use super::Subject;
use super::history::{Answer, Clock, Event, Operation, assert_linearizable, is_linearizable};
use std::sync::Barrier;
use testkit::Random;

const THREAD_COUNT: usize = 3;
const KEY_COUNT: u32 = 3;
const OPERATIONS_PER_THREAD: usize = 16;
const ROUNDS: u64 = 400;

/// Lets threads do random things to the same few keys and records what they saw.
fn play(map: &impl Subject, seed: u64, may_clear: bool) -> Vec<Event> {
    let (clock, barrier) = (Clock::default(), Barrier::new(THREAD_COUNT));
    std::thread::scope(|threads| {
        let handles = (0..THREAD_COUNT).map(|thread| {
            let (clock, barrier) = (&clock, &barrier);
            threads.spawn(move || {
                let mut random = Random::new(seed * 64 + thread as u64);
                barrier.wait();
                let mut events = Vec::new();
                while events.len() < OPERATIONS_PER_THREAD {
                    let key = random.below(KEY_COUNT as usize) as u32;
                    let operation = Operation::random(&mut random);
                    if operation != Operation::Clear || may_clear {
                        events.push(clock.record(map, key, operation));
                    }
                }
                events
            })
        });
        let handles: Vec<_> = handles.collect();
        handles.into_iter().flat_map(|handle| handle.join().unwrap()).collect()
    })
}

/// Nothing but these operations.
pub(crate) fn single_keys_are_linearizable<M: Subject>(make: impl Fn() -> M, may_clear: bool) {
    for round in 0..ROUNDS {
        let map = make();
        let events = play(&map, round, may_clear);
        assert_linearizable(&events, KEY_COUNT);
        map.check();
    }
}

/// Beside another thread that makes the table grow.
pub(crate) fn single_keys_are_linearizable_while_the_table_grows<M: Subject>(
    make: impl Fn() -> M,
    may_clear: bool,
) {
    for round in 0..ROUNDS / 4 {
        let map = make();
        let events = std::thread::scope(|threads| {
            // Other keys, so that those that are watched are split off again and again.
            threads.spawn(|| (100..300).for_each(|key| map.store(key, key)));
            play(&map, round, may_clear)
        });
        assert_linearizable(&events, KEY_COUNT);
        map.check();
        assert!(may_clear || (100..300).all(|key| map.load(key) == Some(key)));
    }
}

#[test]
fn the_checker_finds_a_lost_update_and_a_stale_read() {
    let event = |operation, answer, called_at, returned_at| Event {
        key: 0,
        operation,
        answer,
        called_at,
        returned_at,
    };
    let store = event(Operation::Store(1), Answer::Nothing, 0, 1);
    let load = |value, from, to| event(Operation::Load, Answer::Value(value), from, to);
    assert!(is_linearizable(&[store, load(Some(1), 2, 3)]));
    assert!(!is_linearizable(&[store, load(None, 2, 3)]));
    let slow = event(Operation::Store(2), Answer::Nothing, 2, 9);
    assert!(is_linearizable(&[store, slow, load(Some(1), 3, 4), load(Some(2), 5, 6)]));
    assert!(!is_linearizable(&[store, slow, load(Some(2), 3, 4), load(Some(1), 5, 6)]));
    let swap = |from, to| event(Operation::CompareAndSwap(1, 2), Answer::Was(true), from, to);
    assert!(!is_linearizable(&[store, swap(2, 5), swap(3, 6)]));
}
