//! Tests of the iterators of a map.

use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use super::{check, counted, doubles, sorted};
use crate::hash_map::{
    Drain, HashMap, IntoIter, IntoKeys, IntoValues, Iter, IterMut, Keys, Values, ValuesMut,
};

/// Sizes around those at which a map grows.
const LENS: [u32; 9] = [0, 1, 7, 8, 9, 13, 14, 100, 3000];

/// Asserts that an iterator is as long as it says at every step, and stays at its end.
fn assert_exact<I: ExactSizeIterator>(mut iter: I, len: usize) {
    for left in (0..len).rev() {
        assert_eq!((iter.len(), iter.size_hint()), (left + 1, (left + 1, Some(left + 1))));
        assert!(iter.next().is_some());
    }
    assert_eq!(iter.len(), 0);
    assert!(iter.next().is_none());
    assert!(iter.next().is_none());
}

#[test]
fn every_iterator_is_exact_and_fused() {
    for len in LENS {
        let map = || doubles(len);
        let n = len as usize;
        assert_exact(map().iter(), n);
        assert_exact(map().iter_mut(), n);
        assert_exact(map().into_iter(), n);
        assert_exact(map().keys(), n);
        assert_exact(map().values(), n);
        assert_exact(map().values_mut(), n);
        assert_exact(map().into_keys(), n);
        assert_exact(map().into_values(), n);
        assert_exact(map().drain(), n);
        assert_eq!(map().iter().count(), n);
        assert_eq!(map().into_iter().count(), n);
    }
}

#[test]
fn every_iterator_produces_every_entry_once_also_when_folded_midway() {
    for len in LENS {
        let expected = sorted(&doubles(len));
        let mut map = doubles(len);
        assert_eq!(sorted(&map), expected);
        for skipped in [0, 1, 3, 9, 20] {
            let mut iter = map.iter_mut();
            let mut entries: Vec<(u32, u32)> =
                iter.by_ref().take(skipped).map(|(k, v)| (*k, *v)).collect();
            iter.for_each(|(k, v)| entries.push((*k, *v)));
            entries.sort_unstable();
            assert_eq!(entries, expected);
        }
        let mut entries: Vec<(u32, u32)> = map.into_iter().collect();
        entries.sort_unstable();
        assert_eq!(entries, expected);
    }
}

#[test]
fn all_iterators_of_an_unchanged_map_agree_in_their_order() {
    let mut map = doubles(500);
    let entries: Vec<(u32, u32)> = map.iter().map(|(k, v)| (*k, *v)).collect();
    assert!(map.keys().zip(map.values()).eq(map.iter()));
    assert!(map.values_mut().map(|v| *v).eq(entries.iter().map(|e| e.1)));
    assert!(map.iter_mut().map(|(k, v)| (*k, *v)).eq(entries.iter().copied()));
    assert!(map.into_iter().eq(entries));
}

#[test]
fn iterators_of_no_map_are_empty() {
    assert_exact(Iter::<u32, u32>::default(), 0);
    assert_exact(IterMut::<u32, u32>::default(), 0);
    assert_exact(IntoIter::<u32, u32>::default(), 0);
    assert_exact(Keys::<u32, u32>::default(), 0);
    assert_exact(Values::<u32, u32>::default(), 0);
    assert_exact(ValuesMut::<u32, u32>::default(), 0);
    assert_exact(IntoKeys::<u32, u32>::default(), 0);
    assert_exact(IntoValues::<u32, u32>::default(), 0);
}

