//! Every interleaving of small programs that all maps with Go's operations share, under the rules
//! of the C++ memory model.
//!
//! In this world a key is its own hash in its lowest bits: even keys share a bucket at first, and
//! go apart when it is split.

use super::Subject;
use crate::atomics::turns;
use loom::sync::Arc;
use loom::thread;

/// A model of readers, in which each order of loads and writes is to be tried.
pub(crate) fn explore_reading(preemption_bound: usize, program: impl Fn() + Sync + Send + 'static) {
    turns::explore(preemption_bound, true, program);
}

/// A model of writers, who find each other by their exchanges.
pub(crate) fn explore(preemption_bound: usize, program: impl Fn() + Sync + Send + 'static) {
    turns::explore(preemption_bound, false, program);
}

/// A map of the first `count` keys, each with the value 0.
pub(crate) fn map_of<M: Subject>(make: fn() -> M, count: u32) -> Arc<M> {
    let map = Arc::new(make());
    (0..count).for_each(|key| map.store(key, 0));
    map
}

pub(crate) fn spawn<M: Subject>(
    map: &Arc<M>,
    action: impl FnOnce(&M) + 'static,
) -> thread::JoinHandle<()> {
    let map = Arc::clone(map);
    thread::spawn(move || action(&map))
}

pub(crate) fn a_reader_sees_an_entry_come_change_and_go_in_this_order<M: Subject>(make: fn() -> M) {
    explore_reading(2, move || {
        let map = map_of(make, 1);
        let writer = spawn(&map, |map| {
            map.store(7, 1);
            map.store(7, 2);
            map.delete(7);
        });
        let seen = [map.load(7), map.load(7), map.load(7)];
        // Absent, 1, 2, absent: what is seen later is not earlier in this order.
        let mut stages = [None, Some(1), Some(2), None].into_iter();
        let is_in_order = seen.iter().all(|seen| {
            stages.clone().any(|stage| {
                if stage == *seen {
                    return true;
                }
                stages.next();
                false
            })
        });
        assert!(is_in_order, "{seen:?}");
        writer.join().unwrap();
        map.check();
    });
}

pub(crate) fn no_reader_misses_an_entry_while_its_bucket_is_split<M: Subject>(
    make: fn() -> M,
    bucket_count: fn(&M) -> usize,
) {
    explore_reading(1, move || {
        let map = map_of(make, 2);
        let before = bucket_count(&map);
        let writer = spawn(&map, |map| (2..4).for_each(|key| map.store(key, 0)));
        for key in 0..2 {
            assert_eq!(map.load(key), Some(0));
        }
        writer.join().unwrap();
        assert!(bucket_count(&map) > before, "something was split");
        map.check();
    });
}

pub(crate) fn what_is_written_while_the_bucket_is_split_is_not_lost<M: Subject>(make: fn() -> M) {
    explore(1, move || {
        let map = map_of(make, 2);
        let splitter = spawn(&map, |map| map.store(2, 0));
        let writer = spawn(&map, |map| {
            map.store(0, 1);
            assert_eq!(map.load(0), Some(1));
            assert!(map.delete(1));
            assert_eq!(map.load(1), None);
        });
        splitter.join().unwrap();
        writer.join().unwrap();
        assert_eq!((map.load(0), map.load(1), map.len()), (Some(1), None, 2));
        map.check();
    });
}

pub(crate) fn two_threads_that_split_leave_a_whole_table<M: Subject>(make: fn() -> M) {
    explore(1, move || {
        let map = map_of(make, 2);
        let one = spawn(&map, |map| map.store(2, 0));
        let other = spawn(&map, |map| map.store(3, 0));
        one.join().unwrap();
        other.join().unwrap();
        assert!((0..4).all(|key| map.load(key) == Some(0)));
        map.check();
    });
}

/// With turns, it is a model of readers; where that is too large for deep runs, without.
pub(crate) fn a_range_sees_every_key_once_while_the_table_is_split<M: Subject>(
    make: fn() -> M,
    takes_turns: bool,
) {
    turns::explore(1, takes_turns, move || {
        let map = map_of(make, 2);
        let writer = spawn(&map, |map| (2..4).for_each(|key| map.store(key, 0)));
        let mut seen = Vec::new();
        map.range(&mut |key, _| seen.push(key));
        seen.sort_unstable();
        assert!(seen.starts_with(&[0, 1]), "{seen:?}");
        assert!(seen.windows(2).all(|pair| pair[0] != pair[1]), "{seen:?}");
        writer.join().unwrap();
        map.check();
    });
}

pub(crate) fn what_is_written_while_the_hash_is_changed_is_not_lost<M: Subject>(make: fn() -> M) {
    explore(1, move || {
        let map = map_of(make, 2);
        let writer = spawn(&map, |map| {
            map.store(0, 1);
            map.store(7, 1);
            assert_eq!((map.load(0), map.load(7)), (Some(1), Some(1)));
        });
        map.change_hash();
        assert_eq!(map.load(1), Some(0));
        writer.join().unwrap();
        map.check();
        assert_eq!([0, 1, 7].map(|key| map.load(key)), [Some(1), Some(0), Some(1)]);
    });
}

pub(crate) fn a_reader_misses_nothing_and_sees_no_older_value_while_the_hash_is_changed<
    M: Subject,
>(
    make: fn() -> M,
) {
    explore_reading(1, move || {
        let map = map_of(make, 2);
        let reader = spawn(&map, |map| {
            let (first, second) = (map.load(0), map.load(0));
            assert!(first.is_some() && second.is_some());
            assert!(first != Some(1) || second == Some(1), "{first:?} and then {second:?}");
        });
        let writer = spawn(&map, |map| map.store(0, 1));
        map.change_hash();
        reader.join().unwrap();
        writer.join().unwrap();
        assert_eq!(map.load(0), Some(1));
    });
}
