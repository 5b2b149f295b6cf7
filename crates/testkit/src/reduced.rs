//! Smaller runs for slow machines (Miri, or where the environment asks for them), and deep ones.

use std::env;
use std::sync::OnceLock;

/// Set for runs under tools that make programs many times slower.
const REDUCED: &str = "TOPHASH_TEST_REDUCED";
/// Set for runs under a tool that takes every leak for a failure.
const LEAKLESS: &str = "TOPHASH_TEST_LEAKLESS";
/// Set for runs that may take hours.
const DEEP: &str = "TOPHASH_TEST_DEEP";
/// A reduced run has one in so many.
const REDUCTION: usize = 10;

/// How many of something a test shall do: `count`, or a tenth (at least one) where the run is
/// reduced.
pub fn reduced(count: usize) -> usize {
    static IS_REDUCED: OnceLock<bool> = OnceLock::new();
    let is_reduced = *IS_REDUCED.get_or_init(|| cfg!(miri) || env::var_os(REDUCED).is_some());
    if is_reduced { (count / REDUCTION).max(1) } else { count }
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
    use super::reduced;

    #[test]
    fn a_run_has_at_least_one_of_what_it_is_about() {
        assert!((1..=100).contains(&reduced(100)));
        assert_eq!(reduced(1), 1);
    }
}
