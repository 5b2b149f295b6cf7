//! One thread: the map answers as maps that are obviously right.

use super::{Map, makers};
use crate::WordMap;
use crate::tests::model::{Copied, Locked, compare};
use std::collections::HashMap;

#[test]
fn the_map_does_what_a_map_behind_a_lock_does() {
    for make in makers() {
        compare::<Locked>(&make(), 20, 4000, 4);
        compare::<Locked>(&make(), 400, 20_000, 300);
    }
}

#[test]
fn the_map_does_what_a_map_that_is_copied_for_each_write_does() {
    for make in makers() {
        compare::<Copied>(&make(), 30, 3000, 10);
    }
}

#[test]
fn update_or_store_stores_the_first_value_and_changes_the_next() {
    for make in makers() {
        let (map, mut right) = (make(), HashMap::new());
        for n in 0..2000 {
            let key = n * n % 37;
            let value = *right.entry(key).and_modify(|value| *value += n).or_insert(n);
            assert_eq!(map.update_or_store(key, n, |value| value + n), value);
        }
        assert!(right.iter().all(|(&key, &value)| map.load(key) == Some(value)));
        map.check();
    }
}

#[test]
fn retain_asks_about_every_entry_and_keeps_those_that_are_wanted() {
    for make in makers() {
        let map = make();
        (0..500).for_each(|key| map.store(key, key));
        let mut asked = 0;
        map.retain(|key, value| {
            asked += 1;
            key == value && key % 3 == 0
        });
        assert_eq!((asked, map.len()), (500, 167));
        assert!((0..500).all(|key| map.contains_key(key) == (key % 3 == 0)));
        map.check();
    }
}

#[test]
fn a_closure_may_use_the_map_and_may_panic() {
    let map = Map::from([(1, 10), (2, 20)]);
    assert!(map.update(1, |value| {
        map.store(3, value);
        map.delete(2);
        value + 1
    }));
    assert_eq!([1, 2, 3].map(|key| map.load(key)), [Some(11), None, Some(10)]);
    assert!(testkit::silently(|| map.update(1, |_| panic!("on purpose"))).is_err());
    assert_eq!(map.load(1), Some(11), "nothing is locked, and nothing has changed");
    assert!(map.update(1, |value| value + 1));
    map.check();
}

#[test]
fn a_closure_that_makes_a_value_may_store_its_key_which_then_counts() {
    for make in makers() {
        let map = make();
        assert_eq!(map.load_or_store_with(1, || map.swap(1, 5).unwrap_or(7)), (5, true));
        let inner = || map.load_or_store_with(2, || 5).0 + 1;
        assert_eq!(map.load_or_store_with(2, inner), (5, true));
        map.check();
    }
}

#[test]
fn the_traits_of_maps_are_there() {
    let mut map: WordMap<i16, char> = [(1, 'a'), (-2, 'b')].into_iter().collect();
    map.extend([(3, 'c')]);
    (&map).extend([(3, 'd')]);
    let mut shown: Vec<String> = map.iter().map(|entry| format!("{entry:?}")).collect();
    shown.sort();
    assert_eq!(shown, ["(-2, 'b')", "(1, 'a')", "(3, 'd')"]);
    assert_eq!(format!("{:?}", WordMap::from([(1, 2.5)])), "{1: 2.5}");
    assert_eq!(format!("{:?}", WordMap::<u8, u8>::default()), "{}");
    assert_eq!((&map).into_iter().count(), 3);
}

#[test]
fn an_empty_map_answers_without_a_table() {
    let map = Map::new();
    assert_eq!((map.load(1), map.load_and_delete(1), map.len()), (None, None, 0));
    assert!(!map.delete(1) && !map.update(1, |value| value) && !map.compare_and_swap(1, 0, 1));
    map.clear();
    map.retain(|_, _| false);
    assert!(map.iter().next().is_none() && !map.is_flooded());
    assert_eq!(map.bucket_count(), 0, "none was made");
}

#[test]
fn words_at_both_ends_are_keys_and_values_like_others() {
    let map = WordMap::new();
    let ends = [0, 1, u64::MAX - 1, u64::MAX, 1 << 63];
    for key in ends {
        for value in ends {
            map.store(key, value);
            assert_eq!(map.load(key), Some(value));
        }
    }
    assert_eq!(map.len(), ends.len());
}
