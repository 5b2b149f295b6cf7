//! Go's benchmarks for its `sync.Map`, by their names: the same keys in the same order.
//!
//! Go's own count how often they can run in a second; here each thread does a fixed number of
//! operations, so that those which fill the map fill all maps alike. Of Go's list one differs:
//! `AdversarialDelete` deletes the first key of a walk after the walk, as `DashMap` would wait for
//! itself otherwise.

use std::fmt::{self, Display, Formatter};
use std::hint::black_box;

use super::go::SharedGo;
use super::maps::Dash;
use super::steps::Steps;
use super::{NamedTime, Quartiles, order_of, threads};

/// A benchmark of Go's, `BenchmarkMap` left away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are Go's")]
pub enum Name {
    LoadMostlyHits,
    LoadMostlyMisses,
    LoadOrStoreBalanced,
    LoadOrStoreUnique,
    LoadOrStoreCollision,
    LoadAndDeleteBalanced,
    LoadAndDeleteUnique,
    LoadAndDeleteCollision,
    Range,
    AdversarialAlloc,
    AdversarialDelete,
    DeleteCollision,
    SwapCollision,
    SwapMostlyHits,
    SwapMostlyMisses,
    CompareAndSwapCollision,
    CompareAndSwapNoExistingKey,
    CompareAndSwapValueNotEqual,
    CompareAndSwapMostlyHits,
    CompareAndSwapMostlyMisses,
    CompareAndDeleteCollision,
    CompareAndDeleteMostlyHits,
    CompareAndDeleteMostlyMisses,
    Clear,
}

/// Keys in the balanced benchmarks, half of which are there.
const BALANCED: u64 = 256;
/// Keys in the others.
const CYCLE: u64 = 1024;

impl Name {
    /// All, in Go's order.
    pub const ALL: [Self; 24] = [
        Self::LoadMostlyHits,
        Self::LoadMostlyMisses,
        Self::LoadOrStoreBalanced,
        Self::LoadOrStoreUnique,
        Self::LoadOrStoreCollision,
        Self::LoadAndDeleteBalanced,
        Self::LoadAndDeleteUnique,
        Self::LoadAndDeleteCollision,
        Self::Range,
        Self::AdversarialAlloc,
        Self::AdversarialDelete,
        Self::DeleteCollision,
        Self::SwapCollision,
        Self::SwapMostlyHits,
        Self::SwapMostlyMisses,
        Self::CompareAndSwapCollision,
        Self::CompareAndSwapNoExistingKey,
        Self::CompareAndSwapValueNotEqual,
        Self::CompareAndSwapMostlyHits,
        Self::CompareAndSwapMostlyMisses,
        Self::CompareAndDeleteCollision,
        Self::CompareAndDeleteMostlyHits,
        Self::CompareAndDeleteMostlyMisses,
        Self::Clear,
    ];

    /// The first keys, which are there at the beginning, each with itself as its value.
    #[must_use]
    pub fn present(self) -> u64 {
        match self {
            Self::LoadMostlyHits
            | Self::SwapMostlyHits
            | Self::CompareAndSwapMostlyHits
            | Self::CompareAndDeleteMostlyHits => CYCLE - 1,
            Self::LoadOrStoreBalanced | Self::LoadAndDeleteBalanced => BALANCED / 2,
            Self::Range | Self::AdversarialDelete => CYCLE,
            Self::LoadOrStoreUnique
            | Self::LoadAndDeleteUnique
            | Self::AdversarialAlloc
            | Self::CompareAndSwapNoExistingKey
            | Self::SwapCollision
            | Self::Clear => 0,
            _ => 1,
        }
    }

