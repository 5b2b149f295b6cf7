//! Matching with SSE2, which every x86-64 machine has.

use core::arch::x86_64 as x86;

/// The slots of one word that hold one tophash, as the bits of an integer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Matches(u32);

impl Matches {
    /// Compares the seven low bits of every byte of `word` with `top`, which is below 128.
    #[inline(always)]
    pub(crate) fn new(word: u64, top: u8) -> Self {
        // SAFETY: this module exists only where SSE2 does.
        unsafe {
            let tophashes = x86::_mm_cvtsi64_si128((word & 0x7f7f_7f7f_7f7f_7f7f) as i64);
            let equal = x86::_mm_cmpeq_epi8(tophashes, x86::_mm_set1_epi8(top as i8));
            // The upper half compares zeroes with `top`, which is not zero: no bit is set there.
            Self(x86::_mm_movemask_epi8(equal) as u32)
        }
    }
}

impl Iterator for Matches {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let slot = self.0.trailing_zeros() as usize;
        self.0 &= self.0 - 1;
        Some(slot)
    }
}
