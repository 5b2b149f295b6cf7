//! The one error of this crate.

use core::alloc::Layout;
use core::fmt;

/// Why room for more entries could not be had. The same as hashbrown's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TryReserveError {
    /// More entries than a map can hold were asked for: they would need more than `isize::MAX`
    /// bytes, 2^32 buckets, or 2^27 blocks of memory (which for large entries comes first, at a
    /// tebibyte or more).
    CapacityOverflow,
    /// The allocator refused memory.
    AllocError {
        /// What was asked for: the block, or all blocks of a table made at once.
        layout: Layout,
    },
}

impl fmt::Display for TryReserveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CapacityOverflow => {
                f.write_str("capacity overflow: a map cannot hold so many entries")
            }
            Self::AllocError { layout } => {
                write!(f, "memory allocation of {} bytes was refused", layout.size())
            }
        }
    }
}

impl core::error::Error for TryReserveError {}
