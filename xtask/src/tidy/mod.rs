//! Holds the tree against the rules of the house that no compiler knows: one file for each rule.

mod code;
mod guarantees;
mod length;
mod links;
mod machine_paths;
mod purpose;
mod safety;
mod tree;
mod unfinished;
mod unsafe_files;
mod whitespace;
mod width;

use std::fmt::{self, Display, Formatter};
use tree::{SourceFile, Tree};

/// A rule: finds every place in the tree that breaks it.
type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: &[Rule] = &[
    purpose::check,
    width::check,
    length::check,
    whitespace::check,
    unfinished::check,
    safety::check,
    unsafe_files::check,
    guarantees::check,
    machine_paths::check,
    links::check,
];

/// A place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    /// Counted from 1; 0 stands for the file as a whole.
    line: usize,
    message: String,
}

impl Finding {
    fn new(file: &SourceFile, line: usize, message: impl Into<String>) -> Self {
        Self { path: file.path.clone(), line, message: message.into() }
    }
}

impl Display for Finding {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

/// Checks the tree and prints what breaks a rule; tells whether nothing does.
pub(crate) fn run() -> bool {
    let tree = match Tree::read(&crate::root()) {
        Ok(tree) => tree,
        Err(reason) => {
            println!("the tree could not be read: {reason}");
            return false;
        }
    };
    let findings = check(&tree);
    for finding in &findings {
        println!("{finding}");
    }
    println!("{} files, {} findings", tree.files.len(), findings.len());
    findings.is_empty()
}

fn check(tree: &Tree) -> Vec<Finding> {
    RULES.iter().flat_map(|rule| rule(tree)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Finding, Tree, check};

    #[test]
    fn this_tree_is_tidy() {
        let tree = Tree::read(&crate::root()).unwrap();
        let findings: Vec<String> = check(&tree).iter().map(Finding::to_string).collect();
        assert!(findings.is_empty(), "\n{}", findings.join("\n"));
    }

    #[test]
    fn a_finding_names_its_place() {
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", "//! Good.\n\n#[test]\nfn a() {} \n"),
            ("GUARANTEES.md", "| Promise | Test |\n|---|---|\n| P1 to P13, I1 to I6 | `a` |\n"),
        ]);
        let findings = check(&tree);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].to_string(), "crates/a/src/lib.rs:4: ends in a space");
    }
}
