//! An iterator over all entries.

use super::SyncMap;
use super::entry::Entry;
use super::flood::Walking;
use super::range::Walk;
use super::reclaim::{Pin, Reclaim};
use super::reference::Ref;
use std::fmt::{self, Debug, Formatter};
use std::rc::Rc;
use std::{iter::FusedIterator, mem, vec};

/// All entries of a [`SyncMap`], by the rules of [`SyncMap::range`].
///
/// It holds no lock, and keeps what is removed meanwhile from being dropped: see [`Ref`].
pub struct Iter<'a, K, V, S> {
    map: &'a SyncMap<K, V, S>,
    _walking: Walking<'a>,
    walk: Walk<K, V>,
    /// The rest of a bucket, and the pin under which it was read.
    rest: vec::IntoIter<*const Entry<K, V>>,
    pin: Option<Rc<Pin<'a>>>,
}

impl<K, V, S> SyncMap<K, V, S> {
    /// An iterator over all entries, as references that hold no lock. Its rules are those of
    /// [`range`](Self::range). O(entries + buckets) for all.
    ///
    /// ```
    /// use tophash_sync::SyncMap;
    ///
    /// let map = SyncMap::from([("alice", 30), ("bob", 25)]);
    /// let oldest = map.iter().max_by_key(|entry| **entry).unwrap();
    /// assert_eq!(oldest.key(), &"alice");
    /// ```
    pub fn iter(&self) -> Iter<'_, K, V, S> {
        let (walk, rest) = (Walk::new(), Vec::new().into_iter());
        Iter { map: self, _walking: self.floods.walk(), walk, rest, pin: None }
    }
}

impl<'a, K, V, S> Iterator for Iter<'a, K, V, S> {
    type Item = Ref<'a, K, V>;

    fn next(&mut self) -> Option<Ref<'a, K, V>> {
        loop {
            if let (Some(entry), Some(pin)) = (self.rest.next(), &self.pin) {
                // SAFETY: it was in its slot under this pin (M1), which the reference shares.
                return Some(unsafe { Ref::shared(entry, Rc::clone(pin)) });
            }
            self.pin = None;
            let pin = self.map.memory.pin();
            if !self.walk.step(self.map, &pin) {
                return None;
            }
            self.rest = mem::take(&mut self.walk.entries).into_iter();
            self.pin = Some(Rc::new(pin));
        }
    }
}

impl<K, V, S> FusedIterator for Iter<'_, K, V, S> {}

impl<'a, K, V, S> IntoIterator for &'a SyncMap<K, V, S> {
    type Item = Ref<'a, K, V>;
    type IntoIter = Iter<'a, K, V, S>;

    fn into_iter(self) -> Iter<'a, K, V, S> {
        self.iter()
    }
}

impl<K, V, S> Debug for Iter<'_, K, V, S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").finish_non_exhaustive()
    }
}
