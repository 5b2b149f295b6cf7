//! The cells: which operation, on which keys and values, at which size, beside whom.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use crate::keys::{Key, Shape, Value};
use crate::map::Map;
use crate::operation::{Operation, Sampler, Workload, sampler};
use crate::pairs::{Comparison, Effort, compare};

/// One question: how long does it take us, divided by how long it takes the rival?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    /// What is done.
    pub operation: Operation,
    /// Of what the map is.
    pub types: Types,
    /// How the keys look.
    pub shape: Shape,
    /// Entries.
    pub len: usize,
    /// Who hashes.
    pub hashing: Hashing,
    /// Beside whom.
    pub rival: Rival,
}

/// The types of keys and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Types {
    /// Both 64-bit numbers.
    U64U64,
    /// Keys of 8 to 24 bytes, if they are random.
    StringU64,
    /// Keys of 16 bytes, values of 64.
    Bytes16Bytes64,
    /// Keys of two 32-bit numbers.
    PairU64,
    /// Values of one byte.
    U64U8,
}

/// Who hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hashing {
    /// Both use our default state.
    Same,
    /// Each uses its own default.
    Default,
}

/// Whom we are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rival {
    /// The map that std's is made of.
    Hashbrown,
    /// What comes with Rust.
    Std,
    /// hashbrown with incremental growth.
    Griddle,
    /// Entries in the order of insertion.
    Indexmap,
    /// No hash map: for scale.
    BTreeMap,
}

impl Rival {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Hashbrown, Self::Std, Self::Griddle, Self::Indexmap, Self::BTreeMap];
}

/// The sizes of section 9.
pub const SIZES: [usize; 7] = [10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];

const FEW_SIZES: [usize; 3] = [1000, 100_000, 1_000_000];

/// Entries of the maps in rust #36481.
pub const REPORTED_LEN: usize = 5_000_000;

const MAIN_TYPES: [Types; 3] = [Types::U64U64, Types::StringU64, Types::Bytes16Bytes64];

/// The operations for which there is a figure to reach.
pub const MAIN_OPERATIONS: [Operation; 9] = [
    Operation::Hit,
    Operation::HitDependent,
    Operation::Miss,
    Operation::InsertGrowing,
    Operation::InsertPresized,
    Operation::Churn,
    Operation::Iterate,
    Operation::Clone,
    Operation::Drop,
];

/// All cells, those with a figure to reach first.
#[must_use]
pub fn all() -> Vec<Cell> {
    let mut cells = main_cells(&SIZES);
    let random = Shape::Random;
    let mut add = |operation, types, shape, len, hashing, rival| {
        let cell = Cell { operation, types, shape, len, hashing, rival };
        if !cells.contains(&cell) {
            cells.push(cell);
        }
    };
    // What else there is to do with a map, and what else there is to keep in one.
    for len in FEW_SIZES {
        for operation in Operation::ALL {
            for types in [Types::U64U64, Types::StringU64, Types::PairU64, Types::U64U8] {
                // A set has no values: of `u64` to `u8` there is none of its own.
                if types != Types::U64U8 || !Operation::OF_SETS.contains(&operation) {
                    add(operation, types, random, len, Hashing::Same, Rival::Hashbrown);
                }
            }
        }
    }
    // One map's entries into another at the size of the report of a quadratic case (rust #36481).
    for types in [Types::U64U64, Types::StringU64] {
        add(Operation::Merge, types, random, REPORTED_LEN, Hashing::Same, Rival::Hashbrown);
    }
    // Maps of hashbrown with one hasher share an order, in which they are merged and their keys
    // looked up; as they come they do not.
    for len in FEW_SIZES {
        for operation in Operation::OF_TWO {
            for types in [Types::U64U64, Types::StringU64] {
                add(operation, types, random, len, Hashing::Default, Rival::Hashbrown);
            }
        }
    }
    // Keys with a pattern.
    for len in FEW_SIZES {
        for operation in [Operation::Hit, Operation::Miss, Operation::InsertGrowing] {
            for shape in [Shape::Sequential, Shape::HighBits, Shape::Multiples] {
                add(operation, Types::U64U64, shape, len, Hashing::Same, Rival::Hashbrown);
            }
            for shape in [Shape::Sequential, Shape::Words, Shape::Urls] {
                add(operation, Types::StringU64, shape, len, Hashing::Same, Rival::Hashbrown);
            }
        }
    }
    // All rivals, with our hasher and as they come.
    for hashing in [Hashing::Same, Hashing::Default] {
        for rival in Rival::ALL {
            for len in FEW_SIZES {
                for operation in MAIN_OPERATIONS {
                    for types in [Types::U64U64, Types::StringU64] {
                        if rival != Rival::BTreeMap || hashing == Hashing::Default {
                            add(operation, types, random, len, hashing, rival);
                        }
                    }
                }
            }
        }
    }
    cells
}

