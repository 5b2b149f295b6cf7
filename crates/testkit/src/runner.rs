//! Drives a map under test beside the model, and reports a failure as the shortest list of
//! operations that shows it.

use crate::shrink::shrink;
use crate::{Focus, Generator, Model, Operation, Outcome, Profile, Subject, silently};
use std::cell::Cell;
use std::fmt::Write as _;

/// Up to so many entries the whole content is compared after every operation.
const COMPARE_EVERY_TIME_MAX: usize = 64;
/// In larger maps the content is compared once in so many operations, and at the end.
const COMPARE_EVERY: usize = 64;
/// A fuzzer's input spells at most so many operations.
const BYTES_OPERATIONS_MAX: usize = 4096;
/// Under a fuzzer a map is looked at in full at a cost of at most so many entries an operation, on
/// average: a map of `n` entries goes `n / 8` operations unseen between two such looks. Answers
/// and lengths are compared after each one.
const ENTRIES_SEEN_PER_OPERATION: usize = 8;

/// How often the map checks itself and its content is compared. Both are done after the last
/// operation too, and when memory was refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// The map checks itself after every operation; its content is compared after every one while
    /// the map is small.
    Close,
    /// Less often the larger the map is, so that a fuzzer tries more inputs in the same time. What
    /// fails at this pace is tried again at the other, which finds where the fault began.
    Sparse,
}

/// Drives a map that `make` makes through `count` operations, and the model beside it.
///
/// After every operation the answers are compared, the map checks itself, and its content is
/// compared: after each operation while the map is small, otherwise every so often.
///
/// # Panics
///
/// When the map fails, with the seed and with the shortest failing list of operations found, as
/// Rust source for [`replay`].
#[track_caller]
pub fn run<S: Subject>(
    seed: u64,
    profile: Profile,
    universe: u16,
    count: usize,
    make: impl FnMut() -> S,
) {
    let generator = Generator::new(seed, profile, universe).of(S::FACE);
    let operations: Vec<_> = generator.take(count).collect();
    let title = format!("seed {seed}, profile {profile:?}, universe {universe}");
    carry_out(&title, operations, Pace::Close, make);
}

/// Drives a map through the operations that bytes spell: for fuzzers.
///
/// The answers are compared after every operation, as [`run`] does. The larger the map is, the
/// more operations go by until it checks itself again and its content is compared; after the last
/// one both are done.
///
/// # Panics
///
/// When the map fails, as [`run`] does.
#[track_caller]
pub fn run_bytes<S: Subject>(bytes: &[u8], make: impl FnMut() -> S) {
    run_bytes_on(Focus::Profile, bytes, make);
}

/// As [`run_bytes`], with a preference for some operations.
///
/// # Panics
///
/// When the map fails, as [`run`] does.
#[track_caller]
pub fn run_bytes_on<S: Subject>(focus: Focus, bytes: &[u8], make: impl FnMut() -> S) {
    let generator = Generator::from_bytes(bytes).of(S::FACE).on(focus);
    let operations: Vec<_> = generator.take(BYTES_OPERATIONS_MAX).collect();
    carry_out(&format!("{} bytes", bytes.len()), operations, Pace::Sparse, make);
}

#[track_caller]
fn carry_out<S: Subject>(
    title: &str,
    mut operations: Vec<Operation>,
    pace: Pace,
    mut make: impl FnMut() -> S,
) {
    let count = operations.len();
    let Some(mut failure) = first_failure(&operations, pace, &mut make) else { return };
    if pace == Pace::Sparse {
        failure = first_failure(&operations, Pace::Close, &mut make).unwrap_or(failure);
    }
    operations.truncate(failure.needed);
    let shrunk = shrink(operations, |candidate| {
        first_failure(candidate, Pace::Close, &mut make).map(|failure| failure.needed)
    });
    let operations = shrunk.operations;
    let last = first_failure(&operations, Pace::Close, &mut make);
    let mut report = format!(
        "{title}: operation {} of {count} failed: {}\n\
         shrunk to {} operations in {} tries",
        failure.needed,
        failure.reason,
        operations.len(),
        shrunk.tries,
    );
    match last {
        Some(last) => write!(report, ", of which the last fails: {}", last.reason),
        None => write!(report, "; it did not fail again, so chance is at work in the map"),
    }
    .expect("a String takes any text");
    panic!("{report}\n\n{}", replay_source("replay", &operations, &["make"]));
}

