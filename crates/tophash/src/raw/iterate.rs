//! Visiting every entry in the order of the buckets, without changing the table.

use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::ptr::NonNull;

use super::runs::RawIter;
use super::{Header, RawTable};
use crate::alloc::{Allocator, Global};

/// References to the entries of a table.
pub(crate) struct Iter<'a, K, V> {
    pub(super) slots: RawIter<K, V>,
    pub(super) marker: PhantomData<&'a (K, V)>,
}

impl<K, V> Clone for Iter<'_, K, V> {
    #[inline]
    fn clone(&self) -> Self {
        Self { slots: self.slots.clone(), marker: PhantomData }
    }
}

impl<K, V> Default for Iter<'_, K, V> {
    #[inline]
    fn default() -> Self {
        Self { slots: RawIter::new(&Header::empty()), marker: PhantomData }
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let slot = self.slots.next()?;
        // SAFETY: the slot is taken (R3), and the table is borrowed for `'a`.
        Some(unsafe { (&*slot.key(), &*slot.value()) })
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
        self.slots.fold(init, |b, slot| f(b, unsafe { (&*slot.key(), &*slot.value()) }))
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {}
impl<K, V> FusedIterator for Iter<'_, K, V> {}

/// Exclusive references to the entries of a table.
pub(crate) struct IterMut<'a, K, V> {
    slots: RawIter<K, V>,
    marker: PhantomData<&'a mut (K, V)>,
}

impl<K, V> IterMut<'_, K, V> {
    /// The entries yet to come, shared.
    pub(crate) fn iter(&self) -> Iter<'_, K, V> {
        Iter { slots: self.slots.clone(), marker: PhantomData }
    }
}

impl<K, V> Default for IterMut<'_, K, V> {
    #[inline]
    fn default() -> Self {
        Self { slots: RawIter::new(&Header::empty()), marker: PhantomData }
    }
}

impl<'a, K, V> Iterator for IterMut<'a, K, V> {
    type Item = (&'a mut K, &'a mut V);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let slot = self.slots.next()?;
        // SAFETY: the slot is taken (R3), is met once, and the table is borrowed for `'a`.
        Some(unsafe { (&mut *slot.key(), &mut *slot.value()) })
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
        self.slots.fold(init, |b, slot| f(b, unsafe { (&mut *slot.key(), &mut *slot.value()) }))
    }
}

impl<K, V> ExactSizeIterator for IterMut<'_, K, V> {}
impl<K, V> FusedIterator for IterMut<'_, K, V> {}

/// Shared references to the keys of a table, exclusive ones to the values. Unlike [`IterMut`] it is
/// covariant in `K`.
pub(crate) struct ValuesMut<'a, K, V> {
    slots: RawIter<K, V>,
    marker: PhantomData<(&'a K, &'a mut V)>,
}

// SAFETY: the table is borrowed exclusively, so its keys are in nobody else's hands either.
unsafe impl<K: Send, V: Send> Send for ValuesMut<'_, K, V> {}

impl<K, V> ValuesMut<'_, K, V> {
    /// The entries yet to come, shared.
    pub(crate) fn iter(&self) -> Iter<'_, K, V> {
        Iter { slots: self.slots.clone(), marker: PhantomData }
    }
}

impl<K, V> Default for ValuesMut<'_, K, V> {
    #[inline]
    fn default() -> Self {
        Self { slots: RawIter::new(&Header::empty()), marker: PhantomData }
    }
}

impl<'a, K, V> Iterator for ValuesMut<'a, K, V> {
    type Item = (&'a K, &'a mut V);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let slot = self.slots.next()?;
        // SAFETY: the slot is taken (R3), is met once, and the table is borrowed for `'a`.
        Some(unsafe { (&*slot.key(), &mut *slot.value()) })
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
        self.slots.fold(init, |b, slot| f(b, unsafe { (&*slot.key(), &mut *slot.value()) }))
    }
}

impl<K, V> ExactSizeIterator for ValuesMut<'_, K, V> {}
impl<K, V> FusedIterator for ValuesMut<'_, K, V> {}

/// The entries of a table, by value.
pub(crate) struct IntoIter<K, V, A: Allocator = Global> {
    pub(super) slots: RawIter<K, V>,
    /// Its words still show the entries that were handed out: it is released, not dropped. `None`
    /// in an iterator that never had a table, nor an allocator for one.
    table: Option<RawTable<K, V, A>>,
}

impl<K, V, A: Allocator> IntoIter<K, V, A> {
    /// The entries yet to come.
    pub(crate) fn iter(&self) -> Iter<'_, K, V> {
        Iter { slots: self.slots.clone(), marker: PhantomData }
    }
}

impl<K, V, A: Allocator> Default for IntoIter<K, V, A> {
    #[inline]
    fn default() -> Self {
        Self { slots: RawIter::new(&Header::empty()), table: None }
    }
}

impl<K, V, A: Allocator> Iterator for IntoIter<K, V, A> {
    type Item = (K, V);

    #[inline(always)]
    fn next(&mut self) -> Option<(K, V)> {
        let slot = self.slots.next()?;
        // SAFETY: the slot is taken (R3) and met once; nobody else reads it again.
        Some(unsafe { (slot.key().read(), slot.value().read()) })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.slots.size_hint()
    }
}

