//! A counter in stripes, so that threads which count do not write to one cache line.

use crate::atomics::{AtomicIsize, Ordering};
use crossbeam_utils::CachePadded;

/// Stripes: threads beyond as many share them.
const STRIPE_COUNT: usize = if cfg!(any(loom, shuttle)) { 1 } else { 8 };

pub(crate) struct Counter {
    stripes: [CachePadded<AtomicIsize>; STRIPE_COUNT],
}

impl Counter {
    pub(crate) fn new() -> Self {
        Self { stripes: [(); STRIPE_COUNT].map(|()| CachePadded::new(AtomicIsize::new(0))) }
    }

    #[inline]
    pub(crate) fn add(&self, change: isize) {
        self.stripes[stripe()].fetch_add(change, Ordering::Relaxed);
    }

    /// The sum. While others count it is one that was right if some of them had been faster or
    /// slower; never negative.
    pub(crate) fn sum(&self) -> usize {
        let sum: isize = self.stripes.iter().map(|stripe| stripe.load(Ordering::Relaxed)).sum();
        usize::try_from(sum).unwrap_or(0)
    }
}

/// This thread's stripe: threads get them in turn.
#[cfg(not(any(loom, shuttle)))]
#[inline]
fn stripe() -> usize {
    use std::cell::Cell;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        /// Not drawn yet if it is no stripe.
        static OWN: Cell<usize> = const { Cell::new(STRIPE_COUNT) };
    }
    OWN.with(|own| {
        if own.get() == STRIPE_COUNT {
            own.set(NEXT.fetch_add(1, Relaxed) % STRIPE_COUNT);
        }
        own.get()
    })
}

#[cfg(any(loom, shuttle))]
fn stripe() -> usize {
    0
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::Counter;

    #[test]
    fn what_threads_count_adds_up() {
        let counter = Counter::new();
        std::thread::scope(|threads| {
            for _ in 0..20 {
                threads.spawn(|| (0..100).for_each(|n| counter.add(if n < 70 { 1 } else { -1 })));
            }
        });
        assert_eq!(counter.sum(), 20 * 40);
        counter.add(-1000);
        assert_eq!(counter.sum(), 0, "never negative");
    }
}
