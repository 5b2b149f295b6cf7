//! What part of a record is its key, or the value that is kept for it.

pub(super) mod column;
pub(super) mod json;
pub(super) mod log;
pub(super) mod word;

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};
use std::num::NonZeroUsize;
use std::str::FromStr;

use super::problems::Problem;
use column::Column;
use json::Pointer;
use log::LogField;

/// What can be asked for, as `--help` and the errors say it.
pub(super) const CHOICES: &str = "  line                the whole line
  word                each word of the line, in lower case
  field:N             the N-th field between spaces, counted from 1
  csv:COLUMN          a column, by its name in the first row or its number
  json:POINTER        a part of a line of JSON, such as json:/user/id
  combined-log:FIELD  host, user, time, method, path, endpoint, status, bytes,
                      referer, agent, identity, protocol or request of a line
                      of a web server's log";

/// A part of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Line,
    Word,
    Field(NonZeroUsize),
    Csv(Column),
    Json(Pointer),
    Log(LogField),
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, argument) = match text.split_once(':') {
            Some((kind, argument)) => (kind, Some(argument)),
            None => (text, None),
        };
        let wrong = |why: &str| Err(format!("{why}\n\nIt is one of:\n{CHOICES}"));
        match (kind, argument) {
            ("line", None) => Ok(Self::Line),
            ("word", None) => Ok(Self::Word),
            ("line" | "word", Some(_)) => wrong(&format!("`{kind}` takes nothing after it")),
            ("field", Some(number)) => match number.parse() {
                Ok(number) => Ok(Self::Field(number)),
                Err(_) => wrong("`field` takes a number from 1, as in `field:3`"),
            },
            ("csv", Some(column)) if !column.is_empty() => Ok(Self::Csv(Column::new(column))),
            ("json", Some(pointer)) => match Pointer::new(pointer) {
                Some(pointer) => Ok(Self::Json(pointer)),
                None => wrong("a JSON pointer begins with `/`, as in `json:/user/id`"),
            },
            ("combined-log", Some(field)) => match LogField::of_name(field) {
                Some(field) => Ok(Self::Log(field)),
                None => wrong(&format!("a log has no field `{field}`")),
            },
            ("field" | "csv" | "json" | "combined-log", _) => {
                wrong(&format!("`{kind}` needs a `:` and what is meant after it"))
            }
            _ => wrong(&format!("there is no `{kind}`")),
        }
    }
}

impl Display for Part {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line => f.write_str("line"),
            Self::Word => f.write_str("word"),
            Self::Field(number) => write!(f, "field:{number}"),
            Self::Csv(column) => write!(f, "csv:{column}"),
            Self::Json(pointer) => write!(f, "json:{}", pointer.as_str()),
            Self::Log(field) => write!(f, "combined-log:{}", field.name()),
        }
    }
}

impl Part {
    pub(super) fn is_csv(&self) -> bool {
        matches!(self, Self::Csv(_))
    }

    /// This part of a line. Words are many and columns are of rows: neither is asked for here.
    pub(super) fn of_line<'a>(&self, line: &'a [u8]) -> Result<Cow<'a, [u8]>, Problem> {
        match self {
            Self::Line | Self::Word | Self::Csv(_) => Ok(Cow::Borrowed(line)),
            Self::Field(number) => {
                let mut fields =
                    line.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty());
                let field = fields.nth(number.get() - 1);
                field.map(Cow::Borrowed).ok_or(Problem::FieldMissing)
            }
            Self::Json(pointer) => pointer.find(line).map(|part| Cow::Owned(part.into_bytes())),
            Self::Log(field) => field.of_line(line).map(Cow::Borrowed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, Problem};

    #[track_caller]
    fn part(spec: &str, line: &str) -> Result<String, Problem> {
        let part: Part = spec.parse().unwrap();
        let bytes = part.of_line(line.as_bytes())?;
        Ok(String::from_utf8(bytes.into_owned()).unwrap())
    }

    #[test]
    fn a_part_is_shown_as_it_is_written() {
        for text in ["line", "word", "field:3", "csv:a b", "csv:2", "json:/a/0", "json:"] {
            assert_eq!(text.parse::<Part>().unwrap().to_string(), text);
        }
        let log: Part = "combined-log:path".parse().unwrap();
        assert_eq!(log.to_string(), "combined-log:path");
    }

    #[test]
    fn a_wrong_part_is_answered_with_the_choices() {
        let wrong = ["", "lines", "line:1", "field", "field:0", "field:x", "csv", "csv:", "json:a"];
        for text in wrong.into_iter().chain(["combined-log", "combined-log:x", "field:-1"]) {
            let error = text.parse::<Part>().unwrap_err();
            assert!(error.contains("combined-log:FIELD"), "{text}: {error}");
        }
    }

    #[test]
    fn fields_are_parted_by_any_number_of_spaces() {
        assert_eq!(part("field:2", "  a\t b  c").unwrap(), "b");
        assert_eq!(part("field:4", "  a\t b  c"), Err(Problem::FieldMissing));
    }

    #[test]
    fn a_pointer_finds_text_without_quotes_and_the_rest_as_json() {
        let line = r#"{"user": {"id": 7, "name": "ä"}, "tags": ["x", null]}"#;
        assert_eq!(part("json:/user/name", line).unwrap(), "ä");
        assert_eq!(part("json:/user/id", line).unwrap(), "7");
        assert_eq!(part("json:/tags", line).unwrap(), r#"["x",null]"#);
        assert_eq!(part("json:/user/age", line), Err(Problem::PointerMissing));
        assert_eq!(part("json:/a", "{"), Err(Problem::NotJson));
        let deep = "[".repeat(100_000);
        assert_eq!(part("json:/a", &deep), Err(Problem::NotJson));
    }
}
