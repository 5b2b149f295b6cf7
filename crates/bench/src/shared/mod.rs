//! Maps that several threads share: how do ours compare with their rivals, at which mixes of reads
//! and writes, and how long is the longest insertion while they grow?
//!
//! ```text
//! maps.rs      what every contender can do, and the list of them
//! mix.rs       throughput of mixes, 1 and 2 threads, in alternating runs
//! named.rs     the benchmarks that Go has for its sync.Map, by their names
//! steps.rs     the operations that those need, of the maps that have them
//! go.rs        Go's sync.Map, in a process of its own
//! tails.rs     single insertions from zero to millions
//! interner.rs  hits, resolving and bytes of interners
//! threads.rs   threads that begin together
//! run.rs       which of these are measured
//! ```
//!
//! A contender is one line in `maps.rs`. All of them hash with our default state, so that it is the
//! maps that are compared.
//!
//! What this cannot show: how maps behave with more processors than the machine has.

pub mod go;
pub mod interner;
pub mod maps;
pub mod mix;
pub mod named;
pub mod run;
pub mod steps;
pub mod tails;
mod threads;

use serde::{Deserialize, Serialize};

use crate::keys::shuffle;
use crate::pairs;

/// Throughput of one contender at one mix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Throughput {
    /// The contender's name.
    pub map: String,
    /// The mix, as `read 90 %`.
    pub mix: String,
    /// "u64" or "String".
    pub keys: String,
    /// Keys.
    pub len: usize,
    /// Threads.
    pub threads: usize,
    /// Million operations a second, of all threads together, over the rounds.
    pub mops: Quartiles,
    /// `ShardedMap`'s throughput of the same round, to this one's: the median.
    pub sharded_ratio: f64,
    /// `SyncMap`'s throughput of the same round, to this one's: the median.
    pub sync_ratio: f64,
    /// `WordMap`'s likewise, if it can have such keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word_ratio: Option<f64>,
}

/// One of Go's benchmarks for its `sync.Map`, with one map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NamedTime {
    /// Go's name, without `BenchmarkMap`.
    pub name: String,
    /// The contender's name.
    pub map: String,
    /// Threads.
    pub threads: usize,
    /// Nanoseconds for one operation, all threads' operations counted, as Go counts.
    pub ns: Quartiles,
}

/// Single insertions into a contender that starts empty: of several runs the one with the smallest
/// worst, as the machine interrupts every run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tail {
    /// The contender's name.
    pub map: String,
    /// "u64" or "String".
    pub keys: String,
    /// Insertions.
    pub len: usize,
    /// Threads.
    pub threads: usize,
    /// Runs.
    pub runs: usize,
    /// Nanoseconds of single insertions, the service time, at 50, 99, 99.9 and 99.99 %.
    pub percentiles: [u64; 4],
    /// The worst, in nanoseconds.
    pub worst: u64,
}

/// What an interner costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interning {
    /// The contender's name.
    pub interner: String,
    /// Different texts.
    pub len: usize,
    /// Threads.
    pub threads: usize,
    /// Nanoseconds for one text that is there, for each thread, over the rounds.
    pub hit_ns: Quartiles,
    /// Nanoseconds for one symbol, for each thread; the text is not read.
    pub resolve_ns: Quartiles,
}

/// What an interner's texts take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InternedBytes {
    /// The contender's name.
    pub interner: String,
    /// Different texts.
    pub len: usize,
    /// Live bytes above the texts' own, for each text.
    pub bytes_above: f64,
}

/// A measurement's rounds: half of them lie between `low` and `high`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quartiles {
    /// The first quartile.
    pub low: f64,
    /// The median.
    pub median: f64,
    /// The third quartile.
    pub high: f64,
}

impl Quartiles {
    /// Those of at least one number.
    fn of(mut numbers: Vec<f64>) -> Self {
        numbers.sort_by(f64::total_cmp);
        let [low, median, high] = [1, 2, 3].map(|n| pairs::quantile(&numbers, n));
        Self { low, median, high }
    }
}

/// The order of the contenders in a round. Each round has another one: whoever comes after a map
/// that leaves much garbage would always pay for it otherwise.
fn order_of(round: usize, contenders: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..contenders).collect();
    shuffle(&mut order, round as u64 + 1);
    order
}

/// A cheap sequence of numbers without pattern.
struct Chance(u64);

impl Chance {
    /// A number below `end`, which is below 2^32.
    #[inline(always)]
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (((self.0 >> 32) * end as u64) >> 32) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::{Chance, Quartiles};

    #[test]
    fn the_median_lies_in_the_middle() {
        let quartiles = Quartiles::of(vec![5.0, 1.0, 4.0, 2.0, 3.0]);
        assert_eq!(quartiles, Quartiles { low: 2.0, median: 3.0, high: 4.0 });
        assert!((Quartiles::of(vec![4.0, 1.0, 2.0, 3.0]).median - 2.5).abs() < 1e-9);
    }

    #[test]
    fn chance_reaches_everything_below_its_end() {
        let mut chance = Chance(1);
        let mut counts = [0; 10];
        for _ in 0..10_000 {
            counts[chance.below(10)] += 1;
        }
        assert!(counts.iter().all(|count| (800..1200).contains(count)), "{counts:?}");
    }
}
