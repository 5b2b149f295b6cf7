//! Real threads, short recorded histories, and the checker of histories.

use super::{Map, with_each_state};
use crate::tests::linearizable;

#[test]
fn single_keys_are_linearizable() {
    with_each_state(|state| {
        linearizable::single_keys_are_linearizable(|| Map::with_hasher(state.clone()), false);
    });
}

#[test]
fn single_keys_are_linearizable_while_others_clear() {
    with_each_state(|state| {
        linearizable::single_keys_are_linearizable(|| Map::with_hasher(state.clone()), true);
    });
}

#[test]
fn single_keys_are_linearizable_while_the_table_grows() {
    with_each_state(|state| {
        let make = || Map::with_hasher(state.clone());
        linearizable::single_keys_are_linearizable_while_the_table_grows(make, false);
        linearizable::single_keys_are_linearizable_while_the_table_grows(make, true);
    });
}
