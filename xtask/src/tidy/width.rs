//! No line of a source file is wider than 100 columns; rustfmt leaves comments and texts alone.

use super::{Finding, Tree};

const COLUMNS_MAX: usize = 100;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust_files() {
        for (number, line) in file.numbered_lines() {
            let width = line.chars().count();
            if width > COLUMNS_MAX {
                let message = format!("is {width} columns wide, and {COLUMNS_MAX} is the limit");
                findings.push(Finding::new(file, number, message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{Tree, check};

    #[test]
    fn a_line_of_101_columns_is_found_and_one_of_100_is_not() {
        let text = format!("{}\n{}\n", "ä".repeat(100), "a".repeat(101));
        let findings = check(&Tree::of(&[("crates/a/src/lib.rs", &text)]));
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].line, 2);
    }
}
