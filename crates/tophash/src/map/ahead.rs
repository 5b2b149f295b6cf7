//! Many look-ups or insertions one after the other, of which each asks for its memory some before
//! its turn.
//!
//! A processor overlaps look-ups by itself as long as it guesses their results. Where some of the
//! keys are found and some are not it cannot, and waits for each (docs/decisions/0025); nor can it
//! overlap insertions, of which some meet a full bucket (docs/decisions/0027).
//!
//! In a large map a key is hashed up to [`WAITING_LEN`] keys before its turn. Who counts the calls
//! of `Hash`, or whose `Hash` panics, can tell.

use core::array;
use core::hash::{BuildHasher, Hash};
use core::iter::{self, Fuse};
use core::marker::PhantomData;
use core::ops::ControlFlow;

use super::{HashMap, equals};
use crate::alloc::Allocator;
use crate::hash::Seed;
use crate::raw::{ASKS_AHEAD, ask_for_content, has_content};

/// Look-ups or insertions that wait for their memory: about as many lines as a processor has on
/// their way.
const WAITING_LEN: usize = 16;

/// The largest entries that wait: they do so on the stack.
const WAITING_BYTES_MAX: usize = 128;

/// What waits, in turn.
struct Waiting<I> {
    items: [Option<I>; WAITING_LEN],
    turn: usize,
}

impl<I> Waiting<I> {
    fn new() -> Self {
        Self { items: array::from_fn(|_| None), turn: 0 }
    }

    /// Takes in an item, and gives back the one that has waited longest if all places are taken.
    #[inline(always)]
    fn exchange(&mut self, item: I) -> Option<I> {
        let due = self.items[self.turn].replace(item);
        self.turn = (self.turn + 1) % WAITING_LEN;
        due
    }

    /// Takes out what has waited longest, once nothing is taken in any more.
    fn pop(&mut self) -> Option<I> {
        for _ in 0..WAITING_LEN {
            let due = self.items[self.turn].take();
            self.turn = (self.turn + 1) % WAITING_LEN;
            if due.is_some() {
                return due;
            }
        }
        None
    }

    /// All that wait, the first first.
    fn into_rest(mut self) -> impl Iterator<Item = I> {
        iter::from_fn(move || self.pop())
    }
}

/// Items that come when the texts of their keys have been asked for; at once, if keys have none.
/// To hash a text is to wait for it, if it lies elsewhere than the one before.
struct AfterTexts<K, I: Iterator, F> {
    items: Fuse<I>,
    ask: F,
    waiting: Waiting<I::Item>,
    marker: PhantomData<fn(K)>,
}

impl<K, I: Iterator, F: Fn(&I::Item)> AfterTexts<K, I, F> {
    #[inline(always)]
    fn of(items: I, ask: F) -> Self {
        Self { items: items.fuse(), ask, waiting: Waiting::new(), marker: PhantomData }
    }
}

impl<K, I: Iterator, F: Fn(&I::Item)> Iterator for AfterTexts<K, I, F> {
    type Item = I::Item;

    #[inline(always)]
    fn next(&mut self) -> Option<I::Item> {
        if !has_content::<K>() {
            return self.items.next();
        }
        for item in self.items.by_ref() {
            (self.ask)(&item);
            if let Some(due) = self.waiting.exchange(item) {
                return Some(due);
            }
        }
        self.waiting.pop()
    }

    #[inline(always)]
    fn fold<B, G: FnMut(B, I::Item) -> B>(mut self, init: B, mut then: G) -> B {
        if !has_content::<K>() {
            return self.items.fold(init, then);
        }
        let mut folded = init;
        loop {
            match self.next() {
                Some(item) => folded = then(folded, item),
                None => return folded,
            }
        }
    }
}

