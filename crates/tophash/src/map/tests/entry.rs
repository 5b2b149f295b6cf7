//! Tests of the entries of a map.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use super::{Fixed, check, counted, doubles, sorted};
use crate::hash_map::{Entry, EntryRef, HashMap};

#[test]
fn entries_inserted_through_entry_are_found_through_every_growth() {
    let mut map = HashMap::new();
    for n in 0..5000_u32 {
        match map.entry(n) {
            Entry::Vacant(entry) => assert_eq!(*entry.insert(n * 2), n * 2),
            Entry::Occupied(_) => panic!("{n} was never inserted"),
        }
        if n < 200 || n % 500 == 0 {
            check(&map);
        }
    }
    assert_eq!(sorted(&map), sorted(&doubles(5000)));
}

#[test]
fn entry_on_a_full_map_makes_room_before_the_entry_is_inserted() {
    let mut map = doubles(8);
    assert_eq!(map.table.bucket_count(), 1);
    let entry = map.entry(8);
    let Entry::Vacant(entry) = entry else { panic!("8 is not in the map") };
    assert!(entry.into_map().table.capacity() > 8);
    assert_eq!(sorted(&map), sorted(&doubles(8)));
    check(&map);
}

#[test]
fn a_vacant_entry_that_is_dropped_leaves_the_map_as_it_was() {
    let mut map = doubles(100);
    for n in 100..200 {
        assert_eq!(map.entry(n).key(), &n);
    }
    check(&map);
    assert_eq!(sorted(&map), sorted(&doubles(100)));
}

#[test]
fn a_vacant_entry_inserts_without_bounds_on_key_and_state() {
    fn insert<K, V, S>(entry: super::super::VacantEntry<'_, K, V, S>, value: V) -> &mut V {
        entry.insert(value)
    }
    fn or_default<K, V: Default, S>(entry: Entry<'_, K, V, S>) -> &mut V {
        entry.or_default()
    }
    let mut map = HashMap::new();
    let Entry::Vacant(entry) = map.entry("alice") else { panic!("the map is empty") };
    assert_eq!(insert(entry, 30), &30);
    assert_eq!(or_default(map.entry("bob")), &0);
}

#[test]
fn entry_finds_what_is_there_and_keeps_the_old_key() {
    let mut map: HashMap<Rc<str>, u32> = HashMap::new();
    let first: Rc<str> = "alice".into();
    map.insert(Rc::clone(&first), 30);
    let entry = map.entry("alice".into());
    assert!(Rc::ptr_eq(entry.key(), &first));
    let entry = entry.insert_entry(31);
    assert!(Rc::ptr_eq(entry.key(), &first));
    assert_eq!(entry.remove_entry(), (first, 31));
}

#[test]
fn every_entry_can_be_removed_through_entry() {
    let mut map = doubles(1000);
    for n in 0..1000 {
        match map.entry(n) {
            Entry::Occupied(entry) => assert_eq!(entry.remove_entry(), (n, n * 2)),
            Entry::Vacant(_) => panic!("{n} is in the map"),
        }
        if n % 50 == 0 {
            check(&map);
        }
    }
    assert_eq!(map.len(), 0);
}

#[test]
fn or_insert_and_its_kin_insert_once() {
    let mut map = HashMap::new();
    assert_eq!(*map.entry("a").or_insert(1), 1);
    assert_eq!(*map.entry("a").or_insert(2), 1);
    assert_eq!(*map.entry("a").or_insert_with(|| panic!("not called")), 1);
    assert_eq!(*map.entry("a").or_insert_with_key(|_| panic!("not called")), 1);
    assert_eq!(*map.entry("bcd").or_insert_with_key(|key| key.len()), 3);
    assert_eq!(*map.entry("e").or_insert_with(|| 5), 5);
    assert_eq!(*map.entry("f").or_default(), 0);
    assert_eq!(map.entry("g").or_insert_entry(7).get(), &7);
    assert_eq!(map.entry("g").or_insert_entry(8).get(), &7);
    assert_eq!(map.len(), 5);
}