/// The most entries that cells can be asked for. Two maps of numbers of that size and their keys
/// take some 8 GB, and the indices of which keys are made are still far below 2^32.
pub const LEN_MAX: usize = 100_000_000;

/// The cells with a figure to reach, at another size.
///
/// # Errors
///
/// If the size is none or above [`LEN_MAX`].
pub fn at(len: usize) -> Result<Vec<Cell>, String> {
    if (1..=LEN_MAX).contains(&len) {
        Ok(main_cells(&[len]))
    } else {
        Err(format!("a cell has 1 to {LEN_MAX} entries, not {len}"))
    }
}

/// The cells of section 9 at these sizes.
fn main_cells(sizes: &[usize]) -> Vec<Cell> {
    let mut cells = Vec::new();
    for &len in sizes {
        for operation in MAIN_OPERATIONS {
            for types in MAIN_TYPES {
                let (shape, hashing, rival) = (Shape::Random, Hashing::Same, Rival::Hashbrown);
                cells.push(Cell { operation, types, shape, len, hashing, rival });
            }
        }
    }
    cells
}

/// A few cells, for a first look.
#[must_use]
pub fn quick() -> Vec<Cell> {
    let mut cells = main_cells(&[1000, 100_000]);
    cells.retain(|cell| cell.types != Types::Bytes16Bytes64);
    cells
}

impl Cell {
    /// Whether the cell counts for the figures to reach.
    #[must_use]
    pub fn is_main(&self) -> bool {
        MAIN_OPERATIONS.contains(&self.operation)
            && MAIN_TYPES.contains(&self.types)
            && self.shape == Shape::Random
            && self.hashing == Hashing::Same
            && self.rival == Rival::Hashbrown
    }

    /// The bytes that measuring the cell needs, about, and rather more than less: keys, and both
    /// maps, each while it grows.
    #[must_use]
    pub fn bytes_needed(&self) -> u64 {
        // A short text takes the least that glibc hands out with its own bytes in it.
        const TEXT_BYTES: u64 = 48;
        let (key_bytes, value_bytes, text_bytes) = match self.types {
            Types::StringU64 => (24, 8, TEXT_BYTES),
            Types::Bytes16Bytes64 => (16, 64, 0),
            // A byte is padded to the key beside it.
            Types::U64U64 | Types::PairU64 | Types::U64U8 => (8, 8, 0),
        };
        let len = self.len as u64;
        // hashbrown's table: a power of two, at most seven eighths full, and the half of it that is
        // there as well while it grows. Ours takes less.
        let slots = (len * 8 / 7 + 1).next_power_of_two();
        let table_bytes = slots * (key_bytes + value_bytes + 1) * 3 / 2;
        // The keys to insert, or a copy of the map.
        let copies = match self.operation {
            Operation::InsertGrowing | Operation::InsertPresized | Operation::ClearRefill => {
                len * (key_bytes + text_bytes)
            }
            Operation::Clone | Operation::Drop | Operation::Retain | Operation::Merge => {
                table_bytes + len * text_bytes
            }
            // Sets: two on either side.
            _ if Operation::OF_SETS.contains(&self.operation) => {
                2 * (table_bytes + len * text_bytes)
            }
            _ => 0,
        };
        // The order in which keys are made is an array of numbers.
        let keys = len * (8 + key_bytes + text_bytes);
        keys + copies + 2 * (table_bytes + len * text_bytes)
    }

