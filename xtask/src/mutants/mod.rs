//! Mutants: whether a test fails for each small change of the table's code.
//!
//! cargo-mutants says which changes there are. To build each takes longer than to see a test fail;
//! so all of them are put into one program, where an environment variable chooses one. What cannot
//! be chosen so (constants, and what does not compile) is listed, and left to cargo-mutants
//! (`--one-by-one`). What a constant is computed from, though it can be chosen, changes only where
//! it is computed anew when the program runs.

mod switch;

use crate::long_runs::{SLOW_TESTS, cargo, first_failure, target};
use crate::root;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use switch::{Switched, switch};

/// Which mutant is chosen, by its number.
const CHOSEN: &str = "TOPHASH_MUTANT";
/// The file to which the numbers of all are written that the tests come to.
const MET: &str = "TOPHASH_MUTANTS_MET";
/// Before the map's library, for a `const fn` that asks when it runs. The flag is unstable, and
/// opened for any compiler.
const FEATURES: &str = "#![feature(core_intrinsics, const_eval_select)]
#![allow(internal_features)]
";
/// What is compiled into the map, to ask for the choice.
const CHOICE: &str = "
#[cfg(test)]
pub(crate) mod mutant {
    use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::fs::OpenOptions;
    use std::io::Write;

    static CHOSEN: AtomicUsize = AtomicUsize::new(usize::MAX);
    static IS_MET: [AtomicBool; 4096] = [const { AtomicBool::new(false) }; 4096];

    #[inline(never)]
    pub(crate) const fn chosen(number: usize) -> bool {
        core::intrinsics::const_eval_select((number,), never, is_chosen)
    }

    const fn never(_: usize) -> bool {
        false
    }

    fn is_chosen(number: usize) -> bool {
        if !IS_MET[number].load(Ordering::Relaxed) {
            note(number);
        }
        match CHOSEN.load(Ordering::Relaxed) {
            usize::MAX => read() == number,
            chosen => chosen == number,
        }
    }

