//! Keys and values that notice what a map does to them, or that are awkward to hold.

mod census;
mod fuse;
mod lying;
mod shapes;

pub use census::{Census, Tracked};
pub use fuse::{Fuse, Fused, Spark};
pub use lying::{Lie, LyingEq};
pub use shapes::{Key, Large, OverAligned, ZeroSized};
