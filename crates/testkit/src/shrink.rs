//! Makes a failing list of operations small: delta debugging with a bound on the work.

use crate::Operation;

/// How much work shrinking may do: lists tried, and operations carried out in all of them.
const TRIES_MAX: usize = 4_000;
const OPERATIONS_MAX: usize = 2_000_000;

/// A short list that still fails, and what it cost to find.
#[derive(Debug)]
pub(crate) struct Shrunk {
    pub(crate) operations: Vec<Operation>,
    pub(crate) tries: usize,
}

/// Shrinks `operations`, which fail, as long as `fails` says that the shorter list fails too.
///
/// `fails` gives the count of operations up to and with the failing one, or `None`.
pub(crate) fn shrink(
    operations: Vec<Operation>,
    fails: impl FnMut(&[Operation]) -> Option<usize>,
) -> Shrunk {
    let mut shrinker = Shrinker { best: operations, fails, tries: 0, work: 0 };
    loop {
        let length = shrinker.best.len();
        let inner_length = shrinker.list_length();
        shrinker.remove_chunks();
        shrinker.make_operations_smaller();
        let same = shrinker.best.len() == length && shrinker.list_length() == inner_length;
        if same || shrinker.is_spent() {
            return Shrunk { operations: shrinker.best, tries: shrinker.tries };
        }
    }
}

struct Shrinker<F> {
    best: Vec<Operation>,
    fails: F,
    tries: usize,
    work: usize,
}

impl<F: FnMut(&[Operation]) -> Option<usize>> Shrinker<F> {
    fn is_spent(&self) -> bool {
        self.tries >= TRIES_MAX || self.work >= OPERATIONS_MAX
    }

    /// Makes `candidate` the best if it fails too; what follows its failure is cut off.
    fn try_instead(&mut self, mut candidate: Vec<Operation>) -> bool {
        self.tries += 1;
        self.work += candidate.len();
        let Some(needed) = (self.fails)(&candidate) else { return false };
        candidate.truncate(needed);
        self.best = candidate;
        true
    }

    /// Leaves chunks out: first halves, in the end single operations.
    fn remove_chunks(&mut self) {
        let mut chunk = self.best.len().div_ceil(2);
        while chunk > 0 {
            // From the back: what comes last depends on what came before, seldom the reverse.
            let mut end = self.best.len();
            while end > 0 && !self.is_spent() {
                let start = end.saturating_sub(chunk);
                let mut candidate = self.best.clone();
                candidate.drain(start..end);
                self.try_instead(candidate);
                end = start.min(self.best.len());
            }
            chunk /= 2;
        }
    }

    /// Keeps the operations but gives them less to do.
    fn make_operations_smaller(&mut self) {
        let mut index = 0;
        while index < self.best.len() && !self.is_spent() {
            let smaller = self.best[index].smaller();
            let progress = smaller.into_iter().any(|operation| {
                if self.is_spent() {
                    return false;
                }
                let mut candidate = self.best.clone();
                candidate[index] = operation;
                self.try_instead(candidate)
            });
            if !progress {
                index += 1;
            }
        }
    }

    fn list_length(&self) -> usize {
        self.best.iter().map(Operation::list_length).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{OPERATIONS_MAX, shrink};
    use crate::{Generator, Operation, Profile};

    /// Fails at the second `Clear`.
    fn second_clear(operations: &[Operation]) -> Option<usize> {
        let mut clears = operations.iter().enumerate().filter(|(_, o)| **o == Operation::Clear);
        clears.nth(1).map(|(index, _)| index + 1)
    }

    #[test]
    fn only_what_the_failure_needs_is_left() {
        let operations: Vec<_> = Generator::new(1, Profile::Mixed, 50).take(3000).collect();
        assert!(second_clear(&operations).is_some());
        let shrunk = shrink(operations, second_clear);
        assert_eq!(shrunk.operations, [Operation::Clear, Operation::Clear]);
    }

    #[test]
    fn the_pairs_of_an_operation_are_thinned_out_too() {
        let pairs: Vec<(u16, u32)> = (0..40).map(|key| (key, 0)).collect();
        let shrunk = shrink(vec![Operation::Extend(pairs)], |operations| match operations {
            [Operation::Extend(pairs)] if pairs.contains(&(17, 0)) => Some(1),
            _ => None,
        });
        assert_eq!(shrunk.operations, [Operation::Extend(vec![(17, 0)])]);
    }

    #[test]
    fn a_failure_that_never_comes_again_ends_with_the_whole_list() {
        let operations: Vec<_> = Generator::new(1, Profile::Mixed, 50).take(300).collect();
        let shrunk = shrink(operations.clone(), |_| None);
        assert_eq!(shrunk.operations, operations);
    }

    #[test]
    fn the_work_is_bounded() {
        let operations: Vec<_> = Generator::new(1, Profile::Growing, 50).take(20_000).collect();
        let mut carried_out = 0;
        shrink(operations, |tried| {
            carried_out += tried.len();
            None
        });
        assert!(carried_out <= OPERATIONS_MAX + 20_000, "{carried_out}");
    }
}
