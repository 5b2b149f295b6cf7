//! Latencies as the report has them.

use serde::Serialize;

use crate::inspect::duel::{Comparison, Duel, Side};
use crate::inspect::timing::Latencies;

/// Service times of single operations, each with the cost of reading the clock in it.
#[derive(Debug, Serialize)]
pub(super) struct Latency {
    pub(super) tophash: OfMap,
    pub(super) std: Option<OfMap>,
    /// What is measured when nothing is done, once for each key: the clock's own cost, and how
    /// much of the worst is the machine's.
    pub(super) nothing: Times,
}

#[derive(Debug, Serialize)]
pub(super) struct OfMap {
    /// Keys that were not there: insertions.
    pub(super) new: Times,
    /// Keys that were: updates.
    pub(super) seen: Times,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Times {
    pub(super) operations: u64,
    pub(super) p50_ns: u64,
    pub(super) p90_ns: u64,
    pub(super) p99_ns: u64,
    pub(super) p999_ns: u64,
    pub(super) p9999_ns: u64,
    pub(super) worst_ns: u64,
    /// How many keys the map had after the worst.
    pub(super) worst_at_keys: u64,
}

impl Latency {
    pub(super) fn new(duel: &Duel, comparison: Comparison) -> Self {
        Self {
            tophash: OfMap::new(&duel.tophash),
            std: (comparison != Comparison::Nothing).then(|| OfMap::new(&duel.std)),
            nothing: Times::new(&duel.nothing),
        }
    }
}

impl OfMap {
    fn new(side: &Side) -> Self {
        Self { new: Times::new(&side.new), seen: Times::new(&side.seen) }
    }
}

impl Times {
    fn new(latencies: &Latencies) -> Self {
        Self {
            operations: latencies.count(),
            p50_ns: latencies.percentile_ns(50.0),
            p90_ns: latencies.percentile_ns(90.0),
            p99_ns: latencies.percentile_ns(99.0),
            p999_ns: latencies.percentile_ns(99.9),
            p9999_ns: latencies.percentile_ns(99.99),
            worst_ns: latencies.worst_ns(),
            worst_at_keys: latencies.worst_at_keys(),
        }
    }
}
