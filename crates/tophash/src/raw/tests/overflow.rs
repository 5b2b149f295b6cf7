//! Tests of the slab by itself: nodes are taken and given back at random.

use core::ptr::{self, NonNull};
use std::collections::BTreeSet;

use testkit::{Random, reduced, silently};

use crate::alloc::{Allocator, Global};
use crate::raw::bucket::Node;
use crate::raw::overflow::Slab;
use crate::raw::tophash::{Tophash, Word};
use crate::raw::used_nodes::UsedNodes;
use crate::raw::work::{self, Work};
use crate::raw::{Shape, planned_overflow_bytes};

/// A slab, the nodes that were taken of it, and what it has done with memory.
struct Counted {
    slab: Slab,
    shape: Shape,
    taken: Vec<*mut Node>,
    bytes: usize,
}

impl Counted {
    fn new(shape: Shape) -> Self {
        work::reset();
        Self { slab: Slab::EMPTY, shape, taken: Vec::new(), bytes: 0 }
    }

    /// What was done since the last call.
    fn account(&mut self) -> Work {
        let work = work::reset();
        self.bytes = self.bytes + work.bytes_allocated - work.bytes_freed;
        assert_eq!((self.slab.used(), self.slab.bytes()), (self.taken.len(), self.bytes));
        self.slab.check(&self.shape);
        work
    }

    fn reserve(&mut self, node_count: usize, bucket_count: usize) -> Work {
        let had_room = self.slab.has_room(node_count);
        assert!(self.slab.reserve(node_count, bucket_count, &self.shape, &Global));
        assert!(self.slab.has_room(node_count));
        let work = self.account();
        assert_eq!(work.blocks_allocated == 0, had_room);
        work
    }

    fn take(&mut self) {
        // SAFETY: every caller has reserved a node.
        let node = unsafe { self.slab.take(&self.shape) };
        assert!(!self.taken.contains(&node), "a node is taken once");
        // SAFETY: the node is this test's, slots included, which are written to their last byte.
        unsafe {
            assert!((*node).word == Word::EMPTY && (*node).next.is_null());
            (*node).word = Word::EMPTY.with(0, Tophash::of(u64::MAX));
            let slots = node.cast::<u8>().add(self.shape.node_slots_offset);
            assert_eq!(slots.addr() % self.shape.slots_align, 0);
            ptr::write_bytes(slots, 0xa5, self.shape.slots_bytes);
        }
        self.taken.push(node);
        self.account();
    }

    fn give_back(&mut self, place: usize) {
        let node = self.taken.swap_remove(place);
        // SAFETY: it was taken, and is given back once.
        unsafe { self.slab.give_back(node, &self.shape) };
        assert_eq!(self.account(), Work::default(), "no memory is released");
    }

    fn release_one(&mut self) -> Work {
        // SAFETY: the allocator is the same, and nobody relies on what was reserved.
        unsafe { self.slab.release_one(&self.shape, &Global) };
        self.account()
    }

    /// Panics unless the slab knows the nodes that were taken, chunk after chunk.
    fn check_used(&self) {
        let mut used = UsedNodes::of(self.slab.used_chunks());
        // SAFETY: as many as were taken are used.
        let nodes: Vec<_> = self.taken.iter().map(|_| unsafe { used.next(&self.shape) }).collect();
        let expected: BTreeSet<_> = self.taken.iter().copied().collect();
        assert_eq!(nodes.iter().copied().collect::<BTreeSet<_>>(), expected);
    }

    fn release_all(&mut self) {
        self.taken.clear();
        // SAFETY: as above, and no node is looked at any more.
        unsafe { self.slab.release_all(&self.shape, &Global) };
        self.account();
    }
}

fn shapes() -> [Shape; 4] {
    [
        Shape::of::<u64, u64>(),
        Shape::of::<(), ()>(),
        Shape::of::<u8, [u8; 3000]>(),
        Shape::of::<testkit::keys::OverAligned, u32>(),
    ]
}

