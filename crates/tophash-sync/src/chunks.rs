//! An array of buckets that grows without moving any, under readers without a lock.
//!
//! The buckets lie in chunks of the same size, each made when its first bucket is wanted. An index
//! has a pointer for each chunk. When it is too short one of twice the length comes in front of it,
//! empty, which takes no time; the older ones stay:
//!
//! ```text
//! newest --> | 0 | 1 |   |   | 4 | 5 |   |   |      the canonical ones are 4 to 7
//!                      older --> | 0 | 1 | 2 | 3 |      2 and 3
//!                                   older --> | 0 | 1 |      0 and 1
//! ```
//!
//! The canonical place of a chunk's pointer is in the oldest index that is long enough; there it is
//! set, once. A newer one has a copy when somebody has looked for it. So a look-up is one load of a
//! pointer that depends on where it wants to go, and all that is bigger than a chunk comes as zeros
//! from the system. All indices together are twice as long as the newest.
//!
//! # Invariants
//!
//! - **D1.** What is in an index is null, or the pointer of a boxed slice of
//!   [`CHUNK_LEN`](Chunks::CHUNK_LEN) buckets, the same in each index. It does not change again
//!   until the array is freed.
//! - **D2.** An index, and the one that it calls older, are boxes that stay until the array is
//!   freed; the older one is shorter.
//! - **D3.** Once some length was loaded from `front_len`, `front` is an index with that length or
//!   a longer one. Both change during a `turn` alone, `front` before its length.

use crate::atomics::{AtomicPtr, AtomicUsize, Mutex, Ordering};
use crate::zeroed::{drop_slice, zeroed};
use std::ptr;
use std::sync::PoisonError;

/// Bytes of the buckets that are made at once: little enough that to make them is no pause.
const CHUNK_BYTES: usize = 1024;

/// Chunks that the first index has room for, at least.
const FIRST_LEN: usize = if cfg!(any(stress, loom, shuttle)) { 2 } else { 8 };

pub(crate) struct Chunks<B> {
    /// The pointers of the newest index, and how many there are: for look-ups.
    front: AtomicPtr<AtomicPtr<B>>,
    front_len: AtomicUsize,
    newest: AtomicPtr<Index<B>>,
    /// One at a time puts a longer index in front.
    turn: Mutex<()>,
    /// How many chunks were freed already, when the array is freed step by step.
    freed: AtomicUsize,
}

/// Pointers to the first chunks.
struct Index<B> {
    pointers: Box<[AtomicPtr<B>]>,
    /// Null for the first.
    older: *mut Index<B>,
}

impl<B> Index<B> {
    /// The index as a box's pointer.
    fn make(len: usize, older: *mut Self) -> *mut Self {
        Box::into_raw(Box::new(Self { pointers: zeroed(len), older }))
    }

    fn first_pointer(&self) -> *mut AtomicPtr<B> {
        self.pointers.as_ptr().cast_mut()
    }

    /// The canonical place of a chunk's pointer, which is below the length.
    fn canonical(&self, chunk: usize) -> &AtomicPtr<B> {
        let mut index = self;
        // SAFETY: D2.
        while let Some(older) = unsafe { index.older.as_ref() } {
            if chunk >= older.pointers.len() {
                break;
            }
            index = older;
        }
        &index.pointers[chunk]
    }
}

impl<B> Chunks<B> {
    /// Buckets of a chunk. One in a shrunk world, where each step is to be seen.
    pub(crate) const CHUNK_LEN: usize =
        if cfg!(any(stress, loom, shuttle)) { 1 } else { CHUNK_BYTES / size_of::<B>() };

    /// An array with room in its first index for so many buckets, of which none is made.
    pub(crate) fn with_room(bucket_count: usize) -> Self {
        let len = bucket_count.div_ceil(Self::CHUNK_LEN).max(FIRST_LEN);
        let first = Index::make(len, ptr::null_mut());
        Self {
            // SAFETY: D2.
            front: AtomicPtr::new(unsafe { &*first }.first_pointer()),
            front_len: AtomicUsize::new(len),
            newest: AtomicPtr::new(first),
            turn: Mutex::new(()),
            freed: AtomicUsize::new(0),
        }
    }

    #[inline]
    fn newest(&self) -> &Index<B> {
        // SAFETY: D2; there is one from the start.
        unsafe { &*self.newest.load(Ordering::Acquire) }
    }

