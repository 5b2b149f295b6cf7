//! Writing to a set while iterating over it: [`Walk`].

use core::fmt::{self, Debug};
use core::hash::{BuildHasher, Hash};

use super::HashSet;
use crate::alloc::{Allocator, Global};
use crate::{DefaultHashBuilder, Equivalent, hash_map};

/// A way through all values of a set during which the set can be written to: what
/// [`HashSet::walk`] returns. Its promises are those of [`hash_map::Walk`].
///
/// ```
/// use tophash::HashSet;
///
/// let mut set: HashSet<u32> = (0..10).collect();
/// let mut walk = set.walk();
/// while let Some(entry) = walk.next() {
///     let value = *entry.get();
///     if value < 10 {
///         walk.insert(value + 10); // may or may not be visited
///     }
/// }
/// assert_eq!(set.len(), 20);
/// ```
pub struct Walk<'a, T, S = DefaultHashBuilder, A: Allocator = Global> {
    inner: hash_map::Walk<'a, T, (), S, A>,
}

/// The value that a [`Walk`] has come to.
pub struct WalkEntry<'w, T, S = DefaultHashBuilder, A: Allocator = Global> {
    inner: hash_map::WalkEntry<'w, T, (), S, A>,
}

impl<T, S, A> HashSet<T, S, A>
where
    T: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// A way through all values during which the set can be read, inserted into, removed from and
    /// cleared. See [`Walk`]; it costs what [`HashMap::walk`](crate::HashMap::walk) does.
    ///
    /// ```
    /// let mut set = tophash::HashSet::from([1, 2, 3]);
    /// let mut walk = set.walk();
    /// while let Some(entry) = walk.next() {
    ///     if entry.get() % 2 == 1 {
    ///         entry.remove();
    ///     }
    /// }
    /// assert_eq!(set.len(), 1);
    /// ```
    pub fn walk(&mut self) -> Walk<'_, T, S, A> {
        Walk { inner: self.map.walk() }
    }
}

impl<T, S, A> Walk<'_, T, S, A>
where
    T: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// Goes to the next value; `None` at the end, and from then on.
    #[expect(clippy::should_implement_trait, reason = "an entry borrows the walk, so it cannot")]
    pub fn next(&mut self) -> Option<WalkEntry<'_, T, S, A>> {
        Some(WalkEntry { inner: self.inner.next()? })
    }

    /// Whether the set has this value. As [`HashSet::contains`].
    #[must_use]
    pub fn contains<Q>(&self, value: &Q) -> bool
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.inner.contains_key(value)
    }

    /// The values of the set, visited or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.len()
    }

    /// Whether the set has no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    /// Adds a value; false if it was there. As [`HashSet::insert`], and with its bounds. A new
    /// value may or may not be visited.
    pub fn insert(&mut self, value: T) -> bool {
        self.inner.insert(value, ()).is_none()
    }

    /// Removes a value, and says whether it was there. If it was not visited yet, it will not be.
    pub fn remove<Q>(&mut self, value: &Q) -> bool
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.inner.remove(value).is_some()
    }

    /// Takes out a value. As [`Self::remove`], and returns the stored one.
    pub fn take<Q>(&mut self, value: &Q) -> Option<T>
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        Some(self.inner.remove_entry(value)?.0)
    }

    /// Removes all values, which ends the walk. As [`HashSet::clear`].
    pub fn clear(&mut self) {
        self.inner.clear();
    }

    /// Splits up to `steps` buckets of a growth under way, as [`HashSet::grow_step`].
    pub fn grow_step(&mut self, steps: usize) -> bool {
        self.inner.grow_step(steps)
    }

    /// Merges up to `steps` buckets, as [`HashSet::shrink_step`], but none that would mix visited
    /// values with others. True if the set could be made smaller still.
    pub fn shrink_step(&mut self, steps: usize) -> bool {
        self.inner.shrink_step(steps)
    }
}

impl<T, S, A: Allocator> WalkEntry<'_, T, S, A> {
    /// The value.
    #[must_use]
    pub fn get(&self) -> &T {
        self.inner.key()
    }

    /// Takes the value out of the set.
    pub fn remove(self) -> T {
        self.inner.remove().0
    }
}

impl<T: Debug, S, A: Allocator> Debug for Walk<'_, T, S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Walk").field(&self.inner).finish()
    }
}

impl<T: Debug, S, A: Allocator> Debug for WalkEntry<'_, T, S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WalkEntry").field(self.get()).finish()
    }
}
