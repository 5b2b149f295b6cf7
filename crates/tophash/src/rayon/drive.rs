//! How the parallel iterators of a map are driven, and shown.

use core::fmt::{self, Debug};

use ::rayon::iter::ParallelIterator;
use ::rayon::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};

use super::map::{IntoParIter, ParDrain, ParIter, ParIterMut, ParKeys, ParValues, ParValuesMut};
use super::table;
use crate::alloc::Allocator;
use crate::raw;

/// A range of the table as rayon wants it.
struct Producer<R>(R);

/// Makes a range of the table one that rayon can split and fold.
macro_rules! producer {
    (impl [$($generics:tt)*] for $range:ty: $item:ty) => {
        impl<$($generics)*> UnindexedProducer for Producer<$range> {
            type Item = $item;

            fn split(mut self) -> (Self, Option<Self>) {
                let other = self.0.split();
                (self, other.map(Self))
            }

            fn fold_with<F: Folder<$item>>(self, folder: F) -> F {
                folder.consume_iter(self.0)
            }
        }
    };
}

producer!(impl ['a, K: Sync, V: Sync] for raw::Range<'a, K, V>: (&'a K, &'a V));
producer!(impl ['a, K: Sync, V: Send] for raw::RangeMut<'a, K, V>: (&'a K, &'a mut V));
producer!(
    impl ['a, K: Send, V: Send] for raw::RangeAllMut<'a, K, V>: (&'a mut K, &'a mut V)
);
producer!(impl [K: Send, V: Send] for raw::OwnedRange<'_, K, V>: (K, V));

/// Makes a type with a range in `inner` a parallel iterator: what it produces is `$part` of each
/// `$entry`.
macro_rules! parallel_iterator {
    (impl [$($generics:tt)*] for $type:ty: $item:ty, |$entry:pat_param| $part:expr) => {
        impl<$($generics)*> ParallelIterator for $type {
            type Item = $item;

            fn drive_unindexed<C: UnindexedConsumer<$item>>(self, consumer: C) -> C::Result {
                Driven(Producer(self.inner)).map(|$entry| $part).drive_unindexed(consumer)
            }
        }
    };
}

/// A producer as a parallel iterator.
struct Driven<P>(P);

impl<P: UnindexedProducer> ParallelIterator for Driven<P>
where
    P::Item: Send,
{
    type Item = P::Item;

    fn drive_unindexed<C: UnindexedConsumer<P::Item>>(self, consumer: C) -> C::Result {
        bridge_unindexed(self.0, consumer)
    }
}

parallel_iterator!(
    impl ['a, K: Sync, V: Sync] for ParIter<'a, K, V>: (&'a K, &'a V), |entry| entry
);
parallel_iterator!(
    impl ['a, K: Sync, V: Send] for ParIterMut<'a, K, V>: (&'a K, &'a mut V), |entry| entry
);
parallel_iterator!(impl ['a, K: Sync, V: Sync] for ParKeys<'a, K, V>: &'a K, |(key, _)| key);
parallel_iterator!(impl ['a, K: Sync, V: Sync] for ParValues<'a, K, V>: &'a V, |(_, value)| value);
parallel_iterator!(
    impl ['a, K: Sync, V: Send] for ParValuesMut<'a, K, V>: &'a mut V, |(_, value)| value
);
parallel_iterator!(
    impl ['a, T: Send] for table::ParIterMut<'a, T>: &'a mut T, |(value, ())| value
);

impl<K: Send, V: Send, A: Allocator + Send> ParallelIterator for IntoParIter<K, V, A> {
    type Item = (K, V);

    fn drive_unindexed<C: UnindexedConsumer<(K, V)>>(mut self, consumer: C) -> C::Result {
        // `self` outlives the ranges, also when a closure panics, and then gives the memory back.
        bridge_unindexed(Producer(self.inner.take_all()), consumer)
    }
}

impl<K: Send, V: Send, A: Allocator + Send> ParallelIterator for ParDrain<'_, K, V, A> {
    type Item = (K, V);

    fn drive_unindexed<C: UnindexedConsumer<(K, V)>>(mut self, consumer: C) -> C::Result {
        // `self` outlives the ranges, also when a closure panics, and then restores the map.
        bridge_unindexed(Producer(self.inner.take_all()), consumer)
    }
}

impl<K, V> Clone for ParIter<'_, K, V> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<K, V> Clone for ParKeys<'_, K, V> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<K, V> Clone for ParValues<'_, K, V> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

/// Shows a type as the list of what `$items` of it gives.
macro_rules! debug_list {
    (impl [$($generics:tt)*] for $type:ty, |$iterator:ident| $items:expr) => {
        impl<$($generics)*> Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let $iterator = &self.inner;
                f.debug_list().entries($items).finish()
            }
        }
    };
}

debug_list!(impl [K: Debug, V: Debug] for ParIter<'_, K, V>, |iter| iter.clone());
debug_list!(impl [K: Debug, V: Debug] for ParIterMut<'_, K, V>, |iter| iter.rest());
debug_list!(impl [K: Debug, V] for ParKeys<'_, K, V>, |iter| iter.clone().map(|(key, _)| key));
debug_list!(impl [K, V: Debug] for ParValues<'_, K, V>, |iter| iter.clone().map(|(_, v)| v));
debug_list!(impl [K, V: Debug] for ParValuesMut<'_, K, V>, |iter| iter.rest().map(|(_, v)| v));
debug_list!(impl [T: Debug] for table::ParIterMut<'_, T>, |iter| iter.rest().map(|(v, ())| v));
debug_list!(impl [K: Debug, V: Debug, A: Allocator] for IntoParIter<K, V, A>, |iter| iter.iter());
debug_list!(impl [K: Debug, V: Debug, A: Allocator] for ParDrain<'_, K, V, A>, |iter| iter.iter());
