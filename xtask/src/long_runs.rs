//! Chores that take minutes to hours or need other compilers, and are no part of the check: soak,
//! mutants, Miri, `ThreadSanitizer`.

use crate::check::host;
use crate::{mutants, root};
use clap::Args;
use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// How long a mutant's tests may take, in seconds. Those of a good map take 30.
const MUTANT_SECONDS_MAX: &str = "120";
/// Tests that take most of the time and that find next to nothing that others do not.
pub(crate) const SLOW_TESTS: [&str; 4] = [
    "rules_with_a_good_hash",
    "rules_with_few_hashes",
    "walks_keep_the_rules_with_the_default",
    "a_map_of_keys_of_4_kib",
];
/// Tests that come first, because they find most mutants within a second.
const FIRST_TESTS: [&str; 3] = ["tests::model::", "tests::panics::", "loops"];
/// Tests that take half a second and more and come last.
const LATE_TESTS: [&str; 4] = ["inspecting::", "flood::", "bounds::", "rules"];
/// A test that says nothing for so long does not end. The longest of a good map take five seconds.
const STUCK: Duration = Duration::from_secs(40);

/// For how long, and how large a map.
#[derive(Args)]
pub(crate) struct SoakOptions {
    /// How long the load lasts.
    #[arg(long, default_value_t = 60)]
    minutes: u64,
    /// Up to how many million entries the map grows.
    #[arg(long, default_value_t = 8)]
    millions: u64,
}

/// Which files to change.
#[derive(Args)]
pub(crate) struct MutantsOptions {
    /// Files of `crates/tophash/src/raw`, such as `grow.rs`; all of them if none is named.
    files: Vec<String>,
    /// Only a sample of the mutants, spread evenly: every `n`-th, from the `k`-th on.
    #[arg(long, value_name = "K/N")]
    sample: Option<String>,
    /// Only with reduced tests, which find nearly as much in a tenth of the time.
    #[arg(long, conflicts_with = "one_by_one")]
    reduced: bool,
    /// In the shrunk world, where a table of a few hundred entries has pages and a root.
    #[arg(long, conflicts_with = "one_by_one")]
    stress: bool,
    /// A build for each, by cargo-mutants, and not one for all.
    #[arg(long)]
    one_by_one: bool,
}

/// What to run.
#[derive(Args)]
pub(crate) struct UntilFailureOptions {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    command: Vec<OsString>,
}

pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

pub(crate) fn target(name: &str) -> PathBuf {
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    root().join(target).join("check").join(name)
}

fn succeeds(command: &mut Command) -> bool {
    command.status().expect("cargo can be run, as it runs this").success()
}

/// Builds the load with the map's checks, and runs it.
pub(crate) fn soak(options: &SoakOptions) -> bool {
    succeeds(
        cargo()
            .args(["run", "--release", "-p", "tophash", "--example", "soak", "--target-dir"])
            .arg(target("soak"))
            .args(["--", &options.minutes.to_string(), &options.millions.to_string()])
            .env("RUSTFLAGS", "--cfg verify"),
    )
}

/// Runs cargo-mutants over files of the table.
pub(crate) fn mutants(options: &MutantsOptions) -> bool {
    if !options.one_by_one {
        let (part, parts) = match &options.sample {
            None => (0, 1),
            Some(sample) => sample_of(sample),
        };
        return mutants::at_once(&mutants::Trial {
            files: &options.files,
            part,
            parts,
            is_reduced: options.reduced,
            is_stress: options.stress,
        });
    }
    if !succeeds(cargo().args(["mutants", "--version"])) {
        println!("cargo-mutants cannot be run: cargo install cargo-mutants --locked");
        return false;
    }
    let this = env::current_exe().expect("a running program has a path");
    let runner = format!("CARGO_TARGET_{}_RUNNER", host().to_uppercase().replace('-', "_"));
    let mut command = cargo();
    command.args(["mutants", "-p", "tophash", "--baseline", "skip", "--no-shuffle"]);
    command.args(["--cap-lints", "true", "--timeout", MUTANT_SECONDS_MAX, "--output"]);
    command.arg(target("mutants"));
    if options.files.is_empty() {
        command.args(["--file", "crates/tophash/src/raw/**"]);
    }
    for file in &options.files {
        command.args(["--file", &format!("crates/tophash/src/raw/{file}")]);
    }
    if let Some(sample) = &options.sample {
        command.args(["--sharding", "round-robin", "--shard", sample]);
    }
    command.args(["--", "--lib", "--", "--test-threads", "1"]);
    for test in SLOW_TESTS {
        command.args(["--skip", test]);
    }
    // Thousands of small builds: in memory, where the system has a folder for that.
    if Path::new("/dev/shm").is_dir() {
        command.env("TMPDIR", "/dev/shm");
    }
    std::fs::create_dir_all(target("mutants")).expect("a folder can be made there");
    succeeds(
        command
            .env(runner, format!("{} until-failure --", this.display()))
            .env("CARGO_PROFILE_TEST_DEBUG", "0")
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env_remove("CARGO_TARGET_DIR"),
    )
}

