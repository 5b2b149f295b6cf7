//! Every promise of `GUARANTEES.md` names a test that is there.
//!
//! The last column of each table row holds one or more names in backticks: a test of any file under
//! `crates/`, or a file or a module, `::`, and the test. A name that ` (doctest)` or
//! ` (compile_fail)` follows is an item whose docs hold the proof.
//!
//! ```text
//! | P2 | Growth never pauses. | `crates/tophash/tests/growth.rs::one_insert_moves_two_chains` |
//! | P3 | Memory never holds the table twice over. | `growing_never_holds_the_table_twice` |
//! | P1 | It is covariant.     | `map::types::Covariance` (compile_fail)                       |
//! ```

use super::{Finding, SourceFile, Tree};

const FILE: &str = "GUARANTEES.md";

/// A name in a table's last column.
struct Named<'a> {
    /// A file or a module; `None` stands for any file under `crates/`.
    place: Option<&'a str>,
    test: &'a str,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Test,
    Doctest,
    CompileFail,
}

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(file) = tree.files.iter().find(|file| file.path == FILE) else {
        let message = "is not there, so no promise has a test".to_owned();
        return vec![Finding { path: FILE.to_owned(), line: 0, message }];
    };
    let mut findings = Vec::new();
    let (mut row_count, mut is_body) = (0, false);
    for (number, line) in file.numbered_lines() {
        if !line.starts_with('|') {
            is_body = false;
        } else if line.chars().all(|symbol| "|-: ".contains(symbol)) {
            is_body = true;
        } else if is_body {
            row_count += 1;
            let messages = check_row(tree, line);
            findings.extend(messages.map(|message| Finding::new(file, number, message)));
        }
    }
    if row_count == 0 {
        findings.push(Finding::new(file, 0, "holds no promise"));
    }
    findings
}

fn check_row<'a>(tree: &'a Tree, row: &'a str) -> impl Iterator<Item = String> + 'a {
    let cell = row.trim_end().trim_end_matches('|').rsplit('|').next().unwrap_or_default();
    let named = names(cell);
    let nothing = named.is_empty().then(|| "names no test".to_owned());
    let missing = named.into_iter().filter(|named| !exists(tree, named));
    let missing = missing.map(|Named { place, test, .. }| {
        let name = place.map_or_else(|| test.to_owned(), |place| format!("{place}::{test}"));
        format!("names `{name}`, and there is no such test")
    });
    nothing.into_iter().chain(missing)
}

fn names(cell: &str) -> Vec<Named<'_>> {
    let pieces: Vec<&str> = cell.split('`').collect();
    let mut names = Vec::new();
    // The odd pieces stand in backticks; an unpaired one has no piece after it.
    for pair in pieces.windows(2).skip(1).step_by(2) {
        let (place, test) = match pair[0].rsplit_once("::") {
            Some((place, test)) => (Some(place), test),
            None if is_identifier(pair[0]) => (None, pair[0]),
            None => continue,
        };
        let kind = if pair[1].starts_with(" (doctest)") {
            Kind::Doctest
        } else if pair[1].starts_with(" (compile_fail)") {
            Kind::CompileFail
        } else {
            Kind::Test
        };
        names.push(Named { place, test, kind });
    }
    names
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|symbol| symbol.is_alphanumeric() || symbol == '_')
}

fn exists(tree: &Tree, named: &Named<'_>) -> bool {
    let is_meant = |file: &&SourceFile| match named.place {
        Some(place) => is_at(file, place),
        None => file.path.starts_with("crates/"),
    };
    let mut files = tree.rust_files().filter(is_meant);
    files.any(|file| match named.kind {
        Kind::Test => has_test(file, named.test),
        Kind::Doctest => has_fence(file, "```") && file.text.contains(named.test),
        Kind::CompileFail => has_fence(file, "```compile_fail") && file.text.contains(named.test),
    })
}

/// Whether a file lies at a place, which is the end of its path, or of its module's path with or
/// without an inner module `tests`.
fn is_at(file: &SourceFile, place: &str) -> bool {
    if std::path::Path::new(place).extension().is_some() {
        return file.path == place || file.path.ends_with(&format!("/{place}"));
    }
    let module = file.path.trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::");
    let module = format!("::{}", module.trim_end_matches("::lib"));
    let place = place.trim_start_matches("tophash::").trim_start_matches("crate::");
    let outer = place.strip_suffix("tests").map(|outer| outer.trim_end_matches("::"));
    [Some(place), outer].into_iter().flatten().any(|place| {
        // The tests of a crate's root have no module but `tests`.
        let is_root = place.is_empty() && file.path.ends_with("/lib.rs");
        is_root || (!place.is_empty() && module.ends_with(&format!("::{place}")))
    })
}

