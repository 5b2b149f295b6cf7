//! Fuzzing: builds the targets in `fuzz/` on the stable toolchain, runs them, and says what to do
//! with what they find.

use crate::check::host;
use crate::root;
use clap::{Args, ValueEnum};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The longest input, in bytes; an operation takes about three.
const INPUT_BYTES_MAX: usize = 1024;
/// A canary must be found within so many seconds of fuzzing.
const CANARY_SECONDS: u64 = 120;
/// How often a target's progress is shown.
const PROGRESS_EVERY: Duration = Duration::from_secs(5);
/// What the compiler adds everywhere: the address sanitizer, and the map's checks.
const FLAGS: &str = "--cfg fuzzing --cfg verify -Zsanitizer=address -Ccodegen-units=1";
/// What it adds to the map and to what is compiled with it: coverage for the fuzzer. The model, the
/// generator of operations and JSON are not explored, they only take time.
///
/// Operands of comparisons are not traced. That took a third of the time (34 % of the samples of a
/// profile of `map_ops`), for values that the fuzzer then tries as bytes; but bytes spell
/// operations by their remainders.
const COVERAGE_FLAGS: &str = "'-Cpasses=sancov-module', \
    '-Cllvm-args=-sanitizer-coverage-level=4', \
    '-Cllvm-args=-sanitizer-coverage-inline-8bit-counters', \
    '-Cllvm-args=-sanitizer-coverage-pc-table'";
/// The packages that have coverage. The map's generic code is compiled with the second.
const COVERED: [&str; 2] = ["tophash", "tophash-fuzz"];
/// Of what the sanitizer does by default, this takes half of the time: keeping 256 MB of freed
/// memory from being used again, remembering where each block came from, and moving the stack's
/// variables to the heap. Whoever carries a finding out again has all of it.
const SANITIZER_OPTIONS: &str =
    "quarantine_size_mb=4:malloc_context_size=0:detect_stack_use_after_return=0";

/// What to fuzz, and for how long. Without a target: first the canaries, which must be found,
/// then each target.
#[derive(Args)]
pub(crate) struct Options {
    /// How long each target runs.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Only these targets; may be given several times.
    #[arg(long = "target", value_name = "TARGET")]
    targets: Vec<Target>,
    /// Carries out one input (with one target), as one that was found, instead of fuzzing.
    #[arg(long, value_name = "FILE", requires = "targets")]
    replay: Option<PathBuf>,
    /// Keeps, of all inputs that were found to be worth keeping, few that cover the same as
    /// committed corpora (with one target).
    #[arg(long, requires = "targets", conflicts_with = "replay")]
    minimize: bool,
}

/// A target in `fuzz/fuzz_targets`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Target {
    /// The map, with good and bad hashes.
    MapOps,
    /// The set.
    SetOps,
    /// Walks and scans.
    WalkScan,
    /// Go's map.
    GoMap,
    /// Reading and writing by serde.
    Serde,
    /// A map with a fault, which the comparison with the model must find.
    Canary,
    /// A read behind a block of memory, which the address sanitizer must find.
    CanaryMemory,
}

impl Target {
    fn name(self) -> String {
        let value = self.to_possible_value().expect("no target is hidden");
        value.get_name().to_owned()
    }

    /// What the report of a canary says, when the fault is found that it has.
    fn canarys_report(self) -> Option<&'static str> {
        match self {
            Self::Canary => Some("testkit::replay("),
            Self::CanaryMemory => Some("AddressSanitizer: heap-buffer-overflow"),
            _ => None,
        }
    }
}

/// Runs what is asked for; tells whether nothing was found but the canaries.
pub(crate) fn run(options: &Options) -> bool {
    let Some(programs) = build() else { return false };
    if let Some(input) = &options.replay {
        return options.targets.iter().all(|target| replay(&programs, *target, input));
    }
    if options.minimize {
        return options.targets.iter().all(|target| minimize(&programs, *target));
    }
    let all = Target::value_variants();
    let targets = if options.targets.is_empty() { all } else { &options.targets };
    targets.iter().rev().all(|&target| match target.canarys_report() {
        Some(report) => finds_canary(&programs, target, report),
        None => fuzz(&programs, target, options.seconds),
    })
}

/// Builds all targets, and gives the folder where they lie.
fn build() -> Option<PathBuf> {
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let folder = root().join(target).join("check").join("fuzz");
    println!("-- building the targets into {}", folder.display());
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "-Zprofile-rustflags", "--release", "--bins", "--target", &host()])
        .args(COVERED.iter().flat_map(|package| {
            let key = format!("profile.release.package.{package}.rustflags");
            ["--config".to_owned(), format!("{key}=[{COVERAGE_FLAGS}]")]
        }))
        .arg("--target-dir")
        .arg(&folder)
        .current_dir(root().join("fuzz"))
        // Opens the flags of nightly to a stable compiler.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", FLAGS)
        .status();
    if status.expect("cargo can be run, as it runs this").success() {
        return Some(folder.join(host()).join("release"));
    }
    println!(
        "The targets do not build. They need a C++ compiler (Debian: `g++`) for libFuzzer, and"
    );
    println!("a platform for which the toolchain has the address sanitizer, such as Linux.");
    None
}

/// The inputs of a target that are worth keeping: those of this machine, and the committed ones.
fn corpora(programs: &Path, target: Target) -> [PathBuf; 2] {
    let found = programs.join("corpus").join(target.name());
    let committed = root().join("fuzz").join("corpus").join(target.name());
    for folder in [&found, &committed] {
        fs::create_dir_all(folder).expect("a folder can be made where the targets were built");
    }
    [found, committed]
}