    /// How many operations of this stand for so many single steps: some take long.
    #[must_use]
    pub fn operations(self, steps: usize) -> usize {
        match self {
            Self::Range => (steps / 1000).max(1),
            Self::Clear => (steps / 20).max(1),
            _ => steps,
        }
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// How a measurement is done.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// What.
    pub name: Name,
    /// Threads.
    pub threads: usize,
    /// Steps of each thread.
    pub steps: usize,
    /// Rounds.
    pub rounds: usize,
}

/// Measures all maps that can do this, in turn.
#[must_use]
pub fn measure(plan: Plan, gos: &[SharedGo]) -> Vec<NamedTime> {
    type Papaya = papaya::HashMap<u64, u64, tophash::RandomState>;
    let mut contenders: Vec<(String, Box<dyn FnMut() -> f64>)> = vec![
        ("SyncMap".to_owned(), Box::new(move || run::<tophash_sync::SyncMap<u64, u64>>(plan))),
        (
            "ShardedMap".to_owned(),
            Box::new(move || run::<tophash_sync::ShardedMap<u64, u64>>(plan)),
        ),
        ("DashMap".to_owned(), Box::new(move || run::<Dash<u64>>(plan))),
        ("papaya".to_owned(), Box::new(move || run::<Papaya>(plan))),
    ];
    contenders.extend(gos.iter().map(|go| (go.name(), go.named(plan))));
    let mut results = vec![Vec::new(); contenders.len()];
    for round in 0..plan.rounds {
        for which in order_of(round, contenders.len()) {
            results[which].push((contenders[which].1)());
        }
    }
    let line = |((map, _), ns)| NamedTime {
        name: plan.name.to_string(),
        map,
        threads: plan.threads,
        ns: Quartiles::of(ns),
    };
    contenders.into_iter().zip(results).map(line).collect()
}

/// Nanoseconds for one operation, those of all threads counted.
fn run<M: Steps>(plan: Plan) -> f64 {
    let operations = plan.name.operations(plan.steps) as u64;
    let seconds = threads::undisturbed(|| {
        let map = M::empty();
        for key in 0..plan.name.present() {
            map.load_or_store(key, key);
        }
        threads::run(plan.threads, |thread| {
            let first = thread as u64 * operations;
            work(&map, plan.name, first, first + operations);
        })
    });
    seconds * 1e9 / (operations * plan.threads as u64) as f64
}

/// One thread's operations, from number `first` to before `end`.
fn work<M: Steps>(map: &M, name: Name, first: u64, end: u64) {
    let numbers = first..end;
    match name {
        Name::LoadMostlyHits | Name::LoadMostlyMisses => numbers.for_each(|i| {
            black_box(map.load(i % CYCLE));
        }),
        Name::Range => numbers.for_each(|_| {
            black_box(map.range());
        }),
        Name::AdversarialAlloc => adversarial_alloc(map, first, end),
        Name::AdversarialDelete => numbers.for_each(|i| {
            black_box(map.load(i));
            if i % CYCLE == 0 {
                if let Some(key) = map.first_key() {
                    map.delete(key);
                }
                map.store(i, i);
            }
        }),
        Name::DeleteCollision => numbers.for_each(|_| map.delete(0)),
        Name::Clear => numbers.for_each(|i| {
            map.clear();
            map.store(i % 256, i % 256);
        }),
        _ => compound(map, name, first, end),
    }
}

/// Stores that become rarer and rarer, among loads of what is not there.
fn adversarial_alloc<M: Steps>(map: &M, first: u64, end: u64) {
    let (mut stores, mut loads) = (0, 0);
    for i in first..end {
        black_box(map.load(i));
        loads += 1;
        if loads > stores {
            map.load_or_store(i, stores);
            loads = 0;
            stores += 1;
        }
    }
}

/// The operations that read and write in one step.
fn compound<M: Steps>(map: &M, name: Name, first: u64, end: u64) {
    let numbers = first..end;
    // A key that was there in the beginning, or the number itself.
    let present = name.present();
    let key = |cycle: u64, i: u64| if i % cycle < present { i % cycle } else { i };
    match name {
        Name::LoadOrStoreBalanced => numbers.for_each(|i| {
            black_box(map.load_or_store(key(BALANCED, i), i));
        }),
        Name::LoadOrStoreUnique => numbers.for_each(|i| {
            black_box(map.load_or_store(i, i));
        }),
        Name::LoadOrStoreCollision => numbers.for_each(|_| {
            black_box(map.load_or_store(0, 0));
        }),
        Name::LoadAndDeleteBalanced => numbers.for_each(|i| {
            black_box(map.load_and_delete(key(BALANCED, i)));
        }),
        Name::LoadAndDeleteUnique => numbers.for_each(|i| {
            black_box(map.load_and_delete(i));
        }),
        Name::LoadAndDeleteCollision => numbers.for_each(|_| {
            if map.load_and_delete(0).is_some() {
                map.store(0, 0);
            }
        }),
        Name::SwapCollision => numbers.for_each(|_| {
            black_box(map.swap(0, 0));
        }),
        Name::SwapMostlyHits | Name::SwapMostlyMisses => numbers.for_each(|i| {
            let key = key(CYCLE, i);
            black_box(map.swap(key, key));
            if i % CYCLE >= present {
                map.delete(key);
            }
        }),
        _ => compare(map, name, first, end),
    }
}

/// The operations that compare.
fn compare<M: Steps>(map: &M, name: Name, first: u64, end: u64) {
    let numbers = first..end;
    let present = name.present();
    let key = |i: u64| if i % CYCLE < present { i % CYCLE } else { i };
    match name {
        Name::CompareAndSwapCollision => numbers.for_each(|_| {
            if map.compare_and_swap(0, 0, 42) {
                map.compare_and_swap(0, 42, 0);
            }
        }),
        Name::CompareAndSwapNoExistingKey => numbers.for_each(|i| {
            if map.compare_and_swap(i, 0, 0) {
                map.delete(i);
            }
        }),
        Name::CompareAndSwapValueNotEqual => numbers.for_each(|_| {
            black_box(map.compare_and_swap(0, 1, 2));
        }),
        Name::CompareAndSwapMostlyHits | Name::CompareAndSwapMostlyMisses => {
            numbers.for_each(|i| {
                black_box(map.compare_and_swap(key(i), key(i), key(i)));
            });
        }
        Name::CompareAndDeleteCollision => numbers.for_each(|_| {
            if map.compare_and_delete(0, 0) {
                map.store(0, 0);
            }
        }),
        Name::CompareAndDeleteMostlyHits | Name::CompareAndDeleteMostlyMisses => {
            numbers.for_each(|i| {
                if map.compare_and_delete(key(i), key(i)) {
                    map.store(key(i), key(i));
                }
            });
        }
        _ => unreachable!("{name} is done elsewhere"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_map_has_a_figure_for_every_name() {
        for name in Name::ALL {
            let times = measure(Plan { name, threads: 2, steps: 2000, rounds: 2 }, &[]);
            assert_eq!(times.len(), 4);
            assert!(times.iter().all(|time| time.ns.low > 0.0), "{times:?}");
        }
    }
}
