// SPDX-License-Identifier: GPL-2.0-only

// goexpected: COUNT (3) goroutines of each of many kinds, blocked in stacks of many shapes. What they
// are is to be compared with what the program itself writes on SIGUSR1: see package fixture.
package main

import (
	"context"
	"net"
	"net/http"
	"os"
	"reflect"
	"runtime"
	"runtime/pprof"
	"sort"
	"strings"
	"sync"
	"syscall"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

// What a goroutine's first function is. Files for newer versions of Go add to it.
var kinds = []func(){
	func() { recurse(1) },
	func() { recurse(40) },
	func() { recurse(99) },
	func() { recurse(100) },
	func() { recurse(101) },
	func() { recurse(180) },
	func() { outer(never) },
	func() { (&shape{}).wait() },
	func() { waiter(&shape{}).wait() },
	func() { named{}.wait() },
	func() { wide{}.sum() },
	deferred, panicking, recovering, deferredInLoop,
	selecting, selectingOne, selectingSend, empty, nilReceive, nilSend,
	func() { nobody <- 1 },
	func() { full <- 1 },
	mutex, rwRead, rwWrite, waitGroup, condition,
	func() { once.Do(once2) },
	func() { time.Sleep(100 * time.Hour) },
	func() { <-time.After(100 * time.Hour) },
	ticking, underContext, sorting, mapping, reflecting, reflected, labelled,
	readConnection, accept, serveHTTP, readPipe, onThread,
	func() { variadic("words", 1, 2.5, nil, &shape{}, []int{1}) },
	func() {
		func() {
			func() { <-never }()
		}()
	},
}

var (
	never  = make(chan int) // that nobody sends to
	nobody = make(chan int) // that nobody receives from
	full   = make(chan int, 3)
	once   sync.Once
	locked sync.Mutex
	shared sync.RWMutex
	read   sync.RWMutex
	group  sync.WaitGroup
)

//go:noinline
func recurse(depth int) int {
	if depth == 1 {
		return <-never
	}
	return recurse(depth-1) + 1
}

// These three become one.
func outer(c chan int) int  { return middle(c) + 1 }
func middle(c chan int) int { return inner(c) + 2 }
func inner(c chan int) int  { return <-c + 3 }

type waiter interface{ wait() }
type shape struct{ words [4]int }

func (s *shape) wait() { s.words[0] = <-never }

type named struct{ waiter }

func (n named) wait() { promoted{&shape{}}.wait() }

// Its wait is the compiler's.
type promoted struct{ *shape }

type wide struct{ a, b, c, d, e, f, g, h, i, j, k, l int }

//go:noinline
func (w wide) sum() int { return w.a + <-never + w.l }

//go:noinline
func variadic(text string, rest ...interface{}) int { return len(text) + len(rest) + <-never }

func deferred() {
	defer func() { <-never }()
	runtime.Gosched()
}

func deferredInLoop() {
	for i := 0; i < 3; i++ {
		defer recurse(i + 1)
	}
}

func panicking() {
	defer func() { <-never }()
	panic("on purpose")
}

func recovering() {
	defer func() {
		defer recurse(2)
		recover()
	}()
	var nothing *shape
	nothing.words[1] = 1
}

func selecting() {
	select {
	case n := <-never:
		recurse(n)
	case full <- 1:
	case <-context.Background().Done():
	}
}

func selectingOne() {
	select {
	case <-never:
	}
}

func selectingSend() {
	select {
	case nobody <- 1:
	case nobody <- 2:
	}
}

func empty() { select {} }

func nilReceive() {
	var c chan int
	<-c
}

func nilSend() {
	var c chan int
	c <- 1
}

func mutex() {
	locked.Lock()
	defer locked.Unlock()
}

func rwRead() {
	shared.RLock()
	defer shared.RUnlock()
}

func rwWrite() {
	read.Lock()
	defer read.Unlock()
}

func waitGroup() { group.Wait() }

func condition() {
	var mutex sync.Mutex
	mutex.Lock()
	sync.NewCond(&mutex).Wait()
}

func once2() { <-never }

func ticking() {
	for range time.NewTicker(100 * time.Hour).C {
		runtime.Gosched()
	}
}

func underContext() {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Hour)
	defer cancel()
	<-ctx.Done()
}

// Frames of the library between our own
func sorting() {
	sort.Slice([]int{2, 1, 3}, func(i, j int) bool { return <-never == i+j })
}

func mapping() {
	strings.Map(func(r rune) rune { return r + rune(<-never) }, "text")
}

func reflecting() {
	reflect.ValueOf(recurse).Call([]reflect.Value{reflect.ValueOf(3)})
}

func reflected() {
	made := reflect.MakeFunc(reflect.TypeOf(recurse), func(arguments []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(recurse(int(arguments[0].Int())))}
	})
	made.Interface().(func(int) int)(2)
}

func labelled() {
	pprof.Do(context.Background(), pprof.Labels("kind", "labelled"), func(context.Context) { <-never })
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fixture.Try(err)
	return listener
}

func readConnection() {
	listener := listen()
	client, err := net.Dial("tcp", listener.Addr().String())
	fixture.Try(err)
	client.Read(make([]byte, 1))
	listener.Close()
}

func accept() { listen().Accept() }

func serveHTTP() {
	server := &http.Server{}
	server.Serve(listen())
}

func readPipe() {
	var ends [2]int
	fixture.Try(syscall.Pipe(ends[:]))
	syscall.Read(ends[0], make([]byte, 1))
}

func onThread() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	<-never
}

// Ways to begin a goroutine
func begin(kind func()) {
	s := &shape{}
	method := s.wait
	go kind()
	go method()
	go s.wait()
	go waiter(s).wait()
	go (*shape).wait(s)
	go promoted{s}.wait()
	go recurse(2)
	go func(c chan int) { <-c }(never)
	time.AfterFunc(0, s.wait)
	defer func() {
		go inner(never)
	}()
}

func init() {
	go func() { <-never }()
}

func main() {
	if len(os.Args) > 1 {
		fixture.Try(os.ErrInvalid)
	}
	fixture.Dumps()
	for len(full) < cap(full) {
		full <- 0
	}
	locked.Lock()
	shared.Lock()
	read.RLock()
	group.Add(1)
	count := fixture.Count(3)
	for i := 0; i < count; i++ {
		for _, kind := range kinds {
			go kind()
		}
		begin(kinds[0])
	}
	time.Sleep(50 * time.Millisecond)
	fixture.Ready("expected", runtime.NumGoroutine())
	fixture.Pause()
}
