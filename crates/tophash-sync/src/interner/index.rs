//! Which symbols have a hash: buckets that readers search without a lock.
//!
//! A bucket is one cache line: seven words, and a tail. A word is a symbol's number in its upper
//! half and 32 bits of the hash in its lower; 0 is none. The words of a chain stand in front
//! without gaps. The bucket of a hash is chosen by the low bits of the same 32, so that a split
//! reads no text and hashes nothing.
//!
//! The tail has a tag of five bits for each word, so that a reader compares seven at once and then
//! loads one word mostly, and the link to an overflow bucket:
//!
//! ```text
//! | tag 6 | tag 5 | tag 4 | tag 3 | tag 2 | tag 1 | tag 0 |      link      |
//! 64                                                      29                0
//! ```
//!
//! A tag is written after its word. A reader who sees one without the other passes the word by, as
//! if it had come earlier.
//!
//! Growth is that of linear hashing: bucket `last + 1` takes its part of the bucket whose index
//! lacks the highest bit. Readers see one of three states, and all of them are harmless, because a
//! hit is proved by its text and a miss is asked again under the lock:
//!
//! 1. the words are in the new bucket as well, which nobody looks at yet;
//! 2. `last` is stored: readers of the moved words look at the new bucket;
//! 3. the old chain is written anew without them: who began before may miss what it sought.

use super::Symbol;
use super::segments::Segments;
use crate::atomics::{AtomicU32, Ordering, WatchedU64, const_where_possible};
use crate::zeroed::Zeroed;

/// Words in a bucket.
#[cfg(not(any(loom, stress)))]
const SLOT_COUNT: usize = 7;
#[cfg(any(loom, stress))]
const SLOT_COUNT: usize = 1;

/// Texts for each bucket, above which one is split. Five of seven leave one chain in eight with an
/// overflow bucket.
#[cfg(not(any(loom, stress)))]
const LOAD_MAX: usize = 5;
#[cfg(any(loom, stress))]
const LOAD_MAX: usize = 1;

/// Bits of the link in a tail.
const LINK_BITS: u32 = 29;

/// Overflow buckets that links can lead to.
const OVERFLOW_MAX: u32 = (1 << LINK_BITS) - 1;

/// Bits of a tag.
const TAG_BITS: u32 = 5;

/// The lowest bit of each tag in a tail.
const TAG_ONES: u64 = {
    let (mut ones, mut slot) = (0, 0);
    while slot < SLOT_COUNT {
        ones |= 1 << (LINK_BITS as usize + TAG_BITS as usize * slot);
        slot += 1;
    }
    ones
};

/// The highest bit of each tag in a tail.
const TAG_TOPS: u64 = TAG_ONES << (TAG_BITS - 1);

/// Buckets of a chain that a reader looks at before it asks under the lock: a link that is being
/// changed might lead it in circles.
const CHAIN_BUCKETS_MAX: usize = 64;

/// Overflow buckets behind one bucket that chance does not explain: more than 35 words where five
/// belong.
pub(super) const FLOOD_DEPTH: usize = 5;

#[derive(Default)]
#[repr(C, align(64))]
struct Bucket {
    words: [WatchedU64; SLOT_COUNT],
    tail: WatchedU64,
}

/// What a bucket's tail was when it was loaded.
#[derive(Clone, Copy)]
struct Tail(u64);

impl Tail {
    /// The number of an overflow bucket, and one; 0 for none.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "the lowest bits are the link")]
    fn link(self) -> u32 {
        self.0 as u32 & OVERFLOW_MAX
    }

    fn with_link(self, link: u32) -> Self {
        Self(self.0 & !u64::from(OVERFLOW_MAX) | u64::from(link))
    }

    fn with_tag(self, slot: usize, tag: u64) -> Self {
        let shift = LINK_BITS + TAG_BITS * u32::try_from(slot).expect("slots are few");
        Self(self.0 & !(((1 << TAG_BITS) - 1) << shift) | tag << shift)
    }

    /// The highest bits of the tags that are this one.
    #[inline(always)]
    fn matches(self, tag: u64) -> u64 {
        let unlike = self.0 ^ (tag * TAG_ONES);
        let low_bits = TAG_TOPS - TAG_ONES;
        // The highest bit of a tag stays 0 just where all its bits are 0.
        !(((unlike & low_bits) + low_bits) | unlike) & TAG_TOPS
    }
}

/// The tag of a hash, of the bits that choose the bucket last; 0 stands for no word.
#[inline(always)]
fn tag_of(hash: u32) -> u64 {
    u64::from(hash >> (u32::BITS - TAG_BITS)).max(1)
}

// SAFETY: integers may be 0, which is their default; they need no drop.
unsafe impl Zeroed for Bucket {}

impl Bucket {
    #[inline(always)]
    fn tail(&self) -> Tail {
        Tail(self.tail.load(Ordering::Acquire))
    }

