//! Counts the words of the files named on the command line, and prints the ten most frequent.
//!
//! `cargo run --release --example words -- README.md`

use std::collections::BinaryHeap;
use std::process::ExitCode;

use tophash::HashMap;

fn main() -> ExitCode {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    if paths.is_empty() {
        eprintln!("words: no file named. Try: cargo run --release --example words -- README.md");
        return ExitCode::from(2);
    }
    let mut counts: HashMap<String, u64> = HashMap::new();
    for path in &paths {
        match std::fs::read(path) {
            Ok(bytes) => count(&String::from_utf8_lossy(&bytes), &mut counts),
            Err(error) => {
                eprintln!("words: cannot read {path}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    let mut by_count: BinaryHeap<(u64, &str)> =
        counts.iter().map(|(word, &count)| (count, word.as_str())).collect();
    for (count, word) in std::iter::from_fn(|| by_count.pop()).take(10) {
        println!("{count:>8}  {word}");
    }
    eprintln!("{} words, {} different", counts.values().sum::<u64>(), counts.len());
    ExitCode::SUCCESS
}

/// Adds the words of `text`, in lower case, to `counts`.
fn count(text: &str, counts: &mut HashMap<String, u64>) {
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let word = word.to_lowercase();
        // Only a word that is new costs an allocation that stays.
        *counts.entry_ref(word.as_str()).or_insert(0) += 1;
    }
}