/// Which part, of how many: `K/N`.
fn sample_of(text: &str) -> (usize, usize) {
    let numbers = text.split_once('/').and_then(|(part, parts)| {
        Some((part.parse().ok()?, parts.parse().ok().filter(|&parts| parts > 0)?))
    });
    numbers.expect("a sample is written K/N, such as 0/40")
}

/// Runs a reduced set of the tests under Miri, where it is installed.
pub(crate) fn miri() -> bool {
    // Not `cargo-miri --version`: it answers to cargo only.
    if !succeeds(cargo().args(["miri", "--version"])) {
        println!("Miri cannot be run; it is part of nightly toolchains:");
        println!("    rustup toolchain install nightly --component miri");
        println!("    cargo +nightly xtask miri");
        return false;
    }
    let under_miri = |arguments: &[&str]| {
        succeeds(
            cargo()
                .args(["miri", "test", "--lib"])
                .args(arguments)
                .env("MIRIFLAGS", "-Zmiri-strict-provenance -Zmiri-ignore-leaks")
                .env("TOPHASH_TEST_REDUCED", "10"),
        )
    };
    let of_map = ["hash_map::", "hash_set::", "go::", "raw::", "tests::model", "tests::shrinking"];
    let too_slow = ["--skip", "smoke", "--skip", "ten_thousand", "--skip", "4_kib"];
    under_miri(&[&["-p", "tophash", "--", "leaked"], &of_map[..], &too_slow[..]].concat())
        && under_miri(&["-p", "tophash-sync", "--", "chunks::", "drops::"])
}

/// Runs the tests of the maps between threads under `ThreadSanitizer`, with a standard library that
/// is built for it: it takes the locks of any other for races. Where the kernel's barrier is used
/// otherwise, both sides use fences. Both flags are unstable, and opened for any compiler.
pub(crate) fn tsan() -> bool {
    let mut command = cargo();
    command
        .args(["test", "-Zbuild-std", "-p", "tophash-sync", "--lib", "--target", &host()])
        .arg("--target-dir")
        .arg(target("tsan"))
        .env("RUSTC_BOOTSTRAP", "1")
        // Memory that no machine has is asked for on purpose.
        .env("TSAN_OPTIONS", "allocator_may_return_null=1")
        .env("RUSTFLAGS", "-Zsanitizer=thread --cfg verify");
    let is_done = succeeds(&mut command);
    if !is_done {
        println!("If the standard library's sources are not installed, nothing was checked:");
        println!("    rustup component add rust-src");
    }
    is_done
}

/// Runs a program of tests, and ends it at the first test that fails.
pub(crate) fn until_failure(options: &UntilFailureOptions) -> bool {
    let failure = first_failure(&options.command, &|_| {}, &|line| println!("{line}"));
    println!("{}", failure.as_deref().unwrap_or("none failed"));
    failure.is_none()
}

/// Runs a program of tests in three parts, the likeliest to fail first, and ends it at the first
/// test that fails or does not end; gives what it printed then.
pub(crate) fn first_failure(
    command: &[OsString],
    prepare: &dyn Fn(&mut Command),
    show: &dyn Fn(&str),
) -> Option<String> {
    let others = FIRST_TESTS.iter().chain(&LATE_TESTS).flat_map(|test| ["--skip", test]).collect();
    let parts: [Vec<&str>; 3] = [FIRST_TESTS.to_vec(), others, LATE_TESTS.to_vec()];
    parts.into_iter().find_map(|tests| {
        let (program, arguments) = command.split_first().expect("there is a program");
        let mut command = Command::new(program);
        command.args(arguments).args(tests).stdout(Stdio::piped()).stderr(Stdio::null());
        prepare(&mut command);
        failure_of(&mut command, show)
    })
}

fn failure_of(command: &mut Command, show: &dyn Fn(&str)) -> Option<String> {
    let mut child = command.spawn().expect("cargo built it");
    let stdout = child.stdout.take().expect("it was asked for");
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
    });
    let mut last = String::new();
    let failure = loop {
        match lines.recv_timeout(STUCK) {
            Ok(line) => {
                show(&line);
                last = line;
                if last.ends_with("... FAILED") {
                    break last;
                }
            }
            Err(RecvTimeoutError::Timeout) => break format!("stuck after {last}"),
            Err(RecvTimeoutError::Disconnected) => {
                let status = child.wait().expect("it was started");
                return (!status.success()).then(|| format!("{status} after {last}"));
            }
        }
    };
    child.kill().expect("it is a child of this process");
    child.wait().expect("it was started");
    Some(failure)
}

#[cfg(test)]
mod tests {
    use super::{UntilFailureOptions, until_failure};

    fn passes(script: &str) -> bool {
        let command = ["sh", "-c", script].map(Into::into).to_vec();
        until_failure(&UntilFailureOptions { command })
    }

    #[test]
    fn the_first_failure_ends_the_tests() {
        assert!(passes("echo 'test one ... ok'"));
        assert!(!passes("exit 1"));
        // Whatever comes after it.
        assert!(!passes("echo 'test one ... FAILED'; exit 0"));
    }
}
