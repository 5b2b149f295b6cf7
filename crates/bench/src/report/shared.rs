//! The section on maps that threads share: its text, with the tables made from a record.

use std::collections::BTreeSet;

use super::tables::{grouped, header, origin, row, time};
use super::{shared_bars, shared_plot, tails_plot};
use crate::record::Record;
use crate::shared::{Quartiles, Throughput};

/// The text around the tables.
const TEXT: &str = include_str!("shared.md");

/// Where the plot stands.
const PLOT: &str = "![Throughput of two threads by the share of reads](images/shared-reading.svg)";

const TAILS_PLOT: &str =
    "![Percentiles and the worst of single insertions, one thread](images/shared-tails.svg)";

/// A spread between quartiles, relative to the median, that is marked.
const SPREAD_MAX: f64 = 0.2;

/// The section; empty if the record has no figures of such maps.
pub(super) fn section(record: &Record) -> String {
    if !record.has_shared() {
        return String::new();
    }
    let tail = record.shared_tails.iter().map(|tail| (tail.len, tail.runs)).max();
    let (tail_len, tail_runs) = tail.unwrap_or_default();
    let plot = if shared_plot::is_drawn(record) { PLOT } else { "" };
    let has_tails = !tails_plot::shown(record).is_empty();
    let tails_plot = if has_tails { TAILS_PLOT } else { "" };
    let parts = [
        ("{guide}", "[shared-maps.md](shared-maps.md)".to_owned()),
        ("{plot}", plot.to_owned()),
        ("{origin}", origin(record)),
        ("{bars}", shared_bars::bars(record)),
        ("{lost}", shared_bars::lost(record)),
        ("{lens}", listed(lens(record).into_iter().map(grouped))),
        ("{reading}", reading(record)),
        ("{bustle}", bustle(record)),
        ("{named}", named(record)),
        ("{tail_len}", grouped(tail_len)),
        ("{tail_runs}", tail_runs.to_string()),
        ("{tails}", tails(record)),
        ("{tails_plot}", tails_plot.to_owned()),
        ("{interners}", interners(record)),
    ];
    let fill = |text: String, (name, part): &(&str, String)| text.replace(name, part.trim_end());
    parts.iter().fold(TEXT.to_owned(), fill)
}

/// Whether a mix only reads and overwrites.
pub(super) fn is_reading(one: &Throughput) -> bool {
    one.mix.ends_with('%')
}

