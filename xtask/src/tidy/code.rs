//! Tells code from text: blanks out comments and literals, so that a rule meets only code.

/// The same source with every comment, string and character literal replaced by spaces. Line ends
/// stay where they are.
pub(super) fn blank_out_text(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    let mut before = ' ';
    while let Some(next) = rest.chars().next() {
        let length = text_length(rest, before);
        if length == 0 {
            code.push(next);
            before = next;
            rest = &rest[next.len_utf8()..];
        } else {
            let blank = |symbol| if symbol == '\n' { '\n' } else { ' ' };
            code.extend(rest[..length].chars().map(blank));
            before = ' ';
            rest = &rest[length..];
        }
    }
    code
}

/// How many bytes of text `source` begins with; 0 where it begins with code.
fn text_length(source: &str, before: char) -> usize {
    if source.starts_with("//") {
        return source.find('\n').unwrap_or(source.len());
    }
    if source.starts_with("/*") {
        return comment_length(source);
    }
    if source.starts_with('"') {
        return string_length(source);
    }
    if source.starts_with('\'') {
        return character_length(source);
    }
    // `br"..."` is met at its `r`; the `r` that ends a word begins no string.
    let is_word = (before.is_alphanumeric() && before != 'b') || before == '_';
    if source.starts_with('r') && !is_word { raw_string_length(source) } else { 0 }
}

/// Block comments nest.
fn comment_length(source: &str) -> usize {
    let mut depth = 0_usize;
    let mut index = 0;
    while index < source.len() {
        let rest = &source.as_bytes()[index..];
        if rest.starts_with(b"/*") {
            depth += 1;
            index += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            index += 2;
            if depth == 0 {
                return index;
            }
        } else {
            index += 1;
        }
    }
    source.len()
}

fn string_length(source: &str) -> usize {
    let mut escaped = false;
    for (index, symbol) in source.char_indices().skip(1) {
        match symbol {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return index + 1,
            _ => {}
        }
    }
    source.len()
}

fn raw_string_length(source: &str) -> usize {
    let after = source[1..].trim_start_matches('#');
    let hash_count = source.len() - 1 - after.len();
    if !after.starts_with('"') {
        return 0;
    }
    let begin = 1 + hash_count + 1;
    let end = format!("\"{}", "#".repeat(hash_count));
    source[begin..].find(&end).map_or(source.len(), |place| begin + place + end.len())
}

/// A character literal, or 0 for a lifetime.
fn character_length(source: &str) -> usize {
    let mut symbols = source.char_indices().skip(1);
    match symbols.next() {
        Some((_, '\\')) => {
            // What is escaped may be a quote; the literal ends at the quote after it.
            let Some((escaped, symbol)) = symbols.next() else { return 0 };
            let begin = escaped + symbol.len_utf8();
            source[begin..].find('\'').map_or(0, |place| begin + place + 1)
        }
        Some(_) => match symbols.next() {
            Some((index, '\'')) => index + 1,
            _ => 0,
        },
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::blank_out_text;

    #[track_caller]
    fn only_x_stays(source: &str) {
        let code = blank_out_text(source);
        assert_eq!(code.matches('x').count(), 1, "{code:?}");
        assert!(!code.contains('y'), "{code:?}");
        assert_eq!(code.matches('\n').count(), source.matches('\n').count());
    }

    #[test]
    fn comments_are_blanked_out() {
        only_x_stays("x // y\n");
        only_x_stays("/// y \"\n x");
        only_x_stays("/* y /* y */ y\n */ x");
    }

    #[test]
    fn strings_are_blanked_out() {
        only_x_stays(r#"x "y" "#);
        only_x_stays(r#""y \" // y" x"#);
        only_x_stays(r#""y \\" x"#);
        only_x_stays("r\"y \\\" x");
        only_x_stays("br##\"y \"# y\"## x");
        only_x_stays("\"ä y\" x");
    }

    #[test]
    fn characters_are_blanked_out_and_lifetimes_are_not() {
        only_x_stays("'y' x");
        only_x_stays(r"'\'' x 'y'");
        only_x_stays(r"'\u{79}' x");
        only_x_stays("'\"' x");
        only_x_stays("fn f<'x>() // y");
        only_x_stays("for x in \"y\"");
    }
}
