//! A bucket: one cache line with a word, pointers to entries, and a link to an overflow bucket.
//!
//! ```text
//! | word | slot 0 | slot 1 | slot 2 | slot 3 | slot 4 | slot 5 | next |     8 bytes each
//! ```
//!
//! The first bucket of a chain is its *main* bucket; only its word has a lock and a level. The
//! others lie in allocations of their own.

use super::entry::Entry;
use super::reclaim::{Garbage, Left};
use super::word::{SLOT_COUNT, Slots, Word, tag_of};
use crate::atomics::{AtomicPtr, Ordering, WatchedPtr, WatchedU64};
use crate::directory;
use std::ptr;

#[repr(align(64))]
pub(super) struct Bucket<K, V> {
    word: WatchedU64,
    slots: [WatchedPtr<Entry<K, V>>; SLOT_COUNT],
    next: AtomicPtr<Bucket<K, V>>,
}

/// Where an entry was found.
pub(super) struct Hit<'a, K, V> {
    /// The main bucket of the chain.
    pub(super) main: &'a Bucket<K, V>,
    pub(super) bucket: &'a Bucket<K, V>,
    pub(super) slot: usize,
    pub(super) entry: &'a Entry<K, V>,
}

impl<K, V> directory::Bucket for Bucket<K, V> {
    type Word = Word;

    #[inline]
    fn word(&self) -> Word {
        Self::word(self)
    }

    #[inline]
    fn level(word: Word) -> Option<u32> {
        word.is_born().then(|| word.level())
    }
}

impl<K, V> Default for Bucket<K, V> {
    fn default() -> Self {
        Self::new(Word::UNBORN)
    }
}

impl<K, V> Bucket<K, V> {
    /// A bucket without entries.
    pub(super) fn new(word: Word) -> Self {
        Self {
            word: WatchedU64::new(word.0),
            slots: [const { ptr::null_mut() }; SLOT_COUNT].map(WatchedPtr::new),
            next: AtomicPtr::new(ptr::null_mut()),
        }
    }

    #[inline]
    pub(super) fn word(&self) -> Word {
        Word(self.word.load(Ordering::Acquire))
    }

    /// Locks a bucket whose word was this one, and not locked; tells whether it did.
    #[inline]
    pub(super) fn try_lock(&self, seen: Word) -> bool {
        let (success, failure) = (Ordering::Acquire, Ordering::Relaxed);
        let locked = seen.0 | Word::LOCKED;
        self.word.compare_exchange_weak(seen.0, locked, success, failure).is_ok()
    }

    /// The entry in a slot; null if there is none (M2).
    #[inline]
    pub(super) fn entry_at(&self, slot: usize) -> *mut Entry<K, V> {
        self.slots[slot].load(Ordering::Acquire)
    }

    /// Puts an entry, or none, into a slot. For who holds the chain's lock.
    #[inline]
    pub(super) fn set_entry(&self, slot: usize, entry: *mut Entry<K, V>) {
        self.slots[slot].store(entry, Ordering::Release);
    }

    /// Changes bits of the word. For who holds the chain's lock: nobody else changes it (M7).
    #[inline]
    pub(super) fn flip(&self, bits: u64) {
        let word = self.word.load(Ordering::Relaxed);
        self.word.store(word ^ bits, Ordering::Release);
    }

    /// Gives a bucket that is not born its word (M5).
    pub(super) fn give_birth(&self, word: Word) {
        self.word.store(word.0, Ordering::Release);
    }

    /// The overflow bucket behind this one.
    #[inline]
    pub(super) fn next(&self) -> Option<&Self> {
        // SAFETY: a link leads to a bucket that is freed only after it was unlinked and every pin
        // of that time has ended (M6); who holds a reference to this one is pinned or alone.
        unsafe { self.next.load(Ordering::Acquire).as_ref() }
    }

    /// Links another bucket, or none, behind this one. For who holds the chain's lock.
    pub(super) fn set_next(&self, next: *mut Self) {
        self.next.store(next, Ordering::Release);
    }

    /// The link, to be given on.
    pub(super) fn next_pointer(&self) -> *mut Self {
        self.next.load(Ordering::Acquire)
    }

    /// This bucket and those behind it.
    pub(super) fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |bucket| bucket.next())
    }

    /// The slots whose tags say that they are taken, with what is in them at present.
    pub(super) fn taken(&self) -> impl Iterator<Item = (usize, *mut Entry<K, V>)> + '_ {
        self.with_entries(self.word().taken())
    }

    /// What is in these slots at present.
    #[inline]
    pub(super) fn with_entries(
        &self,
        slots: Slots,
    ) -> impl Iterator<Item = (usize, *mut Entry<K, V>)> + '_ {
        slots.map(|slot| (slot, self.entry_at(slot)))
    }

    /// The entry of this hash, in the chain of this main bucket with the word `word`, that `is_it`
    /// says is the one. Each slot is looked at once.
    #[inline]
    pub(super) fn find(
        &self,
        mut word: Word,
        hash: u64,
        is_it: &mut impl FnMut(&Entry<K, V>) -> bool,
    ) -> Option<Hit<'_, K, V>> {
        let tag = tag_of(hash);
        let mut bucket = self;
        loop {
            for (slot, entry) in bucket.with_entries(word.candidates(tag)) {
                if entry.is_null() {
                    continue;
                }
                // SAFETY: M1: what is in a slot is an entry that stays while one is pinned.
                let entry = unsafe { Entry::at(entry) };
                if is_it(entry) {
                    return Some(Hit { main: self, bucket, slot, entry });
                }
            }
            bucket = bucket.next()?;
            word = bucket.word();
        }
    }

    /// Adds an entry to the chain of this main bucket, and tells how many overflow buckets lie
    /// before it. For who holds the lock.
    ///
    /// The tag comes first: a reader that sees the entry must not afterwards miss its tag (M2).
    pub(super) fn add(&self, tag: u8, entry: *mut Entry<K, V>) -> usize {
        let mut last = self;
        for (depth, bucket) in self.chain().enumerate() {
            if let Some(slot) = bucket.word().free() {
                bucket.flip(Word::flip_of(slot, tag));
                bucket.set_entry(slot, entry);
                return depth;
            }
            last = bucket;
        }
        let overflow = Self::new(Word(Word::flip_of(0, tag)));
        overflow.set_entry(0, entry);
        last.set_next(Box::into_raw(Box::new(overflow)));
        self.chain().count() - 1
    }

    /// Takes overflow buckets without entries out of the chain of this main bucket. For who holds
    /// the lock, and then has to retire them: readers may still be in them.
    ///
    /// Such a bucket keeps its link, so who is in it goes on to the rest of the chain.
    pub(super) fn unlink_empty(&self) -> Vec<*mut Self> {
        let mut unlinked = Vec::new();
        let mut last = self;
        while let Some(bucket) = last.next() {
            if bucket.word().is_empty() {
                unlinked.push(last.next_pointer());
                last.set_next(bucket.next_pointer());
            } else {
                last = bucket;
            }
        }
        unlinked
    }

    /// An overflow bucket as something to be destroyed.
    pub(super) fn garbage(bucket: *mut Self) -> Garbage {
        Garbage::new(bucket, |bucket| {
            // SAFETY: overflow buckets are boxes (M4); garbage is destroyed once, when nobody can
            // reach it (M6). It has no entries.
            drop(unsafe { Box::from_raw(bucket.cast::<Self>()) });
            Left::Nothing
        })
    }
}
