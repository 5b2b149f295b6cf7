//! Makes endless sequences of operations from a seed, weighted by a profile.

use super::weights::CHOICES;
use super::{Combination, Ending, Filter, Operation, PLACES, Touch, Way};
use crate::{Random, leaks_on_purpose};
use std::collections::HashSet;

/// What kind of map it is: each has operations that another lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// A map with the interface of std's, walks and scans.
    Map,
    /// A set.
    Set,
    /// Go's map.
    Go,
    /// A map with the interface of std's and scans, without walks.
    Table,
}

/// Operations within one walk, its own steps among them, but for those that end it.
const WALK_STEPS_MAX: usize = 60;

/// Which operations a generator prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// Those of the profile.
    Profile,
    /// Walks and scans: every other operation is one.
    Visits,
}

/// What kind of life a map leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Everything, with the rare and the drastic kept rare.
    Mixed,
    /// Mostly new keys, so that the map is growing nearly always.
    Growing,
    /// Keys come and go, and the map stays at half the universe, give or take one.
    Churn,
    /// Fills the map, then removes by every means, then fills it again.
    Deleting,
}

impl Profile {
    /// All profiles, for tests that try each.
    pub const ALL: [Self; 4] = [Self::Mixed, Self::Growing, Self::Churn, Self::Deleting];
}

/// An endless sequence of operations that depends on nothing but its parameters. From bytes, it
/// ends with the bytes.
#[derive(Clone, Debug)]
pub struct Generator {
    random: Random,
    face: Face,
    focus: Focus,
    profile: Profile,
    /// Key ids are below it.
    universe: u16,
    /// The next value: all values differ, so that a mix-up of entries shows.
    next_value: u32,
    /// How many operations were made since the filling began.
    since_filling: usize,
    /// Churn: the oldest key that is in the map, and how many follow it.
    oldest: u16,
    population: u16,
}

impl Generator {
    /// Operations on keys with ids below `universe`.
    pub fn new(seed: u64, profile: Profile, universe: u16) -> Self {
        Self::with_random(Random::new(seed), profile, universe)
    }

