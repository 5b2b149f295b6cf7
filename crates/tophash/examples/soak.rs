//! A mixed load on a large map, for minutes or hours: `cargo xtask soak`.
//!
//! The map grows, is churned, is scanned and shrinks, in cycles. What it must hold is known from
//! the keys alone. Every minute all invariants are recounted. Memory after each cycle must be what
//! it was after the first.
//!
//! Each operation is timed, on twins: two maps with the same seed that go through the same, so that
//! one does the very same work as the other. What takes long in both is the map's; what takes long
//! in one of them is the machine's, which pauses now and then also between two looks at the clock.

use std::env;
use std::time::{Duration, Instant};

use testkit::Random;
use testkit::allocators::{CountingAllocator, thread_usage};
use tophash::hash_map::ScanPosition;
use tophash::{HashMap, RandomState, ShrinkPolicy};

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
    twins: [HashMap<u64, u64>; 2],
    first: u64,
    last: u64,
    random: Random,
    /// Where the scan of each twin goes on.
    positions: [ScanPosition; 2],
    scanned: u64,
    times: [Times; 3],
    idle: Times,
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
    /// In one of the twins, or in both.
    outliers: u64,
    longest: Duration,
    /// In both.
    repeated: u64,
    longest_repeated: Duration,
}

impl Times {
    /// Notes how long an operation took in each of the twins.
    fn note(&mut self, times: [Duration; 2]) {
        self.operations += 1;
        let (shorter, longer) = (times[0].min(times[1]), times[0].max(times[1]));
        self.longest = self.longest.max(longer);
        self.longest_repeated = self.longest_repeated.max(shorter);
        self.outliers += u64::from(longer >= OUTLIER);
        self.repeated += u64::from(shorter >= OUTLIER);
    }

    fn report(&self, name: &str) {
        let Self { operations, outliers, longest, repeated, longest_repeated } = self;
        println!(
            "  {name:<10} of {operations:>11}: {repeated:>4} in both twins, the longest \
             {longest_repeated:?}; {outliers:>6} in one or both, the longest {longest:?}"
        );
    }
}

fn value_of(key: u64) -> u64 {
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Load {
    fn new() -> Self {
        let state = RandomState::new();
        let twins = [state, state].map(|state| {
            let mut map = HashMap::with_seed_and_hasher(7, state);
            map.set_shrink_policy(ShrinkPolicy::Automatic);
            map
        });
        Self {
            twins,
            first: 0,
            last: 0,
            random: Random::new(7),
            positions: [ScanPosition::START; 2],
            scanned: 0,
            times: Default::default(),
            idle: Times::default(),
        }
    }

    fn len(&self) -> u64 {
        self.last - self.first
    }

    /// Carries one operation out on each of the twins and notes how long it took.
    fn timed(&mut self, act: impl Fn(&mut HashMap<u64, u64>)) {
        let [one, _] = &self.twins;
        let doing = match (one.is_growing(), one.is_shrinking()) {
            (true, _) => Doing::Growing,
            (_, true) => Doing::Shrinking,
            _ => Doing::Neither,
        };
        let (mut times, mut idle) = ([Duration::ZERO; 2], [Duration::ZERO; 2]);
        for (index, map) in self.twins.iter_mut().enumerate() {
            let begin = Instant::now();
            act(map);
            times[index] = begin.elapsed();
            idle[index] = begin.elapsed().saturating_sub(times[index]);
        }
        self.times[doing as usize].note(times);
        self.idle.note(idle);
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
        for (map, position) in self.twins.iter().zip(&mut self.positions) {
            let step = map.scan(*position, SCANNED, |key, value| {
                assert!((first..last).contains(key) && *value == value_of(*key), "{key} is wrong");
            });
            self.scanned += step.visited as u64;
            *position = step.next.unwrap_or(ScanPosition::START);
        }
    }

    fn check(&self) {
        for map in &self.twins {
            #[cfg(verify)]
            map.check();
            assert_eq!(map.len() as u64, self.len());
        }
    }

    /// Removes everything, lets the map shrink, and gives the bytes that are still taken.
    fn empty(&mut self) -> i64 {
        while self.len() > 0 {
            self.remove();
        }
        let sizes = self.twins.iter_mut().map(|map| {
            while map.shrink_step(100) {}
            map.shrink_to_fit();
            i64::try_from(map.allocation_size()).expect("a size")
        });
        sizes.sum()
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