#[test]
fn replace_entry_with_keeps_changes_and_removes() {
    let mut map = doubles(100);
    for n in 0..100 {
        let entry = map.entry(n).and_replace_entry_with(|key, value| {
            assert_eq!((*key, value), (n, n * 2));
            (n % 2 == 0).then_some(value + 1)
        });
        match entry {
            Entry::Occupied(entry) => {
                assert!(n % 2 == 0);
                assert_eq!((*entry.key(), *entry.get()), (n, n * 2 + 1));
            }
            Entry::Vacant(entry) => {
                assert!(n % 2 == 1);
                assert_eq!(entry.into_key(), n);
            }
        }
    }
    check(&map);
    assert_eq!(sorted(&map), (0..100).step_by(2).map(|n| (n, n * 2 + 1)).collect::<Vec<_>>());
}

#[test]
fn an_entry_removed_by_replace_entry_with_can_be_inserted_again() {
    let mut map = doubles(60);
    for n in 0..60 {
        let Entry::Occupied(entry) = map.entry(n) else { panic!("{n} is in the map") };
        let Entry::Vacant(entry) = entry.replace_entry_with(|_, _| None) else {
            panic!("None removes")
        };
        entry.insert(n * 2);
    }
    check(&map);
    assert_eq!(sorted(&map), sorted(&doubles(60)));
}

#[test]
fn a_panic_in_replace_entry_with_loses_only_the_entry_in_hand() {
    let alive = Rc::new(());
    let mut map = counted(50, &alive);
    let result = catch_unwind(AssertUnwindSafe(|| {
        map.entry(7).and_replace_entry_with(|_, _| panic!("on purpose"));
    }));
    assert!(result.is_err());
    check(&map);
    assert_eq!(map.len(), 49);
    assert!(map.get(&7).is_none());
    assert_eq!(Rc::strong_count(&alive), 50);
}

#[test]
fn a_panic_in_the_default_inserts_nothing() {
    let mut map = doubles(8);
    let result = catch_unwind(AssertUnwindSafe(|| {
        map.entry(8).or_insert_with(|| panic!("on purpose"));
    }));
    assert!(result.is_err());
    check(&map);
    assert_eq!(sorted(&map), sorted(&doubles(8)));
}

#[test]
fn into_map_gives_the_whole_map_back() {
    let mut map: HashMap<u32, u32, Fixed> = HashMap::with_hasher(Fixed::default());
    for n in 0..100 {
        let map = map.entry(n).into_map();
        map.insert(n, n * 2);
        let map = map.entry(n).insert(n * 2).into_map();
        assert_eq!(map.get(&n), Some(&(n * 2)));
        let map = map.entry_ref(&n).into_map();
        let map = map.entry_ref(&(n + 1)).into_map();
        assert_eq!(map.len(), n as usize + 1);
    }
    check(&map);
}

#[test]
fn replace_key_takes_equivalent_keys_only() {
    let mut map: HashMap<Rc<str>, u32> = HashMap::new();
    let new: Rc<str> = "alice".into();
    let mut entry = map.entry("alice".into()).insert(30);
    assert_eq!(&*entry.replace_key(Rc::clone(&new)), "alice");
    assert!(Rc::ptr_eq(entry.key(), &new));
    let result = catch_unwind(AssertUnwindSafe(|| entry.replace_key("bob".into())));
    assert!(result.is_err());
    assert!(Rc::ptr_eq(entry.key(), &new));
}

#[test]
fn entry_ref_clones_the_key_only_to_insert() {
    #[derive(PartialEq, Eq, Hash, Debug)]
    struct Unclonable(u32);
    impl Clone for Unclonable {
        fn clone(&self) -> Self {
            panic!("{self:?} was cloned")
        }
    }
    let mut map = HashMap::new();
    map.insert(Unclonable(1), 10);
    assert_eq!(*map.entry_ref(&Unclonable(1)).or_insert(11), 10);
    let entry = map.entry_ref(&Unclonable(2));
    assert_eq!(entry.key(), &Unclonable(2));
    let EntryRef::Vacant(entry) = entry else { panic!("2 is not in the map") };
    entry.insert_with_key(Unclonable(2), 20);
    let EntryRef::Occupied(entry) = map.entry_ref(&Unclonable(2)) else { panic!("2 is there") };
    assert_eq!(entry.remove(), 20);
    let result = catch_unwind(AssertUnwindSafe(|| {
        map.entry_ref(&Unclonable(3)).or_insert(30);
    }));
    assert!(result.is_err());
    assert_eq!(map.len(), 1);
    check(&map);
}

#[test]
fn entry_ref_refuses_another_key_than_it_looked_up() {
    let mut map: HashMap<String, u32> = HashMap::new();
    let EntryRef::Vacant(entry) = map.entry_ref("alice") else { panic!("the map is empty") };
    let result = catch_unwind(AssertUnwindSafe(|| {
        entry.insert_with_key("bob".to_owned(), 30);
    }));
    assert!(result.is_err());
    assert_eq!(map.len(), 0);
}

