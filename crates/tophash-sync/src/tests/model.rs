//! One thread: the map answers as a map behind a lock, and as one that is copied for each write.

use super::Subject;
use super::history::{Answer, Operation};
use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use testkit::Random;

/// A map that is obviously right.
pub(crate) trait Reference: Default {
    fn apply(&self, key: u32, operation: Operation) -> Answer;
    fn contents(&self) -> HashMap<u32, u32>;
}

/// A map behind a lock.
#[derive(Default)]
pub(crate) struct Locked(RwLock<HashMap<u32, u32>>);

/// A map that each write copies, so that ranges have a snapshot.
#[derive(Default)]
pub(crate) struct Copied(RwLock<Arc<HashMap<u32, u32>>>);

fn apply_to(map: &mut HashMap<u32, u32>, key: u32, operation: Operation) -> Answer {
    if operation == Operation::Clear {
        map.clear();
    }
    let mut state = map.remove(&key);
    let answer = operation.apply_to_model(&mut state);
    map.extend(state.map(|value| (key, value)));
    answer
}

impl Reference for Locked {
    fn apply(&self, key: u32, operation: Operation) -> Answer {
        apply_to(&mut self.0.write().unwrap(), key, operation)
    }

    fn contents(&self) -> HashMap<u32, u32> {
        self.0.read().unwrap().clone()
    }
}

impl Reference for Copied {
    fn apply(&self, key: u32, operation: Operation) -> Answer {
        let mut copy = HashMap::clone(&self.0.read().unwrap());
        let answer = apply_to(&mut copy, key, operation);
        *self.0.write().unwrap() = Arc::new(copy);
        answer
    }

    fn contents(&self) -> HashMap<u32, u32> {
        HashMap::clone(&self.0.read().unwrap())
    }
}

fn assert_same_contents(map: &impl Subject, reference: &impl Reference) {
    let right = reference.contents();
    let mut found = HashMap::new();
    map.range(&mut |key, value| assert_eq!(found.insert(key, value), None, "{key} came twice"));
    assert_eq!(found, right);
    assert_eq!(map.len(), right.len());
}

/// Carries random operations out on the map and on the reference, and compares all answers.
pub(crate) fn compare<R: Reference>(
    map: &impl Subject,
    key_count: usize,
    operation_count: usize,
    clear_one_in: usize,
) {
    let reference = R::default();
    let mut random = Random::new(key_count as u64);
    for n in 0..operation_count {
        let key = random.below(key_count) as u32;
        let mut operation = Operation::random(&mut random);
        if operation == Operation::Clear && !random.one_in(clear_one_in) {
            operation = Operation::Store(n as u32);
        }
        let right = reference.apply(key, operation);
        assert_eq!(operation.apply(map, key), right, "{n}: {operation:?} of {key}");
        if n % 512 == 0 {
            assert_same_contents(map, &reference);
            map.check();
        }
    }
    assert_same_contents(map, &reference);
    map.check();
}
