//! Types whose clones are copies of their bytes.
//!
//! That a type is `Copy` cannot be asked on stable Rust where it is only known to be `Clone`. So
//! numbers, pairs of them, borrowed text and the usual arrays of bytes are listed; all other types
//! are cloned one by one.

#![forbid(unsafe_code)]

use core::any::TypeId;

/// Whether a clone of a `T` is a copy of its bytes. False for types that are not listed. Known when
/// the program is compiled.
#[inline(always)]
pub(super) fn is_plain<T>() -> bool {
    macro_rules! is_one_of {
        ($($listed:ty),* $(,)?) => {
            false $(|| typeid::of::<T>() == TypeId::of::<$listed>())*
        };
    }
    if const { core::mem::needs_drop::<T>() } {
        return false;
    }
    is_one_of!(
        u8,
        u16,
        u32,
        u64,
        u128,
        usize,
        i8,
        i16,
        i32,
        i64,
        i128,
        isize,
        f32,
        f64,
        bool,
        char,
        (),
        (u32, u32),
        (u64, u64),
        (usize, usize),
        (i32, i32),
        (i64, i64),
        &str,
        [u8; 4],
        [u8; 8],
        [u8; 12],
        [u8; 16],
        [u8; 20],
        [u8; 24],
        [u8; 32],
        [u8; 48],
        [u8; 64],
    )
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn what_owns_memory_is_not_plain() {
        assert!(is_plain::<u64>() && is_plain::<()>() && is_plain::<[u8; 16]>());
        assert!(is_plain::<(u32, u32)>() && is_plain::<&str>());
        assert!(!is_plain::<&u64>() && !is_plain::<[u8; 17]>());
        assert!(!is_plain::<std::string::String>() && !is_plain::<std::boxed::Box<u8>>());
    }
}
