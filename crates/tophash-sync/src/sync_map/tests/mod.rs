//! Tests of the map: alone, in threads, and under model checkers.

#[cfg(not(any(loom, shuttle)))]
mod drops;
#[cfg(not(any(loom, shuttle)))]
mod floods;
#[cfg(not(any(loom, shuttle)))]
mod growth;
#[cfg(not(any(loom, shuttle)))]
mod linearizable;
#[cfg(loom)]
mod loom;
#[cfg(not(any(loom, shuttle)))]
mod model;
#[cfg(not(any(loom, shuttle)))]
mod panics;
#[cfg(not(any(loom, shuttle)))]
mod races;
#[cfg(not(any(loom, shuttle)))]
mod ranges;
#[cfg(shuttle)]
mod shuttle;

use std::hash::BuildHasher;
#[cfg(not(loom))]
use std::hash::Hasher;
#[cfg(not(loom))]
use testkit::hashers::{Constant, Fnv1a, HighBitsOnly, LowBitsOnly, Truncated};

/// A hash state that was chosen when the test ran.
#[cfg(not(loom))]
#[derive(Clone)]
struct State {
    #[cfg_attr(shuttle, expect(dead_code, reason = "schedules have no names"))]
    name: &'static str,
    make: fn() -> Box<dyn Hasher>,
}

#[cfg(not(loom))]
impl BuildHasher for State {
    type Hasher = Box<dyn Hasher>;

    fn build_hasher(&self) -> Self::Hasher {
        (self.make)()
    }
}

#[cfg(not(loom))]
/// Hashes that are good, that leave bits alone, that are few, and that are all the same.
fn states() -> [State; 5] {
    [
        State { name: "good", make: || Box::new(Fnv1a.build_hasher()) },
        State { name: "constant", make: || Box::new(Constant.build_hasher()) },
        State { name: "of 3 bits", make: || Box::new(Truncated(3).build_hasher()) },
        State { name: "low bits only", make: || Box::new(LowBitsOnly.build_hasher()) },
        State { name: "high bits only", make: || Box::new(HighBitsOnly.build_hasher()) },
    ]
}

/// A map of numbers.
#[cfg(not(loom))]
type Map = super::SyncMap<u32, u32, State>;

/// Runs a test once for each state.
#[cfg(not(any(loom, shuttle)))]
fn with_each_state(test: impl Fn(State)) {
    for state in states() {
        println!("hashes: {}", state.name);
        test(state);
    }
}

impl<S> crate::tests::Subject for super::SyncMap<u32, u32, S>
where
    S: BuildHasher + Clone + Send + Sync + 'static,
{
    fn load(&self, key: u32) -> Option<u32> {
        self.load(&key)
    }

    fn store(&self, key: u32, value: u32) {
        self.store(key, value);
    }

    fn load_or_store(&self, key: u32, value: u32) -> (u32, bool) {
        self.load_or_store(key, value)
    }

    fn load_and_delete(&self, key: u32) -> Option<u32> {
        self.load_and_delete(&key)
    }

    fn delete(&self, key: u32) -> bool {
        self.delete(&key)
    }

    fn swap(&self, key: u32, value: u32) -> Option<u32> {
        self.swap(key, value)
    }

    fn compare_and_swap(&self, key: u32, old: u32, new: u32) -> bool {
        self.compare_and_swap(&key, &old, new)
    }

    fn compare_and_delete(&self, key: u32, old: u32) -> bool {
        self.compare_and_delete(&key, &old)
    }

    fn update(&self, key: u32, change: fn(u32) -> u32) -> bool {
        self.update(&key, |&value| change(value))
    }

    fn clear(&self) {
        self.clear();
    }

    fn range(&self, visit: &mut dyn FnMut(u32, u32)) {
        self.range(|&key, &value| {
            visit(key, value);
            true
        });
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn change_hash(&self) {
        self.change_hash_now();
    }

    fn check(&self) {
        self.check();
    }
}
