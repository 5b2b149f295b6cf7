//! What a map under test implements so that the runner can drive it.

use crate::{Face, Operation, Outcome};

/// A map under test.
///
/// A failure can be shrunk only if it comes again: a subject's hashes should not differ between
/// two runs, so give the map a hasher of [`hashers`](crate::hashers).
pub trait Subject {
    /// What kind of map it is, which decides the operations that it is given.
    const FACE: Face = Face::Map;

    /// Carries one operation out.
    fn apply(&mut self, operation: &Operation) -> Outcome;

    /// How many entries the map says that it has.
    fn entry_count(&self) -> usize;

    /// All entries, in any order.
    fn contents(&self) -> Vec<(u16, u32)>;

    /// Panics when an invariant inside the map is broken.
    fn check(&self) {}

    /// Whether the map's memory may be refused, so that `TryReserve` may fail at any size and a
    /// capacity may lie below what was asked for.
    fn memory_may_be_refused(&self) -> bool {
        false
    }
}
