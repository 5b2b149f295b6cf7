//! A column of a table, by its name or its number.

use std::fmt::{self, Display, Formatter};

/// As it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::inspect) struct Column(String);

impl Column {
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Its index from 0, among the names of the first row. A name goes before a number.
    pub(in crate::inspect) fn find(&self, names: &[&[u8]]) -> Option<usize> {
        let by_name = names.iter().position(|name| name.trim_ascii() == self.0.trim().as_bytes());
        by_name.or_else(|| self.number().filter(|&index| index < names.len()))
    }

    /// Its index from 0 where there are no names.
    pub(in crate::inspect) fn number(&self) -> Option<usize> {
        self.0.parse::<usize>().ok()?.checked_sub(1)
    }
}

impl Display for Column {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Column;

    #[test]
    fn a_name_goes_before_a_number_and_numbers_begin_at_1() {
        let names: [&[u8]; 3] = [b"city", b" 1 ", b"name"];
        assert_eq!(Column::new("name").find(&names), Some(2));
        assert_eq!(Column::new("1").find(&names), Some(1));
        assert_eq!(Column::new("3").find(&names), Some(2));
        assert_eq!(Column::new("4").find(&names), None);
        assert_eq!(Column::new("0").find(&names), None);
        assert_eq!(Column::new("street").find(&names), None);
    }
}
