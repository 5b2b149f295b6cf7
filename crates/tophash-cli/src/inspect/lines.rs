//! The lines of an input, of which none is held that is longer than a bound.

use std::io::{self, BufRead, ErrorKind};

/// A line may have so many bytes, without its end. Of a longer one nothing is kept.
pub(super) const LINE_BYTES_MAX: usize = 16 << 20;

pub(super) enum Line<'a> {
    Whole(&'a [u8]),
    TooLong,
}

/// Reads line after line into one buffer.
pub(super) struct Lines<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Of the last line, from 1; 0 before the first.
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, buffer: Vec::new(), number: 0 }
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The next line without its end, which is `\n` or `\r\n`.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buffer.clear();
        let (mut is_too_long, mut is_begun) = (false, false);
        loop {
            let available = match self.reader.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if available.is_empty() && !is_begun {
                return Ok(None);
            }
            is_begun = true;
            let end = memchr::memchr(b'\n', available);
            let part = &available[..end.unwrap_or(available.len())];
            // One byte more may be the `\r` of the line's end.
            if is_too_long || self.buffer.len() + part.len() > LINE_BYTES_MAX + 1 {
                is_too_long = true;
                self.buffer.clear();
            } else {
                self.buffer.extend_from_slice(part);
            }
            let (used, is_end) = (part.len() + usize::from(end.is_some()), part.is_empty());
            self.reader.consume(used);
            if end.is_some() || (is_end && used == 0) {
                break;
            }
        }
        self.number += 1;
        let line = self.buffer.strip_suffix(b"\r").unwrap_or(&self.buffer);
        let is_whole = !is_too_long && line.len() <= LINE_BYTES_MAX;
        Ok(Some(if is_whole { Line::Whole(line) } else { Line::TooLong }))
    }
}

#[cfg(test)]
mod tests {
    use super::{LINE_BYTES_MAX, Line, Lines};
    use std::io::{BufReader, Read};

    fn lines(text: impl Read, buffer_bytes: usize) -> Vec<Option<Vec<u8>>> {
        let mut lines = Lines::new(BufReader::with_capacity(buffer_bytes, text));
        let mut found = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            found.push(match line {
                Line::Whole(bytes) => Some(bytes.to_vec()),
                Line::TooLong => None,
            });
        }
        assert_eq!(lines.number(), found.len() as u64);
        found
    }

    #[test]
    fn lines_end_alike_whatever_the_end_and_the_buffer() {
        let text = b"one\ntwo\r\n\nfour\r\r\nlast";
        let expected = ["one", "two", "", "four\r", "last"].map(|line| Some(line.into()));
        for buffer_bytes in 1..=text.len() {
            assert_eq!(lines(&text[..], buffer_bytes), expected, "{buffer_bytes}");
        }
        assert!(lines(&b""[..], 8).is_empty());
        assert_eq!(lines(&b"\n"[..], 8), [Some(Vec::new())]);
    }

    #[test]
    fn a_line_at_the_bound_is_whole_and_one_byte_more_is_too_long() {
        for (length, end) in [(0, "\n"), (0, "\r\n"), (1, "\n"), (1, "\r\n"), (1, "")] {
            let line = std::io::repeat(b'a').take((LINE_BYTES_MAX + length) as u64);
            let text = line.chain(end.as_bytes()).chain(&b"next"[..]);
            let found = lines(text, 1 << 16);
            assert_eq!(found[0].is_some(), length == 0, "{length} {end:?}");
            assert_eq!(found.get(1).is_some(), !end.is_empty(), "{length} {end:?}");
        }
    }

    #[test]
    fn of_a_line_that_is_too_long_nothing_is_held() {
        let line = std::io::repeat(b'a').take(4 * LINE_BYTES_MAX as u64);
        let mut lines = Lines::new(BufReader::new(line));
        assert!(matches!(lines.next().unwrap(), Some(Line::TooLong)));
        assert!(lines.buffer.capacity() <= 2 * LINE_BYTES_MAX + 2);
        assert!(lines.next().unwrap().is_none());
    }
}
