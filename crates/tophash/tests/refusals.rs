//! P13: each allocation of each operation that takes memory is refused in turn.
//!
//! Every case runs in a child process, because some end it: by `handle_alloc_error`, and by nothing
//! else. All others leave a whole map, with nothing leaked and nothing dropped twice.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hash, Hasher};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicIsize, Ordering};

use testkit::allocators::{CountingAllocator, FailingAllocator, Refusal, measure, refuse};
use testkit::hashers::{Constant, Fnv1a};
use tophash::{HashMap, TryReserveError};

#[global_allocator]
static ALLOCATOR: CountingAllocator<FailingAllocator> =
    CountingAllocator::over(FailingAllocator::new());

/// Set in the children: the operation, and which of its allocations is refused.
const OPERATION: &str = "TOPHASH_TEST_OPERATION";
const NTH: &str = "TOPHASH_TEST_NTH";
/// More allocations than any of the operations makes.
const NTH_MAX: usize = 1000;

static LIVE_COUNT: AtomicIsize = AtomicIsize::new(0);

/// A key or value that counts how many there are, without memory of its own, and that notices when
/// it is dropped twice.
#[derive(Debug)]
struct Counted {
    id: u64,
    is_alive: Cell<bool>,
}

fn counted(id: u64) -> Counted {
    LIVE_COUNT.fetch_add(1, Ordering::Relaxed);
    Counted { id, is_alive: Cell::new(true) }
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        counted(self.id)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        assert!(self.is_alive.replace(false), "{} was dropped twice", self.id);
        LIVE_COUNT.fetch_sub(1, Ordering::Relaxed);
    }
}

impl PartialEq for Counted {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Counted {}

impl Hash for Counted {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.id);
    }
}

type Map<S> = HashMap<Counted, Counted, S>;

fn filled<S: BuildHasher + Default>(count: u64) -> Map<S> {
    let mut map = HashMap::with_seed_and_hasher(1, S::default());
    insert(&mut map, 0, count);
    map
}

fn insert<S: BuildHasher>(map: &mut Map<S>, from: u64, to: u64) {
    for id in from..to {
        map.insert(counted(id), counted(id));
    }
}

fn assert_holds<S: BuildHasher>(map: &Map<S>, from: u64, to: u64) {
    #[cfg(verify)]
    map.check();
    assert_eq!(map.len() as u64, to - from);
    assert!((from..to).all(|id| map.get(&counted(id)).is_some_and(|value| value.id == id)));
    assert_eq!(map.iter().count() as u64, to - from);
}

/// What refusing any one of its allocations may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// The operation goes on without, or is an error.
    Survives,
    /// The process ends.
    Ends,
    /// One or the other.
    Either,
}

/// An operation: it refuses memory by itself at the right time, and checks the map afterwards.
/// Tells whether an allocation was refused.
type Act = fn(Refusal) -> bool;

