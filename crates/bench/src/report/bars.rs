//! The figures that the project has set itself: what a record says of each, and why it is missed.

use super::sentences::best_run;
use super::tables::{geometric_mean, grouped, header, look, row, types_name};
use crate::latency::Task;
use crate::matrix::{Cell, Types, all};
use crate::memory::Growth;
use crate::operation::Operation;
use crate::record::Record;

/// The most that a figure may be, and what it should be.
#[derive(Clone, Copy)]
struct Limit {
    must: f64,
    aim: f64,
}

const fn limit(must: f64, aim: f64) -> Limit {
    Limit { must, aim }
}

/// A bar for the times of some cells: for their geometric mean, and for the worst of them.
struct CellBar {
    name: &'static str,
    operations: &'static [Operation],
    /// Only of maps from this size on.
    least: usize,
    mean: Limit,
    worst: Limit,
    /// Why it is missed where it is, as the decisions have it.
    why: &'static str,
}

const CELL_BARS: [CellBar; 11] = [
    CellBar {
        name: "hit, independent",
        operations: &[Operation::Hit],
        least: 0,
        mean: limit(1.15, 1.0),
        worst: limit(1.5, 1.2),
        why: "eight instructions more in cache, and the directory's load to wait for \
              ([0026](decisions/0026-where-the-key-of-the-process-lies.md)); in a nearly full map \
              one hit in eighteen lies in an overflow bucket \
              ([0017](decisions/0017-pairs-and-what-overflow-costs.md)). Arrays of bytes out of \
              cache: ten instructions, half a miss of the first-level cache, and five times as \
              many wrong guesses, which wait for memory (0026)",
    },
    CellBar {
        name: "hit, dependent",
        operations: &[Operation::HitDependent],
        least: 0,
        mean: limit(0.95, 0.85),
        worst: limit(1.15, 1.05),
        why: "in cache as above: hashbrown computes an address where this map loads one first \
              ([0010](decisions/0010-what-did-not-help.md)). Arrays of bytes: see below",
    },
    CellBar {
        name: "hit, dependent, from 1M",
        operations: &[Operation::HitDependent],
        least: 1_000_000,
        mean: limit(0.75, 0.6),
        worst: limit(1.15, 1.05),
        why: "a bucket of arrays of bytes takes ten lines and one of strings four, of which one \
              is asked for ahead: mostly the word and the entry are waited for one after the \
              other, as in hashbrown, and the directory before \
              ([0026](decisions/0026-where-the-key-of-the-process-lies.md)). Huge pages took 0.7 \
              to 0.9 of the time at 10 million, and paused for milliseconds \
              ([0012](decisions/0012-ideas-from-the-list.md))",
    },
    CellBar {
        name: "miss",
        operations: &[Operation::Miss],
        least: 0,
        mean: limit(1.0, 0.8),
        worst: limit(1.7, 1.25),
        why: "in cache numbers take as many instructions as hashbrown's or fewer, arrays of bytes \
              a tenth more, `String` a fifth; all wait for the directory: 6.9 cycles in a \
              simulation, hashbrown's 5.6, and without the directory 5.6 \
              ([0026](decisions/0026-where-the-key-of-the-process-lies.md)); at 10 million \
              words that lie in each block, and so on many pages, wait for translations \
              ([0021](decisions/0021-blocks-of-64-kib.md))",
    },
    CellBar {
        name: "insert, growing from empty",
        operations: &[Operation::InsertGrowing],
        least: 0,
        mean: limit(0.85, 0.7),
        worst: limit(1.4, 1.1),
        why: "splits hash and move 1.66 entries for each, and one insertion in five or six meets \
              a full bucket ([0014](decisions/0014-one-test-and-no-guesses.md), \
              [0015](decisions/0015-growing-two-buckets-a-write.md)). Arrays of bytes at 100: 249 \
              instructions to 206, 0.93 wrong guesses to 0.57 \
              ([0028](decisions/0028-small-tables-aligned-as-allocators-like.md))",
    },
    CellBar {
        name: "insert, presized",
        operations: &[Operation::InsertPresized],
        least: 0,
        mean: limit(1.0, 0.8),
        worst: limit(1.4, 1.2),
        why: "as growing, without the splits",
    },
    CellBar {
        name: "remove + insert",
        operations: &[Operation::Churn],
        least: 0,
        mean: limit(1.0, 0.85),
        worst: limit(1.3, 1.1),
        why: "is the bucket full, has it overflow, is that one empty now: no processor guesses \
              them. At 100 and 10 000 hashbrown is half as full besides \
              ([0014](decisions/0014-one-test-and-no-guesses.md), \
              [0017](decisions/0017-pairs-and-what-overflow-costs.md)); a load factor of 6.0 would \
              win a tenth and lose the bar for bytes \
              ([0012](decisions/0012-ideas-from-the-list.md))",
    },
    CellBar {
        name: "iterate",
        operations: &[Operation::Iterate],
        least: 0,
        mean: limit(1.0, 0.7),
        worst: limit(1.7, 1.2),
        why: "out of cache it waits for memory, though it asks 8 KiB ahead \
              ([0018](decisions/0018-memory-asked-for-earlier.md))",
    },
    CellBar {
        name: "clone, drop",
        operations: &[Operation::Clone, Operation::Drop],
        least: 0,
        mean: limit(1.0, 0.9),
        worst: limit(1.3, 1.1),
        why: "see the two below",
    },
    CellBar {
        name: "clone, of these",
        operations: &[Operation::Clone],
        least: 0,
        mean: limit(1.0, 0.9),
        worst: limit(1.3, 1.1),
        why: "small maps: 700 instructions with the drop, hashbrown 407 at 10 entries, to make \
              and give back a block whose size is no constant. `String` in cache: glibc's merging \
              and mapping around blocks of 64 KiB \
              ([0029](decisions/0029-words-of-a-block-copied-at-once.md)), and a wrong guess for \
              each bucket ([0014](decisions/0014-one-test-and-no-guesses.md))",
    },
    CellBar {
        name: "drop, of these",
        operations: &[Operation::Drop],
        least: 0,
        mean: limit(1.0, 0.9),
        worst: limit(1.3, 1.1),
        why: "a map of what needs no drop gives back a block for every 64 KiB, where hashbrown \
              frees one piece of memory. `String`: glibc merges what was freed when the first \
              block comes back, which hashbrown's single piece puts off until later; with mimalloc \
              and jemalloc it takes 0.7 and 0.9 at a million \
              ([0029](decisions/0029-words-of-a-block-copied-at-once.md), \
              [0030](decisions/0030-texts-asked-for-ahead.md))",
    },
];

