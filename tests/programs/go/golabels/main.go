// SPDX-License-Identifier: GPL-2.0-only

// golabels: forgotten senders under pprof labels: of COUNT (12) requests, three quarters are of
// endpoint /orders, the others of /users; their tenants are acme, bolt and corp in turn.
// For the environment see package fixture.
package main

import (
	"context"
	"runtime/pprof"

	"leakhop/tests/programs/go/internal/fixture"
)

var requests int

func handle() {
	number := requests
	requests++
	endpoint := "/orders"
	if number%4 == 3 {
		endpoint = "/users"
	}
	labels := pprof.Labels("endpoint", endpoint, "tenant", []string{"acme", "bolt", "corp"}[number%3])
	pprof.Do(context.Background(), labels, func(ctx context.Context) {
		result := make(chan int)
		go answer(result) // @spawn labels; nobody takes the result
	})
}

func answer(result chan<- int) {
	result <- 1 // @block labels
}

func main() {
	fixture.Dumps()
	count := fixture.Count(12)
	fixture.Requests(count, 0, handle, func() { fixture.Ready("labels", count) })
	fixture.Pause()
}
