//! A drop-in `HashMap` and `HashSet` whose growth never pauses.
#![cfg_attr(not(test), no_std)]
#![deny(unsafe_code)]

extern crate alloc as alloc_crate;
#[cfg(all(feature = "std", not(test)))]
extern crate std;

#[expect(unsafe_code, reason = "the allocator's interface is unsafe")]
pub mod alloc;
mod error;
mod hash;
#[path = "map/mod.rs"]
pub mod hash_map;
#[path = "set/mod.rs"]
pub mod hash_set;
#[path = "table/mod.rs"]
pub mod hash_table;
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

pub use equivalent::Equivalent;
pub use error::TryReserveError;
pub use hash::{DefaultHasher, RandomState};
pub use hash_map::HashMap;
pub use hash_set::HashSet;
pub use hash_table::HashTable;
pub use raw::ShrinkPolicy;

/// The hash state that maps use when none is named: hashbrown's name for it.
pub type DefaultHashBuilder = RandomState;
