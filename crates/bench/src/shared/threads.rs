//! Threads that begin together, and the time until the last is done.

use std::fs;
use std::hint;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

/// Turns of waiting before the processor is given to another thread.
const SPINS_MAX: usize = 1000;

/// How long a measurement took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    /// Seconds from the first thread's beginning to the last one's end.
    pub(super) seconds: f64,
    /// Which part of that the threads, on average, could have run but had no processor.
    pub(super) waited: f64,
}

/// A measurement counts as disturbed if its threads waited for a processor for a larger part.
const WAITED_MAX: f64 = 0.05;

/// How often a disturbed measurement is done again.
const RETRIES_MAX: usize = 4;

/// The seconds of a measurement during which threads had a processor: of several if need be, and
/// if all are disturbed, of the one that is the least.
///
/// Two threads that share one processor, because another process has the other, never meet: that
/// would say nothing about a map between threads.
pub(super) fn undisturbed(mut measure: impl FnMut() -> Timing) -> f64 {
    let mut best = measure();
    for _ in 0..RETRIES_MAX {
        if best.waited <= WAITED_MAX {
            break;
        }
        let again = measure();
        if again.waited < best.waited {
            best = again;
        }
    }
    best.seconds
}

/// Lets each thread do its work, which is told the thread's number.
pub(super) fn run(threads: usize, work: impl Fn(usize) + Sync) -> Timing {
    let start = Start::new(threads);
    let spans: Vec<(Instant, Instant, f64)> = thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|thread| {
                let (start, work) = (&start, &work);
                scope.spawn(move || {
                    start.wait();
                    let waited = waited_seconds();
                    // Each thread looks at the clock itself: one that waited for all of them would
                    // be woken late, and count too little.
                    let begin = Instant::now();
                    work(thread);
                    let end = Instant::now();
                    (begin, end, waited_seconds() - waited)
                })
            })
            .collect();
        handles.into_iter().map(|handle| handle.join().expect("nothing panics")).collect()
    });
    let begin = spans.iter().map(|span| span.0).min().expect("there is a thread");
    let end = spans.iter().map(|span| span.1).max().expect("there is a thread");
    let seconds = end.duration_since(begin).as_secs_f64();
    let waited = spans.iter().map(|span| span.2).sum::<f64>() / threads as f64;
    Timing { seconds, waited: waited / seconds }
}

/// How long this thread has waited for a processor so far; 0 where the system does not say.
fn waited_seconds() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let waited = text.split(' ').nth(1).and_then(|ns| ns.parse::<f64>().ok());
    waited.unwrap_or(0.0) / 1e9
}

/// Where threads wait for each other: asleep until all are there, then awake, so that they leave
/// within a microsecond.
pub(super) struct Start {
    asleep: Barrier,
    awake: AtomicUsize,
    threads: usize,
}

impl Start {
    pub(super) fn new(threads: usize) -> Self {
        Self { asleep: Barrier::new(threads), awake: AtomicUsize::new(0), threads }
    }

    /// Waits for all; once.
    pub(super) fn wait(&self) {
        self.asleep.wait();
        self.awake.fetch_add(1, Ordering::AcqRel);
        let mut spins = 0;
        while self.awake.load(Ordering::Acquire) < self.threads {
            spins += 1;
            if spins < SPINS_MAX {
                hint::spin_loop();
            } else {
                thread::yield_now();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thread_works_once() {
        let sum = AtomicUsize::new(0);
        let timing = run(3, |thread| {
            sum.fetch_add(1 << (8 * thread), Ordering::Relaxed);
        });
        assert!(timing.seconds > 0.0);
        assert_eq!(sum.into_inner(), 0x01_01_01);
    }

    #[test]
    fn a_disturbed_measurement_is_done_again_and_the_calmest_counts() {
        let of = |waited: &[f64]| {
            let mut times = 0;
            let seconds = undisturbed(|| {
                times += 1;
                Timing { seconds: times as f64, waited: waited[times - 1] }
            });
            (seconds, times)
        };
        assert_eq!(of(&[0.01]), (1.0, 1));
        assert_eq!(of(&[0.5, 0.04]), (2.0, 2));
        assert_eq!(of(&[0.5, 0.4, 0.2, 0.3, 0.6]), (3.0, 1 + RETRIES_MAX));
    }
}
