//! Benchmarks: builds them and runs their parts, for a record or for a quick look.

use crate::root;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

/// What to measure. Without any of it: everything, kept in a record of its own, from which the
/// docs' tables and plots are then made.
#[derive(Args)]
pub(crate) struct Options {
    /// Cells, single operations, shared maps and memory, each briefly, in under three minutes,
    /// nothing kept; and whether the docs show the newest record. Instructions, Go and compile
    /// time, which need other programs or minutes of their own, are not part of it.
    #[arg(long)]
    quick: bool,
    /// Only the cells whose name contains this, and nothing kept; may be given several times.
    #[arg(long = "cell", value_name = "NAME")]
    cells: Vec<String>,
    /// The cells with a figure to reach, with so many entries (to 100 000 000), and nothing kept.
    #[arg(long)]
    len: Option<usize>,
    /// Only these parts.
    #[arg(long = "part", value_name = "PART")]
    parts: Vec<Part>,
    /// A `go` program to compare with; may be given several times. The one in the path, if any.
    #[arg(long = "go", value_name = "PROGRAM")]
    gos: Vec<PathBuf>,
}

/// A kind of measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Times of cells.
    Cells,
    /// Instructions of cells in the cache, by valgrind.
    Instructions,
    /// Go's maps.
    Go,
    /// Single operations.
    Latency,
    /// Maps that threads share, and interners.
    Shared,
    /// Bytes during growth.
    Memory,
    /// A program with fifty types of maps.
    Compile,
    /// The docs' tables and plots.
    Report,
}

/// Runs what is asked for; tells whether all of it succeeded.
pub(crate) fn run(options: &Options) -> bool {
    let is_kept = !options.quick && options.cells.is_empty() && options.len.is_none();
    let record = is_kept.then(|| record_path().display().to_string());
    parts(options).into_iter().all(|part| {
        println!("\n-- {}", part.to_possible_value().expect("no part is hidden").get_name());
        run_part(part, options, record.as_deref())
    })
}

/// The parts that are asked for.
fn parts(options: &Options) -> Vec<Part> {
    if !options.parts.is_empty() {
        options.parts.clone()
    } else if !options.cells.is_empty() || options.len.is_some() {
        vec![Part::Cells]
    } else if options.quick {
        vec![Part::Cells, Part::Latency, Part::Shared, Part::Memory, Part::Report]
    } else {
        Part::value_variants().to_vec()
    }
}

