//! Interners and symbols, stored and read again.

use serde::de::DeserializeSeed;
use tophash_sync::{BoundedInterner, Interner, Symbol, WeakInterner};

#[test]
fn symbols_mean_the_same_after_their_interner_was_stored_and_read() {
    let names = Interner::new();
    let symbols: Vec<Symbol> = ["alice", "bob", "", "alice"].map(|text| names.intern(text)).into();
    let stored = serde_json::to_string(&(&names, &symbols)).unwrap();
    assert_eq!(stored, r#"[["alice","bob",""],[0,1,2,0]]"#);
    let (again, read): (Interner, Vec<Symbol>) = serde_json::from_str(&stored).unwrap();
    assert_eq!(read, symbols);
    assert!(read.iter().all(|&symbol| again.resolve(symbol) == names.resolve(symbol)));
}

#[test]
fn a_text_that_comes_twice_is_refused() {
    let error = serde_json::from_str::<Interner>(r#"["alice","bob","alice"]"#).unwrap_err();
    assert!(error.to_string().contains("did not come before"), "{error}");
    assert!(serde_json::from_str::<Interner>("[1]").is_err());
    assert!(serde_json::from_str::<Symbol>("4294967295").is_err());
    assert!(serde_json::from_str::<Symbol>("-1").is_err());
}

#[test]
fn texts_are_read_as_symbols_and_handles() {
    let mut json = serde_json::Deserializer::from_str(r#""red""#);
    let tags = Interner::new();
    let red = (&tags).deserialize(&mut json).unwrap();
    assert_eq!(tags.resolve(red), "red");

    let full = BoundedInterner::new(0, 0);
    let mut json = serde_json::Deserializer::from_str(r#""red""#);
    let error = (&full).deserialize(&mut json).unwrap_err();
    assert!(error.to_string().contains("the interner is full"), "{error}");

    let weak = WeakInterner::new();
    let mut json = serde_json::Deserializer::from_str(r#""red""#);
    let handle = (&weak).deserialize(&mut json).unwrap();
    assert_eq!(serde_json::to_string(&handle).unwrap(), r#""red""#);
}
