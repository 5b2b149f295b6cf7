//! What can be a key of a Go map: [`Comparable`], [`Key`] and [`Plain`].

use alloc_crate::boxed::Box;
use alloc_crate::rc::Rc;
use alloc_crate::string::String;
use alloc_crate::sync::Arc;
use core::hash::{Hash, Hasher};

/// What Go's `==` compares: integers, strings, tuples, arrays and the like, and floats, of which
/// NaN is not equal to itself.
///
/// It has the role of [`Eq`] and [`Hash`] together, without the promise that everything is equal to
/// itself. Types of your own that keep that promise are compared inside [`Plain`].
pub trait Comparable {
    /// Whether the two are one key.
    fn equals(&self, other: &Self) -> bool;

    /// Feeds the hasher. Values that are equal feed it alike.
    fn feed<H: Hasher>(&self, hasher: &mut H);

    /// Whether the value is equal to itself: false for NaN and for what contains one.
    fn equals_itself(&self) -> bool {
        true
    }
}

/// A key of a [`Map`](super::Map).
///
/// ```
/// use tophash::go::Map;
///
/// let m = Map::make();
/// m.set((1.5, "x"), 1); // a tuple with a float
/// assert_eq!(m.get(&(1.5, "x")), 1);
/// ```
pub trait Key: Comparable + Clone {
    /// What is kept beside the key so that many NaN can be in one map: `u64` for floats, nothing
    /// for what is always equal to itself.
    type Salt: Salt;
}

/// A number that tells NaN keys apart, or nothing.
pub trait Salt: Copy {
    /// The next one of a sequence.
    fn next(counter: &mut u64) -> Self;

    /// Feeds the hasher.
    fn feed<H: Hasher>(self, hasher: &mut H);
}

impl Salt for () {
    fn next(_: &mut u64) -> Self {}

    fn feed<H: Hasher>(self, _: &mut H) {}
}

impl Salt for u64 {
    fn next(counter: &mut u64) -> Self {
        *counter = counter.wrapping_add(1);
        *counter
    }

    fn feed<H: Hasher>(self, hasher: &mut H) {
        hasher.write_u64(self);
    }
}

/// Any type with [`Eq`] and [`Hash`] as a key.
///
/// ```
/// use tophash::go::{Map, Plain};
///
/// #[derive(Clone, PartialEq, Eq, Hash)]
/// struct Point {
///     x: i32,
///     y: i32,
/// }
///
/// let m = Map::make();
/// m.set(Plain(Point { x: 1, y: 2 }), "here");
/// assert_eq!(m.get(&Plain(Point { x: 1, y: 2 })), "here");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Plain<T>(pub T);

impl<T: Eq + Hash> Comparable for Plain<T> {
    fn equals(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    fn feed<H: Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
    }
}

impl<T: Eq + Hash + Clone> Key for Plain<T> {
    type Salt = ();
}

macro_rules! plain {
    ($($type:ty),* $(,)?) => {
        $(
            impl Comparable for $type {
                fn equals(&self, other: &Self) -> bool {
                    self == other
                }

                fn feed<H: Hasher>(&self, hasher: &mut H) {
                    self.hash(hasher);
                }
            }
        )*
    };
}

macro_rules! keys_without_salt {
    ($($type:ty),* $(,)?) => {
        $(
            impl Key for $type {
                type Salt = ();
            }
        )*
    };
}

plain!(bool, char, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, String, str, ());
keys_without_salt!(
    bool,
    char,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    String,
    ()
);

macro_rules! float {
    ($($type:ty),*) => {
        $(
            impl Comparable for $type {
                #[expect(clippy::float_cmp, reason = "Go's `==`, which is this one")]
                fn equals(&self, other: &Self) -> bool {
                    self == other
                }

                fn feed<H: Hasher>(&self, hasher: &mut H) {
                    // Adding +0 makes -0 to +0, which it is equal to.
                    (self + 0.0).to_bits().hash(hasher);
                }

                fn equals_itself(&self) -> bool {
                    !self.is_nan()
                }
            }

            impl Key for $type {
                type Salt = u64;
            }
        )*
    };
}

