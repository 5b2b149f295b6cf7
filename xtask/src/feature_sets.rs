//! The map builds with each set of its features: they only add to each other.

use crate::root;
use std::env;
use std::process::Command;

/// The features of the package `tophash`; a feature that is missing here is one nobody checks.
const FEATURES: [&str; 4] = ["std", "allocator-api2", "serde", "rayon"];

/// Checks the map with each set; tells whether it builds with all of them.
pub(crate) fn run() -> bool {
    feature_sets().iter().all(|set| {
        println!("-- cargo check -p tophash --no-default-features --features {set:?}");
        let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["check", "--quiet", "-p", "tophash", "--no-default-features", "--features"])
            .arg(set)
            .current_dir(root())
            .status();
        status.expect("cargo can be run, as it runs this").success()
    })
}

/// All sets, as cargo takes them: from no feature to all of them.
fn feature_sets() -> Vec<String> {
    (0..1_usize << FEATURES.len())
        .map(|set| {
            let chosen = |index: &usize| set >> index & 1 == 1;
            let names = (0..FEATURES.len()).filter(chosen).map(|index| FEATURES[index]);
            names.collect::<Vec<_>>().join(",")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{FEATURES, feature_sets};
    use crate::root;
    use std::fs;

    #[test]
    fn each_feature_is_checked_alone_and_with_all_others() {
        let sets = feature_sets();
        assert_eq!(sets.len(), 16);
        for feature in FEATURES {
            assert!(sets.contains(&feature.to_owned()));
        }
        assert!(sets.contains(&FEATURES.join(",")));
    }

    #[test]
    fn every_feature_of_the_map_is_in_the_list() {
        let manifest = fs::read_to_string(root().join("crates/tophash/Cargo.toml")).unwrap();
        let section = manifest.split("[features]\n").nth(1).expect("the map has features");
        let names = section
            .lines()
            .take_while(|line| !line.starts_with('['))
            .filter_map(|line| line.split_once(" = ["))
            .map(|(name, _)| name)
            .filter(|name| *name != "default");
        let mut names: Vec<&str> = names.collect();
        let mut listed = FEATURES.to_vec();
        names.sort_unstable();
        listed.sort_unstable();
        assert_eq!(names, listed);
    }
}
