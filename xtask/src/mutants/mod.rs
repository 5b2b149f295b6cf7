//! Mutants: whether a test fails for each small change of the table's code.
//!
//! cargo-mutants says which changes there are. To build each takes longer than to see a test fail;
//! so all of them are put into one program, where an environment variable chooses one. What cannot
//! be chosen so (constants, and what does not compile) is listed, and left to cargo-mutants
//! (`--one-by-one`).

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
/// What is compiled into the map, to ask for the choice.
const CHOICE: &str = "
#[cfg(test)]
pub(crate) mod mutant {
    use core::sync::atomic::{AtomicUsize, Ordering};

    static CHOSEN: AtomicUsize = AtomicUsize::new(usize::MAX);

    #[inline(never)]
    pub(crate) fn chosen(number: usize) -> bool {
        match CHOSEN.load(Ordering::Relaxed) {
            usize::MAX => read() == number,
            chosen => chosen == number,
        }
    }

    #[cold]
    fn read() -> usize {
        let text = std::env::var(\"TOPHASH_MUTANT\").unwrap();
        CHOSEN.store(text.parse().unwrap(), Ordering::Relaxed);
        CHOSEN.load(Ordering::Relaxed)
    }
}
";
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

/// Tries each mutant of these files, or a part of them; tells whether all were found that could be
/// chosen.
pub(crate) fn at_once(files: &[String], part: usize, parts: usize) -> bool {
    let Some(mutants) = list(files) else { return false };
    let tree = copy_of_the_tree();
    let Some((program, left_out)) = build(&tree, &mutants) else { return false };
    if let Some(failure) = failure(&program, NONE) {
        println!("without any change: {failure}");
        return false;
    }
    for (&number, reason) in &left_out {
        println!("LEFT OUT {}: {reason}", mutants[number].name);
    }
    let (mut found, mut survived) = (0, 0);
    for (number, Mutant { name, .. }) in mutants.iter().enumerate() {
        if left_out.contains_key(&number) || number % parts != part {
            continue;
        }
        if let Some(failure) = failure(&program, number) {
            found += 1;
            println!("found    {name}: {failure}");
        } else {
            survived += 1;
            println!("SURVIVED {name}");
        }
    }
    println!("{found} found, {survived} survived, {} left out", left_out.len());
    survived == 0
}

fn list(files: &[String]) -> Option<Vec<Mutant>> {
    let mut command = cargo();
    command.args(["mutants", "--list", "--json", "-p", "tophash"]);
    for file in files {
        command.args(["--file", &format!("crates/tophash/src/raw/{file}")]);
    }
    if files.is_empty() {
        command.args(["--file", "crates/tophash/src/raw/**"]);
    }
    let output = command.output().expect("cargo can be run, as it runs this");
    let listed = serde_json::from_slice::<Vec<Value>>(&output.stdout).ok();
    let Some(listed) = listed.filter(|_| output.status.success()) else {
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
fn build(tree: &Path, mutants: &[Mutant]) -> Option<(PathBuf, BTreeMap<usize, String>)> {
    let library = tree.join("crates/tophash/src/lib.rs");
    let text = fs::read_to_string(&library).expect("it was copied") + CHOICE;
    fs::write(&library, text).expect("it was copied");
    let mut left_out = BTreeMap::new();
    for _ in 0..BUILDS_MAX {
        let files = write_switched(tree, mutants, &left_out);
        let put: BTreeSet<usize> =
            files.values().flat_map(|file| &file.places).map(|place| place.1).collect();
        for number in (0..mutants.len()).filter(|number| !put.contains(number)) {
            left_out.entry(number).or_insert_with(|| "no switch for its kind".to_owned());
        }
        let built = compile(tree);
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
fn compile(tree: &Path) -> Built {
    let mut command = cargo();
    command
        .args(["test", "-p", "tophash", "--lib", "--no-run", "--message-format=json"])
        .current_dir(tree)
        .env("CARGO_TARGET_DIR", target("switched-target"))
        // The map's code with thousands of switches takes minutes to optimise.
        .args(["--config", "profile.dev.package.testkit.opt-level=2"])
        .env("CARGO_PROFILE_TEST_DEBUG", "0")
        .env("RUSTFLAGS", "--cap-lints=warn");
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
fn failure(program: &Path, number: usize) -> Option<String> {
    let mut command: Vec<OsString> = vec![program.into()];
    command.extend(["--test-threads", "1"].map(OsString::from));
    command.extend(SLOW_TESTS.iter().flat_map(|test| ["--skip", test]).map(OsString::from));
    let folder = root().join("crates").join("tophash");
    let with = |is_reduced: bool| {
        let prepare = |program: &mut Command| {
            program.current_dir(&folder).env(CHOSEN, number.to_string());
            if is_reduced {
                program.env("TOPHASH_TEST_REDUCED", "10");
            }
        };
        first_failure(&command, &prepare, &|_| {})
    };
    with(true).or_else(|| with(false))
}
