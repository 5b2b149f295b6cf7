//! Unsafe code of the maps stays where it is argued for: under the table's folder, and in the files
//! listed.

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
    (
        "crates/tophash/src/tests/subjects/unchecked.rs",
        "the unchecked methods are called as their contracts say",
    ),
    ("crates/tophash-sync/src/barrier.rs", "a call of the system"),
    ("crates/tophash-sync/src/chunks.rs", "an array of buckets that grows under its readers"),
    ("crates/tophash-sync/src/directory.rs", "hands on what its caller promises"),
    ("crates/tophash-sync/src/interner/arena.rs", "texts lie in memory that readers look at"),
    ("crates/tophash-sync/src/interner/core.rs", "says of a text in the arena that it stays"),
    ("crates/tophash-sync/src/interner/index.rs", "a bucket of zeros is a bucket"),
    ("crates/tophash-sync/src/interner/places.rs", "a text is read from where it lies"),
    ("crates/tophash-sync/src/interner/segments.rs", "an array that grows under its readers"),
    ("crates/tophash-sync/src/interner/text.rs", "words are read from anywhere in a text"),
    ("crates/tophash-sync/src/link.rs", "a pointer that is set once"),
    ("crates/tophash-sync/src/mutex.rs", "a lock: what it guards"),
    ("crates/tophash-sync/src/parking.rs", "the parking lot's interface is unsafe"),
    ("crates/tophash-sync/src/sync_map/mod.rs", "the map in its table; `Send` and `Sync`"),
    ("crates/tophash-sync/src/sync_map/bucket.rs", "links between buckets, entries in slots"),
    ("crates/tophash-sync/src/sync_map/check.rs", "looks at every entry; in tests only"),
    ("crates/tophash-sync/src/sync_map/clear.rs", "retires a table"),
    ("crates/tophash-sync/src/sync_map/entry.rs", "entries by address"),
    ("crates/tophash-sync/src/sync_map/flood.rs", "entries of a frozen table; retires one"),
    ("crates/tophash-sync/src/sync_map/grow.rs", "looks at the entries that a split moves"),
    ("crates/tophash-sync/src/sync_map/iter.rs", "references to entries that a pin keeps"),
    ("crates/tophash-sync/src/sync_map/range.rs", "entries that were read under a pin"),
    ("crates/tophash-sync/src/sync_map/read.rs", "references to entries that a pin keeps"),
    ("crates/tophash-sync/src/sync_map/reclaim/mod.rs", "to retire is unsafe by its contract"),
    ("crates/tophash-sync/src/sync_map/reclaim/bags.rs", "piles that belong to one thread each"),
    ("crates/tophash-sync/src/sync_map/reclaim/epoch.rs", "records of threads, never freed"),
    ("crates/tophash-sync/src/sync_map/reclaim/ledger.rs", "to retire is unsafe by its contract"),
    ("crates/tophash-sync/src/sync_map/reference.rs", "an entry that a pin keeps"),
    ("crates/tophash-sync/src/sync_map/table.rs", "frees what is in a table"),
    ("crates/tophash-sync/src/sync_map/tests/loom.rs", "loom's cells, for its own checks"),
    ("crates/tophash-sync/src/sync_map/write.rs", "compares entries, and retires them"),
    ("crates/tophash-sync/src/zeroed.rs", "boxed slices of zeros"),
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
            let message = "is unsafe, and is neither in `src/raw/` nor listed";
            findings.push(Finding::new(file, index + 1, message));
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
            ("crates/tophash-sync/src/sync_map/table.rs", text),
            ("crates/tophash-sync/src/sync_map/word.rs", text),
            ("crates/tophash/src/lib.rs", "//! Nothing unsafe.\n#![deny(unsafe_code)]\n"),
        ]);
        let findings = check(&tree);
        assert_eq!(findings.len(), 2);
        assert_eq!(findings[0].line, 3);
    }
}
