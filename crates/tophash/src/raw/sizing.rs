//! Sizing arithmetic: how many buckets for how many entries, and what they take.
//!
//! Everything here is plain numbers; nothing touches memory.

#![forbid(unsafe_code)]

use core::alloc::Layout;

use super::bucket::Node;
use super::tophash::SLOT_COUNT;

/// A table never has more buckets than this, because a bucket's index is a `u32`.
/// At the highest load that is 28 thousand million entries.
pub(crate) const BUCKET_COUNT_MAX: u64 =
    if cfg!(target_pointer_width = "64") { 1 << 32 } else { 1 << 28 };

/// A block holds the largest power of two of buckets that takes at most so many bytes; or one, if
/// four would take more.
const BLOCK_BYTES_MAX: usize = 64 * 1024;

/// The most bytes of a key or a value, padded to its alignment. Below it no size of a bucket
/// overflows, in whatever mode the crate is compiled.
const ITEM_BYTES_MAX: usize = isize::MAX as usize / SLOT_COUNT / 4;

/// Bytes of a main bucket beside its slots: the tophash word and the overflow pointer.
pub(crate) const BUCKET_HEAD_BYTES: usize = 16;

/// Bytes between a block's slots and its tophash words. See `block.rs`.
const HEAD_BYTES: usize = 16;

/// The alignment of the slots of all but small tables: a cache line, so that the eight keys of a
/// bucket lie in as few lines as they can.
pub(crate) const LINE_BYTES: usize = 64;

/// The alignment of the slots of small tables, whose lines are in the cache anyway: two words, as
/// allocators give to whoever asks for no more. For more glibc takes two to three times as long
/// (docs/decisions/0028).
const USUAL_ALIGN: usize = 2 * size_of::<usize>();

/// The sizes that follow from one key type and one value type.
///
/// The slots of a bucket, wherever it lies. Pairs, where a pair has no padding: an entry then lies
/// in one cache line, or in as few as it can (docs/decisions/0017). Else keys and values apart, as
/// in Go, which wastes nothing:
///
/// ```text
/// |<---------- slots_bytes ------------------------------------->|
/// | key 0 | value 0 | key 1 | value 1 | ...    | key 7 | value 7 |
///         ^ values_offset
///
/// |<---------- slots_bytes ------------------------------------->|
/// | key 0 | key 1 | ... | key 7 |pad| value 0 | ... | value 7 |pad|
///                                   ^ values_offset
/// ```
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Bytes of a key, and of a value.
    pub(crate) key_bytes: usize,
    pub(crate) value_bytes: usize,
    /// From one key to the next, and from one value to the next.
    pub(crate) key_stride: usize,
    pub(crate) value_stride: usize,
    /// Where the values begin, from the first key.
    pub(crate) values_offset: usize,
    /// Bytes of the slots of one bucket.
    pub(crate) slots_bytes: usize,
    /// Alignment of the slots of one bucket.
    pub(crate) slots_align: usize,
    /// log2 of the buckets of a full block.
    pub(crate) block_log2: u32,
    /// Where the slots of a node begin.
    pub(crate) node_slots_offset: usize,
    /// Bytes of a node, slots included; a multiple of `node_align`.
    pub(crate) node_bytes: usize,
    /// Alignment of a node.
    pub(crate) node_align: usize,
}

impl Shape {
    /// The shape of a bucket of `K` and `V`. A type too large for eight of it fails to compile.
    pub(crate) const fn of<K, V>() -> Self {
        Self::of_layouts(Layout::new::<K>(), Layout::new::<V>())
    }

    /// Whether a bucket can be made of keys and values with these layouts.
    pub(crate) const fn is_possible_of(key: Layout, value: Layout) -> bool {
        Self::is_possible_item(key) && Self::is_possible_item(value)
    }

    /// Whether eight of it are no more than memory. What has no size may have any alignment still.
    const fn is_possible_item(item: Layout) -> bool {
        item.pad_to_align().size() <= ITEM_BYTES_MAX && item.align() <= ITEM_BYTES_MAX
    }

