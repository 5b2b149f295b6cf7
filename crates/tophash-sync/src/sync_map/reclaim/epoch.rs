//! Epochs: when everybody who was pinned at some moment no longer is.
//!
//! There is one clock for all maps, a number that goes up: the epoch. Who pins writes the epoch of
//! this moment into a record of its thread, and 0 when it unpins. The epoch goes from `e` to
//! `e + 1` only when every record that is pinned says `e`.
//!
//! What was retired by a pinned thread that then read the epoch as `e` can be destroyed when the
//! epoch is [`GRACE`] further. Why:
//!
//! The thread pinned with some epoch `l`, which may have been an old one when it was written down.
//! Let `n` be the newest epoch whose step passed its heavy barrier before the thread's light half:
//! this is where the two halves of [`barrier`] meet. Every later step sees the pin, so as long as
//! it lasts only the step from `l` can be done. So the epoch is at most `m` meanwhile, which is
//! `n + 1` if `l = n`, and `n` if `l` is older.
//!
//! The step from `m` therefore saw that the thread had unpinned, and comes after what it retired
//! was taken out of the map. The step from `m + 1` passed its heavy barrier after that. Of any
//! thread that this step looked at, it saw one of these:
//!
//! - no pin: then the thread's next pin comes after that barrier, and so does what it loads under
//!   it: it cannot reach what was retired;
//! - a pin with `m + 1`: who pinned had loaded that epoch (`Acquire`), so came after the step to
//!   it, and cannot reach what was retired either;
//! - any other: then there was no step.
//!
//! So at `m + 2` nobody can reach it, and that is `e + 3` at most. If `l = n`, then `m + 2` is
//! `n + 3`, and `e >= n`, as what a thread loads of the epoch does not go back. Else `m + 2` is
//! `n + 2`, and `e >= n - 1`: the step to `n - 1` came before the heavy barrier of the step to `n`,
//! and that before the light half.

use crate::atomics::{AtomicBool, AtomicPtr, AtomicU64, Ordering};
use crate::barrier;
use std::cell::Cell;
use std::ptr;

/// Steps of the epoch after which nobody can reach what was retired.
pub(super) const GRACE: u64 = 3;

/// Stands in a record for a thread that is not pinned.
const UNPINNED: u64 = 0;

/// Added to a record's count of inner pins when it is to be given back with the last pin.
const LEAVING: usize = 1 << (usize::BITS - 1);

/// Pins of one thread within another at the same time. Only who forgets pins comes here, and
/// soonest where a word has 32 bits; one more would look like [`LEAVING`] and give the record away
/// while it is in use.
const INNER_PINS_MAX: usize = LEAVING - 1;

/// The clock, and the records of all threads that ever pinned.
pub(super) struct Clock {
    epoch: AtomicU64,
    /// A list that only grows: by as many records as threads pinned at the same time.
    first: AtomicPtr<Record>,
}

/// What a thread has to do with a clock. Never freed; given on when the thread has ended. No two
/// records share a cache line, nor two lines that processors load together.
#[repr(align(128))]
pub(super) struct Record {
    /// The epoch of the pin, or [`UNPINNED`].
    pinned_at: AtomicU64,
    is_taken: AtomicBool,
    next: AtomicPtr<Record>,
    /// How many records were there before.
    pub(super) index: usize,
    /// Pins of the thread besides one, and [`LEAVING`]. The owner's alone.
    inner_pins: Cell<usize>,
    /// What the barrier asks for; here because who pins has this line at hand.
    has_helped_barrier: bool,
}

// SAFETY: the cells are used by the thread only that has taken the record; it takes it and gives it
// back by `is_taken`, acquiring and releasing.
unsafe impl Sync for Record {}
// SAFETY: as above.
unsafe impl Send for Record {}

impl Clock {
    #[cfg(not(any(loom, shuttle)))]
    pub(super) const fn new() -> Self {
        Self { epoch: AtomicU64::new(1), first: AtomicPtr::new(ptr::null_mut()) }
    }

    #[cfg(any(loom, shuttle))]
    pub(super) fn new() -> Self {
        Self { epoch: AtomicU64::new(1), first: AtomicPtr::new(ptr::null_mut()) }
    }

