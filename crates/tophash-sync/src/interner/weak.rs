//! The interner that forgets: [`WeakInterner`], and its handles.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt::{self, Debug, Display};
use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::{Arc, Weak};
use std::thread::available_parallelism;

use crossbeam_utils::CachePadded;
use tophash::hash_table::Entry;
use tophash::{HashTable, ShrinkPolicy};

use crate::mutex::Mutex;

/// Shards for each processor.
const SHARDS_PER_CORE: usize = 8;

/// The most shards.
const SHARD_COUNT_MAX: usize = 1 << 12;

/// An odd number without pattern, by which hashes are multiplied to choose a shard.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Texts that are kept once as long as somebody holds them: for keys that strangers choose.
///
/// What it returns is a handle like an `Arc<str>`. When the last handle to a text goes, its entry
/// goes with it, so that the interner never holds more than what is in use; its tables shrink as
/// texts go, a bucket for each of them. Its clones share the texts. It hashes with SipHash-1-3 and
/// a key of its own from the start.
///
/// | operation | cost |
/// |---|---|
/// | `intern` | O(text); under the lock of the text's shard, which is short and bounded |
/// | clone of a handle, `==` of two | O(1) |
/// | drop of the last handle | O(1); under the lock of the text's shard |
///
/// ```
/// use tophash_sync::WeakInterner;
///
/// let tags = WeakInterner::new();
/// let one = tags.intern("red");
/// let other = tags.intern("red");
/// assert_eq!(&*one, "red");
/// assert!(one.shares_text_with(&other)); // one allocation
///
/// drop((one, other));
/// assert_eq!(tags.len(), 0);
/// ```
#[derive(Clone)]
pub struct WeakInterner {
    shards: Arc<Shards>,
}

struct Shards {
    tables: Box<[CachePadded<Mutex<HashTable<Registered>>>]>,
    shift: u32,
    state: std::hash::RandomState,
}

/// What the table has of a text: its hash, which it must know also when the text is gone.
struct Registered {
    hash: u64,
    text: Weak<Text>,
}

/// A text with its hash, and where it is entered.
struct Text {
    content: Box<str>,
    hash: u64,
    home: Weak<Shards>,
}

/// A handle to a text of a [`WeakInterner`]: it is read as a `str`.
///
/// Two handles are equal if their texts are; of one interner that is seen by their addresses.
///
/// ```
/// use std::collections::HashMap;
/// use tophash_sync::WeakInterner;
///
/// let tags = WeakInterner::new();
/// let counts = HashMap::from([(tags.intern("red"), 7)]);
/// assert_eq!(counts.get("red"), Some(&7)); // it borrows as a `str`
/// ```
#[derive(Clone)]
pub struct InternedStr {
    text: Arc<Text>,
}

impl WeakInterner {
    /// An interner without a text. O(shards).
    ///
    /// ```
    /// assert!(tophash_sync::WeakInterner::new().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        let count = cores.saturating_mul(SHARDS_PER_CORE).min(SHARD_COUNT_MAX).next_power_of_two();
        let table = |_| {
            let mut table = HashTable::new();
            table.set_shrink_policy(ShrinkPolicy::Automatic);
            CachePadded::new(Mutex::new(table))
        };
        let tables = (0..count).map(table).collect();
        let shift = u64::BITS - count.ilog2();
        let state = std::hash::RandomState::new();
        Self { shards: Arc::new(Shards { tables, shift, state }) }
    }

    /// The handle of a text, which is taken in if nobody holds it. O(text).
    ///
    /// ```
    /// let tags = tophash_sync::WeakInterner::new();
    /// let red = tags.intern("red");
    /// assert_eq!((red.as_str(), tags.len()), ("red", 1));
    /// ```
    #[must_use = "a text that nobody holds is forgotten at once"]
    pub fn intern(&self, text: &str) -> InternedStr {
        let hash = self.shards.state.hash_one(text);
        let mut sought = Sought::new(text, hash);
        let handle = {
            let mut table = self.shards.of(hash).lock();
            let entry = table.entry(hash, |entry| sought.is(entry), |entry| entry.hash);
            match entry {
                Entry::Occupied(entry) => {
                    let text = sought.found.take().expect("the comparison has just put it there");
                    debug_assert_eq!(Arc::as_ptr(&text), entry.get().text.as_ptr());
                    text
                }
                Entry::Vacant(entry) => {
                    let home = Arc::downgrade(&self.shards);
                    let text = Arc::new(Text { content: text.into(), hash, home });
                    entry.insert(Registered { hash, text: Arc::downgrade(&text) });
                    text
                }
            }
        };
        InternedStr { text: handle }
    }

    /// The handle of a text, if somebody holds it. O(text).
    ///
    /// ```
    /// let tags = tophash_sync::WeakInterner::new();
    /// assert!(tags.get("red").is_none());
    /// ```
    pub fn get(&self, text: &str) -> Option<InternedStr> {
        let hash = self.shards.state.hash_one(text);
        let mut sought = Sought::new(text, hash);
        let table = self.shards.of(hash).lock();
        table.find(hash, |entry| sought.is(entry));
        drop(table);
        sought.found.map(|text| InternedStr { text })
    }

    /// How many texts are held. O(shards).
    ///
    /// ```
    /// let tags = tophash_sync::WeakInterner::new();
    /// let red = tags.intern("red");
    /// assert_eq!(tags.len(), 1);
    /// drop(red);
    /// assert_eq!(tags.len(), 0);
    /// ```
    pub fn len(&self) -> usize {
        self.shards.tables.iter().map(|table| table.lock().len()).sum()
    }

    /// Bytes in allocations of the interner, besides the texts, which are their handles'.
    /// O(shards).
    ///
    /// ```
    /// let tags = tophash_sync::WeakInterner::new();
    /// let handles: Vec<_> = (0..20_000).map(|n| tags.intern(&n.to_string())).collect();
    /// let before = tags.allocation_size();
    /// drop(handles);
    /// assert!(tags.allocation_size() < before / 10);
    /// ```
    pub fn allocation_size(&self) -> usize {
        let of_tables: usize =
            self.shards.tables.iter().map(|table| table.lock().allocation_size()).sum();
        size_of::<Shards>() + size_of_val(&*self.shards.tables) + of_tables
    }

    /// Whether no text is held. O(shards).
    ///
    /// ```
    /// assert!(tophash_sync::WeakInterner::new().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Shards {
    fn of(&self, hash: u64) -> &Mutex<HashTable<Registered>> {
        #[expect(clippy::cast_possible_truncation, reason = "below the number of shards")]
        &self.tables[(hash.wrapping_mul(SPREAD) >> self.shift) as usize]
    }
}

