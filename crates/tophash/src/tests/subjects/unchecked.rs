//! The methods of map and set that trust their caller, called as their contracts say.

use core::hash::{BuildHasher, Hash};

use crate::hash_map::{HashMap, OccupiedEntry, VacantEntryRef};
use crate::hash_set::HashSet;

/// `insert_unique_unchecked`, after a look that the key is not there.
pub(crate) fn insert_unique<K: Eq + Hash, V, S: BuildHasher>(
    map: &mut HashMap<K, V, S>,
    key: K,
    value: V,
) -> (&K, &mut V) {
    assert!(!map.contains_key(&key));
    // SAFETY: the key is not in the map.
    unsafe { map.insert_unique_unchecked(key, value) }
}

/// The same for a set.
pub(crate) fn insert_unique_element<T: Eq + Hash, S: BuildHasher>(
    set: &mut HashSet<T, S>,
    value: T,
) -> &T {
    assert!(!set.contains(&value));
    // SAFETY: the value is not in the set.
    unsafe { set.insert_unique_unchecked(value) }
}

/// `replace_key_unchecked`, by a key that is equal.
pub(crate) fn replace_key<K: Eq + Hash, V, S: BuildHasher>(
    entry: &mut OccupiedEntry<'_, K, V, S>,
    key: K,
) -> K {
    assert!(*entry.key() == key);
    // SAFETY: the keys are equal, and so are their hashes.
    unsafe { entry.replace_key_unchecked(key) }
}

/// `insert_with_key_unchecked`, with a key that is equal to the one that was looked up.
pub(crate) fn insert_with_key<'map, K: Eq + Hash, V, S: BuildHasher>(
    entry: VacantEntryRef<'map, '_, K, K, V, S>,
    key: K,
    value: V,
) -> &'map mut V {
    assert!(*entry.key() == key);
    // SAFETY: the keys are equal, and so are their hashes.
    unsafe { entry.insert_with_key_unchecked(key, value) }
}

/// `insert_entry_with_key_unchecked`, with a key that is equal to the one that was looked up.
pub(crate) fn insert_entry_with_key<'map, K: Eq + Hash, V, S: BuildHasher>(
    entry: VacantEntryRef<'map, '_, K, K, V, S>,
    key: K,
    value: V,
) -> OccupiedEntry<'map, K, V, S> {
    assert!(*entry.key() == key);
    // SAFETY: the keys are equal, and so are their hashes.
    unsafe { entry.insert_entry_with_key_unchecked(key, value) }
}

/// `get_disjoint_key_value_unchecked_mut`, of two keys that differ.
pub(crate) fn get_disjoint_entries<'map, K: Eq + Hash, V, S: BuildHasher>(
    map: &'map mut HashMap<K, V, S>,
    keys: [&K; 2],
) -> [Option<(&'map K, &'map mut V)>; 2] {
    assert!(keys[0] != keys[1]);
    // SAFETY: no two keys are equal.
    unsafe { map.get_disjoint_key_value_unchecked_mut(keys) }
}

/// `get_disjoint_unchecked_mut`, of two keys that differ.
pub(crate) fn get_disjoint<'map, K: Eq + Hash, V, S: BuildHasher>(
    map: &'map mut HashMap<K, V, S>,
    keys: [&K; 2],
) -> [Option<&'map mut V>; 2] {
    assert!(keys[0] != keys[1]);
    // SAFETY: no two keys are equal.
    unsafe { map.get_disjoint_unchecked_mut(keys) }
}
