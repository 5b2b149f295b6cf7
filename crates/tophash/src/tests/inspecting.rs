//! P9: what can be seen inside a map is what is there.
#![expect(clippy::cast_precision_loss, reason = "the numbers are small")]

use std::alloc::Layout;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hash, Hasher};
use std::vec::Vec;

use testkit::hashers::{Constant, Fnv1a, HighBitsOnly, Identity, LowBitsOnly};
use testkit::{Random, reduced};

use super::births::Births;
use crate::inspect::{ChainHistogram, ChainState, MemoryPlan, NextBucket, SlotOutcome};
use crate::raw::{Shape, planned_overflow_bytes};
use crate::{HashMap, HashSet, ShrinkPolicy};

/// Holds everything that can be seen of a map beside the model and beside each other.
fn check_inside<S: BuildHasher>(map: &HashMap<usize, u64, S>, model: &BTreeMap<usize, u64>) {
    check_layout(map, model);
    check_stats(map);
    let mut comparisons = 0;
    for key in model.keys() {
        comparisons += check_trace(map, key);
    }
    let stats = map.stats();
    let in_vain = comparisons - model.len();
    let per_hit = if model.is_empty() { 0.0 } else { in_vain as f64 / model.len() as f64 };
    assert_eq!(stats.false_positives.per_hit.to_bits(), per_hit.to_bits());
}

/// Each entry is in the layout once, where its trace ends, and taken slots come first.
fn check_layout<S: BuildHasher>(map: &HashMap<usize, u64, S>, model: &BTreeMap<usize, u64>) {
    let mut seen = BTreeMap::new();
    for (index, chain) in map.layout().enumerate() {
        assert_eq!(chain.index(), index);
        for (place, bucket) in chain.buckets().enumerate() {
            let tophashes = bucket.tophashes();
            let filled = bucket.entries().len();
            assert!(tophashes[..filled].iter().all(|tophash| (1..128).contains(tophash)));
            assert!(tophashes[filled..].iter().all(|&tophash| tophash == 0));
            for (slot, (key, value)) in bucket.entries().enumerate() {
                assert_eq!(seen.insert(*key, *value), None, "each entry once");
                let trace = map.trace(key);
                let found = trace.found.expect("what is laid out is found");
                assert_eq!((trace.index, found.bucket, found.slot), (index, place, slot));
                assert_eq!(trace.tophash, tophashes[slot]);
                assert!(place == 0 || chain.hints() >> (trace.tophash & 7) & 1 == 1);
            }
        }
    }
    assert_eq!(&seen, model);
    assert_eq!(map.layout().len(), map.stats().buckets);
}

/// The parts add up to what is known otherwise.
fn check_stats<S: BuildHasher>(map: &HashMap<usize, u64, S>) {
    let stats = map.stats();
    assert_eq!(stats.len, map.len());
    assert_eq!(stats.capacity, map.capacity());
    assert_eq!(stats.bytes.allocated(), map.allocation_size());
    assert_eq!(stats.bytes.header, size_of_val(map));
    assert_eq!(stats.is_flooded, map.is_flooded());
    assert_eq!(stats.overflow_buckets, map.table.overflow_count());
    let lens = map.layout().map(|chain| chain.buckets().map(|b| b.entries().len()).sum::<usize>());
    let lens: Vec<usize> = lens.collect();
    let depth = |len: &usize| len.saturating_sub(1) / 8;
    assert_eq!(stats.overflow_buckets_max, lens.iter().map(depth).max().unwrap_or(0));
    assert_eq!(stats.overflow_buckets, lens.iter().map(depth).sum::<usize>());
    for entries in 0..ChainHistogram::ENTRIES_MAX {
        let count = lens.iter().filter(|&&len| len == entries).count();
        assert_eq!(stats.chains.with_entries(entries), count);
    }
    assert_eq!(stats.chains.iter().map(|(_, count)| count).sum::<usize>(), stats.buckets);
    let states: Vec<ChainState> = map.layout().map(|chain| chain.state()).collect();
    let count = |state| states.iter().filter(|&&s| s == state).count();
    let is_settled = count(ChainState::Settled) == stats.buckets;
    if let Some(growth) = stats.growth.filter(|_| !is_settled) {
        assert_eq!(count(ChainState::Split), growth.nevacuate);
        assert_eq!(count(ChainState::OtherHalf), growth.nevacuate);
        assert_eq!(count(ChainState::Whole), growth.half - growth.nevacuate);
        assert_eq!(growth.is_shrinking, map.is_shrinking());
    } else {
        assert!(is_settled && !map.is_growing());
    }
}

