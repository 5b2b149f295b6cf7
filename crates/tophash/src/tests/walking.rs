//! P5: a walk keeps rules I1 to I6, whatever is done to the map meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;
use std::vec::Vec;

use testkit::hashers::{Constant, Fnv1a, HighBitsOnly, Identity, LowBitsOnly, Truncated};
use testkit::reduced;

use super::births::Births;
use super::check;
use crate::hash::KeyHasher;
use crate::hash_map::hasher_of;
use crate::{HashMap, HashSet, ShrinkPolicy};

/// What is done between two entries, and how often.
#[derive(Clone, Copy)]
struct Mix {
    /// Insertions between two entries, at most.
    inserts: usize,
    removals: usize,
    /// Of a thousand entries that are reached, so many are removed.
    removed_in_hand: usize,
    /// Of a thousand steps, so many clear the map.
    clears: usize,
    steps: usize,
}

const GROWING: Mix = Mix { inserts: 12, removals: 2, removed_in_hand: 50, clears: 0, steps: 1 };
const STEADY: Mix = Mix { inserts: 3, removals: 3, removed_in_hand: 100, clears: 0, steps: 1 };
const SHRINKING: Mix = Mix { inserts: 1, removals: 6, removed_in_hand: 500, clears: 0, steps: 4 };
const CLEARING: Mix = Mix { inserts: 8, removals: 2, removed_in_hand: 10, clears: 20, steps: 1 };

impl<S: BuildHasher + Default> Births<S> {
    /// Walks once round, and holds the rules to it.
    fn walk(&mut self, mix: Mix) {
        let start: Vec<(usize, u64)> = self.model.iter().map(|(k, v)| (*k, *v)).collect();
        let mut visited = BTreeMap::new();
        let mut is_cleared = false;
        let key_end = 4 * start.len() + 40;
        let mut walk = self.map.walk();
        while let Some(mut entry) = walk.next() {
            let (key, birth) = (*entry.key(), *entry.value());
            assert_eq!(self.model.get(&key), Some(&birth), "I2, I5: {key} is current");
            assert_eq!(visited.insert(birth, key), None, "I3: {key} comes once");
            assert!(visited.len() <= 40 * start.len() + 4000, "a walk ends");
            *entry.value_mut() = birth;
            if self.random.below(1000) < mix.removed_in_hand {
                assert_eq!(entry.remove(), (key, birth));
                self.model.remove(&key);
            }
            for _ in 0..self.random.below(mix.inserts + 1) {
                // The first entries of a walk bring most of the new ones, so that it ends.
                if self.model.len() > 6 * start.len() + 300 {
                    break;
                }
                let key = self.random.below(key_end);
                self.last_birth += 1;
                let expected = self.model.get(&key).copied();
                if let Some(birth) = expected {
                    // An overwritten entry is the same entry: it keeps its birth.
                    assert_eq!(walk.insert(key, birth), Some(birth));
                } else {
                    assert_eq!(walk.insert(key, self.last_birth), None);
                    self.model.insert(key, self.last_birth);
                }
            }
            for _ in 0..self.random.below(mix.removals + 1) {
                let key = self.random.below(key_end);
                assert_eq!(walk.remove(&key), self.model.remove(&key));
            }
            match self.random.below(12) {
                0 => {
                    walk.grow_step(mix.steps);
                }
                1..4 => {
                    walk.shrink_step(mix.steps);
                }
                _ => {}
            }
            if self.random.below(1000) < mix.clears {
                walk.clear();
                self.model.clear();
                is_cleared = true;
            }
            assert_eq!(walk.len(), self.model.len());
            if self.random.below(16) == 0 {
                check(walk.map());
            }
        }
        assert!(walk.next().is_none(), "the end stays the end");
        check(&self.map);
        if !is_cleared {
            for (key, birth) in start {
                if self.model.get(&key) == Some(&birth) {
                    assert!(visited.contains_key(&birth), "I1: {key} was there all the time");
                }
            }
        }
        assert_eq!(self.map.len(), self.model.len());
        assert!(self.model.iter().all(|(key, birth)| self.map.get(key) == Some(birth)));
    }
}

/// FNV-1a of which three bits are left.
#[derive(Clone, Default)]
struct ThreeBits;

