//! The words of a line: runs of letters and digits, in lower case.

use std::ops::ControlFlow;

/// Calls `visit` with each word. Bytes that are no UTF-8 belong to words as they are, so that a
/// text in an old encoding still has its words.
pub(in crate::inspect) fn each<B>(
    line: &[u8],
    word: &mut Vec<u8>,
    mut visit: impl FnMut(&[u8]) -> ControlFlow<B>,
) -> ControlFlow<B> {
    word.clear();
    for chunk in line.utf8_chunks() {
        for symbol in chunk.valid().chars() {
            if symbol.is_ascii_alphanumeric() {
                word.extend(symbol.to_ascii_lowercase().encode_utf8(&mut [0; 4]).as_bytes());
            } else if symbol.is_alphanumeric() {
                for lower in symbol.to_lowercase() {
                    word.extend(lower.encode_utf8(&mut [0; 4]).as_bytes());
                }
            } else if !word.is_empty() {
                visit(word)?;
                word.clear();
            }
        }
        word.extend(chunk.invalid());
    }
    if word.is_empty() { ControlFlow::Continue(()) } else { visit(word) }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    fn words(line: &[u8]) -> Vec<Vec<u8>> {
        let mut words = Vec::new();
        let flow: ControlFlow<()> = super::each(line, &mut Vec::new(), |word| {
            words.push(word.to_vec());
            ControlFlow::Continue(())
        });
        assert!(flow.is_continue());
        words
    }

    #[test]
    fn words_are_runs_of_letters_and_digits_in_lower_case() {
        let line = "The Map's 2nd, ÄRGER!";
        assert_eq!(words(line.as_bytes()), ["the", "map", "s", "2nd", "ärger"].map(Vec::from));
        assert!(words(b" ,. ").is_empty());
    }

    #[test]
    fn bytes_that_are_no_utf8_stay_in_their_word() {
        assert_eq!(words(b"caf\xe9 x"), [b"caf\xe9".to_vec(), b"x".to_vec()]);
    }
}
