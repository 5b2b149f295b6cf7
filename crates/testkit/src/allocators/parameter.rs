//! The same two allocators as a map's allocator parameter: handles whose clones share the counts.
#![expect(unsafe_code, reason = "an allocator is an unsafe trait")]

use super::{Refusal, Usage};
use allocator_api2::alloc::{AllocError, Allocator, Global};
use std::alloc::Layout;
use std::collections::HashMap;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Counts what is asked of the allocator inside, and holds every block against a ledger.
///
/// # Panics
///
/// A block that is given back twice, or with another layout than it was taken with, panics.
#[derive(Clone, Debug, Default)]
pub struct CountedMemory<A = Global> {
    inner: A,
    ledger: Arc<Mutex<Ledger>>,
}

#[derive(Debug, Default)]
struct Ledger {
    usage: Usage,
    /// The layout of every live block by its address.
    blocks: HashMap<usize, Layout>,
}

impl CountedMemory {
    /// Counts what is asked of the global allocator.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<A> CountedMemory<A> {
    /// Counts what is asked of `inner`.
    pub fn over(inner: A) -> Self {
        Self { inner, ledger: Arc::default() }
    }

    /// What was used since the beginning or the last [`reset`](Self::reset).
    pub fn usage(&self) -> Usage {
        self.lock().usage
    }

    /// Starts the counts at 0 again, but for the live bytes, which start the peak too.
    pub fn reset(&self) {
        let mut ledger = self.lock();
        let live_bytes = ledger.usage.live_bytes;
        ledger.usage = Usage { live_bytes, peak_bytes: live_bytes, ..Usage::NONE };
    }

    /// How many blocks are live.
    pub fn block_count(&self) -> usize {
        self.lock().blocks.len()
    }

    /// Strikes all live blocks off, so that giving one back panics: for tests of what a panicking
    /// allocator does.
    pub fn disown(&self) {
        self.lock().blocks.clear();
    }

    /// Panics unless every block was given back.
    #[track_caller]
    pub fn assert_all_freed(&self) {
        let blocks: Vec<Layout> = self.lock().blocks.values().copied().collect();
        assert!(blocks.is_empty(), "{} blocks were not given back: {blocks:?}", blocks.len());
    }

    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Strikes a block off, or says what is wrong with giving it back.
    fn strike_off(&self, block: NonNull<u8>, layout: Layout) {
        let taken = self.lock().blocks.remove(&block.addr().get());
        assert!(
            taken == Some(layout) || thread::panicking(),
            "a block of {layout:?} is given back, and {taken:?} was taken there"
        );
    }

    fn enter(
        &self,
        block: Result<NonNull<[u8]>, AllocError>,
        layout: Layout,
        count: impl FnOnce(&mut Usage),
    ) -> Result<NonNull<[u8]>, AllocError> {
        let mut ledger = self.lock();
        match block {
            Ok(block) => {
                count(&mut ledger.usage);
                ledger.blocks.insert(block.cast::<u8>().addr().get(), layout);
            }
            Err(AllocError) => ledger.usage.refuse(),
        }
        block
    }
}

// SAFETY: every call goes to the allocator inside as it came, and the ledger's memory is its own.
unsafe impl<A: Allocator> Allocator for CountedMemory<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = self.inner.allocate(layout);
        self.enter(block, layout, |usage| usage.allocate(layout.size()))
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = self.inner.allocate_zeroed(layout);
        self.enter(block, layout, |usage| usage.allocate_zeroed(layout.size()))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.strike_off(block, layout);
        self.lock().usage.free(layout.size());
        // SAFETY: as the caller promises.
        unsafe { self.inner.deallocate(block, layout) }
    }

    unsafe fn grow(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        self.strike_off(block, old);
        // SAFETY: as the caller promises.
        let moved = unsafe { self.inner.grow(block, old, new) };
        if moved.is_err() {
            self.lock().blocks.insert(block.addr().get(), old);
        }
        self.enter(moved, new, |usage| usage.reallocate(old.size(), new.size()))
    }

    unsafe fn shrink(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        self.strike_off(block, old);
        // SAFETY: as the caller promises.
        let moved = unsafe { self.inner.shrink(block, old, new) };
        if moved.is_err() {
            self.lock().blocks.insert(block.addr().get(), old);
        }
        self.enter(moved, new, |usage| usage.reallocate(old.size(), new.size()))
    }
}

/// Refuses what [`set`](Self::set) says, and passes all else to the allocator inside.
#[derive(Clone, Debug, Default)]
pub struct RefusableMemory<A = Global> {
    inner: A,
    refusal: Arc<Mutex<Refusal>>,
}

