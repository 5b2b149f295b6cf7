//! What the page is sent of a map, as JSON: header, chains, overview, and the steps of a look-up.

use serde::Serialize;
use tophash::HashMap;
use tophash::inspect::{Chain, ChainState, NextBucket, SlotOutcome, Stats, Trace};

type Map = HashMap<String, String>;

/// Maps of up to so many main buckets are sent whole, larger ones as an overview.
pub(crate) const WHOLE_BUCKETS_MAX: usize = 32;
/// The most chains of one request for a part of a large map.
pub(crate) const CHAINS_MAX: usize = 64;

/// A map as the page draws it.
#[derive(Debug, Serialize)]
pub(crate) struct MapView<'a> {
    header: HeaderView,
    /// Every chain, of a small map.
    chains: Option<Vec<ChainView<'a>>>,
    /// Two numbers for each chain, of a large one.
    overview: Option<Overview>,
}

/// The header's fields, with the names of the guide's picture, and what follows from them.
#[derive(Debug, Serialize)]
struct HeaderView {
    count: usize,
    capacity: usize,
    /// `"no memory"`, `"whole"`, `"growing"` or `"shrinking"`.
    state: &'static str,
    b: u32,
    noverflow: usize,
    overflow_max: usize,
    hash0: String,
    seed_epoch: u8,
    buckets: usize,
    nevacuate: usize,
    half: usize,
    load_factor: f64,
    is_flooded: bool,
    bytes: BytesView,
}

#[derive(Debug, Serialize)]
struct BytesView {
    header: usize,
    directory: usize,
    buckets: usize,
    overflow: usize,
    spare: usize,
    total: usize,
}

/// A main bucket with its overflow buckets.
#[derive(Debug, Serialize)]
pub(crate) struct ChainView<'a> {
    index: usize,
    state: &'static str,
    hints: u8,
    buckets: Vec<BucketView<'a>>,
}

#[derive(Debug, Serialize)]
struct BucketView<'a> {
    tophashes: [u8; 8],
    /// Key and value of the taken slots, which are the first.
    entries: Vec<(&'a str, &'a str)>,
}

/// For each chain how many entries and how many overflow buckets it has.
#[derive(Debug, Default, Serialize)]
struct Overview {
    entries: Vec<usize>,
    overflow: Vec<usize>,
}

/// The steps of a look-up.
#[derive(Debug, Serialize)]
pub(crate) struct TraceView {
    key: String,
    value: Option<String>,
    hash: String,
    hash0: String,
    b: u32,
    tophash: u8,
    index: usize,
    /// The index that the hash names, whose chain is still part of `index`.
    unsplit: Option<usize>,
    buckets: Vec<TracedBucketView>,
    found: Option<(usize, usize)>,
    comparisons: usize,
}

#[derive(Debug, Serialize)]
struct TracedBucketView {
    slots: [&'static str; 8],
    next: &'static str,
}

impl<'a> MapView<'a> {
    pub(crate) fn of(map: &'a Map) -> Self {
        let stats = map.stats();
        let is_small = stats.buckets <= WHOLE_BUCKETS_MAX;
        Self {
            header: HeaderView::of(&stats),
            chains: is_small.then(|| map.layout().map(ChainView::of).collect()),
            overview: (!is_small).then(|| Overview::of(map)),
        }
    }
}

impl HeaderView {
    fn of(stats: &Stats) -> Self {
        let state = match stats.growth {
            _ if stats.buckets == 0 => "no memory",
            None => "whole",
            Some(growth) if growth.is_shrinking => "shrinking",
            Some(_) => "growing",
        };
        Self {
            count: stats.len,
            capacity: stats.capacity,
            state,
            b: stats.b,
            noverflow: stats.overflow_buckets,
            overflow_max: stats.overflow_buckets_max,
            hash0: hexadecimal_seed(stats.hash0),
            seed_epoch: stats.seed_epoch,
            buckets: stats.buckets,
            nevacuate: stats.growth.map_or(0, |growth| growth.nevacuate),
            half: stats.growth.map_or(0, |growth| growth.half),
            load_factor: stats.load_factor,
            is_flooded: stats.is_flooded,
            bytes: BytesView {
                header: stats.bytes.header,
                directory: stats.bytes.directory,
                buckets: stats.bytes.buckets,
                overflow: stats.bytes.overflow,
                spare: stats.bytes.spare,
                total: stats.bytes.total(),
            },
        }
    }
}

impl<'a> ChainView<'a> {
    fn of(chain: Chain<'a, String, String>) -> Self {
        let state = match chain.state() {
            ChainState::Settled => "settled",
            ChainState::Split => "split",
            ChainState::Whole => "whole",
            ChainState::OtherHalf => "other half",
            _ => "unknown",
        };
        let buckets = chain.buckets().map(|bucket| BucketView {
            tophashes: bucket.tophashes(),
            entries: bucket.entries().map(|(key, value)| (key.as_str(), value.as_str())).collect(),
        });
        Self { index: chain.index(), state, hints: chain.hints(), buckets: buckets.collect() }
    }
}

impl Overview {
    fn of(map: &Map) -> Self {
        let mut overview = Self::default();
        for chain in map.layout() {
            let (mut entries, mut buckets) = (0, 0);
            for bucket in chain.buckets() {
                entries += bucket.entries().len();
                buckets += 1;
            }
            overview.entries.push(entries);
            overview.overflow.push(buckets - 1);
        }
        overview
    }
}

/// The chains from index `from` on, `count` of them or as many as there are.
pub(crate) fn chains(map: &Map, from: usize, count: usize) -> Vec<ChainView<'_>> {
    map.layout().skip(from).take(count).map(ChainView::of).collect()
}