    /// The epoch, perhaps not the newest.
    #[inline]
    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    fn records(&self) -> impl Iterator<Item = &'static Record> {
        // SAFETY: records are leaked boxes.
        let of = |pointer: &AtomicPtr<Record>| unsafe { pointer.load(Ordering::Acquire).as_ref() };
        std::iter::successors(of(&self.first), move |record| of(&record.next))
    }

    /// A record for a thread, which gives it back by [`Record::leave`].
    pub(super) fn take_record(&self) -> &'static Record {
        let free = |record: &&Record| {
            let (success, failure) = (Ordering::Acquire, Ordering::Relaxed);
            record.is_taken.compare_exchange(false, true, success, failure).is_ok()
        };
        self.records().find(free).unwrap_or_else(|| self.add_record())
    }

    fn add_record(&self) -> &'static Record {
        let mut first = self.first.load(Ordering::Acquire);
        loop {
            // SAFETY: records are leaked boxes.
            let index = unsafe { first.as_ref() }.map_or(0, |record| record.index + 1);
            let record = Box::into_raw(Box::new(Record {
                pinned_at: AtomicU64::new(UNPINNED),
                is_taken: AtomicBool::new(true),
                next: AtomicPtr::new(first),
                index,
                inner_pins: Cell::new(0),
                has_helped_barrier: barrier::is_helped(),
            }));
            let (success, failure) = (Ordering::AcqRel, Ordering::Acquire);
            match self.first.compare_exchange(first, record, success, failure) {
                // SAFETY: it is leaked from here on.
                Ok(_) => return unsafe { &*record },
                Err(now) => first = now,
            }
            // SAFETY: nobody has seen it.
            drop(unsafe { Box::from_raw(record) });
        }
    }

    /// Pins the owner of a record.
    ///
    /// # Panics
    ///
    /// If the thread has [`INNER_PINS_MAX`] pins within another already.
    #[inline]
    pub(super) fn pin(&self, record: &Record) {
        if record.is_pinned() {
            record.pin_within();
        } else {
            // Releases, so that a step which reads this pin comes after what the one before saw.
            record.pinned_at.store(self.epoch(), Ordering::Release);
            barrier::light(record.has_helped_barrier);
        }
    }

    /// Lets the epoch go on by one step, if everybody who is pinned has seen this one.
    pub(super) fn advance(&self) {
        let epoch = self.epoch();
        let is_behind = |record: &Record| {
            let pinned_at = record.pinned_at.load(Ordering::Acquire);
            pinned_at != UNPINNED && pinned_at != epoch
        };
        // In vain, as can be seen without the barrier.
        if self.records().any(is_behind) {
            return;
        }
        // Where the kernel refuses it, garbage waits.
        if !barrier::heavy() || self.records().any(is_behind) {
            return;
        }
        // If somebody else was faster, the step is done.
        let (success, failure) = (Ordering::AcqRel, Ordering::Relaxed);
        let _ = self.epoch.compare_exchange(epoch, epoch + 1, success, failure);
    }
}

// All of this is called by the owner.
impl Record {
    #[inline]
    fn is_pinned(&self) -> bool {
        self.pinned_at.load(Ordering::Relaxed) != UNPINNED
    }

    /// Pins a thread that is pinned.
    #[cold]
    fn pin_within(&self) {
        let count = self.inner_pins.get();
        let is_possible = count & INNER_PINS_MAX < INNER_PINS_MAX;
        assert!(is_possible, "a thread pins no more than {INNER_PINS_MAX} times within a pin");
        self.inner_pins.set(count + 1);
    }

    /// Ends a pin.
    #[inline]
    pub(super) fn unpin(&self) {
        if self.inner_pins.get() == 0 {
            self.pinned_at.store(UNPINNED, Ordering::Release);
        } else {
            self.unpin_within();
        }
    }

    /// Ends one of several pins, or the last one of a thread that ends.
    #[cold]
    fn unpin_within(&self) {
        match self.inner_pins.get() {
            LEAVING => self.give_back(),
            count => self.inner_pins.set(count - 1),
        }
    }

    /// Gives the record back, at once or with the last pin.
    pub(super) fn leave(&self) {
        if self.is_pinned() {
            self.inner_pins.set(self.inner_pins.get() + LEAVING);
        } else {
            self.give_back();
        }
    }