/// Whether there is a function of this name with `#[test]` among its attributes.
fn has_test(file: &SourceFile, name: &str) -> bool {
    let head = format!("fn {name}(");
    // Most files do not hold the name at all: it is cheap to see that first.
    if !file.text.contains(&head) {
        return false;
    }
    let lines = file.code_lines();
    lines.iter().enumerate().any(|(index, line)| {
        let mut above = lines[..index].iter().rev().map(|line| line.trim());
        line.trim_start().starts_with(&head)
            && above
                .by_ref()
                // A comment is blank here.
                .take_while(|line| line.is_empty() || line.starts_with("#["))
                .any(|line| line == "#[test]")
    })
}

fn has_fence(file: &SourceFile, fence: &str) -> bool {
    file.text.lines().any(|line| {
        let line = line.trim_start();
        let docs = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
        docs.is_some_and(|docs| docs.trim_start().starts_with(fence))
    })
}

#[cfg(test)]
mod tests {
    use super::{Tree, check};

    const GROWTH: &str =
        "//! A.\n#[test]\n// Why.\n#[cfg(unix)]\nfn it_holds() {}\nfn it_is_none() {}\n";
    const GROW: &str = "//! A.\nmod tests {\n    #[test]\n    fn it_holds() {}\n}\n";
    const DOCS: &str = "//! ```compile_fail\n//! ```\nstruct Covariance;\n";

    fn count(cell: &str) -> usize {
        let table =
            format!("# G\n\n| Promise | Test |\n|---|---|\n| One. | {cell} |\n\n| not a row\n");
        check(&Tree::of(&[
            ("GUARANTEES.md", &table),
            ("crates/tophash/tests/growth.rs", GROWTH),
            ("crates/tophash/src/raw/grow.rs", GROW),
            ("crates/tophash/src/map/types.rs", DOCS),
            ("crates/tophash/src/lib.rs", GROW),
            ("crates/tophash/src/plain.rs", "//! No proof of Covariance.\n"),
            ("xtask/src/main.rs", "//! A.\n#[test]\nfn it_is_no_promise() {}\n"),
        ]))
        .len()
    }

    #[test]
    fn a_test_that_is_there_is_found_by_file_or_by_module() {
        for cell in [
            "`crates/tophash/tests/growth.rs::it_holds`",
            "`tests/growth.rs::it_holds`",
            "`growth::it_holds`",
            "`raw::grow::tests::it_holds`",
            "`tophash::raw::grow::tests::it_holds`, `growth::it_holds`",
            "`tests::it_holds`",
            "`it_holds`",
            "`it_holds` under `--cfg stress`",
            "`map::types::Covariance` (compile_fail)",
            "`map/types.rs::Covariance` (doctest)",
        ] {
            assert_eq!(count(cell), 0, "{cell}");
        }
    }

    #[test]
    fn a_test_that_is_gone_is_reported() {
        for cell in [
            "`tests/growth.rs::it_held`",
            "`tests/shrink.rs::it_holds`",
            "`raw::shrink::tests::it_holds`",
            "`growth::it_is_none`",
            "`growth::it_holds` (doctest)",
            "`plain::Covariance` (compile_fail)",
            "`map::types::Invariance` (compile_fail)",
            "`growth::it_holds`, `growth::gone`",
            "`it_held`",
            "`it_is_none`",
            "`it_is_no_promise`",
            "`it_holds`, `gone`",
        ] {
            assert_eq!(count(cell), 1, "{cell}");
        }
    }

    #[test]
    fn a_promise_without_a_test_is_reported() {
        assert_eq!(count("trust us"), 1);
        assert_eq!(count(""), 1);
        assert_eq!(count("`cargo test`"), 1);
    }

    #[test]
    fn a_missing_or_empty_list_of_promises_is_reported() {
        assert_eq!(check(&Tree::of(&[("README.md", "# R\n")])).len(), 1);
        assert_eq!(check(&Tree::of(&[("GUARANTEES.md", "# G\n\nNothing.\n")])).len(), 1);
    }
}
