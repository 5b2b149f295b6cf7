//! Pairs of runs, and what they come to.

use std::hash::BuildHasher;

use indicatif::ProgressBar;
use serde::Serialize;

use super::task::{Keys, Racer, Task, run};

type Ours = tophash::HashMap<u64, u64>;
type Theirs<S> = std::collections::HashMap<u64, u64, S>;

/// One task at one size.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) entries: u64,
    pub(super) task: &'static str,
    #[serde(skip)]
    pub(super) is_worst: bool,
    /// Medians of all runs.
    pub(super) tophash_ns: f64,
    pub(super) std_ns: f64,
    /// The least of all runs: what the machine does besides only adds to a time.
    pub(super) tophash_ns_min: f64,
    pub(super) std_ns_min: f64,
    /// tophash's time to std's in the same pair: the median, the least and the greatest of all.
    pub(super) ratio: f64,
    pub(super) ratio_min: f64,
    pub(super) ratio_max: f64,
}

pub(super) fn measure<S: BuildHasher + Default>(
    task: Task,
    size: u64,
    pair_count: u32,
    bar: &ProgressBar,
) -> Row
where
    Theirs<S>: Racer,
{
    let (mut tophash, mut std, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..pair_count {
        let keys = Keys::new(u64::from(pair) << 48);
        let (ours, theirs) = if pair % 2 == 0 {
            let ours = run::<Ours>(task, size, keys);
            (ours, run::<Theirs<S>>(task, size, keys))
        } else {
            let theirs = run::<Theirs<S>>(task, size, keys);
            (run::<Ours>(task, size, keys), theirs)
        };
        tophash.push(ours);
        std.push(theirs);
        // A clock may not have moved at all.
        ratios.push(ours / theirs.max(f64::MIN_POSITIVE));
        bar.inc(1);
    }
    for times in [&mut tophash, &mut std, &mut ratios] {
        times.sort_unstable_by(f64::total_cmp);
    }
    Row {
        entries: size,
        task: task.name(),
        is_worst: task == Task::WorstInsert,
        tophash_ns: median(&tophash),
        std_ns: median(&std),
        tophash_ns_min: least(&tophash),
        std_ns_min: least(&std),
        ratio: median(&ratios),
        ratio_min: least(&ratios),
        ratio_max: ratios.last().copied().unwrap_or(0.0),
    }
}

fn least(sorted: &[f64]) -> f64 {
    sorted.first().copied().unwrap_or(0.0)
}

/// Of sorted numbers; the mean of the middle two if there are such.
fn median(sorted: &[f64]) -> f64 {
    match sorted {
        [] => 0.0,
        _ if sorted.len() % 2 == 1 => sorted[sorted.len() / 2],
        _ => sorted[sorted.len() / 2 - 1].midpoint(sorted[sorted.len() / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::{Task, measure, median};
    use indicatif::ProgressBar;
    use std::collections::hash_map::RandomState;

    #[test]
    fn the_median_is_the_middle() {
        assert!((median(&[1.0, 5.0, 9.0]) - 5.0).abs() < 1e-9);
        assert!((median(&[1.0, 5.0, 6.0, 9.0]) - 5.5).abs() < 1e-9);
        assert!(median(&[]).abs() < 1e-9);
    }

    #[test]
    fn a_ratio_lies_within_its_spread() {
        let row = measure::<RandomState>(Task::Hit, 100, 3, &ProgressBar::hidden());
        assert!(row.ratio_min <= row.ratio && row.ratio <= row.ratio_max);
    }
}
