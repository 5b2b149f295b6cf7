//! What other maps take, by the rules that their sources state: hashbrown's (which is std's) and
//! those of Go's classic map.

/// The entry that a rule is asked about: bytes of a key and of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EntryBytes {
    pub(crate) key: u64,
    pub(crate) value: u64,
    pub(crate) key_align: u64,
    pub(crate) value_align: u64,
}

impl EntryBytes {
    pub(crate) fn of<K, V>() -> Self {
        Self {
            key: crate::figures::wide(size_of::<K>()),
            value: crate::figures::wide(size_of::<V>()),
            key_align: crate::figures::wide(align_of::<K>()),
            value_align: crate::figures::wide(align_of::<V>()),
        }
    }

    /// The larger alignment of the two.
    pub(crate) fn align(self) -> u64 {
        self.key_align.max(self.value_align)
    }

    /// Of the two side by side, as `(K, V)` lies in memory.
    pub(crate) fn pair(self) -> u64 {
        (self.key + self.value).next_multiple_of(self.align())
    }
}

pub(crate) mod std_map {
    //! hashbrown 0.15 and later, which is std's map: a power of two of buckets, of which 7/8 are
    //! used, each with an entry and a control byte, and a group of control bytes at the end.

    use super::EntryBytes;

    /// Control bytes that are read at once; with SSE2, as on x86-64.
    const GROUP_BYTES: u64 = 16;

    /// Buckets for so many entries; `None` if no map can have them.
    pub(crate) fn buckets_for(len: u64) -> Option<u64> {
        match len {
            0 => Some(0),
            1..=3 => Some(4),
            4..=7 => Some(8),
            8..=14 => Some(16),
            _ => (len.checked_mul(8)? / 7).checked_next_power_of_two(),
        }
    }

    /// Entries that so many buckets hold before the map grows.
    pub(crate) fn capacity_of(buckets: u64) -> u64 {
        if buckets <= 8 { buckets.saturating_sub(1) } else { buckets / 8 * 7 }
    }

    /// Buckets of a map that says it has this capacity.
    pub(crate) fn buckets_of_capacity(capacity: u64) -> u64 {
        match capacity {
            0 => 0,
            1..=7 => capacity + 1,
            _ => capacity / 7 * 8,
        }
    }

    /// Bytes of the one allocation. `None` if no allocation can be so large.
    pub(crate) fn bytes(entry: EntryBytes, buckets: u64) -> Option<u64> {
        if buckets == 0 {
            return Some(0);
        }
        let entries = entry.pair().checked_mul(buckets)?.checked_next_multiple_of(GROUP_BYTES)?;
        let bytes = entries.checked_add(buckets)?.checked_add(GROUP_BYTES)?;
        (bytes <= i64::MAX.unsigned_abs()).then_some(bytes)
    }
}

pub(crate) mod go_map {
    //! Go's classic map, `runtime/map.go` up to Go 1.23: 2^B buckets of eight slots at a load of
    //! 6.5, with overflow buckets made beforehand from B = 4 on. Go's allocator rounds sizes up
    //! besides; its classes are not part of the map's rules, and are left out.

    use super::EntryBytes;

    /// `hmap`: count, flags, B, noverflow, hash0, buckets, oldbuckets, nevacuate, extra.
    pub(crate) const HEADER_BYTES: u64 = 48;
    /// Keys and values above this size are held by a pointer.
    const INLINE_BYTES_MAX: u64 = 128;

    /// The least B for so many entries.
    pub(crate) fn log2_for(len: u64) -> u32 {
        let mut log2 = 0;
        while log2 < 60 && len > capacity_of(log2) {
            log2 += 1;
        }
        log2
    }

    /// Entries that 2^B buckets hold before the map grows.
    pub(crate) fn capacity_of(log2: u32) -> u64 {
        if log2 == 0 { 8 } else { (1_u64 << log2) / 2 * 13 }
    }

    /// Bytes of a bucket: eight tophashes, keys and values, and the overflow pointer.
    pub(crate) fn bucket_bytes(entry: EntryBytes) -> u64 {
        let inline = |bytes| if bytes > INLINE_BYTES_MAX { 8 } else { bytes };
        let slots = 8 * (inline(entry.key) + inline(entry.value));
        (8 + slots + 8).next_multiple_of(entry.align().max(8))
    }

    /// Bytes of the array of 2^B buckets with the overflow buckets that are made with it. Keys and
    /// values that are held by a pointer come on top, one by one.
    pub(crate) fn array_bytes(entry: EntryBytes, log2: u32) -> Option<u64> {
        let main = 1_u64 << log2;
        let beforehand = if log2 >= 4 { 1 << (log2 - 4) } else { 0 };
        bucket_bytes(entry).checked_mul(main + beforehand)
    }
}

#[cfg(test)]
mod tests {
    use super::{EntryBytes, go_map, std_map};
    use std::collections::HashMap;

    #[test]
    fn a_map_of_std_has_the_capacity_that_the_rule_says() {
        for len in [0, 1, 3, 4, 7, 8, 14, 15, 28, 29, 1000, 100_000] {
            let map: HashMap<u64, u64> = HashMap::with_capacity(len);
            let buckets = std_map::buckets_for(len as u64).unwrap();
            assert_eq!(map.capacity() as u64, std_map::capacity_of(buckets), "{len} entries");
            assert_eq!(std_map::buckets_of_capacity(map.capacity() as u64), buckets);
        }
    }

    #[test]
    fn a_growing_map_of_std_has_a_capacity_that_the_rule_knows() {
        let mut map = HashMap::new();
        for n in 0..10_000_u64 {
            map.insert(n, n);
            let buckets = std_map::buckets_of_capacity(map.capacity() as u64);
            assert_eq!(std_map::capacity_of(buckets), map.capacity() as u64);
        }
    }

    #[test]
    fn a_map_of_std_too_large_to_be_has_no_size() {
        let entry = EntryBytes::of::<u64, u64>();
        assert_eq!(std_map::bytes(entry, 4), Some(4 * 17 + 16));
        assert_eq!(std_map::buckets_for(u64::MAX), None);
        assert_eq!(std_map::bytes(entry, 1 << 62), None);
    }

    #[test]
    fn gos_buckets_are_those_of_the_guide() {
        let entry = EntryBytes::of::<u64, u64>();
        assert_eq!(go_map::bucket_bytes(entry), 144);
        let logs = [0, 8, 9, 13, 14, 1000].map(go_map::log2_for);
        assert_eq!(logs, [0, 0, 1, 1, 2, 8]);
        assert_eq!(go_map::array_bytes(entry, 3), Some(8 * 144));
        assert_eq!(go_map::array_bytes(entry, 4), Some(17 * 144));
        let large = EntryBytes { key: 129, value: 1, key_align: 1, value_align: 1 };
        assert_eq!(go_map::bucket_bytes(large), 8 + 64 + 8 + 8);
    }
}
