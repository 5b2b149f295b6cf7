//! Parallel iterators, by rayon: the main buckets are halved until every thread has some.
//!
//! The types of the map are in [`map`], those of the set in [`set`]; users find them as
//! `hash_map::rayon` and `hash_set::rayon`.

use alloc_crate::collections::LinkedList;
use alloc_crate::vec::Vec;

use ::rayon::iter::{IntoParallelIterator, ParallelIterator};

mod drive;
pub(crate) mod map;
mod operations;
pub(crate) mod set;

/// What a parallel iterator yields, in lists, one for each of its parts, and how many items that
/// is. A map is filled from them on one thread.
fn collect_parts<I: IntoParallelIterator>(items: I) -> (LinkedList<Vec<I::Item>>, usize) {
    let parts = items.into_par_iter().collect_vec_list();
    let len = parts.iter().map(Vec::len).sum();
    (parts, len)
}

/// The room that `extend` makes for `len` entries: for all of them in an empty map, and for half
/// of them in one that has entries, since keys may be equal.
fn room_for(len: usize, is_empty: bool) -> usize {
    if is_empty { len } else { len.div_ceil(2) }
}
