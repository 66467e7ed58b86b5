// SPDX-License-Identifier: GPL-2.0-only

// goheavy [-kind random|map|list] [MIB]: a heap of so many MiB (1024) that a global variable leads to, and three
// goroutines that nobody can wake:
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
	text    *byte
	numbers [3]uint64
}

type entry struct {
	name  string
	tags  []string
	owner *entry
}

var (
	root  *node
	cache map[string]*entry
	heads [64]*larger
)

func fillRandom(size int) {
	all := make([]*node, 0, size/48)
	for used := 0; used < size; {
		if len(all)%2 == 0 {
			all = append(all, &new(larger).node)
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
}

func fillMap(size int) {
	cache = map[string]*entry{}
	var last *entry
	for used := 0; used < size; used += 280 {
		key := "entry number " + strconv.Itoa(used)
		one := &entry{name: key, owner: last}
		for i := 0; i < 4; i++ {
			one.tags = append(one.tags, key[i:])
		}
		cache[key] = one
		if used%1000 == 0 {
			last = one
		}
	}
}

func fillList(size int) {
	for used := 0; used < size; used += int(unsafe.Sizeof(larger{})) {
		one := new(larger)
		head := &heads[used/64%len(heads)]
		if *head != nil {
			one.left = &(*head).node
		}
		*head = one
	}
}

//go:noinline
func sending(result chan<- int) {
	result <- 1 // @block heavy
}

func main() {
	kind := flag.String("kind", "random", "random, map or list")
	flag.Parse()
	size := 1024
	if flag.NArg() > 0 {
		var err error
		size, err = strconv.Atoi(flag.Arg(0))
		fixture.Try(err)
	}
	fixture.Dumps()
	debug.SetGCPercent(-1) // until it stands
	switch *kind {
	case "random":
		fillRandom(size << 20)
	case "map":
		fillMap(size << 20)
	case "list":
		fillList(size << 20)
	default:
		fixture.Try(fmt.Errorf("no kind %s", *kind))
	}
	debug.SetGCPercent(100)
	runtime.GC()
	for i := 0; i < 3; i++ {
		go sending(make(chan int)) // @spawn heavy
	}
	fixture.Ready("heavy", 3)
	fixture.Pause()
}
