//! Maps whose memory comes from an allocator of the user's, one that counts and refuses.

use std::hash::Hash;

use testkit::allocators::{CountedMemory, PanickingMemory, RefusableMemory, Refusal};
use tophash::{DefaultHashBuilder, HashMap, TryReserveError};

/// Counts what it hands out, and refuses what a test says.
type Memory = CountedMemory<RefusableMemory>;
type Map<K, V> = HashMap<K, V, DefaultHashBuilder, Memory>;

/// The memory of a map, and the handle that makes it refuse.
fn memory() -> (Memory, RefusableMemory) {
    let refusable = RefusableMemory::new();
    (CountedMemory::over(refusable.clone()), refusable)
}

/// A map with the entries `(n, make(n))` for `n` from 0 on.
fn filled<V>(memory: &Memory, len: u64, make: impl Fn(u64) -> V) -> Map<u64, V> {
    let mut map = Map::new_in(memory.clone());
    map.extend((0..len).map(|n| (n, make(n))));
    map
}

/// Panics unless `map` has the entries `(n, n)` for `n` below `len`, and no others.
#[track_caller]
fn assert_counts_to(map: &Map<u64, u64>, len: u64) {
    assert_eq!(map.len() as u64, len);
    for n in 0..len {
        assert_eq!(map.get(&n), Some(&n), "of {len} entries");
    }
    assert_eq!(map.iter().count() as u64, len);
}

/// What a map's allocator sees of the map is what the map says of itself.
fn assert_accounted<K: Eq + Hash, V>(map: &Map<K, V>) {
    assert_eq!(usize::try_from(map.allocator().usage().live_bytes), Ok(map.allocation_size()));
}

#[test]
fn a_map_gives_all_its_memory_back_to_its_own_allocator() {
    let (memory, _) = memory();
    for len in [0, 1, 8, 9, 100, 10_000] {
        let mut map = filled(&memory, len, |n| n.to_string());
        assert_accounted(&map);
        let copy = map.clone();
        map.retain(|n, _| n % 3 == 0);
        map.shrink_to_fit();
        assert_eq!(map.drain().take(2).count() as u64, len.min(6).div_ceil(3));
        drop(map);
        assert_accounted(&copy);
        assert_eq!(copy.into_iter().take(3).count() as u64, len.min(3));
        memory.assert_all_freed();
    }
}

#[test]
fn a_map_takes_no_memory_before_its_first_entry() {
    let (memory, refusable) = memory();
    refusable.set(Refusal::From(1));
    let map: Map<u64, u64> = Map::new_in(memory.clone());
    assert_eq!((map.get(&1), map.len(), map.iter().next()), (None, 0, None));
    assert_eq!(memory.usage().refusal_count, 0);
}

// In the shrunk world a block is one bucket, and smaller than a chunk of overflow buckets: there is
// no size that only growth asks for.
#[cfg(not(stress))]
#[test]
fn a_map_whose_growth_is_refused_chains_and_grows_on_when_memory_is_back() {
    // Tables of one block and of several; refused are blocks of buckets, granted small chunks of
    // overflow buckets.
    for (len, limit_bytes) in [(8, 1024), (40, 2048), (3000, 8192)] {
        let (memory, refusable) = memory();
        let mut map = filled(&memory, len, |n| n);
        while map.grow_step(64) {}
        refusable.set(Refusal::Above(limit_bytes));
        let capacity = map.capacity();
        let crowded = len * 6;
        for n in len..crowded {
            assert_eq!(map.insert(n, n), None);
        }
        assert!(memory.usage().refusal_count > 0);
        assert!(map.capacity() <= (2 * capacity).max(map.len()), "{}", map.capacity());
        assert_counts_to(&map, crowded);

        refusable.set(Refusal::Nothing);
        for n in crowded..crowded * 2 {
            assert_eq!(map.insert(n, n), None);
        }
        while map.grow_step(64) {}
        assert!(map.capacity() as u64 > crowded, "growth did not resume");
        assert_counts_to(&map, crowded * 2);
        assert_accounted(&map);
        drop(map);
        memory.assert_all_freed();
    }
}

#[test]
fn a_refused_reservation_is_an_error_and_changes_no_entry() {
    for len in [0, 1, 8, 50, 2000] {
        let (memory, refusable) = memory();
        let mut map = filled(&memory, len, |n| n);
        let capacity = map.capacity();
        refusable.set(Refusal::From(1));
        let refused = map.try_reserve(100_000);
        assert!(matches!(refused, Err(TryReserveError::AllocError { .. })), "{refused:?}");
        assert!(map.capacity() >= capacity);
        assert_counts_to(&map, len);
        assert_eq!(map.try_reserve(usize::MAX), Err(TryReserveError::CapacityOverflow));
        assert_counts_to(&map, len);
        assert_accounted(&map);

        refusable.set(Refusal::Nothing);
        assert_eq!(map.try_reserve(10_000), Ok(()));
        assert!(map.capacity() as u64 >= len + 10_000);
        assert_counts_to(&map, len);
        assert_accounted(&map);
        drop(map);
        memory.assert_all_freed();
    }
}

