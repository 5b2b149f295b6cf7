//! The order in which walks and scans visit the chains of a table: one that growth and shrinking
//! do not disturb.
//!
//! A hash's *rank* is its index bits reversed, so that the bit that decides first is the most
//! significant. A bucket of a table of 2^B buckets holds just the ranks that begin with its B index
//! bits, reversed: an interval. Splitting the bucket divides the interval in the middle, and
//! merging joins the two halves again. So "all entries below this rank were visited" stays true
//! through any number of doublings and halvings, and a position needs to be only a rank.
//!
//! ```text
//! 4 buckets  |        0        |        2        |        1        |        3        |
//! 8 buckets  |   0    |   4    |   2    |   6    |   1    |   5    |   3    |   7    |
//!             rank 0                                                        2^32 - 1
//! ```
//!
//! To count buckets in this order is known from the cursors of Redis and of Valkey.
//!
//! Positions are *offsets*: distances in rank from where a walk or a scan began, which is anywhere;
//! ranks continue at 0 behind the last one.

#![forbid(unsafe_code)]

use super::{Header, index_bits};

/// Ranks that there are: where a whole round ends.
pub(super) const ROUND: u64 = 1 << 32;

/// Where a hash comes in the order.
#[inline]
pub(super) fn rank_of(hash: u64) -> u32 {
    index_bits(hash).reverse_bits()
}

/// One chain of a table, and the interval of ranks that belong there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) index: u32,
    pub(super) start: u32,
    /// How many ranks: a power of two, at most [`ROUND`].
    pub(super) len: u64,
}

impl Interval {
    /// That of a bucket in a table with this mask.
    pub(super) fn of(index: u32, mask: u32) -> Self {
        Self { index, start: index.reverse_bits(), len: ROUND >> mask.count_ones() }
    }

    /// Where the interval begins that is the fourth from here, if they are all as long.
    pub(super) fn fourth_next(self) -> u32 {
        self.start.wrapping_add((self.len as u32).wrapping_mul(4))
    }

    /// How many ranks there are from `rank`, which belongs here, to the end.
    pub(super) fn rest_from(self, rank: u32) -> u64 {
        self.len - u64::from(rank - self.start)
    }

    /// Whether a boundary at `rank` would divide this interval.
    pub(super) fn is_divided_by(self, rank: u32) -> bool {
        rank > self.start && u64::from(rank - self.start) < self.len
    }
}

impl Header {
    /// The chain that a rank belongs to at present.
    pub(super) fn interval_at(&self, rank: u32) -> Interval {
        let index = self.index_of_bits(rank.reverse_bits());
        let half = self.half();
        // Below the middle, and its other half not there: not split yet, or merged.
        let is_undivided =
            index < half && u64::from(index) + u64::from(half) > u64::from(self.last());
        Interval::of(index, if is_undivided { self.mask >> 1 } else { self.mask })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(mask: u32, last: u32) -> Header {
        let mut header = Header::empty();
        header.set_size(mask, last, &super::super::Shape::of::<u64, u64>());
        header
    }

    #[test]
    fn intervals_follow_one_another_without_gaps_at_every_stage_of_a_growth() {
        for (mask, least) in [(0, 0), (1, 0), (1, 1), (7, 3), (7, 4), (7, 6), (7, 7), (63, 40)] {
            let header = header(mask, least);
            let (mut rank, mut count) = (0, 0);
            while rank < ROUND {
                let interval = header.interval_at(rank as u32);
                assert_eq!(u64::from(interval.start), rank, "{mask} {least}");
                let inside = header.interval_at((rank + interval.len - 1) as u32);
                assert_eq!(inside, interval);
                rank += interval.len;
                count += 1;
            }
            assert_eq!(rank, ROUND);
            assert_eq!(count, least + 1, "each live bucket once");
        }
    }

    #[test]
    fn a_rank_belongs_to_the_bucket_of_its_hash() {
        for last in 31..64 {
            let header = header(63, last);
            for n in 0..5000_u64 {
                let hash = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                assert_eq!(header.interval_at(rank_of(hash)).index, header.index_of(hash));
            }
        }
    }
}
