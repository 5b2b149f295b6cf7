//! The texts of an interner, one after the other in chunks that never move.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::{self, NonNull};

/// Bytes of the first chunk. Each is as large as all before it together, up to
/// [`CHUNK_BYTES_MAX`]: also when those were of single texts. Otherwise texts that are long for a
/// first chunk, and short for a later one, would get a chunk each for ever.
const CHUNK_BYTES_MIN: usize = 1 << 10;

/// Bytes of the largest chunk, but for one that is made for a single long text.
const CHUNK_BYTES_MAX: usize = 1 << 18;

/// Texts of at least this part of a chunk get one of their own, so that little is left over.
const LONG_TEXT_DIVISOR: usize = 8;

/// The bytes of texts. They live as long as the arena, and are not changed.
pub(super) struct Arena {
    /// Every chunk, with its size.
    chunks: Vec<(NonNull<u8>, Layout)>,
    /// The free end of the newest common chunk.
    free: NonNull<u8>,
    free_bytes: usize,
    allocated: usize,
}

// SAFETY: the arena owns its chunks. What it hands out are addresses, to be read by those who see
// to it that the arena lives.
unsafe impl Send for Arena {}

impl Arena {
    pub(super) const fn new() -> Self {
        Self { chunks: Vec::new(), free: NonNull::dangling(), free_bytes: 0, allocated: 0 }
    }

    /// Copies a text into the arena, and returns where it lies: O(its length).
    pub(super) fn store(&mut self, text: &str) -> NonNull<u8> {
        let place = self.place_for(text.len());
        // SAFETY: so many bytes from `place` on are the arena's, and nobody has seen them yet; the
        // text lies elsewhere.
        unsafe { ptr::copy_nonoverlapping(text.as_ptr(), place.as_ptr(), text.len()) };
        place
    }

    /// So many bytes that nobody else has.
    fn place_for(&mut self, len: usize) -> NonNull<u8> {
        if len > self.free_bytes {
            let bytes = self.allocated.clamp(CHUNK_BYTES_MIN, CHUNK_BYTES_MAX);
            if len >= bytes / LONG_TEXT_DIVISOR {
                return self.add_chunk(len);
            }
            self.free = self.add_chunk(bytes);
            self.free_bytes = bytes;
        }
        let place = self.free;
        self.free_bytes -= len;
        // SAFETY: `len` is at most what was free behind `free` in its chunk.
        self.free = unsafe { place.add(len) };
        place
    }

    fn add_chunk(&mut self, bytes: usize) -> NonNull<u8> {
        if bytes == 0 {
            return NonNull::dangling();
        }
        let layout = Layout::array::<u8>(bytes).expect("a text is smaller than the address space");
        self.chunks.reserve(1);
        // SAFETY: the layout is not empty.
        let chunk = NonNull::new(unsafe { alloc(layout) });
        let chunk = chunk.unwrap_or_else(|| handle_alloc_error(layout));
        self.chunks.push((chunk, layout));
        self.allocated += bytes;
        chunk
    }

    /// Bytes in chunks, and in the list of them.
    pub(super) fn allocation_size(&self) -> usize {
        self.allocated + self.chunks.capacity() * size_of::<(NonNull<u8>, Layout)>()
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        for (chunk, layout) in self.chunks.drain(..) {
            // SAFETY: it was allocated with this layout, and nobody reads it any more.
            unsafe { dealloc(chunk.as_ptr(), layout) };
        }
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_length_keep_their_bytes() {
        let mut arena = Arena::new();
        let texts: Vec<String> = (0..3000).map(|len| "x".repeat(len) + "end").collect();
        let places: Vec<NonNull<u8>> = texts.iter().map(|text| arena.store(text)).collect();
        for (text, place) in texts.iter().zip(places) {
            // SAFETY: the text was stored there.
            let stored = unsafe { std::slice::from_raw_parts(place.as_ptr(), text.len()) };
            assert_eq!(stored, text.as_bytes());
        }
    }

    #[test]
    fn little_is_left_over() {
        let mut arena = Arena::new();
        let mut stored = 0;
        for n in 0..200_000 {
            let text = format!("text number {n}");
            arena.store(&text);
            stored += text.len();
        }
        let spare = arena.allocation_size() - stored;
        assert!(spare < CHUNK_BYTES_MAX + stored / 50, "{spare}");
    }

    #[test]
    fn texts_of_any_common_length_share_chunks() {
        for len in [1, 127, 128, 200, 1000, 30_000] {
            let (mut arena, text) = (Arena::new(), "x".repeat(len));
            let count = (8 << 20) / len;
            for _ in 0..count {
                arena.store(&text);
            }
            // The last chunk may be empty, and one text may be missing at the end of each.
            let spare = arena.allocation_size() - count * len;
            assert!(spare < CHUNK_BYTES_MAX + count * len / LONG_TEXT_DIVISOR, "{len}: {spare}");
            assert!(arena.chunks.len() < 100, "{len}: {}", arena.chunks.len());
        }
    }

    #[test]
    fn an_empty_text_takes_nothing() {
        let mut arena = Arena::new();
        arena.store("");
        assert_eq!(arena.allocation_size(), 0);
    }
}
