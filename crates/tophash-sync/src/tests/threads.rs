//! Threads that start together.

use std::sync::Barrier;

pub(crate) const THREAD_COUNT: u32 = 4;

/// Runs a closure in [`THREAD_COUNT`] threads, which start together, and returns what each
/// returned.
pub(crate) fn in_threads<R: Send>(action: impl Fn(u32) -> R + Sync) -> Vec<R> {
    let barrier = Barrier::new(THREAD_COUNT as usize);
    std::thread::scope(|threads| {
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
