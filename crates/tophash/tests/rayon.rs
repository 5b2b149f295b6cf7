//! Parallel iterators: each entry comes once, and none is dropped twice or kept, whatever happens.

use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use testkit::hashers::Truncated;
use testkit::keys::{Census, Tracked};
use testkit::silently;
use tophash::{HashMap, HashSet};

/// Sizes of no table, one bucket, one block, several blocks, and in the midst of a growth.
const LENS: [u32; 8] = [0, 1, 8, 9, 100, 1700, 5000, 20_000];

fn counting(len: u32) -> HashMap<u32, u32> {
    let mut map = HashMap::new();
    for n in 0..len {
        map.insert(n, n);
    }
    map
}

/// A map whose hash function knows only two values, so that its chains are long.
fn crowded(len: u32) -> HashMap<u32, u32, Truncated> {
    let mut map = HashMap::with_hasher(Truncated(1));
    map.extend((0..len).map(|n| (n, n)));
    map
}

fn tracked(census: &Census, len: u32) -> HashMap<Tracked<u32>, Tracked<u32>> {
    let mut map = HashMap::new();
    for n in 0..len {
        map.insert(census.track(n), census.track(n));
    }
    map
}

fn pool() -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(4).build().unwrap()
}

fn sorted<T: Ord + Send>(items: impl ParallelIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort();
    items
}

#[test]
fn every_entry_comes_once_in_each_parallel_iterator() {
    for len in LENS {
        let mut map = counting(len);
        let all: Vec<u32> = (0..len).collect();
        assert_eq!(sorted(map.par_iter().map(|(k, _)| *k)), all);
        assert_eq!(sorted(map.par_keys().copied()), all);
        assert_eq!(sorted(map.par_values().copied()), all);
        map.par_iter_mut().for_each(|(k, v)| *v += *k);
        map.par_values_mut().for_each(|v| *v /= 2);
        assert_eq!(map, counting(len));
        assert_eq!(sorted(map.clone().into_par_iter().map(|(k, _)| k)), all);
        let allocated = map.allocation_size();
        assert_eq!(sorted(map.par_drain().map(|(k, _)| k)), all);
        assert!(map.is_empty() && map.allocation_size() <= allocated);
        map.extend((0..len).map(|n| (n, n)));
        assert_eq!(map, counting(len));
    }
}

#[test]
fn every_entry_of_long_chains_comes_once() {
    let mut map = crowded(500);
    let all: Vec<u32> = (0..500).collect();
    assert_eq!(sorted(map.par_keys().copied()), all);
    map.par_values_mut().for_each(|value| *value += 1);
    assert_eq!(sorted(map.par_values().map(|value| value - 1)), all);
    assert_eq!(sorted(map.par_drain().map(|(k, _)| k)), all);
}

#[test]
fn parallel_iterators_are_worked_on_by_several_threads() {
    let map = counting(20_000);
    let visits: Vec<AtomicUsize> = (0..4).map(|_| AtomicUsize::new(0)).collect();
    pool().install(|| {
        map.par_iter().for_each(|_| {
            visits[rayon::current_thread_index().unwrap()].fetch_add(1, Ordering::Relaxed);
            std::thread::yield_now();
        });
    });
    let visits: Vec<usize> = visits.into_iter().map(AtomicUsize::into_inner).collect();
    assert_eq!(visits.iter().sum::<usize>(), 20_000);
    assert!(visits.iter().filter(|count| **count > 0).count() > 1, "{visits:?}");
}

#[test]
fn entries_not_consumed_are_dropped_once() {
    for len in LENS {
        let census = Census::new();
        let mut map = tracked(&census, len);
        drop(map.par_drain());
        assert!(map.is_empty());
        census.assert_all_dropped();

        let mut map = tracked(&census, len);
        // Ends early: the rest of each part is dropped by the part, or by the iterator.
        let found = map.par_drain().find_any(|(key, _)| key.value == len / 2);
        assert_eq!(found.is_some(), len > 0);
        drop(found);
        census.assert_all_dropped();

        drop(tracked(&census, len).into_par_iter());
        census.assert_all_dropped();
        let kept: Vec<_> =
            tracked(&census, len).into_par_iter().filter(|(key, _)| key.value % 2 == 0).collect();
        census.assert_live(kept.len() * 2);
        drop(kept);
        census.assert_all_dropped();
        assert_eq!(tracked(&census, len).into_par_iter().take_any(3).count(), 3.min(len as usize));
        census.assert_all_dropped();
    }
}

#[test]
fn a_panicking_closure_leaves_no_entry_and_drops_none_twice() {
    let pool = pool();
    for len in [1, 9, 100, 5000] {
        for victim in [0, len / 2, len - 1] {
            let census = Census::new();
            let mut map = tracked(&census, len);
            let panicked = silently(|| {
                pool.install(|| {
                    map.par_drain().for_each(|(key, _)| assert!(key.value != victim));
                });
            });
            assert!(panicked.is_err());
            assert!(map.is_empty());
            census.assert_all_dropped();
            map.insert(census.track(1), census.track(1));
            assert_eq!(map.par_keys().count(), 1);
            drop(map);

            let map = tracked(&census, len);
            let panicked = silently(|| {
                pool.install(|| {
                    map.into_par_iter().for_each(|(key, _)| assert!(key.value != victim));
                });
            });
            assert!(panicked.is_err());
            census.assert_all_dropped();
        }
    }
}

