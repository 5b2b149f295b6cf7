//! Threads that start together, and what is tested with them of several maps.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::channel;
use std::thread;

pub(crate) const THREAD_COUNT: u32 = 4;

/// Runs a closure in [`THREAD_COUNT`] threads, which start together, and returns what each
/// returned.
pub(crate) fn in_threads<R: Send>(action: impl Fn(u32) -> R + Sync) -> Vec<R> {
    let barrier = Barrier::new(THREAD_COUNT as usize);
    thread::scope(|threads| {
        let handles = (0..THREAD_COUNT).map(|thread| {
            let (action, barrier) = (&action, &barrier);
            threads.spawn(move || {
                barrier.wait();
                action(thread)
            })
        });
        let handles: Vec<_> = handles.collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    })
}

/// A use of a map that calls the given closure within one of its own.
pub(crate) type Blocked<M> = fn(&M, &dyn Fn());

/// Has another thread call `blocked` with a closure to be called within; does `meanwhile`, before
/// which that closure was called, and until the end of which it does not return.
pub(crate) fn while_blocked<M: Sync>(
    map: &M,
    blocked: impl FnOnce(&M, &dyn Fn()) + Send,
    meanwhile: impl FnOnce(),
) {
    let (is_inside, when_inside) = channel();
    let (release, when_released) = channel::<()>();
    thread::scope(|threads| {
        threads.spawn(move || {
            blocked(map, &|| {
                // More than once for a visitor, which nobody waits for.
                let _ = is_inside.send(());
                // An error is the release: then the other end is gone, by a panic perhaps.
                assert!(when_released.recv().is_err());
            });
        });
        let _release = release;
        when_inside.recv().expect("the closure is called");
        meanwhile();
    });
}

/// Has all threads ask a map for the same absent keys, whose values are twice the keys: each is
/// made once.
pub(crate) fn assert_made_once(
    key_count: u32,
    get_or_insert_with: impl Fn(u32, &dyn Fn() -> u32) -> u32 + Sync,
) {
    let made = AtomicU32::new(0);
    in_threads(|_| {
        for key in 0..key_count {
            let value = get_or_insert_with(key, &|| {
                made.fetch_add(1, Ordering::Relaxed);
                thread::yield_now();
                key * 2
            });
            assert_eq!(value, key * 2);
        }
    });
    assert_eq!(made.into_inner(), key_count);
}