    #[cold]
    fn give_back(&self) {
        self.inner_pins.set(0);
        self.pinned_at.store(UNPINNED, Ordering::Release);
        self.is_taken.store(false, Ordering::Release);
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::{Clock, GRACE, INNER_PINS_MAX, barrier};
    use testkit::silently;

    #[test]
    fn a_thread_that_forgets_too_many_pins_keeps_its_record() {
        let clock = Clock::new();
        let record = clock.take_record();
        clock.pin(record);
        record.inner_pins.set(INNER_PINS_MAX);
        assert!(silently(|| clock.pin(record)).is_err());
        record.unpin();
        clock.pin(record);
        assert_eq!(clock.take_record().index, record.index + 1, "it is still pinned");
    }

    #[test]
    fn the_epoch_goes_on_once_while_somebody_is_pinned_and_freely_after() {
        let clock = Clock::new();
        let (one, other) = (clock.take_record(), clock.take_record());
        assert_ne!(one.index, other.index);
        let begin = clock.epoch();
        clock.pin(one);
        clock.pin(one);
        (0..GRACE).for_each(|_| clock.advance());
        assert_eq!(clock.epoch(), begin + 1);
        clock.pin(other);
        one.unpin();
        clock.advance();
        assert_eq!(clock.epoch(), begin + 1, "a pin within a pin changes nothing");
        one.unpin();
        clock.advance();
        clock.advance();
        assert_eq!(clock.epoch(), begin + 2);
        other.unpin();
        clock.advance();
        assert_eq!(clock.epoch(), begin + 3);
    }

    #[test]
    fn the_epoch_stands_still_while_the_kernel_refuses_a_barrier() {
        let clock = Clock::new();
        let begin = clock.epoch();
        barrier::refusal::set(true);
        clock.advance();
        barrier::refusal::set(false);
        assert_eq!(clock.epoch(), begin);
        clock.advance();
        assert_eq!(clock.epoch(), begin + 1);
    }

    #[test]
    fn a_record_is_given_on_when_its_last_pin_has_ended() {
        let clock = Clock::new();
        let record = clock.take_record();
        clock.pin(record);
        record.leave();
        assert_eq!(clock.take_record().index, record.index + 1, "it is still pinned");
        record.unpin();
        assert_eq!(clock.take_record().index, record.index);
    }
}

#[cfg(all(test, loom))]
mod models {
    use super::super::Garbage;
    use super::super::pile::Pile;
    use super::{Clock, GRACE, Record};
    use crate::atomics::turns::explore;
    use crate::atomics::{AtomicPtr, AtomicUsize, Ordering};
    use loom::cell::UnsafeCell;
    use loom::sync::Arc;
    use loom::thread;
    use std::ptr::NonNull;

    /// What a reader finds, and a writer destroys.
    struct World {
        clock: Clock,
        slot: AtomicPtr<UnsafeCell<u64>>,
    }

    fn cell() -> *mut UnsafeCell<u64> {
        Box::into_raw(Box::new(UnsafeCell::new(7)))
    }

    fn read(world: &World, record: &Record) {
        world.clock.pin(record);
        let found = world.slot.load(Ordering::Acquire);
        // SAFETY: its memory is never freed; loom finds out whether it is written to meanwhile.
        unsafe { (*found).with(|value| assert_eq!(*value, 7)) };
        record.unpin();
    }

    #[test]
    fn nothing_is_destroyed_that_a_pinned_thread_can_reach() {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(3);
        builder.check(|| {
            let world = Arc::new(World { clock: Clock::new(), slot: AtomicPtr::new(cell()) });
            let shared = Arc::clone(&world);
            let reader = thread::spawn(move || {
                let record = shared.clock.take_record();
                read(&shared, record);
                read(&shared, record);
                record.leave();
            });
            let record = world.clock.take_record();
            world.clock.pin(record);
            let old = world.slot.swap(cell(), Ordering::AcqRel);
            let retired_at = world.clock.epoch();
            record.unpin();
            for _ in 0..GRACE {
                world.clock.advance();
            }
            if world.clock.epoch() >= retired_at + GRACE {
                // SAFETY: as above; this is the destruction.
                unsafe { (*old).with_mut(|value| *value = 0) };
            }
            reader.join().unwrap();
        });
    }

