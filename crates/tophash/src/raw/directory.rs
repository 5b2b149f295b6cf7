//! The directory: where the blocks of a table are.
//!
//! A table within one block needs none. A larger one has a page of pointers to its blocks, and a
//! very large one a root of pointers to such pages. Which of the three applies follows from the
//! bucket mask alone, so that the branch on it is always predicted:
//!
//! ```text
//! one block:    buckets ─► block
//! one page:     buckets ─► | block 0 | block 1 | ... |
//! many pages:   buckets ─► | page 0 | page 1 | ... |     page n ─► | block | block | ... |
//! ```
//!
//! The first page doubles while it is small. To copy it when a growth begins would be a pause, if
//! a short one, so the page of the next size is made ready during the growth before: for every
//! block that a growth adds, two pointers are copied. A growth that starts with *n* blocks adds
//! *n*, and by then all 2*n* are copied.

use core::alloc::Layout;
use core::ptr::{self, NonNull};

use crate::alloc::{Allocator, allocate, deallocate};

/// log2 of the pointers in a full page: 256 KiB of them, or a handful under `cfg(stress)`.
pub(crate) const PAGE_LOG2: u32 = if cfg!(stress) { 3 } else { 15 };

/// Pointers in a full page.
const PAGE_LEN: usize = 1 << PAGE_LOG2;

/// Pages that a root has room for. It bounds a table to 2^27 blocks: a tebibyte or more.
const ROOT_LEN: usize = 4096;

/// Blocks that a table can have.
pub(crate) const BLOCK_COUNT_MAX: u64 = (PAGE_LEN * ROOT_LEN) as u64;

/// Pointers that the first page has room for at first.
const FIRST_PAGE_LEN: usize = if cfg!(stress) { 4 } else { 16 };

/// The start of a block's slots. See `block.rs`.
type Pivot = *mut u8;
type Page = *mut Pivot;

/// The directory of a table that is larger than one block.
///
/// The header's `buckets` is what look-ups use: [`Directory::entry_point`] says what it must be.
pub(crate) struct Directory {
    first_page: Page,
    /// Pointers that the first page has room for.
    first_page_len: usize,
    /// The first page of the next size, or null.
    next_page: Page,
    /// How many pointers of the first page `next_page` has.
    copied: usize,
    /// Null while one page is enough.
    root: *mut Page,
    /// Blocks in the directory.
    block_count: usize,
}

impl Directory {
    pub(crate) const EMPTY: Self = Self {
        first_page: ptr::null_mut(),
        first_page_len: 0,
        next_page: ptr::null_mut(),
        copied: 0,
        root: ptr::null_mut(),
        block_count: 0,
    };

    /// Blocks in the directory.
    pub(crate) fn block_count(&self) -> usize {
        self.block_count
    }

    /// Bytes of the pages and the root.
    pub(crate) fn bytes(&self) -> usize {
        let mut bytes = self.first_page_len * size_of::<Pivot>();
        if !self.next_page.is_null() {
            bytes *= 3;
        }
        if !self.root.is_null() {
            let pages = self.block_count.div_ceil(PAGE_LEN);
            bytes += (pages - 1) * page_layout(PAGE_LEN).size() + root_layout().size();
        }
        bytes
    }

    /// What the header's `buckets` must be while the directory is in use.
    pub(crate) fn entry_point(&self) -> NonNull<u8> {
        let start: *mut u8 =
            if self.root.is_null() { self.first_page.cast() } else { self.root.cast() };
        NonNull::new(start).expect("a directory in use has a first page")
    }

    /// Makes room for `block_count` blocks, twice as many as there are or fewer. False if memory
    /// is refused: then what was there is as it was.
    pub(crate) fn reserve<A: Allocator>(&mut self, block_count: usize, allocator: &A) -> bool {
        let wanted = block_count.next_power_of_two().clamp(FIRST_PAGE_LEN, PAGE_LEN);
        if self.first_page_len < wanted && !self.enlarge_first_page(wanted, allocator) {
            return false;
        }
        if block_count > PAGE_LEN && self.root.is_null() {
            let Some(root) = allocate(allocator, root_layout()) else { return false };
            self.root = root.as_ptr().cast();
            // SAFETY: the root has room for far more than one page.
            unsafe { self.root.write(self.first_page) };
        }
        // Make the next size ready, to be filled while blocks are added. If memory is refused now,
        // the next growth copies the page at once or is refused itself.
        if self.first_page_len < PAGE_LEN
            && self.next_page.is_null()
            && block_count * 2 > self.first_page_len
        {
            if let Some(page) = allocate(allocator, page_layout(self.first_page_len * 2)) {
                self.next_page = page.as_ptr().cast();
                self.copied = 0;
            }
        }
        true
    }

    /// Replaces the first page by one of `len` pointers.
    fn enlarge_first_page<A: Allocator>(&mut self, len: usize, allocator: &A) -> bool {
        let is_ready = !self.next_page.is_null()
            && self.first_page_len * 2 == len
            && self.copied == self.block_count;
        if !is_ready {
            self.drop_next_page(allocator);
            let Some(page) = allocate(allocator, page_layout(len)) else { return false };
            self.next_page = page.as_ptr().cast();
            // SAFETY: both pages have room for the blocks that there are, and are distinct.
            unsafe {
                ptr::copy_nonoverlapping(self.first_page, self.next_page, self.block_count);
            }
            #[cfg(any(test, verify))]
            super::work::count_zeroed_or_copied(self.block_count * size_of::<Pivot>());
        }
        if let Some(page) = NonNull::new(self.first_page) {
            // SAFETY: the page was allocated with this length, and nothing refers to it any more
            // but the header, which the caller is about to change.
            unsafe { deallocate(allocator, page.cast(), page_layout(self.first_page_len)) };
        }
        self.first_page = self.next_page;
        self.first_page_len = len;
        self.next_page = ptr::null_mut();
        true
    }

