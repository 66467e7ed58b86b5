// SPDX-License-Identifier: GPL-2.0-only

// gosessions [FROM [TO]]: COUNT (40) sessions of one go statement wait at one line, each for a channel of its own. A table has
// them all but those from number FROM up to TO, which were deleted without a word: only these have leaked.
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"

	"leakhop/tests/programs/go/internal/fixture"
)

var (
	mu       sync.Mutex
	sessions = map[string]chan string{}
)

func serve(in <-chan string) {
	for one := range in { // @block session
		fmt.Println(one)
	}
}

func begin(number int) {
	in := make(chan string)
	mu.Lock()
	sessions[strconv.Itoa(number)] = in
	mu.Unlock()
	go serve(in) // @spawn session
}

func argument(position, otherwise int) int {
	if len(os.Args) <= position {
		return otherwise
	}
	number, err := strconv.Atoi(os.Args[position])
	fixture.Try(err)
	return number
}

func main() {
	count := fixture.Count(40)
	from := argument(1, count)
	to := argument(2, from+1)
	for i := 0; i < count; i++ {
		begin(i)
		if i >= from && i < to {
			mu.Lock()
			delete(sessions, strconv.Itoa(i))
			mu.Unlock()
		}
	}
	fixture.Dumps()
	fixture.Ready("sessions", count)
	fixture.Pause()
}
