//! Drives a map through operations while its keys panic: at the first call, at the second, and so
//! on until none is reached any more.

use crate::aftermath::hold;
use crate::keys::{Census, Fuse, Spark};
use crate::runner::{Failure, replay_source};
use crate::shrink::shrink;
use crate::{Model, Operation, Subject, silently};
use std::cell::Cell;

/// Calls of user code at which a panic is tried, at most; more is a mistake in the test.
const CALLS_MAX: u64 = 200_000;
/// A list of operations that is tried while a failure is shrunk is carried out once for each call
/// of user code: so many times for all lists together, at most.
const SHRINKING_RUNS_MAX: u64 = 20_000;

/// Carries `operations` out again and again, each time with a panic at the next call of `spark`,
/// and goes on with the map after the panic; returns how many runs it took.
///
/// The first `prepared` operations are left in peace. After a panic the map checks itself. An
/// operation that concerns one entry may have lost or changed that one and no other; any other has
/// lost only what it removes, and invented nothing. At the end everything that `census` counts and
/// that was not alive before is dropped, unless it was a drop that panicked.
///
/// # Panics
///
/// When the map fails, with `title` and with the shortest failing list of operations found, as
/// Rust source for [`replay_at_panic`].
#[track_caller]
pub fn at_every_panic<S: Subject>(
    title: &str,
    operations: &[Operation],
    prepared: usize,
    spark: Spark,
    (fuse, census): &(Fuse, Census),
    mut make: impl FnMut() -> S,
) -> u64 {
    let mut trial = Trial { spark, fuse, census, make: &mut make };
    let (nth, failure) = match trial.first_failure(operations, prepared, CALLS_MAX) {
        Ok(run_count) => return run_count,
        Err(found) => found,
    };
    let mut failing = operations.to_vec();
    failing.truncate(failure.needed);
    let mut runs_left = SHRINKING_RUNS_MAX;
    // In a shorter list the panic that matters comes at another call, so all are tried.
    let shrunk = shrink(failing, |candidate| {
        let tried = trial.first_failure(candidate, 0, runs_left.min(CALLS_MAX));
        let (Ok(run_count) | Err((run_count, _))) = tried;
        runs_left = runs_left.saturating_sub(run_count);
        tried.err().map(|(_, failure)| failure.needed)
    });
    let last = trial.first_failure(&shrunk.operations, 0, CALLS_MAX).err();
    let (shrunk_nth, reason) = match last {
        Some((nth, failure)) => (nth, failure.reason),
        None => (nth, "it did not fail again, so chance is at work in the map".to_owned()),
    };
    panic!(
        "{title}, with a panic at call {nth} of {spark:?}: operation {} of {} failed: {}\n\
         shrunk to {} operations in {} tries, of which the last fails with a panic at call \
         {shrunk_nth}: {reason}\n\n{}",
        failure.needed,
        operations.len(),
        failure.reason,
        shrunk.operations.len(),
        shrunk.tries,
        replay_source(
            "replay_at_panic",
            &shrunk.operations,
            &[
                &format!("(testkit::keys::Spark::{spark:?}, {shrunk_nth})"),
                "&testkit::keys::Fuse::of_this_thread()",
                "make",
            ],
        ),
    );
}

/// Drives a map through a list of operations, of which the `nth` call of `spark` panics, as printed
/// by [`at_every_panic`].
///
/// # Panics
///
/// When the map fails.
#[track_caller]
pub fn replay_at_panic<S: Subject>(
    operations: &[Operation],
    (spark, nth): (Spark, u64),
    (fuse, census): &(Fuse, Census),
    mut make: impl FnMut() -> S,
) {
    let mut trial = Trial { spark, fuse, census, make: &mut make };
    if let Err(failure) = trial.run(operations, 0, nth) {
        panic!("operation {} failed: {}", failure.needed, failure.reason);
    }
}

/// What lists of operations are tried with.
struct Trial<'a, F> {
    spark: Spark,
    fuse: &'a Fuse,
    census: &'a Census,
    make: &'a mut F,
}

impl<S: Subject, F: FnMut() -> S> Trial<'_, F> {
    /// The first call whose panic shows a failure, or how many runs it took to try all.
    fn first_failure(
        &mut self,
        operations: &[Operation],
        prepared: usize,
        calls_max: u64,
    ) -> Result<u64, (u64, Failure)> {
        for nth in 1..=calls_max {
            match self.run(operations, prepared, nth) {
                Ok(true) => {}
                Ok(false) => return Ok(nth),
                Err(failure) => return Err((nth, failure)),
            }
        }
        assert!(calls_max < CALLS_MAX, "more than {CALLS_MAX} calls of {:?}", self.spark);
        Ok(calls_max)
    }

    /// Carries the operations out with a panic at the `nth` call after those that are left in
    /// peace; tells whether it was reached.
    fn run(
        &mut self,
        operations: &[Operation],
        prepared: usize,
        nth: u64,
    ) -> Result<bool, Failure> {
        let (begun, was_reached) = (Cell::new(0), Cell::new(false));
        assert!(prepared < operations.len().max(1), "what is left in peace is not all");
        let live_count = self.census.live_count();
        let (spark, fuse) = (self.spark, self.fuse);
        let outcome = silently(|| {
            let mut subject = (self.make)();
            drive(&mut subject, operations, |index| {
                begun.set(index + 1);
                if index == prepared {
                    fuse.set(spark, nth);
                }
                if index == operations.len() {
                    // What follows hashes and drops keys too, which says nothing of the map.
                    was_reached.set(!fuse.disarm(spark));
                }
            })?;
            drop(subject);
            // What a drop that panics leaves behind is leaked.
            let live = self.census.live_count();
            if live != live_count && spark != Spark::Drop {
                return Err(format!("{live} values are alive, and {live_count} is right"));
            }
            Ok(())
        });
        fuse.disarm(spark);
        let reason = match outcome {
            Ok(Ok(())) => return Ok(was_reached.get()),
            Ok(Err(reason)) => reason,
            Err(caught) => caught.message,
        };
        Err(Failure { needed: begun.get(), reason })
    }
}

