//! Which bucket of a table a hash belongs to, when the table grows by splitting one after another:
//! a directory that readers go through without a lock. What a bucket is, it does not know.
//!
//! As in a table that grows by linear hashing, there are `live` buckets, and a hash belongs to the
//! one that its low bits name, with one bit fewer if that one is not there yet. The buckets lie in
//! an array that grows without moving them (`chunks.rs`).
//!
//! A bucket is *born* when its entries have been split off. Whoever is led to one that is not born
//! goes by one bit fewer; whoever meets a bucket whose level says that the hash belongs elsewhere
//! goes there. So readers need not wait for anything, and splits may happen side by side.
//!
//! A bucket that is born stays born, and its level only grows: that is for the tables to see to.

use crate::atomics::{AtomicUsize, Ordering};
use crate::chunks::Chunks;
use crate::zeroed::is_available;

/// Whether the world is shrunk, for tests: then rare paths are common.
const IS_SHRUNK: bool = cfg!(any(stress, loom, shuttle));

/// Buckets of a directory at first, as a power of two.
pub(crate) const FIRST_LOG2: u32 = if IS_SHRUNK { 0 } else { 3 };

/// The most buckets of a directory. More entries make longer chains.
pub(crate) const BUCKET_COUNT_MAX: usize = if cfg!(any(loom, shuttle)) {
    1 << 3
} else if cfg!(target_pointer_width = "64") {
    1 << 40
} else {
    1 << 24
};

/// Bytes of buckets that are asked for in one piece before they are taken one by one.
const PROBE_BYTES_MIN: usize = 1 << 30;

/// Memory that was refused.
#[derive(Debug)]
pub(crate) struct Refused {
    bytes: usize,
}

/// What was made of memory that was not refused: for who cannot go on without.
#[track_caller]
pub(crate) fn granted<T>(made: Result<T, Refused>) -> T {
    match made {
        Ok(made) => made,
        Err(Refused { bytes }) => panic!(
            "room for so many entries takes {bytes} bytes, which memory refuses: ask for less"
        ),
    }
}

/// Whether memory refuses so many bytes, as far as can be known before they are taken.
fn is_refused(bytes: usize) -> bool {
    #[cfg(all(test, not(any(loom, shuttle))))]
    if refusal::IS_ON.get() {
        return true;
    }
    bytes >= PROBE_BYTES_MIN && !is_available(bytes)
}

/// Memory that refuses every directory, for tests.
#[cfg(all(test, not(any(loom, shuttle))))]
pub(crate) mod refusal {
    use std::cell::Cell;

    thread_local! {
        pub(super) static IS_ON: Cell<bool> = const { Cell::new(false) };
    }

    /// Does something while memory refuses this thread's directories.
    pub(crate) fn during<R>(action: impl FnOnce() -> R) -> R {
        IS_ON.set(true);
        let result = action();
        IS_ON.set(false);
        result
    }
}

/// What a directory has to know of its buckets. The default is a bucket that is not born.
pub(crate) trait Bucket: Default {
    /// What tells of a bucket's state, as it was when it was loaded.
    type Word: Copy;

    fn word(&self) -> Self::Word;

    /// How many low bits of a hash lead to this bucket; none if it is not born.
    fn level(word: Self::Word) -> Option<u32>;
}

pub(crate) struct Directory<B> {
    /// The buckets that exist or are about to.
    live: AtomicUsize,
    /// The low bits that tell the live buckets apart.
    mask: AtomicUsize,
    buckets: Chunks<B>,
}

/// A bucket that a hash belonged to when its word was loaded.
pub(crate) struct Place<'a, B: Bucket> {
    pub(crate) index: usize,
    pub(crate) bucket: &'a B,
    pub(crate) word: B::Word,
}

#[inline]
pub(crate) fn low_bits(hash: u64, count: u32) -> usize {
    #[expect(clippy::cast_possible_truncation, reason = "levels are below the bits of an index")]
    let bits = (hash & ((1 << count) - 1)) as usize;
    bits
}

