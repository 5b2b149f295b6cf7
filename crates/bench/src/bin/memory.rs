//! Bytes while maps grow: a program of its own, because its allocator counts.

#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::ExitCode;

use bench::memory::{Growth, grow};
use bench::record::Record;
use bench::shared::InternedBytes;
use bench::shared::interner::measure_bytes;
use clap::Parser;
use testkit::allocators::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

/// Different texts that interners take in.
const INTERNED_LENS: [usize; 3] = [1000, 100_000, 1_000_000];

/// Count bytes while maps of `u64` to `u64` grow one by one from nothing.
#[derive(Parser)]
struct Arguments {
    /// Entries in the end.
    #[arg(long, default_value_t = 20_000_000)]
    len: usize,
    /// Those of interners instead.
    #[arg(long)]
    interners: bool,
    /// Keep the results in this record.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let len = arguments.len;
    let growths: Vec<Growth> = if arguments.interners {
        Vec::new()
    } else {
        vec![
            grow::<u64, tophash::HashMap<u64, u64>>("tophash", len),
            grow::<u64, hashbrown::HashMap<u64, u64>>("hashbrown", len),
            grow::<u64, griddle::HashMap<u64, u64>>("griddle", len),
        ]
    };
    for growth in &growths {
        let Growth { map, peak_bytes, bytes_per_entry, .. } = growth;
        println!("{map:10} peak {peak_bytes} bytes, {bytes_per_entry:.1} bytes for each entry");
    }
    let interned: Vec<InternedBytes> = if arguments.interners {
        INTERNED_LENS.into_iter().filter(|&other| other <= len).flat_map(measure_bytes).collect()
    } else {
        Vec::new()
    };
    for InternedBytes { interner, len, bytes_above } in &interned {
        println!("{interner:14} {len:8} texts, {bytes_above:.1} bytes for each above the text");
    }
    let Some(path) = arguments.record else { return ExitCode::SUCCESS };
    let kept = Record::open(&path).and_then(|mut record| {
        if arguments.interners {
            record.interned_bytes = interned;
        } else {
            record.memory = growths;
        }
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
