//! What Go's own tests of maps hold to, section 10 of the design, each as a case of this facade.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::rc::Rc;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use testkit::{Random, silently};

use super::{Key, Map, Plain};

fn check<K: Key, V>(map: &Map<K, V>) {
    let inner = map.read().expect("not nil");
    let hasher = crate::hash_map::hasher_of(&inner.map.hash_builder, inner.map.table.seed());
    inner.map.table.check(Some(&hasher));
}

#[test]
fn a_map_is_one_pointer_wide() {
    assert_eq!(size_of::<Map<String, [u64; 9]>>(), size_of::<usize>());
}

#[test]
fn nil_reads_as_empty_and_refuses_writes_in_gos_words() {
    let nil: Map<&str, u32> = Map::nil();
    assert!(nil.is_nil() && nil.is_empty());
    assert_eq!((nil.get("alice"), nil.lookup("alice"), nil.len()), (0, (0, false), 0));
    nil.delete("alice");
    nil.clear();
    assert_eq!(nil.range().count(), 0);
    assert!(nil.clone_map().is_nil() && Map::<u8, u8>::default().is_nil());
    let caught = silently(|| nil.set("alice", 30)).unwrap_err();
    assert!(caught.message.ends_with("\nassignment to entry in nil map"), "{}", caught.message);
    assert!(silently(|| nil.update("alice", |age| *age += 1)).is_err());
    assert!(nil.equal(&Map::make()) && nil.equal(&Map::nil()));
}

#[test]
fn a_clone_is_the_same_map_and_a_copy_is_not() {
    let ages = Map::from([("alice", 30), ("bob", 25)]);
    let same = ages.clone();
    let copy = ages.clone_map();
    assert!(same.is_same(&ages) && !copy.is_same(&ages));
    same.set("charlie", 35);
    assert_eq!((ages.len(), copy.len()), (3, 2));
    assert!(!copy.equal(&ages));
    copy.set("charlie", 35);
    assert!(copy.equal(&ages));
    copy.set("charlie", 36);
    assert!(!copy.equal(&ages));
    // Shallow: what the values refer to is shared.
    let deep = Map::from([("list", Map::from([(1, 1)]))]);
    deep.clone_map().get("list").set(2, 2);
    assert_eq!(deep.get("list").len(), 2);
}

#[test]
fn a_copy_can_be_made_in_the_middle_of_a_growth() {
    let map = Map::make();
    for n in 0..3000_u32 {
        map.set(n, n);
        if n % 61 == 0 {
            let copy = map.clone_map();
            check(&copy);
            assert!(copy.equal(&map));
        }
    }
}

#[test]
fn positive_and_negative_zero_are_one_key_and_the_last_written_is_stored() {
    let map = Map::make();
    map.set(0.0_f64, "plus");
    map.set(-0.0, "minus");
    assert_eq!((map.len(), map.get(&0.0), map.get(&-0.0)), (1, "minus", "minus"));
    let (key, _) = map.range().next().unwrap();
    assert!(key.is_sign_negative());
    map.set(0.0, "plus");
    assert!(map.range().next().unwrap().0.is_sign_positive());
}

#[test]
fn nan_keys_are_entries_of_their_own_found_by_range_alone() {
    let map = Map::make();
    for n in 0..3 {
        map.set(f64::NAN, n);
    }
    assert_eq!((map.len(), map.contains(&f64::NAN)), (3, false));
    map.delete(&f64::NAN);
    assert_eq!(map.len(), 3);
    for n in 0..2000 {
        map.set(f64::NAN, 3 + n);
        map.set(f64::from(n), -1);
    }
    check(&map);
    let mut values: Vec<i32> = map.range().filter(|(key, _)| key.is_nan()).map(|e| e.1).collect();
    values.sort_unstable();
    assert!(values.into_iter().eq(0..2003), "each once, through growth");
    assert!(!map.equal(&map.clone()), "not even equal to itself");
    assert_eq!(map.clone_map().len(), 4003);
    map.clear();
    assert_eq!((map.len(), map.range().count()), (0, 0));
}

#[test]
fn nan_in_a_tuple_is_nan() {
    let map = Map::make();
    map.set((1, f32::NAN), 1);
    map.set((1, f32::NAN), 2);
    map.set((1, 2.0), 3);
    map.set((1, 2.0), 4);
    assert_eq!((map.len(), map.get(&(1, 2.0)), map.get(&(1, f32::NAN))), (3, 4, 0));
}

#[test]
fn nan_entries_come_once_while_the_loop_makes_the_map_grow() {
    let map = Map::make();
    (0..50).for_each(|n| map.set(f64::NAN, n));
    let mut seen = Vec::new();
    for (key, value) in map.range() {
        assert!(key.is_nan() || value >= 1000);
        if value < 50 {
            seen.push(value);
            (0..40).for_each(|n| map.set(f64::from(value * 40 + n), 1000));
        }
    }
    seen.sort_unstable();
    assert!(seen.into_iter().eq(0..50));
}

