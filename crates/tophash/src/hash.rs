//! Hashing: the default state, the maps' own seeds, and how a key becomes the 64 bits that the
//! table uses.

use core::any::TypeId;
use core::hash::{BuildHasher, Hash, Hasher};
use core::ptr;

use foldhash::SharedSeed;
use foldhash::fast::FoldHasher;

/// The default hash state: foldhash, keyed by the process and by the map.
///
/// The value itself is empty. The process's key is drawn once, at random; each map adds its own
/// seed, `hash0`, which it takes when the first entry comes in and again after it was empty. So
/// [`HashMap::new`](crate::HashMap::new) is `const`, and yet two maps with the same keys differ in
/// their order.
///
/// Hashing with the state directly, as [`BuildHasher::hash_one`] does, uses the process's key
/// alone: all values of this type hash alike.
///
/// # What it does not promise
///
/// Foldhash makes collisions unlikely for who does not know the seeds. It is not a cryptographic
/// hash: who can watch timings or orders long enough may find colliding keys. So a map that meets a
/// chain which chance does not explain changes to `SipHash`-1-3, with a fresh seed and 128 bits
/// from the operating system, at its next write and at most once for each doubling. That write
/// hashes and moves every entry (a million in 0.14 s, measured once). The map goes back to foldhash
/// when it is cleared. Without the feature `std` there is no source of randomness but
/// addresses, and no such change.
///
/// # Examples
///
/// ```
/// use tophash::{HashMap, RandomState};
///
/// let mut map: HashMap<&str, u32, RandomState> = HashMap::with_hasher(RandomState::new());
/// map.insert("alice", 30);
/// assert_eq!(map["alice"], 30);
/// ```
#[derive(Clone, Copy, Default)]
pub struct RandomState(());

impl RandomState {
    /// The state. All its values are the same.
    #[inline]
    pub const fn new() -> Self {
        Self(())
    }
}

impl core::fmt::Debug for RandomState {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RandomState").finish_non_exhaustive()
    }
}

impl BuildHasher for RandomState {
    type Hasher = DefaultHasher;

    #[inline(always)]
    fn build_hasher(&self) -> DefaultHasher {
        DefaultHasher::new()
    }
}

/// The [`Hasher`] of [`RandomState`]: foldhash, and one more product.
///
/// For integers foldhash is the product of the key and a secret, folded. For one secret in a
/// hundred (one in ten, for a million keys) that puts more than 32 of some sequential keys into one
/// bucket where 6 belong; with the second product, for none of a thousand (docs/decisions/0004).
#[derive(Clone)]
pub struct DefaultHasher(FoldHasher<'static>);

impl DefaultHasher {
    /// A hasher keyed by the process alone.
    ///
    /// ```
    /// use std::hash::Hasher;
    ///
    /// let mut hasher = tophash::DefaultHasher::new();
    /// hasher.write(b"alice");
    /// let hash = hasher.finish();
    /// # let _ = hash;
    /// ```
    #[inline(always)]
    pub fn new() -> Self {
        Self::with_seed(Seed::of(0))
    }

    #[inline(always)]
    fn with_seed(seed: Seed) -> Self {
        Self(FoldHasher::with_seed(u64::from(seed.hash0), seed.key_of_process))
    }
}

impl Default for DefaultHasher {
    #[inline]
    fn default() -> Self {
        Self::new()
    }
}

impl core::fmt::Debug for DefaultHasher {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("DefaultHasher").finish_non_exhaustive()
    }
}

/// Forwards the writes that foldhash treats specially.
macro_rules! forward {
    ($($write:ident($number:ty)),* $(,)?) => {
        $(
            #[inline(always)]
            fn $write(&mut self, number: $number) {
                self.0.$write(number);
            }
        )*
    };
}

impl Hasher for DefaultHasher {
    #[inline(always)]
    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    forward! {
        write_u8(u8), write_u16(u16), write_u32(u32), write_u64(u64), write_u128(u128),
        write_usize(usize), write_i8(i8), write_i16(i16), write_i32(i32), write_i64(i64),
        write_i128(i128), write_isize(isize),
    }

    #[inline(always)]
    fn finish(&self) -> u64 {
        self.0.finish().wrapping_mul(SPREAD)
    }
}

/// What the hashes of one map begin with.
///
/// The process's key is drawn when it is first asked for, and whoever asks has to find out whether
/// it is there. A map asks once, when it takes its own seed, and keeps where the key lies
/// (docs/decisions/0026).
#[derive(Clone, Copy)]
pub(crate) struct Seed {
    /// The map's own seed.
    pub(crate) hash0: u32,
    pub(crate) key_of_process: &'static SharedSeed,
}

impl Seed {
    /// That of a map which has had no entry yet.
    pub(crate) const NONE: Self = Self { hash0: 0, key_of_process: SharedSeed::global_fixed() };

