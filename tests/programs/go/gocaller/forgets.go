// SPDX-License-Identifier: GPL-2.0-only

package main

import (
	"context"
	"net/http"
	"os"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

// Calls after which a library has a goroutine left that only its caller could end, and that caller has returned.

// --- a context of the program's own kind, whose cancel function nobody calls ---
type request struct{ context.Context }

var shutdown = make(chan struct{})

func (request) Done() <-chan struct{} { return shutdown }

//go:noinline
func forgetCancel() {
	ctx, _ := context.WithCancel(request{context.Background()}) // @spawn cancel
	_ = ctx.Err()
}

// --- a response whose body nobody closes ---
//
//go:noinline
func forgetBody(client *http.Client, url string) {
	_, err := client.Get(url) // @spawn body
	fixture.Try(err)
}

func forgets() bool {
	if len(os.Args) < 2 || os.Args[1] != "forgets" {
		return false
	}
	_, streams := startServer()
	client := insecure(false)
	fixture.Ready("forgets", 1)
	for {
		go forgetCancel()
		go forgetBody(client, streams+"/now?long")
		time.Sleep(100 * time.Millisecond)
	}
}
