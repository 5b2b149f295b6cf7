//! The types that `--key` and `--value` name: how large they are, and how aligned.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

/// No type of this size is moved about in a map.
const TYPE_BYTES_MAX: u64 = 1 << 20;
/// Tuples in tuples in tuples are enough.
const DEPTH_MAX: u32 = 8;

const CHOICES: &str = "\
It is one of:
  u8 to u128, i8 to i128, usize, isize, f32, f64, bool, char, ()
  String, Vec, Box, Rc, Arc, &str, Box<str> (their own heap is not counted)
  bytes:N or [u8; N], [T; N] of another type, (T, T, ...)";

/// A type's name and layout on a machine of 64 bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Type {
    name: String,
    pub(super) bytes: u64,
    pub(super) align: u64,
}

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl FromStr for Type {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("{why}\n\n{CHOICES}");
        let (bytes, align) = layout(text.trim(), DEPTH_MAX).map_err(|why| wrong(&why))?;
        if bytes > TYPE_BYTES_MAX {
            return Err(wrong(&format!("it would have more than {TYPE_BYTES_MAX} bytes")));
        }
        Ok(Self { name: text.trim().to_owned(), bytes, align })
    }
}

/// Size and alignment.
fn layout(text: &str, depth: u32) -> Result<(u64, u64), String> {
    let simple = match text {
        "()" => Some((0, 1)),
        "u8" | "i8" | "bool" => Some((1, 1)),
        "u16" | "i16" => Some((2, 2)),
        "u32" | "i32" | "f32" | "char" => Some((4, 4)),
        "u64" | "i64" | "f64" | "usize" | "isize" | "Box" | "Rc" | "Arc" => Some((8, 8)),
        "u128" | "i128" => Some((16, 16)),
        "&str" | "&[u8]" | "Box<str>" | "Rc<str>" | "Arc<str>" => Some((16, 8)),
        "String" | "Vec" => Some((24, 8)),
        _ => None,
    };
    if let Some(layout) = simple {
        return Ok(layout);
    }
    if depth == 0 {
        return Err(format!("`{text}` is nested too deep"));
    }
    if let Some(count) = text.strip_prefix("bytes:") {
        return Ok((number(count)?, 1));
    }
    if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let (item, count) = inner.rsplit_once(';').ok_or(format!("`{text}` has no length"))?;
        let (bytes, align) = layout(item.trim(), depth - 1)?;
        let bytes = bytes.checked_mul(number(count)?).ok_or(format!("`{text}` is too large"))?;
        return Ok((bytes, align));
    }
    if let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return tuple(inner, depth - 1);
    }
    Err(format!("`{text}` is no type that is known here"))
}

fn number(text: &str) -> Result<u64, String> {
    let number = text.trim().parse().ok().filter(|&number: &u64| number <= TYPE_BYTES_MAX);
    number.ok_or(format!("`{}` is no length up to {TYPE_BYTES_MAX}", text.trim()))
}

/// Rust orders the parts of a tuple so that padding stands at the end only.
fn tuple(inner: &str, depth: u32) -> Result<(u64, u64), String> {
    let (mut bytes, mut align) = (0_u64, 1);
    for part in parts(inner) {
        let (part_bytes, part_align) = layout(part.trim(), depth)?;
        bytes = bytes.saturating_add(part_bytes);
        align = align.max(part_align);
    }
    Ok((bytes.min(2 * TYPE_BYTES_MAX).next_multiple_of(align), align))
}

/// The parts between those commas that stand in no brackets; none after the last comma.
fn parts(inner: &str) -> Vec<&str> {
    let (mut parts, mut begin, mut depth) = (Vec::new(), 0, 0_u32);
    for (index, byte) in inner.bytes().enumerate() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(&inner[begin..index]);
                begin = index + 1;
            }
            _ => {}
        }
    }
    if !inner[begin..].trim().is_empty() {
        parts.push(&inner[begin..]);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{TYPE_BYTES_MAX, Type};
    use crate::figures::wide;

    #[track_caller]
    fn is_laid_out_as<T>(name: &str) {
        let parsed: Type = name.parse().unwrap();
        let real = (wide(size_of::<T>()), wide(align_of::<T>()));
        assert_eq!((parsed.bytes, parsed.align), real, "{name}");
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn types_have_the_layout_that_the_compiler_gives_them() {
        is_laid_out_as::<()>("()");
        is_laid_out_as::<u8>("u8");
        is_laid_out_as::<u128>("u128");
        is_laid_out_as::<char>("char");
        is_laid_out_as::<String>(" String ");
        is_laid_out_as::<&str>("&str");
        is_laid_out_as::<[u8; 20]>("bytes:20");
        is_laid_out_as::<[u8; 20]>("[u8; 20]");
        is_laid_out_as::<[u32; 3]>("[u32;3]");
        is_laid_out_as::<(u32, u32)>("(u32, u32)");
        is_laid_out_as::<(u8, u64, u16)>("(u8, u64, u16)");
        is_laid_out_as::<((u8, u32), [u16; 3])>("((u8, u32), [u16; 3],)");
        is_laid_out_as::<(u8, u128)>("(u8, u128)");
    }

    #[test]
    fn other_types_are_answered_with_the_choices() {
        let deep = format!("{}u8{}", "(".repeat(1000), ")".repeat(1000));
        for text in ["", "u7", "[u8]", "[u8; x]", "bytes:", "bytes:-1", "HashMap", "(u8", &deep] {
            let error = text.parse::<Type>().unwrap_err();
            assert!(error.contains("bytes:N"), "{text}: {error}");
        }
        assert!(format!("bytes:{TYPE_BYTES_MAX}").parse::<Type>().is_ok());
        assert!(format!("bytes:{}", TYPE_BYTES_MAX + 1).parse::<Type>().is_err());
        assert!("[[u64; 1000000]; 1000000]".parse::<Type>().is_err());
    }
}
