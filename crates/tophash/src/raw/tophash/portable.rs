//! Matching with plain 64-bit arithmetic, for machines without a known vector unit.

/// The slots of one word that hold one tophash, as the top bits of the bytes of an integer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Matches(u64);

impl Matches {
    /// Compares the seven low bits of every byte of `word` with `top`, which is below 128.
    ///
    /// With the hints masked off, every byte of the difference is at most 127. So subtracting it
    /// from 128 never borrows from the next byte, and leaves the top bit set just where the
    /// difference was zero: there are no false matches.
    #[inline(always)]
    pub(crate) fn new(word: u64, top: u8) -> Self {
        let wanted = u64::from(top) * 0x0101_0101_0101_0101;
        let difference = (word & 0x7f7f_7f7f_7f7f_7f7f) ^ wanted;
        Self((0x8080_8080_8080_8080 - difference) & 0x8080_8080_8080_8080)
    }
}

impl Iterator for Matches {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let slot = self.0.trailing_zeros() as usize >> 3;
        self.0 &= self.0 - 1;
        Some(slot)
    }
}
