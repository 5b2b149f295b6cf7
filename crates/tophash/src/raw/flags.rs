//! The states of a table that are a single bit, and two small numbers, in one word of the header.
//!
//! Some say what the last writes left to be done, some what the user has chosen, and some only
//! repeat what could be computed from the rest of the header (R11): so that a look-up and a write
//! find out by one test that nothing unusual needs their attention.

#![forbid(unsafe_code)]

/// The word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Flags(pub(super) u32);

impl Flags {
    pub(super) const NONE: Self = Self(0);
    /// `last` is on its way down: see `shrink.rs`.
    pub(super) const SHRINKING: Self = Self(1);
    /// `hash0` is the user's and is not changed.
    pub(super) const FIXED_SEED: Self = Self(2);
    /// Mass deletion starts a shrink.
    pub(super) const SHRINKS_BY_ITSELF: Self = Self(4);
    /// A shrink has halved the mask in this operation, which has done enough.
    pub(super) const RESTING: Self = Self(8);
    /// A chain has become longer than chance explains: see `flood.rs`.
    pub(super) const SUSPECT: Self = Self(16);
    /// There is no entry, or was none until a short time ago: the next write may have to take
    /// memory, and a new seed.
    pub(super) const IDLE: Self = Self(32);
    /// Not all buckets that the mask stands for are there.
    pub(super) const PARTIAL: Self = Self(64);
    /// The blocks are found by way of a root.
    pub(super) const ROOTED: Self = Self(128);
    /// The slots of a bucket are asked for before its word has come: the table is too large to be
    /// expected in the cache, or `SERIAL`.
    pub(super) const FAR: Self = Self(256);
    /// The highest bit of `hash0`, which says that the map has changed its hash.
    pub(super) const OTHER_HASH: Self = Self(512);
    /// Look-ups come one at a time, so that each waits for its own memory: it is asked for ahead
    /// in a small table too.
    pub(super) const SERIAL: Self = Self(1024);

    /// What a look-up has to know before it can find a bucket.
    pub(super) const DETOURS: Self = Self(Self::PARTIAL.0 | Self::ROOTED.0);
    /// Where [`Header::bound`](super::Header) does not say whether the table is full.
    pub(super) const CONFINES: Self = Self(Self::PARTIAL.0 | Self::IDLE.0);
    /// What an insertion has to know before it can write.
    pub(super) const OBSTACLES: Self = Self(Self::DETOURS.0 | Self::IDLE.0);
    /// What has the next write do more than write: a shrink may have begun while all buckets were
    /// there, by a removal that merged nothing.
    pub(super) const WANTS_STEP: Self =
        Self(Self::SHRINKING.0 | Self::SUSPECT.0 | Self::IDLE.0 | Self::PARTIAL.0);
    /// What follows from the sizes.
    const OF_SIZE: Self = Self(Self::PARTIAL.0 | Self::ROOTED.0 | Self::FAR.0);
    /// The six bits that say at which size the hash was changed last; 0 for never.
    const CHANGED_AT_SHIFT: u32 = 16;
    /// The eight bits that count the changes of the seed: see [`Header::epoch`](super::Header).
    pub(super) const EPOCH_SHIFT: u32 = 24;

    /// The flags of a table that has given everything up, but not its settings and its seed.
    pub(super) fn settings(self) -> Self {
        let transient = Self::SHRINKING.0 | Self::RESTING.0 | Self::SUSPECT.0 | Self::OF_SIZE.0;
        let mut settings = Self(self.0 & !transient | Self::IDLE.0);
        settings.set_changed_at(0);
        settings
    }

    /// Takes over another table's flags, but not what follows from its size, which is to be set
    /// anew: see [`Header::take_over`](super::Header). There is no entry yet.
    pub(super) fn take_over(&mut self, other: Self) {
        self.0 = self.0 & Self::OF_SIZE.0 | other.0 & !Self::OF_SIZE.0 | Self::IDLE.0;
    }

    /// The size at which the hash was changed last, as `flood.rs` counts sizes; 0 for never.
    #[cfg(feature = "std")]
    pub(super) fn changed_at(self) -> u32 {
        self.0 >> Self::CHANGED_AT_SHIFT & 0x3f
    }

    pub(super) fn set_changed_at(&mut self, size_class: u32) {
        self.0 = self.0 & !(0x3f << Self::CHANGED_AT_SHIFT) | size_class << Self::CHANGED_AT_SHIFT;
    }

    /// These flags and those.
    #[inline(always)]
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a growth is under way and nothing else asks for the next write's attention.
    #[inline(always)]
    pub(super) const fn is_only_growing(self) -> bool {
        self.0 & Self::WANTS_STEP.0 == Self::PARTIAL.0
    }

    /// Whether the flag is set; of several, whether one is.
    #[inline(always)]
    pub(super) const fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    #[inline(always)]
    pub(super) fn set(&mut self, flag: Self, on: bool) {
        if on {
            self.0 |= flag.0;
        } else {
            self.0 &= !flag.0;
        }
    }
}
