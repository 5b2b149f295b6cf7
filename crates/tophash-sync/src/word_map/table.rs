//! A table: a directory of buckets, how keys are hashed, and growth.
//!
//! An insertion that has to go to an overflow bucket splits the next [`GROWTH_STEP`] buckets in
//! line, if the table has no more buckets than entries.

use super::bucket::Bucket;
use super::hashing::Hashing;
use super::lock::Locked;
use crate::atomics::{AtomicBool, Ordering};
use crate::counter::Counter;
use crate::directory::{BUCKET_COUNT_MAX, Directory, FIRST_LOG2, Refused, granted};

/// Buckets that one write splits at most.
const GROWTH_STEP: usize = if cfg!(any(stress, loom, shuttle)) { 1 } else { 2 };

/// Overflow buckets behind one bucket that chance does not explain: 24 entries before them and
/// more, where two belong. The sum of the Poisson probabilities is below 10^-17.
const FLOOD_DEPTH: usize = 24 / super::bucket::SLOT_COUNT;

pub(super) struct Table {
    pub(super) directory: Directory<Bucket>,
    pub(super) counter: Counter,
    pub(super) hashing: Hashing,
    /// Whether there ever was a chain that chance does not explain.
    pub(super) is_flooded: AtomicBool,
}

impl Table {
    /// A table with room for so many entries before it grows.
    ///
    /// # Panics
    ///
    /// If memory refuses it.
    #[track_caller]
    pub(super) fn with_capacity(capacity: usize, hashing: Hashing) -> Box<Self> {
        granted(Self::try_with_capacity(capacity, hashing))
    }

    /// The same, unless memory refuses it.
    pub(super) fn try_with_capacity(
        capacity: usize,
        hashing: Hashing,
    ) -> Result<Box<Self>, Refused> {
        // Growth keeps to somewhat less than two entries a bucket.
        let live = (capacity / 3 * 2).clamp(1 << FIRST_LOG2, BUCKET_COUNT_MAX / 2);
        Ok(Box::new(Self {
            directory: Directory::of(live, Bucket::be_born)?,
            counter: Counter::new(),
            hashing,
            is_flooded: AtomicBool::new(false),
        }))
    }

    /// The value of a key. Takes no lock, and begins again only when a removal or a split has come
    /// to an end in the key's bucket meanwhile.
    #[inline]
    pub(super) fn load(&self, key: u64) -> Option<u64> {
        let hash = self.hashing.hash(key);
        let index = self.directory.index_of(hash);
        if let Some(bucket) = self.directory.bucket_at_hand(index) {
            let begin = bucket.state();
            if let Ok(found) = bucket.read(begin, key) {
                // What is found is right wherever it is; to find nothing counts only in the bucket
                // that the hash belongs to.
                if found.is_some() || begin.is_place_of(hash, index) {
                    return found;
                }
            }
        }
        self.load_beside(hash, key)
    }

    /// The same when a split of the bucket is under way, or something was removed a moment ago.
    #[cold]
    #[inline(never)]
    fn load_beside(&self, hash: u64, key: u64) -> Option<u64> {
        loop {
            let place = self.directory.place_of(hash);
            if let Ok(found) = place.bucket.read(place.word, key) {
                return found;
            }
        }
    }

    /// Locks the chain that a hash belongs to; `None` if it is frozen.
    #[inline]
    pub(super) fn lock(&self, hash: u64) -> Option<Locked<'_>> {
        let index = self.directory.index_of(hash);
        if let Some(bucket) = self.directory.bucket_at_hand(index) {
            let seen = bucket.state();
            if seen.is_open() && seen.is_place_of(hash, index) && bucket.try_lock(seen) {
                return Some(Locked { bucket, state: seen });
            }
        }
        self.lock_beside(hash)
    }

    /// The same when the bucket is locked, or a split of it was done a moment ago.
    #[cold]
    #[inline(never)]
    fn lock_beside(&self, hash: u64) -> Option<Locked<'_>> {
        loop {
            let place = self.directory.place_of(hash);
            let locked = Locked::take(place.bucket)?;
            if locked.state.is_place_of(hash, place.index) {
                return Some(locked);
            }
        }
    }

    /// Counts an entry that was added behind so many overflow buckets, and makes room if that says
    /// that it is time to. O(entries of two buckets).
    #[inline]
    pub(super) fn note_added(&self, depth: usize) {
        self.counter.add(1);
        if depth > 0 {
            self.relieve(depth);
        }
    }

    #[cold]
    fn relieve(&self, depth: usize) {
        if depth >= FLOOD_DEPTH {
            self.is_flooded.store(true, Ordering::Relaxed);
        }
        for _ in 0..GROWTH_STEP {
            // Else entries that share one bucket and come and go would make it grow for ever.
            if self.directory.live() > self.counter.sum().max(1 << FIRST_LOG2) {
                return;
            }
            let Some(index) = self.directory.claim_next() else { return };
            self.directory.bring_forth(index, &mut |parent, top_bit| {
                self.split_up_to(parent, top_bit);
            });
        }
    }

    /// Splits a bucket until hashes that differ from its own in this bit belong elsewhere, unless
    /// the table is frozen.
    pub(super) fn split_up_to(&self, index: usize, top_bit: u32) {
        let parent = self.directory.bucket_or_make(index);
        // Not born only if its own parent is frozen.
        let Some(mut locked) = Locked::take(parent) else { return };
        while let Some(level) = locked.level().filter(|&level| level <= top_bit) {
            let child = self.directory.bucket_or_make(index + (1 << level));
            locked.split(child, |key| self.hashing.hash(key) >> level & 1 == 1);
        }
    }

    /// Whether this table's keys may be hashed in another way when they collide.
    pub(super) fn may_change_hash(&self) -> bool {
        self.is_flooded.load(Ordering::Relaxed) && self.hashing.is_first()
    }
}
