//! What three maps take with a number of entries.

use std::alloc::Layout;

use serde::Serialize;
use tophash::MemoryPlan;

use crate::figures::{quotient, wide};
use crate::rules::{EntryBytes, go_map, std_map};

/// All of one number of entries.
#[derive(Debug, Serialize)]
pub(super) struct Estimate {
    pub(super) entries: u64,
    pub(super) tophash: OfTophash,
    pub(super) std: OfMap,
    pub(super) go: OfMap,
}

/// A map by the rules of its source.
#[derive(Debug, Serialize)]
pub(super) struct OfMap {
    /// With room for the entries.
    pub(super) bytes: u64,
    pub(super) bytes_per_entry: f64,
    /// Entries that it holds before it grows.
    pub(super) capacity: u64,
    /// The most that it takes during the growth after that: the old table and the new.
    pub(super) bytes_while_growing: u64,
}

/// tophash's map.
#[derive(Debug, Serialize)]
pub(super) struct OfTophash {
    #[serde(flatten)]
    pub(super) map: OfMap,
    pub(super) buckets: u64,
    /// With as many overflow buckets as a good hash gives on average.
    pub(super) bytes_expected: u64,
    /// With more than one map of ten thousand has.
    pub(super) bytes_p9999: u64,
}

impl Estimate {
    /// `None` if one of the maps cannot be so large.
    pub(super) fn new(entry: EntryBytes, count: u64) -> Option<Self> {
        Some(Self {
            entries: count,
            tophash: tophash(entry, count)?,
            std: std(entry, count)?,
            go: go(entry, count)?,
        })
    }
}

fn tophash(entry: EntryBytes, count: u64) -> Option<OfTophash> {
    let layout = |bytes: u64, align: u64| {
        Layout::from_size_align(usize::try_from(bytes).ok()?, usize::try_from(align).ok()?).ok()
    };
    let key = layout(entry.key, entry.key_align)?;
    let value = layout(entry.value, entry.value_align)?;
    let plan_for = |len| MemoryPlan::of_layouts(key, value, len).ok();
    let plan = plan_for(usize::try_from(count).ok()?)?;
    // A growth splits buckets in place: what it comes to is all that it takes.
    let grown = plan_for(plan.capacity + 1)?;
    let bytes = wide(plan.bytes);
    Some(OfTophash {
        map: OfMap {
            bytes,
            bytes_per_entry: quotient(bytes, count),
            capacity: wide(plan.capacity),
            bytes_while_growing: wide(grown.bytes_expected),
        },
        buckets: wide(plan.buckets),
        bytes_expected: wide(plan.bytes_expected),
        bytes_p9999: wide(plan.bytes_p9999),
    })
}

fn std(entry: EntryBytes, count: u64) -> Option<OfMap> {
    let buckets = std_map::buckets_for(count)?;
    let bytes = std_map::bytes(entry, buckets)?;
    let grown = std_map::bytes(entry, buckets.checked_mul(2)?)?;
    Some(OfMap {
        bytes,
        bytes_per_entry: quotient(bytes, count),
        capacity: std_map::capacity_of(buckets),
        bytes_while_growing: bytes.checked_add(grown)?,
    })
}

fn go(entry: EntryBytes, count: u64) -> Option<OfMap> {
    let log2 = go_map::log2_for(count);
    let array = go_map::array_bytes(entry, log2)?;
    let grown = go_map::array_bytes(entry, log2 + 1)?;
    let bytes = array.checked_add(go_map::HEADER_BYTES)?;
    Some(OfMap {
        bytes,
        bytes_per_entry: quotient(bytes, count),
        capacity: go_map::capacity_of(log2),
        bytes_while_growing: bytes.checked_add(grown)?,
    })
}

#[cfg(test)]
mod tests {
    use super::Estimate;
    use crate::rules::EntryBytes;

    #[test]
    fn the_plan_of_a_million_is_that_of_the_rules() {
        let estimate = Estimate::new(EntryBytes::of::<u64, u64>(), 1_000_000).unwrap();
        let map: tophash::HashMap<u64, u64> = tophash::HashMap::with_capacity(1_000_000);
        assert_eq!(estimate.tophash.map.bytes, map.allocation_size() as u64);
        assert_eq!(estimate.tophash.map.capacity, map.capacity() as u64);
        assert_eq!(estimate.std.bytes, (1 << 21) * 17 + 16);
        assert_eq!(estimate.std.capacity, 1_835_008);
        assert_eq!(estimate.go.bytes, ((1 << 18) + (1 << 14)) * 144 + 48);
        assert_eq!(estimate.go.capacity, 1_703_936);
        let (while_growing, all) = (estimate.std.bytes_while_growing, (1 << 22) * 17 + 16);
        assert_eq!(while_growing, estimate.std.bytes + all);
    }

    #[test]
    fn what_cannot_be_has_no_estimate() {
        assert!(Estimate::new(EntryBytes::of::<u64, u64>(), u64::MAX).is_none());
    }
}
