// SPDX-License-Identifier: GPL-2.0-only

// goproof KIND: healthy, and hard to prove so from outside: each goroutine waits for something that only one pointer leads to,
// from a place where it is easily overlooked. Each of them goes on again and again. Without arguments it names the kinds.
package main

import (
	"container/list"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"leakhop/tests/programs/go/internal/fixture"
)

const (
	hold  = 30 * time.Millisecond
	tasks = 6
)

var kinds = map[string]func(){
	"tiny8":      func() { takeTurns(new(numbered).lock()) },
	"tiny4":      func() { takeTurns(new(small).lock()) },
	"tinyhead":   func() { takeTurns(new(headed).lock()) },
	"descriptor": descriptors,
	"handed":     handedOn,
	"passed":     passedOn,
	"timer":      heldByTimer,
	"finalizer":  heldByFinalizer,
	"due":        heldByWhatIsDue(finalizeLate),
	"regrown":    regrown,
	"listed":     listed,
	"cases":      manyCases,
	"nilcases":   nilCases,
	"unreadable": unreadable,
}

// --- locks in small objects without pointers, at each place that a word of them can have ---
type numbered struct {
	n  int64
	mu sync.Mutex
}

type small struct {
	n  int32
	mu sync.Mutex
}

type headed struct {
	mu sync.Mutex
	n  int32
}

// What leads to the object is a pointer to another part of it, but for moments.
func (o *numbered) lock() func() *sync.Mutex {
	first := &o.n
	return func() *sync.Mutex { return &(*numbered)(unsafe.Pointer(first)).mu }
}
func (o *small) lock() func() *sync.Mutex {
	first := &o.n
	return func() *sync.Mutex { return &(*small)(unsafe.Pointer(first)).mu }
}
func (o *headed) lock() func() *sync.Mutex { return func() *sync.Mutex { return &o.mu } }

func takeTurns(lock func() *sync.Mutex) {
	for i := 0; i < tasks; i++ {
		go func() {
			for {
				lock().Lock()
				time.Sleep(hold)
				lock().Unlock()
			}
		}()
	}
}

// --- objects as large as the runtime's descriptor of a goroutine in some version, and that begin like one ---
type pool416 struct {
	min, max, size, peak uint64
	wait                 chan int
	pad                  [47]uint64
}

type pool448 struct {
	min, max, size, peak uint64
	wait                 chan int
	pad                  [51]uint64
}

type pool480 struct {
	min, max, size, peak uint64
	wait                 chan int
	pad                  [55]uint64
}

var (
	all416 *pool416
	all448 *pool448
	all480 *pool480
)

//go:noinline
func receiveFrom(wait <-chan int) {
	for range wait {
	}
}

//go:noinline
func makePools() {
	all416 = &pool416{min: 1, max: 10, size: 4, peak: 4, wait: make(chan int)}
	all448 = &pool448{min: 1, max: 10, size: 4, peak: 4, wait: make(chan int)}
	all480 = &pool480{min: 1, max: 10, size: 4, peak: 4, wait: make(chan int)}
	go receiveFrom(all416.wait)
	go receiveFrom(all448.wait)
	go receiveFrom(all480.wait)
}

func descriptors() {
	makePools()
	for i := 0; i < 3; i++ {
		go func() {
			for range time.Tick(400 * time.Millisecond) {
				all416.wait <- 1
				all448.wait <- 1
				all480.wait <- 1
			}
		}()
	}
}

// --- each step hands the channel to a goroutine that it starts, and ends ---
func step(answer chan<- int, steps int) {
	time.Sleep(2 * time.Millisecond)
	if steps == 0 {
		answer <- 1
		return
	}
	go step(answer, steps-1)
}

//go:noinline
func askSteps() {
	for {
		answer := make(chan int)
		go step(answer, 100)
		<-answer
	}
}

func handedOn() {
	for i := 0; i < tasks; i++ {
		go askSteps()
	}
}

// --- each worker passes the channel to the next one, by a channel of channels ---
func passedOn() {
	var line [tasks]chan chan int
	for i := range line {
		line[i] = make(chan chan int, 4)
	}
	for i := range line {
		from, to := line[i], line[(i+1)%tasks]
		go func() {
			for turns := 0; ; turns++ {
				answer := <-from
				time.Sleep(time.Millisecond)
				if turns%50 == 49 {
					answer <- 1
				} else {
					to <- answer
				}
			}
		}()
	}
	for i := 0; i < 3; i++ {
		first := line[i*2]
		go func() {
			for {
				answer := make(chan int)
				first <- answer
				<-answer
			}
		}()
	}
}

