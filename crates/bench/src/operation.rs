//! What is measured: one operation on one map, and what one repetition of it costs.

use std::hint::black_box;
use std::marker::PhantomData;
use std::time::{Duration, Instant};

use crate::keys::{Key, Shape, Value, shuffle};
use crate::map::Map;
use crate::set::Set;

/// The operations, each the question that a cell answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Look up keys that are there; the next look-up does not wait for the last.
    Hit,
    /// Look up keys that are there; which comes next depends on the last result.
    HitDependent,
    /// Look up keys that are not there.
    Miss,
    /// Look up keys of which every second is there, in no order.
    Half,
    /// Insert all keys into a map that starts empty. Without the drop.
    InsertGrowing,
    /// Insert all keys into a map that has room for them. Without the drop.
    InsertPresized,
    /// Remove a key and insert another, at a constant size.
    Churn,
    /// As `Churn`, after every key was exchanged ten times over.
    ChurnForEver,
    /// Visit all entries, by `for_each`.
    Iterate,
    /// Visit all entries, by `next`.
    IterateNext,
    /// Visit all entries of a map that was thinned out to one in a hundred.
    IterateThinned,
    /// Copy the map. Without the drop.
    Clone,
    /// Drop the map.
    Drop,
    /// Clear the map and insert all keys again.
    ClearRefill,
    /// Keep every second entry.
    Retain,
    /// Insert all entries of one map, in its own order, into an empty one (rust #36481).
    Merge,
    /// Visit the keys of two sets of equal size that are in any of them; a quarter is in both.
    SetUnion,
    /// Visit the keys of two such sets that are in both.
    SetIntersection,
    /// Visit the keys of two such sets that are in the first alone.
    SetDifference,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::Hit,
        Self::HitDependent,
        Self::Miss,
        Self::Half,
        Self::InsertGrowing,
        Self::InsertPresized,
        Self::Churn,
        Self::ChurnForEver,
        Self::Iterate,
        Self::IterateNext,
        Self::IterateThinned,
        Self::Clone,
        Self::Drop,
        Self::ClearRefill,
        Self::Retain,
        Self::Merge,
        Self::SetUnion,
        Self::SetIntersection,
        Self::SetDifference,
    ];

    /// Those of two sets.
    pub const OF_SETS: [Self; 3] = [Self::SetUnion, Self::SetIntersection, Self::SetDifference];

    /// Those of two maps or sets.
    pub const OF_TWO: [Self; 4] =
        [Self::Merge, Self::SetUnion, Self::SetIntersection, Self::SetDifference];

    /// The name in a cell's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::HitDependent => "hit-dependent",
            Self::Miss => "miss",
            Self::Half => "half",
            Self::InsertGrowing => "insert-growing",
            Self::InsertPresized => "insert-presized",
            Self::Churn => "churn",
            Self::ChurnForEver => "churn-for-ever",
            Self::Iterate => "iterate",
            Self::IterateNext => "iterate-next",
            Self::IterateThinned => "iterate-thinned",
            Self::Clone => "clone",
            Self::Drop => "drop",
            Self::ClearRefill => "clear-refill",
            Self::Retain => "retain",
            Self::Merge => "merge",
            Self::SetUnion => "set-union",
            Self::SetIntersection => "set-intersection",
            Self::SetDifference => "set-difference",
        }
    }
}

/// The keys of one cell. What is looked up are copies in the order of the look-ups, so that reading
/// them costs every rival the same.
pub struct Workload<K, V> {
    /// What is in the map, in the order of insertion.
    present: Vec<K>,
    /// The same in another order.
    sought: Vec<K>,
    /// What is not in the map.
    missing: Vec<K>,
    /// A sample is to take so many single operations, or one repetition.
    operations: usize,
    value: PhantomData<V>,
}

/// Look-ups in one sample of a large map.
const LOOK_UPS_MAX: usize = 2_000_000;

