//! A read behind a block of memory, which must be found.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tophash_fuzz::canary_memory(bytes));
