//! How much garbage a `SyncMap` keeps: in a process of its own, as pins of other tests keep it too.

use tophash_sync::SyncMap;

type Map = SyncMap<u64, u64>;
type Texts = SyncMap<u64, String>;

/// Writes of each kind: some make garbage and need memory, some do one of the two.
fn write(map: &Map, texts: &Texts, count: u64) {
    for n in 0..count {
        map.store(n % 10, n);
        map.store(n + 10, n);
        map.delete(&(n + 10));
        texts.store(n % 10, n.to_string());
        texts.update(&(n % 10), |text| format!("{text}!"));
    }
}

#[test]
fn garbage_has_a_maximum_while_nobody_stays_pinned_and_goes_back_to_it() {
    let (map, texts) = (Map::new(), Texts::new());
    let assert_bounded = || {
        assert!(map.garbage_len() <= Map::GARBAGE_MAX, "{}", map.garbage_len());
        assert!(texts.garbage_len() <= Texts::GARBAGE_MAX, "{}", texts.garbage_len());
    };
    for _ in 0..200 {
        write(&map, &texts, 500);
        assert_bounded();
    }
    // Only what makes garbage, and needs no memory.
    (0..100_000).for_each(|n| map.store(n, n));
    for n in 0..100_000 {
        map.delete(&n);
        assert_bounded();
    }
    map.store(0, 7);
    let kept = map.get(&0).expect("it was stored");
    write(&map, &texts, 50_000);
    assert!(map.garbage_len() > 90_000 && texts.garbage_len() > 90_000);
    assert_eq!(*kept, 7);
    drop(kept);
    write(&map, &texts, 110_000);
    assert_bounded();
}