    fn drop_next_page<A: Allocator>(&mut self, allocator: &A) {
        if let Some(page) = NonNull::new(self.next_page) {
            // SAFETY: the next page is always twice as long as the first.
            unsafe { deallocate(allocator, page.cast(), page_layout(self.first_page_len * 2)) };
            self.next_page = ptr::null_mut();
        }
    }

    /// Adds a block behind the others. False if memory is refused, and then nothing has changed.
    ///
    /// # Safety
    ///
    /// [`Self::reserve`] made room for it.
    pub(crate) unsafe fn push<A: Allocator>(&mut self, pivot: Pivot, allocator: &A) -> bool {
        let place = self.block_count;
        // SAFETY: there is room, says the caller; a page of the root exists from its first block
        // to its last.
        unsafe {
            if place < PAGE_LEN {
                debug_assert!(place < self.first_page_len);
                self.first_page.add(place).write(pivot);
            } else {
                if place % PAGE_LEN == 0 {
                    let Some(page) = allocate(allocator, page_layout(PAGE_LEN)) else {
                        return false;
                    };
                    self.root.add(place >> PAGE_LOG2).write(page.as_ptr().cast());
                }
                self.root.add(place >> PAGE_LOG2).read().add(place % PAGE_LEN).write(pivot);
            }
        }
        self.block_count += 1;
        if !self.next_page.is_null() {
            let end = (self.copied + 2).min(self.block_count);
            for place in self.copied..end {
                // SAFETY: `place` is below the number of blocks, which both pages have room for.
                unsafe { self.next_page.add(place).write(self.first_page.add(place).read()) };
            }
            self.copied = end;
        }
        true
    }

    /// Takes the last block out.
    ///
    /// # Safety
    ///
    /// There is one, and the header goes on to use [`Self::entry_point`] as it is afterwards.
    pub(crate) unsafe fn pop<A: Allocator>(&mut self, allocator: &A) -> Pivot {
        let place = self.block_count - 1;
        let pivot = self.block(place);
        self.block_count = place;
        self.copied = self.copied.min(place);
        if place >= PAGE_LEN && place % PAGE_LEN == 0 {
            // SAFETY: the page held this one block, and was allocated as a full page.
            unsafe {
                let page = self.root.add(place >> PAGE_LOG2).read();
                deallocate(allocator, NonNull::new_unchecked(page).cast(), page_layout(PAGE_LEN));
            }
        }
        pivot
    }

    /// The block at `place`, which exists.
    pub(crate) fn block(&self, place: usize) -> Pivot {
        assert!(place < self.block_count);
        // SAFETY: pages hold a pointer for every block.
        unsafe {
            if place < PAGE_LEN {
                self.first_page.add(place).read()
            } else {
                self.root.add(place >> PAGE_LOG2).read().add(place % PAGE_LEN).read()
            }
        }
    }

    /// Gives back the root if one page is enough for the blocks.
    pub(crate) fn drop_root_if_unused<A: Allocator>(&mut self, allocator: &A) {
        if self.block_count > PAGE_LEN {
            return;
        }
        if let Some(root) = NonNull::new(self.root) {
            // SAFETY: the pages beyond the first are gone, and the header no longer uses the root.
            unsafe { deallocate(allocator, root.cast(), root_layout()) };
            self.root = ptr::null_mut();
        }
    }

    /// Gives back everything but the blocks themselves.
    pub(crate) fn release<A: Allocator>(&mut self, allocator: &A) {
        while self.block_count > PAGE_LEN {
            // SAFETY: there is a block; the header is not used any more.
            unsafe { self.pop(allocator) };
        }
        self.drop_root_if_unused(allocator);
        self.drop_next_page(allocator);
        if let Some(page) = NonNull::new(self.first_page) {
            // SAFETY: the page was allocated with this length.
            unsafe { deallocate(allocator, page.cast(), page_layout(self.first_page_len)) };
        }
        *self = Self::EMPTY;
    }
}

/// The block at `place`, by way of the root at `entry_point`. Out of line: only tables of more than
/// 32768 blocks, half a gigabyte or more, have a root.
///
/// # Safety
///
/// `entry_point` is that of a directory with a root and more than `place` blocks.
#[cold]
#[inline(never)]
pub(crate) unsafe fn block_by_root(entry_point: NonNull<u8>, place: usize) -> Pivot {
    // SAFETY: a root has a page for every block, and a page a pointer.
    unsafe {
        let page = entry_point.cast::<Page>().add(place >> PAGE_LOG2).read();
        page.add(place % PAGE_LEN).read()
    }
}

const fn page_layout(len: usize) -> Layout {
    match Layout::array::<Pivot>(len) {
        Ok(layout) => layout,
        Err(_) => unreachable!(),
    }
}

const fn root_layout() -> Layout {
    page_layout(ROOT_LEN)
}
