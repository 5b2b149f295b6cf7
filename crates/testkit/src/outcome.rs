//! What a map answered to an operation.

use crate::{Operation, Touch};

/// The answer to one [`Operation`](crate::Operation); each operation's docs name its own.
///
/// Lists may come in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing to report.
    Done,
    /// A value, if there was one.
    Value(Option<u32>),
    /// Whether a key was found.
    Found(bool),
    /// An entry, if there was one.
    Entry(Option<(u16, u32)>),
    /// The values of two keys.
    Pair(Option<u32>, Option<u32>),
    /// How many entries were visited.
    Count(usize),
    /// The capacity after the operation.
    Capacity(usize),
    /// The map could not have the memory and said so.
    Refused,
    /// All entries.
    Entries(Vec<(u16, u32)>),
    /// All keys.
    Keys(Vec<u16>),
    /// All values.
    Values(Vec<u32>),
    /// What an iterator that was ended early gave out, and what the map then held.
    Taken {
        /// The entries given out.
        taken: Vec<(u16, u32)>,
        /// The map's content once the iterator had ended.
        left: Vec<(u16, u32)>,
    },
    /// The answers to the operations within a walk, and to its further steps.
    Walked(Vec<Outcome>),
    /// What one call of a scan did.
    Scanned {
        /// The entries visited, as they were met.
        visited: Vec<(u16, u32)>,
        /// Whether the scan is not complete.
        goes_on: bool,
        /// Whether the position was stale, so that the scan began anew.
        has_restarted: bool,
    },
}

impl Outcome {
    /// The answer to [`Operation::Walk`]: those of `apply` to the operations within it, and to as
    /// many further steps as there are entries, or as are wanted.
    pub fn walked(
        steps: &[Operation],
        further: usize,
        mut apply: impl FnMut(&Operation) -> Self,
    ) -> Self {
        let mut answers: Vec<Self> = steps.iter().map(&mut apply).collect();
        for _ in 0..further {
            let answer = apply(&Operation::Next(Touch::Look));
            let is_end = answer == Self::Entry(None);
            answers.push(answer);
            if is_end {
                break;
            }
        }
        Self::Walked(answers)
    }

    /// The same answer with every list in order, so that two can be compared.
    pub(crate) fn sorted(mut self) -> Self {
        match &mut self {
            Self::Entries(entries) => entries.sort_unstable(),
            Self::Keys(keys) => keys.sort_unstable(),
            Self::Values(values) => values.sort_unstable(),
            Self::Taken { taken, left } => {
                taken.sort_unstable();
                left.sort_unstable();
            }
            _ => {}
        }
        self
    }
}
