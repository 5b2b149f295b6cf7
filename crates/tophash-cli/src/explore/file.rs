//! The lines of a file as keys: how often each occurs, and what was left out.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde::Serialize;
use tophash::HashMap;

use super::lab::{ENTRIES_MAX, KEY_BYTES_MAX};

/// The most bytes of a file that are read.
pub(crate) const FILE_BYTES_MAX: u64 = 256 << 20;

/// The keys of a file in the order in which they first occur, with the number of their lines.
#[derive(Debug, Default)]
pub(crate) struct FileKeys {
    entries: Vec<(String, usize)>,
    pub(crate) report: Report,
}

/// What was read and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    pub(crate) name: String,
    pub(crate) lines: usize,
    pub(crate) keys: usize,
    pub(crate) empty: usize,
    pub(crate) too_long: usize,
    pub(crate) not_text: usize,
    /// Lines with a new key, when there were as many keys as a map holds here.
    pub(crate) beyond_limit: usize,
    /// Whether there is more of the file than was read.
    pub(crate) is_cut: bool,
}

impl Report {
    /// What was left out, in a sentence for each reason.
    pub(crate) fn left_out(&self) -> Vec<String> {
        let reasons = [
            (self.empty, "empty".to_owned()),
            (self.too_long, format!("longer than {KEY_BYTES_MAX} bytes")),
            (self.not_text, "not UTF-8".to_owned()),
            (self.beyond_limit, format!("new keys beyond the first {ENTRIES_MAX}")),
        ];
        let counted = reasons.into_iter().filter(|(count, _)| *count > 0);
        let mut sentences: Vec<_> =
            counted.map(|(count, reason)| format!("left out {}: {reason}", lines(count))).collect();
        if self.is_cut {
            let mebibytes = FILE_BYTES_MAX >> 20;
            sentences.push(format!("only the first {mebibytes} MiB were read"));
        }
        sentences
    }
}

/// "1 line", "2 lines".
fn lines(count: usize) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{count} lines") }
}

impl FileKeys {
    /// Reads a file, or as much of it as the limits allow.
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let file = BufReader::new(File::open(path)?);
        let mut keys = Self::read_lines(file, FILE_BYTES_MAX)?;
        let name = path.file_name().unwrap_or(path.as_os_str());
        keys.report.name = name.to_string_lossy().into_owned();
        Ok(keys)
    }

    /// The keys, each with the number of its lines.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, usize)> {
        self.entries.iter().map(|(key, count)| (key.as_str(), *count))
    }

    fn read_lines(source: impl BufRead, bytes_max: u64) -> io::Result<Self> {
        let mut keys = Self::default();
        let mut places = HashMap::new();
        let mut source = io::Read::take(crate::byte_order_mark::skip(source)?, bytes_max);
        let mut line = Vec::new();
        while read_line(&mut source, &mut line)? {
            keys.add(&line, &mut places);
        }
        let is_at_limit = source.limit() == 0;
        keys.report.is_cut = is_at_limit && !source.into_inner().fill_buf()?.is_empty();
        keys.report.keys = keys.entries.len();
        Ok(keys)
    }

    fn add(&mut self, line: &[u8], places: &mut HashMap<String, usize>) {
        self.report.lines += 1;
        if line.is_empty() {
            self.report.empty += 1;
        } else if line.len() > KEY_BYTES_MAX {
            self.report.too_long += 1;
        } else if let Ok(key) = std::str::from_utf8(line) {
            if let Some(&place) = places.get(key) {
                self.entries[place].1 += 1;
            } else if self.entries.len() == ENTRIES_MAX {
                self.report.beyond_limit += 1;
            } else {
                places.insert(key.to_owned(), self.entries.len());
                self.entries.push((key.to_owned(), 1));
            }
        } else {
            self.report.not_text += 1;
        }
    }
}

/// Reads one line without its end, and of a line that is too long for a key only so much that this
/// can be told. False at the end.
fn read_line(source: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let mut has_read = false;
    loop {
        let available = source.fill_buf()?;
        if available.is_empty() {
            return Ok(has_read);
        }
        has_read = true;
        let end = available.iter().position(|&byte| byte == b'\n');
        let part = &available[..end.unwrap_or(available.len())];
        // Two more: a carriage return, which does not count, and one byte too many.
        let room = (KEY_BYTES_MAX + 2).saturating_sub(line.len());
        line.extend_from_slice(&part[..part.len().min(room)]);
        let used = end.map_or(available.len(), |end| end + 1);
        source.consume(used);
        if end.is_some() {
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FileKeys, KEY_BYTES_MAX};

    fn read(text: &[u8], bytes_max: u64) -> FileKeys {
        FileKeys::read_lines(text, bytes_max).unwrap()
    }

    #[test]
    fn each_line_is_a_key_and_its_value_is_how_often_it_occurs() {
        let keys = read(b"alice\nbob\r\nalice\ncharlie", u64::MAX);
        let entries: Vec<_> = keys.entries().collect();
        assert_eq!(entries, [("alice", 2), ("bob", 1), ("charlie", 1)]);
        assert_eq!((keys.report.lines, keys.report.keys), (4, 3));
        assert!(keys.report.left_out().is_empty());
    }

    #[test]
    fn what_is_left_out_is_counted_and_said() {
        let long = "x".repeat(KEY_BYTES_MAX + 1);
        let endless = "y".repeat(100_000);
        let mut text = format!("\n{long}\n{endless}\nalice\n").into_bytes();
        text.extend_from_slice(b"\xff\xfe\nbob\n");
        let keys = read(&text, u64::MAX);
        let report = &keys.report;
        assert_eq!((report.empty, report.too_long, report.not_text), (1, 2, 1));
        assert_eq!(report.keys, 2);
        let left_out = report.left_out();
        assert_eq!(left_out[0], "left out 1 line: empty");
        assert_eq!(left_out[1], "left out 2 lines: longer than 128 bytes");
        assert_eq!(left_out.len(), 3);
    }

    #[test]
    fn the_longest_key_is_taken_with_either_line_end() {
        let key = "x".repeat(KEY_BYTES_MAX);
        for end in ["\n", "\r\n", ""] {
            let keys = read(format!("{key}{end}").as_bytes(), u64::MAX);
            assert_eq!(keys.entries().next(), Some((key.as_str(), 1)), "{end:?}");
        }
    }

    #[test]
    fn a_file_beyond_the_limit_is_cut() {
        assert!(read(b"alice\nbob\n", 6).report.is_cut);
        assert!(!read(b"alice\nbob\n", 10).report.is_cut);
    }
}
