//! Unsafe code of the map stays where it is argued for: under `src/raw/`, and in the files listed.

use super::{Finding, Tree};

const FOLDER: &str = "crates/tophash/src/raw/";

/// The other files with unsafe code, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("crates/tophash/src/alloc.rs", "the allocator's interface is unsafe"),
    ("crates/tophash/src/map/access.rs", "`insert_unique_unchecked` is unsafe by its contract"),
    ("crates/tophash/src/map/disjoint.rs", "the unchecked look-ups are unsafe by their contract"),
    ("crates/tophash/src/table/disjoint.rs", "the unchecked look-up is unsafe by its contract"),
    ("crates/tophash/src/set/access.rs", "`insert_unique_unchecked` is unsafe by its contract"),
    ("crates/tophash/src/map/occupied.rs", "`replace_key_unchecked` is unsafe by its contract"),
    ("crates/tophash/src/map/entry_ref.rs", "a key given unchecked is unsafe by its contract"),
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.map_files() {
        let is_listed = EXCEPTIONS.iter().any(|(path, _)| *path == file.path);
        if is_listed || file.path.starts_with(FOLDER) {
            continue;
        }
        let lines = file.code_lines();
        if let Some(index) = lines.iter().position(|line| has_unsafe(line)) {
            findings.push(Finding::new(file, index + 1, "is unsafe outside `src/raw/`"));
        }
    }
    findings
}

/// Whether the word itself is there, and not only within a longer one such as a lint's name.
fn has_unsafe(code: &str) -> bool {
    code.split(|symbol: char| !symbol.is_alphanumeric() && symbol != '_')
        .any(|word| word == "unsafe")
}

#[cfg(test)]
mod tests {
    use super::{Tree, check};

    #[test]
    fn unsafe_code_outside_its_folder_is_found() {
        let text = "//! Nothing unsafe.\n#![deny(unsafe_code)]\nunsafe fn a() {}\n";
        let tree = Tree::of(&[
            ("crates/tophash/src/map/mod.rs", text),
            ("crates/tophash/src/raw/find.rs", text),
            ("crates/tophash/src/alloc.rs", text),
            ("crates/testkit/src/allocators/global.rs", text),
            ("crates/tophash/src/lib.rs", "//! Nothing unsafe.\n#![deny(unsafe_code)]\n"),
        ]);
        let findings = check(&tree);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].line, 3);
    }
}
