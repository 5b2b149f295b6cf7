//! The plan as text and as JSON.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::estimate::{Estimate, OfMap};
use crate::figures::{bytes, grouped};
use crate::rules::EntryBytes;
use crate::style::{BOLD, DIM, paint};

/// The number of the schema, which changes when a field goes or means something else.
const VERSION: u32 = 1;

#[derive(Debug, Serialize)]
pub(super) struct Plan {
    version: u32,
    key: String,
    value: String,
    key_bytes: u64,
    value_bytes: u64,
    estimates: Vec<Estimate>,
}

impl Plan {
    pub(super) fn new(
        key: String,
        value: String,
        entry: EntryBytes,
        estimates: Vec<Estimate>,
    ) -> Self {
        let (key_bytes, value_bytes) = (entry.key, entry.value);
        Self { version: VERSION, key, value, key_bytes, value_bytes, estimates }
    }
}

pub(super) fn json(plan: &Plan) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    serde_json::to_writer_pretty(&mut stdout, plan)?;
    stdout.write_all(b"\n")?;
    stdout.flush()
}

pub(super) fn text(plan: &Plan) -> io::Result<()> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    let entry = format!("{} to {}", plan.key, plan.value);
    let sizes = format!("{} + {} bytes an entry", plan.key_bytes, plan.value_bytes);
    writeln!(out, "{}  {}\n", paint(BOLD, &entry), paint(DIM, &sizes))?;
    match plan.estimates.as_slice() {
        [estimate] => one(estimate, &mut out)?,
        estimates => table(estimates, &mut out)?,
    }
    for line in [
        "What keys and values own elsewhere, as a String its text, is not counted.",
        "tophash: exact for with_capacity. std: hashbrown's rule. Go: the classic map's",
        "(up to 1.23), without the rounding of Go's allocator.",
    ] {
        writeln!(out, "{}", paint(DIM, line))?;
    }
    out.flush()
}

fn one(estimate: &Estimate, out: &mut impl Write) -> io::Result<()> {
    let title = format!("{} entries", grouped(estimate.entries));
    writeln!(out, "{}", paint(BOLD, &title))?;
    let header = format!(
        "  {:<10}{:>10}{:>10}{:>18}{:>16}",
        "", "bytes", "an entry", "grows beyond", "growing takes"
    );
    writeln!(out, "{}", paint(DIM, &header))?;
    let tophash = &estimate.tophash;
    for (name, map) in [("tophash", &tophash.map), ("std", &estimate.std), ("Go", &estimate.go)] {
        row(name, map, out)?;
    }
    writeln!(
        out,
        "\n  With overflow buckets tophash takes {} on average; one map of\n  \
         10,000 takes {} or more. It grows in place, two buckets for each\n  \
         write. std and Go hold the old table and the new: std for one insertion, Go\n  \
         until all entries have moved.\n",
        bytes(tophash.bytes_expected),
        bytes(tophash.bytes_p9999)
    )
}

fn row(name: &str, map: &OfMap, out: &mut impl Write) -> io::Result<()> {
    let (size, growing) = (bytes(map.bytes), bytes(map.bytes_while_growing));
    let capacity = grouped(map.capacity);
    let per_entry = map.bytes_per_entry;
    writeln!(out, "  {name:<10}{size:>10}{per_entry:>10.1}{capacity:>18}{growing:>16}")
}

fn table(estimates: &[Estimate], out: &mut impl Write) -> io::Result<()> {
    let header = format!(
        "{:>17}  {:>10} {:>8}  {:>10} {:>8}  {:>10} {:>8}",
        "entries", "tophash", "each", "std", "each", "Go", "each"
    );
    writeln!(out, "{}", paint(DIM, &header))?;
    for estimate in estimates {
        write!(out, "{:>17}", grouped(estimate.entries))?;
        for map in [&estimate.tophash.map, &estimate.std, &estimate.go] {
            write!(out, "  {:>10} {:>8.1}", bytes(map.bytes), map.bytes_per_entry)?;
        }
        writeln!(out)?;
    }
    writeln!(out)
}
