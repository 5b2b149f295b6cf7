//! Tables in Markdown, made from a record.

use std::fmt::Write as _;

use super::sentences::best_run;
use super::{bars, listing, sentences};
use crate::keys::Shape;
use crate::latency::{Run, Task};
use crate::matrix::{Cell, Hashing, MAIN_OPERATIONS, Rival, SIZES, Types};
use crate::memory::Growth;
use crate::operation::Operation;
use crate::pairs::Comparison;
use crate::record::Record;

/// The sizes of the README's table.
const README_SIZES: [usize; 5] = [1000, 10_000, 100_000, 1_000_000, 10_000_000];

const FEW_SIZES: [usize; 3] = [1000, 100_000, 1_000_000];

/// The table of this name; `None` if there is none of it. What is best of all is that of `records`.
pub(super) fn table(name: &str, record: &Record, records: &[Record]) -> Option<String> {
    Some(match name {
        "origin" => origin(record),
        "readme" => main_table(record, Types::U64U64, &README_SIZES, ratio_of),
        "ratios-u64" => main_table(record, Types::U64U64, &SIZES, ratio_of),
        "times-u64" => main_table(record, Types::U64U64, &SIZES, times_of),
        "ratios-string" => main_table(record, Types::StringU64, &SIZES, ratio_of),
        "ratios-bytes" => main_table(record, Types::Bytes16Bytes64, &SIZES, ratio_of),
        "headline" => sentences::headline(record),
        "figures" => bars::figures(record),
        "other-figures" => bars::other_figures(record),
        "missed" => bars::missed(record, records),
        "missing" => sentences::missing(record),
        "pauses" => sentences::pauses(record),
        "merged" => sentences::merged(record),
        "operations" => operations(record),
        "shapes" => shapes(record),
        "of-two" => of_two(record),
        "rivals" => rivals(record, Types::U64U64),
        "rivals-string" => rivals(record, Types::StringU64),
        "go" => go(record),
        "instructions" => instructions(record),
        "latency" => latency(record),
        "memory" => memory(record),
        "compile" => compile(record),
        "cells" => listing::cells(record),
        "cells-go" => listing::go_cells(record),
        _ => return None,
    })
}

pub(super) fn origin(record: &Record) -> String {
    let origin = &record.origin;
    format!(
        "Measured on {}, {} cores, with {}, at commit {}, on {}.",
        origin.machine, origin.cores, origin.rustc, origin.commit, origin.date
    )
}

/// A cell in the setting of the figures to reach.
pub(super) fn main_cell(operation: Operation, types: Types, len: usize) -> Cell {
    let (shape, hashing, rival) = (Shape::Random, Hashing::Same, Rival::Hashbrown);
    Cell { operation, types, shape, len, hashing, rival }
}

pub(super) fn look(record: &Record, cell: &Cell) -> Option<Comparison> {
    record.cells.get(&cell.to_string()).copied()
}

/// A ratio; an asterisk marks one whose quartiles lie far apart.
fn ratio_of(comparison: &Comparison) -> String {
    let mark = if comparison.is_wide() { "\\*" } else { "" };
    format!("{:.2}{mark}", comparison.ratio)
}

fn times_of(comparison: &Comparison) -> String {
    format!("{} / {}", digits(comparison.ours_ns), digits(comparison.theirs_ns))
}

fn digits(number: f64) -> String {
    if number >= 100.0 { format!("{number:.0}") } else { format!("{number:.1}") }
}

pub(super) fn header(first: &str, columns: impl Iterator<Item = String>) -> String {
    let columns: Vec<String> = columns.collect();
    let mut text = format!("| {first} |");
    for column in &columns {
        let _ = write!(text, " {column} |");
    }
    text + "\n|---|" + &"---:|".repeat(columns.len()) + "\n"
}

pub(super) fn row(first: &str, cells: impl Iterator<Item = Option<String>>) -> String {
    let cells = cells.map(|cell| format!(" {} |", cell.as_deref().unwrap_or("")));
    format!("| {first} |{}\n", cells.collect::<String>())
}

pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