/// A trace ends where `get` ends. Returns its comparisons.
fn check_trace<S: BuildHasher>(map: &HashMap<usize, u64, S>, key: &usize) -> usize {
    let trace = map.trace(key);
    let laid_out = trace.found.map(|place| {
        let chain = map.layout().nth(trace.index).expect("a live chain");
        let bucket = chain.buckets().nth(place.bucket).expect("a bucket of the chain");
        bucket.entries().nth(place.slot).expect("a taken slot")
    });
    let got = map.get_key_value(key);
    assert_eq!(got.map(|(k, v)| (&raw const *k, v)), laid_out.map(|(k, v)| (&raw const *k, v)));
    let ends = trace.buckets.iter().filter(|bucket| bucket.next != NextBucket::Followed).count();
    assert_eq!(ends, usize::from(map.layout().len() > 0), "it ends once");
    let equal = trace.buckets.iter().flat_map(|bucket| bucket.slots);
    let equal = equal.filter(|&slot| slot == SlotOutcome::Equal).count();
    assert_eq!(equal, usize::from(trace.found.is_some()));
    trace.comparisons()
}

fn check_histories<S: BuildHasher + Default>(len: usize) {
    for seed in 0..reduced(4) as u64 {
        let mut births = Births::<S>::new(0, seed, ShrinkPolicy::Manual);
        check_inside(&births.map, &births.model);
        let mut next_check = 1;
        for step in 0..3 * len {
            let key = births.random.below(len);
            // The first half fills it, the second empties it.
            let removes = births.random.below(3 * len) < step;
            if removes {
                assert_eq!(births.map.remove(&key), births.model.remove(&key));
                births.map.shrink_step(1);
            } else if !births.model.contains_key(&key) {
                births.insert(key);
            }
            if step == next_check {
                check_inside(&births.map, &births.model);
                next_check += 1 + births.random.below(1 + step / 4);
            }
        }
        for key in len..len + 50 {
            check_trace(&births.map, &key);
        }
    }
}

#[test]
fn what_is_seen_inside_is_what_is_there_throughout_a_maps_life() {
    check_histories::<Fnv1a>(3000);
    check_histories::<crate::RandomState>(3000);
    check_histories::<Identity>(1000);
}

#[test]
fn what_is_seen_inside_is_what_is_there_when_hashes_collide() {
    check_histories::<Constant>(120);
    check_histories::<LowBitsOnly>(300);
    check_histories::<HighBitsOnly>(300);
}

thread_local! {
    static COMPARISONS: Cell<usize> = const { Cell::new(0) };
}

/// A key that counts how often it is compared.
struct Compared(usize);

impl PartialEq for Compared {
    fn eq(&self, other: &Self) -> bool {
        COMPARISONS.set(COMPARISONS.get() + 1);
        self.0 == other.0
    }
}

impl Eq for Compared {}

impl Hash for Compared {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
    }
}

#[test]
fn a_trace_compares_as_often_as_a_look_up() {
    let map: HashMap<Compared, ()> = (0..5000).map(|n| (Compared(n), ())).collect();
    for n in 0..10_000 {
        COMPARISONS.set(0);
        let is_there = map.contains_key(&Compared(n));
        let compared = COMPARISONS.replace(0);
        let trace = map.trace(&Compared(n));
        assert_eq!((trace.comparisons(), COMPARISONS.get()), (compared, compared));
        assert_eq!(trace.found.is_some(), is_there);
    }
}

const SOUGHT: usize = 200_000;

#[test]
fn false_positives_of_misses_are_as_many_as_are_met() {
    let mut map: HashMap<u64, (), Fnv1a> = HashMap::with_seed_and_hasher(1, Fnv1a);
    let mut random = Random::new(2);
    // To the middle of a growth, so that some chains are searched for two.
    while !(map.len() > 1000 && map.stats().growth.is_some_and(|g| g.nevacuate > g.half / 2)) {
        map.insert(random.next_u64(), ());
    }
    let met: usize = (0..SOUGHT).map(|_| map.trace(&random.next_u64()).comparisons()).sum();
    let expected = map.stats().false_positives.per_miss;
    let mean = met as f64 / SOUGHT as f64;
    // Five standard deviations of a mean of rare events.
    let tolerance = 5.0 * (expected / SOUGHT as f64).sqrt();
    assert!((mean - expected).abs() < tolerance, "{mean} met, {expected} expected");
    assert!(expected > 0.01, "a test of nothing");
}

#[test]
fn a_sets_inside_is_that_of_its_map() {
    let set: HashSet<u32> = (0..100).collect();
    assert_eq!(set.stats().len, 100);
    assert_eq!(set.layout().len(), set.stats().buckets);
    assert!(set.trace(&7).found.is_some() && set.trace(&100).found.is_none());
}

