//! The report as one page with plots, which needs no other file and no network.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Report;
use super::latency::Times;
use crate::failure::Failure;
use crate::figures::{bytes, counted, grouped, nanoseconds, percent, quotient};

const PAGE: &str = include_str!("../../../web/inspect/page.html");
const STYLE: &str = include_str!("../../../web/inspect/page.css");
const SCRIPT: &str = include_str!("../../../web/inspect/page.js");
const PLOT_STYLE: &str = include_str!("../../../web/uplot/uPlot.min.css");
const PLOT_SCRIPT: &str = include_str!("../../../web/uplot/uPlot.iife.min.js");

/// Writes the page whole or not at all: a file beside it is written first and takes its name. What
/// is no file, as a terminal or a pipe, must keep its name and is written to as it is.
pub(in crate::inspect) fn write(path: &Path, report: &Report) -> Result<(), Failure> {
    let page = page(report);
    let is_device =
        fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
    let written = if is_device {
        File::options().write(true).open(path).and_then(|mut file| file.write_all(page.as_bytes()))
    } else {
        // What a link leads to is replaced, not the link.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        replace(&target, page.as_bytes())
    };
    written.map_err(|error| {
        let next_step = match error.kind() {
            io::ErrorKind::StorageFull => "Make room, or name a file on another disk.",
            io::ErrorKind::NotFound => "Make the folder first, or name another.",
            _ => "Name a file in a folder that you may write to.",
        };
        let name = crate::shown::shown_path(path);
        let cause = super::super::cause(&error);
        Failure::new(format!("the page {name} cannot be written: {cause}"), next_step)
    })
}

fn replace(path: &Path, page: &[u8]) -> io::Result<()> {
    let temporary = beside(path);
    let written = write_to(&temporary, page).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // It may not be there; then there is nothing to remove.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A name in the same folder, and so on the same disk, which no other process of this program uses.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    path.with_file_name(name)
}

fn write_to(path: &Path, page: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(page)?;
    // A full disk may show itself only now.
    file.sync_all()
}

/// The page, each placeholder of the template filled in one pass, so that nothing that is filled in
/// is taken for a placeholder.
fn page(report: &Report) -> String {
    let mut page = String::with_capacity(PAGE.len() + PLOT_SCRIPT.len() + (256 << 10));
    for (index, piece) in PAGE.split("%%").enumerate() {
        if index % 2 == 0 {
            page.push_str(piece);
            continue;
        }
        match piece {
            "STYLE" => page.push_str(STYLE),
            "SCRIPT" => page.push_str(SCRIPT),
            "PLOT_STYLE" => page.push_str(PLOT_STYLE),
            "PLOT_SCRIPT" => page.push_str(PLOT_SCRIPT),
            "TITLE" => page.push_str(&escaped(&title(report))),
            "LEAD" => page.push_str(&escaped(&lead(report))),
            "CARDS" => cards(report, &mut page),
            "TOP" => top(report, &mut page),
            "LATENCY" => latency(report, &mut page),
            "MEMORY" => memory(report, &mut page),
            "PROBLEMS" => problems(report, &mut page),
            "NOTE" => page.push_str(&escaped(&note(report))),
            "VERSION" => page.push_str(report.program_version),
            "DATA" => page.push_str(&data(report)),
            other => unreachable!("the template asks for {other}, which there is not"),
        }
    }
    page
}

/// The report for the page's script. A `<` could end the script element that it lies in.
fn data(report: &Report) -> String {
    let json = serde_json::to_string(report).expect("the report has nothing that JSON has not");
    json.replace('<', "\\u003c")
}

/// Text that means itself in HTML.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for symbol in text.chars() {
        match symbol {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(symbol),
        }
    }
    safe
}

fn title(report: &Report) -> String {
    match report.inputs.as_slice() {
        [first, rest @ ..] if !rest.is_empty() => {
            format!("{first} and {}", counted(rest.len() as u64, "other file", "other files"))
        }
        inputs => inputs.concat(),
    }
}

fn lead(report: &Report) -> String {
    let keys = counted(report.distinct_keys, "distinct key", "distinct keys");
    let records = counted(report.records, "record", "records");
    let what = match &report.value {
        Some(value) => format!("{} of {value} by {}", report.kept, report.key),
        None => format!("{} by {}", report.kept, report.key),
    };
    let bound = report.stopped_by.map_or_else(String::new, |bound| {
        format!(" This is not all: --{bound} ended the reading.")
    });
    format!("{records}, {keys}; {what}.{bound}")
}

/// The few numbers that say most.
fn cards(report: &Report, page: &mut String) {
    let map = &report.map;
    let std = report.std.as_ref();
    let std_worst = report.latency.std.as_ref().map(|std| nanoseconds(std.new.worst_ns));
    let cards = [
        ("Worst insertion", nanoseconds(report.latency.tophash.new.worst_ns), std_worst),
        (
            "Median insertion",
            nanoseconds(report.latency.tophash.new.p50_ns),
            report.latency.std.as_ref().map(|std| nanoseconds(std.new.p50_ns)),
        ),
        ("Most memory", bytes(map.bytes_max), std.map(|std| bytes(std.bytes_max))),
        (
            "Bytes an entry, now",
            format!("{:.1}", quotient(map.bytes.total, report.distinct_keys)),
            std.map(|std| format!("{:.1}", std.bytes_per_entry)),
        ),
    ];
    for (name, value, rival) in cards {
        let rival = rival.map_or_else(String::new, |rival| format!("<span>std {rival}</span>"));
        let _ = writeln!(page, "<div class=card><h3>{name}</h3><b>{value}</b>{rival}</div>");
    }
}

