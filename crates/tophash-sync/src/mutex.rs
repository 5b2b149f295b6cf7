//! A lock for short work that gives itself back with a store.
//!
//! Other locks are given back by an exchange, because who gives back must learn of sleepers in the
//! same step, and two exchanges are what an uncontended lock costs. Here who gives back stores and
//! then looks for sleepers, and who is about to sleep announces it and then looks at the lock. Of
//! the two at least one sees the other, if each passes a barrier in between; the sleeper makes
//! everybody pass one (`barrier.rs`), so that the frequent side needs none. With one thread a lock
//! and its end take 2.2 ns instead of `parking_lot`'s 4.3 (docs/decisions/0011).
//!
//! 1. Only who changed `is_locked` from false to true, or was handed the lock, has it.
//! 2. A thread sleeps in the parking lot only while it is counted in `sleepers`, and has made
//!    everybody pass a barrier since.

use crate::atomics::{AtomicBool, AtomicUsize, Ordering, spin_loop};
use crate::barrier;
use crate::parking::Spot;
use crate::patience::Patience;
use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::ptr;
use std::sync::atomic::{Ordering::SeqCst, compiler_fence};

/// Counted as a sleeper where the kernel does not help with barriers: who gives back then always
/// looks twice, the second time behind a barrier of his own.
const UNHELPED: usize = 1 << (usize::BITS - 1);

/// Looks at a lock that is held before a thread goes to sleep: some hundred nanoseconds.
const SPINS_MAX: u32 = if cfg!(any(loom, shuttle)) { 0 } else { 100 };

/// A value that one thread at a time has. A panic of who has it does not poison it.
///
/// Who waits is awake for a moment and then sleeps. Who comes may get it before those who wait, but
/// every half a millisecond or so it is handed on to one of them, unless somebody takes it in
/// between. (It is not to who waits awake because the kernel refused a barrier.)
pub(crate) struct Mutex<T> {
    is_locked: AtomicBool,
    /// Threads that sleep here, or are about to; and [`UNHELPED`].
    sleepers: AtomicUsize,
    spot: Spot,
    value: UnsafeCell<T>,
}

/// A thread counted in `sleepers` as long as this lives.
struct Sleeper<'a>(&'a AtomicUsize);

impl<'a> Sleeper<'a> {
    fn announce(sleepers: &'a AtomicUsize) -> Self {
        sleepers.fetch_add(1, Ordering::Relaxed);
        Self(sleepers)
    }
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

// SAFETY: of all threads that share it one at a time gets at the value, as if it was sent there.
unsafe impl<T: Send> Sync for Mutex<T> {}

/// The value, until this is dropped.
pub(crate) struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    /// To give the lock back is up to the thread that took it, as with other locks.
    _thread: PhantomData<*const ()>,
}

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            is_locked: AtomicBool::new(false),
            sleepers: AtomicUsize::new(if barrier::is_helped() { 0 } else { UNHELPED }),
            spot: Spot::new(),
            value: UnsafeCell::new(value),
        }
    }

    #[inline]
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        if !self.try_take() {
            self.take_in_turn();
        }
        MutexGuard { mutex: self, _thread: PhantomData }
    }

    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    #[inline]
    fn try_take(&self) -> bool {
        // An exchange that fails writes what it has read. Loom lets one that read `true` come after
        // a `false` that was stored meanwhile, and the lock be taken for ever; in C++'s and in this
        // machine's memory it comes right behind what it read (docs/decisions/0022).
        if cfg!(loom) {
            let (success, failure) = (Ordering::Acquire, Ordering::Relaxed);
            self.is_locked.compare_exchange(false, true, success, failure).is_ok()
        } else {
            !self.is_locked.swap(true, Ordering::Acquire)
        }
    }

    /// Whether the lock was got without sleeping.
    fn try_for_a_moment(&self) -> bool {
        for _ in 0..SPINS_MAX {
            if !self.is_locked.load(Ordering::Relaxed) && self.try_take() {
                return true;
            }
            spin_loop();
        }
        false
    }

    #[cold]
    #[inline(never)]
    fn take_in_turn(&self) {
        if self.try_for_a_moment() {
            return;
        }
        let _sleeper = Sleeper::announce(&self.sleepers);
        if !barrier::heavy() {
            // Who gives the lock back may not see that somebody sleeps: so nobody waits until he is
            // woken.
            let mut patience = Patience::new();
            while !self.try_take() {
                patience.wait();
            }
            return;
        }
        while !self.try_take() {
            let was_handed_on =
                self.spot.park(self.key(), || self.is_locked.load(Ordering::Relaxed));
            if was_handed_on || self.try_for_a_moment() {
                break;
            }
        }
    }

    /// Gives the lock back.
    #[inline]
    fn release(&self) {
        self.is_locked.store(false, Ordering::Release);
        // The half of the barrier for who comes often, where the kernel helps.
        compiler_fence(SeqCst);
        if self.sleepers.load(Ordering::Relaxed) != 0 {
            self.look_after_sleepers();
        }
    }

    /// Wakes one who sleeps, after the lock was given back. If it is his turn and nobody was
    /// faster, he is handed the lock.
    #[cold]
    #[inline(never)]
    fn look_after_sleepers(&self) {
        barrier::light(barrier::is_helped());
        if self.sleepers.load(Ordering::Relaxed) & !UNHELPED == 0 {
            return;
        }
        self.spot.unpark_one(self.key(), |woken| {
            woken.is_anybody && woken.is_time_to_be_fair && self.try_take()
        });
    }

    /// What the sleepers are found by.
    fn key(&self) -> usize {
        ptr::from_ref(&self.is_locked).addr()
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.mutex.release();
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the lock is held as long as this lives (1.).
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above, and this is borrowed alone.
        unsafe { &mut *self.mutex.value.get() }
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::{Mutex, UNHELPED, barrier};
    use crate::parking::visits;
    use std::thread;
    use std::time::Duration;
    use testkit::silently;

    #[test]
    fn of_many_increments_none_is_lost() {
        let count = Mutex::new(0_u64);
        thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| (0..20_000).for_each(|_| *count.lock() += 1));
            }
        });
        assert_eq!(*count.lock(), 80_000);
        assert_eq!(count.sleepers.into_inner() & !UNHELPED, 0);
    }

    #[test]
    fn who_sleeps_is_woken_when_the_lock_is_given_back() {
        let mutex = Mutex::new(0);
        thread::scope(|threads| {
            let mut guard = mutex.lock();
            for _ in 0..3 {
                threads.spawn(|| *mutex.lock() += 1);
            }
            while mutex.sleepers.load(super::Ordering::Relaxed) & !UNHELPED < 3 {
                thread::sleep(Duration::from_millis(1));
            }
            *guard += 10;
        });
        assert_eq!(*mutex.lock(), 13);
    }

    #[test]
    fn while_the_kernel_refuses_a_barrier_nobody_sleeps_until_woken() {
        let mutex = Mutex::new(0);
        thread::scope(|threads| {
            let mut guard = mutex.lock();
            let waiting = threads.spawn(|| {
                barrier::refusal::set(true);
                *mutex.lock() += 1;
                (barrier::refusal::counted(), visits::counted())
            });
            while mutex.sleepers.load(super::Ordering::Relaxed) & !UNHELPED == 0 {
                thread::yield_now();
            }
            *guard += 10;
            drop(guard);
            let counted = waiting.join().expect("it gets the lock");
            assert_eq!(counted, (barrier::TRIES_MAX, 0), "asked for barriers, came to sleep");
        });
        assert_eq!(*mutex.lock(), 11);
    }

    #[test]
    fn a_panic_gives_the_lock_back() {
        let mutex = Mutex::new(1);
        let result = silently(|| {
            let mut guard = mutex.lock();
            *guard = 2;
            panic!("as expected");
        });
        assert!(result.is_err());
        assert_eq!(*mutex.lock(), 2);
    }
}

