//! Benchmarks: builds them and runs their parts, for a record or for a quick look.

use crate::root;
use clap::{Args, ValueEnum};
use std::env;
use std::path::PathBuf;
use std::process::Command;

/// What to measure. Without any of it: everything, kept in a record of its own, from which the
/// docs' tables and plots are then made.
#[derive(Args)]
pub(crate) struct Options {
    /// Each part briefly, in under three minutes, and nothing kept; and whether the docs show the
    /// newest record.
    #[arg(long)]
    quick: bool,
    /// Only the cells whose name contains this, and nothing kept; may be given several times.
    #[arg(long = "cell", value_name = "NAME")]
    cells: Vec<String>,
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
    let is_kept = !options.quick && options.cells.is_empty();
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
    } else if !options.cells.is_empty() {
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
        Part::Cells => add(&["cells"]),
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

/// Where this day's record of this commit is kept.
fn record_path() -> PathBuf {
    let output = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).current_dir(root()).output();
        let output = output.expect("git and date can be run");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let day = output("date", &["+%Y-%m-%d"]);
    let commit = output("git", &["rev-parse", "--short=12", "HEAD"]);
    root().join("crates/bench/record").join(format!("{day}-{commit}.json"))
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
    use super::{Options, Part, parts};

    fn options(quick: bool, cells: &[&str]) -> Options {
        let cells = cells.iter().map(ToString::to_string).collect();
        Options { quick, cells, parts: Vec::new(), gos: Vec::new() }
    }

    #[test]
    fn everything_is_measured_if_nothing_is_named() {
        assert_eq!(parts(&options(false, &[])).len(), 8);
        assert_eq!(parts(&options(false, &["hit"])), [Part::Cells]);
        assert!(!parts(&options(true, &[])).contains(&Part::Compile));
    }
}
