//! Go's map, as Go has it: for those who port Go code, or teach from it.
//!
//! A [`Map`] is one pointer: a reference to a map that its clones share, or nil. Reading gives a
//! zero value where there is no entry, `range` allows writing inside the loop, and NaN can be a
//! key. It is made of this crate's [`HashMap`], with its growth and its memory.
//!
//! | Go | here |
//! |---|---|
//! | `var m map[K]V` | `Map::<K, V>::nil()` |
//! | `m := make(map[K]V)`, `make(map[K]V, n)` | `Map::make()`, `Map::make_with(n)` |
//! | `m[k]` | `m.get(&k)` |
//! | `v, ok := m[k]` | `let (v, ok) = m.lookup(&k)` |
//! | `m[k] = v` | `m.set(k, v)` |
//! | `m[k] += n` | `m.update(k, \|v\| *v += n)` |
//! | `delete(m, k)`, `clear(m)`, `len(m)` | `m.delete(&k)`, `m.clear()`, `m.len()` |
//! | `for k, v := range m` | `for (k, v) in m.range()` |
//! | `other := m` | `let other = m.clone()`: the same map |
//! | `maps.Clone(m)`, `maps.Equal(a, b)` | `m.clone_map()`, `a.equal(&b)` |
//! | `m == nil` | `m.is_nil()` |
//!
//! What differs: a map cannot be reached from two threads (Go finds such races at run time, and
//! only some of them), which the compiler holds; and values are read as clones.
//!
//! ```compile_fail,E0277
//! let m = tophash::go::Map::make();
//! m.set("alice", 1);
//! std::thread::spawn(move || m.set("bob", 2)); // `Rc` cannot be sent between threads
//! ```

mod key;
mod range;

#[cfg(test)]
mod tests;

use alloc_crate::rc::Rc;
use alloc_crate::vec::Vec;
use core::borrow::Borrow;
use core::cell::{Ref, RefCell, RefMut};
use core::fmt::{self, Debug};

use crate::HashMap;
use crate::raw::Walker;
pub use key::{Comparable, Key, Plain, Salt};
use key::{Sought, Stored};
pub use range::Range;

/// A reference to a map, or nil: Go's `map[K]V`.
///
/// # Panics
///
/// Every method panics when it is called by the map's own user code: the `Comparable` of a key, the
/// `Clone` or `Drop` of a key or value, or the function given to [`Map::update`].
///
/// # Examples
///
/// ```
/// use tophash::go::Map;
///
/// let ages = Map::make();
/// ages.set("alice", 30);
/// ages.set("bob", 25);
///
/// assert_eq!(ages.get("alice"), 30);
/// assert_eq!(ages.get("zoe"), 0); // the zero value
/// assert_eq!(ages.lookup("zoe"), (0, false));
///
/// let same = ages.clone(); // a map is a reference
/// same.delete("bob");
/// assert_eq!(ages.len(), 1);
///
/// for (name, age) in ages.range() {
///     ages.set("charlie", age + 5); // writing inside the loop
///     ages.delete(name);
/// }
/// ```
pub struct Map<K: Key, V> {
    inner: Option<Rc<RefCell<Inner<K, V>>>>,
}

struct Inner<K: Key, V> {
    map: HashMap<Stored<K>, V>,
    /// One for each range under way, and which range it belongs to.
    walkers: Vec<Walker>,
    ids: Vec<u64>,
    /// Numbers for ranges and for NaN keys.
    counter: u64,
}

impl<K: Key, V> Inner<K, V> {
    fn new() -> Self {
        Self { map: HashMap::new(), walkers: Vec::new(), ids: Vec::new(), counter: 0 }
    }
}

impl<K: Key, V> Map<K, V> {
    /// The nil map: it has no entries and cannot be written to. It is also the default.
    ///
    /// ```
    /// use tophash::go::Map;
    ///
    /// let m: Map<&str, i32> = Map::nil();
    /// assert_eq!((m.get("alice"), m.len()), (0, 0));
    /// m.delete("alice"); // does nothing
    /// ```
    #[must_use]
    pub const fn nil() -> Self {
        Self { inner: None }
    }

    /// A new empty map. It takes memory for entries with the first one.
    #[must_use]
    pub fn make() -> Self {
        Self { inner: Some(Rc::new(RefCell::new(Inner::new()))) }
    }