// --- only a timer's function can send ---
func heldByTimer() {
	for i := 0; i < tasks; i++ {
		go func() {
			for {
				answer := make(chan int)
				time.AfterFunc(hold, func() { answer <- 1 })
				<-answer
			}
		}()
	}
}

// --- only a finalizer can send ---
type handle struct {
	answer chan int
	pad    [16]int
}

//go:noinline
func makeHandle(answer chan int) {
	runtime.SetFinalizer(&handle{answer: answer}, func(h *handle) { h.answer <- 1 })
}

func heldByFinalizer() {
	for i := 0; i < tasks; i++ {
		go func() {
			for {
				answer := make(chan int, 1)
				makeHandle(answer)
				<-answer
			}
		}()
	}
	go func() {
		for range time.Tick(300 * time.Millisecond) {
			runtime.GC()
		}
	}()
}

// --- the same of finalizers that are due, behind one that takes long: with it in a row, and in another ---
var late atomic.Int32

//go:noinline
func finalizeLate(answer chan int) {
	runtime.SetFinalizer(&handle{answer: answer}, func(h *handle) { answerLate(h.answer) })
}

func answerLate(answer chan int) {
	late.Add(1)
	time.Sleep(time.Hour)
	answer <- 1
}

func heldByWhatIsDue(free func(answer chan int)) func() {
	return func() {
		for row := 0; row < 2; row++ {
			for i := 0; i < tasks; i++ {
				answer := make(chan int)
				free(answer)
				go receiveFrom(answer)
			}
			runtime.GC()
			for late.Load() == 0 {
				time.Sleep(time.Millisecond)
			}
		}
	}
}

// --- a table that is made anew all the time holds the channels, in memory that was not there a moment ago ---
var table atomic.Value

func regrown() {
	first := map[int]chan int{}
	for i := 0; i < 200; i++ {
		wait := make(chan int)
		first[i] = wait
		go receiveFrom(wait)
	}
	table.Store(first)
	go func() {
		for turn := 0; ; turn++ {
			next := map[int]chan int{}
			for number, wait := range table.Load().(map[int]chan int) {
				next[number] = wait
			}
			table.Store(next)
			if turn%10 == 0 {
				next[turn/10%200] <- 1
			}
			time.Sleep(time.Millisecond)
		}
	}()
}

// --- a long list, of which only the last element leads to the channel ---
var elements = list.New()

func listed() {
	for i := 0; i < 20000; i++ {
		elements.PushBack(i)
	}
	wait := make(chan int)
	elements.PushBack(wait)
	for i := 0; i < tasks; i++ {
		go receiveFrom(wait)
	}
	go func() {
		for range time.Tick(hold) {
			elements.Back().Value.(chan int) <- 1
		}
	}()
}

// --- of many cases only the last can fire ---
func manyCases() {
	for i := 0; i < tasks; i++ {
		held := make(chan int)
		go func() {
			for {
				select {
				case <-make(chan int):
				case <-make(chan int):
				case make(chan int) <- 1:
				case <-held:
				}
			}
		}()
		go func() {
			for range time.Tick(hold) {
				held <- 1
			}
		}()
	}
}

// --- all but one are of nil channels ---
func nilCases() {
	var none, ended chan int
	for i := 0; i < tasks; i++ {
		held := make(chan int)
		go func() {
			for {
				select { // @block nilcases
				case <-none:
				case none <- 1:
				case <-held:
				case <-ended:
				}
			}
		}()
		go func() {
			for range time.Tick(hold) {
				held <- 1
			}
		}()
	}
}

// --- not healthy: it leaks; but a part of what lives cannot be read, and may have had a pointer ---
var table1M [](*int)

func unreadable() {
	debug.SetGCPercent(-1)
	table1M = make([]*int, 1<<17)
	first := (uintptr(unsafe.Pointer(&table1M[0])) + 1<<16) &^ (1<<16 - 1)
	page := unsafe.Slice((*byte)(unsafe.Pointer(&table1M[(first-uintptr(unsafe.Pointer(&table1M[0])))/8])), 1<<16)
	fixture.Try(syscall.Mprotect(page, syscall.PROT_NONE))
	for i := 0; i < tasks; i++ {
		go receiveFrom(make(chan int))
	}
}

func main() {
	if len(os.Args) < 2 {
		names := make([]string, 0, len(kinds))
		for name := range kinds {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			fmt.Println(name)
		}
		return
	}
	begin, ok := kinds[os.Args[1]]
	if !ok {
		fixture.Skip(os.Args[1], "no such kind in this build")
		os.Exit(1)
	}
	fixture.Dumps()
	begin()
	fixture.Ready(os.Args[1], tasks)
	time.Sleep(time.Hour)
}