impl TraceView {
    pub(crate) fn of(map: &Map, key: &str) -> Self {
        let trace = map.trace(key);
        let buckets = trace.buckets.iter().map(|bucket| TracedBucketView {
            slots: bucket.slots.map(slot_word),
            next: next_word(bucket.next),
        });
        Self {
            key: key.to_owned(),
            value: map.get(key).cloned(),
            hash: format!("0x{:016x}", trace.hash),
            hash0: hexadecimal_seed(trace.hash0),
            b: map.stats().b,
            tophash: trace.tophash,
            index: trace.index,
            unsplit: trace.unsplit,
            buckets: buckets.collect(),
            found: found_at(&trace),
            comparisons: trace.comparisons(),
        }
    }
}

fn found_at(trace: &Trace) -> Option<(usize, usize)> {
    trace.found.map(|place| (place.bucket, place.slot))
}

fn hexadecimal_seed(hash0: u32) -> String {
    format!("0x{hash0:08x}")
}

fn slot_word(outcome: SlotOutcome) -> &'static str {
    match outcome {
        SlotOutcome::Empty => "empty",
        SlotOutcome::OtherTophash => "other tophash",
        SlotOutcome::OtherKey => "other key",
        SlotOutcome::Equal => "equal",
        SlotOutcome::NotReached => "not reached",
        _ => "unknown",
    }
}

fn next_word(next: NextBucket) -> &'static str {
    match next {
        NextBucket::Found => "found",
        NextBucket::EndOfChain => "end of chain",
        NextBucket::RuledOutByHint => "ruled out by hint",
        NextBucket::Followed => "followed",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::{Map, MapView, TraceView, WHOLE_BUCKETS_MAX, chains};
    use serde_json::{Value, json};

    fn map(count: usize) -> Map {
        (0..count).map(|n| (format!("key {n}"), n.to_string())).collect()
    }

    fn json_of(value: impl serde::Serialize) -> Value {
        serde_json::to_value(value).unwrap()
    }

    #[test]
    fn a_small_map_is_sent_whole() {
        let map = map(20);
        let view = json_of(MapView::of(&map));
        assert_eq!(view["header"]["count"], 20);
        assert_eq!(view["overview"], Value::Null);
        let chains = view["chains"].as_array().unwrap();
        let buckets = chains.iter().flat_map(|chain| chain["buckets"].as_array().unwrap());
        let entries = buckets.map(|bucket| bucket["entries"].as_array().unwrap().len());
        assert_eq!(entries.sum::<usize>(), 20);
    }

    #[test]
    fn a_large_map_is_sent_as_an_overview_of_every_chain() {
        let map = map(1000);
        let view = json_of(MapView::of(&map));
        assert_eq!(view["chains"], Value::Null);
        let entries = view["overview"]["entries"].as_array().unwrap();
        assert!(entries.len() > WHOLE_BUCKETS_MAX);
        assert_eq!(entries.len(), map.stats().buckets);
        assert_eq!(entries.iter().map(|n| n.as_u64().unwrap()).sum::<u64>(), 1000);
    }

    #[test]
    fn a_part_ends_where_the_map_ends() {
        let map = map(1000);
        let indices = |from| {
            let part = json_of(chains(&map, from, 3));
            part.as_array().unwrap().iter().map(|chain| chain["index"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(indices(7), [7, 8, 9]);
        assert_eq!(indices(map.stats().buckets - 1).len(), 1);
        assert!(indices(usize::MAX).is_empty());
    }

    #[test]
    fn a_trace_tells_where_the_key_is() {
        let map = map(20);
        let trace = json_of(TraceView::of(&map, "key 7"));
        assert_eq!((&trace["value"], &trace["comparisons"]), (&json!("7"), &json!(1)));
        let place: (usize, usize) = serde_json::from_value(trace["found"].clone()).unwrap();
        assert_eq!(trace["buckets"][place.0]["slots"][place.1], "equal");
        assert_eq!(json_of(TraceView::of(&map, "none"))["found"], Value::Null);
    }

    #[test]
    fn a_map_without_memory_has_no_bucket() {
        let view = json_of(MapView::of(&Map::new()));
        assert_eq!(view["header"]["state"], "no memory");
        assert_eq!(view["chains"], json!([]));
    }
}
