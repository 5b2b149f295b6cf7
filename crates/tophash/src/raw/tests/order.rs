//! Tests of the intervals of ranks that chains have.

use crate::raw::Shape;
use crate::raw::header::Header;
use crate::raw::order::{Interval, ROUND, rank_of};

#[test]
fn an_interval_knows_what_is_left_of_it_what_divides_it_and_where_the_fourth_next_begins() {
    for mask in [0, 1, 3, 7, 63, u32::MAX >> 8] {
        let mut header = Header::empty();
        header.set_size(mask, mask, &Shape::of::<u64, u64>());
        for index in [0, 1, 5, mask / 3, mask].into_iter().filter(|&index| index <= mask) {
            let interval = Interval::of(index, mask);
            let (start, len) = (u64::from(interval.start), interval.len);
            assert_eq!(len * (u64::from(mask) + 1), ROUND);
            for step in [0, 1, len / 2, len - 1] {
                let rank = (start + step) as u32;
                assert_eq!(header.interval_at(rank), interval);
                assert_eq!(interval.rest_from(rank), len - step);
                assert_eq!(interval.is_divided_by(rank), step > 0);
            }
            for outside in [start.wrapping_sub(1), start + len, start + len + 1] {
                let is_elsewhere = mask > 0;
                let rank = (outside % ROUND) as u32;
                assert!(!is_elsewhere || !interval.is_divided_by(rank));
            }
            let mut next = interval;
            for _ in 0..4 {
                let rank = (u64::from(next.start) + next.len) % ROUND;
                next = header.interval_at(rank as u32);
            }
            assert_eq!(interval.fourth_next(), next.start);
        }
    }
}

#[test]
fn the_bit_of_a_hash_that_decides_first_is_the_highest_of_its_rank() {
    for bit in 0..32 {
        assert_eq!(rank_of(1 << (32 + bit)), 1 << (31 - bit));
    }
    assert_eq!(rank_of(0xffff_ffff), 0, "the lower half chooses no bucket");
}
