//! Sums of numbers, and how they are ordered.

use std::cmp::Ordering;

/// A sum of numbers, of which those without a fraction are summed exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sum {
    whole: i128,
    rest: f64,
    /// Whether a number was added to `rest`, which may have been rounded.
    has_rest: bool,
}

/// From here on, half of what an `i128` holds, a sum is ordered by its nearest `f64`.
const EXACT_MAX: f64 = 8.5e37;

impl Sum {
    /// Adds the number that `text` spells; tells whether it spells one.
    pub(super) fn add(&mut self, text: &[u8]) -> bool {
        let Ok(text) = std::str::from_utf8(text.trim_ascii()) else { return false };
        if let Ok(number) = text.parse::<i64>() {
            self.whole = self.whole.saturating_add(i128::from(number));
            return true;
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                self.rest += number;
                self.has_rest |= number != 0.0;
                true
            }
            _ => false,
        }
    }

    /// The nearest `f64`, infinite if the sum is beyond all of them.
    #[expect(clippy::cast_precision_loss, reason = "to show numbers with a fraction")]
    pub(super) fn value(self) -> f64 {
        self.whole as f64 + self.rest
    }

    /// The exact sum, if no number had a fraction.
    pub(super) fn whole(self) -> Option<i128> {
        (!self.has_rest).then_some(self.whole)
    }

    /// What it is ordered by.
    #[expect(clippy::cast_possible_truncation, reason = "the size is checked")]
    pub(super) fn measure(self) -> Measure {
        let value = self.value();
        if self.has_rest && (value.abs() >= EXACT_MAX || self.rest.abs() >= EXACT_MAX) {
            return Measure { beyond: value, whole: 0, fraction: 0.0 };
        }
        let floor = self.rest.floor();
        let whole = self.whole.saturating_add(floor as i128);
        Measure { beyond: 0.0, whole, fraction: self.rest - floor }
    }
}

/// What keys are ordered by: whole numbers exactly, up to where an `f64` must do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measure {
    /// The number if it is very large, or else 0.
    beyond: f64,
    whole: i128,
    fraction: f64,
}

impl From<u64> for Measure {
    fn from(count: u64) -> Self {
        Self { beyond: 0.0, whole: i128::from(count), fraction: 0.0 }
    }
}

impl Ord for Measure {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_size = self.beyond.total_cmp(&other.beyond);
        let by_whole = by_size.then(self.whole.cmp(&other.whole));
        by_whole.then(self.fraction.total_cmp(&other.fraction))
    }
}

impl PartialOrd for Measure {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Measure {}

impl PartialEq for Measure {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

#[cfg(test)]
mod tests {
    use super::Sum;

    fn sum(numbers: &[&str]) -> Sum {
        let mut sum = Sum::default();
        assert!(numbers.iter().all(|number| sum.add(number.as_bytes())), "{numbers:?}");
        sum
    }

    #[test]
    fn whole_numbers_are_summed_exactly() {
        let mut sum = sum(&["9223372036854775807", " 9223372036854775807 ", "-1"]);
        assert_eq!(sum.whole(), Some(2 * i128::from(i64::MAX) - 1));
        for text in [&b""[..], b"-", b"x", b"NaN", b"inf", b"1e999", b"\xff"] {
            assert!(!sum.add(text), "{text:?}");
        }
        assert!(sum.add(b"0.5"));
        assert_eq!(sum.whole(), None);
    }

    #[test]
    fn a_sum_with_a_fraction_that_was_lost_is_not_called_exact() {
        let sum = sum(&["1e16", "0.5", "-1e16"]);
        assert_eq!(sum.whole(), None);
    }

    #[test]
    fn sums_are_ordered_where_a_float_does_not_tell_them_apart() {
        let ascending: &[&[&str]] = &[
            &["-1e308", "-1e308"],
            &["-1e300"],
            &["-1e17"],
            &["-9007199254740993"],
            &["-9007199254740992"],
            &["-0.5"],
            &["0"],
            &["0.25"],
            &["9007199254740992"],
            &["9007199254740992", "0.5"],
            &["9007199254740993"],
            &["1e300"],
            &["1e308", "1e308"],
        ];
        let measures: Vec<_> = ascending.iter().map(|numbers| sum(numbers).measure()).collect();
        assert!(measures.is_sorted_by(|one, other| one < other), "{measures:?}");
    }
}