#[test]
fn nodes_are_taken_and_given_back_in_any_order_and_the_memory_is_accounted_for() {
    for (seed, shape) in (0..).zip(shapes()) {
        let mut random = Random::new(seed);
        let mut counted = Counted::new(shape);
        for round in 0..reduced(4000) {
            let grows = round / 150 % 2 == 0;
            match random.below(8) {
                0 => {
                    counted.reserve(random.below(6), [1, 100, 1000][random.below(3)]);
                }
                1 => {
                    let work = counted.release_one();
                    assert!(work.blocks_freed <= 1 && work.blocks_allocated == 0);
                }
                n => {
                    if counted.taken.is_empty() || (n < 6) == grows {
                        counted.reserve(1, 64);
                        counted.take();
                    } else {
                        counted.give_back(random.below(counted.taken.len()));
                    }
                }
            }
            if round % 16 == 0 {
                counted.check_used();
            }
        }
        counted.release_all();
        assert_eq!(counted.bytes, 0);
        counted.reserve(3, 1);
        counted.take();
        counted.release_all();
    }
}

#[test]
fn many_nodes_come_in_as_few_chunks_as_hold_them() {
    // 107 of them fit into a chunk of 16 KiB.
    for (count, chunks) in [(3, 1), (100, 1), (108, 2), (250, 3)] {
        let mut counted = Counted::new(Shape::of::<u64, u64>());
        let taken = counted.reserve(count, 1);
        let least = if cfg!(stress) { count.div_ceil(2) } else { chunks };
        assert_eq!(taken.blocks_allocated, least);
        assert!(!counted.slab.has_room(count + 2), "the last is as small as may be");
        counted.release_all();
    }
}

#[test]
fn what_used_nodes_leave_missing_comes_in_one_chunk() {
    let mut counted = Counted::new(Shape::of::<u64, u64>());
    counted.reserve(50, 1);
    (0..30).for_each(|_| counted.take());
    // Twenty are left, so eighty are missing.
    let taken = counted.reserve(100, 1);
    assert_eq!(taken.blocks_allocated, if cfg!(stress) { 40 } else { 1 });
    counted.release_all();
}

#[test]
fn one_unused_chunk_is_kept_and_the_others_go_one_by_one() {
    let mut counted = Counted::new(Shape::of::<u64, u64>());
    for _ in 0..10 {
        counted.reserve(1, 1);
        counted.take();
    }
    assert_eq!(counted.release_one(), Work::default(), "all are used");
    while !counted.taken.is_empty() {
        counted.give_back(0);
    }
    for _ in 0..4 {
        assert_eq!(counted.release_one().blocks_freed, 1);
    }
    assert_eq!(counted.release_one(), Work::default());
    assert!(counted.bytes > 0 && counted.slab.has_room(2));
    // SAFETY: as in `release_one`.
    unsafe { counted.slab.release_spare(&counted.shape, &Global) };
    counted.account();
    assert_eq!(counted.bytes, 0);
}

/// Takes `count` nodes of chunks of two, and gives the last back, one after another. After how many
/// of them are two chunks unused, as the slab sees it?
fn returned_after(shape: Shape, count: usize) -> usize {
    let mut counted = Counted::new(shape);
    for _ in 0..count {
        counted.reserve(1, 1);
        counted.take();
    }
    let mut given_back = 0;
    while counted.release_one() == Work::default() {
        counted.give_back(counted.taken.len() - 1);
        given_back += 1;
    }
    counted.release_all();
    given_back
}

#[test]
fn up_to_16_nodes_of_a_kibibyte_are_kept_as_long_as_half_of_all_are_used() {
    // With 24 bytes, which is as much as a node takes besides on any platform.
    let kibibyte = Shape::of::<u8, [u8; 124]>();
    let larger = Shape::of::<u8, [u8; 125]>();
    assert_eq!([kibibyte, larger].map(|shape| shape.slots_bytes), [1000, 1008]);
    for shape in [kibibyte, Shape::of::<u64, u64>()] {
        assert_eq!(returned_after(shape, 8), 4);
        assert_eq!(returned_after(shape, 12), 6);
        assert_eq!(returned_after(shape, 100), 17);
    }
    assert_eq!([8, 100].map(|count| returned_after(larger, count)), [4, 4]);
}

