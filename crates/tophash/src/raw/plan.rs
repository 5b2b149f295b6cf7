//! What a table will take, before there is one.

#![forbid(unsafe_code)]

use super::build::possible_bucket_count;
use super::directory::Directory;
use super::extra_layout;
use super::overflow::Slab;
use super::sizing::Shape;
use crate::TryReserveError;

/// The buckets of a table made for `entry_count` entries, and the bytes that it takes at once.
pub(crate) fn planned_bytes(
    entry_count: usize,
    shape: &Shape,
) -> Result<(u64, usize), TryReserveError> {
    let bucket_count = possible_bucket_count(entry_count, shape)?;
    let mut bytes = shape.blocks_bytes(bucket_count).ok_or(TryReserveError::CapacityOverflow)?;
    if !is_one_block(bucket_count, shape) {
        let block_count = (bucket_count >> shape.block_log2) as usize;
        bytes += extra_bytes(0, shape)? + Directory::planned_bytes(block_count);
    }
    Ok((bucket_count, bytes))
}

/// The bytes that such a table takes in addition when it has come to have `node_count` overflow
/// buckets, one after another.
pub(crate) fn planned_overflow_bytes(
    bucket_count: u64,
    node_count: usize,
    shape: &Shape,
) -> Result<usize, TryReserveError> {
    if node_count == 0 {
        return Ok(0);
    }
    let buckets = bucket_count as usize;
    let chunks = |node_count| {
        Slab::planned_bytes(buckets, node_count, shape).ok_or(TryReserveError::CapacityOverflow)
    };
    if is_one_block(bucket_count, shape) {
        // The first overflow buckets come with the `extra`.
        let guests = Slab::chunk_len(buckets, shape);
        Ok(extra_bytes(buckets, shape)? + chunks(node_count.saturating_sub(guests))?)
    } else {
        chunks(node_count)
    }
}

/// Whether so many buckets are one block, without a directory.
fn is_one_block(bucket_count: u64, shape: &Shape) -> bool {
    bucket_count <= shape.block_len() as u64
}

/// Bytes of an `extra` with the first overflow buckets of a table of `guest_buckets`.
fn extra_bytes(guest_buckets: usize, shape: &Shape) -> Result<usize, TryReserveError> {
    let layout = extra_layout(guest_buckets, shape);
    layout.map(|(layout, _)| layout.size()).ok_or(TryReserveError::CapacityOverflow)
}
