//! The slab of overflow buckets: chunks of nodes, with a free list in each.
//!
//! A chain that outgrows its main bucket takes nodes from here and gives them back when they
//! become empty. Nodes come in chunks, because one allocation for each would cost more than the
//! node is worth.
//!
//! ```text
//! Chunk:  | previous, next | free | used, fresh, len |pad| node 0 | node 1 | ... |
//! ```
//!
//! A chunk is in one of three lists: `full` if all its nodes are used, `spare` if none is, else
//! `open`. The last nodes that came back are not returned to their chunks yet, as long as more than
//! half of all nodes are used: a map in which as much is removed as is inserted takes those again,
//! and its chunks stay in their lists. Giving a node back releases no memory, because a caller may
//! have reserved some; spare chunks but one are released afterwards, one for each call of
//! [`Slab::release_one`], so that no operation frees many blocks. Fresh nodes, from `fresh` to
//! `len`, were never touched: a new chunk costs no initialisation.

use core::alloc::Layout;
use core::ptr::{self, NonNull};

use super::bucket::Node;
use super::sizing::{Shape, round_up};
use super::tophash::Word;
use crate::alloc::{Allocator, allocate, deallocate};

/// A chunk takes at most so many bytes, or holds one node.
const CHUNK_BYTES_MAX: usize = 16 * 1024;

/// Nodes of the smallest chunk, if they fit: a merge needs one.
const CHUNK_LEN_MIN: usize = 2;

/// The most nodes that are kept for those who want one next, and the most bytes of such a node.
const RECENT_COUNT_MAX: u32 = 16;
const RECENT_BYTES_MAX: usize = CHUNK_BYTES_MAX / RECENT_COUNT_MAX as usize;

/// What a node takes at most in front of its slots, on any platform.
const NODE_HEAD_BYTES_MAX: usize = 24;
const _: () = assert!(size_of::<Node>() <= NODE_HEAD_BYTES_MAX);

#[repr(C)]
struct Chunk {
    previous: *mut Chunk,
    next: *mut Chunk,
    /// Nodes that were used and came back, linked through [`Node::next`].
    free: *mut Node,
    /// Nodes in chains, and recent ones.
    used: u32,
    fresh: u32,
    len: u32,
    /// Whether the chunk is part of another block, and released with that.
    is_guest: bool,
}

/// Nodes and their chunks. The type does not know `K` and `V`; the methods are told.
pub(crate) struct Slab {
    open: *mut Chunk,
    full: *mut Chunk,
    spare: *mut Chunk,
    /// Nodes that came back last, linked through [`Node::next`]; their chunks do not know it.
    recent: *mut Node,
    recent_count: u32,
    /// Nodes in chains.
    used: usize,
    /// Nodes in all chunks.
    len: usize,
    /// Bytes of all chunks but the guest.
    bytes: usize,
}

impl Slab {
    pub(crate) const EMPTY: Self = Self {
        open: ptr::null_mut(),
        full: ptr::null_mut(),
        spare: ptr::null_mut(),
        recent: ptr::null_mut(),
        recent_count: 0,
        used: 0,
        len: 0,
        bytes: 0,
    };

    /// Nodes that chains hold.
    pub(crate) fn used(&self) -> usize {
        self.used
    }

    /// Bytes of all chunks but the guest.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The chunks that have used nodes.
    pub(crate) fn used_chunks(&self) -> UsedChunks {
        UsedChunks { chunk: self.open, full: self.full }
    }

    /// Where the nodes of a chunk begin.
    const fn nodes_offset(shape: &Shape) -> usize {
        round_up(size_of::<Chunk>(), shape.node_align)
    }

    /// The layout of a chunk of `len` nodes; `None` if no block can be that large.
    const fn chunk_layout(len: usize, shape: &Shape) -> Option<Layout> {
        let align = if shape.node_align > align_of::<Chunk>() {
            shape.node_align
        } else {
            align_of::<Chunk>()
        };
        let Some(nodes) = shape.node_bytes.checked_mul(len) else { return None };
        let Some(size) = nodes.checked_add(Self::nodes_offset(shape)) else { return None };
        match Layout::from_size_align(size, align) {
            Ok(layout) => Some(layout),
            Err(_) => None,
        }
    }

    /// How many nodes the next chunk of a table of `bucket_count` has: about a sixteenth of the
    /// buckets (a fifth overflow at the highest load), within the limits.
    pub(crate) fn chunk_len(bucket_count: usize, shape: &Shape) -> usize {
        let wanted = if cfg!(stress) { 0 } else { bucket_count / 16 };
        wanted.max(CHUNK_LEN_MIN).min(Self::fitting(shape))
    }

    /// The most nodes of a chunk.
    fn fitting(shape: &Shape) -> usize {
        (CHUNK_BYTES_MAX / Self::node_bytes_max(shape)).max(1)
    }

