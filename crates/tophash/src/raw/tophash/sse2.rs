//! Matching with SSE2, which every x86-64 machine has.

use core::arch::x86_64 as x86;
use core::num::NonZeroU16;

use super::Tophash;

/// What a look-up needs of a tophash beside the number: read from here it takes half the
/// instructions of making it, and waits for nothing that the bucket's word does not wait for
/// longer (docs/decisions/0012).
struct Tables {
    /// Eight times the double of the tophash as it is stored. Behind the last is one that is no
    /// tophash's: two are read at a time.
    wanted: [u64; TOPHASH_COUNT + 1],
    /// [`Tophash::hint`].
    hints: [u64; TOPHASH_COUNT],
}

/// The values of seven bits.
const TOPHASH_COUNT: usize = 128;

static TABLES: Tables = {
    let mut tables = Tables { wanted: [u64::MAX; TOPHASH_COUNT + 1], hints: [0; TOPHASH_COUNT] };
    let mut top = 0;
    while top < TOPHASH_COUNT {
        let tophash = Tophash(top as u64);
        tables.wanted[top] = u64::from_ne_bytes([tophash.get() * 2; 8]);
        tables.hints[top] = tophash.hint();
        top += 1;
    }
    tables
};

/// Whether `word` has the hint of the tophash `top`, which is below 128.
#[inline(always)]
pub(super) fn has_hint(word: u64, top: u64) -> bool {
    word & TABLES.hints[top as usize % TOPHASH_COUNT] != 0
}

/// The slots of one word that hold one tophash, as the bits of an integer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Matches(u16);

impl Matches {
    /// Compares the seven low bits of every byte of `word` with `top`, which is below 128; 0 means
    /// 1.
    #[inline(always)]
    pub(crate) fn new(word: u64, top: u64) -> Self {
        // SAFETY: this module exists only where SSE2 does; behind each of the words for the 128
        // values of `top` the table has one more.
        unsafe {
            // Doubling a byte drops its hint bit, and needs no mask in a register.
            let tophashes = x86::_mm_cvtsi64_si128(word as i64);
            let tophashes = x86::_mm_add_epi8(tophashes, tophashes);
            // The next tophash's bytes come with it. They are compared with the zeroes in the upper
            // half, and are none: no bit is set there.
            let wanted = TABLES.wanted.as_ptr().add(top as usize % TOPHASH_COUNT);
            let wanted = x86::_mm_loadu_si128(wanted.cast());
            let equal = x86::_mm_cmpeq_epi8(tophashes, wanted);
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
