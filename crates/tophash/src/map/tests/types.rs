//! What the compiler promises: `Send`, `Sync`, variance, defaults of parameters.

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use crate::hash_map::{
    Drain, Entry, EntryRef, ExtractIf, HashMap, IntoIter, IntoKeys, IntoValues, Iter, IterMut,
    Keys, OccupiedEntry, OccupiedError, VacantEntry, VacantEntryRef, Values, ValuesMut,
};

type Cell = std::cell::Cell<u8>;

const fn send<T: Send>() {}
const fn sync<T: Sync>() {}
const fn unwind_safe<T: UnwindSafe + RefUnwindSafe>() {}

const _: () = {
    unwind_safe::<HashMap<String, u8>>();
    unwind_safe::<Iter<'_, String, u8>>();
    unwind_safe::<Keys<'_, String, u8>>();
    unwind_safe::<Values<'_, String, u8>>();
    unwind_safe::<IntoIter<String, u8>>();
    unwind_safe::<IntoKeys<String, u8>>();
    unwind_safe::<IntoValues<String, u8>>();

    send::<Iter<'_, u8, u8>>();
    sync::<Iter<'_, u8, u8>>();
    send::<IterMut<'_, Cell, Cell>>();
    sync::<IterMut<'_, u8, u8>>();
    send::<IntoIter<Cell, Cell>>();
    sync::<IntoIter<u8, u8>>();
    send::<Keys<'_, u8, u8>>();
    sync::<Keys<'_, u8, u8>>();
    send::<Values<'_, u8, u8>>();
    sync::<Values<'_, u8, u8>>();
    send::<ValuesMut<'_, Cell, Cell>>();
    sync::<ValuesMut<'_, u8, u8>>();
    send::<IntoKeys<Cell, Cell>>();
    sync::<IntoKeys<u8, u8>>();
    send::<IntoValues<Cell, Cell>>();
    sync::<IntoValues<u8, u8>>();
    send::<Drain<'_, Cell, Cell>>();
    sync::<Drain<'_, u8, u8>>();
    send::<ExtractIf<'_, Cell, Cell, fn(&Cell, &mut Cell) -> bool>>();
    sync::<ExtractIf<'_, u8, u8, fn(&u8, &mut u8) -> bool>>();
    send::<Entry<'_, Cell, Cell, Cell>>();
    sync::<Entry<'_, u8, u8>>();
    send::<OccupiedEntry<'_, Cell, Cell, Cell>>();
    sync::<OccupiedEntry<'_, u8, u8>>();
    send::<VacantEntry<'_, Cell, Cell, Cell>>();
    sync::<VacantEntry<'_, u8, u8>>();
    send::<EntryRef<'_, '_, String, str, Cell, Cell>>();
    sync::<EntryRef<'_, '_, String, str, u8>>();
    send::<VacantEntryRef<'_, '_, String, str, Cell, Cell>>();
    sync::<VacantEntryRef<'_, '_, String, str, u8>>();
    send::<OccupiedError<'_, Cell, Cell, Cell>>();
    sync::<OccupiedError<'_, u8, u8>>();
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
fn handles_to_what_must_stay_in_its_thread_stay_there() {
    assert!(is!(Iter<'_, u8, u8>: Send));
    assert!(!is!(Iter<'_, Cell, u8>: Send));
    assert!(!is!(Iter<'_, u8, Cell>: Sync));
    assert!(!is!(IterMut<'_, u8, Rc<u8>>: Send));
    assert!(!is!(IterMut<'_, Cell, u8>: Sync));
    assert!(!is!(IntoIter<Rc<u8>, u8>: Send));
    assert!(!is!(Drain<'_, u8, Rc<u8>>: Send));
    assert!(!is!(Drain<'_, u8, Cell>: Sync));
    assert!(!is!(ExtractIf<'_, u8, Rc<u8>, fn(&u8, &mut Rc<u8>) -> bool>: Send));
    assert!(!is!(Entry<'_, Rc<u8>, u8>: Send));
    assert!(!is!(Entry<'_, u8, Rc<u8>>: Send));
    assert!(!is!(Entry<'_, u8, u8, Rc<u8>>: Send));
    assert!(!is!(Entry<'_, u8, Cell>: Sync));
    assert!(!is!(Entry<'_, u8, u8, Cell>: Sync));
    assert!(!is!(VacantEntryRef<'_, '_, u8, Cell, u8>: Send));
    assert!(!is!(Entry<'_, u8, u8>: UnwindSafe));
    assert!(!is!(IterMut<'_, u8, u8>: UnwindSafe));
}

#[test]
fn entries_of_a_default_map_need_no_state_in_their_names() {
    fn count(entry: Entry<'_, String, u32>) -> &mut u32 {
        entry.or_insert(0)
    }
    fn count_ref<'a>(entry: EntryRef<'a, '_, String, str, u32>) -> &'a mut u32 {
        entry.or_insert(0)
    }
    fn take(entry: OccupiedEntry<'_, String, u32>) -> (String, u32) {
        entry.remove_entry()
    }
    let mut map = HashMap::new();
    *count(map.entry("alice".to_owned())) += 1;
    *count_ref(map.entry_ref("alice")) += 1;
    let Entry::Occupied(entry) = map.entry("alice".to_owned()) else { panic!("it is there") };
    assert_eq!(take(entry), ("alice".to_owned(), 2));
}

#[expect(dead_code, reason = "it is enough that they compile")]
mod variance {
    use super::*;

    fn iter<'a>(it: Iter<'a, &'static str, &'static str>) -> Iter<'a, &'a str, &'a str> {
        it
    }
    fn iter_mut_key<'a>(it: IterMut<'a, &'static str, u8>) -> IterMut<'a, &'a str, u8> {
        it
    }
    fn values_mut_key<'a>(it: ValuesMut<'a, &'static str, u8>) -> ValuesMut<'a, &'a str, u8> {
        it
    }
    fn into_iter<'a>(it: IntoIter<&'static str, &'static str>) -> IntoIter<&'a str, &'a str> {
        it
    }
    fn keys<'a>(it: Keys<'a, &'static str, &'static str>) -> Keys<'a, &'a str, &'a str> {
        it
    }
    fn values<'a>(it: Values<'a, &'static str, &'static str>) -> Values<'a, &'a str, &'a str> {
        it
    }
    fn drain<'a>(it: Drain<'static, &'static str, &'static str>) -> Drain<'a, &'a str, &'a str> {
        it
    }
    fn into_keys<'a>(it: IntoKeys<&'static str, &'static str>) -> IntoKeys<&'a str, &'a str> {
        it
    }
    fn into_values<'a>(it: IntoValues<&'static str, &'static str>) -> IntoValues<&'a str, &'a str> {
        it
    }
}
