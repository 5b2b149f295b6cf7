//! What all maps here do with hashes: tell the default state, spread weak bits, draw seeds.

use std::hash::BuildHasher;

/// Whether this is the default state's type, whose hash may be changed when keys collide. Known
/// when the program is compiled.
#[inline(always)]
pub(crate) fn is_default<S>() -> bool {
    typeid::of::<S>() == typeid::of::<tophash::RandomState>()
}

/// Spreads a hash whose randomness may be anywhere. The odd number without pattern is wyhash's.
#[inline(always)]
pub(crate) fn fold(hash: u64) -> u64 {
    fold_by(hash, 0x2d35_8dcc_aa6c_78a5)
}

/// The halves of a product of twice the length, xored.
#[inline(always)]
pub(crate) fn fold_by(hash: u64, factor: u64) -> u64 {
    let product = u128::from(hash) * u128::from(factor);
    #[expect(clippy::cast_possible_truncation, reason = "the two halves are what is wanted")]
    let (low, high) = (product as u64, (product >> 64) as u64);
    low ^ high
}

/// A random number that nobody knows.
pub(crate) fn random_seed() -> u64 {
    std::hash::RandomState::new().hash_one(0_u64)
}
