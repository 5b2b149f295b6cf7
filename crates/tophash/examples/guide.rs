//! Measures what the guide to Go's maps claims: the figures of docs/guide-checked.md.
//!
//! `cargo run --release --example guide`

#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::hint::black_box;
use std::time::Instant;

use tophash::HashMap;

/// Runs of which the median is taken.
const RUNS: usize = 9;

/// The median time of one run, in nanoseconds.
fn nanoseconds(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e9
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

/// Numbers without order, each once.
fn scattered(count: usize) -> impl Iterator<Item = u64> {
    (0..count as u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20)
}

fn main() {
    memory();
    growth();
    preallocation();
    keys();
    small();
    sizes();
}

fn memory() {
    println!("## Memory");
    for count in [3, 1000, 1664] {
        let map: HashMap<String, u64> = (0..count).map(|n| (n.to_string(), n)).collect();
        let least = count * 32;
        let bytes = map.allocation_size();
        println!(
            "{count} String -> u64: {bytes} bytes, {:.2} of the entries' {least}",
            bytes as f64 / least as f64
        );
    }
    let mut map: HashMap<u64, u64> = scattered(1_000_000).map(|n| (n, n)).collect();
    let full = map.allocation_size();
    let mut kept = 0;
    map.retain(|_, _| {
        kept += 1;
        kept <= 10
    });
    let thinned = map.allocation_size();
    map.shrink_to_fit();
    println!(
        "1,000,000 entries: {full} bytes; 10 left: {thinned}; shrunk: {}",
        map.allocation_size()
    );
    // Empty slots: the mean over one doubling, and at its end.
    let (mut empty, mut samples, mut at_full) = (0.0, 0, 0.0);
    let mut map: HashMap<u64, u64> = HashMap::new();
    for (n, key) in scattered(26_624).enumerate() {
        map.insert(key, 0);
        if n >= 13_312 && n % 64 == 63 {
            let slots = (map.capacity() * 2 / 13 * 8) as f64;
            at_full = 1.0 - map.len() as f64 / slots;
            empty += at_full;
            samples += 1;
        }
    }
    println!(
        "empty slots of main buckets: {:.0} % on average over a doubling, {:.0} % at its end",
        100.0 * empty / f64::from(samples),
        100.0 * at_full
    );
}

fn growth() {
    println!("\n## Growth");
    for hint in [10, 100, 1000, 10_000] {
        let map: HashMap<u64, u64> = HashMap::with_capacity(hint);
        let buckets = if map.capacity() == 8 { 1 } else { map.capacity() * 2 / 13 };
        println!("with_capacity({hint}): {buckets} buckets, room for {}", map.capacity());
    }
    let mut map: HashMap<u64, u64> = HashMap::new();
    let (mut growths, mut capacity) = (0, 8);
    for n in 0..10_000 {
        map.insert(n, n);
        if map.capacity() != capacity {
            growths += 1;
            capacity = map.capacity();
        }
    }
    println!("growths to 10,000 entries, one by one: {growths}");
}

fn preallocation() {
    println!("\n## Preallocation");
    for count in [10_000, 1_000_000] {
        let keys: Vec<u64> = scattered(count).collect();
        let fill = |mut map: HashMap<u64, u64>| {
            for key in &keys {
                black_box(map.insert(*key, 1));
            }
        };
        let grown = nanoseconds(|| fill(HashMap::new()));
        let presized = nanoseconds(|| fill(HashMap::with_capacity(count)));
        println!("{count}: {:.2} times as fast when presized", grown / presized);
    }
}

/// Nanoseconds for one look-up of each key of a map.
fn look_up<K: std::hash::Hash + Eq + Clone>(keys: &[K]) -> f64 {
    let map: HashMap<K, u64> = keys.iter().cloned().zip(0..).collect();
    let rounds = 200_000 / keys.len().max(1) + 1;
    let time = nanoseconds(|| {
        for _ in 0..rounds {
            for key in keys {
                black_box(map.get(black_box(key)));
            }
        }
    });
    time / (rounds * keys.len()) as f64
}

/// A key of two fields.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Named {
    id: u64,
    name: String,
}

fn keys() {
    println!("\n## Kinds of keys: a look-up in 1000 entries");
    let numbers: Vec<u64> = scattered(1000).collect();
    let strings: Vec<String> =
        numbers.iter().map(|n| format!("user-{n:07}")[..12].into()).collect();
    let pairs: Vec<(u64, u64)> = numbers.iter().map(|&n| (n, n ^ 7)).collect();
    let structs: Vec<Named> =
        (0..).zip(&strings).map(|(id, s)| Named { id, name: s.clone() }).collect();
    let huge: Vec<[u8; 1000]> =
        (0..1000_u32).map(|n| std::array::from_fn(|i| n.to_le_bytes()[i % 4])).collect();
    println!("u64 {:.1} ns", look_up(&numbers));
    println!("String of 12 bytes {:.1} ns", look_up(&strings));
    println!("(u64, u64) {:.1} ns", look_up(&pairs));
    println!("struct of u64 and String {:.1} ns", look_up(&structs));
    println!("[u8; 1000] {:.1} ns", look_up(&huge));
    let map: HashMap<String, u64> = pairs.iter().map(|(a, b)| (format!("{a}:{b}"), 1)).collect();
    let formatted = nanoseconds(|| {
        for (a, b) in &pairs {
            black_box(map.get(&format!("{}:{}", black_box(a), black_box(b))));
        }
    }) / 1000.0;
    println!("a String formatted from two u64 {formatted:.1} ns");
}

fn small() {
    println!("\n## Small sets of 12-byte strings: map, binary search, linear search");
    for count in [8, 16, 50, 100, 1000] {
        let mut keys: Vec<String> =
            scattered(count).map(|n| format!("user-{n:07}")[..12].into()).collect();
        keys.sort();
        keys.dedup();
        let in_map = look_up(&keys);
        let rounds = 200_000 / keys.len() + 1;
        let per_key = (rounds * keys.len()) as f64;
        let probes: Vec<&String> = {
            let mut probes: Vec<&String> = keys.iter().collect();
            probes.sort_by_key(|key| key.bytes().rev().collect::<Vec<_>>());
            probes
        };
        let binary = nanoseconds(|| {
            for _ in 0..rounds {
                for key in &probes {
                    let _ = black_box(keys.binary_search(black_box(key)));
                }
            }
        }) / per_key;
        let linear = nanoseconds(|| {
            for _ in 0..rounds.div_ceil(10) {
                for key in &probes {
                    black_box(keys.iter().position(|stored| stored == black_box(*key)));
                }
            }
        }) / (rounds.div_ceil(10) * keys.len()) as f64;
        println!("{count}: {in_map:.1} ns, {binary:.1} ns, {linear:.1} ns");
    }
}

fn sizes() {
    println!("\n## A look-up by the number of u64 entries");
    for count in [100, 1000, 10_000, 100_000, 1_000_000] {
        println!("{count}: {:.1} ns", look_up(&scattered(count).collect::<Vec<u64>>()));
    }
}
