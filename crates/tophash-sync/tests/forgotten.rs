//! References that are forgotten, in a process of their own: their pins never end, so no map of the
//! process drops what is removed any more until it is dropped itself.
#![cfg(not(any(loom, shuttle)))]

use std::mem;
use testkit::keys::Census;
use tophash_sync::SyncMap;

#[test]
fn what_a_forgotten_reference_keeps_is_dropped_with_the_map() {
    let census = Census::new();
    let map = SyncMap::new();
    std::thread::scope(|threads| {
        threads.spawn(|| {
            map.store(1, census.track('a'));
            mem::forget(map.get(&1).unwrap());
            let mut entries = map.iter();
            mem::forget(entries.next());
            mem::forget(entries);
        });
    });
    map.store(1, census.track('b'));
    (0..1000).for_each(|_| map.store(2, census.track('c')));
    map.clear();
    (0..1000).for_each(|_| map.store(2, census.track('d')));
    assert_eq!(census.live_count(), 2002);
    assert_eq!(map.len(), 1);
    drop(map);
    census.assert_all_dropped();
}