/// Drives a map and the model beside it; `begin` is told of each operation, and of the end.
fn drive<S: Subject>(
    subject: &mut S,
    operations: &[Operation],
    begin: impl Fn(usize),
) -> Result<(), String> {
    let mut model = Model::new();
    for (index, operation) in operations.iter().enumerate() {
        begin(index);
        match silently(|| subject.apply(operation)) {
            Ok(outcome) => model.follow(operation, &outcome)?,
            Err(caught) if caught.message.contains("the fuse burnt") => {
                subject.check();
                let after = subject.contents();
                hold(operation, &model.contents(), &after)?;
                model.adopt(&after);
            }
            Err(caught) => return Err(caught.message),
        }
    }
    begin(operations.len());
    subject.check();
    let mut contents = subject.contents();
    contents.sort_unstable();
    let right = model.contents();
    if contents == right {
        return Ok(());
    }
    Err(format!("in the end it holds {contents:?}, and {right:?} is right"))
}

#[cfg(test)]
mod tests {
    use super::{at_every_panic, replay_at_panic};
    use crate::hashers::Fnv1a;
    use crate::keys::{Fuse, Fused, Key as _, Spark, Tracked};
    use crate::{Operation, Outcome, Subject, silently};
    use std::collections::HashMap;
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

    /// What a map does wrong when a key's hash panics.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Fault {
        None,
        LosesAll,
        LosesAnother,
        Invents,
        Leaks,
    }

    /// The standard map with keys that panic, and with a fault.
    struct Fragile {
        map: HashMap<Fused<Tracked<u16>>, u32, Fnv1a>,
        fault: Fault,
    }

    impl Fragile {
        fn damage(&mut self) {
            let other = self.map.keys().map(|key| key.value.value).min();
            match self.fault {
                Fault::None => {}
                Fault::LosesAll => self.map.clear(),
                Fault::LosesAnother => drop(self.map.remove(&Fused::from_id(other.unwrap_or(0)))),
                Fault::Invents => drop(self.map.insert(Fused::from_id(999), 1)),
                Fault::Leaks => std::mem::forget(Fused::<Tracked<u16>>::from_id(1)),
            }
        }
    }

    impl Subject for Fragile {
        fn apply(&mut self, operation: &Operation) -> Outcome {
            let Operation::Insert(key, value) = *operation else { panic!("not tried here") };
            let insert = || self.map.insert(Fused::from_id(key), value);
            match catch_unwind(AssertUnwindSafe(insert)) {
                Ok(displaced) => Outcome::Value(displaced),
                Err(panic) => {
                    self.damage();
                    resume_unwind(panic);
                }
            }
        }

        fn entry_count(&self) -> usize {
            self.map.len()
        }

        fn contents(&self) -> Vec<(u16, u32)> {
            self.map.iter().map(|(key, value)| (key.value.value, *value)).collect()
        }
    }

    fn run(fault: Fault, prepared: usize) -> u64 {
        let operations: Vec<_> = (0..20).map(|key| Operation::Insert(key, 1)).collect();
        let make = || Fragile { map: HashMap::with_hasher(Fnv1a), fault };
        let world = Fuse::of_this_thread();
        at_every_panic("seed 7", &operations, prepared, Spark::Hash, &world, make)
    }

    #[test]
    fn every_call_is_tried_until_none_is_reached() {
        let all = run(Fault::None, 0);
        assert!(all > 20);
        let part = run(Fault::None, 15);
        assert!((6..all).contains(&part), "{part}");
    }

    #[test]
    fn a_map_that_does_more_than_the_entry_in_hand_asks_for_is_found() {
        for (fault, reason) in [
            (Fault::LosesAll, "15 entries were lost by the panic"),
            (Fault::LosesAnother, "the panic lost (0, 1), which is not the operation's"),
            (Fault::Invents, "the panic invented (999, 1)"),
            (Fault::Leaks, "1 values are alive, and 0 is right"),
        ] {
            let caught = silently(|| run(fault, 15)).unwrap_err();
            assert!(caught.message.contains(reason), "{fault:?}: {caught:?}");
        }
    }

    #[test]
    fn a_failure_is_reported_with_its_title_and_a_list_that_fails_again() {
        let report = silently(|| run(Fault::LosesAnother, 12)).unwrap_err().message;
        for part in [
            "seed 7, with a panic at call 1 of Hash: operation 13 of 20 failed",
            "shrunk to 2 operations",
            "testkit::replay_at_panic(",
            "(testkit::keys::Spark::Hash, 2)",
        ] {
            assert!(report.contains(part), "{part}: {report}");
        }
        let make = || Fragile { map: HashMap::with_hasher(Fnv1a), fault: Fault::LosesAnother };
        let operations = [Operation::Insert(0, 1), Operation::Insert(1, 1)];
        let replay = |nth| {
            silently(|| {
                let world = Fuse::of_this_thread();
                replay_at_panic(&operations, (Spark::Hash, nth), &world, make);
            })
        };
        assert_eq!(replay(1), Ok(()));
        let again = replay(2).unwrap_err().message;
        assert!(again.contains("operation 2 failed: the panic lost (0, 1)"), "{again}");
    }
}
