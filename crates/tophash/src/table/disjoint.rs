//! Several values at once, to be changed.

use super::HashTable;
use crate::alloc::Allocator;

impl<T, A: Allocator> HashTable<T, A> {
    /// The values with these hashes that satisfy `eq`, which is told the place of the hash, to be
    /// changed all at once; `None` for those that are not there. O(N²) comparisons of places,
    /// besides the look-ups.
    ///
    /// # Panics
    ///
    /// If two of them are one value.
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, (7, "alice"), |entry| entry.0);
    /// table.insert_unique(9, (9, "bob"), |entry| entry.0);
    /// let ids = [7, 9, 11];
    /// let [Some(one), Some(two), None] = table.get_disjoint_mut(ids, |n, entry| entry.0 == ids[n])
    /// else {
    ///     unreachable!()
    /// };
    /// std::mem::swap(&mut one.1, &mut two.1);
    /// assert_eq!(table.find(7, |entry| entry.0 == 7), Some(&(7, "bob")));
    /// ```
    #[track_caller]
    pub fn get_disjoint_mut<const N: usize>(
        &mut self,
        hashes: [u64; N],
        eq: impl FnMut(usize, &T) -> bool,
    ) -> [Option<&'_ mut T>; N] {
        let hashes = hashes.map(|hash| self.mix(hash));
        self.raw.get_disjoint_mut(hashes, eq).map(|entry| entry.map(|(value, ())| value))
    }

    /// As [`HashTable::get_disjoint_mut`], without looking whether two of them are one value.
    ///
    /// # Safety
    ///
    /// No two of them are one value: that would make two exclusive references to it.
    ///
    /// ```
    /// let mut table = tophash::HashTable::new();
    /// table.insert_unique(7, 7, |n| *n);
    /// // SAFETY: a value that equals 7 does not equal 9.
    /// let found = unsafe { table.get_disjoint_unchecked_mut([7, 9], |n, id| *id == [7, 9][n]) };
    /// assert_eq!(found, [Some(&mut 7), None]);
    /// ```
    #[expect(unsafe_code, reason = "unsafe by hashbrown's contract")]
    pub unsafe fn get_disjoint_unchecked_mut<const N: usize>(
        &mut self,
        hashes: [u64; N],
        eq: impl FnMut(usize, &T) -> bool,
    ) -> [Option<&'_ mut T>; N] {
        let hashes = hashes.map(|hash| self.mix(hash));
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { self.raw.get_disjoint_unchecked_mut(hashes, eq) }
            .map(|entry| entry.map(|(value, ())| value))
    }
}