#[test]
fn floats_with_nan_among_them_agree_with_a_model_whatever_is_done() {
    for seed in 0..4 {
        agree_with_nan(seed, testkit::reduced(20_000));
    }
}

/// Numbers are found by their value, which is their latest; entries of NaN by a loop alone, each
/// with the value with which it came, until `clear`.
fn agree_with_nan(seed: u64, operations: usize) {
    let mut random = Random::new(seed);
    let map = Map::make();
    let (mut numbers, mut of_nan) = (BTreeMap::new(), BTreeSet::new());
    let mut nan_max = 0;
    for value in 0..operations {
        let number = i32::try_from(random.below(300)).expect("it is small");
        let when = || format!("seed {seed}, operation {value}");
        match random.below(100) {
            0..30 => {
                map.set(f64::from(number), value);
                numbers.insert(number, value);
            }
            30..40 => {
                map.set(f64::NAN, value);
                of_nan.insert(value);
            }
            40..65 => {
                map.delete(&f64::from(number));
                numbers.remove(&number);
            }
            65..70 => map.delete(&f64::NAN),
            70..90 => {
                let expected = numbers.get(&number).copied();
                let found = (expected.unwrap_or(0), expected.is_some());
                assert_eq!(map.lookup(&f64::from(number)), found, "{}", when());
                assert_eq!(map.lookup(&f64::NAN), (0, false), "{}", when());
            }
            90..99 => {
                // A loop that deletes numbers which it has not met.
                let (mut met, mut met_of_nan) = (BTreeSet::new(), BTreeSet::new());
                let (mut gone, due) = (BTreeSet::new(), numbers.clone());
                for (key, its) in map.range() {
                    if key.is_nan() {
                        assert!(met_of_nan.insert(its), "an entry of NaN comes once: {}", when());
                    } else {
                        #[expect(clippy::cast_possible_truncation, reason = "it was made of one")]
                        let key = key as i32;
                        let is_due = met.insert(key) && !gone.contains(&key);
                        assert!(is_due, "once, and never late: {}", when());
                        assert_eq!(numbers.get(&key), Some(&its), "{}", when());
                    }
                    let victim = i32::try_from(random.below(300)).expect("it is small");
                    if random.one_in(8) && !met.contains(&victim) {
                        map.delete(&f64::from(victim));
                        numbers.remove(&victim);
                        gone.insert(victim);
                    }
                }
                assert_eq!(of_nan, met_of_nan, "{}", when());
                let is_done = |key| met.contains(key) || gone.contains(key);
                assert!(due.keys().all(is_done), "{}", when());
            }
            _ => {
                if random.one_in(10) {
                    map.clear();
                    numbers.clear();
                    of_nan.clear();
                }
            }
        }
        nan_max = of_nan.len().max(nan_max);
        assert_eq!(map.len(), numbers.len() + of_nan.len(), "{}", when());
        if value % 512 == 0 {
            check(&map);
        }
    }
    assert!(operations < 10_000 || nan_max > 50, "there were many");
}

#[test]
fn operate_and_assign_and_append_in_place() {
    let counts: Map<&str, i32> = Map::make();
    counts.update("a", |n| *n += 5);
    counts.update("a", |n| *n *= 3);
    assert_eq!(counts.get("a"), 15);
    counts.delete("a");
    counts.update("a", |n| *n += 1);
    assert_eq!(counts.get("a"), 1, "a deleted value leaks into nothing");
    counts.clear();
    counts.update("a", |n| *n += 1);
    assert_eq!(counts.get("a"), 1, "nor after clear");
    let lists: Map<u8, Vec<u8>> = Map::make();
    (0..100).for_each(|n| lists.update(1, |list| list.push(n)));
    assert_eq!(lists.get(&1), (0..100).collect::<Vec<u8>>());
}

#[test]
fn an_expression_that_panics_inserts_nothing() {
    let map: Map<&str, i32> = Map::make();
    assert!(silently(|| map.update("a", |_| panic!("right-hand side"))).is_err());
    assert_eq!((map.len(), map.contains("a")), (0, false));
    map.set("b", 1);
    assert_eq!(map.get("b"), 1, "the map can be used afterwards");
}

#[test]
fn a_function_that_uses_the_map_it_changes_panics_and_harms_nothing() {
    let map = Map::from([("a", 1)]);
    let caught = silently(|| map.update("a", |_| map.set("b", 1))).unwrap_err();
    assert!(caught.message.contains("used by"), "{}", caught.message);
    map.set("b", 2);
    assert_eq!(map.len(), 2);
}

