//! The mark with which some programs begin a text in UTF-8, and which is no part of it.

use std::io::{self, BufRead, ErrorKind, Read};

const MARK: &[u8] = b"\xef\xbb\xbf";

/// What follows the mark, or all of the text if it begins with none.
pub(crate) fn skip(mut text: impl BufRead) -> io::Result<impl BufRead> {
    let mut matched = 0;
    // A pipe may give its first bytes one by one.
    while matched < MARK.len() {
        let available = match text.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.first() != Some(&MARK[matched]) {
            break;
        }
        text.consume(1);
        matched += 1;
    }
    let given_back = if matched == MARK.len() { &[] } else { &MARK[..matched] };
    Ok(given_back.chain(text))
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read};

    #[test]
    fn the_mark_is_skipped_once_and_nothing_else() {
        let cases: &[(&[u8], &[u8])] = &[
            (b"", b""),
            (b"text", b"text"),
            (b"\xef\xbb\xbf", b""),
            (b"\xef\xbb\xbftext", b"text"),
            (b"\xef\xbb\xbf\xef\xbb\xbf", b"\xef\xbb\xbf"),
            (b"\xef\xbbtext", b"\xef\xbbtext"),
            (b"\xef", b"\xef"),
            (b"\xef\xef\xbb\xbf", b"\xef\xef\xbb\xbf"),
        ];
        for buffer_bytes in 1..=4 {
            for (text, expected) in cases {
                let mut rest = Vec::new();
                let text = BufReader::with_capacity(buffer_bytes, *text);
                super::skip(text).unwrap().read_to_end(&mut rest).unwrap();
                assert_eq!(rest, *expected);
            }
        }
    }
}
