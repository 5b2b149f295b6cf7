//! The report for people, in 80 columns.

use std::io::{self, BufWriter, Write};

use super::Report;
use super::latency::Times;
use super::map::MapReport;
use super::top::TopKey;
use crate::figures::{bytes, counted, grouped, lossy, nanoseconds, percent, quotient, wide};
use crate::style::{BOLD, DIM, WARN, paint};

/// Columns of the longest bar.
const BAR_WIDTH: usize = 40;

pub(in crate::inspect) fn print(report: &Report) -> io::Result<()> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    write_all(report, &mut out)?;
    out.flush()
}

fn write_all(report: &Report, out: &mut impl Write) -> io::Result<()> {
    summary(report, out)?;
    problems(report, out)?;
    if report.distinct_keys == 0 {
        return Ok(());
    }
    top(report, out)?;
    map(report, out)?;
    memory(report, out)?;
    chains(&report.map, out)?;
    latency(report, out)
}

fn title(out: &mut impl Write, text: &str, note: &str) -> io::Result<()> {
    writeln!(out, "\n{}  {}", paint(BOLD, text), paint(DIM, note))
}

fn summary(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let names = match report.inputs.as_slice() {
        [name] => name.clone(),
        [first, rest @ ..] => {
            format!("{first} and {}", counted(rest.len() as u64, "other file", "other files"))
        }
        [] => String::new(),
    };
    let key = match &report.value {
        Some(value) => format!("{} of {value} by {}", report.kept, report.key),
        None => format!("{} by {}", report.kept, report.key),
    };
    writeln!(out, "{}  {}", paint(BOLD, &names), paint(DIM, &key))?;
    let records = counted(report.records, "record", "records");
    let keys = counted(report.distinct_keys, "distinct key", "distinct keys");
    if report.operations == report.records {
        writeln!(out, "{records}, {keys}")?;
    } else {
        writeln!(out, "{records}, {}, {keys}", counted(report.operations, "key", "keys"))?;
    }
    if let Some(bound) = report.stopped_by {
        let text = format!("This is not all: --{bound} ended the reading.");
        writeln!(out, "{}", paint(WARN, &text))?;
    }
    Ok(())
}

fn problems(report: &Report, out: &mut impl Write) -> io::Result<()> {
    if report.problems.is_empty() {
        return Ok(());
    }
    title(out, "Not counted", "records, or their values, that could not be used")?;
    for problem in &report.problems {
        writeln!(
            out,
            "{:>12}  {}; the first is {}:{}",
            paint(WARN, &format!("{:>12}", grouped(problem.count))),
            problem.message,
            problem.first_input,
            problem.first_line
        )?;
    }
    Ok(())
}

fn top(report: &Report, out: &mut impl Write) -> io::Result<()> {
    if report.top.is_empty() {
        return Ok(());
    }
    let (measure, last) = match report.kept {
        "sum" => ("sum", "key"),
        "unique" => ("different", "key"),
        "group" => ("", "key: values"),
        _ => ("share", "key"),
    };
    writeln!(out)?;
    let header = format!("{:>12}  {measure:>16}  {last}", "count");
    writeln!(out, "{}", paint(DIM, &header))?;
    for key in &report.top {
        let measure = match report.kept {
            "sum" => key.sum_shown.clone(),
            "unique" => key.unique.map_or_else(|| "-".to_owned(), grouped),
            "group" => String::new(),
            _ => percent(key.count, report.operations),
        };
        writeln!(out, "{:>12}  {measure:>16}  {}", grouped(key.count), with_group(key))?;
    }
    Ok(())
}

fn with_group(key: &TopKey) -> String {
    match &key.group {
        Some(group) => format!("{}: {}", key.shown, group.shown()),
        None => key.shown.clone(),
    }
}

fn map(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let map = &report.map;
    let note = format!(
        "{} to a count, {} bytes an entry; a key's text lies elsewhere",
        counted(report.distinct_keys, "key", "keys"),
        map.entry_bytes
    );
    title(out, "The map", &note)?;
    let mut line = |name: &str, text: String| writeln!(out, "  {name:<10}{text}");
    line("buckets", format!("{} of 8 slots", grouped(map.buckets)))?;
    line("load", format!("{:.2} entries a bucket; growth begins at 6.5", map.load_factor))?;
    line("overflow", overflow(map))?;
    line("growths", growths(map))?;
    line(
        "in vain",
        format!(
            "{:.3} keys compared for each hit, {:.3} for each miss",
            map.false_positives_per_hit, map.false_positives_per_miss
        ),
    )?;
    if map.is_flooded {
        let text = "there are chains longer than chance explains";
        line("flood", paint(WARN, text).to_string())?;
    }
    Ok(())
}

fn overflow(map: &MapReport) -> String {
    if map.overflow_buckets == 0 {
        return "no overflow buckets".to_owned();
    }
    let count = counted(map.overflow_buckets, "overflow bucket", "overflow buckets");
    format!("{count}, at most {} in a chain", map.overflow_buckets_max)
}

