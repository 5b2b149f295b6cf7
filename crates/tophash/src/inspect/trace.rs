//! One look-up, step by step: [`Trace`].

use alloc_crate::vec::Vec;

use crate::raw::{BucketView, Chains, SLOT_COUNT, Tophash};

/// The steps of a look-up: what [`HashMap::trace`](crate::HashMap::trace) returns.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trace {
    /// The map's own seed, which went into the hash.
    pub hash0: u32,
    /// The key's hash, in this map.
    pub hash: u64,
    /// The hash's seven highest bits, from 1 to 127 (0 counts as 1).
    pub tophash: u8,
    /// The chain that is searched.
    pub index: usize,
    /// The chain that the hash's index bits name, if that is not `index`: during a growth, the half
    /// of `index` that has not been split off yet.
    pub unsplit: Option<usize>,
    /// The buckets that were looked at, the main bucket first. Empty if the map has no memory.
    pub buckets: Vec<TracedBucket>,
    /// Where the key is; `None` if it is not in the map.
    pub found: Option<Place>,
}

/// A place in the chain that was searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The bucket's place in the chain: 0 for the main bucket, 1 for the first overflow bucket.
    pub bucket: usize,
    /// The slot, from 0 to 7.
    pub slot: usize,
}

/// One bucket that a look-up went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TracedBucket {
    /// What became of each slot.
    pub slots: [SlotOutcome; SLOT_COUNT],
    /// Where the look-up went from here.
    pub next: NextBucket,
}

/// What a look-up made of one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SlotOutcome {
    /// The slot is free.
    Empty,
    /// Its tophash is another one, so its key was not looked at.
    OtherTophash,
    /// Its tophash is the one sought, and its key was compared and is another one: a false
    /// positive.
    OtherKey,
    /// Its key is the one sought.
    Equal,
    /// Its tophash is the one sought, but the key was found before.
    NotReached,
}

/// Where a look-up went after a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NextBucket {
    /// Nowhere: the key was found.
    Found,
    /// Nowhere: it was the chain's last bucket.
    EndOfChain,
    /// Nowhere: there are overflow buckets, but no key in them has these three tophash bits.
    RuledOutByHint,
    /// To the next overflow bucket.
    Followed,
}

impl Trace {
    /// The keys that were compared with the one sought.
    ///
    /// ```
    /// let map = tophash::HashMap::from([("alice", 30)]);
    /// assert_eq!(map.trace("alice").comparisons(), 1);
    /// ```
    #[must_use]
    pub fn comparisons(&self) -> usize {
        let slots = self.buckets.iter().flat_map(|bucket| bucket.slots);
        slots.filter(|slot| matches!(slot, SlotOutcome::OtherKey | SlotOutcome::Equal)).count()
    }
}

/// Follows the look-up of a hash, asking `equals` as a look-up would. O(chain).
pub(crate) fn follow<K, V>(
    chains: Chains<'_, K, V>,
    hash0: u32,
    hash: u64,
    mut equals: impl FnMut(&K) -> bool,
) -> Trace {
    let tophash = Tophash::of(hash);
    let sought = tophash.get();
    let index = chains.index_of(hash);
    let named = (hash >> 32) as usize & chains.mask();
    let mut trace = Trace {
        hash0,
        hash,
        tophash: sought,
        index,
        unsplit: (named != index).then_some(named),
        buckets: Vec::new(),
        found: None,
    };
    if chains.count() == 0 {
        return trace;
    }
    let mut hinted = false;
    let mut views = chains.buckets(index).peekable();
    while let Some(view) = views.next() {
        let place = trace.buckets.len();
        let slots = compare(&view, sought, &mut equals);
        let slot = slots.iter().position(|&outcome| outcome == SlotOutcome::Equal);
        if place == 0 {
            hinted = view.hints_at(tophash);
        }
        let next = match (slot, views.peek()) {
            (Some(_), _) => NextBucket::Found,
            (None, None) => NextBucket::EndOfChain,
            (None, Some(_)) if hinted => NextBucket::Followed,
            (None, Some(_)) => NextBucket::RuledOutByHint,
        };
        trace.buckets.push(TracedBucket { slots, next });
        trace.found = slot.map(|slot| Place { bucket: place, slot });
        if next != NextBucket::Followed {
            break;
        }
    }
    trace
}

/// What a look-up of a tophash makes of the slots of a bucket.
fn compare<K, V>(
    view: &BucketView<'_, K, V>,
    sought: u8,
    mut equals: impl FnMut(&K) -> bool,
) -> [SlotOutcome; SLOT_COUNT] {
    let tophashes = view.tophashes();
    let mut is_found = false;
    core::array::from_fn(|slot| match view.entry(slot) {
        None => SlotOutcome::Empty,
        Some(_) if tophashes[slot] != sought => SlotOutcome::OtherTophash,
        Some(_) if is_found => SlotOutcome::NotReached,
        Some((key, _)) => {
            is_found = equals(key);
            if is_found { SlotOutcome::Equal } else { SlotOutcome::OtherKey }
        }
    })
}
