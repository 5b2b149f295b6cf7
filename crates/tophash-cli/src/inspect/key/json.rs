//! A part of a JSON document, found without a tree of the rest: what is held is in proportion to
//! the part, which has a bound.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::inspect::problems::Problem;
use crate::inspect::tally::KEY_BYTES_MAX;

/// A pointer of RFC 6901.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::inspect) struct Pointer {
    text: String,
    /// The names and indices on the path.
    tokens: Vec<String>,
}

impl Pointer {
    /// The pointer that `text` spells: nothing, or a `/` before each token.
    pub(super) fn new(text: &str) -> Option<Self> {
        let mut tokens = text.split('/');
        if tokens.next() != Some("") {
            return None;
        }
        let tokens = tokens.map(|token| token.replace("~1", "/").replace("~0", "~")).collect();
        Some(Self { text: text.to_owned(), tokens })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The part of a document that it leads to: text as it is, the rest as JSON with sorted names.
    /// Of names that occur twice the last counts. The recursion ends at `serde_json`'s limit.
    pub(super) fn find(&self, document: &[u8]) -> Result<String, Problem> {
        let mut deserializer = serde_json::Deserializer::from_slice(document);
        let found = Follow { path: Some(&self.tokens) }.deserialize(&mut deserializer);
        let is_whole = deserializer.end().is_ok();
        match found {
            Ok(found) if is_whole => match found {
                Found::Nothing => Err(Problem::PointerMissing),
                Found::TooLong => Err(Problem::KeyTooLong),
                Found::Text(text) => Ok(text),
            },
            _ => Err(Problem::NotJson),
        }
    }
}

enum Found {
    Nothing,
    /// It is longer than a key may be.
    TooLong,
    Text(String),
}

impl Found {
    fn of(text: String) -> Self {
        if text.len() > KEY_BYTES_MAX { Self::TooLong } else { Self::Text(text) }
    }
}

/// Reads a value to follow a path in it. Off the path all is checked as strictly, and dropped.
#[derive(Clone, Copy)]
struct Follow<'p> {
    /// What is left of the path; none off it.
    path: Option<&'p [String]>,
}

