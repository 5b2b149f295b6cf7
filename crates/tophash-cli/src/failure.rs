//! What went wrong, what to do about it, and the exit code.

use std::io;
use std::process::ExitCode;

/// Something could not be done: a file could not be read, a page not be written.
const EXIT_FAILED: u8 = 1;
/// The command line is wrong.
const EXIT_USAGE: u8 = 2;
/// A bound that the person chose, or left as it was, ended the work early.
const EXIT_BOUND_REACHED: u8 = 3;

/// The exit codes, for the help and the manual. Clap's own for a wrong command line is 2.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  all went well, or who read the output closed it
  1  something failed: a file cannot be read, a page not be written;
     what else could be done was done
  2  the command line is wrong
  3  a bound such as --max-keys was reached; what was counted till
     then was reported";

/// Why the program ends without success.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    /// What the person can do next.
    next_step: String,
    exit_code: u8,
}

impl Failure {
    /// The ordinary failure: a file cannot be read, a port is taken. Exit code 1.
    pub(crate) fn new(message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { message: message.into(), next_step: next_step.into(), exit_code: EXIT_FAILED }
    }

    /// The command line asks for what does not go together. Exit code 2, as clap's.
    pub(crate) fn usage(message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { exit_code: EXIT_USAGE, ..Self::new(message, next_step) }
    }

    /// A bound was reached, and the rest was left undone. Exit code 3.
    pub(crate) fn bound_reached(message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { exit_code: EXIT_BOUND_REACHED, ..Self::new(message, next_step) }
    }

    /// Standard output cannot be written. Who reads no further has what they wanted: that is no
    /// failure, and nothing is said.
    pub(crate) fn of_output(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self { message: String::new(), next_step: String::new(), exit_code: 0 };
        }
        Self::new(
            format!("standard output cannot be written: {error}"),
            "Nothing else went wrong; write to another place.",
        )
    }

    /// Says it on stderr.
    pub(crate) fn report(self) -> ExitCode {
        if !self.message.is_empty() {
            complain(&self.message, &self.next_step);
        }
        ExitCode::from(self.exit_code)
    }
}

/// Says on stderr what went wrong and what to do, without ending.
pub(crate) fn complain(message: &str, next_step: &str) {
    use std::io::Write as _;
    let mut stderr = anstream::stderr().lock();
    // Where stderr cannot be written, there is nobody left to tell.
    let _ = writeln!(stderr, "tophash: {message}\n  {next_step}");
}
