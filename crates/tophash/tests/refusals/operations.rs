//! The operations that take memory, of maps, sets and tables.

use std::hash::BuildHasher;

use testkit::hashers::{Constant, Fnv1a};
use tophash::hash_map::{Entry, EntryRef};
use tophash::{HashSet, HashTable, ShrinkPolicy, TryReserveError, go};

use crate::counted::{Counted, Map, assert_holds, counted, filled, go_on, insert};
use crate::{Act, Effect, during};
use Effect::{Ends, Panics, Survives};

/// The operations, and all that refusing one of their allocations does.
pub(crate) const OPERATIONS: [(&str, &[Effect], Act); 25] = [
    ("growth one by one", &[Survives, Ends], |refusal| {
        let mut map = filled::<Fnv1a>(8);
        let refused = during(refusal, || insert(&mut map, 8, 700));
        assert_holds(&map, 0, 700);
        let _ = go_on(map, 700);
        refused
    }),
    ("a first entry", &[Ends], |refusal| {
        let mut map = filled::<Fnv1a>(0);
        let refused = during(refusal, || insert(&mut map, 0, 1));
        go_on(map, 1) && refused
    }),
    ("overflow buckets", &[Ends], |refusal| {
        let mut map = filled::<Constant>(8);
        // Room enough, so that nothing is asked for but overflow buckets.
        map.reserve(100);
        let refused = during(refusal, || insert(&mut map, 8, 60));
        assert_holds(&map, 0, 60);
        go_on(map, 60) && refused
    }),
    ("grow_step", &[Survives], |refusal| {
        let mut map = filled::<Fnv1a>(833);
        let refused = during(refusal, || while map.grow_step(1) && map.is_growing() {});
        assert_holds(&map, 0, 833);
        go_on(map, 833) && refused
    }),
    ("reserve", &[Survives, Panics], |refusal| {
        let mut map = filled::<Fnv1a>(300);
        let refused = during(refusal, || map.reserve(10_000));
        assert!(map.capacity() >= 10_300);
        assert_holds(&map, 0, 300);
        go_on(map, 300) && refused
    }),
    ("try_reserve", &[Survives], |refusal| {
        let mut map = filled::<Fnv1a>(300);
        let mut result = Ok(());
        let refused = during(refusal, || result = map.try_reserve(10_000));
        match result {
            Ok(()) => assert!(map.capacity() >= 10_300),
            Err(error) => assert!(refused && matches!(error, TryReserveError::AllocError { .. })),
        }
        assert_holds(&map, 0, 300);
        go_on(map, 300) && refused
    }),
    ("extend", &[Survives, Panics, Ends], |refusal| {
        let mut map = filled::<Fnv1a>(100);
        let more = (100..900).map(|id| (counted(id), counted(id)));
        let refused = during(refusal, || map.extend(more));
        assert_holds(&map, 0, 900);
        go_on(map, 900) && refused
    }),
    ("collect", &[Panics, Ends], |refusal| {
        let mut map = None;
        let entries = (0..900).map(|id| (counted(id), counted(id)));
        let refused = during(refusal, || map = Some(entries.collect::<Map<Fnv1a>>()));
        let map = map.expect("it was collected");
        assert_holds(&map, 0, 900);
        go_on(map, 900) && refused
    }),
    ("clone", &[Ends], |refusal| {
        let map = filled::<Fnv1a>(700);
        let mut copy = None;
        let refused = during(refusal, || copy = Some(map.clone()));
        assert_holds(&copy.expect("it was cloned"), 0, 700);
        assert_holds(&map, 0, 700);
        go_on(map, 700) && refused
    }),
    ("clone_from", &[Ends], |refusal| {
        let map = filled::<Fnv1a>(700);
        let mut copy = filled::<Fnv1a>(50);
        let refused = during(refusal, || copy.clone_from(&map));
        assert_holds(&copy, 0, 700);
        go_on(map, 700) && refused
    }),
    ("shrink_to_fit", &[Survives], |refusal| {
        let mut map = filled::<Fnv1a>(5000);
        map.retain(|key, _| key.id < 400);
        let refused = during(refusal, || map.shrink_to_fit());
        assert_holds(&map, 0, 400);
        go_on(map, 400) && refused
    }),
    ("shrink_step", &[Survives], |refusal| {
        let mut map = filled::<Constant>(150);
        map.reserve(3000);
        insert(&mut map, 150, 170);
        let refused = during(refusal, || while map.shrink_step(3) {});
        assert_holds(&map, 0, 170);
        go_on(map, 170) && refused
    }),
    ("entries", &[Survives, Ends], |refusal| {
        let mut map = filled::<Fnv1a>(8);
        let refused = during(refusal, || {
            for id in 8..300 {
                match map.entry(counted(id)) {
                    Entry::Vacant(entry) => _ = entry.insert(counted(id)),
                    Entry::Occupied(_) => panic!("{id} is there already"),
                }
            }
            for id in 300..600 {
                map.entry(counted(id)).insert_entry(counted(id));
                map.entry(counted(id)).and_modify(|value| value.id = id).or_insert(counted(0));
            }
        });
        assert_holds(&map, 0, 600);
        go_on(map, 600) && refused
    }),
    ("an entry of a full chain", &[Ends], |refusal| {
        let mut map = filled::<Constant>(8);
        map.reserve(100);
        let refused = during(refusal, || {
            for id in 8..60 {
                map.entry(counted(id)).or_insert_with(|| counted(id));
            }
        });
        assert_holds(&map, 0, 60);
        go_on(map, 60) && refused
    }),
    ("insertions of a walk", &[Survives, Ends], |refusal| {
        let mut map = filled::<Fnv1a>(100);
        let refused = during(refusal, || {
            let mut walk = map.walk();
            let mut next = 100;
            while next < 700 && walk.next().is_some() {
                for id in next..next + 20 {
                    assert!(walk.insert(counted(id), counted(id)).is_none());
                }
                next += 20;
            }
        });
        assert_holds(&map, 0, 700);
        go_on(map, 700) && refused
    }),
    ("a set", &[Survives, Panics, Ends], |refusal| {
        let mut set = HashSet::with_seed_and_hasher(1, Fnv1a);
        set.extend((0..8).map(counted));
        let refused = during(refusal, || {
            assert!((8..400).all(|id| set.insert(counted(id))));
            set.extend((400..700).map(counted));
        });
        #[cfg(verify)]
        set.check();
        assert_eq!((set.len(), set.iter().count()), (700, 700));
        assert!((0..700).all(|id| set.remove(&counted(id))));
        refused
    }),
    ("a union of sets", &[Survives, Panics, Ends], |refusal| {
        let half =
            |ids: std::ops::Range<u64>| -> HashSet<Counted, Fnv1a> { ids.map(counted).collect() };
        // The union makes room for the first half, and grows by blocks for the other, whatever the
        // seeds are.
        let (one, other) = (half(0..3000), half(2900..5900));
        let mut both = None;
        let refused = during(refusal, || both = Some(&one | &other));
        let both = both.expect("it was made");
        assert!(both.len() == 5900 && (0..5900).all(|id| both.contains(&counted(id))));
        assert!(one.len() == 3000 && other.len() == 3000);
        refused
    }),
    ("Go's map", &[Survives, Ends], |refusal| {
        let map = go::Map::<u64, u64>::make();
        let refused = during(refusal, || (0..700).for_each(|id| map.set(id, id)));
        assert!(map.len() == 700 && (0..700).all(|id| map.lookup(&id) == (id, true)));
        assert_eq!(map.range().count(), 700);
        map.clear();
        map.set(1, 2);
        assert_eq!(map.get(&1), 2);
        refused
    }),
    ("entries by reference", &[Survives, Ends], |refusal| {
        let mut map = filled::<Fnv1a>(8);
        let refused = during(refusal, || {
            for id in 8..600 {
                let key = counted(id);
                match map.entry_ref(&key) {
                    EntryRef::Vacant(entry) => _ = entry.insert(counted(id)),
                    EntryRef::Occupied(_) => panic!("{id} is there already"),
                }
                assert_eq!(map.entry_ref(&key).or_insert_with(|| unreachable!()).id, id);
            }
        });
        assert_holds(&map, 0, 600);
        go_on(map, 600) && refused
    }),
    ("try_insert", &[Survives, Ends], |refusal| {
        let mut map = filled::<Fnv1a>(8);
        let refused = during(refusal, || {
            for id in 8..300 {
                assert!(map.try_insert(counted(id), counted(id)).is_ok());
                assert!(map.try_insert(counted(id), counted(0)).is_err());
            }
        });
        assert_holds(&map, 0, 300);
        go_on(map, 300) && refused
    }),
    ("removals that shrink the map", &[Survives], |refusal| {
        let mut map = filled::<Constant>(60);
        map.reserve(3000);
        insert(&mut map, 60, 120);
        map.set_shrink_policy(ShrinkPolicy::Automatic);
        // Chains are merged, which takes overflow buckets.
        let refused = during(refusal, || {
            for id in 100..120 {
                assert!(map.remove(&counted(id)).is_some());
            }
            while map.shrink_step(1) {}
        });
        assert_holds(&map, 0, 100);
        go_on(map, 100) && refused
    }),
    ("entries of a set", &[Survives, Ends], |refusal| {
        let mut set = HashSet::with_seed_and_hasher(1, Fnv1a);
        let refused = during(refusal, || {
            for id in 0..200 {
                set.entry(counted(id)).or_insert();
                assert_eq!(set.get_or_insert(counted(id)).id, id);
            }
            for id in 200..400 {
                assert_eq!(set.get_or_insert_with(&counted(id), |_| counted(id)).id, id);
                assert!(set.replace(counted(id)).is_some());
            }
        });
        #[cfg(verify)]
        set.check();
        assert!(set.len() == 400 && (0..400).all(|id| set.remove(&counted(id))));
        refused
    }),
    ("a set that takes others in", &[Survives, Ends], |refusal| {
        let half =
            |ids: std::ops::Range<u64>| -> HashSet<Counted, Fnv1a> { ids.map(counted).collect() };
        let (mut set, one, other) = (half(0..100), half(50..900), half(800..1000));
        let refused = during(refusal, || {
            set |= &one;
            set ^= &other;
        });
        #[cfg(verify)]
        set.check();
        assert_eq!(set.len(), 900);
        assert!((0..800).chain(900..1000).all(|id| set.contains(&counted(id))));
        refused
    }),
    ("a copy of Go's map", &[Ends], |refusal| {
        let map = go::Map::<u64, u64>::make();
        (0..700).for_each(|id| map.set(id, id));
        let mut copy = None;
        let refused = during(refusal, || copy = Some(map.clone_map()));
        assert!(copy.expect("it was copied").equal(&map));
        refused
    }),
    ("a table", &[Survives, Ends], |refusal| {
        let hash = |element: &Counted| Fnv1a.hash_one(element);
        let mut table = HashTable::with_seed(1);
        let refused = during(refusal, || {
            for id in 0..300 {
                table.insert_unique(hash(&counted(id)), counted(id), hash);
            }
            for id in 300..600 {
                let is_it = |element: &Counted| element.id == id;
                table.entry(hash(&counted(id)), is_it, hash).or_insert_with(|| counted(id));
            }
        });
        let holds = |id| table.find(hash(&counted(id)), |element| element.id == id).is_some();
        assert!(table.len() == 600 && (0..600).all(holds));
        refused
    }),
];