impl<K: Key, V: Value> Workload<K, V> {
    /// The keys of a map of `len` entries; a sample is to take about `operations`.
    #[must_use]
    pub fn new(shape: Shape, len: usize, operations: usize) -> Self {
        let mut order: Vec<u64> = (0..len as u64).collect();
        // Sequential keys are inserted as they come: that is what is in question.
        if shape != Shape::Sequential {
            shuffle(&mut order, 1);
        }
        let keys = |order: &[u64]| order.iter().map(|&i| K::make(shape, i)).collect::<Vec<K>>();
        let present = keys(&order);
        shuffle(&mut order, 2);
        order.truncate(LOOK_UPS_MAX);
        let sought = keys(&order);
        for index in &mut order {
            *index += len as u64;
        }
        Self { present, sought, missing: keys(&order), operations, value: PhantomData }
    }

    fn len(&self) -> usize {
        self.present.len()
    }

    /// How often something that takes `operations` is repeated in a sample.
    fn repetitions(&self, operations: usize) -> usize {
        (self.operations / operations.max(1)).max(1)
    }

    fn fill<M: Map<K, V>>(&self, mut map: M) -> M {
        for (index, key) in self.present.iter().enumerate() {
            map.put(key.clone(), V::make(index as u64));
        }
        map
    }
}

/// One map in one cell: each call is a sample, in nanoseconds for a single operation.
pub type Sampler<'a> = Box<dyn FnMut() -> f64 + 'a>;

/// Makes the sampler of `operation` for maps of the type `M`. What it needs is built now.
#[must_use]
pub fn sampler<K, V, M>(operation: Operation, workload: &Workload<K, V>) -> Sampler<'_>
where
    K: Key,
    V: Value,
    M: Map<K, V>,
{
    let w = workload;
    let filled = || w.fill(M::empty());
    match operation {
        Operation::Hit => look_ups(w, filled(), &w.sought),
        Operation::Miss => look_ups(w, filled(), &w.missing),
        Operation::Half => {
            let pairs = w.sought.iter().zip(&w.missing);
            let mut mixed: Vec<K> = pairs
                .enumerate()
                .map(|(i, (a, b))| if i % 2 == 0 { a } else { b }.clone())
                .collect();
            shuffle(&mut mixed, 3);
            let map = filled();
            Box::new(move || sample(w, mixed.len(), || look_up_all::<K, V, M>(&map, &mixed)))
        }
        Operation::HitDependent => {
            let map = filled();
            Box::new(move || {
                sample(w, w.sought.len(), || look_up_dependent::<K, V, M>(&map, &w.sought))
            })
        }
        Operation::InsertGrowing => Box::new(move || insert_all(w, M::empty)),
        Operation::InsertPresized => Box::new(move || insert_all(w, || M::with_room(w.len()))),
        Operation::Churn => churn(w, filled()),
        Operation::ChurnForEver => {
            let mut map = filled();
            for _ in 0..5 {
                exchange::<K, V, M>(&mut map, &w.sought, &w.missing);
                exchange::<K, V, M>(&mut map, &w.missing, &w.sought);
            }
            churn(w, map)
        }
        Operation::Iterate => visits(w, filled(), visit_all::<K, V, M>),
        Operation::IterateNext => visits(w, filled(), visit_all_by_next::<K, V, M>),
        Operation::IterateThinned => {
            let mut map = filled();
            let mut count = 0;
            map.keep(|_, _| {
                count += 1;
                count % 100 == 0
            });
            // For each entry that there was: what is in question is the price of the emptiness.
            visits(w, map, visit_all::<K, V, M>)
        }
        Operation::SetUnion => two_sets(w, union_of::<K, V, M>),
        Operation::SetIntersection => two_sets(w, intersection_of::<K, V, M>),
        Operation::SetDifference => two_sets(w, difference_of::<K, V, M>),
        _ => whole_map_sampler::<K, V, M>(operation, w),
    }
}

