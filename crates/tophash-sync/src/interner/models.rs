//! Every interleaving of two or three threads at an interner, by loom.
//!
//! A bucket has one word here, so that every second text splits a chain or hangs a bucket on one.

use crate::atomics::turns;
use loom::thread;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

use super::{Interner, Symbol};

/// A text's hash is its first digit, where the index looks for it.
#[derive(Clone, Copy, Default)]
struct Digits;

struct Digit(u64);

impl Hasher for Digit {
    fn write(&mut self, bytes: &[u8]) {
        // The inverse of the odd number that the interner multiplies by, so that the digit comes
        // out in the upper half.
        const INVERSE: u64 = inverse(0x9e37_79b9_7f4a_7c15);
        self.0 = (u64::from(bytes[0] - b'0') << 32).wrapping_mul(INVERSE);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The inverse of an odd number by Newton's method, which doubles the right bits.
const fn inverse(odd: u64) -> u64 {
    let mut x = odd;
    let mut step = 0;
    while step < 6 {
        x = x.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(x)));
        step += 1;
    }
    x
}

impl BuildHasher for Digits {
    type Hasher = Digit;
    fn build_hasher(&self) -> Digit {
        Digit(0)
    }
}

fn explore(threads: [&'static [&'static str]; 2], before: &'static [&'static str]) {
    turns::explore(3, true, move || {
        let interner = Arc::new(Interner::with_hasher(Digits));
        for text in before {
            interner.intern(text);
        }
        let handles = threads.map(|texts| {
            let interner = Arc::clone(&interner);
            thread::spawn(move || {
                texts
                    .iter()
                    .map(|text| {
                        let symbol = interner.intern(text);
                        assert_eq!(interner.resolve(symbol), *text);
                        symbol
                    })
                    .collect::<Vec<Symbol>>()
            })
        });
        let symbols = handles.map(|handle| handle.join().unwrap());
        for (texts, symbols) in threads.iter().zip(&symbols) {
            for (text, &symbol) in texts.iter().zip(symbols) {
                assert_eq!(interner.get(text), Some(symbol), "one symbol for each text");
            }
        }
        for (n, text) in before.iter().enumerate() {
            assert_eq!(interner.get(text).map(Symbol::index), Some(n));
        }
    });
}

#[test]
fn two_threads_that_bring_the_same_text_get_one_symbol() {
    explore([&["0"], &["0"]], &[]);
}

#[test]
fn a_text_is_found_while_its_bucket_is_split() {
    // The second text splits bucket 0 and moves "1"; the other thread looks for what is moved.
    explore([&["2"], &["1"]], &["1"]);
}

#[test]
fn a_text_is_found_while_its_chain_loses_overflow_buckets() {
    // All three lie in bucket 0 or behind it until it is split.
    explore([&["3"], &["2", "1"]], &["0", "2", "1"]);
}

#[test]
fn a_reader_sees_a_text_or_none_and_never_half_of_one() {
    loom::model(|| {
        let interner = Arc::new(Interner::with_hasher(Digits));
        let writer = {
            let interner = Arc::clone(&interner);
            thread::spawn(move || interner.intern("1 and more"))
        };
        if let Some(symbol) = Symbol::from_index(0) {
            let seen = interner.try_resolve(symbol);
            assert!(seen.is_none_or(|text| text == "1 and more"));
        }
        let symbol = writer.join().unwrap();
        assert_eq!(interner.resolve(symbol), "1 and more");
    });
}
