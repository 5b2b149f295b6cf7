//! Throughput: threads that read and write random keys, all contenders in turn.
//!
//! Every round makes each contender's map anew and measures it, one contender right after the
//! other, in another order each time; ratios are of measurements of the same round.

use std::fmt::{self, Display, Formatter};
use std::hint::black_box;

use super::go::SharedGo;
use super::maps::{SharedKey, SharedMap};
use super::threads::Timing;
use super::{Chance, Quartiles, Throughput, order_of, threads};
use crate::for_each_shared_map;
use crate::keys::Shape;

/// What is done, in hundredths; the rest is overwriting what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mix {
    /// Looking up.
    pub reads: usize,
    /// Inserting new keys.
    pub inserts: usize,
    /// Removing.
    pub removals: usize,
    /// Whether the map is made with room for what will be in it.
    pub has_room: bool,
    /// Whether all keys are there at the beginning.
    pub is_filled: bool,
}

impl Mix {
    /// Reads of keys that are there, and overwriting.
    #[must_use]
    pub const fn reading(reads: usize) -> Self {
        Self { reads, inserts: 0, removals: 0, has_room: true, is_filled: true }
    }

    /// Bustle's `read heavy`.
    #[must_use]
    pub const fn read_heavy(has_room: bool) -> Self {
        Self { reads: 98, inserts: 1, removals: 1, has_room, is_filled: true }
    }

    /// Bustle's `exchange`: as many keys come as go.
    #[must_use]
    pub const fn exchange(has_room: bool) -> Self {
        Self { reads: 10, inserts: 40, removals: 40, has_room, is_filled: true }
    }

    /// Bustle's `rapid grow`.
    #[must_use]
    pub const fn grow(has_room: bool) -> Self {
        Self { reads: 5, inserts: 80, removals: 5, has_room, is_filled: false }
    }

    /// Reads and overwriting.
    pub const READING: [Self; 5] = [
        Self::reading(100),
        Self::reading(99),
        Self::reading(90),
        Self::reading(75),
        Self::reading(50),
    ];

    /// Bustle's, with room from the start and, as it never measures them, without.
    pub const BUSTLE: [Self; 6] = [
        Self::read_heavy(true),
        Self::read_heavy(false),
        Self::exchange(true),
        Self::exchange(false),
        Self::grow(true),
        Self::grow(false),
    ];
}

impl Display for Mix {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let room = if self.has_room { "presized" } else { "from zero" };
        match self.inserts {
            0 => write!(f, "read {} %", self.reads),
            1 => write!(f, "read heavy, {room}"),
            40 => write!(f, "exchange, {room}"),
            _ => write!(f, "rapid grow, {room}"),
        }
    }
}

/// One measurement with a map.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// What is done.
    pub mix: Mix,
    /// Threads.
    pub threads: usize,
    /// Operations of each thread.
    pub operations: usize,
}

/// Measurements with one map, one after the other.
#[derive(Clone, Debug)]
pub struct Group {
    /// Keys.
    pub len: usize,
    /// Rounds.
    pub rounds: usize,
    /// At least one. Those that insert or remove keys are alone in their group.
    pub plans: Vec<Plan>,
}

/// One contender, ready for a round: million operations a second, for each plan.
type Contender<'a> = (String, Box<dyn FnMut() -> Vec<f64> + 'a>);