impl BuildHasher for ThreeBits {
    type Hasher = <Truncated as BuildHasher>::Hasher;

    fn build_hasher(&self) -> Self::Hasher {
        Truncated(3).build_hasher()
    }
}

/// Walks with every mix, over maps of these lengths.
fn runs<S: BuildHasher + Default>(lens: &[usize], rounds: usize) {
    for &len in lens {
        for seed in 0..reduced(rounds) as u64 {
            for (n, mix) in [GROWING, STEADY, SHRINKING, CLEARING].into_iter().enumerate() {
                for policy in [ShrinkPolicy::Manual, ShrinkPolicy::Automatic] {
                    let seed = seed * 4 + n as u64;
                    let mut run = Births::<S>::new(len, seed, policy);
                    run.walk(mix);
                    run.walk(SHRINKING);
                    run.walk(GROWING);
                }
            }
        }
    }
}

#[test]
fn walks_keep_the_rules_with_a_good_hash() {
    runs::<Fnv1a>(&[0, 1, 3, 9, 40, 300, 2000], if cfg!(stress) { 4 } else { 8 });
}

#[test]
fn walks_keep_the_rules_with_the_default_hash() {
    runs::<crate::RandomState>(&[0, 1, 7, 30, 500], 10);
}

#[test]
fn walks_keep_the_rules_when_all_hashes_are_equal() {
    runs::<Constant>(&[0, 1, 7, 30, 120], 3);
}

#[test]
fn walks_keep_the_rules_with_few_hashes() {
    runs::<ThreeBits>(&[1, 30, 200], 4);
    runs::<Identity>(&[1, 30, 400], 4);
    runs::<LowBitsOnly>(&[1, 30, 400], 4);
    runs::<HighBitsOnly>(&[1, 30, 400], 4);
}

#[test]
fn a_walk_that_stands_still_survives_many_doublings() {
    // Several hashes share a chain of the small map and part only in the large one.
    for round in 0..40 {
        let mut run = Births::<Fnv1a>::new(8 + round, round as u64, ShrinkPolicy::Manual);
        let mut walk = run.map.walk();
        let mut visited = Vec::new();
        visited.extend(walk.next().map(|entry| *entry.key()));
        for key in 1000..9000 {
            walk.insert(key, 0);
        }
        while let Some(entry) = walk.next() {
            visited.push(*entry.key());
        }
        let mut of_start: Vec<usize> = visited.iter().copied().filter(|key| *key < 1000).collect();
        of_start.sort_unstable();
        assert!(of_start.into_iter().eq(0..8 + round), "round {round}");
        visited.sort_unstable();
        visited.dedup();
        check(&run.map);
    }
}

#[test]
fn a_walk_that_stands_in_a_divided_chain_lets_no_merge_mix_what_was_visited() {
    for len in 8..48 {
        let mut run = Births::<Fnv1a>::new(len, len as u64, ShrinkPolicy::Manual);
        let mut walk = run.map.walk();
        let mut visited = Vec::new();
        visited.extend(walk.next().map(|entry| *entry.key()));
        for key in 1000..3000 {
            walk.insert(key, 0);
        }
        for key in 1000..3000 {
            walk.remove(&key);
        }
        while walk.shrink_step(1) {}
        while let Some(entry) = walk.next() {
            visited.push(*entry.key());
        }
        visited.sort_unstable();
        assert!(visited.into_iter().eq(0..len), "of {len} each once");
        check(&run.map);
    }
}

/// Keys for the first chain of a map: so many for each of the chains into which it falls when the
/// map grows to as many times as many buckets.
fn keys_of_parts<S: BuildHasher>(
    map: &HashMap<usize, u64, S>,
    mut counts: Vec<usize>,
) -> Vec<usize> {
    let buckets = map.stats().buckets;
    let hasher = hasher_of(&map.hash_builder, map.table.seed());
    let sum = counts.iter().sum();
    let is_wanted = |key: &usize| {
        let index = (hasher.hash(key) >> 32) as usize % (buckets * counts.len());
        let is_missing = index % buckets == 0 && counts[index / buckets] > 0;
        counts[index / buckets] -= usize::from(is_missing);
        is_missing
    };
    (0..).filter(is_wanted).take(sum).collect()
}

