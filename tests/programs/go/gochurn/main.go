// SPDX-License-Identifier: GPL-2.0-only

// gochurn [RATE]: begins and ends RATE goroutines a second (100,000), several hundred of which live at
// a time. Each second it prints "RATE begun living". For the environment see package fixture.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

//go:noinline
func brief(results chan<- int, number int) {
	if number%4 != 0 { // most of them sleep for a while, the others end at once
		time.Sleep(time.Duration(1+number%8) * time.Millisecond) // @block churn
	}
	results <- number
}

func main() {
	rate := 100000
	if len(os.Args) > 1 {
		number, err := strconv.Atoi(os.Args[1])
		fixture.Try(err)
		rate = number
	}
	fixture.Dumps()
	results := make(chan int, 1024)
	go func() {
		for range results {
		}
	}()
	fixture.Ready("churn", 0)
	start, said, begun, reported := time.Now(), time.Now(), 0, 0
	for {
		for due := int(time.Since(start).Seconds() * float64(rate)); begun < due; begun++ {
			go brief(results, begun) // @spawn churn
		}
		time.Sleep(200 * time.Microsecond)
		if time.Since(said) >= time.Second {
			fmt.Println("RATE", int(float64(begun-reported)/time.Since(said).Seconds()), runtime.NumGoroutine())
			said, reported = time.Now(), begun
		}
	}
}
