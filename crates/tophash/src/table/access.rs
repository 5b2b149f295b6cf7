//! Making a table, and reading and writing single values.

use super::{AbsentEntry, Entry, HashTable, OccupiedEntry, VacantEntry, mixed};
use crate::alloc::{Allocator, Global};
use crate::raw::{Occupied, RawEntry, RawTable, Vacant};

impl<T> HashTable<T> {
    /// An empty table. It takes no memory until the first insertion.
    ///
    /// ```
    /// let table: tophash::HashTable<u64> = tophash::HashTable::new();
    /// assert_eq!(table.allocation_size(), 0);
    /// ```
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self::new_in(Global)
    }

    /// An empty table with room for `capacity` values. O(capacity).
    ///
    /// The room is 6.5 values for each bucket, the number of buckets being a power of two.
    ///
    /// # Panics
    ///
    /// If a table cannot hold so many values, or the memory for them is refused;
    /// [`HashTable::try_reserve`] returns an error instead.
    ///
    /// ```
    /// let table: tophash::HashTable<u64> = tophash::HashTable::with_capacity(1000);
    /// assert_eq!(table.capacity(), 1664); // 256 buckets
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_in(capacity, Global)
    }

    /// An empty table with a seed that is given instead of random, and that stays.
    ///
    /// Two such tables with the same seed, hashes and history have the same order, on every
    /// platform. It is for reproducible builds and tests: who knows the seed can choose hashes that
    /// collide.
    ///
    /// ```
    /// use tophash::HashTable;
    ///
    /// let [mut one, mut two] = [HashTable::with_seed(7), HashTable::with_seed(7)];
    /// for n in 0..100_u64 {
    ///     one.insert_unique(n, n, |n| *n);
    ///     two.insert_unique(n, n, |n| *n);
    /// }
    /// assert!(one.iter().eq(two.iter()));
    /// ```
    #[inline]
    #[must_use]
    pub fn with_seed(seed: u32) -> Self {
        let mut table = Self::new();
        table.raw.fix_seed(seed);
        table
    }
}

impl<T, A: Allocator> HashTable<T, A> {
    /// An empty table that takes its memory from `allocator`.
    ///
    /// ```
    /// use tophash::{HashTable, alloc::Global};
    ///
    /// let mut table = HashTable::new_in(Global);
    /// table.insert_unique(7, 7, |n| *n);
    /// ```
    #[inline]
    #[must_use]
    pub const fn new_in(allocator: A) -> Self {
        Self { raw: RawTable::new_in(allocator) }
    }

    /// An empty table with room for `capacity` values in memory from `allocator`. O(capacity).
    ///
    /// # Panics
    ///
    /// As [`HashTable::with_capacity`].
    ///
    /// ```
    /// use tophash::{HashTable, alloc::Global};
    ///
    /// let table: HashTable<u64> = HashTable::with_capacity_in(8, Global);
    /// assert_eq!(table.capacity(), 8);
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn with_capacity_in(capacity: usize, allocator: A) -> Self {
        let mut table = Self::new_in(allocator);
        // No values, so nothing is hashed.
        if let Err(error) = table.raw.try_reserve(capacity, &|_: &T| 0) {
            crate::raw::fail_reservation(&error, 0, capacity);
        }
        table
    }

    /// Where the table's memory comes from.
    ///
    /// ```
    /// let table: tophash::HashTable<u64> = tophash::HashTable::new();
    /// let _: &tophash::alloc::Global = table.allocator();
    /// ```
    #[inline]
    pub fn allocator(&self) -> &A {
        self.raw.allocator()
    }

    /// How many values the table holds. O(1).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, 7, |n| *n);
    /// assert_eq!(table.len(), 1);
    /// ```
    #[inline]
    pub fn len(&self) -> usize {
        self.raw.len()
    }

    /// Whether the table holds no value. O(1).
    ///
    /// ```
    /// assert!(tophash::HashTable::<u64>::new().is_empty());
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values the table can hold before its next growth begins. O(1).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// assert_eq!(table.capacity(), 0);
    /// table.insert_unique(7, 7, |n| *n);
    /// assert_eq!(table.capacity(), 8); // one bucket
    /// ```
    #[inline]
    pub fn capacity(&self) -> usize {
        self.raw.capacity()
    }

