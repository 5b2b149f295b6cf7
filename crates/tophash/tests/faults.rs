//! Refused memory, with the default allocator: P13.

use std::hash::BuildHasher;

use testkit::Random;
use testkit::allocators::{
    CountingAllocator, FailingAllocator, Refusal, measure, refuse, thread_usage,
};
use testkit::hashers::Fnv1a;
use tophash::{HashMap, MemoryPlan, TryReserveError};

#[global_allocator]
static ALLOCATOR: CountingAllocator<FailingAllocator> =
    CountingAllocator::over(FailingAllocator::new());

fn assert_whole<S: BuildHasher>(map: &HashMap<u64, u64, S>, count: u64) {
    assert_eq!(map.len() as u64, count);
    assert!((0..count).all(|n| map.get(&n) == Some(&n)));
    assert_eq!(map.iter().count() as u64, count);
}

#[test]
fn a_map_whose_growth_is_refused_goes_on_with_longer_chains_and_grows_later() {
    // 256 buckets of this kind take a block of 36 KiB; the next size takes a second such block.
    let mut map: HashMap<u64, u64> = HashMap::with_capacity(1664);
    let capacity = map.capacity();
    for n in 0..1664 {
        map.insert(n, n);
    }
    {
        let _guard = refuse(Refusal::Above(8 * 1024));
        for n in 1664..4000 {
            map.insert(n, n);
        }
        assert_whole(&map, 4000);
        assert!(!map.grow_step(16), "no step can be done");
    }
    assert!(map.capacity() <= 2 * capacity || map.capacity() == 4000);
    for n in 4000..8000 {
        map.insert(n, n);
    }
    while map.grow_step(100) {}
    assert!(!map.is_growing());
    assert_whole(&map, 8000);
    assert!(map.capacity() >= 8000 && map.capacity() > 2 * capacity);
}

/// A map of so many entries: one that grows, one that does not, one that is too full because it was
/// refused memory.
fn reserving(count: u64) -> HashMap<u64, u64, Fnv1a> {
    // Always the same: the chunks that overflow buckets lie in depend on the seed.
    let mut map = HashMap::with_seed_and_hasher(1, Fnv1a);
    map.reserve(500);
    let _guard = (count == 2000).then(|| refuse(Refusal::Above(8 * 1024)));
    for n in 0..count {
        map.insert(n, n);
    }
    assert_eq!((map.is_growing(), map.stats().buckets > 256), (count > 500, count == 1670));
    map
}

#[test]
fn every_nth_refusal_in_try_reserve_is_an_error_and_gives_back_what_was_taken() {
    for count in [500, 1670, 2000] {
        let refusals = (1..1000).take_while(|&nth| reservation_is_refused(count, nth)).count();
        assert!(refusals > 5, "{refusals} of {count}");
    }
}

/// Whether the `nth` allocation of a reservation exists, and so was refused.
fn reservation_is_refused(count: u64, nth: usize) -> bool {
    let (is_refused, usage) = measure(|| {
        let mut map = reserving(count);
        let before = (map.allocation_size(), map.stats().buckets);
        let guard = refuse(Refusal::Nth(nth));
        let result = map.try_reserve(20_000);
        let is_refused = guard.has_refused();
        drop(guard);
        if let Err(error) = result {
            assert!(is_refused);
            assert!(matches!(error, TryReserveError::AllocError { .. }));
            assert_eq!(map.stats().buckets, before.1);
            // What may stay is the rarely needed part of the header, a page of the directory and a
            // chunk of overflow buckets.
            let kept = map.allocation_size().saturating_sub(before.0);
            assert!(kept <= 2048, "{kept} bytes at the {nth}th of {count}");
            assert_whole(&map, count);
            map.try_reserve(20_000).expect("memory is there again");
        }
        assert!(map.capacity() as u64 >= count + 20_000);
        assert_whole(&map, count);
        is_refused
    });
    assert_eq!(usage.live_bytes, 0, "the {nth}th refusal leaks");
    is_refused
}

#[test]
fn shrinking_without_memory_keeps_every_entry() {
    assert!(shrinks_where_memory_is_refused(Refusal::From(1)), "it takes overflow buckets");
    let refusals = (1..1000).map(Refusal::Nth);
    let count = refusals.take_while(|&nth| shrinks_where_memory_is_refused(nth)).count();
    assert!(count > 1, "it took memory {count} times");
}

