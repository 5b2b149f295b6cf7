//! Makes endless sequences of operations from a seed, weighted by a profile.

use super::{Ending, Filter, Operation};
use crate::Random;

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

/// An endless sequence of operations that depends on nothing but its three parameters.
#[derive(Clone, Debug)]
pub struct Generator {
    random: Random,
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

type Draw = fn(&mut Generator) -> Operation;

/// One kind of operation and how often it comes in each profile, in the order of
/// [`Profile::ALL`].
struct Choice {
    weights: [u32; 4],
    draw: Draw,
}

const fn choice(weights: [u32; 4], draw: Draw) -> Choice {
    Choice { weights, draw }
}

/// The weights are relative to their column's sum. Churn must not change which keys are in the map
/// but by [`Generator::turn_over`], so the column is 0 wherever that could happen.
const CHOICES: &[Choice] = &[
    choice([0, 0, 300, 0], Generator::turn_over),
    choice([120, 300, 0, 20], |g| Operation::Insert(g.key(), g.value())),
    choice([20, 40, 0, 5], |g| Operation::TryInsert(g.key(), g.value())),
    choice([40, 30, 40, 20], |g| Operation::Get(g.key())),
    choice([20, 10, 40, 10], |g| Operation::Change(g.key(), g.value())),
    choice([20, 10, 20, 10], |g| Operation::ContainsKey(g.key())),
    choice([60, 15, 0, 200], |g| Operation::Remove(g.key())),
    choice([20, 5, 0, 40], |g| Operation::RemoveEntry(g.key())),
    choice([40, 60, 0, 5], |g| Operation::OrInsert(g.key(), g.value())),
    choice([20, 40, 0, 5], |g| Operation::ModifyOrInsert(g.key(), g.value(), g.value())),
    choice([20, 5, 0, 40], |g| Operation::OccupiedRemove(g.key())),
    choice([20, 30, 0, 5], |g| Operation::InsertEntry(g.key(), g.value())),
    choice([20, 5, 0, 30], |g| Operation::ReplaceEntry(g.key(), g.sometimes_a_value())),
    choice([20, 30, 0, 5], |g| Operation::At(g.key())),
    choice([2, 0, 0, 1], |_| Operation::Clear),
    choice([4, 1, 0, 8], |g| Operation::Retain(g.filter())),
    choice([4, 1, 0, 8], |g| Operation::ExtractIf(g.filter(), g.steps(), g.ending())),
    choice([2, 0, 0, 1], |g| Operation::Drain(g.steps(), g.ending())),
    choice([2, 0, 0, 2], |g| Operation::Rebuild(g.steps(), g.ending())),
    choice([10, 10, 10, 10], |_| Operation::Iterate),
    choice([5, 5, 5, 5], |g| Operation::IterateMut(g.value())),
    choice([5, 5, 5, 5], |g| Operation::ValuesMut(g.value())),
    choice([5, 5, 5, 5], |_| Operation::Keys),
    choice([5, 5, 5, 5], |_| Operation::Values),
    choice([5, 5, 2, 2], |g| Operation::Reserve(g.some_of_universe())),
    choice([5, 5, 2, 2], |g| Operation::TryReserve(g.capacity_to_try())),
    choice([8, 2, 4, 10], |_| Operation::ShrinkToFit),
    choice([8, 2, 4, 10], |g| Operation::ShrinkTo(g.some_of_universe())),
    choice([15, 15, 15, 15], |g| Operation::GrowStep(g.random.below(5))),
    choice([15, 5, 15, 40], |g| Operation::ShrinkStep(g.random.below(5))),
    choice([10, 5, 0, 30], |_| Operation::Pop),
    choice([5, 5, 5, 5], |_| Operation::Clone),
    choice([5, 5, 5, 5], |g| Operation::CloneFrom(g.pairs())),
    choice([12, 20, 0, 1], |g| Operation::Extend(g.pairs())),
    choice([10, 5, 10, 5], Generator::disjoint),
];

impl Generator {
    /// Operations on keys with ids below `universe`.
    pub fn new(seed: u64, profile: Profile, universe: u16) -> Self {
        assert!(universe > 0, "a universe of 0 keys has no operations");
        Self {
            random: Random::new(seed),
            profile,
            universe,
            next_value: 1,
            since_filling: 0,
            oldest: 0,
            population: 0,
        }
    }

    fn make(&mut self) -> Operation {
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
        let sum: u32 = CHOICES.iter().map(|choice| choice.weights[column]).sum();
        let mut place = self.random.below(sum as usize);
        for choice in CHOICES {
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
    fn turn_over(&mut self) -> Operation {
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

    fn key(&mut self) -> u16 {
        let key = self.random.below(usize::from(self.universe));
        self.narrow(key)
    }

    fn value(&mut self) -> u32 {
        self.next_value = self.next_value.wrapping_add(1);
        self.next_value
    }

    fn sometimes_a_value(&mut self) -> Option<u32> {
        if self.random.one_in(2) { Some(self.value()) } else { None }
    }

    fn filter(&mut self) -> Filter {
        Filter { modulus: u32::from(self.random.next_u64().trailing_zeros().min(8) as u8) }
    }

    /// How far an iterator goes: often not at all, a few steps, or to its end.
    fn steps(&mut self) -> usize {
        match self.random.below(4) {
            0 => 0,
            1 => self.random.below(10),
            2 => self.some_of_universe(),
            _ => usize::MAX,
        }
    }

    fn ending(&mut self) -> Ending {
        if self.random.one_in(3) { Ending::Leaked } else { Ending::Dropped }
    }

    fn some_of_universe(&mut self) -> usize {
        self.random.below(usize::from(self.universe) + 1)
    }

    fn capacity_to_try(&mut self) -> usize {
        if self.random.one_in(4) { usize::MAX } else { self.some_of_universe() }
    }

    fn pairs(&mut self) -> Vec<(u16, u32)> {
        let count = self.random.below(33);
        (0..count).map(|_| (self.key(), self.value())).collect()
    }

    /// Two keys that differ, as `get_disjoint_mut` demands; a universe of one key has none.
    fn disjoint(&mut self) -> Operation {
        let (first, second) = (self.key(), self.key());
        if first == second {
            return Operation::Get(first);
        }
        Operation::GetDisjointMut(first, second, self.value())
    }
}

impl Iterator for Generator {
    type Item = Operation;

    fn next(&mut self) -> Option<Operation> {
        Some(self.make())
    }
}

#[cfg(test)]
mod tests {
    use super::{Generator, Operation, Profile};
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
        let kinds: HashSet<_> = Generator::new(1, Profile::Mixed, 10)
            .take(20_000)
            .map(|operation| discriminant(&operation))
            .collect();
        // All but `turn_over`, which makes no operation of its own.
        assert_eq!(kinds.len(), super::CHOICES.len() - 1);
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
