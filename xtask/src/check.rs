//! What CI runs, step by step: each has a name, a command that a person can repeat, and its time.

use crate::{feature_sets, root, targets, tidy};
use clap::ValueEnum;
use std::env;
use std::fmt::{self, Display, Formatter};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// A step of the check, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// The sources are formatted.
    Fmt,
    /// The tree keeps the rules of the house.
    Tidy,
    /// No lint speaks up, in any target and with every feature.
    Clippy,
    /// Nor in the fuzzing targets, which are a workspace of their own.
    ClippyFuzz,
    /// The tests pass.
    Test,
    /// The page of `tophash explore` does in a browser what it should.
    Browser,
    /// The tests of the map and the shared maps pass with every feature.
    #[value(alias = "test-features")]
    Features,
    /// The map builds with each set of features: they only add to each other.
    FeatureSets,
    /// The docs build, and their links resolve.
    Doc,
    /// The maps build with the oldest supported Rust, if that is installed.
    Msrv,
    /// The map builds without the standard library, for an installed target that has none if any.
    NoStd,
    /// The map builds for the web, if that target is installed.
    Wasm32,
    /// The map's unit tests pass with pointers of 32 bits, if that target is installed.
    I686,
    /// The map's tests of words and growth pass with NEON, if that target and an emulator are
    /// installed.
    Aarch64,
    /// The map's unit tests pass in a shrunk world, where rare paths are common.
    Stress,
    /// The map's unit tests pass with plain 64-bit arithmetic in place of vector instructions.
    Portable,
    /// The tests of the shared maps pass in an optimised build, which may drop what it should not.
    Optimised,
    /// The map's tests touch no memory that is not theirs.
    Asan,
    /// Shared maps keep their promises in every interleaving of small programs.
    Loom,
    /// Shared maps keep their promises in random schedules of larger programs.
    Shuttle,
    /// Fuzzing runs briefly, and finds a fault that is there.
    Fuzz,
    /// Each part of the benchmarks runs, briefly; nothing is concluded from its times.
    Bench,
    /// With `--deep`: the map's tests leak nothing but on purpose.
    Leaks,
    /// With `--deep`: as `loom`, with one more switch between threads.
    LoomDeep,
    /// With `--deep`: as `shuttle`, with a hundred times the schedules.
    ShuttleDeep,
    /// With `--deep`: a reduced run of the map's unit tests reads nothing uninitialised.
    Memcheck,
    /// The maps' packages build from what would be published.
    #[value(alias = "package")]
    Publish,
}

/// The steps that `named` selects (all if it is empty), less those in `except`.
///
/// Steps that take long are among all only if `deep`.
pub(crate) fn choose(named: &[Step], except: &[Step], deep: bool) -> Vec<Step> {
    let all: Vec<Step> = if named.is_empty() {
        let all = Step::value_variants().iter().copied();
        all.filter(|step| deep || !step.is_deep()).collect()
    } else {
        named.to_vec()
    };
    all.into_iter().filter(|step| !except.contains(step)).collect()
}

/// Prints each step's command.
pub(crate) fn list(steps: &[Step]) {
    for step in steps {
        println!("{:<14}{}", step.name(), step.command());
    }
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Passed,
    Failed,
    /// It needs something that this machine does not have, and that is no fault of the tree's.
    NotChecked,
}

/// Runs the steps, each with its time, up to the first that fails; tells whether none did.
pub(crate) fn run(steps: &[Step]) -> bool {
    let begin = Instant::now();
    match run_with(steps, Step::carry_out) {
        Ok(unchecked) => {
            println!("\nNo step failed; it took {}.", seconds(begin.elapsed()));
            for step in unchecked {
                println!("NOT CHECKED: {}", step.name());
            }
            true
        }
        Err(failed) => {
            println!("\nThe step `{}` failed. To repeat it:\n", failed.name());
            println!("    {}", failed.command());
            false
        }
    }
}