#[test]
fn growth_waits_for_a_walk_whose_chain_would_fall_into_more_parts_than_it_can_mark() {
    // A walk keeps apart 16 parts of the chain that it stands in.
    const PARTS_MAX: usize = 16;
    for seed in 0..4 {
        let mut map = HashMap::with_seed_and_hasher(seed, Fnv1a);
        map.reserve(4 * PARTS_MAX);
        let buckets = map.stats().buckets;
        let mut counts = std::vec![2; 2 * PARTS_MAX];
        // The first part goes to one side in whole, the second to the other: neither must wait.
        counts[PARTS_MAX] = 0;
        counts[1] = 0;
        let start = keys_of_parts(&map, counts);
        map.extend(start.iter().map(|&key| (key, 0)));
        assert_eq!(map.stats().buckets, buckets);
        let mut walk = map.walk();
        let mut visited = Vec::new();
        visited.extend(walk.next().map(|entry| *entry.key()));
        // Large enough for two doublings more than those which divide the chain into 16.
        let mut new_keys = (1_000_000..).take(64 * PARTS_MAX * buckets);
        for key in new_keys.by_ref() {
            walk.insert(key, 1);
            if !walk.grow_step(1) && walk.map().is_growing() {
                break;
            }
        }
        let held_up = walk.map().stats().buckets;
        assert_eq!(held_up, (PARTS_MAX + 2) * buckets, "a split that would make 17 parts waits");
        check(walk.map());
        for key in new_keys.by_ref().take(100) {
            walk.insert(key, 1);
        }
        assert_eq!(walk.map().stats().buckets, held_up, "and all that come after it");
        while let Some(entry) = walk.next() {
            visited.push(*entry.key());
        }
        while walk.grow_step(1) {}
        let grown = walk.map().stats().buckets;
        assert_eq!(grown, 2 * PARTS_MAX * buckets, "growth goes on behind the walk");
        let mut of_start: Vec<usize> = visited.into_iter().filter(|key| *key < 1_000_000).collect();
        of_start.sort_unstable();
        let mut right = start;
        right.sort_unstable();
        assert_eq!(of_start, right, "each entry that was there comes once");
        check(&map);
    }
}

#[test]
fn each_of_ten_thousand_keys_can_be_removed_and_inserted_again_during_one_walk() {
    for len in [1, 2, 3, 8, 9, 60, 1000, 10_000_u32] {
        let mut map: HashMap<u32, u32> = (0..len).map(|key| (key, key)).collect();
        let mut walk = map.walk();
        let mut reached = 0;
        while let Some(entry) = walk.next() {
            let key = *entry.key();
            assert_eq!(walk.remove(&key), Some(key));
            assert_eq!(walk.insert(key, key), None);
            reached += 1;
            assert!(reached <= 2 * len, "an entry in hand that comes again lies behind the walk");
        }
        assert!(reached >= len);
        assert_eq!(map.len(), len as usize);
    }
}

#[test]
fn removing_the_odd_keys_while_growing_shows_no_odd_key_later() {
    let mut map: HashMap<u32, u32> = (0..100).map(|key| (key, key)).collect();
    let mut walk = map.walk();
    let mut steps = 0;
    while let Some(entry) = walk.next() {
        let key = *entry.key();
        if steps == 0 {
            for odd in (0..100).filter(|key| key % 2 == 1) {
                walk.remove(&odd);
            }
            for n in 100..3000 {
                walk.insert(2 * n, 0);
            }
        } else {
            assert_eq!(key % 2, 0);
        }
        steps += 1;
    }
    assert!(steps >= 50);
}

#[test]
fn walks_begin_at_random_places_and_orders_differ_within_a_hundred() {
    for len in [3, 7, 9, 15_u32] {
        let mut map: HashMap<u32, ()> = (0..len).map(|key| (key, ())).collect();
        let order = |map: &mut HashMap<u32, ()>| {
            let mut walk = map.walk();
            let mut keys = Vec::new();
            while let Some(entry) = walk.next() {
                keys.push(*entry.key());
            }
            keys
        };
        let first = order(&mut map);
        assert!((0..100).any(|_| order(&mut map) != first), "{len} entries");
    }
    let mut thinned: HashMap<u32, ()> = (0..1000).map(|key| (key, ())).collect();
    thinned.retain(|key, ()| key % 50 == 0);
    let mut firsts = Vec::new();
    for _ in 0..100 {
        firsts.extend(thinned.walk().next().map(|entry| *entry.key()));
    }
    firsts.sort_unstable();
    firsts.dedup();
    assert!(firsts.len() > 1);
}