impl<K, V, A: Allocator> ExactSizeIterator for IntoIter<K, V, A> {}
impl<K, V, A: Allocator> FusedIterator for IntoIter<K, V, A> {}

impl<K, V, A: Allocator> Drop for IntoIter<K, V, A> {
    fn drop(&mut self) {
        struct Released<'a, K, V, A: Allocator>(&'a mut RawTable<K, V, A>);
        impl<K, V, A: Allocator> Drop for Released<'_, K, V, A> {
            fn drop(&mut self) {
                self.0.parts.release(RawTable::<K, V, A>::SHAPE);
            }
        }
        if let Some(table) = &mut self.table {
            let _released = Released(table);
            // SAFETY: `_released` forgets them.
            unsafe { drop_all(&mut self.slots) };
        }
    }
}

/// The entries of a table, by value; the table is empty afterwards and keeps its memory.
pub(crate) struct Drain<'a, K, V, A: Allocator = Global> {
    pub(super) slots: RawIter<K, V>,
    /// The drained table's header. The table itself is without memory until the drain ends, so
    /// that to forget the drain leaks the entries and harms nothing.
    header: Header,
    /// A pointer, because an exclusive reference would be invariant in `K` and `V`. The drain takes
    /// entries out and puts none in.
    table: NonNull<RawTable<K, V, A>>,
    marker: PhantomData<&'a RawTable<K, V, A>>,
}

// SAFETY: the pointers are the table and its parts, which is borrowed exclusively here.
unsafe impl<K: Send, V: Send, A: Allocator + Send> Send for Drain<'_, K, V, A> {}
// SAFETY: as above.
unsafe impl<K: Sync, V: Sync, A: Allocator + Sync> Sync for Drain<'_, K, V, A> {}

impl<K, V, A: Allocator> Drain<'_, K, V, A> {
    /// The entries yet to come.
    pub(crate) fn iter(&self) -> Iter<'_, K, V> {
        Iter { slots: self.slots.clone(), marker: PhantomData }
    }
}

impl<K, V, A: Allocator> Iterator for Drain<'_, K, V, A> {
    type Item = (K, V);

    #[inline(always)]
    fn next(&mut self) -> Option<(K, V)> {
        let slot = self.slots.next()?;
        // SAFETY: the slot is taken (R3) and met once; its entry is forgotten when the drain ends.
        Some(unsafe { (slot.key().read(), slot.value().read()) })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.slots.size_hint()
    }
}

impl<K, V, A: Allocator> ExactSizeIterator for Drain<'_, K, V, A> {}
impl<K, V, A: Allocator> FusedIterator for Drain<'_, K, V, A> {}

impl<K, V, A: Allocator> Drop for Drain<'_, K, V, A> {
    fn drop(&mut self) {
        struct Restored<'a, K, V, A: Allocator>(Header, &'a mut RawTable<K, V, A>);
        impl<K, V, A: Allocator> Drop for Restored<'_, K, V, A> {
            fn drop(&mut self) {
                *self.1.header_mut() = self.0;
                self.1.parts.forget_entries(RawTable::<K, V, A>::SHAPE);
            }
        }
        // SAFETY: the drain has borrowed the table exclusively.
        let _restored = Restored(self.header, unsafe { self.table.as_mut() });
        // SAFETY: `_restored` forgets them.
        unsafe { drop_all(&mut self.slots) };
    }
}

/// Drops the entries of the slots yet to come.
///
/// # Safety
///
/// Nobody else comes to them any more, and the caller forgets them, also if dropping one panics.
unsafe fn drop_all<K, V>(slots: &mut RawIter<K, V>) {
    if core::mem::needs_drop::<(K, V)>() {
        for slot in slots {
            // SAFETY: the slot is taken (R3) and met once; the rest is the caller's promise.
            unsafe {
                slot.key().drop_in_place();
                slot.value().drop_in_place();
            }
        }
    }
}

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// The taken slots.
    #[inline]
    pub(super) fn slots(&self) -> RawIter<K, V> {
        RawIter::new(self.header())
    }

    /// References to the entries.
    #[inline]
    pub(crate) fn iter(&self) -> Iter<'_, K, V> {
        Iter { slots: self.slots(), marker: PhantomData }
    }

    /// Exclusive references to the entries.
    #[inline]
    pub(crate) fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        IterMut { slots: self.slots(), marker: PhantomData }
    }

    /// References to the entries, exclusive for the values.
    #[inline]
    pub(crate) fn values_mut(&mut self) -> ValuesMut<'_, K, V> {
        ValuesMut { slots: self.slots(), marker: PhantomData }
    }

    /// The entries, leaving an empty table that keeps its memory.
    #[inline]
    pub(crate) fn drain(&mut self) -> Drain<'_, K, V, A> {
        let header = *self.header();
        let left = header.without_memory();
        *self.header_mut() = left;
        let table = NonNull::from(self);
        Drain { slots: RawIter::new(&header), header, table, marker: PhantomData }
    }
}

impl<K, V, A: Allocator> IntoIterator for RawTable<K, V, A> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V, A>;

    #[inline]
    fn into_iter(self) -> IntoIter<K, V, A> {
        IntoIter { slots: self.slots(), table: Some(self) }
    }
}
