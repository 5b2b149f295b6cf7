//! Tables whose memory comes from an allocator of the user's, one that counts and refuses.

use testkit::allocators::{CountedMemory, RefusableMemory, Refusal};
use tophash::{HashTable, TryReserveError};

type Memory = CountedMemory<RefusableMemory>;

fn memory() -> (Memory, RefusableMemory) {
    let refusable = RefusableMemory::new();
    (CountedMemory::over(refusable.clone()), refusable)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "a hasher takes a reference")]
fn identity(n: &u64) -> u64 {
    *n
}

fn filled(memory: &Memory, len: u64) -> HashTable<u64, Memory> {
    let mut table = HashTable::new_in(memory.clone());
    for n in 0..len {
        table.insert_unique(n, n, identity);
    }
    table
}

/// Panics unless `table` has the numbers below `len`, and no others.
#[track_caller]
fn assert_counts_to(table: &HashTable<u64, Memory>, len: u64) {
    assert_eq!(table.len() as u64, len);
    for n in 0..len {
        assert_eq!(table.find(n, |stored| *stored == n), Some(&n), "of {len} values");
    }
    assert_eq!(usize::try_from(table.allocator().usage().live_bytes), Ok(table.allocation_size()));
}

#[test]
fn a_table_gives_all_its_memory_back_to_its_own_allocator() {
    let (memory, _) = memory();
    for len in [0, 1, 8, 9, 100, 10_000] {
        let mut table = filled(&memory, len);
        assert_counts_to(&table, len);
        table.retain(|n| *n % 3 == 0);
        table.shrink_to_fit(identity);
        let mut copy = HashTable::with_capacity_in(100, memory.clone());
        copy.clone_from(&table);
        assert_eq!(table.drain().take(2).count() as u64, len.min(6).div_ceil(3));
        drop(table);
        assert_eq!(copy.into_iter().take(1).count() as u64, len.min(1));
        memory.assert_all_freed();
    }
}

#[test]
fn a_table_whose_growth_is_refused_chains_and_grows_on_when_memory_is_back() {
    for (len, limit_bytes) in [(8, 512), (40, 1024), (3000, 8192)] {
        let (memory, refusable) = memory();
        let mut table = filled(&memory, len);
        while table.grow_step(64, identity) {}
        refusable.set(Refusal::Above(limit_bytes));
        for n in len..len * 6 {
            table.insert_unique(n, n, identity);
        }
        assert!(memory.usage().refusal_count > 0);
        assert_counts_to(&table, len * 6);
        refusable.set(Refusal::Nothing);
        for n in len * 6..len * 12 {
            table.insert_unique(n, n, identity);
        }
        while table.grow_step(64, identity) {}
        assert!(table.capacity() as u64 > len * 6, "growth did not resume");
        assert_counts_to(&table, len * 12);
        drop(table);
        memory.assert_all_freed();
    }
}

#[test]
fn a_reservation_refused_at_any_allocation_changes_no_value_and_can_be_repeated() {
    for (len, additional) in [(0, 100), (0, 30_000), (8, 20), (2000, 30_000)] {
        for nth in 1.. {
            let (memory, refusable) = memory();
            let mut table = filled(&memory, len);
            refusable.set(Refusal::Nth(nth));
            let reserved = table.try_reserve(additional, identity);
            let was_refused = refusable.pending() == Refusal::Nothing;
            refusable.set(Refusal::Nothing);
            match reserved {
                Ok(()) => assert!(table.capacity() as u64 >= len + additional as u64),
                Err(error) => assert!(matches!(error, TryReserveError::AllocError { .. })),
            }
            assert_counts_to(&table, len);
            assert_eq!(table.try_reserve(additional, identity), Ok(()));
            assert_counts_to(&table, len);
            if !was_refused {
                break;
            }
        }
    }
}