    /// Operations that bytes spell, as a fuzzer makes them; the first two say which profile, and
    /// how many keys.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut random = Random::from_bytes(bytes);
        let profile = Profile::ALL[random.below(Profile::ALL.len())];
        let universe = [3, 12, 60, 300][random.below(4)];
        Self::with_random(random, profile, universe)
    }

    fn with_random(random: Random, profile: Profile, universe: u16) -> Self {
        assert!(universe > 0, "a universe of 0 keys has no operations");
        Self {
            random,
            face: Face::Map,
            focus: Focus::Profile,
            profile,
            universe,
            next_value: 1,
            since_filling: 0,
            oldest: 0,
            population: 0,
        }
    }

    /// The same for another kind of map.
    pub fn of(self, face: Face) -> Self {
        Self { face, ..self }
    }

    /// The same with another preference.
    pub fn on(self, focus: Focus) -> Self {
        Self { focus, ..self }
    }

    /// One operation of each kind that the map has, whatever the profile; none leaks, and lists of
    /// keys are short.
    pub fn one_of_each(mut self) -> Vec<Operation> {
        /// Of one choice, so many are drawn: some make several kinds, or a plain one at times.
        const DRAWS: usize = 200;
        /// Each key of a list is hashed several times, and a panic is tried at each of them.
        const KEYS_MAX: usize = 6;
        let mut kinds = HashSet::new();
        let mut operations = Vec::new();
        let face = self.face;
        for choice in CHOICES.iter().filter(|choice| choice.faces.contains(&face)) {
            for _ in 0..DRAWS {
                let mut operation = (choice.draw)(&mut self);
                match &mut operation {
                    Operation::Extend(pairs) | Operation::CloneFrom(pairs) => {
                        pairs.truncate(KEYS_MAX);
                    }
                    Operation::Combine(_, keys) | Operation::CombineInto(_, keys) => {
                        keys.truncate(KEYS_MAX);
                    }
                    _ => {}
                }
                if !operation.leaks() && kinds.insert(operation.kind()) {
                    operations.push(operation);
                }
            }
        }
        operations
    }

    fn make(&mut self) -> Operation {
        if self.focus == Focus::Visits && self.random.one_in(2) {
            return match self.random.below(8) {
                0..=1 => self.walk(),
                2..=3 if self.profile != Profile::Churn => {
                    Operation::ScanMut(self.place(), self.budget(), self.filter())
                }
                _ => Operation::Scan(self.place(), self.budget()),
            };
        }
        match self.profile {
            Profile::Churn if self.population < self.universe / 2 => return self.enter(),
            Profile::Deleting => {
                let place = self.since_filling;
                self.since_filling += 1;
                if place * 64 < usize::from(self.universe) {
                    return self.fill(place * 64);
                }
                if place > 2 * usize::from(self.universe) {
                    self.since_filling = 0;
                }
            }
            _ => {}
        }
        self.draw()
    }

    fn draw(&mut self) -> Operation {
        let column = self.profile as usize;
        let face = self.face;
        let offered = || CHOICES.iter().filter(move |choice| choice.faces.contains(&face));
        let sum: u32 = offered().map(|choice| choice.weights[column]).sum();
        let mut place = self.random.below(sum as usize);
        for choice in offered() {
            let weight = choice.weights[column] as usize;
            if place < weight {
                return (choice.draw)(self);
            }
            place -= weight;
        }
        unreachable!("the place was below the sum of the weights")
    }

    /// Churn: the youngest key comes.
    fn enter(&mut self) -> Operation {
        let youngest =
            (usize::from(self.oldest) + usize::from(self.population)) % usize::from(self.universe);
        self.population += 1;
        Operation::Insert(self.narrow(youngest), self.value())
    }

    /// Churn: the oldest key goes; the next operation lets a new one come.
    pub(super) fn turn_over(&mut self) -> Operation {
        if self.population == 0 {
            return self.enter();
        }
        let leaving = self.oldest;
        self.oldest = (self.oldest + 1) % self.universe;
        self.population -= 1;
        Operation::Remove(leaving)
    }

    /// Deleting: the next 64 keys come.
    fn fill(&mut self, first: usize) -> Operation {
        let last = (first + 64).min(usize::from(self.universe));
        Operation::Extend((first..last).map(|key| (self.narrow(key), self.value())).collect())
    }

    #[expect(clippy::cast_possible_truncation, reason = "the universe is a u16")]
    fn narrow(&self, key: usize) -> u16 {
        debug_assert!(key < usize::from(self.universe));
        key as u16
    }

    pub(super) fn key(&mut self) -> u16 {
        let key = self.random.below(usize::from(self.universe));
        self.narrow(key)
    }

    pub(super) fn value(&mut self) -> u32 {
        self.next_value = self.next_value.wrapping_add(1);
        self.next_value
    }

    pub(super) fn sometimes_a_value(&mut self) -> Option<u32> {
        if self.random.one_in(2) { Some(self.value()) } else { None }
    }

    pub(super) fn sometimes_a_pair(&mut self) -> Option<(u16, u32)> {
        if self.random.one_in(2) { Some((self.key(), self.value())) } else { None }
    }

    pub(super) fn filter(&mut self) -> Filter {
        Filter { modulus: u32::from(self.random.next_u64().trailing_zeros().min(8) as u8) }
    }

    /// How far an iterator goes: often not at all, a few steps, or to its end.
    pub(super) fn steps(&mut self) -> usize {
        match self.random.below(4) {
            0 => 0,
            1 => self.random.below(10),
            2 => self.some_of_universe(),
            _ => usize::MAX,
        }
    }

    pub(super) fn ending(&mut self) -> Ending {
        // A fuzzer counts a leak as a failure, and runs for too long to have any.
        if self.random.is_of_bytes() || !leaks_on_purpose() {
            return Ending::Dropped;
        }
        if self.random.one_in(3) { Ending::Leaked } else { Ending::Dropped }
    }

    pub(super) fn some_of_universe(&mut self) -> usize {
        self.random.below(usize::from(self.universe) + 1)
    }

    pub(super) fn capacity_to_try(&mut self) -> usize {
        if self.random.one_in(4) { usize::MAX } else { self.some_of_universe() }
    }

    pub(super) fn pairs(&mut self) -> Vec<(u16, u32)> {
        let count = self.random.below(33);
        (0..count).map(|_| (self.key(), self.value())).collect()
    }

    /// Two keys that differ, as `get_disjoint_mut` demands; a universe of one key has none.
    pub(super) fn disjoint(&mut self, by: fn(u16, u16, u32) -> Operation) -> Operation {
        let (first, second) = (self.key(), self.key());
        if first == second {
            return Operation::Get(first);
        }
        by(first, second, self.value())
    }

    pub(super) fn or_insert_by(&mut self) -> Operation {
        let way = Way::ALL[self.random.below(Way::ALL.len())];
        let value = if way.inserts_default() { 0 } else { self.value() };
        Operation::OrInsertBy(way, self.key(), value)
    }

    /// A number below a bound.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.random.below(bound)
    }

    #[expect(clippy::cast_possible_truncation, reason = "there are few places")]
    pub(super) fn place(&mut self) -> u8 {
        self.random.below(PLACES) as u8
    }

    /// What is done to an entry that is reached: in churn nothing that changes which keys there
    /// are.
    pub(super) fn touch(&mut self) -> Touch {
        match self.random.below(8) {
            0 => Touch::Set(self.value()),
            1 | 2 if self.profile != Profile::Churn => Touch::Take,
            3 => Touch::Add(self.value()),
            _ => Touch::Look,
        }
    }

    /// How many entries a scan visits in one call, about.
    pub(super) fn budget(&mut self) -> usize {
        [0, 1, 7, 40, usize::MAX][self.random.below(5)]
    }

    pub(super) fn combine(&mut self) -> Operation {
        Operation::Combine(self.combination(), self.keys())
    }

    pub(super) fn combine_into(&mut self) -> Operation {
        Operation::CombineInto(self.combination(), self.keys())
    }

    fn combination(&mut self) -> Combination {
        Combination::ALL[self.random.below(Combination::ALL.len())]
    }

    fn keys(&mut self) -> Vec<u16> {
        let count = self.random.below(33);
        (0..count).map(|_| self.key()).collect()
    }

    pub(super) fn walk(&mut self) -> Operation {
        let count = self.random.below(WALK_STEPS_MAX + 1);
        let steps = (0..count).map(|_| self.walk_step()).collect();
        Operation::Walk(steps, self.steps(), self.ending())
    }

    fn walk_step(&mut self) -> Operation {
        if self.profile == Profile::Churn {
            return match self.random.below(16) {
                0 => Operation::Get(self.key()),
                1 => Operation::Change(self.key(), self.value()),
                2 => Operation::GrowStep(self.random.below(5)),
                3 => Operation::ShrinkStep(self.random.below(5)),
                4 => Operation::Length,
                _ => Operation::Next(self.touch()),
            };
        }
        match self.random.below(64) {
            0 => Operation::Clear,
            1..=2 => Operation::GrowStep(self.random.below(5)),
            3..=5 => Operation::ShrinkStep(self.random.below(5)),
            6..=8 => Operation::Get(self.key()),
            9..=10 => Operation::ContainsKey(self.key()),
            11..=13 => Operation::Change(self.key(), self.value()),
            14..=19 => Operation::Remove(self.key()),
            20..=22 => Operation::RemoveEntry(self.key()),
            23..=38 => Operation::Insert(self.key(), self.value()),
            39 => Operation::Length,
            _ => Operation::Next(self.touch()),
        }
    }
}

