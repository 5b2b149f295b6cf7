//! Which symbols have a hash: buckets that readers search without a lock.
//!
//! A bucket is one cache line: seven words, and a link to an overflow bucket. A word is a symbol's
//! number in its upper half and 32 bits of the hash in its lower; 0 is none. The words of a chain
//! stand in front without gaps. The bucket of a hash is chosen by the low bits of the same 32, so
//! that a split reads no text and hashes nothing.
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
    /// The number of an overflow bucket and one; 0 for none.
    link: WatchedU64,
}

// SAFETY: integers may be 0, which is their default; they need no drop.
unsafe impl Zeroed for Bucket {}

impl Bucket {
    /// The symbol with this hash, of those in this bucket, for which `is_right` says so.
    ///
    /// Compares all hashes first, because which slot it is no processor predicts.
    #[inline(always)]
    fn find(&self, hash: u32, is_right: &mut impl FnMut(Symbol) -> bool) -> Option<Symbol> {
        let mut slots = self.words.iter().enumerate().fold(0_u32, |slots, (slot, word)| {
            slots | u32::from(hash_of(word.load(Ordering::Acquire)) == hash) << slot
        });
        while slots != 0 {
            let word = self.words[slots.trailing_zeros() as usize].load(Ordering::Acquire);
            if let Some(symbol) = symbol_of(word).filter(|&symbol| is_right(symbol)) {
                return Some(symbol);
            }
            slots &= slots - 1;
        }
        None
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
            if let Some(symbol) = bucket.find(hash, &mut is_right) {
                return Some(symbol);
            }
            bucket = self.linked(bucket)?;
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
            if let Some(symbol) = bucket.find(hash, &mut is_right) {
                return Some(symbol);
            }
            bucket = self.linked(bucket)?;
        }
    }

    #[inline(always)]
    fn linked(&self, bucket: &Bucket) -> Option<&Bucket> {
        #[expect(clippy::cast_possible_truncation, reason = "a link is of 32 bits")]
        let link = bucket.link.load(Ordering::Acquire) as u32;
        self.overflow.get(link.checked_sub(1)?)
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
            let free = bucket.words.iter().find(|word| word.load(Ordering::Relaxed) == 0);
            if let Some(free) = free {
                free.store(word, Ordering::Release);
                return depth;
            }
            depth += 1;
            bucket = match self.linked(bucket) {
                Some(next) => next,
                None => self.link_new(growth, bucket),
            };
        }
    }

    /// Hangs an empty overflow bucket on the end of a chain.
    fn link_new(&self, growth: &mut Growth, tail: &Bucket) -> &Bucket {
        let index = growth.overflow_free.pop().unwrap_or_else(|| {
            growth.overflow_made += 1;
            growth.overflow_made - 1
        });
        let bucket = self.overflow.get_or_make(index);
        tail.link.store(u64::from(index) + 1, Ordering::Release);
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
            chain = self.linked(bucket);
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
            for word in &bucket.words {
                let next = rest.next().unwrap_or(0);
                // Unchanged words are not written: readers may have the line.
                if word.load(Ordering::Relaxed) != next {
                    word.store(next, Ordering::Release);
                }
            }
            let link = bucket.link.load(Ordering::Relaxed);
            let Some(next) = self.linked(bucket) else { return };
            if rest.len() == 0 {
                bucket.link.store(0, Ordering::Release);
                self.free_chain(growth, link, next);
                return;
            }
            bucket = next;
        }
    }

    /// Empties the overflow buckets from one on, for others to use.
    fn free_chain(&self, growth: &mut Growth, link: u64, first: &Bucket) {
        let (mut link, mut bucket) = (link, first);
        loop {
            for word in &bucket.words {
                word.store(0, Ordering::Release);
            }
            let next_link = bucket.link.load(Ordering::Relaxed);
            let next = self.linked(bucket);
            bucket.link.store(0, Ordering::Release);
            #[expect(clippy::cast_possible_truncation, reason = "a link is of 32 bits")]
            growth.overflow_free.push(link as u32 - 1);
            let Some(next) = next else { return };
            (link, bucket) = (next_link, next);
        }
    }

    pub(super) fn allocation_size(&self) -> usize {
        self.main.allocation_size() + self.overflow.allocation_size()
    }
}
