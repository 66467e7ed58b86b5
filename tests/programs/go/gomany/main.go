// SPDX-License-Identifier: GPL-2.0-only

// gomany [-latency WINDOW] [-work BYTES] [N [SITES]]: N goroutines (1,000,000) of SITES spawn sites (100),
// parked in channels. With -latency, two more of them play client and server over a socket, a request each
// 500 µs, for which the server sums so many BYTES (0); each WINDOW "LATENCY p50 p99 rounds" is printed, in
// ns. For the environment see package fixture.
package main

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

//go:noinline
func park(wait chan int) {
	<-wait // @block many
}

// Whoever closes one of these would end its site's goroutines: they are no leak.
var waits []chan int

func argument(position, otherwise int) int {
	if flag.NArg() <= position {
		return otherwise
	}
	number, err := strconv.Atoi(flag.Arg(position))
	fixture.Try(err)
	return number
}

func serve(listener net.Listener, work int) {
	client, err := listener.Accept()
	fixture.Try(err)
	block := make([]byte, work)
	for word := make([]byte, 8); ; {
		_, err := client.Read(word)
		fixture.Try(err)
		sum := sha256.Sum256(block)
		copy(word, sum[:])
		_, err = client.Write(word)
		fixture.Try(err)
	}
}

func measure(window time.Duration, work int) {
	directory, err := os.MkdirTemp("", "gomany")
	fixture.Try(err)
	socket := filepath.Join(directory, "socket")
	listener, err := net.Listen("unix", socket)
	fixture.Try(err)
	client, err := net.Dial("unix", socket)
	fixture.Try(err)
	fixture.Try(os.RemoveAll(directory))
	go serve(listener, work)
	word := make([]byte, 8)
	for {
		var rounds []time.Duration
		for end := time.Now().Add(window); time.Now().Before(end); {
			start := time.Now()
			_, err := client.Write(word)
			fixture.Try(err)
			_, err = client.Read(word)
			fixture.Try(err)
			rounds = append(rounds, time.Since(start))
			time.Sleep(500 * time.Microsecond)
		}
		sort.Slice(rounds, func(i, j int) bool { return rounds[i] < rounds[j] })
		fmt.Println("LATENCY", int64(rounds[len(rounds)/2]), int64(rounds[len(rounds)*99/100]), len(rounds))
	}
}

func main() {
	window := flag.Duration("latency", 0, "print the latency of each such window")
	work := flag.Int("work", 0, "bytes that the server sums for each request")
	flag.Parse()
	number, used := argument(0, 1000000), argument(1, len(sites))
	if used < 1 || used > len(sites) {
		fixture.Try(fmt.Errorf("1 to %d sites", len(sites)))
	}
	fixture.Dumps()
	waits = make([]chan int, used)
	for i := range waits {
		waits[i] = make(chan int)
	}
	for i := 0; i < number; i++ {
		sites[i%used](waits[i%used])
	}
	fixture.Ready("many", number)
	if *window > 0 {
		measure(*window, *work)
	}
	fixture.Pause()
}
