//! Tests of the directory by itself: its blocks are numbers, so that it can have many pages.

use core::ptr::{self, NonNull};

use testkit::silently;

use crate::alloc::Global;
use crate::raw::directory::{Directory, PAGE_LOG2, block_by_root};
use crate::raw::work::{self, Work};

const PAGE_LEN: usize = 1 << PAGE_LOG2;
const POINTER_BYTES: usize = size_of::<usize>();
const ROOT_BYTES: usize = 4096 * POINTER_BYTES;

/// A directory whose blocks are their own numbers, and what it has done with memory.
struct Numbered {
    directory: Directory,
    entry_point: NonNull<u8>,
    bytes: usize,
}

impl Numbered {
    fn new() -> Self {
        work::reset();
        Self { directory: Directory::EMPTY, entry_point: NonNull::dangling(), bytes: 0 }
    }

    fn len(&self) -> usize {
        self.directory.block_count()
    }

    /// What was done since the last call.
    fn account(&mut self) -> Work {
        let work = work::reset();
        self.bytes = self.bytes + work.bytes_allocated - work.bytes_freed;
        assert_eq!(self.directory.bytes(), self.bytes, "with {} blocks", self.len());
        assert!(self.directory.bytes_in_use() <= self.bytes);
        work
    }

    fn reserve(&mut self, block_count: usize) -> Work {
        let before = self.entry_point;
        assert!(self.directory.reserve(block_count, &mut self.entry_point, &Global));
        // A table whose only block is in no directory yet keeps the way to it.
        let is_in_use = self.len() > 0;
        let expected = if is_in_use { self.directory.entry_point() } else { before };
        assert_eq!(self.entry_point, expected);
        self.account()
    }

    fn push(&mut self) -> Work {
        let block = ptr::without_provenance_mut(self.len());
        // SAFETY: every caller has reserved as many.
        assert!(unsafe { self.directory.push(block, &Global) });
        self.entry_point = self.directory.entry_point();
        self.account()
    }

    fn pop(&mut self) -> Work {
        let last = self.len() - 1;
        // SAFETY: there is a block, and the entry point is asked for when it is used.
        assert_eq!(unsafe { self.directory.pop(&Global) }.addr(), last);
        self.account()
    }

    fn halve(&mut self) -> Work {
        self.directory.halve(&Global);
        self.entry_point = self.directory.entry_point();
        self.account()
    }

    /// Panics unless each block is found, by the directory and by its entry point.
    fn check(&self, has_root: bool) {
        for place in 0..self.len() {
            assert_eq!(self.directory.block(place).addr(), place);
            // SAFETY: the entry point is that of a page, or of a root, with so many blocks.
            let found = unsafe {
                if has_root {
                    block_by_root(self.entry_point, place)
                } else {
                    self.entry_point.cast::<*mut u8>().add(place).read()
                }
            };
            assert_eq!(found.addr(), place);
        }
    }

    /// Makes room for `count` blocks and adds those that are missing.
    fn grow_to(&mut self, count: usize) {
        self.reserve(count);
        while self.len() < count {
            self.push();
        }
    }

    fn release(mut self) {
        self.directory.release(&Global);
        self.account();
        assert_eq!((self.bytes, self.len()), (0, 0));
    }
}

#[test]
fn a_directory_finds_each_block_while_it_doubles_and_halves_up_to_many_pages() {
    let mut numbered = Numbered::new();
    let mut count = 1;
    while count < 4 * PAGE_LEN {
        count *= 2;
        numbered.grow_to(count);
        numbered.check(count > PAGE_LEN);
    }
    while count > 2 {
        count /= 2;
        while numbered.len() > count {
            numbered.pop();
        }
        numbered.halve();
        numbered.check(count > PAGE_LEN);
    }
    numbered.release();
}

