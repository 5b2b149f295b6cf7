//! Every promise of `GUARANTEES.md` names a test that is there.
//!
//! The last column of each table row holds one or more names in backticks: a test of any file under
//! `crates/`, or a file or a module, `::`, and the test. A name that ` (doctest)` or
//! ` (compile_fail)` follows is an item whose docs hold the proof, or what an example there is
//! about. A test that `#[ignore]` keeps from running holds nothing. Each promise of the list has a
//! row: a label, or a pair of them with `to` between, in any column but the last.
//!
//! ```text
//! | P2 | Growth never pauses. | `crates/tophash/tests/growth.rs::one_insert_moves_two_chains` |
//! | P3 | Memory never holds the table twice over. | `growing_never_holds_the_table_twice` |
//! | P1 | It is covariant.     | `map::types::Covariance` (compile_fail)                       |
//! ```

use super::{Finding, SourceFile, Tree};

const FILE: &str = "GUARANTEES.md";

/// The labels of the promises and of the rules of iteration: a letter, and how many there are.
const LABELS: [(char, usize); 2] = [('P', 13), ('I', 6)];

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
    let mut labels = Vec::new();
    for (number, line) in file.numbered_lines() {
        if !line.starts_with('|') {
            is_body = false;
        } else if line.chars().all(|symbol| "|-: ".contains(symbol)) {
            is_body = true;
        } else if is_body {
            row_count += 1;
            labels.extend(labels_of(line));
            let messages = check_row(tree, line);
            findings.extend(messages.map(|message| Finding::new(file, number, message)));
        }
    }
    if row_count == 0 {
        findings.push(Finding::new(file, 0, "holds no promise"));
        return findings;
    }
    let expected = LABELS.into_iter().flat_map(|(kind, count)| (1..=count).map(move |n| (kind, n)));
    let missing = expected.filter(|label| !labels.contains(label));
    findings.extend(missing.map(|(kind, n)| {
        let message = format!("holds no test for {kind}{n}");
        Finding { path: FILE.to_owned(), line: 0, message }
    }));
    findings
}

/// The labels that a row is about: `P5, I1 to I3` is four.
fn labels_of(row: &str) -> Vec<(char, usize)> {
    let row = row.trim_end().trim_end_matches('|');
    let about = row.rsplit_once('|').map_or("", |(about, _)| about);
    let words = about.split(|symbol: char| !symbol.is_alphanumeric());
    let mut labels: Vec<(char, usize)> = Vec::new();
    let mut is_range = false;
    for word in words.filter(|word| !word.is_empty()) {
        let Some((kind, n)) = label(word) else {
            is_range = word == "to";
            continue;
        };
        let first = match labels.last() {
            Some(&(of, before)) if is_range && of == kind => before + 1,
            _ => n,
        };
        labels.extend((first..=n).map(|n| (kind, n)));
        is_range = false;
    }
    labels
}

