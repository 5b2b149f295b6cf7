//! P6: a scan's position survives whatever is done to the map between two steps.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::vec::Vec;

use testkit::hashers::{Constant, Fnv1a, HighBitsOnly, Identity, LowBitsOnly};
use testkit::{Random, reduced, silently};

use super::births::Births;
use super::check;
use crate::hash_map::ScanPosition;
use crate::{HashMap, HashSet, ShrinkPolicy};

impl<S: BuildHasher + Default> Births<S> {
    /// Writes at random: more insertions than removals, or fewer.
    fn disturb(&mut self, inserts: usize, removals: usize, key_end: usize) {
        for _ in 0..self.random.below(inserts + 1) {
            let key = self.random.below(key_end);
            if !self.model.contains_key(&key) {
                self.insert(key);
            }
        }
        for _ in 0..self.random.below(removals + 1) {
            // One is left: an empty map takes a new seed, which other tests are about.
            let key = self.random.below(key_end);
            if self.model.len() > 1 {
                assert_eq!(self.map.remove(&key), self.model.remove(&key));
            }
        }
        match self.random.below(8) {
            0 => {
                self.map.shrink_step(5);
            }
            1 => self.map.shrink_to_fit(),
            2 => self.map.reserve(self.model.len()),
            3 => {
                self.map.grow_step(3);
            }
            _ => {}
        }
    }

    /// Scans from each of these positions to the end, in turn, and holds the rules to it.
    fn scan(&mut self, mut positions: Vec<ScanPosition>, budget: usize, writes: (usize, usize)) {
        let start = self.model.clone();
        let key_end = 3 * start.len() + 60;
        let mut visited = BTreeMap::new();
        let is_mutable = self.random.one_in(2);
        let mut steps = 0;
        while !positions.is_empty() {
            let which = self.random.below(positions.len());
            let (mut removed, mut met) = (Vec::new(), 0);
            let (model, random) = (&self.model, &mut self.random);
            let mut visit = |key: usize, birth: u64| {
                assert_eq!(model.get(&key), Some(&birth), "I2, I5: {key} is current");
                assert_eq!(visited.insert(birth, key), None, "I3: {key} comes once");
                met += 1;
            };
            let step = if is_mutable {
                self.map.scan_mut(positions[which], budget, |key, birth| {
                    visit(*key, *birth);
                    let keeps = model.len() < 8 || !random.one_in(5);
                    if !keeps {
                        removed.push(*key);
                    }
                    keeps
                })
            } else {
                self.map.scan(positions[which], budget, |key, birth| visit(*key, *birth))
            };
            assert!(!step.has_restarted);
            assert_eq!(step.visited, met);
            self.model.retain(|key, _| !removed.contains(key));
            match step.next {
                Some(next) => {
                    // Stored and read again, as whoever keeps it in a file does.
                    positions[which] = ScanPosition::from_bits(next.to_bits());
                }
                None => {
                    positions.swap_remove(which);
                }
            }
            if self.random.one_in(8) {
                check(&self.map);
            }
            self.disturb(writes.0, writes.1, key_end);
            steps += 1;
            assert!(steps < 200_000, "a scan ends");
        }
        check(&self.map);
        for (key, birth) in start {
            if self.model.get(&key) == Some(&birth) {
                assert!(visited.contains_key(&birth), "I1: {key} was there all the time");
            }
        }
    }
}

fn runs<S: BuildHasher + Default>(lens: &[usize], rounds: usize) {
    for &len in lens {
        // Every other one shrinks by itself.
        for seed in 0..reduced(rounds).max(2) as u64 {
            let parts = 1 + len % 7;
            for writes in [(0, 0), (9, 3), (3, 3), (3, 9)] {
                let policy =
                    if seed % 2 == 1 { ShrinkPolicy::Automatic } else { ShrinkPolicy::Manual };
                let mut run = Births::<S>::new(len, seed, policy);
                let budget = [0, 1, 3, 20, 1000][run.random.below(5)];
                run.scan([ScanPosition::START].into(), budget, writes);
                let positions = run.map.scan_ranges(parts).collect();
                run.scan(positions, budget, writes);
            }
        }
    }
}

#[test]
fn scans_keep_the_rules_with_a_good_hash() {
    runs::<Fnv1a>(&[1, 3, 9, 40, 300, 2000], 10);
}

#[test]
fn scans_keep_the_rules_with_the_default_hash() {
    runs::<crate::RandomState>(&[1, 9, 500], 10);
}

#[test]
fn scans_keep_the_rules_with_bad_hashes() {
    runs::<Constant>(&[1, 9, 60], 6);
    runs::<Identity>(&[9, 300], 4);
    runs::<LowBitsOnly>(&[9, 300], 4);
    runs::<HighBitsOnly>(&[9, 300], 4);
}

