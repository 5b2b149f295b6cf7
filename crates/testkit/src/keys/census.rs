//! Keys and values that are counted from birth to death: leaks and double drops show.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The register of all [`Tracked`] values made through it; clones are the same register.
#[derive(Clone, Debug, Default)]
pub struct Census {
    register: Arc<Mutex<Register>>,
}

#[derive(Debug, Default)]
struct Register {
    born: u64,
    dropped: u64,
    double_drops: u64,
    live: HashSet<u64>,
}

impl Census {
    /// An empty register.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a value that is counted.
    pub fn track<T>(&self, value: T) -> Tracked<T> {
        let mut register = self.lock();
        let ticket = register.born;
        register.born += 1;
        register.live.insert(ticket);
        Tracked { value, ticket, census: Some(self.clone()) }
    }

    /// How many values are alive.
    pub fn live_count(&self) -> usize {
        self.lock().live.len()
    }

    /// How many values were ever made, clones included.
    pub fn born_count(&self) -> u64 {
        self.lock().born
    }

    /// How many values were dropped.
    pub fn dropped_count(&self) -> u64 {
        self.lock().dropped
    }

    /// Panics unless every value was dropped exactly once.
    #[track_caller]
    pub fn assert_all_dropped(&self) {
        self.assert_live(0);
    }

    /// Panics unless `count` values are alive and none was dropped twice.
    #[track_caller]
    pub fn assert_live(&self, count: usize) {
        let (live, double_drops) = {
            let register = self.lock();
            (register.live.len(), register.double_drops)
        };
        assert!(double_drops == 0, "{double_drops} values were dropped twice");
        assert!(live == count, "{live} values are alive, and {count} is right");
    }

    fn lock(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A value that its [`Census`] counts; it compares and hashes as the value inside.
///
/// # Panics
///
/// A second drop panics, or is only counted when the thread is panicking already.
#[derive(Debug)]
pub struct Tracked<T> {
    /// The value inside.
    pub value: T,
    ticket: u64,
    /// `None` once dropped.
    census: Option<Census>,
}

impl<T: Clone> Clone for Tracked<T> {
    fn clone(&self) -> Self {
        // Cloned first: a panic there must not leave a ticket that nobody holds.
        let value = self.value.clone();
        self.census.as_ref().expect("a dropped value was cloned").track(value)
    }
}

impl<T> Drop for Tracked<T> {
    fn drop(&mut self) {
        let Some(census) = self.census.take() else {
            assert!(thread::panicking(), "value {} was dropped twice in one place", self.ticket);
            return;
        };
        let first_time = {
            let mut register = census.lock();
            let first_time = register.live.remove(&self.ticket);
            register.dropped += u64::from(first_time);
            register.double_drops += u64::from(!first_time);
            first_time
        };
        if !first_time {
            // This copy of the handle was given back by the first drop.
            mem::forget(census);
            assert!(thread::panicking(), "value {} was dropped twice", self.ticket);
        }
    }
}

impl<T: PartialEq> PartialEq for Tracked<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Tracked<T> {}

impl<T: Hash> Hash for Tracked<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl<T: PartialOrd> PartialOrd for Tracked<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Ord> Ord for Tracked<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}

#[cfg(test)]
mod tests {
    use super::Census;
    use crate::silently;
    use std::mem;

    #[test]
    fn births_clones_and_drops_are_counted() {
        let census = Census::new();
        let first = census.track(7_u16);
        let second = first.clone();
        assert_eq!(first, second);
        assert_eq!((census.live_count(), census.born_count()), (2, 2));
        drop(first);
        census.assert_live(1);
        assert_eq!(census.dropped_count(), 1);
        drop(second);
        census.assert_all_dropped();
    }

    #[test]
    fn a_leak_is_seen() {
        let census = Census::new();
        mem::forget(census.track("leaked"));
        let caught = silently(|| census.assert_all_dropped()).unwrap_err();
        assert!(caught.message.contains("1 values are alive, and 0 is right"), "{caught:?}");
    }

    #[test]
    fn a_double_drop_panics_and_stays_on_record() {
        let census = Census::new();
        let value = census.track(7_u16);
        // What a bitwise copy would be: the same ticket, and a handle that is not its own.
        let copy =
            super::Tracked { value: 7_u16, ticket: value.ticket, census: Some(census.clone()) };
        drop(value);
        let caught = silently(move || drop(copy)).unwrap_err();
        assert!(caught.message.contains("value 0 was dropped twice"), "{caught:?}");
        assert!(silently(|| census.assert_all_dropped()).is_err());
    }

    #[test]
    fn a_clone_that_panics_leaves_nothing_alive() {
        struct Unclonable;
        impl Clone for Unclonable {
            fn clone(&self) -> Self {
                panic!("cannot be cloned")
            }
        }
        let census = Census::new();
        let value = census.track(Unclonable);
        assert!(silently(|| value.clone()).is_err());
        census.assert_live(1);
    }
}
