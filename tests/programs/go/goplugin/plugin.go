// SPDX-License-Identifier: GPL-2.0-only

// goplugin: a plugin for goplugged. Of its goroutines some can never go on, others wait for a channel that only a global
// variable of the plugin leads to.
package main

var kept chan int

// Start is called by goplugged.
func Start(count int) {
	kept = make(chan int)
	lost := make(chan int)
	for i := 0; i < count; i++ {
		go sendInPlugin(lost) // @spawn plugin
		go waitInPlugin(kept) // @spawn pluginkept
	}
}

//go:noinline
func sendInPlugin(result chan<- int) {
	result <- 1 // @block plugin
}

//go:noinline
func waitInPlugin(events <-chan int) {
	<-events // @block pluginkept
}

func main() {}
