//! Bytes over a growth: what is live, what the peak is, and what the system holds for the process.

use std::fs;

use serde::{Deserialize, Serialize};
use testkit::allocators::measure;

use crate::keys::{Key, Shape};
use crate::map::Map;

/// Points of a growth at which bytes are noted.
pub const POINTS: usize = 400;

/// The bytes of one map while it grows one by one from nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Growth {
    /// The map's name.
    pub map: String,
    /// Entries in the end.
    pub len: usize,
    /// The most bytes that were live at once.
    pub peak_bytes: isize,
    /// Live bytes for each entry: the mean over all sizes above 1000, each doubling weighing alike.
    pub bytes_per_entry: f64,
    /// The most that was live between this point and the one before.
    pub peaks: Vec<isize>,
    /// Live bytes at the points.
    pub live: Vec<isize>,
    /// Resident bytes of the process at the points; empty where the system does not say.
    pub resident: Vec<u64>,
    /// The most resident bytes of the process, if it was the map's alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_peak: Option<u64>,
}

/// Grows a map to `len` entries. Needs testkit's counting allocator as the program's, and a process
/// of its own for the resident bytes, since an allocator keeps what an earlier map has left.
#[must_use]
pub fn grow<K: Key, M: Map<K, u64>>(name: &str, len: usize) -> Growth {
    let mut growth = Growth {
        map: name.to_owned(),
        len,
        peak_bytes: 0,
        bytes_per_entry: 0.0,
        peaks: Vec::with_capacity(POINTS),
        live: Vec::with_capacity(POINTS),
        resident: Vec::with_capacity(POINTS),
        resident_peak: None,
    };
    let mut map = M::empty();
    let (mut live, mut sum, mut weight) = (0, 0.0, 0.0);
    let mut start = 0;
    while start < len {
        // Small steps at first: sizes weigh by their logarithm.
        let end = (start + (start / 64).clamp(1, len / POINTS + 1)).min(len);
        let ((), usage) = measure(|| {
            for index in start as u64..end as u64 {
                map.put(K::make(Shape::Random, index), index);
            }
        });
        let peak = live + usage.peak_bytes;
        live += usage.live_bytes;
        growth.peak_bytes = growth.peak_bytes.max(peak);
        if start >= 1000 {
            let share = (end as f64 / start as f64).ln();
            sum += share * live as f64 / end as f64;
            weight += share;
        }
        let points = end * POINTS / len;
        if growth.live.len() < points {
            growth.live.push(live);
            growth.peaks.push(peak);
            growth.resident.extend(resident_bytes());
        } else if let Some(last) = growth.peaks.last_mut() {
            *last = peak.max(*last);
        }
        start = end;
    }
    growth.resident_peak = resident_peak_bytes();
    growth.bytes_per_entry = if weight > 0.0 { sum / weight } else { 0.0 };
    growth
}

/// Whether this program's allocator counts.
#[must_use]
pub fn is_counting() -> bool {
    let ((), usage) = measure(|| drop(std::hint::black_box(vec![0_u8; 100])));
    usage.peak_bytes >= 100
}

/// The bytes that the system can give to programs without taking them from others; `None` where it
/// does not say.
#[must_use]
pub fn available_bytes() -> Option<u64> {
    kibibytes_of(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")
}

/// What the system holds for this process.
fn resident_bytes() -> Option<u64> {
    kibibytes_of(&fs::read_to_string("/proc/self/status").ok()?, "VmRSS:")
}

/// The most that the system has held for this process.
fn resident_peak_bytes() -> Option<u64> {
    kibibytes_of(&fs::read_to_string("/proc/self/status").ok()?, "VmHWM:")
}

/// The bytes in the line of this name, which has them in units of 1024.
fn kibibytes_of(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::kibibytes_of;

    #[test]
    fn bytes_are_found_by_the_name_of_their_line() {
        let text = "MemFree:  7 kB\nMemAvailable:   22413312 kB\n";
        assert_eq!(kibibytes_of(text, "MemAvailable:"), Some(22_413_312 * 1024));
        assert_eq!(kibibytes_of(text, "VmRSS:"), None);
    }
}
