//! The counting and failing allocators in their place: as the allocator of a whole program.

use testkit::allocators::{
    CountingAllocator, FailingAllocator, Refusal, measure, refuse, reset_thread_usage, thread_usage,
};

#[global_allocator]
static ALLOCATOR: CountingAllocator<FailingAllocator> =
    CountingAllocator::over(FailingAllocator::new());

#[test]
fn every_kind_of_request_is_counted() {
    let (list, usage) = measure(|| {
        let mut list: Vec<u8> = Vec::with_capacity(100);
        list.push(1);
        list.reserve_exact(999);
        list
    });
    assert_eq!((usage.allocation_count, usage.free_count), (2, 1));
    assert_eq!((usage.live_bytes, usage.reallocated_bytes), (1000, 1000));
    assert_eq!((usage.largest_bytes, usage.zeroed_bytes), (1000, 0));
    let ((), usage) = measure(|| drop(list));
    assert_eq!((usage.live_bytes, usage.peak_bytes, usage.largest_freed_bytes), (-1000, 0, 1000));
    let (_list, usage) = measure(|| vec![0_u64; 10]);
    assert_eq!(usage.zeroed_bytes, 80);
}

#[test]
fn measures_nest_and_the_thread_counts_them_all() {
    reset_thread_usage();
    let (inner, outer) = measure(|| {
        let list: Vec<u8> = Vec::with_capacity(100);
        let (inner_list, inner) = measure(|| Vec::<u8>::with_capacity(10));
        drop((list, inner_list));
        inner
    });
    assert_eq!(inner.peak_bytes, 10);
    assert_eq!((outer.peak_bytes, outer.live_bytes), (110, 0));
    assert_eq!(thread_usage().allocation_count, 2);
}

#[test]
fn other_threads_are_not_counted() {
    let (handle, _) = measure(|| std::thread::spawn(|| drop(vec![0_u8; 100_000])));
    let ((), usage) = measure(|| handle.join().expect("the thread does not panic"));
    assert!(usage.largest_bytes < 100_000, "{usage:?}");
}

#[test]
fn the_request_that_is_to_be_refused_is_refused_and_then_no_other() {
    let mut list: Vec<u8> = Vec::new();
    let refusing = refuse(Refusal::Nth(2));
    let answers = [1, 100, 100].map(|count| list.try_reserve_exact(count).is_ok());
    let has_refused = refusing.has_refused();
    drop(refusing);
    assert_eq!(answers, [true, false, true]);
    assert!(has_refused);
}

#[test]
fn large_requests_are_refused_until_the_guard_is_dropped() {
    let mut list: Vec<u8> = Vec::new();
    let (refused, usage) = measure(|| {
        let _refusing = refuse(Refusal::Above(1000));
        assert!(list.try_reserve_exact(1000).is_ok());
        list.try_reserve_exact(1001).is_err()
    });
    assert!(refused);
    assert_eq!(usage.refusal_count, 1);
    assert!(list.try_reserve_exact(1001).is_ok());
}
