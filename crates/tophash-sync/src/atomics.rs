//! The atomics and locks that everything here is built on: std's, or those of a model checker, so
//! that what is checked is what is shipped.
//!
//! `--cfg loom` explores every interleaving of small programs under the rules of the C++ memory
//! model; `--cfg shuttle` many random schedules of larger ones, sequentially consistent.

//
// `Watched*` are for what some threads only load and others load and then write to: see `turns.rs`.

#[cfg(loom)]
pub(crate) mod turns;

#[cfg(not(any(loom, shuttle)))]
mod chosen {
    pub(crate) use std::hint::spin_loop;
    pub(crate) use std::sync::Mutex;
    pub(crate) use std::sync::atomic::{
        AtomicBool, AtomicIsize, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
    pub(crate) use std::sync::atomic::{AtomicPtr as WatchedPtr, AtomicU64 as WatchedU64};
}

#[cfg(loom)]
mod chosen {
    pub(crate) use super::turns::{WatchedPtr, WatchedU64};
    pub(crate) use loom::hint::spin_loop;
    pub(crate) use loom::sync::atomic::{
        AtomicBool, AtomicIsize, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
    pub(crate) use loom::sync::{Condvar, Mutex};
    pub(crate) use loom::thread::yield_now;
}

#[cfg(shuttle)]
mod chosen {
    pub(crate) use shuttle::hint::spin_loop;
    pub(crate) use shuttle::sync::atomic::{
        AtomicBool, AtomicIsize, AtomicPtr, AtomicU32, AtomicUsize, Ordering,
    };
    pub(crate) use shuttle::sync::atomic::{AtomicPtr as WatchedPtr, AtomicU64 as WatchedU64};
    pub(crate) use shuttle::sync::{Condvar, Mutex};
    pub(crate) use shuttle::thread::yield_now;
    /// Everything is sequentially consistent here.
    pub(crate) use std::sync::atomic::fence;
}

pub(crate) use chosen::*;

/// A function that is `const` where the atomics' constructors are, which is not in a model checker.
macro_rules! const_where_possible {
    ($(#[$attribute:meta])* $visibility:vis const fn $($rest:tt)*) => {
        #[cfg(not(any(loom, shuttle)))]
        $(#[$attribute])*
        $visibility const fn $($rest)*

        #[cfg(any(loom, shuttle))]
        $(#[$attribute])*
        $visibility fn $($rest)*
    };
}

pub(crate) use const_where_possible;