    /// Measures the cell.
    #[must_use]
    pub fn measure(&self, effort: Effort) -> Comparison {
        match self.types {
            Types::U64U64 => self.measure_types::<u64, u64>(effort),
            Types::StringU64 => self.measure_types::<String, u64>(effort),
            Types::Bytes16Bytes64 => self.measure_types::<[u8; 16], [u8; 64]>(effort),
            Types::PairU64 => self.measure_types::<(u32, u32), u64>(effort),
            Types::U64U8 => self.measure_types::<u64, u8>(effort),
        }
    }

    fn measure_types<K: Key, V: Value>(&self, effort: Effort) -> Comparison {
        let workload: Workload<K, V> = Workload::new(self.shape, self.len, effort.operations);
        compare(|| self.ours(&workload), || self.theirs(&workload), effort)
    }

    /// Measures the cell beside a rival that is none of [`Rival`].
    pub fn measure_beside<'a>(
        &self,
        theirs: impl Fn() -> Sampler<'a>,
        effort: Effort,
    ) -> Comparison {
        match self.types {
            Types::U64U64 => self.measure_types_beside::<u64, u64>(theirs, effort),
            Types::StringU64 => self.measure_types_beside::<String, u64>(theirs, effort),
            Types::Bytes16Bytes64 => {
                self.measure_types_beside::<[u8; 16], [u8; 64]>(theirs, effort)
            }
            Types::PairU64 => self.measure_types_beside::<(u32, u32), u64>(theirs, effort),
            Types::U64U8 => self.measure_types_beside::<u64, u8>(theirs, effort),
        }
    }

    fn measure_types_beside<'a, K: Key, V: Value>(
        &self,
        theirs: impl Fn() -> Sampler<'a>,
        effort: Effort,
    ) -> Comparison {
        let workload: Workload<K, V> = Workload::new(self.shape, self.len, effort.operations);
        compare(|| self.ours(&workload), theirs, effort)
    }

    /// Does one side's work so many times over, for counting instructions.
    pub fn repeat(&self, side: Side, times: usize, operations: usize) {
        match self.types {
            Types::U64U64 => self.repeat_types::<u64, u64>(side, times, operations),
            Types::StringU64 => self.repeat_types::<String, u64>(side, times, operations),
            Types::Bytes16Bytes64 => {
                self.repeat_types::<[u8; 16], [u8; 64]>(side, times, operations);
            }
            Types::PairU64 => self.repeat_types::<(u32, u32), u64>(side, times, operations),
            Types::U64U8 => self.repeat_types::<u64, u8>(side, times, operations),
        }
    }

    fn repeat_types<K: Key, V: Value>(&self, side: Side, times: usize, operations: usize) {
        let workload: Workload<K, V> = Workload::new(self.shape, self.len, operations);
        let mut sampler = match side {
            Side::Ours => self.ours(&workload),
            Side::Theirs => self.theirs(&workload),
        };
        for _ in 0..times {
            sampler();
        }
    }

    fn ours<'a, K: Key, V: Value>(&self, workload: &'a Workload<K, V>) -> Sampler<'a> {
        sampler::<K, V, tophash::HashMap<K, V>>(self.operation, workload)
    }

    fn theirs<'a, K: Key, V: Value>(&self, workload: &'a Workload<K, V>) -> Sampler<'a> {
        use Hashing::{Default, Same};
        type Ours = tophash::RandomState;
        match (self.rival, self.hashing) {
            (Rival::Hashbrown, Same) => {
                self.rival::<K, V, hashbrown::HashMap<K, V, Ours>>(workload)
            }
            (Rival::Hashbrown, Default) => self.rival::<K, V, hashbrown::HashMap<K, V>>(workload),
            (Rival::Std, Same) => {
                self.rival::<K, V, std::collections::HashMap<K, V, Ours>>(workload)
            }
            (Rival::Std, Default) => self.rival::<K, V, std::collections::HashMap<K, V>>(workload),
            (Rival::Griddle, Same) => self.rival::<K, V, griddle::HashMap<K, V, Ours>>(workload),
            (Rival::Griddle, Default) => self.rival::<K, V, griddle::HashMap<K, V>>(workload),
            (Rival::Indexmap, Same) => self.rival::<K, V, indexmap::IndexMap<K, V, Ours>>(workload),
            (Rival::Indexmap, Default) => self.rival::<K, V, indexmap::IndexMap<K, V>>(workload),
            (Rival::BTreeMap, _) => self.rival::<K, V, BTreeMap<K, V>>(workload),
        }
    }

    fn rival<'a, K: Key, V: Value, M: Map<K, V>>(
        &self,
        workload: &'a Workload<K, V>,
    ) -> Sampler<'a> {
        sampler::<K, V, M>(self.operation, workload)
    }
}

