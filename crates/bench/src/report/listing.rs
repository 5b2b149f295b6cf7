//! Every cell of a record with its quartiles and pairs: what the tables leave out.

use super::tables::{header, row};
use crate::pairs::Comparison;
use crate::record::Record;

/// All cells beside maps of Rust.
pub(super) fn cells(record: &Record) -> String {
    list("cell", record.cells.iter().map(|(name, comparison)| (format!("`{name}`"), comparison)))
}

/// All cells beside Go's maps.
pub(super) fn go_cells(record: &Record) -> String {
    let cells = record.go.iter().flat_map(|(version, cells)| {
        cells.iter().map(move |(name, comparison)| {
            // That the rival is hashbrown is part of a cell's name, and not so here.
            let name = name.trim_end_matches("/same/hashbrown");
            (format!("`{version} {name}`"), comparison)
        })
    });
    list("cell", cells)
}

fn list<'a>(first: &str, cells: impl Iterator<Item = (String, &'a Comparison)>) -> String {
    let columns = ["ratio", "quartiles", "pairs", "ours, ns", "the rival's, ns"];
    let mut text = header(first, columns.iter().map(ToString::to_string));
    for (name, comparison) in cells {
        let Comparison { ratio, low, high, pairs, ours_ns, theirs_ns } = comparison;
        let mark = if comparison.is_wide() { "\\*" } else { "" };
        let cells = [
            format!("{ratio:.2}{mark}"),
            format!("{low:.2} to {high:.2}"),
            pairs.to_string(),
            nanoseconds(*ours_ns),
            nanoseconds(*theirs_ns),
        ];
        text += &row(&name, cells.into_iter().map(Some));
    }
    text
}

/// Three digits, also of what takes a thousandth of a nanosecond.
fn nanoseconds(number: f64) -> String {
    match number {
        number if number >= 100.0 => format!("{number:.0}"),
        number if number >= 1.0 => format!("{number:.1}"),
        number if number >= 0.1 => format!("{number:.2}"),
        number => format!("{number:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cell_is_listed_with_its_quartiles_and_pairs() {
        let mut record = Record::default();
        let comparison = Comparison {
            ratio: 1.25,
            low: 1.0,
            high: 1.5,
            pairs: 9,
            ours_ns: 0.0123,
            theirs_ns: 123.4,
        };
        record.cells.insert("hit/x/same/hashbrown".to_owned(), comparison);
        record.go.entry("go1.23.9".to_owned()).or_default().extend(record.cells.clone());
        let line = "1.25\\* | 1.00 to 1.50 | 9 | 0.0123 | 123 |";
        let text = cells(&record);
        assert!(text.contains(&format!("| `hit/x/same/hashbrown` | {line}")), "{text}");
        let text = go_cells(&record);
        assert!(text.contains(&format!("| `go1.23.9 hit/x` | {line}")), "{text}");
    }
}
