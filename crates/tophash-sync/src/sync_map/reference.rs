//! A reference to an entry that pins memory and holds no lock.

use super::entry::Entry;
use super::reclaim::Pin;
use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;
use std::ops::Deref;
use std::rc::Rc;

/// An entry of a [`SyncMap`](super::SyncMap), as it was when it was looked up.
///
/// It holds no lock, so nobody waits for it. It keeps the entry, and whatever is removed from any
/// map meanwhile, from being dropped. It stays in its thread, so it cannot be held across an
/// `await` of a task that moves between threads:
///
/// ```compile_fail
/// use tophash_sync::SyncMap;
///
/// let map = SyncMap::from([("alice", 30)]);
/// let entry = map.get("alice").unwrap();
/// std::thread::scope(|threads| {
///     threads.spawn(|| assert_eq!(*entry, 30));
/// });
/// ```
///
/// # Examples
///
/// ```
/// use tophash_sync::SyncMap;
///
/// let map = SyncMap::from([("alice", 30)]);
/// let age = map.get("alice").unwrap();
/// map.store("alice", 31);
/// assert_eq!(*age, 30);
/// assert_eq!(map.load("alice"), Some(31));
/// ```
pub struct Ref<'a, K, V> {
    entry: *const Entry<K, V>,
    _pin: Hold<'a>,
    entries: PhantomData<&'a Entry<K, V>>,
}

/// A pin of one's own, or one that the entries of a bucket share.
pub(super) enum Hold<'a> {
    Own(#[expect(dead_code, reason = "held, not read")] Pin<'a>),
    Shared(#[expect(dead_code, reason = "held, not read")] Rc<Pin<'a>>),
}

impl<'a, K, V> Ref<'a, K, V> {
    /// # Safety
    ///
    /// The entry was found under this pin, in a map that is borrowed for `'a`.
    #[inline]
    pub(super) unsafe fn new(entry: *const Entry<K, V>, pin: Pin<'a>) -> Self {
        Self { entry, _pin: Hold::Own(pin), entries: PhantomData }
    }

    /// # Safety
    ///
    /// As above.
    pub(super) unsafe fn shared(entry: *const Entry<K, V>, pin: Rc<Pin<'a>>) -> Self {
        Self { entry, _pin: Hold::Shared(pin), entries: PhantomData }
    }

    #[inline]
    fn entry(&self) -> &Entry<K, V> {
        // SAFETY: it stays while the pin is there (M1), and never changes.
        unsafe { Entry::at(self.entry) }
    }

    /// The key.
    #[inline]
    pub fn key(&self) -> &K {
        &self.entry().key
    }

    /// The value.
    #[inline]
    pub fn value(&self) -> &V {
        &self.entry().value
    }
}

impl<K, V> Deref for Ref<'_, K, V> {
    type Target = V;

    #[inline]
    fn deref(&self) -> &V {
        self.value()
    }
}

impl<K: Debug, V: Debug> Debug for Ref<'_, K, V> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ref").field("key", self.key()).field("value", self.value()).finish()
    }
}