    /// The shape of a bucket of keys and values with these layouts.
    ///
    /// # Panics
    ///
    /// Unless [`Self::is_possible_of`] them, whether or not the compiler checks for overflow: for
    /// types that is an error when the program is compiled.
    pub(crate) const fn of_layouts(key: Layout, value: Layout) -> Self {
        // In an array each item takes a multiple of its alignment.
        let (key, value) = (key.pad_to_align(), value.pad_to_align());
        assert!(Self::is_possible_of(key, value), "eight keys or values are larger than memory");
        let slots_align = max(key.align(), value.align());
        let behind_keys = round_up(key.size() * SLOT_COUNT, value.align());
        let pair_bytes = key.size() + value.size();
        let is_paired = key.size() % value.align() == 0 && pair_bytes % slots_align == 0;
        let (key_stride, value_stride, values_offset) = if is_paired {
            (pair_bytes, pair_bytes, key.size())
        } else {
            (key.size(), value.size(), behind_keys)
        };
        // The same for pairs, which have no padding.
        let slots_bytes = round_up(behind_keys + value.size() * SLOT_COUNT, slots_align);
        let bucket_bytes = BUCKET_HEAD_BYTES + slots_bytes;
        let mut block_log2 = 0;
        if !cfg!(stress) && bucket_bytes <= BLOCK_BYTES_MAX / 4 {
            block_log2 = (BLOCK_BYTES_MAX / bucket_bytes).ilog2();
        }
        let node_slots_offset = round_up(size_of::<Node>(), slots_align);
        // Slots without size take a byte, so that their address is not where another allocation may
        // begin.
        let node_slots_end = node_slots_offset + max(slots_bytes, 1);
        let node_align = max(slots_align, align_of::<Node>());
        Self {
            key_bytes: key.size(),
            value_bytes: value.size(),
            key_stride,
            value_stride,
            values_offset,
            slots_bytes,
            slots_align,
            block_log2,
            node_slots_offset,
            node_bytes: round_up(node_slots_end, node_align),
            node_align,
        }
    }

    /// Whether each key lies beside its value, which may take no room.
    #[inline(always)]
    pub(crate) const fn is_paired(&self) -> bool {
        self.key_stride == self.key_bytes + self.value_bytes
    }

    /// Buckets of a full block.
    #[inline(always)]
    pub(crate) const fn block_len(&self) -> usize {
        1 << self.block_log2
    }

    /// Whether a table of `bucket_count` grows all at once. It takes at most a quarter of a block's
    /// bytes: P2 allows that below 16 KiB of slots. Larger ones grow a bucket at a time.
    #[inline(always)]
    pub(crate) const fn doubles_at_once(&self, bucket_count: usize) -> bool {
        bucket_count <= self.block_len() / 4
    }

    /// Buckets that the block of a table of `bucket_count` has room for, or each of its blocks: as
    /// many; but from half a full block on those of a full one, so that a table which does not grow
    /// at once need not be copied to do so.
    #[inline(always)]
    pub(crate) const fn block_len_for(&self, bucket_count: usize) -> usize {
        if bucket_count < self.block_len().div_ceil(2) { bucket_count } else { self.block_len() }
    }

    /// Alignment of a block of `bucket_count`.
    pub(crate) const fn block_align(&self, bucket_count: usize) -> usize {
        let wanted = if self.doubles_at_once(bucket_count) { USUAL_ALIGN } else { LINE_BYTES };
        max(self.slots_align, wanted)
    }

    /// The layout of a block of `bucket_count`; `None` when it is larger than a block may be.
    pub(crate) const fn block_layout(&self, bucket_count: usize) -> Option<Layout> {
        let head_bytes = HEAD_BYTES + BUCKET_HEAD_BYTES * bucket_count;
        let Some(slots_bytes) = self.slots_bytes.checked_mul(bucket_count) else { return None };
        let Some(size) = head_bytes.checked_add(slots_bytes) else { return None };
        match Layout::from_size_align(size, self.block_align(bucket_count)) {
            Ok(layout) => Some(layout),
            Err(_) => None,
        }
    }

    /// Bytes of `bucket_count` main buckets in `block_count` blocks, without the buckets that those
    /// have room for besides.
    pub(crate) fn live_bytes(&self, bucket_count: usize, block_count: usize) -> usize {
        (BUCKET_HEAD_BYTES + self.slots_bytes) * bucket_count + HEAD_BYTES * block_count
    }

