//! Several entries at once, to be changed.

use core::hash::{BuildHasher, Hash};

use super::HashMap;
use crate::Equivalent;
use crate::alloc::Allocator;

impl<K, V, S, A> HashMap<K, V, S, A>
where
    K: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    fn hashes_of<Q, const N: usize>(&self, keys: &[&Q; N]) -> [u64; N]
    where
        Q: Hash + ?Sized,
    {
        keys.map(|key| self.hash_of(key))
    }

    /// The values of `keys`, to be changed all at once; `None` for those that are not there. O(N²)
    /// comparisons of places, besides the look-ups.
    ///
    /// # Panics
    ///
    /// If two of the keys are the same entry's.
    ///
    /// ```
    /// let mut ages = tophash::HashMap::from([("alice", 30), ("bob", 25)]);
    /// let [Some(alice), Some(bob), None] = ages.get_disjoint_mut(["alice", "bob", "eve"]) else {
    ///     unreachable!()
    /// };
    /// std::mem::swap(alice, bob);
    /// assert_eq!(ages["alice"], 25);
    /// ```
    #[track_caller]
    pub fn get_disjoint_mut<Q, const N: usize>(&mut self, keys: [&Q; N]) -> [Option<&'_ mut V>; N]
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.get_disjoint_key_value_mut(keys).map(|entry| entry.map(|(_, value)| value))
    }

    /// The entries of `keys`, their values to be changed all at once.
    ///
    /// # Panics
    ///
    /// If two of the keys are the same entry's.
    ///
    /// ```
    /// let mut ages = tophash::HashMap::from([("alice", 30)]);
    /// let [alice, eve] = ages.get_disjoint_key_value_mut(["alice", "eve"]);
    /// assert_eq!(alice, Some((&"alice", &mut 30)));
    /// assert_eq!(eve, None);
    /// ```
    #[track_caller]
    pub fn get_disjoint_key_value_mut<Q, const N: usize>(
        &mut self,
        keys: [&Q; N],
    ) -> [Option<(&'_ K, &'_ mut V)>; N]
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hashes = self.hashes_of(&keys);
        self.table
            .get_disjoint_mut(hashes, |place, key| keys[place].equivalent(key))
            .map(|entry| entry.map(|(key, value)| (&*key, value)))
    }

    /// As [`HashMap::get_disjoint_mut`], without looking whether two of the keys are one.
    ///
    /// # Safety
    ///
    /// No two of the keys are the same entry's: that would make two exclusive references to one
    /// value.
    ///
    /// ```
    /// let mut ages = tophash::HashMap::from([("alice", 30), ("bob", 25)]);
    /// // SAFETY: the keys differ.
    /// let [alice, bob] = unsafe { ages.get_disjoint_unchecked_mut(["alice", "bob"]) };
    /// std::mem::swap(alice.unwrap(), bob.unwrap());
    /// assert_eq!(ages["bob"], 30);
    /// ```
    #[expect(unsafe_code, reason = "unsafe by std's contract")]
    pub unsafe fn get_disjoint_unchecked_mut<Q, const N: usize>(
        &mut self,
        keys: [&Q; N],
    ) -> [Option<&'_ mut V>; N]
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { self.get_disjoint_key_value_unchecked_mut(keys) }
            .map(|entry| entry.map(|(_, value)| value))
    }

    /// As [`HashMap::get_disjoint_key_value_mut`], without looking whether two of the keys are one.
    ///
    /// # Safety
    ///
    /// As for [`HashMap::get_disjoint_unchecked_mut`].
    ///
    /// ```
    /// let mut ages = tophash::HashMap::from([("alice", 30)]);
    /// // SAFETY: there is only one key.
    /// let [alice] = unsafe { ages.get_disjoint_key_value_unchecked_mut(["alice"]) };
    /// assert_eq!(alice, Some((&"alice", &mut 30)));
    /// ```
    #[expect(unsafe_code, reason = "unsafe by hashbrown's contract")]
    pub unsafe fn get_disjoint_key_value_unchecked_mut<Q, const N: usize>(
        &mut self,
        keys: [&Q; N],
    ) -> [Option<(&'_ K, &'_ mut V)>; N]
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hashes = self.hashes_of(&keys);
        // SAFETY: equal keys are one entry's; the caller says that there are none.
        unsafe {
            self.table.get_disjoint_unchecked_mut(hashes, |place, key| keys[place].equivalent(key))
        }
        .map(|entry| entry.map(|(key, value)| (&*key, value)))
    }
}
