//! Tests of a scan's positions, bit by bit.

use core::cell::Cell;

use super::{hasher, insert};
use crate::alloc::Global;
use crate::raw::{Position, RawTable};

const PIECES: u64 = 1 << 12;

/// The epoch, the first piece, the count of pieces and the offset, as `scan.rs` draws them.
fn fields(position: Position) -> (u64, u64, u64, u64) {
    let bits = position.0;
    (bits >> 56, bits >> 44 & 0xfff, (bits >> 32 & 0xfff) + 1, bits & 0xffff_ffff)
}

fn table(len: u64) -> RawTable<u64, u64> {
    let mut table = RawTable::new_in(Global);
    for n in 0..len {
        insert(&mut table, n, n);
    }
    table
}

#[test]
fn the_parts_of_a_scan_follow_one_another_all_the_way_round() {
    let table = table(20);
    for count in [0, 1, 2, 3, 7, 100, 4095, 4096, 5000] {
        let positions: Vec<Position> = table.scan_positions(count).collect();
        let part_count = count.clamp(1, 4096);
        assert_eq!(positions.len(), part_count);
        let mut next = fields(positions[0]).1;
        let mut sum = 0;
        for position in positions {
            let (epoch, first, pieces, offset) = fields(position);
            assert_eq!((epoch, offset), (u64::from(table.seed_epoch()), 0));
            assert_eq!(first, next, "of {count} parts");
            let even = PIECES / part_count as u64;
            assert!((even..=even + 1).contains(&pieces), "{pieces} pieces in one of {count}");
            next = (first + pieces) % PIECES;
            sum += pieces;
        }
        assert_eq!(sum, PIECES, "of {count} parts");
    }
}

#[test]
fn a_scan_begins_at_any_piece() {
    let table = table(20);
    let start = |position| fields(position).1;
    let firsts = || start(table.scan_positions(1).next().unwrap());
    let fresh = || {
        let step = table.scan(Position::default(), 1, &hasher, |_, _| {});
        assert!(!step.has_restarted, "a scan that had not begun");
        start(step.next.unwrap())
    };
    for draw in [&firsts as &dyn Fn() -> u64, &fresh] {
        let draws: Vec<u64> = (0..200).map(|_| draw()).collect();
        let ones = draws.iter().fold(0, |ones, draw| ones | draw);
        let zeroes = draws.iter().fold(0, |zeroes, draw| zeroes | !draw);
        // That one of 24 bits is the same 200 times has a probability of 10^-58.
        assert_eq!((ones, zeroes & 0xfff), (0xfff, 0xfff));
    }
}

#[test]
fn a_position_goes_on_from_chain_to_chain_and_changes_nothing_but_its_offset() {
    for (len, parts) in [(9, 1), (100, 1), (100, 7), (1000, 3), (300, 4096)] {
        let mut table = table(len);
        let mut keys = Vec::new();
        for start in table.scan_positions(parts).collect::<Vec<_>>() {
            let mut position = start;
            let is_mutable = parts == 7;
            loop {
                let mut visited = 0;
                let step = if is_mutable {
                    table.scan_mut(position, 1, &hasher, |key, _| {
                        keys.push(*key);
                        visited += 1;
                        true
                    })
                } else {
                    table.scan(position, 1, &hasher, |key, _| {
                        keys.push(*key);
                        visited += 1;
                    })
                };
                assert!(!step.has_restarted);
                assert_eq!(step.visited, visited);
                let Some(next) = step.next else { break };
                let ((epoch, first, pieces, offset), from) = (fields(next), fields(position));
                assert_eq!((epoch, first, pieces), (from.0, from.1, from.2));
                assert!(offset > from.3 && offset < pieces << 20, "{offset:x} after {:x}", from.3);
                position = next;
            }
        }
        keys.sort_unstable();
        assert!(keys.into_iter().eq(0..len), "{len} entries in {parts} parts");
    }
}

#[test]
fn a_step_visits_chains_until_its_budget_of_entries_or_of_chains_is_spent() {
    let mut table = table(1000);
    let mut position = table.scan_positions(1).next().unwrap();
    let mut steps = 0;
    loop {
        let mut visited = 0;
        let step = table.scan(position, 40, &hasher, |_, _| visited += 1);
        let Some(next) = step.next else { break };
        // The last chain is visited to its end.
        assert!((40..40 + table.longest_chain()).contains(&visited), "{visited} entries");
        position = next;
        steps += 1;
    }
    assert!(steps >= 1000 / (40 + table.longest_chain()));
    // Of nearly nothing but empty chains, as many as the budget says.
    table.retain(|key, _| *key == 0);
    let chains = table.bucket_count() as u64;
    assert!(chains.is_power_of_two());
    let start = table.scan_positions(1).next().unwrap();
    let step = table.scan_mut(start, 16, &hasher, |_, _| true);
    // The first of them is visited from the place where the scan began, to its end.
    let gone = fields(step.next.unwrap()).3.div_ceil((1 << 32) / chains);
    assert_eq!(gone, 16);
}

#[test]
fn a_scan_hashes_the_chains_that_its_ends_divide_and_no_others() {
    let table = table(1000);
    let hashed = Cell::new(0);
    let hasher = |key: &u64| {
        hashed.set(hashed.get() + 1);
        hasher(key)
    };
    for _ in 0..50 {
        hashed.set(0);
        let (mut position, mut visited) = (table.scan_positions(1).next(), 0);
        while let Some(from) = position {
            let step = table.scan(from, 7, &hasher, |_, _| {});
            visited += step.visited;
            position = step.next;
        }
        assert_eq!(visited, 1000);
        assert!(hashed.get() <= 2 * table.longest_chain(), "{} of 1000", hashed.get());
    }
}

#[test]
fn a_position_that_this_table_cannot_have_given_begins_a_scan_anew() {
    let table = table(100);
    let start = table.scan_positions(4).next().unwrap();
    let (epoch, _, pieces, _) = fields(start);
    assert_eq!(pieces, 1024);
    let restarts = |bits: u64| table.scan(Position(bits), 1, &hasher, |_, _| {}).has_restarted;
    assert!(!restarts(start.0));
    assert!(!restarts(start.0 | 0x3fff_ffff), "the last offset of the part");
    assert!(restarts(start.0 | 0x4000_0000), "an offset behind the part");
    assert!(restarts(start.0 & !(0xff << 56) | (epoch + 1) << 56), "another epoch");
    assert!(!restarts(start.0 & !(0xff << 56)), "no scan was given up");
}

#[test]
fn a_table_that_never_had_a_seed_continues_no_scan() {
    let table = RawTable::<u64, u64>::new_in(Global);
    let step = table.scan(Position(1 << 32), 1, &hasher, |_, _| panic!());
    assert!(step.next.is_none() && !step.has_restarted && step.visited == 0);
}
