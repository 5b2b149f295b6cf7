//! Every unsafe block of the map is argued for: a `// SAFETY:` stands within the 5 lines before it.

use super::{Finding, Tree};

const LINES_BETWEEN_MAX: usize = 5;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.map_files() {
        let lines: Vec<&str> = file.text.split('\n').collect();
        for (index, code) in file.code_lines().iter().enumerate() {
            let near = &lines[index.saturating_sub(LINES_BETWEEN_MAX)..=index];
            let is_argued = near.iter().any(|line| line.contains("// SAFETY:"));
            if code.contains("unsafe {") && !is_argued {
                findings.push(Finding::new(file, index + 1, "is unsafe without a `// SAFETY:`"));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{Tree, check};

    fn count(text: &str) -> usize {
        check(&Tree::of(&[("crates/tophash/src/raw/mod.rs", text)])).len()
    }

    #[test]
    fn an_unsafe_block_without_an_argument_is_found() {
        assert_eq!(count("//! A.\nlet a = unsafe { b() };\n"), 1);
        assert_eq!(count("// SAFETY: R1.\n\n\n\n\n\nunsafe { b() }\n"), 1);
        assert_eq!(count("let text = \"// SAFETY\";\nunsafe { b() }\n"), 1);
    }

    #[test]
    fn an_argument_within_five_lines_will_do() {
        assert_eq!(count("// SAFETY: R1.\nlet a = unsafe { b() };\n"), 0);
        assert_eq!(count("// SAFETY: R1.\n\n\n\n\nunsafe { b() }\n"), 0);
        assert_eq!(count("// Not unsafe { at all }.\nlet text = \"unsafe { b() }\";\n"), 0);
    }
}
