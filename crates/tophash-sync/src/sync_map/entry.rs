//! An entry: a key and a value in an allocation of their own, which never move and never change.
//!
//! A new value for a key is a new entry. So a reference to a value stays good for as long as its
//! holder is pinned, whatever is written meanwhile, and a value may have interior mutability.

use super::reclaim::Garbage;
#[cfg(any(loom, shuttle))]
use super::reclaim::watch;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

pub(super) struct Entry<K, V> {
    /// The key's hash in the table, kept so that growth runs no code of the user's. It changes
    /// only with the table (`flood.rs`).
    hash: AtomicU64,
    pub(super) key: K,
    pub(super) value: V,
}

impl<K, V> Entry<K, V> {
    #[expect(clippy::unnecessary_box_returns, reason = "it goes into the map as it is")]
    pub(super) fn new(hash: u64, key: K, value: V) -> Box<Self> {
        Box::new(Self { hash: AtomicU64::new(hash), key, value })
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

    /// The entry as something to be destroyed.
    pub(super) fn garbage(entry: *mut Self) -> Garbage {
        Garbage::new(entry.cast(), |entry| {
            #[cfg(any(loom, shuttle))]
            watch::note_death(entry.addr());
            // SAFETY: garbage is destroyed once, when nobody can reach it (M6).
            unsafe { Self::free(entry.cast()) };
            true
        })
    }

    /// # Safety
    ///
    /// The entry was published, and nobody else can reach it.
    #[cfg(not(any(loom, shuttle)))]
    unsafe fn free(entry: *mut Self) {
        // SAFETY: promised by the caller; it comes from a box.
        drop(unsafe { Box::from_raw(entry) });
    }

    /// Its memory is kept, so that no other entry gets the address: see `reclaim/watch.rs`.
    #[cfg(any(loom, shuttle))]
    unsafe fn free(entry: *mut Self) {
        // SAFETY: promised by the caller.
        unsafe { ptr::drop_in_place(entry) };
    }

    /// Whether a pointer leads to this very entry. While one is pinned no address is used twice.
    #[inline]
    pub(super) fn is(&self, other: *const Self) -> bool {
        ptr::eq(self, other)
    }
}
