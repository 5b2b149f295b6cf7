//! P2 under a shard's lock: what one insertion does is bounded, whatever the size. Work is counted.

use testkit::hashers::{Counting, Fnv1a};

use crate::ShardedMap;

/// Entries whose keys one insertion hashes to move them: those of two chains, or of a table whose
/// slots take less than 16 KiB (1024 of 16 bytes) as a whole.
const MOVED_MAX: u64 = 1024;

#[test]
fn one_insertion_under_a_shards_lock_moves_a_bounded_number_of_entries() {
    let counting = Counting::new(Fnv1a);
    let map = ShardedMap::with_shards_and_hasher(2, counting.clone());
    let mut worst = (0, 0);
    for n in 0..200_000_u64 {
        let hashed = counting.count_during(|| assert_eq!(map.insert(n, n), None));
        worst = worst.max((hashed, n));
        if n > 10_000 {
            // By now every shard has grown out of its first block.
            assert!(hashed <= 1 + 80, "{hashed} at {n}");
        }
    }
    assert!(worst.0 <= 1 + MOVED_MAX, "{worst:?}");
}

#[test]
fn a_key_is_hashed_once() {
    let counting = Counting::new(Fnv1a);
    let map = ShardedMap::with_hasher(counting.clone());
    map.insert(1_u64, 1_u64);
    let once = |action: &dyn Fn() -> Option<u64>, answer| {
        let hashed = counting.count_during(|| assert_eq!(action(), answer));
        assert_eq!(hashed, 1);
    };
    once(&|| map.get(&1), Some(1));
    once(&|| map.insert(1, 2), Some(1));
    once(&|| map.insert(2, 2), None);
    once(&|| map.update(&1, |value| *value + 1), Some(3));
    once(&|| Some(map.get_or_insert_with(1, || 3)), Some(2));
    once(&|| map.remove(&1), Some(2));
}
