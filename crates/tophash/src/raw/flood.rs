//! Flood: chains that chance does not explain, and the change of the hash that answers them.
//!
//! At the highest load a bucket has 6.5 entries on average. That one of them has more than 32
//! entries has, with a good hash, a probability of 10^-13 (docs/decisions/0006);
//! who sees such a chain sees keys that were chosen, or a bad hash. The table notes it when it is
//! made ([`Flags::SUSPECT`]); the map, which knows the hash function, acts at its next write.

#[cfg(feature = "std")]
use alloc_crate::vec::Vec;
#[cfg(feature = "std")]
use core::mem;

#[cfg(feature = "std")]
use super::block::Kind;
#[cfg(feature = "std")]
use super::bucket::Bucket;
#[cfg(feature = "std")]
use super::rehash::{OfTypes, Rehash};
#[cfg(feature = "std")]
use super::sizing::Shape;
use super::tophash::SLOT_COUNT;
#[cfg(feature = "std")]
use super::tophash::Tophash;
use super::{Flags, Header, Parts, RawTable};
use crate::alloc::Allocator;
#[cfg(feature = "std")]
use crate::hash::KeyHasher;

/// Overflow buckets behind one bucket that chance does not explain.
pub(crate) const FLOOD_DEPTH: usize = 4;

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// Whether some chain has become so long since the last write.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn is_suspect(&self) -> bool {
        self.header().flags.has(Flags::SUSPECT)
    }

    /// Whether a change of the hash may be tried: the seed is not the user's, and there was none
    /// since the table was half as large.
    #[cfg(feature = "std")]
    pub(crate) fn may_change_hash(&self) -> bool {
        let header = self.header();
        !header.flags.has(Flags::FIXED_SEED) && header.size_class() > header.flags.changed_at()
    }

    /// Whether some chain has [`FLOOD_DEPTH`] overflow buckets. O(1) if none ever had since the
    /// table was empty, else O(buckets).
    pub(crate) fn is_flooded(&self) -> bool {
        !self.header().extra.is_null()
            && self.extra().depth_max >= FLOOD_DEPTH
            && self.depth_of_chains() >= FLOOD_DEPTH
    }

    /// The overflow buckets of the longest chain. O(buckets).
    pub(crate) fn depth_of_chains(&self) -> usize {
        self.overflow().1
    }

    /// The overflow buckets of all chains, and of the longest. O(buckets).
    pub(crate) fn overflow(&self) -> (usize, usize) {
        let depths = (0..=self.header().last()).map(|index| self.depth_of(index));
        depths.fold((0, 0), |(sum, most), depth| (sum + depth, most.max(depth)))
    }

    /// How many times the seed was changed, as [`Header::epoch`] counts.
    pub(crate) fn seed_epoch(&self) -> u8 {
        self.header().epoch()
    }

    /// The overflow buckets of one chain.
    fn depth_of(&self, index: u32) -> usize {
        self.chain_len(index).saturating_sub(1) / SLOT_COUNT
    }

    /// The overflow buckets of the chain that a hash belongs to.
    #[cfg(test)]
    pub(crate) fn chain_depth(&self, hash: u64) -> usize {
        self.depth_of(self.header().index_of(hash))
    }

    /// Puts all entries where another hash wants them, in new memory. `hasher` computes it with the
    /// seed `hash0`. False if memory is refused; then nothing has changed but that it was tried.
    ///
    /// All keys are hashed first, which is user code and may panic: nothing has changed then. The
    /// entries are moved afterwards, which cannot fail but for an overflow bucket: that ends in
    /// `handle_alloc_error`. O(buckets), and for as long the entries' memory is there twice.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn change_hash(&mut self, hash0: u32, hasher: &impl KeyHasher<K>) -> bool {
        self.parts.change_hash(hash0, &OfTypes::<K, V, _>::new(hasher), Self::KIND)
    }
}

impl<A: Allocator> Parts<A> {
    /// Notes the depth of a chain that has become longer.
    #[inline]
    pub(super) fn note_depth(&mut self, depth: usize) {
        let extra = self.extra_mut().0;
        extra.depth_max = extra.depth_max.max(depth);
        if depth >= FLOOD_DEPTH {
            self.header.flags.set(Flags::SUSPECT, true);
        }
    }