    /// Bytes of the blocks of a table of `bucket_count`, a power of two; `None` beyond
    /// `isize::MAX`.
    pub(crate) fn blocks_bytes(&self, bucket_count: u64) -> Option<usize> {
        let block_len = self.block_len_for(usize::try_from(bucket_count).ok()?);
        let block_bytes = self.block_layout(block_len)?.size() as u64;
        // No division: a processor takes longer for one than for all else here.
        let block_count = (bucket_count >> self.block_log2).max(1);
        let bytes = block_bytes.checked_mul(block_count)?;
        isize::try_from(bytes).is_ok().then_some(bytes as usize)
    }
}

/// The entries that `bucket_count` buckets, a power of two, hold before the table grows: 6.5 for
/// each, or 8 if there is only one.
pub(crate) const fn capacity_of(bucket_count: u64) -> usize {
    if bucket_count == 1 { SLOT_COUNT } else { (bucket_count / 2 * 13) as usize }
}

/// The least power of two of buckets for `entry_count` entries; `None` if a table cannot have it.
pub(crate) const fn buckets_for(entry_count: usize) -> Option<u64> {
    let mut bucket_count = 1;
    while capacity_of(bucket_count) < entry_count {
        bucket_count *= 2;
        if bucket_count > BUCKET_COUNT_MAX {
            return None;
        }
    }
    Some(bucket_count)
}

/// `size` rounded up to a multiple of `align`, a power of two.
pub(crate) const fn round_up(size: usize, align: usize) -> usize {
    (size + align - 1) & !(align - 1)
}

