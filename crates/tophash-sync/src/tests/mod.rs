//! What is tested of every map that has Go's operations: its answers alone, and the order of what
//! threads do to one key.

#[cfg(not(loom))]
pub(crate) mod history;
#[cfg(not(any(loom, shuttle)))]
pub(crate) mod linearizable;
#[cfg(not(any(loom, shuttle)))]
mod locked;
#[cfg(not(any(loom, shuttle)))]
pub(crate) mod model;
#[cfg(loom)]
pub(crate) mod models;
#[cfg(shuttle)]
pub(crate) mod schedules;
#[cfg(not(any(loom, shuttle)))]
mod threads;

#[cfg(not(any(loom, shuttle)))]
pub(crate) use threads::{Blocked, THREAD_COUNT, assert_made_once, in_threads, while_blocked};

/// A map of small numbers with the operations of Go's `sync.Map`.
#[cfg_attr(loom, expect(dead_code, reason = "models do some of it"))]
pub(crate) trait Subject: Send + Sync + 'static {
    fn load(&self, key: u32) -> Option<u32>;
    fn store(&self, key: u32, value: u32);
    fn load_or_store(&self, key: u32, value: u32) -> (u32, bool);
    fn load_and_delete(&self, key: u32) -> Option<u32>;
    fn delete(&self, key: u32) -> bool;
    fn swap(&self, key: u32, value: u32) -> Option<u32>;
    fn compare_and_swap(&self, key: u32, old: u32, new: u32) -> bool;
    fn compare_and_delete(&self, key: u32, old: u32) -> bool;
    fn update(&self, key: u32, change: fn(u32) -> u32) -> bool;
    fn clear(&self);
    fn range(&self, visit: &mut dyn FnMut(u32, u32));
    fn len(&self) -> usize;
    /// Does what a flood leads to.
    fn change_hash(&self);
    /// Recounts the invariants.
    fn check(&self);
}
