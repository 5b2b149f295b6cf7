//! Visiting every entry and removing some on the way.

use core::ptr;

use super::RawTable;
use super::bucket::{Bucket, Node, Slot};
use crate::alloc::Allocator;

/// A place between two entries of a table. An entry that a removal moves into the hole was not
/// visited yet, and is visited next; so each entry is visited once.
pub(crate) struct Cursor<'a, K, V, A: Allocator> {
    table: &'a mut RawTable<K, V, A>,
    /// The next main bucket.
    next_index: u32,
    /// Where the cursor is: null before the first bucket, and after a chain's end.
    bucket: Option<Bucket>,
    is_main: bool,
    /// The next slot of `bucket`.
    slot: usize,
    /// Entries not visited yet.
    remaining: usize,
    /// Whether `slot - 1` of `bucket` was visited by the last `next` and is still there.
    has_current: bool,
    has_removed: bool,
}

// SAFETY: the bucket is one of the table's, which is borrowed exclusively here.
unsafe impl<K: Send, V: Send, A: Allocator + Send> Send for Cursor<'_, K, V, A> {}
// SAFETY: as above.
unsafe impl<K: Sync, V: Sync, A: Allocator + Sync> Sync for Cursor<'_, K, V, A> {}

impl<K, V, A: Allocator> RawTable<K, V, A> {
    /// A cursor before the first entry.
    pub(crate) fn cursor(&mut self) -> Cursor<'_, K, V, A> {
        let remaining = self.len();
        Cursor {
            table: self,
            next_index: 0,
            bucket: None,
            is_main: false,
            slot: 0,
            remaining,
            has_current: false,
            has_removed: false,
        }
    }
}

impl<K, V, A: Allocator> Cursor<'_, K, V, A> {
    /// Entries not visited yet.
    pub(crate) fn remaining(&self) -> usize {
        self.remaining
    }

    /// Visits the next entry.
    pub(crate) fn next(&mut self) -> Option<(&mut K, &mut V)> {
        self.has_current = false;
        if self.remaining == 0 {
            return None;
        }
        // SAFETY: words, links and nodes are as R3 to R5 say; entries remain, so the index does not
        // pass `last`; the slot is taken and the table borrowed exclusively.
        unsafe {
            loop {
                if let Some(bucket) = self.bucket {
                    if self.slot < bucket.word().filled() {
                        self.slot += 1;
                        self.remaining -= 1;
                        self.has_current = true;
                        return Some((
                            &mut *bucket.key::<K, V>(self.slot - 1),
                            &mut *bucket.value::<K, V>(self.slot - 1),
                        ));
                    }
                    let node = self.node_after(bucket);
                    if !node.is_null() {
                        self.go_to(Bucket::of_node(node, RawTable::<K, V, A>::SHAPE), false);
                        continue;
                    }
                }
                let main = self.table.bucket(self.next_index);
                self.next_index = self.next_index.wrapping_add(1);
                self.go_to(main, true);
            }
        }
    }

    /// The overflow bucket behind that in which the cursor is, or null.
    ///
    /// # Safety
    ///
    /// `bucket` is that bucket.
    #[inline(always)]
    unsafe fn node_after(&self, bucket: Bucket) -> *mut Node {
        // SAFETY: words and links are as R3 to R5 say.
        unsafe {
            let has_next = !self.is_main || bucket.word().has_overflow();
            if has_next { bucket.next() } else { ptr::null_mut() }
        }
    }

    fn go_to(&mut self, bucket: Bucket, is_main: bool) {
        self.bucket = Some(bucket);
        self.is_main = is_main;
        self.slot = 0;
    }

    /// Takes out the entry that [`Self::next`] visited last.
    ///
    /// # Panics
    ///
    /// If there is none, or it was taken out already.
    pub(crate) fn remove(&mut self) -> (K, V) {
        assert!(self.has_current, "no entry was visited since the last removal");
        let bucket = self.bucket.expect("a visited entry lies in a bucket");
        self.has_current = false;
        self.has_removed = true;
        self.slot -= 1;
        let slot =
            Slot { slots: bucket.slots(), slot: self.slot, index: self.next_index.wrapping_sub(1) };
        // SAFETY: the bucket is live and the slot taken. A node whose only entry goes leaves the
        // chain, of which it was the last; then the cursor is at the chain's end.
        unsafe {
            let is_last_of_node = !self.is_main && bucket.word().filled() == 1;
            let entry = self.table.remove(slot);
            if is_last_of_node {
                self.bucket = None;
            }
            entry
        }
    }
}

impl<K, V, A: Allocator> Drop for Cursor<'_, K, V, A> {
    fn drop(&mut self) {
        if self.has_removed {
            self.table.removed();
        }
    }
}
