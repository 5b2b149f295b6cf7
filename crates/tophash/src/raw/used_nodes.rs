//! The overflow buckets of a table one by one, for who has no use for a stretch of them.

use core::ptr;

use super::bucket::Node;
use super::overflow::UsedChunks;
use super::sizing::Shape;

/// The used nodes of a slab, chunk after chunk, each in the order of memory.
#[derive(Clone)]
pub(crate) struct UsedNodes {
    chunks: UsedChunks,
    /// The next node of the present chunk, and how many are left there.
    node: *mut Node,
    count: usize,
}

impl UsedNodes {
    /// No nodes.
    #[cfg(feature = "rayon")]
    pub(crate) const NONE: Self = Self::of(UsedChunks::NONE);

    /// The nodes of these chunks.
    pub(crate) const fn of(chunks: UsedChunks) -> Self {
        Self { chunks, node: ptr::null_mut(), count: 0 }
    }

    /// The next used node.
    ///
    /// # Safety
    ///
    /// There is one; the slab was not changed since, and was always used with this shape.
    pub(crate) unsafe fn next(&mut self, shape: &Shape) -> *mut Node {
        loop {
            // SAFETY: nodes that were ever used lie side by side and have a word, as
            // `UsedChunks::next` says.
            unsafe {
                if self.count == 0 {
                    (self.node, self.count) = self.chunks.next(shape);
                    continue;
                }
                let node = self.node;
                self.count -= 1;
                self.node = node.wrapping_byte_add(shape.node_bytes);
                if !(*node).word.is_vacant() {
                    return node;
                }
            }
        }
    }
}
