//! The fields of a line of a web server's log, in the common or the combined format:
//!
//! ```text
//! host identity user [time] "method path protocol" status bytes "referer" "agent"
//! ```

use crate::inspect::problems::Problem;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::inspect) enum LogField {
    Host,
    Identity,
    User,
    Time,
    Request,
    Method,
    Path,
    /// The path without what follows a question mark.
    Endpoint,
    Protocol,
    Status,
    Bytes,
    Referer,
    Agent,
}

const NAMES: [(LogField, &str); 13] = [
    (LogField::Host, "host"),
    (LogField::Identity, "identity"),
    (LogField::User, "user"),
    (LogField::Time, "time"),
    (LogField::Request, "request"),
    (LogField::Method, "method"),
    (LogField::Path, "path"),
    (LogField::Endpoint, "endpoint"),
    (LogField::Protocol, "protocol"),
    (LogField::Status, "status"),
    (LogField::Bytes, "bytes"),
    (LogField::Referer, "referer"),
    (LogField::Agent, "agent"),
];

impl LogField {
    pub(super) fn of_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, known)| *known == name).map(|(field, _)| *field)
    }

    pub(super) fn name(self) -> &'static str {
        NAMES.iter().find(|(field, _)| *field == self).map_or("", |(_, name)| name)
    }

    /// This field of a line.
    pub(super) fn of_line(self, line: &[u8]) -> Result<&[u8], Problem> {
        let mut pieces = Pieces { rest: line };
        let mut piece = |index| pieces.nth(index).ok_or(Problem::NotLog);
        match self {
            Self::Host => piece(0),
            Self::Identity => piece(1),
            Self::User => piece(2),
            Self::Time => piece(3),
            Self::Request => piece(4),
            Self::Method => request_part(piece(4)?, 0),
            Self::Path => request_part(piece(4)?, 1),
            Self::Endpoint => {
                let path = request_part(piece(4)?, 1)?;
                Ok(path.split(|&byte| byte == b'?').next().unwrap_or_default())
            }
            Self::Protocol => request_part(piece(4)?, 2),
            Self::Status => piece(5),
            Self::Bytes => piece(6),
            // The common format ends before these two.
            Self::Referer => piece(7).map_err(|_| Problem::FieldMissing),
            Self::Agent => piece(8).map_err(|_| Problem::FieldMissing),
        }
    }
}

fn request_part(request: &[u8], index: usize) -> Result<&[u8], Problem> {
    let mut parts = request.split(|&byte| byte == b' ').filter(|part| !part.is_empty());
    parts.nth(index).ok_or(Problem::NotLog)
}

/// What stands between spaces, in quotation marks or in brackets.
struct Pieces<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest.trim_ascii_start();
        let (skip, end) = match rest.first()? {
            b'"' => (1, quote_end(rest)?),
            b'[' => (1, memchr::memchr(b']', rest)?),
            _ => (0, memchr::memchr(b' ', rest).unwrap_or(rest.len())),
        };
        self.rest = &rest[(end + skip).min(rest.len())..];
        Some(&rest[skip..end])
    }
}

/// Where the quotation that `text` begins with ends; servers write a quote in it as `\"`.
fn quote_end(text: &[u8]) -> Option<usize> {
    let mut is_escaped = false;
    text.iter().enumerate().skip(1).find_map(|(index, &byte)| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end.then_some(index)
    })
}

#[cfg(test)]
mod tests {
    use super::{LogField, Problem};

    const LINE: &str = concat!(
        r#"203.0.113.9 - alice [10/Oct/2025:13:55:36 +0000] "GET /cart?id=7 HTTP/1.1" "#,
        r#"200 2326 "https://example.com/" "an \"agent\" 1.0""#
    );

    #[track_caller]
    fn field(name: &str, line: &str) -> Result<String, Problem> {
        let bytes = LogField::of_name(name).unwrap().of_line(line.as_bytes())?;
        Ok(String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[test]
    fn every_field_is_found() {
        let expected = [
            ("host", "203.0.113.9"),
            ("identity", "-"),
            ("user", "alice"),
            ("time", "10/Oct/2025:13:55:36 +0000"),
            ("request", "GET /cart?id=7 HTTP/1.1"),
            ("method", "GET"),
            ("path", "/cart?id=7"),
            ("endpoint", "/cart"),
            ("protocol", "HTTP/1.1"),
            ("status", "200"),
            ("bytes", "2326"),
            ("referer", "https://example.com/"),
            ("agent", r#"an \"agent\" 1.0"#),
        ];
        for (name, value) in expected {
            assert_eq!(field(name, LINE).as_deref(), Ok(value), "{name}");
        }
    }

    #[test]
    fn what_is_no_log_is_told_from_a_log_without_the_field() {
        let common = LINE.split(" \"https").next().unwrap();
        assert_eq!(field("bytes", common).as_deref(), Ok("2326"));
        assert_eq!(field("agent", common), Err(Problem::FieldMissing));
        for line in ["", "hello", "a b c [time \"GET", r#"h - - [t] "" 400 0"#] {
            assert_eq!(field("path", line), Err(Problem::NotLog), "{line}");
        }
    }
}