#[test]
fn a_walk_that_is_left_halfway_leaves_a_whole_map() {
    let mut map: HashMap<usize, u64> = (0..100).map(|key| (key, 0)).collect();
    let mut walk = map.walk();
    assert!(walk.next().is_some());
    walk.insert(1000, 0);
    check(&map);
    assert_eq!(map.len(), 101);
}

#[test]
fn a_set_can_be_walked() {
    let mut set: HashSet<u32> = (0..500).collect();
    let mut walk = set.walk();
    let mut sum = 0;
    while let Some(entry) = walk.next() {
        let value = *entry.get();
        if value < 500 {
            sum += value;
            assert_eq!(entry.remove(), value);
            assert!(walk.insert(value + 500));
        }
    }
    assert_eq!(sum, 499 * 250);
    assert!((500..1000).all(|value| set.contains(&value)));
}

#[test]
fn steps_of_growth_and_shrink_during_a_walk_say_when_they_can_do_no_more() {
    const CALLS_MAX: usize = 10_000;
    let mut map: HashMap<u64, u64> = (0..20_000).map(|n| (n, n)).collect();
    assert!(!map.walk().shrink_step(0), "half of the buckets would not do");
    map.retain(|key, _| *key < 2000);
    for visited in [1, 100, 1000] {
        let mut walk = map.walk();
        for _ in 0..visited {
            walk.next().expect("there are more entries");
        }
        let calls = (0..CALLS_MAX).take_while(|_| walk.shrink_step(16)).count();
        assert!(calls < CALLS_MAX, "after {visited} entries");
        for n in 2000..2200 {
            walk.insert(n, n);
        }
        let calls = (0..CALLS_MAX).take_while(|_| walk.grow_step(16)).count();
        assert!(calls < CALLS_MAX, "after {visited} entries");
    }
    check(&map);
}

#[test]
fn a_shrink_goes_on_during_a_walk_wherever_the_walk_is_not() {
    for seed in 0..20 {
        let mut map = HashMap::with_seed_and_hasher(seed, Fnv1a);
        map.extend((0..4000_u32).map(|n| (n, n)));
        map.retain(|key, _| key % 4 == 0);
        let buckets = map.stats().buckets;
        let mut walk = map.walk();
        // It stands in a chain now, of which most have entries left to visit.
        assert!(walk.next().is_some());
        assert!(walk.shrink_step(1), "seed {seed}: there is more to merge");
        while walk.shrink_step(1) {}
        assert!(map.stats().buckets < buckets, "seed {seed}: nothing was merged");
        check(&map);
    }
}

#[test]
fn insertions_of_a_walk_let_the_map_grow_as_all_others_do() {
    let make = || {
        let mut map = HashMap::with_seed_and_hasher(1, Fnv1a);
        map.extend((0..100_u32).map(|n| (n, n)));
        map
    };
    let (mut walked, mut other) = (make(), make());
    let mut walk = walked.walk();
    assert!(walk.next().is_some());
    for n in 100..20_000 {
        walk.insert(n, n);
        other.insert(n, n);
        if n % 97 == 0 {
            assert_eq!(walk.grow_step(1), other.grow_step(1), "after {n} insertions");
        }
    }
    assert_eq!(walked.stats().buckets, other.stats().buckets);
    check(&walked);
}

#[test]
fn walks_of_a_single_bucket_come_in_every_order() {
    let mut orders = BTreeSet::new();
    // That one of the six is missing has a chance of 6 * (5 / 6)^300, which is 10^-23.
    for _ in 0..300 {
        // A walk leaves the order in which it went, so each begins with a map of its own.
        let mut map = HashMap::with_seed_and_hasher(1, Fnv1a);
        map.extend([1, 2, 3].map(|n| (n, n)));
        let mut walk = map.walk();
        let mut order = Vec::new();
        while let Some(entry) = walk.next() {
            order.push(*entry.key());
        }
        orders.insert(order);
    }
    assert_eq!(orders.len(), 6);
}
