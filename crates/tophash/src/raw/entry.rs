//! Handles to one place of a table: an entry that is there, or one that could be.

use core::marker::PhantomData;
use core::ptr::NonNull;

use super::RawTable;
use super::bucket::Slot;
use crate::alloc::{Allocator, Global};
use crate::hash::KeyHasher;

/// What a look-up for writing found. `T` is what the table is part of: see [`RawEntry::in_owner`].
pub(crate) enum RawEntry<'a, K, V, A: Allocator = Global, T = RawTable<K, V, A>> {
    /// The entry.
    Occupied(Occupied<'a, K, V, A, T>),
    /// No entry; the table has room for one.
    Vacant(Vacant<'a, K, V, A, T>),
}

/// An entry that is in the table.
pub(crate) struct Occupied<'a, K, V, A: Allocator = Global, T = RawTable<K, V, A>> {
    slot: Slot<K, V>,
    hash: u64,
    borrowed: Borrowed<'a, K, V, A, T>,
}

/// Room for an entry that is not in the table.
pub(crate) struct Vacant<'a, K, V, A: Allocator = Global, T = RawTable<K, V, A>> {
    hash: u64,
    borrowed: Borrowed<'a, K, V, A, T>,
}

/// A table and what it is part of, both borrowed for `'a`.
///
/// The owner cannot be used while a part of it is, so it sleeps, as a pointer, until the table is
/// given up. The table is a pointer too: a `&mut` to it that is passed by value would have to stay
/// valid until the called function returns, and [`Borrowed::into_owner`] wakes the owner before.
struct Borrowed<'a, K, V, A: Allocator, T> {
    table: NonNull<RawTable<K, V, A>>,
    owner: NonNull<T>,
    marker: PhantomData<(&'a mut RawTable<K, V, A>, &'a mut T)>,
}

// SAFETY: this is two exclusive references, of which one is used at a time.
unsafe impl<K: Send, V: Send, A: Allocator + Send, T: Send> Send for Borrowed<'_, K, V, A, T> {}
// SAFETY: a shared one gives access to what shared references give access to.
unsafe impl<K: Sync, V: Sync, A: Allocator + Sync, T: Sync> Sync for Borrowed<'_, K, V, A, T> {}

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// The place for the key with this hash that satisfies `equals`. If it is not there, makes room
    /// for it.
    #[inline]
    pub(crate) fn entry(
        &mut self,
        hash: u64,
        equals: impl FnMut(&K) -> bool,
        hasher: &impl KeyHasher<K>,
    ) -> RawEntry<'_, K, V, A> {
        if let Some(slot) = self.find(hash, equals) {
            RawEntry::Occupied(Occupied { slot, hash, borrowed: Borrowed::new(self) })
        } else {
            self.make_room(hasher);
            RawEntry::Vacant(Vacant { hash, borrowed: Borrowed::new(self) })
        }
    }

    /// The entry with this hash whose key satisfies `equals`.
    #[inline]
    pub(crate) fn occupied(
        &mut self,
        hash: u64,
        equals: impl FnMut(&K) -> bool,
    ) -> Option<Occupied<'_, K, V, A>> {
        let slot = self.find(hash, equals)?;
        Some(Occupied { slot, hash, borrowed: Borrowed::new(self) })
    }

    /// Makes room for an entry that the caller knows to be new. [`RawTable::prepare`] came before,
    /// if wanted.
    #[inline]
    pub(crate) fn vacant(&mut self, hash: u64, hasher: &impl KeyHasher<K>) -> Vacant<'_, K, V, A> {
        self.make_room(hasher);
        Vacant { hash, borrowed: Borrowed::new(self) }
    }
}

impl<'a, K, V, A: Allocator, T> RawEntry<'a, K, V, A, T> {
    /// What `look_up` finds in a table that is part of `owner`. The handle can be exchanged for the
    /// whole owner again.
    #[inline(always)]
    pub(crate) fn in_owner(
        owner: &'a mut T,
        look_up: impl for<'x> FnOnce(&'x mut T) -> RawEntry<'x, K, V, A>,
    ) -> Self {
        let mut owner = NonNull::from(owner);
        // SAFETY: the owner is borrowed exclusively for `'a`, and from here on only through what
        // `look_up` returns: it works for any `'x`, so it cannot keep another reference of that
        // lifetime.
        match look_up(unsafe { owner.as_mut() }) {
            RawEntry::Occupied(Occupied { slot, hash, borrowed }) => {
                RawEntry::Occupied(Occupied { slot, hash, borrowed: borrowed.owned_by(owner) })
            }
            RawEntry::Vacant(Vacant { hash, borrowed }) => {
                RawEntry::Vacant(Vacant { hash, borrowed: borrowed.owned_by(owner) })
            }
        }
    }
}

