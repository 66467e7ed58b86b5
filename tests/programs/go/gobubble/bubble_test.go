// SPDX-License-Identifier: GPL-2.0-only

//go:build go1.25

// gobubble: a test whose goroutines hang in a bubble of testing/synctest; one hangs outside.
// It needs GODEBUG=asynctimerchan=0.
package gobubble

import (
	"sync"
	"testing"
	"testing/synctest"

	"leakhop/tests/programs/go/internal/fixture"
)

var outside sync.Mutex

func waitInBubble(events <-chan int) {
	<-events // @block bubble
}

func waitOutside(events <-chan int) {
	<-events // @block nobubble
}

func TestBubble(t *testing.T) {
	fixture.Dumps()
	outside.Lock()
	events := make(chan int)
	go waitOutside(events)
	synctest.Test(t, func(*testing.T) { // the caller becomes the root
		inside := make(chan int)
		for i := 0; i < 3; i++ {
			go waitInBubble(inside) // @spawn bubble
		}
		synctest.Wait()
		// A lock that is taken outside holds up the bubble, as a wait for a channel of its own would not: that is a
		// deadlock to synctest.
		fixture.Ready("bubble", 3)
		outside.Lock() // @block bubblelock
	})
	<-events
}
