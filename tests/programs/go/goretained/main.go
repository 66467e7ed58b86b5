// SPDX-License-Identifier: GPL-2.0-only

// goretained: leaks that hold much or little, so much that it is known; some of it together, some of it held by what lives as
// well. All at once. With an argument: many small objects, of types that are told by what leads to them.
package main

import (
	"os"
	"runtime"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

const (
	blocks  = 12
	block   = 1 << 20
	rows    = 40
	small   = 1000
	shared  = 3 << 20
	known   = 2 << 20
	working = 5 << 20
)

// Of more than 512 bytes: the heap notes its type.
type row struct {
	next *row
	rest [127]uintptr
}

type node struct {
	next *node
	n    [6]uintptr
}

type response struct {
	c    chan int
	body []byte
}

var keep []byte

//go:noinline
func holdBlock(r *response) {
	r.c <- 1 // @block block
	runtime.KeepAlive(r)
}

//go:noinline
func holdRows(c chan int, first *row, both []byte) {
	c <- 1 // @block rows
	runtime.KeepAlive(first)
	runtime.KeepAlive(both)
}

//go:noinline
func holdSmall(c chan int, first *node, both []byte) {
	c <- 1 // @block small
	runtime.KeepAlive(first)
	runtime.KeepAlive(both)
}

//go:noinline
func holdKnown(c chan int, known []byte) {
	c <- 1 // @block known
	runtime.KeepAlive(known)
}

//go:noinline
func work(buffer []byte) {
	for {
		time.Sleep(time.Hour) // @block work
		runtime.KeepAlive(buffer)
	}
}

func lose() {
	for i := 0; i < blocks; i++ {
		go holdBlock(&response{make(chan int), make([]byte, block)}) // @spawn block
	}
	both := make([]byte, shared)
	var row1 *row
	for i := 0; i < rows; i++ {
		row1 = &row{next: row1}
	}
	go holdRows(make(chan int), row1, both)
	var node1 *node
	for i := 0; i < small; i++ {
		node1 = &node{next: node1}
	}
	go holdSmall(make(chan int), node1, both)
	keep = make([]byte, known)
	go holdKnown(make(chan int), keep)
	go work(make([]byte, working))
}

func main() {
	done := make(chan bool)
	begin, name, count := lose, "block", blocks
	if len(os.Args) > 1 {
		begin, name, count = loseTyped, "typed", 3
	}
	fixture.Dumps()
	go func() { begin(); close(done) }()
	<-done
	runtime.GC()
	fixture.Ready(name, count)
	fixture.Pause()
}
