//! P13: each allocation of each operation that takes memory is refused in turn.
//!
//! Every case runs in a child process, because some end it: by `handle_alloc_error`, and by nothing
//! else. Some panic, where room was asked for in advance. All others leave a whole map. Nothing is
//! leaked and nothing dropped twice.

mod counted;
mod operations;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, Output};
use std::sync::atomic::Ordering;

use testkit::allocators::{CountingAllocator, FailingAllocator, Refusal, measure, refuse};

use counted::LIVE_COUNT;
use operations::OPERATIONS;

#[global_allocator]
static ALLOCATOR: CountingAllocator<FailingAllocator> =
    CountingAllocator::over(FailingAllocator::new());

/// Set in the children: the operation, and which of its allocations is refused.
const OPERATION: &str = "TOPHASH_TEST_OPERATION";
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

/// Carries `act` out while memory is refused; tells whether any was.
fn during(refusal: Refusal, act: impl FnOnce()) -> bool {
    let guard = refuse(refusal);
    act();
    guard.has_refused()
}

/// What a child does: one operation, with one refusal.
fn carry_out(operation: &str, nth: usize) {
    let (.., act) = OPERATIONS.iter().find(|(name, ..)| *name == operation).expect("it is one");
    let (refused, usage) = measure(|| {
        let act = AssertUnwindSafe(|| act(Refusal::Nth(nth)));
        catch_unwind(act).map_err(|panic| {
            let text = panic.downcast_ref::<String>().map_or("", String::as_str);
            assert!(text.contains(" bytes were refused for "), "it panicked: {text}");
        })
    });
    assert_eq!(LIVE_COUNT.load(Ordering::Relaxed), 0, "entries are left");
    assert_eq!(usage.live_bytes, 0, "memory is left");
    let outcome = match refused {
        Ok(true) => "it was refused",
        Ok(false) => "it was not reached",
        Err(()) => "it panicked as it should",
    };
    println!("{outcome}");
}

fn child(operation: &str, nth: usize) -> Output {
    Command::new(std::env::current_exe().expect("this test's program"))
        .args(["--exact", "each_allocation_may_be_refused", "--nocapture"])
        .env(OPERATION, operation)
        .env(NTH, nth.to_string())
        // What a backtrace reads of the program stays in memory.
        .env("RUST_BACKTRACE", "0")
        .output()
        .expect("the program runs again")
}

#[test]
fn each_allocation_may_be_refused() {
    if let (Ok(operation), Ok(nth)) = (std::env::var(OPERATION), std::env::var(NTH)) {
        return carry_out(&operation, nth.parse().expect("a number"));
    }
    for (operation, expected, _) in OPERATIONS {
        let mut effects = BTreeSet::new();
        for nth in 1..=NTH_MAX {
            let output = child(operation, nth);
            let text = String::from_utf8_lossy(&output.stdout);
            let errors = String::from_utf8_lossy(&output.stderr);
            if output.status.success() {
                if text.contains("it was not reached") {
                    assert!(nth > 1, "{operation} takes no memory");
                    break;
                }
                if text.contains("it panicked as it should") {
                    effects.insert(Panics);
                } else {
                    assert!(text.contains("it was refused"), "{operation}, {nth}: {text}");
                    effects.insert(Survives);
                }
            } else {
                // What `handle_alloc_error` prints.
                let is_refusal = errors.contains("memory allocation of");
                assert!(is_refusal, "{operation}, allocation {nth}: {errors}\n{text}");
                effects.insert(Ends);
            }
            assert!(nth < NTH_MAX, "{operation} takes more memory than it should");
        }
        let effects: Vec<_> = effects.into_iter().collect();
        assert_eq!(effects, expected, "{operation}");
    }
}