fn run_part(part: Part, options: &Options, record: Option<&str>) -> bool {
    let mut arguments = Vec::new();
    let mut program = "bench";
    let mut add = |more: &[&str]| arguments.extend(more.iter().map(ToString::to_string));
    match part {
        Part::Cells => {
            add(&["cells"]);
            if let Some(len) = options.len {
                add(&["--len", &len.to_string()]);
            }
        }
        Part::Instructions => add(&["instructions"]),
        Part::Go => {
            let gos = gos(options);
            if gos.is_empty() {
                println!("-- no `go` is in the path: name one with --go");
                return true;
            }
            add(&["go"]);
            for go in gos {
                add(&["--go", &go.display().to_string()]);
            }
        }
        Part::Latency => add(&["latency"]),
        Part::Shared => add(&["shared"]),
        Part::Memory => program = "memory",
        Part::Compile => add(&["compile"]),
        Part::Report if options.quick => return bench("bench", &["report", "--check"]),
        Part::Report => return bench("bench", &["report"]),
    }
    if part == Part::Shared {
        for go in gos(options) {
            add(&["--go", &go.display().to_string()]);
        }
        if options.quick {
            add(&["--quick"]);
        }
    } else if matches!(part, Part::Cells | Part::Instructions | Part::Go) {
        for cell in &options.cells {
            add(&["--cell", cell]);
        }
        if options.quick {
            add(&["--quick"]);
        }
    } else if options.quick && part != Part::Compile {
        add(&["--len", "200000"]);
    }
    if let Some(record) = record {
        add(&["--record", record]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    bench(program, &arguments) && (part != Part::Shared || interned_bytes(options, record))
}

/// What interners take: in the program whose allocator counts.
fn interned_bytes(options: &Options, record: Option<&str>) -> bool {
    let mut arguments = vec!["--interners"];
    if options.quick {
        arguments.extend(["--len", "1000"]);
    }
    arguments.extend(record.into_iter().flat_map(|record| ["--record", record]));
    bench("memory", &arguments)
}

/// The `go` programs to compare with.
fn gos(options: &Options) -> Vec<PathBuf> {
    let is_there = Command::new("go").arg("version").output().is_ok();
    if options.gos.is_empty() && is_there { vec![PathBuf::from("go")] } else { options.gos.clone() }
}

/// Where what is measured now is kept: in the newest record, if it is of this day and commit, so
/// that parts that are run one by one come together; else in a new one, which is then the newest.
fn record_path() -> PathBuf {
    let output = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).current_dir(root()).output();
        let output = output.expect("git and date can be run");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let now = output("date", &["+%Y-%m-%dt%H%M%S"]);
    let commit = output("git", &["rev-parse", "--short=12", "HEAD"]);
    let folder = root().join("crates/bench/record");
    let paths = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let records = paths.filter(|path| path.extension().is_some_and(|end| end == "json"));
    let names = records.filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    let newest = names.max();
    folder.join(record_name(newest.as_deref(), &now, &commit))
}

/// The name of the record. The newest is the last by name, so names begin with day and time. The
/// `t` between them comes after what earlier names have there: `-`, `b-` and `c-`.
fn record_name(newest: Option<&str>, now: &str, commit: &str) -> String {
    let day = now.split('t').next().unwrap_or(now);
    match newest {
        Some(name) if name.starts_with(day) && name.ends_with(&format!("-{commit}.json")) => {
            name.to_owned()
        }
        _ => format!("{now}-{commit}.json"),
    }
}

/// Builds a program of the crate `bench` and runs it.
fn bench(program: &str, arguments: &[&str]) -> bool {
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "--quiet", "--release", "--package", "bench", "--bin", program, "--"])
        .args(arguments)
        .current_dir(root())
        .status();
    status.expect("cargo can be run, as it runs this").success()
}

#[cfg(test)]
mod tests {
    use super::{Options, Part, parts, record_name};

    fn options(quick: bool, cells: &[&str]) -> Options {
        let cells = cells.iter().map(ToString::to_string).collect();
        Options { quick, cells, len: None, parts: Vec::new(), gos: Vec::new() }
    }

    #[test]
    fn everything_is_measured_if_nothing_is_named() {
        assert_eq!(parts(&options(false, &[])).len(), 8);
        assert_eq!(parts(&options(false, &["hit"])), [Part::Cells]);
        assert!(!parts(&options(true, &[])).contains(&Part::Compile));
        let with_len = Options { len: Some(3000), ..options(false, &[]) };
        assert_eq!(parts(&with_len), [Part::Cells]);
    }

    #[test]
    fn a_later_record_of_a_day_has_a_later_name() {
        let old = [
            "2026-11-30-fffffffffff0.json",
            "2026-12-01-fffffffffff0.json",
            "2026-12-01c-5548a098f748.json",
        ];
        let first = record_name(old.last().copied(), "2026-12-01t091500", "aaaaaaaaaaaa");
        assert_eq!(first, "2026-12-01t091500-aaaaaaaaaaaa.json");
        assert!(old.iter().all(|&name| name < first.as_str()));
        let second = record_name(Some(&first), "2026-12-01t221000", "000000000000");
        let next_day = record_name(Some(&second), "2026-12-02t000000", "000000000000");
        assert!(first < second && second < next_day);
    }

    #[test]
    fn what_is_measured_of_the_newest_records_commit_is_kept_in_it() {
        let newest = "2026-12-01c-5548a098f748.json";
        assert_eq!(record_name(Some(newest), "2026-12-01t221000", "5548a098f748"), newest);
        let next_day = record_name(Some(newest), "2026-12-02t221000", "5548a098f748");
        assert_eq!(next_day, "2026-12-02t221000-5548a098f748.json");
    }
}
