//! `tophash plan`: what maps of a given size take, before there are any.

mod estimate;
mod report;
mod types;

use crate::failure::Failure;
use crate::rules::EntryBytes;
use estimate::Estimate;
use types::Type;

/// More entries than any machine holds.
const COUNT_MAX: u64 = 1 << 40;

const AFTER_HELP: &str = "\
What keys and values own elsewhere, as a String owns its text, is not counted.

Examples:
  tophash plan --key u64 --value u64 --count 1000000
  tophash plan --key String --value '(u32, u32)' --count 50000 --table";

#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Options {
    /// The keys' type, such as u64, String, bytes:20 or '(u32, u32)'.
    #[arg(short, long, value_name = "TYPE")]
    key: Type,
    /// The values' type; `()` for a set.
    #[arg(short, long, value_name = "TYPE", default_value = "()")]
    value: Type,
    /// How many entries.
    #[arg(
        short = 'n',
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u64).range(1..=COUNT_MAX)
    )]
    count: u64,
    /// Print a table of counts up to this one.
    #[arg(long)]
    table: bool,
    /// Print JSON, as docs/inspect.md describes it.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let (key, value) = (&options.key, &options.value);
    let entry = EntryBytes {
        key: key.bytes,
        value: value.bytes,
        key_align: key.align,
        value_align: value.align,
    };
    let counts = if options.table { steps_up_to(options.count) } else { vec![options.count] };
    let estimates: Option<Vec<Estimate>> =
        counts.into_iter().map(|count| Estimate::new(entry, count)).collect();
    let estimates = estimates.ok_or_else(|| {
        Failure::new(
            format!("no map can have {} such entries", options.count),
            "Ask about fewer: the bytes would exceed what can be addressed.",
        )
    })?;
    let plan = report::Plan::new(key.to_string(), value.to_string(), entry, estimates);
    let print = if options.json { report::json } else { report::text };
    print(&plan).map_err(|error| Failure::of_output(&error))
}

/// 1, 2, 5, 10, 20, 50 and so on below `count`, and `count`.
fn steps_up_to(count: u64) -> Vec<u64> {
    let powers = std::iter::successors(Some(1_u64), |power| power.checked_mul(10));
    let steps = powers.flat_map(|power| [1, 2, 5].map(|step| power.saturating_mul(step)));
    let mut steps: Vec<u64> = steps.take_while(|&step| step < count).collect();
    steps.push(count);
    steps
}

#[cfg(test)]
mod tests {
    use super::steps_up_to;

    #[test]
    fn the_steps_end_at_the_count() {
        assert_eq!(steps_up_to(1), [1]);
        assert_eq!(steps_up_to(10), [1, 2, 5, 10]);
        assert_eq!(steps_up_to(60), [1, 2, 5, 10, 20, 50, 60]);
    }
}