/// The level of a bucket when so many are live and all splits are done.
fn level_among(index: usize, live: usize) -> u32 {
    let top_bit = live.next_power_of_two() >> 1;
    // Those that are still to be split have one bit fewer: their other halves are not there.
    let is_split = index >= top_bit || index + top_bit < live;
    if is_split { live.next_power_of_two().ilog2() } else { top_bit.ilog2() }
}

impl<B> Directory<B> {
    /// How many buckets there are, and a few that are about to be.
    pub(crate) fn live(&self) -> usize {
        self.live.load(Ordering::Acquire)
    }

    /// Claims the next bucket, which the caller then has to bring forth; `None` at the most.
    pub(crate) fn claim_next(&self) -> Option<usize> {
        let mut live = self.live();
        while live < BUCKET_COUNT_MAX {
            if live.is_power_of_two() {
                // By several threads perhaps, and before there is a bucket that needs it.
                self.mask.fetch_max(2 * live - 1, Ordering::Release);
            }
            let (success, failure) = (Ordering::AcqRel, Ordering::Acquire);
            match self.live.compare_exchange_weak(live, live + 1, success, failure) {
                Ok(_) => return Some(live),
                Err(now) => live = now,
            }
        }
        None
    }

    /// How many buckets were claimed until now. Who claims one later sees what the caller has done
    /// before: both write to the same number.
    fn claimed(&self) -> usize {
        self.live.fetch_add(0, Ordering::AcqRel)
    }

    /// The bucket of an index, if its chunk has been made.
    #[inline]
    pub(crate) fn bucket(&self, index: usize) -> Option<&B> {
        self.buckets.get(index)
    }

    /// The same, if the bucket was looked for before; else perhaps none.
    #[inline]
    pub(crate) fn bucket_at_hand(&self, index: usize) -> Option<&B> {
        self.buckets.get_at_hand(index)
    }

    /// The index of the bucket that a hash belongs to, if no split is under way.
    #[inline]
    pub(crate) fn index_of(&self, hash: u64) -> usize {
        // The mask is that of these live buckets or of more, because it is set first. Nothing
        // depends on it: whichever bucket one comes to says where the hash belongs.
        let (live, mask) = (self.live(), self.mask.load(Ordering::Acquire));
        #[expect(clippy::cast_possible_truncation, reason = "the low bits are what is wanted")]
        let hash = hash as usize;
        let index = hash & mask;
        if index < live { index } else { hash & (mask >> 1) }
    }

    /// Frees up to `count` chunks of buckets, and tells whether all are free now.
    ///
    /// # Safety
    ///
    /// Nobody has a reference to a bucket, nor gets one any more.
    pub(crate) unsafe fn free_some(&self, count: usize) -> bool {
        // SAFETY: promised by the caller.
        unsafe { self.buckets.free_some(count) }
    }
}

impl<B: Bucket> Directory<B> {
    /// A directory of so many buckets, at least one, each of which `give_birth` makes born at a
    /// level. Gigabytes are asked for in one piece first, and may be refused.
    pub(crate) fn of(live: usize, give_birth: impl Fn(&B, u32)) -> Result<Self, Refused> {
        assert!(live > 0, "a directory without a bucket");
        let bytes = live.saturating_mul(size_of::<B>());
        if is_refused(bytes) {
            return Err(Refused { bytes });
        }
        let directory = Self {
            live: AtomicUsize::new(live),
            mask: AtomicUsize::new(live.next_power_of_two() - 1),
            buckets: Chunks::with_room(live),
        };
        for index in 0..live {
            give_birth(directory.bucket_or_make(index), level_among(index, live));
        }
        Ok(directory)
    }

    /// The bucket of an index, with its chunk made if need be.
    pub(crate) fn bucket_or_make(&self, index: usize) -> &B {
        self.buckets.get_or_make(index)
    }

