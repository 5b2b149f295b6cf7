//! Keys and values that panic in the n-th call of `Hash`, `Eq`, `Clone` or `Drop`.

use super::{Census, Key, Tracked};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// What a key does that may panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spark {
    /// It is hashed.
    Hash,
    /// It is compared.
    Eq,
    /// It is cloned.
    Clone,
    /// It is dropped.
    Drop,
}

impl Spark {
    /// All of them, for tests that try each.
    pub const ALL: [Self; 4] = [Self::Hash, Self::Eq, Self::Clone, Self::Drop];
}

/// A countdown for each [`Spark`], shared by all keys made through it; clones are the same fuse.
///
/// To try a panic at every place where user code runs:
///
/// ```
/// use testkit::keys::{Fuse, Spark};
/// use testkit::silently;
///
/// let fuse = Fuse::new();
/// let key = fuse.key(7);
/// for n in 1.. {
///     fuse.set(Spark::Eq, n);
///     let result = silently(|| (&key == &key, &key == &key));
///     if !fuse.disarm(Spark::Eq) {
///         assert!(result.is_err());
///         continue;
///     }
///     // It was not reached: all places have been tried.
///     assert_eq!((n, result), (3, Ok((true, true))));
///     break;
/// }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Fuse {
    counters: Arc<[Counter; 4]>,
}

#[derive(Debug, Default)]
struct Counter {
    /// Calls so far.
    calls: AtomicU64,
    /// The call that panics, counted like `calls`; 0 for none.
    burns_at: AtomicU64,
}

impl Fuse {
    /// A fuse that is set for nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a key or value that burns by this fuse.
    pub fn key<T>(&self, value: T) -> Fused<T> {
        Fused { value, fuse: self.clone() }
    }

    /// Lets the `n`-th call from now panic, once; 1 is the next call.
    pub fn set(&self, spark: Spark, n: u64) {
        assert!(n > 0, "the first call is number 1");
        let counter = self.counter(spark);
        counter.burns_at.store(counter.calls.load(Ordering::Relaxed) + n, Ordering::Relaxed);
    }

    /// Lets no call panic any more; tells whether the panic was still to come.
    pub fn disarm(&self, spark: Spark) -> bool {
        self.counter(spark).burns_at.swap(0, Ordering::Relaxed) != 0
    }

    /// How many calls there have been.
    pub fn call_count(&self, spark: Spark) -> u64 {
        self.counter(spark).calls.load(Ordering::Relaxed)
    }

    /// Counts one call, and panics if it is the one that was set. A thread that is panicking
    /// already is spared: the fuse stays set for the next call.
    #[track_caller]
    pub fn burn(&self, spark: Spark) {
        let counter = self.counter(spark);
        let call = counter.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let burns_at = counter.burns_at.load(Ordering::Relaxed);
        if burns_at != 0 && call >= burns_at && !thread::panicking() {
            counter.burns_at.store(0, Ordering::Relaxed);
            panic!("the fuse burnt at call {call} of {spark:?}");
        }
    }

    fn counter(&self, spark: Spark) -> &Counter {
        &self.counters[spark as usize]
    }
}

/// A key or value that panics when its [`Fuse`] says so; otherwise it is as the value inside.
#[derive(Debug)]
pub struct Fused<T> {
    /// The value inside.
    pub value: T,
    fuse: Fuse,
}

thread_local! {
    static OF_THIS_THREAD: (Fuse, Census) = (Fuse::new(), Census::new());
}

impl Fuse {
    /// The fuse and the census of all keys that this thread makes from ids.
    pub fn of_this_thread() -> (Self, Census) {
        OF_THIS_THREAD.with(Clone::clone)
    }
}

/// Keys that panic and are counted: all of a thread share [`Fuse::of_this_thread`].
impl Key for Fused<Tracked<u16>> {
    fn from_id(id: u16) -> Self {
        OF_THIS_THREAD.with(|(fuse, census)| fuse.key(census.track(id)))
    }

    fn id(&self) -> u16 {
        self.value.value
    }
}

impl<T: Clone> Clone for Fused<T> {
    fn clone(&self) -> Self {
        self.fuse.burn(Spark::Clone);
        Self { value: self.value.clone(), fuse: self.fuse.clone() }
    }
}

impl<T: PartialEq> PartialEq for Fused<T> {
    fn eq(&self, other: &Self) -> bool {
        self.fuse.burn(Spark::Eq);
        self.value == other.value
    }
}

impl<T: Eq> Eq for Fused<T> {}

impl<T: Hash> Hash for Fused<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.fuse.burn(Spark::Hash);
        self.value.hash(state);
    }
}

impl<T> Drop for Fused<T> {
    fn drop(&mut self) {
        self.fuse.burn(Spark::Drop);
    }
}

#[cfg(test)]
mod tests {
    use super::{Fuse, Spark};
    use crate::hashers::Fnv1a;
    use crate::keys::Census;
    use crate::silently;
    use std::hash::BuildHasher;

    #[test]
    fn the_nth_call_panics_and_only_that() {
        let fuse = Fuse::new();
        let key = fuse.key(7_u16);
        let act = |spark| match spark {
            Spark::Hash => drop(Fnv1a.hash_one(&key)),
            Spark::Eq => assert!(key == key),
            Spark::Clone => std::mem::forget(key.clone()),
            Spark::Drop => drop(fuse.key(7)),
        };
        for spark in Spark::ALL {
            fuse.set(spark, 3);
            let panics: Vec<bool> = (0..5).map(|_| silently(|| act(spark)).is_err()).collect();
            assert_eq!(panics, [false, false, true, false, false], "{spark:?}");
            assert_eq!(fuse.call_count(spark), 5);
        }
    }

    #[test]
    fn a_disarmed_fuse_says_whether_it_had_burnt() {
        let fuse = Fuse::new();
        assert!(!fuse.disarm(Spark::Drop));
        fuse.set(Spark::Drop, 1);
        assert!(fuse.disarm(Spark::Drop));
        drop(fuse.key(7));
    }

    #[test]
    fn a_panicking_thread_is_spared_and_the_fuse_stays_set() {
        let fuse = Fuse::new();
        fuse.set(Spark::Drop, 1);
        let caught = silently(|| {
            let _key = fuse.key(7);
            panic!("the first panic");
        });
        assert!(caught.unwrap_err().message.contains("the first panic"));
        assert!(silently(|| drop(fuse.key(7))).is_err());
    }

    #[test]
    fn what_is_inside_is_dropped_though_the_drop_panics() {
        let (fuse, census) = (Fuse::new(), Census::new());
        fuse.set(Spark::Drop, 1);
        let key = fuse.key(census.track(7));
        assert!(silently(move || drop(key)).is_err());
        census.assert_all_dropped();
    }
}
