//! hashbrown's own tests, with the import changed, against the map of this workspace.
//!
//! Nothing of hashbrown is part of this repository: its package, which has its tests, is fetched as
//! any dependency, and the tests are rewritten into a crate under `target/upstream`. What is left
//! out is listed below, each with its reason.

use crate::root;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The release whose tests are run.
const VERSION: &str = "=0.17.2";

/// A test of hashbrown that cannot be asked of another map, or a function for such tests, and why.
struct Skipped {
    file: &'static str,
    test: &'static str,
    reason: &'static str,
}

const PINS_THE_ORDER: &str = "asserts the order that hashbrown gives to the hashes of FNV";
const COUNTS_BUCKETS: &str = "counts buckets through a private method";
const PLACES_ENTRIES: &str = "puts entries into chosen buckets through a private field";

const SKIPPED: [Skipped; 12] = [
    Skipped {
        file: "set",
        test: "rehash_in_place",
        reason: "asserts that 224 entries fill the table of 256 slots",
    },
    Skipped {
        file: "map",
        test: "test_try_reserve",
        reason: "asks for more than 2^32 buckets, which is CapacityOverflow here, not AllocError",
    },
    Skipped {
        file: "tests/hasher_unwind",
        test: "hashmap_reserve_survives_panicking_build_hasher",
        reason: "asserts that 224 entries fill the table of 256 slots",
    },
    Skipped { file: "tests/serde", test: "map_serde_tokens", reason: PINS_THE_ORDER },
    Skipped { file: "tests/serde", test: "set_serde_tokens", reason: PINS_THE_ORDER },
    Skipped { file: "map", test: "test_expand", reason: COUNTS_BUCKETS },
    Skipped { file: "map", test: "test_behavior_resize_policy", reason: COUNTS_BUCKETS },
    Skipped { file: "map", test: "get_test_map", reason: PLACES_ENTRIES },
    Skipped {
        file: "map",
        test: "test_clone_memory_leaks_and_double_drop_one",
        reason: PLACES_ENTRIES,
    },
    Skipped {
        file: "map",
        test: "test_clone_memory_leaks_and_double_drop_two",
        reason: PLACES_ENTRIES,
    },
    Skipped {
        file: "map",
        test: "test_catch_panic_clone_from_when_len_is_equal",
        reason: PLACES_ENTRIES,
    },
    Skipped {
        file: "map",
        test: "test_catch_panic_clone_from_when_len_is_not_equal",
        reason: PLACES_ENTRIES,
    },
];

/// A module of tests inside one of hashbrown's sources.
struct Module {
    /// The file in `src`, and the name of the test file made from it.
    file: &'static str,
    /// The line that opens it.
    opening: &'static str,
}

const MODULES: [Module; 3] = [
    Module { file: "map", opening: "mod test_map {" },
    Module { file: "set", opening: "mod test_set {" },
    Module { file: "table", opening: "mod tests {" },
];

/// The files in hashbrown's `tests`.
const FILES: [&str; 6] = ["equivalent_trait", "hasher", "hasher_unwind", "rayon", "serde", "set"];

/// What is replaced in the sources: the crate's name, and paths into the crate.
const REPLACEMENTS: [(&str, &str); 12] = [
    ("use super::DefaultHashBuilder;", "use tophash::DefaultHashBuilder;"),
    ("use super::HashMap;", "use tophash::hash_map::HashMap;"),
    ("use super::HashTable;", "use tophash::HashTable;"),
    ("use super::{Equivalent, HashSet};", "use tophash::{Equivalent, HashSet};"),
    ("use crate::alloc::{", "use allocator_api2::alloc::{"),
    ("use crate::DefaultHashBuilder;", "use tophash::DefaultHashBuilder;"),
    ("use crate::TryReserveError::", "use tophash::TryReserveError::"),
    ("use crate::map::make_hash;", "use super::make_hash;"),
    ("crate::HashMap", "tophash::HashMap"),
    ("use crate::scopeguard::guard;", "use super::guard;"),
    ("stdalloc::", "std::"),
    ("hashbrown::", "tophash::"),
];

/// What hashbrown's tests use of its private parts.
const SHIM: &str = r"
#[allow(dead_code)]
struct Guard<T, F: FnMut(&mut T)>(T, F);
impl<T, F: FnMut(&mut T)> Drop for Guard<T, F> {
    fn drop(&mut self) {
        (self.1)(&mut self.0);
    }
}
impl<T, F: FnMut(&mut T)> std::ops::Deref for Guard<T, F> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
impl<T, F: FnMut(&mut T)> std::ops::DerefMut for Guard<T, F> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
#[allow(dead_code)]
fn guard<T, F: FnMut(&mut T)>(value: T, f: F) -> Guard<T, F> {
    Guard(value, f)
}
#[allow(dead_code)]
fn make_hash<Q: std::hash::Hash + ?Sized>(state: &impl std::hash::BuildHasher, key: &Q) -> u64 {
    state.hash_one(key)
}
";

/// Runs the tests; tells whether all passed that are not listed as skipped.
pub(crate) fn run() -> bool {
    match prepare() {
        Ok(folder) => {
            for Skipped { file, test, reason } in SKIPPED {
                println!("-- skipped: {file}.rs {test}: it {reason}");
            }
            let status = cargo()
                .args(["test", "--quiet", "--no-fail-fast", "--tests"])
                .current_dir(folder)
                .status();
            status.is_ok_and(|status| status.success())
        }
        Err(error) => {
            eprintln!("upstream: {error}");
            false
        }
    }
}

fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // The tests are another project's: its warnings are not ours to deny.
    command.env_remove("RUSTFLAGS");
    command
}

/// Writes the crate; returns its folder.
fn prepare() -> Result<PathBuf, String> {
    let folder = root().join("target").join("upstream");
    let write = |path: &Path, text: &str| {
        let parent = path.parent().ok_or("a file without a folder")?;
        fs::create_dir_all(parent).map_err(|error| error.to_string())?;
        fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
    };
    write(&folder.join("Cargo.toml"), &manifest())?;
    write(&folder.join("src/lib.rs"), "//! Nothing: see `tests`.\n")?;
    let source = source_of_hashbrown(&folder)?;
    let read = |path: PathBuf| {
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    for Module { file, opening } in MODULES {
        let text = read(source.join("src").join(format!("{file}.rs")))?;
        let body = module(&text, opening).ok_or(format!("{file}.rs has no `{opening}`"))?;
        // `Entry` and `EntryRef`, of which a map, a set and a table have their own.
        let body = body.replace("use super::Entry", &format!("use tophash::hash_{file}::Entry"));
        let body = without_skipped(file, &rewritten(&body))?;
        let text = format!("{SHIM}\nmod tests {{\n{body}\n}}\n");
        write(&folder.join("tests").join(format!("module_{file}.rs")), &text)?;
    }
    for file in FILES {
        let text = rewritten(&read(source.join("tests").join(format!("{file}.rs")))?);
        let text = without_skipped(&format!("tests/{file}"), &text)?;
        write(&folder.join("tests").join(format!("{file}.rs")), &text)?;
    }
    Ok(folder)
}

fn manifest() -> String {
    let map = format!("{:?}", root().join("crates").join("tophash").display().to_string());
    format!(
        r#"[package]
name = "upstream"
version = "0.0.0"
edition = "2024"
publish = false

[workspace]

[features]
default = ["rayon", "serde"]
rayon = []
serde = []

[dev-dependencies]
tophash = {{ path = {map}, features = ["allocator-api2", "rayon", "serde"] }}
hashbrown = "{VERSION}"
allocator-api2 = {{ version = "0.2", default-features = false, features = ["alloc"] }}
fnv = "1"
rand = {{ version = "0.9", features = ["small_rng"] }}
rayon = "1"
serde_test = "1"
"#
    )
}

/// Where cargo keeps hashbrown's package.
fn source_of_hashbrown(folder: &Path) -> Result<PathBuf, String> {
    let output = cargo()
        .args(["metadata", "--format-version", "1"])
        .current_dir(folder)
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    // One field of one package: not worth a JSON parser.
    let version = VERSION.trim_start_matches('=');
    let end = format!("hashbrown-{version}/Cargo.toml\"");
    let end = text.find(&end).ok_or("cargo metadata does not name hashbrown's manifest")?
        + end.len()
        - "/Cargo.toml\"".len();
    let start = text[..end].rfind('"').ok_or("cargo metadata is not JSON")? + 1;
    Ok(PathBuf::from(&text[start..end]))
}

/// The lines of the module that `opening` begins, to the `}` at the start of a line.
fn module(text: &str, opening: &str) -> Option<String> {
    let lines = text.lines().skip_while(|line| *line != opening).skip(1);
    let body: Vec<&str> = lines.take_while(|line| *line != "}").collect();
    (!body.is_empty()).then(|| body.join("\n"))
}

fn rewritten(text: &str) -> String {
    REPLACEMENTS.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Takes the tests listed in [`SKIPPED`] out. An entry of the list that names no test is an error.
fn without_skipped(file: &str, text: &str) -> Result<String, String> {
    let mut lines: Vec<&str> = text.lines().collect();
    for skipped in SKIPPED.iter().filter(|skipped| skipped.file == file) {
        let is_it = |line: &&str| {
            line.trim_start()
                .strip_prefix("fn ")
                .and_then(|line| line.strip_prefix(skipped.test))
                .is_some_and(|rest| rest.starts_with(['(', '<']))
        };
        let start = lines
            .iter()
            .position(is_it)
            .ok_or(format!("no function {} in {file}.rs: mend the list", skipped.test))?;
        let indent = &lines[start][..lines[start].len() - lines[start].trim_start().len()];
        let closing = format!("{indent}}}");
        let is_attached = |line: &&&str| {
            line.strip_prefix(indent)
                .is_some_and(|line| line.starts_with("#[") || line.starts_with("//"))
        };
        let attached = lines[..start].iter().rev().take_while(|line| is_attached(line)).count();
        let first = start - attached;
        let length = lines[start..].iter().position(|line| *line == closing);
        let end = start + length.ok_or(format!("{} has no end", skipped.test))?;
        lines.drain(first..=end);
    }
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::{SKIPPED, module, without_skipped};

    #[test]
    fn a_module_ends_at_its_brace() {
        let text = "fn a() {}\nmod test_map {\n    fn b() {\n    }\n}\nmod c {\n}\n";
        assert_eq!(module(text, "mod test_map {").unwrap(), "    fn b() {\n    }");
        assert_eq!(module(text, "mod test_set {"), None);
    }

    #[test]
    fn a_skipped_test_is_taken_out_and_a_missing_one_is_an_error() {
        let name = SKIPPED[0].test;
        let text =
            format!("    #[test]\n    fn {name}() {{\n        x();\n    }}\n    fn b() {{}}");
        assert_eq!(without_skipped(SKIPPED[0].file, &text).unwrap(), "    fn b() {}");
        assert!(without_skipped(SKIPPED[0].file, "    fn b() {}").is_err());
    }
}
