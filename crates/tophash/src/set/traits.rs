//! The traits of std that a set has.

use core::fmt::{self, Debug};
use core::hash::{BuildHasher, Hash};

use super::HashSet;
use crate::DefaultHashBuilder;
use crate::alloc::Allocator;
use crate::hash_map::HashMap;

impl<T, S, A> Clone for HashSet<T, S, A>
where
    T: Clone,
    S: Clone,
    A: Allocator + Clone,
{
    /// A copy with the same buckets, in nearly the same order. O(buckets); nothing is hashed.
    fn clone(&self) -> Self {
        Self { map: self.map.clone() }
    }

    /// Reuses this set's buckets if there are as many as in `source`.
    fn clone_from(&mut self, source: &Self) {
        self.map.clone_from(&source.map);
    }
}

impl<T, S, A> Default for HashSet<T, S, A>
where
    S: Default,
    A: Allocator + Default,
{
    /// An empty set, without memory.
    #[inline]
    fn default() -> Self {
        Self { map: HashMap::default() }
    }
}

impl<T, S, A> PartialEq for HashSet<T, S, A>
where
    T: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// Whether both sets have the same values. O(buckets).
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.is_subset(other)
    }
}

impl<T, S, A> Eq for HashSet<T, S, A>
where
    T: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
}

impl<T, S, A> Debug for HashSet<T, S, A>
where
    T: Debug,
    A: Allocator,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<T, S, A: Allocator> From<HashMap<T, (), S, A>> for HashSet<T, S, A> {
    /// The set of a map's keys. O(1).
    ///
    /// ```
    /// use tophash::{HashMap, HashSet};
    ///
    /// let set = HashSet::from(HashMap::from([("alice", ())]));
    /// assert!(set.contains("alice"));
    /// ```
    #[inline]
    fn from(map: HashMap<T, (), S, A>) -> Self {
        Self { map }
    }
}

impl<T, S, A> FromIterator<T> for HashSet<T, S, A>
where
    T: Eq + Hash,
    S: BuildHasher + Default,
    A: Allocator + Default,
{
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut set = Self::default();
        set.extend(values);
        set
    }
}

// Hashbrown's is for every allocator, so that `HashSet::from([1, 2])` leaves open which, and code
// written for std does not compile.
impl<T, const N: usize> From<[T; N]> for HashSet<T, DefaultHashBuilder>
where
    T: Eq + Hash,
{
    /// A set of the values of an array.
    ///
    /// ```
    /// use tophash::HashSet;
    ///
    /// let set = HashSet::from(["alice", "bob"]);
    /// let same: HashSet<_> = ["bob", "alice", "bob"].into();
    /// assert_eq!(set, same);
    /// ```
    fn from(values: [T; N]) -> Self {
        values.into_iter().collect()
    }
}

impl<T, S, A> Extend<T> for HashSet<T, S, A>
where
    T: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// Inserts all values. If the iterator says how many they are, makes room for all of them in an
    /// empty set, and for half of them in one that has values, since some may be equal.
    ///
    /// In a set of more than 4 to 8 MiB up to sixteen values wait for their memory before they are
    /// inserted, and as many before them for their text, if they are texts or bytes. If the
    /// iterator panics meanwhile, or a `Hash`, an `Eq` or a `Drop`, those are dropped.
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        self.map.extend(values.into_iter().map(|value| (value, ())));
    }
}

impl<'a, T, S, A> Extend<&'a T> for HashSet<T, S, A>
where
    T: Eq + Hash + Copy,
    S: BuildHasher,
    A: Allocator,
{
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, values: I) {
        self.extend(values.into_iter().copied());
    }
}
