//! One thread: symbols and texts belong together, whatever the hashes.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher};

use testkit::hashers::{Constant, Fnv1a, Identity, LowBitsOnly, Truncated};
use testkit::{Random, silently};

use crate::interner::text::Sought;
use crate::{Interner, Symbol};

fn check<S: BuildHasher>(state: S, text_end: usize, count: usize) {
    let interner = Interner::with_hasher(state);
    let mut model: BTreeMap<String, Symbol> = BTreeMap::new();
    let mut random = Random::new(3);
    for _ in 0..count {
        let n = random.below(text_end);
        let text = format!("{n}{}", "x".repeat(n % 50));
        assert_eq!(interner.get(&text), model.get(&text).copied());
        let symbol = interner.intern(&text);
        assert_eq!(interner.resolve(symbol), text);
        let index = model.len();
        let expected = *model.entry(text).or_insert(symbol);
        assert_eq!(symbol, expected);
        assert!(symbol.index() <= index);
        assert_eq!(interner.len(), model.len());
    }
    assert_eq!(interner.text_bytes(), model.keys().map(String::len).sum::<usize>());
    let mut listed: Vec<(Symbol, &str)> = model.iter().map(|(text, &s)| (s, &**text)).collect();
    listed.sort_unstable();
    assert!(interner.iter().eq(listed));
}

#[test]
fn symbols_agree_with_the_model() {
    check(tophash::RandomState::new(), 20_000, 40_000);
    check(Fnv1a, 2000, 5000);
}

#[test]
fn symbols_agree_with_the_model_when_hashes_are_bad() {
    check(Constant, 100, 500);
    check(Truncated(3), 300, 1000);
    check(Identity, 1000, 3000);
    check(LowBitsOnly, 300, 1000);
}

#[test]
fn symbols_count_from_zero_without_gaps() {
    let interner = Interner::new();
    for n in 0..1000 {
        assert_eq!(interner.intern(&n.to_string()).index(), n);
        assert_eq!(interner.intern("0").index(), 0);
    }
}

#[test]
fn empty_long_and_similar_texts_are_texts() {
    let interner = Interner::new();
    let texts =
        ["", "a", "aa", "\0", "\0\0", "é", &"x".repeat(1 << 20), &"x".repeat((1 << 20) - 1)];
    let symbols = texts.map(|text| interner.intern(text));
    for (text, symbol) in texts.into_iter().zip(symbols) {
        assert_eq!(interner.resolve(symbol), text);
        assert_eq!(interner.intern(text), symbol);
    }
    assert_eq!(interner.len(), texts.len());
}

#[test]
fn texts_stay_where_they_are_while_the_interner_grows() {
    let interner = Interner::new();
    let first = interner.resolve(interner.intern("first"));
    let address = first.as_ptr();
    for n in 0..50_000 {
        interner.intern(&format!("{n}"));
    }
    assert_eq!(first, "first");
    assert_eq!(interner.resolve(interner.intern("first")).as_ptr(), address);
}

#[test]
fn a_symbol_of_another_interner_is_refused_and_harms_nothing() {
    let (one, other) = (Interner::new(), Interner::new());
    for n in 0..100 {
        one.intern(&n.to_string());
    }
    other.intern("alone");
    for symbol in one.iter().map(|(symbol, _)| symbol).skip(1) {
        assert_eq!(other.try_resolve(symbol), None);
        assert!(silently(|| other.resolve(symbol)).is_err());
    }
    let last = Symbol::from_index(Symbol::COUNT_MAX - 1).unwrap();
    assert_eq!(other.try_resolve(last), None);
    assert_eq!(Symbol::from_index(Symbol::COUNT_MAX), None);
}

// With the tiny buckets of the stress configuration it takes more.
#[test]
#[cfg(not(stress))]
fn a_text_takes_at_most_40_bytes_above_its_own() {
    let interner = Interner::new();
    for n in 0..400_000_usize {
        interner.intern(&format!("text number {n}"));
        // From 1000 on, at every size: also just after something has grown.
        if n > 1000 && n % 97 == 0 {
            let above = interner.allocation_size() - interner.text_bytes();
            // The newest chunk of texts is partly free; it is at most 256 KiB.
            let chunk = (interner.text_bytes() * 2).min(1 << 18);
            assert!(above <= 40 * interner.len() + chunk, "{above} at {n}");
        }
    }
    let above = interner.allocation_size() - interner.text_bytes();
    assert!(above <= 40 * interner.len(), "{above}");
}

#[test]
#[cfg(not(stress))]
fn longer_texts_take_no_more_above_their_own() {
    // Longer than an eighth of the first chunk, shorter than one of the largest. The last chunk may
    // be empty, and at its end each lacks less than an eighth of its bytes: a part of the texts.
    for (len, count) in [(128, 40_000), (200, 40_000), (1000, 20_000)] {
        let interner = Interner::new();
        for n in 0..count {
            interner.intern(&format!("{n:0len$}"));
        }
        let above = interner.allocation_size() - interner.text_bytes();
        let ends = interner.text_bytes() / 128;
        assert!(above <= 40 * count + ends + (1 << 18), "{above} for {count} of {len} bytes");
    }
}

#[test]
fn texts_that_were_chosen_to_collide_get_an_index_of_their_own_hash() {
    // Texts that the first index puts into one bucket, as long as it has at most 4096 of them.
    let state = tophash::RandomState::new();
    let collides = |text: &String| Sought::new(text).hash(&state).trailing_zeros() >= 12;
    let chosen = (0_u64..).map(|n| format!("{n}")).filter(collides);
    let interner = Interner::new();
    let mut before = Vec::new();
    for text in chosen.take(300) {
        let symbol = interner.intern(&text);
        before.push((text, symbol));
    }
    assert!(interner.is_flooded());
    for (n, (text, symbol)) in before.iter().enumerate() {
        assert_eq!((interner.get(text), symbol.index()), (Some(*symbol), n));
        assert_eq!(interner.intern(text), *symbol);
    }
    assert_eq!(interner.get("not there"), None);
}

#[test]
#[cfg(not(stress))]
fn a_state_of_the_users_own_is_never_replaced_and_chance_is_no_flood() {
    let interner = Interner::with_hasher(Constant);
    for n in 0..200 {
        interner.intern(&n.to_string());
    }
    assert!((0..200).all(|n| interner.get(&n.to_string()).unwrap().index() == n));
    assert!(!interner.is_flooded());
    let interner: Interner = (0..100_000).map(|n| n.to_string()).collect();
    assert!(!interner.is_flooded());
}

/// A state whose hasher panics at one text.
struct Panicking;

struct PanickingHasher(u64);

impl Hasher for PanickingHasher {
    fn write(&mut self, bytes: &[u8]) {
        assert_ne!(bytes, b"bad", "no hash");
        self.0 += bytes.len() as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl BuildHasher for Panicking {
    type Hasher = PanickingHasher;

    fn build_hasher(&self) -> PanickingHasher {
        PanickingHasher(0)
    }
}

#[test]
fn a_hasher_that_panics_leaves_no_lock_and_no_text() {
    let interner = Interner::with_hasher(Panicking);
    interner.intern("good");
    assert!(silently(|| interner.intern("bad")).is_err());
    assert!(silently(|| interner.get("bad")).is_err());
    assert_eq!((interner.len(), interner.intern("good").index()), (1, 0));
    assert_eq!(interner.intern("better").index(), 1);
}