/// The loop behind [`run`]. Returns the steps that could not be checked; the error is the step that
/// failed.
fn run_with(steps: &[Step], mut carry_out: impl FnMut(Step) -> Verdict) -> Result<Vec<Step>, Step> {
    let mut unchecked = Vec::new();
    for &step in steps {
        println!("\n== {}: {}", step.name(), step.command());
        let begin = Instant::now();
        let verdict = carry_out(step);
        let time = seconds(begin.elapsed());
        match verdict {
            Verdict::Passed => println!("== {} passed in {time}", step.name()),
            Verdict::NotChecked => {
                println!("== {} NOT CHECKED", step.name());
                unchecked.push(step);
            }
            Verdict::Failed => {
                println!("== {} failed in {time}", step.name());
                return Err(step);
            }
        }
    }
    Ok(unchecked)
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// A call of cargo, as it is run and as it is printed.
struct CargoCall {
    environment: Vec<(String, String)>,
    arguments: Vec<String>,
}

impl CargoCall {
    /// `line` holds the arguments, none of which contains a space.
    fn new(line: &str) -> Self {
        let arguments = line.split(' ').map(str::to_owned).collect();
        Self { environment: Vec::new(), arguments }
    }

    /// Adds to a variable of flags, whatever is in it already.
    fn with_flags(mut self, variable: &'static str, flags: &str) -> Self {
        let present = env::var(variable).unwrap_or_default();
        let joined = format!("{present} {flags}").trim().to_owned();
        self.environment.push((variable.to_owned(), joined));
        self
    }

    fn with_argument(mut self, argument: String) -> Self {
        self.arguments.push(argument);
        self
    }

    fn with_target(self, target: Option<&str>) -> Self {
        match target {
            Some(target) => {
                self.with_argument("--target".to_owned()).with_argument(target.to_owned())
            }
            None => self,
        }
    }

    fn with(mut self, variable: &'static str, value: &str) -> Self {
        self.environment.push((variable.to_owned(), value.to_owned()));
        self
    }

    /// Builds in a folder of its own: other flags would build everything anew each time.
    fn in_own_folder(mut self, name: &str) -> Self {
        let target = env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
        let folder = Path::new(&target).join("check").join(name);
        self.arguments.push("--target-dir".to_owned());
        self.arguments.push(folder.display().to_string());
        self
    }
}

impl Display for CargoCall {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (variable, value) in &self.environment {
            write!(f, "{variable}=\"{value}\" ")?;
        }
        write!(f, "cargo {}", self.arguments.join(" "))
    }
}

impl Step {
    /// Whether it takes so long that it is no part of the gate.
    fn is_deep(self) -> bool {
        matches!(self, Self::Leaks | Self::LoomDeep | Self::ShuttleDeep | Self::Memcheck)
    }

    fn name(self) -> String {
        let value = self.to_possible_value().expect("no step is hidden");
        value.get_name().to_owned()
    }

