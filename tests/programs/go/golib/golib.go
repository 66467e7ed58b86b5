// SPDX-License-Identifier: GPL-2.0-only

// golib: a shared library for gohost.c, whose goroutines hang in a process that is none of Go's.
package main

import "C"

//export leakhopStart
func leakhopStart(count C.int) {
	result := make(chan int)
	for i := 0; i < int(count); i++ {
		go sendInLibrary(result) // @spawn library
	}
}

func sendInLibrary(result chan<- int) {
	result <- 1 // @block library
}

//export leakhopWait
func leakhopWait() {
	waitInLibrary(make(chan int))
}

//go:noinline
func waitInLibrary(events chan int) int {
	return <-events + 1 // @block host
}

func main() {}