/// Drives a map through a list of operations, as printed by [`run`].
///
/// # Panics
///
/// When the map fails.
#[track_caller]
pub fn replay<S: Subject>(operations: &[Operation], mut make: impl FnMut() -> S) {
    if let Some(failure) = first_failure(operations, Pace::Close, &mut make) {
        let operation = operations.get(failure.needed - 1).map_or_else(
            || "the map's drop".to_owned(),
            |operation| format!("operation {}, {operation:?}", failure.needed),
        );
        panic!("{operation} failed: {}", failure.reason);
    }
}

pub(crate) struct Failure {
    /// How many operations it takes to fail. One more than there are: dropping the map fails.
    pub(crate) needed: usize,
    pub(crate) reason: String,
}

fn first_failure<S: Subject>(
    operations: &[Operation],
    pace: Pace,
    make: &mut impl FnMut() -> S,
) -> Option<Failure> {
    let begun = Cell::new(0);
    let outcome = silently(|| {
        let mut subject = make();
        let mut model = if subject.memory_may_be_refused() {
            Model::where_memory_may_be_refused()
        } else {
            Model::new()
        };
        let mut next_look = 0;
        for (index, operation) in operations.iter().enumerate() {
            begun.set(index + 1);
            let outcome = subject.apply(operation);
            let is_last = index + 1 == operations.len();
            let is_due = is_last || outcome == Outcome::Refused || index >= next_look;
            if is_due || pace == Pace::Close {
                subject.check();
                next_look = index + 1 + subject.entry_count() / ENTRIES_SEEN_PER_OPERATION;
            }
            model.follow(operation, &outcome)?;
            let is_compared = match pace {
                Pace::Close => is_last || outcome == Outcome::Refused || is_small(index, &model),
                Pace::Sparse => is_due,
            };
            if is_compared {
                compare_contents(&subject, &model)?;
            } else {
                compare_counts(&subject, &model)?;
            }
        }
        begun.set(operations.len() + 1);
        drop(subject);
        Ok(())
    });
    let reason = match outcome {
        Ok(Ok(())) => return None,
        Ok(Err(reason)) => reason,
        Err(caught) => caught.message,
    };
    Some(Failure { needed: begun.get(), reason })
}

/// Tells whether the content is small enough to be compared now, which large ones are at times.
fn is_small(index: usize, model: &Model) -> bool {
    model.entry_count() <= COMPARE_EVERY_TIME_MAX || index % COMPARE_EVERY == 0
}

fn compare_counts(subject: &impl Subject, model: &Model) -> Result<(), String> {
    let (count, right) = (subject.entry_count(), model.entry_count());
    if count == right {
        return Ok(());
    }
    Err(format!("its length is {count}, and {right} is right"))
}

fn compare_contents(subject: &impl Subject, model: &Model) -> Result<(), String> {
    compare_counts(subject, model)?;
    let mut contents = subject.contents();
    contents.sort_unstable();
    let right = model.contents();
    if contents == right {
        return Ok(());
    }
    let missing: Vec<_> = right.iter().filter(|entry| !contents.contains(entry)).collect();
    let extra: Vec<_> = contents.iter().filter(|entry| !right.contains(entry)).collect();
    if missing.is_empty() && extra.is_empty() {
        return Err(format!("an entry is there twice: {contents:?}"));
    }
    Err(format!("its content lacks {missing:?} and has {extra:?} too many"))
}

/// A call of `function` with these operations, and with these arguments after them.
pub(crate) fn replay_source(
    function: &str,
    operations: &[Operation],
    arguments: &[&str],
) -> String {
    let mut source = format!(
        "    use testkit::{{Combination::*, Ending::*, Filter, Operation::*, Touch::*, Way}};\n\n\
         \x20   testkit::{function}(\n        &[\n"
    );
    for operation in operations {
        source.push_str("            ");
        source.push_str(&operation.source());
        source.push_str(",\n");
    }
    source.push_str("        ],\n");
    for argument in arguments {
        source.push_str("        ");
        source.push_str(argument);
        source.push_str(",\n");
    }
    source.push_str("    );\n");
    source
}

#[cfg(test)]
mod tests {
    use super::{ENTRIES_SEEN_PER_OPERATION, replay, run, run_bytes};
    use crate::{
        Face, Generator, Operation, Outcome, Profile, Random, StandardSubject, Subject, silently,
    };
    use std::cell::Cell;

