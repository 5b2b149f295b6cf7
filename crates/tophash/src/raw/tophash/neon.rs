//! Matching with NEON, which every 64-bit Arm machine has.

use core::arch::aarch64 as arm;

/// The slots of one word that hold one tophash, as the top bits of the bytes of an integer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Matches(u64);

impl Matches {
    /// Compares the seven low bits of every byte of `word` with `top`, which is below 128; 0 means
    /// 1.
    #[inline(always)]
    pub(crate) fn new(word: u64, top: u64) -> Self {
        // SAFETY: this module exists only where NEON does.
        let equal = unsafe {
            let tophashes = arm::vcreate_u8(word & 0x7f7f_7f7f_7f7f_7f7f);
            let wanted = arm::vmax_u8(arm::vdup_n_u8(top as u8), arm::vdup_n_u8(1));
            arm::vget_lane_u64::<0>(arm::vreinterpret_u64_u8(arm::vceq_u8(tophashes, wanted)))
        };
        Self(equal & 0x8080_8080_8080_8080)
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
