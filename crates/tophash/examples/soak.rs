//! A mixed load on a large map, for minutes or hours: `cargo xtask soak`.
//!
//! The map grows, is churned, is scanned and shrinks, in cycles. What it must hold is known from
//! the keys alone. Every minute all invariants are recounted. Memory after each cycle must be what
//! it was after the first. Each operation is timed; those above a limit are counted, by what the
//! map was doing, with those for which the thread waited for a processor (as Linux counts it), and
//! beside the pauses between two looks at the clock, which are the machine's.

use std::env;
use std::fs;
use std::time::{Duration, Instant};

use testkit::Random;
use testkit::allocators::{CountingAllocator, thread_usage};
use tophash::hash_map::ScanPosition;
use tophash::{HashMap, ShrinkPolicy};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

/// An operation that takes longer is an outlier.
const OUTLIER: Duration = Duration::from_micros(250);
/// So many operations are made in a round, after which it may be time for something else.
const ROUND: u64 = 200_000;
/// Entries that a scan visits between two rounds.
const SCANNED: usize = 100_000;
const CHECK_EVERY: Duration = Duration::from_secs(60);

/// The keys from `first` to `last`, the latter not included, are in the map. Each value is its
/// key's, so that a mix-up of entries shows.
struct Load {
    map: HashMap<u64, u64>,
    first: u64,
    last: u64,
    random: Random,
    position: ScanPosition,
    scanned: u64,
    times: [Times; 3],
    idle: Times,
    waiting: Waiting,
}

/// What the map was doing when an operation began.
#[derive(Clone, Copy)]
enum Doing {
    Growing,
    Shrinking,
    Neither,
}

/// Operations of one kind, and those above the limit.
#[derive(Clone, Copy, Default)]
struct Times {
    operations: u64,
    outliers: u64,
    /// Of these, the thread waited for a processor for most of the time.
    waited: u64,
    longest: Duration,
    longest_unexplained: Duration,
}

impl Times {
    fn note(&mut self, time: Duration, waiting: &mut Waiting) {
        self.operations += 1;
        if time < OUTLIER {
            return;
        }
        self.outliers += 1;
        self.longest = self.longest.max(time);
        if waiting.since_last() >= time / 2 {
            self.waited += 1;
        } else {
            self.longest_unexplained = self.longest_unexplained.max(time);
        }
    }

    fn report(&self, name: &str) {
        let Self { operations, outliers, waited, longest, longest_unexplained } = self;
        println!(
            "  {name:<10} {outliers:>6} of {operations:>11} operations, the longest {longest:?}; \
             {waited} waited for a processor, the longest other {longest_unexplained:?}"
        );
    }
}

/// How long this thread was ready to run and did not.
#[derive(Default)]
struct Waiting {
    last: Duration,
}

impl Waiting {
    /// The time waited since the last call; 0 where the system does not tell.
    fn since_last(&mut self) -> Duration {
        let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        let waited = text.split(' ').nth(1).and_then(|text| text.parse().ok());
        let waited = Duration::from_nanos(waited.unwrap_or_default());
        let before = std::mem::replace(&mut self.last, waited);
        waited.saturating_sub(before)
    }
}

