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
use core::mem;
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

/// What a block is known by. See `block.rs`.
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
    /// Null while one page is enough, and for a little longer.
    root: *mut Page,
    /// Whether look-ups go by way of the root.
    uses_root: bool,
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
        uses_root: false,
        block_count: 0,
    };

    /// Blocks in the directory.
    pub(crate) fn block_count(&self) -> usize {
        self.block_count
    }

    /// Bytes of the pages and the root.
    pub(crate) fn bytes(&self) -> usize {
        let next_page = if self.next_page.is_null() { 0 } else { self.first_page_len * 2 };
        self.bytes_in_use() + next_page * size_of::<Pivot>()
    }

    /// As [`Self::bytes`], without the page that is being made ready for the next growth.
    pub(crate) fn bytes_in_use(&self) -> usize {
        let first_page = self.first_page_len * size_of::<Pivot>();
        let further = if self.root.is_null() { 0 } else { rooted_bytes(self.block_count) };
        first_page + further
    }

    /// What [`Self::bytes`] will be of a new directory that is given `block_count` blocks, a power
    /// of two, after [`Self::reserve`] made room for them and was refused nothing.
    pub(crate) fn planned_bytes(block_count: usize) -> usize {
        let len = first_page_len_for(block_count);
        let next_page = if wants_next_page(block_count, len) { len * 2 } else { 0 };
        let further = if block_count > PAGE_LEN { rooted_bytes(block_count) } else { 0 };
        (len + next_page) * size_of::<Pivot>() + further
    }

    /// What the header's `buckets` must be while the directory is in use.
    pub(crate) fn entry_point(&self) -> NonNull<u8> {
        let start: *mut u8 = if self.uses_root { self.root.cast() } else { self.first_page.cast() };
        NonNull::new(start).expect("a directory in use has a first page")
    }

    /// Makes room for `block_count` blocks, twice as many as there are or fewer, and sets `buckets`
    /// to the entry point, if there are blocks. False if memory is refused, and then nothing has
    /// changed; nor has it when the allocator panics.
    pub(crate) fn reserve<A: Allocator>(
        &mut self,
        block_count: usize,
        buckets: &mut NonNull<u8>,
        allocator: &A,
    ) -> bool {
        // All that is asked of the allocator comes before anything is changed.
        let wanted = first_page_len_for(block_count);
        let is_enlarged = self.first_page_len < wanted;
        let len = self.first_page_len.max(wanted);
        let is_ready = !self.next_page.is_null()
            && self.first_page_len * 2 == len
            && self.copied == self.block_count;
        let mut page = None;
        if is_enlarged && !is_ready {
            page = allocate(allocator, page_layout(len));
            if page.is_none() {
                return false;
            }
        }
        let mut root = None;
        if block_count > PAGE_LEN && self.root.is_null() {
            root = allocate(allocator, root_layout());
            if root.is_none() {
                if let Some(page) = page {
                    // SAFETY: allocated above.
                    unsafe { deallocate(allocator, page, page_layout(len)) };
                }
                return false;
            }
        }
        // Make the next size ready, to be filled while blocks are added. If memory is refused for
        // it, the next growth copies the page at once or is refused itself.
        let wants_next =
            wants_next_page(block_count, len) && (is_enlarged || self.next_page.is_null());
        let next = if wants_next { allocate(allocator, page_layout(len * 2)) } else { None };

        let retired = (self.first_page, self.first_page_len);
        if is_enlarged {
            if let Some(page) = page {
                self.drop_next_page(allocator);
                // SAFETY: both pages have room for the blocks that there are, and are distinct.
                unsafe {
                    let page = page.as_ptr().cast::<Pivot>();
                    ptr::copy_nonoverlapping(self.first_page, page, self.block_count);
                    self.next_page = page;
                }
                #[cfg(any(test, verify))]
                super::work::count_zeroed_or_copied(self.block_count * size_of::<Pivot>());
            }
            self.first_page = mem::replace(&mut self.next_page, ptr::null_mut());
            self.first_page_len = len;
            self.copied = 0;
        }
        if let Some(next) = next {
            self.next_page = next.as_ptr().cast();
            self.copied = 0;
        }
        if let Some(root) = root {
            self.root = root.as_ptr().cast();
        }
        if !self.root.is_null() {
            self.uses_root = block_count > PAGE_LEN;
            // SAFETY: the root has room for far more than one page.
            unsafe { self.root.write(self.first_page) };
        }
        if self.block_count > 0 {
            *buckets = self.entry_point();
        }
        if let (true, Some(page)) = (is_enlarged, NonNull::new(retired.0)) {
            // SAFETY: the page was allocated with this length, and nothing refers to it any more.
            unsafe { deallocate(allocator, page.cast(), page_layout(retired.1)) };
        }
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
        } else if !self.uses_root {
            self.drop_root(allocator);
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

    /// To be called when a shrink has halved the mask: half the room is needed now. The root, if it
    /// is not used any more, goes with the next block, so that no operation frees too many.
    pub(crate) fn halve<A: Allocator>(&mut self, allocator: &A) {
        self.uses_root = self.block_count > PAGE_LEN;
        self.drop_next_page(allocator);
    }

    fn drop_root<A: Allocator>(&mut self, allocator: &A) {
        if let Some(root) = NonNull::new(self.root) {
            // SAFETY: the pages beyond the first are gone, and the header does not use the root.
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
        self.drop_root(allocator);
        self.drop_next_page(allocator);
        if let Some(page) = NonNull::new(self.first_page) {
            // SAFETY: the page was allocated with this length.
            unsafe { deallocate(allocator, page.cast(), page_layout(self.first_page_len)) };
        }
        *self = Self::EMPTY;
    }
}

/// The block at `place`, by way of the root at `entry_point`: tables of more than 32768 blocks,
/// half a gigabyte or more, have one.
///
/// # Safety
///
/// `entry_point` is that of a directory with a root and more than `place` blocks.
#[inline(always)]
pub(crate) unsafe fn block_by_root(entry_point: NonNull<u8>, place: usize) -> Pivot {
    // SAFETY: a root has a page for every block, and a page a pointer.
    unsafe {
        let page = entry_point.cast::<Page>().add(place >> PAGE_LOG2).read();
        page.add(place % PAGE_LEN).read()
    }
}

/// Pointers that the first page needs room for in a directory of `block_count` blocks.
fn first_page_len_for(block_count: usize) -> usize {
    block_count.next_power_of_two().clamp(FIRST_PAGE_LEN, PAGE_LEN)
}

/// Whether the page after one of `len` pointers is made ready while there come to be `block_count`.
fn wants_next_page(block_count: usize, len: usize) -> bool {
    len < PAGE_LEN && block_count * 2 > len
}

/// Bytes of the root and of all pages but the first.
fn rooted_bytes(block_count: usize) -> usize {
    let page_count = block_count.div_ceil(PAGE_LEN).max(1);
    (page_count - 1) * page_layout(PAGE_LEN).size() + root_layout().size()
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
