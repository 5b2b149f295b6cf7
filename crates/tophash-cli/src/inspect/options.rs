//! The command line of `tophash inspect`.

use std::path::PathBuf;

use super::duel::Comparison;
use super::key::{CHOICES, Part};
use super::tally::{Bounds, Kept};
use crate::failure::Failure;

/// More rows than anybody reads.
const TOP_MAX: i64 = 100_000;

const EXAMPLES: &str = "\
Examples:
  tophash inspect --key word README.md
  tophash inspect --key combined-log:endpoint access.log.gz
  tophash inspect --key combined-log:endpoint --unique combined-log:host access.log
  tophash inspect --key csv:city --group csv:name people.csv
  tophash inspect --key json:/user/id --sum json:/bytes --html report.html events.jsonl

Keys and values:
";

/// What follows the list of options in the help.
fn after_help() -> String {
    format!("{EXAMPLES}{CHOICES}\n\n{}", crate::failure::EXIT_CODES)
}

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(after_help = after_help())]
pub(crate) struct Options {
    /// Files to read, as they are or compressed with gzip or zstd. None, or `-`: standard input.
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// What the key of each record is: see below.
    #[arg(short, long, value_name = "PART", default_value = "line")]
    pub(super) key: Part,
    /// Sum this part of each key's records.
    #[arg(long, value_name = "PART", group = "kept")]
    sum: Option<Part>,
    /// Count how many different values this part has for each key.
    #[arg(long, value_name = "PART", group = "kept")]
    unique: Option<Part>,
    /// List the values of this part for each key.
    #[arg(long, value_name = "PART", group = "kept")]
    group: Option<Part>,
    /// Values that --group lists of each key; the others are counted.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(1..=1000)
    )]
    group_size: u32,
    /// What parts the columns of --key csv; `\t` is a tab.
    #[arg(long, value_name = "BYTE", default_value = ",", value_parser = delimiter)]
    pub(super) delimiter: u8,
    /// The first row of --key csv is a record, and columns have numbers only.
    #[arg(long)]
    pub(super) no_header: bool,
    /// How many keys to list.
    #[arg(
        short,
        long,
        value_name = "K",
        default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(0..=TOP_MAX)
    )]
    pub(super) top: u32,
    /// Do not run std's map beside: half the memory, and no comparison.
    #[arg(long)]
    no_compare: bool,
    /// Give std's map tophash's hash function, to compare the tables alone.
    #[arg(long, conflicts_with = "no_compare")]
    same_hasher: bool,
    /// Write a page with plots, which needs no network.
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
    /// Print the report as JSON, as docs/inspect.md describes it.
    #[arg(long)]
    pub(super) json: bool,
    /// Stop before there are more distinct keys than this (about 120 bytes each, and their texts).
    #[arg(
        long,
        value_name = "N",
        default_value_t = 10_000_000,
        value_parser = clap::value_parser!(u64).range(1..=4_000_000_000)
    )]
    max_keys: u64,
    /// Stop before --unique and --group hold more values than this.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 10_000_000,
        value_parser = clap::value_parser!(u64).range(1..=4_000_000_000)
    )]
    max_values: u64,
    /// Stop before the texts of keys and values take more than so many MiB.
    #[arg(
        long,
        value_name = "MIB",
        default_value_t = 2048,
        value_parser = clap::value_parser!(u32).range(1..=1_048_576)
    )]
    max_text: u32,
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        _ if text == r"\t" || text == "tab" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !b"\"\r\n".contains(byte) => Ok(*byte),
        _ => Err("it is one ASCII character, or `\\t`, and no quote or line end".to_owned()),
    }
}

impl Options {
    /// Refuses what each option allows and all together do not.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let Some(value) = self.value() else { return Ok(()) };
        if *value == Part::Word {
            return Err(Failure::usage(
                "a value cannot be `word`: a line has many",
                "Choose another part with --sum, --unique or --group.",
            ));
        }
        if value.is_csv() != self.key.is_csv() {
            return Err(Failure::usage(
                format!("the key is `{}` and the value is `{value}`", self.key),
                "Take both from a table, as in `--key csv:city --sum csv:price`, or neither.",
            ));
        }
        Ok(())
    }

    pub(super) fn value(&self) -> Option<&Part> {
        self.sum.as_ref().or(self.unique.as_ref()).or(self.group.as_ref())
    }

    pub(super) fn kept(&self) -> Kept {
        if self.sum.is_some() {
            Kept::Sum
        } else if self.unique.is_some() {
            Kept::Unique
        } else if self.group.is_some() {
            Kept::Group(self.group_size.try_into().unwrap_or(usize::MAX))
        } else {
            Kept::Count
        }
    }

    pub(super) fn comparison(&self) -> Comparison {
        match (self.no_compare, self.same_hasher) {
            (true, _) => Comparison::Nothing,
            (false, true) => Comparison::StdSameHasher,
            (false, false) => Comparison::Std,
        }
    }

    pub(super) fn bounds(&self) -> Bounds {
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Bounds {
            keys: size(self.max_keys),
            values: size(self.max_values),
            text_bytes: size(u64::from(self.max_text) << 20),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::delimiter;

    #[test]
    fn a_delimiter_is_one_byte_that_means_nothing_else() {
        assert_eq!((delimiter(";"), delimiter(r"\t")), (Ok(b';'), Ok(b'\t')));
        for wrong in ["", ",,", "ä", "\"", "\n"] {
            assert!(delimiter(wrong).is_err(), "{wrong:?}");
        }
    }
}
