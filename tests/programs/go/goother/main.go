// SPDX-License-Identifier: GPL-2.0-only

// goother: a small program for compilers whose run-time system is not that of the Go project (gccgo, TinyGo). Three
// goroutines hang. It prints "READY other", without its number: TinyGo has none for it.
package main

import "time"

func main() {
	result := make(chan int)
	for i := 0; i < 3; i++ {
		go func() { result <- 1 }()
	}
	time.Sleep(10 * time.Millisecond)
	println("READY other")
	time.Sleep(time.Hour)
}
