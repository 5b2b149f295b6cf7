//! Interners: what a text that is there costs, what a symbol costs, and what each text takes.

use std::hint::black_box;
use std::thread;
use std::time::Instant;

use super::threads::Start;
use super::{InternedBytes, Interning, Quartiles};
use crate::keys::{Key, Shape, scramble};

/// How a measurement is done.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Different texts.
    pub len: usize,
    /// Threads.
    pub threads: usize,
    /// Rounds.
    pub rounds: usize,
    /// Texts that each thread interns in a round, and symbols that it resolves.
    pub operations: usize,
}

/// The contenders.
const NAMES: [&str; 3] = ["Interner", "lasso", "symbol_table"];

/// What an interner can do.
trait Contender: Sync {
    /// Its symbols.
    type Symbol: Copy + Send + Sync;
    fn intern(&self, text: &str) -> Self::Symbol;
    /// The length of a symbol's text.
    fn resolve(&self, symbol: Self::Symbol) -> usize;
}

impl Contender for tophash_sync::Interner {
    type Symbol = tophash_sync::Symbol;

    fn intern(&self, text: &str) -> Self::Symbol {
        tophash_sync::Interner::intern(self, text)
    }

    fn resolve(&self, symbol: Self::Symbol) -> usize {
        tophash_sync::Interner::resolve(self, symbol).len()
    }
}

impl Contender for lasso::ThreadedRodeo<lasso::Spur, tophash::RandomState> {
    type Symbol = lasso::Spur;

    fn intern(&self, text: &str) -> Self::Symbol {
        self.get_or_intern(text)
    }

    fn resolve(&self, symbol: Self::Symbol) -> usize {
        lasso::ThreadedRodeo::resolve(self, &symbol).len()
    }
}

impl Contender for symbol_table::SymbolTable {
    type Symbol = symbol_table::Symbol;

    fn intern(&self, text: &str) -> Self::Symbol {
        symbol_table::SymbolTable::intern(self, text)
    }

    fn resolve(&self, symbol: Self::Symbol) -> usize {
        symbol_table::SymbolTable::resolve(self, symbol).len()
    }
}

/// Measures all interners, in turn in each round.
#[must_use]
pub fn measure(plan: Plan) -> Vec<Interning> {
    let texts: Vec<String> = (0..plan.len as u64).map(|n| String::make(Shape::Random, n)).collect();
    let ours = tophash_sync::Interner::new();
    let lasso = lasso::ThreadedRodeo::with_hasher(tophash::RandomState::new());
    let table = symbol_table::SymbolTable::new();
    let mut runs = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..plan.rounds {
        runs[0].push(run(&ours, &texts, plan));
        runs[1].push(run(&lasso, &texts, plan));
        runs[2].push(run(&table, &texts, plan));
    }
    let lines = NAMES.into_iter().zip(runs);
    lines
        .map(|(name, runs)| Interning {
            interner: name.to_owned(),
            len: plan.len,
            threads: plan.threads,
            hit_ns: Quartiles::of(runs.iter().map(|run| run.0).collect()),
            resolve_ns: Quartiles::of(runs.iter().map(|run| run.1).collect()),
        })
        .collect()
}

/// The bytes that each interner takes. Needs testkit's counting allocator as the program's.
#[must_use]
pub fn measure_bytes(len: usize) -> Vec<InternedBytes> {
    fn live<C: Contender>(texts: &[String], empty: impl FnOnce() -> C) -> f64 {
        let (interner, usage) = testkit::allocators::measure(|| {
            let interner = empty();
            for text in texts {
                interner.intern(text);
            }
            interner
        });
        drop(interner);
        let text_bytes: usize = texts.iter().map(String::len).sum();
        (usage.live_bytes as f64 - text_bytes as f64) / texts.len() as f64
    }
    let texts: Vec<String> = (0..len as u64).map(|n| String::make(Shape::Random, n)).collect();
    let bytes = [
        live(&texts, tophash_sync::Interner::new),
        live(&texts, || lasso::ThreadedRodeo::with_hasher(tophash::RandomState::new())),
        live(&texts, symbol_table::SymbolTable::new),
    ];
    let lines = NAMES.into_iter().zip(bytes);
    lines
        .map(|(name, bytes_above)| InternedBytes { interner: name.to_owned(), len, bytes_above })
        .collect()
}

/// Random numbers below `len`, different ones for each thread.
fn order(thread: usize, len: usize) -> impl Iterator<Item = u32> {
    let begin = (thread as u64 + 1) << 32;
    #[expect(clippy::cast_possible_truncation, reason = "below a number of texts")]
    (begin..).map(move |n| (scramble(n) % len as u64) as u32)
}

/// Nanoseconds of a hit and of resolving, for each thread.
fn run<C: Contender>(interner: &C, texts: &[String], plan: Plan) -> (f64, f64) {
    // Interned anew in the first round, found in all others.
    let symbols: Vec<C::Symbol> = texts.iter().map(|text| interner.intern(text)).collect();
    let (start, resolving) = (Start::new(plan.threads), Start::new(plan.threads));
    let times: Vec<(f64, f64)> = thread::scope(|scope| {
        let handles: Vec<_> = (0..plan.threads)
            .map(|thread| {
                let (start, resolving, symbols) = (&start, &resolving, &symbols);
                scope.spawn(move || {
                    // The order is made beforehand; each thread has its own. It does not repeat
                    // itself, since processors learn what comes again even after thousands.
                    let order: Vec<u32> =
                        order(thread, texts.len()).take(plan.operations).collect();
                    start.wait();
                    let begin = Instant::now();
                    for &n in &order {
                        black_box(interner.intern(&texts[n as usize]));
                    }
                    let hits = begin.elapsed().as_secs_f64();
                    resolving.wait();
                    let begin = Instant::now();
                    let mut sum = 0;
                    for &n in &order {
                        sum += interner.resolve(symbols[n as usize]);
                    }
                    black_box(sum);
                    let count = order.len() as f64;
                    (hits * 1e9 / count, begin.elapsed().as_secs_f64() * 1e9 / count)
                })
            })
            .collect();
        handles.into_iter().map(|handle| handle.join().expect("nothing panics")).collect()
    });
    let mean =
        |part: fn(&(f64, f64)) -> f64| times.iter().map(part).sum::<f64>() / plan.threads as f64;
    (mean(|times| times.0), mean(|times| times.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interner_has_a_figure() {
        let plan = Plan { len: 500, threads: 2, rounds: 2, operations: 1000 };
        let results = measure(plan);
        assert_eq!(results.len(), 3);
        assert!(results.iter().all(|it| it.hit_ns.low > 0.0 && it.resolve_ns.low > 0.0));
        assert_eq!(measure_bytes(100).len(), 3);
    }
}