#[test]
fn iterators_print_what_is_yet_to_come() {
    let map = || {
        let mut map = HashMap::new();
        map.insert("alice", 30);
        map
    };
    assert_eq!(format!("{:?}", map().iter()), r#"[("alice", 30)]"#);
    assert_eq!(format!("{:?}", map().iter_mut()), r#"[("alice", 30)]"#);
    assert_eq!(format!("{:?}", map().into_iter()), r#"[("alice", 30)]"#);
    assert_eq!(format!("{:?}", map().drain()), r#"[("alice", 30)]"#);
    assert_eq!(format!("{:?}", map().keys()), r#"["alice"]"#);
    assert_eq!(format!("{:?}", map().into_keys()), r#"["alice"]"#);
    assert_eq!(format!("{:?}", map().values()), "[30]");
    assert_eq!(format!("{:?}", map().values_mut()), "[30]");
    assert_eq!(format!("{:?}", map().into_values()), "[30]");
    let mut drained = map();
    let mut drain = drained.drain();
    drain.next();
    assert_eq!(format!("{drain:?}"), "[]");
}

#[test]
fn a_cloned_iterator_goes_on_where_the_first_was() {
    let map = doubles(100);
    let mut iter = map.iter();
    iter.nth(30);
    assert!(iter.clone().eq(iter));
    let mut keys = map.keys();
    keys.nth(30);
    assert!(keys.clone().eq(keys));
    let mut values = map.values();
    values.nth(30);
    assert!(values.clone().eq(values));
}

#[test]
fn values_changed_through_iter_mut_are_changed_in_the_map() {
    let mut map = doubles(1000);
    for (key, value) in &mut map {
        *value += key;
    }
    map.values_mut().for_each(|value| *value += 1);
    assert!((0..1000).all(|n| map.get(&n) == Some(&(n * 3 + 1))));
}

#[test]
fn a_dropped_into_iter_drops_each_entry_once() {
    for taken in [0, 1, 50, 300] {
        let alive = Rc::new(());
        let mut iter = counted(300, &alive).into_iter();
        let kept: Vec<_> = iter.by_ref().take(taken).collect();
        drop(iter);
        assert_eq!(Rc::strong_count(&alive), 1 + kept.len());
    }
}

#[test]
fn a_dropped_drain_empties_the_map_and_keeps_its_room() {
    for taken in [0, 1, 50, 300] {
        let alive = Rc::new(());
        let mut map = counted(300, &alive);
        let capacity = map.table.capacity();
        let kept: Vec<_> = map.drain().take(taken).collect();
        assert_eq!(Rc::strong_count(&alive), 1 + kept.len());
        assert_eq!((map.len(), map.table.capacity()), (0, capacity));
        check(&map);
        map.insert(1, Rc::clone(&alive));
        assert_eq!(map.len(), 1);
        check(&map);
    }
}

#[test]
fn a_drain_that_leaks_on_purpose_leaves_an_empty_map_that_can_be_used() {
    let mut map = doubles(300);
    let mut drain = map.drain();
    drain.next();
    forget(drain);
    check(&map);
    assert_eq!((map.len(), map.iter().next()), (0, None));
    for n in 0..300 {
        map.insert(n, n * 2);
    }
    check(&map);
    assert_eq!(sorted(&map), sorted(&doubles(300)));
}

#[test]
fn a_drain_in_the_middle_of_a_growth_empties_the_map() {
    let mut map = doubles(60_000);
    let mut n = 60_000;
    while !map.table.is_growing() {
        map.insert(n, n * 2);
        n += 1;
    }
    assert_eq!(map.drain().count(), n as usize);
    check(&map);
    assert_eq!(map.len(), 0);
}

#[test]
fn an_iterator_that_leaks_on_purpose_harms_nothing() {
    let mut map = doubles(300);
    forget(map.extract_if(|_, _| true));
    let mut extract = map.extract_if(|_, _| true);
    extract.next();
    extract.next();
    forget(extract);
    check(&map);
    assert_eq!(map.len(), 298);
    let mut iter = map.into_iter();
    iter.next();
    forget(iter);
}

#[test]
fn extract_if_takes_out_just_what_is_chosen() {
    for len in LENS {
        let mut map = doubles(len);
        let mut asked = 0;
        let mut extract = map.extract_if(|key, value| {
            assert_eq!(*value, key * 2);
            asked += 1;
            *value += 1;
            key % 3 == 0
        });
        assert_eq!(extract.size_hint(), (0, Some(len as usize)));
        let mut extracted: Vec<(u32, u32)> = extract.by_ref().collect();
        assert!(extract.next().is_none() && extract.next().is_none());
        assert_eq!(extract.size_hint(), (0, Some(0)));
        drop(extract);
        assert_eq!(asked, len);
        extracted.sort_unstable();
        assert!(extracted.into_iter().eq((0..len).step_by(3).map(|n| (n, n * 2 + 1))));
        check(&map);
        let rest = (0..len).filter(|n| n % 3 != 0).map(|n| (n, n * 2 + 1));
        assert!(sorted(&map).into_iter().eq(rest));
    }
}

#[test]
fn extract_if_dropped_midway_keeps_the_rest() {
    let alive = Rc::new(());
    let mut map = counted(200, &alive);
    let extracted: Vec<_> = map.extract_if(|_, _| true).take(70).collect();
    check(&map);
    assert_eq!((extracted.len(), map.len()), (70, 130));
    assert!(extracted.iter().all(|(key, _)| map.get(key).is_none()));
    assert_eq!(Rc::strong_count(&alive), 201);
}

#[test]
fn extract_if_does_nothing_before_it_is_asked() {
    let mut map = doubles(10);
    drop(map.extract_if(|_, _| panic!("not called")));
    assert_eq!(map.len(), 10);
}

#[test]
fn a_panic_in_the_predicate_of_extract_if_keeps_the_rest() {
    let mut map = doubles(100);
    let mut asked = 0;
    let result = catch_unwind(AssertUnwindSafe(|| {
        let chooses = |_: &u32, _: &mut u32| {
            asked += 1;
            assert!(asked < 40, "on purpose");
            true
        };
        map.extract_if(chooses).for_each(drop);
    }));
    assert!(result.is_err());
    check(&map);
    assert_eq!(map.len(), 61);
}

#[test]
fn entries_of_zero_sized_types_are_visited_once() {
    let mut map = HashMap::new();
    map.insert((), ());
    assert_exact(map.iter(), 1);
    assert_exact(map.iter_mut(), 1);
    assert_eq!(map.extract_if(|(), ()| false).count(), 0);
    assert_exact(map.drain(), 1);
    assert_exact(map.into_iter(), 0);
}

#[test]
fn a_drain_is_covariant() {
    fn shorter<'a>(drain: Drain<'a, &'static str, u8>) -> Drain<'a, &'a str, u8> {
        drain
    }
    let mut map = HashMap::new();
    map.insert("alice", 30);
    assert_eq!(shorter(map.drain()).next(), Some(("alice", 30)));
}
