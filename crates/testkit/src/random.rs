//! Chance that can be repeated: a small seeded generator of numbers.

/// A `SplitMix64` generator: every seed is good, and 64 bits of state are enough for tests.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// A generator whose numbers depend on nothing but `seed`.
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 bits.
    pub const fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A number from 0 to `bound - 1`, and 0 when the bound is 0.
    ///
    /// It is biased by less than `bound / 2^32`, which no test here can notice.
    pub const fn below(&mut self, bound: usize) -> usize {
        debug_assert!(bound as u64 <= 1 << 32);
        (((self.next_u64() >> 32) * bound as u64) >> 32) as usize
    }

    /// True once in `n` times on average.
    pub const fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// Scrambles 64 bits so that each bit of the input changes half of the output.
pub(crate) const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_numbers_are_those_of_splitmix64() {
        let mut random = Random::new(1_234_567);
        assert_eq!(random.next_u64(), 6_457_827_717_110_365_317);
        assert_eq!(random.next_u64(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn a_bound_is_kept_and_every_number_below_it_occurs() {
        let mut random = Random::new(1);
        let mut seen = [false; 10];
        for _ in 0..1000 {
            seen[random.below(10)] = true;
        }
        assert_eq!(seen, [true; 10]);
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn one_in_four_is_about_a_quarter() {
        let mut random = Random::new(2);
        let count = (0..10_000).filter(|_| random.one_in(4)).count();
        assert!((2300..2700).contains(&count), "{count}");
    }
}
