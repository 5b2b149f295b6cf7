//! Chance that can be repeated: a small seeded generator of numbers.

/// Numbers from a seed, by `SplitMix64` (every seed is good, and 64 bits of state are enough for
/// tests), or from bytes that a fuzzer made.
#[derive(Clone, Debug)]
pub struct Random {
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    Seed { state: u64 },
    Bytes { bytes: Vec<u8>, used: usize },
}

impl Random {
    /// A generator whose numbers depend on nothing but `seed`.
    pub const fn new(seed: u64) -> Self {
        Self { source: Source::Seed { state: seed } }
    }

    /// A generator that takes its numbers from `bytes`, and gives 0 when they are used up. It takes
    /// as few as the bound allows, so that a fuzzer that changes one changes one decision.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self { source: Source::Bytes { bytes: bytes.to_vec(), used: 0 } }
    }

    /// Whether its numbers come from bytes.
    pub fn is_of_bytes(&self) -> bool {
        matches!(self.source, Source::Bytes { .. })
    }

    /// Whether the bytes are used up. A seed never is.
    pub fn is_exhausted(&self) -> bool {
        match &self.source {
            Source::Seed { .. } => false,
            Source::Bytes { bytes, used } => *used >= bytes.len(),
        }
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        match &mut self.source {
            Source::Seed { state } => {
                *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                mix(*state)
            }
            Source::Bytes { .. } => self.take(8),
        }
    }

    /// A number from 0 to `bound - 1`, and 0 when the bound is 0.
    ///
    /// From a seed it is biased by less than `bound / 2^32`, which no test here can notice.
    #[expect(clippy::cast_possible_truncation, reason = "the result is below a usize")]
    pub fn below(&mut self, bound: usize) -> usize {
        debug_assert!(bound as u64 <= 1 << 32);
        match &self.source {
            Source::Seed { .. } => (((self.next_u64() >> 32) * bound as u64) >> 32) as usize,
            Source::Bytes { .. } => {
                let byte_count = match bound {
                    0 | 1 => return 0,
                    2..=0x100 => 1,
                    0x101..=0x1_0000 => 2,
                    _ => 4,
                };
                (self.take(byte_count) % bound as u64) as usize
            }
        }
    }

    /// True once in `n` times on average.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// A number of the next so many bytes; those that are missing are 0.
    fn take(&mut self, byte_count: usize) -> u64 {
        let Source::Bytes { bytes, used } = &mut self.source else { return 0 };
        let rest = &bytes[(*used).min(bytes.len())..];
        let number = rest.iter().take(byte_count).fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        *used += byte_count;
        number
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
    fn bytes_are_used_up_and_then_all_numbers_are_0() {
        let mut random = Random::from_bytes(&[7, 1, 2, 9]);
        assert_eq!(random.below(10), 7);
        assert_eq!(random.below(1000), 0x0102);
        assert!(!random.is_exhausted());
        assert_eq!(random.next_u64(), 9);
        assert!(random.is_exhausted());
        assert_eq!((random.below(5), random.next_u64()), (0, 0));
    }

    #[test]
    fn one_in_four_is_about_a_quarter() {
        let mut random = Random::new(2);
        let count = (0..10_000).filter(|_| random.one_in(4)).count();
        assert!((2300..2700).contains(&count), "{count}");
    }
}
