//! A bucket: one cache line with a state, keys, values, and a link to an overflow bucket.
//!
//! ```text
//! | state | key 0 | key 1 | key 2 | value 0 | value 1 | value 2 | next |      8 bytes each
//! ```
//!
//! The first bucket of a chain is its *main* bucket; only its state has a lock, a level and a
//! version. The state:
//!
//! ```text
//! bits 0 to 2     which slots are taken
//! bit 7           LOCKED: some writer is at work here
//! bit 8           FROZEN: nobody may write here any more
//! bit 9           OVERFLOWN: there are entries in overflow buckets
//! bits 10 to 16   the level and one; 0 stands for a bucket that is not born
//! bits 17 to 63   the version, which changes with each removal and each split
//! ```
//!
//! A bucket of level `l` holds the hashes whose low `l` bits are its index.

use super::lock::Locked;
use crate::atomics::{Ordering, WatchedU64};
use crate::directory::{self, low_bits};
use crate::link::Link;

/// Entries in one bucket: what fills a cache line of 64 bytes. Seven in two lines were slower, in
/// cache and out of it. Fewer where a shrunk world makes long chains common.
pub(super) const SLOT_COUNT: usize = if cfg!(any(stress, loom, shuttle)) { 2 } else { 3 };

const TAKEN: u64 = (1 << SLOT_COUNT) - 1;
const LOCKED: u64 = 1 << 7;
const FROZEN: u64 = 1 << 8;
const OVERFLOWN: u64 = 1 << 9;
const LEVEL_SHIFT: u32 = 10;
const LEVEL: u64 = 0x7f << LEVEL_SHIFT;
const VERSION_SHIFT: u32 = 17;

/// A bucket's state, as it was when it was loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct State(u64);

impl State {
    /// The state of a bucket that has just been born, locked by who brought it forth.
    pub(super) fn of_level(level: u32) -> Self {
        Self(u64::from(level + 1) << LEVEL_SHIFT)
    }

    #[inline]
    pub(super) fn is_locked(self) -> bool {
        self.0 & LOCKED != 0
    }

    #[inline]
    pub(super) fn is_frozen(self) -> bool {
        self.0 & FROZEN != 0
    }

    /// How many low bits of a hash lead to this bucket; none if it is not born.
    #[inline]
    pub(super) fn level(self) -> Option<u32> {
        let level = ((self.0 & LEVEL) >> LEVEL_SHIFT) as u32;
        level.checked_sub(1)
    }

    /// Whether this is the bucket of index `index`, and hashes like this one belong to it.
    #[inline]
    pub(super) fn is_place_of(self, hash: u64, index: usize) -> bool {
        self.level().is_some_and(|level| low_bits(hash, level) == index)
    }

    /// Whether the bucket can be locked at once.
    #[inline]
    pub(super) fn is_open(self) -> bool {
        self.0 & (LOCKED | FROZEN) == 0
    }

    /// Whether nothing was removed from a main bucket and its chain between two states.
    #[inline]
    pub(super) fn has_version_of(self, other: Self) -> bool {
        self.0 >> VERSION_SHIFT == other.0 >> VERSION_SHIFT
    }

    #[inline]
    fn is_overflown(self) -> bool {
        self.0 & OVERFLOWN != 0
    }

    #[inline]
    pub(super) fn is_taken(self, slot: usize) -> bool {
        self.0 >> slot & 1 != 0
    }

    /// A free slot.
    #[inline]
    fn free(self) -> Option<usize> {
        let free = !self.0 & TAKEN;
        (free != 0).then(|| free.trailing_zeros() as usize)
    }

    #[inline]
    fn locked(self) -> Self {
        Self(self.0 | LOCKED)
    }

    #[inline]
    fn with(self, slot: usize) -> Self {
        Self(self.0 | 1 << slot)
    }

    #[inline]
    fn without(self, slots: u64) -> Self {
        Self(self.0 & !slots)
    }

    #[inline]
    fn overflown(self, is_so: bool) -> Self {
        Self(if is_so { self.0 | OVERFLOWN } else { self.0 & !OVERFLOWN })
    }

    #[inline]
    fn frozen(self) -> Self {
        Self(self.0 | FROZEN)
    }

