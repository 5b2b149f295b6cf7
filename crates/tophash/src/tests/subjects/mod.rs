//! The map, the set and Go's map as the model's subjects.
//!
//! The fuzzing targets include these files too: they use nothing but the public interface and
//! [`verify`](crate::verify).

mod go;
mod map;
mod set;

pub(crate) use go::GoSubject;
pub(crate) use map::MapSubject;
pub(crate) use set::SetSubject;
