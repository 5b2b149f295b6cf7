//! The files that the rules look at: those that git tracks or would add.

use super::code::blank_out_text;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The text files of the workspace.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) files: Vec<SourceFile>,
    /// The paths of what is no text: pictures.
    pictures: Vec<String>,
}

/// A file with its path from the root, in which `/` parts the folders.
#[derive(Debug)]
pub(super) struct SourceFile {
    pub(super) path: String,
    pub(super) text: String,
}

impl Tree {
    /// Reads what git knows under `root`.
    pub(super) fn read(root: &Path) -> Result<Self, String> {
        let output = Command::new("git")
            // A clone may belong to another user than the one who checks it.
            .args(["-c", "safe.directory=*", "ls-files", "-z"])
            .args(["--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .map_err(|error| format!("git cannot be run: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let paths = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
        let mut tree = Self::default();
        // A fuzzer's inputs are bytes, some of which look like text.
        let is_input = |path: &str| path.starts_with("fuzz/corpus/");
        for path in paths.split('\0').filter(|path| !path.is_empty() && !is_input(path)) {
            match fs::read_to_string(root.join(path)) {
                Ok(text) => tree.files.push(SourceFile { path: path.to_owned(), text }),
                // A file may be deleted and not yet committed; else it is no text.
                Err(_) if root.join(path).exists() => tree.pictures.push(path.to_owned()),
                Err(_) => {}
            }
        }
        if tree.files.is_empty() { Err("git knows no file".to_owned()) } else { Ok(tree) }
    }

    /// A tree made up for a test.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let file = |&(path, text): &(&str, &str)| SourceFile {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        Self { files: files.iter().map(file).collect(), pictures: Vec::new() }
    }

    /// The Rust sources of our own.
    pub(super) fn rust_files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| {
            let is_ours =
                ["crates/", "xtask/", "fuzz/"].iter().any(|folder| file.path.starts_with(folder));
            is_ours && file.has_extension("rs")
        })
    }

    /// The Rust sources of the map and of the shared maps.
    pub(super) fn map_files(&self) -> impl Iterator<Item = &SourceFile> {
        self.rust_files().filter(|file| {
            ["crates/tophash/", "crates/tophash-sync/"]
                .iter()
                .any(|folder| file.path.starts_with(folder))
        })
    }

    /// Whether there is a file of this path, or a folder with a file in it.
    pub(super) fn has(&self, path: &str) -> bool {
        let texts = self.files.iter().map(|file| &file.path);
        texts.chain(&self.pictures).any(|present| {
            let rest = present.strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || path.is_empty() || rest.starts_with('/'))
        })
    }
}

impl SourceFile {
    pub(super) fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|present| present == extension)
    }

    /// The lines, numbered from 1.
    pub(super) fn numbered_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.split('\n').enumerate().map(|(index, line)| (index + 1, line))
    }

    /// The Rust source with comments and texts blanked out, line by line.
    pub(super) fn code_lines(&self) -> Vec<String> {
        blank_out_text(&self.text).split('\n').map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;

    #[test]
    fn a_folder_is_there_if_a_file_is_in_it() {
        let tree = Tree::of(&[("docs/design.md", "")]);
        assert!(tree.has("docs/design.md") && tree.has("docs"));
        assert!(!tree.has("doc") && !tree.has("docs/design"));
    }

    #[test]
    fn this_file_is_in_the_tree() {
        assert!(Tree::read(&crate::root()).unwrap().has("xtask/src/tidy/tree.rs"));
    }
}
