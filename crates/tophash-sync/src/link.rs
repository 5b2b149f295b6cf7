//! A pointer that is set once, to a box that is freed with it.

use crate::atomics::{AtomicPtr, Ordering, const_where_possible};
use std::marker::PhantomData;
use std::ptr;

/// Null, or the pointer of a box that belongs to this; once set it stays.
pub(crate) struct Link<T>(AtomicPtr<T>, PhantomData<Box<T>>);

impl<T> Link<T> {
    const_where_possible! {
        pub(crate) const fn new() -> Self {
            Self(AtomicPtr::new(ptr::null_mut()), PhantomData)
        }
    }

    #[inline]
    pub(crate) fn get(&self) -> Option<&T> {
        // SAFETY: null or a box, which is freed only when nobody can refer to `self` any more.
        unsafe { self.0.load(Ordering::Acquire).as_ref() }
    }
}

impl<T: Send + Sync> Link<T> {
    /// What it leads to, made if there is nothing. If several threads make something, all get the
    /// same, and the rest is dropped.
    pub(crate) fn get_or_set(&self, make: impl FnOnce() -> Box<T>) -> &T {
        if let Some(target) = self.get() {
            return target;
        }
        let new = Box::into_raw(make());
        let (success, failure) = (Ordering::AcqRel, Ordering::Acquire);
        if self.0.compare_exchange(ptr::null_mut(), new, success, failure).is_err() {
            // SAFETY: it is the box of above, which nobody has seen.
            drop(unsafe { Box::from_raw(new) });
        }
        self.get().expect("it was set above, or by who was faster")
    }
}

impl<T> Drop for Link<T> {
    fn drop(&mut self) {
        let target = self.0.load(Ordering::Relaxed);
        if !target.is_null() {
            // SAFETY: a box of `get_or_set`, which is freed here and nowhere else.
            drop(unsafe { Box::from_raw(target) });
        }
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::Link;
    use std::sync::Arc;

    #[test]
    fn what_is_set_first_stays_and_is_dropped_once() {
        let (one, other) = (Arc::new(1), Arc::new(2));
        let link = Link::new();
        assert!(link.get().is_none());
        assert_eq!(**link.get_or_set(|| Box::new(Arc::clone(&one))), 1);
        assert_eq!(**link.get_or_set(|| Box::new(Arc::clone(&other))), 1);
        assert_eq!((Arc::strong_count(&one), Arc::strong_count(&other)), (2, 1));
        drop(link);
        assert_eq!(Arc::strong_count(&one), 1);
    }
}