/// A bar for something else, computed from the record.
struct Bar {
    name: &'static str,
    value: fn(&Record) -> Option<f64>,
    show: fn(f64) -> String,
    must: f64,
    aim: Option<f64>,
    is_least: bool,
    why: &'static str,
}

const COMPILE_WHY: &str = "half of what each type adds is the operations themselves, inlined \
    where they are called; the other half is what they may meet in a map that grows bucket by \
    bucket, overflows or was flooded, where hashbrown has one growth as a whole \
    ([0031](decisions/0031-growth-compiled-once.md))";

const BARS: [Bar; 9] = [
    Bar {
        name: "worst insertion while growing, so many times shorter than hashbrown's",
        value: worst_insertion,
        show: |number| format!("{number:.0}"),
        must: 200.0,
        aim: Some(1000.0),
        is_least: true,
        why: "new memory is made ready eight megabytes at a time, and other programs take turns \
              ([0018](decisions/0018-memory-asked-for-earlier.md))",
    },
    Bar {
        name: "those insertions all together, median of the runs, to hashbrown's",
        value: |record| {
            Some(median_seconds(record, "tophash")? / median_seconds(record, "hashbrown")?)
        },
        show: two_digits,
        must: 1.0,
        aim: None,
        is_least: false,
        why: "as growing from empty",
    },
    Bar {
        name: "wait at p99.9, insertions due at a fixed rate, to hashbrown's",
        value: wait_at_rate,
        show: |number| format!("1/{number:.0}"),
        must: 1000.0,
        aim: None,
        is_least: true,
        why: "the machine: a program that only looks at the clock waits as long, 1.0 to 3.8 ms \
              at p99.9 in an hour when this map's insertions waited 1.1 to 4.9 (see \"Where it \
              loses\"); all count who wait for another program's turn, or while new memory is made \
              ready ([0018](decisions/0018-memory-asked-for-earlier.md))",
    },
    Bar {
        name: "peak of live bytes while growing, to hashbrown's",
        value: |record| beside_hashbrown(record, |growth| growth.peak_bytes as f64),
        show: two_digits,
        must: 0.8,
        aim: Some(0.75),
        is_least: false,
        why: "not told apart",
    },
    Bar {
        name: "bytes for each entry, mean over all sizes, to hashbrown's",
        value: |record| beside_hashbrown(record, |growth| growth.bytes_per_entry),
        show: two_digits,
        must: 1.25,
        aim: Some(1.15),
        is_least: false,
        why: "two buckets a write, and blocks of which half is spare \
              ([0015](decisions/0015-growing-two-buckets-a-write.md), \
              [0021](decisions/0021-blocks-of-64-kib.md))",
    },
    Bar {
        name: "so many times as fast as Go 1.23",
        value: |record| faster_than_go(record, "go1.23"),
        show: one_digit,
        must: 2.5,
        aim: Some(3.0),
        is_least: true,
        why: "strings, whose text Go shares where Rust copies it: see \"Go\" for numbers and \
              strings apart",
    },
    Bar {
        name: "so many times as fast as the newest Go measured",
        value: |record| faster_than_go(record, newest_go(record)?),
        show: one_digit,
        must: 1.3,
        aim: Some(1.5),
        is_least: true,
        why: "as beside Go 1.23",
    },
    Bar {
        name: "time to compile fifty types, to hashbrown's",
        value: |record| record.compile.map(|it| it.ours_seconds / it.theirs_seconds),
        show: two_digits,
        must: 1.3,
        aim: None,
        is_least: false,
        why: COMPILE_WHY,
    },
    Bar {
        name: "their code, to hashbrown's",
        value: |record| record.compile.map(|it| it.ours_bytes as f64 / it.theirs_bytes as f64),
        show: two_digits,
        must: 1.3,
        aim: None,
        is_least: false,
        why: "as the time",
    },
];