float!(f32, f64);

macro_rules! pointer {
    ($($type:ty),*) => {
        $(
            impl<T: Comparable + ?Sized> Comparable for $type {
                fn equals(&self, other: &Self) -> bool {
                    T::equals(self, other)
                }

                fn feed<H: Hasher>(&self, hasher: &mut H) {
                    T::feed(self, hasher);
                }

                fn equals_itself(&self) -> bool {
                    T::equals_itself(self)
                }
            }
        )*
    };
}

pointer!(&T, Box<T>, Rc<T>, Arc<T>);

impl<T: Comparable + ?Sized> Key for &T {
    type Salt = u64;
}

impl<T: Key> Key for Box<T> {
    type Salt = T::Salt;
}

impl<T: Comparable + ?Sized> Key for Rc<T> {
    type Salt = u64;
}

impl<T: Comparable + ?Sized> Key for Arc<T> {
    type Salt = u64;
}

impl<T: Comparable> Comparable for [T] {
    fn equals(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().zip(other).all(|(one, two)| one.equals(two))
    }

    fn feed<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_usize(self.len());
        for item in self {
            item.feed(hasher);
        }
    }

    fn equals_itself(&self) -> bool {
        self.iter().all(T::equals_itself)
    }
}

impl<T: Comparable, const N: usize> Comparable for [T; N] {
    fn equals(&self, other: &Self) -> bool {
        self.as_slice().equals(other)
    }

    fn feed<H: Hasher>(&self, hasher: &mut H) {
        self.as_slice().feed(hasher);
    }

    fn equals_itself(&self) -> bool {
        self.as_slice().equals_itself()
    }
}

impl<T: Key, const N: usize> Key for [T; N] {
    type Salt = T::Salt;
}

macro_rules! tuple {
    ($($part:ident $field:tt),*) => {
        impl<$($part: Comparable),*> Comparable for ($($part,)*) {
            fn equals(&self, other: &Self) -> bool {
                $(self.$field.equals(&other.$field))&&*
            }

            fn feed<H: Hasher>(&self, hasher: &mut H) {
                $(self.$field.feed(hasher);)*
            }

            fn equals_itself(&self) -> bool {
                $(self.$field.equals_itself())&&*
            }
        }

        impl<$($part: Key),*> Key for ($($part,)*) {
            type Salt = ($($part::Salt,)*);
        }

        impl<$($part: Salt),*> Salt for ($($part,)*) {
            fn next(counter: &mut u64) -> Self {
                ($($part::next(counter),)*)
            }

            fn feed<H: Hasher>(self, hasher: &mut H) {
                $(self.$field.feed(hasher);)*
            }
        }
    };
}

tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);

/// A key as the map stores it.
#[derive(Clone)]
pub(super) struct Stored<K: Key> {
    pub(super) key: K,
    salt: K::Salt,
}

impl<K: Key> Stored<K> {
    /// `counter` gives each NaN another salt.
    pub(super) fn new(key: K, counter: &mut u64) -> Self {
        Self { key, salt: K::Salt::next(counter) }
    }
}

impl<K: Key> Hash for Stored<K> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.key.feed(hasher);
        if !self.key.equals_itself() {
            self.salt.feed(hasher);
        }
    }
}

impl<K: Key> PartialEq for Stored<K> {
    fn eq(&self, other: &Self) -> bool {
        self.key.equals(&other.key)
    }
}

// NaN breaks the promise, as Go wants it: it is found by no look-up. The map stays whole then.
impl<K: Key> Eq for Stored<K> {}

/// A key that is sought.
pub(super) struct Sought<'a, Q: ?Sized>(pub(super) &'a Q);

impl<Q: Comparable + ?Sized> Hash for Sought<'_, Q> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.feed(hasher);
    }
}

impl<K, Q> crate::Equivalent<Stored<K>> for Sought<'_, Q>
where
    K: Key + core::borrow::Borrow<Q>,
    Q: Comparable + ?Sized,
{
    fn equivalent(&self, stored: &Stored<K>) -> bool {
        self.0.equals(stored.key.borrow())
    }
}
