//! The map, the set and Go's map as the model's subjects.
//!
//! The fuzzing targets include these files too: they use nothing but the public interface and
//! [`verify`](crate::verify).

use std::vec::Vec;

use testkit::Outcome;

use crate::hash_map::{ScanPosition, ScanStep};

/// Carries out what changes a map's or a set's room, which both name the same; `$other` is for the
/// rest of the operations.
macro_rules! apply_to_room {
    ($map:expr, $operation:expr, _ => $other:expr) => {{
        let map = $map;
        match *$operation {
            Operation::Reserve(additional) => {
                map.reserve(additional);
                Outcome::Capacity(map.capacity())
            }
            Operation::TryReserve(additional) => match map.try_reserve(additional) {
                Ok(()) => Outcome::Capacity(map.capacity()),
                Err(_) => Outcome::Refused,
            },
            Operation::ShrinkToFit => {
                map.shrink_to_fit();
                Outcome::Capacity(map.capacity())
            }
            Operation::ShrinkTo(capacity) => {
                map.shrink_to(capacity);
                Outcome::Capacity(map.capacity())
            }
            Operation::GrowStep(steps) => {
                // No memory is refused here.
                assert_eq!(map.grow_step(steps), map.is_growing());
                Outcome::Done
            }
            Operation::ShrinkStep(steps) => {
                let is_more_left = map.shrink_step(steps);
                assert_eq!(map.shrink_step(0), is_more_left);
                Outcome::Done
            }
            Operation::SetPolicy(is_automatic) => {
                let automatic = ShrinkPolicy::Automatic;
                map.set_shrink_policy(if is_automatic { automatic } else { ShrinkPolicy::Manual });
                Outcome::Done
            }
            _ => $other,
        }
    }};
}

/// Looks inside a map or a set: what it lists and counts must agree with its length. Tells whether
/// it found the key.
macro_rules! inspect {
    ($map:expr, $key:expr) => {{
        let map = $map;
        let (stats, trace) = (map.stats(), map.trace($key));
        assert_eq!((stats.len, stats.capacity), (map.len(), map.capacity()));
        assert_eq!(stats.growth.is_some(), map.is_growing() || map.is_shrinking());
        assert_eq!(stats.bytes.allocated(), map.allocation_size());
        // Four overflow buckets and more are a flood.
        let is_flooded = map.layout().any(|chain| chain.buckets().count() > 4);
        assert_eq!((map.is_flooded(), stats.is_flooded), (is_flooded, is_flooded));
        let buckets = map.layout().flat_map(|chain| chain.buckets());
        assert_eq!(buckets.map(|bucket| bucket.entries().count()).sum::<usize>(), map.len());
        trace.found.is_some()
    }};
}

mod go;
mod map;
mod set;
#[expect(unsafe_code, reason = "the model calls the unchecked methods as their contracts say")]
mod unchecked;

pub(crate) use go::GoSubject;
pub(crate) use map::MapSubject;
pub(crate) use set::SetSubject;

/// The answer to a call of a scan, whose next position is kept.
fn scanned(kept: &mut ScanPosition, step: ScanStep, visited: Vec<(u16, u32)>) -> Outcome {
    assert_eq!(step.visited, visited.len());
    // Stored and read again, as whoever keeps it in a file does.
    let next = step.next.map(|position| ScanPosition::from_bits(position.to_bits()));
    *kept = next.unwrap_or(ScanPosition::START);
    Outcome::Scanned { visited, goes_on: step.next.is_some(), has_restarted: step.has_restarted }
}
