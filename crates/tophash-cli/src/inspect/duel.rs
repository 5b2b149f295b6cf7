//! The two maps side by side: each key goes into both, and each is timed.

use std::collections::hash_map::RandomState as SipHash;
use std::hash::BuildHasher;
use std::rc::Rc;

use tophash::HashMap;

use super::series::{Sample, Series};
use super::timing::{Latencies, Timed, time};
use crate::figures::wide;
use crate::rules::{EntryBytes, std_map};

/// A key. Both maps share its bytes, so that a clone costs neither of them an allocation.
pub(super) type Key = Rc<[u8]>;

type StdMap<S> = std::collections::HashMap<Key, u64, S>;

/// What the map is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Nothing,
    /// std's map as it is, with `SipHash`.
    Std,
    /// std's map with tophash's hash function.
    StdSameHasher,
}

enum Rival {
    None,
    Sip(StdMap<SipHash>),
    Same(StdMap<tophash::RandomState>),
}

impl Rival {
    fn count(&mut self, key: Key) -> Timed {
        match self {
            Self::None => Timed { nanoseconds: 0, is_new: false },
            Self::Sip(map) => count_in_std(map, key),
            Self::Same(map) => count_in_std(map, key),
        }
    }

    fn capacity(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Sip(map) => map.capacity(),
            Self::Same(map) => map.capacity(),
        }
    }
}

fn count_in_std<S: BuildHasher>(map: &mut StdMap<S>, key: Key) -> Timed {
    time(|| {
        let count = map.entry(key).or_insert(0);
        *count += 1;
        *count == 1
    })
}

/// Latencies of one map.
pub(super) struct Side {
    /// Of keys that were not there.
    pub(super) new: Latencies,
    /// Of keys that were.
    pub(super) seen: Latencies,
}

impl Side {
    fn new() -> Self {
        Self { new: Latencies::new(), seen: Latencies::new() }
    }

    fn record(&mut self, timed: Timed, key_count: usize) {
        let latencies = if timed.is_new { &mut self.new } else { &mut self.seen };
        latencies.record(timed.nanoseconds, key_count);
    }
}

/// std's map as seen from outside: its capacity says when it resized.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StdMemory {
    pub(super) buckets: u64,
    pub(super) bytes: u64,
    pub(super) bytes_max: u64,
    pub(super) resizes: u64,
}

pub(super) struct Duel {
    map: HashMap<Key, u64>,
    rival: Rival,
    pub(super) tophash: Side,
    pub(super) std: Side,
    /// Of doing nothing, once for each key: the clock's own cost, and what else the machine does.
    pub(super) nothing: Latencies,
    pub(super) std_memory: StdMemory,
    pub(super) tophash_bytes_max: u64,
    pub(super) series: Series,
    turn: u64,
}

impl Duel {
    pub(super) fn new(comparison: Comparison) -> Self {
        Self {
            map: HashMap::new(),
            rival: match comparison {
                Comparison::Nothing => Rival::None,
                Comparison::Std => Rival::Sip(StdMap::default()),
                Comparison::StdSameHasher => Rival::Same(StdMap::default()),
            },
            tophash: Side::new(),
            std: Side::new(),
            nothing: Latencies::new(),
            std_memory: StdMemory::default(),
            tophash_bytes_max: 0,
            series: Series::new(),
            turn: 0,
        }
    }

    pub(super) fn map(&self) -> &HashMap<Key, u64> {
        &self.map
    }

    pub(super) fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether both maps have the key. To ask only one would warm the cache for it alone.
    pub(super) fn contains(&self, key: &[u8]) -> bool {
        let in_rival = match &self.rival {
            Rival::None => true,
            Rival::Sip(map) => map.contains_key(key),
            Rival::Same(map) => map.contains_key(key),
        };
        self.map.contains_key(key) && in_rival
    }

