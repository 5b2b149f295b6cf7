// The same work for Go's own map: one operation, a sample for each line that comes in.
//
// Usage: bench OPERATION TYPES LEN OPERATIONS. Each line on standard input asks for a sample, which
// is printed in nanoseconds for a single operation. Keys are those of the Rust side (keys.rs).
// With "shared" as the OPERATION: see shared.go.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"
)

func scramble(index uint64) uint64 {
	bits := (index + 1) * 0x9e3779b97f4a7c15
	bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9
	bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb
	return bits ^ (bits >> 31)
}

func shuffle[T any](items []T, seed uint64) {
	for place := len(items) - 1; place > 0; place-- {
		other := scramble(seed^uint64(place)<<20) % uint64(place+1)
		items[place], items[other] = items[other], items[place]
	}
}

func number(index uint64) uint64 { return scramble(index) }

func text(index uint64) string {
	number := scramble(index)
	long := fmt.Sprintf("%08x%016x", index, number)
	return long[:8+number%17]
}

const lookUpsMax = 2_000_000

type workload[K comparable] struct {
	present, sought, missing []K
	operations               int
	// Visits all entries and reads keys and values, of a text its length, as the Rust side does. A
	// function for each type of keys: one that is called for each entry would be measured with it.
	visit func(map[K]uint64) uint64
}

func visitNumbers(m map[uint64]uint64) uint64 {
	sum := uint64(0)
	for key, value := range m {
		sum += key ^ value
	}
	return sum
}

func visitTexts(m map[string]uint64) uint64 {
	sum := uint64(0)
	for key, value := range m {
		sum += uint64(len(key)) ^ value
	}
	return sum
}

func newWorkload[K comparable](key func(uint64) K, visit func(map[K]uint64) uint64, length, operations int) *workload[K] {
	order := make([]uint64, length)
	for i := range order {
		order[i] = uint64(i)
	}
	shuffle(order, 1)
	keys := func() []K {
		made := make([]K, len(order))
		for i, index := range order {
			made[i] = key(index)
		}
		return made
	}
	w := &workload[K]{operations: operations, visit: visit}
	w.present = keys()
	shuffle(order, 2)
	if len(order) > lookUpsMax {
		order = order[:lookUpsMax]
	}
	w.sought = keys()
	for i := range order {
		order[i] += uint64(length)
	}
	w.missing = keys()
	return w
}

func (w *workload[K]) repetitions(operations int) int {
	return max(w.operations/max(operations, 1), 1)
}

func (w *workload[K]) fill(m map[K]uint64) map[K]uint64 {
	for index, key := range w.present {
		m[key] = uint64(index)
	}
	return m
}

// Keeps results alive.
var sink uint64

func perOperation(operations int, action func()) float64 {
	begin := time.Now()
	action()
	return float64(time.Since(begin).Nanoseconds()) / float64(max(operations, 1))
}

func (w *workload[K]) sample(operations int, action func()) float64 {
	repetitions := w.repetitions(operations)
	return perOperation(operations*repetitions, func() {
		for range make([]struct{}, repetitions) {
			action()
		}
	})
}

func lookUpAll[K comparable](m map[K]uint64, keys []K) {
	sum := uint64(0)
	for _, key := range keys {
		if value, ok := m[key]; ok {
			sum += value
		}
	}
	sink += sum
}

func lookUpDependent[K comparable](m map[K]uint64, keys []K) {
	place := 0
	for place < len(keys) {
		// Values are below 2^32, which the processor does not know: no branch, so that it waits.
		place += 1 + int(m[keys[place]]>>32)
	}
	sink += uint64(place)
}

func exchange[K comparable](m map[K]uint64, out, into []K) {
	for index, key := range out {
		delete(m, key)
		m[into[index]] = uint64(index)
	}
}

func (w *workload[K]) insertAll(make func() map[K]uint64) float64 {
	repetitions := w.repetitions(len(w.present))
	maps := []map[K]uint64{}
	// What is garbage by now is not to be collected while the clock runs.
	runtime.GC()
	return perOperation(len(w.present)*repetitions, func() {
		for i := 0; i < repetitions; i++ {
			maps = append(maps, w.fill(make()))
		}
	})
}

func (w *workload[K]) sampler(operation string) func() float64 {
	grown := func() map[K]uint64 { return map[K]uint64{} }
	presized := func() map[K]uint64 { return make(map[K]uint64, len(w.present)) }
	switch operation {
	case "insert-growing":
		return func() float64 { return w.insertAll(grown) }
	case "insert-presized":
		return func() float64 { return w.insertAll(presized) }
	}
	m := w.fill(grown())
	switch operation {
	case "hit":
		return func() float64 { return w.sample(len(w.sought), func() { lookUpAll(m, w.sought) }) }
	case "hit-dependent":
		return func() float64 {
			return w.sample(len(w.sought), func() { lookUpDependent(m, w.sought) })
		}
	case "miss":
		return func() float64 { return w.sample(len(w.missing), func() { lookUpAll(m, w.missing) }) }
	case "churn":
		count := min(len(w.sought), w.operations)
		out, into := w.sought[:count], w.missing[:count]
		return func() float64 {
			return w.sample(2*count, func() { exchange(m, out, into); exchange(m, into, out) })
		}
	case "iterate":
		return func() float64 {
			return w.sample(len(w.present), func() {
				sink += w.visit(m)
			})
		}
	}
	fmt.Fprintln(os.Stderr, "no such operation:", operation)
	os.Exit(2)
	return nil
}

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: bench OPERATION TYPES LEN OPERATIONS")
		os.Exit(2)
	}
	length, _ := strconv.Atoi(os.Args[3])
	operations, _ := strconv.Atoi(os.Args[4])
	var sampler func() float64
	switch {
	case os.Args[1] == "shared":
		sampler = sharedSampler(os.Args[2], length, operations)
	case os.Args[2] == "u64-u64":
		sampler = newWorkload(number, visitNumbers, length, operations).sampler(os.Args[1])
	case os.Args[2] == "string-u64":
		sampler = newWorkload(text, visitTexts, length, operations).sampler(os.Args[1])
	default:
		fmt.Fprintln(os.Stderr, "no such types:", os.Args[2])
		os.Exit(2)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fmt.Println(sampler())
	}
}
