// SPDX-License-Identifier: GPL-2.0-only

// goheap: goroutines hang, and with the argument "grow" each SIGUSR1 makes the heap 32 MiB larger.
// With the second one more hangs, elsewhere.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"leakhop/tests/programs/go/internal/fixture"
)

var kept [][]byte

func sending(result chan<- int) {
	result <- 1 // @block heap
}

func sendingLater(result chan<- int) {
	result <- 1 // @block heaplater
}

func main() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	for i := 0; i < 3; i++ {
		go sending(make(chan int)) // @spawn heap
	}
	fixture.Ready("heap", 3)
	for done := 1; ; done++ {
		<-signals
		if len(os.Args) > 1 && os.Args[1] == "grow" {
			kept = append(kept, make([]byte, 32<<20))
		}
		if done == 2 {
			go sendingLater(make(chan int)) // @spawn heaplater
		}
		fmt.Println("DONE", done)
	}
}
