//! The race as text and as JSON.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::Row;
use crate::figures::grouped;
use crate::style::{BOLD, DIM, paint};

/// The number of the schema, which changes when a field goes or means something else.
const VERSION: u32 = 1;

#[derive(Debug, Serialize)]
pub(super) struct Race {
    version: u32,
    /// Whether std's map had tophash's hash function.
    same_hasher: bool,
    pairs: u32,
    rows: Vec<Row>,
}

impl Race {
    pub(super) fn new(same_hasher: bool, pairs: u32, rows: Vec<Row>) -> Self {
        Self { version: VERSION, same_hasher, pairs, rows }
    }
}

pub(super) fn json(race: &Race) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    serde_json::to_writer_pretty(&mut stdout, race)?;
    stdout.write_all(b"\n")?;
    stdout.flush()
}

pub(super) fn text(race: &Race) -> io::Result<()> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    let hasher = if race.same_hasher { "both with foldhash" } else { "foldhash and SipHash" };
    let note = format!("u64 to u64, {hasher}, {} pairs of runs", race.pairs);
    writeln!(out, "{}  {}", paint(BOLD, "tophash and std"), paint(DIM, &note))?;
    for rows in race.rows.chunk_by(|a, b| a.entries == b.entries) {
        let entries = format!("{} entries", grouped(rows[0].entries));
        let header =
            format!("{:>11}{:>11}{:>10}{:>9}{:>8}", "tophash", "std", "ratio", "least", "most");
        writeln!(out, "\n{}{}", paint(BOLD, &format!("{entries:<24}")), paint(DIM, &header))?;
        for row in rows {
            let Row { task, ratio, ratio_min, ratio_max, .. } = row;
            let (ours, theirs) = (time(row.tophash_ns), time(row.std_ns));
            write!(out, "  {task:<22}{ours:>11}{theirs:>11}")?;
            writeln!(out, "{ratio:>10.3}{ratio_min:>9.3}{ratio_max:>8.2}")?;
            if row.is_worst {
                let (ours, theirs) = (row.tophash_ns_min, row.std_ns_min);
                let ratio = ours / theirs.max(f64::MIN_POSITIVE);
                let (ours, theirs) = (time(ours), time(theirs));
                writeln!(
                    out,
                    "  {:<22}{ours:>11}{theirs:>11}{ratio:>10.3}",
                    "  in the calmest run"
                )?;
            }
        }
    }
    writeln!(out)?;
    for line in [
        "The time of one operation: medians. A ratio below 1 says that tophash took less",
        "than std in the same pair; the least and the most of all pairs lie as far apart",
        "as this machine is busy. The worst insertion is the slowest one of a run, with",
        "whatever the machine did in it; the calmest run has the least of that.",
    ] {
        writeln!(out, "{}", paint(DIM, line))?;
    }
    if !race.same_hasher {
        writeln!(out, "{}", paint(DIM, "--same-hasher gives std foldhash, too."))?;
    }
    out.flush()
}

/// A time with three digits, below a nanosecond too.
fn time(nanoseconds: f64) -> String {
    let (mut scaled, mut unit) = (nanoseconds, "ns");
    for larger in ["µs", "ms", "s"] {
        if scaled < 999.5 {
            break;
        }
        (scaled, unit) = (scaled / 1000.0, larger);
    }
    let decimals = if scaled < 9.995 { 2 } else { usize::from(scaled < 99.95) };
    format!("{scaled:.decimals$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_have_three_digits() {
        let texts = [0.123, 9.99, 99.94, 999.4, 1000.0, 12_345_678.0].map(time);
        assert_eq!(texts, ["0.12 ns", "9.99 ns", "99.9 ns", "999 ns", "1.00 µs", "12.3 ms"]);
    }
}
