//! A mixed load on a large map, for minutes or hours: `cargo xtask soak`.
//!
//! The map grows, is churned, is scanned and shrinks, in cycles. What it must hold is known from
//! the keys alone. Every minute all invariants are recounted. Memory after each cycle must be what
//! it was after the first.
//!
//! Each operation is timed, by the clock and by the thread's own time, on twins: two maps with the
//! same seed that go through the same, so that one does the very same work as the other. What takes
//! long by the clock only was interrupted; what takes long by the thread's own time in both twins
//! is the map's, or the system's when it gives or takes memory.

mod times;
mod watch;

use std::env;
use std::time::{Duration, Instant};

use testkit::Random;
use testkit::allocators::{CountingAllocator, thread_usage};
use times::{OUTLIER, Times};
use tophash::hash_map::ScanPosition;
use tophash::{HashMap, RandomState, ShrinkPolicy};
use watch::Watch;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

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
    watch: Watch,
    times: [Times; 3],
    nothing: Times,
}

/// What the map was doing when an operation began.
#[derive(Clone, Copy)]
enum Doing {
    Growing,
    Shrinking,
    Neither,
}

/// Their names, in their order.
const DOING: [&str; 3] = ["growing", "shrinking", "neither"];

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
            watch: Watch::new(),
            times: Default::default(),
            nothing: Times::default(),
        }
    }

    fn len(&self) -> u64 {
        self.last - self.first
    }

    /// Carries one operation out on each of the twins and notes what it took, and what it takes to
    /// do nothing twice.
    fn timed(&mut self, act: impl Fn(&mut HashMap<u64, u64>)) {
        let [one, other] = &mut self.twins;
        let doing = match (one.is_growing(), one.is_shrinking()) {
            (true, _) => Doing::Growing,
            (_, true) => Doing::Shrinking,
            _ => Doing::Neither,
        };
        let watch = &mut self.watch;
        let taken = [watch.time(|| act(one)), watch.time(|| act(other))];
        self.times[doing as usize].note(DOING[doing as usize], taken);
        self.nothing.note("nothing", [watch.time(|| {}), watch.time(|| {})]);
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
        self.watch.reset();
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
        self.watch.reset();
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
    for (name, times) in DOING.into_iter().zip(&load.times) {
        times.report(name);
    }
    load.nothing.report("nothing, between two looks at the clock");
}
