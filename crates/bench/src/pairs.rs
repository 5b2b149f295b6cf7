//! Two maps in turn in one process, and the ratio of their times.
//!
//! The machine's speed changes from one second to the next, so times from different moments cannot
//! be compared. Both maps of a pair are measured one right after the other, and the pair gives one
//! ratio; which of them comes first alternates. The result is the median of the ratios. The maps
//! are built anew several times, because where memory happens to lie matters as well.

use serde::{Deserialize, Serialize};

use crate::operation::Sampler;

/// How thorough a measurement is.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How often both maps are built.
    pub builds: usize,
    /// Pairs for each build.
    pub pairs: usize,
    /// How often everything is done again while the spread is too wide.
    pub retries: usize,
    /// Single operations in a sample, about.
    pub operations: usize,
}

impl Effort {
    /// For the record.
    #[must_use]
    pub fn full(len: usize) -> Self {
        if len >= 10_000_000 {
            Self { builds: 2, pairs: 3, retries: 1, operations: 1_000_000 }
        } else if len >= 1_000_000 {
            Self { builds: 3, pairs: 3, retries: 1, operations: 1_000_000 }
        } else {
            Self { builds: 5, pairs: 5, retries: 2, operations: 200_000 }
        }
    }

    /// For a first look.
    #[must_use]
    pub fn quick() -> Self {
        Self { builds: 2, pairs: 3, retries: 0, operations: 50_000 }
    }
}

/// Half of the ratios lie between `low` and `high`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Our time divided by the rival's: the median of the pairs.
    pub ratio: f64,
    /// The first quartile of the ratios.
    pub low: f64,
    /// The third quartile.
    pub high: f64,
    /// Pairs measured.
    pub pairs: usize,
    /// Our median, in nanoseconds for a single operation.
    pub ours_ns: f64,
    /// The rival's.
    pub theirs_ns: f64,
}

/// A spread between quartiles, relative to the median, that is too wide to say much.
const SPREAD_MAX: f64 = 0.2;

impl Comparison {
    /// Whether the quartiles lie so far apart that the ratio says little.
    #[must_use]
    pub fn is_wide(&self) -> bool {
        self.high - self.low > SPREAD_MAX * self.ratio
    }

    fn of(samples: &[(f64, f64)]) -> Self {
        let ratios = sorted(samples.iter().map(|(ours, theirs)| ours / theirs));
        Self {
            ratio: quantile(&ratios, 2),
            low: quantile(&ratios, 1),
            high: quantile(&ratios, 3),
            pairs: samples.len(),
            ours_ns: quantile(&sorted(samples.iter().map(|sample| sample.0)), 2),
            theirs_ns: quantile(&sorted(samples.iter().map(|sample| sample.1)), 2),
        }
    }
}

/// Compares what two functions build. All pairs count, those before a retry too.
pub fn compare<'a, 'b>(
    ours: impl Fn() -> Sampler<'a>,
    theirs: impl Fn() -> Sampler<'b>,
    effort: Effort,
) -> Comparison {
    let mut samples = Vec::new();
    for _ in 0..=effort.retries {
        for build in 0..effort.builds {
            // Whose memory comes first alternates, too.
            let (mut one, mut other): (Sampler<'a>, Sampler<'b>) = if build % 2 == 0 {
                let one = ours();
                (one, theirs())
            } else {
                let other = theirs();
                (ours(), other)
            };
            // Once to warm up.
            one();
            other();
            for pair in 0..effort.pairs {
                if (build + pair) % 2 == 0 {
                    let first = one();
                    samples.push((first, other()));
                } else {
                    let first = other();
                    samples.push((one(), first));
                }
            }
        }
        let comparison = Comparison::of(&samples);
        if !comparison.is_wide() {
            return comparison;
        }
    }
    Comparison::of(&samples)
}

fn sorted(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers
}

/// The `quarters`-th quartile, between two values if need be.
pub(crate) fn quantile(sorted: &[f64], quarters: usize) -> f64 {
    let place = (sorted.len() - 1) * quarters;
    let (below, rest) = (place / 4, place % 4);
    let above = sorted[(below + 1).min(sorted.len() - 1)];
    sorted[below] + (above - sorted[below]) * rest as f64 / 4.0
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const EFFORT: Effort = Effort { builds: 2, pairs: 3, retries: 1, operations: 1 };

    #[test]
    fn quartiles_lie_between_neighbours() {
        let numbers = [1.0, 2.0, 3.0, 4.0, 5.0];
        let quartiles = [(1, 2.0), (2, 3.0), (3, 4.0)];
        assert!(quartiles.iter().all(|&(n, right)| (quantile(&numbers, n) - right).abs() < 1e-9));
        assert!((quantile(&[1.0, 2.0], 2) - 1.5).abs() < 1e-9);
        assert!((quantile(&[7.0], 3) - 7.0).abs() < 1e-9);
    }

    #[test]
    fn a_machine_that_becomes_slower_does_not_change_a_ratio() {
        let clock = Cell::new(1.0);
        let at = |times: f64| {
            let clock = &clock;
            move || {
                clock.set(clock.get() * 1.01);
                times * clock.get()
            }
        };
        let comparison = compare(|| Box::new(at(3.0)), || Box::new(at(2.0)), EFFORT);
        assert!((comparison.ratio - 1.5).abs() < 0.03, "{comparison:?}");
        assert!(!comparison.is_wide() && comparison.pairs == 6);
    }

    #[test]
    fn a_wide_spread_is_measured_again_and_stays_marked() {
        let calls = Cell::new(0);
        let erratic = || -> Sampler<'_> {
            Box::new(|| {
                calls.set(calls.get() + 1);
                f64::from(calls.get() % 3 + 1)
            })
        };
        let comparison = compare(erratic, || Box::new(|| 1.0), EFFORT);
        assert!(comparison.is_wide() && comparison.pairs == 12, "{comparison:?}");
    }
}