/// All different values, in the order in which they come first.
pub(super) fn different<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for value in values {
        if !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

fn lens(record: &Record) -> BTreeSet<usize> {
    record.shared_throughput.iter().filter(|one| is_reading(one)).map(|one| one.len).collect()
}

/// "a, b and c".
fn listed(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

fn figure(quartiles: &Quartiles) -> String {
    let Quartiles { low, median, high } = *quartiles;
    let mark = if high - low > SPREAD_MAX * median { "\\*" } else { "" };
    let digits = usize::from(median < 10.0);
    format!("{median:.digits$}{mark}")
}

/// A cell of figures, a dash for each that is missing; nothing if all are.
fn cell(figures: &[Option<String>], between: &str) -> Option<String> {
    figures.iter().any(Option::is_some).then(|| {
        let shown: Vec<&str> = figures.iter().map(|it| it.as_deref().unwrap_or("–")).collect();
        shown.join(between)
    })
}

/// Mixes of reads: for each kind of keys and number of threads one table.
fn reading(record: &Record) -> String {
    let all: Vec<&Throughput> =
        record.shared_throughput.iter().filter(|one| is_reading(one)).collect();
    let lens = lens(record);
    let mixes = different(all.iter().map(|one| one.mix.as_str()));
    let mut text = String::new();
    for (keys, threads) in different(all.iter().map(|one| (one.keys.as_str(), one.threads))) {
        let own = || all.iter().filter(move |one| (&*one.keys, one.threads) == (keys, threads));
        let plural = if threads == 1 { "thread" } else { "threads" };
        let first = format!("`{keys}`, {threads} {plural}");
        text += &header(&first, mixes.iter().map(ToString::to_string));
        for map in different(own().map(|one| one.map.as_str())) {
            let of_mix = |mix: &&str| {
                let of_len = |&len: &usize| {
                    let mut found = own();
                    let is_it =
                        |one: &&&Throughput| (&*one.map, &*one.mix, one.len) == (map, *mix, len);
                    found.find(is_it).map(|one| figure(&one.mops))
                };
                cell(&lens.iter().map(of_len).collect::<Vec<_>>(), " ")
            };
            text += &row(map, mixes.iter().map(of_mix));
        }
        text.push('\n');
    }
    text
}

/// Bustle's mixes: for each kind of keys and number of them one table.
fn bustle(record: &Record) -> String {
    let all: Vec<&Throughput> =
        record.shared_throughput.iter().filter(|one| !is_reading(one)).collect();
    let mixes = different(all.iter().map(|one| one.mix.as_str()));
    let mut text = String::new();
    for (keys, len) in different(all.iter().map(|one| (one.keys.as_str(), one.len))) {
        let own = || all.iter().filter(move |one| (&*one.keys, one.len) == (keys, len));
        text += &header(&format!("`{keys}`, {}", grouped(len)), mixes.iter().map(short));
        for map in different(own().map(|one| one.map.as_str())) {
            let of_mix = |mix: &&str| {
                let figures = [1, 2].map(|threads| {
                    let mut found = own();
                    let is_it = |one: &&&Throughput| {
                        (&*one.map, &*one.mix, one.threads) == (map, *mix, threads)
                    };
                    found.find(is_it).map(|one| figure(&one.mops))
                });
                cell(&figures, " / ")
            };
            text += &row(map, mixes.iter().map(of_mix));
        }
        text.push('\n');
    }
    text
}

fn short(mix: &&str) -> String {
    (*mix).to_owned()
}

/// Go's benchmarks, by name.
fn named(record: &Record) -> String {
    let all = &record.shared_named;
    let maps = different(all.iter().map(|time| time.map.as_str()));
    let mut text = header("", maps.iter().map(ToString::to_string));
    for name in different(all.iter().map(|time| time.name.as_str())) {
        let of_map = |map: &&str| {
            let figures = [1, 2].map(|threads| {
                let mut found = all.iter();
                let is_it = |time: &&crate::shared::NamedTime| {
                    (&*time.name, &*time.map, time.threads) == (name, *map, threads)
                };
                found.find(is_it).map(|time| figure(&time.ns))
            });
            cell(&figures, " / ")
        };
        text += &row(name, maps.iter().map(of_map));
    }
    text
}

fn tails(record: &Record) -> String {
    let all = &record.shared_tails;
    let columns = ["p50", "p99", "p99.9", "p99.99", "max, one insertion"];
    let mut text = String::new();
    for (keys, threads) in different(all.iter().map(|tail| (tail.keys.as_str(), tail.threads))) {
        let plural = if threads == 1 { "thread" } else { "threads" };
        let first = format!("`{keys}`, {threads} {plural}");
        text += &header(&first, columns.iter().map(ToString::to_string));
        for tail in all.iter().filter(|tail| (&*tail.keys, tail.threads) == (keys, threads)) {
            let figures = tail.percentiles.iter().chain([&tail.worst]);
            text += &row(&tail.map, figures.map(|&ns| Some(time(ns))));
        }
        text.push('\n');
    }
    text
}

fn interners(record: &Record) -> String {
    let columns = ["hit, 1 / 2 threads", "resolve, 1 / 2 threads", "bytes above the text"];
    let mut text = header("", columns.iter().map(ToString::to_string));
    let all = &record.interning;
    for (len, name) in different(all.iter().map(|it| (it.len, it.interner.as_str()))) {
        let with = |threads: usize| {
            all.iter().find(|it| (it.len, &*it.interner, it.threads) == (len, name, threads))
        };
        let both = [with(1), with(2)];
        let hits = both.map(|it| it.map(|it| figure(&it.hit_ns)));
        let resolved = both.map(|it| it.map(|it| figure(&it.resolve_ns)));
        let mut bytes = record.interned_bytes.iter();
        let bytes = bytes.find(|it| (it.len, &*it.interner) == (len, name));
        let cells = [
            cell(&hits, " / "),
            cell(&resolved, " / "),
            bytes.map(|it| format!("{:.1}", it.bytes_above)),
        ];
        text += &row(&format!("{name}, {} texts", grouped(len)), cells.into_iter());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::{Interning, NamedTime, Tail};

    fn throughput(map: &str, mix: &str, sharded_ratio: f64) -> Throughput {
        let mops = Quartiles { low: 99.0, median: 100.0, high: 101.0 };
        let (map, mix, keys) = (map.to_owned(), mix.to_owned(), "u64".to_owned());
        let (sync_ratio, word_ratio) = (1.5, Some(2.0));
        let (len, threads) = (1000, 2);
        Throughput { map, mix, keys, len, threads, mops, sharded_ratio, sync_ratio, word_ratio }
    }

    #[test]
    fn a_record_without_such_figures_has_no_section() {
        assert_eq!(section(&Record::default()), "");
    }

    #[test]
    fn every_part_of_a_record_has_its_row_and_no_place_stays_unfilled() {
        let ns = Quartiles { low: 1.0, median: 2.5, high: 4.0 };
        let tail = |map: &str, worst| Tail {
            map: map.to_owned(),
            keys: "u64".to_owned(),
            len: 4_000_000,
            threads: 1,
            runs: 3,
            percentiles: [100, 200, 3000, 4000],
            worst,
        };
        let record = Record {
            shared_throughput: vec![
                throughput("DashMap", "read 90 %", 0.5),
                throughput("papaya", "exchange, presized", 2.0),
            ],
            shared_named: vec![NamedTime {
                name: "Range".to_owned(),
                map: "SyncMap".to_owned(),
                threads: 1,
                ns,
            }],
            shared_tails: vec![tail("DashMap", 20_000_000), tail("ShardedMap", 1_000_000)],
            interning: vec![Interning {
                interner: "lasso".to_owned(),
                len: 1000,
                threads: 2,
                hit_ns: ns,
                resolve_ns: ns,
            }],
            ..Record::default()
        };
        let text = section(&record);
        for part in [
            "| DashMap | 100 |",
            "| papaya | – / 100 |",
            "| Range | 2.5\\* / – |",
            "| ShardedMap | 100 ns | 200 ns | 3.0 µs | 4.0 µs | 1.0 ms |",
            "| lasso, 1 000 texts | – / 2.5\\* | – / 2.5\\* |  |",
            "to 4 000 000 entries",
            "| **0.50** |",
            "| 20.00 |",
        ] {
            assert!(text.contains(part), "{part} is missing: {text}");
        }
        assert!(!text.contains('{'), "{text}");
    }

    #[test]
    fn words_are_listed_as_people_do() {
        let list = |words: &[&str]| listed(words.iter().map(ToString::to_string));
        assert_eq!((list(&["a"]), list(&["a", "b", "c"])), ("a".into(), "a, b and c".into()));
    }
}
