//! Reading and writing single entries.

use core::hash::{BuildHasher, Hash};
use core::mem;

use super::{HashMap, equals, hasher_of};
use crate::alloc::Allocator;
use crate::{DefaultHashBuilder, Equivalent};

impl<K, V> HashMap<K, V, DefaultHashBuilder> {
    /// An empty map, without memory.
    #[inline]
    pub const fn new() -> Self {
        Self {
            hash_builder: DefaultHashBuilder::new(),
            table: crate::raw::RawTable::new_in(crate::alloc::Global),
        }
    }
}

impl<K, V, S> HashMap<K, V, S> {
    /// With.
    #[inline]
    pub const fn with_hasher(hash_builder: S) -> Self {
        Self { hash_builder, table: crate::raw::RawTable::new_in(crate::alloc::Global) }
    }
    /// With.
    #[inline]
    pub fn with_capacity_and_hasher(capacity: usize, hash_builder: S) -> Self {
        Self {
            hash_builder,
            table: crate::raw::RawTable::with_capacity_in(capacity, crate::alloc::Global),
        }
    }
    /// Len.
    pub fn len(&self) -> usize {
        self.table.len()
    }
}

impl<K, V, S, A: Allocator> HashMap<K, V, S, A>
where
    K: Eq + Hash,
    S: BuildHasher,
{
    /// Get.
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        if self.table.len() == 0 {
            return None;
        }
        let hash = self.hash_of(key);
        self.table.get(hash, equals(key)).map(|(_, value)| value)
    }

    /// Insert.
    #[inline]
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.prepare();
        let hash = self.hash_of(&key);
        if let Some((_, old)) = self.table.get_mut(hash, equals(&key)) {
            return Some(mem::replace(old, value));
        }
        let hash0 = self.table.hash0();
        self.table.insert_unique(hash, key, value, hasher_of(&self.hash_builder, hash0));
        None
    }

    /// Remove.
    #[inline]
    pub fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.prepare();
        let hash = self.hash_of(key);
        self.table.remove_entry(hash, equals(key)).map(|(_, value)| value)
    }
}