/// Whose work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// tophash.
    Ours,
    /// The rival.
    Theirs,
}

impl Display for Cell {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let types = match self.types {
            Types::U64U64 => "u64-u64",
            Types::StringU64 => "string-u64",
            Types::Bytes16Bytes64 => "bytes16-bytes64",
            Types::PairU64 => "pair-u64",
            Types::U64U8 => "u64-u8",
        };
        let hashing = match self.hashing {
            Hashing::Same => "same",
            Hashing::Default => "default",
        };
        let rival = match self.rival {
            Rival::Hashbrown => "hashbrown",
            Rival::Std => "std",
            Rival::Griddle => "griddle",
            Rival::Indexmap => "indexmap",
            Rival::BTreeMap => "btreemap",
        };
        let (operation, shape, len) = (self.operation.name(), self.shape.name(), self.len);
        write!(f, "{operation}/{types}/{shape}/{len}/{hashing}/{rival}")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_cell_has_a_name_of_its_own() {
        let names: HashSet<String> = all().iter().map(Cell::to_string).collect();
        assert_eq!(names.len(), all().len());
        assert!(quick().iter().all(|cell| names.contains(&cell.to_string())));
    }

    #[test]
    fn a_size_of_ones_own_has_the_main_cells_up_to_a_bound() {
        let cells = at(100_000_000).expect("it is within the bound");
        assert!(cells.iter().all(|cell| cell.is_main() && cell.len == LEN_MAX));
        assert_eq!(cells.len(), MAIN_OPERATIONS.len() * MAIN_TYPES.len());
        assert!(at(0).is_err() && at(LEN_MAX + 1).is_err());
    }

    #[test]
    fn a_cell_needs_more_than_both_its_maps_and_its_keys() {
        let needed = |name: &str| {
            let cells = at(LEN_MAX).expect("it is within the bound");
            let cell = cells.into_iter().find(|cell| cell.to_string().starts_with(name));
            cell.expect("there is such a cell").bytes_needed()
        };
        let numbers = needed("hit/u64-u64/");
        // 134 217 728 slots of 17 bytes, twice, and the keys.
        assert!(numbers > 2 * (17 << 27) + 800_000_000 && numbers < 10 << 30, "{numbers}");
        assert!(needed("clone/u64-u64/") > numbers);
        assert!(needed("hit/bytes16-bytes64/") > 2 * (81 << 27));
    }

    #[test]
    fn every_operation_works_on_every_map() {
        let effort = Effort { builds: 1, pairs: 1, retries: 0, operations: 10 };
        for operation in Operation::ALL {
            for rival in Rival::ALL {
                for types in [Types::U64U64, Types::StringU64, Types::U64U8] {
                    let (shape, hashing) = (Shape::Random, Hashing::Default);
                    let cell = Cell { operation, types, shape, len: 100, hashing, rival };
                    let comparison = cell.measure(effort);
                    assert!(comparison.ratio.is_finite() && comparison.ratio > 0.0, "{cell}");
                }
            }
        }
    }
}