#[test]
fn a_growth_in_steps_copies_no_page_and_takes_one_page_with_the_next() {
    let mut numbered = Numbered::new();
    let mut count = 1;
    while count < 2 * PAGE_LEN {
        count *= 2;
        let work = numbered.reserve(count);
        assert_eq!(work.bytes_zeroed_or_copied, 0, "{count} blocks: {work:?}");
        assert!(work.blocks_allocated <= 2 && work.blocks_freed <= 1, "{count} blocks: {work:?}");
        while numbered.len() < count {
            let is_at_page = numbered.len() >= PAGE_LEN && numbered.len() % PAGE_LEN == 0;
            assert_eq!(numbered.push().blocks_allocated, usize::from(is_at_page));
        }
    }
    numbered.release();
}

#[test]
fn a_shrink_gives_one_page_back_a_step_and_the_root_with_the_next_block() {
    let mut numbered = Numbered::new();
    let mut count = 1;
    while count < 2 * PAGE_LEN {
        count *= 2;
        numbered.grow_to(count);
    }
    while numbered.len() > PAGE_LEN {
        let is_last_of_page = numbered.len() % PAGE_LEN == 1;
        assert_eq!(numbered.pop().blocks_freed, usize::from(is_last_of_page));
    }
    assert_eq!(numbered.halve().blocks_freed, 0);
    assert_eq!(numbered.bytes, ROOT_BYTES + PAGE_LEN * POINTER_BYTES);
    numbered.reserve(PAGE_LEN);
    numbered.check(false);
    assert_eq!(numbered.pop().blocks_freed, 1, "the root");
    assert_eq!(numbered.bytes, PAGE_LEN * POINTER_BYTES);
    numbered.check(false);
    // It grows again into the same page, and takes a root only for another.
    numbered.reserve(PAGE_LEN);
    numbered.push();
    numbered.check(false);
    assert_eq!(numbered.reserve(2 * PAGE_LEN).bytes_allocated, ROOT_BYTES);
    numbered.push();
    numbered.check(true);
    numbered.release();
}

#[test]
fn a_directory_that_is_made_at_once_takes_what_was_planned() {
    for log2 in 1..PAGE_LOG2 + 3 {
        let count = 1 << log2;
        let mut numbered = Numbered::new();
        numbered.grow_to(count);
        numbered.check(count > PAGE_LEN);
        assert_eq!(numbered.bytes, Directory::planned_bytes(count), "{count} blocks");
        numbered.release();
    }
}

#[test]
fn a_directory_has_room_for_four_times_its_blocks_at_most() {
    let mut numbered = Numbered::new();
    let first = if cfg!(stress) { 4 } else { 16 };
    for log2 in 1..=PAGE_LOG2 {
        let count = 1 << log2;
        numbered.reserve(count);
        assert_eq!(numbered.directory.bytes_in_use(), count.max(first) * POINTER_BYTES);
        // The page of the next size is made ready only where this one will be full.
        let is_next_ready = count >= first && count < PAGE_LEN;
        let next = if is_next_ready { 2 * count * POINTER_BYTES } else { 0 };
        assert_eq!(numbered.bytes - numbered.directory.bytes_in_use(), next, "{count} blocks");
        while numbered.len() < count {
            numbered.push();
        }
    }
    numbered.release();
}

#[test]
fn a_page_that_is_made_ready_is_right_after_steps_back() {
    for back in 0..12 {
        let mut numbered = Numbered::new();
        let count = if cfg!(stress) { 4 } else { 16 };
        numbered.reserve(count);
        // Forth, back and forth again within one size.
        for _ in 0..count {
            numbered.push();
        }
        for _ in 0..back.min(count - 1) {
            numbered.pop();
        }
        while numbered.len() < count {
            numbered.push();
        }
        numbered.reserve(2 * count);
        numbered.check(2 * count > PAGE_LEN);
        numbered.push();
        numbered.check(2 * count > PAGE_LEN);
        numbered.release();
    }
}

#[test]
fn a_block_that_is_not_there_is_not_given() {
    let mut numbered = Numbered::new();
    numbered.reserve(2);
    numbered.push();
    assert!(silently(|| numbered.directory.block(0)).is_ok());
    assert!(silently(|| numbered.directory.block(1)).is_err());
    numbered.release();
}
