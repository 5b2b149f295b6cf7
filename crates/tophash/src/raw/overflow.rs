//! The slab of overflow buckets: chunks of nodes, with a free list in each.
//!
//! A chain that outgrows its main bucket takes nodes from here and gives them back when they
//! become empty. Nodes come in chunks, because one allocation for each would cost more than the
//! node is worth; a chunk whose last node comes back is released, but for one that is kept so
//! that a map that lives at a chunk's edge does not allocate for ever.
//!
//! ```text
//! Chunk:  | previous | next | free | used | fresh | len |pad| node 0 | node 1 | ... |
//! ```
//!
//! Chunks with a free node are in the list `open`, the others in the list `full`. Fresh nodes,
//! from `fresh` to `len`, were never touched: a new chunk costs no initialisation.

use core::alloc::Layout;
use core::ptr::{self, NonNull};

use super::bucket::{Bucket, Node};
use super::sizing::round_up;
use super::tophash::Word;
use crate::alloc::{Allocator, allocate, deallocate};

/// A chunk takes at most so many bytes, or holds the two nodes that a merge may need.
const CHUNK_BYTES_MAX: usize = 16 * 1024;

/// Fewest nodes of a chunk.
const CHUNK_LEN_MIN: usize = 2;

#[repr(C)]
struct Chunk {
    previous: *mut Chunk,
    next: *mut Chunk,
    /// Nodes that were used and came back, linked through [`Node::next`].
    free: *mut Node,
    used: u32,
    fresh: u32,
    len: u32,
}

/// Nodes and their chunks. The type does not know `K` and `V`; the methods are told.
pub(crate) struct Slab {
    open: *mut Chunk,
    full: *mut Chunk,
    /// Nodes in chains.
    used: usize,
    /// Nodes in all chunks.
    len: usize,
    /// Bytes of all chunks.
    bytes: usize,
}

impl Slab {
    pub(crate) const EMPTY: Self =
        Self { open: ptr::null_mut(), full: ptr::null_mut(), used: 0, len: 0, bytes: 0 };

    /// Nodes that chains hold.
    pub(crate) fn used(&self) -> usize {
        self.used
    }

    /// Bytes of all chunks.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Where the nodes of a chunk begin.
    const fn nodes_offset<K, V>() -> usize {
        round_up(size_of::<Chunk>(), Bucket::<K, V>::NODE_ALIGN)
    }

    /// The layout of a chunk of `len` nodes; `None` if no block can be that large.
    const fn chunk_layout<K, V>(len: usize) -> Option<Layout> {
        let align = if Bucket::<K, V>::NODE_ALIGN > align_of::<Chunk>() {
            Bucket::<K, V>::NODE_ALIGN
        } else {
            align_of::<Chunk>()
        };
        let Some(nodes) = Bucket::<K, V>::NODE_BYTES.checked_mul(len) else { return None };
        let Some(size) = nodes.checked_add(Self::nodes_offset::<K, V>()) else { return None };
        match Layout::from_size_align(size, align) {
            Ok(layout) => Some(layout),
            Err(_) => None,
        }
    }

    /// How many nodes the next chunk of a table of `bucket_count` has: about a sixteenth of the
    /// buckets (a fifth overflow at the highest load), within the limits.
    fn chunk_len<K, V>(bucket_count: usize) -> usize {
        let len_max = if cfg!(stress) { 0 } else { CHUNK_BYTES_MAX / Bucket::<K, V>::NODE_BYTES };
        (bucket_count / 16).min(len_max).max(CHUNK_LEN_MIN)
    }

    /// The layout of the chunk that [`Self::reserve`] would take next.
    pub(crate) fn next_layout<K, V>(bucket_count: usize) -> Option<Layout> {
        Self::chunk_layout::<K, V>(Self::chunk_len::<K, V>(bucket_count))
    }

    /// Sees to it that `node_count` nodes, one or two, can be taken without allocating. False if
    /// memory is refused, and then nothing has changed.
    pub(crate) fn reserve<K, V, A: Allocator>(
        &mut self,
        node_count: usize,
        bucket_count: usize,
        allocator: &A,
    ) -> bool {
        debug_assert!(node_count <= CHUNK_LEN_MIN);
        if self.len - self.used >= node_count {
            return true;
        }
        let len = Self::chunk_len::<K, V>(bucket_count);
        let Some(layout) = Self::chunk_layout::<K, V>(len) else { return false };
        let Some(block) = allocate(allocator, layout) else { return false };
        let chunk = block.as_ptr().cast::<Chunk>();
        // SAFETY: the block is large and aligned enough for a chunk's head.
        unsafe {
            chunk.write(Chunk {
                previous: ptr::null_mut(),
                next: ptr::null_mut(),
                free: ptr::null_mut(),
                used: 0,
                fresh: 0,
                len: len as u32,
            });
            push(&mut self.open, chunk);
        }
        self.len += len;
        self.bytes += layout.size();
        true
    }

    /// Takes a node: empty word, no next.
    ///
    /// # Safety
    ///
    /// [`Self::reserve`] said that there is one; the slab was always used with this `K` and `V`.
    pub(crate) unsafe fn take<K, V>(&mut self) -> *mut Node {
        let chunk = self.open;
        debug_assert!(!chunk.is_null());
        // SAFETY: a chunk in `open` has a free or a fresh node, at `place` below `len`, within the
        // chunk's block.
        unsafe {
            let place;
            let node;
            if (*chunk).free.is_null() {
                place = (*chunk).fresh;
                debug_assert!(place < (*chunk).len);
                (*chunk).fresh += 1;
                let offset =
                    Self::nodes_offset::<K, V>() + place as usize * Bucket::<K, V>::NODE_BYTES;
                node = chunk.cast::<u8>().add(offset).cast::<Node>();
            } else {
                node = (*chunk).free;
                (*chunk).free = (*node).next;
                place = (*node).place;
            }
            node.write(Node { word: Word::EMPTY, next: ptr::null_mut(), place, y_slots: 0 });
            (*chunk).used += 1;
            self.used += 1;
            if (*chunk).used == (*chunk).len {
                unlink(&mut self.open, chunk);
                push(&mut self.full, chunk);
            }
            node
        }
    }