#[test]
fn hints_are_harmless_and_room_for_many_is_made() {
    for hint in [-1, 0, 1, isize::MIN, isize::MAX, isize::MAX / 2 + 1] {
        let map = Map::make_with(hint);
        map.set(1, 1);
        assert_eq!(map.get(&1), 1);
    }
    let map: Map<u32, u32> = Map::make_with(1000);
    assert_eq!(map.read().unwrap().map.capacity(), 1664);
}

#[test]
fn large_keys_and_values_read_as_zero_when_missing() {
    let map: Map<[u64; 512], Vec<u8>> = Map::make();
    for n in 0..100 {
        map.set([n; 512], vec![1; 4096]);
    }
    check(&map);
    assert_eq!(map.get(&[7; 512]).len(), 4096);
    assert_eq!(map.get(&[100; 512]), Vec::<u8>::new());
}

#[test]
fn keys_and_values_without_size() {
    let units: Map<(), ()> = Map::make();
    units.set((), ());
    units.set((), ());
    assert_eq!((units.len(), units.lookup(&())), (1, ((), true)));
    let set: Map<u32, ()> = (0..100).map(|n| (n, ())).collect();
    assert_eq!(set.len(), 100);
    let one: Map<(), u32> = Map::from([((), 7)]);
    assert_eq!(one.get(&()), 7);
}

#[test]
fn strings_of_equal_and_of_different_lengths_in_one_bucket() {
    for lens in [[8; 8], [1, 2, 4, 8, 16, 32, 64, 128]] {
        let map = Map::make();
        for (n, len) in lens.into_iter().enumerate() {
            map.set(n.to_string().repeat(len), n);
        }
        assert_eq!(map.read().unwrap().map.capacity(), 8);
        for (n, len) in lens.into_iter().enumerate() {
            assert_eq!(map.lookup(n.to_string().repeat(len).as_str()), (n, true));
            assert!(!map.contains(n.to_string().repeat(len + 1).as_str()));
        }
    }
}

#[test]
fn growing_and_deleting_the_odd_keys_in_a_loop_shows_no_odd_key_later() {
    let map: Map<u32, u32> = (0..100).map(|n| (n, n)).collect();
    for (round, (key, _)) in map.range().enumerate() {
        if round == 0 {
            (100..3000).for_each(|n| map.set(2 * n, 0));
            (0..50).for_each(|n| map.delete(&(2 * n + 1)));
        } else {
            assert_eq!(key % 2, 0);
        }
    }
    check(&map);
}

#[test]
fn clear_in_a_loop_ends_it_also_during_a_growth() {
    for len in [1, 8, 100, 833, 900] {
        let map: Map<u32, u32> = (0..len).map(|n| (n, n)).collect();
        let mut rounds = 0;
        for _ in map.range() {
            map.clear();
            rounds += 1;
        }
        assert_eq!((rounds, map.len()), (1, 0), "{len}");
        map.set(1, 1);
        check(&map);
    }
}

#[test]
fn every_key_below_ten_thousand_can_be_deleted_and_set_again_in_one_loop() {
    for len in [1, 5, 8, 9, 100, 1000, 10_000] {
        let map: Map<u32, u32> = (0..len).map(|n| (n, n)).collect();
        let mut produced = vec![0; len as usize];
        for (key, _) in map.range() {
            map.delete(&key);
            map.set(key, key);
            produced[key as usize] += 1;
        }
        assert!(produced.iter().all(|times| (1..=2).contains(times)), "{len}");
        assert_eq!(map.len(), len as usize);
    }
}

#[test]
fn loops_differ_in_their_order() {
    for len in [3, 7, 9, 15] {
        // Of 256 maps of nine entries one has all of them in one of its two chains.
        let differ = || {
            let map: Map<u32, ()> = (0..len).map(|n| (n, ())).collect();
            let order = || map.range().map(|(key, ())| key).collect::<Vec<_>>();
            let first = order();
            (0..100).any(|_| order() != first)
        };
        assert!((0..10).any(|_| differ()), "{len}");
    }
    let map: Map<u32, ()> = (0..1000).map(|n| (n, ())).collect();
    (0..980).for_each(|n| map.delete(&n));
    let order = || map.range().map(|(key, ())| key).collect::<Vec<_>>();
    let first = order();
    assert!((0..100).any(|_| order() != first), "thinned out");
}