    /// See [`RawTable::change_hash`].
    #[cfg(feature = "std")]
    #[cold]
    #[inline(never)]
    fn change_hash(&mut self, hash0: u32, types: &dyn Rehash, kind: &Kind) -> bool {
        let Some(hashes) = self.hash_all(types, &kind.shape) else {
            let class = self.header.size_class();
            self.header.flags.set_changed_at(class);
            return false;
        };
        self.move_to_hashes(hash0, &hashes, kind)
    }

    /// The hashes of all keys, in the order of the chains; `None` if memory is refused. The hasher
    /// is user code.
    #[cfg(feature = "std")]
    fn hash_all(&self, types: &dyn Rehash, shape: &Shape) -> Option<Vec<u64>> {
        let mut hashes = Vec::new();
        hashes.try_reserve_exact(self.header.count).ok()?;
        for index in 0..=self.header.last() {
            // SAFETY: the chain of a live bucket.
            for (bucket, slot) in unsafe { self.header.taken_slots(index, shape) } {
                // SAFETY: a taken slot has a key.
                hashes.push(unsafe { types.hash(bucket.key_address(slot, shape)) });
            }
        }
        Some(hashes)
    }

    /// The second half of [`RawTable::change_hash`]: builds a new table and moves every entry to
    /// where its hash wants it. The hashes are in the order of the chains. Runs no user code.
    #[cfg(feature = "std")]
    fn move_to_hashes(&mut self, hash0: u32, hashes: &[u64], kind: &Kind) -> bool {
        let shape = &kind.shape;
        let class = self.header.size_class();
        self.header.flags.set_changed_at(class);
        let bucket_count = u64::from(self.header.mask) + 1;
        let old = self.header;
        if !self.build_anew(bucket_count, kind) {
            return false;
        }
        self.header.take_over(old.flags.settings(), shape);
        self.header.set_seed(hash0);
        self.header.flags.set_changed_at(class);
        let mut hashes = hashes.iter();
        for index in 0..=old.last() {
            // SAFETY: the chain of a live bucket of the old table, which forgets its entries below:
            // each is moved once.
            unsafe {
                for from in old.taken_slots(index, shape) {
                    let hash = *hashes.next().expect("every entry was hashed");
                    self.insert_moved(hash, from, kind);
                }
            }
        }
        let new = mem::replace(&mut self.header, old);
        self.release(shape);
        self.header = new;
        true
    }

    /// Replaces the header by that of a new table of so many buckets. If memory is refused, or the
    /// allocator panics, it stays.
    #[cfg(feature = "std")]
    fn build_anew(&mut self, bucket_count: u64, kind: &Kind) -> bool {
        /// Puts the old header back when it goes, also while unwinding.
        struct Old<'a, A: Allocator>(&'a mut Parts<A>, Header);
        impl<A: Allocator> Drop for Old<'_, A> {
            fn drop(&mut self) {
                self.0.header = self.1;
            }
        }
        let header = mem::replace(&mut self.header, Header::empty());
        let old = Old(self, header);
        let is_built = old.0.build(bucket_count, bucket_count, kind).is_ok();
        if is_built {
            mem::forget(old);
        }
        is_built
    }

    /// Adds the entry whose bytes are in a slot of another table, which forgets it.
    ///
    /// # Safety
    ///
    /// The slot is a taken one of a table of the same kind, and this table has memory.
    #[cfg(feature = "std")]
    unsafe fn insert_moved(&mut self, hash: u64, from: (Bucket, usize), kind: &Kind) {
        let tophash = Tophash::of(hash);
        // SAFETY: a live bucket's first free slot, or one behind it; R3 and R7 hold again at the
        // end.
        unsafe {
            let main = self.header.bucket(self.header.index_of(hash), &kind.shape);
            let to = if main.word().is_full() {
                self.free_overflow_slot(main, tophash, kind)
            } else {
                (main, main.word().filled())
            };
            Bucket::move_entry(from, to, &kind.shape);
            to.0.set_word(to.0.word().with(to.1, tophash));
        }
        self.header.count += 1;
    }
}

impl Header {
    /// A seed for a table that is empty. It goes back to the first hash only where it has given
    /// up its entries or its memory as a whole: else a large table that is emptied one by one
    /// would let an attacker have its hash changed again and again, which is O(buckets).
    pub(super) fn fresh_hash0(&self) -> u32 {
        #[cfg(feature = "std")]
        if self.size_class() <= self.flags.changed_at() {
            return crate::hash::fresh_sip_hash0();
        }
        crate::hash::fresh_hash0()
    }

    /// How many times the table has doubled, and one.
    #[cfg(feature = "std")]
    fn size_class(&self) -> u32 {
        self.mask.count_ones() + 1
    }
}