impl CellBar {
    /// The geometric mean and the worst cell; `None` if nothing was measured.
    fn measured(&self, record: &Record) -> Option<(f64, Cell, f64)> {
        let cells = self.cells();
        let found = cells.filter_map(|cell| Some((cell, look(record, &cell)?.ratio)));
        let found: Vec<(Cell, f64)> = found.collect();
        let (cell, worst) = *found.iter().max_by(|one, other| one.1.total_cmp(&other.1))?;
        Some((geometric_mean(found.iter().map(|(_, ratio)| *ratio)), cell, worst))
    }

    fn cells(&self) -> impl Iterator<Item = Cell> {
        all().into_iter().filter(|cell| {
            cell.is_main() && self.operations.contains(&cell.operation) && cell.len >= self.least
        })
    }

    /// The least mean of the records that have all of the cells.
    fn best_mean(&self, records: &[Record]) -> Option<f64> {
        let complete = records
            .iter()
            .filter(|record| self.cells().all(|cell| record.cells.contains_key(&cell.to_string())));
        complete.filter_map(|record| Some(self.measured(record)?.0)).reduce(f64::min)
    }

    /// The least and the greatest ratio with keys and values of each type, where that matters much.
    fn ranges(&self, record: &Record) -> Option<String> {
        if !matches!(self.operations, [Operation::Clone | Operation::Drop]) {
            return None;
        }
        let of = |types| {
            let cells = self.cells().filter(|cell| cell.types == types);
            let ratios = cells.filter_map(|cell| Some(look(record, &cell)?.ratio));
            let range = ratios
                .map(|ratio| (ratio, ratio))
                .reduce(|one, other| (f64::min(one.0, other.0), f64::max(one.1, other.1)));
            range.map(|(low, high)| format!("{} {low:.2} to {high:.2}", types_name(types)))
        };
        let types = [Types::U64U64, Types::StringU64, Types::Bytes16Bytes64];
        Some(types.into_iter().filter_map(of).collect::<Vec<_>>().join(", "))
    }
}

impl Bar {
    fn is_reached(&self, value: f64) -> bool {
        if self.is_least { value >= self.must } else { value <= self.must }
    }

    fn best(&self, records: &[Record]) -> Option<f64> {
        let choose = if self.is_least { f64::max } else { f64::min };
        records.iter().filter_map(self.value).reduce(choose)
    }
}

