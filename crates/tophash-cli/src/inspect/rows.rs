//! The rows of a table of comma-separated values, of which none is held that is longer than a
//! bound. Quoted columns may contain line ends.

use std::io::{self, BufRead, ErrorKind};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::lines::LINE_BYTES_MAX;
use crate::figures::wide;

/// A row may have so many columns. Of a longer one nothing is kept.
pub(super) const COLUMN_COUNT_MAX: usize = 1 << 16;

pub(super) enum Row<'a> {
    Whole(Columns<'a>),
    TooLong,
}

/// The columns of a row, without their quotes.
pub(super) struct Columns<'a> {
    bytes: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Columns<'a> {
    pub(super) fn get(&self, index: usize) -> Option<&'a [u8]> {
        let end = *self.ends.get(index)?;
        let begin = if index == 0 { 0 } else { self.ends[index - 1] };
        self.bytes.get(begin..end)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        (0..self.ends.len()).filter_map(|index| self.get(index))
    }
}

/// Reads row after row into one buffer.
pub(super) struct Rows<R> {
    reader: R,
    parser: Reader,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Where the last row begins, and where the reader is; from 1.
    line: u64,
    line_read: u64,
}

impl<R: BufRead> Rows<R> {
    pub(super) fn new(reader: R, delimiter: u8) -> Self {
        let parser = ReaderBuilder::new().delimiter(delimiter).build();
        Self {
            reader,
            parser,
            bytes: vec![0; 1 << 10],
            ends: vec![0; 1 << 6],
            line: 1,
            line_read: 1,
        }
    }

    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Reads over empty lines, and over the `\n` that the parser leaves behind a `\r`.
    fn skip_line_ends(&mut self) -> io::Result<()> {
        loop {
            let available = match self.reader.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let is_end = |byte: &&u8| matches!(byte, b'\r' | b'\n');
            let count = available.iter().take_while(is_end).count();
            if count == 0 {
                return Ok(());
            }
            self.line_read += wide(memchr::memchr_iter(b'\n', &available[..count]).count());
            self.reader.consume(count);
        }
    }

    /// The next row that is not empty, and the line that it begins in.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Row<'_>)>> {
        self.skip_line_ends()?;
        self.line = self.line_read;
        let (mut byte_count, mut end_count, mut is_too_long) = (0, 0, false);
        loop {
            let available = match self.reader.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let (result, read, written, ended) = self.parser.read_record(
                available,
                &mut self.bytes[byte_count..],
                &mut self.ends[end_count..],
            );
            self.line_read += wide(memchr::memchr_iter(b'\n', &available[..read]).count());
            self.reader.consume(read);
            byte_count += written;
            end_count += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if byte_count < LINE_BYTES_MAX => {
                    let length = (2 * self.bytes.len()).min(LINE_BYTES_MAX);
                    self.bytes.resize(length, 0);
                }
                ReadRecordResult::OutputEndsFull if end_count < COLUMN_COUNT_MAX => {
                    self.ends.resize((2 * self.ends.len()).min(COLUMN_COUNT_MAX), 0);
                }
                // The rest of it is read over what was kept so far.
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    is_too_long = true;
                    (byte_count, end_count) = (0, 0);
                }
                ReadRecordResult::Record if is_too_long => {
                    return Ok(Some((self.line, Row::TooLong)));
                }
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
            }
        }
        let (bytes, ends) = (&self.bytes[..byte_count], &self.ends[..end_count]);
        Ok(Some((self.line, Row::Whole(Columns { bytes, ends }))))
    }
}

#[cfg(test)]
mod tests {
    use super::{COLUMN_COUNT_MAX, LINE_BYTES_MAX, Row, Rows};
    use std::io::{BufReader, Read};

    fn rows(text: impl Read, buffer_bytes: usize) -> Vec<(u64, Option<Vec<String>>)> {
        let mut rows = Rows::new(BufReader::with_capacity(buffer_bytes, text), b',');
        let mut found = Vec::new();
        while let Some((line, row)) = rows.next().unwrap() {
            let columns = match row {
                Row::Whole(columns) => Some(
                    columns.iter().map(|column| String::from_utf8_lossy(column).into()).collect(),
                ),
                Row::TooLong => None,
            };
            found.push((line, columns));
        }
        found
    }

    #[test]
    fn columns_may_have_commas_quotes_and_line_ends_in_quotes() {
        let text = "a,b\n\"x,\"\"y\"\"\nz\",2\r\n\r\n3\n";
        let expected = [
            (1, Some(vec!["a".to_owned(), "b".into()])),
            (2, Some(vec!["x,\"y\"\nz".to_owned(), "2".into()])),
            (5, Some(vec!["3".to_owned()])),
        ];
        for buffer_bytes in 1..=text.len() {
            assert_eq!(rows(text.as_bytes(), buffer_bytes), expected, "{buffer_bytes}");
        }
    }

    #[test]
    fn a_row_below_the_bound_is_whole_and_a_longer_one_is_too_long() {
        for (length, is_whole) in [(LINE_BYTES_MAX - 1, true), (LINE_BYTES_MAX + 1, false)] {
            let row = std::io::repeat(b'a').take(length as u64);
            let found = rows(row.chain(&b"\nb,c\n"[..]), 1 << 16);
            assert_eq!(found.len(), 2);
            assert_eq!(found[0].1.is_some(), is_whole, "{length}");
            assert_eq!(found[1].1, Some(vec!["b".to_owned(), "c".into()]));
        }
    }

    #[test]
    fn a_row_of_too_many_columns_is_too_long() {
        for (count, is_whole) in [(COLUMN_COUNT_MAX - 1, true), (COLUMN_COUNT_MAX + 1, false)] {
            let text = format!("{}\nb\n", vec!["a"; count].join(","));
            let found = rows(text.as_bytes(), 1 << 16);
            assert_eq!((found.len(), found[0].1.is_some()), (2, is_whole), "{count}");
        }
    }
}
