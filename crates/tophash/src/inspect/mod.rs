//! Looking inside a map: what [`HashMap::stats`], [`HashMap::trace`] and [`HashMap::layout`]
//! return.
//!
//! All of it is read from the map as it is when it is asked for. The map carries no counters for
//! it, so nothing is paid by who does not look.
//!
//! | question | answer |
//! |---|---|
//! | How full is it, how long are its chains, where are its bytes? | [`HashMap::stats`] |
//! | How is this key found, or why is it not? | [`HashMap::trace`] |
//! | What lies in which bucket? | [`HashMap::layout`] |
//! | How much memory will a map take? | [`MemoryPlan`] |
//!
//! The words are those of Go's map: a *bucket* has eight slots, a *tophash* is the part of a key's
//! hash that its slot keeps, *overflow buckets* hang on a bucket that is full, and a bucket with
//! its overflow buckets is a *chain*.
//!
//! [`HashMap::stats`]: crate::HashMap::stats
//! [`HashMap::trace`]: crate::HashMap::trace
//! [`HashMap::layout`]: crate::HashMap::layout

mod layout;
mod plan;
mod stats;
mod trace;

pub use layout::{Bucket, Buckets, Chain, ChainState, Entries, Layout};
pub use plan::MemoryPlan;
pub use stats::{Bytes, ChainHistogram, FalsePositives, Growth, Stats};
pub use trace::{NextBucket, Place, SlotOutcome, Trace, TracedBucket};

pub(crate) use stats::count;
pub(crate) use trace::follow;