#[test]
fn a_scan_of_an_empty_map_is_complete_at_once() {
    let mut map: HashMap<usize, u64> = HashMap::new();
    assert_eq!(map.scan(ScanPosition::START, 10, |_, _| panic!()).next, None);
    map.insert(1, 1);
    map.remove(&1);
    let step = map.scan_mut(ScanPosition::START, 10, |_, _| panic!());
    assert_eq!((step.next, step.visited), (None, 0));
}

#[test]
fn a_position_from_before_a_change_of_seed_begins_anew_and_says_so() {
    let mut map: HashMap<usize, u64> = (0..1000).map(|key| (key, 0)).collect();
    let position = map.scan(ScanPosition::START, 10, |_, _| {}).next.unwrap();
    map.clear();
    map.extend((0..1000).map(|key| (key, 0)));
    let mut visited = 0;
    let step = map.scan(position, usize::MAX, |_, _| visited += 1);
    assert!(step.has_restarted);
    assert_eq!((step.next, visited), (None, 1000));
    assert!(!map.scan(ScanPosition::START, 10, |_, _| {}).has_restarted);
}

#[test]
fn made_up_positions_visit_something_and_end() {
    let mut random = Random::new(5);
    let mut map: HashMap<usize, u64> = (0..300).map(|key| (key, 0)).collect();
    for _ in 0..2000 {
        let mut bits = random.next_u64();
        if random.one_in(2) {
            // With the map's own epoch.
            bits = bits & !0 >> 8 | 1 << 56;
        }
        let mut position = Some(ScanPosition::from_bits(bits));
        let (mut steps, mut visited) = (0, 0);
        while let Some(at) = position {
            let step = map.scan(at, 7, |_, _| visited += 1);
            position = step.next;
            steps += 1;
            assert!(steps <= 2000 && visited <= 300);
        }
        let _ = map.scan_mut(ScanPosition::from_bits(bits), 3, |_, _| true);
    }
    check(&map);
}

#[test]
fn a_call_visits_at_most_a_chain_more_than_its_budget() {
    let map: HashMap<usize, u64> = (0..50_000).map(|key| (key, 0)).collect();
    let longest = 8 * 6;
    for budget in [0, 1, 10, 1000] {
        let step = map.scan(ScanPosition::START, budget, |_, _| {});
        assert!(step.visited < budget.max(1) + longest, "{step:?}");
    }
    // In a map that was thinned out it visits no more chains than its budget.
    let mut thinned = map;
    thinned.retain(|key, _| key % 1000 == 0);
    let step = thinned.scan(ScanPosition::START, 100, |_, _| {});
    assert!(step.visited < 50 && step.next.is_some());
}

#[test]
fn scans_begin_at_random_places() {
    let map: HashMap<usize, u64> = (0..3000).map(|key| (key, 0)).collect();
    let mut firsts = Vec::new();
    for _ in 0..50 {
        let mut first = None;
        let _ = map.scan(ScanPosition::START, 1, |key, _| first = first.or(Some(*key)));
        firsts.extend(first);
    }
    firsts.sort_unstable();
    firsts.dedup();
    assert!(firsts.len() > 10, "{firsts:?}");
}

#[test]
fn a_visitor_that_panics_leaves_the_map_whole_and_the_scan_resumable() {
    let mut map: HashMap<usize, u64> = (0..500).map(|key| (key, 0)).collect();
    for panic_at in 0..400 {
        let mut calls = 0;
        let outcome = silently(|| {
            map.scan_mut(ScanPosition::START, 1000, |_, value| {
                assert!(calls < panic_at);
                calls += 1;
                *value += 1;
                calls % 100 != 0
            })
        });
        assert!(outcome.is_err() || map.len() <= panic_at);
        check(&map);
    }
    let mut left = 0;
    let _ = map.scan(ScanPosition::START, usize::MAX, |_, _| left += 1);
    assert_eq!(left, map.len());
}

#[test]
fn parts_of_a_scan_visit_everything_together() {
    let set: HashSet<u32> = (0..5000).collect();
    for count in [0, 1, 2, 3, 7, 100, 4096, usize::MAX] {
        let mut visited = Vec::new();
        let mut parts = 0;
        for start in set.scan_ranges(count) {
            parts += 1;
            let mut position = Some(start);
            while let Some(at) = position {
                position = set.scan(at, 64, |value| visited.push(*value)).next;
            }
        }
        assert_eq!(parts, count.clamp(1, 4096));
        visited.sort_unstable();
        assert!(visited.into_iter().eq(0..5000), "{count} parts");
    }
}
