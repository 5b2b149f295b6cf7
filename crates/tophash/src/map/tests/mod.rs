//! Tests of the map: each name is a promise.

mod entry;
mod iter;
mod types;

use std::collections::hash_map::DefaultHasher;
use std::hash::BuildHasherDefault;
use std::rc::Rc;

use super::HashMap;
use crate::tests::check;

/// A state whose hashes are the same in every map.
type Fixed = BuildHasherDefault<DefaultHasher>;

/// The map of 0..len, each number to its double.
fn doubles(len: u32) -> HashMap<u32, u32> {
    let mut map = HashMap::new();
    for n in 0..len {
        map.insert(n, n * 2);
    }
    map
}

/// The entries of a map in the order of their keys.
fn sorted<K: Ord + Copy, V: Copy, S>(map: &HashMap<K, V, S>) -> Vec<(K, V)> {
    let mut entries: Vec<(K, V)> = map.iter().map(|(key, value)| (*key, *value)).collect();
    entries.sort_by_key(|entry| entry.0);
    entries
}

/// A map of so many numbers to references to `count`, which tells how many are alive.
fn counted(len: u32, count: &Rc<()>) -> HashMap<u32, Rc<()>> {
    let mut map = HashMap::new();
    for n in 0..len {
        map.insert(n, Rc::clone(count));
    }
    map
}