impl<'a, K, V, A: Allocator> Borrowed<'a, K, V, A, RawTable<K, V, A>> {
    /// A table that is its own owner.
    #[inline(always)]
    fn new(table: &'a mut RawTable<K, V, A>) -> Self {
        let table = NonNull::from(table);
        Self { table, owner: table, marker: PhantomData }
    }

    /// A table that is part of an owner, who is borrowed for `'a` and not used otherwise.
    #[inline(always)]
    fn owned_by<T>(self, owner: NonNull<T>) -> Borrowed<'a, K, V, A, T> {
        Borrowed { table: self.table, owner, marker: PhantomData }
    }
}

impl<'a, K, V, A: Allocator, T> Borrowed<'a, K, V, A, T> {
    #[inline(always)]
    fn table_mut(&mut self) -> &mut RawTable<K, V, A> {
        // SAFETY: table and owner are borrowed exclusively for `'a`, and the owner sleeps.
        unsafe { self.table.as_mut() }
    }

    #[inline(always)]
    fn into_owner(mut self) -> &'a mut T {
        // SAFETY: the owner is borrowed exclusively for `'a`, and the table is not used any more.
        unsafe { self.owner.as_mut() }
    }
}

impl<'a, K, V, A: Allocator, T> Occupied<'a, K, V, A, T> {
    /// As [`RawEntry::in_owner`], for a look-up that makes no room. Gives the owner back if it
    /// finds nothing.
    #[inline(always)]
    pub(crate) fn in_owner(
        owner: &'a mut T,
        look_up: impl for<'x> FnOnce(&'x mut T) -> Option<Occupied<'x, K, V, A>>,
    ) -> Result<Self, &'a mut T> {
        let mut owner = NonNull::from(owner);
        // SAFETY: as in `RawEntry::in_owner`; without an entry nothing borrows the owner any more.
        unsafe {
            match look_up(owner.as_mut()) {
                Some(Occupied { slot, hash, borrowed }) => {
                    Ok(Self { slot, hash, borrowed: borrowed.owned_by(owner) })
                }
                None => Err(owner.as_mut()),
            }
        }
    }

    /// The key and the value.
    #[inline]
    pub(crate) fn get(&self) -> (&K, &V) {
        // SAFETY: the slot is taken as long as this handle has the table.
        unsafe { (&*self.slot.key(), &*self.slot.value()) }
    }

    /// The key and the value, to be changed.
    #[inline]
    pub(crate) fn get_mut(&mut self) -> (&mut K, &mut V) {
        // SAFETY: as above, and the table is borrowed exclusively.
        unsafe { (&mut *self.slot.key(), &mut *self.slot.value()) }
    }

    /// The key and the value, for as long as the table was borrowed.
    #[inline]
    pub(crate) fn into_mut(self) -> (&'a mut K, &'a mut V) {
        // SAFETY: as above; the handle, which could remove the entry, is gone.
        unsafe { (&mut *self.slot.key(), &mut *self.slot.value()) }
    }

    /// Takes the entry out. What is left is the room for it.
    #[inline]
    pub(crate) fn remove(mut self) -> ((K, V), Vacant<'a, K, V, A, T>) {
        let table = self.borrowed.table_mut();
        // SAFETY: the slot is taken, and the handle that knew it is gone.
        let entry = unsafe { table.remove(self.slot) };
        table.removed();
        (entry, Vacant { hash: self.hash, borrowed: self.borrowed })
    }

    /// What the table is part of, giving the entry up.
    #[inline]
    pub(crate) fn into_owner(self) -> &'a mut T {
        self.borrowed.into_owner()
    }
}

impl<'a, K, V, A: Allocator, T> Vacant<'a, K, V, A, T> {
    /// As [`RawEntry::in_owner`], for room that is there in any case.
    #[inline(always)]
    pub(crate) fn in_owner(
        owner: &'a mut T,
        make_room: impl for<'x> FnOnce(&'x mut T) -> Vacant<'x, K, V, A>,
    ) -> Self {
        let mut owner = NonNull::from(owner);
        // SAFETY: as in `RawEntry::in_owner`.
        let Vacant { hash, borrowed } = make_room(unsafe { owner.as_mut() });
        Self { hash, borrowed: borrowed.owned_by(owner) }
    }

    /// Puts an entry there. Its hash must be that of the look-up, or it is not found again.
    #[inline]
    pub(crate) fn insert(mut self, key: K, value: V) -> Occupied<'a, K, V, A, T> {
        let slot = self.borrowed.table_mut().insert_new(self.hash, key, value);
        Occupied { slot, hash: self.hash, borrowed: self.borrowed }
    }

    /// What the table is part of, giving the room up.
    #[inline]
    pub(crate) fn into_owner(self) -> &'a mut T {
        self.borrowed.into_owner()
    }
}
