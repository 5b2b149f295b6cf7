//! Every benchmark and every rival: how does the map compare, and where does it lose?
//!
//! ```text
//! matrix.rs   which cells there are: operation, types, keys, size, hashing, rival
//! keys.rs     what the keys and values are     map.rs, set.rs   what every rival can do
//! operation.rs  one cell's work, for one map        pairs.rs    two maps in turn, and their ratio
//! latency.rs  single insertions over a growth       memory.rs   bytes over a growth
//! record.rs   results with machine and commit       report.rs   tables from the record
//! shared/     maps that threads share, and interners
//! ```

#![forbid(unsafe_code)]
#![expect(clippy::cast_precision_loss, reason = "figures are read to three digits")]

pub mod compile;
pub mod go;
pub mod instructions;
pub mod keys;
pub mod latency;
pub mod map;
pub mod matrix;
pub mod memory;
pub mod operation;
pub mod pairs;
pub mod record;
pub mod report;
pub mod set;
pub mod shared;
