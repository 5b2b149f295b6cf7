//! Go's `sync.Map` as a rival: a process that does the same work, one sample for each line.

use super::{mix, named};
use crate::go::Go;
use crate::operation::Sampler;

/// Keys of the mixes that Go's map is measured with; it does no others.
pub const MIX_LEN: usize = 1000;

/// One version of Go.
#[derive(Clone, Debug)]
pub struct SharedGo {
    go: Go,
}

impl SharedGo {
    /// Of a program that was compiled.
    #[must_use]
    pub fn new(go: Go) -> Self {
        Self { go }
    }

    /// The contender's name.
    #[must_use]
    pub fn name(&self) -> String {
        format!("sync.Map {}", self.go.version)
    }

    /// Nanoseconds for an operation of a mix of [`MIX_LEN`] numbers; `None` if keys come and go.
    #[must_use]
    pub fn mix(&self, plan: mix::Plan) -> Option<Sampler<'static>> {
        (plan.mix.inserts == 0)
            .then(|| self.ask(&format!("mix-{}", plan.mix.reads), plan.threads, plan.operations))
    }

    /// Nanoseconds for an operation of one of Go's benchmarks.
    #[must_use]
    pub fn named(&self, plan: named::Plan) -> Sampler<'static> {
        let operations = plan.name.operations(plan.steps);
        self.ask(&plan.name.to_string(), plan.threads, operations)
    }

    fn ask(&self, what: &str, threads: usize, operations: usize) -> Sampler<'static> {
        self.go.start(&["shared", what, &threads.to_string(), &operations.to_string()])
    }
}