#[test]
fn a_reservation_refused_at_any_allocation_leaks_nothing_and_can_be_repeated() {
    // In the shrunk world, where a block is one bucket, few entries take many allocations.
    let many = if cfg!(stress) { 1000 } else { 30_000 };
    for (len, additional) in [(0, 100), (0, many), (8, 20), (50, many / 6), (2000, many)] {
        for nth in 1.. {
            let (memory, refusable) = memory();
            let mut map = filled(&memory, len, |n| n);
            refusable.set(Refusal::Nth(nth));
            let reserved = map.try_reserve(additional);
            let was_refused = refusable.pending() == Refusal::Nothing;
            refusable.set(Refusal::Nothing);
            // Not every refusal matters: a page made ready for the next growth can be had later.
            assert!(was_refused || reserved.is_ok(), "{reserved:?} without a refusal");
            assert!(reserved.is_err() || map.capacity() as u64 >= len + additional as u64);
            assert_accounted(&map);
            assert_counts_to(&map, len);
            assert_eq!(map.try_reserve(additional), Ok(()));
            assert!(map.capacity() as u64 >= len + additional as u64);
            map.extend((len..len + additional as u64).map(|n| (n, n)));
            assert_counts_to(&map, len + additional as u64);
            drop(map);
            memory.assert_all_freed();
            if !was_refused {
                break;
            }
        }
    }
}

#[test]
fn a_growth_that_is_refused_at_any_point_goes_on_later() {
    // Refused are only blocks larger than a chunk of overflow buckets, without which an insertion
    // ends the process.
    for (len, limit_bytes) in [(9_u64, 500), (100, 1000), (3000, 8192)] {
        for start in (0..20).map(|twentieth| 1 + len * twentieth / 20) {
            let (memory, refusable) = memory();
            let mut map = filled(&memory, start, |n| n);
            refusable.set(Refusal::Above(limit_bytes));
            for n in start..len {
                map.insert(n, n);
                if n == start + 20 {
                    refusable.set(Refusal::Nothing);
                }
            }
            assert_counts_to(&map, len);
            assert_accounted(&map);
            drop(map);
            memory.assert_all_freed();
        }
    }
}

#[test]
fn shrinking_without_memory_keeps_every_entry() {
    let (memory, refusable) = memory();
    let mut map = filled(&memory, 20_000, |n| n);
    map.retain(|n, _| *n < 500);
    refusable.set(Refusal::From(1));
    map.shrink_to_fit();
    while map.shrink_step(64) && memory.usage().refusal_count == 0 {}
    assert_counts_to(&map, 500);
    refusable.set(Refusal::Nothing);
    map.shrink_to_fit();
    assert_eq!(map.capacity(), 832);
    assert_counts_to(&map, 500);
    assert_accounted(&map);
}

#[test]
fn maps_with_different_allocators_are_compared_and_cloned_each_in_its_own() {
    let (one_memory, _) = memory();
    let (two_memory, _) = memory();
    let one = filled(&one_memory, 1000, |n| n);
    let two = filled(&two_memory, 1000, |n| n);
    assert!(one == two);
    let mut copy = Map::new_in(two_memory.clone());
    copy.clone_from(&one);
    assert!(copy == one);
    drop(one);
    one_memory.assert_all_freed();
    assert_counts_to(&copy, 1000);
    drop((two, copy));
    two_memory.assert_all_freed();
}

#[test]
fn an_allocator_that_panics_when_a_hash_is_changed_leaves_the_table_as_it_was() {
    let memory = PanickingMemory::default();
    let mut table = tophash::HashTable::new_in(memory.clone());
    for n in 0..64_u64 {
        table.insert_unique(7, n, |_| 7);
    }
    let bytes = table.allocation_size();
    memory.0.set(Refusal::From(1));
    let rehash = std::panic::AssertUnwindSafe(|| table.rehash(|n| *n));
    assert!(std::panic::catch_unwind(rehash).is_err());
    memory.0.set(Refusal::Nothing);
    assert_eq!((table.len(), table.allocation_size()), (64, bytes));
    assert!((0..64).all(|n| table.find(7, |other| *other == n).is_some()));
    assert!(table.rehash(|n| *n));
    assert!((0..64).all(|n| table.find(n, |other| *other == n).is_some()));
}

/// Set in the process that is to end.
const CHILD: &str = "TOPHASH_TEST_GIVES_BACK_WHAT_WAS_NOT_TAKEN";

#[test]
fn an_allocator_that_panics_when_memory_is_given_back_ends_the_process() {
    if std::env::var_os(CHILD).is_some() {
        let (memory, _) = memory();
        let mut map = filled(&memory, 8, |n| n);
        memory.disown();
        // The growth gives the old block back, when the table is already half changed.
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| map.insert(8, 8)));
        println!("survived: {}", result.is_err());
        std::mem::forget(map);
        return;
    }
    let output = std::process::Command::new(std::env::current_exe().expect("this test's program"))
        .args(["--exact", "an_allocator_that_panics_when_memory_is_given_back_ends_the_process"])
        .arg("--nocapture")
        .env(CHILD, "1")
        .output()
        .expect("the program runs again");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success() && !text.contains("survived"), "{text}");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("the allocator panicked when memory was given back"), "{errors}");
}
