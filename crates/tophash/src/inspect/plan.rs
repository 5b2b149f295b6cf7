//! What a map will take, before there is one: [`MemoryPlan`].

use core::alloc::Layout;

use crate::TryReserveError;
use crate::raw::{SLOT_COUNT, Shape, capacity_of, planned_bytes, planned_overflow_bytes};

/// Tables of up to so many buckets have the distribution of their overflow buckets computed, larger
/// ones approximated by a normal distribution.
const COMPUTED_BUCKETS_MAX: u64 = 64;

/// The 99.99th percentile of the normal distribution, in standard deviations.
const DEVIATIONS_P9999: f64 = 3.719;

/// The memory of a map made by [`HashMap::with_capacity`](crate::HashMap::with_capacity).
///
/// What the map takes at once is exact. Overflow buckets come in addition as entries come, as many
/// as chance has it; for those there are an expected number and one that chance exceeds in one map
/// of ten thousand. Both are those of a good hash function.
///
/// Bytes are those of the map's allocations, as
/// [`HashMap::allocation_size`](crate::HashMap::allocation_size) counts them: without the map's own
/// value, and without what keys and values own elsewhere.
///
/// # Examples
///
/// ```
/// use tophash::{HashMap, MemoryPlan};
///
/// let plan = MemoryPlan::new::<u64, u64>(1000)?;
/// let map: HashMap<u64, u64> = HashMap::with_capacity(1000);
/// assert_eq!(plan.bytes, map.allocation_size());
/// assert_eq!((plan.buckets, plan.capacity), (256, 1664));
/// # Ok::<(), tophash::TryReserveError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct MemoryPlan {
    /// Entries that were asked about.
    pub len: usize,
    /// Main buckets.
    pub buckets: usize,
    /// Entries that the map holds before its first growth begins.
    pub capacity: usize,
    /// Bytes that `with_capacity` takes at once. Exact.
    pub bytes: usize,
    /// Overflow buckets with `len` entries: the mean.
    pub overflow_buckets_expected: f64,
    /// Overflow buckets with `len` entries: the 99.99th percentile, rounded up.
    pub overflow_buckets_p9999: usize,
    /// Bytes with as many overflow buckets as expected, rounded up.
    pub bytes_expected: usize,
    /// Bytes with as many overflow buckets as at the 99.99th percentile.
    pub bytes_p9999: usize,
}

impl MemoryPlan {
    /// The plan of a map with room for `len` entries of `K` and `V`, and then with `len` entries.
    /// O(1).
    ///
    /// # Errors
    ///
    /// [`TryReserveError::CapacityOverflow`] if no map can have so many.
    pub fn new<K, V>(len: usize) -> Result<Self, TryReserveError> {
        Self::of_layouts(Layout::new::<K>(), Layout::new::<V>(), len)
    }

    /// As [`MemoryPlan::new`], for keys and values of which only the layouts are known. O(1).
    ///
    /// ```
    /// use core::alloc::Layout;
    /// use tophash::MemoryPlan;
    ///
    /// let (key, value) = (Layout::new::<String>(), Layout::new::<u64>());
    /// let plan = MemoryPlan::of_layouts(key, value, 1000)?;
    /// assert_eq!(plan, MemoryPlan::new::<String, u64>(1000)?);
    /// # Ok::<(), tophash::TryReserveError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryReserveError::CapacityOverflow`] if no map can have so many, or so large ones.
    pub fn of_layouts(key: Layout, value: Layout, len: usize) -> Result<Self, TryReserveError> {
        if !Shape::is_possible_of(key, value) {
            return Err(TryReserveError::CapacityOverflow);
        }
        Self::of_shape(&Shape::of_layouts(key, value), len)
    }

    fn of_shape(shape: &Shape, len: usize) -> Result<Self, TryReserveError> {
        let mut plan = Self {
            len,
            buckets: 0,
            capacity: 0,
            bytes: 0,
            overflow_buckets_expected: 0.0,
            overflow_buckets_p9999: 0,
            bytes_expected: 0,
            bytes_p9999: 0,
        };
        if len == 0 {
            return Ok(plan);
        }
        let (bucket_count, bytes) = planned_bytes(len, shape)?;
        let overflow = Overflow::of(len, bucket_count);
        let with_overflow = |node_count| {
            let more = planned_overflow_bytes(bucket_count, node_count, shape)?;
            bytes.checked_add(more).ok_or(TryReserveError::CapacityOverflow)
        };
        plan.buckets =
            usize::try_from(bucket_count).map_err(|_| TryReserveError::CapacityOverflow)?;
        plan.capacity = capacity_of(bucket_count);
        plan.bytes = bytes;
        plan.overflow_buckets_expected = overflow.expected;
        plan.overflow_buckets_p9999 = overflow.p9999;
        plan.bytes_expected = with_overflow(round_up(overflow.expected))?;
        plan.bytes_p9999 = with_overflow(overflow.p9999)?;
        Ok(plan)
    }
}