fn value_of(key: u64) -> u64 {
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Load {
    fn new() -> Self {
        let mut map = HashMap::new();
        map.set_shrink_policy(ShrinkPolicy::Automatic);
        Self {
            map,
            first: 0,
            last: 0,
            random: Random::new(7),
            position: ScanPosition::START,
            scanned: 0,
            times: Default::default(),
            idle: Times::default(),
            waiting: Waiting::default(),
        }
    }

    fn len(&self) -> u64 {
        self.last - self.first
    }

    /// Carries one operation out and notes how long it took.
    fn timed(&mut self, act: impl FnOnce(&mut HashMap<u64, u64>)) {
        let doing = match (self.map.is_growing(), self.map.is_shrinking()) {
            (true, _) => Doing::Growing,
            (_, true) => Doing::Shrinking,
            _ => Doing::Neither,
        };
        let begin = Instant::now();
        act(&mut self.map);
        let time = begin.elapsed();
        let idle = begin.elapsed().saturating_sub(time);
        self.times[doing as usize].note(time, &mut self.waiting);
        self.idle.note(idle, &mut self.waiting);
    }

    fn insert(&mut self) {
        let key = self.last;
        self.timed(|map| assert_eq!(map.insert(key, value_of(key)), None));
        self.last += 1;
    }

    fn remove(&mut self) {
        let key = self.first;
        self.timed(|map| assert_eq!(map.remove(&key), Some(value_of(key))));
        self.first += 1;
    }

    fn look_up(&mut self) {
        let below = usize::try_from(self.len() + self.len() / 8 + 1).expect("it is in memory");
        let key = self.first + self.random.below(below) as u64;
        let right = (key < self.last).then(|| value_of(key));
        self.timed(|map| assert_eq!(map.get(&key).copied(), right));
    }

    /// A round of operations, of ten so many insertions, so many removals, and else look-ups.
    fn round(&mut self, inserts: u64, removals: u64) {
        // What was waited for before is none of this round's.
        self.waiting.since_last();
        for _ in 0..ROUND {
            match self.random.below(10) as u64 {
                n if n < inserts => self.insert(),
                n if n < inserts + removals && self.len() > 0 => self.remove(),
                _ => self.look_up(),
            }
        }
        self.scan();
    }

    /// A piece of a scan; every entry must be right.
    fn scan(&mut self) {
        let (first, last) = (self.first, self.last);
        let step = self.map.scan(self.position, SCANNED, |key, value| {
            assert!((first..last).contains(key) && *value == value_of(*key), "{key} is wrong");
        });
        self.scanned += step.visited as u64;
        self.position = step.next.unwrap_or(ScanPosition::START);
    }

    fn check(&self) {
        #[cfg(verify)]
        self.map.check();
        assert_eq!(self.map.len() as u64, self.len());
    }

    /// Removes everything, lets the map shrink, and gives the bytes that are still taken.
    fn empty(&mut self) -> i64 {
        while self.len() > 0 {
            self.remove();
        }
        while self.map.shrink_step(100) {}
        self.map.shrink_to_fit();
        i64::try_from(self.map.allocation_size()).expect("a size")
    }
}

fn main() {
    let mut arguments = env::args().skip(1).map(|text| text.parse::<u64>().expect("a number"));
    let minutes = arguments.next().unwrap_or(1);
    let target = arguments.next().unwrap_or(1) * 1_000_000;
    let begin = Instant::now();
    let end = Duration::from_secs(60 * minutes);
    let (mut load, mut cycles, mut checks, mut checked) = (Load::new(), 0_u64, 0_u64, begin);
    let mut memory_after_first = None;
    let mut peak_of_first = 0;
    while begin.elapsed() < end {
        // Growth, churn, growth once more, and mass removal: (rounds, insertions, removals).
        let mut phase = |load: &mut Load, is_over: &dyn Fn(&Load) -> bool, inserts, removals| {
            while !is_over(load) && begin.elapsed() < end {
                load.round(inserts, removals);
                if checked.elapsed() >= CHECK_EVERY {
                    load.check();
                    checks += 1;
                    checked = Instant::now();
                    let (minute, entries) = (begin.elapsed().as_secs() / 60, load.len());
                    let bytes = thread_usage().live_bytes;
                    println!("minute {minute}: {entries} entries, {bytes} bytes, all whole");
                }
            }
        };
        phase(&mut load, &|load| load.len() >= target, 7, 1);
        let churned = load.last + target / 2;
        phase(&mut load, &|load| load.last >= churned, 3, 3);
        phase(&mut load, &|load| load.len() <= target / 10, 1, 7);
        load.check();
        let left = load.empty();
        let live = thread_usage().live_bytes;
        let peak = thread_usage().peak_bytes;
        cycles += 1;
        let flat = *memory_after_first.get_or_insert(left);
        assert!(left <= flat, "an empty map kept {left} bytes, {flat} after the first cycle");
        if peak_of_first == 0 {
            peak_of_first = peak;
        }
        let is_whole = begin.elapsed() < end;
        println!("cycle {cycles}: {left} bytes in the empty map, {live} live, {peak} at the peak");
        let most = peak_of_first + peak_of_first / 20;
        assert!(peak <= most || !is_whole || cycles == 1, "the peak was {peak_of_first} bytes");
    }
    println!("{cycles} cycles, {checks} recounts by the minute, {} entries scanned", load.scanned);
    println!("operations of {OUTLIER:?} and more, by what the map was doing:");
    for (name, times) in ["growing", "shrinking", "neither"].into_iter().zip(&load.times) {
        times.report(name);
    }
    load.idle.report("no map");
}
