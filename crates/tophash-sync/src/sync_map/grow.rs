//! Growth: one bucket is split into two, as the entries of an insertion that found its bucket full.
//!
//! There is no counter that every insertion must read. An insertion that has to go to an overflow
//! bucket splits the next [`GROWTH_STEP`] buckets in line, if the table has no more buckets than
//! entries. With a good hash that keeps the table at 3.5 entries a bucket: then one insertion in
//! seven finds six in its bucket, and each of these makes two buckets.
//!
//! A split of bucket `p` at level `l` moves to bucket `c = p + 2^l` the entries whose hash has bit
//! `l`. While the lock of `p` is held:
//!
//! 1. `c` is filled and born, *locked*: readers who know of it find everything in it;
//! 2. the word of `p` gets level `l + 1` and loses the tags of what moved, in one step: from now on
//!    readers who come to `p` for it go on to `c`;
//! 3. the slots of `p` are emptied. A reader who looked into `p` before step 2 and finds nothing
//!    sees the new level when it looks again, and starts over;
//! 4. both locks are given back.
//!
//! That `c` is locked until `p` is clean is what makes an entry reachable by one slot only when it
//! is retired (M6): else somebody could replace it in `c`, retire it, and a reader who came later
//! could still find it in `p`.

use super::bucket::Bucket;
use super::entry::Entry;
use super::lock::Locked;
use super::table::Table;
use super::word::{Word, tag_of};
use crate::directory::FIRST_LOG2;

/// Buckets that one write splits at most.
const GROWTH_STEP: usize = if cfg!(any(stress, loom, shuttle)) { 1 } else { 2 };

impl<K, V> Table<K, V> {
    /// Splits the next buckets if the table has no more of them than entries, and gives the
    /// overflow buckets that were emptied to `retire`. O(entries of two buckets).
    #[cold]
    #[inline(never)]
    pub(super) fn grow(&self, mut retire: impl FnMut(*mut Bucket<K, V>)) {
        for _ in 0..GROWTH_STEP {
            // Else entries that share one bucket and come and go would make it grow for ever.
            if self.directory.live() > self.counter.sum().max(1 << FIRST_LOG2) {
                return;
            }
            let Some(index) = self.directory.claim_next() else { return };
            self.directory.bring_forth(index, &mut |parent, top_bit| {
                self.split_up_to(parent, top_bit, &mut retire);
            });
        }
    }

    /// Brings forth the buckets that others had to give up while the table was frozen.
    pub(super) fn catch_up(&self, mut retire: impl FnMut(*mut Bucket<K, V>)) {
        self.directory.bring_all_forth(|parent, top_bit| {
            self.split_up_to(parent, top_bit, &mut retire);
        });
    }

    /// Splits a bucket until hashes that differ from its own in this bit belong elsewhere, unless
    /// the table is frozen.
    fn split_up_to(&self, index: usize, top_bit: u32, retire: &mut impl FnMut(*mut Bucket<K, V>)) {
        let parent = self.directory.bucket_or_make(index);
        // Not born only if its own parent is frozen.
        let Some(locked) = Locked::take(parent) else { return };
        // The children are locked until the parent's lock is given back too.
        let mut children = Vec::new();
        for level in parent.word().level()..=top_bit {
            let child = self.directory.bucket_or_make(index + (1 << level));
            children.push(split(parent, child, level));
        }
        let unlinked = parent.unlink_empty();
        drop(locked);
        drop(children);
        unlinked.into_iter().for_each(retire);
    }
}

/// Splits a bucket, whose lock the caller holds, and returns the lock of the new one.
fn split<'a, K, V>(parent: &Bucket<K, V>, child: &'a Bucket<K, V>, level: u32) -> Locked<'a, K, V> {
    debug_assert_eq!(parent.word().level(), level);
    debug_assert!(!child.word().is_born());
    let moves = |entry: *mut Entry<K, V>| {
        // SAFETY: M1 and M2: under the lock, taken slots hold entries.
        unsafe { Entry::at(entry) }.hash() >> level & 1 == 1
    };
    for bucket in parent.chain() {
        for (_, entry) in bucket.taken().filter(|&(_, entry)| moves(entry)) {
            // SAFETY: as above.
            child.add(tag_of(unsafe { Entry::at(entry) }.hash()), entry);
        }
    }
    let tags = child.word().0;
    child.give_birth(Word(tags | Word::of_level(level + 1).0 | Word::LOCKED));
    // The level first: who finds a slot empty must see that something moved.
    let mut is_main = true;
    for bucket in parent.chain() {
        let word = bucket.word();
        let slots: Vec<usize> =
            bucket.taken().filter(|&(_, entry)| moves(entry)).map(|(slot, _)| slot).collect();
        let mut flip = slots.iter().fold(0, |bits, &slot| bits | word.tag_bits(slot));
        if is_main {
            flip |= word.flip_of_level(level + 1);
        }
        bucket.flip(flip);
        for slot in slots {
            bucket.set_entry(slot, std::ptr::null_mut());
        }
        is_main = false;
    }
    Locked::inherit(child)
}
