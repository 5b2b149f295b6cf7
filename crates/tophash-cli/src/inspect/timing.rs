//! How long single operations took: percentiles of all, and the worst one as it was.

use std::time::Instant;

use hdrhistogram::Histogram;

use crate::figures::wide;

/// Percentiles do not tell longer times apart: an hour.
const TIME_NS_MAX: u64 = 3_600_000_000_000;

/// One operation on one map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timed {
    pub(super) nanoseconds: u64,
    /// Whether the key was not there before.
    pub(super) is_new: bool,
}

/// Times what `operation` does, which says whether its key was new.
pub(super) fn time(operation: impl FnOnce() -> bool) -> Timed {
    let begin = Instant::now();
    let is_new = std::hint::black_box(operation());
    let elapsed = begin.elapsed();
    Timed { nanoseconds: u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX), is_new }
}

/// Latencies of one kind of operation on one map.
pub(super) struct Latencies {
    histogram: Histogram<u64>,
    /// The longest, unrounded, and how many keys the map had after it.
    worst: (u64, u64),
}

impl Latencies {
    pub(super) fn new() -> Self {
        let histogram = Histogram::new_with_bounds(1, TIME_NS_MAX, 3);
        let histogram = histogram.expect("the bounds are constants that are tested");
        Self { histogram, worst: (0, 0) }
    }

    pub(super) fn record(&mut self, nanoseconds: u64, key_count: usize) {
        self.histogram.saturating_record(nanoseconds);
        if nanoseconds > self.worst.0 {
            self.worst = (nanoseconds, wide(key_count));
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.histogram.len()
    }

    pub(super) fn worst_ns(&self) -> u64 {
        self.worst.0
    }

    pub(super) fn worst_at_keys(&self) -> u64 {
        self.worst.1
    }

    /// The least of the recorded times (to three digits) that `percent` of all do not exceed.
    pub(super) fn percentile_ns(&self, percent: f64) -> u64 {
        self.histogram.value_at_quantile(percent / 100.0).min(self.worst.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Latencies;

    #[test]
    fn percentiles_are_of_all_and_the_worst_is_exact() {
        let mut latencies = Latencies::new();
        for n in 1..=1000 {
            latencies.record(n, 7);
        }
        latencies.record(123_456_789, 8);
        assert_eq!(latencies.count(), 1001);
        assert!((500..=501).contains(&latencies.percentile_ns(50.0)));
        assert_eq!((latencies.worst_ns(), latencies.worst_at_keys()), (123_456_789, 8));
        assert!(latencies.percentile_ns(100.0) <= 123_456_789);
    }

    #[test]
    fn percentiles_tell_times_of_all_sizes() {
        let mut latencies = Latencies::new();
        for power in 0..=12 {
            latencies.record(10_u64.pow(power), 0);
        }
        for (percent, expected) in [(50.0, 1e6), (80.0, 1e10), (100.0, 1e12)] {
            let found = crate::figures::lossy(latencies.percentile_ns(percent));
            assert!((found / expected - 1.0).abs() < 0.001, "{percent}: {found}");
        }
    }

    #[test]
    fn any_time_can_be_recorded() {
        let mut latencies = Latencies::new();
        latencies.record(0, 0);
        latencies.record(u64::MAX, 1);
        assert_eq!(latencies.worst_ns(), u64::MAX);
    }
}
