//! Matching with plain 64-bit arithmetic, for machines without a known vector unit.

/// The slots of one word that hold one tophash, as the top bits of the bytes of an integer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Matches(u64);

impl Matches {
    /// Compares the seven low bits of every byte of `word` with `top`, which is below 128; 0 means
    /// 1.
    ///
    /// With the hints masked off, every byte of the difference is at most 127. So adding 127 to
    /// each never carries into the next byte, and sets the top bit just where the difference was
    /// not zero: there are no false matches.
    #[inline(always)]
    pub(crate) fn new(word: u64, top: u64) -> Self {
        const LOW_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;
        let wanted = top.max(1) * 0x0101_0101_0101_0101;
        let difference = (word & LOW_BITS) ^ wanted;
        Self(!((difference + LOW_BITS) | LOW_BITS))
    }

    /// The first of the slots.
    #[inline(always)]
    pub(crate) fn first(self) -> Option<usize> {
        if self.0 == 0 { None } else { Some(self.0.trailing_zeros() as usize >> 3) }
    }

    /// The slots but the first. There is one.
    #[inline(always)]
    pub(crate) fn without_first(self) -> Self {
        Self(self.0 & (self.0 - 1))
    }
}
