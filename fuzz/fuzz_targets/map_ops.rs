//! The map, under the operations that the fuzzer's bytes spell.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tophash_fuzz::map_ops(bytes));
