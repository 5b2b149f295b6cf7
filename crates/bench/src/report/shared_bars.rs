//! The figures that maps between threads shall reach, and where they do not.

use std::fmt::Write as _;

use super::shared::is_reading;
use super::tables::{geometric_mean, grouped, header, row, time};
use crate::record::Record;
use crate::shared::{Tail, Throughput};

/// A number to be judged, and what it is of.
struct Judged {
    number: f64,
    of: String,
}

/// A figure to reach.
struct Bar {
    name: &'static str,
    /// The least it must be, or the most.
    must: f64,
    is_least: bool,
    found: Vec<Judged>,
}

impl Bar {
    fn is_met(&self, number: f64) -> bool {
        if self.is_least { number >= self.must } else { number <= self.must }
    }

    /// The line in the table; none if nothing was measured.
    fn line(&self) -> Option<String> {
        let order = |one: &&Judged, other: &&Judged| one.number.total_cmp(&other.number);
        let (least, most) = (self.found.iter().min_by(order)?, self.found.iter().max_by(order)?);
        let worst = if self.is_least { least } else { most };
        let judged = |number: f64| {
            if self.is_met(number) { format!("{number:.2}") } else { format!("**{number:.2}**") }
        };
        let sign = if self.is_least { "≥" } else { "≤" };
        let met = self.found.iter().filter(|it| self.is_met(it.number)).count();
        let cells = [
            format!("{sign} {}", self.must),
            judged(geometric_mean(self.found.iter().map(|it| it.number))),
            judged(worst.number),
            worst.of.clone(),
            format!("{met} of {}", self.found.len()),
        ];
        Some(row(self.name, cells.into_iter().map(Some)))
    }
}

/// The table of all bars.
pub(super) fn bars(record: &Record) -> String {
    let columns = ["must", "geometric mean", "worst", "which", "reached"];
    let mut text = header("", columns.iter().map(ToString::to_string));
    let all = throughput_bars(record).into_iter().chain(tail_bars(record));
    text.extend(all.chain(interner_bars(record)).filter_map(|bar| bar.line()));
    text
}

fn place(one: &Throughput) -> String {
    let Throughput { mix, keys, len, threads, .. } = one;
    let plural = if *threads == 1 { "thread" } else { "threads" };
    format!("{mix}, {} `{keys}`, {threads} {plural}", grouped(*len))
}

fn throughput_bars(record: &Record) -> Vec<Bar> {
    let beside = |rival: &'static str,
                  ratio: fn(&Throughput) -> Option<f64>,
                  shares: &[usize],
                  least| {
        let is_chosen = move |one: &&Throughput| {
            let mixes = shares.iter().map(|share| format!("read {share} %"));
            one.map == rival && one.threads >= least && mixes.into_iter().any(|it| it == one.mix)
        };
        let found = record.shared_throughput.iter().filter(is_chosen);
        let judged = |one| Some(Judged { number: ratio(one)?, of: place(one) });
        found.filter_map(judged).collect::<Vec<_>>()
    };
    let sharded = |one: &Throughput| Some(one.sharded_ratio);
    let sync = |one: &Throughput| Some(one.sync_ratio);
    let word = |one: &Throughput| one.word_ratio;
    // Of papaya's two settings the one that is faster in the cell.
    let (plain, large) =
        (beside("papaya", sync, &[100, 99], 2), beside("papaya 1024", sync, &[100, 99], 2));
    let lower =
        |(one, other): (Judged, Judged)| if one.number < other.number { one } else { other };
    let papaya = plain.into_iter().zip(large).map(lower).collect();
    let bar = |name, must, found| Bar { name, must, is_least: true, found };
    vec![
        bar(
            "`ShardedMap` to DashMap, reads and overwriting, 1 and 2 threads",
            1.0,
            beside("DashMap", sharded, &[100, 99, 90, 75, 50], 1),
        ),
        bar(
            "`SyncMap` to scc's HashIndex, 100 and 99 % reads, 2 threads",
            1.0,
            beside("scc HashIndex", sync, &[100, 99], 2),
        ),
        bar("`SyncMap` to papaya's better setting, the same", 1.3, papaya),
        bar(
            "`SyncMap` to DashMap, 90 and 75 % reads, 2 threads",
            1.0,
            beside("DashMap", sync, &[90, 75], 2),
        ),
        bar("`SyncMap` to DashMap, 50 % reads, 2 threads", 0.85, beside("DashMap", sync, &[50], 2)),
        bar(
            "`WordMap` to DashMap, all five shares of reads, 2 threads",
            1.0,
            beside("DashMap", word, &[100, 99, 90, 75, 50], 2),
        ),
        bar(
            "`WordMap` to scc's HashIndex, the same",
            1.0,
            beside("scc HashIndex", word, &[100, 99, 90, 75, 50], 2),
        ),
    ]
}