/// Shrinks a map while memory is refused; tells whether any was.
fn shrinks_where_memory_is_refused(refusal: Refusal) -> bool {
    // Always the same: which chains need overflow buckets depends on the seed.
    let mut map = HashMap::with_seed_and_hasher(1, Fnv1a);
    for n in 0..40_000 {
        map.insert(n, n);
    }
    map.retain(|key, _| *key < 13_000);
    let before = thread_usage().refusal_count;
    {
        let _guard = refuse(refusal);
        map.shrink_to_fit();
    }
    let is_refused = thread_usage().refusal_count > before;
    assert_whole(&map, 13_000);
    map.shrink_to_fit();
    assert_whole(&map, 13_000);
    assert_eq!(map.capacity(), 13_312);
    is_refused
}

#[test]
fn a_map_of_a_given_size_takes_its_memory_at_once_and_gives_all_of_it_back() {
    for count in [1, 8, 9, 100, 1000, 100_000] {
        let ((), usage) = measure(|| {
            let (mut map, usage) = measure(|| HashMap::<u64, u64>::with_capacity(count));
            assert_eq!(usize::try_from(usage.live_bytes).unwrap(), map.allocation_size());
            for n in 0..count as u64 {
                map.insert(n, n);
            }
        });
        assert_eq!(usage.live_bytes, 0);
    }
}

#[test]
fn allocation_size_is_what_the_allocator_counts() {
    let mut map: HashMap<u64, [u8; 40]> = HashMap::new();
    let ((), usage) = measure(|| {
        for n in 0..50_000_u64 {
            map.insert(n, [0; 40]);
        }
        map.retain(|key, _| key % 50 == 0);
        map.shrink_step(100);
    });
    assert_eq!(usize::try_from(usage.live_bytes).unwrap(), map.allocation_size());
}

#[test]
fn growing_one_by_one_never_holds_the_old_table_beside_the_new() {
    let (map, usage) = measure(|| {
        let mut map = HashMap::new();
        // Just past a doubling from 2^14 to 2^15 buckets, and to the end of that growth.
        for n in 0..106_497 + 16_400_u64 {
            map.insert(n, n);
        }
        map
    });
    assert!(!map.is_growing());
    let size = map.allocation_size();
    let peak = usize::try_from(usage.peak_bytes).unwrap();
    assert!(peak <= size + size / 8, "{peak} bytes at the peak, {size} in the end");
}

/// Equal hashes for all keys: a flood.
#[derive(PartialEq, Eq)]
struct Same(u32);

impl std::hash::Hash for Same {
    fn hash<H: std::hash::Hasher>(&self, hasher: &mut H) {
        hasher.write_u8(0);
    }
}

#[test]
fn a_change_of_hash_that_memory_is_refused_to_leaves_the_map_whole() {
    // The vector of hashes takes 264 bytes, the new table's block more than 1000.
    for limit in [100, 900] {
        let mut map = HashMap::new();
        for n in 0..33 {
            map.insert(Same(n), n);
        }
        assert!(map.is_flooded(), "the next write changes the hash");
        {
            let _guard = refuse(Refusal::Above(limit));
            map.insert(Same(33), 33);
        }
        assert!((0..34).all(|n| map.get(&Same(n)) == Some(&n)));
        for n in 34..500 {
            map.insert(Same(n), n);
        }
        assert!((0..500).all(|n| map.get(&Same(n)) == Some(&n)) && map.len() == 500);
    }
}

#[test]
fn a_plan_is_what_the_allocator_counts() {
    fn check<K: Eq + std::hash::Hash, V>(len: usize) {
        let (map, usage) = measure(|| HashMap::<K, V>::with_capacity(len));
        let plan = MemoryPlan::new::<K, V>(len).unwrap();
        assert_eq!(usize::try_from(usage.live_bytes).unwrap(), plan.bytes, "{len}");
        assert_eq!(map.allocation_size(), plan.bytes);
        assert_eq!((map.capacity(), map.stats().buckets), (plan.capacity, plan.buckets));
    }
    let mut random = Random::new(1);
    for _ in 0..200 {
        let magnitude = 1 + random.below(20);
        let len = random.below(1 << magnitude);
        check::<u64, u64>(len);
        check::<u64, ()>(len);
        check::<u8, u8>(len);
        check::<u128, [u8; 3]>(len);
        check::<String, [u64; 9]>(len.min(1 << 16));
        check::<[u8; 4096], u64>(len.min(1 << 12));
    }
}