#[test]
fn the_node_that_came_back_last_is_taken_first_whatever_its_chunk() {
    let mut counted = Counted::new(Shape::of::<u64, u64>());
    counted.reserve(12, 1);
    for _ in 0..12 {
        counted.take();
    }
    // Of a chunk, of another, and of the first again.
    let given_back = [0, 2, 1].map(|place| counted.taken[place]);
    for node in given_back {
        let place = counted.taken.iter().position(|&taken| taken == node).unwrap();
        counted.give_back(place);
    }
    for _ in given_back {
        counted.take();
    }
    assert!(counted.taken[9..].iter().eq(given_back.iter().rev()));
    counted.release_all();
}

#[test]
fn sums_that_are_not_those_of_the_chunks_are_noticed() {
    let mut counted = Counted::new(Shape::of::<u64, u64>());
    counted.reserve(1, 1);
    // By this shape the chunk would be larger.
    let other = Shape::of::<[u64; 4], u64>();
    assert!(silently(|| counted.slab.check(&other)).is_err());
    counted.release_all();
}

#[cfg(not(stress))] // There a chunk has two nodes.
#[test]
fn a_chunk_has_a_sixteenth_of_the_buckets_but_no_more_than_16_kib_and_no_less_than_one_node() {
    let shape = Shape::of::<u64, u64>();
    for (bucket_count, len) in [(1, 2), (32, 2), (64, 4), (1000, 62)] {
        assert_eq!(Slab::chunk_len(bucket_count, &shape), len);
    }
    // Of 24 and 128 bytes each: as many on every platform, also where a node takes less.
    assert_eq!(Slab::chunk_len(1 << 30, &shape), 16 * 1024 / 152);
    let large = Shape::of::<u64, [u8; 10_000]>();
    assert_eq!(Slab::chunk_len(1 << 30, &large), 1);
}

#[test]
fn chunks_take_what_was_planned_for_their_nodes() {
    for shape in shapes() {
        for (bucket_count, node_count) in [(1, 1), (1, 2), (1, 3), (64, 9), (1024, 200)] {
            let mut counted = Counted::new(shape);
            for _ in 0..node_count {
                counted.reserve(1, bucket_count);
                counted.take();
            }
            let planned = Slab::planned_bytes(bucket_count, node_count, &shape);
            assert_eq!(planned, Some(counted.bytes));
            counted.release_all();
        }
        assert_eq!(planned_overflow_bytes(64, 0, &shape), Ok(0));
    }
}

#[test]
fn a_chunk_within_another_block_is_never_released() {
    let shape = Shape::of::<u64, u64>();
    let host = core::alloc::Layout::new::<[u64; 3]>();
    let (layout, offset) = Slab::with_guest(host, 1, &shape).unwrap();
    assert!(offset >= host.size());
    let block: NonNull<u8> = Global.allocate(layout).unwrap().cast();
    let mut counted = Counted::new(shape);
    // SAFETY: the block has that layout, and outlives the slab.
    unsafe { counted.slab.add_guest(block.add(offset), 1, &shape) };
    assert!(counted.slab.has_room(2));
    assert_eq!(counted.account(), Work::default());
    // A second chunk, which is the one that goes.
    counted.reserve(4, 1);
    for _ in 0..4 {
        counted.take();
    }
    for _ in 0..4 {
        counted.give_back(0);
    }
    assert_eq!(counted.release_one().blocks_freed, 1);
    assert_eq!(counted.release_one(), Work::default());
    counted.release_all();
    assert!(counted.slab.has_room(2) && counted.bytes == 0);
    // SAFETY: it was allocated above.
    unsafe { Global.deallocate(block, layout) };
}