#[test]
fn a_panicking_closure_leaves_a_map_that_is_only_borrowed_as_it_was() {
    let mut map = counting(5000);
    let panicked = silently(|| map.par_iter_mut().for_each(|(key, _)| assert!(*key != 4321)));
    assert!(panicked.is_err());
    assert_eq!(map, counting(5000));
}

#[test]
fn a_parallel_drain_that_leaks_on_purpose_leaves_an_empty_map() {
    let census = Census::new();
    let mut map = tracked(&census, 1000);
    mem::forget(map.par_drain());
    census.assert_live(2000);
    assert_eq!((map.len(), map.allocation_size()), (0, 0));
    map.insert(census.track(7), census.track(7));
    assert_eq!(map.par_iter().count(), 1);
    drop(map);
    census.assert_live(2000);
}

#[test]
fn collected_and_extended_maps_have_the_last_value_of_each_key() {
    let map: HashMap<u32, u32> = (0..10_000_u32).into_par_iter().map(|n| (n % 1000, n)).collect();
    assert_eq!(map.len(), 1000);
    assert!(map.iter().all(|(key, value)| *value == 9000 + key));
    let mut more = counting(500);
    more.par_extend(&map);
    assert!(more.par_eq(&map));
    more.par_extend((0..500_u32).into_par_iter().map(|n| (n, n)));
    more.par_extend((500..1000).into_par_iter().map(|n| (n, n)));
    assert!(more.par_eq(&counting(1000)));
    assert!(!more.par_eq(&map));
    assert!(!more.par_eq(&counting(999)));
}

#[test]
fn sets_answer_in_parallel_as_one_after_the_other() {
    let ranges = [0..0, 0..1, 0..1000, 500..1500, 1000..2000, 0..2000];
    let sets: Vec<HashSet<u32>> = ranges.into_iter().map(Iterator::collect).collect();
    for one in &sets {
        for other in &sets {
            let collect = |iter: &mut dyn Iterator<Item = &u32>| -> Vec<u32> {
                let mut items: Vec<u32> = iter.copied().collect();
                items.sort_unstable();
                items
            };
            let union = sorted(one.par_union(other).copied());
            assert_eq!(union, collect(&mut one.union(other)));
            let intersection = sorted(one.par_intersection(other).copied());
            assert_eq!(intersection, collect(&mut one.intersection(other)));
            let difference = sorted(one.par_difference(other).copied());
            assert_eq!(difference, collect(&mut one.difference(other)));
            let symmetric = sorted(one.par_symmetric_difference(other).copied());
            assert_eq!(symmetric, collect(&mut one.symmetric_difference(other)));
            assert_eq!(one.par_is_subset(other), one.is_subset(other));
            assert_eq!(one.par_is_superset(other), one.is_superset(other));
            assert_eq!(one.par_is_disjoint(other), one.is_disjoint(other));
            assert_eq!(one.par_eq(other), one == other);
        }
    }
}

#[test]
fn every_element_of_a_set_comes_once() {
    for len in LENS {
        let mut set: HashSet<u32> = (0..len).into_par_iter().collect();
        let all: Vec<u32> = (0..len).collect();
        assert_eq!(sorted(set.par_iter().copied()), all);
        assert_eq!(sorted(set.clone().into_par_iter()), all);
        assert_eq!(sorted(set.par_drain()), all);
        assert!(set.is_empty());
        set.par_extend(&all);
        set.par_extend((0..len).into_par_iter().map(|n| n / 2));
        assert_eq!(set, (0..len).collect());
    }
}

#[test]
fn a_parallel_iterator_shows_the_entries() {
    let mut map = HashMap::from([(1, "a")]);
    assert_eq!(format!("{:?}", map.par_iter()), r#"[(1, "a")]"#);
    assert_eq!(format!("{:?}", map.par_keys()), "[1]");
    assert_eq!(format!("{:?}", map.par_values()), r#"["a"]"#);
    assert_eq!(format!("{:?}", map.par_iter_mut()), r#"[(1, "a")]"#);
    assert_eq!(format!("{:?}", map.par_values_mut()), r#"["a"]"#);
    assert_eq!(format!("{:?}", map.clone().into_par_iter()), r#"[(1, "a")]"#);
    assert_eq!(format!("{:?}", map.par_drain()), r#"[(1, "a")]"#);
    let (one, two) = (HashSet::from([1]), HashSet::from([2]));
    assert_eq!(format!("{:?} {:?}", one.par_iter(), one.par_difference(&two)), "[1] [1]");
}
