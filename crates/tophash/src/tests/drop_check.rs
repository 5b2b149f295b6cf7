//! What std's maps compile with and a `Drop` without `may_dangle` would not: see `raw/mod.rs`.

use core::cell::Cell;
use std::string::String;
use std::vec::Vec;

use crate::{HashMap, HashSet};

#[test]
fn a_map_may_be_declared_before_what_its_entries_borrow() {
    let mut map = HashMap::new();
    let mut set = HashSet::new();
    let text = String::from("alice");
    let numbers: Vec<u32> = (0..100).collect();
    map.insert(&text[..], &numbers[0]);
    for number in &numbers {
        set.insert(number);
    }
    assert_eq!((map.len(), set.len()), (1, 100));
    // `numbers` and `text` go first, then the set and the map.
}

#[test]
fn a_large_map_that_asks_for_texts_ahead_does_not_look_at_those_that_are_gone() {
    let mut map = HashMap::new();
    let mut values = HashMap::new();
    let texts: Vec<String> = (0..60_000).map(|n| n.to_string()).collect();
    for (text, n) in texts.iter().zip(0..) {
        map.insert(&text[..], std::boxed::Box::new(n));
        values.insert(n, (text.as_bytes(), std::boxed::Box::new(n)));
    }
    assert!(!map.table.is_near(), "too small to ask");
    // `texts` goes first; AddressSanitizer sees who looks at one then.
}

#[test]
fn entries_that_refer_to_each_other_within_a_map_are_dropped() {
    struct Node<'a>(Cell<Option<&'a Node<'a>>>);
    let mut map = HashMap::new();
    map.insert(0, Node(Cell::new(None)));
    map.insert(1, Node(Cell::new(None)));
    map[&0].0.set(Some(&map[&1]));
    map[&1].0.set(Some(&map[&0]));
    assert!(map[&0].0.get().is_some());
}
