// SPDX-License-Identifier: GPL-2.0-only

// gobusy [held]: healthy and under contention: each kind of wait, with some that wait and go on again, for 5 to 60 ms at a time.
// With "held" one lock is held for ever, by somebody who waits for what does not come, and three wait for it: they are stuck.
package main

import (
	"math/rand"
	"net"
	"os"
	"sync"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

func work() { time.Sleep(time.Duration(5+rand.Intn(56)) * time.Millisecond) }

type account struct {
	mu      sync.Mutex
	balance int
}

type directory struct {
	mu    sync.RWMutex
	names map[string]int
}

var (
	global sync.Mutex
	shared = &directory{names: map[string]int{}}
)

func forEver(count int, what func(int)) {
	for i := 0; i < count; i++ {
		i := i
		go func() {
			for {
				what(i)
			}
		}()
	}
}

func locks() {
	one, tiny := &account{}, new(sync.Mutex)
	forEver(6, func(int) {
		one.mu.Lock()
		defer one.mu.Unlock()
		one.balance++
		work()
	})
	forEver(4, func(int) {
		tiny.Lock()
		work()
		tiny.Unlock()
	})
	forEver(4, func(int) {
		global.Lock()
		work()
		global.Unlock()
	})
	forEver(5, func(int) {
		shared.mu.RLock()
		work()
		shared.mu.RUnlock()
	})
	forEver(2, func(int) {
		shared.mu.Lock()
		shared.names["x"]++
		work()
		shared.mu.Unlock()
	})
}

func pool() {
	type job struct{ answer chan int }
	jobs, slots := make(chan job), make(chan struct{}, 2)
	forEver(3, func(int) {
		one := <-jobs
		work()
		one.answer <- 1
	})
	forEver(6, func(int) {
		one := job{make(chan int)}
		jobs <- one
		select {
		case <-one.answer:
		case <-time.After(10 * time.Second):
		}
	})
	forEver(6, func(int) {
		slots <- struct{}{}
		work()
		<-slots
	})
	// Each has a result for one who is slow to take it.
	forEver(5, func(int) {
		result := make(chan int)
		go func() { result <- 1 }()
		work()
		<-result
	})
	forEver(3, func(int) {
		stop, tick := make(chan struct{}), make(chan int)
		go func() {
			work()
			close(stop)
		}()
		for {
			select {
			case tick <- 1:
			case <-stop:
				return
			}
		}
	})
}

func groups() {
	forEver(3, func(int) {
		var all sync.WaitGroup
		for i := 0; i < 4; i++ {
			all.Add(1)
			go func() {
				defer all.Done()
				work()
			}()
		}
		all.Wait()
	})
	forEver(2, func(int) {
		var once sync.Once
		var all sync.WaitGroup
		for i := 0; i < 4; i++ {
			all.Add(1)
			go func() {
				defer all.Done()
				once.Do(work)
			}()
		}
		all.Wait()
	})
}

func conditions() {
	var mu sync.Mutex
	ready, items := sync.NewCond(&mu), 0
	forEver(4, func(int) {
		mu.Lock()
		for items == 0 {
			ready.Wait()
		}
		items--
		mu.Unlock()
		work()
	})
	forEver(1, func(int) {
		work()
		mu.Lock()
		items++
		mu.Unlock()
		ready.Signal()
	})
}

func sockets() {
	for i := 0; i < 3; i++ {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		fixture.Try(err)
		client, err := net.Dial("tcp", listener.Addr().String())
		fixture.Try(err)
		server, err := listener.Accept()
		fixture.Try(err)
		forEver(1, func(int) {
			server.Read(make([]byte, 1<<20))
			work()
			server.Write([]byte("answer"))
		})
		forEver(1, func(int) {
			client.Write([]byte("request"))
			client.Read(make([]byte, 64))
		})
	}
	from, to, err := os.Pipe()
	fixture.Try(err)
	forEver(1, func(int) {
		to.Write(make([]byte, 100000)) // more than a pipe holds
	})
	forEver(1, func(int) {
		from.Read(make([]byte, 65536))
		work()
	})
}

var (
	kept  = &account{}
	never = make(chan int)
)

//go:noinline
func (a *account) publish() {
	a.mu.Lock()
	defer a.mu.Unlock() // @unlock held
	never <- a.balance
}

//go:noinline
func (a *account) read() int {
	a.mu.Lock() // @block held
	defer a.mu.Unlock()
	return a.balance
}

func holdForEver() {
	go kept.publish()
	time.Sleep(10 * time.Millisecond)
	for i := 0; i < 3; i++ {
		go func() { kept.read() }()
	}
}

func main() {
	if len(os.Args) > 1 {
		holdForEver()
	}
	fixture.Dumps()
	locks()
	pool()
	groups()
	conditions()
	sockets()
	fixture.Ready("busy", 1)
	for {
		work()
	}
}
