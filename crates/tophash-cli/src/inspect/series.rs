//! How things went over time, in a bounded number of windows: when they run out, each two become
//! one.

use serde::Serialize;

/// Windows that there are at most, an even number.
pub(super) const WINDOW_COUNT_MAX: usize = 1024;

/// One operation on both maps.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sample {
    pub(super) keys: u64,
    pub(super) tophash_ns: u64,
    pub(super) std_ns: u64,
    /// Of doing nothing, as a measure of what else the machine does.
    pub(super) nothing_ns: u64,
    /// The most that was held during the operation.
    pub(super) tophash_bytes: u64,
    pub(super) std_bytes: u64,
}

impl Sample {
    /// The later and the worse of two.
    fn join(self, other: Self) -> Self {
        Self {
            keys: self.keys.max(other.keys),
            tophash_ns: self.tophash_ns.max(other.tophash_ns),
            std_ns: self.std_ns.max(other.std_ns),
            nothing_ns: self.nothing_ns.max(other.nothing_ns),
            tophash_bytes: self.tophash_bytes.max(other.tophash_bytes),
            std_bytes: self.std_bytes.max(other.std_bytes),
        }
    }
}

/// Each window's worst times and most bytes.
#[derive(Debug)]
pub(super) struct Series {
    windows: Vec<Sample>,
    /// Operations to a window.
    width: u64,
    /// Operations in the last window.
    filled: u64,
}

impl Series {
    pub(super) fn new() -> Self {
        Self { windows: Vec::with_capacity(WINDOW_COUNT_MAX), width: 1, filled: 1 }
    }

    pub(super) fn push(&mut self, sample: Sample) {
        if self.filled < self.width {
            let last = self.windows.last_mut().expect("a window that is not full exists");
            *last = last.join(sample);
            self.filled += 1;
            return;
        }
        if self.windows.len() == WINDOW_COUNT_MAX {
            for index in 0..WINDOW_COUNT_MAX / 2 {
                self.windows[index] = self.windows[2 * index].join(self.windows[2 * index + 1]);
            }
            self.windows.truncate(WINDOW_COUNT_MAX / 2);
            self.width *= 2;
        }
        self.windows.push(sample);
        self.filled = 1;
    }

    pub(super) fn columns(&self) -> Columns {
        let column = |of: fn(&Sample) -> u64| self.windows.iter().map(of).collect();
        let mut operations: Vec<u64> = (1..).take(self.windows.len()).collect();
        for (index, end) in operations.iter_mut().enumerate() {
            let missing = self.width - self.filled;
            let is_last = index + 1 == self.windows.len();
            *end = *end * self.width - if is_last { missing } else { 0 };
        }
        Columns {
            operations_per_window: self.width,
            operations,
            keys: column(|sample| sample.keys),
            tophash_ns: column(|sample| sample.tophash_ns),
            std_ns: column(|sample| sample.std_ns),
            nothing_ns: column(|sample| sample.nothing_ns),
            tophash_bytes: column(|sample| sample.tophash_bytes),
            std_bytes: column(|sample| sample.std_bytes),
        }
    }
}

/// The windows, one list for each quantity, as plots want them.
#[derive(Debug, Serialize)]
pub(super) struct Columns {
    pub(super) operations_per_window: u64,
    /// The last operation of each window, from 1.
    pub(super) operations: Vec<u64>,
    /// Distinct keys at the end of each window.
    pub(super) keys: Vec<u64>,
    pub(super) tophash_ns: Vec<u64>,
    pub(super) std_ns: Vec<u64>,
    pub(super) nothing_ns: Vec<u64>,
    pub(super) tophash_bytes: Vec<u64>,
    pub(super) std_bytes: Vec<u64>,
}

#[cfg(test)]
mod tests {
    use super::{Sample, Series, WINDOW_COUNT_MAX};

    fn series(count: u64) -> Series {
        let mut series = Series::new();
        for n in 1..=count {
            // The worst is the 700th, and the most is at the end.
            let tophash_ns = if n == 700 { 9999 } else { 1 };
            series.push(Sample { keys: n, tophash_ns, tophash_bytes: n, ..Sample::default() });
        }
        series
    }

    #[test]
    fn windows_stay_within_the_bound_and_lose_no_maximum() {
        let max = WINDOW_COUNT_MAX as u64;
        for count in [1, 2, 700, max, max + 1, 2 * max, 2 * max + 1, 100_000] {
            let columns = series(count).columns();
            assert!(columns.operations.len() <= WINDOW_COUNT_MAX, "{count}");
            assert_eq!(columns.operations.last(), Some(&count));
            assert_eq!(columns.keys.last(), Some(&count));
            let worst = columns.tophash_ns.iter().max().copied().unwrap();
            assert_eq!(worst == 9999, count >= 700, "{count}");
            assert!(columns.operations.is_sorted());
        }
    }

    #[test]
    fn a_series_of_nothing_is_empty() {
        assert!(Series::new().columns().operations.is_empty());
    }
}
