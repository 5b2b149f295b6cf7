//! The first line of every source file says what the file is for.

use super::{Finding, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust_files() {
        let first = file.text.lines().next().unwrap_or_default();
        let purpose = first.strip_prefix("//!").or_else(|| first.strip_prefix("//"));
        if purpose.is_none_or(|purpose| purpose.trim_matches('/').trim().is_empty()) {
            findings.push(Finding::new(file, 1, "does not say what the file is for"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{Tree, check};

    #[test]
    fn a_file_without_a_purpose_is_found() {
        let tree = Tree::of(&[
            ("crates/a/src/none.rs", "fn main() {}\n"),
            ("crates/a/src/empty.rs", ""),
            ("xtask/src/blank.rs", "//!\n"),
            ("fuzz/good.rs", "//! Breaks maps.\n"),
            ("crates/a/src/plain.rs", "// Is included.\n"),
        ]);
        assert_eq!(check(&tree).len(), 3);
    }
}
