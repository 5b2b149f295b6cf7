//! Serialize and Deserialize for [`HashMap`].

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;

use serde_core::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_core::ser::{Serialize, Serializer};

use super::entries_in_advance;
use crate::HashMap;
use crate::alloc::Allocator;

impl<K, V, S, A> Serialize for HashMap<K, V, S, A>
where
    K: Serialize + Eq + Hash,
    V: Serialize,
    S: BuildHasher,
    A: Allocator,
{
    /// Writes the entries as a map, in the order of [`HashMap::iter`]. O(buckets).
    ///
    /// # Errors
    ///
    /// Those of the format, of a key or of a value.
    ///
    /// ```
    /// let ages = tophash::HashMap::from([("alice", 30)]);
    /// assert_eq!(serde_json::to_string(&ages).unwrap(), r#"{"alice":30}"#);
    /// ```
    fn serialize<F: Serializer>(&self, format: F) -> Result<F::Ok, F::Error> {
        format.collect_map(self)
    }
}

impl<'de, K, V, S, A> Deserialize<'de> for HashMap<K, V, S, A>
where
    K: Deserialize<'de> + Eq + Hash,
    V: Deserialize<'de>,
    S: BuildHasher + Default,
    A: Allocator + Default,
{
    /// Reads a map; of equal keys the last one's value stays. O(entries).
    ///
    /// A length that the format states is believed up to 4096 entries or 1 MiB of them, whichever
    /// is less; for more the map grows as they come.
    ///
    /// # Errors
    ///
    /// Those of the format, of a key or of a value.
    ///
    /// ```
    /// let ages: tophash::HashMap<String, u32> =
    ///     serde_json::from_str(r#"{"alice": 29, "alice": 30}"#).unwrap();
    /// assert_eq!(ages["alice"], 30);
    /// ```
    fn deserialize<F: Deserializer<'de>>(format: F) -> Result<Self, F::Error> {
        format.deserialize_map(MapVisitor { marker: PhantomData })
    }
}

/// Makes a map of what a format has.
struct MapVisitor<K, V, S, A: Allocator> {
    marker: PhantomData<HashMap<K, V, S, A>>,
}

impl<'de, K, V, S, A> Visitor<'de> for MapVisitor<K, V, S, A>
where
    K: Deserialize<'de> + Eq + Hash,
    V: Deserialize<'de>,
    S: BuildHasher + Default,
    A: Allocator + Default,
{
    type Value = HashMap<K, V, S, A>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut entries: M) -> Result<Self::Value, M::Error> {
        let mut map = HashMap::default();
        map.reserve(entries_in_advance::<(K, V)>(entries.size_hint()));
        while let Some((key, value)) = entries.next_entry()? {
            map.insert(key, value);
        }
        Ok(map)
    }
}