/// The times to reach, and whether they are reached.
pub(super) fn figures(record: &Record) -> String {
    let columns = ["geometric mean", "must (aim)", "worst cell", "must (aim)", "which"];
    let mut text = header("", columns.iter().map(ToString::to_string));
    for bar in CELL_BARS {
        let Some((mean, cell, worst)) = bar.measured(record) else { continue };
        let cells = [
            judged(&two_digits(mean), mean <= bar.mean.must),
            format!("{} ({})", bar.mean.must, bar.mean.aim),
            judged(&two_digits(worst), worst <= bar.worst.must),
            format!("{} ({})", bar.worst.must, bar.worst.aim),
            format!("{} {}", types_name(cell.types), grouped(cell.len)),
        ];
        text += &row(bar.name, cells.into_iter().map(Some));
    }
    text
}

/// What else is to be reached.
pub(super) fn other_figures(record: &Record) -> String {
    let mut text = header("", ["here", "must (aim)"].iter().map(ToString::to_string));
    for bar in BARS {
        let Some(value) = (bar.value)(record) else {
            text += &row(bar.name, [Some("–".to_owned()), Some(limits(&bar))].into_iter());
            continue;
        };
        let here = judged(&(bar.show)(value), bar.is_reached(value));
        text += &row(bar.name, [Some(here), Some(limits(&bar))].into_iter());
    }
    text
}

/// The bars that are missed, the best that any record has of the same, and why.
pub(super) fn missed(record: &Record, records: &[Record]) -> String {
    let columns = ["here", "best of all records", "why"].map(str::to_owned);
    let mut text = format!("| bar | {} |\n|---|---|---|---|\n", columns.join(" | "));
    for bar in CELL_BARS {
        let Some((mean, cell, worst)) = bar.measured(record) else { continue };
        let (mut here, mut bests) = (Vec::new(), Vec::new());
        if mean > bar.mean.must {
            here.push(format!("mean {mean:.2}"));
            bests.extend(bar.best_mean(records).map(|best| format!("mean {best:.2}")));
        }
        if worst > bar.worst.must {
            let types = types_name(cell.types);
            here.push(format!("worst {worst:.2} ({types} {})", grouped(cell.len)));
            let ratios = records.iter().filter_map(|it| Some(look(it, &cell)?.ratio));
            bests.extend(ratios.reduce(f64::min).map(|best| format!("that cell {best:.2}")));
        }
        if !here.is_empty() {
            here.extend(bar.ranges(record));
            let cells = [here.join(", "), bests.join(", "), bar.why.to_owned()];
            text += &row(bar.name, cells.into_iter().map(Some));
        }
    }
    for bar in BARS {
        let Some(value) = (bar.value)(record) else { continue };
        if !bar.is_reached(value) {
            let best = bar.best(records).map_or_else(String::new, bar.show);
            let cells = [(bar.show)(value), best, bar.why.to_owned()];
            text += &row(bar.name, cells.into_iter().map(Some));
        }
    }
    text
}

fn judged(number: &str, is_reached: bool) -> String {
    if is_reached { number.to_owned() } else { format!("**{number}**") }
}

fn limits(bar: &Bar) -> String {
    let must = (bar.show)(bar.must);
    bar.aim.map_or_else(|| must.clone(), |aim| format!("{must} ({})", (bar.show)(aim)))
}

fn two_digits(number: f64) -> String {
    format!("{number:.2}")
}

fn one_digit(number: f64) -> String {
    format!("{number:.1}")
}

fn worst_insertion(record: &Record) -> Option<f64> {
    let worst = |map| Some(best_run(record, Task::Insert, "u64", map)?.0.worst as f64);
    Some(worst("hashbrown")? / worst("tophash")?)
}

fn median_seconds(record: &Record, map: &str) -> Option<f64> {
    let runs = record.latency.iter().filter(|run| {
        (run.task, run.keys.as_str(), run.map.as_str()) == (Task::Insert, "u64", map)
    });
    let mut seconds: Vec<f64> = runs.map(|run| run.seconds).collect();
    seconds.sort_by(f64::total_cmp);
    (!seconds.is_empty()).then(|| crate::pairs::quantile(&seconds, 2))
}

