//! The race: the same keys into `tophash` and std's map, in turn, each insertion timed.
//!
//! Insertions alternate, and so does which map comes first. Their times go into an array; nothing is
//! computed or sent between the insertions of one window.

use std::hint::black_box;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::Serialize;

use super::random::Random;

/// The most keys of one race.
pub(crate) const KEYS_MAX: usize = 1_000_000;
/// The fewest: one for each window.
pub(crate) const KEYS_MIN: usize = 1000;
/// The points of the chart.
pub(crate) const WINDOWS: usize = 500;

/// Longer than any insertion takes; what is longer is counted as this.
const NANOSECONDS_MAX: u64 = 60_000_000_000;

/// What a race tells while it runs.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Event {
    Window { inserted: usize, tophash: WindowTimes, std: WindowTimes },
    Summary { keys: usize, clock_ns: u64, tophash: Box<Times>, std: Box<Times> },
}

/// The insertions of one window into one map.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct WindowTimes {
    median_ns: u64,
    worst_ns: u64,
}

/// All insertions into one map.
#[derive(Debug, Serialize)]
pub(crate) struct Times {
    median_ns: u64,
    p99_ns: u64,
    p999_ns: u64,
    p9999_ns: u64,
    worst_ns: u64,
    total_ms: f64,
}

/// One map's times: of the present window, and of all.
struct Lane {
    window: Vec<Duration>,
    all: Histogram<u64>,
    total: Duration,
}

impl Lane {
    fn new(window_len: usize) -> Option<Self> {
        let all = Histogram::new_with_max(NANOSECONDS_MAX, 3).ok()?;
        Some(Self { window: Vec::with_capacity(window_len), all, total: Duration::ZERO })
    }

    /// Takes the window's times into account and begins the next window.
    fn end_window(&mut self) -> WindowTimes {
        self.window.sort_unstable();
        let median = self.window.get(self.window.len() / 2).copied().unwrap_or_default();
        let worst = self.window.last().copied().unwrap_or_default();
        for time in self.window.drain(..) {
            self.all.saturating_record(nanoseconds(time).max(1));
            self.total += time;
        }
        WindowTimes { median_ns: nanoseconds(median), worst_ns: nanoseconds(worst) }
    }

    fn times(&self) -> Times {
        Times {
            median_ns: self.all.value_at_quantile(0.5),
            p99_ns: self.all.value_at_quantile(0.99),
            p999_ns: self.all.value_at_quantile(0.999),
            p9999_ns: self.all.value_at_quantile(0.9999),
            worst_ns: self.all.max(),
            total_ms: self.total.as_secs_f64() * 1e3,
        }
    }
}

/// Runs the race until it ends or `report` returns false.
pub(crate) fn run(key_count: usize, mut keys: Random, mut report: impl FnMut(Event) -> bool) {
    let window_len = key_count.div_ceil(WINDOWS).max(1);
    let (Some(mut ours), Some(mut stds)) = (Lane::new(window_len), Lane::new(window_len)) else {
        return;
    };
    let mut tophash = tophash::HashMap::new();
    let mut std = std::collections::HashMap::new();
    let mut inserted = 0;
    while inserted < key_count {
        for number in 0..window_len.min(key_count - inserted) {
            let key = keys.number();
            if number % 2 == 0 {
                ours.window.push(timed(|| tophash.insert(key, key)));
                stds.window.push(timed(|| std.insert(key, key)));
            } else {
                stds.window.push(timed(|| std.insert(key, key)));
                ours.window.push(timed(|| tophash.insert(key, key)));
            }
        }
        inserted += ours.window.len();
        let (tophash, std) = (ours.end_window(), stds.end_window());
        if !report(Event::Window { inserted, tophash, std }) {
            return;
        }
    }
    let (tophash, std) = (Box::new(ours.times()), Box::new(stds.times()));
    report(Event::Summary { keys: key_count, clock_ns: clock_ns(), tophash, std });
}

#[inline(always)]
fn timed<T>(operation: impl FnOnce() -> T) -> Duration {
    let begin = Instant::now();
    black_box(operation());
    begin.elapsed()
}

/// What measuring nothing takes: the median of a thousand times.
fn clock_ns() -> u64 {
    let mut times: Vec<_> = (0..1000).map(|_| timed(|| ())).collect();
    times.sort_unstable();
    nanoseconds(times[times.len() / 2])
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Event, KEYS_MIN, WINDOWS, run};
    use crate::explore::random::Random;

    #[test]
    fn every_key_is_inserted_and_the_summary_comes_last() {
        let mut events = Vec::new();
        run(KEYS_MIN + 1, Random::from_seed(1), |event| {
            events.push(event);
            true
        });
        let Some(Event::Summary { keys, tophash, .. }) = events.pop() else {
            panic!("the last event is the summary");
        };
        assert_eq!(keys, KEYS_MIN + 1);
        assert!(tophash.median_ns <= tophash.p99_ns && tophash.p99_ns <= tophash.worst_ns);
        assert!(events.len() <= WINDOWS);
        assert!(matches!(events.last(), Some(Event::Window { inserted: 1001, .. })));
    }

    #[test]
    fn a_race_that_nobody_watches_stops() {
        let mut count = 0;
        run(KEYS_MIN, Random::from_seed(1), |_| {
            count += 1;
            count < 3
        });
        assert_eq!(count, 3);
    }
}
