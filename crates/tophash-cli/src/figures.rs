//! Numbers as people read them: counts, bytes, times, shares.

/// `1234567` as `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things, in the right number: `1 file`, `2,000 files`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// Bytes with three digits and a binary unit.
pub(crate) fn bytes(count: u64) -> String {
    if count < 1024 {
        return format!("{count} B");
    }
    let mut scaled = lossy(count) / 1024.0;
    for unit in ["KiB", "MiB", "GiB"] {
        if scaled < 999.5 {
            return three_digits(scaled, unit);
        }
        scaled /= 1024.0;
    }
    three_digits(scaled, "TiB")
}

/// A time with three digits at most and the unit that makes it short.
pub(crate) fn nanoseconds(count: u64) -> String {
    if count < 1000 {
        return format!("{count} ns");
    }
    let mut scaled = lossy(count) / 1000.0;
    for unit in ["µs", "ms"] {
        if scaled < 999.5 {
            return three_digits(scaled, unit);
        }
        scaled /= 1000.0;
    }
    three_digits(scaled, "s")
}

fn three_digits(number: f64, unit: &str) -> String {
    if number < 9.995 {
        format!("{number:.2} {unit}")
    } else if number < 99.95 {
        format!("{number:.1} {unit}")
    } else {
        format!("{number:.0} {unit}")
    }
}

/// A part of a whole in percent; nothing is no part.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    format!("{:.1} %", 100.0 * quotient(part, whole))
}

/// A quotient for people to read; 0 if there is nothing to divide by.
pub(crate) fn quotient(dividend: u64, divisor: u64) -> f64 {
    if divisor == 0 { 0.0 } else { lossy(dividend) / lossy(divisor) }
}

/// The nearest number with 53 bits.
#[expect(clippy::cast_precision_loss, reason = "sixteen digits are enough to read and to draw")]
pub(crate) fn lossy(number: u64) -> f64 {
    number as f64
}

/// A size of this machine as a number of 64 bits; no machine's are larger.
pub(crate) fn wide(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{bytes, counted, grouped, nanoseconds, percent};

    #[test]
    fn thousands_are_parted() {
        let texts = [0, 999, 1000, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(counted(1, "key", "keys"), "1 key");
        assert_eq!(counted(2000, "key", "keys"), "2,000 keys");
    }

    #[test]
    fn units_change_where_a_number_would_have_four_digits() {
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1024), "1.00 KiB");
        assert_eq!(bytes(1000 * 1024), "0.98 MiB");
        assert_eq!(bytes(u64::MAX), "16777216 TiB");
        assert_eq!(nanoseconds(999), "999 ns");
        assert_eq!(nanoseconds(1000), "1.00 µs");
        assert_eq!(nanoseconds(999_499), "999 µs");
        assert_eq!(nanoseconds(999_500), "1.00 ms");
        assert_eq!(nanoseconds(12_000_000_000), "12.0 s");
    }

    #[test]
    fn a_part_of_nothing_is_nothing() {
        assert_eq!(percent(1, 3), "33.3 %");
        assert_eq!(percent(0, 0), "0.0 %");
    }
}
