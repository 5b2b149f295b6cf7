//! Runs code that is expected to panic, without its message on the screen.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// `Some` while this thread is quiet: the first message that was held back, or an empty text.
    static HELD_BACK: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A panic that was caught: its message and place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// The first panic's message, with the file and line where it happened.
    pub message: String,
}

/// Runs `action` and catches its panic; other threads' panics are printed as ever.
///
/// # Errors
///
/// The panic, if there was one.
pub fn silently<R>(action: impl FnOnce() -> R) -> Result<R, Caught> {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let loud = take_hook();
        set_hook(Box::new(move |panic| {
            let quiet = HELD_BACK.with_borrow_mut(|held_back| match held_back {
                None => false,
                Some(message) => {
                    if message.is_empty() {
                        *message = panic.to_string();
                    }
                    true
                }
            });
            if !quiet {
                loud(panic);
            }
        }));
    });
    let outer = HELD_BACK.replace(Some(String::new()));
    let result = catch_unwind(AssertUnwindSafe(action));
    let message = HELD_BACK.replace(outer).unwrap_or_default();
    result.map_err(|_| Caught { message })
}

#[cfg(test)]
mod tests {
    use super::silently;

    #[test]
    fn a_panic_comes_back_with_its_message_and_place() {
        let caught = silently(|| panic!("the number is {}", 7)).unwrap_err();
        assert!(caught.message.contains("the number is 7"), "{caught:?}");
        assert!(caught.message.contains("quiet.rs"), "{caught:?}");
    }

    #[test]
    fn a_result_passes_through() {
        assert_eq!(silently(|| 7), Ok(7));
    }

    #[test]
    fn quiet_may_be_nested() {
        let outer = silently(|| {
            assert!(silently(|| panic!("inner")).is_err());
            panic!("outer");
        });
        assert!(outer.unwrap_err().message.contains("outer"));
    }
}
