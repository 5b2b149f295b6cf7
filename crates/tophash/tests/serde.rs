//! Maps and sets that come from and go to serde's formats, also ones that lie about lengths.

use std::hash::Hash;

use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{Deserialize, Error as _};
use testkit::allocators::{CountingAllocator, measure};
use tophash::{DefaultHashBuilder, HashMap, HashSet};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

/// An iterator that claims to have `usize::MAX` items to come.
struct Boastful<I>(I);

impl<I: Iterator> Iterator for Boastful<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (usize::MAX, Some(usize::MAX))
    }
}

/// An element of `N` bytes, read from one number.
#[derive(PartialEq, Eq, Hash)]
struct Wide<const N: usize>([u8; N]);

impl<'de, const N: usize> Deserialize<'de> for Wide<N> {
    fn deserialize<F: serde::Deserializer<'de>>(format: F) -> Result<Self, F::Error> {
        u8::deserialize(format).map(|byte| Self([byte; N]))
    }
}

/// The bytes allocated to read one entry from a format that claims `usize::MAX` of them.
fn bytes_for_a_boastful_map<V: for<'de> Deserialize<'de>>() -> usize {
    let (map, usage) = measure(|| {
        let format = MapDeserializer::<_, Error>::new(Boastful([(1_u8, 2_u8)].into_iter()));
        <HashMap<u8, V> as Deserialize>::deserialize(format)
    });
    // Reading stops at the end of the entries; that more were promised is then an error or not.
    drop(map);
    usage.allocated_bytes
}

fn bytes_for_a_boastful_set<T: for<'de> Deserialize<'de> + Eq + Hash>() -> usize {
    let (set, usage) = measure(|| {
        let format = SeqDeserializer::<_, Error>::new(Boastful([7_u8].into_iter()));
        <HashSet<T> as Deserialize>::deserialize(format)
    });
    drop(set);
    usage.allocated_bytes
}

#[test]
fn a_format_that_lies_about_its_length_is_not_given_the_memory() {
    // 4096 entries or 1 MiB of them, in a power of two of buckets: see `serde/mod.rs`. To that
    // comes what the value deserializer's own error message takes.
    const MESSAGE_BYTES_MAX: usize = 1024;
    const TABLE_BYTES_MAX: usize = 1024 * 1024 / 2 * 5 + MESSAGE_BYTES_MAX;
    // Half a block's buckets come in a whole one. In the shrunk world each bucket of a few bytes
    // is a block, with its own head and page entry.
    const SMALL_BYTES_MAX: usize = if cfg!(stress) { 120 } else { 65 } * 1024 + MESSAGE_BYTES_MAX;
    assert!(bytes_for_a_boastful_map::<u8>() <= SMALL_BYTES_MAX);
    assert!(bytes_for_a_boastful_set::<u8>() <= SMALL_BYTES_MAX);
    for bytes in [
        bytes_for_a_boastful_map::<Wide<255>>(),
        bytes_for_a_boastful_map::<Wide<1000>>(),
        bytes_for_a_boastful_map::<Wide<50_000>>(),
        bytes_for_a_boastful_set::<Wide<256>>(),
        bytes_for_a_boastful_set::<Wide<1000>>(),
        bytes_for_a_boastful_set::<Wide<50_000>>(),
    ] {
        assert!(bytes <= TABLE_BYTES_MAX, "{bytes} bytes");
    }
}

#[test]
fn a_map_comes_back_from_json_as_it_went() {
    let map: HashMap<String, Vec<u32>> =
        (0..1000).map(|n| (n.to_string(), (0..n % 7).collect())).collect();
    let json = serde_json::to_string(&map).unwrap();
    assert_eq!(serde_json::from_str::<HashMap<String, Vec<u32>>>(&json).unwrap(), map);
    let empty: HashMap<String, u32> = HashMap::new();
    assert_eq!(serde_json::to_string(&empty).unwrap(), "{}");
    assert_eq!(serde_json::from_str::<HashMap<String, u32>>("{}").unwrap(), empty);
}

#[test]
fn a_set_comes_back_from_json_as_it_went() {
    let set: HashSet<u32> = (0..1000).map(|n| n * n).collect();
    let json = serde_json::to_string(&set).unwrap();
    assert_eq!(serde_json::from_str::<HashSet<u32>>(&json).unwrap(), set);
}

#[test]
fn a_map_is_written_in_the_order_of_its_iteration() {
    let map: HashMap<u32, u32> = (0..100).map(|n| (n, n)).collect();
    let entries: Vec<String> = map.iter().map(|(k, v)| format!("\"{k}\":{v}")).collect();
    assert_eq!(serde_json::to_string(&map).unwrap(), format!("{{{}}}", entries.join(",")));
}

#[test]
fn of_equal_keys_the_last_ones_value_stays() {
    let map: HashMap<u32, &str> = serde_json::from_str(r#"{"1":"a","2":"b","1":"c"}"#).unwrap();
    assert_eq!(map, HashMap::from([(1, "c"), (2, "b")]));
}

#[test]
fn what_is_no_map_or_no_set_is_an_error_that_says_so() {
    let error = serde_json::from_str::<HashMap<u32, u32>>("[1]").unwrap_err();
    assert!(error.to_string().contains("expected a map"), "{error}");
    let error = serde_json::from_str::<HashSet<u32>>("{}").unwrap_err();
    assert!(error.to_string().contains("expected a sequence"), "{error}");
}

#[test]
fn an_error_amid_the_entries_drops_those_read_before() {
    let census = testkit::keys::Census::new();
    thread_local! { static CENSUS: std::cell::RefCell<Option<testkit::keys::Census>> = const {
        std::cell::RefCell::new(None)
    } }
    struct Counted(#[expect(dead_code, reason = "it is dropped")] testkit::keys::Tracked<u32>);
    impl<'de> Deserialize<'de> for Counted {
        fn deserialize<F: serde::Deserializer<'de>>(format: F) -> Result<Self, F::Error> {
            let n = u32::deserialize(format)?;
            if n == 50 {
                return Err(F::Error::custom("50"));
            }
            CENSUS.with_borrow(|census| Ok(Self(census.as_ref().unwrap().track(n))))
        }
    }
    CENSUS.set(Some(census.clone()));
    let entries = (0_u32..100).map(|n| (n, n));
    let format = MapDeserializer::<_, Error>::new(entries);
    assert!(<HashMap<u32, Counted>>::deserialize(format).is_err());
    assert_eq!(census.born_count(), 50);
    census.assert_all_dropped();
}

#[test]
fn a_set_read_in_place_keeps_its_memory_and_none_of_its_elements() {
    let mut set: HashSet<u32> = (0..1000).collect();
    let capacity = set.capacity();
    let json = format!("{:?}", (5000..5100).collect::<Vec<u32>>());
    let ((), usage) = measure(|| {
        let mut format = serde_json::Deserializer::from_str(&json);
        HashSet::deserialize_in_place(&mut format, &mut set).unwrap();
    });
    assert_eq!(set.capacity(), capacity);
    assert_eq!(set, (5000..5100).collect());
    assert_eq!(usage.allocated_bytes, 0);
}

#[test]
fn a_map_with_any_default_state_can_be_read() {
    type Seeded = std::hash::RandomState;
    let map: HashMap<String, u32, Seeded> = serde_json::from_str(r#"{"a":1}"#).unwrap();
    assert_eq!(map.get("a"), Some(&1));
    let map: HashMap<String, u32, DefaultHashBuilder> = serde_json::from_str(r#"{"a":1}"#).unwrap();
    assert_eq!(map.get("a"), Some(&1));
}