    /// The symbol with this hash, of those in this bucket with this tail, for which `is_right` says
    /// so.
    #[inline(always)]
    fn find(
        &self,
        tail: Tail,
        hash: u32,
        is_right: &mut impl FnMut(Symbol) -> bool,
    ) -> Option<Symbol> {
        let mut matches = tail.matches(tag_of(hash));
        while matches != 0 {
            let slot = (matches.trailing_zeros() - LINK_BITS) / TAG_BITS;
            let word = self.words[slot as usize].load(Ordering::Acquire);
            if hash_of(word) == hash {
                if let Some(symbol) = symbol_of(word).filter(|&symbol| is_right(symbol)) {
                    return Some(symbol);
                }
            }
            matches &= matches - 1;
        }
        None
    }

    /// Puts other words into a bucket, and another link.
    fn rewrite(&self, words: &mut impl Iterator<Item = u64>, link: u32) {
        let mut tail = Tail(0).with_link(link);
        for (slot, word) in self.words.iter().enumerate() {
            let next = words.next().unwrap_or(0);
            // Unchanged words are not written: readers may have the line.
            if word.load(Ordering::Relaxed) != next {
                word.store(next, Ordering::Release);
            }
            if next != 0 {
                tail = tail.with_tag(slot, tag_of(hash_of(next)));
            }
        }
        self.tail.store(tail.0, Ordering::Release);
    }
}

/// The buckets.
pub(super) struct Index {
    main: Segments<Bucket>,
    overflow: Segments<Bucket>,
    /// The highest main bucket that readers look at.
    last: AtomicU32,
}

/// What the one writer knows of an index.
pub(super) struct Growth {
    /// Words in all chains.
    count: usize,
    /// Overflow buckets that were made.
    overflow_made: u32,
    /// Overflow buckets that are in no chain.
    overflow_free: Vec<u32>,
    /// For the words of a chain that is split.
    kept: Vec<u64>,
}

impl Growth {
    pub(super) const fn new() -> Self {
        Self { count: 0, overflow_made: 0, overflow_free: Vec::new(), kept: Vec::new() }
    }

    pub(super) fn allocation_size(&self) -> usize {
        self.overflow_free.capacity() * size_of::<u32>() + self.kept.capacity() * size_of::<u64>()
    }
}