    /// What a node takes on the platform where it takes most. Not what it takes here: where nodes
    /// lie decides in which order they are visited, and a fixed seed fixes that for every platform.
    const fn node_bytes_max(shape: &Shape) -> usize {
        round_up(NODE_HEAD_BYTES_MAX, shape.slots_align) + shape.slots_bytes
    }

    /// What the chunks take that a table of `bucket_count` takes for `node_count` nodes, one after
    /// another.
    pub(crate) fn planned_bytes(
        bucket_count: usize,
        node_count: usize,
        shape: &Shape,
    ) -> Option<usize> {
        let len = Self::chunk_len(bucket_count, shape);
        let bytes = Self::chunk_layout(len, shape)?.size();
        bytes.checked_mul(node_count.div_ceil(len))
    }

    /// How many nodes the chunk has that [`Self::reserve`] takes next, for `node_count` of which
    /// each has to be had: all at once, if they fit.
    fn next_len(&self, node_count: usize, bucket_count: usize, shape: &Shape) -> usize {
        let missing = node_count.saturating_sub(self.len - self.used);
        let missing = if cfg!(stress) { 1 } else { missing };
        Self::chunk_len(bucket_count, shape).max(missing.min(Self::fitting(shape)))
    }

    /// The layout of the chunk that [`Self::reserve`] takes next.
    pub(crate) fn next_layout(
        &self,
        node_count: usize,
        bucket_count: usize,
        shape: &Shape,
    ) -> Option<Layout> {
        Self::chunk_layout(self.next_len(node_count, bucket_count, shape), shape)
    }

    /// Whether `node_count` nodes can be taken without allocating.
    #[inline]
    pub(crate) fn has_room(&self, node_count: usize) -> bool {
        self.len - self.used >= node_count
    }

    /// Sees to it that `node_count` nodes can be taken without allocating. False if memory is
    /// refused; then what could be had is kept.
    pub(crate) fn reserve<A: Allocator>(
        &mut self,
        node_count: usize,
        bucket_count: usize,
        shape: &Shape,
        allocator: &A,
    ) -> bool {
        while !self.has_room(node_count) {
            let len = self.next_len(node_count, bucket_count, shape);
            let Some(layout) = Self::chunk_layout(len, shape) else { return false };
            let Some(block) = allocate(allocator, layout) else { return false };
            // SAFETY: the block has the layout of a chunk.
            unsafe { self.add(block, len, false) };
            self.bytes += layout.size();
        }
        true
    }

    /// The layout of `host` with the chunk that a table of `bucket_count` takes first, and where
    /// in it the chunk begins.
    pub(crate) fn with_guest(
        host: Layout,
        bucket_count: usize,
        shape: &Shape,
    ) -> Option<(Layout, usize)> {
        let chunk = Self::chunk_layout(Self::chunk_len(bucket_count, shape), shape)?;
        host.extend(chunk).ok()
    }

    /// Adds the chunk that lies within another block. It is never released.
    ///
    /// # Safety
    ///
    /// `block` begins where [`Self::with_guest`] said, for the same shape and `bucket_count`, and
    /// outlives the slab.
    pub(crate) unsafe fn add_guest(
        &mut self,
        block: NonNull<u8>,
        bucket_count: usize,
        shape: &Shape,
    ) {
        // SAFETY: as the caller says.
        unsafe { self.add(block, Self::chunk_len(bucket_count, shape), true) }
    }

    /// Adds a chunk of `len` fresh nodes.
    ///
    /// # Safety
    ///
    /// `block` is large and aligned enough for it.
    unsafe fn add(&mut self, block: NonNull<u8>, len: usize, is_guest: bool) {
        let chunk = block.as_ptr().cast::<Chunk>();
        // SAFETY: as the caller says.
        unsafe {
            chunk.write(Chunk {
                previous: ptr::null_mut(),
                next: ptr::null_mut(),
                free: ptr::null_mut(),
                used: 0,
                fresh: 0,
                len: len as u32,
                is_guest,
            });
            push(&mut self.spare, chunk);
        }
        self.len += len;
    }

    /// Takes a node: empty word, no next.
    ///
    /// # Safety
    ///
    /// [`Self::reserve`] said that there is one; the slab was always used with this shape.
    #[inline]
    pub(crate) unsafe fn take(&mut self, shape: &Shape) -> *mut Node {
        self.used += 1;
        let node = self.recent;
        // SAFETY: recent nodes are valid and in no chain; if there are none, a chunk has what
        // `reserve` spoke of.
        unsafe {
            if node.is_null() {
                return self.take_from_chunk(shape);
            }
            self.recent = (*node).next;
            self.recent_count -= 1;
            (*node).next = ptr::null_mut();
        }
        node
    }

