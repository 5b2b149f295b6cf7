//! What a growth asks of a table's types: to hash keys, and to divide the entries of a bucket.
//!
//! All else that a growth does moves bytes. So it is compiled once for all maps, and not for each
//! kind of map (docs/decisions/0009, 0031).

use core::marker::PhantomData;
use core::ptr::NonNull;

use super::bucket::Bucket;
use super::content::{AskForContent, ask_for_keys, has_content};
use super::divide::divide;
use super::tophash::Word;
use crate::hash::KeyHasher;

/// The types of a table and its hash function, for code that knows neither.
///
/// # Safety
///
/// `divide` returns words that say what it has written and no more; `divide` and `hash` change
/// nothing of a table if they panic; what `asks_for_keys` returns suits the types.
pub(super) unsafe trait Rehash {
    /// The hash of a key. User code.
    ///
    /// # Safety
    ///
    /// There is a key of the table's type.
    unsafe fn hash(&self, key: NonNull<u8>) -> u64;

    /// See [`divide`](super::divide::divide).
    ///
    /// # Safety
    ///
    /// As there.
    unsafe fn divide(&self, from: Bucket, half: u32, to: [NonNull<u8>; 2]) -> Option<[Word; 2]>;

    /// What asks for what a bucket's keys keep elsewhere, if it is known where that begins.
    fn asks_for_keys(&self) -> Option<AskForContent>;
}

/// A hash function, and the types of the table that it is for.
pub(super) struct OfTypes<'a, K, V, H> {
    pub(super) hasher: &'a H,
    marker: PhantomData<(*const K, *const V)>,
}

impl<'a, K, V, H: KeyHasher<K>> OfTypes<'a, K, V, H> {
    #[inline(always)]
    pub(super) fn new(hasher: &'a H) -> Self {
        Self { hasher, marker: PhantomData }
    }
}

// SAFETY: see `divide`; the hasher has references to keys, and no more; `K` and `V` are the types.
unsafe impl<K, V, H: KeyHasher<K>> Rehash for OfTypes<'_, K, V, H> {
    unsafe fn hash(&self, key: NonNull<u8>) -> u64 {
        // SAFETY: as the caller says.
        self.hasher.hash(unsafe { key.cast().as_ref() })
    }

    unsafe fn divide(&self, from: Bucket, half: u32, to: [NonNull<u8>; 2]) -> Option<[Word; 2]> {
        // SAFETY: as the caller says.
        unsafe { divide(self, from, half, to) }
    }

    fn asks_for_keys(&self) -> Option<AskForContent> {
        has_content::<K>().then_some(ask_for_keys::<K, V>)
    }
}
