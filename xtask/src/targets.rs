//! Which targets the toolchain has: with the standard library, or without it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An installed target that has `alloc` and no `std`, if there is one.
///
/// Only there does a build prove that nothing asks for `std`: elsewhere a dependency may find it.
pub(crate) fn without_std() -> Option<String> {
    target_in(&targets_folder()?)
}

/// Whether the standard library of this target is installed.
pub(crate) fn has_std(target: &str) -> bool {
    targets_folder().is_some_and(|targets| has_std_in(&targets, target))
}

/// The toolchain's folder of targets.
fn targets_folder() -> Option<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "sysroot"]).output().ok()?;
    let sysroot = String::from_utf8(output.stdout).ok()?;
    Some(Path::new(sysroot.trim()).join("lib").join("rustlib"))
}

fn has_std_in(targets: &Path, target: &str) -> bool {
    has_library(&entries(&targets.join(target).join("lib")), "std")
}

/// The first such target, by name, of a toolchain's folder of targets.
fn target_in(targets: &Path) -> Option<String> {
    let mut names: Vec<String> = entries(targets);
    names.sort_unstable();
    names.into_iter().find(|name| {
        let libraries = entries(&targets.join(name).join("lib"));
        has_library(&libraries, "alloc") && !has_library(&libraries, "std")
    })
}

/// The names in a folder; none if it cannot be read, or is no folder.
fn entries(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
}

/// Whether a library is among the files; their names end in a hash: `liballoc-0123.rlib`.
fn has_library(files: &[String], name: &str) -> bool {
    files.iter().any(|file| {
        let rest = file.strip_prefix("lib").and_then(|rest| rest.strip_prefix(name));
        rest.is_some_and(|rest| rest.starts_with(['-', '.']))
    })
}

#[cfg(test)]
mod tests {
    use super::{has_std_in, target_in};
    use std::path::PathBuf;
    use std::{env, fs, process};

    /// A folder of targets with these files, which is gone at the end of the test.
    struct Targets(PathBuf);

    impl Targets {
        fn of(name: &str, files: &[&str]) -> Self {
            let folder = env::temp_dir().join(format!("xtask-{name}-{}", process::id()));
            fs::create_dir_all(&folder).unwrap();
            for file in files {
                let path = folder.join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, "").unwrap();
            }
            Self(folder)
        }
    }

    impl Drop for Targets {
        fn drop(&mut self) {
            // What cannot be removed is left to the system, as all in that folder is.
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    const HOST: [&str; 3] =
        ["host/lib/liballoc-01.rlib", "host/lib/libstd-02.rlib", "host/lib/libstd_detect-03.rlib"];

    #[test]
    fn a_target_with_std_is_not_chosen() {
        let targets = Targets::of("host", &HOST);
        assert_eq!(target_in(&targets.0), None);
        assert!(has_std_in(&targets.0, "host") && !has_std_in(&targets.0, "other"));
    }

    #[test]
    fn a_folder_that_is_no_target_is_not_chosen() {
        let targets = Targets::of("none", &["etc/notes", "components"]);
        assert_eq!(target_in(&targets.0), None);
        assert_eq!(target_in(&targets.0.join("missing")), None);
    }

    #[test]
    fn a_target_without_std_is_chosen_beside_one_with_it() {
        let bare = ["thumb/lib/libcore-01.rlib", "thumb/lib/liballoc-02.rlib"];
        let targets = Targets::of("both", &[&HOST[..], &bare[..]].concat());
        assert_eq!(target_in(&targets.0).as_deref(), Some("thumb"));
    }
}
