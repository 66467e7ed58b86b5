// SPDX-License-Identifier: GPL-2.0-only

package main

import (
	"sync"

	"leakhop/tests/programs/go/internal/fixture"
)

// Those that wait for each other. All by locks of global variables, which a search of the heap does
// not tell dead.
var (
	left, right sync.Mutex
	table       sync.RWMutex
	queue       sync.Mutex
	first       sync.Mutex
)

func leftThenRight(both *sync.WaitGroup) {
	left.Lock()
	defer left.Unlock() // @unlock abba2
	both.Done()
	both.Wait()
	right.Lock() // @block abba1
	defer right.Unlock()
}

func rightThenLeft(both *sync.WaitGroup) {
	right.Lock()
	defer right.Unlock() // @unlock abba1
	both.Done()
	both.Wait()
	left.Lock() // @block abba2
	defer left.Unlock()
}

// Behind the circle.
func behindThem() {
	left.Lock() // @block abbabehind
	left.Unlock()
}

// A read lock within, where a writer came between.
func stats(between, go_on chan bool) int {
	table.RLock()
	defer table.RUnlock()
	close(between)
	<-go_on
	return count()
}

//go:noinline
func count() int {
	table.RLock() // @block recursive
	defer table.RUnlock()
	return len(kept)
}

func rewrite() {
	table.Lock() // @block between
	defer table.Unlock()
}

// Sends to those that wait for its lock.
func sends(answers chan int) {
	queue.Lock()
	defer queue.Unlock()
	answers <- 1 // @block sends
}

func takes(answers chan int) {
	queue.Lock() // @block takes
	defer queue.Unlock()
	<-answers
}

// Locked twice.
func twice() {
	first.Lock()
	defer first.Unlock()
	again()
}

//go:noinline
func again() {
	first.Lock() // @block twice
	defer first.Unlock()
}

func circles() {
	var both sync.WaitGroup
	both.Add(2)
	go leftThenRight(&both)
	go rightThenLeft(&both)
	both.Wait()
	between, go_on := make(chan bool), make(chan bool)
	go stats(between, go_on)
	<-between
	go rewrite()
	answers := make(chan int)
	go sends(answers)
	go twice()
	waitUntilTheyWait()
	close(go_on)
	go behindThem()
	go takes(answers)
	go takes(answers)
}

func waitUntilTheyWait() { fixture.Ready("writer", 1) }
