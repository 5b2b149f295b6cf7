//! What the tests of the program share: calling it, and reading what it says.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// The program, as it was built for the tests.
pub(crate) fn tophash(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("tophash").expect("the program is built before its tests");
    // What the person who runs the tests has set must not show.
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").args(arguments);
    command
}

/// What a run came to.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The report that `--json` printed.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.stderr))
    }
}

/// Runs the program with an input.
pub(crate) fn run_with(arguments: &[&str], input: impl Into<Vec<u8>>) -> Ran {
    let output = tophash(arguments).write_stdin(input.into()).output().expect("it can be run");
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("the program prints UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("the program prints UTF-8"),
    }
}

pub(crate) fn run(arguments: &[&str]) -> Ran {
    run_with(arguments, "")
}

/// Lines that are made of numbers.
pub(crate) fn lines<T: std::fmt::Display>(lines: impl IntoIterator<Item = T>) -> String {
    lines.into_iter().map(|line| line.to_string() + "\n").collect()
}

/// A folder with files in it, which goes when the test ends.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().expect("there is room for a folder"))
    }

    /// Writes a file and says where it is.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).expect("there is room for a file");
        path
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.root().join(name).display().to_string()
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }
}

/// The leading keys with their counts.
pub(crate) fn top(report: &Value) -> Vec<(String, u64)> {
    let rows = report["top"].as_array().expect("there is a top").iter();
    rows.map(|row| (row["key"].as_str().unwrap().to_owned(), row["count"].as_u64().unwrap()))
        .collect()
}

/// The problems with how often they were met and the line of the first.
pub(crate) fn problems(report: &Value) -> Vec<(String, u64, u64)> {
    let rows = report["problems"].as_array().expect("there are problems").iter();
    rows.map(|row| {
        let name = row["problem"].as_str().unwrap().to_owned();
        (name, row["count"].as_u64().unwrap(), row["first_line"].as_u64().unwrap())
    })
    .collect()
}

/// A text, compressed as `.zst` files are.
pub(crate) fn zstd(text: &str) -> Vec<u8> {
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};
    compress_to_vec(text.as_bytes(), CompressionLevel::Fastest)
}
