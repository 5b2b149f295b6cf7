//! Texts as small numbers, or as shared handles: [`Interner`], [`BoundedInterner`],
//! [`WeakInterner`].
//!
//! How the first two work. One writer at a time, behind a lock; readers without one.
//!
//! ```text
//!   text ── hash ──► index ──► symbol ──► places ──► arena
//!                  buckets of       pointer and      the texts, one
//!                  seven words      length           after the other
//! ```
//!
//! - `segments.rs`: arrays that grow without moving, because readers look at them meanwhile.
//! - `arena.rs`: the texts. `places.rs`: where the text of each symbol is.
//! - `index.rs`: which symbols have a hash. It grows by splitting one bucket for every few texts,
//!   as the map does, so that no insertion rebuilds it.
//! - `text.rs`: how a text is hashed and compared. `core.rs`: all together.
//!
//! The protocol is short because nothing is ever removed. A text is written, then its place
//! (released), then its word in the index (released): who finds the word finds the text. A reader
//! compares the text that a word leads to, so that a *hit* is proved, whatever is being moved. A
//! *miss* proves nothing while a bucket is split, and is asked again under the lock.

mod arena;
mod bounded;
mod core;
mod index;
mod places;
mod plain;
mod segments;
#[cfg(feature = "serde")]
mod serde;
mod symbol;
mod text;
mod weak;

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;

#[cfg(all(test, loom))]
mod models;

pub use bounded::{BoundedInterner, Full};
pub use plain::{Interner, Iter};
pub use symbol::Symbol;
pub use weak::{InternedStr, WeakInterner};