fn tail_bars(record: &Record) -> Vec<Bar> {
    let all = &record.shared_tails;
    let of = |tail: &Tail| {
        let plural = if tail.threads == 1 { "thread" } else { "threads" };
        format!("`{}`, {} {plural}", tail.keys, tail.threads)
    };
    let micros = |map: &str| {
        let found = all.iter().filter(|tail| tail.map == map);
        let judged =
            |tail: &Tail| Judged { number: tail.percentiles[2] as f64 / 1e3, of: of(tail) };
        found.map(judged).collect::<Vec<_>>()
    };
    let beside = |map: &str| {
        let judged = |tail: &Tail| {
            let is_rival = |other: &&Tail| {
                (&*other.map, &other.keys, other.threads) == ("DashMap", &tail.keys, tail.threads)
            };
            let rival = all.iter().find(is_rival)?;
            let number = rival.worst as f64 / tail.worst as f64;
            let of = format!("{}: {} to {}", of(tail), time(tail.worst), time(rival.worst));
            Some(Judged { number, of })
        };
        all.iter().filter(|tail| tail.map == map).filter_map(judged).collect::<Vec<_>>()
    };
    let bar = |name, must, is_least, found| Bar { name, must, is_least, found };
    vec![
        bar("`ShardedMap`, p99.9 of growing, µs", 2.0, false, micros("ShardedMap")),
        bar("`SyncMap`, the same", 2.0, false, micros("SyncMap")),
        bar("`WordMap`, the same", 2.0, false, micros("WordMap")),
        bar("DashMap's worst insertion to `ShardedMap`'s", 10.0, true, beside("ShardedMap")),
        bar("the same to `SyncMap`'s", 10.0, true, beside("SyncMap")),
        bar("the same to `WordMap`'s", 10.0, true, beside("WordMap")),
    ]
}

fn interner_bars(record: &Record) -> Vec<Bar> {
    let own = || record.interning.iter().filter(|it| it.interner == "Interner");
    let of = |len: usize, threads: usize| format!("{} texts, threads: {threads}", grouped(len));
    let hits = own().map(|it| Judged { number: it.hit_ns.median, of: of(it.len, it.threads) });
    let resolved =
        own().map(|it| Judged { number: it.resolve_ns.median, of: of(it.len, it.threads) });
    let bytes = record.interned_bytes.iter().filter(|it| it.interner == "Interner");
    let bytes =
        bytes.map(|it| Judged { number: it.bytes_above, of: format!("{} texts", grouped(it.len)) });
    let bar = |name, must, found| Bar { name, must, is_least: false, found };
    vec![
        bar("`Interner`, hit, ns", 15.0, hits.collect()),
        bar("`Interner`, resolve, ns", 2.5, resolved.collect()),
        bar("`Interner`, bytes above the text", 40.0, bytes.collect()),
    ]
}

/// A rival counts as faster from this ratio on: what is nearer is noise.
const FASTER: f64 = 0.9;

/// Rivals whose figures are left out where ours are said to lose: they are of other languages, or
/// ours too.
fn is_rival(map: &str) -> bool {
    !["ShardedMap", "SyncMap", "WordMap", "SafeMap"].contains(&map)
}

/// In words: beside which maps ours lose, how often, and where most.
pub(super) fn lost(record: &Record) -> String {
    let mut text =
        String::from("**Where they lose**, a tenth and more, at all the mixes below:\n\n");
    for (ours, ratio) in [
        ("ShardedMap", (|one| Some(one.sharded_ratio)) as fn(&Throughput) -> Option<f64>),
        ("SyncMap", |one| Some(one.sync_ratio)),
        ("WordMap", |one| one.word_ratio),
    ] {
        for what in [true, false] {
            let all = || {
                let rivals = record.shared_throughput.iter().filter(|one| is_rival(&one.map));
                rivals.filter(move |one| is_reading(one) == what)
            };
            let mut maps: Vec<(&str, usize, usize, (f64, &Throughput))> = Vec::new();
            for one in all() {
                let Some(own) = ratio(one) else { continue };
                let is_lost = usize::from(own < FASTER);
                match maps.iter_mut().find(|it| it.0 == one.map) {
                    None => maps.push((&one.map, is_lost, 1, (own, one))),
                    Some(it) => {
                        let worst = if own < it.3.0 { (own, one) } else { it.3 };
                        *it = (it.0, it.1 + is_lost, it.2 + 1, worst);
                    }
                }
            }
            if maps.is_empty() {
                // Not measured.
                continue;
            }
            let shown = maps.iter().filter(|it| it.1 > 0).map(|(map, lost, count, worst)| {
                let (ratio, place) = (worst.0, place(worst.1));
                format!("to {map} in {lost} of {count} (at worst {ratio:.2}: {place})")
            });
            let shown: Vec<String> = shown.collect();
            let work = if what { "reads and overwriting" } else { "keys that come and go" };
            let list = if shown.is_empty() { "nowhere".to_owned() } else { shown.join("; ") };
            let _ = writeln!(text, "- `{ours}`, {work}: {list}.");
        }
    }
    text
}
