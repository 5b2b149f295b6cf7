//! Bytes while maps grow: a program of its own, because its allocator counts.

#![forbid(unsafe_code)]

use std::env;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

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
    /// Grow this map alone, and print the result in JSON: what this program runs itself for.
    #[arg(long, hide = true, value_name = "MAP")]
    only: Option<String>,
    /// Keep the results in this record.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

/// The maps, each grown in a process of its own.
const MAPS: [&str; 3] = ["tophash", "hashbrown", "griddle"];

fn main() -> ExitCode {
    match carry_out(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("memory: {message}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(arguments: &Arguments) -> Result<(), String> {
    let len = arguments.len;
    if let Some(map) = &arguments.only {
        let growth = grow_alone(map, len)?;
        println!("{}", serde_json::to_string(&growth).map_err(|error| error.to_string())?);
        return Ok(());
    }
    if arguments.interners {
        let lens = INTERNED_LENS.into_iter().filter(|&other| other <= len);
        let interned: Vec<InternedBytes> = lens.flat_map(measure_bytes).collect();
        for InternedBytes { interner, len, bytes_above } in &interned {
            println!("{interner:14} {len:8} texts, {bytes_above:.1} bytes for each above the text");
        }
        return keep(arguments, |record| record.interned_bytes = interned);
    }
    let mut growths = Vec::new();
    for map in MAPS {
        let growth = grow_in_child(map, len)?;
        let Growth { map, peak_bytes, bytes_per_entry, resident_peak, .. } = &growth;
        let resident =
            resident_peak.map_or_else(String::new, |bytes| format!(", {bytes} resident"));
        println!(
            "{map:10} peak {peak_bytes} bytes{resident}, {bytes_per_entry:.1} bytes for each entry"
        );
        growths.push(growth);
    }
    keep(arguments, |record| record.memory = growths)
}

/// Changes the record, if one is named.
fn keep(arguments: &Arguments, change: impl FnOnce(&mut Record)) -> Result<(), String> {
    let Some(path) = &arguments.record else { return Ok(()) };
    let mut record = Record::open(path)?;
    change(&mut record);
    record.write(path)
}

fn grow_alone(map: &str, len: usize) -> Result<Growth, String> {
    Ok(match map {
        "tophash" => grow::<u64, tophash::HashMap<u64, u64>>(map, len),
        "hashbrown" => grow::<u64, hashbrown::HashMap<u64, u64>>(map, len),
        "griddle" => grow::<u64, griddle::HashMap<u64, u64>>(map, len),
        _ => return Err(format!("there is no map {map}; there are {}", MAPS.join(", "))),
    })
}

/// Grows a map in a process of its own, so that what the system holds for it is the map's.
fn grow_in_child(map: &str, len: usize) -> Result<Growth, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(program)
        .args(["--only", map, "--len", &len.to_string()])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("the process that grew {map} ended with {}", output.status));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("{map}: {error}"))
}
