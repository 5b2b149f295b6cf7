//! From sizes that are known when the program runs to [`MemoryPlan`], which wants types.
//!
//! A bucket has eight keys and then eight values, so that no padding lies between entries, and what
//! a map takes depends on the bytes of a key and a value together, not on how they share them. Up
//! to an alignment of 8 it depends on nothing else; an alignment of 16 pads the buckets.
//! `the_plan_is_that_of_the_types` holds this against real types.

use std::marker::PhantomData;

use tophash::MemoryPlan;

use crate::rules::EntryBytes;

/// Bytes of a key and a value together, at most: one less than the sum of the powers in
/// [`AllSizes`].
pub(super) const ENTRY_BYTES_MAX: u64 = 255;

/// The plan for `len` entries. `None` if there is no map of so many or so large ones.
pub(super) fn plan(entry: EntryBytes, len: usize) -> Option<MemoryPlan> {
    let bytes = usize::try_from(entry.key + entry.value).ok()?;
    if entry.key + entry.value > ENTRY_BYTES_MAX {
        return None;
    }
    if entry.align <= 8 {
        return AllSizes::plan::<(), ()>(bytes, len);
    }
    // Keys of 16 bytes and an alignment of 16; what is left of the eight slots, rounded up.
    let slots_bytes = (8 * bytes).next_multiple_of(16).max(8 * 16);
    AllSizes::plan::<u128, ()>(slots_bytes / 8 - 16, len)
}

/// Makes a type of a number of bytes out of powers of two.
trait Sizes {
    /// The plan for entries of `K` and of a value with the bytes of `V` and `more`.
    fn plan<K, V>(more: usize, len: usize) -> Option<MemoryPlan>;
}

struct Power<const BYTES: usize, Rest>(PhantomData<Rest>);
struct Done;

type AllSizes = Power<128, Power<64, Power<32, Power<16, SmallSizes>>>>;
type SmallSizes = Power<8, Power<4, Power<2, Power<1, Done>>>>;

impl<const BYTES: usize, Rest: Sizes> Sizes for Power<BYTES, Rest> {
    fn plan<K, V>(more: usize, len: usize) -> Option<MemoryPlan> {
        if more >= BYTES {
            Rest::plan::<K, (V, [u8; BYTES])>(more - BYTES, len)
        } else {
            Rest::plan::<K, V>(more, len)
        }
    }
}

impl Sizes for Done {
    fn plan<K, V>(_more: usize, len: usize) -> Option<MemoryPlan> {
        MemoryPlan::new::<K, V>(len).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{ENTRY_BYTES_MAX, plan};
    use crate::rules::EntryBytes;
    use tophash::MemoryPlan;

    #[track_caller]
    fn is_that_of<K, V>() {
        for len in [0, 1, 8, 9, 14, 1000, 100_000, 3_000_000, 1 << 40] {
            let entry = EntryBytes::of::<K, V>();
            let real = MemoryPlan::new::<K, V>(len).ok();
            assert_eq!(plan(entry, len), real, "{entry:?}, {len}");
        }
    }

    #[test]
    fn the_plan_is_that_of_the_types() {
        is_that_of::<(), ()>();
        is_that_of::<u8, ()>();
        is_that_of::<u8, u64>();
        is_that_of::<u64, u8>();
        is_that_of::<u32, u32>();
        is_that_of::<u64, u64>();
        is_that_of::<String, u32>();
        is_that_of::<String, String>();
        is_that_of::<[u8; 3], u16>();
        is_that_of::<[u8; 255], ()>();
        is_that_of::<u128, ()>();
        is_that_of::<u128, u128>();
        is_that_of::<u8, u128>();
        is_that_of::<u64, u128>();
        is_that_of::<[u8; 5], u128>();
        is_that_of::<u128, [u8; 239]>();
    }

    #[test]
    fn what_is_larger_has_no_plan() {
        let entry = |value| EntryBytes { key: 0, value, align: 1 };
        assert!(plan(entry(ENTRY_BYTES_MAX), 1).is_some());
        assert!(plan(entry(ENTRY_BYTES_MAX + 1), 1).is_none());
    }
}