fn words(operation: Operation) -> &'static str {
    match operation {
        Operation::Hit => "look up, found",
        Operation::HitDependent => "look up, found, each depending on the last",
        Operation::Miss => "look up, not found",
        Operation::Half => "look up, every second found",
        Operation::InsertGrowing => "insert, growing from empty",
        Operation::InsertPresized => "insert, presized",
        Operation::Churn => "remove and insert",
        Operation::ChurnForEver => "the same after ten exchanges of all keys",
        Operation::Iterate => "iterate (`for_each`)",
        Operation::IterateNext => "iterate (`next`)",
        Operation::IterateThinned => "iterate after thinning out to 1 %, for each that was",
        Operation::Clone => "clone",
        Operation::Drop => "drop",
        Operation::ClearRefill => "clear and insert again",
        Operation::Retain => "retain every second",
        Operation::Merge => "insert one map's entries into another, in order",
        Operation::SetUnion => "union of two sets of keys",
        Operation::SetIntersection => "intersection of two sets of keys",
        Operation::SetDifference => "difference of two sets of keys",
    }
}

fn main_table(
    record: &Record,
    types: Types,
    sizes: &[usize],
    show: fn(&Comparison) -> String,
) -> String {
    let mut text = header("", sizes.iter().map(|&len| grouped(len)));
    for operation in MAIN_OPERATIONS {
        let cells = sizes.iter().map(|&len| look(record, &main_cell(operation, types, len)));
        text += &row(words(operation), cells.map(|cell| cell.as_ref().map(show)));
    }
    text
}

pub(super) fn types_name(types: Types) -> &'static str {
    match types {
        Types::U64U64 => "`u64` to `u64`",
        Types::StringU64 => "`String` to `u64`",
        Types::Bytes16Bytes64 => "`[u8; 16]` to `[u8; 64]`",
        Types::PairU64 => "`(u32, u32)` to `u64`",
        Types::U64U8 => "`u64` to `u8`",
    }
}

pub(super) fn geometric_mean(numbers: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) =
        numbers.fold((0.0, 0.0), |(sum, count), number| (sum + number.ln(), count + 1.0));
    (sum / f64::max(count, 1.0)).exp()
}

fn operations(record: &Record) -> String {
    let types = [Types::U64U64, Types::StringU64, Types::PairU64, Types::U64U8];
    let columns = types.iter().map(|&types| types_name(types).to_owned());
    let mut text = header("at 1 000, 100 000 and 1 000 000 entries", columns);
    for operation in Operation::ALL {
        let cell = |types| {
            let cells = FEW_SIZES.map(|len| look(record, &main_cell(operation, types, len)));
            all_of(&cells)
        };
        text += &row(words(operation), types.into_iter().map(cell));
    }
    text
}

/// The ratios side by side, if any is there.
fn all_of(cells: &[Option<Comparison>]) -> Option<String> {
    if cells.iter().all(Option::is_none) {
        return None;
    }
    let shown = cells.iter().map(|cell| cell.as_ref().map_or_else(|| "–".to_owned(), ratio_of));
    Some(shown.collect::<Vec<_>>().join(" "))
}

/// Of types whose keys are numbers or texts.
fn key_name(types: Types) -> &'static str {
    if types == Types::U64U64 { "`u64`" } else { "`String`" }
}

fn shapes(record: &Record) -> String {
    let columns = [
        (Types::U64U64, Shape::Sequential),
        (Types::U64U64, Shape::HighBits),
        (Types::U64U64, Shape::Multiples),
        (Types::StringU64, Shape::Sequential),
        (Types::StringU64, Shape::Words),
        (Types::StringU64, Shape::Urls),
    ];
    let names =
        columns.iter().map(|(types, shape)| format!("{} {}", key_name(*types), shape.name()));
    let mut text = header("at 1 000, 100 000 and 1 000 000 entries", names);
    for operation in [Operation::Hit, Operation::Miss, Operation::InsertGrowing] {
        let cell = |(types, shape)| {
            let at = |len| look(record, &Cell { shape, ..main_cell(operation, types, len) });
            all_of(&FEW_SIZES.map(at))
        };
        text += &row(words(operation), columns.into_iter().map(cell));
    }
    text
}

/// Maps of hashbrown share an order if they share a hasher: both ways side by side.
fn of_two(record: &Record) -> String {
    let columns = [Types::U64U64, Types::StringU64]
        .into_iter()
        .flat_map(|types| [Hashing::Same, Hashing::Default].map(move |hashing| (types, hashing)));
    let names = columns.clone().map(|(types, hashing)| {
        let hasher = if hashing == Hashing::Same { "same hasher" } else { "as it comes" };
        format!("{}, {hasher}", key_name(types))
    });
    let mut text = header("at 1 000, 100 000 and 1 000 000 entries", names);
    for operation in Operation::OF_TWO {
        let cell = |(types, hashing)| {
            let at = |len| look(record, &Cell { hashing, ..main_cell(operation, types, len) });
            all_of(&FEW_SIZES.map(at))
        };
        text += &row(words(operation), columns.clone().map(cell));
    }
    text
}

