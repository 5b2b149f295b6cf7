//! Takes an input apart into records, and these into keys and values for the tally.

use std::borrow::Cow;
use std::io::{self, BufRead};
use std::ops::ControlFlow;

use super::key::{Part, word};
use super::lines::{Line, Lines};
use super::problems::{Place, Problem, Problems, Role};
use super::rows::{Columns, Row, Rows};
use super::tally::{Bound, KEY_BYTES_MAX, Outcome, Tally};
use crate::byte_order_mark;

/// What is taken from each record.
pub(super) struct Parts<'a> {
    pub(super) key: &'a Part,
    pub(super) value: Option<&'a Part>,
    pub(super) delimiter: u8,
    pub(super) has_header: bool,
}

/// Why an input was not read to its end.
#[derive(Debug)]
pub(super) enum Broken {
    /// It cannot be read further; at this line.
    Unreadable { line: u64, error: io::Error },
    /// Its first row has no such column.
    NoColumn { column: String, names: Vec<Vec<u8>> },
}

/// Everything that is counted.
pub(super) struct Counting {
    pub(super) tally: Tally,
    pub(super) problems: Problems,
    /// Lines, or rows of a table, that were read.
    pub(super) record_count: u64,
    /// Where the present record begins.
    place: Place,
}

/// Whether there is room for more, in all inputs that follow too.
pub(super) type Flow = ControlFlow<Bound>;

impl Counting {
    pub(super) fn new(tally: Tally) -> Self {
        let place = Place { file: 0, line: 0 };
        Self { tally, problems: Problems::default(), record_count: 0, place }
    }

    /// Counts all records of an input, up to a bound.
    pub(super) fn read(
        &mut self,
        file: usize,
        reader: impl BufRead,
        parts: &Parts<'_>,
    ) -> Result<Flow, Broken> {
        self.place = Place { file, line: 0 };
        let reader =
            byte_order_mark::skip(reader).map_err(|error| Broken::Unreadable { line: 1, error })?;
        if parts.key.is_csv() {
            self.read_rows(reader, parts)
        } else {
            self.read_lines(reader, parts)
        }
    }

    fn read_lines(&mut self, reader: impl BufRead, parts: &Parts<'_>) -> Result<Flow, Broken> {
        let mut lines = Lines::new(reader);
        let mut word = Vec::new();
        loop {
            self.place.line = lines.number() + 1;
            let line = match lines.next() {
                Ok(Some(line)) => line,
                Ok(None) => return Ok(Flow::Continue(())),
                Err(error) => return Err(Broken::Unreadable { line: self.place.line, error }),
            };
            let flow = match line {
                Line::Whole(bytes) if *parts.key == Part::Word => {
                    self.words(bytes, parts, &mut word)
                }
                Line::Whole(bytes) => self.line(bytes, parts),
                Line::TooLong => self.refuse(Role::Key, Problem::LineTooLong),
            };
            if flow.is_break() {
                return Ok(flow);
            }
            self.record_count += 1;
        }
    }

    fn line(&mut self, bytes: &[u8], parts: &Parts<'_>) -> Flow {
        match parts.key.of_line(bytes) {
            Ok(key) => self.count(&key, parts.value.map(|part| part.of_line(bytes))),
            Err(problem) => self.refuse(Role::Key, problem),
        }
    }

    fn words(&mut self, bytes: &[u8], parts: &Parts<'_>, word: &mut Vec<u8>) -> Flow {
        // Found once for all words, of which a long line has many.
        let value = parts.value.map(|part| part.of_line(bytes));
        word::each(bytes, word, |word| {
            let value = value.as_ref().map(|value| value.as_deref().map(Cow::Borrowed));
            self.count(word, value.map(|value| value.map_err(|&problem| problem)))
        })
    }

    fn read_rows(&mut self, reader: impl BufRead, parts: &Parts<'_>) -> Result<Flow, Broken> {
        let mut rows = Rows::new(reader, parts.delimiter);
        // The indices of the columns; unknown before the first row.
        let mut columns = None;
        loop {
            let (begin, row) = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => return Ok(Flow::Continue(())),
                Err(error) => return Err(Broken::Unreadable { line: rows.line(), error }),
            };
            let (key, value) = match (columns, &row) {
                (Some(columns), _) => columns,
                (None, Row::Whole(names)) if parts.has_header => {
                    let names: Vec<&[u8]> = names.iter().collect();
                    columns = Some(find_columns(parts, |part| find_named(part, &names))?);
                    continue;
                }
                (None, _) => {
                    let found = find_columns(parts, find_numbered)?;
                    columns = Some(found);
                    found
                }
            };
            let row = match row {
                Row::Whole(row) => Some(row),
                Row::TooLong => None,
            };
            self.place.line = begin;
            let flow = match row {
                Some(row) => self.row(&row, key, value),
                None => self.refuse(Role::Key, Problem::LineTooLong),
            };
            if flow.is_break() {
                return Ok(flow);
            }
            self.record_count += 1;
        }
    }

    fn row(&mut self, row: &Columns<'_>, key: usize, value: Option<usize>) -> Flow {
        let column = |index| row.get(index).map(Cow::Borrowed).ok_or(Problem::ColumnMissing);
        match column(key) {
            Ok(key) => self.count(&key, value.map(column)),
            Err(problem) => self.refuse(Role::Key, problem),
        }
    }

    fn count(&mut self, key: &[u8], value: Option<Result<Cow<'_, [u8]>, Problem>>) -> Flow {
        if key.len() > KEY_BYTES_MAX {
            return self.refuse(Role::Key, Problem::KeyTooLong);
        }
        let key = match self.tally.count(key) {
            Ok(key) => key,
            Err(bound) => return Flow::Break(bound),
        };
        match value {
            None => Flow::Continue(()),
            Some(Ok(value)) if value.len() > KEY_BYTES_MAX => {
                self.refuse(Role::Value, Problem::KeyTooLong)
            }
            Some(Ok(value)) => match self.tally.keep(key, &value) {
                Ok(Outcome::Kept) => Flow::Continue(()),
                Ok(Outcome::NotNumber) => self.refuse(Role::Value, Problem::NotNumber),
                Err(bound) => Flow::Break(bound),
            },
            Some(Err(problem)) => self.refuse(Role::Value, problem),
        }
    }

    fn refuse(&mut self, role: Role, problem: Problem) -> Flow {
        self.problems.note(role, problem, self.place);
        Flow::Continue(())
    }

    /// Where the reading is.
    pub(super) fn place(&self) -> Place {
        self.place
    }
}

/// The indices of the key's and the value's columns.
fn find_columns(
    parts: &Parts<'_>,
    find: impl Fn(&Part) -> Result<usize, Broken>,
) -> Result<(usize, Option<usize>), Broken> {
    Ok((find(parts.key)?, parts.value.map(find).transpose()?))
}

fn find_named(part: &Part, names: &[&[u8]]) -> Result<usize, Broken> {
    let Part::Csv(column) = part else { return Ok(0) };
    column.find(names).ok_or_else(|| Broken::NoColumn {
        column: column.to_string(),
        names: names.iter().map(|name| name.to_vec()).collect(),
    })
}

fn find_numbered(part: &Part) -> Result<usize, Broken> {
    let Part::Csv(column) = part else { return Ok(0) };
    let no_column = || Broken::NoColumn { column: column.to_string(), names: Vec::new() };
    column.number().ok_or_else(no_column)
}
