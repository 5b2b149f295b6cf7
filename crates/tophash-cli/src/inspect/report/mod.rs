//! What is reported, in one shape: as text, as JSON, and as a page.

pub(super) mod html;
pub(super) mod json;
mod latency;
mod map;
pub(super) mod text;
mod top;

use serde::Serialize;

use super::Reading;
use super::duel::Comparison;
use super::input::Source;
use super::options::Options;
use super::problems::{Problem, Role};
use super::records::Counting;
use super::series::Columns;
use super::tally::{Bound, Kept};
use crate::figures::wide;
use latency::Latency;
use map::{MapReport, StdReport};
use top::TopKey;

/// The number of the schema, which changes when a field goes or means something else.
const VERSION: u32 = 1;

/// Everything that is reported. The fields are the schema of `--json`: see docs/inspect.md.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    version: u32,
    program_version: &'static str,
    inputs: Vec<String>,
    /// How many of them could not be read whole.
    inputs_failed: usize,
    /// The bound that ended the reading, if one did.
    stopped_by: Option<&'static str>,
    key: String,
    kept: &'static str,
    value: Option<String>,
    /// Lines, or rows of a table.
    records: u64,
    /// Keys in them: as many, but for words.
    operations: u64,
    distinct_keys: u64,
    text_bytes: u64,
    top: Vec<TopKey>,
    problems: Vec<ProblemReport>,
    map: MapReport,
    std: Option<StdReport>,
    latency: Latency,
    series: Columns,
}

#[derive(Debug, Serialize)]
struct ProblemReport {
    problem: Problem,
    of: Role,
    message: String,
    count: u64,
    first_input: String,
    first_line: u64,
}

impl Report {
    pub(super) fn new(
        options: &Options,
        sources: &[Source],
        counting: &Counting,
        reading: &Reading,
    ) -> Self {
        let duel = &counting.tally.duel;
        let comparison = options.comparison();
        let problems = counting.problems.iter().map(|(of, problem, met)| ProblemReport {
            problem,
            of,
            message: problem.describe(of),
            count: met.count,
            first_input: sources[met.first.file].name(),
            first_line: met.first.line,
        });
        Self {
            version: VERSION,
            program_version: env!("CARGO_PKG_VERSION"),
            inputs: sources.iter().map(Source::name).collect(),
            inputs_failed: reading.failed_count,
            stopped_by: reading.bound.map(Bound::option),
            key: options.key.to_string(),
            kept: options.kept().name(),
            value: options.value().map(ToString::to_string),
            records: counting.record_count,
            operations: duel.tophash.new.count() + duel.tophash.seen.count(),
            distinct_keys: wide(duel.len()),
            text_bytes: wide(counting.tally.text_bytes()),
            top: top::top(&counting.tally, options.top),
            problems: problems.collect(),
            map: MapReport::new(duel),
            std: (comparison != Comparison::Nothing).then(|| StdReport::new(duel, comparison)),
            latency: Latency::new(duel, comparison),
            series: duel.series.columns(),
        }
    }
}

impl Bound {
    fn option(self) -> &'static str {
        match self {
            Self::Keys => "max-keys",
            Self::Values => "max-values",
            Self::Text => "max-text",
        }
    }
}

impl Kept {
    fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Unique => "unique",
            Self::Group(_) => "group",
        }
    }
}