/// Where the inputs that fail are put.
fn artifacts(target: Target) -> PathBuf {
    let folder = root().join("fuzz").join("artifacts").join(target.name());
    fs::create_dir_all(&folder).expect("a folder can be made in the workspace");
    folder
}

fn fuzz(programs: &Path, target: Target, seconds: u64) -> bool {
    println!("\n-- {}: {seconds} seconds", target.name());
    let folders = corpora(programs, target).map(PathBuf::into_os_string);
    let run = Run::new(programs, target, seconds, folders.into(), |_| ());
    if run.succeeded {
        println!("-- {}: {} executions, nothing found", target.name(), run.executions);
        return true;
    }
    let name = target.name();
    println!("\nThe target `{name}` found something; the input is in fuzz/artifacts/{name}.");
    println!(
        "1. Above it says what is wrong, with the shortest list of operations that shows it, as"
    );
    println!("   a call of `testkit::replay`: make a test of it, beside the model tests.");
    println!("2. To carry the input out again:");
    println!("       cargo xtask fuzz --target {name} --replay fuzz/artifacts/{name}/FILE");
    println!("3. When it is mended, put the input into fuzz/corpus/{name}, and the test into git.");
    false
}

fn finds_canary(programs: &Path, target: Target, report: &str) -> bool {
    let name = target.name();
    println!("\n-- {name}: a fault that must be found within {CANARY_SECONDS} seconds");
    let begin = Instant::now();
    let mut is_reported = false;
    let run = Run::new(programs, target, CANARY_SECONDS, Vec::new(), |line| {
        is_reported |= line.contains(report);
    });
    let seconds = begin.elapsed().as_secs_f64();
    if run.succeeded {
        println!("-- {name}: not found in {seconds:.0} s: this set-up finds nothing");
        return false;
    }
    if !is_reported {
        println!("-- {name}: the target failed, but not by the fault that it should find");
        return false;
    }
    println!("-- {name}: found in {seconds:.0} s, as it should be");
    true
}

fn replay(programs: &Path, target: Target, input: &Path) -> bool {
    let status = Command::new(programs.join(target.name())).arg(input).current_dir(root()).status();
    status.expect("the target was built").success()
}

/// Adds to the committed corpus what it lacks of the coverage that was reached.
fn minimize(programs: &Path, target: Target) -> bool {
    let [found, committed] = corpora(programs, target);
    let status = Command::new(programs.join(target.name()))
        .args(["-set_cover_merge=1", "-max_len=256"])
        .args([committed, found])
        .status();
    status.expect("the target was built").success()
}

/// What a target did.
struct Run {
    succeeded: bool,
    executions: u64,
}

impl Run {
    /// Runs a target, with its progress now and then and all that it says of a finding. Shows each
    /// line to `read`.
    fn new(
        programs: &Path,
        target: Target,
        seconds: u64,
        folders: Vec<OsString>,
        mut read: impl FnMut(&str),
    ) -> Self {
        let prefix = artifacts(target).join("");
        let mut child = Command::new(programs.join(target.name()))
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-max_len={INPUT_BYTES_MAX}"))
            .arg(format!("-artifact_prefix={}", prefix.display()))
            .arg("-print_final_stats=1")
            // To prefer inputs by the entropy of their features took 60 % of the time.
            .arg("-entropic=0")
            .env("ASAN_OPTIONS", SANITIZER_OPTIONS)
            .args(folders)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the target was built");
        let mut run = Self { succeeded: false, executions: 0 };
        let mut shown = Instant::now();
        let stderr = child.stderr.take().expect("it was asked for");
        for line in BufReader::new(stderr).split(b'\n') {
            let line = line.expect("a pipe can be read");
            let line = String::from_utf8_lossy(&line);
            if let Some(count) = line.strip_prefix("stat::number_of_executed_units:") {
                run.executions = count.trim().parse().unwrap_or(0);
            }
            read(&line);
            if is_wanted(&line, target, &mut shown) {
                println!("{line}");
            }
        }
        run.succeeded = child.wait().expect("it was started").success();
        run
    }
}

/// Tells which lines of the fuzzer a person wants to see: its progress now and then, and findings,
/// but not a canary's.
fn is_wanted(line: &str, target: Target, shown: &mut Instant) -> bool {
    let is_chatter = line.starts_with("INFO:")
        || line.starts_with("stat::")
        || line.contains("NEW_FUNC")
        || line.contains("# Uses:")
        || line.starts_with("###");
    if is_chatter || target.canarys_report().is_some() {
        return false;
    }
    if !line.starts_with('#') {
        return true;
    }
    let is_due = shown.elapsed() >= PROGRESS_EVERY;
    if is_due {
        *shown = Instant::now();
    }
    is_due
}

#[cfg(test)]
mod tests {
    use super::{Target, is_wanted};
    use crate::root;
    use clap::ValueEnum;
    use std::time::Instant;

    #[test]
    fn every_target_is_a_program_in_the_fuzz_folder() {
        for target in Target::value_variants() {
            let path = root().join("fuzz/fuzz_targets").join(target.name() + ".rs");
            assert!(path.exists(), "{} is missing", path.display());
        }
    }

    #[test]
    fn findings_are_shown_and_chatter_is_not() {
        let mut shown = Instant::now();
        let mut wanted = |line, target| is_wanted(line, target, &mut shown);
        assert!(wanted("SUMMARY: libFuzzer: deadly signal", Target::MapOps));
        assert!(wanted("    testkit::replay(", Target::GoMap));
        assert!(!wanted("INFO: Seed: 7", Target::MapOps));
        assert!(!wanted("#7\tNEW    cov: 3", Target::MapOps));
        assert!(!wanted("SUMMARY: libFuzzer: deadly signal", Target::Canary));
    }
}