#[test]
fn nested_loops_that_write_keep_the_rules_of_each() {
    for (seed, len) in (0..30).zip([4, 9, 30, 120].into_iter().cycle()) {
        let mut random = Random::new(seed);
        let map: Map<usize, usize> = (0..len).map(|n| (n, n)).collect();
        // What was there all the time since a loop began, and what the loop produced.
        let mut alive: BTreeMap<usize, usize> = (0..len).map(|n| (n, n)).collect();
        let mut births = len;
        let mut outer_start = alive.clone();
        let mut outer_seen = BTreeSet::new();
        for (key, birth) in map.range() {
            assert_eq!(alive.get(&key), Some(&birth), "I2, I5");
            assert!(outer_seen.insert(birth), "I3");
            let mut inner_start = alive.clone();
            let mut inner_seen = BTreeSet::new();
            for (key, birth) in map.range().take(if random.one_in(3) { 5 } else { usize::MAX }) {
                assert_eq!(alive.get(&key), Some(&birth), "I2, I5");
                assert!(inner_seen.insert(birth), "I3");
                for _ in 0..2 {
                    let key = random.below(3 * len);
                    if random.one_in(2) && alive.len() < 4 * len {
                        if let btree_map::Entry::Vacant(place) = alive.entry(key) {
                            births += 1;
                            map.set(key, births);
                            place.insert(births);
                        }
                    } else if let Some(birth) = alive.remove(&key) {
                        map.delete(&key);
                        inner_start.retain(|_, its| *its != birth);
                        outer_start.retain(|_, its| *its != birth);
                    }
                }
                if births > 40 * len {
                    break;
                }
            }
            if births <= 40 * len && inner_seen.len() >= inner_start.len() {
                // It was not cut short by `take`, or did not need to be.
                check(&map);
            }
            if births > 40 * len {
                break;
            }
        }
        if births <= 40 * len {
            assert!(outer_start.values().all(|birth| outer_seen.contains(birth)), "I1");
        }
        check(&map);
        assert!(map.read().unwrap().walkers.is_empty(), "ended ranges are forgotten");
    }
}

#[test]
fn two_complete_loops_side_by_side_produce_everything_each() {
    for len in [1, 8, 9, 52, 300, 2000_usize] {
        let map: Map<usize, ()> = (0..len).map(|n| (n, ())).collect();
        let (mut one, mut two) = (map.range(), map.range());
        let mut seen = [vec![0; len], vec![0; len]];
        let mut next = len;
        loop {
            let (a, b) = (one.next(), two.next());
            for (which, entry) in [a, b].into_iter().enumerate() {
                if let Some((key, ())) = entry
                    && key < len
                {
                    seen[which][key] += 1;
                }
            }
            if a.is_none() && b.is_none() {
                break;
            }
            if next < 8 * len {
                map.set(next, ());
                next += 1;
                map.delete(&next.saturating_sub(3).max(len));
            }
        }
        assert!(seen.iter().flatten().all(|times| *times == 1), "{len}");
    }
}

#[test]
fn the_work_of_doubling_is_less_than_three_times_as_much() {
    // Counted in hashes, not in time.
    thread_local! {
        static HASHES: Cell<u64> = const { Cell::new(0) };
    }
    #[derive(Clone, PartialEq, Eq)]
    struct Counted(u64);
    impl std::hash::Hash for Counted {
        fn hash<H: std::hash::Hasher>(&self, hasher: &mut H) {
            HASHES.set(HASHES.get() + 1);
            self.0.hash(hasher);
        }
    }
    let hashes_for = |len: u64| {
        HASHES.set(0);
        let map = Map::make();
        (0..len).for_each(|n| map.set(Plain(Counted(n)), ()));
        // Iterate and delete the first, until the map is empty.
        for _ in 0..len {
            let (first, ()) = map.range().next().expect("entries are left");
            map.delete(&first);
        }
        assert!(map.is_empty());
        HASHES.get()
    };
    for len in [100, 1000, 4000] {
        let (once, twice) = (hashes_for(len), hashes_for(2 * len));
        assert!(twice < 3 * once, "{len}: {once} and {twice}");
    }
}

#[test]
fn values_may_use_the_map_when_they_are_replaced() {
    struct Notes(Option<Map<&'static str, Rc<Notes>>>);
    impl Drop for Notes {
        fn drop(&mut self) {
            if let Some(map) = &self.0 {
                map.delete("other");
            }
        }
    }
    let map: Map<&str, Rc<Notes>> = Map::make();
    map.set("other", Rc::new(Notes(None)));
    map.set("a", Rc::new(Notes(Some(map.clone()))));
    map.set("a", Rc::new(Notes(None)));
    assert_eq!(map.len(), 1);
}

#[test]
fn it_prints_as_a_map_or_as_nil() {
    assert_eq!(std::format!("{:?}", Map::from([("alice", 30)])), r#"{"alice": 30}"#);
    assert_eq!(std::format!("{:?}", Map::<u8, u8>::nil()), "nil");
}
