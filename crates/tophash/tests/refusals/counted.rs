//! Entries that are counted, and the maps of them that the operations are done to.

use std::cell::Cell;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::atomic::{AtomicIsize, Ordering};

use tophash::HashMap;

pub(crate) static LIVE_COUNT: AtomicIsize = AtomicIsize::new(0);

/// A key or value that counts how many there are, without memory of its own, and that notices when
/// it is dropped twice.
#[derive(Debug)]
pub(crate) struct Counted {
    pub(crate) id: u64,
    is_alive: Cell<bool>,
}

pub(crate) fn counted(id: u64) -> Counted {
    LIVE_COUNT.fetch_add(1, Ordering::Relaxed);
    Counted { id, is_alive: Cell::new(true) }
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        counted(self.id)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        assert!(self.is_alive.replace(false), "{} was dropped twice", self.id);
        LIVE_COUNT.fetch_sub(1, Ordering::Relaxed);
    }
}

impl PartialEq for Counted {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Counted {}

impl Hash for Counted {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.id);
    }
}

pub(crate) type Map<S> = HashMap<Counted, Counted, S>;

pub(crate) fn filled<S: BuildHasher + Default>(count: u64) -> Map<S> {
    let mut map = HashMap::with_seed_and_hasher(1, S::default());
    insert(&mut map, 0, count);
    map
}

pub(crate) fn insert<S: BuildHasher>(map: &mut Map<S>, from: u64, to: u64) {
    for id in from..to {
        map.insert(counted(id), counted(id));
    }
}

/// Main buckets of a full block of pairs of so many bytes: as many as 64 KiB have room for, and a
/// power of two of them.
pub(crate) const fn block_len(pair_bytes: usize) -> usize {
    1 << (64 * 1024_usize / (16 + 8 * pair_bytes)).ilog2()
}

/// Whether it has more than one block: then the second one is among what it has taken.
pub(crate) fn has_blocks<S: BuildHasher>(map: &Map<S>) -> bool {
    map.stats().buckets > block_len(size_of::<(Counted, Counted)>())
}

pub(crate) fn assert_holds<S: BuildHasher>(map: &Map<S>, from: u64, to: u64) {
    #[cfg(verify)]
    map.check();
    assert_eq!(map.len() as u64, to - from);
    assert!((from..to).all(|id| map.get(&counted(id)).is_some_and(|value| value.id == id)));
    assert_eq!(map.iter().count() as u64, to - from);
}

/// With memory again, the map grows, shrinks and is emptied like any other.
pub(crate) fn go_on<S: BuildHasher>(mut map: Map<S>, count: u64) -> bool {
    insert(&mut map, count, count + 300);
    while map.is_growing() && map.grow_step(10) {}
    assert_holds(&map, 0, count + 300);
    for id in 0..count {
        assert!(map.remove(&counted(id)).is_some());
    }
    map.shrink_to_fit();
    assert_holds(&map, count, count + 300);
    true
}
