// SPDX-License-Identifier: GPL-2.0-only

// gocalls finalizer|cleanup [well]: one of these does not return, since nobody can send what it waits for; well: it sleeps.
// Beside it stands a goroutine that is lost either way.
package main

import (
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

type file struct{ pad [16]int }

var (
	free   = map[string]func(){"finalizer": finalize}
	called atomic.Int32
	well   = len(os.Args) > 2
)

func wait() {
	called.Add(1)
	if well { // TWIN
		time.Sleep(time.Hour)
	}
	<-make(chan int) // @block call
}

//go:noinline
func finalize() {
	runtime.SetFinalizer(&file{}, func(*file) { wait() })
}

func main() {
	call := free[os.Args[1]]
	if call == nil {
		fixture.Skip(os.Args[1], "no such kind in this build")
		os.Exit(1)
	}
	fixture.Dumps()
	for i := 0; i < 10; i++ {
		call()
	}
	for called.Load() == 0 {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	go func() { <-make(chan int) }() // @block lost
	time.Sleep(10 * time.Millisecond)
	fixture.Ready("call", 1)
	time.Sleep(time.Hour)
}
