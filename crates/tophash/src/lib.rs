//! A drop-in `HashMap` and `HashSet` whose growth never pauses and whose memory never doubles.
//!
//! [`HashMap`] and [`HashSet`] have the interface of std's and hashbrown's additions to it; change
//! the `use` line and the rest compiles. [`HashTable`] is for those who bring their own hashes.
//! Beneath lies Go's classic map: buckets of eight slots, a tophash byte for each, overflow
//! buckets, a load factor of 6.5, and growth by two buckets for each write.
//!
//! ```
//! use tophash::HashMap;
//!
//! let mut ages: HashMap<&str, u32> = HashMap::new();
//! ages.insert("alice", 30);
//! *ages.at("bob") += 25; // Go's `ages["bob"] += 25`
//! assert_eq!(ages.get("alice"), Some(&30));
//! assert_eq!(ages.get_or_default("charlie"), 0);
//! ```
//!
//! What it has besides: [`HashMap::walk`] to write while iterating, [`HashMap::scan`] to visit a
//! map a piece at a time, and Go's own map in [`go`]. One can look inside: see [`inspect`].
//!
//! # When not to use it
//!
//! For small, hot maps std's takes fewer instructions for a look-up. If strangers choose your keys
//! and no insertion may pause, name a state that resists them from the start, as
//! `HashMap<K, V, std::hash::RandomState>`: see [`RandomState`].
//!
//! # Features
//!
//! `std` (default): seeds from the operating system; without it the crate is `no_std` with `alloc`.
//! `serde` and `rayon`: as for std's maps. `allocator-api2`: any allocator as the last parameter.
#![cfg_attr(not(test), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(unsafe_code)]
#![cfg_attr(all(verify, not(test)), allow(dead_code, reason = "unit tests read every counter"))]

extern crate alloc as alloc_crate;
#[cfg(all(any(feature = "std", verify), not(test)))]
extern crate std;

#[expect(unsafe_code, reason = "the allocator's interface is unsafe")]
pub mod alloc;
mod error;
pub mod go;
mod hash;
#[path = "map/mod.rs"]
pub mod hash_map;
#[path = "set/mod.rs"]
pub mod hash_set;
#[path = "table/mod.rs"]
pub mod hash_table;
pub mod inspect;
#[expect(unsafe_code, reason = "the table: see the invariants in raw/mod.rs")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "hashes are cut to the bits that are wanted, and indices are below 2^32 (R2)"
)]
#[expect(clippy::cast_ptr_alignment, reason = "blocks are laid out aligned: raw/block.rs")]
mod raw;
#[cfg(feature = "rayon")]
mod rayon;
#[cfg(feature = "serde")]
mod serde;

#[cfg(test)]
mod tests;
#[cfg(any(test, verify))]
#[doc(hidden)]
pub mod verify;

pub use equivalent::Equivalent;
pub use error::TryReserveError;
pub use hash::{DefaultHasher, RandomState};
pub use hash_map::HashMap;
pub use hash_set::HashSet;
pub use hash_table::HashTable;
pub use inspect::MemoryPlan;
pub use raw::ShrinkPolicy;

/// The hash state that maps use when none is named: hashbrown's name for it.
pub type DefaultHashBuilder = RandomState;
