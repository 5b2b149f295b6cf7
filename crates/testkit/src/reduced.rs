//! Smaller runs for slow machines (Miri, or where the environment asks for them), and deep ones.

use std::env;
use std::sync::OnceLock;

/// Set for runs under tools that make programs many times slower, and for those that repeat in
/// another configuration what was tried in full: to the number of which such a run does one.
const REDUCED: &str = "TOPHASH_TEST_REDUCED";
/// Set for runs under a tool that takes every leak for a failure.
const LEAKLESS: &str = "TOPHASH_TEST_LEAKLESS";
/// Set for runs that may take hours.
const DEEP: &str = "TOPHASH_TEST_DEEP";
/// Miri's runs have one in so many.
const REDUCTION_UNDER_MIRI: usize = 10;

/// How many of something a test shall do: `count`, or a part of it (at least one) where the run is
/// reduced.
pub fn reduced(count: usize) -> usize {
    static REDUCTION: OnceLock<usize> = OnceLock::new();
    let reduction = *REDUCTION.get_or_init(|| match env::var(REDUCED) {
        Ok(text) => reduction_of(&text),
        Err(_) if cfg!(miri) => REDUCTION_UNDER_MIRI,
        Err(_) => 1,
    });
    (count / reduction).max(1)
}

fn reduction_of(text: &str) -> usize {
    let reduction = text.parse().ok().filter(|&reduction| reduction > 0);
    reduction.unwrap_or_else(|| panic!("{REDUCED} is a number from 1 on, and not {text:?}"))
}

/// Whether model checkers shall look further than there is time for in each check.
pub fn is_deep() -> bool {
    static IS_DEEP: OnceLock<bool> = OnceLock::new();
    *IS_DEEP.get_or_init(|| env::var_os(DEEP).is_some())
}

/// Whether tests may leak memory on purpose, as most do that are about leaked iterators.
pub fn leaks_on_purpose() -> bool {
    static IS_LEAKLESS: OnceLock<bool> = OnceLock::new();
    !*IS_LEAKLESS.get_or_init(|| env::var_os(LEAKLESS).is_some())
}

#[cfg(test)]
mod tests {
    use super::{reduced, reduction_of};
    use crate::silently;

    #[test]
    fn a_run_has_at_least_one_of_what_it_is_about() {
        assert!((1..=100).contains(&reduced(100)));
        assert_eq!(reduced(1), 1);
    }

    #[test]
    fn a_reduction_is_a_number() {
        assert_eq!(reduction_of("4"), 4);
        for text in ["", "0", "ten"] {
            assert!(silently(|| reduction_of(text)).is_err(), "{text:?}");
        }
    }
}