    fn thawed(self) -> Self {
        Self(self.0 & !FROZEN)
    }

    /// With the next version; after 2^47 comes the first again.
    #[inline]
    fn newer(self) -> Self {
        Self(self.0.wrapping_add(1 << VERSION_SHIFT))
    }

    fn deeper(self) -> Self {
        Self(self.0 + (1 << LEVEL_SHIFT))
    }
}

#[repr(align(64))]
pub(super) struct Bucket {
    state: WatchedU64,
    keys: [WatchedU64; SLOT_COUNT],
    values: [WatchedU64; SLOT_COUNT],
    next: Link<Bucket>,
}

/// What was read may belong to no one moment: begin again.
pub(super) struct Changed;

impl Default for Bucket {
    fn default() -> Self {
        Self {
            state: WatchedU64::new(0),
            keys: [(); SLOT_COUNT].map(|()| WatchedU64::new(0)),
            values: [(); SLOT_COUNT].map(|()| WatchedU64::new(0)),
            next: Link::new(),
        }
    }
}

impl directory::Bucket for Bucket {
    type Word = State;

    #[inline]
    fn word(&self) -> State {
        self.state()
    }

    #[inline]
    fn level(state: State) -> Option<u32> {
        state.level()
    }
}

impl Bucket {
    #[inline]
    pub(super) fn state(&self) -> State {
        State(self.state.load(Ordering::Acquire))
    }

    /// For who holds the chain's lock, or alone has the bucket.
    #[inline]
    fn set_state(&self, state: State) {
        self.state.store(state.0, Ordering::Release);
    }

    /// Makes a bucket one that holds the hashes of so many low bits. For who alone has it.
    pub(super) fn be_born(&self, level: u32) {
        self.set_state(State::of_level(level));
    }

    /// Locks a bucket that looked like this and was not locked; tells whether it did.
    #[inline]
    pub(super) fn try_lock(&self, seen: State) -> bool {
        let (success, failure) = (Ordering::Acquire, Ordering::Relaxed);
        let exchanged = self.state.compare_exchange_weak(seen.0, seen.locked().0, success, failure);
        exchanged.is_ok()
    }

    /// Shows a state in which the bucket is unlocked.
    #[inline]
    pub(super) fn unlock(&self, state: State) {
        debug_assert!(!state.is_locked());
        self.set_state(state);
    }

    /// Lets writers in again, if the bucket is frozen.
    pub(super) fn thaw(&self) {
        let state = self.state();
        if state.is_frozen() {
            // Nobody else writes to it meanwhile, for nobody can lock it.
            self.set_state(state.thawed());
        }
    }

    /// The taken slot of a key. Looks at all slots, because which one it is no processor predicts.
    #[inline]
    fn slot_of(&self, state: State, key: u64) -> Option<usize> {
        let mut equal = 0;
        for (slot, own) in self.keys.iter().enumerate() {
            equal |= u64::from(own.load(Ordering::Acquire) == key) << slot;
        }
        let found = equal & state.0 & TAKEN;
        (found != 0).then(|| found.trailing_zeros() as usize)
    }

    /// The value of a key in the chain of this main bucket, whose state was `begin`. No lock.
    ///
    /// A slot that was emptied and filled again while this was reading shows in the version: who
    /// sees the new key or value sees the removal before it as well (W3).
    #[inline]
    pub(super) fn read(&self, begin: State, key: u64) -> Result<Option<u64>, Changed> {
        let found = match self.slot_of(begin, key) {
            Some(slot) => Some(self.values[slot].load(Ordering::Acquire)),
            None if begin.is_overflown() => self.read_beyond(key),
            None => None,
        };
        // Not earlier than the loads above, which acquire.
        let end = State(self.state.load(Ordering::Relaxed));
        if end.has_version_of(begin) { Ok(found) } else { Err(Changed) }
    }

    /// The same in the overflow buckets behind this one.
    #[cold]
    fn read_beyond(&self, key: u64) -> Option<u64> {
        self.overflow().find_map(|bucket| {
            let slot = bucket.slot_of(bucket.state(), key)?;
            Some(bucket.values[slot].load(Ordering::Acquire))
        })
    }

