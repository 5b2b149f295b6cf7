//! A `Hash` or an `Eq` that lies may lose entries. It causes neither undefined behaviour nor loops
//! without end, and everything is dropped once.

use testkit::hashers::Lying;
use testkit::keys::{Census, Lie, LyingEq};

use crate::HashMap;

#[test]
fn a_hash_that_changes_its_mind_loses_entries_and_nothing_else() {
    let census = Census::new();
    let mut map = HashMap::with_hasher(Lying::default());
    for n in 0..3000_u64 {
        map.insert(n, census.track(n));
        if n % 3 == 0 {
            map.remove(&(n / 2));
        }
    }
    map.table.check(None);
    map.shrink_to_fit();
    map.table.check(None);
    map.retain(|key, _| key % 2 == 0);
    assert_eq!(map.iter().count(), map.len());
    let copy = map.clone();
    copy.table.check(None);
    drop(copy);
    while map.pop().is_some() {}
    assert!(map.is_empty());
    drop(map);
    census.assert_all_dropped();
}

#[test]
fn an_eq_that_lies_loses_entries_and_nothing_else() {
    for lie in [Lie::Never, Lie::Always, Lie::random(3)] {
        let census = Census::new();
        let mut map: HashMap<LyingEq, _> = HashMap::new();
        for n in 0..2000 {
            map.insert(LyingEq::new(n % 300, &lie), census.track(n));
            map.remove(&LyingEq::new(n % 7, &lie));
        }
        map.table.check(None);
        assert_eq!(map.len(), census.live_count());
        let len = map.len();
        assert_eq!(map.drain().count(), len);
        drop(map);
        census.assert_all_dropped();
    }
}
