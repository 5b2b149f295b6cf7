//! The bounded interner at its bounds.

use crate::BoundedInterner;
use crate::interner::Full;

#[test]
fn the_last_text_that_fits_is_taken_and_the_next_is_refused() {
    let interner = BoundedInterner::new(100, usize::MAX);
    for n in 0..100 {
        assert_eq!(interner.intern(&n.to_string()).map(crate::Symbol::index), Ok(n));
    }
    assert_eq!(interner.intern("100"), Err(Full::Texts { max: 100 }));
    assert_eq!((interner.len(), interner.get("100")), (100, None));
    assert_eq!(interner.intern("7").map(crate::Symbol::index), Ok(7), "what is there is found");
}

#[test]
fn bytes_are_bounded_to_the_last_one() {
    let interner = BoundedInterner::new(usize::MAX, 10);
    assert!(interner.intern("12345").is_ok());
    assert_eq!(interner.intern("123456"), Err(Full::Bytes { max: 10 }));
    assert!(interner.intern("54321").is_ok());
    assert_eq!(interner.intern("x"), Err(Full::Bytes { max: 10 }));
    assert!(interner.intern("").is_ok(), "it takes none");
    assert_eq!((interner.text_bytes(), interner.len()), (10, 3));
}

#[test]
fn what_is_refused_takes_no_memory() {
    let interner = BoundedInterner::new(1, 1000);
    assert!(interner.intern("one").is_ok());
    let before = interner.allocation_size();
    for n in 0..1000 {
        assert!(interner.intern(&n.to_string()).is_err());
    }
    assert_eq!(interner.allocation_size(), before);
}

#[test]
fn threads_together_do_not_exceed_the_bound() {
    let interner = BoundedInterner::new(500, usize::MAX);
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                for n in 0..1000 {
                    if let Ok(symbol) = interner.intern(&n.to_string()) {
                        assert_eq!(interner.resolve(symbol), n.to_string());
                    }
                }
            });
        }
    });
    assert_eq!(interner.len(), 500);
}