    /// That of a map with its own seed in this process.
    #[inline(always)]
    pub(crate) fn of(hash0: u32) -> Self {
        Self { hash0, key_of_process: SharedSeed::global_random() }
    }

    /// Whether hashes that begin with this one are `SipHash`.
    #[cfg(feature = "std")]
    #[inline(always)]
    fn is_for_sip(self) -> bool {
        self.hash0 & SIP_BIT != 0
    }
}

impl PartialEq for Seed {
    fn eq(&self, other: &Self) -> bool {
        self.hash0 == other.hash0 && ptr::eq(self.key_of_process, other.key_of_process)
    }
}

/// The hash that a map with this state and seed uses for `key`.
///
/// The default state takes the seed into the hash itself.
/// Any other state's hash is mixed with the seed afterwards: an identity hash, say, has no bits
/// where the table needs them.
#[inline(always)]
pub(crate) fn hash_key<S, Q>(state: &S, seed: Seed, key: &Q) -> u64
where
    S: BuildHasher,
    Q: Hash + ?Sized,
{
    #[cfg(feature = "std")]
    if is_sip::<S>(seed) {
        return hash_with(Sip::new(seed.hash0), key);
    }
    first_hash(state, seed, key)
}

/// As [`hash_key`], for a map that has not changed its hash.
#[inline(always)]
pub(crate) fn first_hash<S, Q>(state: &S, seed: Seed, key: &Q) -> u64
where
    S: BuildHasher,
    Q: Hash + ?Sized,
{
    // A comparison of two constants: the compiler keeps one branch.
    if is_default::<S>() {
        hash_with(DefaultHasher::with_seed(seed), key)
    } else {
        mix(state.hash_one(key), seed.hash0)
    }
}

/// How the keys of a table are hashed, for those who hash many.
pub(crate) trait KeyHasher<K> {
    /// The hash of a key. User code.
    fn hash(&self, key: &K) -> u64;

    /// Whether [`Self::for_loops`] is not to be used.
    #[inline(always)]
    fn is_slow(&self) -> bool {
        false
    }

    /// [`Self::hash`], for loops: they are compiled for the first hash alone, and not for that of a
    /// flooded map as well (docs/decisions/0031).
    fn for_loops(&self) -> impl Fn(&K) -> u64
    where
        Self: Sized;
}

impl<K, F: Fn(&K) -> u64> KeyHasher<K> for F {
    #[inline(always)]
    fn hash(&self, key: &K) -> u64 {
        self(key)
    }

    #[inline(always)]
    fn for_loops(&self) -> impl Fn(&K) -> u64 {
        self
    }
}

/// The hash function of a map: [`hash_key`] with its state and seed.
pub(crate) struct MapHasher<'a, S> {
    state: &'a S,
    seed: Seed,
}

impl<K: Hash, S: BuildHasher> KeyHasher<K> for MapHasher<'_, S> {
    #[inline(always)]
    fn hash(&self, key: &K) -> u64 {
        hash_key(self.state, self.seed, key)
    }

    #[inline(always)]
    fn is_slow(&self) -> bool {
        is_sip::<S>(self.seed)
    }

    #[inline(always)]
    fn for_loops(&self) -> impl Fn(&K) -> u64 {
        // Not `self`: what a loop writes might change it, for all that the compiler knows.
        let (state, seed) = (self.state, self.seed);
        move |key| first_hash(state, seed, key)
    }
}

/// The hash function of a map with this state and seed.
#[inline(always)]
pub(crate) fn hasher_of<S>(state: &S, seed: Seed) -> MapHasher<'_, S> {
    MapHasher { state, seed }
}

/// Whether the hash by this state and seed is `SipHash`.
#[inline(always)]
fn is_sip<S>(seed: Seed) -> bool {
    #[cfg(feature = "std")]
    return is_default::<S>() && seed.is_for_sip();
    #[cfg(not(feature = "std"))]
    {
        let _ = seed;
        false
    }
}

/// What a fresh hasher makes of one key.
#[inline(always)]
fn hash_with<Q: Hash + ?Sized>(mut hasher: impl Hasher, key: &Q) -> u64 {
    key.hash(&mut hasher);
    hasher.finish()
}

/// Whether this is the default state's type. Known when the program is compiled.
#[inline(always)]
pub(crate) fn is_default<S>() -> bool {
    typeid::of::<S>() == TypeId::of::<RandomState>()
}

/// Set in the seeds of maps whose hash was changed because of a flood.
const SIP_BIT: u32 = 1 << 31;

/// The hash of a map that was flooded: SipHash-1-3 as std has it, keyed with 128 bits that the
/// process draws from the operating system, of the map's seed and the key. Who does not know the
/// 128 bits learns nothing about one seed's hashes from another's.
///
/// A function that took the key by reference would force it into memory, in every look-up of every
/// map. So the key is hashed in place, as by the other hasher, and what is out of line takes its
/// parts by value.
#[cfg(feature = "std")]
struct Sip(std::hash::DefaultHasher);

