//! What the maps do in a race.

use std::hash::BuildHasher;
use std::hint::black_box;
use std::time::Instant;

use crate::figures::lossy;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    Insert,
    WorstInsert,
    Hit,
    Miss,
    Replace,
    Iterate,
}

pub(super) const TASKS: [Task; 6] =
    [Task::Insert, Task::WorstInsert, Task::Hit, Task::Miss, Task::Replace, Task::Iterate];

impl Task {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert, growing",
            Self::WorstInsert => "the worst of them",
            Self::Hit => "look up, found",
            Self::Miss => "look up, not found",
            Self::Replace => "remove and insert",
            Self::Iterate => "iterate",
        }
    }
}

/// What a race needs of a map.
pub(super) trait Racer: Default {
    fn insert(&mut self, key: u64);
    fn contains(&self, key: u64) -> bool;
    fn remove(&mut self, key: u64);
    fn sum(&self) -> u64;
}

impl Racer for tophash::HashMap<u64, u64> {
    fn insert(&mut self, key: u64) {
        self.insert(key, key);
    }

    fn contains(&self, key: u64) -> bool {
        self.contains_key(&key)
    }

    fn remove(&mut self, key: u64) {
        self.remove(&key);
    }

    fn sum(&self) -> u64 {
        self.values().fold(0, |sum, value| sum ^ value)
    }
}

impl<S: BuildHasher + Default> Racer for std::collections::HashMap<u64, u64, S> {
    fn insert(&mut self, key: u64) {
        self.insert(key, key);
    }

    fn contains(&self, key: u64) -> bool {
        self.contains_key(&key)
    }

    fn remove(&mut self, key: u64) {
        self.remove(&key);
    }

    fn sum(&self) -> u64 {
        self.values().fold(0, |sum, value| sum ^ value)
    }
}

/// The keys of one pair: each number gives another, and none comes twice.
#[derive(Clone, Copy)]
pub(super) struct Keys {
    seed: u64,
}

impl Keys {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// `SplitMix64`, a bijection.
    fn key(self, index: u64) -> u64 {
        let mut z = index.wrapping_add(self.seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Nanoseconds for one operation of `task` on a map of `size` entries; for the worst, those of the
/// slowest. Small maps are raced over many rounds.
pub(super) fn run<M: Racer>(task: Task, size: u64, keys: Keys) -> f64 {
    /// Operations that are timed together, so that the clock does not count.
    const OPERATIONS_MIN: u64 = 200_000;
    let rounds = OPERATIONS_MIN.div_ceil(size);
    match task {
        Task::Insert => insert::<M>(size, rounds, keys),
        Task::WorstInsert => worst_insert::<M>(size, keys),
        Task::Hit => look_up(&filled::<M>(size, keys), size, rounds, keys, 0),
        Task::Miss => look_up(&filled::<M>(size, keys), size, rounds, keys, size),
        Task::Replace => replace(&mut filled::<M>(size, keys), size, rounds, keys),
        Task::Iterate => {
            let map = filled::<M>(size, keys);
            timed(size * rounds, || {
                for _ in 0..rounds {
                    black_box(map.sum());
                }
            })
        }
    }
}

fn timed(operation_count: u64, work: impl FnOnce()) -> f64 {
    let begin = Instant::now();
    work();
    begin.elapsed().as_secs_f64() * 1e9 / lossy(operation_count)
}

fn filled<M: Racer>(size: u64, keys: Keys) -> M {
    let mut map = M::default();
    (0..size).for_each(|index| map.insert(keys.key(index)));
    map
}

/// Dropping the maps is not part of it.
fn insert<M: Racer>(size: u64, rounds: u64, keys: Keys) -> f64 {
    let mut seconds = 0.0;
    for round in 0..rounds {
        let keys = Keys::new(keys.seed.wrapping_add(round << 32));
        let begin = Instant::now();
        let map = black_box(filled::<M>(size, keys));
        seconds += begin.elapsed().as_secs_f64();
        drop(map);
    }
    seconds * 1e9 / lossy(size * rounds)
}

fn worst_insert<M: Racer>(size: u64, keys: Keys) -> f64 {
    let mut map = M::default();
    let worst = (0..size).map(|index| {
        let key = keys.key(index);
        let begin = Instant::now();
        map.insert(key);
        begin.elapsed()
    });
    worst.max().unwrap_or_default().as_secs_f64() * 1e9
}

/// In an order that is not that of insertion.
fn look_up<M: Racer>(map: &M, size: u64, rounds: u64, keys: Keys, offset: u64) -> f64 {
    let step = stride(size);
    timed(size * rounds, || {
        let mut index = 0;
        for _ in 0..size * rounds {
            index = (index + step) % size;
            black_box(map.contains(keys.key(index + offset)));
        }
    })
}

/// The oldest key goes and a new one comes; a pair of the two is one operation.
fn replace<M: Racer>(map: &mut M, size: u64, rounds: u64, keys: Keys) -> f64 {
    timed(size * rounds, || {
        for index in 0..size * rounds {
            map.remove(keys.key(index));
            map.insert(keys.key(index + size));
        }
    })
}

/// A step that visits every index below `size` before it comes back to one.
fn stride(size: u64) -> u64 {
    let near = size * 5 / 8;
    let steps = near.max(1)..=size;
    steps.into_iter().find(|&step| greatest_common_divisor(step, size) == 1).unwrap_or(1)
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::{Keys, TASKS, run, stride};
    use std::collections::HashSet;

    #[test]
    fn every_task_is_run_by_both_maps() {
        for task in TASKS {
            for size in [1, 2, 1000] {
                let of_tophash = run::<tophash::HashMap<u64, u64>>(task, size, Keys::new(7));
                let of_std = run::<std::collections::HashMap<u64, u64>>(task, size, Keys::new(7));
                assert!(of_tophash >= 0.0 && of_std >= 0.0, "{task:?}");
            }
        }
    }

    #[test]
    fn a_stride_visits_every_index() {
        for size in [1, 2, 3, 10, 64, 999] {
            let step = stride(size);
            let visited: HashSet<u64> = (0..size).map(|n| (n * step) % size).collect();
            assert_eq!(visited.len() as u64, size, "{size}");
        }
    }

    #[test]
    fn no_key_comes_twice() {
        let keys = Keys::new(1);
        let different: HashSet<u64> = (0..10_000).map(|index| keys.key(index)).collect();
        assert_eq!(different.len(), 10_000);
    }
}