    /// The bucket that a hash belongs to at present.
    #[inline]
    pub(crate) fn place_of(&self, hash: u64) -> Place<'_, B> {
        let index = self.index_of(hash);
        if let Some(bucket) = self.bucket_at_hand(index) {
            let word = bucket.word();
            if B::level(word).is_some_and(|level| low_bits(hash, level) == index) {
                return Place { index, bucket, word };
            }
        }
        self.place_beside(hash)
    }

    /// The same when a split of the bucket is under way, or was done a moment ago.
    #[cold]
    #[inline(never)]
    fn place_beside(&self, hash: u64) -> Place<'_, B> {
        let mut bits = (self.live() - 1).checked_ilog2().map_or(0, |log2| log2 + 1);
        loop {
            let index = low_bits(hash, bits);
            let found = self.bucket(index).map(|bucket| (bucket, bucket.word()));
            bits = match found.map(|(bucket, word)| (bucket, word, B::level(word))) {
                Some((bucket, word, Some(level))) => {
                    if low_bits(hash, level) == index {
                        return Place { index, bucket, word };
                    }
                    // The hash was split off from here, perhaps more than once.
                    level
                }
                // Ends at the latest at the first buckets, which are born with the table.
                _ => bits - 1,
            };
        }
    }

    /// Makes sure that a bucket is born, whose splits others may have claimed and not done yet, if
    /// `split` does what it is asked to: to split a bucket up to a bit. At most one call for each
    /// bit of the index.
    pub(crate) fn bring_forth(&self, index: usize, split: &mut impl FnMut(usize, u32)) {
        if B::level(self.bucket_or_make(index).word()).is_some() {
            return;
        }
        let top_bit = index.ilog2();
        let parent = index ^ (1 << top_bit);
        self.bring_forth(parent, split);
        split(parent, top_bit);
    }

    /// The same for every bucket that was claimed. For who has kept others from splitting for a
    /// while: those gave up, and nobody else would do what they claimed.
    pub(crate) fn bring_all_forth(&self, mut split: impl FnMut(usize, u32)) {
        (0..self.claimed()).for_each(|index| self.bring_forth(index, &mut split));
    }
}

/// How far a visit of all buckets has come that no split makes forget or repeat a key.
///
/// The order is that of the hashes with their bits reversed: then a bucket of level `l` holds an
/// interval, of those that begin with the same `l` bits, and a split divides it. So "everything
/// before this rank was visited" stays true however much the table grows, and no entry can move
/// from what is ahead to what is behind, nor back.
///
/// ```text
/// 4 buckets  |        0        |        2        |        1        |        3        |
/// 8 buckets  |   0    |   4    |   2    |   6    |   1    |   5    |   3    |   7    |
///             rank 0                                                        2^64 - 1
/// ```
#[derive(Debug)]
pub(crate) struct Rank(Option<u64>);

impl Rank {
    pub(crate) const FIRST: Self = Self(Some(0));
    pub(crate) const END: Self = Self(None);

    /// A hash that belongs to the next bucket; none after the last.
    pub(crate) fn hash(&self) -> Option<u64> {
        self.0.map(u64::reverse_bits)
    }

    /// Whether a hash belongs to a bucket that is still to be visited.
    pub(crate) fn is_at_or_before(&self, hash: u64) -> bool {
        self.0.is_some_and(|rank| rank <= hash.reverse_bits())
    }

    /// Goes on behind a bucket, which is the one that [`hash`](Self::hash) belongs to.
    pub(crate) fn pass(&mut self, index: usize, level: u32) {
        // The next interval begins where this one ends; after the last there is none.
        let start = (index as u64).reverse_bits();
        debug_assert_eq!(Some(start), self.0);
        self.0 = (level > 0).then(|| start.checked_add(1 << (64 - level))).flatten();
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::{level_among, low_bits};
    use testkit::Random;

    #[test]
    fn with_any_number_of_buckets_a_hash_belongs_to_one() {
        let mut random = Random::new(1);
        for live in (1..70).chain([127, 128, 129, 1000]) {
            for _ in 0..200 {
                let hash = random.next_u64();
                let is_place = |&index: &usize| low_bits(hash, level_among(index, live)) == index;
                assert_eq!((0..live).filter(is_place).count(), 1, "{live} buckets, {hash:x}");
            }
        }
    }
}
