// SPDX-License-Identifier: GPL-2.0-only

// goleak PATTERN [ADDRESS] [well]: a program with a leak of the textbook; with "well" its healthy
// twin, which gets the same requests and differs in one line (marked TWIN). For the environment see
// package fixture. Without arguments it names the patterns.
package main

import (
	"fmt"
	"os"
	"sort"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

var well bool
var address string

// What the functions of the patterns begin; they return when the leak stands.
var patterns = map[string]func(){}

// leak is a pattern of which each request leaves some goroutines behind: so many at each of the
// marks named. A twin leaves none.
type mark struct {
	name       string
	perRequest int
}

func leak(handle func(), marks ...mark) func() {
	return leakEvery(3, 0, handle, marks...)
}

func leakEvery(usual int, every time.Duration, handle func(), marks ...mark) func() {
	return func() {
		count := fixture.Count(usual)
		fixture.Requests(count, every, handle, func() {
			for _, one := range marks {
				if well {
					one.perRequest = 0
				}
				fixture.Ready(one.name, one.perRequest*count)
			}
		})
	}
}

// soon is the time of a request that takes too long, and a time-out shorter than it.
const (
	soon    = 50 * time.Millisecond
	timeout = time.Millisecond
)

func query() int {
	time.Sleep(soon)
	return 1
}

func main() {
	arguments := os.Args[1:]
	if n := len(arguments); n > 0 && arguments[n-1] == "well" {
		well = true
		arguments = arguments[:n-1]
	}
	if len(arguments) > 1 {
		address = arguments[1]
		arguments = arguments[:1]
	}
	if len(arguments) == 0 {
		names := make([]string, 0, len(patterns))
		for name := range patterns {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			fmt.Println(name)
		}
		return
	}
	begin, ok := patterns[arguments[0]]
	if !ok {
		fixture.Skip(arguments[0], "no such pattern in this build")
		os.Exit(1)
	}
	fixture.Dumps()
	begin()
	fixture.Pause()
}