    fn command(self) -> CargoCall {
        match self {
            Self::Fmt => CargoCall::new("fmt --all --check"),
            Self::Tidy => CargoCall::new("xtask tidy"),
            Self::Clippy => {
                CargoCall::new("clippy --workspace --all-targets --all-features -- -D warnings")
            }
            Self::ClippyFuzz => clippy_fuzz(),
            Self::Test => CargoCall::new("test --workspace"),
            Self::Browser => {
                CargoCall::new("test -p tophash-cli --features browser-tests --test browser")
            }
            // The random tests were run in full by `test`. What may differ here shows in few.
            Self::Features => {
                CargoCall::new("test -p tophash -p tophash-sync --all-features").with(REDUCED, "10")
            }
            Self::FeatureSets => CargoCall::new("xtask feature-sets"),
            Self::Doc => CargoCall::new("doc --workspace --no-deps --all-features")
                .with_flags("RUSTDOCFLAGS", "-D warnings"),
            Self::Msrv => CargoCall::new(OLDEST_CARGO)
                .with_argument("check".to_owned())
                .with_argument("--package=tophash".to_owned())
                .with_argument("--package=tophash-sync".to_owned())
                .with_argument("--all-features".to_owned())
                .in_own_folder("msrv"),
            Self::NoStd => no_std_build(targets::without_std().as_deref()),
            Self::Wasm32 => CargoCall::new("build -p tophash --features serde,allocator-api2")
                .with_target(self.target()),
            Self::I686 => CargoCall::new("test -p tophash --lib")
                .with_target(self.target())
                .with(REDUCED, "10"),
            Self::Aarch64 => CargoCall::new("test -p tophash --lib")
                .with_target(self.target())
                .with("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER", "rust-lld")
                .with("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_RUNNER", AARCH64_EMULATOR)
                .with_argument("--".to_owned())
                .with_argument("raw::".to_owned())
                .with_argument("tests::growth".to_owned()),
            Self::Stress => CargoCall::new("test -p tophash -p tophash-sync --lib")
                .with_flags("RUSTFLAGS", "--cfg stress")
                .in_own_folder("stress"),
            Self::Portable => CargoCall::new("test -p tophash --lib")
                .with_flags("RUSTFLAGS", "--cfg tophash_portable")
                .with(REDUCED, "10")
                .in_own_folder("portable"),
            Self::Optimised => CargoCall::new("test -p tophash-sync --lib --release"),
            // Leaks are not errors here: tests leak iterators on purpose, and a census counts what
            // must not be leaked. `--target` keeps the sanitizer out of build scripts. The
            // bootstrap variable opens the flag to a stable compiler; its std is as it was built.
            // With `verify` nothing that was freed is used again without the allocator's knowing.
            // The fuzzing targets go through many more random operations under the same sanitizer.
            Self::Asan => CargoCall::new(
                "test -p tophash -p tophash-sync --lib --tests --all-features --target",
            )
            .with_argument(host())
            // A test asks for more than memory holds, and the sanitizer is to refuse as others do.
            .with("ASAN_OPTIONS", "detect_leaks=0:allocator_may_return_null=1")
            .with(REDUCED, "10")
            .with("RUSTC_BOOTSTRAP", "1")
            .with_flags("RUSTFLAGS", "-Zsanitizer=address -Cdebug-assertions --cfg verify")
            .in_own_folder("asan"),
            Self::Loom => model_check("loom"),
            Self::Shuttle => model_check("shuttle"),
            Self::LoomDeep => model_check("loom").with("TOPHASH_TEST_DEEP", "1"),
            Self::ShuttleDeep => model_check("shuttle").with("TOPHASH_TEST_DEEP", "1"),
            Self::Leaks => leaks(),
            Self::Memcheck => memcheck(),
            Self::Fuzz => CargoCall::new("xtask fuzz --seconds 5"),
            Self::Bench => CargoCall::new("xtask bench --quick"),
            Self::Publish => {
                CargoCall::new("publish -p tophash -p tophash-sync --dry-run --allow-dirty")
            }
        }
    }

    /// The target that the step needs the standard library of.
    fn target(self) -> Option<&'static str> {
        match self {
            Self::Wasm32 => Some("wasm32-unknown-unknown"),
            // Its programs are linked statically, so that a 64-bit machine needs no libraries.
            Self::I686 => Some("i686-unknown-linux-musl"),
            Self::Aarch64 => Some("aarch64-unknown-linux-musl"),
            _ => None,
        }
    }

    fn carry_out(self) -> Verdict {
        if let Some(target) = self.target().filter(|target| !targets::has_std(target)) {
            println!("-- this toolchain does not have the target; to install it:");
            println!("       rustup target add {target}");
            return Verdict::NotChecked;
        }
        if self == Self::Msrv && !has_oldest_rust() {
            println!("-- Rust {OLDEST_RUST} is not installed; to install it:");
            println!("       rustup toolchain install {OLDEST_RUST} --profile minimal");
            return Verdict::NotChecked;
        }
        if self == Self::Aarch64 && !can_run(AARCH64_EMULATOR) {
            println!("-- {AARCH64_EMULATOR} cannot be run. Debian has it in `qemu-user-static`.");
            return Verdict::NotChecked;
        }
        if self.passes() { Verdict::Passed } else { Verdict::Failed }
    }

    fn passes(self) -> bool {
        match self {
            Self::Tidy => return tidy::run(),
            Self::FeatureSets => return feature_sets::run(),
            Self::Browser if !can_run("chromedriver") => {
                println!(
                    "chromedriver cannot be run. Debian has it in the packages `chromium` and"
                );
                println!("`chromium-driver`: apt-get install chromium chromium-driver");
                return false;
            }
            Self::Memcheck if !can_run("valgrind") => {
                println!("valgrind cannot be run; Debian has it in the package `valgrind`");
                return false;
            }
            Self::NoStd if targets::without_std().is_none() => {
                println!("-- built for {}: no target without std is installed", host());
            }
            _ => {}
        }
        let call = self.command();
        // Only rustup's own `cargo` can be told of another Rust.
        let present = env::var_os("CARGO").filter(|_| self != Self::Msrv);
        let status = Command::new(present.unwrap_or_else(|| "cargo".into()))
            .args(&call.arguments)
            .envs(call.environment.iter().map(|(variable, value)| (variable, value)))
            .current_dir(root())
            .status();
        status.expect("cargo can be run, as it runs this").success()
    }
}