fn rivals(record: &Record, types: Types) -> String {
    let columns = [
        ("hashbrown as it comes", Rival::Hashbrown, Hashing::Default),
        ("std, same hasher", Rival::Std, Hashing::Same),
        ("std as it comes", Rival::Std, Hashing::Default),
        ("griddle, same hasher", Rival::Griddle, Hashing::Same),
        ("griddle as it comes", Rival::Griddle, Hashing::Default),
        ("indexmap, same hasher", Rival::Indexmap, Hashing::Same),
        ("indexmap as it comes", Rival::Indexmap, Hashing::Default),
        ("BTreeMap", Rival::BTreeMap, Hashing::Default),
    ];
    let mut text = header(
        &format!("{} at 1 000, 100 000 and 1 000 000 entries", types_name(types)),
        columns.iter().map(|column| column.0.to_owned()),
    );
    for operation in MAIN_OPERATIONS {
        let cell = |(_, rival, hashing)| {
            let at = |len| {
                let cell = Cell { hashing, rival, ..main_cell(operation, types, len) };
                look(record, &cell)
            };
            all_of(&FEW_SIZES.map(at))
        };
        text += &row(words(operation), columns.into_iter().map(cell));
    }
    text
}

fn go(record: &Record) -> String {
    if record.go.is_empty() {
        return "No `go` was found when this record was made.".to_owned();
    }
    let versions: Vec<&String> = record.go.keys().collect();
    let types = [Types::U64U64, Types::StringU64];
    let columns = versions
        .iter()
        .flat_map(|version| types.map(|types| format!("{version}, {}", types_name(types))));
    let mut text = header("at 1 000, 100 000 and 1 000 000 entries", columns);
    for operation in MAIN_OPERATIONS {
        let cells = versions.iter().flat_map(|version| {
            types.map(|types| {
                let at = |len| {
                    let name = main_cell(operation, types, len).to_string();
                    record.go[*version].get(&name).copied()
                };
                all_of(&FEW_SIZES.map(at))
            })
        });
        let cells: Vec<Option<String>> = cells.collect();
        if cells.iter().any(Option::is_some) {
            text += &row(words(operation), cells.into_iter());
        }
    }
    for (version, cells) in &record.go {
        let mean = geometric_mean(cells.values().map(|comparison| comparison.ratio));
        let faster = |types| {
            let times = bars::faster_with(record, version, types);
            times.map_or_else(|| "–".to_owned(), |times| format!("{times:.2}"))
        };
        let _ = write!(
            text,
            "\nGeometric mean over {} cells beside {version}: {mean:.2}, which is {:.1} times as \
             fast; {} times with `u64` keys,\n{} times with `String` keys.\n",
            cells.len(),
            1.0 / mean,
            faster(Types::U64U64),
            faster(Types::StringU64)
        );
    }
    text
}

fn instructions(record: &Record) -> String {
    let sizes = [100, 1000, 10_000];
    let types = [Types::U64U64, Types::StringU64];
    let columns = types
        .iter()
        .flat_map(|&types| sizes.map(|len| format!("{}, {}", types_name(types), grouped(len))));
    let mut text = header("ours / hashbrown's", columns);
    // What these do before and after the timed part, earlier records counted with it.
    let is_counted_whole = |operation| {
        matches!(
            operation,
            Operation::InsertGrowing
                | Operation::InsertPresized
                | Operation::Clone
                | Operation::Drop
        )
    };
    let is_left_out = |operation| !record.instructions_of_timed_part && is_counted_whole(operation);
    for operation in MAIN_OPERATIONS.into_iter().filter(|&operation| !is_left_out(operation)) {
        let cells = types.iter().flat_map(|&types| {
            sizes.map(|len| {
                let name = main_cell(operation, types, len).to_string();
                let (ours, theirs) = record.instructions.get(&name)?;
                Some(format!("{} / {}", digits(*ours), digits(*theirs)))
            })
        });
        let cells: Vec<Option<String>> = cells.collect();
        if cells.iter().any(Option::is_some) {
            text += &row(words(operation), cells.into_iter());
        }
    }
    if !record.instructions_of_timed_part && !record.instructions.is_empty() {
        text += "\nInsertions, clone and drop are left out: this record counted with them what is \
                 done before and after the timed\npart (keys and maps copied for a sample, and \
                 dropped).\n";
    }
    text
}

