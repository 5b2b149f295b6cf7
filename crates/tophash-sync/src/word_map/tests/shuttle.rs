//! Many random schedules of programs that are too large to explore.

use super::makers;
use crate::tests::schedules::single_keys_are_linearizable;

#[test]
fn single_keys_are_linearizable_under_random_schedules() {
    for make in makers() {
        single_keys_are_linearizable(make);
    }
}