    /// A bucket, if its chunk has been made.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<&B> {
        self.get_at_hand(index).or_else(|| self.get_by_canonical(index))
    }

    /// A bucket, if its chunk has been made and somebody has looked for it by [`Self::get`] since
    /// the newest index came.
    #[inline]
    pub(crate) fn get_at_hand(&self, index: usize) -> Option<&B> {
        let number = index / Self::CHUNK_LEN;
        // In this order, and neither waits for the other: D3.
        let len = self.front_len.load(Ordering::Acquire);
        let front = self.front.load(Ordering::Acquire);
        if number >= len {
            return None;
        }
        // SAFETY: D3: there are so many pointers, and D2: they stay.
        let chunk = unsafe { &*front.add(number) }.load(Ordering::Acquire);
        if chunk.is_null() {
            return None;
        }
        // SAFETY: D1.
        Some(unsafe { &*chunk.add(index % Self::CHUNK_LEN) })
    }

    /// A bucket, if its chunk has been made; the newest index has its pointer afterwards.
    #[cold]
    #[inline(never)]
    fn get_by_canonical(&self, index: usize) -> Option<&B> {
        let (newest, number) = (self.newest(), index / Self::CHUNK_LEN);
        let copy = newest.pointers.get(number)?;
        let chunk = newest.canonical(number).load(Ordering::Acquire);
        if chunk.is_null() {
            return None;
        }
        // Whoever else does this stores the same.
        copy.store(chunk, Ordering::Release);
        // SAFETY: D1.
        Some(unsafe { &*chunk.add(index % Self::CHUNK_LEN) })
    }

    /// Puts an index in front that has room for so many chunks.
    #[cold]
    fn lengthen(&self, chunk_count: usize) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut len = self.front_len.load(Ordering::Acquire);
        while len < chunk_count {
            len *= 2;
            // The pointer itself and not one made of a reference: the index is freed by it.
            let longer = Index::make(len, self.newest.load(Ordering::Acquire));
            self.newest.store(longer, Ordering::Release);
            self.front.store(self.newest().first_pointer(), Ordering::Release);
            self.front_len.store(len, Ordering::Release);
        }
    }

    /// Frees up to `count` chunks with their buckets, and tells whether all are free now.
    ///
    /// # Safety
    ///
    /// Nobody has a reference to a bucket, nor gets one any more.
    pub(crate) unsafe fn free_some(&self, count: usize) -> bool {
        let newest = self.newest();
        let len = newest.pointers.len();
        let begin = self.freed.load(Ordering::Relaxed);
        let end = begin.saturating_add(count).min(len);
        // Counted first: if a destructor panics, the rest of these is leaked.
        self.freed.store(end, Ordering::Relaxed);
        for number in begin..end {
            let chunk = newest.canonical(number).swap(ptr::null_mut(), Ordering::AcqRel);
            if !chunk.is_null() {
                // SAFETY: D1; each chunk once, as the count goes up.
                unsafe { drop_slice(chunk, Self::CHUNK_LEN) };
            }
        }
        end == len
    }
}

impl<B: Default> Chunks<B> {
    /// A bucket, with its chunk made if need be: all of it with default values.
    pub(crate) fn get_or_make(&self, index: usize) -> &B {
        if let Some(bucket) = self.get(index) {
            return bucket;
        }
        let number = index / Self::CHUNK_LEN;
        if number >= self.front_len.load(Ordering::Acquire) {
            self.lengthen(number + 1);
        }
        let chunk: Box<[B]> = (0..Self::CHUNK_LEN).map(|_| B::default()).collect();
        let chunk = Box::into_raw(chunk).cast::<B>();
        let (success, failure) = (Ordering::AcqRel, Ordering::Acquire);
        let place = self.newest().canonical(number);
        if place.compare_exchange(ptr::null_mut(), chunk, success, failure).is_err() {
            // SAFETY: it is the box of above, which nobody has seen.
            unsafe { drop_slice(chunk, Self::CHUNK_LEN) };
        }
        self.get(index).expect("its chunk is there")
    }
}

impl<B> Drop for Chunks<B> {
    fn drop(&mut self) {
        // SAFETY: nobody can refer to a bucket, since nobody refers to the array.
        unsafe { self.free_some(usize::MAX) };
        let mut index = self.newest.load(Ordering::Relaxed);
        while !index.is_null() {
            // SAFETY: D2; each is in front of one other only.
            index = unsafe { Box::from_raw(index) }.older;
        }
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::Chunks;
    use std::cell::Cell;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use testkit::Random;

    #[test]
    fn buckets_stay_where_they_are_while_the_array_grows() {
        let chunks: Chunks<AtomicUsize> = Chunks::with_room(1);
        let first = chunks.get_or_make(0);
        first.store(7, Relaxed);
        let mut random = Random::new(1);
        let mut order: Vec<usize> = (1..5000).collect();
        // Not in order: chunks are made on both sides of what an index of that time can hold.
        for n in (1..order.len()).rev() {
            order.swap(n, random.below(n + 1));
        }
        for &index in &order {
            chunks.get_or_make(index).store(index, Relaxed);
        }
        assert_eq!(first.load(Relaxed), 7);
        assert!(order.iter().all(|&index| chunks.get(index).unwrap().load(Relaxed) == index));
    }

    #[test]
    fn what_was_not_made_is_not_there() {
        let chunks: Chunks<AtomicUsize> = Chunks::with_room(1);
        assert!(chunks.get(0).is_none());
        let len = Chunks::<AtomicUsize>::CHUNK_LEN;
        chunks.get_or_make(100 * len);
        assert!(chunks.get(100 * len).is_some());
        assert!(chunks.get(99 * len).is_none() && chunks.get(usize::MAX).is_none());
    }

    #[test]
    fn threads_that_make_the_same_buckets_get_the_same() {
        let chunks: Chunks<AtomicUsize> = Chunks::with_room(1);
        std::thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| {
                    for index in 0..2000 {
                        chunks.get_or_make(index).fetch_add(1, Relaxed);
                    }
                });
            }
        });
        assert!((0..2000).all(|index| chunks.get(index).unwrap().load(Relaxed) == 4));
    }

    #[test]
    fn every_bucket_is_dropped_once_at_one_go_or_step_by_step() {
        thread_local!(static COUNT: Cell<i32> = const { Cell::new(0) });
        struct Counted(u64);
        impl Default for Counted {
            fn default() -> Self {
                COUNT.set(COUNT.get() + 1);
                Self(7)
            }
        }
        impl Drop for Counted {
            fn drop(&mut self) {
                COUNT.set(COUNT.get() - i32::from(self.0 == 7));
            }
        }
        for steps in [0, 1, 5] {
            let chunks: Chunks<Counted> = Chunks::with_room(1);
            for index in 0..500 {
                chunks.get_or_make(index);
            }
            assert!(COUNT.get() >= 500);
            for _ in 0..steps {
                // SAFETY: nobody has a reference to a bucket.
                assert!(!unsafe { chunks.free_some(1) });
            }
            drop(chunks);
            assert_eq!(COUNT.get(), 0);
        }
    }
}
