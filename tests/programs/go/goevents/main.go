// SPDX-License-Identifier: GPL-2.0-only

// goevents [soon|rounds|calls]: does on SIGHUP, or in two seconds, what exact events of goroutines can be held against, and
// prints it with its own times (CLOCK_MONOTONIC, ns):
//
//	SITE mark born ended       so many goroutines were begun at the line of this mark, and have ended
//	PARENT goid parent         of one that stays
//	PARK mark goid time        about to wait at the line of this mark
//	READY mark goid time by    about to be readied by this goroutine; 0: by no goroutine
//	DONE
//
// With "rounds" it counts how many times a second two goroutines hand a token to and fro, with "calls" how many
// begin, answer and end (RATE n).
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"leakhop/tests/programs/go/internal/fixture"
)

const (
	brief    = 1000
	staying  = 40
	longWait = 700 * time.Millisecond
)

func now() int64 {
	var ts syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, 1, uintptr(unsafe.Pointer(&ts)), 0)
	return ts.Nano()
}

func goid() uint64 {
	text := make([]byte, 64)
	text = bytes.TrimPrefix(text[:runtime.Stack(text, false)], []byte("goroutine "))
	number, err := strconv.ParseUint(string(text[:bytes.IndexByte(text, ' ')]), 10, 64)
	fixture.Try(err)
	return number
}

var saying sync.Mutex

func say(words ...interface{}) {
	saying.Lock()
	defer saying.Unlock()
	fmt.Println(words...)
}

// What is told at the end: to print takes long where the host does, and times are to be those of what comes next.
type event struct {
	kind, mark string
	goid       uint64
	at         int64
	by         uint64
}

var (
	noting sync.Mutex
	noted  = make([]event, 0, 256)
)

func park(mark string, me uint64) {
	noting.Lock()
	noted = append(noted, event{kind: "PARK", mark: mark, goid: me, at: now()})
	noting.Unlock()
}

func ready(mark string, whom, by uint64) {
	noting.Lock()
	noted = append(noted, event{"READY", mark, whom, now(), by})
	noting.Unlock()
}

// Those that end: each calls deep enough to need a greater stack, whose growth begins functions anew.
//
//go:noinline
func deep(n int) int {
	var room [256]byte
	if n == 0 {
		return int(room[0])
	}
	return deep(n-1) + int(room[n%256])
}

func bornAndEnded() {
	var all sync.WaitGroup
	for i := 0; i < brief; i++ {
		all.Add(1)
		go func(n int) { // @spawn brief
			deep(n % 20)
			all.Done()
		}(i)
	}
	all.Wait()
	say("SITE brief", brief, brief)
}

func stay(forever chan int, said *sync.WaitGroup) {
	park("stay", goid())
	said.Done()
	<-forever // @block stay
}

// Begun by a goroutine that has ended when they are looked at.
func staysOn() {
	var said sync.WaitGroup
	said.Add(staying)
	done := make(chan int)
	go func() {
		me := goid()
		for i := 0; i < staying; i++ {
			go stay(make(chan int), &said) // @spawn stay
		}
		say("PARENT stay", me)
		close(done)
	}()
	<-done
	said.Wait()
	say("SITE stay", staying, 0)
}

//go:noinline
func feed(values chan int, eater uint64) {
	me := goid()
	time.Sleep(longWait)
	ready("channel", eater, me)
	values <- 1 // @ready channel
}

// One that waits, is fed, and waits again for good.
func channelWait() {
	values, eaters := make(chan int), make(chan uint64)
	go func() {
		eaters <- goid()
		time.Sleep(time.Millisecond)
		park("channel", goid())
		<-values // @block channel
		eaters <- 0
		time.Sleep(time.Millisecond)
		park("again", goid())
		<-values // @block again
	}()
	eater := <-eaters
	go feed(values, eater)
	<-eaters
}

func mutexWait() {
	var lock sync.Mutex
	waiters := make(chan uint64)
	lock.Lock()
	go func() {
		waiters <- goid()
		time.Sleep(time.Millisecond)
		park("mutex", goid())
		lock.Lock() // @block mutex
		lock.Unlock()
		waiters <- 0
	}()
	waiter := <-waiters
	me := goid()
	time.Sleep(longWait)
	ready("mutex", waiter, me)
	lock.Unlock() // @ready mutex
	<-waiters
}

func timerWait() {
	done := make(chan int)
	go func() {
		park("sleep", goid())
		time.Sleep(longWait) // @block sleep
		ready("sleep", goid(), 0)
		close(done)
	}()
	<-done
}

func networkWait() {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	fixture.Try(err)
	reader, writer := os.NewFile(uintptr(pair[0]), "reader"), os.NewFile(uintptr(pair[1]), "writer")
	readers := make(chan uint64)
	go func() {
		readers <- goid()
		time.Sleep(time.Millisecond)
		park("network", goid())
		_, err := reader.Read(make([]byte, 1)) // @block network
		fixture.Try(err)
		readers <- 0
	}()
	one := <-readers
	time.Sleep(longWait)
	ready("network", one, 0)
	_, err = writer.Write([]byte{1})
	fixture.Try(err)
	<-readers
}

// Each round has two waits and two wake-ups.
func rounds() {
	there, back := make(chan int), make(chan int)
	go func() {
		for range there {
			back <- 1
		}
	}()
	fixture.Ready("rounds", 0)
	for count, start := 0, time.Now(); ; count++ {
		there <- 1
		<-back
		if count%1024 == 0 && time.Since(start) >= time.Second {
			say("RATE", int(float64(count)/time.Since(start).Seconds()))
			count, start = 0, time.Now()
		}
	}
}

// A round is a goroutine that begins, answers and ends.
func calls() {
	answers := make(chan int, 1)
	fixture.Ready("calls", 0)
	for count, start := 0, time.Now(); ; count++ {
		go func() { answers <- deep(3) }()
		<-answers
		if count%1024 == 0 && time.Since(start) >= time.Second {
			say("RATE", int(float64(count)/time.Since(start).Seconds()))
			count, start = 0, time.Now()
		}
	}
}

func main() {
	what := ""
	if len(os.Args) > 1 {
		what = os.Args[1]
	}
	begin := make(chan os.Signal, 1)
	signal.Notify(begin, syscall.SIGHUP)
	switch what {
	case "rounds":
		rounds()
	case "calls":
		calls()
	}
	fixture.Ready("events", 0)
	if what == "soon" {
		time.Sleep(2 * time.Second)
	} else {
		<-begin
	}
	bornAndEnded()
	staysOn()
	channelWait()
	mutexWait()
	timerWait()
	networkWait()
	for _, one := range noted {
		say(one.kind, one.mark, one.goid, one.at, one.by)
	}
	say("DONE")
	fixture.Pause()
}
