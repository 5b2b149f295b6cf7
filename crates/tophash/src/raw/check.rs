//! Recounting every invariant, for tests. O(n).

use super::bucket::Bucket;
use super::{Flags, RawTable};
use crate::alloc::Allocator;
use crate::hash::KeyHasher;

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// Panics unless R1 to R8 and R11 hold and, if a hasher is given, each entry is where its hash
    /// says. Of R3 it cannot see whether a slot is initialised, and of R1 how large a block is.
    pub(crate) fn check(&self, hasher: Option<&dyn KeyHasher<K>>) {
        let header = self.header();
        let (mask, last) = (header.mask, header.last());
        header.check_flags(Self::SHAPE);
        if !header.is_allocated() {
            assert_eq!((header.count, mask, last), (0, 0, 0), "R1");
            assert!(header.extra.is_null(), "R1");
            assert!(!header.flags.has(Flags::SHRINKING));
            return;
        }
        let bucket_count = u64::from(mask) + 1;
        assert!(bucket_count.is_power_of_two() && last <= mask, "R2: {mask} {last}");
        assert!(mask == 0 || last + 1 >= header.half(), "R2: {mask} {last}");
        if !header.is_one_block(Self::SHAPE) {
            assert!(!header.extra.is_null(), "R8: a directory");
            let directory = &self.extra().directory;
            let live_blocks = (last as usize >> Self::SHAPE.block_log2) + 1;
            assert_eq!(directory.block_count(), live_blocks, "R1: blocks");
            assert_eq!(header.buckets, directory.entry_point(), "R1: entry point");
        }
        let mut entry_count = 0;
        let mut node_count = 0;
        for index in 0..=last {
            // SAFETY: live buckets.
            let (entries, nodes) = unsafe { self.check_chain(index, hasher) };
            entry_count += entries;
            node_count += nodes;
        }
        assert_eq!(entry_count, header.count, "R7");
        if !header.extra.is_null() {
            let extra = self.extra();
            assert_eq!(node_count, extra.slab.used(), "R6: nodes in chains and nodes in use");
            extra.slab.check(Self::SHAPE);
        }
    }

    /// Checks one chain; returns how many entries and nodes it has.
    ///
    /// # Safety
    ///
    /// `index <= last`.
    unsafe fn check_chain(&self, index: u32, hasher: Option<&dyn KeyHasher<K>>) -> (usize, usize) {
        // SAFETY: what is read is what R3 to R5 say is initialised; if they do not hold, a test is
        // about to fail one way or another.
        unsafe {
            let main = self.bucket(index);
            let mut hints = 0;
            let mut entries = 0;
            let mut nodes = 0;
            let mut bucket = main;
            loop {
                let word = bucket.word();
                let filled = word.filled();
                for slot in 0..filled {
                    assert_ne!(word.byte(slot) & 0x7f, 0, "R3: a hole in bucket {index}");
                    let tophash = word.tophash(slot);
                    if nodes > 0 {
                        hints |= tophash.hint();
                    }
                    if let Some(hasher) = hasher {
                        let hash = hasher.hash(&*bucket.key::<K, V>(slot));
                        assert_eq!(self.header().index_of(hash), index, "an entry is astray");
                        let expected = super::tophash::Tophash::of(hash);
                        assert_eq!(expected.get(), tophash.get(), "wrong tophash");
                    }
                }
                entries += filled;
                let next = if nodes > 0 || word.has_overflow() {
                    bucket.next()
                } else {
                    core::ptr::null_mut()
                };
                assert!(nodes == 0 || filled > 0, "R5: an empty node");
                assert!(nodes == 0 || !word.has_overflow(), "a node with hints");
                if next.is_null() {
                    break;
                }
                assert!(word.is_full(), "R5: a bucket with a next one is not full");
                bucket = Bucket::of_node(next, Self::SHAPE);
                nodes += 1;
            }
            assert_eq!(main.word().hints(), hints, "R4: hints of bucket {index}");
            if nodes > 0 {
                assert!(!self.header().extra.is_null(), "R8: a node");
                assert!(nodes <= self.extra().depth_max, "depth_max is no bound");
            }
            (entries, nodes)
        }
    }

    /// Entries in the fullest chain, for tests of how chains grow.
    pub(crate) fn longest_chain(&self) -> usize {
        if !self.header().is_allocated() {
            return 0;
        }
        // SAFETY: live buckets.
        (0..=self.header().last())
            .map(|index| unsafe { self.check_chain(index, None).0 })
            .max()
            .unwrap_or(0)
    }
}