    /// Adds one to the key's count in both maps; tells whether the key was new.
    pub(super) fn count(&mut self, key: Key) -> bool {
        // Who goes second finds the key's bytes in the cache. The parity of a number's ones favours
        // neither, whatever the period of the keys.
        let tophash_first = self.turn.count_ones() % 2 == 0;
        self.turn += 1;
        let copy = Rc::clone(&key);
        let (of_tophash, of_std) = if tophash_first {
            let timed = self.count_in_tophash(copy);
            (timed, self.rival.count(key))
        } else {
            let timed = self.rival.count(copy);
            (self.count_in_tophash(key), timed)
        };
        self.tophash.record(of_tophash, self.map.len());
        if !matches!(self.rival, Rival::None) {
            debug_assert_eq!(of_tophash.is_new, of_std.is_new, "the maps hold the same keys");
            self.std.record(of_std, self.map.len());
        }
        let of_nothing = time(|| false);
        self.nothing.record(of_nothing.nanoseconds, self.map.len());
        self.sample(of_tophash, of_std, of_nothing);
        of_tophash.is_new
    }

    fn count_in_tophash(&mut self, key: Key) -> Timed {
        time(|| {
            let count = self.map.entry(key).or_insert(0);
            *count += 1;
            *count == 1
        })
    }

    fn sample(&mut self, of_tophash: Timed, of_std: Timed, of_nothing: Timed) {
        let tophash_bytes = wide(self.map.allocation_size());
        self.tophash_bytes_max = self.tophash_bytes_max.max(tophash_bytes);
        let memory = &mut self.std_memory;
        let mut std_bytes = memory.bytes;
        let buckets = std_map::buckets_of_capacity(wide(self.rival.capacity()));
        if buckets != memory.buckets {
            let bytes = std_map::bytes(EntryBytes::of::<Key, u64>(), buckets).unwrap_or(u64::MAX);
            // Old and new lie side by side while the entries move.
            std_bytes = memory.bytes.saturating_add(bytes);
            memory.resizes += 1;
            memory.bytes_max = memory.bytes_max.max(std_bytes);
            (memory.buckets, memory.bytes) = (buckets, bytes);
        }
        self.series.push(Sample {
            keys: wide(self.map.len()),
            tophash_ns: of_tophash.nanoseconds,
            std_ns: of_std.nanoseconds,
            nothing_ns: of_nothing.nanoseconds,
            tophash_bytes,
            std_bytes,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Comparison, Duel};
    use crate::rules::{EntryBytes, std_map};

    #[test]
    fn both_maps_count_the_same() {
        for comparison in [Comparison::Nothing, Comparison::Std, Comparison::StdSameHasher] {
            let mut duel = Duel::new(comparison);
            for n in 0..3000_u32 {
                let is_new = duel.count((n % 1000).to_le_bytes().as_slice().into());
                assert_eq!(is_new, n < 1000);
            }
            assert_eq!((duel.len(), duel.tophash.new.count()), (1000, 1000));
            assert_eq!(duel.tophash.seen.count(), 2000);
            let compared = u64::from(comparison != Comparison::Nothing);
            assert_eq!(duel.std.new.count(), 1000 * compared);
            assert!(duel.contains(&7_u32.to_le_bytes()));
            assert!(!duel.contains(b"7"));
        }
    }

    #[test]
    fn a_resize_of_std_holds_old_and_new() {
        let mut duel = Duel::new(Comparison::Std);
        for n in 0..29_u32 {
            duel.count(n.to_le_bytes().as_slice().into());
        }
        // 4, 8, 16, 32 and 64 buckets, since 28 entries fill 32.
        let entry = EntryBytes::of::<super::Key, u64>();
        let bytes = |buckets| std_map::bytes(entry, buckets).unwrap();
        let memory = duel.std_memory;
        assert_eq!((memory.resizes, memory.buckets, memory.bytes), (5, 64, bytes(64)));
        assert_eq!(memory.bytes_max, bytes(32) + bytes(64));
    }
}