fn top(report: &Report, page: &mut String) {
    let measure = match report.kept {
        "sum" => "sum",
        "unique" => "different",
        "group" => "values",
        _ => "share",
    };
    let _ = writeln!(page, "<tr><th>key<th class=n>count<th class=n>{measure}");
    for key in &report.top {
        let measure = match report.kept {
            "sum" => key.sum_shown.clone(),
            "unique" => key.unique.map_or_else(|| "-".to_owned(), grouped),
            "group" => key.group.as_ref().map_or_else(|| "-".to_owned(), super::top::Group::shown),
            _ => percent(key.count, report.operations),
        };
        let (shown, measure) = (escaped(&key.shown), escaped(&measure));
        let count = grouped(key.count);
        let _ =
            writeln!(page, "<tr><td><code>{shown}</code><td class=n>{count}<td class=n>{measure}");
    }
}

fn latency(report: &Report, page: &mut String) {
    let latency = &report.latency;
    let std = latency.std.as_ref();
    let rows = [
        ("new keys", "tophash", Some(latency.tophash.new)),
        ("new keys", "std", std.map(|std| std.new)),
        ("known keys", "tophash", Some(latency.tophash.seen)),
        ("known keys", "std", std.map(|std| std.seen)),
        ("doing nothing", "", Some(latency.nothing)),
    ];
    page.push_str("<tr><th>operations<th>map<th class=n>p50<th class=n>p90<th class=n>p99");
    page.push_str("<th class=n>p99.9<th class=n>p99.99<th class=n>worst<th class=n>at keys\n");
    for (kind, map, times) in rows {
        let Some(times) = times.filter(|times: &Times| times.operations > 0) else { continue };
        let _ = write!(page, "<tr><td>{kind}<td class='{map}'>{map}");
        for time in [
            times.p50_ns,
            times.p90_ns,
            times.p99_ns,
            times.p999_ns,
            times.p9999_ns,
            times.worst_ns,
        ] {
            let _ = write!(page, "<td class=n>{}", nanoseconds(time));
        }
        let _ = writeln!(page, "<td class=n>{}", grouped(times.worst_at_keys));
    }
}

fn memory(report: &Report, page: &mut String) {
    let parts = &report.map.bytes;
    let rows = [
        ("main buckets", parts.buckets),
        ("overflow buckets", parts.overflow),
        ("directory", parts.directory),
        ("spare", parts.spare),
        ("header", parts.header),
        ("tophash, all", parts.total),
        ("tophash, most ever", report.map.bytes_max),
    ];
    let std = report.std.as_ref();
    let of_std = std.map(|std| [("std, by its rule", std.bytes), ("std, most", std.bytes_max)]);
    page.push_str("<tr><th>part<th class=n>bytes<th class=n>an entry\n");
    for (name, size) in rows.into_iter().chain(of_std.into_iter().flatten()) {
        let per_entry = quotient(size, report.distinct_keys);
        let size = bytes(size);
        let _ = writeln!(page, "<tr><td>{name}<td class=n>{size}<td class=n>{per_entry:.1}");
    }
}

fn problems(report: &Report, page: &mut String) {
    if report.problems.is_empty() {
        return;
    }
    page.push_str("<section><h2>Not counted</h2><ul>\n");
    for problem in &report.problems {
        let place = format!("{}:{}", problem.first_input, problem.first_line);
        let (count, place) = (grouped(problem.count), escaped(&place));
        let message = escaped(&problem.message);
        let _ = writeln!(page, "<li><b>{count}</b> {message}; the first is <code>{place}</code>");
    }
    page.push_str("</ul></section>\n");
}

fn note(report: &Report) -> String {
    let hashers = match &report.std {
        Some(std) if std.same_hasher => " std has tophash's hash function here.",
        Some(_) => " std hashes with SipHash, tophash with foldhash, as each does by itself.",
        None => "",
    };
    format!(
        "Service times of single operations in this run, each with reading the clock; both maps \
         get each key in turns. Nothing is timed as well, once for each key: what stands there is \
         the clock's own cost and the machine's own pauses, which fall on the maps too, and more \
         often, as there is more time for them.{hashers}"
    )
}

#[cfg(test)]
mod tests {
    use super::{PAGE, PLOT_SCRIPT, PLOT_STYLE, SCRIPT, STYLE, beside, escaped};
    use std::path::Path;

    #[test]
    fn no_text_can_end_what_it_lies_in() {
        assert_eq!(escaped("<a b='\"&"), "&lt;a b=&#39;&quot;&amp;");
        for script in [SCRIPT, PLOT_SCRIPT] {
            assert!(!script.to_lowercase().contains("</script") && !script.contains("<!--"));
        }
        for style in [STYLE, PLOT_STYLE] {
            assert!(!style.to_lowercase().contains("</style"));
        }
    }

    #[test]
    fn the_page_asks_for_nothing_from_elsewhere() {
        for text in [PAGE, SCRIPT, STYLE, PLOT_STYLE] {
            for reference in ["http:", "https:", "src=", "url(", "@import", "fetch("] {
                assert!(!text.contains(reference), "{reference}");
            }
        }
    }

    #[test]
    fn the_file_that_is_written_first_lies_beside_the_page() {
        let path = beside(Path::new("folder/page.html"));
        assert_eq!(path.parent(), Some(Path::new("folder")));
        assert_ne!(path.file_name(), Path::new("page.html").file_name());
    }
}
