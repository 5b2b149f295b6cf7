//! What operations of one kind took on both twins, added up.

use std::time::Duration;

use crate::watch::Taken;

/// An operation that takes longer is an outlier.
pub(crate) const OUTLIER: Duration = Duration::from_micros(250);
/// So many outliers of both twins are printed one by one.
const PRINTED_MAX: u64 = 40;

/// Operations of one kind, and the outliers among them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Times {
    operations: u64,
    clock: Outliers,
    own: Outliers,
}

/// Outliers by one measure of time.
#[derive(Clone, Copy, Default)]
struct Outliers {
    /// In one of the twins, or in both.
    either: u64,
    longest: Duration,
    both: u64,
    longest_in_both: Duration,
}

impl Outliers {
    fn note(&mut self, times: [Duration; 2]) {
        let (shorter, longer) = (times[0].min(times[1]), times[0].max(times[1]));
        self.longest = self.longest.max(longer);
        self.longest_in_both = self.longest_in_both.max(shorter);
        self.either += u64::from(longer >= OUTLIER);
        self.both += u64::from(shorter >= OUTLIER);
    }

    fn report(&self, measure: &str) {
        let Self { either, longest, both, longest_in_both } = self;
        println!(
            "    {measure:<8} {both:>4} in both twins, the longest {longest_in_both:?}; \
             {either:>6} in one or both, the longest {longest:?}"
        );
    }
}

impl Times {
    /// Notes what an operation took in each of the twins.
    pub(crate) fn note(&mut self, name: &str, taken: [Taken; 2]) {
        self.operations += 1;
        self.clock.note(taken.map(|taken| taken.clock));
        let both_before = self.own.both;
        self.own.note(taken.map(|taken| taken.own));
        if self.own.both > both_before && self.own.both <= PRINTED_MAX {
            println!("long in both twins, {name}: {}; {}", taken[0], taken[1]);
        }
    }

    pub(crate) fn report(&self, name: &str) {
        println!("  {name}, {} operations", self.operations);
        self.clock.report("clock");
        self.own.report("own time");
    }
}
