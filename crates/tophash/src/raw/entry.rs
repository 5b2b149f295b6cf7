//! Handles to one place of a table: an entry that is there, or one that could be.

use super::RawTable;
use super::bucket::Slot;
use crate::alloc::{Allocator, Global};

/// What a look-up for writing found.
pub(crate) enum RawEntry<'a, K, V, A: Allocator = Global> {
    /// The entry.
    Occupied(Occupied<'a, K, V, A>),
    /// No entry; the table has room for one.
    Vacant(Vacant<'a, K, V, A>),
}

/// An entry that is in the table.
pub(crate) struct Occupied<'a, K, V, A: Allocator = Global> {
    table: &'a mut RawTable<K, V, A>,
    slot: Slot<K, V>,
    hash: u64,
}

/// Room for an entry that is not in the table.
pub(crate) struct Vacant<'a, K, V, A: Allocator = Global> {
    table: &'a mut RawTable<K, V, A>,
    hash: u64,
}

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// The place for the key with this hash that satisfies `equals`. If it is not there, makes room
    /// for it.
    #[inline]
    pub(crate) fn entry(
        &mut self,
        hash: u64,
        equals: impl FnMut(&K) -> bool,
        hasher: impl Fn(&K) -> u64,
    ) -> RawEntry<'_, K, V, A> {
        if let Some(slot) = self.find(hash, equals) {
            RawEntry::Occupied(Occupied { table: self, slot, hash })
        } else {
            self.make_room(hasher);
            RawEntry::Vacant(Vacant { table: self, hash })
        }
    }

    /// The entry with this hash whose key satisfies `equals`, or the table back.
    #[inline]
    pub(crate) fn occupied(
        &mut self,
        hash: u64,
        equals: impl FnMut(&K) -> bool,
    ) -> Result<Occupied<'_, K, V, A>, &mut Self> {
        match self.find(hash, equals) {
            Some(slot) => Ok(Occupied { table: self, slot, hash }),
            None => Err(self),
        }
    }
}

impl<'a, K, V, A: Allocator> Occupied<'a, K, V, A> {
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
    pub(crate) fn remove(self) -> ((K, V), Vacant<'a, K, V, A>) {
        // SAFETY: the slot is taken, and the handle that knew it is gone.
        let entry = unsafe { self.table.remove(self.slot) };
        self.table.removed();
        (entry, Vacant { table: self.table, hash: self.hash })
    }

    /// The table, giving the entry up.
    #[inline]
    pub(crate) fn into_table(self) -> &'a mut RawTable<K, V, A> {
        self.table
    }

    /// The table that the entry is in.
    #[inline]
    pub(crate) fn table(&self) -> &RawTable<K, V, A> {
        self.table
    }
}

impl<'a, K, V, A: Allocator> Vacant<'a, K, V, A> {
    /// Puts an entry there. Its hash must be that of the look-up, or it is not found again.
    #[inline]
    pub(crate) fn insert(self, key: K, value: V) -> Occupied<'a, K, V, A> {
        let slot = self.table.insert_new(self.hash, key, value);
        Occupied { table: self.table, slot, hash: self.hash }
    }

    /// The table, giving the room up.
    #[inline]
    pub(crate) fn into_table(self) -> &'a mut RawTable<K, V, A> {
        self.table
    }

    /// The table that the entry would be in.
    #[inline]
    pub(crate) fn table(&self) -> &RawTable<K, V, A> {
        self.table
    }
}