const fn max(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_counts_are_those_of_go() {
        let expected = [
            (0, 1),
            (8, 1),
            (9, 2),
            (13, 2),
            (14, 4),
            (26, 4),
            (27, 8),
            (52, 8),
            (53, 16),
            (1000, 256),
            (10_000, 2048),
        ];
        for (entry_count, bucket_count) in expected {
            assert_eq!(buckets_for(entry_count), Some(bucket_count), "{entry_count} entries");
        }
    }

    #[test]
    fn growing_one_by_one_to_ten_thousand_takes_eleven_growths() {
        let growths = (1..10_000).filter(|&n| buckets_for(n) != buckets_for(n + 1)).count();
        assert_eq!(growths, 11);
    }

    #[test]
    fn more_than_the_most_buckets_is_refused() {
        let most = capacity_of(BUCKET_COUNT_MAX);
        assert_eq!(buckets_for(most), Some(BUCKET_COUNT_MAX));
        assert_eq!(buckets_for(most + 1), None);
        assert_eq!(buckets_for(usize::MAX), None);
    }

    // In the shrunk world every block is one bucket.
    #[cfg(not(stress))]
    #[test]
    fn a_block_begins_at_a_line_but_those_of_tables_that_grow_at_once_where_allocators_like() {
        #[repr(align(32))]
        #[expect(dead_code, reason = "only its size and alignment count")]
        struct Aligned([u8; 32]);
        let pairs = Shape::of::<u64, u64>();
        let aligned = Shape::of::<Aligned, Aligned>();
        for (shape, small) in [(pairs, 2 * size_of::<usize>()), (aligned, 32)] {
            let len = shape.block_len();
            let alignments = [1, len / 4, len / 2, len].map(|n| shape.block_align(n));
            assert_eq!(alignments, [small, small, 64, 64]);
        }
    }

    #[test]
    #[should_panic(expected = "larger than memory")]
    fn keys_of_which_eight_are_more_than_memory_are_refused_in_every_build_mode() {
        let key = Layout::from_size_align(isize::MAX as usize / 16, 1).unwrap();
        let _ = Shape::of_layouts(key, Layout::new::<u8>());
    }

    #[test]
    fn the_largest_keys_have_a_shape_and_no_block() {
        let largest = Layout::from_size_align(ITEM_BYTES_MAX, 1).unwrap();
        let shape = Shape::of_layouts(largest, largest);
        assert_eq!(shape.slots_bytes, 16 * ITEM_BYTES_MAX);
        assert_eq!(shape.block_len(), 1);
        assert_eq!(shape.block_layout(4), None);
    }

    #[test]
    fn a_key_lies_beside_its_value_where_that_takes_no_padding() {
        #[repr(align(64))]
        struct Aligned;
        // From one key to the next, from one value to the next, and to the first value.
        fn layout_of<K, V>() -> (bool, [usize; 3]) {
            let shape = Shape::of::<K, V>();
            let in_arrays = [size_of::<K>(), size_of::<V>(), shape.values_offset];
            assert!(shape.slots_bytes >= SLOT_COUNT * (size_of::<K>() + size_of::<V>()));
            let strides = [shape.key_stride, shape.value_stride, shape.values_offset];
            assert!(shape.is_paired() || strides == in_arrays);
            (shape.is_paired(), strides)
        }
        assert_eq!(layout_of::<u64, u64>(), (true, [16, 16, 8]));
        assert_eq!(layout_of::<[u8; 16], [u8; 64]>(), (true, [80, 80, 16]));
        assert_eq!(layout_of::<u64, ()>(), (true, [8, 8, 8]));
        assert_eq!(layout_of::<(), u64>(), (true, [8, 8, 0]));
        assert_eq!(layout_of::<u64, u8>(), (false, [8, 1, 64]));
        assert_eq!(layout_of::<u8, u64>(), (false, [1, 8, 8]));
        assert_eq!(layout_of::<[u8; 3], [u8; 5]>(), (true, [8, 8, 3]));
        assert_eq!(layout_of::<u32, [u8; 4]>(), (true, [8, 8, 4]));
        // A pair would fit, but its second part would not be aligned.
        assert_eq!(layout_of::<[u8; 4], u32>().1, [8, 8, 4]);
        assert_eq!(layout_of::<[u8; 3], (u32, u8)>().1, [3, 8, 24]);
        assert_eq!(layout_of::<(), ()>(), (true, [0, 0, 0]));
        assert_eq!(layout_of::<u8, Aligned>().1, [1, 0, 64]);
    }

    #[test]
    fn a_block_takes_at_most_its_bytes_or_holds_one_bucket() {
        fn check<K, V>() {
            let shape = Shape::of::<K, V>();
            let layout = shape.block_layout(shape.block_len()).unwrap();
            assert!(
                shape.block_len() == 1 || layout.size() <= BLOCK_BYTES_MAX + LINE_BYTES,
                "{shape:?} {layout:?}"
            );
        }
        check::<u64, u64>();
        check::<(), ()>();
        check::<u8, [u8; 4096]>();
        check::<[u8; 16], [u8; 64]>();
        check::<String, u64>();
        check::<u64, u8>();
    }

    #[test]
    fn what_grows_at_once_takes_less_than_16_kib_and_what_does_not_has_room_to_grow() {
        fn check<K, V>(lens: [usize; 5]) {
            let shape = Shape::of::<K, V>();
            assert_eq!([1, 2, 4, 8, 1 << 20].map(|count| shape.block_len_for(count)), lens);
            for bucket_count in (0..28).map(|log2| 1 << log2) {
                let len = shape.block_len_for(bucket_count);
                if shape.doubles_at_once(bucket_count) {
                    assert!(bucket_count * shape.slots_bytes < 16 * 1024);
                    assert_eq!(len, bucket_count);
                } else {
                    assert!(len == shape.block_len() && len != bucket_count * 4);
                }
            }
        }
        if cfg!(not(stress)) {
            check::<u64, u64>([1, 2, 4, 8, 256]);
            check::<[u8; 16], [u8; 64]>([1, 2, 4, 8, 64]);
            check::<u64, [u8; 1000]>([1, 2, 8, 8, 8]);
            check::<u64, [u8; 2000]>([1, 4, 4, 4, 4]);
            check::<u64, [u8; 2100]>([1, 1, 1, 1, 1]);
            check::<(), ()>([1, 2, 4, 8, 4096]);
        } else {
            check::<u64, u64>([1; 5]);
        }
    }

    #[test]
    fn full_blocks_are_live_to_their_last_byte() {
        for shape in [Shape::of::<u64, u64>(), Shape::of::<(), ()>(), Shape::of::<u64, u8>()] {
            let block = shape.block_layout(shape.block_len()).unwrap().size();
            assert_eq!(shape.live_bytes(shape.block_len() * 3, 3), block * 3);
        }
    }
}
