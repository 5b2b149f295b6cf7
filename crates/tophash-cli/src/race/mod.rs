//! `tophash race`: tophash and std side by side on this machine, now, in a minute or so.
//!
//! Each task is run in pairs, one map right after the other and the first by turns, so that what
//! slows the machine down for a while slows down both. What counts is the ratio within a pair.

mod measure;
mod report;
mod task;

use std::collections::hash_map::RandomState as SipHash;

use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::Failure;
use measure::{Row, measure};
use task::TASKS;

/// Entries of the largest map that can be raced.
const SIZE_MAX: u64 = 20_000_000;
/// Pairs that can be run.
const PAIR_COUNT_MAX: i64 = 1001;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Entries of the maps, one race for each.
    #[arg(
        long,
        value_name = "N,...",
        value_delimiter = ',',
        default_values_t = [1000, 100_000, 1_000_000],
        value_parser = clap::value_parser!(u64).range(1..=SIZE_MAX)
    )]
    sizes: Vec<u64>,
    /// How often each task is run with both maps.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 11,
        value_parser = clap::value_parser!(u32).range(1..=PAIR_COUNT_MAX)
    )]
    pairs: u32,
    /// Small maps and few pairs: a few seconds, and a wide spread.
    #[arg(long, conflicts_with_all = ["sizes", "pairs"])]
    quick: bool,
    /// Give std's map tophash's hash function, to compare the tables alone.
    #[arg(long)]
    same_hasher: bool,
    /// Print JSON, as docs/inspect.md describes it.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let (sizes, pair_count) = if options.quick {
        (vec![1000, 100_000], 5)
    } else {
        (options.sizes.clone(), options.pairs)
    };
    let bar = progress(sizes.len() * TASKS.len(), pair_count);
    let mut rows = Vec::new();
    for &size in &sizes {
        for task in TASKS {
            bar.set_message(format!("{size}, {}", task.name()));
            let row = if options.same_hasher {
                measure::<tophash::RandomState>(task, size, pair_count, &bar)
            } else {
                measure::<SipHash>(task, size, pair_count, &bar)
            };
            rows.push(row);
        }
    }
    bar.finish_and_clear();
    let race = report::Race::new(options.same_hasher, pair_count, rows);
    let print = if options.json { report::json } else { report::text };
    print(&race).map_err(|error| Failure::of_output(&error))
}

fn progress(task_count: usize, pair_count: u32) -> ProgressBar {
    let steps = crate::figures::wide(task_count) * u64::from(pair_count);
    let style = ProgressStyle::with_template("{bar:30} {eta} left  {msg}");
    ProgressBar::new(steps).with_style(style.expect("the template is a constant that is tested"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_template_of_the_bar_is_right() {
        super::progress(1, 1).finish();
    }
}
