//! No file names a path that exists on one machine only.

use super::{Finding, Tree};

/// In pieces, so that this file does not break its own rule.
const FOLDERS: [&str; 4] =
    [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/wo", "rk/"), concat!("/tm", "p/")];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        for (number, line) in file.numbered_lines() {
            for folder in FOLDERS {
                if has_path(line, folder) {
                    let message = format!("names a path of one machine, in `{folder}`");
                    findings.push(Finding::new(file, number, message));
                }
            }
        }
    }
    findings
}

/// Whether a path begins with the folder: nothing before it makes it a part of a longer path.
fn has_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(place, _)| {
        let before = line[..place].chars().next_back();
        before.is_none_or(|before| !before.is_alphanumeric() && !"._-~/}".contains(before))
    })
}

#[cfg(test)]
mod tests {
    use super::{FOLDERS, Tree, check};

    #[test]
    fn a_path_of_one_machine_is_found_in_any_file() {
        for folder in FOLDERS {
            let text = format!("see `{folder}me/notes`\n");
            assert_eq!(check(&Tree::of(&[("docs/a.md", &text)])).len(), 1);
            assert_eq!(check(&Tree::of(&[("Dockerfile", &text)])).len(), 1);
        }
    }

    #[test]
    fn a_folder_of_that_name_within_a_path_is_none() {
        for folder in FOLDERS {
            let text = format!("see https://example.org{folder}notes and ..{folder}x\n");
            assert_eq!(check(&Tree::of(&[("docs/a.md", &text)])), []);
        }
    }
}
