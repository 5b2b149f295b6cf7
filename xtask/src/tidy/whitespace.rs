//! No tabs, no spaces at the end of a line, and one line end at the end of a file.

use super::{Finding, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        let is_written_by_hand =
            ["rs", "toml", "md"].iter().any(|extension| file.has_extension(extension));
        if !is_written_by_hand && file.path != ".ci/run" {
            continue;
        }
        for (number, line) in file.numbered_lines() {
            if line.contains('\t') {
                findings.push(Finding::new(file, number, "contains a tab"));
            }
            if line.ends_with([' ', '\r']) {
                findings.push(Finding::new(file, number, "ends in a space"));
            }
        }
        if !file.text.is_empty() && (!file.text.ends_with('\n') || file.text.ends_with("\n\n")) {
            findings.push(Finding::new(file, 0, "does not end with one line end"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{Tree, check};

    #[test]
    fn tabs_and_trailing_spaces_are_found() {
        let tree = Tree::of(&[
            ("a.md", "good\n"),
            ("b.md", "\tbad\n"),
            ("Cargo.toml", "bad \n"),
            (".ci/run", "bad\r\n"),
            ("LICENSE-MIT", "\tnot ours \n"),
        ]);
        assert_eq!(check(&tree).len(), 3);
    }

    #[test]
    fn a_file_that_ends_without_a_line_end_or_with_two_is_found() {
        assert_eq!(check(&Tree::of(&[("a.md", "a"), ("b.md", "b\n\n"), ("c.md", "")])).len(), 2);
    }
}
