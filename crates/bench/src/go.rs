//! Go's own map as a rival: a process that does the same work, one sample for each line it is sent.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::matrix::{Cell, Types};
use crate::operation::{Operation, Sampler};

/// The program with Go's maps, compiled by one version of Go.
#[derive(Clone, Debug)]
pub struct Go {
    /// As Go names it: "go1.23.4".
    pub version: String,
    program: PathBuf,
}

impl Go {
    /// Compiles the program with the `go` at this path, or found by this name.
    ///
    /// # Errors
    ///
    /// If it cannot be run or refuses; the message is what it said.
    pub fn build(go: &Path) -> Result<Self, String> {
        let version = run(Command::new(go).arg("env").arg("GOVERSION"))?;
        let folder = std::env::temp_dir().join(format!("tophash-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let program = folder.join(&version);
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("go");
        run(Command::new(go)
            .args(["build", "-o"])
            .arg(&program)
            .arg(".")
            .env("GOTOOLCHAIN", "local")
            .env("GOFLAGS", "-mod=mod")
            .current_dir(sources))?;
        Ok(Self { version, program })
    }

    /// A sampler that has the process do the cell's work; `None` if it does not know how.
    #[must_use]
    pub fn sampler<'a>(&self, cell: &Cell, operations: usize) -> Option<Sampler<'a>> {
        let types = match cell.types {
            Types::U64U64 => "u64-u64",
            Types::StringU64 => "string-u64",
            _ => return None,
        };
        let is_known = matches!(
            cell.operation,
            Operation::Hit
                | Operation::HitDependent
                | Operation::Miss
                | Operation::InsertGrowing
                | Operation::InsertPresized
                | Operation::Churn
                | Operation::Iterate
        );
        if !is_known {
            return None;
        }
        let (len, operations) = (cell.len.to_string(), operations.to_string());
        Some(self.start(&[cell.operation.name(), types, &len, &operations]))
    }

    /// A sampler that has a process do what it is told with these words.
    #[must_use]
    pub(crate) fn start<'a>(&self, arguments: &[&str]) -> Sampler<'a> {
        let child = Command::new(&self.program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program was compiled just now");
        let mut process = Process::of(child);
        Box::new(move || process.sample())
    }
}

/// A running process; it ends when this is dropped, because its input does.
struct Process {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Process {
    fn of(mut child: Child) -> Self {
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        Self { child, output }
    }

    fn sample(&mut self) -> f64 {
        let input = self.child.stdin.as_mut().expect("it is piped");
        input.write_all(b"\n").expect("Go's program waits for lines");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("Go's program answers each line");
        line.trim().parse().expect("Go's program answers with a number")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It has nothing to lose.
        let _ = self.child.wait();
    }
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