const OPERATIONS: [(&str, Effect, Act); 12] = [
    ("growth one by one", Effect::Either, |refusal| {
        let mut map = filled::<Fnv1a>(8);
        let refused = during(refusal, || insert(&mut map, 8, 700));
        assert_holds(&map, 0, 700);
        let _ = go_on(map, 700);
        refused
    }),
    ("a first entry", Effect::Ends, |refusal| {
        let mut map = filled::<Fnv1a>(0);
        let refused = during(refusal, || insert(&mut map, 0, 1));
        go_on(map, 1) && refused
    }),
    ("overflow buckets", Effect::Ends, |refusal| {
        let mut map = filled::<Constant>(8);
        // Room enough, so that nothing is asked for but overflow buckets.
        map.reserve(100);
        let refused = during(refusal, || insert(&mut map, 8, 60));
        assert_holds(&map, 0, 60);
        go_on(map, 60) && refused
    }),
    ("grow_step", Effect::Survives, |refusal| {
        let mut map = filled::<Fnv1a>(833);
        let refused = during(refusal, || while map.grow_step(1) && map.is_growing() {});
        assert_holds(&map, 0, 833);
        go_on(map, 833) && refused
    }),
    ("reserve", Effect::Either, |refusal| {
        let mut map = filled::<Fnv1a>(300);
        let refused = during(refusal, || map.reserve(5000));
        assert!(map.capacity() >= 5300);
        assert_holds(&map, 0, 300);
        go_on(map, 300) && refused
    }),
    ("try_reserve", Effect::Survives, |refusal| {
        let mut map = filled::<Fnv1a>(300);
        let mut result = Ok(());
        let refused = during(refusal, || result = map.try_reserve(5000));
        match result {
            Ok(()) => assert!(map.capacity() >= 5300),
            Err(error) => assert!(refused && matches!(error, TryReserveError::AllocError { .. })),
        }
        assert_holds(&map, 0, 300);
        go_on(map, 300) && refused
    }),
    ("extend", Effect::Either, |refusal| {
        let mut map = filled::<Fnv1a>(100);
        let more = (100..900).map(|id| (counted(id), counted(id)));
        let refused = during(refusal, || map.extend(more));
        assert_holds(&map, 0, 900);
        go_on(map, 900) && refused
    }),
    ("collect", Effect::Ends, |refusal| {
        let mut map = None;
        let entries = (0..900).map(|id| (counted(id), counted(id)));
        let refused = during(refusal, || map = Some(entries.collect::<Map<Fnv1a>>()));
        let map = map.expect("it was collected");
        assert_holds(&map, 0, 900);
        go_on(map, 900) && refused
    }),
    ("clone", Effect::Ends, |refusal| {
        let map = filled::<Fnv1a>(700);
        let mut copy = None;
        let refused = during(refusal, || copy = Some(map.clone()));
        assert_holds(&copy.expect("it was cloned"), 0, 700);
        assert_holds(&map, 0, 700);
        go_on(map, 700) && refused
    }),
    ("clone_from", Effect::Ends, |refusal| {
        let map = filled::<Fnv1a>(700);
        let mut copy = filled::<Fnv1a>(50);
        let refused = during(refusal, || copy.clone_from(&map));
        assert_holds(&copy, 0, 700);
        go_on(map, 700) && refused
    }),
    ("shrink_to_fit", Effect::Survives, |refusal| {
        let mut map = filled::<Fnv1a>(5000);
        map.retain(|key, _| key.id < 400);
        let refused = during(refusal, || map.shrink_to_fit());
        assert_holds(&map, 0, 400);
        go_on(map, 400) && refused
    }),
    ("shrink_step", Effect::Survives, |refusal| {
        let mut map = filled::<Constant>(150);
        map.reserve(3000);
        insert(&mut map, 150, 170);
        let refused = during(refusal, || while map.shrink_step(3) {});
        assert_holds(&map, 0, 170);
        go_on(map, 170) && refused
    }),
];

/// Carries `act` out while memory is refused; tells whether any was.
fn during(refusal: Refusal, act: impl FnOnce()) -> bool {
    let guard = refuse(refusal);
    act();
    guard.has_refused()
}

/// With memory again, the map grows, shrinks and is emptied like any other.
fn go_on<S: BuildHasher>(mut map: Map<S>, count: u64) -> bool {
    insert(&mut map, count, count + 300);
    while map.is_growing() && map.grow_step(10) {}
    assert_holds(&map, 0, count + 300);
    for id in 0..count {
        assert!(map.remove(&counted(id)).is_some());
    }
    map.shrink_to_fit();
    assert_holds(&map, count, count + 300);
    true
}

/// What a child does: one operation, with one refusal.
fn carry_out(operation: &str, nth: usize) {
    let (.., act) = OPERATIONS.iter().find(|(name, ..)| *name == operation).expect("it is one");
    let (refused, usage) = measure(|| act(Refusal::Nth(nth)));
    assert_eq!(LIVE_COUNT.load(Ordering::Relaxed), 0, "entries are left");
    assert_eq!(usage.live_bytes, 0, "memory is left");
    println!("{}", if refused { "it was refused" } else { "it was not reached" });
}

fn child(operation: &str, nth: usize) -> Output {
    Command::new(std::env::current_exe().expect("this test's program"))
        .args(["--exact", "each_allocation_may_be_refused", "--nocapture"])
        .env(OPERATION, operation)
        .env(NTH, nth.to_string())
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
                assert!(text.contains("it was refused"), "{operation}, {nth}: {text}");
                effects.insert("survives");
            } else {
                // What `handle_alloc_error` prints.
                let is_refusal = errors.contains("memory allocation of");
                assert!(is_refusal, "{operation}, allocation {nth}: {errors}\n{text}");
                effects.insert("ends");
            }
            assert!(nth < NTH_MAX, "{operation} takes more memory than it should");
        }
        let effects: Vec<_> = effects.into_iter().collect();
        let right: &[&str] = match expected {
            Effect::Survives => &["survives"],
            Effect::Ends => &["ends"],
            Effect::Either => &["ends", "survives"],
        };
        assert_eq!(effects, right, "{operation}");
    }
}