impl<K, V, S, A> HashMap<K, V, S, A>
where
    K: Eq + Hash,
    S: BuildHasher,
    A: Allocator,
{
    /// The hash of a key that will be looked up in a while.
    #[inline(always)]
    fn ask_for(&self, key: &K) -> u64 {
        let hash = self.hash_of(key);
        self.table.prefetch_for_look_up(hash);
        hash
    }

    #[inline(always)]
    fn find_asked(&self, hash: u64, key: &K) -> Option<(&K, &V)> {
        self.table.get(hash, equals(key))
    }

    /// Inserts entries in their order.
    #[inline]
    pub(crate) fn insert_all(&mut self, mut entries: impl Iterator<Item = (K, V)>) {
        if !Self::ENTRIES_MAY_WAIT {
            return entries.for_each(|(key, value)| {
                self.insert(key, value);
            });
        }
        let is_large = entries.try_for_each(|(key, value)| {
            self.insert(key, value);
            if self.insertions_can_ask_ahead() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        if is_large.is_break() {
            self.insert_all_ahead(entries);
        }
    }

    const ENTRIES_MAY_WAIT: bool = size_of::<(K, V)>() <= WAITING_BYTES_MAX && ASKS_AHEAD;

    /// Whether it pays: not in a flooded map, whose entries are elsewhere.
    #[inline(always)]
    fn insertions_can_ask_ahead(&self) -> bool {
        Self::ENTRIES_MAY_WAIT && self.table.look_ups_can_ask_ahead() && self.table.has_first_hash()
    }

    /// The rest of [`Self::insert_all`], once the map is large. What waits when user code panics is
    /// dropped.
    #[inline(never)]
    fn insert_all_ahead(&mut self, entries: impl Iterator<Item = (K, V)>) {
        let seed = self.table.seed();
        let mut waiting = Waiting::new();
        AfterTexts::<K, _, _>::of(entries, |entry| ask_for_content(&entry.0)).for_each(|entry| {
            let hash = self.first_hash_of(&entry.0);
            // Where the entry will be unless the map grows until then, or has changed its hash.
            self.table.prefetch_for_insertion(hash);
            if let Some((hash, entry)) = waiting.exchange((hash, entry)) {
                self.insert_asked((seed, hash), entry);
            }
        });
        for (hash, entry) in waiting.into_rest() {
            self.insert_asked((seed, hash), entry);
        }
    }

    /// Inserts an entry of which the first hash by a seed is known, which was the map's.
    #[inline(never)]
    fn insert_asked(&mut self, (seed, hash): (Seed, u64), (key, value): (K, V)) {
        let hash = if self.table.seed() == seed { hash } else { self.first_hash_of(&key) };
        let hash = self.prepare_hashed(hash, &key);
        self.put(hash, key, value);
    }

    /// Folds keys together with whether they are in this map, in their order.
    #[inline]
    pub(crate) fn fold_found<'a, B>(
        &self,
        keys: impl Iterator<Item = &'a K>,
        init: B,
        mut then: impl FnMut(B, &'a K, bool) -> B,
    ) -> B
    where
        K: 'a,
    {
        if !self.table.look_ups_can_ask_ahead() {
            return keys.fold(init, |folded, key| then(folded, key, self.contains_key(key)));
        }
        let mut waiting = Waiting::new();
        let folded = AfterTexts::<K, _, _>::of(keys, |&key| ask_for_content(key)).fold(
            init,
            |folded, key| match waiting.exchange((self.ask_for(key), key)) {
                Some((hash, due)) => then(folded, due, self.find_asked(hash, due).is_some()),
                None => folded,
            },
        );
        waiting.into_rest().fold(folded, |folded, (hash, due)| {
            then(folded, due, self.find_asked(hash, due).is_some())
        })
    }

    /// Whether `is_right` says so of every item and the entry that this map has with its key, as
    /// long as it does.
    #[inline]
    pub(crate) fn all_found<'a, I: Copy>(
        &self,
        mut items: impl Iterator<Item = I>,
        key_of: impl Fn(I) -> &'a K,
        is_right: impl Fn(I, Option<(&K, &V)>) -> bool,
    ) -> bool
    where
        K: 'a,
    {
        if !self.table.look_ups_can_ask_ahead() {
            return items.all(|item| is_right(item, self.get_key_value(key_of(item))));
        }
        let is_due_right = |(hash, due)| is_right(due, self.find_asked(hash, key_of(due)));
        let mut waiting = Waiting::new();
        let goes_on =
            AfterTexts::<K, _, _>::of(items, |&item| ask_for_content(key_of(item))).all(|item| {
                waiting.exchange((self.ask_for(key_of(item)), item)).is_none_or(is_due_right)
            });
        goes_on && waiting.into_rest().all(is_due_right)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::hash::{Hash, Hasher};
    use std::string::{String, ToString};
    use std::vec::Vec;

    use super::{AfterTexts, WAITING_LEN, Waiting};
    use crate::hash_map::HashMap;
    use crate::hash_set::HashSet;

    std::thread_local! {
        static HASHES: Cell<usize> = const { Cell::new(0) };
    }

    /// So large a key that a few hundred make a map that is taken for larger than caches.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    struct Wide(u32, [u64; 31]);

    impl Hash for Wide {
        fn hash<H: Hasher>(&self, state: &mut H) {
            HASHES.set(HASHES.get() + 1);
            self.0.hash(state);
        }
    }

    fn key(id: u32) -> Wide {
        Wide(id, [u64::from(id); 31])
    }

    fn large(ids: impl Iterator<Item = u32>) -> HashMap<Wide, u32> {
        let mut map = HashMap::new();
        ids.for_each(|id| {
            map.insert(key(id), id);
        });
        assert!(map.table.look_ups_can_ask_ahead());
        map
    }

    fn large_set(ids: impl Iterator<Item = u32>) -> HashSet<Wide> {
        let set: HashSet<Wide> = ids.map(key).collect();
        assert!(set.map.table.look_ups_can_ask_ahead());
        set
    }

    #[test]
    fn what_has_waited_longest_is_due_first_and_nothing_is_lost() {
        for count in [0, 1, WAITING_LEN - 1, WAITING_LEN, WAITING_LEN + 1, 100] {
            let mut waiting = Waiting::new();
            let mut due: Vec<u64> = (0..count as u64).filter_map(|n| waiting.exchange(n)).collect();
            assert_eq!(due.len(), count.saturating_sub(WAITING_LEN));
            due.extend(waiting.into_rest());
            assert!(due.into_iter().eq(0..count as u64));
        }
    }

    #[test]
    fn items_come_in_their_order_whether_or_not_texts_are_asked_for() {
        for count in [0, 1, WAITING_LEN - 1, WAITING_LEN, WAITING_LEN + 1, 100] {
            let texts: Vec<String> = (0..count).map(|n| n.to_string()).collect();
            let asked = Cell::new(0);
            let after = || {
                asked.set(0);
                AfterTexts::<String, _, _>::of(texts.iter(), |_| asked.set(asked.get() + 1))
            };
            assert!(after().eq(&texts));
            assert_eq!(asked.get(), count);
            let folded = after().fold(Vec::new(), |mut folded, text| {
                folded.push(text.clone());
                folded
            });
            assert_eq!(folded, texts);
            let mut some = after();
            assert_eq!(some.next(), texts.first());
            assert_eq!(asked.get(), count.min(WAITING_LEN + 1), "so many are asked for ahead");
            let numbers = AfterTexts::<u64, _, _>::of(0..count, |_| panic!("a number has no text"));
            assert!(numbers.eq(0..count));
            assert_eq!(AfterTexts::<u64, _, _>::of(0..count, |_| ()).fold(0, |n, _| n + 1), count);
        }
    }

    #[test]
    fn texts_are_inserted_and_found_as_one_by_one() {
        let texts = |range: core::ops::Range<usize>| range.map(|n| n.to_string());
        let mut map: HashMap<String, usize> = texts(0..MANY).zip(0..).collect();
        map.extend(texts(MANY / 2..2 * MANY).zip(MANY / 2..));
        assert!(map.insertions_can_ask_ahead());
        assert_eq!(map.len(), 2 * MANY);
        assert!(map.iter().all(|(key, value)| *key == value.to_string()));
        let (one, two): (HashSet<String>, HashSet<String>) =
            (texts(0..MANY).collect(), texts(MANY / 2..2 * MANY).collect());
        assert_eq!(one.intersection(&two).count(), MANY - MANY / 2);
        assert_eq!(one.difference(&two).count(), MANY / 2);
        let other: HashMap<String, usize> = map.clone().into_iter().collect();
        assert_eq!(map, other);
    }

    #[test]
    fn keys_are_found_as_one_by_one_and_in_their_order_also_in_a_growth() {
        let mut have_grown = 0;
        for len in (3000..5000).step_by(97) {
            let map = large((0..len).map(|id| id * 3));
            have_grown += usize::from(!map.is_growing());
            let keys: Vec<Wide> = (0..len).map(key).collect();
            let found = map.fold_found(keys.iter(), Vec::new(), |mut found, key, is_there| {
                found.push((key.0, is_there));
                found
            });
            assert!(found.into_iter().eq((0..len).map(|id| (id, id % 3 == 0))));
        }
        assert!((1..20).contains(&have_grown), "some grow, and some do not");
    }

    #[test]
    fn few_keys_are_found_in_a_large_map_and_one_that_is_missing_wherever_it_stands() {
        let map = large(0..5000);
        for count in [1, 2, WAITING_LEN - 1, WAITING_LEN, WAITING_LEN + 1, 3 * WAITING_LEN] {
            let present: Vec<Wide> = (0..).take(count).map(key).collect();
            let are_found = |keys: &[Wide]| {
                let found =
                    map.fold_found(keys.iter(), 0, |sum, _, is_there| sum + usize::from(is_there));
                let are_all = map.all_found(keys.iter(), |key| key, |_, found| found.is_some());
                assert_eq!(are_all, found == keys.len());
                found
            };
            assert_eq!(are_found(&present), count);
            for place in 0..count {
                let mut keys = present.clone();
                keys[place] = key(5000);
                assert_eq!(are_found(&keys), count - 1);
            }
        }
    }

    #[test]
    fn each_key_is_hashed_once() {
        let (map, same) = (large(0..5000), large((0..5000).rev()));
        let (one, two) = (large_set(0..5000), large_set(2500..7500));
        let hashes = |act: &dyn Fn() -> bool| {
            HASHES.set(0);
            assert!(act());
            HASHES.get()
        };
        assert_eq!(hashes(&|| map == same), 5000);
        assert_eq!(hashes(&|| one.is_subset(&one)), 5000);
        assert_eq!(hashes(&|| one.difference(&two).count() == 2500), 5000);
        assert_eq!(hashes(&|| one.intersection(&two).count() == 2500), 5000);
    }

    #[test]
    fn large_maps_are_equal_if_all_their_entries_are() {
        let map = large(0..5000);
        let mut same = large((0..5000).rev());
        assert_eq!(map, same);
        *same.get_mut(&key(4999)).unwrap() = 0;
        assert_ne!(map, same);
        same.insert(key(4999), 4999);
        assert_eq!(map, same);
        same.remove(&key(0));
        same.insert(key(5000), 0);
        assert_ne!(map, same);
    }

    #[test]
    fn the_first_that_is_wrong_ends_a_comparison() {
        let (map, other) = (large(0..5000), large(5000..10_000));
        let (set, other_set) = (large_set(0..5000), large_set(5000..10_000));
        let comparisons: [&dyn Fn() -> bool; 3] =
            [&|| map == other, &|| set == other_set, &|| set.is_subset(&other_set)];
        for comparison in comparisons {
            HASHES.set(0);
            assert!(!comparison());
            assert!(HASHES.get() <= WAITING_LEN + 1, "{}", HASHES.get());
        }
    }

    /// Enough entries of two `usize` for a map that is taken for larger than caches are.
    const MANY: usize = 160_000 / size_of::<usize>();

    #[test]
    fn what_is_inserted_ahead_is_inserted_in_order_also_in_a_growth() {
        // Each key comes three times, the next time so soon that the first may still wait.
        let entries = || {
            (0..3 * MANY as u64).map(|n| {
                let key = n / 3 / 5 * 5 + n % 5;
                (key, n)
            })
        };
        let mut expected = std::collections::BTreeMap::new();
        entries().for_each(|(key, n)| {
            expected.insert(key, n);
        });
        let mut grown = HashMap::new();
        // The filter hides how many come, so that the map grows meanwhile.
        grown.extend(entries().filter(|_| true));
        let mut reserved = HashMap::with_capacity(3 * MANY);
        reserved.extend(entries());
        for map in [grown, reserved] {
            assert!(map.insertions_can_ask_ahead());
            map.check();
            assert_eq!(map.len(), expected.len());
            assert!(expected.iter().all(|(key, n)| map.get(key) == Some(n)));
        }
    }

    #[test]
    fn a_few_entries_are_inserted_into_a_large_map() {
        for count in [0, 1, 2, WAITING_LEN, WAITING_LEN + 1, 40] {
            let mut map: HashMap<usize, usize> = (0..MANY).map(|n| (n, 0)).collect();
            map.extend((MANY - 1..MANY - 1 + count).map(|n| (n, n)));
            assert!(map.insertions_can_ask_ahead());
            assert_eq!(map.len(), MANY + count.saturating_sub(1));
            assert!((MANY - 1..MANY - 1 + count).all(|n| map[&n] == n));
        }
    }

    #[test]
    fn a_map_that_changes_its_hash_while_entries_wait_has_them_all() {
        let mut map: HashMap<usize, usize> = (0..MANY).map(|n| (n, n)).collect();
        let seed = map.table.seed();
        let falls_into_the_first =
            |key: &usize| (map.first_hash_of(key) >> 32).trailing_zeros() >= 12;
        let keys: Vec<usize> = (MANY..).filter(falls_into_the_first).take(300).collect();
        map.extend(keys.iter().map(|&key| (key, key)));
        assert!(map.table.seed() != seed, "the keys are a flood");
        map.check();
        assert!((0..MANY).chain(keys).all(|key| map[&key] == key));
        map.extend((MANY..2 * MANY).map(|n| (n, n)));
        map.check();
        assert!((0..2 * MANY).all(|key| map[&key] == key));
    }

    #[test]
    fn each_entry_that_waits_is_hashed_once() {
        #[derive(PartialEq, Eq)]
        struct Counted(usize);
        impl Hash for Counted {
            fn hash<H: Hasher>(&self, state: &mut H) {
                HASHES.set(HASHES.get() + 1);
                self.0.hash(state);
            }
        }
        let mut map = HashMap::with_capacity(2 * MANY);
        HASHES.set(0);
        map.extend((0..MANY).map(|n| (Counted(n), n)));
        assert!(map.insertions_can_ask_ahead());
        // The very first takes the map's seed, and is hashed anew with it.
        assert_eq!(HASHES.get(), MANY + 1);
    }

    #[test]
    fn what_waits_when_the_iterator_panics_is_dropped_and_nothing_else_is_lost() {
        use std::panic::{AssertUnwindSafe, catch_unwind};
        use std::rc::Rc;
        let token = Rc::new(());
        for count in [0, 1, WAITING_LEN - 1, WAITING_LEN, WAITING_LEN + 1, 100] {
            let mut map: HashMap<usize, Rc<()>> = (0..MANY).map(|n| (n, token.clone())).collect();
            let entries = (MANY..).filter(|_| true).map(|n| {
                assert!(n < MANY + count, "expected");
                (n, token.clone())
            });
            assert!(catch_unwind(AssertUnwindSafe(|| map.extend(entries))).is_err());
            // The first of all does not wait: with it the map is found to be large.
            let inserted = count.min(1) + count.saturating_sub(1 + WAITING_LEN);
            assert_eq!(map.len(), MANY + inserted);
            assert_eq!(Rc::strong_count(&token), 1 + map.len());
            map.check();
            drop(map);
            assert_eq!(Rc::strong_count(&token), 1);
        }
    }

    /// A key whose `Hash` or `Eq`, and a value whose `Drop`, panics at a call that was chosen.
    mod trap {
        use std::cell::Cell;
        use std::hash::{Hash, Hasher};

        #[derive(Clone, Copy, PartialEq, Debug)]
        pub(super) enum Call {
            Hash,
            Eq,
            Drop,
        }

        std::thread_local! {
            pub(super) static SPARED: Cell<Option<(Call, usize)>> = const { Cell::new(None) };
        }

        fn note(call: Call) {
            match SPARED.get() {
                Some((chosen, 0)) if chosen == call => {
                    SPARED.set(None);
                    panic!("on purpose");
                }
                Some((chosen, spared)) if chosen == call => SPARED.set(Some((call, spared - 1))),
                _ => {}
            }
        }

        #[derive(Clone, Copy, Eq)]
        pub(super) struct Key(pub(super) usize);

        impl Hash for Key {
            fn hash<H: Hasher>(&self, state: &mut H) {
                note(Call::Hash);
                self.0.hash(state);
            }
        }

        impl PartialEq for Key {
            fn eq(&self, other: &Self) -> bool {
                note(Call::Eq);
                self.0 == other.0
            }
        }

        pub(super) struct Value {
            pub(super) _token: std::rc::Rc<()>,
        }

        impl Drop for Value {
            fn drop(&mut self) {
                note(Call::Drop);
            }
        }
    }

    #[test]
    fn what_waits_when_user_code_panics_is_dropped_once_and_nothing_else_is_lost() {
        use std::panic::{AssertUnwindSafe, catch_unwind};
        use std::rc::Rc;
        use trap::{Call, Key, SPARED, Value};
        let token = Rc::new(());
        let entry = |n| (Key(n), Value { _token: token.clone() });
        for (call, spared) in [Call::Hash, Call::Eq, Call::Drop]
            .into_iter()
            .flat_map(|call| [0, 1, 15, 16, 17, 40].map(|spared| (call, spared)))
        {
            let mut map: HashMap<Key, Value> = (0..MANY).map(entry).collect();
            // Every second one is there.
            let entries = (0..100).map(|n| if n % 2 == 0 { n } else { MANY + n }).map(entry);
            SPARED.set(Some((call, spared)));
            assert!(catch_unwind(AssertUnwindSafe(|| map.extend(entries))).is_err());
            assert_eq!(SPARED.get(), None);
            map.check();
            assert!((0..MANY).all(|n| map.contains_key(&Key(n))), "what was there stays");
            assert_eq!(Rc::strong_count(&token), 1 + map.len());
            drop(map);
            assert_eq!(Rc::strong_count(&token), 1);
        }
    }

    #[test]
    fn entries_that_are_large_do_not_wait_on_the_stack() {
        let mut map: HashMap<usize, [usize; 32]> = HashMap::new();
        map.extend((0..MANY).map(|n| (n, [n; 32])));
        assert!(map.table.look_ups_can_ask_ahead() && !map.insertions_can_ask_ahead());
        assert!((0..MANY).all(|n| map[&n] == [n; 32]));
    }
}
