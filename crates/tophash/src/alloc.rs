//! The allocator parameter: where a map's memory comes from.
//!
//! Without the feature `allocator-api2` the trait is sealed and [`Global`] is its only
//! implementation. With the feature, both names are those of the crate `allocator-api2`, at the
//! version that hashbrown uses, so that any allocator written for it can serve a map.

#[cfg(feature = "allocator-api2")]
pub use allocator_api2::alloc::{Allocator, Global};
#[cfg(not(feature = "allocator-api2"))]
pub use sealed::{Allocator, Global};

use core::alloc::Layout;
use core::ptr::NonNull;

/// Takes a block of `layout`, or `None` when the allocator refuses it.
#[inline]
pub(crate) fn allocate<A: Allocator>(allocator: &A, layout: Layout) -> Option<NonNull<u8>> {
    debug_assert!(layout.size() > 0);
    let block = allocator.allocate(layout).ok()?.cast::<u8>();
    #[cfg(any(test, verify))]
    crate::raw::work::count_allocated(layout.size());
    Some(block)
}

/// Gives a block back.
///
/// Tables give blocks back in the middle of changes. An allocator that panics in that would leave
/// them half done, so that ends the process, as a panic in a destructor while unwinding does.
///
/// # Safety
///
/// `block` came from [`allocate`] of the same allocator with the same `layout`, and was not given
/// back before.
#[inline]
pub(crate) unsafe fn deallocate<A: Allocator>(allocator: &A, block: NonNull<u8>, layout: Layout) {
    /// A second panic while the first one unwinds.
    struct Unfinished;
    impl Drop for Unfinished {
        #[cold]
        fn drop(&mut self) {
            panic!("the allocator panicked when memory was given back to it");
        }
    }
    #[cfg(any(test, verify))]
    crate::raw::work::count_freed(layout.size());
    let unfinished = Unfinished;
    // SAFETY: the caller's promise is the one that `deallocate` asks for.
    unsafe { allocator.deallocate(block, layout) };
    core::mem::forget(unfinished);
}

#[cfg(not(feature = "allocator-api2"))]
mod sealed {
    use alloc_crate::alloc::{alloc, dealloc};
    use core::alloc::Layout;
    use core::ptr::NonNull;

    /// A source of memory. Sealed: the feature `allocator-api2` opens it.
    ///
    /// # Safety
    ///
    /// A block stays valid until it is given back, also when the allocator is moved.
    pub unsafe trait Allocator: seal::Sealed {
        /// Takes a block of `layout`, whose size is not zero.
        #[doc(hidden)]
        #[allow(clippy::result_unit_err, reason = "sealed: nobody outside sees the error")]
        fn allocate(&self, layout: Layout) -> Result<NonNull<u8>, ()>;

        /// Gives a block back.
        ///
        /// # Safety
        ///
        /// The block came from `allocate` with this layout.
        #[doc(hidden)]
        unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout);
    }

    mod seal {
        #[expect(unnameable_types, reason = "a seal is not to be named")]
        pub trait Sealed {}
        impl Sealed for super::Global {}
    }

    /// The program's global allocator.
    #[derive(Clone, Copy, Debug, Default)]
    pub struct Global;

    // SAFETY: the global allocator's blocks do not depend on where a `Global` lies.
    unsafe impl Allocator for Global {
        #[inline]
        fn allocate(&self, layout: Layout) -> Result<NonNull<u8>, ()> {
            // SAFETY: no caller in this crate asks for zero bytes.
            NonNull::new(unsafe { alloc(layout) }).ok_or(())
        }

        #[inline]
        unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
            // SAFETY: as the caller promises.
            unsafe { dealloc(block.as_ptr(), layout) }
        }
    }
}
