//! Serde: a map is a map of the format, a set a sequence, a scan's position a number.
//!
//! Data from outside may lie about its length. What is taken in advance is bounded by
//! [`ENTRIES_IN_ADVANCE_MAX`] and [`BYTES_IN_ADVANCE_MAX`]; beyond that, the map grows as entries
//! come, which the sender has to send.

mod map;
mod scan;
mod set;

/// Room is made in advance for at most so many entries: as hashbrown has it.
const ENTRIES_IN_ADVANCE_MAX: usize = 4096;

/// Room is made in advance for at most so many bytes of entries: 4096 of 256 bytes. The table for
/// them takes up to 2.5 times as much, because its buckets are a power of two of eight slots and
/// filled to 6.5.
const BYTES_IN_ADVANCE_MAX: usize = 1024 * 1024;

/// The entries of type `E` to make room for, when the format says that `hint` of them follow.
fn entries_in_advance<E>(hint: Option<usize>) -> usize {
    let fitting = BYTES_IN_ADVANCE_MAX / size_of::<E>().max(1);
    hint.unwrap_or(0).min(fitting).min(ENTRIES_IN_ADVANCE_MAX)
}

#[cfg(test)]
mod tests {
    use super::{BYTES_IN_ADVANCE_MAX, ENTRIES_IN_ADVANCE_MAX, entries_in_advance};

    #[test]
    fn room_in_advance_is_bounded_in_entries_and_in_bytes() {
        assert_eq!(entries_in_advance::<u64>(None), 0);
        assert_eq!(entries_in_advance::<u64>(Some(10)), 10);
        assert_eq!(entries_in_advance::<()>(Some(usize::MAX)), ENTRIES_IN_ADVANCE_MAX);
        assert_eq!(entries_in_advance::<[u8; 256]>(Some(usize::MAX)), ENTRIES_IN_ADVANCE_MAX);
        assert_eq!(entries_in_advance::<[u8; 1024]>(Some(usize::MAX)), 1024);
        assert_eq!(entries_in_advance::<[u8; BYTES_IN_ADVANCE_MAX + 1]>(Some(usize::MAX)), 0);
    }
}
