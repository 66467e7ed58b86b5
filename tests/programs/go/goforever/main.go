// SPDX-License-Identifier: GPL-2.0-only

// goforever sleeps and waits for as long as a time can say, as programs do that have nothing else to do.
package main

import (
	"math"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

func main() {
	go time.Sleep(math.MaxInt64)
	go func() { <-time.After(math.MaxInt64) }()
	time.AfterFunc(math.MaxInt64, func() {})
	fixture.Ready("forever", 1)
	time.Sleep(math.MaxInt64)
}
