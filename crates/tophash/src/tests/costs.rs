//! Documented costs, counted: what calls move and take, and how often they call the user's code.

use core::cell::Cell;
use core::hash::{Hash, Hasher};

use testkit::Random;

use crate::HashMap;
use crate::raw::work::{self, Work};

std::thread_local! {
    static CALLS: Cell<Calls> = const { Cell::new(Calls { hash: 0, eq: 0, clone: 0 }) };
}

/// How often the keys' code was called on this thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Calls {
    hash: usize,
    eq: usize,
    clone: usize,
}

/// A key that counts the calls.
#[derive(Debug)]
struct Counting(u64);

fn count(change: impl FnOnce(&mut Calls)) {
    let mut calls = CALLS.get();
    change(&mut calls);
    CALLS.set(calls);
}

impl Hash for Counting {
    fn hash<H: Hasher>(&self, state: &mut H) {
        count(|calls| calls.hash += 1);
        self.0.hash(state);
    }
}

impl PartialEq for Counting {
    fn eq(&self, other: &Self) -> bool {
        count(|calls| calls.eq += 1);
        self.0 == other.0
    }
}

impl Eq for Counting {}

impl Clone for Counting {
    fn clone(&self) -> Self {
        count(|calls| calls.clone += 1);
        Self(self.0)
    }
}

/// What `act` does, and what it calls.
fn measure<R>(act: impl FnOnce() -> R) -> (R, Work, Calls) {
    CALLS.take();
    work::reset();
    let result = act();
    (result, work::reset(), CALLS.take())
}

fn filled(len: u64) -> HashMap<Counting, u64> {
    let mut map = HashMap::new();
    for n in 0..len {
        map.insert(Counting(n), n);
    }
    map
}

const LENS: [u64; 4] = [1, 100, 2000, 20_000];

#[test]
fn a_random_entry_takes_as_few_draws_in_a_large_map_as_in_a_small_one() {
    let mut random = Random::new(1);
    for len in LENS {
        let map = filled(len);
        let mut draw_count = 0;
        for _ in 0..1000 {
            let entry = map.random_entry(|| {
                draw_count += 1;
                random.next_u64()
            });
            assert!(entry.is_some());
        }
        assert!(draw_count < 100 * 1000, "{draw_count} of {len}");
    }
}

#[test]
fn steps_of_a_growth_or_a_shrink_move_so_many_chains() {
    for steps in [1, 7, 64] {
        let mut map: HashMap<u64, u64> = HashMap::new();
        let mut next = 0;
        while next < 20_000 || !map.is_growing() {
            map.insert(next, next);
            next += 1;
        }
        let chain_max = map.table.longest_chain();
        let assert_bounded = |work: Work, call: &str| {
            assert!(work.moved <= 2 * steps * chain_max, "{call}({steps}): {work:?}");
            assert!(work.blocks_allocated + work.blocks_freed <= 3 * steps, "{call}: {work:?}");
        };
        loop {
            let (has_more, work, _) = measure(|| map.grow_step(steps));
            assert_bounded(work, "grow_step");
            if !has_more {
                break;
            }
        }
        map.retain(|key, _| key % 64 == 0);
        // A table whose slots take less than 16 KiB may be moved as a whole.
        while map.table.bucket_count() > 512 {
            let (_, work, _) = measure(|| map.shrink_step(steps));
            assert_bounded(work, "shrink_step");
        }
    }
}

#[test]
fn iterating_calls_and_takes_nothing() {
    for len in LENS {
        let mut map = filled(len);
        let (visited, work, calls) = measure(|| {
            let inserted = map.values_mut().map(|value| *value += 1).count();
            inserted + map.iter().count() + map.keys().count() + map.values().count()
        });
        assert_eq!(visited as u64, 4 * len);
        assert_eq!((work, calls), (Work::default(), Calls::default()));
    }
}

#[test]
fn a_clone_hashes_nothing_clones_each_entry_once_and_takes_no_more_than_the_map() {
    for len in LENS {
        let map = filled(len);
        let (copy, work, calls) = measure(|| map.clone());
        assert_eq!(calls, Calls { clone: map.len(), ..Calls::default() });
        assert_eq!(work.bytes_allocated - work.bytes_freed, copy.allocation_size());
        assert!(copy.allocation_size() <= map.allocation_size() + map.allocation_size() / 8);
        assert_eq!((work.moved, work.bytes_freed), (0, 0));
    }
}

#[test]
fn clearing_hashes_moves_and_takes_nothing() {
    for len in LENS {
        let mut map = filled(len);
        let capacity = map.capacity();
        let ((), work, calls) = measure(|| map.clear());
        assert_eq!(calls, Calls::default());
        assert_eq!((work.moved, work.blocks_allocated), (0, 0));
        assert_eq!((map.len(), map.capacity()), (0, capacity));
    }
}

#[test]
fn disjoint_values_are_looked_up_once_each() {
    for len in LENS {
        let mut map = filled(len);
        let keys = [0, 1, 2, 3, 4, 5, 6, 7].map(Counting);
        let (found, work, calls) =
            measure(|| map.get_disjoint_mut(keys.each_ref()).iter().flatten().count());
        assert_eq!(found as u64, len.min(8));
        // What is compared N² times are places, and no keys. Some keys share their tophash.
        assert!(calls.hash == 8 && calls.eq >= found && calls.eq <= found + 8, "{calls:?}");
        assert_eq!(work, Work::default());
    }
}

#[test]
fn a_layout_and_a_part_of_it_take_nothing_and_call_nothing() {
    for len in LENS {
        let map = filled(len);
        let (part, work, calls) = measure(|| {
            let mut layout = map.layout();
            let middle = layout.len() / 2;
            layout.nth(middle).is_some() || layout.len() < 2
        });
        assert!(part);
        assert_eq!((work, calls), (Work::default(), Calls::default()));
    }
}

#[test]
fn a_trace_compares_keys_in_one_chain_alone() {
    for len in LENS {
        let map = filled(len);
        let chain_max = map.table.longest_chain();
        for n in 0..len + 10 {
            let key = Counting(n);
            let (_, work, calls) = measure(|| map.trace(&key));
            assert!(calls.hash == 1 && calls.eq <= chain_max, "{calls:?} of {chain_max}");
            assert_eq!(work, Work::default(), "of the table's own memory");
        }
    }
}
