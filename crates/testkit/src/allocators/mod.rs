//! Allocators that count and allocators that refuse, each in two forms: as the program's global
//! allocator, with counts and refusals for each thread, and as a map's allocator parameter.

mod failing;
mod global;
mod parameter;
mod usage;

pub use failing::{FailingAllocator, Refusal, RefusalGuard, refuse};
pub use global::{CountingAllocator, measure, reset_thread_usage, thread_usage};
pub use parameter::{CountedMemory, PanickingMemory, RefusableMemory};
pub use usage::Usage;
