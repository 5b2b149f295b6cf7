//! The map that one tab plays with, and what can be done to it. Knows nothing of HTTP.

use tophash::HashMap;
use tophash::inspect::Trace;

use super::random::Random;

/// The longest key, in bytes of UTF-8.
pub(crate) const KEY_BYTES_MAX: usize = 128;
/// The longest value, in bytes of UTF-8.
pub(crate) const VALUE_BYTES_MAX: usize = 128;
/// The most entries of one map.
pub(crate) const ENTRIES_MAX: usize = 100_000;
/// The most buckets that one request splits or merges: all that a map here can have.
pub(crate) const STEPS_MAX: usize = 1 << 15;

/// Ages below this are drawn for random names.
const AGE_END: usize = 100;
/// How often a new random name is tried before more syllables are taken.
const NAME_TRIES_MAX: usize = 4;

/// Why an operation was not done. The sentence names the limit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    KeyTooLong(usize),
    ValueTooLong(usize),
    /// The map has room for so many more entries.
    Full(usize),
    NoCount,
    NoPercentage,
    TooManySteps,
    CapacityTooLarge,
}

impl Unfit {
    pub(crate) fn message(&self) -> String {
        match self {
            Self::KeyTooLong(bytes) => {
                format!("This key has {bytes} bytes; {KEY_BYTES_MAX} is the limit.")
            }
            Self::ValueTooLong(bytes) => {
                format!("This value has {bytes} bytes; {VALUE_BYTES_MAX} is the limit.")
            }
            Self::Full(room) => format!(
                "A map here holds {ENTRIES_MAX} entries at most; this one has room for {room} more."
            ),
            Self::NoCount => "How many? At least 1.".to_owned(),
            Self::NoPercentage => "The share to remove is from 1 to 100 per cent.".to_owned(),
            Self::TooManySteps => format!("From 1 to {STEPS_MAX} steps at a time."),
            Self::CapacityTooLarge => {
                format!("A map here holds {ENTRIES_MAX} entries at most.")
            }
        }
    }
}

/// A map and the chance that fills it.
#[derive(Debug)]
pub(crate) struct Lab {
    map: HashMap<String, String>,
    random: Random,
}

impl Lab {
    /// An empty map without memory.
    pub(crate) fn new(random: Random) -> Self {
        Self { map: HashMap::new(), random }
    }

    /// A map of these entries, inserted one by one.
    pub(crate) fn with_entries<'a>(
        random: Random,
        entries: impl Iterator<Item = (&'a str, usize)>,
    ) -> Self {
        let mut lab = Self::new(random);
        for (key, count) in entries.take(ENTRIES_MAX) {
            lab.map.insert(key.to_owned(), count.to_string());
        }
        lab
    }

    pub(crate) fn map(&self) -> &HashMap<String, String> {
        &self.map
    }

    /// Drops the map and makes another, with room for `capacity` entries: Go's `make(map, n)`.
    pub(crate) fn create(&mut self, capacity: usize) -> Result<(), Unfit> {
        if capacity > ENTRIES_MAX {
            return Err(Unfit::CapacityTooLarge);
        }
        self.map = HashMap::with_capacity(capacity);
        Ok(())
    }

    /// Returns the value that was replaced.
    pub(crate) fn insert(&mut self, key: &str, value: &str) -> Result<Option<String>, Unfit> {
        check_key(key)?;
        if value.len() > VALUE_BYTES_MAX {
            return Err(Unfit::ValueTooLong(value.len()));
        }
        if self.map.len() >= ENTRIES_MAX && !self.map.contains_key(key) {
            return Err(Unfit::Full(0));
        }
        Ok(self.map.insert(key.to_owned(), value.to_owned()))
    }

    /// Returns the value that was removed.
    pub(crate) fn remove(&mut self, key: &str) -> Result<Option<String>, Unfit> {
        check_key(key)?;
        Ok(self.map.remove(key))
    }

    /// The steps of a look-up, and the value if the key is there. Changes nothing.
    pub(crate) fn look_up(&self, key: &str) -> Result<(Trace, Option<&str>), Unfit> {
        check_key(key)?;
        Ok((self.map.trace(key), self.map.get(key).map(String::as_str)))
    }

    /// Removes all entries; the buckets stay.
    pub(crate) fn clear(&mut self) {
        self.map.clear();
    }

    /// Inserts `count` entries with new random names. Returns the last name.
    pub(crate) fn insert_random(&mut self, count: usize) -> Result<String, Unfit> {
        let room = ENTRIES_MAX - self.map.len().min(ENTRIES_MAX);
        if count == 0 {
            return Err(Unfit::NoCount);
        }
        if count > room {
            return Err(Unfit::Full(room));
        }
        let mut last = String::new();
        for _ in 0..count {
            last = self.new_name();
            let age = self.random.below(AGE_END).to_string();
            self.map.insert(last.clone(), age);
        }
        Ok(last)
    }

    /// A name that no entry has.
    fn new_name(&mut self) -> String {
        // 80 syllables: two of them make 6400 names, three half a million.
        let mut syllable_count = if self.map.len() < 1000 { 2 } else { 3 };
        loop {
            for _ in 0..NAME_TRIES_MAX {
                let name = self.random.name(syllable_count);
                if !self.map.contains_key(&name) {
                    return name;
                }
            }
            syllable_count += 1;
        }
    }

