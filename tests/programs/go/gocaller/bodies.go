// SPDX-License-Identifier: GPL-2.0-only

package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"runtime"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

// Answers of which the bodies are not read to their end: with the argument "bodies" three that nobody has any more, and
// always such as come near to it: somebody has the body, be it a variable, a goroutine that waits, a timer or a finalizer,
// or can cancel the request, or the request ends by itself; and connections at rest.

var (
	kept    []*http.Response
	cancels []context.CancelFunc
)

func get(client *http.Client, ctx context.Context, url string) *http.Response {
	request, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	fixture.Try(err)
	response, err := client.Do(request)
	fixture.Try(err)
	return response
}

//go:noinline
func dropBody(client *http.Client, url string) {
	_ = get(client, context.WithValue(context.Background(), &kept, 1), url).StatusCode
}

//go:noinline
func keepBody(client *http.Client, url string) { kept = append(kept, get(client, context.Background(), url)) }

//go:noinline
func readSlowly(client *http.Client, url string, ready chan<- bool) {
	response := get(client, context.Background(), url)
	ready <- true
	time.Sleep(24 * time.Hour)
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
}

//go:noinline
func closeLater(client *http.Client, url string) {
	body := get(client, context.Background(), url).Body
	time.AfterFunc(24*time.Hour, func() { _ = body.Close() })
}

//go:noinline
func closeAtCollection(client *http.Client, url string) {
	runtime.SetFinalizer(get(client, context.Background(), url), func(response *http.Response) { _ = response.Body.Close() })
}

//go:noinline
func cancelLater(client *http.Client, url string) {
	ctx, cancel := context.WithCancel(context.Background())
	cancels = append(cancels, cancel)
	_ = get(client, ctx, url).StatusCode
}

//go:noinline
func withDeadline(client *http.Client, url string) {
	ctx, cancel := context.WithTimeout(context.Background(), 24*time.Hour)
	_ = cancel
	_ = get(client, ctx, url).StatusCode
}

func bodies() bool {
	if len(os.Args) < 2 || os.Args[1] != "bodies" {
		return false
	}
	_, streams := startServer()
	client, long := insecure(false), streams+"/now?long"
	patient := &http.Client{Transport: client.Transport, Timeout: 24 * time.Hour}
	calls := []func(){
		func() { keepBody(client, long) },
		func() { closeLater(client, long) },
		func() { closeAtCollection(client, long) },
		func() { cancelLater(client, long) },
		func() { withDeadline(client, long) },
		func() { _ = get(patient, context.Background(), long).StatusCode },
		func() { askAtOnce(client, streams+"/now") },
	}
	if len(os.Args) < 3 || os.Args[2] != "well" {
		for i := 0; i < 3; i++ {
			calls = append(calls, func() { dropBody(client, long) })
		}
	}
	done := make(chan bool)
	go readSlowly(client, long, done)
	<-done
	for _, call := range calls {
		go func() {
			call()
			done <- true
		}()
		<-done
	}
	fixture.Ready("bodies", 1)
	fixture.Pause()
	return true
}