    #[cold]
    fn note(number: usize) {
        if let Some(file) = std::env::var_os(\"TOPHASH_MUTANTS_MET\") {
            let file = OpenOptions::new().create(true).append(true).open(file);
            writeln!(file.unwrap(), \"{number}\").unwrap();
        }
        IS_MET[number].store(true, Ordering::Relaxed);
    }

    #[cold]
    fn read() -> usize {
        let text = std::env::var(\"TOPHASH_MUTANT\").unwrap();
        CHOSEN.store(text.parse().unwrap(), Ordering::Relaxed);
        CHOSEN.load(Ordering::Relaxed)
    }
}
";
/// Where the table's code is.
const TABLE: &str = "crates/tophash/src/raw";
/// The number that chooses none.
const NONE: usize = usize::MAX - 1;
/// Builds until only mutants are left that compile.
const BUILDS_MAX: usize = 20;

/// A change, as cargo-mutants lists it.
#[derive(Clone)]
struct Mutant {
    file: String,
    name: String,
    genre: String,
    replacement: String,
    /// Line and column, from 1 on.
    start: (usize, usize),
    end: (usize, usize),
}

impl Mutant {
    fn of(value: &Value) -> Option<Self> {
        let text = |key: &str| Some(value[key].as_str()?.to_owned());
        let number = |value: &Value| usize::try_from(value.as_u64()?).ok();
        let place = |end: &str| {
            let place = &value["span"][end];
            Some((number(&place["line"])?, number(&place["column"])?))
        };
        Some(Self {
            file: text("file")?,
            name: text("name")?,
            genre: text("genre")?,
            replacement: text("replacement")?,
            start: place("start")?,
            end: place("end")?,
        })
    }
}

/// Which mutants are tried, and how.
pub(crate) struct Trial<'a> {
    /// Files of `raw`; all of them if there is none.
    pub(crate) files: &'a [String],
    /// Of how many parts which one.
    pub(crate) part: usize,
    pub(crate) parts: usize,
    /// Only with the reduced tests.
    pub(crate) is_reduced: bool,
    /// In the shrunk world.
    pub(crate) is_stress: bool,
}

/// Tries mutants one after another; tells whether all were found that could be chosen.
pub(crate) fn at_once(trial: &Trial<'_>) -> bool {
    let tree = copy_of_the_tree();
    let Some(mutants) = list(&tree, trial.files) else { return false };
    let Some((program, left_out)) = build(&tree, &mutants, trial.is_stress) else { return false };
    let met = target("met");
    let _ = fs::remove_file(&met);
    if let Some(failure) = failure(&program, NONE, trial.is_reduced, Some(&met)) {
        println!("without any change: {failure}");
        return false;
    }
    let met = fs::read_to_string(met).unwrap_or_default();
    let met: BTreeSet<usize> = met.lines().filter_map(|line| line.parse().ok()).collect();
    for (&number, reason) in &left_out {
        println!("LEFT OUT {}: {reason}", mutants[number].name);
    }
    println!("-- {}", program.display());
    let (mut found, mut survived, mut unmet) = (0, 0, 0);
    for (number, Mutant { name, .. }) in mutants.iter().enumerate() {
        if left_out.contains_key(&number) || number % trial.parts != trial.part {
            continue;
        }
        if !met.contains(&number) {
            unmet += 1;
            println!("NOT MET  {number} {name}");
        } else if let Some(failure) = failure(&program, number, trial.is_reduced, None) {
            found += 1;
            println!("found    {number} {name}: {failure}");
        } else {
            survived += 1;
            println!("SURVIVED {number} {name}");
        }
    }
    println!("{found} found, {survived} survived, {unmet} not met, {} left out", left_out.len());
    survived + unmet == 0
}

/// What cargo-mutants finds to change. It passes over what is `unsafe`: so it reads a copy of the
/// files that says so nowhere before `fn`, with everything at its place.
fn list(tree: &Path, files: &[String]) -> Option<Vec<Mutant>> {
    let folder = tree.join(TABLE);
    let sources = || fs::read_dir(&folder).expect("it was copied").flatten();
    for path in sources().map(|entry| entry.path()).filter(|path| path.is_file()) {
        let text = fs::read_to_string(&path).expect("it was copied");
        fs::write(&path, text.replace("unsafe fn", "       fn")).expect("it was copied");
    }
    let mut command = cargo();
    command.args(["mutants", "--list", "--json", "-p", "tophash", "--dir"]).arg(tree);
    for file in files {
        command.args(["--file", &format!("{TABLE}/{file}")]);
    }
    if files.is_empty() {
        command.args(["--file", &format!("{TABLE}/**")]);
    }
    let output = command.output().expect("cargo can be run, as it runs this");
    copy(&root().join(TABLE), &folder);
    let listed = serde_json::from_slice::<Vec<Value>>(&output.stdout).ok();
    let Some(listed) = listed.filter(|_| output.status.success()) else {
        println!("{}", String::from_utf8_lossy(&output.stderr));
        println!("cargo-mutants cannot be run: cargo install cargo-mutants --locked");
        return None;
    };
    Some(listed.iter().filter_map(Mutant::of).collect())
}

/// Copies what the map's tests need, in memory where the system has a folder for that.
fn copy_of_the_tree() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { memory.join("tophash-mutants") } else { target("switched") };
    let _ = fs::remove_dir_all(&folder);
    for name in ["crates", "xtask"] {
        copy(&root().join(name), &folder.join(name));
    }
    for name in ["Cargo.toml", "Cargo.lock"] {
        fs::copy(root().join(name), folder.join(name)).expect("the workspace's file can be read");
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made there");
    for entry in fs::read_dir(from).expect("it is a folder of the workspace") {
        let entry = entry.expect("it can be read");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(from, to).expect("there is room");
        }
    }
}

/// Builds the tests with all mutants that compile; gives the program, and why others are left out.
fn build(
    tree: &Path,
    mutants: &[Mutant],
    is_stress: bool,
) -> Option<(PathBuf, BTreeMap<usize, String>)> {
    let library = tree.join("crates/tophash/src/lib.rs");
    let text = fs::read_to_string(&library).expect("it was copied");
    let text = [FEATURES, &text, CHOICE].concat();
    fs::write(&library, text).expect("it was copied");
    let mut left_out = BTreeMap::new();
    for _ in 0..BUILDS_MAX {
        let files = write_switched(tree, mutants, &left_out);
        let put: BTreeSet<usize> =
            files.values().flat_map(|file| &file.places).map(|place| place.1).collect();
        for number in (0..mutants.len()).filter(|number| !put.contains(number)) {
            left_out.entry(number).or_insert_with(|| "no switch for its kind".to_owned());
        }
        let built = compile(tree, is_stress);
        if let Some(program) = built.program {
            let count = mutants.len() - left_out.len();
            println!("-- {count} of {} mutants in one program", mutants.len());
            return Some((program, left_out));
        }
        let culprits = |find: fn(&Switched, &Range<usize>) -> Option<usize>| {
            let found = |error: &CompileError| {
                Some((find(files.get(&error.file)?, &error.bytes)?, error.code.clone()))
            };
            built.errors.iter().filter_map(found).collect::<BTreeMap<usize, String>>()
        };
        let mut failing = culprits(Switched::mutant_at);
        if failing.is_empty() {
            // What is returned early may decide the type of what follows.
            failing = culprits(Switched::mutant_before);
        }
        println!("-- {} mutants do not compile; once more without", failing.len());
        if failing.is_empty() {
            println!("{}", built.messages);
            return None;
        }
        left_out.extend(failing);
    }
    None
}