#[cfg(all(test, loom))]
mod models {
    use super::Mutex;
    use crate::atomics::turns::explore;
    use loom::cell::UnsafeCell;
    use loom::sync::Arc;
    use loom::sync::atomic::{AtomicBool, Ordering};
    use loom::thread;

    /// `others` threads and this one each add one, so many times.
    fn count(preemption_bound: usize, others: usize, times: u32) {
        explore(preemption_bound, false, move || {
            let mutex = Arc::new(Mutex::new(UnsafeCell::new(0)));
            let handles = (0..others).map(|_| {
                let mutex = Arc::clone(&mutex);
                thread::spawn(move || add(&mutex, times))
            });
            let handles: Vec<_> = handles.collect();
            add(&mutex, times);
            handles.into_iter().for_each(|handle| handle.join().unwrap());
            // SAFETY: the lock is held; were it not, loom would say so.
            let sum = mutex.lock().with(|value| unsafe { *value });
            assert_eq!(sum as usize, (others + 1) * times as usize);
        });
    }

    fn add(mutex: &Mutex<UnsafeCell<u32>>, times: u32) {
        // SAFETY: as above.
        (0..times).for_each(|_| mutex.lock().with_mut(|value| unsafe { *value += 1 }));
    }

    #[test]
    fn two_threads_exclude_each_other_and_neither_sleeps_for_ever() {
        count(4, 1, 2);
    }

    #[test]
    fn three_threads_exclude_each_other_and_none_sleeps_for_ever() {
        count(2, 2, 1);
    }

    /// What `try_take` says of loom. When this does not panic any more, it can exchange there too.
    #[test]
    #[should_panic(expected = "an exchange that read `true` came after the `false`")]
    fn loom_lets_an_exchange_that_fails_come_after_a_store_that_it_did_not_see() {
        explore(2, false, || {
            let is_locked = Arc::new(AtomicBool::new(true));
            let shared = Arc::clone(&is_locked);
            let other = thread::spawn(move || shared.store(false, Ordering::Release));
            let was_locked = is_locked.swap(true, Ordering::Acquire);
            other.join().unwrap();
            let is_locked = is_locked.load(Ordering::Acquire);
            let is_wrong = was_locked && is_locked;
            assert!(!is_wrong, "an exchange that read `true` came after the `false`");
        });
    }
}
