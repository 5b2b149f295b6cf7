//! A scan's position is an unsigned 64-bit number.

use serde_core::de::{Deserialize, Deserializer};
use serde_core::ser::{Serialize, Serializer};

use crate::hash_map::ScanPosition;

impl Serialize for ScanPosition {
    fn serialize<W: Serializer>(&self, serializer: W) -> Result<W::Ok, W::Error> {
        self.to_bits().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ScanPosition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer).map(Self::from_bits)
    }
}
