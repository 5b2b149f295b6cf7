//! A hash set whose growth never pauses: [`HashSet`], its entries and its iterators.
//!
//! The modules and types have the names that hashbrown gives them, as those of
//! [`hash_map`](crate::hash_map) have.

mod access;
mod bulk;
mod entry;
mod inspect;
mod iter;
mod operations;
mod scan;
mod traits;
mod walk;

/// The types of the parallel iterators over sets, for those who must name them.
#[cfg(feature = "rayon")]
pub mod rayon {
    pub use crate::rayon::set::*;
}

#[cfg(test)]
mod tests;

use crate::DefaultHashBuilder;
use crate::alloc::{Allocator, Global};
use crate::hash_map::HashMap;

pub use crate::hash_map::{ScanPosition, ScanStep};
pub use entry::{Entry, OccupiedEntry, VacantEntry};
pub use iter::{Drain, ExtractIf, IntoIter, Iter};
pub use operations::{Difference, Intersection, SymmetricDifference, Union};
pub use walk::{Walk, WalkEntry};

/// A hash set whose growth never pauses and whose memory never doubles: a
/// [`HashMap`] whose values are `()`.
///
/// It has the interface of [`std::collections::HashSet`] and hashbrown's additions to it. Costs,
/// order and growth are those of the map.
///
/// # Examples
///
/// ```
/// use tophash::HashSet;
///
/// let mut guests = HashSet::new();
/// assert!(guests.insert("alice"));
/// assert!(guests.insert("bob"));
/// assert!(!guests.insert("alice"));
///
/// let friends = HashSet::from(["bob", "charlie"]);
/// assert_eq!(&guests & &friends, HashSet::from(["bob"]));
/// assert_eq!(guests.difference(&friends).next(), Some(&"alice"));
/// ```
///
/// A set can be a static, because [`HashSet::new`] is `const`:
///
/// ```
/// use std::sync::Mutex;
/// use tophash::HashSet;
///
/// static SEEN: Mutex<HashSet<u64>> = Mutex::new(HashSet::new());
/// assert!(SEEN.lock().unwrap().insert(7));
/// ```
pub struct HashSet<T, S = DefaultHashBuilder, A: Allocator = Global> {
    pub(crate) map: HashMap<T, (), S, A>,
}