    /// Splits up to `steps` buckets. Returns whether more are to be split.
    pub(crate) fn grow(&mut self, steps: usize) -> Result<bool, Unfit> {
        check_steps(steps)?;
        Ok(self.map.grow_step(steps))
    }

    /// Merges up to `steps` buckets. Returns whether more could be merged.
    pub(crate) fn shrink(&mut self, steps: usize) -> Result<bool, Unfit> {
        check_steps(steps)?;
        Ok(self.map.shrink_step(steps))
    }

    /// Removes each entry with a chance of `percent`. Returns how many went.
    pub(crate) fn thin_out(&mut self, percent: usize) -> Result<usize, Unfit> {
        if !(1..=100).contains(&percent) {
            return Err(Unfit::NoPercentage);
        }
        let before = self.map.len();
        let Self { map, random } = self;
        map.retain(|_, _| random.below(100) >= percent);
        Ok(before - self.map.len())
    }
}

fn check_key(key: &str) -> Result<(), Unfit> {
    if key.len() > KEY_BYTES_MAX { Err(Unfit::KeyTooLong(key.len())) } else { Ok(()) }
}

fn check_steps(steps: usize) -> Result<(), Unfit> {
    if (1..=STEPS_MAX).contains(&steps) { Ok(()) } else { Err(Unfit::TooManySteps) }
}

#[cfg(test)]
mod tests {
    use super::{ENTRIES_MAX, KEY_BYTES_MAX, Lab, Random, Unfit, VALUE_BYTES_MAX};

    fn lab() -> Lab {
        Lab::new(Random::from_seed(1))
    }

    #[test]
    fn an_entry_is_inserted_replaced_found_and_removed() {
        let mut lab = lab();
        assert_eq!(lab.insert("alice", "30"), Ok(None));
        assert_eq!(lab.insert("alice", "31"), Ok(Some("30".to_owned())));
        let (trace, value) = lab.look_up("alice").unwrap();
        assert!(trace.found.is_some());
        assert_eq!(value, Some("31"));
        assert_eq!(lab.remove("alice"), Ok(Some("31".to_owned())));
        assert_eq!(lab.remove("alice"), Ok(None));
    }

    #[test]
    fn the_longest_key_and_value_fit_and_one_byte_more_does_not() {
        let mut lab = lab();
        let text = |length| "k".repeat(length);
        assert!(lab.insert(&text(KEY_BYTES_MAX), &text(VALUE_BYTES_MAX)).is_ok());
        let long = KEY_BYTES_MAX + 1;
        assert_eq!(lab.insert(&text(long), ""), Err(Unfit::KeyTooLong(long)));
        assert_eq!(lab.remove(&text(long)), Err(Unfit::KeyTooLong(long)));
        assert!(lab.look_up(&text(long)).is_err());
        let long = VALUE_BYTES_MAX + 1;
        assert_eq!(lab.insert("k", &text(long)), Err(Unfit::ValueTooLong(long)));
    }

    #[test]
    fn the_map_takes_as_many_entries_as_its_limit_and_no_more() {
        let mut lab = lab();
        assert!(lab.insert_random(ENTRIES_MAX).is_ok());
        assert_eq!(lab.map().len(), ENTRIES_MAX);
        assert_eq!(lab.insert_random(1), Err(Unfit::Full(0)));
        assert_eq!(lab.insert("alice", "30"), Err(Unfit::Full(0)));
        let present = lab.map().keys().next().unwrap().clone();
        assert!(lab.insert(&present, "replaced").is_ok());
    }

    #[test]
    fn a_map_made_for_ten_has_two_buckets() {
        let mut lab = lab();
        lab.create(10).unwrap();
        assert_eq!(lab.map().stats().buckets, 2);
        assert_eq!(lab.create(ENTRIES_MAX + 1), Err(Unfit::CapacityTooLarge));
    }

    #[test]
    fn a_growth_is_stepped_and_run() {
        let mut lab = lab();
        lab.insert_random(417).unwrap();
        let growth = lab.map().stats().growth.expect("the 417th entry starts one");
        assert_eq!((growth.nevacuate, growth.half), (0, 64));
        assert_eq!(lab.grow(1), Ok(true));
        assert_eq!(lab.map().stats().growth.unwrap().nevacuate, 1);
        assert_eq!(lab.grow(100), Ok(false));
        assert_eq!(lab.map().stats().buckets, 128);
        assert_eq!(lab.grow(0), Err(Unfit::TooManySteps));
    }

    #[test]
    fn thinning_out_keeps_the_buckets_and_shrinking_gives_them_back() {
        let mut lab = lab();
        lab.insert_random(1000).unwrap();
        let removed = lab.thin_out(90).unwrap();
        assert!((800..=980).contains(&removed), "{removed}");
        assert_eq!(lab.map().stats().buckets, 256);
        assert_eq!(lab.shrink(1), Ok(true));
        assert_eq!(lab.map().stats().buckets, 255);
        assert_eq!(lab.shrink(1000), Ok(false));
        assert!(lab.map().stats().buckets <= 64);
        assert_eq!(lab.thin_out(0), Err(Unfit::NoPercentage));
        assert_eq!(lab.thin_out(101), Err(Unfit::NoPercentage));
    }

    #[test]
    fn clearing_keeps_the_buckets() {
        let mut lab = lab();
        lab.insert_random(100).unwrap();
        lab.clear();
        let stats = lab.map().stats();
        assert_eq!((stats.len, stats.buckets), (0, 16));
    }
}