fn latency(record: &Record) -> String {
    let columns =
        ["p50", "p99", "p99.9", "p99.99", "worst", "at", "all together"].map(str::to_owned);
    let mut text = header("", columns.into_iter());
    for task in [Task::Insert, Task::InsertAtRate, Task::Remove] {
        for keys in ["u64", "String"] {
            for map in ["tophash", "hashbrown", "griddle"] {
                let found = best_run(record, task, keys, map);
                text += &match (found, best_run(record, task, "u64", map)) {
                    (Some((run, count)), _) => latency_row(run, count),
                    // Earlier records have some runs of numbers alone.
                    (None, Some((other, _))) => {
                        let dashes = std::iter::repeat_n(Some("–".to_owned()), 7);
                        row(&format!("{map}: {}", task_words(other, keys)), dashes)
                    }
                    (None, None) => continue,
                };
            }
        }
    }
    text
}

/// What was done in the run, or in one like it with other keys.
fn task_words(run: &Run, keys: &str) -> String {
    let len = grouped(run.len);
    match run.task {
        Task::Insert => format!("insert {len} `{keys}`"),
        Task::InsertAtRate => {
            let rate = grouped(usize::try_from(run.rate).unwrap_or(usize::MAX));
            format!("insert {len} `{keys}`, {rate} due a second")
        }
        Task::Remove => format!("remove {len} `{keys}`"),
    }
}

fn latency_row(run: &Run, count: usize) -> String {
    let task = task_words(run, &run.keys);
    let runs = if count > 1 { format!(", best of {count}") } else { String::new() };
    let mut cells: Vec<String> = run.percentiles.iter().map(|&ns| time(ns)).collect();
    cells.push(time(run.worst));
    cells.push(grouped(run.worst_at));
    cells.push(format!("{:.1} s", run.seconds));
    row(&format!("{}: {task}{runs}", run.map), cells.into_iter().map(Some))
}

pub(super) fn time(nanoseconds: u64) -> String {
    let ns = nanoseconds as f64;
    if ns < 1e3 {
        format!("{ns:.0} ns")
    } else if ns < 1e6 {
        format!("{:.1} µs", ns / 1e3)
    } else if ns < 1e9 {
        format!("{:.1} ms", ns / 1e6)
    } else {
        format!("{:.2} s", ns / 1e9)
    }
}

fn memory(record: &Record) -> String {
    let columns = [
        "peak of live bytes",
        "to hashbrown's",
        "bytes for each entry",
        "to hashbrown's",
        "peak of resident bytes",
    ];
    let mut text = header("", columns.iter().map(ToString::to_string));
    let hashbrown = record.memory.iter().find(|growth| growth.map == "hashbrown");
    for growth in &record.memory {
        let beside = |ours: f64, theirs: Option<f64>| theirs.map(|t| format!("{:.2}", ours / t));
        let peak = growth.peak_bytes as f64;
        let cells = [
            Some(format!("{:.0} MB", peak / 1e6)),
            beside(peak, hashbrown.map(|other| other.peak_bytes as f64)),
            Some(format!("{:.1}", growth.bytes_per_entry)),
            beside(growth.bytes_per_entry, hashbrown.map(|other| other.bytes_per_entry)),
            resident(growth),
        ];
        let name = format!("{}, {} entries", growth.map, grouped(growth.len));
        text += &row(&name, cells.into_iter());
    }
    if record.memory.iter().any(|growth| growth.resident_peak.is_none()) {
        text += "\n\\* The maps of this record grew one after another in one process, which keeps \
                 what an earlier one left; the most at\nany of 400 points of the growth, between \
                 which hashbrown's and griddle's peaks may fall.\n";
    }
    text
}

/// What the system held for the process; an asterisk marks one that had other maps before.
fn resident(growth: &Growth) -> Option<String> {
    let megabytes = |bytes: u64| format!("{:.0} MB", bytes as f64 / 1e6);
    let shared = || growth.resident.iter().max().map(|&most| megabytes(most) + "\\*");
    growth.resident_peak.map(megabytes).or_else(shared)
}

