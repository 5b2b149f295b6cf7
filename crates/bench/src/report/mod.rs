//! The docs' tables and plots, made from a record.
//!
//! A table stands between `<!-- measured: NAME -->` and `<!-- end -->`; what is there is replaced.

mod plots;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};

use crate::record::Record;

/// The files that have tables, from the root.
const FILES: [&str; 2] = ["README.md", "docs/benchmarks.md"];

/// Where plots go, from the root.
const IMAGES: &str = "docs/images";

/// Where records are, from the root.
const RECORDS: &str = "crates/bench/record";

/// Writes the tables and plots of a record into the docs; or only says whether they are up to date.
///
/// # Errors
///
/// If there is no record, a file cannot be written, or, for a check, one is not up to date.
pub fn write(record: Option<&Path>, is_check: bool) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = record.map_or_else(|| newest(&root.join(RECORDS)), |path| Ok(path.to_owned()))?;
    let record = Record::read(&path)?;
    let mut outputs = Vec::new();
    for file in FILES {
        let text = fs::read_to_string(root.join(file)).map_err(|e| format!("{file}: {e}"))?;
        outputs
            .push((file.to_owned(), fill_in(&text, &record).map_err(|e| format!("{file}: {e}"))?));
    }
    for (name, svg) in plots::draw(&record)? {
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

/// The record whose name comes last: names begin with the day.
fn newest(folder: &Path) -> Result<PathBuf, String> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let records = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let records = records.filter(|path| path.extension().is_some_and(|end| end == "json"));
    records.max().ok_or_else(|| format!("{}: there is no record", folder.display()))
}

/// The text with every table in it made anew.
fn fill_in(text: &str, record: &Record) -> Result<String, String> {
    const BEGIN: &str = "<!-- measured: ";
    const END: &str = "<!-- end -->";
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let (name, after) = after.split_once(" -->").ok_or("a marker does not end")?;
        let (_, after) =
            after.split_once(END).ok_or_else(|| format!("{name}: {END} is missing"))?;
        let table = tables::table(name, record).ok_or_else(|| format!("no table {name}"))?;
        let parts = [before, BEGIN, name, " -->\n\n", table.trim_end(), "\n\n", END];
        filled.extend(parts);
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
        let filled = fill_in(text, &record).expect("there is such a table");
        assert!(
            filled.starts_with("a\n<!-- measured: origin -->\n\n") && filled.ends_with("\nb\n")
        );
        assert!(!filled.contains("old"));
        assert_eq!(fill_in(&filled, &record).as_ref(), Ok(&filled), "twice is once");
    }

    #[test]
    fn a_marker_without_an_end_or_a_table_is_an_error() {
        let record = Record::default();
        assert!(fill_in("<!-- measured: origin -->", &record).is_err());
        assert!(fill_in("<!-- measured: nothing --><!-- end -->", &record).is_err());
    }
}