/// Measures all contenders whose name contains one of `names` (all, if there is none), and ours.
#[must_use]
pub fn measure<K: SharedKey>(
    keys_name: &str,
    group: &Group,
    names: &[String],
    gos: &[SharedGo],
) -> Vec<Throughput> {
    let inserts = group.plans.iter().any(|plan| plan.mix.inserts > 0);
    // Those that come in are behind those that are there.
    let count = if inserts { 2 * group.len } else { group.len };
    let keys: Vec<K> = (0..count as u64).map(|n| K::make(Shape::Random, n)).collect();
    let mut contenders: Vec<Contender<'_>> = Vec::new();
    macro_rules! contend {
        ($name:expr, $map:ty) => {
            let is_chosen = ["ShardedMap", "SyncMap", "WordMap"].contains(&$name)
                || names.is_empty()
                || names.iter().any(|n| $name.contains(&**n));
            if is_chosen && <$map as SharedMap<K>>::IS_ABLE {
                let run = || run_all::<K, $map>(&keys, group);
                contenders.push(($name.to_owned(), Box::new(run)));
            }
        };
    }
    for_each_shared_map!(contend, K);
    for go in gos {
        let samplers: Option<Vec<_>> = group.plans.iter().map(|plan| go.mix(*plan)).collect();
        if let Some(mut samplers) = samplers {
            let run = move || samplers.iter_mut().map(|sample| 1e3 / sample()).collect();
            contenders.push((go.name(), Box::new(run)));
        }
    }
    let results = in_turn(&mut contenders, group.rounds);
    let plans = group.plans.iter().enumerate();
    plans.flat_map(|(n, plan)| lines(&contenders, &results, n, *plan, keys_name, group)).collect()
}