/// A text that is looked for, and what was met on the way.
struct Sought<'a> {
    text: &'a str,
    hash: u64,
    /// Its handle, if somebody holds it.
    found: Option<Arc<Text>>,
    /// Handles of other texts, made to look at them. Their holders may drop them meanwhile, and the
    /// last must not go under the lock, which its drop takes. Whole hashes are compared before, so
    /// that there is one just when two texts have the same 64 bits.
    others: Vec<Arc<Text>>,
}

impl<'a> Sought<'a> {
    fn new(text: &'a str, hash: u64) -> Self {
        Self { text, hash, found: None, others: Vec::new() }
    }

    /// Whether this is the text, and somebody holds it: then it is found.
    fn is(&mut self, entry: &Registered) -> bool {
        if entry.hash != self.hash {
            return false;
        }
        let Some(held) = entry.text.upgrade() else { return false };
        if *held.content != *self.text {
            self.others.push(held);
            return false;
        }
        self.found = Some(held);
        true
    }
}

impl Drop for Text {
    /// Nobody holds the text, and nobody can get hold of it any more; somebody may have entered
    /// another one like it meanwhile.
    fn drop(&mut self) {
        let Some(home) = self.home.upgrade() else { return };
        let this = std::ptr::from_ref(self);
        let mut table = home.of(self.hash).lock();
        if let Ok(entry) = table.find_entry(self.hash, |entry| entry.text.as_ptr() == this) {
            let removed = entry.remove().0;
            drop(table);
            drop(removed);
        }
    }
}

impl InternedStr {
    /// The text. O(1).
    ///
    /// ```
    /// assert_eq!(tophash_sync::WeakInterner::new().intern("red").as_str(), "red");
    /// ```
    pub fn as_str(&self) -> &str {
        &self.text.content
    }

    /// Whether both are handles to the same text in memory. O(1).
    ///
    /// Of one interner, that is so just when they are equal.
    ///
    /// ```
    /// let tags = tophash_sync::WeakInterner::new();
    /// let (one, other) = (tags.intern("red"), tags.intern("red"));
    /// assert!(one.shares_text_with(&other));
    /// ```
    pub fn shares_text_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.text, &other.text)
    }
}

impl Deref for InternedStr {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for InternedStr {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for InternedStr {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for InternedStr {
    fn eq(&self, other: &Self) -> bool {
        self.shares_text_with(other) || self.as_str() == other.as_str()
    }
}

impl Eq for InternedStr {}

impl PartialEq<str> for InternedStr {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for InternedStr {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialOrd for InternedStr {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for InternedStr {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for InternedStr {
    /// As the `str` that it borrows as.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Debug for InternedStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Debug::fmt(self.as_str(), f)
    }
}

impl Display for InternedStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self.as_str(), f)
    }
}

impl Default for WeakInterner {
    fn default() -> Self {
        Self::new()
    }
}

impl Debug for WeakInterner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without a lock, so that it can be used anywhere.
        let shards = self.shards.tables.len();
        f.debug_struct("WeakInterner").field("shards", &shards).finish_non_exhaustive()
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    /// A text like a handle's that is not entered, or not any more.
    fn like(handle: &InternedStr, content: &str) -> Arc<Text> {
        let Text { hash, home, .. } = &*handle.text;
        Arc::new(Text { content: content.into(), hash: *hash, home: home.clone() })
    }

    #[test]
    fn a_text_that_goes_leaves_the_one_that_was_entered_in_its_place() {
        let interner = WeakInterner::new();
        let red = interner.intern("red");
        // What a thread holds that has dropped the last handle, and then waited for the lock.
        drop(like(&red, "red"));
        assert!(interner.get("red").is_some_and(|found| found.shares_text_with(&red)));
    }

    #[test]
    fn another_text_of_the_same_hash_is_passed_by_and_kept_until_the_lock_is_given_back() {
        let red = WeakInterner::new().intern("red");
        let other = like(&red, "not red");
        let hash = red.text.hash;
        let mut sought = Sought::new("red", hash);
        let entry = |text: &Arc<Text>| Registered { hash, text: Arc::downgrade(text) };
        assert!(!sought.is(&entry(&other)));
        assert_eq!(Arc::strong_count(&other), 2);
        assert!(sought.is(&entry(&red.text)));
        assert!(sought.found.is_some_and(|found| Arc::ptr_eq(&found, &red.text)));
    }
}