    /// A thread that reads once.
    fn spawn_reader(world: &Arc<World>) -> thread::JoinHandle<()> {
        let world = Arc::clone(world);
        thread::spawn(move || {
            let record = world.clock.take_record();
            read(&world, record);
            record.leave();
        })
    }

    #[test]
    fn nothing_is_destroyed_that_a_pinned_thread_can_reach_when_two_advance() {
        explore(1, false, || {
            let world = Arc::new(World { clock: Clock::new(), slot: AtomicPtr::new(cell()) });
            let reader = spawn_reader(&world);
            let shared = Arc::clone(&world);
            let advancer = thread::spawn(move || {
                shared.clock.advance();
                shared.clock.advance();
            });
            let record = world.clock.take_record();
            world.clock.pin(record);
            let old = world.slot.swap(cell(), Ordering::AcqRel);
            let retired_at = world.clock.epoch();
            record.unpin();
            world.clock.advance();
            world.clock.advance();
            if world.clock.epoch() >= retired_at + GRACE {
                // SAFETY: as above; this is the destruction.
                unsafe { (*old).with_mut(|value| *value = 0) };
            }
            reader.join().unwrap();
            advancer.join().unwrap();
        });
    }

    /// Replaces what a reader finds, in the memory of something that was destroyed if there is any,
    /// as a store does. Tells whether there was.
    fn replace(world: &World, record: &Record, pile: &mut Pile) -> bool {
        let waiting = AtomicUsize::new(0);
        world.clock.pin(record);
        let used_again = pile.take_cell().map(|memory| memory.cast::<UnsafeCell<u64>>().as_ptr());
        if let Some(used_again) = used_again {
            // SAFETY: as above; this is what makes another entry of it.
            unsafe { (*used_again).with_mut(|value| *value = 7) };
        }
        let old = world.slot.swap(used_again.unwrap_or_else(cell), Ordering::AcqRel);
        pile.open.push(Garbage { pointer: NonNull::new(old.cast()).unwrap(), step: None });
        // Bags have one piece here, so that each is full at once.
        pile.seal(&world.clock, &waiting);
        world.clock.advance();
        assert!(pile.take_due(&world.clock, &waiting).is_none(), "memory waits to be used again");
        record.unpin();
        used_again.is_some()
    }

    /// A writer whose garbage is sealed, ripens and is used again, a reader, and a third who lets
    /// the epoch go on so many times.
    fn use_memory_again(preemption_bound: usize, advances_elsewhere: usize) {
        static WAS_USED_AGAIN: std::sync::atomic::AtomicBool =
            std::sync::atomic::AtomicBool::new(false);
        explore(preemption_bound, false, move || {
            let world = Arc::new(World { clock: Clock::new(), slot: AtomicPtr::new(cell()) });
            let reader = spawn_reader(&world);
            let advancer = (advances_elsewhere > 0).then(|| {
                let world = Arc::clone(&world);
                thread::spawn(move || (0..advances_elsewhere).for_each(|_| world.clock.advance()))
            });
            let record = world.clock.take_record();
            let mut pile = Pile::default();
            for _ in 0..GRACE + 2 - advances_elsewhere as u64 {
                if replace(&world, record, &mut pile) {
                    WAS_USED_AGAIN.store(true, std::sync::atomic::Ordering::Relaxed);
                }
            }
            record.leave();
            reader.join().unwrap();
            advancer.into_iter().for_each(|advancer| advancer.join().unwrap());
            let left = pile.into_all().map(|garbage| garbage.pointer.cast().as_ptr());
            for cell in left.chain([world.slot.load(Ordering::Acquire)]) {
                // SAFETY: everything is over, and each is in one place.
                drop(unsafe { Box::from_raw(cell) });
            }
        });
        assert!(WAS_USED_AGAIN.load(std::sync::atomic::Ordering::Relaxed));
    }

    #[test]
    fn no_memory_is_used_again_that_a_pinned_thread_can_reach() {
        // With a third thread it takes minutes.
        use_memory_again(3, 0);
    }
}
