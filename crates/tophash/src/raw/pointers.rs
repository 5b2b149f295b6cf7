//! Visiting every entry by pointer, for those who say themselves what is shared and what is not.

use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::ptr::NonNull;

use super::iterate::Iter;
use super::runs::RawIter;
use super::{Header, RawTable};
use crate::alloc::Allocator;

/// Pointers to the keys of a table that is borrowed exclusively. It is covariant in `K` and `V`:
/// to write through the pointers is unsafe. To read is not, by [`Pointers::iter`], so it goes to
/// other threads just when shared references do.
pub(crate) struct Pointers<'a, K, V> {
    slots: RawIter<K, V>,
    marker: PhantomData<&'a (K, V)>,
}

impl<K, V> Pointers<'_, K, V> {
    /// The entries yet to come, shared.
    pub(crate) fn iter(&self) -> Iter<'_, K, V> {
        Iter { slots: self.slots.clone(), marker: PhantomData }
    }
}

impl<K, V> Default for Pointers<'_, K, V> {
    #[inline]
    fn default() -> Self {
        Self { slots: RawIter::new(&Header::empty()), marker: PhantomData }
    }
}

impl<K, V> Iterator for Pointers<'_, K, V> {
    type Item = NonNull<K>;

    #[inline(always)]
    fn next(&mut self) -> Option<NonNull<K>> {
        let slot = self.slots.next()?;
        // SAFETY: a slot's address is not null.
        Some(unsafe { NonNull::new_unchecked(slot.key()) })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.slots.size_hint()
    }

    #[inline]
    fn fold<B, F>(self, init: B, mut f: F) -> B
    where
        F: FnMut(B, Self::Item) -> B,
    {
        // SAFETY: as in `next`.
        self.slots.fold(init, |b, slot| f(b, unsafe { NonNull::new_unchecked(slot.key()) }))
    }
}

impl<K, V> ExactSizeIterator for Pointers<'_, K, V> {}
impl<K, V> FusedIterator for Pointers<'_, K, V> {}

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// Pointers to the keys.
    #[inline]
    pub(crate) fn pointers(&mut self) -> Pointers<'_, K, V> {
        Pointers { slots: self.slots(), marker: PhantomData }
    }
}
