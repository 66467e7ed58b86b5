// SPDX-License-Identifier: GPL-2.0-only

// goheld: goroutines that wait for a receiver who may still come, since something that lives has their channel: each by
// another way. All at once.
package main

import (
	"runtime"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

type session struct {
	name string
	out  chan int
}

type job struct{ id int }

// Large enough to have its type before it.
type server struct {
	name    string
	history [100]*session
	state   struct {
		ready bool
		queue chan job
	}
}

type holder struct {
	before int
	out    chan int
}

var (
	registry = map[string]*session{}
	started  *server
	current  any
	direct   chan int
)

//go:noinline
func sendByMap(c chan int) { c <- 1 } // @block map

//go:noinline
func sendByServer(c chan job) { c <- job{1} } // @block server

//go:noinline
func sendByInterface(c chan int) { c <- 1 } // @block interface

//go:noinline
func sendByVariable(c chan int) { c <- 1 } // @block variable

//go:noinline
func sendByStack(c chan int) { c <- 1 } // @block stack

//go:noinline
func sendByTimer(c chan int) { c <- 1 } // @block timer

//go:noinline
func sendByChain(c chan int) { c <- 1 } // @block chain

//go:noinline
func sleepWith(c chan int) {
	time.Sleep(time.Hour)
	<-c
}

//go:noinline
func waitWith(word, c chan int) {
	<-word
	<-c
}

func begin() {
	one := &session{"one", make(chan int)}
	registry["one"] = one
	go sendByMap(one.out)
	started = &server{name: "main"}
	started.state.queue = make(chan job)
	go sendByServer(started.state.queue)
	h := &holder{1, make(chan int)}
	current = h
	go sendByInterface(h.out)
	direct = make(chan int)
	go sendByVariable(direct)
	stacked := make(chan int)
	go sendByStack(stacked)
	go sleepWith(stacked)
	timed := make(chan int)
	go sendByTimer(timed)
	time.AfterFunc(time.Hour, func() { <-timed })
	// Somebody has it who can be woken by what a variable leads to.
	word, chained := make(chan int), make(chan int)
	registry["two"] = &session{"two", word}
	go waitWith(word, chained)
	go sendByChain(chained)
}

func main() {
	done := make(chan bool)
	go func() { begin(); close(done) }()
	<-done
	runtime.GC()
	fixture.Ready("held", 7)
	fixture.Pause()
}
