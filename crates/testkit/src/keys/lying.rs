//! Keys whose `Eq` does not keep its promises: a map may answer anything, but must stay sound.

use crate::random::mix;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How a [`LyingEq`] compares.
#[derive(Clone, Debug)]
pub enum Lie {
    /// No key equals another, nor itself.
    Never,
    /// All keys are equal.
    Always,
    /// Each comparison takes its turn of a fixed sequence of chances, which clones share.
    Random(Arc<AtomicU64>),
}

impl Lie {
    /// Comparisons by chance, in a sequence that the seed fixes.
    pub fn random(seed: u64) -> Self {
        Self::Random(Arc::new(AtomicU64::new(seed)))
    }
}

/// A key that hashes its id and lies when it is compared.
#[derive(Clone, Debug)]
pub struct LyingEq {
    /// What is hashed.
    pub id: u16,
    lie: Lie,
}

impl LyingEq {
    /// A key that lies in this way.
    pub fn new(id: u16, lie: &Lie) -> Self {
        Self { id, lie: lie.clone() }
    }
}

impl PartialEq for LyingEq {
    fn eq(&self, _other: &Self) -> bool {
        match &self.lie {
            Lie::Never => false,
            Lie::Always => true,
            Lie::Random(turn) => mix(turn.fetch_add(1, Ordering::Relaxed)) % 2 == 0,
        }
    }
}

impl Eq for LyingEq {}

impl Hash for LyingEq {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::{Lie, LyingEq};

    #[test]
    fn a_key_is_never_or_always_equal_as_told() {
        let never = LyingEq::new(1, &Lie::Never);
        assert!(never != never);
        assert!(LyingEq::new(1, &Lie::Always) == LyingEq::new(2, &Lie::Always));
    }

    #[test]
    fn comparisons_by_chance_are_about_half_true_and_come_again_with_the_seed() {
        let answers = |seed| -> Vec<bool> {
            let key = LyingEq::new(1, &Lie::random(seed));
            (0..1000).map(|_| key == key.clone()).collect()
        };
        let count = answers(1).iter().filter(|&&equal| equal).count();
        assert!((400..600).contains(&count), "{count}");
        assert_eq!(answers(1), answers(1));
        assert_ne!(answers(1), answers(2_000_000));
    }
}