#[test]
fn entry_ref_does_what_entry_does() {
    let mut map: HashMap<String, usize> = HashMap::new();
    assert_eq!(*map.entry_ref("alice").or_insert_with_key(str::len), 5);
    assert_eq!(*map.entry_ref("alice").or_insert_with(|| 6), 5);
    assert_eq!(map.entry_ref("alice").insert(7).get(), &7);
    map.entry_ref("alice").and_modify(|n| *n += 1).or_insert(0);
    map.entry_ref("bob").and_modify(|n| *n += 1).or_insert(0);
    assert_eq!(*map.entry_ref("alice").or_default(), 8);
    assert_eq!(map.entry_ref("bob").or_default_entry().remove_entry(), ("bob".to_owned(), 0));
    assert_eq!(map.entry_ref("bob").or_default_entry().key(), "bob");
    assert_eq!(map.len(), 2);
}

#[test]
fn try_insert_inserts_only_what_is_not_there() {
    let mut map = HashMap::new();
    *map.try_insert("alice", 30).unwrap() += 1;
    let error = map.try_insert("alice", 40).unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"failed to insert 40, key "alice" already exists with value 31"#
    );
    assert_eq!(
        format!("{error:?}"),
        r#"OccupiedError { key: "alice", old_value: 31, new_value: 40 }"#
    );
    error.entry.remove();
    assert_eq!(map.len(), 0);
}

#[test]
fn entries_print_as_hashbrowns() {
    let mut map: HashMap<String, u32> = HashMap::new();
    assert_eq!(format!("{:?}", map.entry("a".into())), r#"Entry(VacantEntry("a"))"#);
    assert_eq!(format!("{:?}", map.entry_ref("a")), r#"EntryRef(VacantEntryRef("a"))"#);
    map.insert("a".into(), 1);
    let occupied = r#"OccupiedEntry { key: "a", value: 1 }"#;
    assert_eq!(format!("{:?}", map.entry("a".into())), format!("Entry({occupied})"));
    assert_eq!(format!("{:?}", map.entry_ref("a")), format!("EntryRef({occupied})"));
}

#[test]
fn random_operations_on_entries_agree_with_an_ordered_map() {
    let mut state = 1_u64;
    let mut draw = |end: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((state >> 33) as u32) % end
    };
    let (mut map, mut model) = (HashMap::new(), BTreeMap::new());
    for step in 0..20_000 {
        // Large and small in turn, so that it grows and is thinned out.
        let keys = if step / 2500 % 2 == 0 { 600 } else { 60 };
        let (key, value) = (draw(keys), draw(1000));
        match draw(5) {
            0 => drop((map.entry(key).insert(value).insert(value), model.insert(key, value))),
            1 => assert_eq!(map.entry(key).or_insert(value), model.entry(key).or_insert(value)),
            2 => {
                map.entry(key).and_modify(|old| *old ^= value);
                model.entry(key).and_modify(|old| *old ^= value);
            }
            3 => {
                let keeps = |old: u32| (old % 3 != 0).then_some(old / 2);
                map.entry(key).and_replace_entry_with(|_, old| keeps(old));
                if let Some(new) = model.remove(&key).and_then(keeps) {
                    model.insert(key, new);
                }
            }
            _ => {
                if let EntryRef::Occupied(entry) = map.entry_ref(&key) {
                    assert_eq!(Some(entry.remove()), model.remove(&key));
                } else {
                    assert!(!model.contains_key(&key));
                }
            }
        }
        if step % 100 == 0 {
            check(&map);
            assert!(sorted(&map).into_iter().eq(model.iter().map(|(k, v)| (*k, *v))));
        }
    }
}

#[test]
fn entries_of_zero_sized_types_work() {
    let mut map = HashMap::new();
    assert!(matches!(map.entry(()), Entry::Vacant(_)));
    map.entry(()).or_insert(());
    map.entry(()).or_insert(());
    assert_eq!(map.len(), 1);
    let Entry::Occupied(entry) = map.entry(()) else { panic!("it was inserted") };
    let Entry::Occupied(entry) = entry.replace_entry_with(|(), ()| Some(())) else {
        panic!("it was kept")
    };
    entry.remove();
    assert_eq!(map.len(), 0);
    check(&map);
}