/// The lints over the fuzzing targets. Nothing is linked, so any path spares compiling libFuzzer.
fn clippy_fuzz() -> CargoCall {
    let mut call = CargoCall::new("clippy --manifest-path fuzz/Cargo.toml --all-targets")
        .with("CUSTOM_LIBFUZZER_PATH", "not-linked/libfuzzer.a")
        .with_flags("RUSTFLAGS", "--cfg verify")
        .in_own_folder("clippy-fuzz");
    for argument in ["--", "-D", "warnings"] {
        call = call.with_argument(argument.to_owned());
    }
    call
}

fn no_std_build(target: Option<&str>) -> CargoCall {
    CargoCall::new("build -p tophash --no-default-features").with_target(target)
}

/// The shared maps' tests over a model checker's atomics.
fn model_check(checker: &str) -> CargoCall {
    CargoCall::new("test -p tophash-sync --lib --release")
        .with_flags("RUSTFLAGS", &format!("--cfg {checker}"))
        .in_own_folder(checker)
}

/// The oldest supported Rust, and how rustup's `cargo` is told to use it.
const OLDEST_RUST: &str = env!("CARGO_PKG_RUST_VERSION");
const OLDEST_CARGO: &str = concat!("+", env!("CARGO_PKG_RUST_VERSION"));

fn has_oldest_rust() -> bool {
    let version = Command::new("cargo").args([OLDEST_CARGO, "--version"]).output();
    version.is_ok_and(|version| version.status.success())
}

/// Set to a number, it leaves one in so many of what the random tests do.
const REDUCED: &str = "TOPHASH_TEST_REDUCED";

/// Runs programs for 64-bit ARM machines on others.
const AARCH64_EMULATOR: &str = "qemu-aarch64-static";

/// Part of the names of tests that leak, and of no others.
const LEAKING: &str = "leaks_on_purpose";

/// Tests that leak and whose names tell something else: all of a name, as another's may begin so.
const ALSO_LEAKING: [&str; 5] = [
    "tests::panics::a_panic_in_drop_leaves_an_empty_or_smaller_map",
    "tests::panics::a_panic_in_remove_loses_at_most_the_entry_in_hand",
    "tests::panics::a_panic_in_a_single_removal_loses_one_entry",
    "tests::panics::leaked_entries_and_walks_leave_valid_maps_and_drop_nothing_twice",
    "tests::panics::leaked_iterators_leave_valid_maps_and_drop_nothing_twice",
];

/// The tests under the sanitizers of addresses and leaks. Tests that leak say so in their names;
/// the model's operations do not leak where the variable is set.
fn leaks() -> CargoCall {
    let mut call = CargoCall::new("test -p tophash --lib --tests --all-features --target")
        .with_argument(host())
        .with("ASAN_OPTIONS", "detect_leaks=1:allocator_may_return_null=1")
        .with("TOPHASH_TEST_LEAKLESS", "1")
        .with("CARGO_PROFILE_TEST_OPT_LEVEL", "1")
        .with("RUSTC_BOOTSTRAP", "1")
        .with_flags("RUSTFLAGS", "-Zsanitizer=address -Cdebug-assertions --cfg verify")
        .in_own_folder("asan")
        .with_argument("--".to_owned());
    for leaking in [LEAKING].into_iter().chain(ALSO_LEAKING) {
        call = call.with_argument("--skip".to_owned()).with_argument(leaking.to_owned());
    }
    call
}

