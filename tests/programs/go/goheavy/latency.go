// SPDX-License-Identifier: GPL-2.0-only

package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"sort"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

const (
	every = 4 * time.Millisecond // a request, whether the one before was answered or not
	work  = 128 << 10            // bytes that are summed for one
)

var block = make([]byte, work)

func answer(w http.ResponseWriter, _ *http.Request) {
	sum := sha256.Sum256(block)
	_, _ = w.Write(sum[:])
}

func ask(url string, due time.Time, took chan<- time.Duration) {
	response, err := http.Get(url)
	fixture.Try(err)
	_, err = io.Copy(io.Discard, response.Body)
	fixture.Try(err)
	fixture.Try(response.Body.Close())
	took <- time.Since(due)
}

// measure prints "LATENCY p50 p99 requests" of each window, in ns from when a request was due to its answer.
func measure(window time.Duration) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fixture.Try(err)
	go func() { fixture.Try(http.Serve(listener, http.HandlerFunc(answer))) }()
	url := "http://" + listener.Addr().String()
	number := int(window / every)
	took := make(chan time.Duration, number)
	for due := time.Now(); ; {
		if time.Since(due) > window { // it was overloaded: what comes now is no answer to that
			due = time.Now()
		}
		for i := 0; i < number; i++ {
			due = due.Add(every)
			time.Sleep(time.Until(due))
			go ask(url, due, took)
		}
		all := make([]time.Duration, number)
		for i := range all {
			all[i] = <-took
		}
		sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
		fmt.Println("LATENCY", int64(all[number/2]), int64(all[number*99/100]), number)
	}
}
