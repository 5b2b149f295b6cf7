//! Maps and interners shared between threads.
//!
//! | work | type |
//! |---|---|
//! | mostly reads, of keys that other threads write; Go's `sync.Map` | [`SyncMap`] |
//! | mostly writes, values changed in place; any key and value | [`ShardedMap`] |
//! | numbers by numbers: whatever fits into 64 bits, read and written | [`WordMap`] |
//! | compound steps: several entries, or the whole map, at one moment | [`SafeMap`] |
//! | the same texts again and again, as small numbers | [`Interner`] |
//! | texts that strangers choose | [`BoundedInterner`], [`WeakInterner`] |
//!
//! No method returns a guard that holds a lock. What is read is cloned or shown to a closure, so
//! that no lock can be held across an `await` or while the next call waits for it; what
//! [`SyncMap::get`] returns keeps memory alive, and nobody waiting.
//!
//! ```
//! use tophash_sync::ShardedMap;
//!
//! let hits: ShardedMap<&str, u64> = ShardedMap::new();
//! std::thread::scope(|threads| {
//!     for _ in 0..4 {
//!         threads.spawn(|| hits.update_or_insert_with("/login", || 0, |count| *count += 1));
//!     }
//! });
//! assert_eq!(hits.get("/login"), Some(4));
//! ```
//!
//! # What cannot happen
//!
//! Sharing a map that is not made for it does not compile; Go finds it at run time, if at all:
//!
//! ```compile_fail,E0499
//! use tophash::HashMap;
//!
//! let mut map: HashMap<&str, u32> = HashMap::new();
//! std::thread::scope(|threads| {
//!     threads.spawn(|| map.insert("key1", 1)); // writes
//!     threads.spawn(|| map.insert("key2", 2)); // writes as well: refused
//! });
//! ```
//!
//! Nor does reading beside a writer:
//!
//! ```compile_fail,E0502
//! use tophash::HashMap;
//!
//! let mut map: HashMap<&str, u32> = HashMap::new();
//! std::thread::scope(|threads| {
//!     threads.spawn(|| map.insert("key1", 1));
//!     threads.spawn(|| map.get("key1").copied()); // reads meanwhile: refused
//! });
//! ```
//!
//! # Closures
//!
//! A closure that is handed to a [`SafeMap`] or a [`ShardedMap`] runs while the method holds a
//! lock, where its documentation says so. ([`SyncMap`] and [`WordMap`] run none under a lock.) It
//! must not wait for another thread that uses the same map. If it uses the same map itself, the
//! call panics at once, whatever the key: it neither deadlocks nor depends on chance. So does the
//! ninth of calls within each other's closures, of whatever maps: eight is the most.
//! If a closure, `Hash`, `Eq`, `Clone` or `Drop` panics, nothing is poisoned and no entry is lost.
//!
//! # Features
//!
//! `serde`: interners and their symbols.
#![deny(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod atomics;
#[cfg_attr(
    all(target_os = "linux", not(any(loom, shuttle, miri, verify))),
    expect(unsafe_code, reason = "a call of the system")
)]
mod barrier;
#[expect(unsafe_code, reason = "an array that grows under its readers: see chunks.rs")]
mod chunks;
mod counter;
#[expect(unsafe_code, reason = "hands on what its caller promises")]
mod directory;
mod hashing;
mod inside;
#[expect(unsafe_code, reason = "texts and segments: see interner/mod.rs")]
pub mod interner;
mod known;
#[expect(unsafe_code, reason = "a pointer that is set once")]
mod link;
#[expect(unsafe_code, reason = "a lock: see its two rules")]
mod mutex;
#[cfg_attr(
    not(any(loom, shuttle)),
    expect(unsafe_code, reason = "the parking lot's interface is unsafe")
)]
mod parking;
mod patience;
pub mod safe_map;
pub mod sharded_map;
#[expect(unsafe_code, reason = "the map: see the invariants in sync_map/mod.rs")]
#[cfg_attr(test, expect(clippy::cast_possible_truncation, reason = "small numbers, in tests"))]
pub mod sync_map;
#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "small numbers")]
mod tests;
pub mod word_map;
#[expect(unsafe_code, reason = "boxed slices of zeros")]
mod zeroed;

pub use equivalent::Equivalent;
pub use interner::{BoundedInterner, Interner, Symbol, WeakInterner};
pub use safe_map::SafeMap;
pub use sharded_map::ShardedMap;
pub use sync_map::SyncMap;
pub use word_map::WordMap;
