//! Long arrays that begin as zeros, which come from the system as such.

#[cfg(not(any(loom, shuttle)))]
use std::alloc::{Layout, handle_alloc_error};
use std::ptr;

/// What may begin as zero bytes.
///
/// # Safety
///
/// A value of zero bytes is valid, and has the type's default value; it needs no drop.
pub(crate) unsafe trait Zeroed: Default {}

// SAFETY: null is what its default is.
unsafe impl<T> Zeroed for crate::atomics::AtomicPtr<T> {}

/// A boxed slice of `len` elements, at least one, with their default values. O(1) where the system
/// has zeros at hand.
#[cfg(not(any(loom, shuttle)))]
pub(crate) fn zeroed<T: Zeroed>(len: usize) -> Box<[T]> {
    let layout = Layout::array::<T>(len).expect("an array is smaller than the address space");
    assert!(layout.size() > 0, "an array of nothing");
    // SAFETY: the layout is not empty, as was just seen.
    let first = unsafe { std::alloc::alloc_zeroed(layout) }.cast::<T>();
    if first.is_null() {
        handle_alloc_error(layout);
    }
    // SAFETY: so many elements of zero bytes, which are valid, in an allocation of their layout.
    unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(first, len)) }
}

/// The same with atomics that are no plain memory.
#[cfg(any(loom, shuttle))]
pub(crate) fn zeroed<T: Zeroed>(len: usize) -> Box<[T]> {
    (0..len).map(|_| T::default()).collect()
}

/// Drops what [`zeroed`], or another boxed slice, was turned into.
///
/// # Safety
///
/// `first` is the first element of a boxed slice of `len`, and nobody refers to it.
pub(crate) unsafe fn drop_slice<T>(first: *mut T, len: usize) {
    // SAFETY: promised by the caller.
    drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(first, len)) });
}

/// Whether the system would hand out so many bytes in one piece. What is then taken in small ones
/// may still be refused; but whoever asks for what no machine has learns it here.
#[cfg(not(any(loom, shuttle)))]
pub(crate) fn is_available(bytes: usize) -> bool {
    let Ok(layout) = Layout::array::<u8>(bytes.max(1)) else { return false };
    // SAFETY: the layout is not empty, and what was allocated with it is given back with it.
    unsafe {
        // Looked at, for what is given back unseen the compiler need not ask for at all.
        let first = std::hint::black_box(std::alloc::alloc(layout));
        if first.is_null() {
            return false;
        }
        std::alloc::dealloc(first, layout);
    }
    true
}

#[cfg(any(loom, shuttle))]
pub(crate) fn is_available(_bytes: usize) -> bool {
    true
}