fn compile(record: &Record) -> String {
    let Some(compile) = &record.compile else { return "Not measured.".to_owned() };
    let columns = ["tophash", "hashbrown", "ratio", "must"].map(str::to_owned);
    let mut text = header("", columns.into_iter());
    let ratio = |ours: f64, theirs: f64| Some(format!("{:.2}", ours / theirs));
    let seconds = (compile.ours_seconds, compile.theirs_seconds);
    text += &row(
        "time to compile",
        [
            Some(format!("{:.1} s", seconds.0)),
            Some(format!("{:.1} s", seconds.1)),
            ratio(seconds.0, seconds.1),
            Some("1.3".to_owned()),
        ]
        .into_iter(),
    );
    let bytes = (compile.ours_bytes as f64, compile.theirs_bytes as f64);
    text += &row(
        "code (`.text`)",
        [
            Some(format!("{:.0} KiB", bytes.0 / 1024.0)),
            Some(format!("{:.0} KiB", bytes.1 / 1024.0)),
            ratio(bytes.0, bytes.1),
            Some("1.3".to_owned()),
        ]
        .into_iter(),
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_shows_what_the_record_holds_and_marks_what_is_uncertain() {
        let mut record = Record::default();
        let comparison = |ratio, high| Comparison {
            ratio,
            low: ratio,
            high,
            pairs: 9,
            ours_ns: 5.0,
            theirs_ns: 4.0,
        };
        let cell = |len| main_cell(Operation::Hit, Types::U64U64, len).to_string();
        record.cells.insert(cell(1000), comparison(1.25, 1.3));
        record.cells.insert(cell(10_000), comparison(1.5, 2.5));
        let text = table("readme", &record, &[]).expect("there is such a table");
        assert!(text.contains("| look up, found | 1.25 | 1.50\\* |  |  |  |"), "{text}");
        let text = table("figures", &record, &[]).expect("there is such a table");
        assert!(text.contains("**1.37**") && text.contains("1.50 |"), "{text}");
    }

    #[test]
    fn counts_of_more_than_the_timed_part_are_not_shown() {
        let mut record = Record::default();
        for operation in [Operation::Hit, Operation::Drop] {
            let cell = main_cell(operation, Types::U64U64, 1000).to_string();
            record.instructions.insert(cell, (45.0, 35.0));
        }
        let text = table("instructions", &record, &[]).expect("there is such a table");
        assert!(text.contains("| look up, found |") && !text.contains("| drop |"), "{text}");
        assert!(text.contains("left out"), "{text}");
        record.instructions_of_timed_part = true;
        let text = table("instructions", &record, &[]).expect("there is such a table");
        assert!(text.contains("| drop |") && !text.contains("left out"), "{text}");
    }

    #[test]
    fn runs_that_a_record_lacks_are_dashes_and_shared_processes_are_marked() {
        let mut record = Record::default();
        record.latency.push(Run {
            map: "tophash".to_owned(),
            keys: "u64".to_owned(),
            task: Task::InsertAtRate,
            len: 1000,
            rate: 500,
            seconds: 2.0,
            percentiles: [1, 2, 3, 4],
            worst: 5,
            worst_at: 6,
            windows: vec![5],
        });
        let text = table("latency", &record, &[]).expect("there is such a table");
        assert!(
            text.contains("| tophash: insert 1 000 `String`, 500 due a second | – |"),
            "{text}"
        );
        assert!(!text.contains("hashbrown") && !text.contains("remove"), "{text}");
        let mut growth = Growth {
            map: "tophash".to_owned(),
            len: 1000,
            peak_bytes: 5_000_000,
            bytes_per_entry: 20.0,
            peaks: Vec::new(),
            live: Vec::new(),
            resident: vec![3_000_000, 7_000_000, 6_000_000],
            resident_peak: None,
        };
        record.memory.push(growth.clone());
        let text = table("memory", &record, &[]).expect("there is such a table");
        assert!(text.contains("| 7 MB\\* |") && text.contains("one process"), "{text}");
        growth.resident_peak = Some(8_000_000);
        record.memory = vec![growth];
        let text = table("memory", &record, &[]).expect("there is such a table");
        assert!(text.contains("| 8 MB |") && !text.contains("one process"), "{text}");
    }

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!((grouped(7), grouped(1000), grouped(20_000_000)).2, "20 000 000");
        assert_eq!(time(950) + &time(1500) + &time(2_000_000), "950 ns1.5 µs2.0 ms");
    }

    #[test]
    fn the_geometric_mean_of_a_number_and_its_inverse_is_one() {
        assert!((geometric_mean([4.0, 0.25].into_iter()) - 1.0).abs() < 1e-12);
    }
}
