//! What the fuzzing targets do with the fuzzer's bytes: a few lines each over testkit's operations
//! and the subjects of tophash's own model tests.

// The subjects are compiled here as in tophash's tests, where `crate` is tophash.
pub(crate) use tophash::{
    Equivalent, HashMap, HashSet, RandomState, ShrinkPolicy, go, hash_map, hash_set, verify,
};

#[path = "../../crates/tophash/src/tests/subjects/mod.rs"]
mod subjects;

use std::collections::{BTreeMap, BTreeSet};

use subjects::{GoSubject, MapSubject, SetSubject};
use testkit::hashers::{Constant, Fnv1a, LowBitsOnly};
use testkit::keys::Large;
use testkit::{Focus, Operation, Outcome, StandardSubject, Subject, run_bytes, run_bytes_on};

/// Keys of which few make a table of several blocks, which grows by steps. Other keys, of up to
/// 300, all fit into one block. First bytes that no older input has choose them, so that the older
/// ones spell what they always did.
type Kilobyte = Large<1022>;

/// A map with a good or a bad hash, which gives memory back by itself or not: the first byte says.
pub fn map_ops(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    match first % 6 {
        _ if (80..96).contains(first) => run_bytes(rest, MapSubject::<Kilobyte, Fnv1a>::new),
        _ if (96..112).contains(first) => run_bytes(rest, MapSubject::<Kilobyte, Fnv1a>::shrinking),
        0 => run_bytes(rest, MapSubject::<u16, Fnv1a>::new),
        1 => run_bytes(rest, MapSubject::<u16, Fnv1a>::shrinking),
        2 => run_bytes(rest, MapSubject::<String, Fnv1a>::new),
        3 => run_bytes(rest, MapSubject::<u16, LowBitsOnly>::new),
        4 => run_bytes(rest, MapSubject::<u16, Constant>::new),
        _ => run_bytes(rest, MapSubject::<u16, RandomState>::seeded_by_chance),
    }
}

/// A set with a good or a bad hash.
pub fn set_ops(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    match first % 3 {
        _ if (112..144).contains(first) => run_bytes(rest, SetSubject::<Kilobyte, Fnv1a>::new),
        0 => run_bytes(rest, SetSubject::<u16, Fnv1a>::new),
        1 => run_bytes(rest, SetSubject::<String, Fnv1a>::new),
        _ => run_bytes(rest, SetSubject::<u16, LowBitsOnly>::new),
    }
}

/// A map that is walked and scanned more than anything else.
pub fn walk_scan(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    match first % 3 {
        _ if (112..144).contains(first) => {
            run_bytes_on(Focus::Visits, rest, MapSubject::<Kilobyte, Fnv1a>::shrinking);
        }
        0 => run_bytes_on(Focus::Visits, rest, MapSubject::<u16, Fnv1a>::new),
        1 => run_bytes_on(Focus::Visits, rest, MapSubject::<u16, Fnv1a>::shrinking),
        _ => run_bytes_on(Focus::Visits, rest, MapSubject::<u16, LowBitsOnly>::shrinking),
    }
}

/// Go's map, with up to three loops under way and walks among them.
pub fn go_map(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    match first % 3 {
        _ if (160..192).contains(first) => run_bytes(rest, GoSubject::<go::Plain<Kilobyte>>::new),
        0 => run_bytes(rest, GoSubject::<u16>::new),
        1 => run_bytes(rest, GoSubject::<String>::new),
        _ => run_bytes(rest, GoSubject::<f64>::new),
    }
}

/// Any text: what std's maps read out of it the map and the set read too, and write again.
pub fn serde(bytes: &[u8]) {
    let theirs: Option<BTreeMap<String, u32>> = serde_json::from_slice(bytes).ok();
    let ours: Option<HashMap<String, u32>> = serde_json::from_slice(bytes).ok();
    let sorted = ours.as_ref().map(|map| map.iter().map(|(k, v)| (k.clone(), *v)).collect());
    assert_eq!(theirs, sorted, "read from {:?}", String::from_utf8_lossy(bytes));
    if let Some(map) = &ours {
        map.check();
        let text = serde_json::to_string(map).expect("a map can be written");
        assert_eq!(serde_json::from_str::<HashMap<String, u32>>(&text).ok().as_ref(), Some(map));
    }
    let theirs: Option<BTreeSet<i64>> = serde_json::from_slice(bytes).ok();
    let ours: Option<HashSet<i64>> = serde_json::from_slice(bytes).ok();
    let sorted = ours.as_ref().map(|set| set.iter().copied().collect());
    assert_eq!(theirs, sorted, "read from {:?}", String::from_utf8_lossy(bytes));
    if let Some(set) = &ours {
        set.check();
        let text = serde_json::to_string(set).expect("a set can be written");
        assert_eq!(serde_json::from_str::<HashSet<i64>>(&text).ok().as_ref(), Some(set));
    }
}

/// A map with a fault: after a shrink, an entry that was overwritten has its former value. Whoever
/// does not find it within seconds finds nothing.
pub fn canary(bytes: &[u8]) {
    run_bytes(bytes, Canary::default);
}

/// Reads a byte behind a block of memory, which the address sanitizer must see: the map's own
/// mistakes with memory may show in nothing else.
#[allow(unsafe_code, reason = "the fault is what it is for")]
pub fn canary_memory(bytes: &[u8]) {
    let block: Box<[u8]> = bytes.into();
    if block.len() > 1 {
        // SAFETY: none. The byte belongs to nobody, and the sanitizer ends the process here.
        std::hint::black_box(unsafe { block.as_ptr().add(block.len()).read() });
    }
}

#[derive(Default)]
struct Canary {
    map: StandardSubject,
    overwritten: Option<(u16, u32)>,
}

impl Subject for Canary {
    fn apply(&mut self, operation: &Operation) -> Outcome {
        let outcome = self.map.apply(operation);
        match (operation, &outcome) {
            (Operation::Insert(key, _), Outcome::Value(Some(before))) => {
                self.overwritten = Some((*key, *before));
            }
            (Operation::ShrinkToFit, _) => {
                if let Some((key, before)) = self.overwritten.take() {
                    self.map.apply(&Operation::Insert(key, before));
                }
            }
            _ => {}
        }
        outcome
    }

    fn entry_count(&self) -> usize {
        self.map.entry_count()
    }

    fn contents(&self) -> Vec<(u16, u32)> {
        self.map.contents()
    }
}