    /// A map with a fault that `corrupt` plants after an operation.
    struct Broken<F> {
        inner: StandardSubject,
        corrupt: F,
    }

    impl<F: FnMut(&Operation, &mut StandardSubject, Outcome) -> Outcome> Subject for Broken<F> {
        fn apply(&mut self, operation: &Operation) -> Outcome {
            let outcome = self.inner.apply(operation);
            (self.corrupt)(operation, &mut self.inner, outcome)
        }

        fn entry_count(&self) -> usize {
            self.inner.entry_count()
        }

        fn contents(&self) -> Vec<(u16, u32)> {
            self.inner.contents()
        }
    }

    fn report_of(corrupt: fn(&Operation, &mut StandardSubject, Outcome) -> Outcome) -> String {
        let make = || Broken { inner: StandardSubject::default(), corrupt };
        silently(|| run(11, Profile::Mixed, 40, 2000, make)).unwrap_err().message
    }

    fn shrunk_count(report: &str) -> usize {
        let after = report.split("shrunk to ").nth(1).expect("the report says how far it shrank");
        after.split(' ').next().and_then(|count| count.parse().ok()).expect("a count")
    }

    #[test]
    fn the_standard_map_passes_under_every_profile() {
        for profile in Profile::ALL {
            for (seed, universe) in [(1, 1), (2, 5), (3, 60), (4, 1000)] {
                run(seed, profile, universe, 1500, StandardSubject::default);
                run(seed, profile, universe, 1500, Faced::<0>::default);
                run(seed, profile, universe, 1500, Faced::<1>::default);
            }
        }
    }

    /// The standard map with the operations of a set, and with those of Go's map.
    #[derive(Default)]
    struct Faced<const N: usize>(StandardSubject);

    impl<const N: usize> Subject for Faced<N> {
        const FACE: Face = [Face::Set, Face::Go][N];

        fn apply(&mut self, operation: &Operation) -> Outcome {
            self.0.apply(operation)
        }

        fn entry_count(&self) -> usize {
            self.0.entry_count()
        }

        fn contents(&self) -> Vec<(u16, u32)> {
            self.0.contents()
        }
    }

    #[test]
    fn bytes_that_spell_a_failure_are_reported_as_operations() {
        let bytes: Vec<u8> = (0..=255).cycle().take(3000).collect();
        run_bytes(&bytes, StandardSubject::default);
        let corrupt = |_: &Operation, map: &mut StandardSubject, outcome| {
            assert!(map.entry_count() < 3, "three are too many");
            outcome
        };
        let make = || Broken { inner: StandardSubject::default(), corrupt };
        let report = silently(|| run_bytes(&bytes, make)).unwrap_err().message;
        assert!(report.contains("3000 bytes: operation") && report.contains("replay("), "{report}");
    }

    /// Many bytes, of which the first two ask for a growing map of up to 300 keys.
    fn bytes_of_a_large_map() -> Vec<u8> {
        let mut random = Random::new(5);
        [1, 3].into_iter().chain((0..3000).map(|_| random.next_u64().to_le_bytes()[7])).collect()
    }

    #[test]
    fn a_fault_that_bytes_show_late_is_reported_where_it_began() {
        let corrupt = |operation: &Operation, map: &mut StandardSubject, outcome| {
            // No answer and no length tells, only the content.
            if *operation == Operation::Clone && map.entry_count() >= 40 {
                map.apply(&Operation::IterateMut(1));
            }
            outcome
        };
        let make = || Broken { inner: StandardSubject::default(), corrupt };
        let report = silently(|| run_bytes(&bytes_of_a_large_map(), make)).unwrap_err().message;
        let list = report.split("testkit::replay(").nth(1).expect("it is replayed");
        let last = list.lines().filter(|line| line.ends_with(',')).nth_back(2);
        assert_eq!(last.map(str::trim), Some("Clone,"), "{report}");
    }

