//! Many random schedules of programs that are too large to explore: histories of single keys are
//! linearizable, and no entry is used after its end.

use super::Subject;
use super::history::{Clock, Event, Operation, assert_linearizable};
use shuttle::sync::Arc;
use shuttle::thread;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use testkit::Random;

const THREAD_COUNT: u64 = 3;
const KEY_COUNT: usize = 3;
const OPERATIONS_PER_THREAD: usize = 6;
const SCHEDULES: usize = 2000;
const SCHEDULES_IN_DEEP_RUNS: usize = 200_000;

/// Random operations by several threads, with others that make the table grow and walk over it.
fn program<M: Subject>(map: M, seed: u64) {
    let map = Arc::new(map);
    let clock = Arc::new(Clock::default());
    let players = (0..THREAD_COUNT).map(|thread| {
        let (map, clock) = (Arc::clone(&map), Arc::clone(&clock));
        thread::spawn(move || {
            let mut random = Random::new(seed * 8 + thread);
            let operations = (0..OPERATIONS_PER_THREAD).map(|_| {
                let key = random.below(KEY_COUNT) as u32;
                clock.record(&*map, key, Operation::random(&mut random))
            });
            operations.collect::<Vec<Event>>()
        })
    });
    let players: Vec<_> = players.collect();
    let grower = Arc::clone(&map);
    let grower = thread::spawn(move || (100..106).for_each(|key| grower.store(key, key)));
    let mut seen = std::collections::HashSet::new();
    map.range(&mut |key, _| assert!(seen.insert(key), "{key} came twice"));
    let events: Vec<_> = players.into_iter().flat_map(|player| player.join().unwrap()).collect();
    grower.join().unwrap();
    assert_linearizable(&events, KEY_COUNT as u32);
    map.check();
}

pub(crate) fn schedules() -> usize {
    if testkit::is_deep() { SCHEDULES_IN_DEEP_RUNS } else { SCHEDULES }
}

/// Under schedules of any kind, and under those with few switches, another program for each.
pub(crate) fn single_keys_are_linearizable<M: Subject>(
    make: impl Fn() -> M + Clone + Send + Sync + 'static,
) {
    let programs = |make: Box<dyn Fn() -> M + Send + Sync>| {
        let seeds = AtomicU64::new(0);
        move || program(make(), seeds.fetch_add(1, Relaxed))
    };
    shuttle::check_random(programs(Box::new(make.clone())), schedules());
    shuttle::check_pct(programs(Box::new(make)), schedules(), 3);
}
