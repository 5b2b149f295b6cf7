//! Looking at a table's chains and at where its bytes are, in safe terms and without changing
//! anything: what `inspect` is made from.

use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::ptr;

use super::bucket::{Bucket, Node, Slots};
use super::tophash::{SLOT_COUNT, Tophash, Word};
use super::{Header, RawTable};
use crate::alloc::Allocator;

/// The chains of a table that is borrowed for `'a`.
pub(crate) struct Chains<'a, K, V> {
    header: Header,
    marker: PhantomData<&'a (K, V)>,
}

impl<K, V> Clone for Chains<'_, K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Chains<'_, K, V> {}

// SAFETY: what can be had from it is `&K` and `&V`.
unsafe impl<K: Sync, V: Sync> Send for Chains<'_, K, V> {}
// SAFETY: as above.
unsafe impl<K: Sync, V: Sync> Sync for Chains<'_, K, V> {}

impl<'a, K, V> Chains<'a, K, V> {
    /// How many there are: one for each live main bucket.
    pub(crate) fn count(&self) -> usize {
        if self.header.is_allocated() { self.header.last() as usize + 1 } else { 0 }
    }

    /// Main buckets when what is under way is complete (growing) or was begun (shrinking).
    pub(crate) fn mask(&self) -> usize {
        self.header.mask as usize
    }

    /// How many buckets below the middle have their other half.
    pub(crate) fn nevacuate(&self) -> usize {
        self.header.nevacuate() as usize
    }

    /// Where the other halves begin.
    pub(crate) fn half(&self) -> usize {
        self.header.half() as usize
    }

    /// The chain that a hash belongs to.
    pub(crate) fn index_of(&self, hash: u64) -> usize {
        self.header.index_of(hash) as usize
    }

    /// The buckets of one chain, from the main bucket on.
    ///
    /// # Panics
    ///
    /// If there is no such chain.
    pub(crate) fn buckets(&self, index: usize) -> BucketViews<'a, K, V> {
        assert!(index < self.count(), "there is such a chain");
        // SAFETY: a live bucket of a table with memory; a main bucket with hints has a link (R4).
        unsafe {
            let main = self.header.bucket(index as u32, Slots::<K, V>::SHAPE);
            let next = if main.word().has_overflow() { main.next() } else { ptr::null_mut() };
            BucketViews { bucket: Some(main), next, marker: PhantomData }
        }
    }
}

/// The buckets of one chain.
pub(crate) struct BucketViews<'a, K, V> {
    bucket: Option<Bucket>,
    /// The overflow bucket after `bucket`, or null.
    next: *mut Node,
    marker: PhantomData<&'a (K, V)>,
}

impl<K, V> Clone for BucketViews<'_, K, V> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

// SAFETY: as for `Chains`.
unsafe impl<K: Sync, V: Sync> Send for BucketViews<'_, K, V> {}
// SAFETY: as above.
unsafe impl<K: Sync, V: Sync> Sync for BucketViews<'_, K, V> {}

impl<'a, K, V> Iterator for BucketViews<'a, K, V> {
    type Item = BucketView<'a, K, V>;

    fn next(&mut self) -> Option<Self::Item> {
        let bucket = self.bucket?;
        self.bucket = if self.next.is_null() {
            None
        } else {
            // SAFETY: nodes have links (R5), and the table is borrowed for `'a`.
            unsafe {
                let next = Bucket::of_node(self.next, Slots::<K, V>::SHAPE);
                self.next = next.next();
                Some(next)
            }
        };
        // SAFETY: live buckets and nodes have words (R3).
        Some(BucketView { word: unsafe { bucket.word() }, bucket, marker: PhantomData })
    }
}

impl<K, V> FusedIterator for BucketViews<'_, K, V> {}

/// One bucket.
pub(crate) struct BucketView<'a, K, V> {
    bucket: Bucket,
    word: Word,
    marker: PhantomData<&'a (K, V)>,
}

impl<K, V> Clone for BucketView<'_, K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for BucketView<'_, K, V> {}

// SAFETY: as for `Chains`.
unsafe impl<K: Sync, V: Sync> Send for BucketView<'_, K, V> {}
// SAFETY: as above.
unsafe impl<K: Sync, V: Sync> Sync for BucketView<'_, K, V> {}

impl<'a, K, V> BucketView<'a, K, V> {
    /// How many slots are taken. They are the first ones.
    pub(crate) fn filled(&self) -> usize {
        self.word.filled()
    }

    /// The tophash of every slot; 0 for those that are free.
    pub(crate) fn tophashes(&self) -> [u8; SLOT_COUNT] {
        core::array::from_fn(|slot| self.word.byte(slot) & 0x7f)
    }

    /// The overflow hints: bit *j* is set if an entry whose tophash ends in the three bits *j* is
    /// in one of the chain's overflow buckets. 0 for overflow buckets.
    pub(crate) fn hints(&self) -> u8 {
        (0..SLOT_COUNT).fold(0, |hints, slot| hints | (self.word.byte(slot) >> 7) << slot)
    }

    /// Whether a look-up of this tophash goes on to overflow buckets from here, the chain's main
    /// bucket.
    pub(crate) fn hints_at(&self, tophash: Tophash) -> bool {
        self.word.hints_at(tophash)
    }

    /// The entry in a slot; `None` if it is free.
    pub(crate) fn entry(&self, slot: usize) -> Option<(&'a K, &'a V)> {
        if slot >= self.filled() {
            return None;
        }
        // SAFETY: a taken slot (R3) of a table that is borrowed for `'a`.
        Some(unsafe { (&*self.bucket.key::<K, V>(slot), &*self.bucket.value::<K, V>(slot)) })
    }
}

/// Where the bytes of a table are. What is not listed is allocated and not in use.
pub(crate) struct BytesInUse {
    /// The pages of pointers to blocks, and the rarely needed part.
    pub(crate) directory: usize,
    /// Live main buckets, and what their blocks have besides.
    pub(crate) buckets: usize,
    /// Overflow buckets in chains.
    pub(crate) overflow: usize,
}

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// The table's chains.
    pub(crate) fn chains(&self) -> Chains<'_, K, V> {
        Chains { header: *self.header(), marker: PhantomData }
    }

    /// Where the table's bytes are. O(1).
    pub(crate) fn bytes_in_use(&self) -> BytesInUse {
        let mut bytes = BytesInUse { directory: 0, buckets: 0, overflow: 0 };
        if !self.header().is_allocated() {
            return bytes;
        }
        let mut block_count = 1;
        if !self.header().extra.is_null() {
            let extra = self.extra();
            let (extra_layout, _) =
                super::extra_layout(0, Self::SHAPE).expect("it has the size of a struct");
            bytes.directory = extra_layout.size() + extra.directory.bytes_in_use();
            bytes.overflow = extra.slab.used() * Self::SHAPE.node_bytes;
            block_count = extra.directory.block_count().max(1);
        }
        bytes.buckets = Self::SHAPE.live_bytes(self.bucket_count(), block_count);
        bytes
    }
}