    /// A new empty map with room for `hint` entries. As in Go a hint that is negative, or larger
    /// than the memory, is none. O(hint).
    ///
    /// ```
    /// let m = tophash::go::Map::make_with(1000);
    /// m.set("alice", 30);
    /// let harmless = tophash::go::Map::make_with(-1);
    /// harmless.set("alice", 30);
    /// ```
    #[must_use]
    pub fn make_with(hint: isize) -> Self {
        let map = Self::make();
        if let (Ok(hint), Some(mut inner)) = (usize::try_from(hint), map.write()) {
            // Refused: then it grows as it is filled.
            let _ = inner.map.try_reserve(hint);
        }
        map
    }

    /// Whether this is the nil map.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.inner.is_none()
    }

    /// Whether both are references to one map, or both nil.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.inner, &other.inner) {
            (Some(one), Some(two)) => Rc::ptr_eq(one, two),
            (None, None) => true,
            _ => false,
        }
    }

    /// The entries. 0 for the nil map.
    #[must_use]
    pub fn len(&self) -> usize {
        self.read().map_or(0, |inner| inner.map.len())
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value under `key`, or the zero value: `m[k]`. O(1), and a clone.
    #[must_use]
    pub fn get<Q>(&self, key: &Q) -> V
    where
        K: Borrow<Q>,
        Q: Comparable + ?Sized,
        V: Clone + Default,
    {
        self.lookup(key).0
    }

    /// The value under `key` and whether there is one: `v, ok := m[k]`. O(1), and a clone.
    #[must_use]
    pub fn lookup<Q>(&self, key: &Q) -> (V, bool)
    where
        K: Borrow<Q>,
        Q: Comparable + ?Sized,
        V: Clone + Default,
    {
        let value = self.read().and_then(|inner| inner.map.get(&Sought(key)).cloned());
        value.map_or_else(|| (V::default(), false), |value| (value, true))
    }

    /// Whether there is an entry with `key`: `_, ok := m[k]`. O(1).
    #[must_use]
    pub fn contains<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Comparable + ?Sized,
    {
        self.read().is_some_and(|inner| inner.map.contains_key(&Sought(key)))
    }

    /// Puts `value` under `key`: `m[k] = v`. O(1), with the bounds of [`HashMap::insert`].
    ///
    /// The key is stored again if it was there: of +0 and -0, which are one key, the last written
    /// one is kept. A NaN is a new entry each time.
    ///
    /// # Panics
    ///
    /// If the map is nil.
    ///
    /// ```should_panic
    /// let m = tophash::go::Map::nil();
    /// m.set("alice", 30); // assignment to entry in nil map
    /// ```
    #[track_caller]
    pub fn set(&self, key: K, value: V) {
        // What was there is dropped after the borrow has ended: its `Drop` may use the map.
        let _old = self.replace(key, value);
    }

    #[track_caller]
    fn replace(&self, key: K, value: V) -> Option<(K, V)> {
        let mut inner = self.write_or_panic();
        let Inner { map, walkers, counter, .. } = &mut *inner;
        let stored = Stored::new(key, counter);
        map.prepare_walked(walkers);
        let hash = map.hash_of(&stored);
        if let Some((old_key, old)) = map.entry_mut(hash, &stored) {
            let old_key = core::mem::replace(old_key, stored).key;
            return Some((old_key, core::mem::replace(old, value)));
        }
        map.add_walked(walkers, hash, stored, value);
        None
    }

    /// Changes the value under `key` in place; if there is none, the zero value becomes it first:
    /// `m[k] += n`, `m[k] = append(m[k], x)`. O(1).
    ///
    /// If `change` panics and there was no entry, there is none afterwards.
    ///
    /// # Panics
    ///
    /// If the map is nil, or `change` uses it.
    ///
    /// ```
    /// let groups = tophash::go::Map::make();
    /// for word in ["alice", "bob", "anna"] {
    ///     groups.update(word.as_bytes()[0], |names: &mut Vec<&str>| names.push(word));
    /// }
    /// assert_eq!(groups.get(&b'a'), ["alice", "anna"]);
    /// ```
    #[track_caller]
    pub fn update(&self, key: K, change: impl FnOnce(&mut V))
    where
        V: Default,
    {
        let mut inner = self.write_or_panic();
        let Inner { map, walkers, counter, .. } = &mut *inner;
        let stored = Stored::new(key, counter);
        map.prepare_walked(walkers);
        let hash = map.hash_of(&stored);
        if let Some((_, value)) = map.entry_mut(hash, &stored) {
            change(value);
        } else {
            let mut value = V::default();
            change(&mut value);
            map.add_walked(walkers, hash, stored, value);
        }
    }

    /// Removes the entry with `key`, if there is one: `delete(m, k)`. O(1), with the bounds of
    /// [`HashMap::remove`].
    pub fn delete<Q>(&self, key: &Q)
    where
        K: Borrow<Q>,
        Q: Comparable + ?Sized,
    {
        let _entry = self.write().and_then(|mut inner| {
            let Inner { map, walkers, .. } = &mut *inner;
            map.remove_walked(walkers, &Sought(key))
        });
    }

    /// Removes all entries, those with NaN keys too, and ends the ranges under way: `clear(m)`.
    /// O(buckets). The map keeps its memory.
    pub fn clear(&self) {
        if let Some(mut inner) = self.write() {
            let Inner { map, walkers, .. } = &mut *inner;
            map.clear_walked(walkers);
        }
    }

    /// The entries, as clones, in an order that is another each time; the map can be written to
    /// inside the loop: `for k, v := range m`.
    ///
    /// An entry that is removed before it is reached is not produced, one that is added may or may
    /// not be, and none is produced twice. Ranges may be nested. See
    /// [`hash_map::Walk`](crate::hash_map::Walk).
    #[must_use]
    pub fn range(&self) -> Range<K, V>
    where
        K: Clone,
        V: Clone,
    {
        Range::new(self)
    }

    /// A new map with clones of the entries: `maps.Clone(m)`. Nil for nil. O(buckets).
    ///
    /// ```
    /// let m = tophash::go::Map::make();
    /// m.set("alice", 30);
    /// let copy = m.clone_map();
    /// copy.set("alice", 31);
    /// assert_eq!(m.get("alice"), 30);
    /// ```
    #[must_use]
    pub fn clone_map(&self) -> Self
    where
        V: Clone,
    {
        let Some(inner) = self.read() else { return Self::nil() };
        let copy = Inner { map: inner.map.clone(), counter: inner.counter, ..Inner::new() };
        Self { inner: Some(Rc::new(RefCell::new(copy))) }
    }

    /// Whether both have the same entries: `maps.Equal(a, b)`. A map with a NaN is not even equal
    /// to itself. O(buckets).
    #[must_use]
    pub fn equal(&self, other: &Self) -> bool
    where
        V: PartialEq,
    {
        match (self.read(), other.read()) {
            (Some(one), Some(two)) => {
                one.map.len() == two.map.len()
                    && one.map.iter().all(|(key, value)| two.map.get(key) == Some(value))
            }
            (None, None) => true,
            (Some(inner), None) | (None, Some(inner)) => inner.map.is_empty(),
        }
    }

    /// Panics unless all invariants hold and each entry lies where its hash says. O(n).
    #[cfg(any(test, verify))]
    #[doc(hidden)]
    pub fn check(&self) {
        if let Some(inner) = self.read() {
            inner.map.check();
        }
    }

    fn read(&self) -> Option<Ref<'_, Inner<K, V>>> {
        let inner = self.inner.as_ref()?;
        Some(inner.try_borrow().expect(USED_BY_ITS_OWN))
    }

    fn write(&self) -> Option<RefMut<'_, Inner<K, V>>> {
        let inner = self.inner.as_ref()?;
        Some(inner.try_borrow_mut().expect(USED_BY_ITS_OWN))
    }

    #[track_caller]
    fn write_or_panic(&self) -> RefMut<'_, Inner<K, V>> {
        match self.write() {
            Some(inner) => inner,
            // The words of Go's run time.
            None => panic!("assignment to entry in nil map"),
        }
    }
}

/// What a panic says when the map is reached from inside itself.
const USED_BY_ITS_OWN: &str = "the map is used by a key, a value or a function of its own";

impl<K: Key, V> Clone for Map<K, V> {
    /// Another reference to the same map. For a copy, see [`Map::clone_map`].
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<K: Key, V> Default for Map<K, V> {
    /// The nil map: Go's zero value.
    fn default() -> Self {
        Self::nil()
    }
}

impl<K: Key, V> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let map = Self::make();
        entries.into_iter().for_each(|(key, value)| map.set(key, value));
        map
    }
}

impl<K: Key, V, const N: usize> From<[(K, V); N]> for Map<K, V> {
    /// A map literal.
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K: Key + Debug, V: Debug> Debug for Map<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(inner) = self.read() else { return f.write_str("nil") };
        f.debug_map().entries(inner.map.iter().map(|(key, value)| (&key.key, value))).finish()
    }
}
