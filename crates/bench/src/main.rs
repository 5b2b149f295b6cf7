//! Runs benchmarks, keeps their results, and makes tables and plots of them.

#![forbid(unsafe_code)]
#![expect(clippy::cast_precision_loss, reason = "figures are read to three digits")]

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bench::go::Go;
use bench::latency::{self, Plan, Run, Task};
use bench::matrix::{self, Cell, Side};
use bench::pairs::{Comparison, Effort};
use bench::record::Record;
use bench::shared::go::SharedGo;
use bench::shared::run::{self, Outcome};
use bench::{compile, instructions, memory, report};
use clap::{Args, Parser, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Time cells: both maps in turn, the median of the ratios.
    Cells {
        #[command(flatten)]
        choice: Choice,
        /// The cells with a figure to reach, with so many entries: at most 100 000 000.
        #[arg(long)]
        len: Option<usize>,
    },
    /// Count the instructions of the cells that are in the cache, with valgrind.
    Instructions(Choice),
    /// Time the cells that Go's map can do, beside Go's map.
    Go {
        /// A `go` program; may be given several times.
        #[arg(long = "go", value_name = "PROGRAM", default_value = "go")]
        programs: Vec<PathBuf>,
        #[command(flatten)]
        choice: Choice,
    },
    /// Time every single insertion over a growth, and every removal until the map is empty.
    Latency {
        /// Insertions.
        #[arg(long, default_value_t = 20_000_000)]
        len: usize,
        /// Insertions a second, for the runs at a fixed rate; of texts half as many.
        #[arg(long, default_value_t = 500_000)]
        rate: u64,
        /// Runs of each map.
        #[arg(long, default_value_t = 5)]
        runs: usize,
        /// Keep the results in this record.
        #[arg(long, value_name = "FILE")]
        record: Option<PathBuf>,
    },
    /// Maps that threads share, and interners: throughput, single insertions, hits.
    Shared(SharedChoice),
    /// Compile a program with fifty types of maps, with us and with hashbrown.
    Compile {
        /// Times each is compiled.
        #[arg(long, default_value_t = 5)]
        pairs: usize,
        /// Keep the results in this record.
        #[arg(long, value_name = "FILE")]
        record: Option<PathBuf>,
    },
    /// Write the tables and plots of the newest record into the docs.
    Report {
        /// The record; the newest, if none is named.
        #[arg(long, value_name = "FILE")]
        record: Option<PathBuf>,
        /// Only say whether they are up to date.
        #[arg(long)]
        check: bool,
    },
    /// Print the names of all cells.
    List,
    /// Do one side's work so often, for `instructions`.
    #[command(hide = true)]
    Repeat {
        #[arg(long)]
        cell: String,
        #[arg(long, value_enum)]
        side: SideName,
        #[arg(long)]
        times: usize,
    },
}

#[derive(Args)]
struct Choice {
    /// Few cells with little effort: under three minutes.
    #[arg(long)]
    quick: bool,
    /// Only cells whose name contains this; may be given several times.
    #[arg(long = "cell", value_name = "NAME")]
    names: Vec<String>,
    /// Keep the results in this record.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

#[derive(Args)]
struct SharedChoice {
    /// Few measurements, each short; nothing is concluded from them.
    #[arg(long)]
    quick: bool,
    /// Only these parts.
    #[arg(long = "only", value_enum)]
    parts: Vec<SharedPart>,
    /// Only maps whose name contains this, and ours; may be given several times.
    #[arg(long = "map", value_name = "NAME")]
    maps: Vec<String>,
    /// Only mixes, and benchmarks of Go's, whose name contains this; may be given several times.
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
    /// Only these numbers of keys; may be given several times.
    #[arg(long = "len")]
    lens: Vec<usize>,
    /// Only these keys, `u64` or `String`.
    #[arg(long = "keys")]
    keys: Vec<String>,
    /// A `go` program, to compare with its `sync.Map`; may be given several times.
    #[arg(long = "go", value_name = "PROGRAM")]
    gos: Vec<PathBuf>,
    /// Keep the results in this record.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SharedPart {
    /// Reads and overwriting.
    Reading,
    /// Bustle's mixes, in which keys come and go.
    Bustle,
    /// Go's benchmarks for its `sync.Map`.
    Named,
    /// Single insertions over a growth.
    Tails,
    /// Interners.
    Interners,
}

#[derive(Clone, Copy, ValueEnum)]
enum SideName {
    Ours,
    Theirs,
}

impl Choice {
    /// The cells that are chosen.
    fn cells(&self) -> Result<Vec<Cell>, String> {
        self.named(if self.quick { matrix::quick() } else { matrix::all() })
    }

