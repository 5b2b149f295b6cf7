//! Serialize and Deserialize: an interner as the sequence of its texts, a symbol as its index.
//!
//! A symbol means nothing without its interner: both are to be stored together. As the texts keep
//! their order, so do the symbols their meaning.

use std::fmt;
use std::hash::BuildHasher;
use std::marker::PhantomData;

use serde_core::de::{DeserializeSeed, Error, SeqAccess, Unexpected, Visitor};
use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

use super::{BoundedInterner, Full, InternedStr, Interner, Symbol, WeakInterner};

impl Serialize for Symbol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.number() - 1)
    }
}

impl<'de> Deserialize<'de> for Symbol {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let index = u32::deserialize(deserializer)?;
        Self::from_index(index as usize).ok_or_else(|| {
            D::Error::invalid_value(Unexpected::Unsigned(index.into()), &"a symbol's index")
        })
    }
}

impl<S> Serialize for Interner<S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        serializer.collect_seq(self.iter().map(|(_, text)| text))
    }
}

impl<S> Serialize for BoundedInterner<S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        serializer.collect_seq(self.iter().map(|(_, text)| text))
    }
}

/// Takes in texts in their order; a text that came before would shift the symbols of all that
/// follow, so it is refused.
struct Texts<S>(PhantomData<S>);

impl<'de, S: BuildHasher + Default> Visitor<'de> for Texts<S> {
    type Value = Interner<S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence of different texts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut texts: A) -> Result<Self::Value, A::Error> {
        let interner = Interner::default();
        while let Some(Taken) = texts.next_element_seed(New(&interner))? {}
        Ok(interner)
    }
}

/// A text that must be new.
struct New<'a, S>(&'a Interner<S>);

struct Taken;

impl<'de, S: BuildHasher> DeserializeSeed<'de> for New<'_, S> {
    type Value = Taken;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Taken, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<S: BuildHasher> Visitor<'_> for New<'_, S> {
    type Value = Taken;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text that did not come before")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Taken, E> {
        // Nobody else has the interner yet, so that the length tells.
        let len = self.0.len();
        if self.0.intern(text).index() == len {
            return Ok(Taken);
        }
        Err(E::invalid_value(Unexpected::Str(text), &self))
    }
}

/// Reads a text as its symbol: for formats that hold texts.
impl<'de, S: BuildHasher> DeserializeSeed<'de> for &Interner<S> {
    type Value = Symbol;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Symbol, D::Error> {
        deserializer.deserialize_str(Interned(|text: &str| Ok(self.intern(text))))
    }
}

/// Reads a text as its symbol, or fails because the interner is full.
impl<'de, S: BuildHasher> DeserializeSeed<'de> for &BoundedInterner<S> {
    type Value = Symbol;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Symbol, D::Error> {
        deserializer.deserialize_str(Interned(|text: &str| self.intern(text)))
    }
}

/// Reads a text as a handle to it.
impl<'de> DeserializeSeed<'de> for &WeakInterner {
    type Value = InternedStr;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<InternedStr, D::Error> {
        deserializer.deserialize_str(Interned(|text: &str| Ok(self.intern(text))))
    }
}

/// What a text is made into.
struct Interned<F>(F);

impl<T, F: FnOnce(&str) -> Result<T, Full>> Visitor<'_> for Interned<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).map_err(E::custom)
    }
}

impl Serialize for InternedStr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de, S: BuildHasher + Default> Deserialize<'de> for Interner<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Texts(PhantomData))
    }
}
