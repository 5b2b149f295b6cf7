//! Many random schedules of programs that are too large to explore: histories of single keys are
//! linearizable, and no entry is used after its end.

use super::{Map, states};
use crate::tests::schedules::{schedules, single_keys_are_linearizable};
use shuttle::sync::Arc;
use shuttle::thread;

#[test]
fn single_keys_are_linearizable_under_random_schedules() {
    for state in states() {
        single_keys_are_linearizable(move || Map::with_hasher(state.clone()));
    }
}

#[test]
fn a_reference_outlives_what_others_do_under_random_schedules() {
    for state in states() {
        shuttle::check_random(
            move || {
                let map = Arc::new(Map::with_hasher(state.clone()));
                (0..6).for_each(|key| map.store(key, key));
                let writers = (0..2).map(|thread| {
                    let map = Arc::clone(&map);
                    thread::spawn(move || {
                        (0..6).for_each(|key| map.store(key, key + 10 * thread));
                        map.delete(&thread);
                        (6..10).for_each(|key| map.store(key, key));
                    })
                });
                let writers: Vec<_> = writers.collect();
                let kept: Vec<_> = map.iter().collect();
                let one = map.get(&3).expect("nobody deletes it");
                writers.into_iter().for_each(|writer| writer.join().unwrap());
                assert!(kept.iter().all(|entry| **entry % 10 == *entry.key()));
                assert_eq!(*one % 10, 3);
            },
            schedules(),
        );
    }
}
