//! Measures the figures of `docs/guide-checked.md`: medians, in nanoseconds unless they say
//! otherwise. Run it in release mode.
#![expect(clippy::cast_precision_loss, reason = "counts and times are small and only printed")]

use std::cell::Cell;
use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hash, Hasher};
use std::hint::black_box;
use std::time::Instant;

use testkit::Random;
use testkit::hashers::Constant;
use tophash::{HashMap, RandomState};

/// Look-ups in a timed run, at least.
const LOOKUP_COUNT: usize = 20_000;
const ROUNDS: usize = 25;

fn main() {
    lookups_by_size();
    linear_search();
    comparisons();
    small_tables();
    composite_keys();
    key_types();
    large_keys();
    shared_strings();
    presizing();
    memory();
    thinning_out();
    colliding_keys();
    order_of_access();
    iteration();
    copying();
    single_operations();
}

fn heading(text: &str) {
    println!("\n{text}");
}

/// The median time of `ROUNDS` runs of `action`, for each of `count` operations.
fn time<R>(count: usize, action: impl FnMut() -> R) -> f64 {
    time_of(ROUNDS, count, action)
}

fn time_of<R>(rounds: usize, count: usize, mut action: impl FnMut() -> R) -> f64 {
    black_box(action()); // to warm up
    let mut times: Vec<f64> = (0..rounds)
        .map(|_| {
            let begin = Instant::now();
            black_box(action());
            begin.elapsed().as_secs_f64() * 1e9 / count as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[rounds / 2]
}

/// Numbers that have nothing to do with each other.
fn numbers(count: usize) -> Vec<u64> {
    let mut random = Random::new(1);
    (0..count).map(|_| random.next_u64()).collect()
}

/// Session names of 12 bytes.
fn names(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("sess_{n:07}")).collect()
}

/// `LOOKUP_COUNT` of the keys, or more if there are more, in random order.
fn drawn<K: Clone>(keys: &[K]) -> Vec<K> {
    let mut random = Random::new(2);
    let count = LOOKUP_COUNT.max(keys.len());
    (0..count).map(|_| keys[random.below(keys.len())].clone()).collect()
}

fn index<K: Hash + Eq + Clone>(keys: &[K]) -> HashMap<K, u64> {
    keys.iter().cloned().zip(0..).collect()
}

/// The time of one look-up of keys that are there.
fn hit<K: Hash + Eq + Clone, S: BuildHasher>(map: &HashMap<K, u64, S>, keys: &[K]) -> f64 {
    time(keys.len(), || keys.iter().fold(0, |sum, key| sum ^ map[key]))
}

fn lookups_by_size() {
    heading("look-up by size: u64, String of 12 bytes, a u64 that is not there");
    for count in [10, 100, 1000, 10_000, 100_000, 1_000_000] {
        let keys = numbers(count);
        let by_number = index(&keys);
        let absent: Vec<u64> = drawn(&keys).iter().map(|key| key ^ 1).collect();
        let miss =
            time(absent.len(), || absent.iter().filter(|key| by_number.contains_key(*key)).count());
        let strings = names(count);
        let by_name = index(&strings);
        println!(
            "{count:>9}: {:6.1} {:6.1} {miss:6.1}",
            hit(&by_number, &drawn(&keys)),
            hit(&by_name, &drawn(&strings)),
        );
    }
}

fn linear_search() {
    heading("linear search among names, and the map's look-up");
    for count in [10_000, 100_000] {
        let keys = names(count);
        let map = index(&keys);
        let list: Vec<(String, u64)> = keys.iter().cloned().zip(0..).collect();
        let wanted = &drawn(&keys)[..100];
        let scan = time(wanted.len(), || {
            let find = |name: &String| list.iter().position(|(key, _)| key == name);
            wanted.iter().filter_map(find).fold(0, |sum, place| sum ^ place)
        });
        println!("{count:>9}: {scan:9.0} {:6.1}", hit(&map, &drawn(&keys)));
    }
}

thread_local! {
    static COMPARISONS: Cell<u64> = const { Cell::new(0) };
}

/// A key that counts how often it is compared.
#[derive(Clone, Debug)]
struct CountedKey(u64);

impl PartialEq for CountedKey {
    fn eq(&self, other: &Self) -> bool {
        COMPARISONS.set(COMPARISONS.get() + 1);
        self.0 == other.0
    }
}

impl Eq for CountedKey {}

impl Hash for CountedKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

fn comparisons() {
    heading("keys compared in a look-up: found, not found; and at full load");
    for count in [100_000, 106_496] {
        let map: HashMap<CountedKey, ()> = (0..count).map(|n| (CountedKey(n), ())).collect();
        let compared = |keys: std::ops::Range<u64>| {
            COMPARISONS.set(0);
            for key in keys {
                black_box(map.contains_key(&CountedKey(key)));
            }
            COMPARISONS.get() as f64 / count as f64
        };
        println!("{count:>9}: {:.3} {:.3}", compared(0..count), compared(count..2 * count));
    }
}

fn small_tables() {
    heading("12-byte names in small tables: map, binary search, linear search");
    for count in [3, 10, 25, 50, 100, 1000] {
        let keys = names(count);
        let map = index(&keys);
        let sorted: Vec<(String, u64)> = keys.iter().cloned().zip(0..).collect();
        let wanted = drawn(&keys);
        let binary = time(wanted.len(), || {
            let find = |name: &String| sorted.binary_search_by(|(key, _)| key.cmp(name)).ok();
            wanted.iter().filter_map(find).fold(0, |sum, place| sum ^ sorted[place].1)
        });
        let linear = time(wanted.len(), || {
            let find = |name: &String| sorted.iter().find(|(key, _)| key == name);
            wanted.iter().filter_map(find).fold(0, |sum, (_, value)| sum ^ value)
        });
        println!("{count:>9}: {:6.1} {binary:6.1} {linear:6.1}", hit(&map, &wanted));
    }
}

fn composite_keys() {
    heading("a composite key: tuple, formatted String; ratio");
    for count in [10_000, 1_000_000] {
        let pairs: Vec<(u64, u64)> =
            numbers(count).iter().map(|n| (n % 100_000, n >> 40)).collect();
        let by_pair = index(&pairs);
        let text = |(user, order): &(u64, u64)| format!("{user}:{order}");
        let by_text: HashMap<String, u64> = pairs.iter().map(text).zip(0..).collect();
        let wanted = drawn(&pairs);
        let tuple = hit(&by_pair, &wanted);
        let formatted =
            time(wanted.len(), || wanted.iter().fold(0, |sum, pair| sum ^ by_text[&text(pair)]));
        println!("{count:>9}: {tuple:6.1} {formatted:6.1} {:5.1}", formatted / tuple);
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct StructKey {
    id: u64,
    name: String,
}

fn key_types() {
    heading("look-up by key: u64, (u64, u64), String of 12 bytes, struct of u64 and String");
    for count in [10_000, 100_000] {
        let keys = numbers(count);
        let pairs: Vec<(u64, u64)> = keys.iter().map(|&n| (n, n / 3)).collect();
        let strings = names(count);
        let structs: Vec<StructKey> = strings
            .iter()
            .zip(0..)
            .map(|(name, id)| StructKey { id, name: name.clone() })
            .collect();
        println!(
            "{count:>9}: {:6.1} {:6.1} {:6.1} {:6.1}",
            hit(&index(&keys), &drawn(&keys)),
            hit(&index(&pairs), &drawn(&pairs)),
            hit(&index(&strings), &drawn(&strings)),
            hit(&index(&structs), &drawn(&structs)),
        );
    }
    let keys = drawn(&numbers(1000));
    let strings = drawn(&names(1000));
    let state = RandomState::new();
    let number = time(keys.len(), || keys.iter().fold(0, |sum, key| sum ^ state.hash_one(key)));
    let string =
        time(strings.len(), || strings.iter().fold(0, |sum, key| sum ^ state.hash_one(key)));
    println!("hash alone: u64 {number:.1}, String {string:.1}");
}

fn large_keys() {
    heading("1000 keys: [u8; 1000] in place, boxed, u64; bytes of the map");
    let numbers = numbers(1000);
    let bytes: Vec<[u8; 1000]> = numbers
        .iter()
        .map(|number| {
            let mut key = [7; 1000];
            key[..8].copy_from_slice(&number.to_ne_bytes());
            key
        })
        .collect();
    let boxed: Vec<Box<[u8; 1000]>> = bytes.iter().map(|key| Box::new(*key)).collect();
    let maps = (index(&bytes), index(&boxed), index(&numbers));
    let wanted: Vec<&[u8; 1000]> =
        drawn(&(0..1000).collect::<Vec<usize>>()).iter().map(|&place| &bytes[place]).collect();
    let in_place = time(wanted.len(), || wanted.iter().fold(0, |sum, key| sum ^ maps.0[*key]));
    let wanted: Vec<&Box<[u8; 1000]>> =
        drawn(&(0..1000).collect::<Vec<usize>>()).iter().map(|&place| &boxed[place]).collect();
    let behind = time(wanted.len(), || wanted.iter().fold(0, |sum, key| sum ^ maps.1[*key]));
    println!("{in_place:.1} {behind:.1} {:.1}", hit(&maps.2, &drawn(&numbers)));
    println!(
        "{} {} {}",
        maps.0.allocation_size(),
        maps.1.allocation_size() + 1000 * 1000,
        maps.2.allocation_size(),
    );
}

fn shared_strings() {
    heading("strings of 16 and 1000 bytes: looked up by the same text, by a copy of it");
    for length in [16, 1000] {
        let texts: Vec<String> = (0..100).map(|n| format!("{n:0length$}")).collect();
        let copies = texts.clone();
        let map: HashMap<&str, u64> = texts.iter().map(String::as_str).zip(0..).collect();
        let look_up = |texts: &[String]| {
            time(100 * 200, || {
                (0..200)
                    .fold(0, |sum, _| texts.iter().fold(sum, |sum, text| sum ^ map[text.as_str()]))
            })
        };
        println!("{length:>9}: {:6.1} {:6.1}", look_up(&texts), look_up(&copies));
    }
}

fn presizing() {
    heading("insert: growing, presized; ratio (u64, then String)");
    for count in [10_000, 1_000_000] {
        let keys = numbers(count);
        let rounds = if count > 100_000 { 7 } else { 101 };
        let growing = time_of(rounds, count, || fill(HashMap::new(), &keys));
        let presized = time_of(rounds, count, || fill(HashMap::with_capacity(count), &keys));
        println!("{count:>9}: {growing:6.1} {presized:6.1} {:5.2}", growing / presized);
        let growing = time_of(rounds, count, || fill_with_text(HashMap::new(), count));
        let presized =
            time_of(rounds, count, || fill_with_text(HashMap::with_capacity(count), count));
        println!("{count:>9}: {growing:6.1} {presized:6.1} {:5.2}", growing / presized);
    }
    let mut map = HashMap::new();
    let mut capacities = BTreeSet::new();
    for n in 0..10_000 {
        map.insert(n, n);
        capacities.insert(map.capacity());
    }
    println!("growths to 10000: {}", capacities.len() - 1);
}

fn fill(mut map: HashMap<u64, u64>, keys: &[u64]) -> usize {
    for &key in keys {
        map.insert(key, key);
    }
    map.len()
}

fn fill_with_text(mut map: HashMap<String, usize>, count: usize) -> usize {
    for n in 0..count {
        map.insert(n.to_string(), n);
    }
    map.len()
}

fn memory() {
    heading("bytes: one entry, capacity 1000, 1000 entries grown (&str and String to i64)");
    let one = HashMap::from([("alice", 30_i64)]);
    let capacity = HashMap::<&str, i64>::with_capacity(1000);
    let strings = names(1000);
    let entries = strings.iter().zip(0_i64..);
    let slices: HashMap<&str, i64> = entries.clone().map(|(name, n)| (name.as_str(), n)).collect();
    let owned: HashMap<String, i64> = entries.map(|(name, n)| (name.clone(), n)).collect();
    println!("{} {}", one.allocation_size(), capacity.allocation_size());
    println!("{} {}", slices.allocation_size(), owned.allocation_size());
    heading("bytes an entry, u64 to u64: just after a growth is done, when the next begins, mean");
    let mut map: HashMap<u64, u64> = HashMap::new();
    let (mut first, mut last, mut sum) = (0.0, 0.0, 0.0);
    let (low, high) = (106_496, 212_992);
    for n in 0..high {
        if n == low {
            map.reserve(1);
            first = map.allocation_size() as f64 / map.len() as f64;
        }
        map.insert(n, n);
        if n >= low {
            last = map.allocation_size() as f64 / map.len() as f64;
            sum += last;
        }
    }
    println!("{first:.1} {last:.1} {:.1}", sum / (high - low) as f64);
    heading("metadata of a bucket, u64 to u64, presized to 10 million");
    let map = HashMap::<u64, u64>::with_capacity(10_000_000);
    let buckets = map.capacity() * 2 / 13;
    println!("{:.2}", map.allocation_size() as f64 / buckets as f64 - 128.0);
}

fn thinning_out() {
    heading("a million Strings to i64: bytes full, with 10 left, after shrink_to_fit; text; ms");
    let mut times = Vec::new();
    for round in 0..5 {
        let mut map: HashMap<String, i64> = (0..1_000_000).map(|n| (n.to_string(), n)).collect();
        let text: usize = map.keys().map(String::capacity).sum();
        let full = map.allocation_size();
        map.retain(|_, n| *n < 10);
        let thinned = map.allocation_size();
        let begin = Instant::now();
        map.shrink_to_fit();
        times.push(begin.elapsed().as_secs_f64() * 1e3);
        if round == 0 {
            println!("{full} {thinned} {} {text}", map.allocation_size());
        }
    }
    times.sort_by(f64::total_cmp);
    println!("{:.1} ms", times[2]);
}

fn colliding_keys() {
    heading("look-up when all hashes are equal, and with the default state");
    for count in [100, 1000, 10_000] {
        let keys = numbers(count);
        let map: HashMap<u64, u64, Constant> = keys.iter().copied().zip(0..).collect();
        let wanted = &drawn(&keys)[..1000];
        println!("{count:>9}: {:9.1} {:6.1}", hit(&map, wanted), hit(&index(&keys), wanted));
    }
}

fn order_of_access() {
    heading("a million u64: keys in numeric order, shuffled, in the map's own order");
    let count = 1_000_000;
    let keys: Vec<u64> = (0..count).collect();
    let map = index(&keys);
    let mut shuffled = keys.clone();
    let mut random = Random::new(3);
    for place in (1..shuffled.len()).rev() {
        shuffled.swap(place, random.below(place + 1));
    }
    let own: Vec<u64> = map.keys().copied().collect();
    println!("{:.1} {:.1} {:.1}", hit(&map, &keys), hit(&map, &shuffled), hit(&map, &own));
    heading("three maps of so many u64: in turns, one after the other; ns for three look-ups");
    for count in [1000, 10_000, 300_000] {
        let keys = numbers(count);
        let maps = [index(&keys), index(&keys), index(&keys)];
        let wanted = drawn(&keys);
        let turns = time(wanted.len(), || {
            let all = |key: &u64| maps[0][key] ^ maps[1][key] ^ maps[2][key];
            wanted.iter().fold(0, |sum, key| sum ^ all(key))
        });
        let apart = time(wanted.len(), || {
            maps.iter().fold(0, |sum, map| wanted.iter().fold(sum, |sum, key| sum ^ map[key]))
        });
        println!("{count:>9}: {turns:6.1} {apart:6.1}");
    }
}

fn iteration() {
    heading("iterating: ns an entry, 10000 and a million; us for 10 entries in a million's room");
    for count in [10_000, 1_000_000] {
        let map = index(&numbers(count));
        println!("{count:>9}: {:6.2}", time(count, || map.values().fold(0, |sum, n| sum ^ n)));
    }
    let mut map: HashMap<u64, u64> = HashMap::with_capacity(1_000_000);
    map.extend((0..10).map(|n| (n, n)));
    let roomy = time(1000, || map.values().fold(0, |sum, n| sum ^ n));
    map.shrink_to_fit();
    println!("{roomy:.1} {:.4}", time(1000, || map.values().fold(0, |sum, n| sum ^ n)));
    heading("100000 keys and values: sorted iteration, plain iteration; ns an entry");
    let map = index(&names(100_000));
    let sorted = time(100_000, || {
        let mut keys: Vec<&String> = map.keys().collect();
        keys.sort_unstable();
        keys.iter().fold(0, |sum, key| sum ^ map[*key])
    });
    println!("{sorted:.1} {:.1}", time(100_000, || map.values().fold(0, |sum, n| sum ^ n)));
}

fn copying() {
    heading("100000 u64: clone, loop that inserts into a presized copy; ns an entry; equality");
    let map = index(&numbers(100_000));
    let clone = time(100_000, || map.clone());
    let by_loop = time(100_000, || {
        let mut copy = HashMap::with_capacity(map.len());
        for (&key, &value) in &map {
            copy.insert(key, value);
        }
        copy
    });
    let copy = map.clone();
    println!("{clone:.1} {by_loop:.1} {:.1}", time(100_000, || map == copy));
}

fn single_operations() {
    heading("100000 u64: overwrite, remove, insert again; ns");
    let keys = numbers(100_000);
    let mut map = index(&keys);
    map.reserve(1);
    let overwrite = time(keys.len(), || {
        for &key in &keys {
            map.insert(key, 1);
        }
    });
    let mut removals = Vec::new();
    let mut insertions = Vec::new();
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        for key in &keys {
            map.remove(key);
        }
        removals.push(begin.elapsed().as_nanos() as f64 / keys.len() as f64);
        let begin = Instant::now();
        for &key in &keys {
            map.insert(key, 1);
        }
        insertions.push(begin.elapsed().as_nanos() as f64 / keys.len() as f64);
    }
    removals.sort_by(f64::total_cmp);
    insertions.sort_by(f64::total_cmp);
    println!("{overwrite:.1} {:.1} {:.1}", removals[ROUNDS / 2], insertions[ROUNDS / 2]);
}
