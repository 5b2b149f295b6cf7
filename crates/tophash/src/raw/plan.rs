//! What a table will take, before there is one.

use super::RawTable;
use super::bucket::Bucket;
use super::directory::Directory;
use super::overflow::Slab;
use crate::TryReserveError;
use crate::alloc::Global;

/// The buckets of a table made for `entry_count` entries, and the bytes that it takes at once.
pub(crate) fn planned_bytes<K, V>(entry_count: usize) -> Result<(u64, usize), TryReserveError> {
    let overflow = TryReserveError::CapacityOverflow;
    let bucket_count = RawTable::<K, V, Global>::possible_bucket_count(entry_count)?;
    let shape = Bucket::<K, V>::SHAPE;
    let mut bytes = shape.blocks_bytes(bucket_count).ok_or(overflow)?;
    if !is_one_block::<K, V>(bucket_count) {
        let block_count = (bucket_count >> shape.block_log2) as usize;
        bytes += extra_bytes::<K, V>(0)? + Directory::planned_bytes(block_count);
    }
    Ok((bucket_count, bytes))
}

/// The bytes that such a table takes in addition when it has come to have `node_count` overflow
/// buckets, one after another.
pub(crate) fn planned_overflow_bytes<K, V>(
    bucket_count: u64,
    node_count: usize,
) -> Result<usize, TryReserveError> {
    if node_count == 0 {
        return Ok(0);
    }
    let buckets = bucket_count as usize;
    let chunks = |node_count| {
        Slab::planned_bytes::<K, V>(buckets, node_count).ok_or(TryReserveError::CapacityOverflow)
    };
    if is_one_block::<K, V>(bucket_count) {
        // The first overflow buckets come with the `extra`.
        let guests = Slab::chunk_len::<K, V>(buckets);
        Ok(extra_bytes::<K, V>(buckets)? + chunks(node_count.saturating_sub(guests))?)
    } else {
        chunks(node_count)
    }
}

/// Whether so many buckets are one block, without a directory.
fn is_one_block<K, V>(bucket_count: u64) -> bool {
    bucket_count <= Bucket::<K, V>::SHAPE.block_len() as u64
}

/// Bytes of an `extra` with the first overflow buckets of a table of `guest_buckets`.
fn extra_bytes<K, V>(guest_buckets: usize) -> Result<usize, TryReserveError> {
    let layout = RawTable::<K, V, Global>::extra_layout(guest_buckets);
    layout.map(|(layout, _)| layout.size()).ok_or(TryReserveError::CapacityOverflow)
}
