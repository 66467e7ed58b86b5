// SPDX-License-Identifier: GPL-2.0-only

// gotimers: one goroutine at each mark waits for a channel that a timer sends to, or would if it had not been stopped or
// had not fired before. TIMERS=n: so many other timers beside.
package main

import (
	"os"
	"strconv"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

// What everybody can reach is no leak: only the timer counts.
var (
	quit    = make(chan struct{})
	running *time.Ticker
	stopped *time.Ticker
	fired   = time.NewTimer(time.Millisecond)
	plain   = make(chan time.Time, 1)
	others  []*time.Timer
)

func after() {
	select { // @block after
	case <-quit:
	case <-time.After(time.Hour):
	}
}

func ticks() {
	<-running.C // @block ticks
}

func noTicks() {
	<-stopped.C // @block noticks
}

func noMore() {
	<-fired.C // @block nomore
}

func noTimer() {
	<-plain // @block notimer
}

func main() {
	<-fired.C
	count, _ := strconv.Atoi(os.Getenv("TIMERS"))
	for i := 0; i < count; i++ {
		others = append(others, time.AfterFunc(2*time.Hour, fixture.Pause))
	}
	running = time.NewTicker(time.Hour)
	stopped = time.NewTicker(time.Hour)
	stopped.Stop() // among many it stays in the heap, marked as gone
	go after()
	go ticks()
	go noTicks()
	go noMore()
	go noTimer()
	fixture.Ready("timers", 5)
	fixture.Pause()
}