fn growths(map: &MapReport) -> String {
    let count = counted(u64::from(map.growths), "doubling", "doublings");
    match &map.growth {
        Some(growth) => format!(
            "{count}; in the last one {} of {} buckets are split",
            grouped(growth.split),
            grouped(growth.of)
        ),
        None => format!("{count}, the last one complete"),
    }
}

fn memory(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let parts = &report.map.bytes;
    title(out, "Memory", &format!("and {} of the keys' texts besides", bytes(report.text_bytes)))?;
    let header = format!("  {:<14}{:>12}  {:>8}", "", "", "an entry");
    writeln!(out, "{}", paint(DIM, &header))?;
    let mut row = |name: &str, size: u64, note: &str| {
        let per_entry = quotient(size, report.distinct_keys);
        let note = paint(DIM, note);
        let line = format!("  {name:<14}{:>12}  {per_entry:>8.1}  {note}", bytes(size));
        writeln!(out, "{}", line.trim_end())
    };
    row("main buckets", parts.buckets, "")?;
    row("overflow", parts.overflow, "")?;
    row("directory", parts.directory, "")?;
    row("spare", parts.spare, "allocated, not in use")?;
    row("header", parts.header, "")?;
    row("all", parts.total, "")?;
    row("most ever", report.map.bytes_max, "without the header")?;
    if let Some(std) = &report.std {
        row("std", std.bytes, "by hashbrown's rule")?;
        row("std, most", std.bytes_max, "the old and the new table, in a resize")?;
    }
    Ok(())
}

fn chains(map: &MapReport, out: &mut impl Write) -> io::Result<()> {
    title(out, "Chains", "entries in a bucket and its overflow buckets, and how many such")?;
    let most = map.chains.iter().map(|class| class.chains).max().unwrap_or(0);
    for class in &map.chains {
        let mark = if class.or_more { "+" } else { " " };
        let bar = bar(class.chains, most);
        let bar =
            if class.entries > 8 { paint(WARN, &bar) } else { paint(crate::style::BAR, &bar) };
        writeln!(out, "  {:>4}{mark} {:>10}  {bar}", class.entries, grouped(class.chains))?;
    }
    Ok(())
}

/// A bar in eighths of a column; what is not nothing is seen.
fn bar(part: u64, whole: u64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and eight times the width"
    )]
    let eighths = (quotient(part, whole) * lossy(wide(BAR_WIDTH * 8))).ceil() as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

fn latency(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let latency = &report.latency;
    title(out, "Latency", "of one operation; the worst of all, and at how many keys")?;
    let columns = ["p50", "p90", "p99", "p99.9", "p99.99", "worst"];
    let header = columns.map(|name| format!("{name:>9}")).concat();
    writeln!(out, "{}", paint(DIM, &format!("  {:<10}{header}  at keys", "")))?;
    let kinds = [
        ("new keys", latency.tophash.new, latency.std.as_ref().map(|std| std.new)),
        ("known keys", latency.tophash.seen, latency.std.as_ref().map(|std| std.seen)),
    ];
    for (name, tophash, std) in kinds {
        if tophash.operations == 0 {
            continue;
        }
        writeln!(out, "  {name}, {}", paint(DIM, &grouped(tophash.operations)))?;
        times("tophash", tophash, out)?;
        if let Some(std) = std {
            times("std", std, out)?;
        }
    }
    writeln!(out, "  nothing, {}", paint(DIM, &grouped(latency.nothing.operations)))?;
    times("", latency.nothing, out)?;
    notes(report, out)
}

fn times(name: &str, times: Times, out: &mut impl Write) -> io::Result<()> {
    let columns =
        [times.p50_ns, times.p90_ns, times.p99_ns, times.p999_ns, times.p9999_ns, times.worst_ns];
    let cells = columns.map(|time| format!("{:>9}", nanoseconds(time))).concat();
    writeln!(out, "    {name:<8}{cells}  {}", grouped(times.worst_at_keys))
}

fn notes(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let mut note = |text: &str| writeln!(out, "  {}", paint(DIM, text));
    note("Service times of single operations, with reading the clock. Timing nothing")?;
    note("shows the clock's own cost and the machine's own pauses; what takes longer has")?;
    note("more of those.")?;
    match &report.std {
        Some(std) if std.same_hasher => note("std has tophash's hash function here."),
        Some(_) => {
            note("std has SipHash, tophash foldhash; --same-hasher gives std foldhash, too.")
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{BAR_WIDTH, bar};

    #[test]
    fn a_bar_is_as_long_as_its_part_and_never_unseen() {
        assert_eq!(bar(0, 10), "");
        assert_eq!(bar(1, 1_000_000), "▏");
        assert_eq!(bar(10, 10), "█".repeat(BAR_WIDTH));
        assert_eq!(bar(1, 2).chars().count(), BAR_WIDTH / 2);
    }
}