    /// The overflow buckets behind this one.
    fn overflow(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(self.next.get(), |bucket| bucket.next.get())
    }

    /// Adds the entries of the chain to a list, one slot after the other. They are those of one
    /// moment if the version was the same before and after.
    pub(super) fn collect(&self, into: &mut Vec<(u64, u64)>) {
        for bucket in std::iter::once(self).chain(self.overflow()) {
            let state = bucket.state();
            for slot in (0..SLOT_COUNT).filter(|&slot| state.is_taken(slot)) {
                let key = bucket.keys[slot].load(Ordering::Acquire);
                into.push((key, bucket.values[slot].load(Ordering::Acquire)));
            }
        }
    }
}

/// A slot in a chain whose lock is held, and which is taken.
#[derive(Clone, Copy)]
pub(super) struct Slot<'a> {
    bucket: &'a Bucket,
    slot: usize,
}

impl Slot<'_> {
    #[inline]
    pub(super) fn value(self) -> u64 {
        self.bucket.values[self.slot].load(Ordering::Relaxed)
    }

    /// Another value. Readers see the one or the other.
    #[inline]
    pub(super) fn set_value(self, value: u64) {
        self.bucket.values[self.slot].store(value, Ordering::Release);
    }
}

/// What may be done to a chain under its lock. Changes to the main bucket's state are kept in the
/// guard, and show when the lock is given back.
impl<'a> Locked<'a> {
    /// The slot of a key.
    #[inline]
    pub(super) fn find(&self, key: u64) -> Option<Slot<'a>> {
        let bucket = self.bucket;
        match bucket.slot_of(self.state, key) {
            Some(slot) => Some(Slot { bucket, slot }),
            None if self.state.is_overflown() => bucket.overflow().find_map(|bucket| {
                bucket.slot_of(bucket.state(), key).map(|slot| Slot { bucket, slot })
            }),
            None => None,
        }
    }

    /// Empties a slot.
    pub(super) fn remove(&mut self, place: Slot<'a>) {
        let Slot { bucket, slot } = place;
        if std::ptr::eq(bucket, self.bucket) {
            self.state = self.state.without(1 << slot);
        } else {
            bucket.set_state(bucket.state().without(1 << slot));
            self.note_emptied();
        }
        // Before the slot can be filled again, since that takes the lock.
        self.state = self.state.newer();
    }

    /// Empties the slots of the keys that are wanted, and tells how many they were.
    pub(super) fn remove_those(&mut self, is_wanted: &impl Fn(u64) -> bool) -> u32 {
        let own = self.bucket.slots_of_those(self.state, is_wanted);
        self.state = self.state.without(own).newer();
        let mut count = own.count_ones();
        for bucket in self.bucket.overflow() {
            let state = bucket.state();
            let slots = bucket.slots_of_those(state, is_wanted);
            bucket.set_state(state.without(slots));
            count += slots.count_ones();
        }
        self.note_emptied();
        count
    }

    /// Adds an entry whose key is not there, and tells how many overflow buckets lie before it.
    ///
    /// Key and value come first, then the bit by which readers find them.
    pub(super) fn add(&mut self, key: u64, value: u64) -> usize {
        if let Some(slot) = self.state.free() {
            self.bucket.fill(slot, key, value);
            self.state = self.state.with(slot);
            return 0;
        }
        self.add_beyond(key, value)
    }

    #[cold]
    fn add_beyond(&mut self, key: u64, value: u64) -> usize {
        let (mut last, mut depth) = (self.bucket, 0);
        while let Some(bucket) = last.next.get() {
            depth += 1;
            let state = bucket.state();
            if let Some(slot) = state.free() {
                bucket.fill(slot, key, value);
                bucket.set_state(state.with(slot));
                self.state = self.state.overflown(true);
                return depth;
            }
            last = bucket;
        }
        last.next.get_or_set(|| {
            let bucket = Box::new(Bucket::default());
            bucket.fill(0, key, value);
            bucket.set_state(State::default().with(0));
            bucket
        });
        self.state = self.state.overflown(true);
        depth + 1
    }

    /// Moves what belongs there to a bucket that is not born, and brings it forth.
    ///
    /// 1. The child is filled and born, *locked*: readers who know of it find everything in it.
    /// 2. The parent gets the next level and another version, and loses what moved from its main
    ///    bucket, in one step: who comes to it for that goes on to the child, and who has been
    ///    reading begins again.
    /// 3. The parent's overflow buckets lose what moved.
    /// 4. The child is unlocked. Until now nobody can have changed what is in it, so that readers
    ///    of the parent's old slots have read what was right.
    pub(super) fn split(&mut self, child: &Bucket, moves: impl Fn(u64) -> bool) {
        let level = self.state.level().expect("only what is born is locked");
        let mut new = Locked { bucket: child, state: State::of_level(level + 1) };
        let main_moved = self.bucket.move_to(&mut new, self.state, &moves);
        for bucket in self.bucket.overflow() {
            bucket.move_to(&mut new, bucket.state(), &moves);
        }
        child.set_state(new.state.locked());
        self.state = self.state.without(main_moved).deeper().newer();
        self.bucket.set_state(self.state.locked());
        for bucket in self.bucket.overflow() {
            let state = bucket.state();
            bucket.set_state(state.without(bucket.slots_of_those(state, &moves)));
        }
        self.note_emptied();
    }

    /// Notes whether there is still something in the overflow buckets. They stay, for the next
    /// entries: readers may be in them.
    fn note_emptied(&mut self) {
        let is_taken = |bucket: &Bucket| bucket.state().0 & TAKEN != 0;
        self.state = self.state.overflown(self.bucket.overflow().any(is_taken));
    }

    /// Keeps everybody from writing here, until the bucket is thawed.
    pub(super) fn freeze(mut self) {
        self.state = self.state.frozen();
    }
}

