//! What the compiler promises: `Send`, `Sync`, variance.

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use crate::hash_table::{
    AbsentEntry, Drain, Entry, ExtractIf, HashTable, IntoIter, Iter, IterHash, IterHashMut,
    IterMut, OccupiedEntry, UnsafeIter, VacantEntry,
};

type Cell = std::cell::Cell<u8>;

const fn send<T: Send>() {}
const fn sync<T: Sync>() {}
const fn unwind_safe<T: UnwindSafe + RefUnwindSafe>() {}

const _: () = {
    unwind_safe::<HashTable<u8>>();
    unwind_safe::<Iter<'_, u8>>();
    unwind_safe::<IntoIter<u8>>();

    send::<HashTable<Cell>>();
    sync::<HashTable<u8>>();
    send::<Iter<'_, u8>>();
    sync::<Iter<'_, u8>>();
    send::<IterMut<'_, Cell>>();
    sync::<IterMut<'_, u8>>();
    send::<IntoIter<Cell>>();
    sync::<IntoIter<u8>>();
    send::<IterHash<'_, u8>>();
    sync::<IterHash<'_, u8>>();
    send::<IterHashMut<'_, Cell>>();
    sync::<IterHashMut<'_, u8>>();
    send::<UnsafeIter<'_, u8>>();
    sync::<UnsafeIter<'_, u8>>();
    send::<Drain<'_, Cell>>();
    sync::<Drain<'_, u8>>();
    send::<ExtractIf<'_, Cell, fn(&mut Cell) -> bool>>();
    sync::<ExtractIf<'_, u8, fn(&mut u8) -> bool>>();
    send::<Entry<'_, Cell>>();
    sync::<Entry<'_, u8>>();
    send::<OccupiedEntry<'_, Cell>>();
    sync::<OccupiedEntry<'_, u8>>();
    send::<VacantEntry<'_, Cell>>();
    sync::<VacantEntry<'_, u8>>();
    send::<AbsentEntry<'_, Cell>>();
    sync::<AbsentEntry<'_, u8>>();
};

/// True if `$type` is `$auto`: an inherent constant is preferred to one of a trait.
macro_rules! is {
    ($type:ty: $auto:path) => {{
        #[allow(dead_code, reason = "where the answer is yes")]
        trait Otherwise {
            const IS: bool = false;
        }
        impl<T> Otherwise for Asked<T> {}
        #[allow(dead_code, reason = "only its type is used")]
        struct Asked<T>(T);
        #[allow(dead_code, reason = "where the answer is no")]
        impl<T: $auto> Asked<T> {
            const IS: bool = true;
        }
        <Asked<$type>>::IS
    }};
}

#[test]
fn what_must_stay_in_its_thread_stays_there() {
    assert!(is!(HashTable<u8>: Send));
    assert!(!is!(HashTable<Rc<u8>>: Send));
    assert!(!is!(HashTable<Cell>: Sync));
    assert!(!is!(Iter<'_, Cell>: Send));
    assert!(!is!(Iter<'_, Cell>: Sync));
    assert!(!is!(IterMut<'_, Rc<u8>>: Send));
    assert!(!is!(IterMut<'_, Cell>: Sync));
    assert!(!is!(IntoIter<Rc<u8>>: Send));
    assert!(!is!(IterHash<'_, Cell>: Send));
    assert!(!is!(IterHashMut<'_, Rc<u8>>: Send));
    assert!(!is!(IterHashMut<'_, Cell>: Sync));
    // `UnsafeIter::iter` is safe, so it must not carry what is not `Sync` to another thread.
    assert!(!is!(UnsafeIter<'_, Cell>: Send));
    assert!(!is!(UnsafeIter<'_, Cell>: Sync));
    assert!(!is!(Drain<'_, Rc<u8>>: Send));
    assert!(!is!(Drain<'_, Cell>: Sync));
    assert!(!is!(Entry<'_, Rc<u8>>: Send));
    assert!(!is!(Entry<'_, Cell>: Sync));
    assert!(!is!(AbsentEntry<'_, Rc<u8>>: Send));
    assert!(!is!(AbsentEntry<'_, Cell>: Sync));
}

#[test]
fn a_table_takes_no_more_room_than_its_header() {
    assert_eq!(size_of::<HashTable<u64>>(), size_of::<crate::HashMap<u64, u64>>());
}

#[expect(dead_code, reason = "it is enough that they compile")]
mod variance {
    use super::*;

    fn table<'a>(it: HashTable<&'static str>) -> HashTable<&'a str> {
        it
    }
    fn iter<'a>(it: Iter<'a, &'static str>) -> Iter<'a, &'a str> {
        it
    }
    fn into_iter<'a>(it: IntoIter<&'static str>) -> IntoIter<&'a str> {
        it
    }
    fn iter_hash<'a>(it: IterHash<'a, &'static str>) -> IterHash<'a, &'a str> {
        it
    }
    fn unsafe_iter<'a>(it: UnsafeIter<'a, &'static str>) -> UnsafeIter<'a, &'a str> {
        it
    }
    fn drain<'a>(it: Drain<'static, &'static str>) -> Drain<'a, &'a str> {
        it
    }
}