    /// The value with this hash that satisfies `eq`. O(1).
    ///
    /// Of several it is any. `eq` may be asked about values with other hashes.
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, (7, "alice"), |entry| entry.0);
    /// assert_eq!(table.find(7, |entry| entry.0 == 7), Some(&(7, "alice")));
    /// assert_eq!(table.find(8, |entry| entry.0 == 8), None);
    /// ```
    #[inline]
    pub fn find(&self, hash: u64, eq: impl FnMut(&T) -> bool) -> Option<&T> {
        match self.raw.get(self.mix(hash), eq) {
            Some((value, ())) => Some(value),
            None => None,
        }
    }

    /// The value with this hash that satisfies `eq`, to be changed, but for its hash. O(1).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, (7, "alice"), |entry| entry.0);
    /// if let Some(entry) = table.find_mut(7, |entry| entry.0 == 7) {
    ///     entry.1 = "bob";
    /// }
    /// assert_eq!(table.find(7, |entry| entry.0 == 7), Some(&(7, "bob")));
    /// ```
    #[inline]
    pub fn find_mut(&mut self, hash: u64, eq: impl FnMut(&T) -> bool) -> Option<&mut T> {
        match self.raw.get_mut(self.mix(hash), eq) {
            Some((value, ())) => Some(value),
            None => None,
        }
    }

    /// The entry of the value with this hash that satisfies `eq`: to read it, change it or take it
    /// out. O(1).
    ///
    /// It has no hasher, so a growth under way makes no progress by it; a shrink does.
    ///
    /// # Errors
    ///
    /// If there is no such value: the error gives the table back.
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, (7, "alice"), |entry| entry.0);
    /// let entry = table.find_entry(7, |entry| entry.0 == 7).unwrap();
    /// assert_eq!(entry.remove().0, (7, "alice"));
    /// assert!(table.find_entry(7, |entry| entry.0 == 7).is_err());
    /// ```
    #[inline]
    pub fn find_entry(
        &mut self,
        hash: u64,
        eq: impl FnMut(&T) -> bool,
    ) -> Result<OccupiedEntry<'_, T, A>, AbsentEntry<'_, T, A>> {
        if self.raw.is_shrinking() {
            self.raw.shrink_step(1);
        }
        let hash = self.mix(hash);
        match Occupied::in_owner(self, |table| table.raw.occupied(hash, eq)) {
            Ok(raw) => Ok(OccupiedEntry { raw }),
            Err(table) => Err(AbsentEntry { table }),
        }
    }

    /// The place of the value with this hash that satisfies `eq`, taken or free, for looking,
    /// changing, inserting and removing with one look-up.
    ///
    /// O(1); moves the values of at most two chains. Makes room for the value, also if none is
    /// inserted afterwards. If `hasher` panics, no value is lost.
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// for word in ["to", "be", "or", "not", "to", "be"] {
    ///     let hash = |entry: &(&str, u32)| entry.0.len() as u64; // a poor one
    ///     let entry = table.entry(word.len() as u64, |entry| entry.0 == word, hash);
    ///     entry.or_insert((word, 0)).get_mut().1 += 1;
    /// }
    /// assert_eq!(table.find(2, |entry| entry.0 == "be"), Some(&("be", 2)));
    /// ```
    #[inline]
    pub fn entry(
        &mut self,
        hash: u64,
        eq: impl FnMut(&T) -> bool,
        hasher: impl Fn(&T) -> u64,
    ) -> Entry<'_, T, A> {
        self.prepare(&hasher);
        let hash = self.mix(hash);
        let hasher = mixed(hasher, self.raw.hash0());
        match RawEntry::in_owner(self, |table| table.raw.entry(hash, eq, &hasher)) {
            RawEntry::Occupied(raw) => Entry::Occupied(OccupiedEntry { raw }),
            RawEntry::Vacant(raw) => Entry::Vacant(VacantEntry { raw }),
        }
    }

    /// Puts a value into the table, also if it holds an equal one. Returns its entry.
    ///
    /// O(1), whatever the size of the table: moves the values of at most two chains (or of the
    /// whole table, while its slots take less than 16 KiB), allocates and frees at most three
    /// blocks of at most 256 KiB, or of one bucket if that is larger, and zeroes and copies none
    /// of them as a whole.
    ///
    /// # Panics
    ///
    /// If `hasher` does: then the table is as before, and `value` is dropped. When memory is
    /// refused for the table's growth, the table stays as it is and its chains become longer;
    /// when it is refused for an overflow bucket, the process ends.
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// let entry = table.insert_unique(7, "alice", |_| 7);
    /// assert_eq!(entry.get(), &"alice");
    /// ```
    #[inline]
    pub fn insert_unique(
        &mut self,
        hash: u64,
        value: T,
        hasher: impl Fn(&T) -> u64,
    ) -> OccupiedEntry<'_, T, A> {
        self.prepare(&hasher);
        let hash = self.mix(hash);
        let hasher = mixed(hasher, self.raw.hash0());
        let room = Vacant::in_owner(self, |table: &mut Self| table.raw.vacant(hash, &hasher));
        OccupiedEntry { raw: room.insert(value, ()) }
    }

    /// Takes out any value; `None` if there is none.
    ///
    /// Amortised O(1) until the table is empty: the search goes on where the last one ended. In a
    /// table that is nearly empty for its size, a single call may pass over many empty buckets. A
    /// table of one block, up to 64 KiB, does not keep that place unless some bucket overflows:
    /// there each call may pass over all of the block's empty buckets.
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, 7, |n| *n);
    /// assert_eq!(table.pop(), Some(7));
    /// assert_eq!(table.pop(), None);
    /// ```
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        self.raw.pop().map(|(value, ())| value)
    }

    /// A value chosen at random, each with the same probability; `None` if there is none.
    ///
    /// `draw` is the source of randomness: each call returns 64 random bits. Expected O(1) in a
    /// table that is not nearly empty for its size, else O(buckets).
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, 7, |n| *n);
    /// assert_eq!(table.random_entry(|| 0), Some(&7));
    /// ```
    #[inline]
    pub fn random_entry(&self, draw: impl FnMut() -> u64) -> Option<&T> {
        self.raw.random(draw).map(|(value, ())| value)
    }
}