fn wait_at_rate(record: &Record) -> Option<f64> {
    let wait =
        |map| Some(best_run(record, Task::InsertAtRate, "u64", map)?.0.percentiles[2] as f64);
    Some(wait("hashbrown")? / wait("tophash")?)
}

fn beside_hashbrown(record: &Record, figure: fn(&Growth) -> f64) -> Option<f64> {
    let of = |map| record.memory.iter().find(|growth| growth.map == map).map(figure);
    Some(of("tophash")? / of("hashbrown")?)
}

/// How many times as fast as the version of Go whose name begins so, over all its cells.
fn faster_than_go(record: &Record, version: &str) -> Option<f64> {
    let (_, cells) = record.go.iter().find(|(name, _)| name.starts_with(version))?;
    Some(1.0 / geometric_mean(cells.values().map(|comparison| comparison.ratio)))
}

/// The name of the newest Go in the record: by numbers, since 1.9 is older than 1.23.
fn newest_go(record: &Record) -> Option<&str> {
    let numbers = |name: &str| -> Vec<u64> {
        name.trim_start_matches("go").split('.').map(|it| it.parse().unwrap_or(0)).collect()
    };
    record.go.keys().map(String::as_str).max_by_key(|name| numbers(name))
}

/// How many times as fast as this Go, for maps of these types alone.
pub(super) fn faster_with(record: &Record, version: &str, types: Types) -> Option<f64> {
    let cells = record.go.get(version)?;
    let of_types = all().into_iter().filter(|cell| cell.is_main() && cell.types == types);
    let ratios: Vec<f64> =
        of_types.filter_map(|cell| Some(cells.get(&cell.to_string())?.ratio)).collect();
    (!ratios.is_empty()).then(|| 1.0 / geometric_mean(ratios.into_iter()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::pairs::Comparison;
    use crate::record::Compile;

    fn comparison(ratio: f64) -> Comparison {
        Comparison { ratio, low: ratio, high: ratio, pairs: 9, ours_ns: 1.0, theirs_ns: 1.0 }
    }

    fn record(ratio: f64) -> Record {
        let mut record = Record::default();
        for cell in CELL_BARS[0].cells() {
            record.cells.insert(cell.to_string(), comparison(ratio));
        }
        let (ours_seconds, theirs_seconds) = (2.0 * ratio, 1.0);
        let (ours_bytes, theirs_bytes) = (5, 4);
        record.compile =
            Some(Compile { ours_seconds, theirs_seconds, ours_bytes, theirs_bytes, pairs: 1 });
        record
    }

    #[test]
    fn a_bar_that_is_missed_is_listed_with_the_best_of_all_records_and_a_reason() {
        let mut records = [record(1.2), record(1.3)];
        let text = missed(&records[1], &records);
        let cells = "| hit, independent | mean 1.30 | mean 1.20 | eight instructions";
        assert!(text.contains(cells), "{text}");
        let compile = "| time to compile fifty types, to hashbrown's | 2.60 | 2.40 | half of";
        assert!(text.contains(compile), "{text}");
        assert!(!text.contains("their code") && !text.contains("worst"), "{text}");
        // The worst cell is compared with itself, in records that lack others too.
        let cell = "hit/string-u64/random/100/same/hashbrown".to_owned();
        records[0].cells.retain(|name, _| *name == cell);
        records[1].cells.insert(cell, comparison(1.6));
        let text = missed(&records[1], &records);
        let cells = "worst 1.60 (`String` to `u64` 100) | mean 1.31, that cell 1.20 |";
        assert!(text.contains(cells), "{text}");
    }

    #[test]
    fn a_bar_without_figures_is_a_dash_and_one_that_is_missed_is_bold() {
        let text = other_figures(&record(1.0));
        assert!(text.contains("hashbrown's | – | 0.80 (0.75) |"), "{text}");
        assert!(text.contains("| **2.00** | 1.30 |") && text.contains("| 1.25 | 1.30 |"), "{text}");
    }

    #[test]
    fn the_newest_go_is_that_with_the_highest_number() {
        let mut record = Record::default();
        for version in ["go1.9.1", "go1.27.3", "go1.23.9"] {
            record.go.insert(version.to_owned(), BTreeMap::new());
        }
        assert_eq!(newest_go(&record), Some("go1.27.3"));
    }
}
