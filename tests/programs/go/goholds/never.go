// SPDX-License-Identifier: GPL-2.0-only

package main

import (
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

var forgotten sync.Mutex

func waitForgotten() {
	forgotten.Lock() // @block never
	forgotten.Unlock()
}

func works(jobs chan int) {
	for range jobs {
		forgotten.Lock()
		forgotten.Unlock()
	}
}

// Twins: somebody may unlock it, in the end.
var mayUnlock = map[string]func(){
	"later": func() { go unlockInAnHour() },
	"timer": func() { time.AfterFunc(time.Hour, forgotten.Unlock) },
	"told":  func() { go doWhatComes(make(chan func())) },
	"calls": func() {
		var ends [2]int
		fixture.Try(syscall.Pipe(ends[:]))
		go unlockBehindCall(ends[0])
	},
	"runs": func() { go spin() },
	// A sleeper that looks whether somebody has said so, and a sleeper that will.
	"polls": func() { go unlockWhenSaid(); go sayItInAnHour() },
	"sends": func() { said := make(chan bool); keep(said); go unlockWhenTold(said); go tellInAnHour(said) },
	// Sleeps that come to an end by the clock, or by how many there were.
	"clock":   func() { go unlockByTheClock(time.Now().Add(time.Hour)) },
	"counts":  func() { go unlockAfterSleeps(3) },
	"counted": func() { go unlockAfterCounted(&account{}) },
	"starts":  func() { go startInAnHour() },
	// A time-out, a tick, a deadline.
	"after":   func() { go unlockAfter(make(chan int), time.After(time.Hour)) },
	"ticker":  func() { go unlockAtTick(make(chan int), time.NewTicker(time.Hour)) },
	"looks":   func() { go unlockWhenOver(time.NewTimer(time.Hour)) },
	"network": func() { go unlockWhenRead(listenAndConnect()) },
	"accept":  func() { go unlockWhenAsked(listen()) },
	"call":    func() { go unlockBehindAnyCall(emptyPipe()) },
	"finalizer": func() {
		one := newAccount()
		runtime.SetFinalizer(one, func(*account) { forgotten.Unlock() })
	},
	"finalizing": func() {
		told := make(chan bool)
		keep(told)
		runtime.SetFinalizer(&account{}, func(*account) { <-told; forgotten.Unlock() })
		runtime.GC()
	},
}

var said int32

func unlockWhenSaid() {
	for atomic.LoadInt32(&said) == 0 {
		time.Sleep(time.Hour)
	}
	forgotten.Unlock()
}

func sayItInAnHour() {
	time.Sleep(time.Hour)
	atomic.StoreInt32(&said, 1)
}

func unlockWhenTold(said chan bool) {
	for !<-said {
	}
	forgotten.Unlock()
}

func tellInAnHour(said chan bool) {
	time.Sleep(time.Hour)
	said <- true
}

func unlockByTheClock(end time.Time) {
	for time.Now().Before(end) {
		time.Sleep(time.Minute)
	}
	forgotten.Unlock()
}

func unlockAfterSleeps(times int) {
	for ; times > 0; times-- {
		time.Sleep(time.Hour)
	}
	forgotten.Unlock()
}

func unlockAfterCounted(a *account) {
	for a.balance < 3 {
		time.Sleep(time.Hour)
		a.balance++
	}
	forgotten.Unlock()
}

func startInAnHour() {
	time.Sleep(time.Hour)
	go forgotten.Unlock()
}

func unlockAfter(jobs chan int, over <-chan time.Time) {
	select {
	case <-jobs:
	case <-over:
		forgotten.Unlock()
	}
}

func unlockAtTick(jobs chan int, ticker *time.Ticker) {
	for ticks := 0; ticks < 3; ticks++ {
		select {
		case <-jobs:
		case <-ticker.C:
		}
	}
	forgotten.Unlock()
}

func unlockWhenOver(timer *time.Timer) {
	for {
		time.Sleep(time.Minute)
		select {
		case <-timer.C:
			forgotten.Unlock()
			return
		default:
		}
	}
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fixture.Try(err)
	return listener
}

func listenAndConnect() net.Conn {
	connection, err := net.Dial("tcp", listen().Addr().String())
	fixture.Try(err)
	return connection
}

func unlockWhenRead(connection net.Conn) {
	if n, _ := connection.Read(make([]byte, 1)); n == 1 {
		forgotten.Unlock()
	}
}

func unlockWhenAsked(listener net.Listener) {
	if connection, err := listener.Accept(); err == nil {
		keep(connection)
		forgotten.Unlock()
	}
}

// Read by a call, not by the poller.
func emptyPipe() int {
	var ends [2]int
	fixture.Try(syscall.Pipe(ends[:]))
	keep(os.NewFile(uintptr(ends[1]), "writer"))
	return ends[0]
}

func unlockBehindAnyCall(fd int) {
	syscall.Read(fd, make([]byte, 1))
	forgotten.Unlock()
}

func unlockInAnHour() {
	time.Sleep(time.Hour)
	forgotten.Unlock()
}

func doWhatComes(jobs chan func()) {
	keep(jobs)
	for job := range jobs {
		job()
	}
}

func unlockBehindCall(fd int) {
	if n, _ := syscall.Read(fd, make([]byte, 1)); n == 1 {
		forgotten.Unlock()
	}
}

func spin() {
	for {
		kept[0].(*account).number++
	}
}

// Somebody has returned without Unlock. There is no goroutine for signals, of which it could not be
// told what comes.
func neverUnlocked(twin string) {
	keep(newAccount())
	lockAndLeave(&forgotten)
	jobs := make(chan int)
	keep(jobs)
	go works(jobs)
	go waitForgotten()
	if twin != "" {
		if mayUnlock[twin] == nil {
			fixture.Skip("waiters", "this version of Go has none")
			os.Exit(0)
		}
		mayUnlock[twin]()
	}
	fixture.Ready("waiters", 1)
	for {
		time.Sleep(time.Hour)
	}
}
