//! What went wrong, what to do about it, and the exit code.

use std::process::ExitCode;

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
        Self { message: message.into(), next_step: next_step.into(), exit_code: 1 }
    }

    /// Says it on stderr.
    pub(crate) fn report(self) -> ExitCode {
        anstream::eprintln!("tophash: {}", self.message);
        anstream::eprintln!("  {}", self.next_step);
        ExitCode::from(self.exit_code)
    }
}