/// [`sampler`] for what works on maps as a whole.
fn whole_map_sampler<K, V, M>(operation: Operation, w: &Workload<K, V>) -> Sampler<'_>
where
    K: Key,
    V: Value,
    M: Map<K, V>,
{
    let original = w.fill(M::empty());
    match operation {
        Operation::Clone => Box::new(move || {
            let copies = w.repetitions(w.len());
            let mut made = Vec::with_capacity(copies);
            per_operation(w.len() * copies, || made.extend((0..copies).map(|_| original.clone())))
        }),
        Operation::Drop => Box::new(move || {
            let copies = vec![original.clone(); w.repetitions(w.len())];
            per_operation(w.len() * copies.len(), || drop(copies))
        }),
        Operation::ClearRefill => {
            let mut map = original;
            Box::new(move || {
                let repetitions = w.repetitions(w.len());
                let keys = vec![w.present.clone(); repetitions];
                per_operation(w.len() * repetitions, || {
                    for keys in keys {
                        map.empty_out();
                        fill_with(&mut map, keys);
                    }
                })
            })
        }
        Operation::Retain => Box::new(move || {
            let mut copies = vec![original.clone(); w.repetitions(w.len())];
            per_operation(w.len() * copies.len(), || {
                for map in &mut copies {
                    let mut is_kept = false;
                    map.keep(|_, _| {
                        is_kept = !is_kept;
                        is_kept
                    });
                }
            })
        }),
        Operation::Merge => Box::new(move || {
            let repetitions = w.repetitions(w.len());
            let mut made = Vec::with_capacity(repetitions);
            per_operation(w.len() * repetitions, || {
                made.extend((0..repetitions).map(|_| {
                    let mut map = M::empty();
                    original.visit(|key, value| {
                        map.put(key.clone(), value.clone());
                    });
                    map
                }));
            })
        }),
        _ => unreachable!("`sampler` takes the others"),
    }
}

/// Times `action`, repeated for a sample's sake, which takes `operations` each time.
fn sample<K: Key, V: Value>(
    workload: &Workload<K, V>,
    operations: usize,
    mut action: impl FnMut() -> u64,
) -> f64 {
    let repetitions = workload.repetitions(operations);
    per_operation(operations * repetitions, || {
        for _ in 0..repetitions {
            black_box(action());
        }
    })
}

fn per_operation(operations: usize, action: impl FnOnce()) -> f64 {
    let mut action = Some(action);
    let elapsed = timed(&mut || {
        if let Some(action) = action.take() {
            action();
        }
    });
    nanoseconds(elapsed) / operations.max(1) as f64
}

/// The one place in which what is measured runs: [`instructions`](crate::instructions) has valgrind
/// count within this function, by its name, and nowhere else. So it is neither inlined nor generic.
#[inline(never)]
fn timed(action: &mut dyn FnMut()) -> Duration {
    let begin = Instant::now();
    action();
    begin.elapsed()
}

fn nanoseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e9
}

fn look_ups<'a, K: Key, V: Value, M: Map<K, V>>(
    w: &'a Workload<K, V>,
    map: M,
    keys: &'a [K],
) -> Sampler<'a> {
    Box::new(move || sample(w, keys.len(), || look_up_all::<K, V, M>(&map, keys)))
}

fn visits<K: Key, V: Value, M: Map<K, V>>(
    w: &Workload<K, V>,
    map: M,
    visit: fn(&M) -> u64,
) -> Sampler<'_> {
    Box::new(move || sample(w, w.len(), || visit(&map)))
}

/// Times `visit` for two sets of equal size, which have a quarter in common; for each key of one.
fn two_sets<K: Key, V: Value, S: Set<K> + 'static>(
    w: &Workload<K, V>,
    visit: fn(&S, &S) -> u64,
) -> Sampler<'_> {
    let one = S::of(w.sought.iter().cloned());
    let common = w.sought.len() / 4;
    let others = w.missing[common..].iter().chain(&w.sought[..common]);
    let other = S::of(others.cloned());
    Box::new(move || sample(w, w.sought.len(), || visit(&one, &other)))
}

