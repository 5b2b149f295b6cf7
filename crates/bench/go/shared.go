// The same work for Go's sync.Map: mixes of reads and writes, and Go's own benchmarks by name.
//
// Usage: bench shared NAME THREADS OPERATIONS, where a mix is mix-99 for 99 % reads. Each thread is
// a goroutine that does so many operations; nanoseconds count the operations of all. The numbers
// are those of the Rust side (shared/mix.rs, shared/named.rs).
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	balanced = 256
	cycle    = 1024
	mixKeys  = 1000
	// Steps that are drawn beforehand, and begun again when they are used up.
	scriptLen = 1 << 14
)

type named struct {
	// The first keys, which are there at the beginning.
	present int
	work    func(m *sync.Map, first, end int)
}

// each makes a benchmark of what is done for each number.
func each(present int, do func(m *sync.Map, i int)) named {
	return named{present, func(m *sync.Map, first, end int) {
		for i := first; i < end; i++ {
			do(m, i)
		}
	}}
}

func sharedSampler(name string, threads, operations int) func() float64 {
	if reads, ok := strings.CutPrefix(name, "mix-"); ok {
		percent, _ := strconv.Atoi(reads)
		return func() float64 { return mix(percent, threads, operations) }
	}
	benchmark, ok := benchmarks[name]
	if !ok {
		fmt.Fprintln(os.Stderr, "no such benchmark:", name)
		os.Exit(2)
	}
	return func() float64 {
		m := &sync.Map{}
		for i := 0; i < benchmark.present; i++ {
			m.LoadOrStore(i, i)
		}
		// Until Go 1.23 what is loaded twice is found without a lock.
		for i := 0; i < 2*benchmark.present; i++ {
			m.Load(i % benchmark.present)
		}
		return together(threads, operations, func(thread int) {
			benchmark.work(m, thread*operations, (thread+1)*operations)
		})
	}
}

// together has goroutines begin at one moment: nanoseconds for an operation.
func together(threads, operations int, work func(thread int)) float64 {
	// What is garbage by now is not to be collected while the clock runs.
	runtime.GC()
	var ready atomic.Int64
	var done sync.WaitGroup
	begins, ends := make([]time.Time, threads), make([]time.Time, threads)
	for thread := 0; thread < threads; thread++ {
		done.Add(1)
		go func() {
			ready.Add(1)
			for ready.Load() < int64(threads) {
				runtime.Gosched()
			}
			begins[thread] = time.Now()
			work(thread)
			ends[thread] = time.Now()
			done.Done()
		}()
	}
	done.Wait()
	begin, end := begins[0], ends[0]
	for thread := range begins {
		if begins[thread].Before(begin) {
			begin = begins[thread]
		}
		if ends[thread].After(end) {
			end = ends[thread]
		}
	}
	return float64(end.Sub(begin).Nanoseconds()) / float64(threads*operations)
}

// mix reads and overwrites keys that are there. Keys and values become interfaces at each call, as
// they do in a program.
func mix(percent, threads, operations int) float64 {
	m := &sync.Map{}
	keys := make([]uint64, mixKeys)
	for i := range keys {
		keys[i] = number(uint64(i))
		m.Store(keys[i], uint64(i))
	}
	for i := 0; i < 2*mixKeys; i++ {
		m.Load(keys[i%mixKeys])
	}
	type step struct {
		isRead bool
		key    uint32
	}
	scripts := make([][]step, threads)
	for thread := range scripts {
		state := scramble(uint64(thread))
		below := func(end uint64) uint64 {
			state ^= state << 13
			state ^= state >> 7
			state ^= state << 17
			return (state >> 32) * end >> 32
		}
		scripts[thread] = make([]step, min(scriptLen, operations))
		for i := range scripts[thread] {
			scripts[thread][i] = step{below(100) < uint64(percent), uint32(below(mixKeys))}
		}
	}
	var kept atomic.Uint64
	elapsed := together(threads, operations, func(thread int) {
		sum := uint64(0)
		for left := operations; left > 0; {
			part := scripts[thread][:min(left, scriptLen)]
			for _, step := range part {
				key := keys[step.key]
				if !step.isRead {
					m.Store(key, sum)
				} else if value, ok := m.Load(key); ok {
					sum += value.(uint64)
				}
			}
			left -= len(part)
		}
		kept.Add(sum)
	})
	sink += kept.Load()
	return elapsed
}

