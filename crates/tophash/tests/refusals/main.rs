//! P13: each allocation of each operation that takes memory is refused in turn: it alone, and it
//! with all that come after it.
//!
//! Child processes do it, because some cases end them: by `handle_alloc_error`, and by nothing
//! else. Some panic, where room was asked for in advance. All others leave a whole map. Nothing is
//! leaked and nothing dropped twice.

mod counted;
mod operations;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, Output};
use std::sync::atomic::Ordering;

use testkit::allocators::{
    CountingAllocator, FailingAllocator, Refusal, measure, refuse, thread_usage,
};

use counted::LIVE_COUNT;
use operations::OPERATIONS;

#[global_allocator]
static ALLOCATOR: CountingAllocator<FailingAllocator> =
    CountingAllocator::over(FailingAllocator::new());

/// Set in the children: the operation, which refusals, and which of its allocations comes first.
const OPERATION: &str = "TOPHASH_TEST_OPERATION";
const REFUSAL: &str = "TOPHASH_TEST_REFUSAL";
const NTH: &str = "TOPHASH_TEST_NTH";
/// More allocations than any of the operations makes.
const NTH_MAX: usize = 1000;

/// What refusing one of an operation's allocations may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Effect {
    /// The operation goes on without, or is an error.
    Survives,
    /// It panics, because room that was asked for in advance cannot be had.
    Panics,
    /// The process ends.
    Ends,
}

use Effect::{Ends, Panics, Survives};

/// An operation: it refuses memory by itself at the right time, and checks the map afterwards.
/// Tells whether an allocation was refused.
type Act = fn(Refusal) -> bool;

/// Names of what is refused: the n-th allocation, or the n-th and all that come after it.
const ALONE: &str = "alone";
const WITH_ALL: &str = "with all that follow";

/// Carries `act` out while memory is refused; tells whether any was.
fn during(refusal: Refusal, act: impl FnOnce()) -> bool {
    let before = thread_usage().refusal_count;
    let guard = refuse(refusal);
    act();
    drop(guard);
    thread_usage().refusal_count > before
}

/// What a child does: one operation, with its `nth` allocation refused, the next, and so on until
/// there is none or the process ends.
fn carry_out(operation: &str, refusal: &str, first: usize) {
    let (.., act) = OPERATIONS.iter().find(|(name, ..)| *name == operation).expect("it is one");
    let refusal = if refusal == ALONE { Refusal::Nth } else { Refusal::From };
    // With one processor the test's name stands at the beginning of the first line.
    println!();
    for nth in first..=NTH_MAX {
        let (refused, usage) = measure(|| {
            let act = AssertUnwindSafe(|| act(refusal(nth)));
            catch_unwind(act).map_err(|panic| {
                let text = panic.downcast_ref::<String>().map_or("", String::as_str);
                assert!(text.contains(" bytes were refused for "), "it panicked: {text}");
            })
        });
        assert_eq!(LIVE_COUNT.load(Ordering::Relaxed), 0, "entries are left at {nth}");
        assert_eq!(usage.live_bytes, 0, "memory is left at {nth}");
        match refused {
            Ok(true) => println!("{SURVIVED}"),
            Err(()) => println!("{PANICKED}"),
            Ok(false) => return println!("{NOT_REACHED}"),
        }
    }
    panic!("{operation} takes more memory than it should");
}

/// What a child prints of each case.
const SURVIVED: &str = "an allocation was refused and the map is whole";
const PANICKED: &str = "an allocation was refused and it panicked as it should";
const NOT_REACHED: &str = "no allocation was refused";

fn child(operation: &str, refusal: &str, first: usize) -> Output {
    Command::new(std::env::current_exe().expect("this test's program"))
        .args(["--exact", "each_allocation_may_be_refused", "--nocapture"])
        .env(OPERATION, operation)
        .env(REFUSAL, refusal)
        .env(NTH, first.to_string())
        // What a backtrace reads of the program stays in memory.
        .env("RUST_BACKTRACE", "0")
        .output()
        .expect("the program runs again")
}

/// All that comes of refusing the operation's allocations, one after the other.
fn effects(operation: &str, refusal: &str) -> Vec<Effect> {
    let mut effects = BTreeSet::new();
    let mut nth = 1;
    loop {
        let output = child(operation, refusal, nth);
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        for line in text.lines() {
            let effect = match line {
                SURVIVED => Survives,
                PANICKED => Panics,
                _ => continue,
            };
            effects.insert(effect);
            nth += 1;
        }
        if output.status.success() {
            assert!(text.contains(NOT_REACHED), "{operation}, {refusal}: {text}");
            assert!(nth > 1, "{operation} takes no memory");
            return effects.into_iter().collect();
        }
        // What `handle_alloc_error` prints.
        let is_refusal = errors.contains("memory allocation of");
        assert!(is_refusal, "{operation}, allocation {nth} {refusal}: {errors}\n{text}");
        effects.insert(Ends);
        nth += 1;
        assert!(nth < NTH_MAX, "{operation} takes more memory than it should");
    }
}

#[test]
fn each_allocation_may_be_refused() {
    let variable = std::env::var;
    if let (Ok(operation), Ok(refusal), Ok(nth)) =
        (variable(OPERATION), variable(REFUSAL), variable(NTH))
    {
        return carry_out(&operation, &refusal, nth.parse().expect("a number"));
    }
    for (operation, expected, _) in OPERATIONS {
        assert_eq!(effects(operation, ALONE), expected, "{operation}");
        // A panic for want of memory cannot put its message together without any.
        let allowed = expected.iter().map(|&effect| if effect == Panics { Ends } else { effect });
        let allowed: BTreeSet<Effect> = allowed.collect();
        let effects = effects(operation, WITH_ALL);
        assert!(effects.iter().all(|effect| allowed.contains(effect)), "{operation}: {effects:?}");
    }
}
