//! The operations that take memory, of maps, sets and tables.

use std::hash::BuildHasher;

use testkit::hashers::{Constant, Fnv1a};
use tophash::hash_map::{Entry, EntryRef};
use tophash::{HashSet, HashTable, ShrinkPolicy, TryReserveError, go};

use crate::counted::{
    Counted, Map, assert_holds, block_len, counted, filled, go_on, has_blocks, insert,
};
use crate::{Act, Effect, during};
use Effect::{Ends, Panics, Survives};

/// Main buckets of a block of a set or a table of `Counted`, which has no values. With more, there
/// is a second block, and what asks for it can be refused that too.
const BLOCK_OF_KEYS: usize = block_len(size_of::<Counted>());

/// The operations, and all that refusing one of their allocations does.
pub(crate) const OPERATIONS: [(&str, &[Effect], Act); 32] = [
    ("growth one by one", &[Survives, Ends], |refusal| {
        let mut map = filled::<Fnv1a>(8);
        let refused = during(refusal, || insert(&mut map, 8, 2000));
        assert_holds(&map, 0, 2000);
        assert!(refused || has_blocks(&map));
        go_on(map, 2000) && refused
    }),
    ("a first entry", &[Ends], |refusal| {
        let mut map = filled::<Fnv1a>(0);
        let refused = during(refusal, || insert(&mut map, 0, 1));
        go_on(map, 1) && refused
    }),
    ("a map of a given size", &[Panics], |refusal| {
        let mut map = None;
        let refused = during(refusal, || {
            map = Some(Map::<Fnv1a>::with_capacity_and_hasher(2000, Fnv1a));
        });
        let mut map = map.expect("it was made");
        assert!(map.capacity() >= 2000 && has_blocks(&map));
        insert(&mut map, 0, 2000);
        assert_holds(&map, 0, 2000);
        go_on(map, 2000) && refused
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
        // Just above the capacity of two blocks: the growth takes two more.
        let mut map = filled::<Fnv1a>(1665);
        assert!(map.is_growing());
        let refused = during(refusal, || while map.grow_step(1) && map.is_growing() {});
        assert_holds(&map, 0, 1665);
        assert!(refused || map.stats().buckets == 512);
        go_on(map, 1665) && refused
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
        let more = (100..2500).map(|id| (counted(id), counted(id)));
        let refused = during(refusal, || map.extend(more));
        assert_holds(&map, 0, 2500);
        assert!(refused || has_blocks(&map));
        go_on(map, 2500) && refused
    }),
    ("collect", &[Panics, Ends], |refusal| {
        let mut map = None;
        let entries = (0..2000).map(|id| (counted(id), counted(id)));
        let refused = during(refusal, || map = Some(entries.collect::<Map<Fnv1a>>()));
        let map = map.expect("it was collected");
        assert_holds(&map, 0, 2000);
        assert!(refused || has_blocks(&map));
        go_on(map, 2000) && refused
    }),
    ("clone", &[Ends], |refusal| {
        let map = filled::<Fnv1a>(2000);
        let mut copy = None;
        assert!(has_blocks(&map));
        let refused = during(refusal, || copy = Some(map.clone()));
        assert_holds(&copy.expect("it was cloned"), 0, 2000);
        assert_holds(&map, 0, 2000);
        go_on(map, 2000) && refused
    }),
    ("clone_from", &[Ends], |refusal| {
        let map = filled::<Fnv1a>(2000);
        let mut copy = filled::<Fnv1a>(50);
        assert!(has_blocks(&map) && !has_blocks(&copy));
        let refused = during(refusal, || copy.clone_from(&map));
        assert_holds(&copy, 0, 2000);
        go_on(map, 2000) && refused
    }),
    ("shrink_to_fit", &[Survives], |refusal| {
        let mut map = filled::<Fnv1a>(5000);
        map.retain(|key, _| key.id < 400);
        let refused = during(refusal, || map.shrink_to_fit());
        assert_holds(&map, 0, 400);
        go_on(map, 400) && refused
    }),
    ("shrink_to", &[Survives], |refusal| {
        let mut map = filled::<Fnv1a>(5000);
        map.retain(|key, _| key.id < 1600);
        let refused = during(refusal, || map.shrink_to(1000));
        assert_holds(&map, 0, 1600);
        assert!(map.capacity() >= 1000 && (refused || map.stats().buckets == 256));
        go_on(map, 1600) && refused
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
            for id in 8..1000 {
                match map.entry(counted(id)) {
                    Entry::Vacant(entry) => _ = entry.insert(counted(id)),
                    Entry::Occupied(_) => panic!("{id} is there already"),
                }
            }
            for id in 1000..2000 {
                map.entry(counted(id)).insert_entry(counted(id));
                map.entry(counted(id)).and_modify(|value| value.id = id).or_insert(counted(0));
            }
        });
        assert_holds(&map, 0, 2000);
        assert!(refused || has_blocks(&map));
        go_on(map, 2000) && refused
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
            while next < 2000 && walk.next().is_some() {
                for id in next..next + 20 {
                    assert!(walk.insert(counted(id), counted(id)).is_none());
                }
                next += 20;
            }
        });
        assert_holds(&map, 0, 2000);
        assert!(refused || has_blocks(&map));
        go_on(map, 2000) && refused
    }),
    ("a set", &[Survives, Panics, Ends], |refusal| {
        let mut set = HashSet::with_seed_and_hasher(1, Fnv1a);
        set.extend((0..8).map(counted));
        let refused = during(refusal, || {
            assert!((8..1600).all(|id| set.insert(counted(id))));
            set.extend((1600..4000).map(counted));
        });
        #[cfg(verify)]
        set.check();
        assert!(refused || set.stats().buckets > BLOCK_OF_KEYS);
        assert_eq!((set.len(), set.iter().count()), (4000, 4000));
        assert!((0..4000).all(|id| set.remove(&counted(id))));
        refused
    }),
    ("a set's room", &[Panics], |refusal| {
        let mut set = filled_set(300);
        let refused = during(refusal, || set.reserve(10_000));
        assert!(set.capacity() >= 10_300);
        assert_set_holds(&set, 300);
        refused
    }),
    ("a copy of a set", &[Ends], |refusal| {
        let set = filled_set(4000);
        assert!(set.stats().buckets > BLOCK_OF_KEYS);
        let mut copy = None;
        let refused = during(refusal, || copy = Some(set.clone()));
        assert_set_holds(&copy.expect("it was cloned"), 4000);
        assert_set_holds(&set, 4000);
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
        let refused = during(refusal, || (0..4000).for_each(|id| map.set(id, id)));
        assert!(map.len() == 4000 && (0..4000).all(|id| map.lookup(&id) == (id, true)));
        assert_eq!(map.range().count(), 4000);
        // Each bucket of a block has 16 bytes beside its slots, as those of keys alone have.
        assert!(refused || map.len() > BLOCK_OF_KEYS * 13 / 2);
        map.clear();
        map.set(1, 2);
        assert_eq!(map.get(&1), 2);
        refused
    }),
    ("entries by reference", &[Survives, Ends], |refusal| {
        let mut map = filled::<Fnv1a>(8);
        let refused = during(refusal, || {
            for id in 8..2000 {
                let key = counted(id);
                match map.entry_ref(&key) {
                    EntryRef::Vacant(entry) => _ = entry.insert(counted(id)),
                    EntryRef::Occupied(_) => panic!("{id} is there already"),
                }
                assert_eq!(map.entry_ref(&key).or_insert_with(|| unreachable!()).id, id);
            }
        });
        assert_holds(&map, 0, 2000);
        assert!(refused || has_blocks(&map));
        go_on(map, 2000) && refused
    }),
    ("try_insert", &[Survives, Ends], |refusal| {
        let mut map = filled::<Fnv1a>(8);
        let refused = during(refusal, || {
            for id in 8..2000 {
                assert!(map.try_insert(counted(id), counted(id)).is_ok());
                assert!(map.try_insert(counted(id), counted(0)).is_err());
            }
        });
        assert_holds(&map, 0, 2000);
        assert!(refused || has_blocks(&map));
        go_on(map, 2000) && refused
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
            for id in 0..2000 {
                set.entry(counted(id)).or_insert();
                assert_eq!(set.get_or_insert(counted(id)).id, id);
            }
            for id in 2000..4000 {
                assert_eq!(set.get_or_insert_with(&counted(id), |_| counted(id)).id, id);
                assert!(set.replace(counted(id)).is_some());
            }
        });
        #[cfg(verify)]
        set.check();
        assert!(refused || set.stats().buckets > BLOCK_OF_KEYS);
        assert!(set.len() == 4000 && (0..4000).all(|id| set.remove(&counted(id))));
        refused
    }),
    ("a set that takes others in", &[Survives, Ends], |refusal| {
        let half =
            |ids: std::ops::Range<u64>| -> HashSet<Counted, Fnv1a> { ids.map(counted).collect() };
        let (mut set, one, other) = (half(0..100), half(50..3900), half(3800..4000));
        let refused = during(refusal, || {
            set |= &one;
            set ^= &other;
        });
        #[cfg(verify)]
        set.check();
        assert!(refused || set.stats().buckets > BLOCK_OF_KEYS);
        assert_eq!(set.len(), 3900);
        assert!((0..3800).chain(3900..4000).all(|id| set.contains(&counted(id))));
        refused
    }),
    ("a copy of Go's map", &[Ends], |refusal| {
        let map = go::Map::<u64, u64>::make();
        (0..4000).for_each(|id| map.set(id, id));
        assert!(map.len() > BLOCK_OF_KEYS * 13 / 2);
        let mut copy = None;
        let refused = during(refusal, || copy = Some(map.clone_map()));
        assert!(copy.expect("it was copied").equal(&map));
        refused
    }),
    ("a table", &[Survives, Ends], |refusal| {
        let mut table = HashTable::with_seed(1);
        let refused = during(refusal, || {
            for id in 0..2000 {
                table.insert_unique(hash(&counted(id)), counted(id), hash);
            }
            for id in 2000..4000 {
                let is_it = |element: &Counted| element.id == id;
                table.entry(hash(&counted(id)), is_it, hash).or_insert_with(|| counted(id));
            }
        });
        assert!(refused || table.stats().buckets > BLOCK_OF_KEYS);
        assert_table_holds(&table, 4000);
        refused
    }),
    ("a table's room", &[Panics], |refusal| {
        let mut table = filled_table(300);
        let refused = during(refusal, || table.reserve(10_000, hash));
        assert!(table.capacity() >= 10_300);
        assert_table_holds(&table, 300);
        refused
    }),
    ("a copy of a table", &[Ends], |refusal| {
        let table = filled_table(4000);
        assert!(table.stats().buckets > BLOCK_OF_KEYS);
        let mut copy = None;
        let refused = during(refusal, || copy = Some(table.clone()));
        assert_table_holds(&copy.expect("it was cloned"), 4000);
        assert_table_holds(&table, 4000);
        refused
    }),
    ("a table's change of hash", &[Survives, Ends], |refusal| {
        let mut table = filled_table(4000);
        assert!(table.stats().buckets > BLOCK_OF_KEYS);
        let before = table.stats().hash0;
        let mut is_changed = false;
        let refused = during(refusal, || is_changed = table.rehash(hash));
        assert!(refused || is_changed);
        assert_eq!(is_changed, table.stats().hash0 != before);
        assert_table_holds(&table, 4000);
        refused
    }),
];

fn filled_set(count: u64) -> HashSet<Counted, Fnv1a> {
    let mut set = HashSet::with_seed_and_hasher(1, Fnv1a);
    assert!((0..count).all(|id| set.insert(counted(id))));
    set
}

fn assert_set_holds(set: &HashSet<Counted, Fnv1a>, count: u64) {
    #[cfg(verify)]
    set.check();
    assert_eq!((set.len() as u64, set.iter().count() as u64), (count, count));
    assert!((0..count).all(|id| set.contains(&counted(id))));
}

fn hash(element: &Counted) -> u64 {
    Fnv1a.hash_one(element)
}

fn filled_table(count: u64) -> HashTable<Counted> {
    let mut table = HashTable::with_seed(1);
    for id in 0..count {
        table.insert_unique(hash(&counted(id)), counted(id), hash);
    }
    table
}

fn assert_table_holds(table: &HashTable<Counted>, count: u64) {
    let holds = |id| table.find(hash(&counted(id)), |element| element.id == id).is_some();
    assert!(table.len() as u64 == count && (0..count).all(holds));
}