impl Bucket {
    #[inline]
    fn fill(&self, slot: usize, key: u64, value: u64) {
        self.keys[slot].store(key, Ordering::Release);
        self.values[slot].store(value, Ordering::Release);
    }

    /// The taken slots whose keys are wanted.
    fn slots_of_those(&self, state: State, is_wanted: &impl Fn(u64) -> bool) -> u64 {
        (0..SLOT_COUNT)
            .filter(|&slot| state.is_taken(slot))
            .filter(|&slot| is_wanted(self.keys[slot].load(Ordering::Relaxed)))
            .fold(0, |slots, slot| slots | 1 << slot)
    }

    /// Copies what is to move, and tells which slots that was.
    fn move_to(&self, new: &mut Locked<'_>, state: State, moves: &impl Fn(u64) -> bool) -> u64 {
        let moved = self.slots_of_those(state, moves);
        for slot in (0..SLOT_COUNT).filter(|&slot| moved >> slot & 1 != 0) {
            let [key, value] =
                [&self.keys, &self.values].map(|of| of[slot].load(Ordering::Relaxed));
            new.add(key, value);
        }
        moved
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::{Bucket, SLOT_COUNT, State};
    use crate::directory::Bucket as _;

    #[test]
    fn a_bucket_fills_a_cache_line() {
        assert_eq!(align_of::<Bucket>(), 64);
        assert!(SLOT_COUNT < 3 || size_of::<Bucket>() == 64);
    }

    #[test]
    fn the_parts_of_a_state_do_not_touch_each_other() {
        for level in 0..=63 {
            let mut state = State::of_level(level).newer().overflown(true);
            assert_eq!(Bucket::level(state), Some(level));
            for slot in 0..SLOT_COUNT {
                assert_eq!(state.free(), Some(slot));
                state = state.with(slot);
                assert!(state.is_taken(slot));
            }
            assert_eq!(state.free(), None);
            assert!(!state.is_locked() && state.locked().is_locked());
            assert!(!state.is_frozen() && state.frozen().is_frozen());
            assert!(state.locked().frozen().has_version_of(state));
            assert!(!state.newer().has_version_of(state));
            assert_eq!(Bucket::level(state.newer().locked()), Some(level));
            assert!(state.without(1).without(2).has_version_of(state));
        }
        assert_eq!(Bucket::level(State::default()), None);
        assert_eq!(State::of_level(4).deeper().level(), Some(5));
        assert_eq!(State(u64::MAX).newer().level(), State(u64::MAX).level(), "the version wraps");
    }
}
