//! Compiles and runs the Rust snippets of the documents as doctests. It is not published, so that
//! it may include files from outside its folder.
//!
//! `cargo run --release -p guide --example figures` measures what `docs/guide-checked.md` says.

/// The guide, checked.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide-checked.md")]
pub mod guide_checked {}

/// How the table works.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/design.md")]
pub mod design {}

/// The introduction.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub mod readme {}

/// Maps shared between threads.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/shared-maps.md")]
pub mod shared_maps {}

/// The shared maps' introduction.
#[cfg(doctest)]
#[doc = include_str!("../../tophash-sync/README.md")]
pub mod sync_readme {}