    /// Takes a node back. Its entries are forgotten.
    ///
    /// # Safety
    ///
    /// The node came from [`Self::take`] of this slab with this `K` and `V`, is in no chain any
    /// more, and was not given back before. `allocator` is the one of [`Self::reserve`].
    pub(crate) unsafe fn give_back<K, V, A: Allocator>(&mut self, node: *mut Node, allocator: &A) {
        // SAFETY: `place` leads from a node to its chunk's head; a chunk is in `full` just when
        // all its nodes are used.
        unsafe {
            let offset =
                Self::nodes_offset::<K, V>() + (*node).place as usize * Bucket::<K, V>::NODE_BYTES;
            let chunk = node.cast::<u8>().sub(offset).cast::<Chunk>();
            if (*chunk).used == (*chunk).len {
                unlink(&mut self.full, chunk);
                push(&mut self.open, chunk);
            }
            (*node).next = (*chunk).free;
            (*chunk).free = node;
            (*chunk).used -= 1;
            self.used -= 1;
            let is_only_spare = self.open == chunk && (*chunk).next.is_null();
            if (*chunk).used == 0 && !is_only_spare {
                self.release::<K, V, A>(chunk, allocator);
            }
        }
    }

    /// Gives the memory of an unused chunk of `open` back.
    ///
    /// # Safety
    ///
    /// The chunk is in `open` and none of its nodes is used.
    unsafe fn release<K, V, A: Allocator>(&mut self, chunk: *mut Chunk, allocator: &A) {
        // SAFETY: the chunk is listed once, and its layout follows from its length.
        unsafe {
            unlink(&mut self.open, chunk);
            self.len -= (*chunk).len as usize;
            let layout = Self::chunk_layout::<K, V>((*chunk).len as usize)
                .expect("the layout was valid when the chunk was allocated");
            self.bytes -= layout.size();
            deallocate(allocator, NonNull::new_unchecked(chunk.cast()), layout);
        }
    }

    /// Gives back the memory of all chunks that hold no used node.
    ///
    /// # Safety
    ///
    /// As for [`Self::give_back`].
    pub(crate) unsafe fn release_spare<K, V, A: Allocator>(&mut self, allocator: &A) {
        let mut chunk = self.open;
        while !chunk.is_null() {
            // SAFETY: listed chunks are valid; `next` is read before the chunk may go.
            unsafe {
                let next = (*chunk).next;
                if (*chunk).used == 0 {
                    self.release::<K, V, A>(chunk, allocator);
                }
                chunk = next;
            }
        }
    }

    /// Gives back the memory of every chunk. All nodes become invalid.
    ///
    /// # Safety
    ///
    /// As for [`Self::give_back`]; no chain refers to a node any more.
    pub(crate) unsafe fn release_all<K, V, A: Allocator>(&mut self, allocator: &A) {
        for mut chunk in [self.open, self.full] {
            while !chunk.is_null() {
                // SAFETY: every chunk is in one list, once.
                unsafe {
                    let next = (*chunk).next;
                    let layout = Self::chunk_layout::<K, V>((*chunk).len as usize)
                        .expect("the layout was valid when the chunk was allocated");
                    deallocate(allocator, NonNull::new_unchecked(chunk.cast()), layout);
                    chunk = next;
                }
            }
        }
        *self = Self::EMPTY;
    }
}

/// Puts `chunk`, which is in no list, at the front of a list.
///
/// # Safety
///
/// `chunk` and the chunks of the list are valid.
unsafe fn push(list: &mut *mut Chunk, chunk: *mut Chunk) {
    // SAFETY: as the caller says.
    unsafe {
        (*chunk).previous = ptr::null_mut();
        (*chunk).next = *list;
        if !(*list).is_null() {
            (**list).previous = chunk;
        }
    }
    *list = chunk;
}

/// Takes `chunk` out of the list it is in.
///
/// # Safety
///
/// `chunk` is in this list, and all its chunks are valid.
unsafe fn unlink(list: &mut *mut Chunk, chunk: *mut Chunk) {
    // SAFETY: as the caller says.
    unsafe {
        let Chunk { previous, next, .. } = *chunk;
        if previous.is_null() {
            *list = next;
        } else {
            (*previous).next = next;
        }
        if !next.is_null() {
            (*next).previous = previous;
        }
    }
}

#[cfg(any(test, verify))]
impl Slab {
    /// Recounts the chunks. Panics if a number is off.
    pub(crate) fn check<K, V>(&self) {
        let (mut used, mut len, mut bytes) = (0, 0, 0);
        for (list, is_full) in [(self.open, false), (self.full, true)] {
            let mut previous = ptr::null_mut();
            let mut chunk = list;
            while !chunk.is_null() {
                // SAFETY: listed chunks are valid.
                let head = unsafe { chunk.read() };
                assert_eq!(head.previous, previous, "a chunk's back link");
                assert_eq!(head.used == head.len, is_full, "a chunk in the wrong list");
                used += head.used as usize;
                len += head.len as usize;
                let layout = Self::chunk_layout::<K, V>(head.len as usize);
                bytes += layout.expect("the chunk exists").size();
                previous = chunk;
                chunk = head.next;
            }
        }
        assert_eq!((used, len, bytes), (self.used, self.len, self.bytes), "slab totals");
    }
}
