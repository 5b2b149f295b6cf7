//! Types whose `Hash`, `Eq` and `Clone` are std's own: where only those run, no code of a user's
//! does.

use std::any::TypeId;
use std::rc::Rc;
use std::sync::Arc;

/// Whether `Hash`, `Eq` and `Clone` of a `T` call nobody. False for types that are not listed.
/// Known when the program is compiled.
#[inline(always)]
pub(crate) fn is_known<T: ?Sized>() -> bool {
    macro_rules! is_one_of {
        ($($listed:ty),* $(,)?) => {
            false $(|| typeid::of::<T>() == TypeId::of::<$listed>())*
        };
    }
    // References too: the identity of a type here does not depend on lifetimes.
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
        [u8; 16],
        [u8; 32],
        str,
        &str,
        String,
        Box<str>,
        Rc<str>,
        Arc<str>,
        [u8],
        &[u8],
        Vec<u8>,
        (u32, u32),
        (u64, u64),
    )
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::is_known;
    use std::sync::Arc;

    fn of_value<T>(_: &T) -> bool {
        is_known::<T>()
    }

    #[test]
    fn what_may_call_a_user_is_not_known() {
        struct Theirs;
        assert!(is_known::<u64>() && is_known::<str>() && is_known::<String>());
        assert!(!is_known::<Theirs>() && !is_known::<&Theirs>() && !is_known::<Arc<Theirs>>());
        assert!(!is_known::<Option<u64>>() && !is_known::<[u8; 17]>());
    }

    #[test]
    fn a_reference_is_known_whatever_its_lifetime() {
        let text = String::from("alice");
        assert!(of_value(&text.as_str()) && of_value(&text.as_bytes()));
    }
}
