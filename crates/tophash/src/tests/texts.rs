//! Maps of texts that are so large that memory is asked for before its turn.

use std::boxed::Box;
use std::fmt::Debug;
use std::format;
use std::hash::Hash;
use std::string::String;
use std::sync::Arc;
use std::vec::Vec;

use testkit::keys::{Fused, Spark, Tracked};
use testkit::{leaks_on_purpose, silently};

use super::check;
use super::panics::World;
use crate::HashMap;

/// Entries of a map that asks: it has more than eight blocks.
const MANY: usize = 24_000;

fn text_of(n: usize) -> String {
    format!("{n} {}", "x".repeat(n % 90))
}

/// Fills a map, thins it out and fills it again, clones it in the midst of a growth, and drops all.
fn use_map<T: From<String> + Clone + Hash + Eq + Debug>() {
    let text = |n| T::from(text_of(n));
    let mut map: HashMap<T, T> = HashMap::new();
    for n in 0..MANY {
        map.insert(text(n), text(n + 1));
    }
    assert!(!map.table.is_near(), "too small to ask");
    map.retain(|_, value| *value != text(7));
    while !map.is_growing() {
        let n = map.len() + 1;
        map.insert(text(n), text(n + 1));
    }
    let mut copy = map.clone();
    check(&copy);
    assert_eq!(copy, map);
    map.clear();
    check(&map);
    assert!(map.is_empty() && !map.contains_key(&text(1)));
    map.clone_from(&copy);
    while copy.grow_step(1) {}
    check(&copy);
    assert_eq!(copy, map);
    for n in (0..MANY).filter(|&n| n != 6) {
        assert_eq!(map.get(&text(n)), Some(&text(n + 1)), "{n}");
    }
}

#[test]
fn large_maps_of_texts_grow_and_are_cloned_and_dropped_whole() {
    use_map::<String>();
    use_map::<Box<str>>();
    use_map::<Arc<str>>();
    use_map::<Vec<u8>>();
    let texts: Vec<String> = (0..MANY).map(text_of).collect();
    let map: HashMap<&str, usize> = texts.iter().map(String::as_str).zip(0..).collect();
    let copy = map.clone();
    drop(map);
    assert_eq!(copy.len(), MANY);
    assert!(copy.iter().all(|(key, &n)| *key == texts[n]));
}

#[test]
fn a_drop_that_panics_in_a_large_map_leaves_an_empty_one() {
    if !leaks_on_purpose() {
        return;
    }
    for nth in [1, 2, MANY as u64 / 2, MANY as u64] {
        let world = World::new();
        let mut map: HashMap<u64, Fused<Tracked<u64>>> = HashMap::new();
        for n in 0..MANY as u64 {
            map.insert(n, world.entry(n).0);
        }
        assert!(!map.table.is_near(), "too small to ask");
        world.fuse.set(Spark::Drop, nth);
        assert!(silently(|| map.clear()).is_err(), "{nth}");
        assert!(map.is_empty() && map.iter().next().is_none());
        check(&map);
        map.insert(1, world.entry(1).0);
        assert_eq!(map.len(), 1);
    }
}
