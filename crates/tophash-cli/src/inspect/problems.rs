//! Records that could not be used: how many for which reason, and where the first one is.

use std::collections::BTreeMap;

use serde::Serialize;

use super::lines::LINE_BYTES_MAX;
use super::tally::KEY_BYTES_MAX;

/// Why a record, or the value in it, is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Problem {
    LineTooLong,
    KeyTooLong,
    FieldMissing,
    ColumnMissing,
    NotJson,
    PointerMissing,
    NotLog,
    NotNumber,
}

impl Problem {
    /// What is wrong with `what`: the key, or the value.
    pub(super) fn describe(self, what: Role) -> String {
        let what = what.name();
        match self {
            Self::LineTooLong => format!("longer than {LINE_BYTES_MAX} bytes"),
            Self::KeyTooLong => format!("the {what} is longer than {KEY_BYTES_MAX} bytes"),
            Self::FieldMissing => format!("too few fields for the {what}"),
            Self::ColumnMissing => format!("too few columns for the {what}"),
            Self::NotJson => "not JSON (each line must be one document)".to_owned(),
            Self::PointerMissing => format!("the {what}'s pointer leads nowhere"),
            Self::NotLog => "not a line of a web server's log".to_owned(),
            Self::NotNumber => format!("the {what} is not a number"),
        }
    }
}

/// What a part of a record is to the tally.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Role {
    Key,
    Value,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Value => "value",
        }
    }
}

/// Where a record begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Which of the files that were read.
    pub(super) file: usize,
    /// Counted from 1.
    pub(super) line: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Occurrences {
    pub(super) count: u64,
    pub(super) first: Place,
}

/// All problems met. As many as there are kinds, whatever the input.
#[derive(Debug, Default)]
pub(super) struct Problems {
    met: BTreeMap<(Role, Problem), Occurrences>,
}

impl Problems {
    pub(super) fn note(&mut self, role: Role, problem: Problem, place: Place) {
        let begin = Occurrences { count: 0, first: place };
        self.met.entry((role, problem)).or_insert(begin).count += 1;
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Role, Problem, Occurrences)> + '_ {
        self.met.iter().map(|(&(role, problem), &occurrences)| (role, problem, occurrences))
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Problem, Problems, Role};

    #[test]
    fn the_first_place_is_kept_and_all_are_counted() {
        let mut problems = Problems::default();
        for line in [3, 5, 9] {
            problems.note(Role::Key, Problem::FieldMissing, Place { file: 1, line });
        }
        problems.note(Role::Value, Problem::FieldMissing, Place { file: 2, line: 4 });
        let met: Vec<_> = problems.iter().map(|(_, _, seen)| (seen.count, seen.first)).collect();
        assert_eq!(met, [(3, Place { file: 1, line: 3 }), (1, Place { file: 2, line: 4 })]);
    }
}
