//! What the map looks like in the end, and std's by the rule of its source.

use serde::Serialize;

use crate::figures::{quotient, wide};
use crate::inspect::duel::{Comparison, Duel, Key};
use crate::rules::EntryBytes;

/// tophash's map from keys to counts.
#[derive(Debug, Serialize)]
pub(super) struct MapReport {
    /// Bytes of a key and a count in the map, without the key's text.
    pub(super) entry_bytes: u64,
    pub(super) capacity: u64,
    pub(super) buckets: u64,
    pub(super) load_factor: f64,
    pub(super) overflow_buckets: u64,
    pub(super) overflow_buckets_max: u64,
    /// Growths since the map had one bucket, the one under way included.
    pub(super) growths: u32,
    pub(super) growth: Option<Growth>,
    pub(super) is_flooded: bool,
    pub(super) bytes: Bytes,
    /// The most bytes that it ever had, in allocations.
    pub(super) bytes_max: u64,
    pub(super) false_positives_per_hit: f64,
    pub(super) false_positives_per_miss: f64,
    pub(super) chains: Vec<Class>,
}

/// How far a growth has come.
#[derive(Debug, Serialize)]
pub(super) struct Growth {
    pub(super) split: u64,
    pub(super) of: u64,
}

#[derive(Debug, Serialize)]
pub(super) struct Bytes {
    pub(super) header: u64,
    pub(super) directory: u64,
    pub(super) buckets: u64,
    pub(super) overflow: u64,
    pub(super) spare: u64,
    pub(super) total: u64,
    pub(super) per_entry: f64,
}

/// Chains with a number of entries.
#[derive(Debug, Serialize)]
pub(super) struct Class {
    pub(super) entries: u64,
    /// Whether the class is the last, of so many entries or more.
    pub(super) or_more: bool,
    pub(super) chains: u64,
}

impl MapReport {
    pub(super) fn new(duel: &Duel) -> Self {
        let stats = duel.map().stats();
        let entry = EntryBytes::of::<Key, u64>();
        let total = wide(stats.bytes.total());
        let chains = stats.chains.iter().map(|(entries, chains)| Class {
            entries: wide(entries),
            or_more: entries == tophash::inspect::ChainHistogram::ENTRIES_MAX,
            chains: wide(chains),
        });
        Self {
            entry_bytes: entry.key + entry.value,
            capacity: wide(stats.capacity),
            buckets: wide(stats.buckets),
            load_factor: stats.load_factor,
            overflow_buckets: wide(stats.overflow_buckets),
            overflow_buckets_max: wide(stats.overflow_buckets_max),
            growths: stats.b,
            growth: stats
                .growth
                .map(|growth| Growth { split: wide(growth.nevacuate), of: wide(growth.half) }),
            is_flooded: stats.is_flooded,
            bytes: Bytes {
                header: wide(stats.bytes.header),
                directory: wide(stats.bytes.directory),
                buckets: wide(stats.bytes.buckets),
                overflow: wide(stats.bytes.overflow),
                spare: wide(stats.bytes.spare),
                total,
                per_entry: quotient(total, wide(stats.len)),
            },
            bytes_max: duel.tophash_bytes_max,
            false_positives_per_hit: stats.false_positives.per_hit,
            false_positives_per_miss: stats.false_positives.per_miss,
            chains: chains.collect(),
        }
    }
}

/// std's map of the same keys. Its buckets follow from its capacity, its bytes from them by
/// hashbrown's rule.
#[derive(Debug, Serialize)]
pub(super) struct StdReport {
    /// Whether it hashes as tophash does.
    pub(super) same_hasher: bool,
    pub(super) buckets: u64,
    pub(super) bytes: u64,
    /// The most while it resizes: the old table and the new one.
    pub(super) bytes_max: u64,
    pub(super) bytes_per_entry: f64,
    pub(super) resizes: u64,
}

impl StdReport {
    pub(super) fn new(duel: &Duel, comparison: Comparison) -> Self {
        let memory = duel.std_memory;
        Self {
            same_hasher: comparison == Comparison::StdSameHasher,
            buckets: memory.buckets,
            bytes: memory.bytes,
            bytes_max: memory.bytes_max.max(memory.bytes),
            bytes_per_entry: quotient(memory.bytes, wide(duel.len())),
            resizes: memory.resizes,
        }
    }
}
