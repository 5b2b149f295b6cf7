//! Keys of awkward size and alignment, and the way from key ids to keys.

use std::fmt::{Debug, Write as _};
use std::hash::Hash;

/// A key type of which operations can be made: each key id has its key.
pub trait Key: Clone + Debug + Eq + Hash {
    /// The key of an id.
    fn from_id(id: u16) -> Self;

    /// The id of a key.
    fn id(&self) -> u16;

    /// What tells it from an equal key, if anything does: where what belongs to it lies.
    fn identity(&self) -> usize {
        0
    }
}

impl Key for u16 {
    fn from_id(id: u16) -> Self {
        id
    }

    fn id(&self) -> u16 {
        *self
    }
}

impl Key for u64 {
    fn from_id(id: u16) -> Self {
        id.into()
    }

    fn id(&self) -> u16 {
        u16::try_from(*self).expect("the key was made from an id")
    }
}

/// Of different lengths, on the heap: the id in decimal and up to 15 letters behind it.
impl Key for String {
    fn from_id(id: u16) -> Self {
        let mut text = Self::new();
        write!(text, "{id}:{:x<1$}", "", usize::from(id % 16)).expect("a String takes any text");
        text
    }

    fn id(&self) -> u16 {
        let digits = self.split(':').next();
        digits.and_then(|digits| digits.parse().ok()).expect("the key was made from an id")
    }

    fn identity(&self) -> usize {
        self.as_ptr().addr()
    }
}

/// A key aligned to 128 bytes, more than any allocator gives by itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(align(128))]
pub struct OverAligned(u16);

impl Key for OverAligned {
    fn from_id(id: u16) -> Self {
        Self(id)
    }

    fn id(&self) -> u16 {
        self.assert_aligned();
        self.0
    }
}

impl OverAligned {
    /// Panics when the key does not lie where its alignment says.
    #[track_caller]
    pub fn assert_aligned(&self) {
        let address = std::ptr::from_ref(self).addr();
        assert!(address % 128 == 0, "an over-aligned key lies at {address:#x}");
    }
}

/// A key or value without size; all are equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ZeroSized;

/// There is only one: it stands for every id.
impl Key for ZeroSized {
    fn from_id(_id: u16) -> Self {
        Self
    }

    fn id(&self) -> u16 {
        0
    }
}

/// A key of two bytes and a filling, 4 KiB if not said otherwise, all of which belongs to it: a
/// half-copied one shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Large<const FILLING: usize = 4094> {
    id: u16,
    filling: [u8; FILLING],
}

impl<const FILLING: usize> Key for Large<FILLING> {
    fn from_id(id: u16) -> Self {
        Self { id, filling: [Self::filling_byte(id); FILLING] }
    }

    fn id(&self) -> u16 {
        self.assert_whole();
        self.id
    }
}

impl<const FILLING: usize> Large<FILLING> {
    /// Panics when the key's bytes are not all those of one key.
    #[track_caller]
    pub fn assert_whole(&self) {
        let byte = Self::filling_byte(self.id);
        let wrong = self.filling.iter().position(|&present| present != byte);
        assert!(wrong.is_none(), "a large key is wrong from byte {wrong:?} on");
    }

    const fn filling_byte(id: u16) -> u8 {
        let [low, high] = id.to_le_bytes();
        low.wrapping_mul(31).wrapping_add(high).wrapping_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Large, OverAligned, ZeroSized};
    use crate::silently;
    use std::collections::HashSet;

    fn ids_come_back<K: Key>() {
        let keys: HashSet<K> = (0..=u16::MAX).step_by(101).map(K::from_id).collect();
        assert_eq!(keys.len(), 649);
        for id in (0..=u16::MAX).step_by(101) {
            assert_eq!(K::from_id(id).id(), id);
        }
    }

    #[test]
    fn every_id_has_its_own_key_and_comes_back() {
        ids_come_back::<u16>();
        ids_come_back::<u64>();
        ids_come_back::<String>();
        ids_come_back::<OverAligned>();
        ids_come_back::<Large>();
        ids_come_back::<Large<1022>>();
    }

    #[test]
    fn the_shapes_are_what_they_say() {
        assert_eq!(align_of::<OverAligned>(), 128);
        assert_eq!(size_of::<ZeroSized>(), 0);
        assert_eq!(size_of::<Large>(), 4096);
    }

    #[test]
    fn a_half_copied_large_key_is_noticed() {
        let mut key = <Large>::from_id(7);
        key.assert_whole();
        key.filling[4093] ^= 1;
        assert!(silently(|| key.assert_whole()).is_err());
    }
}
