//! Results with the machine, the compiler and the commit that they are of.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::latency::Run;
use crate::memory::Growth;
use crate::pairs::Comparison;
use crate::shared::{InternedBytes, Interning, NamedTime, Tail, Throughput};

/// Everything that was measured on one machine of one commit.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Record {
    /// What it was measured on.
    pub origin: Origin,
    /// Cells by name.
    #[serde(default)]
    pub cells: BTreeMap<String, Comparison>,
    /// Instructions for a single operation, ours and the rival's, by the cell's name.
    #[serde(default)]
    pub instructions: BTreeMap<String, (f64, f64)>,
    /// Whether they are those of the timed part alone. Earlier records count what is done before
    /// and after it as well: right for look-ups, which do nothing there.
    #[serde(default)]
    pub instructions_of_timed_part: bool,
    /// Single operations.
    #[serde(default)]
    pub latency: Vec<Run>,
    /// Bytes during growth.
    #[serde(default)]
    pub memory: Vec<Growth>,
    /// Seconds and bytes of the program with fifty types of maps.
    #[serde(default)]
    pub compile: Option<Compile>,
    /// Throughput of maps that threads share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared_throughput: Vec<Throughput>,
    /// Go's benchmarks for maps that threads share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared_named: Vec<NamedTime>,
    /// Single insertions into maps that threads share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared_tails: Vec<Tail>,
    /// Interners.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interning: Vec<Interning>,
    /// What interners take.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interned_bytes: Vec<InternedBytes>,
    /// Cells beside Go's map, by Go's version and the cell's name.
    #[serde(default)]
    pub go: BTreeMap<String, BTreeMap<String, Comparison>>,
}

/// Where figures come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The processor.
    pub machine: String,
    /// How many of its cores.
    pub cores: usize,
    /// The compiler.
    pub rustc: String,
    /// The commit; with `+` if files were changed since.
    pub commit: String,
    /// The day.
    pub date: String,
}

/// What a program with maps of fifty types costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compile {
    /// Seconds to compile the program, without its dependencies: the median.
    pub ours_seconds: f64,
    /// The same with hashbrown.
    pub theirs_seconds: f64,
    /// Bytes of code (the section `.text`).
    pub ours_bytes: u64,
    /// The same with hashbrown.
    pub theirs_bytes: u64,
    /// Times each was compiled.
    pub pairs: usize,
}

impl Record {
    /// Whether it has figures of maps that threads share.
    #[must_use]
    pub fn has_shared(&self) -> bool {
        let Self { shared_throughput, shared_named, shared_tails, interning, .. } = self;
        !(shared_throughput.is_empty()
            && shared_named.is_empty()
            && shared_tails.is_empty()
            && interning.is_empty())
    }

    /// Whether it has figures of the map that is not shared.
    #[must_use]
    pub fn has_single(&self) -> bool {
        !(self.cells.is_empty() && self.latency.is_empty())
    }

    /// The record in a file, or an empty one with this machine's origin.
    ///
    /// # Errors
    ///
    /// If the file is there and is no record, or is of another machine or commit: figures of two
    /// states must not be mixed.
    pub fn open(path: &Path) -> Result<Self, String> {
        let origin = Origin::here();
        if !path.exists() {
            return Ok(Self { origin, ..Self::default() });
        }
        let record = Self::read(path)?;
        let is_same = |one: &Origin, other: &Origin| {
            (&one.machine, &one.rustc, &one.commit) == (&other.machine, &other.rustc, &other.commit)
        };
        if is_same(&record.origin, &origin) {
            Ok(record)
        } else {
            Err(format!(
                "{} is of {} with {} at {}, and this is {} with {} at {}; choose another file",
                path.display(),
                record.origin.machine,
                record.origin.rustc,
                record.origin.commit,
                origin.machine,
                origin.rustc,
                origin.commit
            ))
        }
    }

    /// The record in a file.
    ///
    /// # Errors
    ///
    /// If it cannot be read or is no record.
    pub fn read(path: &Path) -> Result<Self, String> {
        let at = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = fs::read_to_string(path).map_err(|error| at(&error))?;
        serde_json::from_str(&text).map_err(|error| at(&error))
    }

    /// Writes the record, by way of a second file, so that none is ever half written.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        let at = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = serde_json::to_string_pretty(self).map_err(|error| at(&error))?;
        let unfinished = path.with_extension("unfinished");
        fs::write(&unfinished, text + "\n").map_err(|error| at(&error))?;
        fs::rename(&unfinished, path).map_err(|error| at(&error))
    }
}

/// Puts results into a part of a record, instead of earlier ones of the same measurement.
pub fn replace<T, N: PartialEq>(all: &mut Vec<T>, new: Vec<T>, name: impl Fn(&T) -> N) {
    all.retain(|old| !new.iter().any(|new| name(new) == name(old)));
    all.extend(new);
}

impl Origin {
    /// This machine, this compiler, this commit, today.
    #[must_use]
    pub fn here() -> Self {
        let commit = output("git", &["rev-parse", "--short=12", "HEAD"]);
        // What is measured is the code: a record that was written meanwhile is no change of it.
        let changed = output(
            "git",
            &["status", "--porcelain", "--", "crates/tophash", "crates/tophash-sync", "Cargo.lock"],
        );
        let mark = if changed.is_empty() { "" } else { "+" };
        Self {
            machine: processor(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            rustc: output("rustc", &["--version"]),
            commit: format!("{commit}{mark}"),
            date: output("date", &["+%Y-%m-%d"]),
        }
    }
}

/// The first words of the processor's name that the system knows.
fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.trim().to_owned())
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(
        |_| String::from("unknown"),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let path = std::env::temp_dir().join(format!("record-{}.json", std::process::id()));
        let mut record = Record::open(&path).expect("there is no such file yet");
        record.instructions.insert("hit".to_owned(), (52.0, 30.0));
        record.write(&path).expect("the folder can be written");
        let again = Record::open(&path).expect("it is of this machine");
        assert_eq!((again.origin, again.instructions), (record.origin, record.instructions));
        fs::remove_file(&path).expect("it is there");
    }

    #[test]
    fn a_record_of_another_commit_is_refused() {
        let path = std::env::temp_dir().join(format!("other-{}.json", std::process::id()));
        let mut record = Record::open(&path).expect("there is no such file yet");
        record.origin.commit = "another".to_owned();
        record.write(&path).expect("the folder can be written");
        assert!(Record::open(&path).is_err());
        fs::remove_file(&path).expect("it is there");
    }
}
