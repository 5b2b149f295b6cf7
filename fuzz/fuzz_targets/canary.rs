//! A map with a fault, which must be found, under the operations that the fuzzer's bytes spell.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tophash_fuzz::canary(bytes));