    /// Those of these cells that have one of the names.
    fn named(&self, cells: Vec<Cell>) -> Result<Vec<Cell>, String> {
        let is_named = |cell: &Cell| {
            let name = cell.to_string();
            self.names.is_empty() || self.names.iter().any(|part| name.contains(part))
        };
        let cells: Vec<Cell> = cells.into_iter().filter(is_named).collect();
        if cells.is_empty() {
            return Err("no cell has such a name; `list` prints all".to_owned());
        }
        Ok(cells)
    }

    fn effort(&self, cell: &Cell) -> Effort {
        if self.quick { Effort::quick() } else { Effort::full(cell.len) }
    }
}

fn main() -> ExitCode {
    match carry_out(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("bench: {message}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(command: Command) -> Result<(), String> {
    match command {
        Command::Cells { choice, len } => time_cells(&choice, len),
        Command::Instructions(choice) => count_instructions(&choice),
        Command::Go { programs, choice } => time_go(&programs, &choice),
        Command::Latency { len, rate, runs, record } => {
            time_single_operations(len, rate, runs, record.as_deref())
        }
        Command::Shared(choice) => measure_shared(choice),
        Command::Compile { pairs, record } => {
            let measured = compile::measure(pairs)?;
            println!("{measured:#?}");
            keep(record.as_deref(), |record| record.compile = Some(measured))
        }
        Command::Report { record, check } => report::write(record.as_deref(), check),
        Command::List => {
            let mut stdout = io::stdout().lock();
            match matrix::all().iter().try_for_each(|cell| writeln!(stdout, "{cell}")) {
                // Whoever reads has seen enough.
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.to_string()),
                _ => Ok(()),
            }
        }
        Command::Repeat { cell, side, times } => {
            let all = matrix::all();
            let cell = all.iter().find(|other| other.to_string() == cell);
            let cell = cell.ok_or("no cell has this name; `list` prints all")?;
            let side = match side {
                SideName::Ours => Side::Ours,
                SideName::Theirs => Side::Theirs,
            };
            cell.repeat(side, times, instructions::OPERATIONS);
            Ok(())
        }
    }
}

/// Changes a record, if one is named.
fn keep(path: Option<&Path>, change: impl FnOnce(&mut Record)) -> Result<(), String> {
    let Some(path) = path else { return Ok(()) };
    let mut record = Record::open(path)?;
    change(&mut record);
    record.write(path)
}

fn progress(len: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {eta} left  {msg}")
        .expect("the template is well formed");
    ProgressBar::new(len as u64).with_style(style)
}

fn line(cell: &Cell, comparison: &Comparison) -> String {
    let Comparison { ratio, low, high, pairs, ours_ns, theirs_ns } = comparison;
    let mark = if comparison.is_wide() { " wide" } else { "" };
    format!(
        "{:56} {ratio:5.2} [{low:.2} {high:.2}] {pairs:3} pairs {ours_ns:8.2} \
         {theirs_ns:8.2}{mark}",
        cell.to_string()
    )
}

/// Refuses cells that do not fit into memory, before any is measured: a machine that swaps measures
/// its disk, or ends the program after hours.
fn refuse_what_does_not_fit(cells: &[Cell], available: Option<u64>) -> Result<(), String> {
    // Where the system does not say what it has, nothing is refused.
    let Some(available) = available else { return Ok(()) };
    let Some(cell) = cells.iter().find(|cell| cell.bytes_needed() > available) else {
        return Ok(());
    };
    Err(format!(
        "{cell} needs about {:.1} GB, and {:.1} GB are available; end other programs, choose \
         smaller types with --cell (u64-u64 is the smallest), or fewer entries with --len",
        cell.bytes_needed() as f64 / 1e9,
        available as f64 / 1e9
    ))
}

fn time_cells(choice: &Choice, len: Option<usize>) -> Result<(), String> {
    let cells = match len {
        Some(len) => choice.named(matrix::at(len)?)?,
        None => choice.cells()?,
    };
    refuse_what_does_not_fit(&cells, memory::available_bytes())?;
    let bar = progress(cells.len());
    bar.println(format!("{:56} ratio [quartiles]          ns: ours, the rival's", "cell"));
    for cell in &cells {
        bar.set_message(cell.to_string());
        let comparison = cell.measure(choice.effort(cell));
        show(&bar, &line(cell, &comparison));
        keep(choice.record.as_deref(), |record| {
            record.cells.insert(cell.to_string(), comparison);
        })?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

/// A result, on standard output; the bar is on the other.
fn show(bar: &ProgressBar, text: &str) {
    bar.suspend(|| println!("{text}"));
}

fn count_instructions(choice: &Choice) -> Result<(), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut cells = choice.cells()?;
    cells.retain(instructions::is_worth_counting);
    let bar = progress(cells.len());
    for cell in &cells {
        bar.set_message(cell.to_string());
        let ours = instructions::count(&program, cell, Side::Ours)?;
        let theirs = instructions::count(&program, cell, Side::Theirs)?;
        show(&bar, &format!("{:56} {ours:8.1} {theirs:8.1}", cell.to_string()));
        keep(choice.record.as_deref(), |record| {
            // Counts of both ways must not be mixed.
            if !record.instructions_of_timed_part {
                record.instructions.clear();
            }
            record.instructions_of_timed_part = true;
            record.instructions.insert(cell.to_string(), (ours, theirs));
        })?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

fn time_go(programs: &[PathBuf], choice: &Choice) -> Result<(), String> {
    let gos: Vec<Go> =
        programs.iter().map(|program| Go::build(program)).collect::<Result<_, _>>()?;
    let mut cells = choice.cells()?;
    cells.retain(|cell| cell.is_main() && cell.len >= 100 && cell.len <= 1_000_000);
    let bar = progress(cells.len() * gos.len());
    for cell in &cells {
        for go in &gos {
            bar.set_message(format!("{cell} {}", go.version));
            bar.inc(1);
            let effort = choice.effort(cell);
            let rival = || go.sampler(cell, effort.operations);
            if rival().is_none() {
                continue;
            }
            let comparison =
                cell.measure_beside(|| rival().expect("it was there just now"), effort);
            show(&bar, &format!("{:10} {}", go.version, line(cell, &comparison)));
            keep(choice.record.as_deref(), |record| {
                let cells = record.go.entry(go.version.clone()).or_default();
                cells.insert(cell.to_string(), comparison);
            })?;
        }
    }
    bar.finish_and_clear();
    Ok(())
}

fn time_single_operations(
    len: usize,
    rate: u64,
    runs: usize,
    record: Option<&Path>,
) -> Result<(), String> {
    // What is due waits for other programs too, so that one run says little.
    let runs_at_rate = runs.min(3);
    let tasks = [
        (Task::Insert, "u64", rate, runs),
        (Task::InsertAtRate, "u64", rate, runs_at_rate),
        (Task::Remove, "u64", rate, 1),
        (Task::Insert, "String", rate, 1),
        // A text takes twice the time: no map is to be asked for more than it can do.
        (Task::InsertAtRate, "String", (rate / 2).max(1), 1),
        (Task::Remove, "String", rate, 1),
    ];
    let bar = progress(tasks.iter().map(|(_, _, _, runs)| 3 * runs).sum());
    for (task, keys, rate, runs) in tasks {
        let plan = Plan { task, len, rate };
        for _ in 0..runs {
            for map in ["tophash", "hashbrown", "griddle"] {
                bar.set_message(format!("{task:?} {keys} {map}"));
                let run = single_operations(map, keys, plan);
                show(&bar, &describe(&run));
                keep(record, |record| record.latency.push(run))?;
                bar.inc(1);
            }
        }
    }
    bar.finish_and_clear();
    Ok(())
}

fn measure_shared(choice: SharedChoice) -> Result<(), String> {
    let SharedChoice { quick, parts, maps, names, lens, keys, gos, record } = choice;
    let gos: Vec<SharedGo> =
        gos.iter().map(|go| Go::build(go).map(SharedGo::new)).collect::<Result<_, _>>()?;
    let choice = run::Choice { is_quick: quick, maps, names, lens, keys, gos };
    let is_chosen = |part| parts.is_empty() || parts.contains(&part);
    let mut failure = None;
    let mut tell = |outcome: Outcome| {
        println!("{}", run::describe(&outcome));
        let kept = keep(record.as_deref(), |record| outcome.put_into(record));
        failure = failure.take().or(kept.err());
    };
    if is_chosen(SharedPart::Reading) || is_chosen(SharedPart::Bustle) {
        println!(
            "mix, keys, their number, threads, map, Mop/s, ShardedMap's, SyncMap's, WordMap's ratio"
        );
    }
    if is_chosen(SharedPart::Reading) {
        run::reading(&choice, &mut tell);
    }
    if is_chosen(SharedPart::Bustle) {
        run::bustle(&choice, &mut tell);
    }
    if is_chosen(SharedPart::Named) {
        run::named(&choice, &mut tell);
    }
    if is_chosen(SharedPart::Tails) {
        run::growths(&choice, &mut tell);
    }
    if is_chosen(SharedPart::Interners) {
        run::interners(&choice, &mut tell);
    }
    failure.map_or(Ok(()), Err)
}

fn single_operations(map: &str, keys: &str, plan: Plan) -> Run {
    type Same = tophash::RandomState;
    fn ours<K: bench::keys::Key>(name: &str, plan: Plan) -> Run {
        latency::run::<K, tophash::HashMap<K, u64>>("tophash", name, plan, |map| {
            map.set_shrink_policy(tophash::ShrinkPolicy::Automatic);
        })
    }
    match (map, keys) {
        ("tophash", "u64") => ours::<u64>(keys, plan),
        ("tophash", _) => ours::<String>(keys, plan),
        ("hashbrown", "u64") => {
            latency::run::<u64, hashbrown::HashMap<u64, u64, Same>>(map, keys, plan, |_| ())
        }
        ("hashbrown", _) => {
            latency::run::<String, hashbrown::HashMap<String, u64, Same>>(map, keys, plan, |_| ())
        }
        (_, "u64") => {
            latency::run::<u64, griddle::HashMap<u64, u64, Same>>(map, keys, plan, |_| ())
        }
        _ => latency::run::<String, griddle::HashMap<String, u64, Same>>(map, keys, plan, |_| ()),
    }
}

fn describe(run: &Run) -> String {
    let [p50, p99, p999, p9999] = run.percentiles.map(|ns| ns as f64 / 1000.0);
    format!(
        "{:?} {} {}: {:.2} s; p50 {p50} p99 {p99} p99.9 {p999} p99.99 {p9999} us, \
         worst {:.3} ms at {}",
        run.task,
        run.keys,
        run.map,
        run.seconds,
        run.worst as f64 / 1e6,
        run.worst_at
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_does_not_fit_is_refused_with_what_can_be_done() {
        let cells = matrix::at(matrix::LEN_MAX).expect("it is within the bound");
        let message = refuse_what_does_not_fit(&cells, Some(4_000_000_000));
        let message = message.expect_err("two maps of a hundred million are more");
        assert!(message.contains("4.0 GB are available") && message.contains("--len"), "{message}");
        assert_eq!(refuse_what_does_not_fit(&cells, Some(u64::MAX)), Ok(()));
        assert_eq!(refuse_what_does_not_fit(&cells, None), Ok(()));
    }

    #[test]
    fn cells_of_a_size_of_ones_own_are_chosen_by_name() {
        let arguments = ["bench", "cells", "--len", "3000", "--cell", "hit/u64"];
        let Command::Cells { choice, len } = Arguments::parse_from(arguments).command else {
            panic!("it is the command for cells");
        };
        let cells = matrix::at(len.expect("it was given")).and_then(|cells| choice.named(cells));
        let names: Vec<String> = cells.iter().flatten().map(Cell::to_string).collect();
        assert_eq!(names, ["hit/u64-u64/random/3000/same/hashbrown"]);
    }
}
