//! What an allocator was asked for, in numbers.

/// Counts of allocations and bytes since some beginning.
///
/// A block that changes its size counts as one allocation of the new size and one free of the old.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes allocated and not freed; below 0 when more was freed than allocated since.
    pub live_bytes: isize,
    /// The most that `live_bytes` ever was, and at least 0.
    pub peak_bytes: isize,
    /// How many blocks were allocated.
    pub allocation_count: usize,
    /// How many blocks were freed.
    pub free_count: usize,
    /// How many requests were refused.
    pub refusal_count: usize,
    /// The bytes of all allocated blocks together.
    pub allocated_bytes: usize,
    /// The bytes of all freed blocks together.
    pub freed_bytes: usize,
    /// The bytes of all blocks that were asked for zeroed.
    pub zeroed_bytes: usize,
    /// The bytes of all blocks that were changed in size, counted at the new size.
    pub reallocated_bytes: usize,
    /// The largest block allocated.
    pub largest_bytes: usize,
    /// The largest block freed.
    pub largest_freed_bytes: usize,
}

impl Usage {
    pub(super) const NONE: Self = Self {
        live_bytes: 0,
        peak_bytes: 0,
        allocation_count: 0,
        free_count: 0,
        refusal_count: 0,
        allocated_bytes: 0,
        freed_bytes: 0,
        zeroed_bytes: 0,
        reallocated_bytes: 0,
        largest_bytes: 0,
        largest_freed_bytes: 0,
    };

    pub(super) fn allocate(&mut self, bytes: usize) {
        self.allocation_count += 1;
        self.allocated_bytes += bytes;
        self.largest_bytes = self.largest_bytes.max(bytes);
        self.live_bytes += signed(bytes);
        self.peak_bytes = self.peak_bytes.max(self.live_bytes);
    }

    pub(super) fn allocate_zeroed(&mut self, bytes: usize) {
        self.allocate(bytes);
        self.zeroed_bytes += bytes;
    }

    pub(super) fn free(&mut self, bytes: usize) {
        self.free_count += 1;
        self.freed_bytes += bytes;
        self.largest_freed_bytes = self.largest_freed_bytes.max(bytes);
        self.live_bytes -= signed(bytes);
    }

    /// The allocator may hold both blocks for a moment, and so does the peak.
    pub(super) fn reallocate(&mut self, old_bytes: usize, new_bytes: usize) {
        self.allocate(new_bytes);
        self.free(old_bytes);
        self.reallocated_bytes += new_bytes;
    }

    pub(super) fn refuse(&mut self) {
        self.refusal_count += 1;
    }

    /// This usage and what came after it, as one.
    pub(super) fn then(self, later: Self) -> Self {
        Self {
            live_bytes: self.live_bytes + later.live_bytes,
            peak_bytes: self.peak_bytes.max(self.live_bytes + later.peak_bytes),
            allocation_count: self.allocation_count + later.allocation_count,
            free_count: self.free_count + later.free_count,
            refusal_count: self.refusal_count + later.refusal_count,
            allocated_bytes: self.allocated_bytes + later.allocated_bytes,
            freed_bytes: self.freed_bytes + later.freed_bytes,
            zeroed_bytes: self.zeroed_bytes + later.zeroed_bytes,
            reallocated_bytes: self.reallocated_bytes + later.reallocated_bytes,
            largest_bytes: self.largest_bytes.max(later.largest_bytes),
            largest_freed_bytes: self.largest_freed_bytes.max(later.largest_freed_bytes),
        }
    }
}

fn signed(bytes: usize) -> isize {
    isize::try_from(bytes).expect("no layout is larger than isize::MAX")
}

#[cfg(test)]
mod tests {
    use super::Usage;

    #[test]
    fn the_peak_is_the_most_that_was_live_at_once() {
        let mut usage = Usage::NONE;
        usage.allocate(100);
        usage.free(100);
        usage.allocate_zeroed(60);
        usage.reallocate(60, 70);
        assert_eq!((usage.live_bytes, usage.peak_bytes), (70, 130));
        assert_eq!((usage.allocation_count, usage.free_count), (3, 2));
        assert_eq!((usage.allocated_bytes, usage.freed_bytes), (230, 160));
        assert_eq!((usage.zeroed_bytes, usage.reallocated_bytes), (60, 70));
        assert_eq!((usage.largest_bytes, usage.largest_freed_bytes), (100, 100));
    }

    #[test]
    fn two_usages_in_a_row_are_one() {
        let (mut whole, mut first, mut second) = (Usage::NONE, Usage::NONE, Usage::NONE);
        for usage in [&mut whole, &mut first] {
            usage.allocate(100);
            usage.allocate(50);
            usage.free(100);
        }
        for usage in [&mut whole, &mut second] {
            usage.allocate(70);
            usage.free(50);
            usage.refuse();
        }
        assert_eq!(second.live_bytes, 20);
        assert_eq!(first.then(second), whole);
    }
}
