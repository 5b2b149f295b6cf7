//! Drives a map through operations while its keys panic: at the first call, at the second, and so
//! on until none is reached any more.

use crate::keys::{Fuse, Spark};
use crate::{Model, Operation, Subject, silently};
use std::collections::{BTreeMap, BTreeSet};

/// Calls of user code at which a panic is tried, at most; more is a mistake in the test.
const CALLS_MAX: u64 = 200_000;

/// Carries `operations` out again and again, each time with a panic at the next call of `spark`,
/// and goes on with the map after the panic; returns how many runs it took.
///
/// After a panic the map checks itself. An operation that concerns one entry may have lost or
/// changed that one and no other; any other may have lost entries, but has invented none.
///
/// # Panics
///
/// When the map fails.
#[track_caller]
pub fn at_every_panic<S: Subject>(
    operations: &[Operation],
    spark: Spark,
    fuse: &Fuse,
    mut make: impl FnMut() -> S,
) -> u64 {
    for nth in 1..=CALLS_MAX {
        let mut subject = make();
        let mut model = Model::new();
        fuse.set(spark, nth);
        for (index, operation) in operations.iter().enumerate() {
            let before = model.contents();
            let followed = match silently(|| subject.apply(operation)) {
                Ok(outcome) => model.follow(operation, &outcome),
                Err(caught) if caught.message.contains("the fuse burnt") => {
                    subject.check();
                    let after = subject.contents();
                    let allowed = hold(operation, &before, &after);
                    model.adopt(&after);
                    allowed
                }
                Err(caught) => Err(caught.message),
            };
            if let Err(reason) = followed {
                panic!(
                    "with a panic at call {nth} of {spark:?}, operation {index} of {}: {reason}\n\n\
                     &{operations:?}",
                    operation.source()
                );
            }
        }
        // What follows hashes and drops keys too, which says nothing of the map.
        let was_reached = !fuse.disarm(spark);
        subject.check();
        let mut contents = subject.contents();
        contents.sort_unstable();
        assert_eq!(contents, model.contents(), "with a panic at call {nth} of {spark:?}");
        drop(subject);
        if !was_reached {
            return nth;
        }
    }
    panic!("more than {CALLS_MAX} calls of {spark:?}");
}

/// Whether a map that an operation's panic left may look so.
fn hold(operation: &Operation, before: &[(u16, u32)], after: &[(u16, u32)]) -> Result<(), String> {
    let keys: BTreeSet<u16> = after.iter().map(|entry| entry.0).collect();
    if keys.len() < after.len() {
        return Err(format!("an entry is there twice after the panic: {after:?}"));
    }
    let before: BTreeMap<u16, u32> = before.iter().copied().collect();
    let lost = before.keys().filter(|key| !keys.contains(key)).count();
    if lost > 1 && operation.concerns_one_entry() {
        return Err(format!("{lost} entries were lost by the panic"));
    }
    let changed = after.iter().filter(|(key, value)| before.get(key) != Some(value)).count();
    if changed > 1 && operation.concerns_one_entry() && !operation.writes_many() {
        return Err(format!("{changed} entries were changed before the panic"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::at_every_panic;
    use crate::hashers::Fnv1a;
    use crate::keys::{Fuse, Fused, Spark};
    use crate::{Operation, Outcome, Subject, silently};
    use std::collections::HashMap;

    /// The standard map with keys that panic, and perhaps with a fault.
    struct Fragile {
        map: HashMap<Fused<u16>, u32, Fnv1a>,
        fuse: Fuse,
        is_lossy: bool,
    }

    impl Subject for Fragile {
        fn apply(&mut self, operation: &Operation) -> Outcome {
            let Operation::Insert(key, value) = *operation else { panic!("not tried here") };
            let key = self.fuse.key(key);
            let Some(kept) = self.is_lossy.then(|| std::mem::take(&mut self.map)) else {
                return Outcome::Value(self.map.insert(key, value));
            };
            // What is in hand while user code runs is lost with its panic.
            let mut other = Self { map: kept, fuse: self.fuse.clone(), is_lossy: false };
            let displaced = other.map.insert(key, value);
            std::mem::swap(&mut self.map, &mut other.map);
            Outcome::Value(displaced)
        }

        fn entry_count(&self) -> usize {
            self.map.len()
        }

        fn contents(&self) -> Vec<(u16, u32)> {
            self.map.iter().map(|(key, value)| (key.value, *value)).collect()
        }
    }

    fn run(is_lossy: bool) -> u64 {
        let operations: Vec<_> = (0..20).map(|key| Operation::Insert(key, 1)).collect();
        let fuse = Fuse::new();
        let make = || Fragile { map: HashMap::with_hasher(Fnv1a), fuse: fuse.clone(), is_lossy };
        at_every_panic(&operations, Spark::Hash, &fuse, make)
    }

    #[test]
    fn every_call_is_tried_until_none_is_reached() {
        assert!(run(false) > 20);
    }

    #[test]
    fn a_map_that_loses_more_than_the_entry_in_hand_is_found() {
        let caught = silently(|| run(true)).unwrap_err();
        assert!(caught.message.contains("were lost by the panic"), "{caught:?}");
    }
}