    /// Takes a node from a chunk.
    ///
    /// # Safety
    ///
    /// As for [`Self::take`], and there is no recent node.
    #[inline(never)]
    unsafe fn take_from_chunk(&mut self, shape: &Shape) -> *mut Node {
        // SAFETY: a chunk in `open` or `spare` has a free or a fresh node, at `place` below `len`,
        // within the chunk's block; one list or the other has a chunk.
        unsafe {
            if self.open.is_null() {
                let chunk = self.spare;
                debug_assert!(!chunk.is_null());
                unlink(&mut self.spare, chunk);
                push(&mut self.open, chunk);
            }
            let chunk = self.open;
            let place;
            let node;
            if (*chunk).free.is_null() {
                place = (*chunk).fresh;
                debug_assert!(place < (*chunk).len);
                (*chunk).fresh += 1;
                let offset = Self::nodes_offset(shape) + place as usize * shape.node_bytes;
                node = chunk.cast::<u8>().add(offset).cast::<Node>();
            } else {
                node = (*chunk).free;
                (*chunk).free = (*node).next;
                place = (*node).place;
            }
            node.write(Node { word: Word::EMPTY, next: ptr::null_mut(), place, y_slots: 0 });
            (*chunk).used += 1;
            if (*chunk).used == (*chunk).len {
                unlink(&mut self.open, chunk);
                push(&mut self.full, chunk);
            }
            node
        }
    }

    /// Takes a node back. Its entries are forgotten; no memory is released.
    ///
    /// # Safety
    ///
    /// The node came from [`Self::take`] of this slab with this shape, is in no chain any
    /// more, and was not given back before.
    #[inline]
    pub(crate) unsafe fn give_back(&mut self, node: *mut Node, shape: &Shape) {
        self.used -= 1;
        // SAFETY: the node is valid, and nobody else's any more.
        unsafe {
            (*node).word = Word::EMPTY;
            (*node).next = self.recent;
        }
        self.recent = node;
        self.recent_count += 1;
        if self.recent_count > RECENT_COUNT_MAX
            || self.used <= self.len / 2
            || Self::node_bytes_max(shape) > RECENT_BYTES_MAX
        {
            // SAFETY: as the caller says.
            unsafe { self.return_recent(shape) };
        }
    }

    /// Returns the recent nodes to their chunks. O([`RECENT_COUNT_MAX`]).
    ///
    /// # Safety
    ///
    /// The slab was always used with this shape.
    #[inline(never)]
    unsafe fn return_recent(&mut self, shape: &Shape) {
        self.recent_count = 0;
        while !self.recent.is_null() {
            let node = self.recent;
            // SAFETY: recent nodes are valid, and each is returned once.
            unsafe {
                self.recent = (*node).next;
                self.return_to_chunk(node, shape);
            }
        }
    }

    /// Returns a node without entries to its chunk.
    ///
    /// # Safety
    ///
    /// As for [`Self::give_back`]; the chunk counts the node among its used ones.
    unsafe fn return_to_chunk(&mut self, node: *mut Node, shape: &Shape) {
        // SAFETY: `place` leads from a node to its chunk's head; a chunk is in `full` just when
        // all its nodes are used.
        unsafe {
            let offset = Self::nodes_offset(shape) + (*node).place as usize * shape.node_bytes;
            let chunk = node.cast::<u8>().sub(offset).cast::<Chunk>();
            let was_full = (*chunk).used == (*chunk).len;
            (*node).next = (*chunk).free;
            (*chunk).free = node;
            (*chunk).used -= 1;
            let is_spare = (*chunk).used == 0;
            if was_full || is_spare {
                unlink(if was_full { &mut self.full } else { &mut self.open }, chunk);
                push(if is_spare { &mut self.spare } else { &mut self.open }, chunk);
            }
        }
    }

    /// Releases one spare chunk, if there are two: so a map that lives at a chunk's edge does not
    /// allocate for ever.
    ///
    /// # Safety
    ///
    /// `allocator` is the one of [`Self::reserve`], and nobody relies on what was reserved.
    #[inline]
    pub(crate) unsafe fn release_one<A: Allocator>(&mut self, shape: &Shape, allocator: &A) {
        // SAFETY: listed chunks are valid; the caller's promise is passed on.
        unsafe {
            if !self.spare.is_null() && !(*self.spare).next.is_null() {
                let first = self.spare;
                let chunk = if (*first).is_guest { (*first).next } else { first };
                self.release(chunk, shape, allocator);
            }
        }
    }

    /// Releases all spare chunks.
    ///
    /// # Safety
    ///
    /// As for [`Self::release_one`].
    pub(crate) unsafe fn release_spare<A: Allocator>(&mut self, shape: &Shape, allocator: &A) {
        // SAFETY: the slab was always used with this shape.
        unsafe { self.return_recent(shape) };
        let mut chunk = self.spare;
        while !chunk.is_null() {
            // SAFETY: listed chunks are valid; `next` is read before the chunk may go.
            unsafe {
                let next = (*chunk).next;
                if !(*chunk).is_guest {
                    self.release(chunk, shape, allocator);
                }
                chunk = next;
            }
        }
    }

