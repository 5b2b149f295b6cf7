//! The interner that forgets.

use std::collections::HashSet;
use std::sync::Barrier;
use std::thread;

use crate::WeakInterner;

#[test]
fn an_entry_goes_with_its_last_handle_and_comes_back() {
    let interner = WeakInterner::new();
    for _ in 0..3 {
        let one = interner.intern("red");
        let other = one.clone();
        drop(one);
        assert_eq!((interner.len(), interner.get("red").as_deref()), (1, Some("red")));
        drop(other);
        assert_eq!(interner.len(), 0);
        assert!(interner.get("red").is_none());
    }
}

#[test]
fn equal_texts_share_one_allocation_and_others_do_not() {
    let interner = WeakInterner::new();
    let handles: Vec<_> = (0..1000).map(|n| interner.intern(&(n % 100).to_string())).collect();
    assert_eq!(interner.len(), 100);
    for (n, handle) in handles.iter().enumerate() {
        assert_eq!(handle, (n % 100).to_string().as_str());
        assert!(handle.shares_text_with(&handles[n % 100]));
        assert_eq!(handle, &handles[n % 100]);
    }
    assert_eq!(handles.iter().collect::<HashSet<_>>().len(), 100);
    drop(handles);
    assert!(interner.is_empty());
}

#[test]
fn memory_is_given_back_as_texts_go() {
    let interner = WeakInterner::new();
    let empty = interner.allocation_size();
    // In a shrunk world the blocks of a table are small, and the list of them is most of it.
    let divisor = if cfg!(stress) { 3 } else { 20 };
    for round in 0..3 {
        let texts = (0..20_000).map(|n| interner.intern(&n.to_string()));
        let mut handles: Vec<_> = texts.collect();
        let full = interner.allocation_size() - empty;
        handles.truncate(200);
        let left = interner.allocation_size() - empty;
        assert!(left < full / divisor, "round {round}: {left} of {full} bytes for a hundredth");
        assert!((0..200).all(|n| interner.get(&n.to_string()).is_some()));
        assert_eq!(interner.len(), 200);
    }
}

#[test]
fn a_handle_outlives_its_interner() {
    let interner = WeakInterner::new();
    let (red, clone) = (interner.intern("red"), interner.clone());
    drop(interner);
    assert!(clone.intern("red").shares_text_with(&red));
    drop(clone);
    assert_eq!(red.as_str(), "red");
}

#[test]
fn nothing_is_left_after_threads_have_taken_and_dropped_the_same_texts() {
    let interner = WeakInterner::new();
    let start = Barrier::new(4);
    thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                start.wait();
                for n in 0..20_000 {
                    let text = ["red", "green", "blue"][n % 3];
                    let handle = interner.intern(text);
                    assert_eq!(handle, text);
                    let again = interner.get(text).expect("it is held");
                    assert!(again.shares_text_with(&handle));
                }
            });
        }
    });
    assert!(interner.is_empty());
}
