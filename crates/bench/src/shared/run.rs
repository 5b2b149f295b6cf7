//! Which measurements there are: mixes, sizes, keys, threads; and how each is shown.

use crate::record::{Record, replace};

use super::go::{MIX_LEN, SharedGo};
use super::maps::SharedKey;
use super::mix::{self, Group, Mix, Plan};
use super::named::{self, Name};
use super::{Interning, NamedTime, Quartiles, Tail, Throughput, interner, tails};

/// What is chosen of all that is measured.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Few and short.
    pub is_quick: bool,
    /// Only contenders whose name contains one of these; all if there is none.
    pub maps: Vec<String>,
    /// Only mixes, and benchmarks of Go's, whose name contains one of these; all if there is none.
    pub names: Vec<String>,
    /// Only these numbers of keys; all if there is none.
    pub lens: Vec<usize>,
    /// Only keys of these names; all if there is none.
    pub keys: Vec<String>,
    /// Versions of Go to compare with.
    pub gos: Vec<SharedGo>,
}

/// What comes out, one by one.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Of some mixes.
    Throughput(Vec<Throughput>),
    /// Of one of Go's benchmarks.
    Named(Vec<NamedTime>),
    /// Of one growth.
    Tails(Vec<Tail>),
    /// Of interners.
    Interning(Vec<Interning>),
}

impl Outcome {
    /// Keeps it in a record, instead of an earlier one of the same.
    pub fn put_into(self, record: &mut Record) {
        match self {
            Self::Throughput(new) => replace(&mut record.shared_throughput, new, |it| {
                (it.map.clone(), it.mix.clone(), it.keys.clone(), it.len, it.threads)
            }),
            Self::Named(new) => replace(&mut record.shared_named, new, |it| {
                (it.map.clone(), it.name.clone(), it.threads)
            }),
            Self::Tails(new) => replace(&mut record.shared_tails, new, |it| {
                (it.map.clone(), it.keys.clone(), it.len, it.threads)
            }),
            Self::Interning(new) => {
                let all = &mut record.interning;
                replace(all, new, |it| (it.interner.clone(), it.len, it.threads));
            }
        }
    }
}

/// Sizes at which mixes are measured.
const LENS: [usize; 3] = [1000, 100_000, 4_000_000];

/// Above this many keys a map takes so long to fill that fewer measurements must do.
const MANY: usize = 1_000_000;

/// Insertions of which every one is timed.
const TAIL_LEN: usize = 4_000_000;

impl Choice {
    fn lens(&self) -> Vec<usize> {
        match (self.lens.is_empty(), self.is_quick) {
            (false, _) => self.lens.clone(),
            (true, true) => vec![1000],
            (true, false) => LENS.to_vec(),
        }
    }

    fn has_name(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|part| name.contains(&**part))
    }

    fn has_keys(&self, name: &str) -> bool {
        self.keys.is_empty() || self.keys.iter().any(|part| name.contains(&**part))
    }
}

/// Measures the mixes of reads and overwriting that are chosen.
pub fn reading(choice: &Choice, mut tell: impl FnMut(Outcome)) {
    for len in choice.lens() {
        let rounds = match (choice.is_quick, len) {
            (true, _) => 1,
            (_, MANY..) => 3,
            _ => 9,
        };
        let operations = if choice.is_quick { 10_000 } else { 500_000 };
        let of_mix = |mix| [1, 2].map(|threads| Plan { mix, threads, operations });
        let mixes = Mix::READING.into_iter().filter(|mix| choice.has_name(&mix.to_string()));
        measure(&Group { len, rounds, plans: mixes.flat_map(of_mix).collect() }, choice, &mut tell);
    }
}

/// Measures bustle's mixes that are chosen.
pub fn bustle(choice: &Choice, mut tell: impl FnMut(Outcome)) {
    // A thousand keys are over too soon.
    for len in choice.lens().into_iter().filter(|&len| choice.is_quick || len > 1000) {
        for mix in Mix::BUSTLE.into_iter().filter(|mix| choice.has_name(&mix.to_string())) {
            for threads in [1, 2] {
                let (rounds, operations) = match (choice.is_quick, len) {
                    (true, _) => (1, 2000),
                    // Until there are as many as the name says.
                    (_, MANY..) => (2, len / threads),
                    _ => (7, 2 * len / threads),
                };
                if len >= MANY && threads == 1 {
                    continue;
                }
                let plans = vec![Plan { mix, threads, operations }];
                measure(&Group { len, rounds, plans }, choice, &mut tell);
            }
        }
    }
}

/// Measures a group with each kind of keys that is chosen.
fn measure(group: &Group, choice: &Choice, tell: &mut impl FnMut(Outcome)) {
    if group.plans.is_empty() {
        return;
    }
    let gos = if group.len == MIX_LEN { &*choice.gos } else { &[] };
    if choice.has_keys("u64") {
        tell(measured::<u64>("u64", group, choice, gos));
    }
    // Bustle's mixes of so many texts would take half an hour, and say what 100 000 say.
    let is_bustle = group.plans.iter().any(|plan| plan.mix.inserts > 0);
    if choice.has_keys("String") && !(is_bustle && group.len >= MANY) {
        tell(measured::<String>("String", group, choice, &[]));
    }
}