impl Follow<'_> {
    const OFF: Self = Self { path: None };

    /// How to read a child, of which `is_on_path` tells whether a token means it.
    fn child(self, is_on_path: impl FnOnce(&str) -> bool) -> Self {
        match self.path {
            Some([token, rest @ ..]) if is_on_path(token) => Self { path: Some(rest) },
            _ => Self::OFF,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Follow<'_> {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        if self.path.is_some_and(<[String]>::is_empty) {
            return Render { is_outermost: true }.deserialize(deserializer);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Follow<'_> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Found, E> {
        Ok(Found::Nothing)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Found, E> {
        Ok(Found::Nothing)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Found, E> {
        Ok(Found::Nothing)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Found, E> {
        Ok(Found::Nothing)
    }

    fn visit_str<E>(self, _: &str) -> Result<Found, E> {
        Ok(Found::Nothing)
    }

    fn visit_unit<E>(self) -> Result<Found, E> {
        Ok(Found::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Found, A::Error> {
        let mut found = Found::Nothing;
        for index in 0_usize.. {
            let child = self.child(|token| index_of(token) == Some(index));
            match items.next_element_seed(child)? {
                Some(item) if child.path.is_some() => found = item,
                Some(_) => {}
                None => break,
            }
        }
        Ok(found)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Found, A::Error> {
        let mut found = Found::Nothing;
        while let Some(name) = entries.next_key::<String>()? {
            let child = self.child(|token| token == name);
            let value = entries.next_value_seed(child)?;
            if child.path.is_some() {
                found = value;
            }
        }
        Ok(found)
    }
}

/// The index that a token means: no sign, and no zero before it.
fn index_of(token: &str) -> Option<usize> {
    let is_padded = token.starts_with('+') || (token.starts_with('0') && token.len() > 1);
    if is_padded { None } else { token.parse().ok() }
}

/// Reads a value as the text that it is, or would be as JSON without spaces.
struct Render {
    /// Whether it is no part of another, so that a string has no quotes.
    is_outermost: bool,
}

impl Render {
    const INNER: Self = Self { is_outermost: false };
}

impl<'de> DeserializeSeed<'de> for Render {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Render {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Found, E> {
        Ok(Found::of(Value::from(value).to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Found, E> {
        Ok(Found::of(Value::from(value).to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Found, E> {
        Ok(Found::of(Value::from(value).to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Found, E> {
        Ok(Found::of(Value::from(value).to_string()))
    }

    fn visit_unit<E>(self) -> Result<Found, E> {
        Ok(Found::of(Value::Null.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Found, E> {
        if text.len() > KEY_BYTES_MAX {
            return Ok(Found::TooLong);
        }
        let is_plain = self.is_outermost;
        Ok(Found::of(if is_plain { text.to_owned() } else { quoted(text) }))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Found, A::Error> {
        let mut text = "[".to_owned();
        while let Some(item) = items.next_element_seed(Self::INNER)? {
            if let Found::Text(item) = item {
                text.push_str(if text.len() > 1 { "," } else { "" });
                text.push_str(&item);
                if text.len() < KEY_BYTES_MAX {
                    continue;
                }
            }
            while items.next_element_seed(Follow::OFF)?.is_some() {}
            return Ok(Found::TooLong);
        }
        text.push(']');
        Ok(Found::of(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Found, A::Error> {
        let mut parts = BTreeMap::new();
        let mut byte_count = 0;
        while let Some(name) = entries.next_key::<String>()? {
            // One that is too long may be replaced by one that is not.
            let value = match entries.next_value_seed(Self::INNER)? {
                Found::Text(value) => Some(value),
                Found::Nothing | Found::TooLong => None,
            };
            let name_byte_count = name.len();
            byte_count += name_byte_count + value.as_ref().map_or(0, String::len);
            if let Some(old) = parts.insert(name, value) {
                byte_count -= name_byte_count + old.map_or(0, |old| old.len());
            }
            // Each has two quotes and a colon besides.
            if byte_count + 3 * parts.len() > KEY_BYTES_MAX {
                while entries.next_key_seed(Follow::OFF)?.is_some() {
                    entries.next_value_seed(Follow::OFF)?;
                }
                return Ok(Found::TooLong);
            }
        }
        let mut text = "{".to_owned();
        for (name, value) in &parts {
            let Some(value) = value else { return Ok(Found::TooLong) };
            text.push_str(if text.len() > 1 { "," } else { "" });
            text.push_str(&quoted(name));
            text.push(':');
            text.push_str(value);
        }
        text.push('}');
        Ok(Found::of(text))
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::{KEY_BYTES_MAX, Pointer, Problem};
    use serde_json::Value;

    fn find(pointer: &str, document: impl AsRef<[u8]>) -> Result<String, Problem> {
        Pointer::new(pointer).unwrap().find(document.as_ref())
    }

    /// What a tree of the whole document says.
    fn by_tree(pointer: &str, document: &[u8]) -> Result<String, Problem> {
        let tree: Value = serde_json::from_slice(document).map_err(|_| Problem::NotJson)?;
        match tree.pointer(pointer).ok_or(Problem::PointerMissing)? {
            Value::String(text) => Ok(text.clone()),
            other => Ok(other.to_string()),
        }
    }

    #[test]
    fn a_part_is_what_a_tree_of_the_whole_document_has_there() {
        let documents: &[&[u8]] = &[
            br#"{"a": 1, "a": 2}"#,
            br#"{"a": {"b": 1}, "a": 7}"#,
            br#"{"a": 7, "a": {"b": [1]}}"#,
            br#"{"a": {"z": 1, "b": "\u00e4\n", "z": null}, "b": [true, false]}"#,
            br#"{"a": [10, {"b": "x"}, [-3, 1.0, 1e2, 0.1, 18446744073709551615, -0]]}"#,
            br#"[[], {}, [{}], "", "quote \" and \\", null]"#,
            br#"{"": {"": 0}, "/": 1, "~": 2, "~1": 3, "0": 4, "01": 5}"#,
            br#""text""#,
            b" 7 ",
            b"null",
            b"1e999",
            br#"{"b": 1e999, "a": 1}"#,
            br#"{"b": "\ud800", "a": 1}"#,
            b"{\"b\": \"\xff\", \"a\": 1}",
            br#"{"a": 1} x"#,
            br#"{"a": 1,}"#,
            br#"{"a": 1"#,
            b"",
        ];
        let pointers =
            "|/|//|/a|/b|/a/b|/a/1|/a/1/b|/a/2|/a/2/4|/0|/1|/2|/3|/4|/5|/6|/01|/+1|/~0|/~1|/~01|/-";
        for document in documents {
            for pointer in pointers.split('|') {
                let expected = by_tree(pointer, document);
                let text = String::from_utf8_lossy(document);
                assert_eq!(find(pointer, document), expected, "{pointer} in {text}");
            }
        }
    }

    #[test]
    fn the_depth_is_limited_on_the_path_and_off_it() {
        for (depth, is_read) in [(100, true), (200, false), (100_000, false)] {
            let deep = "[".repeat(depth) + &"]".repeat(depth);
            for (pointer, document) in
                [("", deep.clone()), ("/0", deep.clone()), ("/a", format!("{{\"b\":{deep}}}"))]
            {
                let is_json = find(pointer, document) != Err(Problem::NotJson);
                assert_eq!(is_json, is_read, "{pointer} {depth}");
            }
        }
    }

    #[test]
    fn a_part_at_the_bound_is_whole_and_one_byte_more_is_too_long() {
        for more in [0, 1] {
            let expected = if more == 0 { Ok(KEY_BYTES_MAX) } else { Err(Problem::KeyTooLong) };
            let text = "x".repeat(KEY_BYTES_MAX - 8 + more);
            let documents = [
                ("/a", format!("{{\"a\":\"{text}12345678\"}}")),
                ("", format!("[\"{text}1234\"]")),
                ("", format!("[\"{text}12\",3]")),
                ("", format!("{{\"a\":\"{text}\"}}")),
            ];
            for (pointer, document) in &documents {
                let length = find(pointer, document).map(|part| part.len());
                assert_eq!(length, expected, "{pointer} {more}");
            }
        }
    }

    #[test]
    fn a_name_that_is_replaced_does_not_make_an_object_too_long() {
        let long = "x".repeat(KEY_BYTES_MAX);
        let names = r#""a":"some text","#.repeat(KEY_BYTES_MAX);
        assert_eq!(find("", format!("{{{names}\"a\":\"{long}\",\"a\":1}}")).unwrap(), r#"{"a":1}"#);
    }
}
