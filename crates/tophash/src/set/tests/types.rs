//! What the compiler promises: `Send`, `Sync`, variance, defaults of parameters.

use crate::hash_set::{
    Difference, Drain, Entry, ExtractIf, HashSet, Intersection, IntoIter, Iter, OccupiedEntry,
    SymmetricDifference, Union, VacantEntry,
};

type Cell = std::cell::Cell<u8>;

const fn send<T: Send>() {}
const fn sync<T: Sync>() {}

const _: () = {
    send::<HashSet<Cell, Cell>>();
    sync::<HashSet<u8>>();
    send::<Iter<'_, u8>>();
    sync::<Iter<'_, u8>>();
    send::<IntoIter<Cell>>();
    sync::<IntoIter<u8>>();
    send::<Drain<'_, Cell>>();
    sync::<Drain<'_, u8>>();
    send::<ExtractIf<'_, Cell, fn(&Cell) -> bool>>();
    sync::<ExtractIf<'_, u8, fn(&u8) -> bool>>();
    send::<Entry<'_, Cell, Cell>>();
    sync::<Entry<'_, u8>>();
    send::<OccupiedEntry<'_, Cell, Cell>>();
    sync::<VacantEntry<'_, u8>>();
    send::<Union<'_, u8>>();
    sync::<Intersection<'_, u8>>();
    send::<Difference<'_, u8>>();
    sync::<SymmetricDifference<'_, u8>>();
};

#[expect(dead_code, reason = "it is enough that they compile")]
mod variance {
    use super::*;

    fn set<'a>(set: HashSet<&'static str>) -> HashSet<&'a str> {
        set
    }
    fn iter<'a>(it: Iter<'a, &'static str>) -> Iter<'a, &'a str> {
        it
    }
    fn into_iter<'a>(it: IntoIter<&'static str>) -> IntoIter<&'a str> {
        it
    }
    fn drain<'a>(it: Drain<'static, &'static str>) -> Drain<'a, &'a str> {
        it
    }
    fn difference<'a>(it: Difference<'a, &'static str>) -> Difference<'a, &'a str> {
        it
    }
    fn symmetric_difference<'a>(
        it: SymmetricDifference<'a, &'static str>,
    ) -> SymmetricDifference<'a, &'a str> {
        it
    }
    fn intersection<'a>(it: Intersection<'a, &'static str>) -> Intersection<'a, &'a str> {
        it
    }
    fn union<'a>(it: Union<'a, &'static str>) -> Union<'a, &'a str> {
        it
    }
}
