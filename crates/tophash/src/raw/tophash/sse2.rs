//! Matching with SSE2, which every x86-64 machine has.

use core::arch::x86_64 as x86;
use core::num::NonZeroU16;

/// The slots of one word that hold one tophash, as the bits of an integer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Matches(u16);

impl Matches {
    /// Compares the seven low bits of every byte of `word` with `top`, which is below 128; 0 means
    /// 1.
    #[inline(always)]
    pub(crate) fn new(word: u64, top: u64) -> Self {
        // SAFETY: this module exists only where SSE2 does.
        unsafe {
            // Doubling a byte drops its hint bit, and needs no mask in a register.
            let tophashes = x86::_mm_cvtsi64_si128(word as i64);
            let tophashes = x86::_mm_add_epi8(tophashes, tophashes);
            // Eight bytes are enough, which takes half the instructions of `_mm_set1_epi8`.
            let wanted = x86::_mm_cvtsi32_si128((top << 1) as i32);
            let wanted = x86::_mm_shufflelo_epi16::<0>(x86::_mm_unpacklo_epi8(wanted, wanted));
            let wanted = x86::_mm_max_epu8(wanted, x86::_mm_set1_epi8(2));
            let equal = x86::_mm_cmpeq_epi8(tophashes, wanted);
            // The upper half compares zeroes with twos: no bit is set there.
            Self(x86::_mm_movemask_epi8(equal) as u16)
        }
    }

    /// The first of the slots.
    #[inline(always)]
    pub(crate) fn first(self) -> Option<usize> {
        NonZeroU16::new(self.0).map(|slots| slots.trailing_zeros() as usize)
    }

    /// The slots but the first. There is one.
    #[inline(always)]
    pub(crate) fn without_first(self) -> Self {
        Self(self.0 & (self.0 - 1))
    }
}
