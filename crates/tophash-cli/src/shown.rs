//! Bytes as people can read them, and as no terminal can be led astray by them.

use std::fmt::Write as _;
use std::path::Path;

/// The name of a file, all of it.
pub(crate) fn shown_path(path: &Path) -> String {
    shown(path.as_os_str().as_encoded_bytes(), usize::MAX)
}

/// At most `length_max` characters of the text. What cannot be printed is escaped: control and
/// format characters as `\n` or `\u{202e}`, bytes that are no UTF-8 as `\xff`, and the backslash
/// itself.
pub(crate) fn shown(bytes: &[u8], length_max: usize) -> String {
    let mut text = String::with_capacity(bytes.len().min(length_max));
    // The length before the last piece, so that a cut falls between pieces.
    let mut length = 0;
    let mut add = |piece: &str| {
        length += piece.chars().count();
        let fits = length < length_max;
        if fits {
            text.push_str(piece);
        }
        fits
    };
    let mut piece = String::new();
    let mut is_whole = true;
    'bytes: for chunk in bytes.utf8_chunks() {
        for symbol in chunk.valid().chars() {
            piece.clear();
            match symbol {
                '"' | '\'' => piece.push(symbol),
                _ => piece.extend(symbol.escape_debug()),
            }
            is_whole = add(&piece);
            if !is_whole {
                break 'bytes;
            }
        }
        for byte in chunk.invalid() {
            piece.clear();
            // Writing to a string cannot fail.
            let _ = write!(piece, "\\x{byte:02x}");
            is_whole = add(&piece);
            if !is_whole {
                break 'bytes;
            }
        }
    }
    if !is_whole {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn what_would_move_the_cursor_is_escaped() {
        assert_eq!(shown(b"a\x1b[31m\n\"'\\\t", 99), r#"a\u{1b}[31m\n"'\\\t"#);
        assert_eq!(shown("ä\u{202e}x\u{200b}".as_bytes(), 99), "ä\\u{202e}x\\u{200b}");
        assert_eq!(shown(b"caf\xe9\xff", 99), r"caf\xe9\xff");
        assert_eq!(shown(b"<b>&amp;</b>", 99), "<b>&amp;</b>");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(shown(b"abcdef", 4), "abc…");
        assert_eq!(shown(b"abc", 4), "abc");
        assert_eq!(shown(b"ab\xff", 4), "ab…");
        assert!(shown(&vec![b'a'; 1 << 20], 60).len() < 100);
    }
}