/// The results of each contender's rounds.
fn in_turn(contenders: &mut [Contender<'_>], rounds: usize) -> Vec<Vec<Vec<f64>>> {
    let mut results = vec![Vec::new(); contenders.len()];
    for round in 0..rounds {
        for which in order_of(round, contenders.len()) {
            results[which].push((contenders[which].1)());
        }
    }
    results
}

/// All contenders' lines for the plan number `n`.
fn lines(
    contenders: &[Contender<'_>],
    results: &[Vec<Vec<f64>>],
    n: usize,
    plan: Plan,
    keys_name: &str,
    group: &Group,
) -> Vec<Throughput> {
    let of = |which: usize| -> Vec<f64> { results[which].iter().map(|round| round[n]).collect() };
    // The list of contenders begins with these.
    let (sharded, sync) = (of(0), of(1));
    let words = contenders.iter().position(|(name, _)| name == "WordMap").map(of);
    let ratio = |ours: &[f64], theirs: &[f64]| {
        Quartiles::of(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect()).median
    };
    let line = |(which, (name, _)): (usize, &Contender<'_>)| {
        let mops = of(which);
        Throughput {
            map: name.clone(),
            mix: plan.mix.to_string(),
            keys: keys_name.to_owned(),
            len: group.len,
            threads: plan.threads,
            sharded_ratio: ratio(&sharded, &mops),
            sync_ratio: ratio(&sync, &mops),
            word_ratio: words.as_ref().map(|words| ratio(words, &mops)),
            mops: Quartiles::of(mops),
        }
    };
    contenders.iter().enumerate().map(line).collect()
}

/// Makes a map and measures all plans with it.
fn run_all<K: SharedKey, M: SharedMap<K>>(keys: &[K], group: &Group) -> Vec<f64> {
    let filled = || {
        let mix = group.plans[0].mix;
        let map = if mix.has_room { M::with_room(group.len) } else { M::empty() };
        if mix.is_filled {
            for (n, key) in keys[..group.len].iter().enumerate() {
                map.store(key.clone(), n as u64);
            }
        }
        map
    };
    let run = |map: &M, plan: Plan| run(map, keys, group.len, plan);
    let mops = |plan: Plan, seconds: f64| (plan.operations * plan.threads) as f64 / seconds / 1e6;
    if group.plans[0].mix.inserts > 0 {
        let plan = group.plans[0];
        return vec![mops(plan, threads::undisturbed(|| run(&filled(), plan)))];
    }
    let map = filled();
    // What changes no key may be done once more, to warm up.
    run(&map, group.plans[0]);
    let plans = group.plans.iter();
    plans.map(|&plan| mops(plan, threads::undisturbed(|| run(&map, plan)))).collect()
}

/// Lets the threads do their operations on a map.
fn run<K: SharedKey, M: SharedMap<K>>(map: &M, keys: &[K], len: usize, plan: Plan) -> Timing {
    let scripts: Vec<Vec<Step>> =
        (0..plan.threads).map(|thread| script(plan, len, thread)).collect();
    threads::run(plan.threads, |thread| work(map, keys, len, plan, &scripts[thread], thread))
}

/// What is done in one step.
#[derive(Clone, Copy)]
enum Action {
    Read,
    Insert,
    Remove,
    Overwrite,
}

/// An action, and the key of those that are there which it is done to.
#[derive(Clone, Copy)]
struct Step {
    action: Action,
    key: u32,
}

/// Steps of a script, at least and at most: drawn beforehand, as drawing takes as long as some
/// maps' look-up, and begun again when they are used up. So many that no branch predictor learns
/// them, and so few that they leave room in the cache.
const SCRIPT_LEN: (usize, usize) = (1 << 14, 1 << 20);

/// One thread's script.
fn script(plan: Plan, len: usize, thread: usize) -> Vec<Step> {
    let mut chance = Chance(crate::keys::scramble(thread as u64));
    let Mix { reads, inserts, removals, .. } = plan.mix;
    let step = |_| {
        let choice = chance.below(100);
        let action = match choice {
            _ if choice < reads => Action::Read,
            _ if choice < reads + inserts => Action::Insert,
            _ if choice < reads + inserts + removals => Action::Remove,
            _ => Action::Overwrite,
        };
        let key = u32::try_from(chance.below(len)).expect("keys are fewer than 2^32");
        Step { action, key }
    };
    (0..len.clamp(SCRIPT_LEN.0, SCRIPT_LEN.1).min(plan.operations)).map(step).collect()
}

/// One thread's operations.
fn work<K: SharedKey, M: SharedMap<K>>(
    map: &M,
    keys: &[K],
    len: usize,
    plan: Plan,
    script: &[Step],
    thread: usize,
) {
    // Threads bring different new keys, in order, and take the old ones away in that order.
    let (mut coming, mut going) = (thread, thread);
    let first_new = if plan.mix.is_filled { len } else { 0 };
    let mut sum = 0_u64;
    let mut left = plan.operations;
    while left > 0 {
        let part = &script[..left.min(script.len())];
        for step in part {
            let key = &keys[step.key as usize];
            match step.action {
                Action::Read => sum = sum.wrapping_add(map.load(key).unwrap_or(0)),
                Action::Overwrite => map.store(key.clone(), sum),
                Action::Insert => {
                    map.store(keys[(first_new + coming) % keys.len()].clone(), sum);
                    coming += plan.threads;
                }
                Action::Remove => {
                    map.delete(&keys[going % keys.len()]);
                    going += plan.threads;
                }
            }
        }
        left -= part.len();
    }
    black_box(sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(mixes: &[Mix]) -> Group {
        let plan = |&mix: &Mix| Plan { mix, threads: 2, operations: 200 };
        Group { len: 100, rounds: 2, plans: mixes.iter().map(plan).collect() }
    }

    #[test]
    fn every_contender_has_a_figure_at_every_mix() {
        let groups = Mix::BUSTLE.map(|mix| vec![mix]).into_iter();
        for mixes in groups.chain([Mix::READING.to_vec()]) {
            let results = measure::<u64>("u64", &group(&mixes), &[], &[]);
            assert!(results.len() >= 12 * mixes.len());
            assert!(results.iter().all(|result| result.mops.low > 0.0));
            assert!((results[0].sharded_ratio - 1.0).abs() < 1e-9, "{:?}", results[0]);
            assert!((results[1].sync_ratio - 1.0).abs() < 1e-9, "{:?}", results[1]);
            let of_words = results[2].word_ratio.map(|ratio| (ratio - 1.0).abs());
            assert!(of_words.is_some_and(|off| off < 1e-9), "{:?}", results[2]);
        }
    }

    #[test]
    fn contenders_are_chosen_by_their_names_and_ours_are_always_there() {
        let group = group(&[Mix::reading(90)]);
        let results = measure::<String>("String", &group, &["papaya".to_owned()], &[]);
        let names: Vec<&str> = results.iter().map(|result| &*result.map).collect();
        assert_eq!(names, ["ShardedMap", "SyncMap", "papaya", "papaya 1024"]);
    }
}
