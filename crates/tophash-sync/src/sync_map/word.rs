//! The word of a bucket: its tags, its level and its lock.
//!
//! ```text
//! bits 0 to 47    the tags of slots 0 to 5, a byte each; 0 stands for a free slot
//! bit 48          LOCKED: some writer is at work here
//! bit 49          FROZEN: nobody may write here any more, or for now
//! bits 56 to 63   the level and one; 0 stands for a bucket that is not born
//! ```
//!
//! A bucket of level `l` holds the hashes whose low `l` bits are its index. Its level only grows.

/// Entries in one bucket: what fills a cache line of 64 bytes, with the word and the link. Fewer
/// where a shrunk world makes long chains common.
pub(super) const SLOT_COUNT: usize = if cfg!(any(stress, loom, shuttle)) { 2 } else { 6 };

const TAGS: u64 = (1 << (8 * SLOT_COUNT)) - 1;
const LOW_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;
const LOWEST_BITS: u64 = 0x0101_0101_0101_0101;
const LEVEL_SHIFT: u32 = 56;

/// A bucket's word, as it was when it was loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word(pub(super) u64);

impl Word {
    pub(super) const LOCKED: u64 = 1 << 48;
    pub(super) const FROZEN: u64 = 1 << 49;

    /// The word of a bucket that nobody has filled yet.
    pub(super) const UNBORN: Self = Self(0);

    /// The word of a bucket with this level and no entry.
    pub(super) fn of_level(level: u32) -> Self {
        Self(u64::from(level + 1) << LEVEL_SHIFT)
    }

    #[inline]
    pub(super) fn is_born(self) -> bool {
        self.0 >> LEVEL_SHIFT != 0
    }

    /// How many low bits of a hash lead to this bucket. Only for one that is born.
    #[inline]
    pub(super) fn level(self) -> u32 {
        debug_assert!(self.is_born());
        (self.0 >> LEVEL_SHIFT) as u32 - 1
    }

    /// Whether the lock can be taken.
    #[inline]
    pub(super) fn is_open(self) -> bool {
        self.is_born() && self.0 & (Self::LOCKED | Self::FROZEN) == 0
    }

    #[inline]
    pub(super) fn is_locked(self) -> bool {
        self.0 & Self::LOCKED != 0
    }

    #[inline]
    pub(super) fn is_frozen(self) -> bool {
        self.0 & Self::FROZEN != 0
    }

    /// The slots whose tag is this one, and now and then another, which may be free. For who
    /// compares what is in them anyway.
    #[inline]
    pub(super) fn candidates(self, tag: u8) -> Slots {
        let unlike = self.0 ^ (u64::from(tag) * LOWEST_BITS);
        // Of a byte that is 0 the subtraction makes one with the highest bit, by borrowing, which
        // may do the same to a byte above that is 1.
        Slots(unlike.wrapping_sub(LOWEST_BITS) & !unlike & TAGS & !LOW_BITS)
    }

    /// The slots whose tag is this one.
    #[inline]
    pub(super) fn matches(self, tag: u8) -> Slots {
        let unlike = self.0 ^ (u64::from(tag) * LOWEST_BITS);
        // The highest bit of a byte stays 0 just where the byte is 0.
        let zero = !(((unlike & LOW_BITS) + LOW_BITS) | unlike | LOW_BITS);
        Slots(zero & TAGS)
    }

    /// The slots that hold an entry.
    #[inline]
    pub(super) fn taken(self) -> Slots {
        Slots(!self.matches(0).0 & TAGS & !LOW_BITS)
    }

    /// A free slot.
    #[inline]
    pub(super) fn free(self) -> Option<usize> {
        self.matches(0).next()
    }

    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.0 & TAGS == 0
    }

    /// The bits to flip so that a free slot gets this tag, or one with this tag becomes free.
    #[inline]
    pub(super) fn flip_of(slot: usize, tag: u8) -> u64 {
        u64::from(tag) << (8 * slot)
    }

    /// The bits of a slot's tag as they are.
    #[inline]
    pub(super) fn tag_bits(self, slot: usize) -> u64 {
        self.0 & (0xff << (8 * slot))
    }

    /// The tag of a slot; 0 if it is free.
    #[cfg(any(test, verify))]
    pub(super) fn tag_at(self, slot: usize) -> u8 {
        (self.0 >> (8 * slot)) as u8
    }

    /// The bits to flip for another level.
    pub(super) fn flip_of_level(self, level: u32) -> u64 {
        (self.0 >> LEVEL_SHIFT ^ u64::from(level + 1)) << LEVEL_SHIFT
    }
}

/// The tag of a hash: seven bits that do not choose the bucket, and one that makes it differ from
/// the 0 of a free slot.
#[inline]
pub(super) fn tag_of(hash: u64) -> u8 {
    (hash >> 56) as u8 | 1
}

/// Slots of a bucket, from the first to the last.
pub(super) struct Slots(u64);

impl Iterator for Slots {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let slot = self.0.trailing_zeros() as usize / 8;
        self.0 &= self.0 - 1;
        Some(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::{SLOT_COUNT, Word, tag_of};
    use testkit::Random;

    #[test]
    fn words_agree_with_a_loop_over_their_bytes() {
        let mut random = Random::new(1);
        for _ in 0..20_000 {
            // Few different bytes, so that there are matches and free slots.
            let bytes = [0; 8].map(|_: u8| [0, 1, 3, 129][random.below(4)]);
            let word = Word(u64::from_le_bytes(bytes));
            let slots = |wanted: &dyn Fn(u8) -> bool| {
                (0..SLOT_COUNT).filter(|&slot| wanted(bytes[slot])).collect::<Vec<_>>()
            };
            assert_eq!(word.taken().collect::<Vec<_>>(), slots(&|byte| byte != 0));
            assert_eq!(word.free(), slots(&|byte| byte == 0).first().copied());
            assert_eq!(word.is_empty(), slots(&|byte| byte != 0).is_empty());
            for tag in [1, 3, 129] {
                let candidates: Vec<_> = word.candidates(tag).collect();
                let right = slots(&|byte| byte == tag);
                assert!(right.iter().all(|slot| candidates.contains(slot)), "{bytes:?} {tag}");
                assert!(candidates.iter().all(|&slot| slot < SLOT_COUNT));
            }
        }
    }

    #[test]
    fn no_tag_is_that_of_a_free_slot() {
        assert!((0..=255_u64).all(|byte| tag_of(byte << 56) != 0));
    }

    #[test]
    fn a_level_is_what_was_set() {
        for level in 0..60 {
            let word = Word::of_level(level);
            assert!(word.is_born() && !word.is_locked() && word.is_empty());
            assert_eq!(word.level(), level);
            assert_eq!(Word(word.0 ^ word.flip_of_level(level + 1)).level(), level + 1);
        }
    }
}
