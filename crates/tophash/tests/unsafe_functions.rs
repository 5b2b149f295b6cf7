//! P12: the public unsafe functions are those that std or hashbrown have.

use std::fs;
use std::path::Path;

/// Theirs, with how many types have one of the name.
const EXPECTED: [(&str, usize); 6] = [
    ("get_disjoint_key_value_unchecked_mut", 1),
    ("get_disjoint_unchecked_mut", 2),
    ("insert_entry_with_key_unchecked", 1),
    ("insert_unique_unchecked", 2),
    ("insert_with_key_unchecked", 1),
    ("replace_key_unchecked", 1),
];

/// The names of public unsafe functions below `folder`, but for `raw`, which is private.
fn unsafe_functions(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry of it").path();
        if path.is_dir() && !path.ends_with("raw") {
            names.extend(unsafe_functions(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source");
            let heads = text.lines().filter_map(|line| {
                let head = line.trim_start().strip_prefix("pub ")?;
                let head = head.strip_prefix("const ").unwrap_or(head);
                head.strip_prefix("unsafe fn ")
            });
            names.extend(heads.map(|head| head[..head.find(['<', '(']).unwrap()].to_owned()));
        }
    }
    names
}

#[test]
fn public_unsafe_functions_are_those_of_std_and_hashbrown() {
    let mut found = unsafe_functions(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    found.sort();
    let expected = EXPECTED.into_iter().flat_map(|(name, count)| vec![name; count]);
    assert!(found.iter().eq(expected), "{found:#?}");
}
