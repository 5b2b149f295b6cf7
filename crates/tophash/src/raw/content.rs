//! Asking for what keys and values keep elsewhere: the text of a `String`.
//!
//! Who comes to entries bucket by bucket knows which come next, and the processor does not: texts
//! lie where the allocator put them. So a growth, a clone and a drop of a large table ask for them
//! some entries ahead (docs/decisions/0030).

use core::any::TypeId;

use alloc_crate::boxed::Box;
use alloc_crate::string::String;
#[cfg(target_has_atomic = "ptr")]
use alloc_crate::sync::Arc;
use alloc_crate::vec::Vec;

use super::find::prefetch;
use super::sizing::Shape;
use super::stretch::prefetch_slots;
use super::{ASKS_AHEAD, Bucket, Header};

/// How many buckets before its turn that which one refers to is asked for.
const BUCKETS_AHEAD: u32 = 2;

/// How many buckets before its turn the slots of one are asked for, which say where that is.
const SLOTS_AHEAD: u32 = 5;

/// The types of which it is known where what they keep begins: those that own it, and those that
/// borrow it.
macro_rules! for_each_listed {
    ($owned:ident, $borrowed:ident) => {
        $owned!(String);
        $owned!(Box<str>);
        #[cfg(target_has_atomic = "ptr")]
        $owned!(Arc<str>);
        $owned!(Vec<u8>);
        $owned!(Box<[u8]>);
        $borrowed!(str);
        $borrowed!([u8]);
    };
}

/// Whether a `T` is as large as one of these types. For all others nothing of this is compiled.
const fn may_be_listed<T>() -> bool {
    let is_as_large = matches!(size_of::<T>() / size_of::<usize>(), 2 | 3);
    ASKS_AHEAD && is_as_large && align_of::<T>() == align_of::<usize>()
}

/// Whether it is known where what a `T` keeps elsewhere begins, and there is a way to ask for it.
/// Known when the program is compiled.
#[inline(always)]
pub(crate) fn has_content<T>() -> bool {
    macro_rules! or_is {
        ($owned:ty) => {
            if typeid::of::<T>() == TypeId::of::<$owned>() {
                return true;
            }
        };
    }
    macro_rules! or_is_borrowed {
        ($target:ty) => {
            or_is!(&$target);
        };
    }
    if const { may_be_listed::<T>() } {
        for_each_listed!(or_is, or_is_borrowed);
    }
    false
}

/// Where what an item keeps elsewhere begins, if that is known. What it borrows may be gone: a map
/// may be dropped after it (see `RawTable`).
#[inline(always)]
fn content_of<T>(item: &T) -> Option<*const u8> {
    macro_rules! or_as {
        ($owned:ty) => {
            if typeid::of::<T>() == TypeId::of::<$owned>() {
                // SAFETY: they differ in lifetimes at most, and nothing of the item is kept.
                let item = unsafe { &*(&raw const *item).cast::<$owned>() };
                return Some(item.as_ptr());
            }
        };
    }
    macro_rules! or_as_borrowed {
        ($target:ty) => {
            if typeid::of::<T>() == TypeId::of::<&$target>() {
                // SAFETY: a reference is stored as a pointer is, which may dangle.
                let target = unsafe { (&raw const *item).cast::<*const $target>().read() };
                return Some(target.cast());
            }
        };
    }
    if const { may_be_listed::<T>() } {
        for_each_listed!(or_as, or_as_borrowed);
    }
    None
}

/// Asks for the first line of what an item keeps elsewhere, if anything.
#[inline(always)]
pub(crate) fn ask_for_content<T>(item: &T) {
    if let Some(content) = content_of(item) {
        prefetch(content);
    }
}

/// Asks for what the entries of a live bucket keep elsewhere.
pub(super) type AskForContent = unsafe fn(Bucket);

/// Asks for what a bucket's keys keep elsewhere.
///
/// # Safety
///
/// It is a live bucket of a table of `K` and `V`, whose entries were not dropped. What they borrow
/// may be gone.
pub(super) unsafe fn ask_for_keys<K, V>(bucket: Bucket) {
    // SAFETY: a slot with a tophash holds an entry (R3).
    unsafe {
        for slot in 0..bucket.word().filled() {
            ask_for_content(&*bucket.key::<K, V>(slot));
        }
    }
}

/// Asks for what a bucket's keys and values keep elsewhere.
///
/// # Safety
///
/// As for [`ask_for_keys`].
pub(super) unsafe fn ask_for_entries<K, V>(bucket: Bucket) {
    // SAFETY: as there.
    unsafe {
        for slot in 0..bucket.word().filled() {
            ask_for_content(&*bucket.key::<K, V>(slot));
            ask_for_content(&*bucket.value::<K, V>(slot));
        }
    }
}

impl Header {
    /// Asks for what the entries of a bucket behind `index` keep elsewhere, and for the slots of
    /// one that comes later.
    ///
    /// # Safety
    ///
    /// `index <= last`, the buckets up to `last` are live and of the shape, and `ask` may be called
    /// with those behind `index`.
    #[inline(never)]
    pub(super) unsafe fn ask_behind(
        &self,
        (index, last): (u32, u32),
        ask: AskForContent,
        shape: &Shape,
    ) {
        let left = last - index;
        // SAFETY: as the caller says.
        unsafe {
            if left >= SLOTS_AHEAD {
                let slots = self.bucket(index + SLOTS_AHEAD, shape).start();
                prefetch_slots(slots.as_ptr(), shape);
            }
            if left >= BUCKETS_AHEAD {
                ask(self.bucket(index + BUCKETS_AHEAD, shape));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_bytes_are_known_where_they_lie_and_nothing_else_is() {
        let text = String::from("a text that lies elsewhere");
        let bytes = text.clone().into_bytes();
        let (boxed, shared) = (text.clone().into_boxed_str(), Arc::<str>::from(text.as_str()));
        let boxed_bytes = bytes.clone().into_boxed_slice();
        assert_eq!(content_of(&text), Some(text.as_ptr()));
        assert_eq!(content_of(&text.as_str()), Some(text.as_ptr()));
        assert_eq!(content_of(&boxed), Some(boxed.as_ptr()));
        assert_eq!(content_of(&shared), Some(shared.as_ptr()));
        assert_eq!(content_of(&bytes), Some(bytes.as_ptr()));
        assert_eq!(content_of(&bytes.as_slice()), Some(bytes.as_ptr()));
        assert_eq!(content_of(&boxed_bytes), Some(boxed_bytes.as_ptr()));
        assert!(has_content::<String>() && has_content::<&[u8]>() && has_content::<Arc<str>>());
        assert!(!has_content::<u64>() && !has_content::<[usize; 2]>() && !has_content::<&u8>());
        assert_eq!(content_of(&7_u64), None);
        assert_eq!(content_of(&(7_usize, 7_usize)), None);
        assert_eq!(content_of(&[7_usize; 3]), None);
        assert_eq!(content_of(&[7_u8; 16]), None);
    }
}