impl RefusableMemory {
    /// Refuses nothing yet, and passes on to the global allocator.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<A> RefusableMemory<A> {
    /// Refuses nothing yet, and passes on to `inner`.
    pub fn over(inner: A) -> Self {
        Self { inner, refusal: Arc::default() }
    }

    /// Refuses this from now on, through every clone.
    pub fn set(&self, refusal: Refusal) {
        *self.lock() = refusal;
    }

    /// What is still to be refused: nothing once [`Refusal::Nth`] has come.
    pub fn pending(&self) -> Refusal {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Refusal> {
        self.refusal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn meet(&self, bytes: usize) -> Result<(), AllocError> {
        let mut refusal = self.lock();
        let (refused, next) = refusal.meet(bytes);
        *refusal = next;
        if refused { Err(AllocError) } else { Ok(()) }
    }
}

// SAFETY: a call either goes to the allocator inside as it came, or is an error that changes
// nothing. `grow` and `shrink` are the trait's own, made of the calls below.
unsafe impl<A: Allocator> Allocator for RefusableMemory<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.meet(layout.size())?;
        self.inner.allocate(layout)
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.meet(layout.size())?;
        self.inner.allocate_zeroed(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { self.inner.deallocate(block, layout) }
    }
}

/// Panics where the memory inside refuses.
#[derive(Clone, Debug, Default)]
pub struct PanickingMemory(pub RefusableMemory);

// SAFETY: a call goes to the allocator inside as it came, or panics and changes nothing.
unsafe impl Allocator for PanickingMemory {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Ok(self.0.allocate(layout).expect("refused, on purpose"))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { self.0.deallocate(block, layout) }
    }
}

#[cfg(test)]
mod tests {
    use super::{CountedMemory, RefusableMemory};
    use crate::allocators::Refusal;
    use crate::silently;
    use allocator_api2::alloc::Allocator;
    use allocator_api2::vec::Vec;
    use std::alloc::Layout;

    #[test]
    fn clones_share_the_counts_and_a_growing_list_counts_as_reallocated() {
        let memory = CountedMemory::new();
        let mut list = Vec::with_capacity_in(100, memory.clone());
        list.push(1_u8);
        list.reserve_exact(200);
        let usage = memory.usage();
        assert_eq!((usage.allocation_count, usage.free_count), (2, 1));
        assert_eq!((usage.live_bytes, usage.reallocated_bytes), (201, 201));
        assert_eq!(memory.block_count(), 1);
        drop(list);
        memory.assert_all_freed();
        assert_eq!(memory.usage().live_bytes, 0);
    }

    #[test]
    fn the_peak_starts_again_at_what_is_live() {
        let memory = CountedMemory::new();
        drop(Vec::<u8, _>::with_capacity_in(100, memory.clone()));
        let _list = Vec::<u8, _>::with_capacity_in(10, memory.clone());
        memory.reset();
        assert_eq!((memory.usage().peak_bytes, memory.usage().allocation_count), (10, 0));
    }

    #[test]
    fn a_block_given_back_with_another_layout_is_noticed() {
        let memory = CountedMemory::new();
        let layout = Layout::array::<u64>(4).unwrap();
        let block = memory.allocate(layout).unwrap().cast::<u8>();
        let caught = silently(|| memory.strike_off(block, Layout::new::<u8>())).unwrap_err();
        assert!(caught.message.contains("is given back"), "{caught:?}");
        // SAFETY: the block came from the allocator inside, which still holds it.
        unsafe { memory.inner.deallocate(block, layout) };
    }

    #[test]
    fn a_block_that_is_kept_is_noticed() {
        let memory = CountedMemory::new();
        let list = Vec::<u8, _>::with_capacity_in(10, memory.clone());
        assert!(silently(|| memory.assert_all_freed()).is_err());
        drop(list);
    }

    #[test]
    fn a_refusal_is_an_error_and_is_counted() {
        let refusable = RefusableMemory::new();
        let memory = CountedMemory::over(refusable.clone());
        let mut list = Vec::<u8, _>::new_in(memory.clone());
        refusable.set(Refusal::Nth(1));
        assert!(list.try_reserve(10).is_err());
        assert_eq!(refusable.pending(), Refusal::Nothing);
        assert!(list.try_reserve(10).is_ok());
        list.push(7);
        refusable.set(Refusal::Above(100));
        assert!(list.try_reserve(1000).is_err());
        assert_eq!(list.as_slice(), [7]);
        assert_eq!(memory.usage().refusal_count, 2);
        assert_eq!(memory.block_count(), 1);
    }
}