    /// Gives the memory of a spare chunk back.
    ///
    /// # Safety
    ///
    /// The chunk is in `spare` and no guest; `allocator` is the one that it came from.
    unsafe fn release<A: Allocator>(&mut self, chunk: *mut Chunk, shape: &Shape, allocator: &A) {
        // SAFETY: the chunk is listed once, and its layout follows from its length.
        unsafe {
            unlink(&mut self.spare, chunk);
            self.len -= (*chunk).len as usize;
            let layout = Self::chunk_layout((*chunk).len as usize, shape)
                .expect("the layout was valid when the chunk was allocated");
            self.bytes -= layout.size();
            deallocate(allocator, NonNull::new_unchecked(chunk.cast()), layout);
        }
    }

    /// Forgets all used nodes: every chunk becomes spare. Then releases all but the guest.
    ///
    /// # Safety
    ///
    /// As for [`Self::release_one`]; no chain refers to a node any more.
    pub(crate) unsafe fn release_all<A: Allocator>(&mut self, shape: &Shape, allocator: &A) {
        // SAFETY: every chunk is in one list, once.
        unsafe {
            for used in [self.open, self.full] {
                let mut chunk = used;
                while !chunk.is_null() {
                    let next = (*chunk).next;
                    (*chunk).free = ptr::null_mut();
                    (*chunk).used = 0;
                    (*chunk).fresh = 0;
                    push(&mut self.spare, chunk);
                    chunk = next;
                }
            }
            self.open = ptr::null_mut();
            self.full = ptr::null_mut();
            self.recent = ptr::null_mut();
            self.recent_count = 0;
            self.used = 0;
            self.release_spare(shape, allocator);
        }
    }
}

/// The chunks of a slab that have used nodes, one after another.
#[derive(Clone, Copy)]
pub(crate) struct UsedChunks {
    chunk: *mut Chunk,
    /// The list to go to after the present one.
    full: *mut Chunk,
}

impl UsedChunks {
    /// No chunks.
    pub(crate) const NONE: Self = Self { chunk: ptr::null_mut(), full: ptr::null_mut() };

    /// The next chunk: its first node, and how many were ever used. They lie side by side, and
    /// those that are not used now have a vacant word.
    ///
    /// # Safety
    ///
    /// There is one; the slab was not changed since, and was always used with this shape.
    pub(crate) unsafe fn next(&mut self, shape: &Shape) -> (*mut Node, usize) {
        if self.chunk.is_null() {
            self.chunk = core::mem::replace(&mut self.full, ptr::null_mut());
        }
        debug_assert!(!self.chunk.is_null());
        // SAFETY: listed chunks are valid, and so are their nodes below `fresh`, of which those
        // without entries are free or recent.
        unsafe {
            let nodes = self.chunk.cast::<u8>().add(Slab::nodes_offset(shape)).cast::<Node>();
            let count = (*self.chunk).fresh as usize;
            self.chunk = (*self.chunk).next;
            (nodes, count)
        }
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
    pub(crate) fn check(&self, shape: &Shape) {
        let (mut used, mut len, mut bytes) = (0, 0, 0);
        for (list, is_full) in [(self.open, false), (self.full, true), (self.spare, false)] {
            let mut previous = ptr::null_mut();
            let mut chunk = list;
            while !chunk.is_null() {
                // SAFETY: listed chunks are valid.
                let head = unsafe { chunk.read() };
                assert_eq!(head.previous, previous, "a chunk's back link");
                assert_eq!(head.used == head.len, is_full, "a chunk in the wrong list");
                assert_eq!(head.used == 0, list == self.spare, "a chunk in the wrong list");
                used += head.used as usize;
                len += head.len as usize;
                let layout = Self::chunk_layout(head.len as usize, shape);
                if !head.is_guest {
                    bytes += layout.expect("the chunk exists").size();
                }
                previous = chunk;
                chunk = head.next;
            }
        }
        let mut recent_count = 0;
        let mut node = self.recent;
        while !node.is_null() {
            // SAFETY: recent nodes are valid.
            node = unsafe {
                assert!((*node).word == Word::EMPTY, "a recent node has no entries");
                (*node).next
            };
            recent_count += 1;
        }
        assert_eq!(recent_count, self.recent_count as usize, "recent nodes");
        assert!(self.recent_count <= RECENT_COUNT_MAX, "recent nodes");
        used -= recent_count;
        assert_eq!((used, len, bytes), (self.used, self.len, self.bytes), "slab totals");
    }
}
