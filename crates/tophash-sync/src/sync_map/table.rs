//! A table: a directory of buckets, with what belongs to all of them; and how it is freed.

use super::bucket::{Bucket, Hit};
use super::entry::Entry;
use super::hashing::Hashing;
use super::reclaim::{Garbage, Left};
use super::word::Word;
use crate::atomics::{AtomicBool, AtomicUsize, Ordering};
use crate::counter::Counter;
use crate::directory::{BUCKET_COUNT_MAX, Directory, FIRST_LOG2, Refused, granted, low_bits};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Buckets whose entries are freed in one step when a table is destroyed.
const BUCKETS_PER_STEP: usize = if cfg!(any(stress, loom, shuttle)) { 1 } else { 8 };

/// Chunks that are freed in one such step.
const CHUNKS_PER_STEP: usize = if cfg!(any(stress, loom, shuttle)) { 1 } else { 16 };

pub(super) struct Table<K, V> {
    /// No other table has this number, while addresses are used again.
    pub(super) id: u64,
    pub(super) directory: Directory<Bucket<K, V>>,
    pub(super) counter: Counter,
    pub(super) hashing: Hashing,
    /// Buckets whose entries were freed, when the table is destroyed.
    freed: AtomicUsize,
    /// Whether the entries have gone to another table, and only the buckets are to be freed.
    pub(super) is_left: AtomicBool,
    /// Whether there ever was a chain that chance does not explain.
    pub(super) is_flooded: AtomicBool,
    /// Writes to a flooded table before its hash is changed.
    pub(super) writes_before_change: AtomicUsize,
}

impl<K, V> Table<K, V> {
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
        static NEXT_ID: AtomicU64 = AtomicU64::new(0);
        // Somewhat more than three entries a bucket are what growth keeps to: see `grow.rs`.
        let live = (capacity / 3).clamp(1 << FIRST_LOG2, BUCKET_COUNT_MAX / 2);
        let give_birth = |bucket: &Bucket<K, V>, level| bucket.give_birth(Word::of_level(level));
        Ok(Box::new(Self {
            id: NEXT_ID.fetch_add(1, Relaxed),
            directory: Directory::of(live, give_birth)?,
            counter: Counter::new(),
            hashing,
            freed: AtomicUsize::new(0),
            is_left: AtomicBool::new(false),
            is_flooded: AtomicBool::new(false),
            writes_before_change: AtomicUsize::new(0),
        }))
    }

    /// The entry of this hash that `is_it` says is the one. Takes no lock; `is_it` is code of the
    /// user's.
    #[inline]
    pub(super) fn find(
        &self,
        hash: u64,
        mut is_it: impl FnMut(&Entry<K, V>) -> bool,
    ) -> Option<Hit<'_, K, V>> {
        let index = self.directory.index_of(hash);
        if let Some(main) = self.directory.bucket_at_hand(index) {
            let begin = main.word();
            if begin.is_born() {
                if let Some(hit) = main.find(begin, hash, &mut is_it) {
                    return Some(hit);
                }
                // Not found counts only if the entry could have been nowhere else all the time:
                // the hash belongs to this bucket still, and so it has since the bucket's birth
                // (M5).
                if low_bits(hash, main.word().level()) == index {
                    return None;
                }
            }
        }
        self.find_beside(hash, is_it)
    }

    /// The same when a split of the bucket is under way, or was done a moment ago.
    #[cold]
    #[inline(never)]
    fn find_beside(
        &self,
        hash: u64,
        mut is_it: impl FnMut(&Entry<K, V>) -> bool,
    ) -> Option<Hit<'_, K, V>> {
        loop {
            let place = self.directory.place_of(hash);
            let hit = place.bucket.find(place.word, hash, &mut is_it);
            let level = place.bucket.word().level();
            if hit.is_some() || low_bits(hash, level) == place.index {
                return hit;
            }
        }
    }

    /// The table as something to be destroyed, a few buckets at a time.
    pub(super) fn garbage(table: *mut Self) -> Garbage {
        Garbage::new(table, |table| {
            let table = table.cast::<Self>();
            // SAFETY: garbage is destroyed once, when nobody can reach it (M6), so the table is
            // there until it is freed here.
            unsafe {
                if !(*table).free_some() {
                    return Left::Part;
                }
                drop(Box::from_raw(table));
                Left::Nothing
            }
        })
    }

    /// Destroys a table and everything in it.
    ///
    /// # Safety
    ///
    /// It is a box, and nobody else has it.
    pub(super) unsafe fn destroy(table: *mut Self) {
        Self::garbage(table).destroy(Entry::<K, V>::LAYOUT);
    }

    /// Frees the entries of a few buckets, or a few chunks when no entry is left; tells whether
    /// everything is free.
    ///
    /// # Safety
    ///
    /// Nobody else has the table, and from now on it is only freed.
    unsafe fn free_some(&self) -> bool {
        let begin = self.freed.load(Ordering::Relaxed);
        let live = self.directory.live();
        if begin < live {
            // Counted first: if a destructor panics, the rest of these is leaked.
            let end = live.min(begin + BUCKETS_PER_STEP);
            self.freed.store(end, Ordering::Relaxed);
            for bucket in (begin..end).filter_map(|index| self.directory.bucket(index)) {
                // SAFETY: each bucket once, and promised by the caller.
                unsafe { free_chain(bucket, !self.is_left.load(Ordering::Relaxed)) };
            }
            return false;
        }
        // SAFETY: promised by the caller; no entry is left.
        unsafe { self.directory.free_some(CHUNKS_PER_STEP) }
    }
}

/// Frees the overflow buckets of a chain, and its entries if they are still its own.
///
/// # Safety
///
/// Nobody else has them, and this is done once.
unsafe fn free_chain<K, V>(main: &Bucket<K, V>, has_entries: bool) {
    let free_entries = if has_entries { free_entries } else { |_: &Bucket<K, V>| () };
    let mut next = main.next_pointer();
    free_entries(main);
    while !next.is_null() {
        // SAFETY: overflow buckets are boxes (M4), and nobody else has them.
        let overflow = unsafe { Box::from_raw(next) };
        next = overflow.next_pointer();
        free_entries(&overflow);
    }
}

fn free_entries<K, V>(bucket: &Bucket<K, V>) {
    for (_, entry) in bucket.taken() {
        Entry::garbage(entry).destroy(Entry::<K, V>::LAYOUT);
    }
}
