// SPDX-License-Identifier: GPL-2.0-only

// goheavy [-kind random|map|list] [-kept] [-latency WINDOW] [MIB]: a heap of so many MiB (1024) that a global variable
// leads to, and three goroutines that nobody can wake; with -kept an object far from that variable has their channel. With
// -latency it also serves a request each 4 ms, and says for each such WINDOW how long they took. Kinds:
//
//	random  objects of 32 and 64 bytes; two pointers in each lead to two others, which may be anywhere
//	map     a map of strings to structures with a slice, as a cache has it
//	list    objects of 64 bytes, each of which leads to the next one: 64 chains
package main

import (
	"flag"
	"fmt"
	"math/rand"
	"runtime"
	"runtime/debug"
	"strconv"
	"unsafe"

	"leakhop/tests/programs/go/internal/fixture"
)

type node struct {
	left, right *node
	numbers     [2]uint64
}

type larger struct {
	node
	result  chan<- int
	numbers [3]uint64
}

type entry struct {
	name   string
	tags   []string
	owner  *entry
	result chan<- int
}

var (
	root  *node
	cache map[string]*entry
	heads [64]*larger
)

// Each returns what keeps a channel.
func fillRandom(size int) func(chan<- int) {
	var one *larger

	all := make([]*node, 0, size/48)
	for used := 0; used < size; {
		if len(all)%2 == 0 {
			one = new(larger)
			all = append(all, &one.node)
			used += int(unsafe.Sizeof(larger{}))
		} else {
			all = append(all, new(node))
			used += int(unsafe.Sizeof(node{}))
		}
	}
	rand.New(rand.NewSource(1)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for i := range all {
		if 2*i+1 < len(all) {
			all[i].left = all[2*i+1]
		}
		if 2*i+2 < len(all) {
			all[i].right = all[2*i+2]
		}
	}
	root = all[0]
	return func(result chan<- int) { one.result = result }
}

func fillMap(size int) func(chan<- int) {
	cache = map[string]*entry{}
	var last, one *entry
	for used := 0; used < size; used += 280 {
		key := "entry number " + strconv.Itoa(used)
		one = &entry{name: key, owner: last}
		for i := 0; i < 4; i++ {
			one.tags = append(one.tags, key[i:])
		}
		cache[key] = one
		if used%1000 == 0 {
			last = one
		}
	}
	return func(result chan<- int) { one.result = result }
}

func fillList(size int) func(chan<- int) {
	var first *larger
	for used := 0; used < size; used += int(unsafe.Sizeof(larger{})) {
		one := new(larger)
		head := &heads[used/64%len(heads)]
		if *head != nil {
			one.left = &(*head).node
		}
		if first == nil {
			first = one
		}
		*head = one
	}
	return func(result chan<- int) { first.result = result }
}

//go:noinline
func sending(result chan<- int) {
	result <- 1 // @block heavy
}

func main() {
	kind := flag.String("kind", "random", "random, map or list")
	kept := flag.Bool("kept", false, "the channel is kept")
	window := flag.Duration("latency", 0, "serve, and print the latency of each such window")
	flag.Parse()
	size := 1024
	var keep func(chan<- int)
	if flag.NArg() > 0 {
		var err error
		size, err = strconv.Atoi(flag.Arg(0))
		fixture.Try(err)
	}
	fixture.Dumps()
	debug.SetGCPercent(-1) // until it stands
	switch *kind {
	case "random":
		keep = fillRandom(size << 20)
	case "map":
		keep = fillMap(size << 20)
	case "list":
		keep = fillList(size << 20)
	default:
		fixture.Try(fmt.Errorf("no kind %s", *kind))
	}
	debug.SetGCPercent(100)
	runtime.GC()
	result := make(chan int)
	if *kept {
		keep(result)
	}
	for i := 0; i < 3; i++ {
		go sending(result) // @spawn heavy
	}
	fixture.Ready("heavy", 3)
	if *window > 0 {
		measure(*window)
	}
	fixture.Pause()
}