#[cfg(feature = "std")]
impl Sip {
    #[cold]
    #[inline(never)]
    fn new(hash0: u32) -> Self {
        static KEY: std::sync::OnceLock<std::hash::RandomState> = std::sync::OnceLock::new();
        let mut hasher = KEY.get_or_init(std::hash::RandomState::new).build_hasher();
        hasher.write_u32(hash0);
        Self(hasher)
    }
}

/// Forwards writes out of line.
#[cfg(feature = "std")]
macro_rules! forward_slowly {
    ($($write:ident($number:ty)),* $(,)?) => {
        $(
            #[cold]
            #[inline(never)]
            fn $write(&mut self, number: $number) {
                self.0.$write(number);
            }
        )*
    };
}

#[cfg(feature = "std")]
impl Hasher for Sip {
    forward_slowly! {
        write(&[u8]),
        write_u8(u8), write_u16(u16), write_u32(u32), write_u64(u64), write_u128(u128),
        write_usize(usize), write_i8(i8), write_i16(i16), write_i32(i32), write_i64(i64),
        write_i128(i128), write_isize(isize),
    }

    #[cold]
    #[inline(never)]
    fn finish(&self) -> u64 {
        self.0.finish()
    }
}

/// A seed for a map that is flooded: from now on it hashes with `SipHash`.
#[cfg(feature = "std")]
pub(crate) fn fresh_sip_hash0() -> u32 {
    fresh_random() | SIP_BIT
}

/// An odd number without pattern, by which hashes are multiplied; from wyhash.
const SPREAD: u64 = 0x2d35_8dcc_aa6c_78a5;

/// Spreads a hash, differently for each seed.
///
/// The product of two 64-bit numbers, its halves xored, as in wyhash and its descendants, and then
/// one more product, as for the default state. The first constant is the golden ratio's.
#[inline(always)]
pub(crate) fn mix(hash: u64, hash0: u32) -> u64 {
    let seeded = hash ^ u64::from(hash0).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let product = u128::from(seeded) * u128::from(SPREAD);
    #[expect(clippy::cast_possible_truncation, reason = "the two halves are what is wanted")]
    let (low, high) = (product as u64, (product >> 64) as u64);
    (low ^ high).wrapping_mul(SPREAD)
}

/// A seed for a map: different for each, and never the same sequence twice in two processes. The
/// highest bit is 0, which means that the map has not changed its hash.
#[cold]
pub(crate) fn fresh_hash0() -> u32 {
    fresh_random() >> 1
}

/// 32 random bits, not to be relied on for secrets.
#[cold]
pub(crate) fn fresh_random() -> u32 {
    // A sequence that starts at the process's random key; one step for each seed, from any thread.
    use core::sync::atomic::{AtomicUsize, Ordering};
    static STEPS: AtomicUsize = AtomicUsize::new(0);
    #[cfg(any(test, verify))]
    if let Some(random) = crate::verify::repeated_random() {
        return random;
    }
    // Racing threads may load the same step; the address of a local tells them apart.
    let step = STEPS.load(Ordering::Relaxed).wrapping_add(0x9e37_79b9);
    STEPS.store(step, Ordering::Relaxed);
    let local = 0_u8;
    hash0_of_step(step, (&raw const local).addr(), SharedSeed::global_random())
}

/// The seed at one step of the sequence, in a process with this key.
fn hash0_of_step(step: usize, address: usize, key: &SharedSeed) -> u32 {
    // Foldhash is a product, so seeds of steps that lie in line would nearly do so too: in one
    // process of a hundred their high bits would hardly differ. So the steps are spread first, by
    // splitmix64's finaliser.
    let mut spread = step as u64;
    spread = (spread ^ (spread >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    spread = (spread ^ (spread >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let mut hasher = FoldHasher::with_seed(0, key);
    hasher.write_u64(spread ^ (spread >> 31));
    hasher.write_usize(address);
    (hasher.finish() >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_of_neighbouring_maps_differ_in_every_bit_in_every_process() {
        const SEED_COUNT: u32 = 256;
        for key in 0..2000 {
            let key = SharedSeed::from_u64(key);
            let mut set_counts = [0; 32];
            for n in 1..=SEED_COUNT {
                let seed = hash0_of_step((n as usize).wrapping_mul(0x9e37_79b9), 0x7f00, &key);
                for (bit, count) in set_counts.iter_mut().enumerate() {
                    *count += seed >> bit & 1;
                }
            }
            // Seven standard deviations from one half.
            assert!(set_counts.iter().all(|count| (72..=184).contains(count)), "{set_counts:?}");
        }
    }
}
