//! Several threads at one interner.

use std::hash::BuildHasher;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use testkit::hashers::{Constant, Truncated};

use crate::{Interner, Symbol};

#[test]
fn racing_threads_get_the_same_symbol_for_the_same_text() {
    fn check<S: BuildHasher + Sync>(interner: &Interner<S>, count: usize) {
        let start = Barrier::new(4);
        let lists: Vec<Vec<Symbol>> = thread::scope(|threads| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    threads.spawn(|| {
                        start.wait();
                        (0..count).map(|n| interner.intern(&n.to_string())).collect()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(lists.iter().all(|list| *list == lists[0]));
        assert_eq!(interner.len(), count);
    }
    check(&Interner::new(), 20_000);
    check(&Interner::with_hasher(Truncated(4)), 500);
    check(&Interner::with_hasher(Constant), 200);
}

#[test]
fn a_symbol_can_be_resolved_by_whoever_gets_it() {
    fn check<S: BuildHasher + Sync>(interner: &Interner<S>, count: u32) {
        // The newest symbol, handed on by nothing but a relaxed number: what makes its text
        // readable is the interner's own doing.
        let newest = AtomicU32::new(0);
        let is_done = AtomicBool::new(false);
        thread::scope(|threads| {
            for _ in 0..2 {
                threads.spawn(|| {
                    while !is_done.load(Ordering::Relaxed) {
                        let count = newest.load(Ordering::Relaxed) as usize;
                        let Some(index) = count.checked_sub(1) else { continue };
                        let symbol = Symbol::from_index(index).unwrap();
                        // It was handed on without synchronisation, so it may not be seen yet; what
                        // is seen is right.
                        if let Some(text) = interner.try_resolve(symbol) {
                            assert_eq!(text, index.to_string());
                        }
                    }
                });
            }
            for n in 0..count {
                let symbol = interner.intern(&n.to_string());
                newest.store(u32::try_from(symbol.index()).unwrap() + 1, Ordering::Relaxed);
            }
            is_done.store(true, Ordering::Relaxed);
        });
    }
    check(&Interner::new(), 30_000);
    check(&Interner::with_hasher(Truncated(4)), 1000);
    check(&Interner::with_hasher(Constant), 500);
}

#[test]
fn texts_that_are_there_are_found_while_buckets_are_split() {
    fn check<S: BuildHasher + Sync>(interner: &Interner<S>, count: usize) {
        let old = (0..200).map(|n| format!("old {n}"));
        let old: Vec<(String, Symbol)> = old.map(|t| (t.clone(), interner.intern(&t))).collect();
        let is_done = AtomicBool::new(false);
        thread::scope(|threads| {
            for _ in 0..2 {
                threads.spawn(|| {
                    while !is_done.load(Ordering::Relaxed) {
                        for (text, symbol) in &old {
                            assert_eq!(interner.get(text), Some(*symbol));
                        }
                    }
                });
            }
            for n in 0..count {
                interner.intern(&n.to_string());
            }
            is_done.store(true, Ordering::Relaxed);
        });
    }
    check(&Interner::new(), 50_000);
    check(&Interner::with_hasher(Truncated(4)), 1000);
    check(&Interner::with_hasher(Constant), 500);
}
