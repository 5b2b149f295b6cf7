//! `for k, v := range m`: [`Range`].

use alloc_crate::rc::Rc;
use core::cell::RefCell;
use core::fmt::{self, Debug};
use core::iter::FusedIterator;

use super::{Inner, Key, Map, USED_BY_ITS_OWN};

/// The entries of a [`Map`] while it may be written to: what [`Map::range`] returns.
///
/// Ranges may be nested. Each one under way makes every write to the map dearer by a little; a
/// range that is leaked stays under way.
///
/// ```
/// use tophash::go::Map;
///
/// let m: Map<u32, u32> = (0..100).map(|n| (n, n)).collect();
/// for (key, _) in m.range() {
///     m.delete(&(key ^ 1)); // one of each two is never produced
/// }
/// assert_eq!(m.len(), 50);
/// ```
pub struct Range<K: Key, V> {
    inner: Option<Rc<RefCell<Inner<K, V>>>>,
    id: u64,
}

impl<K: Key, V> Range<K, V> {
    pub(super) fn new(map: &Map<K, V>) -> Self {
        let id = map.write().map_or(0, |mut inner| {
            let walker = inner.map.table.walker();
            inner.counter += 1;
            let id = inner.counter;
            inner.walkers.push(walker);
            inner.ids.push(id);
            id
        });
        Self { inner: map.inner.clone(), id }
    }
}

impl<K: Key, V: Clone> Iterator for Range<K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        let mut inner = self.inner.as_ref()?.try_borrow_mut().expect(USED_BY_ITS_OWN);
        let Inner { map, walkers, ids, .. } = &mut *inner;
        let which = ids.iter().position(|id| *id == self.id)?;
        let place = map.table.walk(walkers, which)?;
        let (key, value) = map.table.walked_entry(place)?;
        Some((key.key.clone(), value.clone()))
    }
}

impl<K: Key, V: Clone> FusedIterator for Range<K, V> {}

impl<K: Key, V> Drop for Range<K, V> {
    fn drop(&mut self) {
        // Dropped by the map's own user code, it stays under way, which costs time only.
        let Some(Ok(mut inner)) = self.inner.as_ref().map(|inner| inner.try_borrow_mut()) else {
            return;
        };
        if let Some(which) = inner.ids.iter().position(|id| *id == self.id) {
            inner.ids.swap_remove(which);
            inner.walkers.swap_remove(which);
        }
    }
}

impl<K: Key, V> Debug for Range<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Range").finish_non_exhaustive()
    }
}
