//! Single insertions into a map that starts empty: percentiles and the worst.

use std::thread;
use std::time::Instant;

use hdrhistogram::Histogram;

use super::Tail;
use super::maps::{SharedKey, SharedMap};
use super::threads::Start;
use crate::for_each_shared_map;
use crate::keys::Shape;
use crate::latency::PERCENTILES;

/// A minute: what takes longer counts as that.
const LATENCY_MAX_NS: u64 = 60_000_000_000;

/// Keys that a thread makes at once, outside of what is timed.
const BATCH: usize = 1 << 12;

/// Measures the contenders whose name contains one of `names`; all of them if there is none.
#[must_use]
pub fn measure<K: SharedKey>(
    keys_name: &str,
    len: usize,
    threads: usize,
    runs: usize,
    names: &[String],
) -> Vec<Tail> {
    let mut tails: Vec<Tail> = Vec::new();
    macro_rules! contend {
        ($name:expr, $map:ty) => {
            let is_chosen = names.is_empty() || names.iter().any(|name| $name.contains(&**name));
            if is_chosen && <$map as SharedMap<K>>::IS_ABLE {
                let map = <$map as SharedMap<K>>::empty();
                let histogram = grow::<K, $map>(&map, len, threads);
                let tail = Tail {
                    map: $name.to_owned(),
                    keys: keys_name.to_owned(),
                    len,
                    threads,
                    runs,
                    percentiles: PERCENTILES.map(|p| histogram.value_at_percentile(p)),
                    worst: histogram.max(),
                };
                match tails.iter_mut().find(|other| other.map == tail.map) {
                    None => tails.push(tail),
                    Some(other) if tail.worst < other.worst => *other = tail,
                    Some(_) => {}
                }
            }
        };
    }
    for _ in 0..runs {
        for_each_shared_map!(contend, K);
    }
    tails
}

fn empty_histogram() -> Histogram<u64> {
    let histogram = Histogram::new_with_bounds(1, LATENCY_MAX_NS, 3);
    histogram.expect("three digits of nanoseconds are possible")
}

/// Inserts `len` keys, each thread its part.
fn grow<K: SharedKey, M: SharedMap<K>>(map: &M, len: usize, threads: usize) -> Histogram<u64> {
    let start = Start::new(threads);
    let mut all = empty_histogram();
    let parts: Vec<Histogram<u64>> = thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|thread| {
                let start = &start;
                scope.spawn(move || {
                    let mut histogram = empty_histogram();
                    start.wait();
                    let own: Vec<u64> = (thread as u64..len as u64).step_by(threads).collect();
                    for batch in own.chunks(BATCH) {
                        let keys: Vec<K> =
                            batch.iter().map(|&n| K::make(Shape::Random, n)).collect();
                        for key in keys {
                            let begin = Instant::now();
                            map.store(key, 7);
                            let ns = begin.elapsed().as_nanos();
                            histogram.saturating_record(u64::try_from(ns).unwrap_or(u64::MAX));
                        }
                    }
                    histogram
                })
            })
            .collect();
        handles.into_iter().map(|handle| handle.join().expect("nothing panics")).collect()
    });
    for part in parts {
        all.add(part).expect("the bounds are the same");
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_insertion_is_counted_once() {
        let map = <tophash_sync::ShardedMap<u64, u64> as SharedMap<u64>>::empty();
        let histogram = grow::<u64, _>(&map, 10_001, 2);
        assert_eq!((histogram.len(), map.len()), (10_001, 10_001));
        let tails = measure::<String>("String", 1000, 1, 2, &["SafeMap".to_owned()]);
        assert_eq!(tails.len(), 1);
        assert!(tails[0].percentiles.is_sorted() && tails[0].worst >= tails[0].percentiles[3]);
    }
}
