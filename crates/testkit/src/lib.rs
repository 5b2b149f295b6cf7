//! What the tests of this workspace share: operations on a map, a model that is obviously right,
//! a runner that shrinks what fails, and hashers, keys and allocators that are out to do harm.
//!
//! It does not depend on `tophash`, so that the unit tests inside `tophash` can use it.
//!
//! ```
//! use testkit::{Profile, StandardSubject, run};
//!
//! run(7, Profile::Mixed, 50, 300, StandardSubject::default);
//! ```

#![deny(unsafe_code)]

mod aftermath;
pub mod allocators;
mod cursor;
pub mod hashers;
pub mod keys;
mod model;
mod operation;
mod outcome;
mod panics;
mod quiet;
mod random;
mod reduced;
mod runner;
mod shrink;
mod standard;
mod subject;

pub use model::Model;
pub use operation::{
    Combination, Ending, Face, Filter, Focus, Generator, Operation, PLACES, Profile, Touch, Way,
};
pub use outcome::Outcome;
pub use panics::{at_every_panic, replay_at_panic};
pub use quiet::{Caught, silently};
pub use random::Random;
pub use reduced::{is_deep, leaks_on_purpose, reduced};
pub use runner::{replay, run, run_bytes, run_bytes_on};
pub use standard::StandardSubject;
pub use subject::Subject;
