//! How full a map is, how long its chains are, and where its bytes are: [`Stats`].

use crate::alloc::Allocator;
use crate::raw::{Chains, RawTable};

/// What a map looks like inside: what [`HashMap::stats`](crate::HashMap::stats) returns.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Entries.
    pub len: usize,
    /// Entries that it can hold before its next growth begins.
    pub capacity: usize,
    /// Go's `B`: the logarithm to base 2 of the main buckets that there are, or will be when the
    /// growth under way is complete.
    pub b: u32,
    /// The map's own seed. With it, and the key of the process, one could make keys that collide:
    /// do not show it to those who choose your keys.
    pub hash0: u32,
    /// How many times the seed was changed: from 1 to 255 and then from 1 again; 0 before that.
    pub seed_epoch: u8,
    /// Main buckets that exist, of eight slots each.
    pub buckets: usize,
    /// Overflow buckets in all chains; Go's `noverflow`.
    pub overflow_buckets: usize,
    /// Overflow buckets of the longest chain.
    pub overflow_buckets_max: usize,
    /// Entries for each main bucket: at most 6.5, except in a map of one bucket or one that was
    /// refused memory. 0 if there are no buckets.
    pub load_factor: f64,
    /// How far the growth or shrink under way is, if there is one.
    pub growth: Option<Growth>,
    /// Whether some chain is longer than chance explains: see
    /// [`HashMap::is_flooded`](crate::HashMap::is_flooded).
    pub is_flooded: bool,
    /// Where the bytes are.
    pub bytes: Bytes,
    /// How many chains have how many entries.
    pub chains: ChainHistogram,
    /// Comparisons of keys that the tophash did not spare.
    pub false_positives: FalsePositives,
}

/// How far a growth or a shrink has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Growth {
    /// Whether it is a shrink: growth backwards, from `half` down to 0.
    pub is_shrinking: bool,
    /// Buckets below the middle that have their other half; Go's name.
    pub nevacuate: usize,
    /// Buckets below the middle: where a growth is complete.
    pub half: usize,
}

/// Where the bytes of a map are. Only what the map itself takes: not what its keys and values own
/// elsewhere, as strings do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bytes {
    /// The map's value: the header, the hash state and the allocator.
    pub header: usize,
    /// Where the blocks of main buckets are, and the rarely needed part of the header.
    pub directory: usize,
    /// The main buckets that exist, with what their blocks have besides.
    pub buckets: usize,
    /// The overflow buckets in chains.
    pub overflow: usize,
    /// Allocated and not in use: main buckets that a growth has not reached, or that a map of half
    /// a block will grow into; overflow buckets that are free; the directory's next page.
    pub spare: usize,
}

impl Bytes {
    /// All bytes.
    ///
    /// ```
    /// let map: tophash::HashMap<u64, u64> = (0..1000).map(|n| (n, n)).collect();
    /// let bytes = map.stats().bytes;
    /// assert_eq!(bytes.total(), bytes.header + bytes.allocated());
    /// ```
    #[must_use]
    pub fn total(&self) -> usize {
        self.header + self.allocated()
    }

    /// The bytes in allocations:
    /// [`HashMap::allocation_size`](crate::HashMap::allocation_size).
    #[must_use]
    pub fn allocated(&self) -> usize {
        self.directory + self.buckets + self.overflow + self.spare
    }
}

/// How many chains have how many entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainHistogram {
    counts: [usize; Self::ENTRIES_MAX + 1],
}

impl ChainHistogram {
    /// The last class: chains with so many entries or more. It is where a chain is longer than
    /// chance explains.
    pub const ENTRIES_MAX: usize = 33;

    /// The chains with `entry_count` entries; with [`Self::ENTRIES_MAX`] or more for that number.
    ///
    /// ```
    /// let map = tophash::HashMap::from([("alice", 30), ("bob", 25)]);
    /// assert_eq!(map.stats().chains.with_entries(2), 1);
    /// ```
    #[must_use]
    pub fn with_entries(&self, entry_count: usize) -> usize {
        self.counts.get(entry_count).copied().unwrap_or(0)
    }

    /// The classes up to the last that has a chain: entries, and how many chains have so many.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (usize, usize)> + '_ {
        let end = self.counts.iter().rposition(|&count| count > 0).map_or(0, |last| last + 1);
        self.counts[..end].iter().copied().enumerate()
    }
}

