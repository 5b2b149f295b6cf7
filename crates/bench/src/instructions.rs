//! Instructions for a single operation, counted by valgrind's callgrind: they repeat almost exactly
//! where times do not.

use std::path::Path;
use std::process::Command;

use crate::matrix::{Cell, Side};
use crate::operation::Operation;

/// Single operations in a sample.
pub const OPERATIONS: usize = 20_000;

/// How many samples the longer of two runs takes more than the shorter.
const MORE: usize = 2;

/// The function, as valgrind names it, within which a sample's time is taken, and within which
/// alone instructions are counted: making keys and copies for a sample, and dropping what it leaves
/// behind, is no part of the operation.
const TIMED: &str = "bench::operation::timed*";

/// Counts the instructions of one side of a cell: what a run with more samples takes beyond a run
/// with fewer, since the first sample warms up what grows. `program` is this program.
///
/// # Errors
///
/// If valgrind cannot be run or its answer is not understood.
pub fn count(program: &Path, cell: &Cell, side: Side) -> Result<f64, String> {
    let shorter = collected(program, cell, side, 1)?;
    let longer = collected(program, cell, side, 1 + MORE)?;
    Ok((longer - shorter) / (MORE * operations_in_sample(cell)) as f64)
}

/// Whether counting instructions says something about the cell: what is in the cache, and does not
/// mostly wait for memory or the allocator.
#[must_use]
pub fn is_worth_counting(cell: &Cell) -> bool {
    cell.is_main() && (100..=10_000).contains(&cell.len)
}

fn operations_in_sample(cell: &Cell) -> usize {
    let once = match cell.operation {
        Operation::Churn | Operation::ChurnForEver => 2 * cell.len.min(OPERATIONS),
        _ => cell.len,
    };
    once * (OPERATIONS / once).max(1)
}

fn collected(program: &Path, cell: &Cell, side: Side, times: usize) -> Result<f64, String> {
    let side = if side == Side::Ours { "ours" } else { "theirs" };
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--toggle-collect={TIMED}"))
        .arg(program)
        .args(["repeat", "--cell", &cell.to_string(), "--side", side])
        .args(["--times", &times.to_string()])
        .output()
        .map_err(|error| format!("valgrind cannot be run ({error}); install it"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let number = text.lines().find_map(|line| line.split_once("Collected : "));
    let number: Option<f64> = number.and_then(|(_, number)| number.trim().parse().ok());
    match number {
        Some(number) if number > 0.0 => Ok(number),
        // The name is not found in a program that was stripped.
        Some(_) => Err(format!("valgrind saw no call of {TIMED}; build with symbols")),
        None => Err(format!("valgrind's answer is not understood:\n{text}")),
    }
}