#[test]
fn a_layout_can_be_entered_anywhere_and_read_from_both_ends() {
    let map: HashMap<u32, u32> = (0..10_000).map(|n| (n, n)).collect();
    let count = map.layout().len();
    assert_eq!(map.layout().nth(1234).map(|chain| chain.index()), Some(1234));
    assert_eq!(map.layout().nth_back(3).map(|chain| chain.index()), Some(count - 4));
    assert!(map.layout().nth(count).is_none());
    let backwards: Vec<usize> = map.layout().rev().map(|chain| chain.index()).collect();
    assert!(backwards.iter().rev().copied().eq(0..count));
}

fn check_plan<K: Eq + Hash + From<u16>, V: Clone + Default>(random: &mut Random) {
    for _ in 0..40 {
        let magnitude = random.below(15);
        let len = random.below(1 << magnitude);
        let plan = MemoryPlan::new::<K, V>(len).expect("a small map");
        let mut map: HashMap<K, V> = HashMap::with_capacity(len);
        assert_eq!((plan.bytes, plan.buckets), (map.allocation_size(), map.stats().buckets));
        assert_eq!(plan.capacity, map.capacity());
        for n in 0..u16::try_from(len).expect("lengths are small") {
            map.insert(K::from(n), V::default());
        }
        assert_eq!(map.len(), len);
        let nodes = map.stats().overflow_buckets;
        let more = planned_overflow_bytes(plan.buckets as u64, nodes, &Shape::of::<K, V>());
        assert_eq!(plan.bytes + more.expect("it exists"), map.allocation_size(), "{len} {nodes}");
    }
}

#[test]
fn a_plan_is_what_a_map_takes_with_its_overflow_buckets() {
    let mut random = Random::new(3);
    check_plan::<u64, u64>(&mut random);
    check_plan::<u32, u8>(&mut random);
    check_plan::<u16, ()>(&mut random);
    check_plan::<u64, [u64; 32]>(&mut random);
    check_plan::<u32, std::string::String>(&mut random);
}

#[test]
fn overflow_buckets_are_as_many_as_planned() {
    // Sizes up to 64 buckets are computed, above they are approximated.
    for (len, tables) in [(13, 4000), (104, 4000), (416, 2000), (420, 2000), (3328, 500)] {
        let plan = MemoryPlan::new::<u64, ()>(len).expect("a small map");
        let (mut sum, mut of_squares, mut above) = (0.0, 0.0, 0);
        let tables = reduced(tables);
        for seed in (0_u32..).take(tables) {
            let mut random = Random::new(u64::from(seed));
            let mut map = HashMap::<u64, (), Fnv1a>::with_seed_and_hasher(seed, Fnv1a);
            map.reserve(len);
            map.extend((0..len).map(|_| (random.next_u64(), ())));
            let nodes = map.stats().overflow_buckets;
            sum += nodes as f64;
            of_squares += (nodes * nodes) as f64;
            above += u32::from(nodes > plan.overflow_buckets_p9999);
        }
        let count = tables as f64;
        let mean = sum / count;
        let deviation = ((of_squares / count - mean * mean).max(0.0) / count).sqrt();
        let expected = plan.overflow_buckets_expected;
        assert!((mean - expected).abs() < 5.0 * deviation, "{len}: {mean}, {expected} expected");
        assert!(above <= 3, "{len}: above the 99.99th percentile {above} times of {tables}");
        assert!(plan.overflow_buckets_p9999 as f64 >= expected);
    }
}

#[test]
fn a_plan_of_what_no_map_can_have_is_an_error() {
    assert!(MemoryPlan::new::<u64, u64>(usize::MAX).is_err());
    assert!(MemoryPlan::new::<[u8; 4096], u64>(usize::MAX / 4096).is_err());
    let huge = Layout::array::<u8>(isize::MAX as usize / 2).expect("a layout may be so large");
    assert!(MemoryPlan::of_layouts(huge, Layout::new::<u64>(), 1).is_err());
    for log2 in 0..usize::BITS {
        let aligned = Layout::from_size_align(0, 1 << log2).expect("a layout may be so aligned");
        for plan in [(aligned, Layout::new::<u64>()), (Layout::new::<u64>(), aligned)] {
            let is_possible = MemoryPlan::of_layouts(plan.0, plan.1, 1).is_ok();
            assert!(is_possible || log2 > usize::BITS / 2, "aligned to 2^{log2}");
            assert!(!is_possible || log2 < usize::BITS - 2, "aligned to 2^{log2}");
        }
    }
    let empty = MemoryPlan::new::<u64, u64>(0).expect("nothing is possible");
    assert_eq!((empty.bytes, empty.buckets, empty.bytes_p9999), (0, 0, 0));
}
