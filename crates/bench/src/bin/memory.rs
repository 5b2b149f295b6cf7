//! Bytes while maps grow: a program of its own, because its allocator counts.

#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::ExitCode;

use bench::memory::{Growth, grow};
use bench::record::Record;
use clap::Parser;
use testkit::allocators::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

/// Count bytes while maps of `u64` to `u64` grow one by one from nothing.
#[derive(Parser)]
struct Arguments {
    /// Entries in the end.
    #[arg(long, default_value_t = 20_000_000)]
    len: usize,
    /// Keep the results in this record.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let len = arguments.len;
    let growths: Vec<Growth> = vec![
        grow::<u64, tophash::HashMap<u64, u64>>("tophash", len),
        grow::<u64, hashbrown::HashMap<u64, u64>>("hashbrown", len),
        grow::<u64, griddle::HashMap<u64, u64>>("griddle", len),
    ];
    for growth in &growths {
        let Growth { map, peak_bytes, bytes_per_entry, .. } = growth;
        println!("{map:10} peak {peak_bytes} bytes, {bytes_per_entry:.1} bytes for each entry");
    }
    let Some(path) = arguments.record else { return ExitCode::SUCCESS };
    let kept = Record::open(&path).and_then(|mut record| {
        record.memory = growths;
        record.write(&path)
    });
    match kept {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("memory: {message}");
            ExitCode::FAILURE
        }
    }
}
