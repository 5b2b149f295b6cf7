//! The map, the set and Go's map beside a model that is obviously right, with every kind of hasher
//! and key.
//!
//! After each operation all invariants are recounted (`raw/check.rs`).

use core::hash::BuildHasher;

use testkit::hashers::{Constant, Fnv1a, HighBitsOnly, Identity, LowBitsOnly, Truncated};
use testkit::keys::{Key, Large, OverAligned};
use testkit::{Generator, Profile, Subject, reduced, run};

use super::subjects::{GoSubject, MapSubject, SetSubject};
use crate::RandomState;
use crate::go::Plain;

/// FNV-1a of which three bits are left.
#[derive(Clone, Copy, Default)]
struct ThreeBits;

impl BuildHasher for ThreeBits {
    type Hasher = <Truncated as BuildHasher>::Hasher;

    fn build_hasher(&self) -> Self::Hasher {
        Truncated(3).build_hasher()
    }
}

/// Every profile, in small and larger universes of keys, from several seeds.
fn runs_of<T: Subject>(universes: &[u16], count: usize, make: fn() -> T) {
    for profile in Profile::ALL {
        for &universe in universes {
            for seed in 1..4 {
                run(seed, profile, universe, reduced(count), make);
            }
        }
    }
}

fn runs<K: Key, S: BuildHasher + Default + Clone>(universes: &[u16], count: usize) {
    runs_of(universes, count, MapSubject::<K, S>::new);
}

#[test]
fn a_map_agrees_with_the_model() {
    runs::<u16, Fnv1a>(&[3, 20, 300, 3000], 1500);
}

#[test]
fn a_map_of_strings_agrees_with_the_model() {
    runs::<std::string::String, Fnv1a>(&[20, 300], 800);
}

#[test]
fn a_map_with_a_constant_hash_agrees_with_the_model() {
    runs::<u16, Constant>(&[5, 100], 600);
}

#[test]
fn a_map_with_hashes_of_three_bits_agrees_with_the_model() {
    runs::<u16, ThreeBits>(&[20, 300], 800);
}

#[test]
fn a_map_with_weak_hashes_agrees_with_the_model() {
    runs::<u16, Identity>(&[20, 300], 800);
    runs::<u16, LowBitsOnly>(&[20, 300], 800);
    runs::<u16, HighBitsOnly>(&[20, 300], 800);
}

#[test]
fn a_map_of_over_aligned_keys_agrees_with_the_model() {
    runs::<OverAligned, Fnv1a>(&[20, 200], 500);
}

#[test]
fn a_map_of_keys_of_4_kib_agrees_with_the_model() {
    runs::<Large, Fnv1a>(&[12, 80], 150);
}

/// Two of their buckets lie in a block for four, in which the table then grows.
#[test]
fn a_map_of_keys_of_1_kib_agrees_with_the_model() {
    runs::<Large<1022>, Fnv1a>(&[30, 80], 300);
    runs_of(&[30, 80], 300, MapSubject::<Large<1022>, Fnv1a>::shrinking);
}

/// Whether an operation within such a life, as a fuzzer's bytes spell it, leaves the subject in a
/// growth by steps, and how many buckets it has at most.
fn growth_and_buckets<K: Key>(universe: u16) -> (bool, usize) {
    let mut subject = MapSubject::<K, Fnv1a>::new();
    let (mut grows, mut buckets_max) = (false, 0);
    let generator = Generator::new(1, Profile::Growing, universe);
    for operation in generator.filter(|operation| !operation.leaks()).take(250) {
        subject.apply(&operation);
        let (is_growing, buckets) = subject.growth_and_buckets();
        grows |= is_growing;
        buckets_max = buckets_max.max(buckets);
    }
    (grows, buckets_max)
}

#[test]
fn lives_of_large_keys_come_to_several_blocks_and_to_growth_by_steps() {
    for universe in [60, 300] {
        let (grows, buckets) = growth_and_buckets::<Large<1022>>(universe);
        // A block has room for four buckets of eight such entries, in 64 KiB.
        assert!(grows && buckets > 4, "{universe}: {buckets} buckets");
    }
}

#[test]
fn a_map_that_gives_memory_back_by_itself_agrees_with_the_model() {
    runs_of(&[20, 300], 1000, MapSubject::<u16, Fnv1a>::shrinking);
    runs_of(&[20, 100], 500, MapSubject::<u16, Constant>::shrinking);
}

#[test]
fn a_map_of_the_default_state_agrees_with_the_model() {
    runs_of(&[5, 300], 1000, MapSubject::<u16, RandomState>::seeded_by_chance);
}

#[test]
fn a_set_agrees_with_the_model() {
    runs_of(&[3, 20, 300], 1000, SetSubject::<u16, Fnv1a>::new);
    runs_of(&[20, 300], 600, SetSubject::<std::string::String, Fnv1a>::new);
}

#[test]
fn a_set_with_bad_hashes_agrees_with_the_model() {
    runs_of(&[5, 100], 500, SetSubject::<u16, Constant>::new);
    runs_of(&[20, 200], 500, SetSubject::<u16, ThreeBits>::new);
    runs_of(&[20, 200], 500, SetSubject::<u16, Identity>::new);
    runs_of(&[20, 200], 500, SetSubject::<u16, LowBitsOnly>::new);
    runs_of(&[20, 200], 500, SetSubject::<u16, HighBitsOnly>::new);
}

#[test]
fn a_set_of_large_keys_agrees_with_the_model() {
    runs_of(&[30, 80], 250, SetSubject::<Large<1022>, Fnv1a>::new);
    runs_of(&[12, 80], 100, SetSubject::<Large, LowBitsOnly>::new);
}

#[test]
fn gos_map_agrees_with_the_model() {
    runs_of(&[3, 20, 300], 1000, GoSubject::<u16>::new);
    runs_of(&[20, 200], 600, GoSubject::<std::string::String>::new);
    runs_of(&[3, 100], 600, GoSubject::<f64>::new);
}

#[test]
fn gos_map_of_large_keys_agrees_with_the_model() {
    runs_of(&[30, 80], 250, GoSubject::<Plain<Large<1022>>>::new);
}
