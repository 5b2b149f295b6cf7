//! Parallel iterators, by rayon: the main buckets are halved until every thread has some.
//!
//! The types of the map are in [`map`], those of the set in [`set`], those of the table in
//! [`table`]; users find them as `hash_map::rayon`, `hash_set::rayon` and `hash_table::rayon`.

use alloc_crate::vec::Vec;

use ::rayon::iter::{IntoParallelIterator, ParallelIterator};

mod drive;
pub(crate) mod map;
mod operations;
pub(crate) mod set;
pub(crate) mod table;

/// What a parallel iterator yields, collected by all threads to be inserted by one, and how many
/// items that is.
fn collect<I: IntoParallelIterator>(items: I) -> (impl Iterator<Item = I::Item>, usize) {
    let parts = items.into_par_iter().collect_vec_list();
    let len = parts.iter().map(Vec::len).sum();
    (parts.into_iter().flatten(), len)
}

/// The room that `extend` makes for `len` entries: for all of them in an empty map, and for half
/// of them in one that has entries, since keys may be equal.
fn room_for(len: usize, is_empty: bool) -> usize {
    if is_empty { len } else { len.div_ceil(2) }
}
