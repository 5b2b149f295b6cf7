//! The maps behind locks as subjects of what is tested of every map with Go's operations: single
//! keys are linearizable.

use std::hash::BuildHasher;

use testkit::hashers::{Constant, Fnv1a, Truncated};

use super::{Subject, linearizable};
use crate::{SafeMap, ShardedMap};

macro_rules! subject {
    ($map:ident, |$key:ident| $key_of:expr) => {
        impl<S> Subject for $map<u32, u32, S>
        where
            S: BuildHasher + Clone + Send + Sync + 'static,
        {
            fn load(&self, key: u32) -> Option<u32> {
                self.get(&key)
            }

            fn store(&self, key: u32, value: u32) {
                self.insert(key, value);
            }

            fn load_or_store(&self, key: u32, value: u32) -> (u32, bool) {
                let mut was_loaded = true;
                let value = self.get_or_insert_with(key, || {
                    was_loaded = false;
                    value
                });
                (value, was_loaded)
            }

            fn load_and_delete(&self, key: u32) -> Option<u32> {
                self.remove(&key)
            }

            fn delete(&self, key: u32) -> bool {
                self.remove_entry(&key).is_some()
            }

            fn swap(&self, key: u32, value: u32) -> Option<u32> {
                self.insert(key, value)
            }

            fn compare_and_swap(&self, key: u32, old: u32, new: u32) -> bool {
                let swapped = self.update(&key, |value| {
                    let is_old = *value == old;
                    if is_old {
                        *value = new;
                    }
                    is_old
                });
                swapped.unwrap_or(false)
            }

            fn compare_and_delete(&self, key: u32, old: u32) -> bool {
                self.remove_if(&key, |value| *value == old).is_some()
            }

            fn update(&self, key: u32, change: fn(u32) -> u32) -> bool {
                self.update(&key, |value| *value = change(*value)).is_some()
            }

            fn clear(&self) {
                self.clear();
            }

            fn range(&self, visit: &mut dyn FnMut(u32, u32)) {
                self.range(|$key, value| {
                    visit($key_of, value);
                    true
                });
            }

            fn len(&self) -> usize {
                self.len()
            }

            // Floods are answered within insertions.
            fn change_hash(&self) {}

            fn check(&self) {
                let mut count = 0;
                Subject::range(self, &mut |key, value| {
                    assert_eq!(Subject::load(self, key), Some(value));
                    count += 1;
                });
                assert_eq!(count, self.len());
            }
        }
    };
}

subject!(ShardedMap, |key| key);
subject!(SafeMap, |key| *key);

/// Calls a test with maps whose hashes are good, few, and all the same.
macro_rules! with_each_hash {
    ($map:ident, $test:expr) => {
        $test(|| $map::with_hasher(Fnv1a));
        $test(|| $map::with_hasher(Truncated(3)));
        $test(|| $map::with_hasher(Constant));
    };
}

fn single_keys<M: Subject>(make: impl Fn() -> M) {
    linearizable::single_keys_are_linearizable(make, false);
}

fn single_keys_and_clear<M: Subject>(make: impl Fn() -> M) {
    linearizable::single_keys_are_linearizable(make, true);
}

fn single_keys_and_growth<M: Subject>(make: impl Fn() -> M) {
    linearizable::single_keys_are_linearizable_while_the_table_grows(&make, false);
    linearizable::single_keys_are_linearizable_while_the_table_grows(&make, true);
}

#[test]
fn single_keys_of_a_sharded_map_are_linearizable() {
    with_each_hash!(ShardedMap, single_keys);
}

#[test]
fn single_keys_of_a_sharded_map_are_linearizable_while_others_clear() {
    with_each_hash!(ShardedMap, single_keys_and_clear);
}

#[test]
fn single_keys_of_a_sharded_map_are_linearizable_while_the_table_grows() {
    with_each_hash!(ShardedMap, single_keys_and_growth);
}

#[test]
fn single_keys_of_a_safe_map_are_linearizable() {
    with_each_hash!(SafeMap, single_keys);
}

#[test]
fn single_keys_of_a_safe_map_are_linearizable_while_others_clear() {
    with_each_hash!(SafeMap, single_keys_and_clear);
}

#[test]
fn single_keys_of_a_safe_map_are_linearizable_while_the_table_grows() {
    with_each_hash!(SafeMap, single_keys_and_growth);
}
