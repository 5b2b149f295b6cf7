//! `tophash inspect`: counts the keys of real records, and shows what the map of them looks like.
//!
//! ```text
//! input -> lines or rows -> records -> tally -> duel (both maps, timed) -> report
//! ```
//!
//! Nothing is held of the input but the keys and the values that are kept; everything that is held
//! has a bound with a name.

mod duel;
mod input;
mod key;
mod lines;
mod options;
mod problems;
mod records;
mod report;
mod rows;
mod series;
mod sum;
mod tally;
mod timing;
mod zstd;

use std::io;

use indicatif::ProgressBar;

pub(crate) use options::Options;

use crate::failure::{Failure, complain};
use crate::shown::shown;
use input::Source;
use records::{Broken, Counting, Parts};
use report::Report;
use tally::{Bound, Tally};

/// Reads everything, reports, and says in the end what went wrong on the way.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    options.check()?;
    let sources = Source::all(&options.files);
    let tally = Tally::new(options.comparison(), options.kept(), options.bounds());
    let mut counting = Counting::new(tally);
    let bar = input::progress(&sources);
    let reading = read_all(&sources, options, &mut counting, &bar);
    bar.finish_and_clear();
    let is_nothing = counting.record_count == 0 && reading.bound.is_none();
    if is_nothing && reading.failed_count == sources.len() {
        return Err(reading.failure(&sources, &counting, options).expect("all inputs failed"));
    }
    let report = Report::new(options, &sources, &counting, &reading);
    let page = options.html.as_ref().map_or(Ok(()), |path| report::html::write(path, &report));
    let print = if options.json { report::json::print } else { report::text::print };
    let printed = print(&report).map_err(|error| Failure::of_output(&error));
    let failure = reading.failure(&sources, &counting, options);
    // A million entries take a while to free one by one, and the process ends here.
    std::mem::forget(counting);
    page?;
    failure.map_or(printed, Err)
}

/// How far the reading of all inputs came.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    failed_count: usize,
    bound: Option<Bound>,
}

fn read_all(
    sources: &[Source],
    options: &Options,
    counting: &mut Counting,
    bar: &ProgressBar,
) -> Reading {
    let parts = Parts {
        key: &options.key,
        value: options.value(),
        delimiter: options.delimiter,
        has_header: !options.no_header,
    };
    let mut reading = Reading::default();
    for (index, source) in sources.iter().enumerate() {
        let name = source.name();
        let input = match source.open(bar) {
            Ok(input) => input,
            Err(error) => {
                reading.failed_count += 1;
                let message = format!("{name} cannot be read: {}", cause(&error));
                bar.suspend(|| complain(&message, input::next_step(&error)));
                continue;
            }
        };
        match counting.read(index, input.reader, &parts) {
            Ok(flow) => {
                reading.bound = flow.break_value();
                if reading.bound.is_some() {
                    break;
                }
            }
            Err(broken) => {
                reading.failed_count += 1;
                let (message, next_step) = explain(&name, &broken, input.encoding);
                bar.suspend(|| complain(&message, &next_step));
            }
        }
    }
    reading
}

fn explain(name: &str, broken: &Broken, encoding: input::Encoding) -> (String, String) {
    match broken {
        Broken::Unreadable { line, error } => (
            format!("{name}:{line}: cannot be read further: {}", cause(error)),
            encoding.next_step(error).to_owned(),
        ),
        Broken::NoColumn { column, names } if names.is_empty() => (
            format!("{name}: without a header there is no column `{column}`"),
            "Columns have numbers from 1, as in `--key csv:2`.".to_owned(),
        ),
        Broken::NoColumn { column, names } => {
            const NAMES_SHOWN: usize = 20;
            let list: Vec<String> =
                names.iter().take(NAMES_SHOWN).map(|name| shown(name, 40)).collect();
            let more = if names.len() > NAMES_SHOWN { ", ..." } else { "" };
            (
                format!("{name}:1: there is no column `{column}`"),
                format!("The columns are: {}{more}. See also --delimiter.", list.join(", ")),
            )
        }
    }
}

/// What the operating system says, without its number.
fn cause(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

impl Reading {
    /// What the program ends with, if not with success.
    fn failure(
        &self,
        sources: &[Source],
        counting: &Counting,
        options: &Options,
    ) -> Option<Failure> {
        if let Some(bound) = self.bound {
            let place = counting.place();
            let name = sources[place.file].name();
            return Some(Failure::bound_reached(
                format!("{name}:{}: stopped here: {}", place.line, bound.describe(options)),
                "What was counted till then is reported. Raise the bound to read on.",
            ));
        }
        if self.failed_count > 0 {
            return Some(Failure::new(
                format!("{} of {} could not be read whole", self.failed_count, sources.len()),
                "What could be read is reported; see above for what could not.",
            ));
        }
        let used_count = counting.tally.duel.len();
        if counting.record_count > 0 && used_count == 0 && counting.problems.iter().next().is_some()
        {
            return Some(Failure::new(
                format!("no record has the key `{}`", options.key),
                "Choose another with --key; `tophash inspect --help` lists them.",
            ));
        }
        None
    }
}

impl Bound {
    /// The bound that was reached, and the option that raises it.
    fn describe(self, options: &Options) -> String {
        let bounds = options.bounds();
        match self {
            Self::Keys => format!("{} distinct keys, as --max-keys allows", bounds.keys),
            Self::Values => format!("{} values, as --max-values allows", bounds.values),
            Self::Text => {
                format!("texts of {} MiB, as --max-text allows", bounds.text_bytes >> 20)
            }
        }
    }
}
