//! An entry: a key and a value in an allocation of their own, which never move and never change.
//!
//! A new value for a key is a new entry. So a reference to a value stays good for as long as its
//! holder is pinned, whatever is written meanwhile, and a value may have interior mutability.

#[cfg(any(loom, shuttle))]
use super::reclaim::watch;
use super::reclaim::{Garbage, Left};
use std::alloc::Layout;
#[cfg(not(any(loom, shuttle)))]
use std::mem::needs_drop;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What readers look at comes first (where alignments are equal the compiler keeps the order): an
/// allocator that begins at odd multiples of 16 bytes then puts two words into one cache line.
pub(super) struct Entry<K, V> {
    pub(super) key: K,
    pub(super) value: V,
    /// The key's hash in the table, kept so that growth runs no code of the user's. It changes
    /// only with the table (`flood.rs`).
    hash: AtomicU64,
}

impl<K, V> Entry<K, V> {
    /// What memory an entry takes.
    pub(super) const LAYOUT: Layout = Layout::new::<Self>();

    #[expect(clippy::unnecessary_box_returns, reason = "it goes into the map as it is")]
    pub(super) fn new(hash: u64, key: K, value: V) -> Box<Self> {
        Box::new(Self { hash: AtomicU64::new(hash), key, value })
    }

    /// As [`Self::new`], in the memory of an entry of this type that was destroyed, if there is
    /// one.
    ///
    /// # Safety
    ///
    /// The memory is what [`Self::garbage`] has left, and nobody else has it.
    #[inline]
    #[expect(clippy::unnecessary_box_returns, reason = "as above")]
    pub(super) unsafe fn new_in(
        cell: Option<NonNull<()>>,
        hash: u64,
        key: K,
        value: V,
    ) -> Box<Self> {
        let Some(cell) = cell else { return Self::new(hash, key, value) };
        let entry = cell.cast::<Self>().as_ptr();
        // SAFETY: it came from a box of this type, is nobody else's, and is filled here.
        unsafe {
            entry.write(Self { hash: AtomicU64::new(hash), key, value });
            Box::from_raw(entry)
        }
    }

    #[inline]
    pub(super) fn hash(&self) -> u64 {
        self.hash.load(Relaxed)
    }

    #[inline]
    pub(super) fn set_hash(&self, hash: u64) {
        self.hash.store(hash, Relaxed);
    }

    /// The entry that a pointer leads to.
    ///
    /// # Safety
    ///
    /// It is not freed during `'a`: it was found in a slot, or is in one, and one is pinned or
    /// holds the lock (M1).
    #[inline]
    pub(super) unsafe fn at<'a>(entry: *const Self) -> &'a Self {
        #[cfg(any(loom, shuttle))]
        watch::check_alive(entry.addr());
        // SAFETY: promised by the caller.
        unsafe { &*entry }
    }

    /// A pointer to the entry, which others may find from now on.
    pub(super) fn publish(entry: Box<Self>) -> *mut Self {
        let entry = Box::into_raw(entry);
        #[cfg(any(loom, shuttle))]
        watch::note_birth(entry.addr());
        entry
    }

    /// The entry as something to be destroyed, of which the memory is left.
    #[cfg(not(any(loom, shuttle)))]
    #[inline]
    pub(super) fn garbage(entry: *mut Self) -> Garbage {
        if !needs_drop::<(K, V)>() {
            return Garbage::cell(entry);
        }
        Garbage::new(entry, |entry| {
            // SAFETY: garbage is destroyed once, when nobody can reach it (M6).
            unsafe { ptr::drop_in_place(entry.cast::<Self>()) };
            Left::Cell
        })
    }

    /// The same for models. The memory is kept, so that no other entry gets the address: see
    /// `reclaim/watch.rs`.
    #[cfg(any(loom, shuttle))]
    pub(super) fn garbage(entry: *mut Self) -> Garbage {
        Garbage::new(entry, |entry| {
            watch::note_death(entry.addr());
            // SAFETY: as above.
            unsafe { ptr::drop_in_place(entry.cast::<Self>()) };
            Left::Nothing
        })
    }

    /// Whether a pointer leads to this very entry. While one is pinned no address is used twice.
    #[inline]
    pub(super) fn is(&self, other: *const Self) -> bool {
        ptr::eq(self, other)
    }
}