fn churn<K: Key, V: Value, M: Map<K, V>>(w: &Workload<K, V>, mut map: M) -> Sampler<'_> {
    Box::new(move || {
        let count = w.sought.len().min(w.operations);
        let (out, into) = (&w.sought[..count], &w.missing[..count]);
        sample(w, 2 * count, || {
            exchange::<K, V, M>(&mut map, out, into);
            exchange::<K, V, M>(&mut map, into, out);
            0
        })
    })
}

/// Inserts all keys into new maps, which are dropped when the clock has stopped.
fn insert_all<K: Key, V: Value, M: Map<K, V>>(w: &Workload<K, V>, make: impl Fn() -> M) -> f64 {
    let repetitions = w.repetitions(w.len());
    let keys = vec![w.present.clone(); repetitions];
    let mut maps: Vec<M> = Vec::with_capacity(repetitions);
    per_operation(w.len() * repetitions, || {
        for keys in keys {
            let mut map = make();
            fill_with(&mut map, keys);
            maps.push(map);
        }
    })
}

#[inline(never)]
fn fill_with<K: Key, V: Value, M: Map<K, V>>(map: &mut M, keys: Vec<K>) {
    for (index, key) in keys.into_iter().enumerate() {
        map.put(key, V::make(index as u64));
    }
}

#[inline(never)]
fn look_up_all<K: Key, V: Value, M: Map<K, V>>(map: &M, keys: &[K]) -> u64 {
    let mut sum = 0;
    for key in keys {
        if let Some(value) = map.look(key) {
            sum += value.digest();
        }
    }
    sum
}

#[inline(never)]
fn look_up_dependent<K: Key, V: Value, M: Map<K, V>>(map: &M, keys: &[K]) -> u64 {
    let mut place = 0;
    while place < keys.len() {
        let digest = map.look(&keys[place]).map_or(0, Value::digest);
        // Digests are below 2^32, which the compiler and the processor do not know.
        place += 1 + usize::from(digest >> 32 != 0);
    }
    place as u64
}

#[inline(never)]
fn exchange<K: Key, V: Value, M: Map<K, V>>(map: &mut M, out: &[K], into: &[K]) {
    for (index, (old, new)) in out.iter().zip(into).enumerate() {
        black_box(map.take(old));
        map.put(new.clone(), V::make(index as u64));
    }
}

#[inline(never)]
fn visit_all<K: Key, V: Value, M: Map<K, V>>(map: &M) -> u64 {
    let mut sum = 0_u64;
    map.visit(|key, value| sum = sum.wrapping_add(key.digest() ^ value.digest()));
    sum
}

#[inline(never)]
fn visit_all_by_next<K: Key, V: Value, M: Map<K, V>>(map: &M) -> u64 {
    let mut sum = 0_u64;
    map.visit_by_next(|key, value| sum = sum.wrapping_add(key.digest() ^ value.digest()));
    sum
}

#[inline(never)]
fn union_of<K: Key, V: Value, M: Map<K, V>>(one: &M::Set, other: &M::Set) -> u64 {
    let mut sum = 0_u64;
    one.visit_union(other, |key| sum = sum.wrapping_add(key.digest()));
    sum
}

#[inline(never)]
fn intersection_of<K: Key, V: Value, M: Map<K, V>>(one: &M::Set, other: &M::Set) -> u64 {
    let mut sum = 0_u64;
    one.visit_intersection(other, |key| sum = sum.wrapping_add(key.digest()));
    sum
}

#[inline(never)]
fn difference_of<K: Key, V: Value, M: Map<K, V>>(one: &M::Set, other: &M::Set) -> u64 {
    let mut sum = 0_u64;
    one.visit_difference(other, |key| sum = sum.wrapping_add(key.digest()));
    sum
}