impl Iterator for Generator {
    type Item = Operation;

    fn next(&mut self) -> Option<Operation> {
        if self.random.is_exhausted() {
            return None;
        }
        Some(self.make())
    }
}

#[cfg(test)]
mod tests {
    use super::{Face, Generator, Operation, Profile};
    use std::collections::HashSet;
    use std::mem::discriminant;

    #[test]
    fn the_same_seed_makes_the_same_operations() {
        for profile in Profile::ALL {
            let first: Vec<_> = Generator::new(5, profile, 100).take(500).collect();
            let second: Vec<_> = Generator::new(5, profile, 100).take(500).collect();
            let other: Vec<_> = Generator::new(6, profile, 100).take(500).collect();
            assert_eq!(first, second);
            assert_ne!(first, other);
        }
    }

    #[test]
    fn the_mixed_profile_makes_every_operation() {
        for face in [Face::Map, Face::Set, Face::Go, Face::Table] {
            let kinds: HashSet<_> = Generator::new(1, Profile::Mixed, 10)
                .of(face)
                .take(20_000)
                .map(|operation| discriminant(&operation))
                .collect();
            let offered = super::CHOICES.iter().filter(|choice| choice.faces.contains(&face));
            // All but `turn_over`, which makes no operation of its own.
            assert_eq!(kinds.len(), offered.count() - 1, "{face:?}");
        }
    }

    #[test]
    fn one_of_each_is_every_kind_that_is_drawn_once() {
        for face in [Face::Map, Face::Set, Face::Go, Face::Table] {
            for (seed, profile) in (1..).zip(Profile::ALL) {
                let each = Generator::new(seed, profile, 10).of(face).one_of_each();
                let kinds: HashSet<_> = each.iter().map(Operation::kind).collect();
                assert_eq!(kinds.len(), each.len());
                assert!(each.iter().all(|operation| !operation.leaks()));
                for profile in Profile::ALL {
                    let drawn = Generator::new(seed, profile, 10).of(face).take(5000);
                    let missing =
                        drawn.map(|operation| operation.kind()).find(|kind| !kinds.contains(kind));
                    assert_eq!(missing, None, "{face:?}, {profile:?}");
                }
            }
        }
    }

    #[test]
    fn bytes_spell_as_many_operations_as_they_last_for() {
        assert_eq!(Generator::from_bytes(&[]).count(), 0);
        let bytes: Vec<u8> = (0..=255).cycle().take(2000).collect();
        let count = Generator::from_bytes(&bytes).count();
        assert!((100..2000).contains(&count), "{count}");
    }

    #[test]
    fn two_keys_of_one_look_up_differ_also_in_the_smallest_universe() {
        for universe in 1..4 {
            for operation in Generator::new(3, Profile::Mixed, universe).take(5000) {
                if let Operation::GetDisjointMut(first, second, _) = operation {
                    assert_ne!(first, second);
                }
            }
        }
    }
}
