//! No source file is longer than 600 lines, but for a few with a reason. The limits of those are a
//! ratchet: they may be lowered, not raised.

use super::{Finding, Tree};

const LINES_MAX: usize = 600;

/// A file that may be longer, and why.
struct Exception {
    path: &'static str,
    lines_max: usize,
    #[expect(dead_code, reason = "it is there to be read")]
    reason: &'static str,
}

const EXCEPTIONS: &[Exception] = &[];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    check_with(tree, EXCEPTIONS)
}

fn check_with(tree: &Tree, exceptions: &[Exception]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust_files() {
        let exception = exceptions.iter().find(|exception| exception.path == file.path);
        let limit = exception.map_or(LINES_MAX, |exception| exception.lines_max);
        let count = file.text.lines().count();
        if count > limit {
            let message = format!("has {count} lines, and {limit} is its limit");
            findings.push(Finding::new(file, 0, message));
        } else if exception.is_some() && count <= LINES_MAX {
            findings.push(Finding::new(file, 0, "needs its exception from the limit no more"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{Exception, Tree, check, check_with};

    fn tree(count: usize) -> Tree {
        Tree::of(&[("crates/a/src/lib.rs", &"\n".repeat(count))])
    }

    #[test]
    fn a_file_of_601_lines_is_found_and_one_of_600_is_not() {
        assert_eq!(check(&tree(601)).len(), 1);
        assert_eq!(check(&tree(600)), []);
    }

    #[test]
    fn an_exception_has_a_limit_too_and_must_be_needed() {
        let path = "crates/a/src/lib.rs";
        let exceptions = [Exception { path, lines_max: 700, reason: "a table" }];
        assert_eq!(check_with(&tree(700), &exceptions), []);
        assert_eq!(check_with(&tree(701), &exceptions).len(), 1);
        assert_eq!(check_with(&tree(600), &exceptions).len(), 1);
    }
}
