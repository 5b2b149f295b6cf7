//! What is kept for each key besides its count, and the bounds on all that is kept.

use std::rc::Rc;

use tophash::{HashMap, HashSet};

use super::duel::{Comparison, Duel, Key};
use super::sum::Sum;

/// A key or a value may have so many bytes.
pub(super) const KEY_BYTES_MAX: usize = 64 << 10;

/// What is kept for each key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Count,
    Sum,
    Unique,
    /// The first values, so many.
    Group(usize),
}

/// The most of everything that the person can choose.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) keys: usize,
    pub(super) values: usize,
    pub(super) text_bytes: usize,
}

/// The bound that ended the reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Keys,
    Values,
    Text,
}

/// The value of one key besides its count.
pub(super) enum Extra {
    Sum(Sum),
    Unique(HashSet<Rc<[u8]>>),
    Group { first: Vec<Rc<[u8]>>, count: u64 },
}

pub(super) struct Tally {
    pub(super) duel: Duel,
    extras: HashMap<Key, Extra>,
    kept: Kept,
    bounds: Bounds,
    value_count: usize,
    text_bytes: usize,
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Kept,
    NotNumber,
}

impl Tally {
    pub(super) fn new(comparison: Comparison, kept: Kept, bounds: Bounds) -> Self {
        let duel = Duel::new(comparison);
        Self { duel, extras: HashMap::new(), kept, bounds, value_count: 0, text_bytes: 0 }
    }

    /// Counts a key. The error is the bound that forbids it.
    pub(super) fn count(&mut self, key: &[u8]) -> Result<Key, Bound> {
        let bound = if self.duel.len() >= self.bounds.keys {
            Some(Bound::Keys)
        } else if self.text_bytes + key.len() > self.bounds.text_bytes {
            Some(Bound::Text)
        } else {
            None
        };
        if let Some(bound) = bound {
            if !self.duel.contains(key) {
                return Err(bound);
            }
        }
        let key: Key = key.into();
        if self.duel.count(Rc::clone(&key)) {
            self.text_bytes += key.len();
        }
        Ok(key)
    }

    /// Keeps a value for a key that was counted.
    pub(super) fn keep(&mut self, key: Key, value: &[u8]) -> Result<Outcome, Bound> {
        let extra = self.extras.entry(key).or_insert_with(|| match self.kept {
            Kept::Count | Kept::Sum => Extra::Sum(Sum::default()),
            Kept::Unique => Extra::Unique(HashSet::new()),
            Kept::Group(_) => Extra::Group { first: Vec::new(), count: 0 },
        });
        let room = if self.value_count >= self.bounds.values {
            Err(Bound::Values)
        } else if self.text_bytes + value.len() > self.bounds.text_bytes {
            Err(Bound::Text)
        } else {
            Ok(())
        };
        match (extra, self.kept) {
            (Extra::Sum(sum), _) => {
                return Ok(if sum.add(value) { Outcome::Kept } else { Outcome::NotNumber });
            }
            (Extra::Unique(values), _) => {
                if values.contains(value) {
                    return Ok(Outcome::Kept);
                }
                room?;
                values.insert(value.into());
            }
            (Extra::Group { first, count }, Kept::Group(size_max)) if first.len() < size_max => {
                room?;
                *count += 1;
                first.push(value.into());
            }
            (Extra::Group { count, .. }, _) => {
                *count += 1;
                return Ok(Outcome::Kept);
            }
        }
        self.value_count += 1;
        self.text_bytes += value.len();
        Ok(Outcome::Kept)
    }

    pub(super) fn kept(&self) -> Kept {
        self.kept
    }

    pub(super) fn extra(&self, key: &[u8]) -> Option<&Extra> {
        self.extras.get(key)
    }

    /// Bytes of the keys' and values' own texts.
    pub(super) fn text_bytes(&self) -> usize {
        self.text_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{Bound, Bounds, Comparison, Extra, Kept, Outcome, Tally};

    fn tally(kept: Kept, keys: usize, values: usize, text_bytes: usize) -> Tally {
        let bounds = Bounds { keys, values, text_bytes };
        Tally::new(Comparison::Std, kept, bounds)
    }

    #[test]
    fn keys_end_at_their_bound_and_not_before() {
        let mut tally = tally(Kept::Count, 2, 0, 100);
        assert!(tally.count(b"a").is_ok() && tally.count(b"b").is_ok());
        assert!(tally.count(b"a").is_ok(), "a key that is there takes no room");
        assert_eq!(tally.count(b"c").unwrap_err(), Bound::Keys);
        assert_eq!((tally.duel.len(), tally.duel.map()[b"a".as_slice()]), (2, 2));
    }

    #[test]
    fn texts_end_at_their_bound_and_not_before() {
        let mut tally = tally(Kept::Unique, 9, 9, 5);
        let key = tally.count(b"abc").unwrap();
        assert_eq!(tally.keep(key.clone(), b"xy"), Ok(Outcome::Kept));
        assert_eq!(tally.keep(key.clone(), b"xy"), Ok(Outcome::Kept));
        assert_eq!(tally.keep(key, b"z"), Err(Bound::Text));
        assert_eq!(tally.count(b"d").unwrap_err(), Bound::Text);
        assert_eq!(tally.text_bytes(), 5);
    }

    #[test]
    fn values_end_at_their_bound_and_not_before() {
        let mut tally = tally(Kept::Unique, 9, 2, 100);
        let key = tally.count(b"k").unwrap();
        for value in [b"a", b"b", b"a"] {
            assert_eq!(tally.keep(key.clone(), value), Ok(Outcome::Kept));
        }
        assert_eq!(tally.keep(key, b"c"), Err(Bound::Values));
        let Some(Extra::Unique(values)) = tally.extra(b"k") else { panic!("a set") };
        assert_eq!(values.len(), 2);
    }

    #[test]
    fn a_group_keeps_its_first_values_and_counts_the_rest() {
        let mut tally = tally(Kept::Group(2), 9, 9, 100);
        let key = tally.count(b"k").unwrap();
        for value in [b"a", b"b", b"c"] {
            assert_eq!(tally.keep(key.clone(), value), Ok(Outcome::Kept));
        }
        let Some(Extra::Group { first, count }) = tally.extra(b"k") else { panic!("a group") };
        assert_eq!((first.len(), *count), (2, 3));
    }
}