fn label(word: &str) -> Option<(char, usize)> {
    let (kind, _) = LABELS.into_iter().find(|&(kind, _)| word.starts_with(kind))?;
    Some((kind, word[1..].parse().ok()?))
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
        Kind::Doctest => has_proof(file, "```", named.test),
        Kind::CompileFail => has_proof(file, "```compile_fail", named.test),
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

/// Whether there is a function of this name with `#[test]` among its attributes, and no
/// `#[ignore]`.
fn has_test(file: &SourceFile, name: &str) -> bool {
    let head = format!("fn {name}(");
    // Most files do not hold the name at all: it is cheap to see that first.
    if !file.text.contains(&head) {
        return false;
    }
    let lines = file.code_lines();
    lines.iter().enumerate().any(|(index, line)| {
        let above = lines[..index].iter().rev().map(|line| line.trim());
        // A comment is blank here.
        let attributes: Vec<&str> =
            above.take_while(|line| line.is_empty() || line.starts_with("#[")).collect();
        line.trim_start().starts_with(&head)
            && attributes.contains(&"#[test]")
            && !attributes.iter().any(|line| line.starts_with("#[ignore"))
    })
}

/// Whether the docs of the item `name` hold an example that `fence` begins, or any docs one that
/// has the name in it.
fn has_proof(file: &SourceFile, fence: &str, name: &str) -> bool {
    // Whether an example is open; whether the docs that were read last hold one, and it is meant.
    let (mut in_example, mut in_meant, mut is_proven) = (false, false, false);
    for line in file.text.lines().map(str::trim_start) {
        let docs = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
        let Some(docs) = docs.map(str::trim_start) else {
            if is_proven && declares(line, name) {
                return true;
            }
            // Attributes and comments may stand between the docs and the item.
            is_proven &= line.starts_with("#[") || line.starts_with("//");
            continue;
        };
        if docs.starts_with("```") {
            in_meant = !in_example && docs.starts_with(fence);
            in_example = !in_example;
            is_proven |= in_meant && line.starts_with("///");
        } else if in_meant && words(docs).any(|word| word == name) {
            return true;
        }
    }
    false
}

/// Whether a line is the head of an item of this name.
fn declares(line: &str, name: &str) -> bool {
    const ITEMS: [&str; 9] =
        ["const", "enum", "fn", "mod", "static", "struct", "trait", "type", "union"];
    let words: Vec<&str> = words(line).collect();
    words.windows(2).any(|pair| ITEMS.contains(&pair[0]) && pair[1] == name)
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    let words = line.split(|symbol: char| !symbol.is_alphanumeric() && symbol != '_');
    words.filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Tree, check};

    const GROWTH: &str =
        "//! A.\n#[test]\n// Why.\n#[cfg(unix)]\nfn it_holds() {}\nfn it_is_none() {}\n";
    const GROW: &str = "//! A.\nmod tests {\n    #[test]\n    fn it_holds() {}\n}\n";
    const DOCS: &str = "//! A `Bystander`.\n/// ```compile_fail\n/// drop(Borrowed);\n/// ```\n\
        #[derive(Debug)]\nstruct Covariance;\n/// ```\n/// ```\nfn example() {}\nfn bare() {}\n";
    const IGNORED: &str = "//! A.\n#[test]\n#[ignore]\nfn it_rests() {}\n#[ignore = \"slow\"]\n\
        #[test]\nfn it_sleeps() {}\n#[test]\n#[cfg_attr(miri, ignore)]\nfn it_runs() {}\n";
    const LABELLED: &str = "| P1 to P13, I1 to I6 | `growth::it_holds` |";

    fn count(cell: &str) -> usize {
        count_rows(&format!("{LABELLED}\n| One. | {cell} |"))
    }

    fn count_rows(rows: &str) -> usize {
        let table = format!("# G\n\n| Promise | Test |\n|---|---|\n{rows}\n\n| not a row\n");
        check(&Tree::of(&[
            ("GUARANTEES.md", &table),
            ("crates/tophash/tests/ignored.rs", IGNORED),
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
            "`map/types.rs::example` (doctest)",
            "`map/types.rs::Borrowed` (compile_fail)",
            "`it_runs`",
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
            "`map::types::Bystander` (compile_fail)",
            "`map::types::example` (compile_fail)",
            "`map::types::bare` (doctest)",
            "`it_rests`",
            "`ignored::it_sleeps`",
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
    fn a_label_without_a_row_is_reported() {
        let row = |labels: &str| count_rows(&format!("| {labels} | `growth::it_holds` |"));
        assert_eq!(row("P1 to P13 | I1 to I6"), 0);
        assert_eq!(row("P1 to P12, P13, I1, I2 to I6"), 0);
        assert_eq!(row("P1 to P11, P13, I1 to I6"), 1);
        assert_eq!(row("P1, P13, I1 to I6"), 11);
        assert_eq!(row("P1 to P13, I10"), 6);
        // What a test is called says nothing.
        assert_eq!(count_rows("| P1 to P12, I1 to I6 | `it_holds`, `P13` |"), 2);
    }

    #[test]
    fn a_missing_or_empty_list_of_promises_is_reported() {
        assert_eq!(check(&Tree::of(&[("README.md", "# R\n")])).len(), 1);
        assert_eq!(check(&Tree::of(&[("GUARANTEES.md", "# G\n\nNothing.\n")])).len(), 1);
    }
}
