//! The report for machines: docs/inspect.md describes its fields.

use std::io::{self, Write};

use super::Report;

pub(in crate::inspect) fn print(report: &Report) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    serde_json::to_writer_pretty(&mut stdout, report)?;
    stdout.write_all(b"\n")?;
    stdout.flush()
}