    /// The standard map, which tells how many entries its checks saw, and how often it changed
    /// since the last one.
    struct Watched<'a> {
        inner: StandardSubject,
        seen: &'a Cell<usize>,
        unseen_operations: &'a Cell<usize>,
    }

    impl Subject for Watched<'_> {
        fn apply(&mut self, operation: &Operation) -> Outcome {
            self.unseen_operations.set(self.unseen_operations.get() + 1);
            self.inner.apply(operation)
        }

        fn entry_count(&self) -> usize {
            self.inner.entry_count()
        }

        fn contents(&self) -> Vec<(u16, u32)> {
            self.inner.contents()
        }

        fn check(&self) {
            self.seen.set(self.seen.get() + self.entry_count());
            self.unseen_operations.set(0);
        }
    }

    #[test]
    fn a_fuzzed_map_is_checked_at_the_end_and_at_a_bounded_cost_before() {
        let bytes = bytes_of_a_large_map();
        let operation_count = Generator::from_bytes(&bytes).count();
        let (seen, unseen_operations) = (Cell::new(0), Cell::new(0));
        run_bytes(&bytes, || Watched {
            inner: StandardSubject::default(),
            seen: &seen,
            unseen_operations: &unseen_operations,
        });
        assert_eq!(unseen_operations.get(), 0);
        // The last two looks may be closer to each other than their cost asks for.
        assert!(seen.get() <= ENTRIES_SEEN_PER_OPERATION * operation_count + 2 * 300);
        assert!(seen.get() >= operation_count, "the map stayed small, so nothing is shown");
    }

    #[test]
    fn a_wrong_answer_is_found_and_shrunk_to_a_handful() {
        let report = report_of(|operation, map, outcome| match operation {
            // Wrong once three entries are there: three inserts and the look-up.
            Operation::Get(_) if map.entry_count() >= 3 => Outcome::Value(Some(0)),
            _ => outcome,
        });
        assert!(shrunk_count(&report) <= 4, "{report}");
        assert!(report.contains("seed 11, profile Mixed, universe 40"), "{report}");
        assert!(report.contains("testkit::replay("), "{report}");
    }

    #[test]
    fn a_lost_entry_is_found_though_every_answer_is_right() {
        let report = report_of(|operation, map, outcome| {
            if *operation == Operation::Clone {
                map.apply(&Operation::Pop);
            }
            outcome
        });
        assert!(shrunk_count(&report) <= 2, "{report}");
        assert!(report.contains("its length is 0, and 1 is right"), "{report}");
    }

    #[test]
    fn a_panic_is_found_and_shrunk_to_a_handful() {
        let report = report_of(|operation, map, outcome| {
            let Operation::ShrinkStep(_) = operation else { return outcome };
            assert!(map.entry_count() < 2, "the bucket is broken");
            outcome
        });
        assert!(shrunk_count(&report) <= 3, "{report}");
        assert!(report.contains("the bucket is broken"), "{report}");
    }

    #[test]
    fn a_failure_by_chance_is_reported_as_such() {
        let mut first = true;
        let make = || {
            let fails = std::mem::replace(&mut first, false);
            let corrupt = move |_: &Operation, _: &mut StandardSubject, outcome| {
                assert!(!fails, "bad luck");
                outcome
            };
            Broken { inner: StandardSubject::default(), corrupt }
        };
        let report = silently(|| run(1, Profile::Mixed, 10, 10, make)).unwrap_err().message;
        assert!(report.contains("chance is at work"), "{report}");
    }

    #[test]
    fn a_drop_that_panics_is_a_failure() {
        struct Bomb(StandardSubject);
        impl Subject for Bomb {
            fn apply(&mut self, operation: &Operation) -> Outcome {
                self.0.apply(operation)
            }
            fn entry_count(&self) -> usize {
                self.0.entry_count()
            }
            fn contents(&self) -> Vec<(u16, u32)> {
                self.0.contents()
            }
        }
        impl Drop for Bomb {
            fn drop(&mut self) {
                assert!(self.0.entry_count() == 0, "dropped twice");
            }
        }
        let make = || Bomb(StandardSubject::default());
        replay(&[Operation::Insert(1, 1), Operation::Clear], make);
        let caught = silently(|| replay(&[Operation::Insert(1, 1)], make)).unwrap_err();
        assert!(caught.message.contains("the map's drop failed"), "{caught:?}");
        assert!(caught.message.contains("dropped twice"), "{caught:?}");
    }

    #[test]
    fn a_printed_list_replays() {
        use crate::Ending::Leaked;
        use crate::Filter;
        use Operation::{Drain, Extend, Insert, Retain};
        let list = [
            Insert(1, 2),
            Extend(vec![(1, 2), (3, 4)]),
            Retain(Filter { modulus: 1 }),
            Drain(1, Leaked),
        ];
        replay(&list, StandardSubject::default);
    }
}