/// How many overflow buckets chance makes of entries that are thrown into buckets.
struct Overflow {
    expected: f64,
    p9999: usize,
}

impl Overflow {
    #[expect(clippy::cast_precision_loss, reason = "a mean needs no more than 53 bits")]
    fn of(len: usize, bucket_count: u64) -> Self {
        if len <= SLOT_COUNT {
            return Self { expected: 0.0, p9999: 0 };
        }
        let buckets = bucket_count as f64;
        let chain = OneChain::of(len as f64, buckets);
        let expected = chain.mean * buckets;
        let p9999 = if bucket_count <= COMPUTED_BUCKETS_MAX {
            chain.percentile_of_sum(bucket_count)
        } else {
            // The chains share `len` entries: one that has more leaves less to the others. That
            // takes from the variance of the sum what the number of entries explains.
            let variance =
                (chain.variance - chain.covariance * chain.covariance / chain.entries) * buckets;
            round_up(expected + DEVIATIONS_P9999 * square_root(variance))
        };
        // All entries in one chain have the most.
        Self { expected, p9999: p9999.min((len - 1) / SLOT_COUNT) }
    }
}

/// The overflow buckets of one chain, whose number of entries has a binomial distribution.
struct OneChain {
    /// The mean number of entries.
    entries: f64,
    /// The probability of 0, 1, 2 ... overflow buckets.
    probabilities: [f64; Self::DEPTHS],
    mean: f64,
    variance: f64,
    /// Of overflow buckets with entries.
    covariance: f64,
}

impl OneChain {
    /// Depths that are told apart. At 6.5 entries on average, the next has a probability below
    /// 10^-60.
    const DEPTHS: usize = 16;

    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn of(len: f64, buckets: f64) -> Self {
        let mut probabilities = [0.0; Self::DEPTHS];
        let (mut sum, mut with_entries) = (0.0, 0.0);
        // The probability of so many entries, but for a factor. Each follows from the one before;
        // to divide by their sum takes the place of a power, which `core` does not have.
        let mut weight = 1.0;
        for entry_count in 0..=Self::DEPTHS * SLOT_COUNT {
            let depth = entry_count.saturating_sub(1) / SLOT_COUNT;
            probabilities[depth] += weight;
            sum += weight;
            with_entries += weight * depth as f64 * entry_count as f64;
            let others = (len - entry_count as f64).max(0.0);
            weight *= others / ((entry_count + 1) as f64 * (buckets - 1.0));
        }
        let (mut mean, mut of_squares) = (0.0, 0.0);
        for (depth, probability) in probabilities.iter_mut().enumerate() {
            *probability /= sum;
            mean += *probability * depth as f64;
            of_squares += *probability * (depth * depth) as f64;
        }
        let entries = len / buckets;
        Self {
            entries,
            probabilities,
            mean,
            variance: of_squares - mean * mean,
            covariance: with_entries / sum - mean * entries,
        }
    }

    /// The 99.99th percentile of what `chain_count` chains have together, if they are independent.
    /// They share their entries, so it errs upwards.
    fn percentile_of_sum(&self, chain_count: u64) -> usize {
        /// More overflow buckets than 64 chains ever have by chance.
        const SUMS: usize = 128;
        let mut sums = [0.0; SUMS];
        sums[0] = 1.0;
        for _ in 0..chain_count {
            // From the largest sum down, so that each is read before it is written.
            for sum in (0..SUMS).rev() {
                let depths = self.probabilities.iter().enumerate().take(sum + 1);
                sums[sum] = depths.map(|(depth, p)| p * sums[sum - depth]).sum();
            }
        }
        let mut below = 0.0;
        sums.iter()
            .take_while(|&&probability| {
                below += probability;
                below < 0.9999
            })
            .count()
    }
}

/// The least integer that is not below `number`, which is not negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "numbers of buckets are below 2^53"
)]
fn round_up(number: f64) -> usize {
    let floor = number as usize;
    if (floor as f64) < number { floor + 1 } else { floor }
}

/// The square root, by Newton's method from above: `core` has none for these numbers.
fn square_root(number: f64) -> f64 {
    if number <= 0.0 {
        return 0.0;
    }
    let mut root = number.max(1.0);
    // Each step halves the error of the exponent; the last few double the digits.
    for _ in 0..64 {
        root = root.midpoint(number / root);
    }
    root
}
