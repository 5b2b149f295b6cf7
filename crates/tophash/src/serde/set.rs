//! Serialize and Deserialize for [`HashSet`].

use core::fmt;
use core::hash::{BuildHasher, Hash};

use serde_core::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde_core::ser::{Serialize, Serializer};

use super::entries_in_advance;
use crate::HashSet;
use crate::alloc::Allocator;

impl<T, S, A> Serialize for HashSet<T, S, A>
where
    T: Serialize + Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// Writes the elements as a sequence, in the order of [`HashSet::iter`]. O(buckets).
    ///
    /// # Errors
    ///
    /// Those of the format or of an element.
    ///
    /// ```
    /// let names = tophash::HashSet::from(["alice"]);
    /// assert_eq!(serde_json::to_string(&names).unwrap(), r#"["alice"]"#);
    /// ```
    fn serialize<F: Serializer>(&self, format: F) -> Result<F::Ok, F::Error> {
        format.collect_seq(self)
    }
}

impl<'de, T, S, A> Deserialize<'de> for HashSet<T, S, A>
where
    T: Deserialize<'de> + Eq + Hash,
    S: BuildHasher + Default,
    A: Allocator + Default,
{
    /// Reads a sequence; of equal elements the first one stays. O(elements).
    ///
    /// A length that the format states is believed up to 4096 elements or 1 MiB of them, whichever
    /// is less; for more the set grows as they come.
    ///
    /// # Errors
    ///
    /// Those of the format or of an element.
    ///
    /// ```
    /// let names: tophash::HashSet<String> =
    ///     serde_json::from_str(r#"["alice", "bob", "alice"]"#).unwrap();
    /// assert_eq!(names.len(), 2);
    /// ```
    fn deserialize<F: Deserializer<'de>>(format: F) -> Result<Self, F::Error> {
        let mut set = Self::default();
        format.deserialize_seq(SetVisitor { set: &mut set })?;
        Ok(set)
    }

    /// Replaces the elements by those read; the memory is kept. On an error the set has those that
    /// were read before it, and none of the old ones if a sequence had begun.
    ///
    /// # Errors
    ///
    /// Those of the format or of an element.
    ///
    /// ```
    /// use serde::Deserialize;
    ///
    /// let mut names = tophash::HashSet::from(["alice".to_string()]);
    /// let mut json = serde_json::Deserializer::from_str(r#"["bob"]"#);
    /// tophash::HashSet::deserialize_in_place(&mut json, &mut names).unwrap();
    /// assert_eq!(names, tophash::HashSet::from(["bob".to_string()]));
    /// ```
    fn deserialize_in_place<F>(format: F, place: &mut Self) -> Result<(), F::Error>
    where
        F: Deserializer<'de>,
    {
        format.deserialize_seq(SetVisitor { set: place })
    }
}

/// Fills a set with what a format has.
struct SetVisitor<'a, T, S, A: Allocator> {
    set: &'a mut HashSet<T, S, A>,
}

impl<'de, T, S, A> Visitor<'de> for SetVisitor<'_, T, S, A>
where
    T: Deserialize<'de> + Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<M: SeqAccess<'de>>(self, mut elements: M) -> Result<(), M::Error> {
        self.set.clear();
        self.set.reserve(entries_in_advance::<T>(elements.size_hint()));
        while let Some(element) = elements.next_element()? {
            self.set.insert(element);
        }
        Ok(())
    }
}