/// Keys that look-ups compare in vain, because another key's tophash is the same.
///
/// Counted in the tophashes of the whole map, not sampled, and not counted while look-ups run.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct FalsePositives {
    /// For a look-up of a key that is there, each as likely as the others.
    pub per_hit: f64,
    /// For a look-up of a key that is not there, each hash as likely as the others.
    pub per_miss: f64,
}

/// What one pass over all chains finds.
struct Census {
    overflow_buckets: usize,
    overflow_buckets_max: usize,
    chains: ChainHistogram,
    false_positives: FalsePositives,
}

/// The statistics of a table, whose header is part of a value of `header_bytes`. O(entries).
pub(crate) fn count<K, V, A: Allocator>(table: &RawTable<K, V, A>, header_bytes: usize) -> Stats {
    let chains = table.chains();
    let census = take_census(chains, table.len());
    let in_use = table.bytes_in_use();
    let spare = table.allocation_bytes() - in_use.directory - in_use.buckets - in_use.overflow;
    Stats {
        len: table.len(),
        capacity: table.capacity(),
        b: chains.mask().count_ones(),
        hash0: table.hash0(),
        seed_epoch: table.seed_epoch(),
        buckets: chains.count(),
        overflow_buckets: census.overflow_buckets,
        overflow_buckets_max: census.overflow_buckets_max,
        load_factor: ratio(table.len(), chains.count()),
        growth: (table.is_growing() || table.is_shrinking()).then(|| Growth {
            is_shrinking: table.is_shrinking(),
            nevacuate: chains.nevacuate(),
            half: chains.half(),
        }),
        is_flooded: table.is_flooded(),
        bytes: Bytes {
            header: header_bytes,
            directory: in_use.directory,
            buckets: in_use.buckets,
            overflow: in_use.overflow,
            spare,
        },
        chains: census.chains,
        false_positives: census.false_positives,
    }
}

fn take_census<K, V>(chains: Chains<'_, K, V>, len: usize) -> Census {
    let mut counts = [0; ChainHistogram::ENTRIES_MAX + 1];
    let (mut overflow_buckets, mut overflow_buckets_max) = (0, 0);
    // Comparisons in vain: of all hits, and of misses by all 128 tophashes in all chains that there
    // will be.
    let (mut of_hits, mut of_misses) = (0, 0);
    // How many entries of the present chain have each tophash.
    let mut same_before = [0_usize; 128];
    for index in 0..chains.count() {
        let (mut entries, mut depth, mut of_chain) = (0, 0, 0);
        for (place, bucket) in chains.buckets(index).enumerate() {
            depth = place;
            for tophash in bucket.tophashes().into_iter().take(bucket.filled()) {
                let before = &mut same_before[usize::from(tophash)];
                of_hits += *before;
                *before += 1;
                entries += 1;
                // A hash's top bits of 0 count as 1, so that two of the 128 meet such a slot.
                of_chain += if tophash == 1 { 2 } else { 1 };
            }
        }
        for tophash in chains.buckets(index).flat_map(|bucket| bucket.tophashes()) {
            same_before[usize::from(tophash)] = 0;
        }
        // A chain that is not split yet is searched for what will be two.
        let is_whole = index >= chains.nevacuate() && index < chains.half();
        of_misses += if is_whole { of_chain * 2 } else { of_chain };
        counts[entries.min(ChainHistogram::ENTRIES_MAX)] += 1;
        overflow_buckets += depth;
        overflow_buckets_max = overflow_buckets_max.max(depth);
    }
    Census {
        overflow_buckets,
        overflow_buckets_max,
        chains: ChainHistogram { counts },
        false_positives: FalsePositives {
            per_hit: ratio(of_hits, len),
            per_miss: ratio(of_misses, 128 * (chains.mask() + 1)),
        },
    }
}

/// A quotient for people to read; 0 if there is nothing to divide by.
#[expect(clippy::cast_precision_loss, reason = "sixteen digits are enough to read")]
fn ratio(dividend: usize, divisor: usize) -> f64 {
    if divisor == 0 { 0.0 } else { dividend as f64 / divisor as f64 }
}
