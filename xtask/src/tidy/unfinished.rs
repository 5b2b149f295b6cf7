//! Nothing is left to be done or to be looked at by its author.

use super::{Finding, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust_files() {
        for (index, line) in file.code_lines().iter().enumerate() {
            for name in ["todo!", "dbg!"] {
                if line.contains(name) {
                    findings.push(Finding::new(file, index + 1, format!("holds a `{name}`")));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{Tree, check};

    #[test]
    fn what_is_left_in_the_code_is_found_and_what_is_said_of_it_is_not() {
        let text = "// No todo!() here.\nlet a = dbg!(b);\nlet c = \"dbg!\";\ntodo!()\n";
        let lines: Vec<_> =
            check(&Tree::of(&[("crates/a/src/lib.rs", text)])).iter().map(|f| f.line).collect();
        assert_eq!(lines, [2, 4]);
    }
}
