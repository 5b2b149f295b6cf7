//! Tests of the order in which entries are visited.

use super::{hasher, insert};
use crate::alloc::Global;
use crate::raw::RawTable;

fn table(len: u64) -> RawTable<u64, u64> {
    let mut table = RawTable::new_in(Global);
    for n in 0..len {
        insert(&mut table, n, !n);
    }
    table
}

#[test]
fn every_entry_is_visited_once_by_steps_and_by_folds_from_anywhere() {
    // From one bucket to a table too large for the cache, whose memory is asked for ahead.
    // In the midst of a growth the last block is a part of one.
    for len in [0, 1, 5, 8, 9, 13, 14, 100, 1000, 5000, 54_000, 60_000] {
        let mut table = table(len);
        table.check(Some(&hasher));
        let stepped: Vec<u64> = table.iter().map_while(|(key, _)| Some(*key)).collect();
        assert_eq!(stepped.len(), len as usize);
        for begun in [0, 1, 7, 8, 100, 3000].into_iter().filter(|&begun| begun <= len) {
            let mut iter = table.iter();
            let mut keys: Vec<u64> = iter.by_ref().take(begun as usize).map(|(k, _)| *k).collect();
            assert_eq!(iter.len(), (len - begun) as usize);
            keys.extend(iter.clone().map(|(key, _)| *key));
            assert_eq!(keys, stepped, "{len} entries, of which {begun} came one by one");
            let count = iter.fold(0, |count, (key, value)| {
                assert_eq!(*value, !*key);
                count + 1
            });
            assert_eq!(count, len - begun);
        }
        let mut sorted = stepped;
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..len));
        assert_eq!(
            table.iter_mut().fold(0, |count, (_, value)| count + u64::from(*value > 0)),
            len
        );
        assert_eq!(table.drain().count() as u64, len);
        table.check(Some(&hasher));
    }
}

#[test]
fn entries_without_size_and_those_that_fill_a_block_are_visited_once() {
    let mut table: RawTable<(), ()> = RawTable::new_in(Global);
    // So many that memory would be asked for ahead, if there were any.
    for n in 0..60_000_u64 {
        if table.wants_preparation() {
            // A hash that does not tell keys apart puts all into one half.
            table.prepare(&|&(): &()| hasher(&n));
        }
        table.insert_unique(hasher(&n), (), (), &|&(): &()| hasher(&n));
    }
    assert_eq!(table.iter().map_while(Some).count(), 60_000);
    assert_eq!(table.iter().fold(0, |count, _| count + 1), 60_000);

    let mut table: RawTable<u64, [u64; 500]> = RawTable::new_in(Global);
    for n in 0..500 {
        if table.wants_preparation() {
            table.prepare(&hasher);
        }
        table.insert_unique(hasher(&n), n, [n; 500], &hasher);
    }
    let mut keys: Vec<u64> = table.iter().map_while(|(key, _)| Some(*key)).collect();
    assert!(table.iter().fold(Vec::new(), |keys, (key, _)| [keys, vec![*key]].concat()) == keys);
    keys.sort_unstable();
    assert!(keys.into_iter().eq(0..500));
}

#[test]
fn what_is_left_of_a_table_that_was_thinned_out_is_visited() {
    // Of both, one that memory is asked for ahead in when it is full.
    for (len, every) in [(1000, 100), (1000, 1000), (60_000, 100), (60_000, 3), (60_000, 59_999)] {
        let mut table = table(len);
        table.retain(|key, _| *key % every == 0);
        let mut keys: Vec<u64> = table.iter().map_while(|(key, _)| Some(*key)).collect();
        let folded = table.iter().fold(Vec::new(), |mut keys, (key, _)| {
            keys.push(*key);
            keys
        });
        assert_eq!(folded, keys);
        keys.sort_unstable();
        assert!(keys.into_iter().eq((0..len).step_by(every as usize)));
    }
}

#[test]
fn the_only_bucket_is_visited_from_a_slot_that_the_seed_chooses() {
    for filled in 1..=8 {
        let mut firsts = [false; 8];
        for _ in 0..1000 {
            let table = table(filled);
            let keys: Vec<u64> = table.iter().map_while(|(key, _)| Some(*key)).collect();
            let first = keys[0];
            firsts[first as usize] = true;
            // It turns, and the order is that of the insertions otherwise.
            assert!(keys.iter().copied().eq((first..filled).chain(0..first)));
            let folded = table.iter().fold(Vec::new(), |mut keys, (key, _)| {
                keys.push(*key);
                keys
            });
            assert_eq!(folded, keys);
        }
        // That one of eight does not come first in 1000 tables has a probability of 10^-57.
        assert!(firsts[..filled as usize].iter().all(|&is_first| is_first), "of {filled}");
    }
}

#[test]
fn the_only_buckets_overflow_buckets_come_after_it_wherever_it_begins() {
    for turn in 0..8 {
        let mut table = RawTable::new_in(Global);
        table.fix_seed(turn << (16 + 5));
        insert(&mut table, 0, !0);
        // As when memory for a growth is refused.
        for n in 1..20 {
            table.insert_new(hasher(&n), n, !n);
        }
        table.check(Some(&hasher));
        let first = u64::from(turn);
        let expected = (first..8).chain(0..first).chain(8..20);
        assert!(table.iter().map_while(|(key, _)| Some(*key)).eq(expected.clone()));
        let folded = table.iter().fold(Vec::new(), |keys, (key, _)| [keys, vec![*key]].concat());
        assert!(folded.into_iter().eq(expected));
    }
}
