// SPDX-License-Identifier: GPL-2.0-only

// goplugged: loads the plugin goplugin.so from beside it; COUNT (3) goroutines hang at each of its marks. With the
// argument "late" it waits for SIGUSR1 before it does so, and one goroutine of its own hangs already.
package main

import (
	"os"
	"os/signal"
	"path/filepath"
	"plugin"
	"syscall"

	"leakhop/tests/programs/go/internal/fixture"
)

func lose(result chan<- int) {
	result <- 1 // @block plugged
}

func load(count int) {
	program, err := os.Executable()
	fixture.Try(err)
	library, err := plugin.Open(filepath.Join(filepath.Dir(program), "goplugin.so"))
	fixture.Try(err)
	start, err := library.Lookup("Start")
	fixture.Try(err)
	start.(func(int))(count)
}

func main() {
	count := fixture.Count(3)
	if len(os.Args) > 1 && os.Args[1] == "late" {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGUSR1)
		go lose(make(chan int)) // @spawn plugged
		fixture.Ready("plugged", 1)
		<-signals
	}
	load(count)
	fixture.Ready("plugin", count)
	fixture.Ready("pluginkept", count)
	fixture.Pause()
}
