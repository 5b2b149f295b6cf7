//! A map's buckets, one after another, for drawing: [`Layout`].

use core::fmt::{self, Debug, Formatter};
use core::iter::FusedIterator;
use core::ops::Range;

use crate::raw::{BucketView, BucketViews, Chains, SLOT_COUNT};

/// The chains of a map in the order of their indices: what
/// [`HashMap::layout`](crate::HashMap::layout) returns.
///
/// `nth` and `nth_back` are O(1): a part of a large map can be looked at without the rest.
pub struct Layout<'a, K, V> {
    chains: Chains<'a, K, V>,
    indices: Range<usize>,
}

impl<'a, K, V> Layout<'a, K, V> {
    pub(crate) fn new(chains: Chains<'a, K, V>) -> Self {
        Self { chains, indices: 0..chains.count() }
    }
}

impl<K, V> Clone for Layout<'_, K, V> {
    fn clone(&self) -> Self {
        Self { chains: self.chains, indices: self.indices.clone() }
    }
}

impl<K, V> Debug for Layout<'_, K, V> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layout").field("indices", &self.indices).finish_non_exhaustive()
    }
}

impl<'a, K, V> Iterator for Layout<'a, K, V> {
    type Item = Chain<'a, K, V>;

    fn next(&mut self) -> Option<Self::Item> {
        self.nth(0)
    }

    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        let index = self.indices.nth(n)?;
        Some(Chain { chains: self.chains, index })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.indices.size_hint()
    }
}

impl<K, V> DoubleEndedIterator for Layout<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.nth_back(0)
    }

    fn nth_back(&mut self, n: usize) -> Option<Self::Item> {
        let index = self.indices.nth_back(n)?;
        Some(Chain { chains: self.chains, index })
    }
}

impl<K, V> ExactSizeIterator for Layout<'_, K, V> {}
impl<K, V> FusedIterator for Layout<'_, K, V> {}

/// A main bucket and the overflow buckets that hang on it.
pub struct Chain<'a, K, V> {
    chains: Chains<'a, K, V>,
    index: usize,
}

/// What a growth has done to a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChainState {
    /// No growth and no shrink is under way.
    Settled,
    /// Its other half lies as far above the middle: a growth has split the chain, or a shrink has
    /// not merged it yet. Go calls this half X.
    Split,
    /// It has no other half: a growth will split it yet, or a shrink has merged it.
    Whole,
    /// It is the other half of the chain that lies as far below the middle. Go calls it Y.
    OtherHalf,
}

impl<'a, K, V> Chain<'a, K, V> {
    /// The index of the chain's main bucket.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// What a growth or a shrink under way has done to the chain.
    #[must_use]
    pub fn state(&self) -> ChainState {
        if self.chains.count() == self.chains.mask() + 1 {
            ChainState::Settled
        } else if self.index >= self.chains.half() {
            ChainState::OtherHalf
        } else if self.index < self.chains.nevacuate() {
            ChainState::Split
        } else {
            ChainState::Whole
        }
    }

    /// The eight overflow hints: bit *j* is set if a key whose tophash ends in the three bits *j*
    /// is in one of the overflow buckets. A look-up follows the chain only if its key's bit is set.
    /// (A tophash of 0 counts as 1: a key with tophash 1 sets bit 0 as well.)
    #[must_use]
    pub fn hints(&self) -> u8 {
        self.chains.buckets(self.index).next().map_or(0, |main| main.hints())
    }

    /// The main bucket, and then the overflow buckets.
    #[must_use]
    pub fn buckets(&self) -> Buckets<'a, K, V> {
        Buckets(self.chains.buckets(self.index))
    }
}

impl<K, V> Clone for Chain<'_, K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Chain<'_, K, V> {}

impl<K: Debug, V: Debug> Debug for Chain<'_, K, V> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain")
            .field("index", &self.index)
            .field("state", &self.state())
            .field("hints", &self.hints())
            .field("buckets", &self.buckets())
            .finish()
    }
}

/// The buckets of a [`Chain`].
pub struct Buckets<'a, K, V>(BucketViews<'a, K, V>);

impl<K, V> Clone for Buckets<'_, K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Debug, V: Debug> Debug for Buckets<'_, K, V> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a, K, V> Iterator for Buckets<'a, K, V> {
    type Item = Bucket<'a, K, V>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(Bucket)
    }
}

impl<K, V> FusedIterator for Buckets<'_, K, V> {}

/// A bucket: eight slots, of which the first are taken.
pub struct Bucket<'a, K, V>(BucketView<'a, K, V>);

impl<'a, K, V> Bucket<'a, K, V> {
    /// Slots in a bucket.
    pub const SLOTS: usize = SLOT_COUNT;

    /// The tophash of each slot, from 1 to 127; 0 for a free one.
    #[must_use]
    pub fn tophashes(&self) -> [u8; SLOT_COUNT] {
        self.0.tophashes()
    }

    /// The entries, from slot 0 on.
    #[must_use]
    pub fn entries(&self) -> Entries<'a, K, V> {
        Entries { bucket: self.0, slots: 0..self.0.filled() }
    }
}

impl<K, V> Clone for Bucket<'_, K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Bucket<'_, K, V> {}

impl<K: Debug, V: Debug> Debug for Bucket<'_, K, V> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bucket")
            .field("tophashes", &self.tophashes())
            .field("entries", &self.entries())
            .finish()
    }
}

/// The entries of a [`Bucket`].
pub struct Entries<'a, K, V> {
    bucket: BucketView<'a, K, V>,
    slots: Range<usize>,
}

impl<K, V> Clone for Entries<'_, K, V> {
    fn clone(&self) -> Self {
        Self { bucket: self.bucket, slots: self.slots.clone() }
    }
}

impl<K: Debug, V: Debug> Debug for Entries<'_, K, V> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.clone()).finish()
    }
}

impl<'a, K, V> Iterator for Entries<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        self.bucket.entry(self.slots.next()?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.slots.size_hint()
    }
}

impl<K, V> ExactSizeIterator for Entries<'_, K, V> {}
impl<K, V> FusedIterator for Entries<'_, K, V> {}