/// A reduced run under valgrind, which unlike the sanitizer sees reads of uninitialised memory.
fn memcheck() -> CargoCall {
    let runner = format!("CARGO_TARGET_{}_RUNNER", host().to_uppercase().replace('-', "_"));
    let mut call = CargoCall::new("test -p tophash --lib")
        .with(REDUCED, "10")
        .with("CARGO_PROFILE_TEST_OPT_LEVEL", "1")
        .in_own_folder("memcheck");
    call.environment.push((runner, VALGRIND.to_owned()));
    call = call.with_argument("--".to_owned());
    for named in ["hash_map::", "hash_set::", "go::", "raw::", "tests::model", "tests::panics"] {
        call = call.with_argument(named.to_owned());
    }
    // Sixteen hundred growths, each of which valgrind follows.
    for slow in ["smoke", "parallel", "every_operation_survives", "matching_agrees"] {
        call = call.with_argument("--skip".to_owned()).with_argument(slow.to_owned());
    }
    call
}

const VALGRIND: &str = "valgrind --quiet --error-exitcode=99 --leak-check=no";

/// Whether a program is there.
pub(crate) fn can_run(program: &str) -> bool {
    let output = Command::new(program).arg("--version").output();
    output.is_ok_and(|output| output.status.success())
}

/// The machine's own target, as the compiler names it.
pub(crate) fn host() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output().expect("rustc can be run");
    let text = String::from_utf8(output.stdout).expect("rustc speaks UTF-8");
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("`rustc -vV` names the host").to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Step, Verdict, choose, no_std_build, run_with};
    use clap::ValueEnum;

    #[test]
    fn without_names_every_step_runs_but_those_excepted() {
        let deep = choose(&[], &[Step::Test], true);
        assert_eq!(deep.len(), Step::value_variants().len() - 1);
        assert!(!deep.contains(&Step::Test));
        let steps = choose(&[], &[Step::Test], false);
        assert_eq!(steps.len() + 4, deep.len());
        assert!(!steps.contains(&Step::Memcheck));
    }

    #[test]
    fn named_steps_run_in_the_order_named() {
        assert_eq!(choose(&[Step::Clippy, Step::Fmt], &[], false), [Step::Clippy, Step::Fmt]);
    }

    #[test]
    fn the_first_failure_ends_the_check() {
        let mut carried_out = Vec::new();
        let result = run_with(&[Step::Fmt, Step::Doc, Step::Test], |step| {
            carried_out.push(step);
            if step == Step::Doc { Verdict::Failed } else { Verdict::Passed }
        });
        assert_eq!(result, Err(Step::Doc));
        assert_eq!(carried_out, [Step::Fmt, Step::Doc]);
    }

    #[test]
    fn what_could_not_be_checked_is_named_and_stops_nothing() {
        let result = run_with(&[Step::Wasm32, Step::Fmt], |step| {
            if step == Step::Wasm32 { Verdict::NotChecked } else { Verdict::Passed }
        });
        assert_eq!(result, Ok(vec![Step::Wasm32]));
    }

    #[test]
    fn a_command_is_printed_so_that_it_can_be_repeated() {
        let command = Step::Stress.command().to_string();
        assert!(command.starts_with("RUSTFLAGS=\""), "{command}");
        assert!(
            command.contains("--cfg stress\" cargo test -p tophash -p tophash-sync --lib"),
            "{command}"
        );
    }

    #[test]
    fn only_tests_that_leak_are_left_out_where_leaks_are_looked_for() {
        let command = Step::Leaks.command();
        let skipped = |name: &str| {
            let mut pairs = command.arguments.windows(2);
            pairs.any(|pair| pair[0] == "--skip" && name.contains(&pair[1]))
        };
        assert!(skipped("set::tests::a_drain_that_leaks_on_purpose_leaves_an_empty_set"));
        assert!(skipped("tests::panics::a_panic_in_drop_leaves_an_empty_or_smaller_map"));
        assert!(!skipped("sharded_map::tests::panics::a_panic_in_drop_locks_nothing"));
        assert!(!skipped("a_reservation_refused_at_any_allocation_leaks_nothing"));
    }

    #[test]
    fn the_build_without_std_names_the_target_that_has_none() {
        let plain = "cargo build -p tophash --no-default-features";
        assert_eq!(no_std_build(None).to_string(), plain);
        let bare = no_std_build(Some("thumb")).to_string();
        assert_eq!(bare, format!("{plain} --target thumb"));
    }
}
