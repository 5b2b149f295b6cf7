//! Single insertions while a map grows from nothing, and single removals while it empties: how long
//! is the worst one, where does it fall, and what do those wait who come after it?
//!
//! *Service time* is the time of the call alone. At a *fixed rate* an insertion is due at its
//! moment whether or not the one before is done, and its latency counts from that moment: a stall
//! counts for all who would have been served meanwhile.

use std::hint::black_box;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::keys::{Key, Shape};
use crate::map::Map;

/// Parts of a run, for plots: the worst latency in each.
pub const WINDOWS: usize = 400;

/// What is done one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Task {
    /// Insert into a map that starts empty; service time.
    Insert,
    /// The same at a fixed rate; latency from the intended start.
    InsertAtRate,
    /// Remove everything; ours with its shrink policy on. Service time.
    Remove,
}

/// One run of one map.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Run {
    /// The map's name.
    pub map: String,
    /// "u64" or "String".
    pub keys: String,
    /// What was done.
    pub task: Task,
    /// How often.
    pub len: usize,
    /// Operations that were due each second; 0 for as fast as can be.
    pub rate: u64,
    /// The whole run.
    pub seconds: f64,
    /// Percentiles over all operations, in nanoseconds: 50, 99, 99.9, 99.99.
    pub percentiles: [u64; 4],
    /// The worst, in nanoseconds.
    pub worst: u64,
    /// Which operation that was.
    pub worst_at: usize,
    /// The worst of each of [`WINDOWS`] equal parts, in nanoseconds.
    pub windows: Vec<u64>,
}

/// The percentiles of [`Run::percentiles`].
pub const PERCENTILES: [f64; 4] = [50.0, 99.0, 99.9, 99.99];

/// A minute: what takes longer counts as that in the percentiles.
const LATENCY_MAX_NS: u64 = 60_000_000_000;

/// Collects latencies.
struct Collector {
    histogram: Histogram<u64>,
    len: usize,
    worst: (u64, usize),
    windows: Vec<u64>,
}

impl Collector {
    fn new(len: usize) -> Self {
        let histogram = Histogram::new_with_bounds(1, LATENCY_MAX_NS, 3);
        let histogram = histogram.expect("three digits of nanoseconds are possible");
        Self { histogram, len, worst: (0, 0), windows: vec![0; WINDOWS] }
    }

    #[inline]
    fn record(&mut self, index: usize, latency: Duration) {
        let nanoseconds = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
        self.histogram.saturating_record(nanoseconds);
        if nanoseconds > self.worst.0 {
            self.worst = (nanoseconds, index);
        }
        let window = &mut self.windows[index * WINDOWS / self.len];
        *window = nanoseconds.max(*window);
    }
}

/// How a run is done.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// What is done.
    pub task: Task,
    /// How often.
    pub len: usize,
    /// How many a second, for [`Task::InsertAtRate`].
    pub rate: u64,
}

/// A run of one map with keys of one type. `before_removal` is done to the full map before anything
/// is removed from it.
pub fn run<K: Key, M: Map<K, u64>>(
    map_name: &str,
    keys_name: &str,
    plan: Plan,
    before_removal: impl FnOnce(&mut M),
) -> Run {
    let mut collector = Collector::new(plan.len);
    // The keys are made beforehand, and in batches, so that neither making them nor holding twenty
    // million strings twice disturbs.
    let mut map = M::empty();
    let begin = Instant::now();
    let seconds = match plan.task {
        Task::Insert => {
            insert_all::<K, M>(&mut map, plan.len, &mut collector);
            begin.elapsed()
        }
        Task::InsertAtRate => {
            insert_at_rate::<K, M>(&mut map, plan, &mut collector);
            begin.elapsed()
        }
        Task::Remove => {
            for index in 0..plan.len as u64 {
                map.put(K::make(Shape::Random, index), index);
            }
            before_removal(&mut map);
            let begin = Instant::now();
            remove_all::<K, M>(&mut map, plan.len, &mut collector);
            begin.elapsed()
        }
    };
    black_box(&map);
    let at = |percentile| collector.histogram.value_at_percentile(percentile);
    Run {
        map: map_name.to_owned(),
        keys: keys_name.to_owned(),
        task: plan.task,
        len: plan.len,
        rate: if plan.task == Task::InsertAtRate { plan.rate } else { 0 },
        seconds: seconds.as_secs_f64(),
        percentiles: PERCENTILES.map(at),
        worst: collector.worst.0,
        worst_at: collector.worst.1,
        windows: collector.windows,
    }
}

/// Keys that are made at once.
const BATCH: usize = 1 << 14;

fn insert_all<K: Key, M: Map<K, u64>>(map: &mut M, len: usize, collector: &mut Collector) {
    for start in (0..len).step_by(BATCH) {
        let keys: Vec<K> = batch(start, len);
        for (offset, key) in keys.into_iter().enumerate() {
            let begin = Instant::now();
            map.put(key, offset as u64);
            collector.record(start + offset, begin.elapsed());
        }
    }
}

fn insert_at_rate<K: Key, M: Map<K, u64>>(map: &mut M, plan: Plan, collector: &mut Collector) {
    let begin = Instant::now();
    // Making a batch takes time of its own, which is not the map's: it is added to the moments at
    // which the rest is due.
    let mut paused = Duration::ZERO;
    for start in (0..plan.len).step_by(BATCH) {
        let pause = Instant::now();
        let keys: Vec<K> = batch(start, plan.len);
        paused += pause.elapsed();
        for (offset, key) in keys.into_iter().enumerate() {
            let index = start + offset;
            let due = begin + paused + moment(index as u64, plan.rate);
            while Instant::now() < due {
                std::hint::spin_loop();
            }
            map.put(key, index as u64);
            collector.record(index, due.elapsed());
        }
    }
}

fn remove_all<K: Key, M: Map<K, u64>>(map: &mut M, len: usize, collector: &mut Collector) {
    for start in (0..len).step_by(BATCH) {
        let keys: Vec<K> = batch(start, len);
        for (offset, key) in keys.iter().enumerate() {
            let begin = Instant::now();
            let removed = map.take(key);
            collector.record(start + offset, begin.elapsed());
            assert!(removed.is_some(), "every key is there");
        }
    }
}

fn batch<K: Key>(start: usize, len: usize) -> Vec<K> {
    let end = (start + BATCH).min(len);
    (start as u64..end as u64).map(|index| K::make(Shape::Random, index)).collect()
}

/// When the operation `index` is due.
fn moment(index: u64, rate: u64) -> Duration {
    Duration::from_nanos(index * 1_000_000_000 / rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_counted_once() {
        for task in [Task::Insert, Task::InsertAtRate, Task::Remove] {
            let plan = Plan { task, len: 40_000, rate: 100_000_000 };
            let run = run::<u64, tophash::HashMap<u64, u64>>("tophash", "u64", plan, |_| ());
            assert_eq!(run.windows.len(), WINDOWS);
            assert!(run.windows.iter().all(|&worst| worst > 0 && worst <= run.worst));
            assert!(run.percentiles.is_sorted() && run.worst_at < 40_000);
            assert_eq!(run.windows[run.worst_at * WINDOWS / 40_000], run.worst);
        }
    }
}