fn measured<K: SharedKey>(name: &str, group: &Group, choice: &Choice, gos: &[SharedGo]) -> Outcome {
    Outcome::Throughput(mix::measure::<K>(name, group, &choice.maps, gos))
}

/// Measures Go's benchmarks that are chosen.
pub fn named(choice: &Choice, mut tell: impl FnMut(Outcome)) {
    for name in Name::ALL.into_iter().filter(|name| choice.has_name(&name.to_string())) {
        for threads in [1, 2] {
            let (steps, rounds) = if choice.is_quick { (2000, 1) } else { (500_000, 5) };
            let plan = named::Plan { name, threads, steps, rounds };
            tell(Outcome::Named(named::measure(plan, &choice.gos)));
        }
    }
}

/// Times every insertion of growths from nothing.
pub fn growths(choice: &Choice, mut tell: impl FnMut(Outcome)) {
    let (len, runs) = if choice.is_quick { (50_000, 1) } else { (TAIL_LEN, 3) };
    for threads in [1, 2] {
        if choice.has_keys("u64") {
            tell(Outcome::Tails(tails::measure::<u64>("u64", len, threads, runs, &choice.maps)));
        }
        if choice.has_keys("String") {
            let tails = tails::measure::<String>("String", len, threads, runs, &choice.maps);
            tell(Outcome::Tails(tails));
        }
    }
}

/// Measures the interners.
pub fn interners(choice: &Choice, mut tell: impl FnMut(Outcome)) {
    let lens = if choice.is_quick { vec![1000] } else { vec![1000, 100_000, 1_000_000] };
    for len in lens {
        for threads in [1, 2] {
            let (rounds, operations) = if choice.is_quick { (1, 10_000) } else { (9, 1_000_000) };
            let plan = interner::Plan { len, threads, rounds, operations };
            tell(Outcome::Interning(interner::measure(plan)));
        }
    }
}

/// An outcome in lines.
#[must_use]
pub fn describe(outcome: &Outcome) -> String {
    let lines: Vec<String> = match outcome {
        Outcome::Throughput(of_maps) => {
            let line = |it: &Throughput| {
                let Throughput { map, mix, keys, len, threads, sharded_ratio, sync_ratio, .. } = it;
                let word_ratio = it.word_ratio.map(|ratio| format!("{ratio:6.2}"));
                let word_ratio = word_ratio.unwrap_or_default();
                let Quartiles { low, median, high } = it.mops;
                format!(
                    "{mix:22} {keys:6} {len:8} {threads} {map:18} {median:7.1} \
                     [{low:.1} {high:.1}] Mop/s {sharded_ratio:6.2} {sync_ratio:6.2} {word_ratio}"
                )
            };
            of_maps.iter().map(line).collect()
        }
        Outcome::Named(of_maps) => {
            let line = |NamedTime { name, map, threads, ns }: &NamedTime| {
                let Quartiles { low, median, high } = ns;
                format!("{name:28} {threads} {map:18} {median:9.1} [{low:.1} {high:.1}] ns")
            };
            of_maps.iter().map(line).collect()
        }
        Outcome::Tails(of_maps) => {
            let line = |Tail { map, keys, len, threads, percentiles, worst, .. }: &Tail| {
                let [p50, p99, p999, p9999] = percentiles.map(|ns| ns as f64 / 1000.0);
                let worst = *worst as f64 / 1e6;
                format!(
                    "{keys:6} {len:8} {threads} {map:16} p50 {p50:6.2} p99 {p99:6.2} \
                     p99.9 {p999:7.2} p99.99 {p9999:8.2} us, worst {worst:8.3} ms"
                )
            };
            of_maps.iter().map(line).collect()
        }
        Outcome::Interning(of_interners) => {
            let line = |it: &Interning| {
                let Interning { interner, len, threads, hit_ns, resolve_ns } = it;
                format!(
                    "{len:8} {threads} {interner:14} hit {:6.1} ns, resolve {:5.1} ns",
                    hit_ns.median, resolve_ns.median
                )
            };
            of_interners.iter().map(line).collect()
        }
    };
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_choice_measures_a_little_of_everything() {
        let maps = vec!["SafeMap".to_owned()];
        let choice = Choice { is_quick: true, maps, ..Choice::default() };
        let mut told = Vec::new();
        growths(&choice, |outcome| told.push(describe(&outcome)));
        interners(&choice, |outcome| told.push(describe(&outcome)));
        bustle(&choice, |outcome| told.push(describe(&outcome)));
        assert_eq!(told.len(), 4 + 2 + 6 * 2 * 2);
        let choice = Choice { names: vec!["read 9".to_owned(), "Range".to_owned()], ..choice };
        reading(&choice, |outcome| told.push(describe(&outcome)));
        named(&choice, |outcome| told.push(describe(&outcome)));
        assert_eq!(told.len(), 30 + 2 + 2);
        assert!(told.iter().all(|text| text.lines().count() >= 1));
    }
}
