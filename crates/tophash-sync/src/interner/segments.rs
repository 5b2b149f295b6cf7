//! An array that grows without moving: readers need no lock, and references stay valid.
//!
//! The elements lie in segments, four for each doubling, so that at most a quarter is spare:
//!
//! ```text
//! index     0..16  16..32  32..48  48..64  64..96  96..128  128..160 ...
//! segment   0      1       2       3       4       5        6        ...
//! length    16     16      16      16      32      32       32       ...
//! ```
//!
//! (With [`FIRST_LOG2`] = 6: the first four segments have 64 elements together.)
//!
//! What is kept of a segment is where an element with position 0 would lie, if the segment went
//! back so far: then an element is found without its offset in the segment.

use std::ptr::{self, NonNull};

use crate::atomics::{AtomicPtr, Ordering};
use crate::zeroed::{Zeroed, drop_slice, zeroed};

/// log2 of the elements in the first four segments.
#[cfg(not(any(loom, shuttle, stress)))]
const FIRST_LOG2: u32 = 6;
#[cfg(any(loom, shuttle, stress))]
const FIRST_LOG2: u32 = 2;

/// Segments: enough for 2^32 elements, but in models, where each costs time.
#[cfg(not(any(loom, shuttle)))]
const SEGMENT_COUNT: usize = (32 - FIRST_LOG2 as usize + 1) * 4;
#[cfg(any(loom, shuttle))]
const SEGMENT_COUNT: usize = 8;

/// The array. Elements are made in order, by one thread at a time, and are never taken away.
pub(super) struct Segments<T> {
    /// For each segment null, or its first element's address less [`begin_of`] elements.
    origins: [AtomicPtr<T>; SEGMENT_COUNT],
}

/// Where an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    segment: usize,
    /// Counted from the [`begin_of`] the first segment, whose index is 0.
    position: usize,
}

/// The place of an element below 2^32.
#[inline(always)]
fn place_of(index: u32) -> Place {
    // Beginning at 2^FIRST_LOG2 the doublings are the powers of two.
    let position = u64::from(index) + (1 << FIRST_LOG2);
    let doubling = position.ilog2();
    // The highest bit and the two after it: 4 to 7.
    let quarter = position >> (doubling - 2);
    let segment = u64::from(doubling * 4) + quarter - (u64::from(FIRST_LOG2) * 4 + 4);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "no segment is so far where 2^32 is too far"
    )]
    Place { segment: segment as usize, position: position as usize }
}

/// The position of a segment's first element.
const fn begin_of(segment: usize) -> usize {
    (4 + segment % 4) * len_of(segment)
}

/// Elements of a segment.
const fn len_of(segment: usize) -> usize {
    1 << (segment / 4 + FIRST_LOG2 as usize - 2)
}

impl<T> Segments<T> {
    #[cfg(not(any(loom, shuttle)))]
    pub(super) const fn new() -> Self {
        Self { origins: [const { AtomicPtr::new(ptr::null_mut()) }; SEGMENT_COUNT] }
    }

    #[cfg(any(loom, shuttle))]
    pub(super) fn new() -> Self {
        Self { origins: std::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())) }
    }

    /// An element, if its segment was made.
    #[inline(always)]
    pub(super) fn get(&self, index: u32) -> Option<&T> {
        let place = place_of(index);
        let origin = NonNull::new(self.origins[place.segment].load(Ordering::Acquire))?;
        // SAFETY: a segment that is not null has `len_of` elements from `begin_of` on, all
        // initialised before the pointer was released, and the position is one of them. It lives as
        // long as `self`.
        Some(unsafe { &*origin.as_ptr().wrapping_add(place.position) })
    }

    /// Elements whose segments were made, and the bytes that they take: O(segments).
    pub(super) fn allocation_size(&self) -> usize {
        let made = |&segment: &usize| !self.origins[segment].load(Ordering::Relaxed).is_null();
        (0..SEGMENT_COUNT).filter(made).map(|segment| len_of(segment) * size_of::<T>()).sum()
    }
}

impl<T: Zeroed> Segments<T> {
    /// An element, whose segment is made if need be. Called by one thread at a time.
    ///
    /// O(1): large segments come from the system as zeros.
    pub(super) fn get_or_make(&self, index: u32) -> &T {
        if self.get(index).is_none() {
            let segment = place_of(index).segment;
            let first = Box::into_raw(zeroed::<T>(len_of(segment))).cast::<T>();
            let origin = first.wrapping_sub(begin_of(segment));
            assert!(!origin.is_null(), "a segment lies where none can be told from null");
            self.origins[segment].store(origin, Ordering::Release);
        }
        self.get(index).expect("the segment was just made")
    }
}

impl<T> Drop for Segments<T> {
    fn drop(&mut self) {
        for (segment, origin) in self.origins.iter().enumerate() {
            let origin = origin.load(Ordering::Relaxed);
            if !origin.is_null() {
                let first = origin.wrapping_add(begin_of(segment));
                // SAFETY: it came from a boxed slice of so many elements, and nobody has a
                // reference to it any more.
                unsafe { drop_slice(first, len_of(segment)) };
            }
        }
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;
    use crate::atomics::AtomicU32;

    #[derive(Default)]
    struct Element(AtomicU32);

    // SAFETY: an integer may be 0, which is its default.
    unsafe impl Zeroed for Element {}

    #[test]
    fn every_index_has_a_place_of_its_own_in_order() {
        let mut expected = Place { segment: 0, position: begin_of(0) };
        for index in 0..10_000 {
            assert_eq!(place_of(index), expected);
            expected.position += 1;
            if expected.position == begin_of(expected.segment) + len_of(expected.segment) {
                expected.segment += 1;
                assert_eq!(expected.position, begin_of(expected.segment));
            }
        }
        assert!(place_of(u32::MAX).segment < SEGMENT_COUNT);
    }

    #[test]
    fn elements_stay_where_they_are_while_the_array_grows() {
        let segments: Segments<Element> = Segments::new();
        assert!(segments.get(0).is_none());
        let first = segments.get_or_make(0);
        first.0.store(7, Ordering::Relaxed);
        for index in 1..5000 {
            segments.get_or_make(index).0.store(index, Ordering::Relaxed);
        }
        assert_eq!(first.0.load(Ordering::Relaxed), 7);
        for index in 1..5000 {
            let element = segments.get(index).expect("it was made");
            assert_eq!(element.0.load(Ordering::Relaxed), index);
        }
        let used = 5000 * size_of::<Element>();
        assert!((used..used * 5 / 4 + 1024).contains(&segments.allocation_size()));
    }
}
