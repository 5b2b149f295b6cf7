//! The keys that lead: by count, by sum or by how many different values they have.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::figures::wide;
use crate::inspect::duel::Key;
use crate::inspect::sum::{Measure, Sum};
use crate::inspect::tally::{Extra, Kept, Tally};
use crate::shown::shown;

/// Characters of a key, or of a group's values together, that are shown.
const SHOWN_MAX: usize = 60;

/// One of the leading keys.
#[derive(Debug, Serialize)]
pub(super) struct TopKey {
    /// The key as text; bytes that are no UTF-8 are replaced.
    pub(super) key: String,
    /// The key's bytes, if the text does not tell them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key_hex: Option<String>,
    #[serde(skip)]
    pub(super) shown: String,
    pub(super) count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sum: Option<ShownSum>,
    /// Whether the sum is beyond all numbers of 64 bits with a fraction, and so is not told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) sum_overflows: bool,
    #[serde(skip)]
    pub(super) sum_shown: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unique: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<Group>,
}

/// A sum as JSON has it: all digits of a whole one, and null for one that overflows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum ShownSum {
    Whole(i128),
    Fraction(f64),
}

impl ShownSum {
    fn of(sum: Sum) -> Self {
        sum.whole().map_or_else(|| Self::Fraction(sum.value()), Self::Whole)
    }

    fn overflows(self) -> bool {
        matches!(self, Self::Fraction(value) if value.is_infinite())
    }

    /// As text.
    fn shown(self) -> String {
        match self {
            Self::Whole(whole) => whole.to_string(),
            Self::Fraction(value) if value == f64::INFINITY => "overflow".to_owned(),
            Self::Fraction(value) if value == f64::NEG_INFINITY => "-overflow".to_owned(),
            Self::Fraction(value) => format!("{value:.3}"),
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Group {
    /// The first values.
    pub(super) values: Vec<String>,
    /// All values.
    pub(super) count: u64,
}

impl Group {
    /// The values in a line, and how many are not in it.
    pub(super) fn shown(&self) -> String {
        let mut line = String::new();
        let mut listed_count = 0;
        for value in &self.values {
            let piece = shown(value.as_bytes(), SHOWN_MAX / 2);
            let is_first = listed_count == 0;
            if !is_first && line.chars().count() + piece.chars().count() > SHOWN_MAX {
                break;
            }
            line.push_str(if is_first { "" } else { ", " });
            line.push_str(&piece);
            listed_count += 1;
        }
        let more = self.count - listed_count;
        if more > 0 { format!("{line}, and {}", crate::figures::grouped(more)) } else { line }
    }
}

/// What a key is ordered by, and then itself so that the order does not change from run to run.
struct Rank<'a> {
    /// None is below all: a sum may be below zero.
    measure: Option<Measure>,
    key: &'a Key,
    count: u64,
}

impl Ord for Rank<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_measure = self.measure.cmp(&other.measure);
        by_measure.then(self.count.cmp(&other.count)).then_with(|| other.key.cmp(self.key))
    }
}

impl PartialOrd for Rank<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Rank<'_> {}

impl PartialEq for Rank<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

/// The first `count` keys, the leading one first. Holds no more than those.
pub(super) fn top(tally: &Tally, count: u32) -> Vec<TopKey> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let mut leading = BinaryHeap::with_capacity(count + 1);
    for (key, &times) in tally.duel.map() {
        leading.push(Reverse(Rank { measure: measure(tally, key, times), key, count: times }));
        if leading.len() > count {
            leading.pop();
        }
    }
    leading.into_sorted_vec().into_iter().map(|Reverse(rank)| of_key(tally, &rank)).collect()
}

fn measure(tally: &Tally, key: &Key, count: u64) -> Option<Measure> {
    match tally.extra(key) {
        Some(Extra::Sum(sum)) => Some(sum.measure()),
        Some(Extra::Unique(values)) => Some(wide(values.len()).into()),
        Some(Extra::Group { count, .. }) => Some((*count).into()),
        None if tally.kept() == Kept::Sum => None,
        None => Some(count.into()),
    }
}

fn of_key(tally: &Tally, rank: &Rank<'_>) -> TopKey {
    let bytes = rank.key;
    let is_text = std::str::from_utf8(bytes).is_ok();
    let mut top = TopKey {
        key: String::from_utf8_lossy(bytes).into_owned(),
        key_hex: (!is_text).then(|| hex(bytes)),
        shown: if bytes.is_empty() { "(empty)".to_owned() } else { shown(bytes, SHOWN_MAX) },
        count: rank.count,
        sum: None,
        sum_overflows: false,
        sum_shown: "-".to_owned(),
        unique: None,
        group: None,
    };
    match tally.extra(rank.key) {
        None => {}
        Some(Extra::Sum(sum)) => {
            let sum = ShownSum::of(*sum);
            top.sum = Some(sum);
            top.sum_overflows = sum.overflows();
            top.sum_shown = sum.shown();
        }
        Some(Extra::Unique(values)) => top.unique = Some(wide(values.len())),
        Some(Extra::Group { first, count }) => {
            let values = first.iter().map(|value| String::from_utf8_lossy(value).into_owned());
            top.group = Some(Group { values: values.collect(), count: *count });
        }
    }
    top
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::ShownSum::{Fraction, Whole};
    use super::{Group, top};
    use crate::inspect::duel::Comparison;
    use crate::inspect::tally::{Bounds, Kept, Tally};

    const BOUNDS: Bounds = Bounds { keys: 99, values: 99, text_bytes: 9999 };

    #[test]
    fn the_leading_keys_come_first_and_equals_in_their_own_order() {
        let mut tally = Tally::new(Comparison::Nothing, Kept::Count, BOUNDS);
        for key in ["b", "a", "c", "c", "d", "\u{fffd}"] {
            tally.count(key.as_bytes()).unwrap();
        }
        let keys = |count| top(&tally, count).into_iter().map(|top| top.key).collect::<Vec<_>>();
        assert_eq!(keys(3), ["c", "a", "b"]);
        assert_eq!(keys(0), Vec::<String>::new());
        assert_eq!(keys(100).len(), 5);
    }

    #[test]
    fn bytes_that_are_no_text_are_told_in_hex() {
        let mut tally = Tally::new(Comparison::Nothing, Kept::Count, BOUNDS);
        tally.count(b"\xff\x01").unwrap();
        let top = top(&tally, 1).remove(0);
        assert_eq!(top.key_hex.as_deref(), Some("ff01"));
        assert_eq!(top.shown, "\\xff\\u{1}");
    }

    #[test]
    fn sums_go_before_counts_and_may_be_negative() {
        let mut tally = Tally::new(Comparison::Nothing, Kept::Sum, BOUNDS);
        for (key, value) in [("a", "-5"), ("a", "-5"), ("b", "1.5"), ("c", "x")] {
            let key = tally.count(key.as_bytes()).unwrap();
            tally.keep(key, value.as_bytes()).unwrap();
        }
        tally.count(b"none").unwrap();
        let sums: Vec<_> = top(&tally, 9).into_iter().map(|top| (top.key, top.sum)).collect();
        let expected = [
            ("b", Some(Fraction(1.5))),
            ("c", Some(Whole(0))),
            ("a", Some(Whole(-10))),
            ("none", None),
        ];
        assert_eq!(sums, expected.map(|(key, sum)| (key.to_owned(), sum)));
    }

    #[test]
    fn a_group_says_how_many_values_it_does_not_list() {
        let values = vec!["x".repeat(25); 3];
        let group = Group { values, count: 10 };
        assert!(group.shown().ends_with(", and 8"), "{}", group.shown());
    }
}