#[inline(always)]
fn word_of(hash: u32, symbol: Symbol) -> u64 {
    u64::from(symbol.number()) << 32 | u64::from(hash)
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the lower half is the hash")]
fn hash_of(word: u64) -> u32 {
    word as u32
}

#[inline(always)]
fn symbol_of(word: u64) -> Option<Symbol> {
    Symbol::of_number((word >> 32) as u32)
}

/// The bucket of a hash, when `last` is the highest.
#[inline(always)]
fn bucket_of(hash: u32, last: u32) -> u32 {
    // All ones, as many as `last` has digits.
    let mask = u32::MAX.checked_shr(last.leading_zeros()).unwrap_or(0);
    let index = hash & mask;
    if index > last { index & (mask >> 1) } else { index }
}

impl Index {
    const_where_possible! {
        pub(super) const fn new() -> Self {
            Self { main: Segments::new(), overflow: Segments::new(), last: AtomicU32::new(0) }
        }
    }

    /// The symbol with this hash for which `is_right` says so. Without the lock, `None` may be
    /// wrong.
    #[inline(always)]
    pub(super) fn find(
        &self,
        hash: u32,
        mut is_right: impl FnMut(Symbol) -> bool,
    ) -> Option<Symbol> {
        let last = self.last.load(Ordering::Acquire);
        let mut bucket = self.main.get(bucket_of(hash, last))?;
        for _ in 0..CHAIN_BUCKETS_MAX {
            let tail = bucket.tail();
            if let Some(symbol) = bucket.find(tail, hash, &mut is_right) {
                return Some(symbol);
            }
            bucket = self.linked(tail)?;
        }
        None
    }

    /// As [`Self::find`], by the writer: the answer is right, however long the chain is.
    pub(super) fn find_locked(
        &self,
        hash: u32,
        mut is_right: impl FnMut(Symbol) -> bool,
    ) -> Option<Symbol> {
        let last = self.last.load(Ordering::Relaxed);
        let mut bucket = self.main.get(bucket_of(hash, last))?;
        loop {
            let tail = bucket.tail();
            if let Some(symbol) = bucket.find(tail, hash, &mut is_right) {
                return Some(symbol);
            }
            bucket = self.linked(tail)?;
        }
    }

    /// The overflow bucket behind one with this tail.
    #[inline(always)]
    fn linked(&self, tail: Tail) -> Option<&Bucket> {
        self.overflow.get(tail.link().checked_sub(1)?)
    }

    /// Adds a symbol, and splits a bucket if there are too many for so few. By the writer alone.
    /// Returns how many overflow buckets the symbol's chain has.
    ///
    /// O(1): one chain is written anew at most.
    pub(super) fn insert(&self, growth: &mut Growth, hash: u32, symbol: Symbol) -> usize {
        let last = self.last.load(Ordering::Relaxed);
        if growth.count >= (last as usize + 1) * LOAD_MAX && last < u32::MAX {
            self.split(growth, last + 1);
        }
        let last = self.last.load(Ordering::Relaxed);
        let head = self.main.get_or_make(bucket_of(hash, last));
        growth.count += 1;
        self.append(growth, head, word_of(hash, symbol))
    }

    /// Puts a word at the end of a chain; returns how many overflow buckets that has.
    fn append(&self, growth: &mut Growth, head: &Bucket, word: u64) -> usize {
        let (mut bucket, mut depth) = (head, 0);
        loop {
            let tail = bucket.tail();
            let is_free = |(_, word): &(_, &WatchedU64)| word.load(Ordering::Relaxed) == 0;
            if let Some((slot, free)) = bucket.words.iter().enumerate().find(is_free) {
                free.store(word, Ordering::Release);
                let tail = tail.with_tag(slot, tag_of(hash_of(word)));
                bucket.tail.store(tail.0, Ordering::Release);
                return depth;
            }
            depth += 1;
            bucket = match self.linked(tail) {
                Some(next) => next,
                None => self.link_new(growth, bucket),
            };
        }
    }

    /// Hangs an empty overflow bucket on the end of a chain.
    fn link_new(&self, growth: &mut Growth, last: &Bucket) -> &Bucket {
        let index = growth.overflow_free.pop().unwrap_or_else(|| {
            assert!(growth.overflow_made < OVERFLOW_MAX, "{OVERFLOW_MAX} overflow buckets");
            growth.overflow_made += 1;
            growth.overflow_made - 1
        });
        let bucket = self.overflow.get_or_make(index);
        last.tail.store(last.tail().with_link(index + 1).0, Ordering::Release);
        bucket
    }

    /// Makes the main bucket `new`, of a part of another's words.
    fn split(&self, growth: &mut Growth, new: u32) {
        let highest = 1 << new.ilog2();
        let Some(old_head) = self.main.get(new ^ highest) else {
            // Nothing was inserted there yet.
            self.last.store(new, Ordering::Release);
            return;
        };
        let new_head = self.main.get_or_make(new);
        let mut kept = std::mem::take(&mut growth.kept);
        let mut chain = Some(old_head);
        while let Some(bucket) = chain {
            for word in &bucket.words {
                let word = word.load(Ordering::Relaxed);
                if word == 0 {
                    continue;
                }
                if hash_of(word) & highest == 0 {
                    kept.push(word);
                } else {
                    self.append(growth, new_head, word);
                }
            }
            chain = self.linked(bucket.tail());
        }
        self.last.store(new, Ordering::Release);
        self.rewrite(growth, old_head, &kept);
        kept.clear();
        growth.kept = kept;
    }

    /// Writes a chain anew with fewer words, and takes the overflow buckets out of it that are not
    /// needed any more.
    fn rewrite(&self, growth: &mut Growth, head: &Bucket, kept: &[u64]) {
        let mut rest = kept.iter().copied();
        let mut bucket = head;
        loop {
            let tail = bucket.tail();
            let is_end = rest.len() <= SLOT_COUNT;
            bucket.rewrite(&mut rest, if is_end { 0 } else { tail.link() });
            let Some(next) = self.linked(tail) else { return };
            if is_end {
                self.free_chain(growth, tail.link(), next);
                return;
            }
            bucket = next;
        }
    }

    /// Empties the overflow buckets from one on, for others to use.
    fn free_chain(&self, growth: &mut Growth, link: u32, first: &Bucket) {
        let (mut link, mut bucket) = (link, first);
        loop {
            let tail = bucket.tail();
            bucket.rewrite(&mut std::iter::empty(), 0);
            growth.overflow_free.push(link - 1);
            let Some(next) = self.linked(tail) else { return };
            (link, bucket) = (tail.link(), next);
        }
    }

    pub(super) fn allocation_size(&self) -> usize {
        self.main.allocation_size() + self.overflow.allocation_size()
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::{LINK_BITS, OVERFLOW_MAX, SLOT_COUNT, TAG_BITS, Tail, tag_of};
    use testkit::Random;

    #[test]
    fn tails_agree_with_a_list_of_tags_and_a_link() {
        let mut random = Random::new(1);
        for _ in 0..5000 {
            let link = u32::try_from(random.below(OVERFLOW_MAX as usize + 1)).unwrap();
            let tags = [(); SLOT_COUNT].map(|()| [0, 1, 2, 17, 31][random.below(5)]);
            let tail = (0..SLOT_COUNT).fold(Tail(u64::MAX), |tail, n| tail.with_tag(n, tags[n]));
            let tail = tail.with_link(link);
            assert_eq!(tail.link(), link);
            for tag in [1, 2, 17, 31] {
                let bit = |slot| LINK_BITS as usize + TAG_BITS as usize * (slot + 1) - 1;
                let expected = (0..SLOT_COUNT).filter(|&slot| tags[slot] == tag);
                assert_eq!(tail.matches(tag), expected.fold(0, |bits, slot| bits | 1 << bit(slot)));
            }
        }
    }

    #[test]
    fn no_tag_is_that_of_no_word() {
        assert!((0..=u32::MAX).step_by(99_991).all(|hash| (1..32).contains(&tag_of(hash))));
    }
}