func load(m *sync.Map, i int) { m.Load(i % cycle) }

// among gives a key that was there in the beginning, or the number itself.
func among(keys, present, i int) int {
	if i%keys < present {
		return i % keys
	}
	return i
}

func swap(present int) func(m *sync.Map, i int) {
	return func(m *sync.Map, i int) {
		key := among(cycle, present, i)
		m.Swap(key, key)
		if i%cycle >= present {
			m.Delete(key)
		}
	}
}

func compareAndSwap(present int) func(m *sync.Map, i int) {
	return func(m *sync.Map, i int) {
		key := among(cycle, present, i)
		m.CompareAndSwap(key, key, key)
	}
}

func compareAndDelete(present int) func(m *sync.Map, i int) {
	return func(m *sync.Map, i int) {
		key := among(cycle, present, i)
		if m.CompareAndDelete(key, key) {
			m.Store(key, key)
		}
	}
}

var benchmarks = map[string]named{
	"LoadMostlyHits":   each(cycle-1, load),
	"LoadMostlyMisses": each(1, load),
	"LoadOrStoreBalanced": each(balanced/2, func(m *sync.Map, i int) {
		m.LoadOrStore(among(balanced, balanced/2, i), i)
	}),
	"LoadOrStoreUnique":    each(0, func(m *sync.Map, i int) { m.LoadOrStore(i, i) }),
	"LoadOrStoreCollision": each(1, func(m *sync.Map, i int) { m.LoadOrStore(0, 0) }),
	"LoadAndDeleteBalanced": each(balanced/2, func(m *sync.Map, i int) {
		m.LoadAndDelete(among(balanced, balanced/2, i))
	}),
	"LoadAndDeleteUnique": each(0, func(m *sync.Map, i int) { m.LoadAndDelete(i) }),
	"LoadAndDeleteCollision": each(1, func(m *sync.Map, i int) {
		if _, loaded := m.LoadAndDelete(0); loaded {
			m.Store(0, 0)
		}
	}),
	"Range": each(cycle, func(m *sync.Map, i int) {
		m.Range(func(_, _ any) bool { return true })
	}),
	"AdversarialAlloc": {0, adversarialAlloc},
	"AdversarialDelete": each(cycle, func(m *sync.Map, i int) {
		m.Load(i)
		if i%cycle == 0 {
			m.Range(func(key, _ any) bool {
				m.Delete(key)
				return false
			})
			m.Store(i, i)
		}
	}),
	"DeleteCollision":  each(1, func(m *sync.Map, i int) { m.Delete(0) }),
	"SwapCollision":    each(0, func(m *sync.Map, i int) { m.Swap(0, 0) }),
	"SwapMostlyHits":   each(cycle-1, swap(cycle-1)),
	"SwapMostlyMisses": each(1, swap(1)),
	"CompareAndSwapCollision": each(1, func(m *sync.Map, i int) {
		if m.CompareAndSwap(0, 0, 42) {
			m.CompareAndSwap(0, 42, 0)
		}
	}),
	"CompareAndSwapNoExistingKey": each(0, func(m *sync.Map, i int) {
		if m.CompareAndSwap(i, 0, 0) {
			m.Delete(i)
		}
	}),
	"CompareAndSwapValueNotEqual": each(1, func(m *sync.Map, i int) { m.CompareAndSwap(0, 1, 2) }),
	"CompareAndSwapMostlyHits":    each(cycle-1, compareAndSwap(cycle-1)),
	"CompareAndSwapMostlyMisses":  each(1, compareAndSwap(1)),
	"CompareAndDeleteCollision": each(1, func(m *sync.Map, i int) {
		if m.CompareAndDelete(0, 0) {
			m.Store(0, 0)
		}
	}),
	"CompareAndDeleteMostlyHits":   each(cycle-1, compareAndDelete(cycle-1)),
	"CompareAndDeleteMostlyMisses": each(1, compareAndDelete(1)),
	"Clear": each(0, func(m *sync.Map, i int) {
		m.Clear()
		m.Store(i%256, i%256)
	}),
}

func adversarialAlloc(m *sync.Map, first, end int) {
	stores, loads := 0, 0
	for i := first; i < end; i++ {
		m.Load(i)
		loads++
		if loads > stores {
			m.LoadOrStore(i, stores)
			loads = 0
			stores++
		}
	}
}
