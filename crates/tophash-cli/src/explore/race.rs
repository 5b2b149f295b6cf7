//! The race: the same keys into `tophash` and std's map, in turn, each insertion timed.
//!
//! Insertions alternate, and so does which map comes first. Their times go into an array; nothing
//! is computed or sent between the insertions of one window.
//!
//! Other programs on the machine make some insertions slow, by chance. So the race is run
//! several times, and the fastest time of each insertion counts: what a table does at its n-th
//! insertion, it does every time.

use std::hint::black_box;
use std::ops::Range;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::Serialize;

use super::random::Random;

/// The most keys of one race.
pub(crate) const KEYS_MAX: usize = 1_000_000;
/// The fewest: one for each window.
pub(crate) const KEYS_MIN: usize = 1000;
/// The points of the chart.
const WINDOWS: usize = 500;

/// How many times it is run.
const ROUNDS: usize = 3;

/// Longer than any insertion takes; what is longer is counted as this.
const NANOSECONDS_MAX: u64 = 1 << 32;

/// What a race tells while it runs.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Event {
    /// The window's times, after so many rounds.
    Window {
        window: usize,
        inserted: usize,
        round: usize,
        tophash: WindowTimes,
        std: WindowTimes,
    },
    Summary {
        keys: usize,
        rounds: usize,
        clock_ns: u64,
        tophash: Box<Times>,
        std: Box<Times>,
    },
}

/// The insertions of one window into one map.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct WindowTimes {
    median_ns: u32,
    worst_ns: u32,
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

/// The most events of one race.
pub(crate) const EVENTS_MAX: usize = WINDOWS * ROUNDS + 1;

/// For each insertion into one map its fastest time in nanoseconds, over the rounds so far.
struct Lane {
    fastest: Vec<u32>,
    sorted: Vec<u32>,
}

impl Lane {
    fn new(key_count: usize) -> Self {
        Self { fastest: vec![u32::MAX; key_count], sorted: Vec::new() }
    }

    #[inline(always)]
    fn note(&mut self, insertion: usize, time: Duration) {
        let time = u32::try_from(time.as_nanos()).unwrap_or(u32::MAX);
        self.fastest[insertion] = self.fastest[insertion].min(time);
    }

    fn window(&mut self, insertions: Range<usize>) -> WindowTimes {
        self.sorted.clear();
        self.sorted.extend_from_slice(&self.fastest[insertions]);
        self.sorted.sort_unstable();
        let median_ns = self.sorted.get(self.sorted.len() / 2).copied().unwrap_or_default();
        let worst_ns = self.sorted.last().copied().unwrap_or_default();
        WindowTimes { median_ns, worst_ns }
    }

    fn times(&self) -> Option<Times> {
        let mut all = Histogram::<u64>::new_with_max(NANOSECONDS_MAX, 3).ok()?;
        for &time in &self.fastest {
            all.saturating_record(u64::from(time).max(1));
        }
        let total_ns: u64 = self.fastest.iter().map(|&time| u64::from(time)).sum();
        Some(Times {
            median_ns: all.value_at_quantile(0.5),
            p99_ns: all.value_at_quantile(0.99),
            p999_ns: all.value_at_quantile(0.999),
            p9999_ns: all.value_at_quantile(0.9999),
            worst_ns: all.max(),
            total_ms: Duration::from_nanos(total_ns).as_secs_f64() * 1e3,
        })
    }
}

/// Runs the race until it ends or `report` returns false. All rounds have the same keys.
pub(crate) fn run(key_count: usize, keys: &Random, mut report: impl FnMut(Event) -> bool) {
    let mut lanes = [Lane::new(key_count), Lane::new(key_count)];
    for round in 1..=ROUNDS {
        if !run_round(round, keys.clone(), &mut lanes, &mut report) {
            return;
        }
    }
    if let [Some(tophash), Some(std)] = lanes.each_ref().map(Lane::times) {
        let (tophash, std) = (Box::new(tophash), Box::new(std));
        let (keys, rounds, clock_ns) = (key_count, ROUNDS, clock_ns());
        report(Event::Summary { keys, rounds, clock_ns, tophash, std });
    }
}

/// One round, with new maps. False if `report` wants no more.
fn run_round(
    round: usize,
    mut keys: Random,
    [ours, stds]: &mut [Lane; 2],
    report: &mut impl FnMut(Event) -> bool,
) -> bool {
    let key_count = ours.fastest.len();
    let window_len = key_count.div_ceil(WINDOWS).max(1);
    let mut tophash = tophash::HashMap::new();
    let mut std = std::collections::HashMap::new();
    for (window, start) in (0..key_count).step_by(window_len).enumerate() {
        let insertions = start..key_count.min(start + window_len);
        for insertion in insertions.clone() {
            let key = keys.number();
            if insertion % 2 == 0 {
                ours.note(insertion, timed(|| tophash.insert(key, key)));
                stds.note(insertion, timed(|| std.insert(key, key)));
            } else {
                stds.note(insertion, timed(|| std.insert(key, key)));
                ours.note(insertion, timed(|| tophash.insert(key, key)));
            }
        }
        let inserted = insertions.end;
        let (tophash, std) = (ours.window(insertions.clone()), stds.window(insertions));
        if !report(Event::Window { window, inserted, round, tophash, std }) {
            return false;
        }
    }
    true
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
    u64::try_from(times[times.len() / 2].as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{EVENTS_MAX, Event, KEYS_MIN, ROUNDS, run};
    use crate::explore::random::Random;

    #[test]
    fn every_key_is_inserted_in_every_round_and_the_summary_comes_last() {
        let mut events = Vec::new();
        run(KEYS_MIN + 1, &Random::from_seed(1), |event| {
            events.push(event);
            true
        });
        assert!(events.len() <= EVENTS_MAX);
        let Some(Event::Summary { keys, tophash, .. }) = events.pop() else {
            panic!("the last event is the summary");
        };
        assert_eq!(keys, KEYS_MIN + 1);
        assert!(tophash.median_ns <= tophash.p99_ns && tophash.p99_ns <= tophash.worst_ns);
        let is_last = |event: &&Event| matches!(event, Event::Window { inserted: 1001, .. });
        assert_eq!(events.iter().filter(is_last).count(), ROUNDS);
    }

    #[test]
    fn a_later_round_makes_no_window_slower() {
        let mut worst = std::collections::HashMap::new();
        run(KEYS_MIN, &Random::from_seed(1), |event| {
            if let Event::Window { window, tophash, .. } = event {
                let before = worst.insert(window, tophash.worst_ns);
                assert!(before.is_none_or(|before| tophash.worst_ns <= before));
            }
            true
        });
        assert!(!worst.is_empty());
    }

    #[test]
    fn a_race_that_nobody_watches_stops() {
        let mut count = 0;
        run(KEYS_MIN, &Random::from_seed(1), |_| {
            count += 1;
            count < 3
        });
        assert_eq!(count, 3);
    }
}
