//! The docs' tables and plots, made from a record.
//!
//! A table stands between `<!-- measured: NAME -->` and `<!-- end -->`; what is there is replaced.

mod bars;
mod listing;
mod plots;
mod sentences;
mod shared;
mod shared_bars;
mod shared_plot;
mod tables;
mod tails_plot;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::record::Record;

/// The files that have tables, from the root.
const FILES: [&str; 3] = ["README.md", "docs/benchmarks.md", "docs/benchmarks-cells.md"];

/// Where plots go, from the root.
const IMAGES: &str = "docs/images";

/// Where records are, from the root.
const RECORDS: &str = "crates/bench/record";

/// Writes the tables and plots of a record into the docs; or only says whether they are up to date.
/// If no record is named: of the newest, and what the newest lacks of the newest that has it.
///
/// # Errors
///
/// If there is no record, a file cannot be written, or, for a check, one is not up to date.
pub fn write(record: Option<&Path>, is_check: bool) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let records = match record {
        Some(path) => vec![Record::read(path)?],
        None => all(&root.join(RECORDS))?,
    };
    let newest = records.last().ok_or("there is no record")?;
    let newest_with = |has: fn(&Record) -> bool| records.iter().rfind(|it| has(it));
    // What is not shared and what is may have been measured on different days.
    let single = newest_with(Record::has_single).unwrap_or(newest);
    let shared = newest_with(Record::has_shared).unwrap_or(newest);
    let mut outputs = Vec::new();
    for file in FILES {
        let text = fs::read_to_string(root.join(file)).map_err(|e| format!("{file}: {e}"))?;
        let text = fill_in(&text, single, shared, &records).map_err(|e| format!("{file}: {e}"))?;
        outputs.push((file.to_owned(), text));
    }
    let tails = tails_plot::draw(shared)?.map(|svg| (tails_plot::FILE.to_owned(), svg));
    let of_shared = shared_plot::draw(shared)?.into_iter().chain(tails);
    for (name, svg) in plots::draw(single)?.into_iter().chain(of_shared) {
        outputs.push((format!("{IMAGES}/{name}"), svg));
    }
    for (file, text) in outputs {
        let target = root.join(&file);
        if fs::read_to_string(&target).is_ok_and(|old| old == text) {
            continue;
        }
        if is_check {
            return Err(format!(
                "{file} does not show the newest record: `cargo xtask bench --part report`"
            ));
        }
        fs::create_dir_all(target.parent().expect("a file has a folder"))
            .and_then(|()| fs::write(&target, text))
            .map_err(|error| format!("{file}: {error}"))?;
        println!("wrote {file}");
    }
    Ok(())
}

/// All records, by their names, which begin with the day.
fn all(folder: &Path) -> Result<Vec<Record>, String> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let paths = paths.filter(|path| path.extension().is_some_and(|end| end == "json"));
    let paths: BTreeSet<PathBuf> = paths.collect();
    paths.iter().map(|path| Record::read(path)).collect()
}

/// The text with every table in it made anew.
fn fill_in(
    text: &str,
    single: &Record,
    shared: &Record,
    records: &[Record],
) -> Result<String, String> {
    const BEGIN: &str = "<!-- measured: ";
    const END: &str = "<!-- end -->";
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let (name, after) = after.split_once(" -->").ok_or("a marker does not end")?;
        let (_, after) =
            after.split_once(END).ok_or_else(|| format!("{name}: {END} is missing"))?;
        let table = if name == "shared" {
            shared::section(shared)
        } else {
            tables::table(name, single, records).ok_or_else(|| format!("no table {name}"))?
        };
        // What is not there leaves no gap.
        let gap = if table.is_empty() { "" } else { "\n\n" };
        filled.extend([before, BEGIN, name, " -->\n\n", table.trim_end(), gap, END]);
        rest = after;
    }
    Ok(filled + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_replaced_and_the_text_around_it_stays() {
        let record = Record::default();
        let text = "a\n<!-- measured: origin -->\nold\n<!-- end -->\nb\n";
        let filled = fill_in(text, &record, &record, &[]).expect("there is such a table");
        assert!(
            filled.starts_with("a\n<!-- measured: origin -->\n\n") && filled.ends_with("\nb\n")
        );
        assert!(!filled.contains("old"));
        assert_eq!(fill_in(&filled, &record, &record, &[]).as_ref(), Ok(&filled), "twice is once");
    }

    #[test]
    fn a_section_without_figures_is_left_empty() {
        let record = Record::default();
        let text = "a\n<!-- measured: shared -->\nold\n<!-- end -->\nb\n";
        let filled = fill_in(text, &record, &record, &[]);
        assert_eq!(filled, Ok("a\n<!-- measured: shared -->\n\n<!-- end -->\nb\n".to_owned()));
    }

    #[test]
    fn a_marker_without_an_end_or_a_table_is_an_error() {
        let record = Record::default();
        assert!(fill_in("<!-- measured: origin -->", &record, &record, &[]).is_err());
        assert!(fill_in("<!-- measured: nothing --><!-- end -->", &record, &record, &[]).is_err());
    }
}