fn write_switched(
    tree: &Path,
    mutants: &[Mutant],
    left_out: &BTreeMap<usize, String>,
) -> BTreeMap<String, Switched> {
    let mut by_file: BTreeMap<&str, Vec<(usize, &Mutant)>> = BTreeMap::new();
    for (number, mutant) in mutants.iter().enumerate() {
        // Also a file of which all are left out is written again, without any.
        let put = by_file.entry(&mutant.file).or_default();
        if !left_out.contains_key(&number) {
            put.push((number, mutant));
        }
    }
    let switched = by_file.into_iter().map(|(file, mutants)| {
        let source = fs::read_to_string(root().join(file)).expect("cargo-mutants read it too");
        let switched = switch(&source, &mutants);
        fs::write(tree.join(file), &switched.text).expect("it was copied");
        (file.to_owned(), switched)
    });
    switched.collect()
}

struct Built {
    program: Option<PathBuf>,
    errors: Vec<CompileError>,
    messages: String,
}

/// What does not compile, without the places that only explain it.
struct CompileError {
    file: String,
    bytes: Range<usize>,
    /// Such as E0015, where a constant cannot ask which mutant is chosen.
    code: String,
}

/// Builds the map's unit tests in the tree.
fn compile(tree: &Path, is_stress: bool) -> Built {
    let stress = if is_stress { " --cfg stress" } else { "" };
    let mut command = cargo();
    command
        .args(["test", "-p", "tophash", "--lib", "--no-run", "--message-format=json"])
        .current_dir(tree)
        .env("CARGO_TARGET_DIR", target("switched-target"))
        // The map's code with thousands of switches takes minutes to optimise.
        .args(["--config", "profile.dev.package.testkit.opt-level=2"])
        .env("CARGO_PROFILE_TEST_DEBUG", "0")
        .env("RUSTFLAGS", format!("--cap-lints=warn{stress}"))
        .env("RUSTC_BOOTSTRAP", "tophash");
    let output = command.output().expect("cargo can be run, as it runs this");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut built = Built { program: None, errors: Vec::new(), messages: String::new() };
    for value in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if let Some(program) = value["executable"].as_str() {
            built.program = Some(PathBuf::from(program));
        }
        let message = &value["message"];
        if message["level"] != "error" {
            continue;
        }
        built.messages += message["rendered"].as_str().unwrap_or_default();
        let code = message["code"]["code"].as_str().unwrap_or("it does not compile");
        let spans = message["spans"].as_array().into_iter().flatten();
        for span in spans.filter(|span| span["is_primary"] == true) {
            let byte = |key: &str| usize::try_from(span[key].as_u64()?).ok();
            if let (Some(file), Some(start), Some(end)) =
                (span["file_name"].as_str(), byte("byte_start"), byte("byte_end"))
            {
                built.errors.push(CompileError {
                    file: file.to_owned(),
                    bytes: start..end,
                    code: code.to_owned(),
                });
            }
        }
    }
    built
}

/// What fails first of the tests with this mutant: of reduced tests, or else of the whole ones.
fn failure(program: &Path, number: usize, is_reduced: bool, met: Option<&Path>) -> Option<String> {
    let mut command: Vec<OsString> = vec![program.into()];
    command.extend(["--test-threads", "1"].map(OsString::from));
    command.extend(SLOW_TESTS.iter().flat_map(|test| ["--skip", test]).map(OsString::from));
    let folder = root().join("crates").join("tophash");
    let with = |is_reduced: bool| {
        let prepare = |program: &mut Command| {
            program.current_dir(&folder).env(CHOSEN, number.to_string());
            program.envs(met.map(|met| (MET, met)));
            if is_reduced {
                program.env("TOPHASH_TEST_REDUCED", "10");
            }
        };
        first_failure(&command, &prepare, &|_| {})
    };
    with(true).or_else(|| if is_reduced { None } else { with(false) })
}
